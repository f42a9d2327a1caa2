//! Visits made of events: one row for each session.
//!
//! A visit is put together of parts: an event is a part, and so is the stored row of the events below `rolled_seq`.
//! Putting parts together gives the same visit however its events were spread over them, so a late event is no special
//! case. How somebody came is what the visit's first page view says; with what, what the first event says that tells.

use crate::core::sql::{Binds, Sql};

/// The table that stands for the events below `rolled_seq`.
pub const TABLE: &str = "visits";

/// What the first event that knows any of them tells.
const CLIENT: [&str; 5] = ["country", "device", "browser", "os", "language"];

/// What the first page view tells.
const ENTRY: [&str; 9] = [
    "channel",
    "referrer_host",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "host",
    "path",
];

/// Whether a visit itself has this column. All others it takes from its first event.
pub fn has(column: &str) -> bool {
    CLIENT.contains(&column)
        || ENTRY.contains(&column)
        || ["session_id", "person"].contains(&column)
}

/// Visits of the events that `condition` lets through, of the rows of `events`.
pub fn of_events(events: &Sql, condition: &Sql) -> Sql {
    together(&parts(events, condition))
}

/// All visits, where no event came later than what is stored.
pub fn of_table_alone() -> Sql {
    Sql::text("SELECT {{columns}} FROM visits WHERE project = $project").fill("columns", &columns())
}

/// All visits: stored ones as they are, but those with an event at or after `below` put together anew.
pub fn of_table(below: u64, binds: &mut Binds) -> Sql {
    let below = binds.whole(below as i64);
    let tail = Sql::text("project = $project AND seq >= {{below}}").fill("below", &below);
    Sql::text(
        "SELECT {{columns}} FROM visits WHERE project = $project AND session_id NOT IN ({{touched}}) UNION ALL {{anew}}",
    )
    .fill("columns", &columns())
    .fill("touched", &sessions(&tail))
    .fill("anew", &touched(&tail))
}

/// The visits that the events of `tail` belong to, with what is stored of them.
pub fn touched(tail: &Sql) -> Sql {
    // Looked up by the place of their rows: a scan of one column finds the places, and the engine then skips all row
    // groups without one, so that this does not read every column of every visit there ever was.
    let stored = Sql::text(
        "SELECT {{columns}} FROM visits WHERE rowid IN (\
         SELECT rowid FROM visits WHERE project = $project AND session_id IN ({{touched}}))",
    )
    .fill("columns", &columns())
    .fill("touched", &sessions(tail));
    let new = parts(&Sql::text("events"), tail);
    together(&stored.then(" UNION ALL ").then(new))
}

/// The columns of a visit, in the order in which they are stored, after the project.
pub fn columns() -> Sql {
    let of = |names: &'static [&'static str]| names.iter().copied();
    let names = of(&[
        "session_id",
        "begun",
        "first_seq",
        "ended",
        "person",
        "visitor",
        "views",
        "queries",
        "actions",
        "client_at",
        "client_seq",
    ])
    .chain(of(&CLIENT))
    .chain(of(&["entry_at", "entry_seq"]))
    .chain(of(&ENTRY));
    Sql::join(names.map(Sql::text), ", ")
}

fn sessions(tail: &Sql) -> Sql {
    Sql::text("SELECT session_id FROM events WHERE {{tail}} AND session_id IS NOT NULL")
        .fill("tail", tail)
}

/// Each event as a visit of its own.
fn parts(events: &Sql, condition: &Sql) -> Sql {
    let client = CLIENT.map(|column| Sql::text(column).then(" IS NOT NULL"));
    let tells = Sql::text("({{any}})").fill("any", &Sql::join(client, " OR "));
    let plain =
        |names: &'static [&'static str]| Sql::join(names.iter().copied().map(Sql::text), ", ");
    let entry = ENTRY.map(|column| {
        Sql::text("CASE WHEN type = 'page_view' THEN {{x}} END AS {{x}}")
            .fill("x", &Sql::text(column))
    });
    Sql::text(
        "SELECT session_id, occurred_at AS begun, seq AS first_seq, occurred_at AS ended, person, visitor, \
         CAST(type = 'page_view' AS BIGINT) AS views, CAST(type = 'query_sent' AS BIGINT) AS queries, \
         CAST(type NOT IN ('page_view', 'page_ping', 'session_start', 'session_end', 'identify', 'payment_completed') \
         AS BIGINT) AS actions, \
         CASE WHEN {{tells}} THEN occurred_at END AS client_at, CASE WHEN {{tells}} THEN seq END AS client_seq, {{client}}, \
         CASE WHEN type = 'page_view' THEN occurred_at END AS entry_at, CASE WHEN type = 'page_view' THEN seq END AS entry_seq, \
         {{entry}} FROM {{events}} WHERE session_id IS NOT NULL AND {{condition}}",
    )
    .fill("tells", &tells)
    .fill("client", &plain(&CLIENT))
    .fill("entry", &Sql::join(entry, ", "))
    .fill("events", events)
    .fill("condition", condition)
}

/// One row for each session among the parts.
fn together(parts: &Sql) -> Sql {
    // The columns of one event travel as one value, so that its place in time is compared once.
    let packed = |seq: &'static str, names: &'static [&'static str]| {
        let fields = std::iter::once(seq)
            .chain(names.iter().copied())
            .map(|name| Sql::text("{{x}} := {{x}}").fill("x", &Sql::text(name)));
        Sql::text("struct_pack({{fields}})").fill("fields", &Sql::join(fields, ", "))
    };
    let unpacked = |of: &'static str, names: &'static [&'static str]| {
        let fields = names.iter().map(|name| {
            Sql::text("{{of}}.{{x}} AS {{x}}")
                .fill("of", &Sql::text(of))
                .fill("x", &Sql::text(name))
        });
        Sql::join(fields, ", ")
    };
    Sql::text(
        "SELECT session_id, begun, first_seq, ended, person, visitor, views, queries, actions, client_at, \
         client.client_seq AS client_seq, {{clients}}, entry_at, entry.entry_seq AS entry_seq, {{entries}} FROM (\
         SELECT session_id, min(begun) AS begun, at_first(first_seq, place_in_time(begun, first_seq)) AS first_seq, \
         max(ended) AS ended, max(person) AS person, min(visitor) AS visitor, CAST(sum(views) AS BIGINT) AS views, \
         CAST(sum(queries) AS BIGINT) AS queries, CAST(sum(actions) AS BIGINT) AS actions, \
         min(client_at) AS client_at, \
         at_first({{client}}, place_in_time(client_at, client_seq)) AS client, \
         min(entry_at) AS entry_at, \
         at_first({{entry}}, place_in_time(entry_at, entry_seq)) AS entry \
         FROM ({{parts}}) GROUP BY session_id)",
    )
    .fill("clients", &unpacked("client", &CLIENT))
    .fill("entries", &unpacked("entry", &ENTRY))
    .fill("client", &packed("client_seq", &CLIENT))
    .fill("entry", &packed("entry_seq", &ENTRY))
    .fill("parts", parts)
}
