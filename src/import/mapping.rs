//! Which column fills which field, and the event that comes of a row.
//!
//! Columns are assigned once for a table, and name by name for NDJSON. Nothing of a row is lost: a column
//! that fills no field goes to the event's metadata. Values are judged by the server's own rules.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::sync::LazyLock;

use anyhow::bail;
use jiff::tz::TimeZone;
use serde_json::value::RawValue;

use crate::import::event_text::EventText;
use crate::import::row::Row;
use crate::import::row_id::ImportId;
use crate::import::value;
use crate::ingest::field::{self, FIELDS};

/// `field=value` as given on the command line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    /// The field's name.
    pub field: String,
    /// A column or a constant.
    pub value: String,
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Assignment, String> {
        match text.split_once('=') {
            Some((field, value)) if !field.trim().is_empty() && !value.is_empty() => {
                Ok(Assignment {
                    field: field.trim().to_owned(),
                    value: value.to_owned(),
                })
            }
            _ => Err(format!("`{text}` is not of the form field=value")),
        }
    }
}

/// Where a value goes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Destination {
    /// A field, under the name that stands in the event: canonical, or an alias the file itself uses.
    Field(String),
    /// The event's metadata, under this name.
    Metadata(String),
    /// The members of an object go to metadata; another value goes there under the column's name.
    Container(String),
}

/// The assignment of columns to fields.
pub struct Mapping {
    maps: Vec<(Destination, String)>,
    constants: Vec<(Destination, String)>,
    /// Canonical names of fields that a map or a constant fills.
    taken: HashSet<&'static str>,
    columns: HashMap<String, Vec<Destination>>,
    zone: TimeZone,
}

impl Mapping {
    /// The mapping of the command line.
    ///
    /// # Errors
    /// If a field is named twice, or looks like a misspelt one.
    pub fn new(
        maps: &[Assignment],
        sets: &[Assignment],
        zone: TimeZone,
    ) -> anyhow::Result<Mapping> {
        let mut mapping = Mapping {
            maps: Vec::new(),
            constants: Vec::new(),
            taken: HashSet::new(),
            columns: HashMap::new(),
            zone,
        };
        let mut seen = HashSet::new();
        for (assignments, is_constant) in [(maps, false), (sets, true)] {
            for Assignment { field, value } in assignments {
                let destination = destination(field)?;
                let (Destination::Field(name)
                | Destination::Metadata(name)
                | Destination::Container(name)) = &destination;
                if !seen.insert(name.clone()) {
                    bail!("the field `{name}` is filled twice; name it in one --map or --set");
                }
                if let Destination::Field(name) = &destination {
                    mapping.taken.extend(canonical(name));
                }
                match is_constant {
                    true => mapping.constants.push((
                        destination,
                        value::json(value).unwrap_or("\"\"".into()).into_owned(),
                    )),
                    false => mapping.maps.push((destination, value.clone())),
                }
            }
        }
        Ok(mapping)
    }

    /// Assigns the columns of a table. Names are compared without case, spaces, `_`, `-` and `.` where needed.
    ///
    /// # Errors
    /// If a mapped column is not there.
    pub fn assign(&mut self, columns: &[String]) -> anyhow::Result<()> {
        for (destination, wanted) in &self.maps {
            let exact = columns.iter().find(|column| *column == wanted);
            let Some(column) =
                exact.or_else(|| columns.iter().find(|column| plain(column) == plain(wanted)))
            else {
                bail!(
                    "there is no column `{wanted}`; the columns are `{}`",
                    columns.join("`, `")
                );
            };
            self.columns
                .entry(column.clone())
                .or_default()
                .push(destination.clone());
        }
        // A column named like the field itself is the best source of it, then an alias, then a similar name.
        let rules: [fn(&str) -> Option<&'static str>; 3] = [
            |column| {
                field::find(column)
                    .filter(|(_, is_alias)| !is_alias)
                    .map(|(index, _)| FIELDS[usize::from(index)].name)
            },
            canonical,
            |column| LOOSE.get(&plain(column)).copied(),
        ];
        for rule in rules {
            for column in columns {
                if let Some(name) = rule(column)
                    && !self.columns.contains_key(column)
                    && self.taken.insert(name)
                {
                    self.columns
                        .insert(column.clone(), vec![Destination::Field(name.to_owned())]);
                }
            }
        }
        for column in columns {
            if !self.columns.contains_key(column) {
                let rest = rest(column);
                self.columns.insert(column.clone(), vec![rest]);
            }
        }
        Ok(())
    }

