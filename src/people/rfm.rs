//! Recency, frequency, money: people scored from 1 to 5 by each, and named by the cell they fall into. Pure.
//!
//! **Ties.** A score is `ceil(5 × cume_dist)`, with the cumulative distribution of the SQL standard: of a value, the share
//! of people whose value is not larger. So people with the same value always have the same score, whatever the order in
//! which they are looked at, and a score depends on nobody's number or name. Cutting the sorted people into five groups
//! of one size (`NTILE`) would put equal people into different groups, by chance; cutting between distinct values
//! (quantiles that drop repeated edges) leaves fewer than five scores. The price is that the fifths differ in size where
//! many are alike: all who came on one day only share the highest place that any of them has.

use std::collections::HashMap;

/// Days that are looked at.
pub const WINDOW: usize = 365;
/// Fewer people than this cannot be told apart by fifths.
pub const PEOPLE_MIN: usize = 25;

/// One person's inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Their number.
    pub person: i64,
    /// Days since last active.
    pub rec: i64,
    /// Active days.
    pub days: i64,
    /// What they paid or cost, in billionths.
    pub money: i128,
}

/// Scores from 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scores {
    /// Of recency; 5 for the latest.
    pub r: u8,
    /// Of frequency.
    pub f: u8,
    /// Of money; without any it is 1.
    pub m: u8,
}

impl Scores {
    /// The mean of frequency and money, half up.
    pub fn fm(self) -> u8 {
        (self.f + self.m).div_ceil(2)
    }

    /// The name of the cell.
    pub fn label(self) -> &'static str {
        let row = LABELS[usize::from(5 - self.r.clamp(1, 5))];
        row[usize::from(self.fm().clamp(1, 5)) - 1]
    }
}

/// Names by R from 5 down, and FM from 1 up.
pub const LABELS: [[&str; 5]; 5] = [
    [
        "new",
        "promising",
        "potential loyal",
        "champion",
        "champion",
    ],
    [
        "promising",
        "potential loyal",
        "loyal",
        "champion",
        "champion",
    ],
    [
        "about to sleep",
        "needs attention",
        "needs attention",
        "loyal",
        "loyal",
    ],
    [
        "hibernating",
        "about to sleep",
        "at risk",
        "at risk",
        "cannot lose",
    ],
    [
        "lost",
        "hibernating",
        "at risk",
        "cannot lose",
        "cannot lose",
    ],
];

