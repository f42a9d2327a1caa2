//! The fields a client may send: canonical name, aliases, form, and the column each one fills.
//!
//! A table. How a value is read by its form stands in `convert.rs`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::core::event::Event;

/// The form of a text field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextForm {
    /// Identifies somebody or something: never cut.
    Id,
    /// A name by which things are grouped: never cut.
    Name,
    /// A name in lower case, so that `OpenAI` and `openai` are one.
    LowerName,
    /// Read by people, not counted: cut when too long.
    Free,
}

/// Where the value of a field goes.
#[derive(Clone, Copy)]
pub enum Target {
    /// The event's id.
    Id,
    /// The event's type.
    Kind,
    /// When it happened.
    Timestamp,
    /// The visitor's address, used for enrichment and then forgotten.
    Address,
    /// The visitor's user agent, used for enrichment and then forgotten.
    UserAgent,
    /// A text column.
    Text(TextForm, fn(&mut Event) -> &mut Option<String>),
    /// A preview: kept as the project says, masked, cut.
    Preview(fn(&mut Event) -> &mut Option<String>),
    /// A whole number from 0 to 2^53.
    Count(fn(&mut Event) -> &mut Option<i64>),
    /// A measurement, not negative.
    Measure(fn(&mut Event) -> &mut Option<f64>),
    /// Seconds of audio, kept as milliseconds.
    AudioSeconds(fn(&mut Event) -> &mut Option<i64>),
    /// Yes or no, kept as 1 or 0.
    Flag(fn(&mut Event) -> &mut Option<i64>),
    /// A rating: a number, or a thumb up or down.
    Rating,
    /// Model cost with up to nine decimals.
    Cost,
    /// A payment with up to four decimals; may be negative (a refund).
    Amount,
    /// A currency code.
    Currency,
    /// A country code.
    Country,
}

/// One field a client may send.
pub struct Field {
    /// Its name; also the column's.
    pub name: &'static str,
    /// Other names under which clients send it.
    pub aliases: &'static [&'static str],
    /// Where it goes.
    pub target: Target,
}

/// Position of a field in [`FIELDS`].
pub type FieldIndex = u8;

/// Names of the object that holds everything else.
const CONTAINERS: [&str; 3] = ["metadata", "data", "properties"];

/// True for the names of the object that holds everything else.
pub fn is_container(name: &str) -> bool {
    CONTAINERS.contains(&name)
}

const fn text(
    name: &'static str,
    form: TextForm,
    aliases: &'static [&'static str],
    column: fn(&mut Event) -> &mut Option<String>,
) -> Field {
    Field {
        name,
        aliases,
        target: Target::Text(form, column),
    }
}

const fn count(
    name: &'static str,
    aliases: &'static [&'static str],
    column: fn(&mut Event) -> &mut Option<i64>,
) -> Field {
    Field {
        name,
        aliases,
        target: Target::Count(column),
    }
}

