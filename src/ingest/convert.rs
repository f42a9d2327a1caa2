//! From the text of one event to a typed one: its fields, what it lacks, and what nobody knows.
//!
//! Decides whether an event can be kept at all; enrichment and policy come later, in the pipeline.

use std::net::IpAddr;

use jiff::Timestamp;
use uuid::{NoContext, Uuid};

use crate::core::code::Code;
use crate::core::event::Event;
use crate::core::limits;
use crate::ingest::field::FIELDS;
use crate::ingest::field_value::FieldValue;
use crate::ingest::raw::{RawError, RawEvent};
use crate::ingest::refusal::{Refusal, cut, quote};

/// An event on its way through the pipeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The event so far.
    pub event: Event,
    /// The visitor's address as the client gave it.
    pub address: Option<IpAddr>,
    /// The visitor's user agent as the client gave it.
    pub user_agent: Option<String>,
    /// Whether the client gave a time.
    pub has_timestamp: bool,
}

/// When an event came, and the time on the sender's clock at that moment, if he said it.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// The time of receipt, on our clock.
    pub received: Timestamp,
    /// The same moment on the sender's clock, but for the way.
    pub sent: Option<Timestamp>,
}

impl From<Timestamp> for Arrival {
    fn from(received: Timestamp) -> Arrival {
        Arrival {
            received,
            sent: None,
        }
    }
}

impl Arrival {
    /// A time on the sender's clock, in microseconds, as it is on ours. Without his time the two are taken as one.
    pub(super) fn on_our_clock(self, at: i64) -> i64 {
        match self.sent {
            None => at,
            Some(sent) => {
                let age = sent.as_microsecond().saturating_sub(at);
                self.received.as_microsecond().saturating_sub(age)
            }
        }
    }
}

/// Reads one event. `project` owns it and `arrival` is when it came.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn convert(json: &str, project: u32, arrival: impl Into<Arrival>) -> Result<Draft, Refusal> {
    let arrival = arrival.into();
    let received = arrival.received;
    let raw = RawEvent::parse(json).map_err(|error| match error {
        RawError::NotAnObject => Refusal::new(
            Code::EventInvalid,
            format!("{} is not an object", quote(json)),
        ),
        RawError::MetadataNotAnObject => {
            Refusal::new(Code::MetadataInvalid, "`metadata` is not an object")
        }
        RawError::TooDeep => {
            let most = limits::JSON_DEPTH_MAX;
            Refusal::new(
                Code::JsonTooDeep,
                format!("the event is nested more than {most} levels deep"),
            )
        }
    })?;
    let mut draft = Draft::default();
    draft.event.project = project;
    draft.event.received_at = received.as_microsecond();
    draft.event.occurred_at = draft.event.received_at;
    for (index, value) in &raw.fields {
        let field = &FIELDS[usize::from(*index)];
        FieldValue {
            name: field.name,
            value,
        }
        .set(field.target, &mut draft, arrival)?;
    }
    if draft.event.kind.is_empty() {
        return Err(Refusal::new(Code::TypeMissing, "`type` is missing"));
    }
    if draft.event.id() == 0 {
        let seconds = u64::try_from(received.as_second()).unwrap_or(0);
        let made = uuid::Timestamp::from_unix(
            NoContext,
            seconds,
            received.subsec_nanosecond().unsigned_abs(),
        );
        draft.event.set_id(Uuid::new_v7(made).as_u128());
    }
    draft.event.metadata = metadata(&raw)?;
    Ok(draft)
}

/// Everything nobody knows, as one JSON object.
fn metadata(raw: &RawEvent) -> Result<Option<String>, Refusal> {
    if raw.extra.is_empty() {
        return Ok(None);
    }
    let most = limits::METADATA_KEYS_MAX;
    if raw.extra.len() > most {
        return Err(Refusal::new(
            Code::MetadataTooLarge,
            format!("`metadata` has more than {most} keys"),
        ));
    }
    let mut json = String::with_capacity(64 * raw.extra.len());
    for (key, value) in &raw.extra {
        if !later_readers_take(value.get()) {
            let message = format!(
                "`{}` is {}; it must be valid text or a finite number",
                cut(key, 60),
                quote(value.get())
            );
            return Err(Refusal::new(Code::FieldInvalid, message));
        }
        json.push(if json.is_empty() { '{' } else { ',' });
        json.push_str(&serde_json::Value::from(key.as_ref()).to_string());
        json.push(':');
        json.push_str(value.get());
    }
    json.push('}');
    let most = limits::METADATA_BYTES_MAX;
    if json.len() > most {
        let message = format!("`metadata` has {} bytes; the most is {most}", json.len());
        return Err(Refusal::new(Code::MetadataTooLarge, message));
    }
    Ok(Some(json))
}

