//! Every way to say no: one table of codes, read by answers, logs, counters and pages.
//!
//! A code is part of the interface: clients may compare it, so ids never change.

/// One reason with its id, HTTP status and title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Stable id.
    pub id: &'static str,
    /// HTTP status of an answer that is refused as a whole for this reason.
    pub status: u16,
    /// A sentence for people.
    pub title: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

macro_rules! codes {
    ($( $name:ident $id:literal $status:literal $title:literal $remedy:literal; )+) => {
        /// A reason why something was refused, dropped or failed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $( #[doc = $title] $name, )+ }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Code] = &[ $( Code::$name, )+ ];

            /// Id, status, title and remedy.
            pub const fn entry(self) -> Entry {
                match self {
                    $( Code::$name => Entry { id: $id, status: $status, title: $title, remedy: $remedy }, )+
                }
            }
        }
    };
}

codes! {
    // The request as a whole.
    BodyEmpty "body_empty" 400 "The body is empty." "Send one JSON object, an array of objects, or one object a line.";
    BodyMalformed "body_malformed" 400 "The body is not valid JSON." "Send one JSON object, an array of objects, or one object a line.";
    BodyNotUtf8 "body_not_utf8" 400 "The body is not UTF-8." "Encode the text as UTF-8.";
    BodyTooLarge "body_too_large" 413 "The body is too large." "Send smaller batches, or raise ingest.body_bytes_max.";
    EventsTooMany "events_too_many" 413 "The batch holds too many events." "Send smaller batches, or raise ingest.events_per_request_max.";
    EncodingUnsupported "encoding_unsupported" 415 "The content encoding is not supported." "Send the body as it is, or with Content-Encoding: gzip.";
    ContentTypeUnsupported "content_type_unsupported" 415 "The content type is not supported." "Use application/json, application/x-ndjson or text/plain.";
    KeyMissing "key_missing" 401 "A key is needed." "Send Authorization: Bearer KEY, or ?key=KEY from a page.";
    KeyUnknown "key_unknown" 401 "The key is not known or has been revoked." "Create a key on the keys page or with `analytics key create`.";
    KeyForbidden "key_forbidden" 403 "The key may not do this." "Use a key of the kind that is named in the message.";
    OriginForbidden "origin_forbidden" 403 "The page's origin is not allowed." "Add the origin to the project's allowed origins.";
    RateLimited "rate_limited" 429 "Too many requests." "Wait as long as Retry-After says; send batches instead of single events.";
    QueueFull "queue_full" 503 "The server is catching up." "Send the same events again after Retry-After; their ids keep them from counting twice.";
    DiskFull "disk_full" 503 "The server's disk is full." "Free some room or enlarge the disk; send the same events again then.";
    Stopping "stopping" 503 "The server is stopping." "Send the same events again in a moment.";
    StorageFailed "storage_failed" 503 "The server cannot store events." "Look at the server's log; send the same events again later.";

    // One event of a batch.
    EventInvalid "event_invalid" 422 "The event is not a JSON object." "Send an object with at least a type.";
    TypeMissing "type_missing" 422 "The event has no type." "Add a type, for example \"type\": \"response_received\".";
    TypeInvalid "type_invalid" 422 "The event's type cannot be used." "Use a name of 1 to 128 visible characters.";
    IdInvalid "id_invalid" 422 "The event's id is not a UUID." "Send a UUID (version 7 is best), or leave the id out.";
    TimestampInvalid "timestamp_invalid" 422 "The timestamp cannot be read." "Use RFC 3339 (2026-11-21T12:00:00Z) or milliseconds since 1970.";
    TimestampRange "timestamp_range" 422 "The timestamp is out of range." "Use a time between the year 2000 and now.";
    TimestampSkew "timestamp_skew" 422 "The timestamp is too far from the time of receipt." "From a page, send events when they happen; to backdate, send them from a server.";
    FieldInvalid "field_invalid" 422 "A field has the wrong form." "Correct the field that is named in the message.";
    FieldTooLong "field_too_long" 422 "A field is too long." "Shorten the field that is named in the message.";
    MetadataInvalid "metadata_invalid" 422 "The metadata is not an object." "Send metadata as a JSON object.";
    MetadataTooLarge "metadata_too_large" 422 "The metadata is too large." "Send fewer or shorter values.";
    JsonTooDeep "json_too_deep" 422 "The JSON is nested too deeply." "Flatten it to at most 16 levels.";
    CurrencyInvalid "currency_invalid" 422 "The currency is not known." "Use a code of ISO 4217, for example USD.";

    // Accepted by the parser, left out on purpose.
    Bot "bot" 422 "The event came from a crawler." "Nothing to do; to count crawlers, set ingest.drop_bots to false.";
    OptedOut "opted_out" 422 "The visitor asked not to be tracked (DNT or GPC)." "Nothing to do; to count them all the same, set ingest.honour_dnt to false.";
    Duplicate "duplicate" 409 "An event with this id has been counted already." "Nothing to do; a retry is harmless.";

    // Pages and the rest of the interface.
    NotFound "not_found" 404 "There is nothing at this address." "Check the address, or go back to the overview.";
    MethodNotAllowed "method_not_allowed" 405 "This address does not answer to this method." "Use the method that the documentation names.";
    ParameterInvalid "parameter_invalid" 422 "A parameter cannot be used." "Correct the parameter that is named in the message.";
    FormInvalid "form_invalid" 422 "The form could not be saved." "Correct the fields that are named.";
    LoginNeeded "login_needed" 401 "You need to log in." "Log in and try again.";
    LoginFailed "login_failed" 401 "Email or password is wrong." "Check both; an administrator can reset the password with `analytics user reset-password`.";
    LoginThrottled "login_throttled" 429 "Too many failed log-ins." "Wait as long as Retry-After says.";
    CsrfInvalid "csrf_invalid" 403 "The form is too old or came from another page." "Reload the page and send the form again.";
    SetupDone "setup_done" 403 "Set-up is finished." "Log in, or create a person with `analytics user create`.";
    QueryDeadline "query_deadline" 503 "The answer took too long." "Ask for a shorter period.";
    NotReady "not_ready" 503 "The server is not ready." "Try again in a moment.";
    Internal "internal" 500 "Something went wrong on the server." "Look for the request id in the server's log.";
}

impl Code {
    /// Stable id.
    pub const fn id(self) -> &'static str {
        self.entry().id
    }

    /// The code with this id.
    pub fn parse(id: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_is_whole() {
        let mut ids = HashSet::new();
        for code in Code::ALL {
            let entry = code.entry();
            assert!(ids.insert(entry.id), "{} stands twice", entry.id);
            assert!((400..600).contains(&entry.status), "{}", entry.id);
            assert!(
                entry.title.ends_with('.') && entry.remedy.ends_with('.'),
                "{} needs sentences",
                entry.id
            );
            assert_eq!(Code::parse(entry.id), Some(*code));
        }
    }
}
