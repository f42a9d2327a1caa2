//! The bench's mix: events of a small AI product as JSON, made from a seed.
//!
//! | share | type | what it carries |
//! | --- | --- | --- |
//! | 40 % | `response_received` | one of ten priced models of five providers, tokens, latency; a prompt preview of 200-300 bytes on every tenth |
//! | 25 % | `query_sent` | feature, endpoint, three keys of metadata |
//! | 15 % | `page_view` | address; a referrer on four of ten |
//! | 10 % | `feature_used` | feature, three keys of metadata |
//! | 5 % | `session_start` | session, country, device |
//! | 2 % | `error_occurred` | status code, model, request |
//! | 1 % | `payment_completed` | amount and currency |
//! | 2 % | `feedback` | rating, request |
//!
//! Tokens and times are log-normal, users are 20,000 with a few busy ones, and eight users share an account.
//! Costs are absent, so that the server computes them. One event has about 330 bytes. Ids and times are
//! placeholders of fixed length, to be written over before each sending; see `body.rs`.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// Users of the product.
pub const USERS: u32 = 20_000;

/// Users that share an account.
const USERS_PER_ACCOUNT: u32 = 8;

/// Stands where the id will be: as long as a UUID's text.
const ID: &str = "00000000-0000-7000-8000-000000000000";

/// Stands where the time will be: RFC 3339 with milliseconds.
const TIMESTAMP: &str = "2000-01-01T00:00:00.000Z";

/// Stands where the request's id will be.
const REQUEST_ID: &str = "0000000000000000";

/// Bytes of an id's text.
pub const ID_BYTES: usize = ID.len();
/// Bytes of a time's text.
pub const TIMESTAMP_BYTES: usize = TIMESTAMP.len();
/// Hexadecimal digits in a request's id.
pub const REQUEST_ID_BYTES: usize = REQUEST_ID.len();

/// Provider, model, and its weight among the calls.
pub const MODELS: [(&str, &str, u32); 10] = [
    ("openai", "gpt-5-mini", 26),
    ("openai", "gpt-4o-mini", 14),
    ("openai", "gpt-5.2", 10),
    ("anthropic", "claude-sonnet-4-5", 16),
    ("anthropic", "claude-haiku-4-5", 8),
    ("google", "gemini-2.5-flash", 10),
    ("google", "gemini-2.5-pro", 4),
    ("mistral", "mistral-small-latest", 5),
    ("mistral", "mistral-medium-latest", 3),
    ("deepseek", "deepseek-chat", 4),
];

const FEATURES: [(&str, u32); 6] = [
    ("chat", 45),
    ("summarise", 20),
    ("search", 15),
    ("translate", 10),
    ("draft_reply", 7),
    ("extract_table", 3),
];
const ENDPOINTS: [(&str, u32); 4] = [
    ("/v1/chat", 55),
    ("/v1/complete", 25),
    ("/v1/search", 15),
    ("/v1/batch", 5),
];
const REGIONS: [(&str, u32); 3] = [("eu-west-1", 50), ("us-east-1", 40), ("ap-south-1", 10)];
const COUNTRIES: [(&str, u32); 6] = [
    ("US", 40),
    ("DE", 20),
    ("GB", 15),
    ("FR", 10),
    ("IN", 10),
    ("JP", 5),
];
const DEVICES: [(&str, u32); 3] = [("desktop", 70), ("mobile", 25), ("tablet", 5)];
const REFERRERS: [(&str, u32); 4] = [
    ("https://www.google.com/", 50),
    ("https://news.ycombinator.com/", 20),
    ("https://www.linkedin.com/feed/", 20),
    ("https://chatgpt.com/", 10),
];
const PATHS: [(&str, u32); 5] = [
    ("/", 30),
    ("/pricing", 20),
    ("/docs/quickstart", 20),
    ("/app/threads", 25),
    ("/blog/how-we-cut-cost", 5),
];
const ERRORS: [(u32, u32); 4] = [(429, 50), (500, 20), (503, 20), (400, 10)];
const PRICES: [(&str, u32); 3] = [("19.00", 60), ("49.00", 30), ("249.00", 10)];
const WORDS: [&str; 32] = [
    "please",
    "summarise",
    "the",
    "quarterly",
    "report",
    "for",
    "our",
    "board",
    "and",
    "list",
    "three",
    "risks",
    "with",
    "owners",
    "in",
    "plain",
    "words",
    "customers",
    "asked",
    "about",
    "refunds",
    "shipping",
    "contract",
    "translate",
    "into",
    "German",
    "table",
    "of",
    "open",
    "tickets",
    "by",
    "priority",
];

