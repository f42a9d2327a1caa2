//! Request bodies made ahead of time: only ids and times are written over before each sending.
//!
//! So the client spends its processor time on sending, and the server still sees every event for the
//! first time. Does not send.

use jiff::Timestamp;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use uuid::Builder;

use crate::bench::event_mix::{EventMix, EventSlots, ID_BYTES, REQUEST_ID_BYTES, TIMESTAMP_BYTES};

/// Milliseconds of a second.
const SECOND_MS: i64 = 1_000;

/// One request body with its events.
pub struct Body {
    json: Vec<u8>,
    events: Vec<EventSlots>,
}

impl Body {
    /// The next event of the mix as a JSON object.
    pub fn single(mix: &mut EventMix) -> Body {
        let mut json = String::new();
        let events = vec![mix.append(&mut json)];
        Body {
            json: json.into_bytes(),
            events,
        }
    }

    /// The next `count` events of the mix as a JSON array.
    pub fn batch(mix: &mut EventMix, count: usize) -> Body {
        let mut json = String::from("[");
        let mut events = Vec::with_capacity(count);
        for number in 0..count {
            if number > 0 {
                json.push(',');
            }
            events.push(mix.append(&mut json));
        }
        json.push(']');
        Body {
            json: json.into_bytes(),
            events,
        }
    }

    /// Gives every event an id of its own and a time; `at_ms` tells the time of the n-th event of
    /// this body, in milliseconds since 1970.
    pub fn renew(&mut self, stamp: &mut Stamp, at_ms: impl Fn(usize) -> i64) {
        for (number, slots) in self.events.iter().enumerate() {
            let at_ms = at_ms(number);
            stamp.write_id(at_ms, &mut self.json[slots.id..slots.id + ID_BYTES]);
            stamp.write_time(
                at_ms,
                &mut self.json[slots.timestamp..slots.timestamp + TIMESTAMP_BYTES],
            );
            if let Some(place) = slots.request_id {
                stamp.write_request_id(&mut self.json[place..place + REQUEST_ID_BYTES]);
            }
        }
    }

    /// The bytes to send.
    pub fn json(&self) -> &[u8] {
        &self.json
    }

    /// How many events it holds.
    pub fn event_count(&self) -> usize {
        self.events.len()
    }
}

/// Writes ids and times as text.
pub struct Stamp {
    random: Xoshiro256PlusPlus,
    /// The second whose text is kept, since most neighbours share it.
    second: i64,
    second_text: String,
}

impl Stamp {
    /// Ids from `seed`. Two stamps that write to the same server need two seeds.
    pub fn new(seed: u64) -> Stamp {
        let random = Xoshiro256PlusPlus::seed_from_u64(seed);
        Stamp {
            random,
            second: i64::MIN,
            second_text: String::new(),
        }
    }

    /// A UUID of version 7: the time and 74 random bits.
    fn write_id(&mut self, at_ms: i64, text: &mut [u8]) {
        let mut bits = [0; 10];
        self.random.fill_bytes(&mut bits);
        let id = Builder::from_unix_timestamp_millis(at_ms.unsigned_abs(), &bits).into_uuid();
        id.hyphenated().encode_lower(text);
    }

    fn write_time(&mut self, at_ms: i64, text: &mut [u8]) {
        let second = at_ms.div_euclid(SECOND_MS);
        if second != self.second {
            let at = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
            (self.second, self.second_text) =
                (second, at.strftime("%Y-%m-%dT%H:%M:%S").to_string());
        }
        let ms = at_ms.rem_euclid(SECOND_MS) as u16;
        let digit = |unit: u16| b'0' + (ms / unit % 10) as u8;
        let (seconds, rest) = text.split_at_mut(self.second_text.len());
        seconds.copy_from_slice(self.second_text.as_bytes());
        rest.copy_from_slice(&[b'.', digit(100), digit(10), digit(1), b'Z']);
    }

    fn write_request_id(&mut self, text: &mut [u8]) {
        let bits = self.random.next_u64();
        for (number, digit) in text.iter_mut().enumerate() {
            *digit = b"0123456789abcdef"[(bits >> (4 * number)) as usize & 15];
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;
    use uuid::Uuid;

    use super::*;

    fn read(body: &Body) -> Vec<Value> {
        match serde_json::from_slice(body.json()).expect("JSON") {
            Value::Array(events) => events,
            one => vec![one],
        }
    }

    fn text<'a>(event: &'a Value, field: &str) -> &'a str {
        event[field].as_str().expect("text")
    }

    #[test]
    fn every_sending_has_new_ids_of_version_7_and_the_times_that_were_asked_for() {
        let mut body = Body::batch(&mut EventMix::new(1), 100);
        let mut stamp = Stamp::new(1);
        let (mut ids, mut requests) = (BTreeSet::new(), BTreeSet::new());
        // 2026-11-21T23:59:59.950Z; the events are a millisecond apart and cross midnight.
        let first_ms = 1_795_305_599_950;
        for _ in 0..3 {
            body.renew(&mut stamp, |number| first_ms + number as i64);
            let events = read(&body);
            assert_eq!(events.len(), body.event_count());
            assert_eq!(text(&events[0], "timestamp"), "2026-11-21T23:59:59.950Z");
            assert_eq!(text(&events[49], "timestamp"), "2026-11-21T23:59:59.999Z");
            assert_eq!(text(&events[50], "timestamp"), "2026-11-22T00:00:00.000Z");
            for event in &events {
                let id = Uuid::parse_str(text(event, "id")).expect("a UUID");
                assert_eq!(id.get_version_num(), 7);
                assert!(ids.insert(id), "{id} came twice");
                if let Some(request) = event.get("request_id") {
                    assert!(requests.insert(request.to_string()), "{request} came twice");
                }
            }
            let (seconds, nanos) = Uuid::parse_str(text(&events[50], "id"))
                .expect("a UUID")
                .get_timestamp()
                .expect("version 7 holds a time")
                .to_unix();
            assert_eq!((seconds, nanos), (1_795_305_600, 0));
        }
        assert_eq!(ids.len(), 300);
    }

    #[test]
    fn a_single_is_one_object_and_a_renewal_changes_nothing_else() {
        let mut body = Body::single(&mut EventMix::new(5));
        let before = read(&body);
        body.renew(&mut Stamp::new(2), |_| 0);
        let after = read(&body);
        assert_eq!(body.event_count(), 1);
        assert_eq!(text(&after[0], "timestamp"), "1970-01-01T00:00:00.000Z");
        assert_eq!(before[0]["type"], after[0]["type"]);
        assert_eq!(before[0]["user_id"], after[0]["user_id"]);
    }
}