const fn other(name: &'static str, aliases: &'static [&'static str], target: Target) -> Field {
    Field {
        name,
        aliases,
        target,
    }
}

use TextForm::{Free, Id, LowerName, Name};

/// All fields.
pub const FIELDS: &[Field] = &[
    other(
        "id",
        &["event_id", "eventId", "message_id", "messageId"],
        Target::Id,
    ),
    other("type", &["event", "name", "event_type"], Target::Kind),
    other(
        "timestamp",
        &["ts", "time", "occurred_at"],
        Target::Timestamp,
    ),
    other("ip", &["ip_address", "client_ip"], Target::Address),
    other("user_agent", &["userAgent"], Target::UserAgent),
    text("user_id", Id, &["userId", "user", "distinct_id"], |e| {
        &mut e.user_id
    }),
    text("anonymous_id", Id, &["anonymousId", "anon_id"], |e| {
        &mut e.anonymous_id
    }),
    text("session_id", Id, &["sessionId", "session"], |e| {
        &mut e.session_id
    }),
    text(
        "account",
        Id,
        &["account_id", "accountId", "customer_id", "organization_id"],
        |e| &mut e.account,
    ),
    text("team", Id, &["team_id", "teamId"], |e| &mut e.team),
    text("plan", Name, &["plan_name"], |e| &mut e.plan),
    text("feature", Name, &["feature_name"], |e| &mut e.feature),
    text("provider", LowerName, &["provider_name"], |e| {
        &mut e.provider
    }),
    text("model", Name, &["model_name", "response_model"], |e| {
        &mut e.model
    }),
    text("requested_model", Name, &["request_model"], |e| {
        &mut e.requested_model
    }),
    text("operation", LowerName, &["operation_name"], |e| {
        &mut e.operation
    }),
    text("endpoint", Name, &["route"], |e| &mut e.endpoint),
    text("method", Name, &["http_method"], |e| &mut e.method),
    text("status", LowerName, &["outcome"], |e| &mut e.status),
    text("error_type", LowerName, &["error_code", "errorType"], |e| {
        &mut e.error_type
    }),
    text("request_id", Id, &["requestId"], |e| &mut e.request_id),
    text("finish_reason", LowerName, &["stop_reason"], |e| {
        &mut e.finish_reason
    }),
    text("service_tier", LowerName, &[], |e| &mut e.service_tier),
    text("url", Free, &["page_url", "href"], |e| &mut e.url),
    text("path", Free, &["page_path", "pathname"], |e| &mut e.path),
    text("title", Free, &["page_title"], |e| &mut e.title),
    text("referrer", Free, &["referer"], |e| &mut e.referrer),
    text("utm_source", Name, &[], |e| &mut e.utm_source),
    text("utm_medium", Name, &[], |e| &mut e.utm_medium),
    text("utm_campaign", Name, &[], |e| &mut e.utm_campaign),
    text("utm_term", Name, &[], |e| &mut e.utm_term),
    text("utm_content", Name, &[], |e| &mut e.utm_content),
    text("screen", Name, &["screen_size", "viewport"], |e| {
        &mut e.screen
    }),
    text("language", Name, &["lang", "locale"], |e| &mut e.language),
    text("device", LowerName, &["device_type"], |e| &mut e.device),
    text("browser", Name, &[], |e| &mut e.browser),
    text("os", Name, &[], |e| &mut e.os),
    other("country", &["country_code"], Target::Country),
    other("currency", &[], Target::Currency),
    other(
        "request_preview",
        &["prompt", "prompt_preview", "input_preview"],
        Target::Preview(|e| &mut e.request_preview),
    ),
    other(
        "response_preview",
        &["completion", "response", "output_preview"],
        Target::Preview(|e| &mut e.response_preview),
    ),
    count("status_code", &["http_status", "statusCode"], |e| {
        &mut e.status_code
    }),
    count("attempt", &["attempt_number"], |e| &mut e.attempt),
    count(
        "input_tokens",
        &["prompt_tokens", "tokens_in", "inputTokens"],
        |e| &mut e.input_tokens,
    ),
    count(
        "output_tokens",
        &["completion_tokens", "tokens_out", "outputTokens"],
        |e| &mut e.output_tokens,
    ),
    count(
        "cache_read_tokens",
        &["cached_tokens", "cache_read_input_tokens"],
        |e| &mut e.cache_read_tokens,
    ),
    count(
        "cache_write_tokens",
        &["cache_creation_input_tokens"],
        |e| &mut e.cache_write_tokens,
    ),
    count("reasoning_tokens", &["thinking_tokens"], |e| {
        &mut e.reasoning_tokens
    }),
    count("input_audio_tokens", &["audio_input_tokens"], |e| {
        &mut e.input_audio_tokens
    }),
    count("output_audio_tokens", &["audio_output_tokens"], |e| {
        &mut e.output_audio_tokens
    }),
    count("characters", &["chars"], |e| &mut e.characters),
    count("bytes", &["size_bytes"], |e| &mut e.bytes),
    count("audio_ms", &[], |e| &mut e.audio_ms),
    other(
        "audio_seconds",
        &[],
        Target::AudioSeconds(|e| &mut e.audio_ms),
    ),
    count("images", &["image_count"], |e| &mut e.images),
    count("visible_ms", &[], |e| &mut e.visible_ms),
    other(
        "response_cached",
        &["cache_hit", "from_cache"],
        Target::Flag(|e| &mut e.response_cached),
    ),
    other(
        "latency_ms",
        &["duration_ms", "latency", "latencyMs"],
        Target::Measure(|e| &mut e.latency_ms),
    ),
    other(
        "ttft_ms",
        &["time_to_first_token_ms", "ttft"],
        Target::Measure(|e| &mut e.ttft_ms),
    ),
    other("rating", &["score"], Target::Rating),
    other("cost", &["cost_usd", "total_cost"], Target::Cost),
    other("amount", &["revenue"], Target::Amount),
];

static BY_NAME: LazyLock<HashMap<&'static str, (FieldIndex, bool), foldhash::fast::RandomState>> =
    LazyLock::new(|| {
        let mut names = HashMap::default();
        for (index, field) in (0..).zip(FIELDS) {
            names.insert(field.name, (index, false));
            names.extend(field.aliases.iter().map(|alias| (*alias, (index, true))));
        }
        names
    });

/// The field of this name, and whether the name is an alias.
pub fn find(name: &str) -> Option<(FieldIndex, bool)> {
    BY_NAME.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::event::{COLUMNS, PEOPLE};

    #[test]
    fn no_name_stands_for_two_fields() {
        let names = FIELDS.iter().map(|f| 1 + f.aliases.len()).sum::<usize>();
        assert_eq!(BY_NAME.len(), names);
        assert!(FIELDS.len() < usize::from(FieldIndex::MAX));
        assert!(CONTAINERS.iter().all(|name| find(name).is_none()));
    }

    #[test]
    fn fields_are_named_like_their_columns() {
        let others = [
            "id",
            "type",
            "timestamp",
            "ip",
            "user_agent",
            "request_preview",
            "response_preview",
            "audio_seconds",
        ];
        for field in FIELDS {
            assert!(
                others.contains(&field.name)
                    || PEOPLE.contains(&field.name)
                    || COLUMNS.iter().any(|column| column.name == field.name),
                "{} fills no column",
                field.name
            );
        }
    }
}
