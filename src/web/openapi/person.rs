//! What the operations on one person take and give.

use serde_json::{Value as Json, json};

use crate::store::person::NameKind;
use crate::web::openapi::parameter::Parameter;
use crate::web::openapi::schema::{closed, count, moment, text};

/// Of what is about one person.
pub fn of_person() -> Vec<Parameter> {
    vec![
        Parameter::new(
            "kind",
            "What kind of id it is: a user id, unless given, or an anonymous id.",
            json!({ "type": "string", "enum": NameKind::ALL.map(NameKind::id) }),
            json!(NameKind::User.id()),
        ),
        id(
            "id",
            "The user id or anonymous id, as it was sent with events.",
        ),
    ]
}

/// Of a merge.
pub fn of_merge() -> Vec<Parameter> {
    let mut parameters = of_person();
    parameters.push(id("into", "The user id of the person who they really are."));
    parameters
}

fn id(name: &'static str, help: &'static str) -> Parameter {
    let schema = json!({ "type": "string", "minLength": 1 });
    Parameter::new(name, help, schema, json!("ana")).needed()
}

/// Somebody by kind and id.
pub fn somebody() -> Json {
    let kind = json!({ "type": "string", "enum": NameKind::ALL.map(NameKind::id) });
    closed(&[("kind", kind), ("id", text())], &[])
}

/// The receipt of an erasure.
pub fn erasure() -> Json {
    closed(
        &[
            ("erasure", count()),
            (
                "name_hash",
                json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }),
            ),
            ("asked_at", moment()),
            (
                "done_at",
                json!({ "type": ["string", "null"], "format": "date-time" }),
            ),
            ("events", count()),
            ("previews", count()),
            ("names", count()),
        ],
        &[],
    )
}
