//! Answers as CSV: the same figures as JSON, one line a row or bar.

use crate::query::answer::{Answer, Distribution, Row};
use crate::query::rows::{self, Listing};
use crate::store::table::Cell;

/// What stands in place of a value in the lines of all values that have none of their own.
pub const OTHER: &str = "(other)";

/// A total, series, breakdown or matrix. In a series with more values than lines, those that are left out follow
/// together under [`OTHER`].
///
/// # Errors
/// Only if memory ends.
pub fn answer(answer: &Answer) -> Result<Vec<u8>, csv::Error> {
    let mut lines = Lines::default();
    let is_series = !answer.buckets.is_empty();
    let is_compared = answer.compared.is_some();
    let mut head: Vec<String> = Vec::new();
    if is_series {
        head.extend(["from".to_owned(), "to".to_owned(), "so_far".to_owned()]);
    }
    head.extend(answer.by.iter().map(|(id, _)| id.clone()));
    for metric in &answer.metrics {
        head.push(metric.id.to_owned());
        if is_compared {
            head.push(format!("{}_before", metric.id));
        }
    }
    lines.add(head)?;
    let other = answer.other.as_ref().filter(|_| {
        let mut metrics = answer.metrics.iter();
        metrics.any(|metric| metric.is_additive)
    });
    let rows: Vec<&Row> = match answer.by.is_empty() {
        true => vec![&answer.total],
        false => answer.rows.iter().chain(other).collect(),
    };
    for row in rows {
        let keys = answer.by.iter().enumerate().map(|(place, _)| {
            match (row.keys.is_empty(), row.keys.get(place)) {
                (true, _) => OTHER.to_owned(),
                (false, key) => guarded(key.and_then(Option::as_deref).unwrap_or_default()),
            }
        });
        let figures = |figures: &[crate::query::answer::Figure]| -> Vec<String> {
            let mut cells = Vec::new();
            for figure in figures {
                cells.push(figure.value.to_csv());
                if is_compared {
                    cells.push(figure.before.to_csv());
                }
            }
            cells
        };
        if is_series {
            for (bucket, bar) in answer.buckets.iter().zip(&row.bars) {
                let times = [
                    bucket.from.to_string(),
                    bucket.to.to_string(),
                    bucket.is_partial.to_string(),
                ];
                lines.add(
                    times
                        .into_iter()
                        .chain(keys.clone())
                        .chain(figures(bar))
                        .collect(),
                )?;
            }
        } else {
            lines.add(keys.chain(figures(&row.figures)).collect())?;
        }
    }
    lines.bytes()
}

/// A distribution.
///
/// # Errors
/// Only if memory ends.
pub fn distribution(distribution: &Distribution) -> Result<Vec<u8>, csv::Error> {
    let mut lines = Lines::default();
    lines.add(["from", "to", "count"].map(str::to_owned).to_vec())?;
    for (from, to, count) in &distribution.bins {
        lines.add(vec![from.to_string(), to.to_string(), count.to_string()])?;
    }
    lines.bytes()
}

/// A page of events.
///
/// # Errors
/// Only if memory ends.
pub fn listing(listing: &Listing) -> Result<Vec<u8>, csv::Error> {
    let mut lines = Lines::default();
    lines.add(
        std::iter::once("timestamp")
            .chain(rows::names())
            .map(str::to_owned)
            .collect(),
    )?;
    for row in &listing.rows {
        let time = super::json::moment(row.occurred_at).unwrap_or_default();
        lines.add(
            std::iter::once(time)
                .chain(row.cells.iter().map(cell))
                .collect(),
        )?;
    }
    lines.bytes()
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Null | Cell::Wholes(_) => String::new(),
        Cell::Text(text) => guarded(text),
        Cell::Whole(number) => number.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Billionths(billionths) => {
            crate::core::money::MoneySum::from_nanos(*billionths).to_string()
        }
    }
}

/// Text that a spreadsheet would run as a formula, made harmless (OWASP: CSV injection).
pub(super) fn guarded(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

pub(super) struct Lines(csv::Writer<Vec<u8>>);

impl Default for Lines {
    fn default() -> Lines {
        let mut builder = csv::WriterBuilder::new();
        Lines(
            builder
                .terminator(csv::Terminator::CRLF)
                .from_writer(Vec::new()),
        )
    }
}

impl Lines {
    pub(super) fn add(&mut self, line: Vec<String>) -> Result<(), csv::Error> {
        self.0.write_record(&line)
    }

    pub(super) fn bytes(self) -> Result<Vec<u8>, csv::Error> {
        let bytes = self.0.into_inner();
        bytes.map_err(|error| csv::Error::from(error.into_error()))
    }
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_formula_stays_text() {
        assert_eq!(guarded("=1+1"), "'=1+1");
        assert_eq!(guarded("gpt-5"), "gpt-5");
    }
}