/// Where the placeholders of one event stand, as offsets in the text it was appended to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventSlots {
    /// First byte of the id.
    pub id: usize,
    /// First byte of the time.
    pub timestamp: usize,
    /// First hexadecimal digit of the request's id, where there is one.
    pub request_id: Option<usize>,
}

/// A source of events; the same seed gives the same events.
pub struct EventMix {
    random: Xoshiro256PlusPlus,
}

impl EventMix {
    /// The events that belong to `seed`.
    pub fn new(seed: u64) -> EventMix {
        EventMix {
            random: Xoshiro256PlusPlus::seed_from_u64(seed),
        }
    }

    /// Appends one event as a JSON object.
    pub fn append(&mut self, json: &mut String) -> EventSlots {
        json.push_str("{\"id\":\"");
        let id = json.len();
        json.push_str(ID);
        json.push_str("\",\"timestamp\":\"");
        let timestamp = json.len();
        json.push_str(TIMESTAMP);
        json.push_str("\",\"type\":\"");
        let request_id = match self.random.random_range(0..100u32) {
            0..40 => Some(self.response_received(json)),
            40..65 => self.query_sent(json),
            65..80 => self.page_view(json),
            80..90 => self.feature_used(json),
            90..95 => self.session_start(json),
            95..97 => Some(self.error_occurred(json)),
            97..98 => self.payment_completed(json),
            _ => Some(self.feedback(json)),
        };
        json.push('}');
        EventSlots {
            id,
            timestamp,
            request_id,
        }
    }

    fn response_received(&mut self, json: &mut String) -> usize {
        json.push_str("response_received\"");
        self.person(json);
        self.call(json);
        let request_id = request_id(json);
        let input = self.log_normal(900.0, 1.1).clamp(5.0, 180_000.0) as u64;
        let output = self.log_normal(280.0, 0.9).clamp(1.0, 16_000.0) as u64;
        let latency = self.log_normal(1_800.0, 0.6).clamp(80.0, 120_000.0);
        let ttft = latency * self.random.random_range(0.1..0.35);
        json.push_str(&format!(
            ",\"input_tokens\":{input},\"output_tokens\":{output},\"latency_ms\":{latency:.0},\"ttft_ms\":{ttft:.0}"
        ));
        if self.random.random_bool(0.3) {
            json.push_str(&format!(",\"cache_read_tokens\":{}", input / 2));
        }
        if self.random.random_bool(0.1) {
            self.preview(json);
        }
        let (version, region) = (self.random.random_range(1..=30u32), self.choose(&REGIONS));
        let stream = self.random.random_bool(0.7);
        json.push_str(&format!(
            ",\"metadata\":{{\"prompt_version\":\"v{version}\",\"temperature\":0.{},\"stream\":{stream},\"region\":\"{region}\"}}",
            version % 10
        ));
        request_id
    }

    fn query_sent(&mut self, json: &mut String) -> Option<usize> {
        json.push_str("query_sent\"");
        self.person(json);
        let (feature, endpoint) = (self.choose(&FEATURES), self.choose(&ENDPOINTS));
        let (turn, region) = (self.random.random_range(1..=12u32), self.choose(&REGIONS));
        let thread = self.random.random::<u32>();
        json.push_str(&format!(
            ",\"feature\":\"{feature}\",\"endpoint\":\"{endpoint}\",\"metadata\":{{\"thread\":\"th_{thread:08x}\",\"turn\":{turn},\"region\":\"{region}\"}}"
        ));
        None
    }

    fn page_view(&mut self, json: &mut String) -> Option<usize> {
        json.push_str("page_view\"");
        self.person(json);
        json.push_str(&format!(
            ",\"url\":\"https://app.example.com{}\"",
            self.choose(&PATHS)
        ));
        if self.random.random_bool(0.4) {
            json.push_str(&format!(",\"referrer\":\"{}\"", self.choose(&REFERRERS)));
        }
        None
    }

