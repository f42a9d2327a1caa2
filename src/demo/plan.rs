//! What is bought: plans with their prices, and the way of an account from free to paying and back.

use crate::core::draw::Draw;
use crate::demo::funnel::Habit;
use crate::demo::rhythm::DAY_MS;

/// Days of a trial.
const TRIAL_DAYS: f64 = 14.0;
/// Days between two payments of a monthly subscription.
const MONTH_DAYS: i64 = 30;
/// Chance that somebody pays for a year at once.
const YEARLY: f64 = 0.12;
/// Fewest seats of the largest plan.
const ENTERPRISE_SEATS_MIN: u32 = 6;
/// Never, as a moment.
pub const NEVER: i64 = i64::MAX;

/// What an account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plan {
    /// Everything small, without payment.
    Free,
    /// The paid plan for two weeks.
    Trial,
    /// The paid plan.
    Pro,
    /// The largest plan.
    Enterprise,
}

impl Plan {
    /// Its name in events.
    pub fn id(self) -> &'static str {
        match self {
            Plan::Free => "free",
            Plan::Trial => "trial",
            Plan::Pro => "pro",
            Plan::Enterprise => "enterprise",
        }
    }

    /// US dollars of one seat and month.
    pub fn dollars(self) -> u32 {
        match self {
            Plan::Free | Plan::Trial => 0,
            Plan::Pro => 29,
            Plan::Enterprise => 69,
        }
    }
}

/// What happens to an account's plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// The trial begins.
    Trial,
    /// The first payment, and the upgrade to pro.
    Purchase,
    /// A further payment.
    Renewal,
    /// The upgrade to enterprise, with its payment.
    Enterprise,
    /// Part of a payment goes back.
    Refund,
    /// The subscription ends.
    End,
}

/// An account's way through the plans, in milliseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct Journey {
    /// When the trial begins.
    pub trial_at: i64,
    /// When the subscription begins.
    pub paid_at: i64,
    /// When it becomes enterprise.
    pub enterprise_at: i64,
    /// When it ends.
    pub ends_at: i64,
    /// Whether it is paid by the year.
    pub is_yearly: bool,
}

impl Journey {
    /// The journey of an account whose owner has this habit and signed up then.
    pub fn draw(draw: &mut Draw, habit: Habit, joined_at: i64) -> Journey {
        let likely = habit.likely();
        let after = |at: i64, days: f64| at + (days * DAY_MS as f64) as i64;
        let mut journey = Journey {
            trial_at: NEVER,
            paid_at: NEVER,
            enterprise_at: NEVER,
            ends_at: NEVER,
            is_yearly: draw.chance(YEARLY),
        };
        let (wait, length) = (draw.exponential(3.5), draw.between(4.0, TRIAL_DAYS));
        if !draw.chance(likely.trial) {
            return journey;
        }
        journey.trial_at = after(joined_at, 0.03 + wait);
        if !draw.chance(likely.purchase) {
            return journey;
        }
        journey.paid_at = after(journey.trial_at, length);
        if draw.chance(likely.enterprise) {
            journey.enterprise_at = after(journey.paid_at, draw.between(6.0, 32.0));
            return journey;
        }
        let months = 1.0 + (draw.exponential(1.0 / likely.monthly_churn)).floor();
        let paid_days = if journey.is_yearly {
            365.0
        } else {
            months * MONTH_DAYS as f64
        };
        // An hour before the next payment would be due.
        journey.ends_at = after(journey.paid_at, paid_days) - DAY_MS / 24;
        journey
    }

    /// The plan at a moment.
    pub fn plan(&self, at: i64) -> Plan {
        if at >= self.ends_at || at < self.trial_at {
            Plan::Free
        } else if at >= self.enterprise_at {
            Plan::Enterprise
        } else if at >= self.paid_at {
            Plan::Pro
        } else if at < self.trial_at + (TRIAL_DAYS * DAY_MS as f64) as i64 {
            Plan::Trial
        } else {
            Plan::Free
        }
    }

