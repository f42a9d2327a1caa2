//! One event as JSON text, put together value by value.
//!
//! Values are JSON already and keep their digits. Does not decide where a value goes.

use jiff::tz::TimeZone;
use serde_json::Value;
use uuid::Uuid;

use crate::import::mapping::canonical;
use crate::import::value;

/// An event as it is written.
#[derive(Default)]
pub struct EventText {
    id: Option<Uuid>,
    fields: String,
    metadata: String,
}

impl EventText {
    /// Adds a field. An id is taken if it is a UUID and the first one; `column` is where it came from.
    pub fn put_field(&mut self, name: &str, json: &str, column: &str, zone: &TimeZone) {
        match canonical(name) {
            Some("id") => match serde_json::from_str::<String>(json)
                .ok()
                .and_then(|text| Uuid::try_parse(&text).ok())
            {
                Some(id) if !id.is_nil() && self.id.is_none() => self.id = Some(id),
                // An id of another kind stays findable; the event gets one of its own.
                _ => self.put_metadata(&format!("source_{column}"), json),
            },
            Some("timestamp") => put(&mut self.fields, name, &value::timestamp(json, zone)),
            _ => put(&mut self.fields, name, json),
        }
    }

    /// Adds a value that fills no field.
    pub fn put_metadata(&mut self, name: &str, json: &str) {
        put(&mut self.metadata, name, json);
    }

    /// The event as JSON text, with `own_id` if it brought none.
    pub fn finish(self, own_id: Uuid) -> String {
        let EventText {
            id,
            fields,
            metadata,
        } = self;
        let id = id.unwrap_or(own_id);
        match metadata.is_empty() {
            true => format!("{{\"id\":\"{id}\"{fields}}}"),
            false => format!(
                "{{\"id\":\"{id}\"{fields},\"metadata\":{{{}}}}}",
                &metadata[1..]
            ),
        }
    }
}

/// Adds `,"name":json`.
fn put(text: &mut String, name: &str, json: &str) {
    text.push(',');
    text.push_str(&Value::from(name).to_string());
    text.push(':');
    text.push_str(json);
}
