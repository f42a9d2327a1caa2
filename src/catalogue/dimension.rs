//! Dimensions: what a figure can be split and filtered by. One row each.

/// How values of a dimension are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DimensionKind {
    /// Text.
    Text,
    /// A number; it can be filtered by, but has too many values to split by.
    Number,
    /// A person, by the name the product gave.
    Person,
    /// A saved segment that the person is in; they may be in several.
    Segment,
}

/// One row of the catalogue.
#[derive(Debug)]
pub struct Dimension {
    /// Its name in addresses.
    pub id: &'static str,
    /// Its name on pages.
    pub label: &'static str,
    /// What it tells, in a sentence.
    pub help: &'static str,
    /// The column of the frames.
    pub column: &'static str,
    /// How its values are compared.
    pub kind: DimensionKind,
    /// What an absent value is called.
    pub none: &'static str,
}

const fn text(
    id: &'static str,
    label: &'static str,
    none: &'static str,
    help: &'static str,
) -> Dimension {
    Dimension {
        id,
        label,
        help,
        column: id,
        kind: DimensionKind::Text,
        none,
    }
}

const fn number(id: &'static str, label: &'static str, help: &'static str) -> Dimension {
    Dimension {
        id,
        label,
        help,
        column: id,
        kind: DimensionKind::Number,
        none: "not given",
    }
}

/// Every dimension.
pub static DIMENSIONS: &[Dimension] = &[
    text(
        "provider",
        "Provider",
        "no provider",
        "Who served the AI call.",
    ),
    text("model", "Model", "no model", "The model that answered."),
    text(
        "requested_model",
        "Requested model",
        "as answered",
        "The model that was asked for, where a router chose another.",
    ),
    text(
        "operation",
        "Operation",
        "no operation",
        "What the call was for, such as chat, embedding or transcription.",
    ),
    text(
        "feature",
        "Feature",
        "no feature",
        "The part of the product that was used.",
    ),
    text(
        "endpoint",
        "Endpoint",
        "no endpoint",
        "The product's own route.",
    ),
    text(
        "method",
        "Method",
        "no method",
        "The HTTP method of the route.",
    ),
    text(
        "outcome",
        "Outcome",
        "no AI call",
        "How the AI call ended: success, failure or cancelled.",
    ),
    text(
        "status",
        "Status",
        "no status",
        "The status as the client sent it.",
    ),
    text(
        "error_type",
        "Error type",
        "not given",
        "The class of the error, such as rate_limit or timeout.",
    ),
    text(
        "finish_reason",
        "Finish reason",
        "not given",
        "Why the model stopped.",
    ),
    text(
        "service_tier",
        "Service tier",
        "standard",
        "The provider's tier of service, such as batch.",
    ),
    text(
        "cost_source",
        "Cost source",
        "no cost",
        "Where the cost comes from: reported, computed, partial or unpriced.",
    ),
    text(
        "price_id",
        "Price",
        "no price",
        "The entry of the price book that computed the cost.",
    ),
    text("plan", "Plan", "no plan", "What the account has bought."),
    text("account", "Account", "no account", "The customer who pays."),
    text("team", "Team", "no team", "A team inside the account."),
    Dimension {
        id: "user",
        label: "User",
        help: "The person as the product names them: the user id, else the anonymous id.",
        column: "person",
        kind: DimensionKind::Person,
        none: "not identified",
    },
    Dimension {
        id: "segment",
        label: "Segment",
        help: "A saved segment that the person is in now. Somebody may be in several, so what is split by it overlaps \
            and does not add up to the whole.",
        column: "person",
        kind: DimensionKind::Segment,
        none: "in no segment",
    },
    text("session_id", "Session", "no session", "One stretch of use."),
    text(
        "request_id",
        "Request",
        "no request id",
        "What the application asked once; shared by all attempts.",
    ),
    text("type", "Event", "no type", "The name of the event."),
    text(
        "country",
        "Country",
        "unknown",
        "The visitor's country, as an ISO 3166 code.",
    ),
    text(
        "device",
        "Device",
        "unknown",
        "Desktop, mobile, tablet and so on.",
    ),
    text("browser", "Browser", "unknown", "The browser family."),
    text("os", "Operating system", "unknown", "The operating system."),
    text(
        "language",
        "Language",
        "unknown",
        "The preferred language of the browser.",
    ),
    text(
        "channel",
        "Channel",
        "none",
        "How the visitor came: direct, organic search, email and so on. Of a visit, as of its first page.",
    ),
    text(
        "referrer_host",
        "Referrer",
        "none",
        "The site from which the visitor came.",
    ),
    text(
        "utm_source",
        "Campaign source",
        "none",
        "The source that the campaign's address names.",
    ),
    text(
        "utm_medium",
        "Campaign medium",
        "none",
        "The medium that the campaign's address names.",
    ),
    text(
        "utm_campaign",
        "Campaign",
        "none",
        "The campaign that the address names.",
    ),
    text(
        "utm_term",
        "Campaign term",
        "none",
        "The term that the campaign's address names.",
    ),
    text(
        "utm_content",
        "Campaign content",
        "none",
        "The content that the campaign's address names.",
    ),
    text("host", "Host", "none", "The host of the page."),
    text(
        "path",
        "Path",
        "none",
        "The path of the page; of a visit, that of the page on which it began.",
    ),
    text("currency", "Currency", "none", "The currency of a payment."),
    number(
        "status_code",
        "Status code",
        "The HTTP status of the answer.",
    ),
    number(
        "attempt",
        "Attempt",
        "The number of this attempt at the request, from 1.",
    ),
    number(
        "input_tokens",
        "Input tokens",
        "All input tokens of the call, cached ones included.",
    ),
    number(
        "output_tokens",
        "Output tokens",
        "All output tokens of the call.",
    ),
    number("latency_ms", "Latency", "Milliseconds from start to end."),
    number(
        "ttft_ms",
        "Time to first token",
        "Milliseconds to the first chunk.",
    ),
    number("cost", "Cost", "What the call cost, in US dollars."),
    number("amount", "Amount", "What was paid."),
    number(
        "rating",
        "Rating",
        "A person's rating of the answer, from 1 to 5.",
    ),
];

/// The dimension with this id.
pub fn find(id: &str) -> Option<&'static Dimension> {
    DIMENSIONS.iter().find(|dimension| dimension.id == id)
}
