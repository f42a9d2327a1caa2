//! One event as it was sent: known fields by name, everything else as JSON text.
//!
//! No rules and no copies: values stay slices of the body, so that money keeps the digits it was sent with.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::core::limits;
use crate::ingest::field::{self, FieldIndex};

/// One event as it was sent.
#[derive(Debug, Default)]
pub struct RawEvent<'a> {
    /// Known fields with their values: the top wins over metadata, the canonical name over its aliases, and
    /// of the same name the last.
    pub fields: Vec<(FieldIndex, &'a RawValue)>,
    /// Fields that nobody knows, and those in metadata whose place is taken at the top, for `metadata`. The last
    /// of a name wins.
    pub extra: Vec<(Cow<'a, str>, &'a RawValue)>,
    ranks: Vec<Rank>,
}

/// Where a field stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Top,
    Metadata,
}

/// Which of two values of a field is taken: the smaller rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    level: Level,
    is_alias: bool,
}

/// Why a JSON text is no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawError {
    /// It is not an object.
    NotAnObject,
    /// `metadata` is not an object.
    MetadataNotAnObject,
    /// It is nested more deeply than [`limits::JSON_DEPTH_MAX`].
    TooDeep,
}

impl<'a> RawEvent<'a> {
    /// Reads one event from JSON text that is known to be valid.
    ///
    /// # Errors
    /// If the text is not an object, or is nested too deeply.
    pub fn parse(json: &'a str) -> Result<RawEvent<'a>, RawError> {
        if depth(json) > limits::JSON_DEPTH_MAX {
            return Err(RawError::TooDeep);
        }
        let top = members(json).ok_or(RawError::NotAnObject)?;
        let mut raw = RawEvent::default();
        let mut nested = Vec::new();
        for (key, value) in top {
            if field::is_container(&key) {
                nested.push(value);
            } else {
                raw.put(key, value, Level::Top);
            }
        }
        for container in nested {
            if container.get() == "null" {
                continue;
            }
            for (key, value) in members(container.get()).ok_or(RawError::MetadataNotAnObject)? {
                raw.put(key, value, Level::Metadata);
            }
        }
        Ok(raw)
    }

    /// The value of a field, if it was sent.
    pub fn get(&self, index: FieldIndex) -> Option<&'a RawValue> {
        self.fields
            .iter()
            .find(|(found, _)| *found == index)
            .map(|(_, value)| *value)
    }

    fn put(&mut self, key: Cow<'a, str>, value: &'a RawValue, level: Level) {
        match field::find(&key) {
            Some(_) if value.get() == "null" => {}
            Some((index, is_alias)) => {
                let rank = Rank { level, is_alias };
                match self
                    .fields
                    .iter_mut()
                    .zip(&mut self.ranks)
                    .find(|((have, _), _)| *have == index)
                {
                    Some((field, have)) if rank <= *have => {
                        (*field, *have) = ((index, value), rank)
                    }
                    // A property that happens to be called `name` or `time`, beside the event's own.
                    Some((field, have)) if have.level != level && field.1.get() != value.get() => {
                        self.put_extra(key, value);
                    }
                    Some(_) => {}
                    None => {
                        self.fields.push((index, value));
                        self.ranks.push(rank);
                    }
                }
            }
            None => self.put_extra(key, value),
        }
    }

    fn put_extra(&mut self, key: Cow<'a, str>, value: &'a RawValue) {
        // One more than allowed is kept, so that the converter can refuse the event and say why.
        let is_full = self.extra.len() > limits::METADATA_KEYS_MAX;
        match self.extra.iter_mut().find(|(have, _)| *have == key) {
            Some(have) => have.1 = value,
            None if is_full => {}
            None => self.extra.push((key, value)),
        }
    }
}

/// Deepest nesting of objects and arrays in JSON text.
fn depth(json: &str) -> usize {
    let (mut now, mut most, mut in_text, mut escaped) = (0usize, 0, false, false);
    for byte in json.bytes() {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
        } else {
            match byte {
                b'"' => in_text = true,
                b'{' | b'[' => {
                    now += 1;
                    most = most.max(now);
                }
                b'}' | b']' => now = now.saturating_sub(1),
                _ => {}
            }
        }
    }
    most
}

type Members<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

/// The members of a JSON object; `None` if it is not one.
fn members(json: &str) -> Option<Members<'_>> {
    struct All;
    impl<'de> Visitor<'de> for All {
        type Value = Members<'de>;

        fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
            let mut found = Vec::with_capacity(16);
            while let Some(Key(key)) = map.next_key()? {
                found.push((key, map.next_value()?));
            }
            Ok(found)
        }
    }
    serde_json::Deserializer::from_str(json)
        .deserialize_map(All)
        .ok()
}

/// A member's name, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<'a>(raw: &RawEvent<'a>, name: &str) -> Option<&'a str> {
        raw.get(field::find(name).expect("a known field").0)
            .map(RawValue::get)
    }

    #[test]
    fn fields_are_found_at_the_top_in_metadata_and_under_their_aliases() {
        let raw = RawEvent::parse(
            r#"{"event":"sign_up","properties":{"model":"m","colour":"red","prompt_tokens":5},"userId":"ana"}"#,
        )
        .expect("an event");
        assert_eq!(text(&raw, "type"), Some("\"sign_up\""));
        assert_eq!(text(&raw, "model"), Some("\"m\""));
        assert_eq!(text(&raw, "input_tokens"), Some("5"));
        assert_eq!(text(&raw, "user_id"), Some("\"ana\""));
        assert_eq!(raw.extra.len(), 1);
        assert_eq!(raw.extra[0].0, "colour");
    }

    #[test]
    fn the_canonical_name_wins_over_its_alias_and_the_top_over_metadata() {
        let raw = RawEvent::parse(r#"{"event":"b","type":"a","metadata":{"event":"c"}}"#)
            .expect("an event");
        assert_eq!(text(&raw, "type"), Some("\"a\""));
    }

    #[test]
    fn a_property_with_the_name_of_a_field_that_is_taken_stays_a_property() {
        let raw = RawEvent::parse(
            r#"{"type":"file_opened","user_id":"ana","metadata":{"name":"a.pdf","user_id":"ana"}}"#,
        )
        .expect("an event");
        assert_eq!(text(&raw, "type"), Some("\"file_opened\""));
        let extra: Vec<_> = raw.extra.iter().map(|(key, v)| (&**key, v.get())).collect();
        assert_eq!(extra, [("name", "\"a.pdf\"")]);
    }

    #[test]
    fn what_is_no_event_is_refused() {
        assert_eq!(RawEvent::parse("[1]").err(), Some(RawError::NotAnObject));
        assert_eq!(RawEvent::parse("7").err(), Some(RawError::NotAnObject));
        assert_eq!(
            RawEvent::parse(r#"{"metadata":5}"#).err(),
            Some(RawError::MetadataNotAnObject)
        );
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(RawEvent::parse(&deep).err(), Some(RawError::TooDeep));
        assert!(
            RawEvent::parse(r#"{"a":"[[[[[[[[[[[[[[[[[[[[[[[[\"[[["}"#).is_ok(),
            "brackets in text are text"
        );
    }

    #[test]
    fn a_null_is_the_same_as_an_absent_field() {
        let raw =
            RawEvent::parse(r#"{"type":"a","model":null,"metadata":null}"#).expect("an event");
        assert_eq!(text(&raw, "model"), None);
    }
}
