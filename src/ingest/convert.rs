//! Raw values to typed ones: each field by its form, with an error that names value, rule and remedy.
//!
//! Decides whether an event can be kept at all; enrichment and policy come later, in the pipeline.

use std::borrow::Cow;
use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::value::RawValue;
use uuid::{NoContext, Uuid};

use crate::core::code::Code;
use crate::core::currency::Currency;
use crate::core::decimal;
use crate::core::event::Event;
use crate::core::limits;
use crate::core::money::Money;
use crate::ingest::field::{FIELDS, Target, TextForm};
use crate::ingest::raw::{RawError, RawEvent};

/// Largest payment: what DECIMAL(18,4) holds.
const AMOUNT_MAX: i128 = 999_999_999_999_999_999;

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

/// Why an event is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub code: Code,
    /// What exactly is wrong, naming value and rule.
    pub message: String,
}

impl Refusal {
    /// A refusal with its message.
    pub fn new(code: Code, message: impl Into<String>) -> Refusal {
        Refusal {
            code,
            message: message.into(),
        }
    }
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
    fn on_our_clock(self, at: i64) -> i64 {
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
        Setter {
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

/// One value with the name of its field, for messages.
struct Setter<'a> {
    name: &'static str,
    value: &'a RawValue,
}

impl Setter<'_> {
    fn set(&self, target: Target, draft: &mut Draft, arrival: Arrival) -> Result<(), Refusal> {
        let event = &mut draft.event;
        match target {
            Target::Id => event.set_id(self.id()?),
            Target::Kind => event.kind = self.kind()?,
            Target::Timestamp => {
                event.occurred_at = self.timestamp(arrival)?;
                draft.has_timestamp = true;
            }
            Target::Address => {
                let text = self.text()?;
                let address = text.parse().map_err(|_| self.wrong("an IP address"))?;
                draft.address = Some(address);
            }
            Target::UserAgent => {
                draft.user_agent = Some(cut(&self.text()?, limits::TEXT_BYTES_MAX).to_owned())
            }
            Target::Text(form, column) => *column(event) = self.formed(form)?,
            Target::Preview(column) => {
                let text = match self.value.get().as_bytes().first() {
                    // A list of messages is a preview too; its JSON text is what people will read.
                    Some(b'{' | b'[') => Cow::Borrowed(self.value.get()),
                    _ => self.text()?,
                };
                // Line ends are part of a prompt; a NUL is part of no text, and ends it for some readers.
                *column(event) = Some(cut(&text, limits::PREVIEW_BYTES_MAX).replace('\0', ""));
            }
            Target::Count(column) => *column(event) = Some(self.count()?),
            Target::Measure(column) => *column(event) = Some(self.measure()?),
            Target::AudioSeconds(column) => {
                let scaled = decimal::scaled(&self.text()?, 3)
                    .map_err(|_| self.wrong("a number of seconds"))?;
                let fits = (0..=i128::from(limits::COUNT_MAX)).contains(&scaled.value);
                *column(event) = Some(if fits {
                    scaled.value as i64
                } else {
                    return Err(self.wrong("a number of seconds"));
                });
            }
            Target::Flag(column) => *column(event) = Some(self.flag()?),
            Target::Rating => event.rating = Some(self.rating()?),
            Target::Cost => {
                let cost: Money = self
                    .text()?
                    .parse()
                    .map_err(|_| self.wrong("an amount like 0.0123"))?;
                if cost < Money::ZERO {
                    return Err(self.wrong("an amount that is not negative"));
                }
                event.cost = Some(cost.nanos());
            }
            Target::Amount => {
                let scaled = decimal::scaled(&self.text()?, 4)
                    .map_err(|_| self.wrong("an amount like 49.90"))?;
                if scaled.value.abs() > AMOUNT_MAX {
                    return Err(self.wrong("an amount of at most 14 digits before the point"));
                }
                event.amount = Some(scaled.value as i64);
            }
            Target::Currency => {
                let code = self.text()?.to_ascii_uppercase();
                let currency: Currency = code.parse().map_err(|_| {
                    Refusal::new(
                        Code::CurrencyInvalid,
                        format!("`currency` is {}", quote(&code)),
                    )
                })?;
                event.currency = Some(currency.code().to_owned());
            }
            Target::Country => {
                let code = self.text()?.to_ascii_uppercase();
                if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
                    return Err(self.wrong("a country code of two letters (ISO 3166-1)"));
                }
                event.country = Some(code);
            }
        }
        Ok(())
    }

