//! Answers and the catalogue as JSON. Units stand beside the figures; money is text; nothing is null.

use serde_json::{Value as Json, json};

use crate::catalogue::dimension::{DIMENSIONS, DimensionKind};
use crate::catalogue::metric::{self, Metric};
use crate::core::range::Period;
use crate::core::value::Change;
use crate::query::answer::{Answer, Distribution, Figure, Row};
use crate::query::rows::{self, Listing};
use crate::store::table::Cell;

/// A total, series, breakdown or matrix.
pub fn answer(answer: &Answer, currency: &str) -> Json {
    let is_compared = answer.compared.is_some();
    let row = |row: &Row| row_json(answer, row, is_compared);
    let mut body = json!({
        "metrics": answer.metrics.iter().map(|metric| metric_json(metric, currency)).collect::<Vec<_>>(),
        "by": answer.by.iter().map(|(id, label)| json!({ "id": id, "label": label })).collect::<Vec<_>>(),
        "period": period_json(&answer.period),
        "compared": answer.compared.as_ref().map(period_json),
        "total": row(&answer.total),
        "rows": answer.rows.iter().map(row).collect::<Vec<_>>(),
        "is_cut": answer.is_cut,
        "quantiles": if answer.is_exact { "exact" } else { "within 1 %" },
        "unpriced_requests": answer.unpriced,
        "commit": answer.commit,
    });
    if !answer.buckets.is_empty() {
        body["buckets"] = answer
            .buckets
            .iter()
            .map(|bucket| json!({ "from": bucket.from, "to": bucket.to, "so_far": bucket.is_partial }))
            .collect();
        body["other"] = answer.other.as_ref().map_or(Json::Null, row);
    }
    body
}

/// A distribution.
pub fn distribution(distribution: &Distribution, currency: &str) -> Json {
    json!({
        "metrics": [metric_json(distribution.metric, currency)],
        "period": period_json(&distribution.period),
        "count": distribution.count,
        "bins": distribution.bins.iter().map(|(from, to, count)| json!({ "from": from, "to": to, "count": count })).collect::<Vec<_>>(),
        "quantiles": distribution.quantiles.iter().map(|(share, value)| json!({ "share": share, "value": value })).collect::<Vec<_>>(),
        "commit": distribution.commit,
    })
}

/// A page of events.
pub fn listing(listing: &Listing) -> Json {
    let event = |row: &rows::EventRow| {
        let mut event = serde_json::Map::new();
        event.insert("timestamp".to_owned(), json!(moment(row.occurred_at)));
        for (name, cell) in rows::names().zip(&row.cells) {
            event.insert(name.to_owned(), cell_json(name, cell));
        }
        Json::Object(event)
    };
    json!({
        "events": listing.rows.iter().map(event).collect::<Vec<_>>(),
        "next": listing.next.map(|(at, seq)| format!("{at}-{seq}")),
        "commit": listing.commit,
    })
}

/// What can be asked.
pub fn catalogue(currency: &str) -> Json {
    let dimension = |dimension: &crate::catalogue::dimension::Dimension| {
        json!({
            "id": dimension.id,
            "label": dimension.label,
            "help": dimension.help,
            "kind": match dimension.kind {
                DimensionKind::Text => "text",
                DimensionKind::Number => "number",
                DimensionKind::Person => "person",
                DimensionKind::Segment => "segment",
            },
            "none": dimension.none,
        })
    };
    json!({
        "metrics": metric::all().map(|metric| metric_json(metric, currency)).collect::<Vec<_>>(),
        "dimensions": DIMENSIONS.iter().map(dimension).collect::<Vec<_>>(),
    })
}

/// A moment as RFC 3339 text.
pub fn moment(us: i64) -> Option<String> {
    let moment = jiff::Timestamp::from_microsecond(us).ok()?;
    Some(moment.to_string())
}

fn metric_json(metric: &Metric, currency: &str) -> Json {
    let mut row = json!({
        "id": metric.id,
        "label": metric.label,
        "help": metric.help,
        "unit": metric.unit,
        "grain": metric.grain.label(),
        "better": metric.better,
        "additive": metric.is_additive,
    });
    match metric.unit {
        crate::core::value::Unit::Cost => row["currency"] = "USD".into(),
        crate::core::value::Unit::Revenue => row["currency"] = currency.into(),
        _ => {}
    }
    row
}

pub(super) fn period_json(period: &Period) -> Json {
    json!({
        "from": period.from,
        "to": period.to,
        "interval": period.interval.id(),
        "time_zone": period.zone.iana_name().unwrap_or("UTC"),
    })
}

fn row_json(answer: &Answer, row: &Row, is_compared: bool) -> Json {
    let figures = |figures: &[Figure]| -> Json {
        let pairs = answer.metrics.iter().zip(figures);
        pairs
            .map(|(metric, figure)| {
                (
                    metric.id.to_owned(),
                    figure_json(metric, figure, is_compared),
                )
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let mut body = json!({ "figures": figures(&row.figures) });
    if !row.keys.is_empty() {
        body["keys"] = json!(row.keys);
    }
    if !row.bars.is_empty() {
        body["bars"] = row.bars.iter().map(|bar| figures(bar)).collect();
    }
    body
}

fn figure_json(metric: &Metric, figure: &Figure, is_compared: bool) -> Json {
    let mut body = json!({ "value": figure.value.to_json() });
    if let Some(sample) = figure.sample {
        body["sample"] = json!(sample);
        body["low_n"] = json!(figure.is_low_n(metric));
    }
    if let Some((low, high)) = figure.interval(metric) {
        body["interval"] = json!([low, high]);
    }
    if is_compared {
        body["before"] = figure.before.to_json();
        body["change"] = match figure.change(metric) {
            Change::None => Json::Null,
            Change::New => json!({ "kind": "new" }),
            Change::Relative(share) => json!({ "kind": "relative", "value": share }),
            Change::Points(points) => json!({ "kind": "points", "value": points }),
        };
    }
    body
}

fn cell_json(name: &str, cell: &Cell) -> Json {
    match cell {
        Cell::Null => Json::Null,
        Cell::Wholes(numbers) => json!(numbers),
        // The metadata is a JSON object already; it is shown as one.
        Cell::Text(text) if name == "metadata" => serde_json::from_str(text).unwrap_or(Json::Null),
        Cell::Text(text) => json!(text),
        Cell::Whole(number) => json!(number),
        Cell::Number(number) => json!(number),
        Cell::Billionths(billionths) => {
            json!(crate::core::money::MoneySum::from_nanos(*billionths).to_string())
        }
    }
}
