//! What programs may call, one row each. The document and the page of the reference are read from here.

use crate::core::code::Code;
use crate::web::openapi::parameter::{self, Parameter};
use crate::web::openapi::{person, study};

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anyone.
    Anyone,
    /// An ingest or admin key.
    Ingest,
    /// A read or admin key, or a person who is logged in.
    Reader,
    /// An admin key, and no session.
    Admin,
    /// An admin key, or a person who is logged in.
    Changer,
    /// Anyone, or who holds the token of `server.metrics_token` where it is set.
    MetricsToken,
}

impl Who {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Who::Anyone => "anyone",
            Who::Ingest => "an ingest or admin key",
            Who::Reader => "a read or admin key, or a person who is logged in",
            Who::Admin => "an admin key",
            Who::Changer => "an admin key, or a person who is logged in",
            Who::MetricsToken => "anyone, or the token of server.metrics_token where it is set",
        }
    }

    /// How it may be refused before the operation looks at anything else.
    fn codes(self) -> &'static [Code] {
        match self {
            Who::Anyone => &[],
            Who::Ingest => &[
                Code::KeyMissing,
                Code::KeyUnknown,
                Code::KeyForbidden,
                Code::OriginForbidden,
                Code::RateLimited,
            ],
            Who::Reader => &[
                Code::KeyMissing,
                Code::KeyUnknown,
                Code::KeyForbidden,
                Code::NotFound,
            ],
            Who::Admin => &[Code::KeyMissing, Code::KeyUnknown, Code::KeyForbidden],
            Who::Changer => &[
                Code::KeyMissing,
                Code::KeyUnknown,
                Code::KeyForbidden,
                Code::CsrfInvalid,
                Code::NotFound,
            ],
            Who::MetricsToken => &[Code::KeyMissing],
        }
    }
}

/// One thing that a program may do.
pub struct Operation {
    /// Its name in the document.
    pub id: &'static str,
    /// Its HTTP method.
    pub method: &'static str,
    /// Its path, after the base.
    pub path: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// What one should know before using it.
    pub help: &'static str,
    /// Who may.
    pub who: Who,
    /// What its address may hold.
    pub parameters: fn() -> Vec<Parameter>,
    /// The schema of its body, if it takes one.
    pub body: Option<&'static str>,
    /// What a good answer is, in a sentence.
    pub answer: &'static str,
    /// The media types of a good answer, each with its schema.
    pub answers: &'static [(&'static str, &'static str)],
    /// How it may be refused, beside what every operation of its kind may say.
    refusals: &'static [Code],
}

impl Operation {
    /// Every code with which it may be refused.
    pub fn codes(&self) -> Vec<Code> {
        let mut codes: Vec<Code> = self.who.codes().to_vec();
        codes.extend(self.refusals);
        codes.push(Code::MethodNotAllowed);
        codes.push(Code::Internal);
        codes.sort();
        codes.dedup();
        codes
    }
}

/// The media types in which events may come; anything else that is sent is JSON.
pub const BODY_TYPES: [&str; 2] = ["application/json", "application/x-ndjson"];

