//! Who came, stayed, returned and stayed away, from one bar to the next. Pure.
//!
//! `active(t) = active(t-1) - dormant(t) + new(t) + resurrecting(t)`, for each bar.

use crate::people::activity::Activity;

/// The people of one bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Life {
    /// First active day ever in this bar.
    pub new: i64,
    /// Active in this bar and in the one before.
    pub returning: i64,
    /// Active in this bar, not in the one before, and not new.
    pub resurrecting: i64,
    /// Active in the bar before, not in this one.
    pub dormant: i64,
}

impl Life {
    /// Everybody active.
    pub fn active(&self) -> i64 {
        self.new + self.returning + self.resurrecting
    }
}

/// A bar as days of the window, half open. Bars follow each other.
pub type Bar = (usize, usize);

/// Counts the people of each bar. `before` is the bar before the first one, which must lie in the window whole.
pub fn lifecycle(activity: &Activity, before: Bar, bars: &[Bar]) -> Vec<Life> {
    // Bar 0 is the one before. Days outside of all bars have none.
    let mut bar_of = vec![usize::MAX; activity.days()];
    for (number, (from, to)) in std::iter::once(&before).chain(bars).enumerate() {
        for place in bar_of.iter_mut().take(*to).skip(*from) {
            *place = number;
        }
    }
    let mut lives = vec![Life::default(); bars.len() + 1];
    for (member, days) in activity.people() {
        let first_bar = usize::try_from(member.first - activity.start())
            .ok()
            .and_then(|day| bar_of.get(day).copied());
        let mut previous: Option<usize> = None;
        for bar in days.iter().filter_map(|day| bar_of.get(day).copied()) {
            if bar == usize::MAX || previous == Some(bar) {
                continue;
            }
            let stayed = previous.is_some_and(|previous| previous + 1 == bar);
            if let Some(previous) = previous.filter(|_| !stayed) {
                lives[previous + 1].dormant += 1;
            }
            let life = &mut lives[bar];
            match (stayed, first_bar == Some(bar)) {
                (_, true) => life.new += 1,
                (true, false) => life.returning += 1,
                (false, false) => life.resurrecting += 1,
            }
            previous = Some(bar);
        }
        if let Some(life) = previous.and_then(|last| lives.get_mut(last + 1)) {
            life.dormant += 1;
        }
    }
    lives.remove(0);
    lives
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::people::activity::tests::given;

    #[test]
    fn four_people_over_four_weeks() {
        let bars: Vec<Bar> = (0..4).map(|week| (7 + week * 7, 14 + week * 7)).collect();
        let activity = given(
            0,
            35,
            &[
                // In the week before and in the first: returning, then dormant once.
                (0, &[6, 7]),
                // New in the first week on its first day, away in the second, back on the last day of the third.
                (7, &[7, 27]),
                // Active long before only: resurrecting in the fourth.
                (-100, &[28]),
                // Twice in one week counts once; not in the week before.
                (14, &[14, 20]),
            ],
        );
        let lives = lifecycle(&activity, (0, 7), &bars);
        let life = |new, returning, resurrecting, dormant| Life {
            new,
            returning,
            resurrecting,
            dormant,
        };
        assert_eq!(
            lives,
            [
                life(1, 1, 0, 0),
                life(1, 0, 0, 2),
                life(0, 0, 1, 1),
                life(0, 0, 1, 1)
            ]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn it_equals_the_definition_and_the_identity_holds(
            people in prop::collection::vec(prop::collection::btree_set(0usize..120, 1..10), 0..12),
            width in 1usize..31,
        ) {
            let people: Vec<Vec<usize>> = people.into_iter().map(|days| days.into_iter().collect()).collect();
            let rows: Vec<(i64, &[usize])> = people.iter().map(|days| (days[0] as i64, days.as_slice())).collect();
            let all: Vec<Bar> = (0..120 / width).map(|bar| (bar * width, (bar + 1) * width)).collect();
            let lives = lifecycle(&given(0, 120, &rows), all[0], &all[1..]);
            let active = |days: &Vec<usize>, bar: Bar| days.iter().any(|day| (bar.0..bar.1).contains(day));
            let count = |test: &dyn Fn(&Vec<usize>) -> bool| people.iter().filter(|days| test(days)).count() as i64;
            let mut before = count(&|days| active(days, all[0]));
            for (number, life) in lives.iter().enumerate() {
                let (past, bar) = (all[number], all[number + 1]);
                let is_new = |days: &Vec<usize>| (bar.0..bar.1).contains(&days[0]);
                let wanted = Life {
                    new: count(&is_new),
                    returning: count(&|days| active(days, bar) && active(days, past)),
                    resurrecting: count(&|days| active(days, bar) && !active(days, past) && !is_new(days)),
                    dormant: count(&|days| active(days, past) && !active(days, bar)),
                };
                prop_assert_eq!(*life, wanted);
                prop_assert_eq!(life.active(), before - life.dormant + life.new + life.resurrecting);
                before = life.active();
            }
        }
    }
}
