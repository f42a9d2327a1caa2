//! What happens to an account's plan, as events: trials, payments, upgrades, refunds, ends.

use crate::core::draw::Draw;
use crate::demo::call::{Tokens, write_tokens};
use crate::demo::day::Planned;
use crate::demo::incident::SPIKE;
use crate::demo::line::{DemoEvent, Line, Writer};
use crate::demo::model::largest_model;
use crate::demo::part;
use crate::demo::plan::{Journey, Plan, Turn};
use crate::demo::session::Stretch;
use crate::demo::world::World;

/// Why subscriptions end.
const REASONS: [(&str, u32); 4] = [
    ("too_expensive", 34),
    ("not_used", 30),
    ("missing_feature", 20),
    ("payment_failed", 16),
];

impl World {
    /// A turn that was planned; `who` is the account.
    pub fn write_turn(&self, planned: &Planned, turn: Turn, out: &mut Vec<DemoEvent>) {
        let account = &self.accounts[planned.who as usize];
        let owner = &self.people[account.owner as usize];
        let journey = &account.journey;
        let stretch = Stretch::new(
            self.settings.seed,
            part::TURN,
            u64::from(planned.who),
            planned.at,
        );
        let mut draw = stretch.draw();
        let mut writer = Writer::new(stretch.key, self.settings.ids_ahead, out);
        let who = self.who(owner, &stretch.session_id, planned.at);
        let plan = journey.plan(planned.at);
        let seats = Journey::seats(plan, account.members);
        let dollars = journey.payment(plan, seats);
        let interval = if journey.is_yearly { "year" } else { "month" };
        let (at, later) = (planned.at, planned.at + 1_500);
        let pay = |writer: &mut Writer, at: i64, dollars: &str| {
            writer.event(at, "payment_completed", |line| {
                line.fields(&who)
                    .plain("amount", dollars)
                    .text("currency", "USD")
                    .fields(&format!(
                        ",\"metadata\":{{\"interval\":\"{interval}\",\"seats\":{seats}}}"
                    ));
            });
        };
        let change = |writer: &mut Writer, at: i64, kind: &str, from: Plan, why: &str| {
            writer.event(at, kind, |line: &mut Line| {
                line.fields(&who).fields(&format!(
                    ",\"metadata\":{{\"from\":\"{}\"{why}}}",
                    from.id()
                ));
            });
        };
        match turn {
            Turn::Trial => writer.event(at, "trial_started", |line| {
                line.fields(&who);
            }),
            Turn::Purchase => {
                pay(&mut writer, at, &format!("{dollars}.00"));
                change(&mut writer, later, "plan_upgraded", Plan::Trial, "");
            }
            Turn::Enterprise => {
                pay(&mut writer, at, &format!("{dollars}.00"));
                change(&mut writer, later, "plan_upgraded", Plan::Pro, "");
            }
            Turn::Renewal => pay(&mut writer, at, &format!("{dollars}.00")),
            Turn::Refund => {
                let share = [25, 50, 100][draw.below(3) as usize];
                let cents = dollars * share;
                pay(
                    &mut writer,
                    at,
                    &format!("-{}.{:02}", cents / 100, cents % 100),
                );
            }
            Turn::End => {
                let reason = draw.choose(&REASONS);
                let from = journey.plan(at - 1);
                change(
                    &mut writer,
                    at,
                    "plan_downgraded",
                    from,
                    &format!(",\"reason\":\"{reason}\""),
                );
            }
        }
    }

    /// The night in which one account has everything read again; `who` is the account.
    pub fn write_spike(&self, planned: &Planned, out: &mut Vec<DemoEvent>) {
        let account = &self.accounts[planned.who as usize];
        let owner = &self.people[account.owner as usize];
        let stretch = Stretch::new(
            self.settings.seed,
            part::SPIKE,
            u64::from(planned.who),
            planned.at,
        );
        let mut draw = stretch.draw();
        let mut writer = Writer::new(stretch.key, self.settings.ids_ahead, out);
        let who = self.who(owner, &stretch.session_id, planned.at);
        let model = largest_model();
        for number in 0..u64::from(planned.depth) {
            let tokens = spike_tokens(&mut draw);
            let timing = model.timing(&mut draw, tokens.input, tokens.output, 1.0);
            let at = planned.at + draw.below(SPIKE.lasts as u64) as i64;
            writer.event(at, "response_received", |line| {
                line.fields(&who)
                    .text("feature", "extract")
                    .text("endpoint", "/v1/batches")
                    .text("operation", "extract")
                    .text(
                        "request_id",
                        &format!("req_{:016x}", stretch.key.wrapping_add(number)),
                    )
                    .text("provider", model.provider)
                    .text("model", model.name);
                write_tokens(line, tokens);
                line.plain("latency_ms", timing.latency_ms.round())
                    .plain("status_code", 200);
            });
        }
    }
}

fn spike_tokens(draw: &mut Draw) -> Tokens {
    Tokens {
        input: draw
            .log_normal(SPIKE.input, 0.25)
            .clamp(20_000.0, 180_000.0) as u64,
        output: draw.log_normal(1_400.0, 0.4) as u64,
        ..Tokens::default()
    }
}