    /// What happens from `from` to before `to`, with the moment of each.
    pub fn turns(&self, from: i64, to: i64) -> Vec<(i64, Turn)> {
        let mut found = Vec::new();
        let mut add = |at: i64, turn| {
            if (from..to).contains(&at) {
                found.push((at, turn));
            }
        };
        add(self.trial_at, Turn::Trial);
        add(self.paid_at, Turn::Purchase);
        add(self.enterprise_at, Turn::Enterprise);
        add(self.ends_at, Turn::End);
        if self.paid_at >= to {
            return found;
        }
        // The upgrade to enterprise begins a new month; before it the month is that of the purchase.
        let begin = if self.enterprise_at < to {
            self.enterprise_at
        } else {
            self.paid_at
        };
        let period = if self.is_yearly { 365 } else { MONTH_DAYS } * DAY_MS;
        let periods = (to - 1 - begin) / period;
        let due = begin + periods * period;
        if periods > 0 && due < self.ends_at {
            add(due, Turn::Renewal);
        }
        // Every fourteenth subscriber asks for some money back, nine days after the purchase.
        if (self.paid_at / 1000) % 14 == 0 {
            add(self.paid_at + 9 * DAY_MS, Turn::Refund);
        }
        found
    }

    /// Seats that are paid for by an account with so many members.
    pub fn seats(plan: Plan, members: u32) -> u32 {
        match plan {
            Plan::Free | Plan::Trial | Plan::Pro => members.max(1),
            Plan::Enterprise => members.max(ENTERPRISE_SEATS_MIN),
        }
    }

    /// US dollars of one payment for these seats.
    pub fn payment(&self, plan: Plan, seats: u32) -> u32 {
        // A year costs ten months.
        let months = if self.is_yearly { 10 } else { 1 };
        plan.dollars() * seats * months
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journey() -> Journey {
        Journey {
            trial_at: 10 * DAY_MS,
            paid_at: 20 * DAY_MS,
            enterprise_at: NEVER,
            ends_at: 80 * DAY_MS - 1,
            is_yearly: false,
        }
    }

    #[test]
    fn a_month_is_paid_until_the_subscription_ends() {
        let turns = journey().turns(0, 200 * DAY_MS);
        // Asked at once, only the last renewal before the end of the asked time can be named.
        let by_day: Vec<(i64, Turn)> = (0..200)
            .flat_map(|day| journey().turns(day * DAY_MS, (day + 1) * DAY_MS))
            .map(|(at, turn)| (at / DAY_MS, turn))
            .collect();
        let expected = [
            (10, Turn::Trial),
            (20, Turn::Purchase),
            (50, Turn::Renewal), // 20 + 30; the next one, on day 80, is after the end
            (79, Turn::End),
        ];
        assert_eq!(by_day, expected);
        assert_eq!(turns.first(), Some(&(10 * DAY_MS, Turn::Trial)));
    }

    #[test]
    fn the_plan_follows_the_journey() {
        let plan = |day: i64| journey().plan(day * DAY_MS);
        let days = [9, 10, 19, 20, 79, 80];
        let expected = [
            Plan::Free,
            Plan::Trial,
            Plan::Trial,
            Plan::Pro,
            Plan::Pro,
            Plan::Free,
        ];
        assert_eq!(days.map(plan), expected);
        let unpaid = Journey {
            paid_at: NEVER,
            ends_at: NEVER,
            ..journey()
        };
        assert_eq!(unpaid.plan(23 * DAY_MS), Plan::Trial);
        assert_eq!(unpaid.plan(24 * DAY_MS), Plan::Free, "a trial has 14 days");
    }

    #[test]
    fn seats_and_years_make_the_payment() {
        let monthly = journey();
        let yearly = Journey {
            is_yearly: true,
            ..monthly
        };
        assert_eq!(monthly.payment(Plan::Pro, 3), 87); // 3 x 29
        assert_eq!(yearly.payment(Plan::Pro, 3), 870); // ten months
        assert_eq!(Journey::seats(Plan::Enterprise, 2), 6);
        assert_eq!(monthly.payment(Plan::Enterprise, 6), 414); // 6 x 69
    }
}
