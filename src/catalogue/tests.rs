//! The catalogue checks itself: unique ids, full sentences, formulas that name only what their frame has.

use std::collections::HashSet;

use crate::catalogue::dimension::DIMENSIONS;
use crate::catalogue::frame::FRAMES;
use crate::catalogue::metric::{self, Formula};
use crate::core::value::Unit;

#[test]
fn every_id_is_unique_and_every_help_is_a_sentence() {
    let mut ids = HashSet::new();
    for metric in metric::all() {
        assert!(ids.insert(metric.id), "{} stands twice", metric.id);
        assert!(
            metric.help.ends_with('.') && metric.help.len() > 10,
            "{}",
            metric.id
        );
    }
    let mut ids = HashSet::new();
    for dimension in DIMENSIONS {
        assert!(ids.insert(dimension.id), "{} stands twice", dimension.id);
        assert!(
            dimension.help.ends_with('.') && dimension.help.len() > 10,
            "{}",
            dimension.id
        );
    }
}

#[test]
fn formulas_name_measures_of_their_frame_and_additive_ones_are_plain_sums() {
    for metric in metric::all() {
        let frame = metric.grain.frame();
        if let Formula::People { sql, sum, of } = metric.formula {
            let counted = format!("count(DISTINCT {of})");
            let whole = match sum {
                None => counted.clone(),
                Some(sum) => format!("{sum} / nullif({counted}, 0)"),
            };
            // The engine and we must compute the same.
            assert_eq!((sql, metric.sample), (&*whole, &*counted), "{}", metric.id);
            assert!(frame.people.contains(&of), "{}", metric.id);
        }
        if let Formula::Sql(sql) | Formula::PerMinute(sql) | Formula::People { sql, .. } =
            metric.formula
        {
            assert!(
                frame.named_in(sql).next().is_some(),
                "{} names no measure",
                metric.id
            );
            if metric.is_additive {
                assert!(
                    !sql.contains("DISTINCT") && !sql.contains("nullif"),
                    "{}",
                    metric.id
                );
            }
        }
    }
}

#[test]
fn ids_end_with_their_unit() {
    for metric in metric::all() {
        for (end, unit) in [
            ("_ms", Unit::Milliseconds),
            ("_s", Unit::Seconds),
            ("_rate", Unit::Share),
            ("_share", Unit::Share),
        ] {
            if metric.id.ends_with(end) && metric.unit != Unit::PerSecond {
                assert_eq!(metric.unit, unit, "{}", metric.id);
            }
        }
    }
}

#[test]
fn measures_stand_in_the_text_of_their_frame() {
    for frame in FRAMES {
        for column in frame.measures.iter().chain(frame.people) {
            let defined = format!(" AS {column}");
            assert!(
                frame.raw.contains(&defined)
                    || *column == "person"
                    || *column == "cancelled" && frame.raw.contains("AS cancelled"),
                "{column} of {:?}",
                frame.grain
            );
        }
    }
}

#[test]
fn sections_name_metrics_and_dimensions_of_the_catalogue_and_say_what_to_do() {
    use crate::catalogue::dimension;
    use crate::catalogue::section::PAGES;
    for page in PAGES {
        let mut ids = HashSet::new();
        for section in page.sections {
            assert!(
                ids.insert(section.id),
                "{} of {} stands twice",
                section.id,
                page.id
            );
            assert!(
                section.action.ends_with('.'),
                "{} of {}",
                section.id,
                page.id
            );
            assert!((3..=12).contains(&section.columns));
            for id in section.metrics {
                assert!(metric::find(id).is_some(), "{id} of {}", page.id);
            }
            for id in section.by {
                assert!(dimension::find(id).is_some(), "{id} of {}", page.id);
            }
        }
    }
}
