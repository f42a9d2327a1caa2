//! How a live figure changed against the same time yesterday, and against what.
//!
//! The live script writes the same (`static/src/js/delta.js`, and `plot.cases.json` holds what both must answer).

use crate::render::change::{Better, Change};
use crate::render::unit::Unit;

/// The change, told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// How much, which way, and whether that is good; none where it cannot be told.
    pub change: Option<Change>,
    /// Against what: "vs $38.6K", "none yesterday".
    pub versus: String,
}

/// What a change is told from; shares as shares of one.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// The figure, as far as known.
    pub now: Option<f64>,
    /// The figure at the same time yesterday, as far as known.
    pub then: Option<f64>,
    /// The change in per cent, of a share in percentage points, as far as it can be told.
    pub change: Option<f64>,
}

impl Delta {
    /// The change of a figure.
    pub fn new(measured: Measured, unit: &Unit, better: Better) -> Delta {
        let Measured { now, then, change } = measured;
        let Some(then) = then else {
            return Delta {
                change: None,
                versus: "no comparison".to_owned(),
            };
        };
        if then == 0.0 && *unit != Unit::Share {
            let came = now.filter(|now| *now > 0.0);
            return Delta {
                change: Change::between(came, Some(0.0), unit, better),
                versus: "none yesterday".to_owned(),
            };
        }
        Delta {
            change: change.map(|size| Change::by(size, unit, better)),
            versus: format!("vs {}", unit.short(then)),
        }
    }
}

/// The name under which the script knows which way is good news.
pub fn better_name(better: Better) -> &'static str {
    match better {
        Better::Higher => "higher",
        Better::Lower => "lower",
        Better::Neutral => "neutral",
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{Delta, Measured, better_name};
    use crate::render::change::Better;
    use crate::render::unit::Unit;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Told {
        text: String,
        way: String,
        tone: String,
        versus: String,
    }

    /// Unit, better, now, change, then, and what is told.
    type Case = (String, String, Option<f64>, Option<f64>, Option<f64>, Told);

    /// What the script's tests read too.
    #[derive(Deserialize)]
    struct Cases {
        delta: Vec<Case>,
    }

    fn unit(name: &str) -> Unit {
        match name {
            "number" => Unit::Number,
            "share" => Unit::Share,
            "milliseconds" => Unit::Milliseconds,
            "money" => Unit::Money {
                prefix: "$".into(),
                decimals: 2,
            },
            _ => Unit::Count,
        }
    }

    #[test]
    fn changes_read_as_the_script_writes_them() {
        let cases: Cases =
            serde_json::from_str(include_str!("../../../static/src/js/plot.cases.json"))
                .expect("the shared cases have this shape");
        let all = [Better::Higher, Better::Lower, Better::Neutral];
        for (name, better, now, change, then, expected) in cases.delta {
            let better = all.into_iter().find(|each| better_name(*each) == better);
            let better = better.expect("the shared cases name ways");
            let delta = Delta::new(Measured { now, then, change }, &unit(&name), better);
            let change = delta.change.as_ref();
            let told = Told {
                text: change.map_or(String::new(), |change| change.text.clone()),
                way: change.map_or("", |change| change.word()).to_owned(),
                tone: change.map_or("", |change| change.class()).to_owned(),
                versus: delta.versus,
            };
            assert_eq!(told, expected, "{name} {now:?} {then:?}");
        }
    }
}
