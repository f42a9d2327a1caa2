//! The charts of the last hour: the chosen figure against yesterday, and calls by provider.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::live::frame::{HourCharts, ProviderCalls};
use crate::web::pages::overview::metric::Metric;
use crate::web::view::figure::separated;
use crate::web::view::overview::{FigureChart, ProviderChart};
use crate::web::view::plot::{LinePlot, PlotTable, STACK_MAX, StackPlot, Tick, line_place};
use crate::web::view::provider::{GREY_CLASSES, OTHER_CLASS, ProviderMark, colour_class};

/// Between two labels of the time axis.
const LABEL_MINUTES: i64 = 10;

/// The last hour of one figure.
pub fn figure_chart(
    hour: &HourCharts,
    metric: &'static Metric,
    currency: &str,
    zone: &TimeZone,
) -> FigureChart {
    let today = (metric.series)(&hour.today);
    let yesterday = (metric.series)(&hour.yesterday);
    let unit = metric.written(currency);
    let text = |value: Option<f64>| value.map_or("–".to_owned(), |value| unit.full(value));
    let rows = (0..today.len()).rev().map(|minute| {
        vec![
            clock(hour.t, minute, zone),
            text(today[minute]),
            text(yesterday.get(minute).copied().flatten()),
        ]
    });
    FigureChart {
        label: metric.label,
        subtitle: metric.chart,
        summary: summary(metric, &today, text),
        table: PlotTable {
            head: ["Minute", "Today", "Yesterday"].map(str::to_owned).to_vec(),
            rows: rows.collect(),
        },
        plot: LinePlot::new(
            &today,
            &yesterday,
            &unit,
            metric.is_sum,
            times(hour.t, today.len(), zone, line_place),
        ),
    }
}

/// "Queries over the last hour, in each minute: between 3 and 84, 12 in the running one."
fn summary(
    metric: &Metric,
    values: &[Option<f64>],
    text: impl Fn(Option<f64>) -> String,
) -> String {
    let known = || values.iter().flatten().copied();
    let least = known().reduce(f64::min);
    let most = known().reduce(f64::max);
    let (label, chart) = (metric.label, metric.chart);
    match most {
        None => format!("{label} over the last hour: no value."),
        Some(_) => format!(
            "{label} over the last hour, {chart}: between {} and {}, {} so far in the running minute.",
            text(least),
            text(most),
            text(values.last().copied().flatten())
        ),
    }
}

/// One series of the stack.
struct Layer {
    class: &'static str,
    label: String,
    calls: Vec<u64>,
}