/// Every name, each once, the best first.
pub fn labels() -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for row in LABELS {
        for name in row.into_iter().rev() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// The scores of each, in their order; `None` for fewer than 25 people.
pub fn scores(people: &[Standing]) -> Option<Vec<Scores>> {
    if people.len() < PEOPLE_MIN {
        return None;
    }
    let by = |value: &dyn Fn(&Standing) -> i128| fifths(people.iter().map(value));
    // Fewer days since are better, so the order is the other way round.
    let (r, f, m) = (
        by(&|one| -i128::from(one.rec)),
        by(&|one| i128::from(one.days)),
        by(&|one| one.money),
    );
    let scored = people.iter().map(|one| Scores {
        r: r[&-i128::from(one.rec)],
        f: f[&i128::from(one.days)],
        m: if one.money <= 0 { 1 } else { m[&one.money] },
    });
    Some(scored.collect())
}

/// The score of each value: five times the share of values that are not larger, upwards. Equal values score alike; the
/// smallest value has at least 1, as at least one value is not larger than itself.
fn fifths(values: impl Iterator<Item = i128>) -> HashMap<i128, u8> {
    let mut sorted: Vec<i128> = values.collect();
    sorted.sort_unstable();
    let all = sorted.len();
    let mut scores = HashMap::new();
    for (place, value) in sorted.iter().enumerate() {
        // The last of equal values decides, as its place is the number of values up to it.
        let score = (5 * (place + 1)).div_ceil(all).clamp(1, 5);
        scores.insert(*value, score as u8);
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_five_people_fall_into_fifths_and_ties_share_a_score() {
        let mut people: Vec<Standing> = (1..=25)
            .map(|number| Standing {
                person: number,
                rec: 25 - number,
                days: number,
                money: number.into(),
            })
            .collect();
        let scored = scores(&people).expect("enough people");
        let r: Vec<u8> = scored.iter().map(|one| one.r).collect();
        assert_eq!(r[..6], [1, 1, 1, 1, 1, 2]);
        assert_eq!(
            (scored[24].label(), scored[0].label()),
            ("champion", "lost")
        );

        // Places 1 to 6 are alike now: 5 × 6 / 25 = 1.2, upwards 2, for all six.
        for one in &mut people[..6] {
            one.days = 1;
        }
        let scored = scores(&people).expect("enough people");
        assert!(scored[..6].iter().all(|one| one.f == 2));
    }

    #[test]
    fn ties_in_every_column_worked_by_hand() {
        // Forty people in four groups of ten: recency, active days, and what they paid.
        let groups = [(90, 1, 0), (30, 1, -5), (30, 4, 0), (2, 9, 7)];
        let people: Vec<Standing> = (0..40)
            .map(|number| {
                let (rec, days, money) = groups[number as usize / 10];
                Standing {
                    person: number,
                    rec,
                    days,
                    money,
                }
            })
            .collect();
        let scored = scores(&people).expect("enough people");
        for (group, wanted) in [
            // R: 10 of 40 are not later, 5 × 10/40 = 1.25, upwards 2. F: 20 of 40 are not more often, 2.5, 3. M: nothing
            // paid, 1.
            Scores { r: 2, f: 3, m: 1 },
            // R: 30 of 40, 3.75, 4. More was paid back than paid: 1.
            Scores { r: 4, f: 3, m: 1 },
            // F: 30 of 40, 3.75, 4.
            Scores { r: 4, f: 4, m: 1 },
            // 40 of 40.
            Scores { r: 5, f: 5, m: 5 },
        ]
        .into_iter()
        .enumerate()
        {
            let all = &scored[group * 10..group * 10 + 10];
            assert!(all.iter().all(|one| *one == wanted), "{group}: {all:?}");
        }

        // Looked at in another order, everybody keeps their score.
        let mut turned = people.clone();
        turned.reverse();
        let mut again = scores(&turned).expect("enough people");
        again.reverse();
        assert_eq!(again, scored);
    }

    #[test]
    fn whoever_pays_least_of_a_few_is_above_all_who_pay_nothing() {
        // Twenty pay nothing, five pay 1 to 5: places 21 to 25 of 25 are 4.2 to 5, upwards 5 each.
        let people: Vec<Standing> = (0..25)
            .map(|number| Standing {
                person: number,
                rec: 0,
                days: 1,
                money: i128::from((number - 19).max(0)),
            })
            .collect();
        let scored = scores(&people).expect("enough people");
        let m: Vec<u8> = scored.iter().map(|one| one.m).collect();
        assert_eq!((&m[..20], &m[20..]), (&[1; 20][..], &[5; 5][..]));
    }

    #[test]
    fn too_few_people_have_no_scores_and_no_money_scores_one() {
        let one = Standing {
            person: 1,
            rec: 0,
            days: 1,
            money: 0,
        };
        assert_eq!(scores(&vec![one; 24]), None);
        let scored = scores(&vec![one; 25]).expect("enough people");
        assert_eq!(scored[0], Scores { r: 5, f: 5, m: 1 });
        assert_eq!((scored[0].fm(), scored[0].label()), (3, "potential loyal"));
        // Half up: (2 + 3) / 2 is 3.
        assert_eq!(Scores { r: 1, f: 2, m: 3 }.fm(), 3);
        assert_eq!(labels().len(), 11);
    }
}