    /// What goes where, a line each, for people to check.
    pub fn lines(&self, columns: &[String]) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, destinations) in columns
            .iter()
            .filter_map(|column| self.columns.get_key_value(column))
        {
            lines.extend(destinations.iter().map(|destination| match destination {
                Destination::Field(field) => format!("{field} <- column `{name}`"),
                Destination::Metadata(key) => format!("metadata.{key} <- column `{name}`"),
                Destination::Container(_) => format!("metadata <- members of column `{name}`"),
            }));
        }
        for (destination, json) in &self.constants {
            let (Destination::Field(name)
            | Destination::Metadata(name)
            | Destination::Container(name)) = destination;
            lines.push(format!("{name} = {json}"));
        }
        lines
    }

    /// The event of a row as JSON text.
    pub fn event(&mut self, row: &Row, import: ImportId) -> String {
        let mut event = EventText::default();
        for (column, json) in &row.members {
            if json == "null" {
                continue;
            }
            if !self.columns.contains_key(column.as_ref()) {
                let destinations = self.of_name(column);
                self.columns
                    .insert(column.clone().into_owned(), destinations);
            }
            for destination in &self.columns[column.as_ref()] {
                match destination {
                    Destination::Field(name) => event.put_field(name, json, column, &self.zone),
                    Destination::Metadata(name) => event.put_metadata(name, json),
                    Destination::Container(name) => self.unpack(&mut event, name, json),
                }
            }
        }
        for (destination, json) in &self.constants {
            match destination {
                Destination::Field(name) => event.put_field(name, json, name, &self.zone),
                Destination::Metadata(name) | Destination::Container(name) => {
                    event.put_metadata(name, json)
                }
            }
        }
        event.finish(import.event_id(row))
    }

    /// Where a member of NDJSON goes, that no column list announced: fields as the server knows them.
    fn of_name(&self, name: &str) -> Vec<Destination> {
        let mapped: Vec<_> = self
            .maps
            .iter()
            .filter(|(_, column)| column == name)
            .map(|(to, _)| to.clone())
            .collect();
        if !mapped.is_empty() {
            return mapped;
        }
        match canonical(name) {
            Some(field) if !self.taken.contains(field) => vec![Destination::Field(name.to_owned())],
            _ => vec![rest(name)],
        }
    }

    fn unpack(&self, event: &mut EventText, name: &str, json: &str) {
        // A cell of a table holds the object as text.
        let text = serde_json::from_str::<String>(json).unwrap_or_else(|_| json.to_owned());
        let Ok(members) =
            serde_json::from_str::<std::collections::BTreeMap<String, &RawValue>>(&text)
        else {
            return event.put_metadata(name, json);
        };
        for (key, value) in members {
            match canonical(&key) {
                Some("id") => event.put_field("id", value.get(), &key, &self.zone),
                Some(field) if self.taken.contains(field) => {
                    event.put_metadata(&format!("source_{key}"), value.get())
                }
                _ => event.put_metadata(&key, value.get()),
            }
        }
    }
}

/// Where a column goes that fills no field. A known name would fill the field after all, so it gets another.
fn rest(column: &str) -> Destination {
    if field::is_container(column) {
        Destination::Container(column.to_owned())
    } else if canonical(column).is_some() {
        Destination::Metadata(format!("source_{column}"))
    } else {
        Destination::Metadata(column.to_owned())
    }
}

