//! What addresses may hold, from the tables that read them.

use serde_json::{Value as Json, json};

use crate::budget::breakdown::SPLITS;
use crate::catalogue::dimension::{DIMENSIONS, DimensionKind};
use crate::catalogue::metric;
use crate::core::code::Code;
use crate::core::limits;
use crate::core::range::{Compare, Interval, RANGES};
use crate::ingest::field::{FIELDS, Field};
use crate::query::question::Shape;
use crate::web::api::LOG_ENTRIES_MAX;
use crate::web::openapi::schema::event::{self, field_help};

/// One parameter of an address.
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it does, in sentences.
    pub help: String,
    /// What it may hold.
    pub schema: Json,
    /// A value that works.
    pub example: Json,
    /// Whether it is a part of the path, in place of its name in braces.
    pub is_in_path: bool,
    /// Whether nothing is answered without it.
    is_needed: bool,
    /// Whether several values stand in one parameter with commas between them.
    is_list: bool,
}

impl Parameter {
    /// One that may be left out.
    pub(super) fn new(
        name: &'static str,
        help: impl Into<String>,
        schema: Json,
        example: Json,
    ) -> Parameter {
        Parameter {
            name,
            help: help.into(),
            schema,
            example,
            is_in_path: false,
            is_needed: false,
            is_list: false,
        }
    }

    /// The same, without which nothing is answered.
    #[must_use]
    pub(super) fn needed(self) -> Parameter {
        Parameter {
            is_needed: true,
            ..self
        }
    }

    /// The same, as a part of the path.
    #[must_use]
    pub(super) fn in_path(self) -> Parameter {
        Parameter {
            is_in_path: true,
            is_needed: true,
            ..self
        }
    }

    /// The same, whose values stand together with commas between them.
    #[must_use]
    fn list(self) -> Parameter {
        Parameter {
            is_list: true,
            ..self
        }
    }

    /// As a part of the document.
    pub fn to_json(&self) -> Json {
        let mut parameter = json!({
            "name": self.name,
            "in": if self.is_in_path { "path" } else { "query" },
            "description": self.help,
            "schema": self.schema,
            "example": self.example,
        });
        if self.is_needed {
            parameter["required"] = true.into();
        }
        if self.is_list {
            parameter["style"] = "form".into();
            parameter["explode"] = false.into();
        }
        parameter
    }
}

/// Of operations without any.
pub fn none() -> Vec<Parameter> {
    Vec::new()
}

/// Of what is about one project.
pub fn of_project() -> Vec<Parameter> {
    vec![Parameter::new(
        "project",
        "The short name of the project, for people who are logged in. A key has its project already.",
        json!({ "type": "string" }),
        json!("my-product"),
    )]
}

/// Of the catalogue.
pub fn of_catalogue() -> Vec<Parameter> {
    of_project()
}

/// Of one segment.
pub fn of_segment() -> Vec<Parameter> {
    let id = Parameter::new(
        "id",
        "Its number, as the list tells it.",
        json!({ "type": "integer", "minimum": 1 }),
        json!(1),
    );
    let mut parameters = vec![id.in_path()];
    parameters.extend(of_project());
    parameters
}

/// Of budgets.
pub fn of_budgets() -> Vec<Parameter> {
    let splits: Vec<&str> = SPLITS.iter().map(|(id, _)| *id).collect();
    let mut parameters = of_project();
    parameters.push(Parameter::new(
        "by",
        "Also a row for each of the dearest values of this dimension, and for each with a budget of its own; for `project` \
         a row for each project that you may see: of a key its own, of a person all in use.",
        json!({ "type": "string", "enum": splits }),
        json!("provider"),
    ));
    parameters
}

/// Of `POST /v1/events`.
pub fn of_events() -> Vec<Parameter> {
    vec![Parameter::new(
        "sent_at",
        "The time on the sender's clock as it sent the request, in milliseconds since 1970. The times of the events \
         are then put on the server's clock.",
        json!({ "type": "integer" }),
        json!(1_795_521_600_000_i64),
    )]
}

/// Of the pixel: the fields of an event that a page has use for.
pub fn of_pixel() -> Vec<Parameter> {
    const OF_A_PAGE: [&str; 9] = [
        "type",
        "url",
        "referrer",
        "title",
        "user_id",
        "session_id",
        "utm_source",
        "utm_medium",
        "utm_campaign",
    ];
    FIELDS
        .iter()
        .filter(|field| OF_A_PAGE.contains(&field.name))
        .map(|field| {
            Parameter::new(
                field.name,
                field_help(field.name),
                json!({ "type": "string" }),
                example(field),
            )
        })
        .collect()
}

/// A value of a field that a page could send.
fn example(field: &Field) -> Json {
    match field.name {
        "type" => json!("page_view"),
        "title" => json!("Start"),
        "referrer" => json!("https://news.example.com/"),
        "utm_source" => json!("newsletter"),
        "utm_medium" => json!("email"),
        "utm_campaign" => json!("spring"),
        name => event::example(name, &field.target),
    }
}