    fn feature_used(&mut self, json: &mut String) -> Option<usize> {
        json.push_str("feature_used\"");
        self.person(json);
        let (feature, items) = (self.choose(&FEATURES), self.random.random_range(1..=50u32));
        let workspace = self.random.random_range(0..4_000u32);
        json.push_str(&format!(
            ",\"feature\":\"{feature}\",\"metadata\":{{\"workspace\":\"ws_{workspace:04}\",\"items\":{items},\"shortcut\":{}}}",
            items % 3 == 0
        ));
        None
    }

    fn session_start(&mut self, json: &mut String) -> Option<usize> {
        json.push_str("session_start\"");
        self.person(json);
        let session = self.random.random::<u64>();
        let (country, device) = (self.choose(&COUNTRIES), self.choose(&DEVICES));
        json.push_str(&format!(
            ",\"session_id\":\"s_{session:016x}\",\"country\":\"{country}\",\"device\":\"{device}\""
        ));
        None
    }

    fn error_occurred(&mut self, json: &mut String) -> usize {
        json.push_str("error_occurred\"");
        self.person(json);
        self.call(json);
        let request_id = request_id(json);
        let (status, attempt) = (self.choose(&ERRORS), self.random.random_range(1..=3u32));
        json.push_str(&format!(",\"status_code\":{status},\"attempt\":{attempt}"));
        request_id
    }

    fn payment_completed(&mut self, json: &mut String) -> Option<usize> {
        json.push_str("payment_completed\"");
        self.person(json);
        let invoice = self.random.random_range(0..1_000_000u32);
        json.push_str(&format!(
            ",\"amount\":{},\"currency\":\"USD\",\"metadata\":{{\"invoice\":\"in_{invoice:06}\",\"interval\":\"month\",\"seats\":{}}}",
            self.choose(&PRICES),
            1 + invoice % 9
        ));
        None
    }

    fn feedback(&mut self, json: &mut String) -> usize {
        json.push_str("feedback\"");
        self.person(json);
        let rating = u8::from(self.random.random_bool(0.8));
        json.push_str(&format!(
            ",\"feature\":\"{}\",\"rating\":{rating}",
            self.choose(&FEATURES)
        ));
        request_id(json)
    }

    /// User, account and plan. Squaring the draw makes some users busier than others.
    fn person(&mut self, json: &mut String) {
        let draw: f64 = self.random.random();
        let user = (f64::from(USERS) * draw * draw) as u32;
        let account = user / USERS_PER_ACCOUNT;
        let plan = [
            "free", "free", "free", "pro", "free", "free", "pro", "team", "free", "pro",
        ][account as usize % 10];
        json.push_str(&format!(
            ",\"user_id\":\"user_{user:05}\",\"account\":\"acct_{account:04}\",\"plan\":\"{plan}\""
        ));
    }

    /// What names an AI call.
    fn call(&mut self, json: &mut String) {
        let names = MODELS.map(|(provider, model, weight)| ((provider, model), weight));
        let (provider, model) = self.choose(&names);
        let (feature, endpoint) = (self.choose(&FEATURES), self.choose(&ENDPOINTS));
        json.push_str(&format!(
            ",\"provider\":\"{provider}\",\"model\":\"{model}\",\"feature\":\"{feature}\",\"endpoint\":\"{endpoint}\""
        ));
    }

    /// A prompt of 200 to 300 bytes.
    fn preview(&mut self, json: &mut String) {
        json.push_str(",\"request_preview\":\"");
        let end = json.len() + self.random.random_range(200..=290usize);
        while json.len() < end {
            json.push_str(WORDS[self.random.random_range(0..WORDS.len())]);
            json.push(' ');
        }
        json.push('"');
    }

    /// One of `choices`, as often as its weight says.
    fn choose<T: Copy>(&mut self, choices: &[(T, u32)]) -> T {
        let total = choices.iter().map(|(_, weight)| weight).sum();
        let mut left = self.random.random_range(0..total);
        for (choice, weight) in choices {
            if left < *weight {
                return *choice;
            }
            left -= weight;
        }
        unreachable!("the draw is below the sum of the weights")
    }

    /// A draw whose logarithm is normal (Box and Muller 1958), with this median and spread.
    fn log_normal(&mut self, median: f64, spread: f64) -> f64 {
        let radius = (-2.0 * (1.0 - self.random.random::<f64>()).ln()).sqrt();
        let angle = std::f64::consts::TAU * self.random.random::<f64>();
        median * (spread * radius * angle.cos()).exp()
    }
}