/// The destination that somebody named.
fn destination(name: &str) -> anyhow::Result<Destination> {
    if let Some(key) = name.strip_prefix("metadata.") {
        return Ok(Destination::Metadata(key.to_owned()));
    }
    if field::is_container(name) {
        bail!("`{name}` is not a field; write `metadata.NAME` for a value of your own");
    }
    if let Some(field) = canonical(name).or_else(|| LOOSE.get(&plain(name)).copied()) {
        return Ok(Destination::Field(field.to_owned()));
    }
    let near = FIELDS
        .iter()
        .map(|field| (strsim::damerau_levenshtein(field.name, name), field.name))
        .min();
    match near {
        Some((distance, near)) if distance <= 2 && name.len() > 4 => {
            bail!(
                "there is no field `{name}`; did you mean `{near}`? For a value of your own write `metadata.{name}`"
            )
        }
        _ => Ok(Destination::Metadata(name.to_owned())),
    }
}

/// The field that the server finds under this name.
pub fn canonical(name: &str) -> Option<&'static str> {
    field::find(name).map(|(index, _)| FIELDS[usize::from(index)].name)
}

/// A name without case, spaces and separators.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Fields by their plain names.
static LOOSE: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let names = |field: &'static field::Field| {
        field
            .aliases
            .iter()
            .map(move |alias| (plain(alias), field.name))
    };
    let mut loose: HashMap<String, &'static str> = FIELDS.iter().flat_map(names).collect();
    loose.extend(FIELDS.iter().map(|field| (plain(field.name), field.name)));
    loose
});

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::ingest::convert::convert;

    const ID: &str = "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b";

    fn assignments(texts: &[&str]) -> Vec<Assignment> {
        texts
            .iter()
            .map(|text| text.parse().expect("an assignment"))
            .collect()
    }

    fn mapping(maps: &[&str], sets: &[&str]) -> Mapping {
        Mapping::new(&assignments(maps), &assignments(sets), TimeZone::UTC).expect("a mapping")
    }

    fn row<'a>(members: &[(&'a str, &'a str)]) -> Row<'a> {
        let members = members
            .iter()
            .map(|(name, json)| ((*name).into(), (*json).into()))
            .collect();
        Row {
            number: 1,
            place: 2,
            members,
        }
    }

    /// The event without its id, from a table with these cells.
    fn table(mapping: &mut Mapping, cells: &[(&str, &str)]) -> String {
        let columns: Vec<String> = cells.iter().map(|(name, _)| (*name).to_owned()).collect();
        mapping.assign(&columns).expect("an assignment");
        object(mapping, cells)
    }

    fn object(mapping: &mut Mapping, members: &[(&str, &str)]) -> String {
        let row = row(members);
        let event = mapping.event(&row, ImportId::new(&row, &[], &[], None));
        serde_json::from_str::<Value>(&event).expect("JSON");
        event[r#"{"id":"0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b""#.len()..].to_owned()
    }

    #[test]
    fn the_azure_trace_is_mapped_by_its_documented_command() {
        let mut mapping = mapping(
            &[
                "timestamp=TIMESTAMP",
                "input_tokens=ContextTokens",
                "output_tokens=GeneratedTokens",
            ],
            &["type=response_received", "provider=azure"],
        );
        let cells = [
            ("TIMESTAMP", r#""2023-11-16 18:15:46.6805900""#),
            ("ContextTokens", "374"),
            ("GeneratedTokens", "44"),
        ];
        assert_eq!(
            table(&mut mapping, &cells),
            r#","timestamp":"2023-11-16T18:15:46.68059Z","input_tokens":374,"output_tokens":44,"type":"response_received","provider":"azure"}"#
        );
        assert_eq!(
            mapping.lines(&["ContextTokens".to_owned()])[0],
            "input_tokens <- column `ContextTokens`"
        );
    }

    #[test]
    fn columns_find_their_fields_by_name_and_the_others_are_kept_in_metadata() {
        let cells = [
            ("Input Tokens", "1"),
            ("userID", "\"u\""),
            ("Colour", "\"red\""),
            ("metadata", r#""{\"a\":1}""#),
            ("data", "\"x\""),
        ];
        assert_eq!(
            table(&mut mapping(&[], &["type=a"]), &cells),
            r#","input_tokens":1,"user_id":"u","type":"a","metadata":{"Colour":"red","a":1,"data":"x"}}"#
        );
    }

    #[test]
    fn a_column_that_loses_its_field_to_another_is_kept_under_another_name() {
        let cells = [("user", "\"x\""), ("user_id", "\"y\""), ("type", "\"z\"")];
        assert_eq!(
            table(&mut mapping(&[], &["type=a"]), &cells),
            r#","user_id":"y","type":"a","metadata":{"source_user":"x","source_type":"z"}}"#
        );
    }

    #[test]
    fn an_id_is_used_if_it_is_a_uuid_and_kept_in_metadata_otherwise() {
        let json = format!("\"{ID}\"");
        let with_uuid = row(&[("id", &json), ("type", "\"a\"")]);
        let import = ImportId::new(&with_uuid, &[], &[], None);
        assert_eq!(
            mapping(&[], &[]).event(&with_uuid, import),
            format!(r#"{{"id":"{ID}","type":"a"}}"#)
        );

        let with_number = row(&[("metadata", r#"{"id":7}"#), ("type", "\"a\"")]);
        let event = mapping(&[], &[]).event(&with_number, import);
        assert!(
            event.starts_with(&format!("{{\"id\":\"{}\"", import.event_id(&with_number))),
            "{event}"
        );
        assert!(
            event.ends_with(r#","type":"a","metadata":{"source_id":7}}"#),
            "{event}"
        );
    }

    #[test]
    fn an_object_of_ndjson_becomes_the_event_that_a_client_would_have_sent() {
        let members = [
            ("data", r#"{"model":"m","colour":"red","type":"b"}"#),
            ("event", "\"a\""),
            ("size", "1.50"),
            ("ts", "1700158546000"),
            ("userId", "42"),
        ];
        let sent: Vec<String> = members
            .iter()
            .map(|(name, json)| format!("\"{name}\":{json}"))
            .collect();
        let sent = format!("{{\"id\":\"{ID}\",{}}}", sent.join(","));
        let now: jiff::Timestamp = "2026-11-21T12:00:00Z".parse().expect("a time");

        let json = format!(
            "{{\"id\":\"{ID}\"{}",
            object(&mut mapping(&[], &[]), &members)
        );

        let (mine, theirs) = (
            convert(&json, 1, now).expect("an event"),
            convert(&sent, 1, now).expect("an event"),
        );
        let mut mine = mine;
        let object = |text: &Option<String>| {
            serde_json::from_str::<Value>(text.as_deref().expect("metadata")).expect("JSON")
        };
        assert_eq!(object(&mine.event.metadata), object(&theirs.event.metadata));
        mine.event.metadata.clone_from(&theirs.event.metadata);
        assert_eq!(mine, theirs);
    }

    #[test]
    fn a_constant_wins_over_the_objects_own_field_wherever_it_stands() {
        let members = [("metadata", r#"{"type":"x"}"#), ("event", "\"y\"")];
        assert_eq!(
            object(&mut mapping(&[], &["type=a"]), &members),
            r#","type":"a","metadata":{"source_type":"x","source_event":"y"}}"#
        );
    }

    #[test]
    fn mistakes_on_the_command_line_are_named() {
        let error = |maps: &[&str], sets: &[&str]| {
            let mapping = Mapping::new(&assignments(maps), &assignments(sets), TimeZone::UTC);
            mapping
                .and_then(|mut mapping| mapping.assign(&["a".to_owned(), "b".to_owned()]))
                .expect_err("a refusal")
                .to_string()
        };
        assert!(error(&["input_token=a"], &[]).contains("did you mean `input_tokens`?"));
        assert!(error(&["type=a"], &["event=x"]).contains("`type` is filled twice"));
        assert!(error(&["type=c"], &[]).contains("the columns are `a`, `b`"));
        assert!(error(&["data=a"], &[]).contains("metadata.NAME"));
        assert!("type".parse::<Assignment>().is_err() && "=x".parse::<Assignment>().is_err());
    }
}