/// Of the ingest log.
pub fn of_ingest_log() -> Vec<Parameter> {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.id()).collect();
    let mut parameters = of_project();
    parameters.push(Parameter::new(
        "reason",
        "Only events that were not kept for this reason.",
        json!({ "type": "string", "enum": codes }),
        json!(Code::TypeMissing.id()),
    ));
    parameters.push(Parameter::new(
        "limit",
        "Most events to list.",
        json!({ "type": "integer", "minimum": 1, "maximum": LOG_ENTRIES_MAX }),
        json!(20),
    ));
    parameters
}

/// Of a question.
pub fn of_query() -> Vec<Parameter> {
    let metrics: Vec<&str> = metric::all().map(|metric| metric.id).collect();
    let splits: Vec<&str> = DIMENSIONS
        .iter()
        .filter(|dimension| dimension.kind != DimensionKind::Number)
        .map(|dimension| dimension.id)
        .collect();
    let (shapes, intervals) = (Shape::ALL.map(Shape::id), Interval::ALL.map(Interval::id));
    let mut parameters = of_project();
    parameters.extend([
        Parameter::new(
            "metrics",
            format!(
                "What is measured, by ids of the catalogue, at most {}; the first one orders the rows. Needed for every shape but rows, where its grain says which events are meant.",
                limits::METRICS_MAX
            ),
            json!({ "type": "array", "maxItems": limits::METRICS_MAX, "items": { "type": "string", "enum": metrics } }),
            json!(["requests", "cost"]),
        )
        .list(),
        Parameter::new(
            "by",
            format!(
                "What it is split by: at most {} dimensions of the catalogue, or metadata.KEY for a key of your own.",
                limits::DIMENSIONS_MAX
            ),
            json!({ "type": "array", "maxItems": limits::DIMENSIONS_MAX, "items": {
                "type": "string",
                "anyOf": [{ "enum": splits }, { "pattern": "^metadata\\.[A-Za-z0-9_]{1,40}$" }],
            } }),
            json!(["model"]),
        )
        .list(),
        Parameter::new(
            "shape",
            "The form of the answer.",
            json!({ "type": "string", "enum": shapes }),
            json!(Shape::Breakdown.id()),
        ),
        Parameter::new(
            "interval",
            format!(
                "The width of the bars of a series, of which there are at most {}.",
                limits::BUCKETS_MAX
            ),
            json!({ "type": "string", "enum": intervals }),
            json!(Interval::Day.id()),
        ),
        Parameter::new(
            "limit",
            "Most values of a dimension, or events.",
            json!({ "type": "integer", "minimum": 1, "maximum": limits::ROWS_MAX }),
            json!(50),
        ),
        Parameter::new(
            "before",
            "For rows: the place from `next` of the former answer.",
            json!({ "type": "string", "pattern": "^[0-9]{1,15}-[0-9]{1,15}$" }),
            json!("1795521600000000-1"),
        ),
    ]);
    parameters.extend(of_time("30d unless given"));
    parameters.extend([compare(), filter(), format()]);
    parameters
}

/// Of what looks at a stretch of time; `usual` tells which without them.
pub(super) fn of_time(usual: &str) -> [Parameter; 3] {
    let ranges: Vec<&str> = RANGES.iter().map(|(name, _)| *name).collect();
    let moment =
        json!({ "type": "string", "anyOf": [{ "format": "date" }, { "format": "date-time" }] });
    [
        Parameter::new(
            "range",
            format!(
                "How far back, in the project's time zone: one of these, or a number of days up to {}d. {usual}.",
                limits::RANGE_DAYS_MAX
            ),
            json!({ "type": "string", "anyOf": [{ "enum": ranges }, { "pattern": "^[1-9][0-9]{0,2}d$" }] }),
            json!("7d"),
        ),
        Parameter::new(
            "from",
            "The first day, or a moment. Together with `to`, in place of `range`.",
            moment.clone(),
            json!("2026-11-01"),
        ),
        Parameter::new(
            "to",
            "The last day, which is in it; or a moment, which is not.",
            moment,
            json!("2026-11-21"),
        ),
    ]
}

/// What figures are compared with.
pub(super) fn compare() -> Parameter {
    let compares = [Compare::None, Compare::Previous, Compare::Year].map(Compare::id);
    Parameter::new(
        "compare",
        "Another stretch of time to compare with, up to the same elapsed part.",
        json!({ "type": "string", "enum": compares }),
        json!(Compare::Previous.id()),
    )
}

/// Which events count.
pub(super) fn filter() -> Parameter {
    Parameter::new(
        "filter",
        "Which rows count, as field:test:value; may stand several times, and all must hold. Tests are is, is_not, contains, not_contains, in, not_in, greater, less, exists and missing. Alternatives are joined by |, values of in by commas; a backslash takes the meaning from ; | , and itself.",
        json!({ "type": "array", "items": { "type": "string" }, "maxItems": limits::CONDITIONS_MAX }),
        json!(["provider:is:openai"]),
    )
}

/// The form of the answer's text.
pub(super) fn format() -> Parameter {
    Parameter::new(
        "format",
        "The form of the text. CSV holds the same figures as JSON.",
        json!({ "type": "string", "enum": ["json", "csv"] }),
        json!("json"),
    )
}