/// The last hour by provider.
pub fn provider_chart(hour: &HourCharts, zone: &TimeZone) -> ProviderChart {
    let minutes = hour.today.queries_per_minute.len();
    let layers = layers(&hour.providers, minutes);
    let series: Vec<(&'static str, &[u64])> = layers
        .iter()
        .map(|layer| (layer.class, layer.calls.as_slice()))
        .collect();
    let head = ["Minute".to_owned()]
        .into_iter()
        .chain(layers.iter().map(|layer| layer.label.clone()))
        .chain(["All".to_owned()]);
    let row = |minute: usize| {
        let counts: Vec<u64> = layers.iter().map(|layer| layer.calls[minute]).collect();
        let all = counts.iter().sum();
        let cells = counts.into_iter().chain([all]).map(separated);
        [clock(hour.t, minute, zone)]
            .into_iter()
            .chain(cells)
            .collect()
    };
    let total = |layer: &Layer| layer.calls.iter().sum::<u64>();
    let told: Vec<String> = layers
        .iter()
        .map(|layer| format!("{} {}", layer.label, separated(total(layer))))
        .collect();
    ProviderChart {
        summary: match told.is_empty() {
            true => "Calls by provider over the last hour: none.".to_owned(),
            false => format!("Calls by provider over the last hour: {}.", told.join(", ")),
        },
        table: PlotTable {
            head: head.collect(),
            rows: (0..minutes).rev().map(row).collect(),
        },
        plot: StackPlot::new(
            &series,
            times(hour.t, minutes, zone, |minute, count| {
                format!("{:.1}", (minute as f64 + 0.5) / count as f64 * 100.0)
            }),
        ),
        legend: layers
            .into_iter()
            .map(|layer| ProviderMark {
                class: layer.class,
                label: layer.label,
            })
            .collect(),
    }
}

/// At most [`STACK_MAX`] providers, each with its colour or one of the greys, and the rest as "Other".
///
/// The script stacks by the same rule (`static/src/js/stack.js`).
fn layers(providers: &[ProviderCalls], minutes: usize) -> Vec<Layer> {
    let mut layers: Vec<Layer> = Vec::new();
    let mut greys = GREY_CLASSES.iter();
    let mut other = vec![0; minutes];
    for provider in providers {
        let class = match colour_class(&provider.id) {
            OTHER_CLASS if provider.id == crate::live::tally::OTHER => None,
            OTHER_CLASS if layers.len() < STACK_MAX => greys.next().copied(),
            coloured => (layers.len() < STACK_MAX).then_some(coloured),
        };
        match class {
            Some(class) => layers.push(Layer {
                class,
                label: provider.label.clone(),
                calls: provider.calls.clone(),
            }),
            None => {
                for (sum, calls) in other.iter_mut().zip(&provider.calls) {
                    *sum += calls;
                }
            }
        }
    }
    if other.iter().any(|calls| *calls > 0) {
        layers.push(Layer {
            class: OTHER_CLASS,
            label: "Other".to_owned(),
            calls: other,
        });
    }
    layers
}

/// The labels of a time axis, at round minutes of the project's clock.
fn times(
    first_ms: i64,
    count: usize,
    zone: &TimeZone,
    place: impl Fn(usize, usize) -> String,
) -> Vec<Tick> {
    let labelled = (0..count).filter(|minute| {
        let local = local(first_ms, *minute, zone);
        i64::from(local.minute()) % LABEL_MINUTES == 0
    });
    labelled
        .map(|minute| Tick {
            at: place(minute, count),
            text: clock(first_ms, minute, zone),
        })
        .collect()
}

fn local(first_ms: i64, minute: usize, zone: &TimeZone) -> jiff::Zoned {
    let at = Timestamp::from_millisecond(first_ms + minute as i64 * 60_000).unwrap_or_default();
    at.to_zoned(zone.clone())
}

/// "21:40" on the project's clock.
fn clock(first_ms: i64, minute: usize, zone: &TimeZone) -> String {
    local(first_ms, minute, zone).strftime("%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::{layers, provider_chart, times};
    use crate::live::frame::{HourCharts, ProviderCalls, Series};
    use crate::web::pages::overview::hour::figure_chart;
    use crate::web::pages::overview::metric::Metric;
    use crate::web::view::plot::line_place;

    fn calls(id: &str, calls: &[u64]) -> ProviderCalls {
        ProviderCalls {
            id: id.into(),
            label: id.to_uppercase(),
            calls: calls.to_vec(),
        }
    }

    /// Two minutes from 21:39 UTC on.
    fn hour(providers: Vec<ProviderCalls>) -> HourCharts {
        let series = |values: [Option<f64>; 2]| Series {
            queries_per_minute: vec![3, 1200],
            avg_latency_ms: values.to_vec(),
            ..Series::default()
        };
        HourCharts {
            t: 78_000_000 - 60_000, // 21 × 3600 + 40 × 60 seconds, less a minute
            today: series([None, Some(812.4)]),
            yesterday: series([Some(500.0), None]),
            providers,
        }
    }

    #[test]
    fn a_figure_is_told_in_a_sentence_and_a_table() {
        let hour = hour(Vec::new());
        let queries = Metric::chosen(Some("queries_per_minute"));
        let latency = Metric::chosen(Some("avg_latency_ms"));

        let chart = figure_chart(&hour, queries, "USD", &TimeZone::UTC);
        assert_eq!(
            chart.summary,
            "Queries over the last hour, in each minute: between 3 and 1,200, 1,200 so far in the running minute."
        );
        let chart = figure_chart(&hour, latency, "USD", &TimeZone::UTC);
        assert_eq!(
            chart.table.rows,
            [["21:40", "812 ms", "–"], ["21:39", "–", "500 ms"]]
        );
    }

    #[test]
    fn times_are_of_the_projects_clock() {
        let kathmandu = TimeZone::get("Asia/Kathmandu").expect("a known zone"); // UTC+05:45
        let twenty_to_nine = 1_795_293_600_000; // 21 November 2026, 20:40 UTC
        let ticks = times(twenty_to_nine, 60, &kathmandu, line_place);
        let seen: Vec<&str> = ticks.iter().map(|tick| &*tick.text).collect();
        assert_eq!(seen, ["02:30", "02:40", "02:50", "03:00", "03:10", "03:20"]);
        assert_eq!(ticks[0].at, "8.5"); // 5 of 59 steps
    }

    #[test]
    fn providers_keep_their_colours_and_those_without_are_greys_and_then_other() {
        let providers = [
            calls("openai", &[1, 1]),
            calls("azure", &[1, 0]),
            calls("groq", &[1, 0]),
            calls("cohere", &[1, 0]),
            calls("other", &[0, 5]),
        ];
        let layers = layers(&providers, 2);

        let seen: Vec<(&str, &str)> = layers.iter().map(|l| (l.class, &*l.label)).collect();
        assert_eq!(
            seen,
            [
                ("p-openai", "OPENAI"),
                ("p-grey1", "AZURE"),
                ("p-grey2", "GROQ"),
                ("p-other", "Other")
            ]
        );
        assert_eq!(layers[3].calls, [1, 5]);
    }

    #[test]
    fn calls_by_provider_are_told_in_a_sentence_and_a_table() {
        let providers = vec![calls("openai", &[1200, 1]), calls("xai", &[0, 2])];
        let chart = provider_chart(&hour(providers), &TimeZone::UTC);

        assert_eq!(
            chart.summary,
            "Calls by provider over the last hour: OPENAI 1,201, XAI 2."
        );
        assert_eq!(chart.table.head, ["Minute", "OPENAI", "XAI", "All"]);
        assert_eq!(
            chart.table.rows,
            [["21:40", "1", "2", "3"], ["21:39", "1,200", "0", "1,200"]]
        );
    }
}
