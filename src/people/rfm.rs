//! Recency, frequency, money: people scored from 1 to 5 by each, and named by the cell they fall into. Pure.

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

/// The score of each value: five times the share of values that are not larger, upwards. Equal values score alike.
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