/// Appends a request's id; gives the place of its digits.
fn request_id(json: &mut String) -> usize {
    json.push_str(",\"request_id\":\"req_");
    let place = json.len();
    json.push_str(REQUEST_ID);
    json.push('"');
    place
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::*;
    use crate::pricing::book::PriceBook;
    use crate::pricing::price::{self, CostSource};
    use crate::pricing::usage::Usage;

    const EVENTS: usize = 20_000;

    fn events(seed: u64) -> Vec<(String, EventSlots)> {
        let mut mix = EventMix::new(seed);
        let one = |_| {
            let mut json = String::new();
            let slots = mix.append(&mut json);
            (json, slots)
        };
        (0..EVENTS).map(one).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_events_and_another_one_others() {
        assert_eq!(events(7), events(7));
        assert_ne!(events(7), events(8));
    }

    #[test]
    fn every_event_is_json_and_its_placeholders_stand_where_it_says() {
        for (json, slots) in events(1) {
            let event: Value =
                serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
            assert_eq!(event["id"], ID);
            assert_eq!(event["timestamp"], TIMESTAMP);
            assert_eq!(&json[slots.id..slots.id + ID_BYTES], ID);
            assert_eq!(
                &json[slots.timestamp..slots.timestamp + TIMESTAMP_BYTES],
                TIMESTAMP
            );
            assert_eq!(
                slots.request_id.is_some(),
                event.get("request_id").is_some()
            );
            if let Some(place) = slots.request_id {
                assert_eq!(
                    event["request_id"],
                    format!("req_{}", &json[place..place + REQUEST_ID_BYTES])
                );
            }
        }
    }

    #[test]
    fn shares_and_sizes_are_those_of_the_description() {
        let all = events(1);
        let bytes: usize = all.iter().map(|(json, _)| json.len()).sum();
        let mean = bytes / EVENTS;
        assert!((300..=350).contains(&mean), "{mean} bytes an event");

        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        let mut previews = Vec::new();
        let mut users = BTreeSet::new();
        for (json, _) in &all {
            let event: Value = serde_json::from_str(json).expect("JSON");
            *kinds
                .entry(event["type"].as_str().expect("a type").to_owned())
                .or_default() += 1;
            users.insert(event["user_id"].as_str().expect("a user").to_owned());
            previews.extend(
                event
                    .get("request_preview")
                    .map(|text| text.as_str().expect("text").len()),
            );
        }
        // 20,000 draws: one standard deviation of a share is at most 0.35 per cent of all.
        let per_cent = |kind: &str| kinds[kind] as f64 * 100.0 / EVENTS as f64;
        for (kind, share) in [
            ("response_received", 40.0),
            ("query_sent", 25.0),
            ("page_view", 15.0),
            ("feature_used", 10.0),
            ("session_start", 5.0),
            ("error_occurred", 2.0),
            ("payment_completed", 1.0),
            ("feedback", 2.0),
        ] {
            assert!(
                (per_cent(kind) - share).abs() < 1.5,
                "{kind}: {} %",
                per_cent(kind)
            );
        }
        assert_eq!(kinds.len(), 8);
        // A tenth of 8,000 responses.
        assert!((700..900).contains(&previews.len()), "{}", previews.len());
        assert!(previews.iter().all(|bytes| (200..=300).contains(bytes)));
        assert!(users.len() > 9_000, "{} users", users.len());
    }

    #[test]
    fn tokens_have_the_median_they_are_made_with() {
        let mut mix = EventMix::new(3);
        let mut draws: Vec<f64> = (0..10_001).map(|_| mix.log_normal(900.0, 1.1)).collect();
        draws.sort_by(f64::total_cmp);
        // The median's own spread: 900 · 1.1 · 1.25 / 100 is about 12; four of those.
        assert!((draws[5_000] - 900.0).abs() < 50.0, "{}", draws[5_000]);
    }

    #[test]
    fn every_model_of_the_mix_has_a_full_price() {
        let book = PriceBook::embedded();
        let at = "2026-11-01T00:00:00Z".parse().expect("a time");
        let usage = Usage {
            input_tokens: Some(900),
            output_tokens: Some(280),
            cache_read_tokens: Some(450),
            requests: Some(1),
            ..Usage::default()
        };
        for (provider, model, _) in MODELS {
            let priced = price::price(&book, Some(provider), model, at, &usage);
            assert_eq!(priced.source, CostSource::Computed, "{provider} {model}");
        }
    }
}
