//! The accepted fact: one [`Event`], and the one table of its columns.
//!
//! From the list below come the struct, its journal encoding (protobuf, so that a journal written by
//! an older release is read by a newer one), the columns of the `events` table and the names under
//! which a client may send a field. Nothing here validates: the pipeline builds events that fit.

use prost::Message;

/// How one column of an [`Event`] is read, and so how it is stored.
#[derive(Clone, Copy)]
pub enum Read {
    /// `VARCHAR`.
    Text(fn(&Event) -> Option<&str>),
    /// `BIGINT`: a whole number, never negative.
    Whole(fn(&Event) -> Option<i64>),
    /// `DOUBLE`: a measurement, never money.
    Number(fn(&Event) -> Option<f64>),
    /// `DECIMAL(18,9)`: model cost in billionths of a currency unit.
    Cost(fn(&Event) -> Option<i64>),
    /// `DECIMAL(18,4)`: a payment in ten-thousandths of a currency unit.
    Amount(fn(&Event) -> Option<i64>),
}

/// One column of the `events` table that is filled from an [`Event`] field.
#[derive(Clone, Copy)]
pub struct Column {
    /// Name in the table and in JSON.
    pub name: &'static str,
    /// What it holds, in a sentence or a phrase.
    pub help: &'static str,
    /// The field behind it.
    pub read: Read,
}

