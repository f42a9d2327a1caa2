//! `Cycle`: the calendar period over which a budget is spent, in the project's days.
//!
//! Weeks begin on Monday, quarters in January, April, July and October. Edges are local midnights, so a day may have 23
//! or 25 hours. Knows no money.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Unit};

use crate::core::range::{midnight, week_start};

/// How often a budget begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cycle {
    /// From Monday to Sunday.
    Weekly,
    /// A calendar month.
    Monthly,
    /// Three calendar months.
    Quarterly,
}

/// One turn of a cycle: whole local days, half open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Its first day.
    pub first: Date,
    /// The day after its last.
    pub end: Date,
}

impl Cycle {
    /// Every cycle, in the order of a list.
    pub const ALL: [Cycle; 3] = [Cycle::Monthly, Cycle::Weekly, Cycle::Quarterly];

    /// Its name in forms, addresses and JSON.
    pub fn id(self) -> &'static str {
        match self {
            Cycle::Weekly => "weekly",
            Cycle::Monthly => "monthly",
            Cycle::Quarterly => "quarterly",
        }
    }

    /// What one turn is called, after "this" or "a".
    pub fn noun(self) -> &'static str {
        match self {
            Cycle::Weekly => "week",
            Cycle::Monthly => "month",
            Cycle::Quarterly => "quarter",
        }
    }

    /// The cycle of this name.
    pub fn parse(text: &str) -> Option<Cycle> {
        Cycle::ALL.into_iter().find(|cycle| cycle.id() == text)
    }

    /// The turn in which `day` lies.
    pub fn turn(self, day: Date) -> Turn {
        match self {
            Cycle::Weekly => {
                let first = week_start(day);
                Turn {
                    first,
                    end: first.checked_add(7.days()).unwrap_or(Date::MAX),
                }
            }
            Cycle::Monthly => months(day.first_of_month(), 1),
            Cycle::Quarterly => {
                let into_quarter = i32::from((day.month() - 1) % 3);
                let first = day.first_of_month().checked_sub(into_quarter.months());
                months(first.unwrap_or(Date::MIN), 3)
            }
        }
    }
}

fn months(first: Date, count: i32) -> Turn {
    Turn {
        first,
        end: first.checked_add(count.months()).unwrap_or(Date::MAX),
    }
}

impl Turn {
    /// Its first moment in `zone`.
    pub fn from(&self, zone: &TimeZone) -> Timestamp {
        midnight(self.first, zone)
    }

    /// The moment after it in `zone`.
    pub fn to(&self, zone: &TimeZone) -> Timestamp {
        midnight(self.end, zone)
    }

    /// How much of it has gone by, from 0 to 1, by the clock: a day without its 23rd hour is shorter.
    pub fn elapsed(&self, now: Timestamp, zone: &TimeZone) -> f64 {
        let (from, to) = (self.from(zone), self.to(zone));
        elapsed(from, to, now)
    }

    /// Its days in order.
    pub fn days(&self) -> impl Iterator<Item = Date> + use<> {
        let end = self.end;
        std::iter::successors(Some(self.first), |day| day.tomorrow().ok())
            .take_while(move |day| *day < end)
    }

    /// How many days it has.
    pub fn length(&self) -> i64 {
        let span = self.first.until((Unit::Day, self.end));
        span.map_or(0, |span| i64::from(span.get_days()))
    }
}

/// How much of a stretch has gone by, from 0 to 1.
pub fn elapsed(from: Timestamp, to: Timestamp, now: Timestamp) -> f64 {
    let us = |moment: Timestamp| moment.as_microsecond() as f64;
    let whole = us(to) - us(from);
    match whole > 0.0 {
        true => ((us(now) - us(from)) / whole).clamp(0.0, 1.0),
        false => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    #[test]
    fn turns_begin_on_mondays_first_days_and_first_days_of_quarters() {
        for (cycle, within, first, end) in [
            (Cycle::Weekly, "2026-11-24", "2026-11-23", "2026-11-30"),
            (Cycle::Weekly, "2026-11-22", "2026-11-16", "2026-11-23"),
            (Cycle::Weekly, "2027-01-01", "2026-12-28", "2027-01-04"),
            (Cycle::Monthly, "2026-02-28", "2026-02-01", "2026-03-01"),
            (Cycle::Monthly, "2026-12-31", "2026-12-01", "2027-01-01"),
            (Cycle::Quarterly, "2026-03-31", "2026-01-01", "2026-04-01"),
            (Cycle::Quarterly, "2026-11-24", "2026-10-01", "2027-01-01"),
            (Cycle::Quarterly, "2026-04-01", "2026-04-01", "2026-07-01"),
        ] {
            let turn = cycle.turn(day(within));
            assert_eq!(
                (turn.first, turn.end),
                (day(first), day(end)),
                "{cycle:?} {within}"
            );
            assert_eq!(turn.days().count() as i64, turn.length());
        }
    }

    #[test]
    fn edges_are_local_midnights_also_where_clocks_change() {
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        // The week of 29 March 2026 loses an hour, that of 25 October gains one.
        for (within, from, to, hours) in [
            (
                "2026-03-29",
                "2026-03-22T23:00:00Z",
                "2026-03-29T22:00:00Z",
                167,
            ),
            (
                "2026-10-25",
                "2026-10-18T22:00:00Z",
                "2026-10-25T23:00:00Z",
                169,
            ),
        ] {
            let turn = Cycle::Weekly.turn(day(within));
            let (start, end) = (turn.from(&berlin), turn.to(&berlin));
            assert_eq!(
                (start.to_string(), end.to_string()),
                (from.into(), to.into())
            );
            assert_eq!((end.as_second() - start.as_second()) / 3600, hours);
            let half = Timestamp::from_second((start.as_second() + end.as_second()) / 2);
            assert_eq!(turn.elapsed(half.expect("a moment"), &berlin), 0.5);
        }
        let quarter = Cycle::Quarterly.turn(day("2026-11-01"));
        assert_eq!(quarter.from(&berlin).to_string(), "2026-09-30T22:00:00Z");
        assert_eq!(quarter.to(&berlin).to_string(), "2026-12-31T23:00:00Z");
    }

    #[test]
    fn names_lead_back() {
        for cycle in Cycle::ALL {
            assert_eq!(Cycle::parse(cycle.id()), Some(cycle));
        }
        assert_eq!(Cycle::parse("daily"), None);
    }
}
