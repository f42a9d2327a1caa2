//! New, churned and resurrected people, and how many are active by day, week and month. Pure.
//!
//! With `m(d)` for the people active in the 30 days ending on day d, `m(d) - m(d-1) = new(d) + resurrected(d) -
//! churned(d)`, each day. Each is dated by the day on which it happens, so that it does not change when somebody
//! returns later.

use crate::people::activity::Activity;

/// Days after which somebody who was not seen has churned, and over which monthly figures look back.
pub const MONTH: usize = 30;
/// Days over which weekly figures look back.
pub const WEEK: usize = 7;
/// Days that a window must begin before the first day that is told, for the figures of that day to be right.
pub const LOOK_BACK: usize = 60;

/// Figures of each day of an activity's window. Those of the first [`LOOK_BACK`] days do not know what was before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    /// People active on the day.
    pub dau: Vec<i64>,
    /// People active in the seven days that end with it.
    pub wau: Vec<i64>,
    /// People active in the 30 days that end with it.
    pub mau: Vec<i64>,
    /// People whose first active day ever it is.
    pub new: Vec<i64>,
    /// People whose last active day was 30 days before, and who were not active on it.
    pub churned: Vec<i64>,
    /// People active on it, whose previous active day was 31 days before or earlier.
    pub resurrected: Vec<i64>,
    /// People whose first active day was on it or earlier. Everybody who ever came counts, also before the window.
    pub known_before: i64,
}

impl Growth {
    /// Counts them.
    pub fn of(activity: &Activity) -> Growth {
        let days = activity.days();
        let mut growth = Growth {
            dau: vec![0; days],
            wau: vec![0; days + WEEK],
            mau: vec![0; days + MONTH],
            new: vec![0; days],
            churned: vec![0; days + MONTH + 1],
            resurrected: vec![0; days],
            known_before: 0,
        };
        for (member, active) in activity.people() {
            let first = member.first - activity.start();
            match usize::try_from(first) {
                Ok(first) if first < days => growth.new[first] += 1,
                Ok(_) => {}
                Err(_) => growth.known_before += 1,
            }
            let mut previous: Option<usize> = None;
            for day in active.iter().take_while(|day| *day < days) {
                growth.dau[day] += 1;
                growth.run(day, previous);
                let was_away = match previous {
                    Some(previous) => day > previous + MONTH,
                    // Nothing in the window before: away that long if the window reaches back so far.
                    None => first < day as i64 && day >= MONTH,
                };
                if let Some(previous) = previous.filter(|_| was_away) {
                    growth.churned[previous + MONTH] += 1;
                }
                if was_away {
                    growth.resurrected[day] += 1;
                }
                previous = Some(day);
            }
            if let Some(last) = previous {
                growth.churned[last + MONTH] += 1;
            }
        }
        add_up(&mut growth.wau);
        add_up(&mut growth.mau);
        for counts in [&mut growth.wau, &mut growth.mau, &mut growth.churned] {
            counts.truncate(days);
        }
        growth
    }

    /// Notes that somebody counts for the days from `day` on, as a rise here and a fall where that ends.
    fn run(&mut self, day: usize, previous: Option<usize>) {
        for (counts, width) in [(&mut self.wau, WEEK), (&mut self.mau, MONTH)] {
            match previous {
                // The fall of the day before moves to the later end.
                Some(previous) if day <= previous + width => counts_at(counts, previous + width, 1),
                _ => counts_at(counts, day, 1),
            }
            counts_at(counts, day + width, -1);
        }
    }

    /// Mean of the daily active people over the 30 days that end with `day`, divided by those of the month; `None`
    /// without 30 days of data or without anybody. `earliest` is the first active day of anybody, in the window.
    pub fn stickiness(&self, day: usize, earliest: i64) -> Option<f64> {
        let from = (day + 1).checked_sub(MONTH)?;
        if earliest > from as i64 {
            return None;
        }
        let sum: i64 = self.dau[from..=day].iter().sum();
        ratio(sum as f64 / MONTH as f64, self.mau[day])
    }

