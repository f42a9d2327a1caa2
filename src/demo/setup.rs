//! What people of the demo have set up: budgets that fit what it spends, one of them nearly spent, a funnel, and limits
//! by which its slow models are told from its good ones.
//!
//! Set up once, after the first filling, as a person would who looks at the bill. What somebody changes or archives
//! afterwards stays as they left it. Goes with the demo project when that is removed.

use anyhow::Context;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::core::cycle::Cycle;
use crate::core::money::{Money, MoneySum};
use crate::core::threshold::Thresholds;
use crate::demo::fill::Target;
use crate::demo::project::Demo;
use crate::store::control::Control;
use crate::store::control::audit::Actor;
use crate::store::control::budget::BudgetDraft;
use crate::store::control::threshold::Thresholds as Limits;

/// From this share of its turn on, a budget that is nearly spent is believable.
const ELAPSED_MIN: f64 = 0.3;
/// How much of the strained budget is spent when it is made.
const STRAINED: f64 = 0.86;
/// The funnel from a sign-up to a paid plan, over all of the usual history.
const FUNNEL: (&str, &str) = (
    "From sign-up to a paid plan",
    "step=sign_up&step=query_sent&step=trial_started&step=plan_upgraded&window=30d&range=90d",
);

/// From where on a service of the demo is yellow or red: large models write long answers, so that by the usual limits
/// nothing would be green.
const LIMITS: Limits = Limits {
    success_green: 0.985,
    success_yellow: 0.97,
    p95_green_ms: 6_000.0,
    p95_yellow_ms: 9_000.0,
    error_rate: 0.02,
};

/// A budget, before it is known how much was spent.
#[derive(Clone, Debug, PartialEq)]
struct Plan {
    name: &'static str,
    filter: &'static str,
    cycle: Cycle,
    /// The spend from this day on is looked at,
    from: Date,
    /// which is this share of the amount.
    share: f64,
}

/// Sets the demo up, if nobody has ever made a budget in it.
///
/// # Errors
/// If the store or the one who knows the spend does not answer.
pub async fn set_up(
    control: &Control,
    demo: &Demo,
    target: &Target,
    now: Timestamp,
    actor: Actor,
) -> anyhow::Result<()> {
    let id = demo.project.id;
    let has_any = !control.budgets(id).await?.is_empty();
    if has_any || !control.archived_budgets(id).await?.is_empty() {
        return Ok(());
    }
    let Some(access) = control.demo_access(id, actor) else {
        return Ok(());
    };
    let zone = &demo.project.time_zone;
    let today = now.to_zoned(zone.clone()).date();
    for plan in plans(now, zone) {
        let spent = target.spent(plan.filter, (plan.from, today), now).await?;
        // Nothing is spent in the first hours of a demo of one day; then there is nothing to plan either.
        let Some(amount) = amount(spent, plan.share) else {
            continue;
        };
        let thresholds = Thresholds::default();
        let draft = BudgetDraft {
            name: plan.name.to_owned(),
            filter: plan.filter.to_owned(),
            amount: amount.to_string(),
            cycle: plan.cycle.id().to_owned(),
            percents: thresholds.percents.iter().map(u8::to_string).collect(),
            forecast: thresholds.forecast,
        };
        let made = control.create_budget(&access, &draft).await;
        made.context("cannot make a budget of the demo")?;
    }
    let limited = control.set_thresholds(id, Some(LIMITS), actor).await;
    limited.context("cannot set the limits of the demo")?;
    let (name, query) = FUNNEL;
    let saved = control
        .save_funnel(access.scope(), name, query, actor)
        .await;
    saved.context("cannot save the funnel of the demo")
}

