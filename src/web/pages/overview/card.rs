//! The cards of the six figures.

use crate::core::currency::prefix;
use crate::live::frame::Frame;
use crate::web::pages::choices::decimals;
use crate::web::pages::overview::metric::{METRICS, Metric};
use crate::web::pages::report::address::Address;
use crate::web::view::block::spark::Spark;
use crate::web::view::delta::Delta;
use crate::web::view::figure;
use crate::web::view::overview::KpiCard;

/// The parameter that names the card whose last hour is shown. `metric` names the tile of the longer course.
pub const LIVE_METRIC: &str = "live_metric";

/// All cards; `chosen` is the one whose last hour is shown. Each leads to the page with its own hour.
pub fn cards(live: &Frame, chosen: &Metric, address: &Address) -> Vec<KpiCard> {
    let all = METRICS.iter();
    all.map(|metric| KpiCard {
        href: address.with(LIVE_METRIC, metric.id).link(),
        ..card(live, metric, metric.id == chosen.id)
    })
    .collect()
}

fn card(live: &Frame, metric: &'static Metric, is_chosen: bool) -> KpiCard {
    let sign = match metric.unit.is_money() {
        true => prefix(&live.kpi.currency),
        false => String::new(),
    };
    let places = decimals(&live.kpi.currency);
    let measured = metric.compared(live);
    let (today, yesterday) = match &live.hour {
        Some(hour) => (
            (metric.series)(&hour.today),
            (metric.series)(&hour.yesterday),
        ),
        None => (Vec::new(), Vec::new()),
    };
    KpiCard {
        id: metric.id,
        href: String::new(),
        label: metric.label,
        help: metric.help,
        chart: metric.chart,
        unit: metric.unit,
        better: metric.better,
        is_sum: metric.is_sum,
        figure: metric.figure(live, &sign, places),
        missing: metric.missing,
        second: second(live, metric),
        delta: Delta::new(measured, &metric.written(&live.kpi.currency), metric.better),
        delta_help: match measured.then {
            Some(_) => metric.compared,
            None => metric.incomparable,
        },
        spark: match metric.is_sum {
            true => Spark::new(&without_last(&today), &yesterday),
            false => Spark::new(&today, &yesterday),
        },
        is_chosen,
        prefix: sign,
        decimals: places,
    }
}

/// The running minute of a sum would end every curve with a fall.
fn without_last(values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut values = values.to_vec();
    if let Some(last) = values.last_mut() {
        *last = None;
    }
    values
}

/// The period of a figure, or what belongs beside it.
fn second(live: &Frame, metric: &Metric) -> String {
    match metric.id {
        "avg_latency_ms" => match live.kpi.p95_latency_ms.map(figure::duration) {
            Some((text, unit)) => format!("p95 {text} {unit}, 5 min"),
            None => "in 5 minutes".to_owned(),
        },
        "queries_per_minute" => "in the last minute".to_owned(),
        "tokens_consumed_today" | "revenue_today" => "since midnight".to_owned(),
        _ => "in 5 minutes".to_owned(),
    }
}
