//! What addresses of analyses may hold, from the tables that read them.

use serde_json::{Value as Json, json};

use crate::analysis::{funnel, heatmap, journey, retention};
use crate::catalogue::dimension::{DIMENSIONS, DimensionKind};
use crate::core::range::Interval;
use crate::people::answer::Topic;
use crate::web::openapi::parameter::{Parameter, compare, filter, format, of_project, of_time};

/// How an event is written, as every analysis reads it.
const AN_EVENT: &str = "The name of an event, several joined by |, or * for anything that people do; after a semicolon \
    filters of its own, and as: with a name for it.";

/// One of the ids of a table.
fn choice<T>(
    name: &'static str,
    help: &str,
    known: &[(&'static str, T)],
    example: &'static str,
) -> Parameter {
    let ids: Vec<&str> = known.iter().map(|(id, _)| *id).collect();
    Parameter::new(
        name,
        help,
        json!({ "type": "string", "enum": ids }),
        json!(example),
    )
}

/// A whole number within bounds.
fn number(name: &'static str, help: &str, least: u64, most: u64, example: u64) -> Parameter {
    Parameter::new(
        name,
        help,
        json!({ "type": "integer", "minimum": least, "maximum": most }),
        json!(example),
    )
}

/// An event of choice.
fn event(name: &'static str, help: &str, example: Json) -> Parameter {
    Parameter::new(
        name,
        format!("{help} {AN_EVENT}"),
        json!({ "type": "string", "minLength": 1 }),
        example,
    )
}

/// The dimension of a split: one that several people share.
fn split(help: &str) -> Parameter {
    let shared: Vec<&str> = DIMENSIONS
        .iter()
        .filter(|dimension| dimension.kind == DimensionKind::Text)
        .map(|dimension| dimension.id)
        .collect();
    Parameter::new(
        "by",
        format!("{help} A dimension of the catalogue that several people share, or metadata.KEY."),
        json!({
            "type": "string",
            "anyOf": [{ "enum": shared }, { "pattern": "^metadata\\.[A-Za-z0-9_]{1,40}$" }],
        }),
        json!("plan"),
    )
}

/// Of figures about people.
pub fn of_people() -> Vec<Parameter> {
    let calendar = Interval::ALL.into_iter().filter(|one| one.is_calendar());
    let intervals: Vec<&str> = calendar.map(Interval::id).collect();
    let mut parameters = vec![
        Parameter::new(
            "topic",
            "What is asked.",
            json!({ "type": "string", "enum": Topic::ALL.map(Topic::id) }),
            json!(Topic::Growth.id()),
        )
        .in_path(),
    ];
    parameters.extend(of_project());
    parameters.extend(of_time("30d unless given"));
    parameters.extend([
        Parameter::new(
            "interval",
            "The width of a row, where rows are stretches of time.",
            json!({ "type": "string", "enum": intervals }),
            json!(Interval::Week.id()),
        ),
        filter(),
        format(),
    ]);
    parameters
}

/// Of a funnel.
pub fn of_funnel() -> Vec<Parameter> {
    use funnel::question::{
        LISTS, ORDERS, PEOPLE_MAX, STEPS_MAX, STEPS_MIN, UNITS, VALUES_MAX, WINDOW_DAYS_MAX,
    };
    let steps = json!({
        "type": "array",
        "items": { "type": "string", "minLength": 1 },
        "minItems": STEPS_MIN,
        "maxItems": STEPS_MAX,
    });
    let mut parameters = of_project();
    parameters.extend([
        Parameter::new(
            "step",
            format!("The steps, from {STEPS_MIN} to {STEPS_MAX}, each a parameter of its own. {AN_EVENT}"),
            steps,
            json!(["sign_up", "trial_started"]),
        )
        .needed(),
        event("exclude", "What must not happen on the way.", json!("page_view")),
        choice(
            "order",
            "Whether steps follow each other with anything between, right after another, or in any order.",
            &ORDERS,
            "sequential",
        ),
        Parameter::new(
            "window",
            format!(
                "How long after the entry a step counts, as minutes, hours or days such as 30m, 12h or 7d, at most \
                 {WINDOW_DAYS_MAX}d. 7d unless given."
            ),
            json!({ "type": "string", "pattern": "^[0-9]{1,6}[mhd]$" }),
            json!("7d"),
        ),
        choice("unit", "Who takes the steps: a person, or one visit.", &UNITS, "user"),
        compare(),
        split("By what it is split, at the entry."),
        number("limit", "Most values of the split.", 1, VALUES_MAX, 5),
        number(
            "people",
            &format!("Also the people behind this step, counted from 1; at most {PEOPLE_MAX} of them."),
            1,
            STEPS_MAX as u64,
            2,
        ),
        choice(
            "state",
            "Which of them: who reached it, who went no further, or who may still go on.",
            &LISTS,
            "dropped",
        ),
        filter(),
        format(),
    ]);
    parameters.extend(of_time("30d unless given"));
    parameters
}

/// Of retention.
pub fn of_retention() -> Vec<Parameter> {
    use retention::question::{COLUMNS_MAX, INTERVALS, MEASURES, MODES, VALUES_MAX, WHOSE};
    let mut parameters = of_project();
    parameters.extend([
        event(
            "start",
            "What makes somebody a member of a cohort, the first time ever.",
            json!("sign_up"),
        ),
        event("return", "What is a return.", json!("*")),
        choice(
            "interval",
            "The width of cohorts and columns.",
            &INTERVALS,
            "week",
        ),
        choice(
            "mode",
            "Whether a return counts for its own column, or for every one up to it.",
            &MODES,
            "on",
        ),
        number(
            "columns",
            "How many columns, the cohort's own among them.",
            2,
            COLUMNS_MAX,
            13,
        ),
        choice(
            "people",
            "Whose: of users only, or of anonymous ids too.",
            &WHOSE,
            "identified",
        ),
        choice(
            "measure",
            "What is kept: people, or what they pay.",
            &MEASURES,
            "people",
        ),
        split("Rows for the values of this at the start, in place of cohorts."),
        number("limit", "Most values of the split.", 1, VALUES_MAX, 7),
        filter(),
        format(),
    ]);
    parameters.extend(of_time(
        "15d by day, 91d by week and 365d by month unless given",
    ));
    parameters
}

/// Of the hours of the week.
pub fn of_heatmap() -> Vec<Parameter> {
    let mut parameters = of_project();
    parameters.push(choice(
        "measure",
        "What is counted.",
        &heatmap::MEASURES,
        "interactions",
    ));
    parameters.extend(of_time("30d unless given"));
    parameters.extend([filter(), format()]);
    parameters
}

/// Of journeys.
pub fn of_journeys() -> Vec<Parameter> {
    use journey::question::{DIRECTIONS, SEQUENCES_MAX, STEPS_MAX, TOP_MAX};
    let mut parameters = of_project();
    parameters.extend([
        event(
            "event",
            "From which event one looks, the first of a visit; from its start or end unless given.",
            json!("sign_up"),
        ),
        choice(
            "direction",
            "At what came after, or before.",
            &DIRECTIONS,
            "forward",
        ),
        number(
            "steps",
            "How many steps, the first among them.",
            2,
            STEPS_MAX,
            5,
        ),
        number(
            "top",
            "Most places of a step; the rest is one.",
            1,
            TOP_MAX,
            8,
        ),
        number("limit", "Most sequences.", 1, SEQUENCES_MAX, 20),
        filter(),
        format(),
    ]);
    parameters.extend(of_time("30d unless given"));
    parameters
}