/// Every operation, in the order of the page.
pub const OPERATIONS: &[Operation] = &[
    Operation {
        id: "sendEvents",
        method: "POST",
        path: "/v1/events",
        summary: "Send events.",
        help: "One JSON object, an array of objects, or one object a line; at most as many events and bytes as \
            ingest.events_per_request_max and ingest.body_bytes_max say. Once it is answered, what was accepted is \
            durable. An event that cannot be used is told in `errors` and does not keep the others out. Send the same \
            ids again after a lost connection: they count once.",
        who: Who::Ingest,
        parameters: parameter::of_events,
        body: Some("Events"),
        answer: "What became of each event.",
        answers: &[("application/json", "Receipt")],
        refusals: &[
            Code::BodyEmpty,
            Code::BodyMalformed,
            Code::BodyNotUtf8,
            Code::BodyTooLarge,
            Code::EventsTooMany,
            Code::EncodingUnsupported,
            Code::ContentTypeUnsupported,
            Code::ParameterInvalid,
            Code::QueueFull,
            Code::DiskFull,
            Code::Stopping,
            Code::StorageFailed,
            Code::NotReady,
        ],
    },
    Operation {
        id: "sendPixel",
        method: "GET",
        path: "/v1/pixel.gif",
        summary: "Send one event from a page without script.",
        help: "Every parameter but the key is a field of the event; the type is page_view unless given. Once the key is \
            good the answer is the image, also if the event could not be used: a page must not show a broken image.",
        who: Who::Ingest,
        parameters: parameter::of_pixel,
        body: None,
        answer: "A transparent pixel.",
        answers: &[("image/gif", "Pixel")],
        refusals: &[Code::NotReady],
    },
    Operation {
        id: "query",
        method: "GET",
        path: "/api/v1/query",
        summary: "Ask for any metric by any dimension.",
        help: "Without a shape it follows from the rest: a total, with dimensions a breakdown or a matrix, with an \
            interval a series. Figures carry their unit and what they stand on; where there is nothing to divide by \
            they are null, never 0. Money is decimal text. A series has as many values of a dimension as \
            the limit says; what they leave of a figure that adds up is `other`, in CSV the lines `(other)`. The \
            address of a page of the product holds the same parameters.",
        who: Who::Reader,
        parameters: parameter::of_query,
        body: None,
        answer: "The answer, as JSON or CSV.",
        answers: &[("application/json", "Answer"), ("text/csv", "Csv")],
        refusals: &[Code::ParameterInvalid, Code::QueryDeadline, Code::NotReady],
    },
    Operation {
        id: "catalogue",
        method: "GET",
        path: "/api/v1/catalogue",
        summary: "List what can be asked.",
        help: "Every metric with its unit, grain and polarity, and every dimension. The page Reference shows the same.",
        who: Who::Reader,
        parameters: parameter::of_catalogue,
        body: None,
        answer: "Metrics and dimensions.",
        answers: &[("application/json", "Catalogue")],
        refusals: &[Code::ParameterInvalid, Code::NotReady],
    },
    Operation {
        id: "people",
        method: "GET",
        path: "/api/v1/users/{topic}",
        summary: "Ask for figures whose unit is a person.",
        help: "How many people come, stay and leave, and how they use the product: the topics of the page Users. Rows are \
            days, weeks or months, or what else the topic is about; `coverage` tells how many of the people have a user id.",
        who: Who::Reader,
        parameters: study::of_people,
        body: None,
        answer: "The rows of the topic with their measures, as JSON or CSV.",
        answers: &[("application/json", "People"), ("text/csv", "Csv")],
        refusals: &[Code::ParameterInvalid, Code::QueryDeadline, Code::NotReady],
    },
    Operation {
        id: "funnel",
        method: "GET",
        path: "/api/v1/funnel",
        summary: "Ask how many people take one step after the other.",
        help: "People enter with the first step and have until the end of the window for the rest; who may still go on is \
            `open` and stands in no rate of the whole way. Times are seconds, shares 0 to 1 with their 95 % interval.",
        who: Who::Reader,
        parameters: study::of_funnel,
        body: None,
        answer: "The steps, as JSON or CSV; with `people` also who stands behind one.",
        answers: &[("application/json", "Funnel"), ("text/csv", "Csv")],
        refusals: &[Code::ParameterInvalid, Code::QueryDeadline, Code::NotReady],
    },
    Operation {
        id: "retention",
        method: "GET",
        path: "/api/v1/retention",
        summary: "Ask how many people come back.",
        help: "A row for each cohort of people who began in the same day, week or month, or for each value of `by`; a \
            column for each day, week or month after it. A column that is not over says so.",
        who: Who::Reader,
        parameters: study::of_retention,
        body: None,
        answer: "Cohorts and their average, as JSON or CSV.",
        answers: &[("application/json", "Retention"), ("text/csv", "Csv")],
        refusals: &[Code::ParameterInvalid, Code::QueryDeadline, Code::NotReady],
    },
    Operation {
        id: "heatmap",
        method: "GET",
        path: "/api/v1/heatmap",
        summary: "Ask at which hours of the week something happens.",
        help: "168 hours from Monday 0:00 in the project's zone, each with its mean over the times it occurred in the \
            period. Costs are US dollars.",
        who: Who::Reader,
        parameters: study::of_heatmap,
        body: None,
        answer: "The hours, as JSON or CSV.",
        answers: &[("application/json", "Heatmap"), ("text/csv", "Csv")],
        refusals: &[Code::ParameterInvalid, Code::QueryDeadline, Code::NotReady],
    },
    Operation {
        id: "journeys",
        method: "GET",
        path: "/api/v1/journeys",
        summary: "Ask what people do next.",
        help: "Visits, step by step, from their start or from an event; links join the stations of one step with those of \
            the next by their places. CSV holds the most frequent sequences.",
        who: Who::Reader,
        parameters: study::of_journeys,
        body: None,
        answer: "Stations, links and sequences as JSON, or sequences as CSV.",
        answers: &[("application/json", "Journeys"), ("text/csv", "Csv")],
        refusals: &[Code::ParameterInvalid, Code::QueryDeadline, Code::NotReady],
    },
    Operation {
        id: "segments",
        method: "GET",
        path: "/api/v1/segments",
        summary: "List the saved segments of people.",
        help: "Each with its rules and how many people are in it now. Any question takes `filter=segment:is:NAME` and \
            `by=segment`; somebody may be in several, so what is split by it overlaps.",
        who: Who::Reader,
        parameters: parameter::of_project,
        body: None,
        answer: "The segments by name.",
        answers: &[("application/json", "Segments")],
        refusals: &[Code::QueryDeadline, Code::NotReady],
    },
    Operation {
        id: "saveSegment",
        method: "POST",
        path: "/api/v1/segments",
        summary: "Save a segment of people.",
        help: "All clauses of `rules` must hold, and of each clause at least one rule. A rule is \
            did:at_least:TIMES:DAYS:EVENT (also at_most, exactly; the event as a step of a funnel), \
            first_seen:before:DAY or first_seen:since:DAY, or one of plan, country, feature, stage and rfm with a test as \
            in a filter, such as plan:is:pro.",
        who: Who::Changer,
        parameters: parameter::of_project,
        body: Some("NewSegment"),
        answer: "The segment, with how many people are in it.",
        answers: &[("application/json", "Segment")],
        refusals: &[
            Code::BodyMalformed,
            Code::BodyTooLarge,
            Code::ParameterInvalid,
            Code::QueryDeadline,
            Code::NotReady,
        ],
    },
    Operation {
        id: "deleteSegment",
        method: "DELETE",
        path: "/api/v1/segments/{id}",
        summary: "Delete a segment of people.",
        help: "Questions that name it are refused from then on, with the segments that there are.",
        who: Who::Changer,
        parameters: parameter::of_segment,
        body: None,
        answer: "Its number.",
        answers: &[("application/json", "Removed")],
        refusals: &[],
    },
    Operation {
        id: "budgets",
        method: "GET",
        path: "/api/v1/budgets",
        summary: "Say how budgets stand.",
        help: "What is spent of each budget in use, what will be by the end of its period, and when it is gone; with `by` \
            also who spends how much of which. Money is decimal text in US dollars; what is projected is a number, as \
            it is an estimate. The page Costs and budgets shows the same.",
        who: Who::Reader,
        parameters: parameter::of_budgets,
        body: None,
        answer: "Budgets, and with `by` a row for each value.",
        answers: &[("application/json", "Budgets")],
        refusals: &[Code::ParameterInvalid, Code::QueryDeadline, Code::NotReady],
    },
    Operation {
        id: "summary",
        method: "GET",
        path: "/api/v1/summary",
        summary: "Sum up everything a project holds.",
        help: "Waits until every event that was acknowledged before the question is in the answer, so it suits tests \
            of a sender. Pages and reports ask /api/v1/query.",
        who: Who::Reader,
        parameters: parameter::of_project,
        body: None,
        answer: "Exact sums over all time.",
        answers: &[("application/json", "Summary")],
        refusals: &[Code::QueryDeadline, Code::NotReady],
    },
    Operation {
        id: "ingestLog",
        method: "GET",
        path: "/v1/ingest/log",
        summary: "Learn why events are missing.",
        help: "Counts for each step and reason since the start of the server, and the latest events that were not kept. \
            The page Missing events shows the same.",
        who: Who::Reader,
        parameters: parameter::of_ingest_log,
        body: None,
        answer: "Counts and the latest refusals, newest first.",
        answers: &[("application/json", "IngestLog")],
        refusals: &[Code::ParameterInvalid, Code::NotReady],
    },
    Operation {
        id: "exportPerson",
        method: "GET",
        path: "/api/v1/people/export",
        summary: "Export everything that is stored about one person.",
        help: "JSON objects, one a line: first who it is about and which other ids turned out to be theirs, then each \
            event with its previews. An id that was merged into a person stands for the whole person. Every export is \
            noted in the audit table.",
        who: Who::Admin,
        parameters: person::of_person,
        body: None,
        answer: "One JSON object a line.",
        answers: &[("application/x-ndjson", "PersonExport")],
        refusals: &[
            Code::ParameterInvalid,
            Code::NotFound,
            Code::QueryDeadline,
            Code::NotReady,
        ],
    },
    Operation {
        id: "erasePerson",
        method: "DELETE",
        path: "/api/v1/people",
        summary: "Erase one person for good.",
        help: "Every event that was acknowledged before, its previews, the names, the links between them, the sums they \
            are in and the journal behind them. This cannot be undone. Stop sending events about them first: later ones \
            are those of a new person. The receipt holds a hash of the name, and no name.",
        who: Who::Admin,
        parameters: person::of_person,
        body: None,
        answer: "The receipt; `done_at` is null in the rare case that the server finishes it after the answer.",
        answers: &[("application/json", "Erasure")],
        refusals: &[
            Code::ParameterInvalid,
            Code::NotFound,
            Code::QueryDeadline,
            Code::NotReady,
        ],
    },
    Operation {
        id: "erasures",
        method: "GET",
        path: "/api/v1/people/erasures",
        summary: "List the receipts of erased people.",
        help: "The latest first. A receipt is found again by the SHA-256 of project number, kind and id, as in \
            `1:user:ana`.",
        who: Who::Admin,
        parameters: parameter::none,
        body: None,
        answer: "Receipts.",
        answers: &[("application/json", "Erasures")],
        refusals: &[Code::NotReady],
    },
    Operation {
        id: "mergePeople",
        method: "POST",
        path: "/api/v1/people/merge",
        summary: "Say that somebody is really a user.",
        help: "From then on the events of both count for that user, also those of the past. No event is changed, so a \
            merge can be undone. It is noted in the audit table.",
        who: Who::Admin,
        parameters: person::of_merge,
        body: None,
        answer: "Who was merged into whom.",
        answers: &[("application/json", "Merge")],
        refusals: &[
            Code::ParameterInvalid,
            Code::NotFound,
            Code::QueryDeadline,
            Code::NotReady,
        ],
    },
    Operation {
        id: "undoMerge",
        method: "POST",
        path: "/api/v1/people/undo-merge",
        summary: "Take a merge back.",
        help: "The events of this id count for themselves again, and are not merged again by themselves. It is noted in \
            the audit table.",
        who: Who::Admin,
        parameters: person::of_person,
        body: None,
        answer: "Who is somebody of their own again.",
        answers: &[("application/json", "UndoneMerge")],
        refusals: &[
            Code::ParameterInvalid,
            Code::NotFound,
            Code::QueryDeadline,
            Code::NotReady,
        ],
    },
    Operation {
        id: "openapi",
        method: "GET",
        path: "/api/v1/openapi.json",
        summary: "Read this description.",
        help: "An OpenAPI 3.1 document of the version that answers.",
        who: Who::Anyone,
        parameters: parameter::none,
        body: None,
        answer: "This document.",
        answers: &[("application/json", "Document")],
        refusals: &[],
    },
    Operation {
        id: "health",
        method: "GET",
        path: "/healthz",
        summary: "Ask whether the process can keep its promises.",
        help: "Restart it if it cannot.",
        who: Who::Anyone,
        parameters: parameter::none,
        body: None,
        answer: "It can.",
        answers: &[("application/json", "Status")],
        refusals: &[Code::StorageFailed],
    },
    Operation {
        id: "ready",
        method: "GET",
        path: "/readyz",
        summary: "Ask whether requests should be sent here.",
        help: "Not while the server stops, its journal cannot be written, or its disk is full.",
        who: Who::Anyone,
        parameters: parameter::none,
        body: None,
        answer: "They should.",
        answers: &[("application/json", "Status")],
        refusals: &[Code::StorageFailed, Code::DiskFull, Code::Stopping],
    },
    Operation {
        id: "metrics",
        method: "GET",
        path: "/metrics",
        summary: "Read the server's own figures, for Prometheus.",
        help: "Set server.metrics_token where others reach the port.",
        who: Who::MetricsToken,
        parameters: parameter::none,
        body: None,
        answer: "Counters and gauges as OpenMetrics text.",
        answers: &[("application/openmetrics-text", "OpenMetrics")],
        refusals: &[],
    },
];
