//! Exchange rates of a file: lines of currency, day and dollars.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::core::exchange::DatedRate;
use crate::store::control::exchange_rate::{RATES_MAX, RateDraft};

/// The first line, which may be left out.
pub const HEAD: &str = "currency,day,usd";

/// Problems after which no more are looked for: the text is something else.
const PROBLEMS_MAX: usize = 200;

/// The rates of `text`, as of `now`.
///
/// # Errors
/// Everything that is wrong with it, each with its line; then none of it can be used.
pub fn parse(text: &str, now: Timestamp) -> Result<Vec<DatedRate>, Vec<String>> {
    let (mut rates, mut problems) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    let mut is_first = true;
    for (place, text) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if text.trim().is_empty() {
            continue;
        }
        let line = place + 1;
        // No field can hold a comma, so that quotes only surround what would be the same without them.
        let bare = |field: &str| field.trim().trim_matches('"').trim().to_owned();
        let fields: Vec<String> = text.split(',').map(bare).collect();
        if std::mem::take(&mut is_first) && is_head(&fields) {
            continue;
        }
        let [currency, day, usd] = fields.as_slice() else {
            let count = fields.len();
            problems.push(format!(
                "line {line} has {count} fields; three are needed: {HEAD}"
            ));
            if problems.len() >= PROBLEMS_MAX {
                break;
            }
            continue;
        };
        let draft = RateDraft {
            currency: currency.clone(),
            day: day.clone(),
            usd: usd.clone(),
        };
        match draft.check(now) {
            Ok(rate) if !seen.insert((rate.currency, rate.day)) => problems.push(format!(
                "line {line}: {} has a rate from {} on already; keep one of the two lines",
                rate.currency, rate.day
            )),
            Ok(rate) => rates.push(rate),
            Err(wrong) => {
                let told = wrong.list().iter().map(|problem| match problem.field {
                    // Its message names the code itself.
                    "currency" if problem.message.starts_with('`') => problem.message.clone(),
                    field => format!("`{field}` {}", problem.message),
                });
                let told: Vec<String> = told.collect();
                problems.push(format!("line {line}: {}", told.join("; ")));
            }
        }
        if problems.len() >= PROBLEMS_MAX {
            break;
        }
        if rates.len() > RATES_MAX {
            problems.push(format!(
                "line {line}: there are more than {RATES_MAX} rates, the most; leave out days on which a rate hardly changed"
            ));
            break;
        }
    }
    if rates.is_empty() && problems.is_empty() {
        problems.push(format!(
            "there is no rate in it; write one a line: {HEAD}, like EUR,2026-03-31,1.0834"
        ));
    }
    match problems.is_empty() {
        true => Ok(rates),
        false => Err(problems),
    }
}

fn is_head(fields: &[String]) -> bool {
    fields.join(",").eq_ignore_ascii_case(HEAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T12:00:00Z".parse().expect("a moment")
    }

    #[test]
    fn lines_become_rates_with_a_head_or_without() {
        let told = |text: &str| -> Vec<String> {
            let rates = parse(text, now()).expect(text);
            let told = rates
                .iter()
                .map(|rate| format!("{} {} {}", rate.currency, rate.day, rate.usd));
            told.collect()
        };
        let expected = ["EUR 2026-03-31 1.0834", "JPY 2026-03-31 0.0066"];
        let lines = "EUR,2026-03-31,1.0834\r\njpy , 2026-03-31, 0.00660\r\n\r\n";
        assert_eq!(told(lines), expected);
        let quoted = "\"EUR\",\"2026-03-31\",\"1.0834\"\nJPY,2026-03-31,0.0066";
        assert_eq!(told(quoted), expected);
        assert_eq!(
            told(&format!("\u{feff}Currency,Day,USD\n{lines}")),
            expected
        );
    }

    #[test]
    fn everything_wrong_is_told_with_its_line() {
        let text = "currency,day,usd\r\nEUR,2026-03-31,1.08\r\nUSD,2026-01-01,1\nEUR,31.3.2026,0\n\
                    XYZ,2026-01-01,1\nEUR,2026-03-31,1.09\nEUR,1.08\nGBP,2029-01-01,1.25";
        let problems = parse(text, now()).expect_err("seven lines, six wrong");
        let begins: Vec<&str> = problems
            .iter()
            .map(|told| told.split([':', ' ']).nth(1).unwrap_or_default())
            .collect();
        assert_eq!(begins, ["3", "4", "5", "6", "7", "8"], "{problems:?}");
        for (place, part) in [
            (0, "a dollar is always worth one"),
            (1, "is `31.3.2026`, which is no day"),
            (1, "`usd` is 0; one unit is worth from 0.0000001"),
            (2, "`XYZ` is not a currency code"),
            (3, "keep one of the two lines"),
            (4, "has 2 fields; three are needed"),
            (5, "a year from now, 2027-11-21"),
        ] {
            assert!(problems[place].contains(part), "{}", problems[place]);
        }
        let nothing = parse("currency,day,usd\n", now()).expect_err("no rate");
        assert!(nothing[0].contains("there is no rate in it"));
    }
}
