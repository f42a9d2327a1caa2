//! One event as JSON text, in our own wire format.
//!
//! Written directly, as a demo has hundreds of thousands and a bench a hundred million of them. All texts come
//! from tables of this module, which tests show to need no escapes.

use std::fmt::Write as _;

use crate::core::draw::mix;

/// Bytes of most events, so that their text does not grow in steps.
const USUAL_BYTES: usize = 512;

/// An event of the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoEvent {
    /// When it happens, in milliseconds since 1970.
    pub at: i64,
    /// The event as it is sent.
    pub json: String,
}

/// Writes the events of one stretch of use.
pub struct Writer<'a> {
    key: u64,
    ids_ahead: i64,
    count: u64,
    out: &'a mut Vec<DemoEvent>,
}

/// The fields of one event, added one by one.
pub struct Line {
    json: String,
}

impl<'a> Writer<'a> {
    /// A writer of the events that belong to `key`, which no other stretch of use has. The moments in their ids are
    /// so many milliseconds ahead of them.
    pub fn new(key: u64, ids_ahead: i64, out: &'a mut Vec<DemoEvent>) -> Writer<'a> {
        Writer {
            key,
            ids_ahead,
            count: 0,
            out,
        }
    }

    /// Adds an event; `fill` gives its fields.
    pub fn event(&mut self, at: i64, kind: &str, fill: impl FnOnce(&mut Line)) {
        self.count += 1;
        let (first, second) = (mix(self.key, self.count), mix(self.count, self.key));
        let mut line = Line {
            json: String::with_capacity(USUAL_BYTES),
        };
        line.open(id(at + self.ids_ahead, first, second), at, kind);
        fill(&mut line);
        line.json.push('}');
        self.out.push(DemoEvent {
            at,
            json: line.json,
        });
    }
}

impl Line {
    /// Adds a text that needs no escapes.
    pub fn text(&mut self, name: &str, value: &str) -> &mut Line {
        self.name(name);
        self.json.push('"');
        self.json.push_str(value);
        self.json.push('"');
        self
    }

    /// Adds a number, or anything that is JSON as it is.
    pub fn plain(&mut self, name: &str, value: impl std::fmt::Display) -> &mut Line {
        self.name(name);
        // A String takes everything.
        let _never_fails = write!(self.json, "{value}");
        self
    }

    /// Adds fields that are written already, each with a comma before it.
    pub fn fields(&mut self, written: &str) -> &mut Line {
        self.json.push_str(written);
        self
    }

    /// The fields so far, each with a comma before it, to be added to many events.
    pub fn written(fill: impl FnOnce(&mut Line)) -> String {
        let mut line = Line {
            json: String::with_capacity(USUAL_BYTES),
        };
        fill(&mut line);
        line.json
    }

    fn open(&mut self, id: u128, at: i64, kind: &str) {
        let id = uuid::Uuid::from_u128(id);
        let _never_fails = write!(
            self.json,
            "{{\"id\":\"{id}\",\"timestamp\":{at},\"type\":\"{kind}\""
        );
    }

    fn name(&mut self, name: &str) {
        self.json.push_str(",\"");
        self.json.push_str(name);
        self.json.push_str("\":");
    }
}

/// A UUID of version 7: the moment, then bits that follow from the seed instead of chance.
fn id(at: i64, first: u64, second: u64) -> u128 {
    let time = (at as u128 & 0xFFFF_FFFF_FFFF) << 80;
    let upper = u128::from(first & 0xFFF) << 64;
    let lower = u128::from(second & 0x3FFF_FFFF_FFFF_FFFF);
    time | 7 << 76 | upper | 2 << 62 | lower
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_json_with_an_id_that_tells_its_time() {
        let mut out = Vec::new();
        let mut writer = Writer::new(9, 0, &mut out);
        for _ in 0..2 {
            writer.event(1_795_300_000_123, "query_sent", |line| {
                line.text("feature", "chat").plain("attempt", 2);
            });
        }
        let event: serde_json::Value = serde_json::from_str(&out[0].json).expect("JSON");
        assert_eq!(event["type"], "query_sent");
        assert_eq!(event["timestamp"], 1_795_300_000_123_i64);
        assert_eq!(
            (&event["feature"], &event["attempt"]),
            (&"chat".into(), &2.into())
        );
        let id: uuid::Uuid = event["id"]
            .as_str()
            .and_then(|id| id.parse().ok())
            .expect("an id");
        assert_eq!(id.get_version_num(), 7);
        let made = id.get_timestamp().expect("version 7 has a time").to_unix();
        assert_eq!(made, (1_795_300_000, 123_000_000));
        assert_ne!(out[0].json, out[1].json, "each event has an id of its own");
    }
}