macro_rules! event {
    (
        names { $( $p_tag:tt $p_name:ident $p_doc:literal; )+ }
        text { $( $t_tag:tt $t_name:ident $t_doc:literal; )+ }
        whole { $( $w_tag:tt $w_name:ident $w_doc:literal; )+ }
        number { $( $n_tag:tt $n_name:ident $n_doc:literal; )+ }
        cost { $( $c_tag:tt $c_name:ident $c_doc:literal; )+ }
        amount { $( $a_tag:tt $a_name:ident $a_doc:literal; )+ }
    ) => {
        /// One accepted fact. Built by the pipeline only; absent fields are `None`, never a made-up zero.
        #[derive(Clone, PartialEq, Message)]
        pub struct Event {
            /// Upper half of the id (UUID).
            #[prost(fixed64, tag = "1")]
            pub id_high: u64,
            /// Lower half of the id (UUID).
            #[prost(fixed64, tag = "2")]
            pub id_low: u64,
            /// The project that owns the event.
            #[prost(uint32, tag = "3")]
            pub project: u32,
            /// Name of the fact, for example `response_received`.
            #[prost(string, tag = "4")]
            pub kind: String,
            /// When it happened, in microseconds since 1970 (UTC).
            #[prost(int64, tag = "5")]
            pub occurred_at: i64,
            /// When we received it, in microseconds since 1970 (UTC).
            #[prost(int64, tag = "6")]
            pub received_at: i64,
            /// Daily-salted hash of address and user agent; only for browser traffic.
            #[prost(fixed64, optional, tag = "7")]
            pub visitor: Option<u64>,
            /// Start of the model's input, masked; kept in its own table.
            #[prost(string, optional, tag = "8")]
            pub request_preview: Option<String>,
            /// Start of the model's answer, masked; kept in its own table.
            #[prost(string, optional, tag = "9")]
            pub response_preview: Option<String>,
            $( #[doc = $p_doc] #[prost(string, optional, tag = $p_tag)] pub $p_name: Option<String>, )+
            $( #[doc = $t_doc] #[prost(string, optional, tag = $t_tag)] pub $t_name: Option<String>, )+
            $( #[doc = $w_doc] #[prost(int64, optional, tag = $w_tag)] pub $w_name: Option<i64>, )+
            $( #[doc = $n_doc] #[prost(double, optional, tag = $n_tag)] pub $n_name: Option<f64>, )+
            $( #[doc = $c_doc] #[prost(sint64, optional, tag = $c_tag)] pub $c_name: Option<i64>, )+
            $( #[doc = $a_doc] #[prost(sint64, optional, tag = $a_tag)] pub $a_name: Option<i64>, )+
        }

        /// Names of people: kept once in the table `people`, whose number stands in the events.
        pub const PEOPLE: &[&str] = &[$( stringify!($p_name), )+];

        /// The columns after the fixed ones, in the order of the table.
        pub const COLUMNS: &[Column] = &[
            $( Column { name: stringify!($t_name), help: $t_doc, read: Read::Text(|e| e.$t_name.as_deref()) }, )+
            $( Column { name: stringify!($w_name), help: $w_doc, read: Read::Whole(|e| e.$w_name) }, )+
            $( Column { name: stringify!($n_name), help: $n_doc, read: Read::Number(|e| e.$n_name) }, )+
            $( Column { name: stringify!($c_name), help: $c_doc, read: Read::Cost(|e| e.$c_name) }, )+
            $( Column { name: stringify!($a_name), help: $a_doc, read: Read::Amount(|e| e.$a_name) }, )+
        ];
    };
}

event! {
    names {
        "20" user_id "The identified person, as the product names them.";
        "21" anonymous_id "A persistent id of somebody not identified, if the product keeps one.";
    }
    text {
        "22" session_id "One stretch of use; given by the client or found from gaps of 30 minutes.";
        "23" account "The customer who pays.";
        "24" team "A team inside the account.";
        "25" plan "What the account has bought.";
        "26" feature "The part of the product that was used.";
        "27" provider "Who served the AI call, by its canonical id, for example `openai`.";
        "28" model "The model that answered.";
        "29" requested_model "The model that was asked for, if a router chose another.";
        "30" operation "What the call was for: chat, embedding, transcription and so on.";
        "31" endpoint "The product's own endpoint or route.";
        "32" method "HTTP method.";
        "33" status "`ok`, `error`, `cancelled` or the client's own word, in lower case.";
        "34" error_type "Class of the error, for example `rate_limit` or `timeout`.";
        "35" request_id "What the application asked once; shared by all attempts.";
        "36" finish_reason "Why the model stopped, for example `stop`, `length` or `refused`.";
        "37" service_tier "The provider's tier of service, for example `batch`.";
        "38" cost_source "Where the cost comes from: reported, computed, partial or unpriced.";
        "39" price_id "The price-book entry that computed the cost.";
        "40" currency "Currency of `amount` (ISO 4217).";
        "41" url "Page address without fragment and without secrets.";
        "42" path "Path of the page.";
        "43" host "Host of the page.";
        "44" title "Title of the page.";
        "45" referrer "Where the visitor came from, without its query.";
        "46" referrer_host "Host of the referrer.";
        "47" channel "How the visitor came: direct, organic_search, paid_search, email and so on.";
        "48" utm_source "Campaign source.";
        "49" utm_medium "Campaign medium.";
        "50" utm_campaign "Campaign name.";
        "51" utm_term "Campaign term.";
        "52" utm_content "Campaign content.";
        "53" click_kind "What an advertising click id says: search, social, display, email and so on.";
        "54" screen "Screen or window size, for example `1440x900`.";
        "55" language "Preferred language of the browser.";
        "56" country "Country (ISO 3166-1 alpha-2).";
        "57" device "desktop, mobile, tablet and so on.";
        "58" browser "Browser family.";
        "59" browser_version "Browser version.";
        "60" os "Operating system.";
        "61" os_version "Version of the operating system.";
        "62" metadata "Everything else the client sent, as a JSON object.";
    }
    whole {
        "80" status_code "HTTP status of the answer.";
        "81" attempt "Number of this attempt at the request, from 1.";
        "82" input_tokens "All input tokens, cached ones included.";
        "83" output_tokens "All output tokens, reasoning included.";
        "84" cache_read_tokens "Input tokens read from the provider's cache.";
        "85" cache_write_tokens "Input tokens written to the provider's cache.";
        "86" reasoning_tokens "Output tokens spent on reasoning.";
        "87" input_audio_tokens "Audio tokens of the input.";
        "88" output_audio_tokens "Audio tokens of the output.";
        "89" characters "Characters billed, for example by speech synthesis.";
        "90" bytes "Bytes billed or moved.";
        "91" audio_ms "Milliseconds of audio billed.";
        "92" images "Images made.";
        "93" response_cached "1 if the product answered from its own cache, without calling the model.";
        "94" visible_ms "Milliseconds for which a page was visible since this was told last.";
    }
    number {
        "100" latency_ms "Milliseconds from start to end.";
        "101" ttft_ms "Milliseconds to the first chunk of a streamed answer.";
        "102" rating "A person's rating of the answer.";
    }
    cost {
        "110" cost "What the call cost: reported, else computed.";
        "111" cost_computed "What the price book says it cost.";
    }
    amount {
        "120" amount "What was paid, in `currency`.";
    }
}

/// Type of the event that says that somebody looked at a page.
pub const PAGE_VIEW: &str = "page_view";

/// Type of the event that only says that a page stood visible: nobody did anything.
pub const PAGE_PING: &str = "page_ping";

/// Type of the event that says who an anonymous id belongs to: a sentence about somebody, not a deed of theirs.
pub const IDENTIFY: &str = "identify";

impl Event {
    /// The id as one number, which is also the order of a UUID's text.
    pub fn id(&self) -> u128 {
        (u128::from(self.id_high) << 64) | u128::from(self.id_low)
    }

    /// Sets the id from a UUID's number.
    pub fn set_id(&mut self, id: u128) {
        self.id_high = (id >> 64) as u64;
        self.id_low = id as u64;
    }

    /// True for an event that ended an AI call: it names a provider or a model and is an answer or an error.
    pub fn is_call(&self) -> bool {
        (self.provider.is_some() || self.model.is_some())
            && matches!(self.kind.as_str(), "response_received" | "error_occurred")
    }

    /// How an AI call ended; only meaningful where [`Event::is_call`].
    pub fn outcome(&self) -> Outcome {
        match (self.status.as_deref(), self.finish_reason.as_deref()) {
            (Some("cancelled"), _) => Outcome::Cancelled,
            (Some("error"), _) | (_, Some("refused")) => Outcome::Failure,
            _ => Outcome::Success,
        }
    }
}

/// How an AI call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A usable answer; one that was cut at its length limit too.
    Success,
    /// An error or a refusal.
    Failure,
    /// The caller gave up; counts neither way.
    Cancelled,
}

impl Outcome {
    /// Its name in the tables.
    pub fn id(self) -> &'static str {
        match self {
            Outcome::Success => "success",
            Outcome::Failure => "failure",
            Outcome::Cancelled => "cancelled",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn column_names_are_unique_and_explained() {
        let mut names = HashSet::new();
        for column in COLUMNS {
            assert!(names.insert(column.name), "{} stands twice", column.name);
            assert!(
                column.help.len() > 8 && column.help.ends_with('.'),
                "{}",
                column.name
            );
        }
    }

    #[test]
    fn an_event_survives_its_encoding() {
        let mut event = Event {
            project: 7,
            kind: "response_received".into(),
            ..Event::default()
        };
        event.set_id(0x0190_0000_0000_7000_8000_0000_0000_0001);
        event.cost = Some(-1);
        event.latency_ms = Some(0.25);
        event.user_id = Some(String::new());

        let decoded =
            Event::decode(event.encode_to_vec().as_slice()).expect("own encoding decodes");

        assert_eq!(decoded, event);
        assert_eq!(decoded.id(), 0x0190_0000_0000_7000_8000_0000_0000_0001);
        assert_eq!(
            decoded.user_id.as_deref(),
            Some(""),
            "absent and empty differ"
        );
        assert_eq!(decoded.visitor, None);
    }
}
