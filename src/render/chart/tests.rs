//! What the bundle is promised: the shape of the JSON, and tables that say what is drawn.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::core::currency::Currency;
use crate::render::chart::category::{Bin, Histogram};
use crate::render::chart::item::{Donut, Sankey, SankeyLink, SankeyNode, Slice};
use crate::render::chart::time::{Annotation, TimeChart, TimeStyle};
use crate::render::chart::{Chart, Series, Threshold, ThresholdTone, WrongSide};
use crate::render::colour::Colour;
use crate::render::time_axis::TimeAxis;
use crate::render::unit::Unit;

fn two_days() -> TimeAxis {
    let at = |text: &str| text.parse::<Timestamp>().expect("a literal");
    TimeAxis::new(
        &[at("2026-11-20T00:00:00Z"), at("2026-11-21T00:00:00Z")],
        at("2026-11-22T00:00:00Z"),
        &TimeZone::UTC,
    )
}

fn revenue() -> TimeChart {
    let mut series = Series::new(
        "revenue",
        "Revenue",
        Colour::ACCENT,
        vec![Some(1522.5), None],
    );
    series.previous = Some(vec![Some(1414.0), Some(1500.0)]);
    TimeChart::new(
        TimeStyle::Area,
        Unit::money(Currency::USD),
        two_days(),
        vec![series],
    )
}

#[test]
fn a_time_chart_has_the_shape_that_the_bundle_reads() {
    let mut chart = revenue();
    chart.is_partial = true;
    chart.thresholds.push(Threshold {
        value: 2000.0,
        label: "Target".into(),
        tone: ThresholdTone::Warn,
        side: WrongSide::Below,
    });
    chart.annotations.push(Annotation {
        at: 1_795_219_200_000,
        label: "v2.4 deployed".into(),
    });
    chart.range_url = Some("?from={from}&to={to}".into());

    let spec: serde_json::Value =
        serde_json::from_str(&Chart::Time(chart).to_json()).expect("the spec is JSON");

    assert_eq!(
        spec,
        json!({
            "kind": "time",
            "style": "area",
            "unit": {"form": "money", "prefix": "$", "decimals": 2},
            "axis": {
                "starts": [1_795_132_800_000_i64, 1_795_219_200_000_i64],
                "end": 1_795_305_600_000_i64,
                "labels": ["20 Nov", "21 Nov"],
                "titles": ["Fri 20 Nov 2026", "Sat 21 Nov 2026"],
            },
            "series": [{
                "id": "revenue",
                "label": "Revenue",
                "colour": "c-accent",
                "points": [1522.5, null],
                "previous": [1414.0, 1500.0],
            }],
            "is_partial": true,
            "is_additive": true,
            "baseline": "zero",
            "thresholds": [{"value": 2000.0, "label": "Target", "tone": "warn", "side": "below"}],
            "annotations": [{"at": 1_795_219_200_000_i64, "label": "v2.4 deployed"}],
            "range_url": "?from={from}&to={to}",
        })
    );
}

#[test]
fn nothing_in_a_spec_ends_the_element_that_holds_it() {
    let mut chart = revenue();
    chart.series[0].label = "</script><!-- <b>&amp;".into();

    let json = Chart::Time(chart).to_json();

    assert!(!json.contains(['<', '>', '&']), "{json}");
    let spec: serde_json::Value = serde_json::from_str(&json).expect("the spec is JSON");
    assert_eq!(spec["series"][0]["label"], "</script><!-- <b>&amp;");
}

#[test]
fn what_is_not_a_number_is_a_gap() {
    let mut chart = revenue();
    chart.series[0].points = vec![Some(f64::NAN), Some(f64::INFINITY)];

    assert!(
        Chart::Time(chart)
            .to_json()
            .contains(r#""points":[null,null]"#)
    );
}

#[test]
fn the_table_of_a_time_chart_starts_with_the_newest_bucket_and_says_so_far() {
    let mut chart = revenue();
    chart.is_partial = true;

    let table = Chart::Time(chart).table();

    assert_eq!(table.heads, ["Time", "Revenue", "Previous"]);
    assert_eq!(table.is_number, [false, true, true]);
    let rows: Vec<_> = table.rows.iter().map(|row| row.cells.clone()).collect();
    assert_eq!(
        rows,
        [
            ["Sat 21 Nov 2026, so far", "–", "$1,500.00"],
            ["Fri 20 Nov 2026", "$1,522.50", "$1,414.00"],
        ]
    );
}

#[test]
fn shares_of_a_donut_and_a_histogram_are_of_all_and_unknown_without_any() {
    let slice = |id: &str, value| Slice {
        id: id.into(),
        label: id.to_uppercase(),
        colour: Colour::QUIET,
        value,
        link: Some(format!("?f={id}")),
    };
    let donut = |values: [f64; 2]| {
        Chart::Donut(Donut {
            unit: Unit::Count,
            value_label: "Requests".into(),
            slices: vec![slice("a", values[0]), slice("b", values[1])],
        })
    };

    // 3 of 4 and 1 of 4.
    let table = donut([3.0, 1.0]).table();
    assert_eq!(table.rows[0].cells, ["A", "3", "75.00%"]);
    assert_eq!(table.rows[1].cells, ["B", "1", "25.00%"]);
    assert_eq!(table.rows[1].link.as_deref(), Some("?f=b"));
    assert_eq!(donut([0.0, 0.0]).table().rows[0].cells, ["A", "0", "–"]);
    assert!(donut([0.0, 0.0]).is_empty());

    let histogram = Chart::Histogram(Histogram {
        unit: Unit::Milliseconds,
        count_label: "Requests".into(),
        count_unit: Unit::Count,
        bins: vec![Bin {
            from: 0.0,
            to: 100.0,
            count: 5.0,
            link: None,
        }],
        marks: Vec::new(),
    });
    assert_eq!(
        histogram.table().rows[0].cells,
        ["0 ms to 100 ms", "5", "100.00%"]
    );
}

#[test]
fn flows_are_told_by_the_names_of_their_stations() {
    let node = |id: &str, label: &str| SankeyNode {
        id: id.into(),
        label: label.into(),
        colour: Colour::ACCENT,
        link: None,
    };
    let chart = Chart::Sankey(Sankey {
        unit: Unit::Count,
        value_label: "Sessions".into(),
        nodes: vec![node("0/home", "Home"), node("1/docs", "Docs")],
        links: vec![SankeyLink {
            from: "0/home".into(),
            to: "1/docs".into(),
            value: 1200.0,
            link: None,
        }],
    });

    assert_eq!(chart.table().heads, ["From", "To", "Sessions"]);
    assert_eq!(chart.table().rows[0].cells, ["Home", "Docs", "1,200"]);
}

#[test]
fn one_series_needs_no_legend_and_an_id_holds_no_space() {
    let mut chart = revenue();
    assert!(Chart::Time(chart.clone()).legend().is_empty());

    chart
        .series
        .push(Series::new("mean cost", "Mean cost", Colour::QUIET, vec![]));

    let ids: Vec<String> = Chart::Time(chart)
        .legend()
        .into_iter()
        .map(|entry| entry.id)
        .collect();
    assert_eq!(ids, ["revenue", "mean_cost"]);
}
