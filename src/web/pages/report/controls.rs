//! What a page of sections is asked for: ranges, days, comparison, filters.

use actix_web::HttpRequest;

use crate::catalogue::dimension::DIMENSIONS;
use crate::core::filter::{Condition, Filter};
use crate::core::range::{Compare, RANGES, Range};
use crate::query::field::Field;
use crate::query::question::Parameters;
use crate::web::extract::parameter;
use crate::web::pages::report::address::Address;
use crate::web::pages::report::wording::{days, named, zone_name};
use crate::web::pages::visit::Visit;
use crate::web::problem::Problem;
use crate::web::view::block::filter_bar::{FilterBar, FilterChip};
use crate::web::view::block::range_bar::{self, DateRange, LinkChoice, RangeBar, Segmented};
use crate::web::view::field::Select;

/// Comparisons of the filter form.
pub const TESTS: [(&str, &str); 4] = [
    ("is", "is"),
    ("is_not", "is not"),
    ("contains", "contains"),
    ("not_contains", "does not contain"),
];

/// Where to go with the filter that the form has sent; `None` if it has sent none.
///
/// # Errors
/// If it cannot be used.
pub fn added_filter(request: &HttpRequest, address: &Address) -> Result<Option<String>, Problem> {
    let Some(field) = parameter(request, "add_by") else {
        return Ok(None);
    };
    let test = parameter(request, "add_is").unwrap_or_else(|| "is".to_owned());
    let value = parameter(request, "add_value").unwrap_or_default();
    let mut condition = Condition::is(&field, value.trim());
    // Written and read again, so that the form knows no more tests than an address.
    let text = condition
        .to_string()
        .replacen(":is:", &format!(":{test}:"), 1);
    let filter =
        Filter::parse([text.as_str()]).map_err(crate::query::question::QuestionError::from)?;
    if let Some(read) = filter.conditions().next() {
        condition = read.clone();
    }
    Ok(Some(address.with_filter(&condition).path_and_query()))
}

/// Ranges, days and comparison.
///
/// # Errors
/// If the address cannot be used.
pub fn range_bar(
    visit: &Visit,
    address: &Address,
    parameters: &Parameters,
    range: Range,
) -> Result<RangeBar, Problem> {
    let zone = &visit.project().time_zone;
    let now = visit.now();
    let period = range
        .resolve(None, zone, now)
        .map_err(crate::query::question::QuestionError::from)?;
    let compare = parameters.compare()?;
    let last =
        jiff::Timestamp::from_microsecond(period.to.as_microsecond() - 1).unwrap_or(period.to);
    let choice = |label: &str, compare_with: Compare| LinkChoice {
        label: label.to_owned(),
        href: address.with("compare", compare_with.id()).link(),
        is_current: compare == compare_with,
    };
    Ok(RangeBar {
        ranges: Segmented {
            label: "Time range".to_owned(),
            choices: RANGES
                .iter()
                .map(|(name, named)| LinkChoice {
                    label: (*name).to_owned(),
                    href: address.without(&["from", "to"]).with("range", name).link(),
                    is_current: *named == range,
                })
                .collect(),
            swaps: false,
        },
        days: DateRange {
            label: days(&period),
            is_current: matches!(range, Range::Dates(..) | Range::Moments(..)),
            from: period.date(period.from).to_string(),
            to: period.date(last).to_string(),
            earliest: "2000-01-01".to_owned(),
            latest: period.date(now).to_string(),
            zone: zone_name(zone).to_owned(),
            action: format!(
                "{}{}",
                visit.app.config.server.base_path.as_str(),
                address.path()
            ),
            kept: address.pairs_without(&["range", "from", "to"]),
        },
        compare: Some(range_bar::Compare {
            label: match compare {
                Compare::None => "Compare".to_owned(),
                Compare::Previous => "vs previous".to_owned(),
                Compare::Year => "vs last year".to_owned(),
            },
            is_on: compare != Compare::None,
            choices: vec![
                choice("Previous period", Compare::Previous),
                choice("Same days a year ago", Compare::Year),
                choice("Nothing", Compare::None),
            ],
        }),
    })
}

/// The filters that hold, and the form that adds one.
///
/// # Errors
/// If the address cannot be used.
pub fn filter_bar(
    visit: &Visit,
    address: &Address,
    parameters: &Parameters,
) -> Result<FilterBar, Problem> {
    let filter = parameters.filter()?.filter;
    let chips = filter.0.iter().enumerate().map(|(position, clause)| {
        let words: Vec<String> = clause.iter().skip(1).map(sentence).collect();
        let first = &clause[0];
        let rest = if words.is_empty() {
            String::new()
        } else {
            format!(" or {}", words.join(" or "))
        };
        FilterChip {
            label: label(first),
            comparison: match first.test_name() {
                "is" => String::new(),
                other => other.replace('_', " "),
            },
            value: format!("{}{rest}", values(first)),
            remove_href: address
                .with_filters(filter.without(position).to_texts())
                .link(),
        }
    });
    let dimensions = DIMENSIONS
        .iter()
        .map(|dimension| (dimension.id, dimension.label));
    Ok(FilterBar {
        chips: chips.collect(),
        clear_href: address.without(&["filter"]).link(),
        action: format!(
            "{}{}",
            visit.app.config.server.base_path.as_str(),
            address.path()
        ),
        kept: address.pairs_without(&[]),
        dimensions: Select::new(dimensions, "provider"),
        comparisons: Select::new(TESTS, "is"),
        // The dimension is chosen in the same form; only of segments is it known beforehand what can be chosen.
        suggestions: visit.segments.clone(),
        split: None,
    })
}

fn label(condition: &Condition) -> String {
    Field::find(&condition.field).map_or_else(|_| condition.field.clone(), |field| field.label())
}

fn values(condition: &Condition) -> String {
    let none = Field::find(&condition.field).map_or("none", |field| field.none());
    let shown = condition.values.iter().map(|value| {
        let value = Some(value.as_str()).filter(|value| !value.is_empty());
        named(&condition.field, value, none)
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn sentence(condition: &Condition) -> String {
    format!(
        "{} {} {}",
        label(condition),
        condition.test_name().replace('_', " "),
        values(condition)
    )
}
