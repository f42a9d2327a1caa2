//! How a figure changed against the same time yesterday, in words, with an arrow and a colour.
//!
//! The live script writes the same (`static/src/js/delta.js`, and `plot.cases.json` holds what both must answer).

use crate::web::view::figure::FigureForm;
use crate::web::view::shell::Tone;

/// Which way of a figure is good news; it decides the colour and never the arrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// More is good.
    Higher,
    /// Less is good.
    Lower,
    /// Neither is.
    Neutral,
}

impl Better {
    /// The name under which the script knows it.
    pub fn name(self) -> &'static str {
        match self {
            Better::Higher => "higher",
            Better::Lower => "lower",
            Better::Neutral => "neutral",
        }
    }
}

/// Where a change went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Up.
    Up,
    /// Down.
    Down,
    /// Nowhere that the text could tell.
    Still,
}

impl Way {
    /// The word for it, for readers who do not see the arrow.
    pub fn word(self) -> &'static str {
        match self {
            Way::Up => "up",
            Way::Down => "down",
            Way::Still => "",
        }
    }
}

/// The change, told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// Where the arrow points.
    pub way: Way,
    /// Whether it is good news.
    pub tone: Tone,
    /// How much: "14.2%", "0.32 pp", "new". May be empty.
    pub text: String,
    /// Against what: "vs $38.6K", "none yesterday".
    pub versus: String,
}

/// What a change is told from.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a> {
    /// How the figure is written.
    pub form: FigureForm,
    /// Which way is good news.
    pub better: Better,
    /// The sign of its currency, if it has one.
    pub prefix: &'a str,
    /// Decimals of that currency.
    pub decimals: u8,
    /// The figure, as far as known.
    pub now: Option<f64>,
    /// The figure at the same time yesterday, as far as known.
    pub then: Option<f64>,
    /// The change in per cent, or in percentage points for a percentage.
    pub change: Option<f64>,
}

impl Delta {
    /// The change of a figure.
    pub fn new(measured: Measured) -> Delta {
        let Measured {
            form, now, then, ..
        } = measured;
        let still = |text: &str, versus: String| Delta {
            way: Way::Still,
            tone: Tone::Plain,
            text: text.to_owned(),
            versus,
        };
        let Some(then) = then else {
            return still("", "no comparison".to_owned());
        };
        let Some(change) = measured.change else {
            if then == 0.0 {
                let is_new = now.is_some_and(|now| now > 0.0);
                return still(if is_new { "new" } else { "" }, "none yesterday".to_owned());
            }
            return still("", versus(&measured, then));
        };
        let text = size(form, change);
        let is_zero = text.chars().all(|letter| !('1'..='9').contains(&letter));
        let way = match (is_zero, change > 0.0) {
            (true, _) => Way::Still,
            (false, true) => Way::Up,
            (false, false) => Way::Down,
        };
        let tone = match (way, measured.better) {
            (Way::Still, _) | (_, Better::Neutral) => Tone::Plain,
            (Way::Up, Better::Higher) | (Way::Down, Better::Lower) => Tone::Good,
            (Way::Up, Better::Lower) | (Way::Down, Better::Higher) => Tone::Bad,
        };
        Delta {
            way,
            tone,
            text,
            versus: versus(&measured, then),
        }
    }
}

fn versus(measured: &Measured, then: f64) -> String {
    let then = measured
        .form
        .short(then, measured.prefix, measured.decimals);
    format!("vs {then}")
}

fn size(form: FigureForm, change: f64) -> String {
    match form {
        FigureForm::Percent => format!("{:.2} pp", (change.abs() * 100.0).round() / 100.0),
        // From ten times on a factor is easier to read than per cents.
        _ if change >= 900.0 => format!("×{:.1}", (change / 10.0 + 10.0).round() / 10.0),
        FigureForm::Count
        | FigureForm::PerMinute
        | FigureForm::Money
        | FigureForm::Milliseconds => format!("{:.1}%", (change.abs() * 10.0).round() / 10.0),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{Better, Delta, Measured};
    use crate::web::view::figure::FigureForm;

    #[derive(Deserialize)]
    struct Expected {
        text: String,
        way: String,
        tone: String,
        versus: String,
    }

    /// Form, better, now, change, then, and what is told.
    type Case = (
        String,
        String,
        Option<f64>,
        Option<f64>,
        Option<f64>,
        Expected,
    );

    /// What the script's tests read too.
    #[derive(Deserialize)]
    struct Cases {
        delta: Vec<Case>,
        short: Vec<(String, f64, String, String)>,
        full: Vec<(String, f64, String, String)>,
    }

    fn cases() -> Cases {
        serde_json::from_str(include_str!("../../../static/src/js/plot.cases.json"))
            .expect("the shared cases have this shape")
    }

    fn form(name: &str) -> FigureForm {
        FigureForm::named(name).expect("the shared cases name forms")
    }

    #[test]
    fn changes_read_as_the_script_writes_them() {
        let all = [Better::Higher, Better::Lower, Better::Neutral];
        for (name, better, now, change, then, expected) in cases().delta {
            let better = all.into_iter().find(|each| each.name() == better);
            let delta = Delta::new(Measured {
                form: form(&name),
                better: better.expect("the shared cases name ways"),
                prefix: "$",
                decimals: 2,
                now,
                then,
                change,
            });
            let seen = (
                &*delta.text,
                delta.way.word(),
                delta.tone.class(),
                &*delta.versus,
            );
            assert_eq!(
                seen,
                (
                    &*expected.text,
                    &*expected.way,
                    &*expected.tone,
                    &*expected.versus
                ),
                "{name} {now:?} {change:?} {then:?}"
            );
        }
        for (name, value, prefix, text) in cases().short {
            assert_eq!(form(&name).short(value, &prefix, 2), text, "{name} {value}");
        }
        for (name, value, prefix, text) in cases().full {
            assert_eq!(form(&name).full(value, &prefix, 2), text, "{name} {value}");
        }
    }
}