/// The budgets, as of `now`.
fn plans(now: Timestamp, zone: &TimeZone) -> [Plan; 3] {
    let today = now.to_zoned(zone.clone()).date();
    let back = |days: i64| today.checked_sub(days.days()).unwrap_or(Date::MIN);
    // The turn that is nearest to its end can be nearly spent without being a disaster.
    let elapsed = |cycle: Cycle| cycle.turn(today).elapsed(now, zone);
    let latest = Cycle::ALL
        .into_iter()
        .max_by(|a, b| elapsed(*a).total_cmp(&elapsed(*b)))
        .unwrap_or(Cycle::Monthly);
    let (cycle, from) = match elapsed(latest) >= ELAPSED_MIN {
        true => (latest, latest.turn(today).first),
        // Every turn has just begun: the budget is what the last seven days would nearly have spent.
        false => (Cycle::Weekly, back(7)),
    };
    [
        Plan {
            name: "All models",
            filter: "",
            cycle: Cycle::Monthly,
            from: back(30),
            share: 0.75,
        },
        Plan {
            name: "Anthropic",
            filter: "provider:is:anthropic",
            cycle,
            from,
            share: STRAINED,
        },
        Plan {
            name: "Summaries",
            filter: "feature:is:summarise",
            cycle: Cycle::Weekly,
            from: back(7),
            share: 0.65,
        },
    ]
}

/// The amount of which `spent` is this share, as people round it: to two digits. None of nothing.
fn amount(spent: MoneySum, share: f64) -> Option<Money> {
    let exact = spent.nanos() as f64 / share;
    if exact < 1.0 {
        return None;
    }
    let step = 10_f64.powf((exact.log10().floor() - 1.0).max(0.0));
    // Within what an amount holds, or there is none.
    Money::from_nanos(((exact / step).round() * step) as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strained(now: &str) -> (Cycle, String) {
        let now = now.parse().expect("a moment");
        let [_, strained, _] = plans(now, &TimeZone::UTC);
        (strained.cycle, strained.from.to_string())
    }

    #[test]
    fn the_strained_budget_is_of_the_turn_that_is_nearest_to_its_end() {
        // A Tuesday: 1.5 of 7 days, 23.5 of 30, 54.5 of 92.
        assert_eq!(
            strained("2026-11-24T12:00:00Z"),
            (Cycle::Monthly, "2026-11-01".to_owned())
        );
        // The second of a month, a Wednesday: 2.5 of 7, 1.5 of 31, 62.5 of 92.
        assert_eq!(
            strained("2026-12-02T12:00:00Z"),
            (Cycle::Quarterly, "2026-10-01".to_owned())
        );
        // A Sunday: 6.5 of 7, 13 of 30.
        assert_eq!(
            strained("2026-11-15T12:00:00Z"),
            (Cycle::Weekly, "2026-11-09".to_owned())
        );
        // A Monday that begins a month and a quarter: the last seven days tell.
        assert_eq!(
            strained("2029-01-01T12:00:00Z"),
            (Cycle::Weekly, "2028-12-25".to_owned())
        );
    }

    #[test]
    fn amounts_are_round_and_the_strained_one_stays_between_80_and_92_per_cent() {
        let dollars = |number: i128| MoneySum::from_nanos(number * 1_000_000_000);
        // 1234 / 0.86 is 1434.9.
        assert_eq!(
            amount(dollars(1_234), STRAINED).map(|money| money.to_string()),
            Some("1400".to_owned())
        );
        assert_eq!(amount(MoneySum::ZERO, STRAINED), None);
        for spent in 1..2_000 {
            let amount = amount(dollars(spent), STRAINED).expect("an amount");
            let used = spent as f64 * 1e11 / amount.nanos() as f64;
            assert!((80.0..92.0).contains(&used), "{used} % of {amount}");
        }
    }

    #[test]
    fn what_is_set_up_can_be_used() {
        LIMITS.check().expect("limits");
        use crate::analysis::funnel::question::Question;
        let now = "2026-11-24T12:00:00Z".parse().expect("a moment");
        Question::parse(FUNNEL.1, &[], &TimeZone::UTC, now).expect("a funnel");
        for plan in plans(now, &TimeZone::UTC) {
            let filter = crate::core::filter::Filter::parse([plan.filter]).expect("a filter");
            crate::query::condition::Checked::new(filter).expect("known fields");
        }
    }
}
