//! A stretch of use of the product by one person, from the first page to the last answer.

use crate::core::draw::{Draw, mix};
use crate::demo::agent::Agent;
use crate::demo::call::{Caller, Query};
use crate::demo::day::Planned;
use crate::demo::feature::{ACTIONS, Feature};
use crate::demo::line::{DemoEvent, Line, Writer};
use crate::demo::part;
use crate::demo::person::{Person, account_name};
use crate::demo::world::World;

/// Where the product is used.
const APP: &str = "https://app.quill.example";
/// Chance that the next query uses the same feature as the last one.
const STAYS: f64 = 0.62;
/// Chance of something done without a model after an answer.
const ACTS: f64 = 0.16;
/// Chance that the end of a session is reported; tabs are also just closed.
const ENDS: f64 = 0.82;
/// Chance that somebody at a desk now uses the phone.
const ON_THE_WAY: f64 = 0.06;
/// Longest pause between two queries, in milliseconds: a longer one would be another session.
const PAUSE_MAX: f64 = 18.0 * 60_000.0;

/// Names of one stretch of use.
pub struct Stretch {
    /// A number that no other one has.
    pub key: u64,
    /// `session_id`.
    pub session_id: String,
}

impl Stretch {
    /// The stretch that begins at `at`; `part` and `who` say whose it is.
    pub fn new(seed: u64, part: u64, who: u64, at: i64) -> Stretch {
        let key = [part, who, at as u64].into_iter().fold(seed, mix);
        Stretch {
            key,
            session_id: format!("s_{key:016x}"),
        }
    }

    /// Draws of its own.
    pub fn draw(&self) -> Draw {
        Draw::new(self.key)
    }
}

impl World {
    /// A session that was planned.
    pub fn write_session(&self, planned: &Planned, out: &mut Vec<DemoEvent>) {
        let person = &self.people[planned.who as usize];
        let stretch = Stretch::new(
            self.settings.seed,
            part::SESSION,
            u64::from(planned.who),
            planned.at,
        );
        let mut draw = stretch.draw();
        let mut agent = person.agent(self.settings.seed);
        if draw.chance(ON_THE_WAY) {
            agent = crate::demo::agent::draw_agent(&mut draw, 1.0);
        }
        let mut writer = Writer::new(stretch.key, self.settings.ids_ahead, out);
        let stay = Use {
            at: planned.at,
            queries: planned.depth,
            agent,
            is_first: false,
        };
        self.write_use(&mut draw, &mut writer, person, &stretch, stay);
    }

    /// What somebody does in the product, once they are in it.
    pub fn write_use(
        &self,
        draw: &mut Draw,
        writer: &mut Writer,
        person: &Person,
        stretch: &Stretch,
        stay: Use,
    ) {
        let who = self.who(person, &stretch.session_id, stay.at);
        let browser = Line::written(|line| {
            line.text("user_agent", stay.agent.text)
                .text("screen", stay.agent.screen)
                .text("language", person.place().language);
        });
        let mut at = stay.at;
        writer.event(at, "session_start", |line| {
            line.fields(&who).fields(&browser);
        });
        at += 300 + draw.below(1_200) as i64;
        let page = if stay.is_first {
            "/welcome"
        } else {
            "/threads"
        };
        page_view(writer, at, &who, &browser, page);
        let caller = Caller {
            settings: &self.settings,
            who: &who,
            key: stretch.key,
        };
        let mut feature = Feature::draw(draw);
        for turn in 0..u64::from(stay.queries) {
            at += pause(draw);
            if turn == 0 || !draw.chance(STAYS) {
                feature = Feature::draw(draw);
                let thread = draw.bits() as u32;
                page_view(
                    writer,
                    at,
                    &who,
                    &browser,
                    &format!("/{}/{:06x}", feature.id, thread >> 8),
                );
                at += 1_500 + draw.below(9_000) as i64;
            }
            at = caller.ask(draw, writer, Query { at, turn, feature });
            if draw.chance(ACTS) {
                at += 2_000 + draw.below(20_000) as i64;
                let action = draw.choose(&ACTIONS);
                writer.event(at, "feature_used", |line| {
                    line.fields(&who).text("feature", action);
                });
            }
        }
        if stay.queries == 0 {
            at += 4_000 + draw.below(40_000) as i64;
        }
        if draw.chance(ENDS) {
            at += 2_000 + draw.below(45_000) as i64;
            let seconds = (at - stay.at) / 1_000;
            writer.event(at, "session_end", |line| {
                line.fields(&who).fields(&format!(
                    ",\"metadata\":{{\"duration_s\":{seconds},\"queries\":{}}}",
                    stay.queries
                ));
            });
        }
    }

    /// The fields that name a person in the product.
    pub fn who(&self, person: &Person, session_id: &str, at: i64) -> String {
        let seed = self.settings.seed;
        Line::written(|line| {
            line.text("user_id", &person.user_id(seed))
                .text("session_id", session_id)
                .text("account", &account_name(person.account))
                .text("team", person.team(seed))
                .text("plan", self.plan(person, at).id())
                .text("country", person.place().country);
        })
    }
}

/// How the product is used in one stretch.
pub struct Use {
    /// When it begins.
    pub at: i64,
    /// Queries.
    pub queries: u16,
    /// What is browsed with.
    pub agent: Agent,
    /// Whether it is the person's first one.
    pub is_first: bool,
}

fn page_view(writer: &mut Writer, at: i64, who: &str, browser: &str, path: &str) {
    writer.event(at, "page_view", |line| {
        line.fields(who)
            .fields(browser)
            .text("url", &format!("{APP}{path}"));
    });
}

/// Milliseconds until somebody asks again.
fn pause(draw: &mut Draw) -> i64 {
    draw.log_normal(38_000.0, 0.95).clamp(4_000.0, PAUSE_MAX) as i64
}