    /// The value as text: a JSON string unescaped, a number or a truth value as it was written.
    fn text(&self) -> Result<Cow<'_, str>, Refusal> {
        let json = self.value.get();
        match json.as_bytes().first() {
            Some(b'"') => match json[1..json.len() - 1].contains('\\') {
                false => Ok(Cow::Borrowed(json[1..json.len() - 1].trim())),
                true => {
                    let text: String =
                        serde_json::from_str(json).map_err(|_| self.wrong("valid text"))?;
                    Ok(Cow::Owned(text.trim().to_owned()))
                }
            },
            Some(b'{' | b'[') => Err(self.wrong("a single value, not an object or a list")),
            _ => Ok(Cow::Borrowed(json)),
        }
    }

    fn id(&self) -> Result<u128, Refusal> {
        let text = self.text()?;
        match Uuid::try_parse(&text) {
            Ok(id) if !id.is_nil() => Ok(id.as_u128()),
            _ => Err(Refusal::new(
                Code::IdInvalid,
                format!("`id` is {}; it must be a UUID", quote(&text)),
            )),
        }
    }

    fn kind(&self) -> Result<String, Refusal> {
        let text = self.text()?;
        if text.is_empty() {
            return Err(Refusal::new(Code::TypeMissing, "`type` is empty"));
        }
        let most = limits::KIND_CHARACTERS_MAX;
        if text.chars().count() > most || text.chars().any(char::is_control) {
            let message = format!(
                "`type` is {}; it must be 1 to {most} visible characters",
                quote(&text)
            );
            return Err(Refusal::new(Code::TypeInvalid, message));
        }
        Ok(text.into_owned())
    }

    fn timestamp(&self, arrival: Arrival) -> Result<i64, Refusal> {
        let text = self.text()?;
        let invalid = || {
            Refusal::new(
                Code::TimestampInvalid,
                format!("`timestamp` is {}", quote(&text)),
            )
        };
        let at = if text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(['-', ':']) {
            let micros = decimal::scaled(&text, 3).map_err(|_| invalid())?.value;
            i64::try_from(micros).map_err(|_| invalid())?
        } else {
            let at: Timestamp = text.parse().map_err(|_| invalid())?;
            at.as_microsecond()
        };
        let at = arrival.on_our_clock(at);
        // A day of grace for servers in other places with wrong clocks; pages have a stricter rule of their own.
        let latest = arrival
            .received
            .as_microsecond()
            .saturating_add(limits::CLOCK_AHEAD_US);
        if at < limits::OCCURRED_AT_MIN || at > latest {
            let hint = if (946_684_800..5_000_000_000).contains(&(at / 1000)) {
                "; is it in seconds?"
            } else {
                ""
            };
            let message = format!("`timestamp` is {}{hint}", quote(&text));
            return Err(Refusal::new(Code::TimestampRange, message));
        }
        Ok(at)
    }

    fn formed(&self, form: TextForm) -> Result<Option<String>, Refusal> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        let text = without_controls(&text);
        let most = match form {
            TextForm::Free => return Ok(Some(cut(&text, limits::TEXT_BYTES_MAX).to_owned())),
            TextForm::Id => limits::ID_BYTES_MAX,
            TextForm::Name | TextForm::LowerName => limits::NAME_BYTES_MAX,
        };
        if text.len() > most {
            let message = format!(
                "`{}` has {} bytes; the most is {most}",
                self.name,
                text.len()
            );
            return Err(Refusal::new(Code::FieldTooLong, message));
        }
        Ok(Some(if form == TextForm::LowerName {
            text.to_lowercase()
        } else {
            text.into_owned()
        }))
    }

    fn count(&self) -> Result<i64, Refusal> {
        let text = self.text()?;
        let rule = "a whole number from 0 to 9007199254740992";
        if let Ok(count) = text.parse::<i64>() {
            return if (0..=limits::COUNT_MAX).contains(&count) {
                Ok(count)
            } else {
                Err(self.wrong(rule))
            };
        }
        let scaled = decimal::scaled(&text, 0).map_err(|_| self.wrong(rule))?;
        let fits = scaled.is_exact && (0..=i128::from(limits::COUNT_MAX)).contains(&scaled.value);
        if fits {
            Ok(scaled.value as i64)
        } else {
            Err(self.wrong(rule))
        }
    }

    fn measure(&self) -> Result<f64, Refusal> {
        let text = self.text()?;
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() && (0.0..=1e15).contains(&value) => Ok(value),
            _ => Err(self.wrong("a number of milliseconds from 0 to 10^15")),
        }
    }

    fn flag(&self) -> Result<i64, Refusal> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(1),
            "false" | "no" | "0" => Ok(0),
            _ => Err(self.wrong("true or false")),
        }
    }

    /// A thumb is kept as the best or the worst of five, so that all ratings have one scale.
    fn rating(&self) -> Result<f64, Refusal> {
        let text = self.text()?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "up" | "thumbs_up" | "positive" | "good" => return Ok(5.0),
            "false" | "down" | "thumbs_down" | "negative" | "bad" => return Ok(1.0),
            _ => {}
        }
        match text.parse::<f64>() {
            Ok(value) if (-1000.0..=1000.0).contains(&value) => Ok(value),
            _ => Err(self.wrong("a number, best 1 to 5, or up or down")),
        }
    }

    fn wrong(&self, rule: &str) -> Refusal {
        Refusal::new(
            Code::FieldInvalid,
            format!(
                "`{}` is {}; it must be {rule}",
                self.name,
                quote(self.value.get())
            ),
        )
    }
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

fn without_controls(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        Cow::Owned(text.chars().filter(|c| !c.is_control()).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The longest start of `text` with at most `bytes_max` bytes.
fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max.min(text.len()))]
}

/// A value for a message: short, and without what would break a line.
fn quote(value: &str) -> String {
    let short = cut(value, 60);
    let more = if short.len() < value.len() { "…" } else { "" };
    format!("`{}{more}`", short.replace(char::is_control, " "))
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