    /// Daily active people divided by those of the week; `None` without anybody.
    pub fn daily_of_weekly(&self, day: usize) -> Option<f64> {
        ratio(self.dau[day] as f64, self.wau[day])
    }
}

fn counts_at(counts: &mut [i64], day: usize, by: i64) {
    if let Some(count) = counts.get_mut(day) {
        *count += by;
    }
}

fn add_up(counts: &mut [i64]) {
    let mut sum = 0;
    for count in counts {
        sum += *count;
        *count = sum;
    }
}

fn ratio(part: f64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part / whole as f64)
}

/// (active - before) / active before; `None` if there was nobody before.
pub fn growth_rate(active: i64, before: i64) -> Option<f64> {
    ratio((active - before) as f64, before)
}

/// People by how many of the `width` days that end with day `last` they were active on; position 0 is one day.
pub fn active_days(activity: &Activity, last: usize, width: usize) -> Vec<i64> {
    let mut counts = vec![0; width];
    let from = (last + 1).saturating_sub(width);
    for (_, days) in activity.people() {
        let count = days.count(from, last + 1) as usize;
        if let Some(place) = count.checked_sub(1).and_then(|place| counts.get_mut(place)) {
            *place += 1;
        }
    }
    counts
}

/// The median and the mean of the active days of those who were active at all; `None` if nobody was.
pub fn middle(counts: &[i64]) -> Option<(f64, f64)> {
    let people: i64 = counts.iter().sum();
    if people == 0 {
        return None;
    }
    let of_days = |place: usize| (place + 1) as f64;
    let sum: f64 = counts
        .iter()
        .enumerate()
        .map(|(place, count)| of_days(place) * *count as f64)
        .sum();
    let nth = |wanted: i64| {
        let mut seen = 0;
        let found = counts.iter().position(|count| {
            seen += count;
            seen > wanted
        });
        found.map_or(0.0, of_days)
    };
    Some((
        (nth((people - 1) / 2) + nth(people / 2)) / 2.0,
        sum / people as f64,
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::people::activity::tests::given;

    #[test]
    fn last_seen_on_1_march_and_back_on_5_april() {
        // Day 0 is 1 March, day 30 is 31 March, day 35 is 5 April. [METRICS 12]
        let growth = Growth::of(&given(0, 40, &[(0, &[0, 35])]));
        let days = |counts: &[i64]| -> Vec<usize> {
            counts
                .iter()
                .enumerate()
                .filter(|(_, n)| **n != 0)
                .map(|(day, _)| day)
                .collect()
        };
        assert_eq!(days(&growth.churned), [30]);
        assert_eq!(days(&growth.resurrected), [35]);
        assert_eq!((growth.mau[29], growth.mau[30], growth.mau[35]), (1, 0, 1));
        assert_eq!((growth.wau[6], growth.wau[7]), (1, 0));
    }

    #[test]
    fn a_gap_of_exactly_thirty_days_is_neither_churn_nor_a_return() {
        let growth = Growth::of(&given(0, 40, &[(0, &[0, 30])]));
        assert_eq!(
            growth.churned.iter().sum::<i64>() + growth.resurrected.iter().sum::<i64>(),
            0
        );
        assert_eq!((growth.mau[29], growth.mau[30]), (1, 1));
    }

    #[test]
    fn stickiness_is_the_mean_of_thirty_days_over_the_month_and_null_before() {
        // One person every day, another on one day of thirty: (30 + 1) / 30 / 2.
        let all: Vec<usize> = (0..40).collect();
        let growth = Growth::of(&given(0, 40, &[(0, &all), (35, &[35])]));
        assert_eq!(growth.stickiness(28, 0), None);
        assert_eq!(growth.stickiness(29, 0), Some(1.0));
        assert_eq!(growth.stickiness(39, 0), Some(31.0 / 30.0 / 2.0));
        assert_eq!(growth.daily_of_weekly(35), Some(1.0));
    }

    #[test]
    fn nobody_before_is_no_rate_and_the_middle_of_two_is_between_them() {
        assert_eq!(growth_rate(5, 0), None);
        assert_eq!(growth_rate(12, 10), Some(0.2));
        // Days 1, 1, 2, 4.
        assert_eq!(middle(&[2, 1, 0, 1]), Some((1.5, 2.0)));
        assert_eq!(middle(&[0, 0]), None);
        let activity = given(0, 10, &[(0, &[0, 9]), (3, &[3, 4, 5]), (1, &[1])]);
        // The seven days 3 to 9.
        assert_eq!(active_days(&activity, 9, 7), [1, 0, 1, 0, 0, 0, 0]);
    }

    /// The definitions, one by one, with sets and without thought for speed.
    fn slowly(people: &[Vec<usize>], days: usize) -> Growth {
        let active = |person: &Vec<usize>, from: i64, to: i64| {
            person
                .iter()
                .any(|day| (from..=to).contains(&(*day as i64)))
        };
        let count = |test: &dyn Fn(&Vec<usize>) -> bool| {
            people.iter().filter(|person| test(person)).count() as i64
        };
        let each = |test: &dyn Fn(&Vec<usize>, i64) -> bool| -> Vec<i64> {
            (0..days as i64)
                .map(|day| count(&|person| test(person, day)))
                .collect()
        };
        Growth {
            dau: each(&|person, day| active(person, day, day)),
            wau: each(&|person, day| active(person, day - 6, day)),
            mau: each(&|person, day| active(person, day - 29, day)),
            new: each(&|person, day| person.iter().min() == Some(&(day as usize))),
            churned: each(&|person, day| {
                active(person, day - 30, day - 30) && !active(person, day - 29, day)
            }),
            resurrected: each(&|person, day| {
                active(person, day, day)
                    && !active(person, day - 30, day - 1)
                    && active(person, 0, day - 31)
            }),
            known_before: 0,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn counts_equal_the_definitions_and_the_identities_hold(
            people in prop::collection::vec(prop::collection::btree_set(0usize..150, 1..12), 0..12),
        ) {
            let days = 150;
            let people: Vec<Vec<usize>> = people.into_iter().map(|days| days.into_iter().collect()).collect();
            let rows: Vec<(i64, &[usize])> = people.iter().map(|days| (days[0] as i64, days.as_slice())).collect();
            let growth = Growth::of(&given(0, days, &rows));
            prop_assert_eq!(&growth, &slowly(&people, days));
            for day in 1..days {
                prop_assert_eq!(
                    growth.mau[day] - growth.mau[day - 1],
                    growth.new[day] + growth.resurrected[day] - growth.churned[day]
                );
                prop_assert!(growth.dau[day] <= growth.wau[day] && growth.wau[day] <= growth.mau[day]);
            }
        }

        #[test]
        fn a_window_that_begins_later_tells_the_same_after_the_look_back(
            people in prop::collection::vec(prop::collection::btree_set(0usize..200, 1..10), 0..10),
            cut in 1usize..100,
        ) {
            let people: Vec<Vec<usize>> = people.into_iter().map(|days| days.into_iter().collect()).collect();
            let whole: Vec<(i64, &[usize])> = people.iter().map(|days| (days[0] as i64, days.as_slice())).collect();
            let later: Vec<Vec<usize>> = people
                .iter()
                .map(|days| days.iter().filter(|day| **day >= cut).map(|day| day - cut).collect())
                .collect();
            let rows: Vec<(i64, &[usize])> = people
                .iter()
                .zip(&later)
                .filter(|(_, later)| !later.is_empty())
                .map(|(days, later)| (days[0] as i64 - cut as i64, later.as_slice()))
                .collect();
            let (whole, part) = (Growth::of(&given(0, 200, &whole)), Growth::of(&given(0, 200 - cut, &rows)));
            let told = LOOK_BACK.min(200 - cut);
            prop_assert_eq!(&whole.mau[cut + told..], &part.mau[told..]);
            prop_assert_eq!(&whole.churned[cut + told..], &part.churned[told..]);
            prop_assert_eq!(&whole.resurrected[cut + told..], &part.resurrected[told..]);
            prop_assert_eq!(&whole.new[cut..], &part.new[..]);
        }
    }
}