/// Whether stricter readers accept this JSON too. Half a surrogate pair and a number beyond every float are
/// valid by grammar, but one such row would make every later question about `metadata` fail.
fn later_readers_take(json: &str) -> bool {
    let has_exponent = json
        .as_bytes()
        .windows(2)
        .any(|w| w[0].is_ascii_digit() && matches!(w[1], b'e' | b'E'));
    let is_suspicious = has_exponent || json.len() > 300 || json.contains("\\u");
    !is_suspicious || serde_json::from_str::<serde_json::Value>(json).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RECEIVED: &str = "2026-11-21T12:00:00Z";

    fn received() -> Timestamp {
        RECEIVED.parse().expect("a time")
    }

    fn read(json: &str) -> Result<Draft, Refusal> {
        convert(json, 1, received())
    }

    fn event(json: &str) -> Event {
        read(json).expect("an event").event
    }

    fn code(json: &str) -> Code {
        read(json).expect_err("a refusal").code
    }

    #[test]
    fn a_call_is_read_with_exact_money() {
        let event = event(
            r#"{"id":"0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b","type":"response_received","timestamp":"2026-11-21T11:59:58.5Z",
                "user_id":42,"metadata":{"provider":"OpenAI","model":"gpt-5-mini","prompt_tokens":"1200","output_tokens":7.0,
                "latency_ms":812.5,"cost":0.1000000005,"colour":"red"}}"#,
        );
        assert_eq!(event.id(), 0x0190_a1b2_c3d4_7e5f_8a6b_7c8d_9e0f_1a2b);
        assert_eq!(event.occurred_at, received().as_microsecond() - 1_500_000);
        assert_eq!(
            (event.user_id.as_deref(), event.provider.as_deref()),
            (Some("42"), Some("openai"))
        );
        assert_eq!(
            (event.input_tokens, event.output_tokens, event.latency_ms),
            (Some(1200), Some(7), Some(812.5))
        );
        assert_eq!(
            event.cost,
            Some(100_000_000),
            "a tenth decimal is rounded half to even"
        );
        assert_eq!(event.metadata.as_deref(), Some(r#"{"colour":"red"}"#));
    }

    #[test]
    fn an_absent_id_and_time_are_made() {
        let event = event(r#"{"type":"x"}"#);
        assert_ne!(event.id(), 0);
        assert_eq!(event.occurred_at, received().as_microsecond());
        assert_eq!(event.metadata, None);
    }

    #[test]
    fn times_are_read_in_both_forms() {
        assert_eq!(
            event(r#"{"type":"x","ts":1795262400123}"#).occurred_at,
            1_795_262_400_123_000
        );
        assert_eq!(
            event(r#"{"type":"x","ts":"1795262400123"}"#).occurred_at,
            1_795_262_400_123_000
        );
        assert_eq!(
            event(r#"{"type":"x","ts":"2026-11-21T12:00:00+02:00"}"#).occurred_at,
            received().as_microsecond() - 7_200_000_000
        );
        assert_eq!(
            code(r#"{"type":"x","ts":"yesterday"}"#),
            Code::TimestampInvalid
        );
        assert_eq!(
            code(r#"{"type":"x","ts":"2026-11-21"}"#),
            Code::TimestampInvalid
        );
        assert_eq!(
            code(r#"{"type":"x","ts":"2026-11-23T12:00:00Z"}"#),
            Code::TimestampRange
        );
        assert_eq!(code(r#"{"type":"x","ts":-5}"#), Code::TimestampInvalid);
        let seconds = read(r#"{"type":"x","ts":1795262400}"#).expect_err("a refusal");
        assert!(seconds.message.contains("seconds"), "{}", seconds.message);
    }

    #[test]
    fn a_sender_who_tells_the_time_on_his_clock_may_have_a_wrong_one() {
        let at = |json: &str, sent: &str| {
            let arrival = Arrival {
                received: received(),
                sent: Some(sent.parse().expect("a time")),
            };
            convert(json, 1, arrival).map(|draft| draft.event.occurred_at - draft.event.received_at)
        };
        let event = r#"{"type":"x","ts":"2026-11-21T09:00:00Z"}"#;
        // Sent three hours after it happened, however the clock stands.
        assert_eq!(at(event, "2026-11-21T12:00:00Z"), Ok(-10_800_000_000));
        let ahead = r#"{"type":"x","ts":"2031-01-01T00:00:00Z"}"#;
        assert_eq!(at(ahead, "2031-01-01T03:00:00Z"), Ok(-10_800_000_000));
        let behind = r#"{"type":"x","ts":"1980-01-01T00:00:00Z"}"#;
        assert_eq!(at(behind, "1980-01-01T03:00:00Z"), Ok(-10_800_000_000));
        assert_eq!(
            at(r#"{"type":"x"}"#, "2031-01-01T00:00:00Z"),
            Ok(0),
            "without a time it happened now"
        );
        assert_eq!(
            at(r#"{"type":"x","ts":0}"#, RECEIVED).map_err(|refusal| refusal.code),
            Err(Code::TimestampRange)
        );
    }

    #[test]
    fn each_wrong_field_is_named_with_its_rule() {
        for (json, code) in [
            (r#"{"type":""}"#, Code::TypeMissing),
            (r#"{"user_id":"a"}"#, Code::TypeMissing),
            (r#"{"type":"a\u0000b"}"#, Code::TypeInvalid),
            (r#"{"type":["a"]}"#, Code::FieldInvalid),
            (r#"{"type":"a","id":"evt_1"}"#, Code::IdInvalid),
            (
                r#"{"type":"a","id":"00000000-0000-0000-0000-000000000000"}"#,
                Code::IdInvalid,
            ),
            (r#"{"type":"a","input_tokens":-1}"#, Code::FieldInvalid),
            (r#"{"type":"a","input_tokens":1.5}"#, Code::FieldInvalid),
            (r#"{"type":"a","input_tokens":1e300}"#, Code::FieldInvalid),
            (r#"{"type":"a","latency_ms":"fast"}"#, Code::FieldInvalid),
            (r#"{"type":"a","latency_ms":"NaN"}"#, Code::FieldInvalid),
            (r#"{"type":"a","cost":-0.1}"#, Code::FieldInvalid),
            (r#"{"type":"a","cost":1e99}"#, Code::FieldInvalid),
            (r#"{"type":"a","currency":"XQQ"}"#, Code::CurrencyInvalid),
            (r#"{"type":"a","country":"Germany"}"#, Code::FieldInvalid),
            (r#"{"type":"a","ip":"1.2.3"}"#, Code::FieldInvalid),
            (r#"{"type":"a","metadata":7}"#, Code::MetadataInvalid),
            (r#"{"type":"a","q":"\ud800"}"#, Code::FieldInvalid),
            (r#"{"type":"a","q":[1e999]}"#, Code::FieldInvalid),
            (r#"{"type":"a","plan":"\ud800"}"#, Code::FieldInvalid),
            ("7", Code::EventInvalid),
        ] {
            assert_eq!(read(json).expect_err(json).code, code, "{json}");
        }
        let long = format!(r#"{{"type":"a","user_id":"{}"}}"#, "x".repeat(257));
        assert_eq!(
            read(&long).expect_err("too long").message,
            "`user_id` has 257 bytes; the most is 256"
        );
    }

    #[test]
    fn payments_keep_four_decimals_and_may_be_refunds() {
        assert_eq!(
            event(r#"{"type":"payment_completed","amount":49.9,"currency":"eur"}"#).amount,
            Some(499_000)
        );
        assert_eq!(
            event(r#"{"type":"payment_completed","amount":"-12"}"#).amount,
            Some(-120_000)
        );
        assert_eq!(
            event(r#"{"type":"a","currency":"eur"}"#)
                .currency
                .as_deref(),
            Some("EUR")
        );
    }

    #[test]
    fn text_keeps_its_meaning_and_loses_its_controls() {
        let event = event(
            r#"{"type":"x","plan":" Pro\n<b>'; DROP TABLE events;-- ","title":"","q":"\u0000"}"#,
        );
        assert_eq!(event.plan.as_deref(), Some("Pro<b>'; DROP TABLE events;--"));
        assert_eq!(event.title, None);
        assert_eq!(
            event.metadata.as_deref(),
            Some(r#"{"q":"\u0000"}"#),
            "metadata stays JSON text"
        );
    }

    #[test]
    fn a_preview_keeps_its_lines_and_loses_its_nuls() {
        let event = event(r#"{"type":"x","request_preview":"a\u0000b\nc"}"#);
        assert_eq!(event.request_preview.as_deref(), Some("ab\nc"));
    }

    #[test]
    fn metadata_is_bounded() {
        let many: Vec<String> = (0..=limits::METADATA_KEYS_MAX)
            .map(|i| format!("\"k{i}\":1"))
            .collect();
        assert_eq!(
            code(&format!("{{\"type\":\"x\",{}}}", many.join(","))),
            Code::MetadataTooLarge
        );
        let large = format!(
            r#"{{"type":"x","q":"{}"}}"#,
            "x".repeat(limits::METADATA_BYTES_MAX)
        );
        assert_eq!(code(&large), Code::MetadataTooLarge);
    }

    proptest! {
        #[test]
        fn any_value_in_any_field_is_answered(name in 0..FIELDS.len(), value in any::<String>(), number in any::<f64>()) {
            let name = FIELDS[name].name;
            let text = serde_json::json!({ "type": "x", name: value }).to_string();
            let _no_panic = read(&text);
            let _no_panic = read(&format!(r#"{{"type":"x","{name}":{number:e}}}"#).replace("inf", "1").replace("NaN", "1"));
        }

        #[test]
        fn metadata_stays_valid_json(key in any::<String>(), value in any::<String>()) {
            let text = serde_json::json!({ "type": "x", "metadata": { format!("_{key}"): value } }).to_string();
            if let Ok(draft) = read(&text) {
                let metadata = draft.event.metadata.unwrap_or_default();
                prop_assert!(serde_json::from_str::<serde_json::Value>(&metadata).is_ok());
            }
        }
    }
}
