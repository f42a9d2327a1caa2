//! Words, units and colours of figures on pages of sections.

use jiff::tz::TimeZone;

use crate::catalogue::metric::Metric;
use crate::core::range::{Period, Range};
use crate::core::value::{self, Value};
use crate::pricing::provider;
use crate::query::answer::Figure;
use crate::render::change::Better;
use crate::render::colour::Colour;
use crate::render::country;
use crate::render::unit::Unit;

/// The unit of a metric as pages write it.
pub fn unit_of(metric: &Metric, currency: &str) -> Unit {
    Unit::of(metric.unit, currency)
}

/// What people hope for.
pub fn better_of(metric: &Metric) -> Better {
    match metric.better {
        value::Better::Higher => Better::Higher,
        value::Better::Lower => Better::Lower,
        value::Better::Neutral => Better::Neutral,
    }
}

/// A figure in short and in full; `None` where there is none.
pub fn written(metric: &Metric, figure: &Figure, currency: &str) -> Option<(String, String)> {
    let unit = unit_of(metric, currency);
    match figure.value {
        Value::Null => None,
        Value::Money(sum) => {
            let exact = sum.to_string().parse().unwrap_or_default();
            Some((unit.short_exact(exact), unit.full_exact(exact)))
        }
        other => {
            let number = other.as_f64()?;
            Some((unit.short(number), unit.full(number)))
        }
    }
}

/// The name of a value of a dimension, as people read it.
pub fn named(dimension: &str, value: Option<&str>, none: &'static str) -> String {
    match (dimension, value) {
        (_, None) => none.to_owned(),
        ("provider", Some(id)) => provider::label(id).to_owned(),
        ("country", Some(code)) => country::name(code).unwrap_or(code).to_owned(),
        (_, Some(value)) => value.to_owned(),
    }
}

/// Colours of values, in their order: a provider's own, a model's shade of it, else a step of the ladder.
pub fn colours(dimension: &str, values: &[Option<String>]) -> Vec<Colour> {
    let mut places: Vec<(&str, usize)> = Vec::new();
    values
        .iter()
        .enumerate()
        .map(|(number, value)| match (dimension, value.as_deref()) {
            (_, None) => Colour::QUIET,
            ("provider", Some(id)) => Colour::provider(id),
            ("model", Some(model)) => match provider::infer(model) {
                None => Colour::step(number),
                Some(found) => {
                    let place = places.iter_mut().find(|(id, _)| *id == found.id);
                    match place {
                        Some((_, count)) => {
                            *count += 1;
                            Colour::model(found.id, *count)
                        }
                        None => {
                            places.push((found.id, 0));
                            Colour::model(found.id, 0)
                        }
                    }
                }
            },
            _ => Colour::step(number),
        })
        .collect()
}

/// The days of a period: "23 Oct – 21 Nov".
pub fn days(period: &Period) -> String {
    let last =
        jiff::Timestamp::from_microsecond(period.to.as_microsecond() - 1).unwrap_or(period.to);
    let (from, to) = (period.date(period.from), period.date(last));
    match from == to {
        true => from.strftime("%-d %b %Y").to_string(),
        false if from.year() == to.year() => {
            format!("{} – {}", from.strftime("%-d %b"), to.strftime("%-d %b"))
        }
        false => format!(
            "{} – {}",
            from.strftime("%-d %b %Y"),
            to.strftime("%-d %b %Y")
        ),
    }
}

/// What a range is called in sentences.
pub fn over(range: Range) -> String {
    match range {
        Range::Hour => "in the last hour".to_owned(),
        Range::Day => "in the last 24 hours".to_owned(),
        Range::Days(days) => format!("in the last {days} days"),
        Range::Dates(from, to) => format!("from {from} to {to}"),
        Range::Moments(..) => "in the chosen time".to_owned(),
    }
}

/// "per day, Europe/Berlin".
pub fn per_bar(period: &Period) -> String {
    format!("per {}, {}", period.interval.id(), zone_name(&period.zone))
}

/// The name of a zone.
pub fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}
