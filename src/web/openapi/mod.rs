//! The interface for programs, described from the tables that answer it: an OpenAPI 3.1 document.
//!
//! Metrics, dimensions, parameters, event fields and refusals are read from where the handlers read them. What only
//! a handler knows, the form of its answer, stands in `schema/` and is held against the running server by
//! `scripts/fuzz_api.sh`.

pub mod operation;
mod parameter;
mod person;
mod schema;
mod study;

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value as Json, json};

use crate::core::code::Code;
use crate::web::extract;
use crate::web::openapi::operation::{OPERATIONS, Operation, Who};

/// `GET /api/v1/openapi.json`: for anyone; it describes this version and holds nothing of any project.
pub async fn openapi(request: HttpRequest) -> HttpResponse {
    let app = extract::app(&request);
    HttpResponse::Ok().json(document(app.config.server.base_path.as_str()))
}

/// The whole document, for a server below the path `base`.
pub fn document(base: &str) -> Json {
    let mut paths: Map<String, Json> = Map::new();
    for operation in OPERATIONS {
        let path = paths
            .entry(operation.path.to_owned())
            .or_insert_with(|| json!({}));
        path[operation.method.to_ascii_lowercase()] = described(operation);
    }
    let server = if base.is_empty() { "/" } else { base };
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "analytics",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Events in, answers out.",
            "description": "Send events with an ingest key, ask with a read key; an admin key does both. A key belongs to \
                one project. Refusals are problem details (RFC 9457) with a stable `code` and what to do about it.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": server }],
        "paths": paths,
        "components": {
            "schemas": schema::all(),
            "securitySchemes": {
                "key": { "type": "http", "scheme": "bearer", "description": "A key of one project." },
                "keyInAddress": { "type": "apiKey", "in": "query", "name": "key", "description": "An ingest key in the address, for pages and images." },
                "session": { "type": "apiKey", "in": "cookie", "name": extract::SESSION_COOKIE, "description": "A person who is logged in; `project` names the project." },
                "metricsToken": { "type": "http", "scheme": "bearer", "description": "The token of `server.metrics_token`, where one is set." },
            },
        },
    })
}

fn described(operation: &Operation) -> Json {
    let parameters: Vec<Json> = (operation.parameters)()
        .iter()
        .map(parameter::Parameter::to_json)
        .collect();
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.help,
        "parameters": parameters,
        "responses": responses(operation),
        "security": security(operation.who),
    });
    if let Some(schema) = operation.body {
        let kinds: &[&str] = match operation.who {
            Who::Ingest => &operation::BODY_TYPES,
            _ => &operation::BODY_TYPES[..1],
        };
        let content: Map<String, Json> = kinds
            .iter()
            .map(|kind| ((*kind).to_owned(), json!({ "schema": reference(schema) })))
            .collect();
        described["requestBody"] = json!({ "required": true, "content": content });
    }
    described
}

fn security(who: Who) -> Json {
    match who {
        Who::Anyone => json!([]),
        Who::Ingest => json!([{ "key": [] }, { "keyInAddress": [] }]),
        Who::Reader | Who::Changer => json!([{ "key": [] }, { "session": [] }]),
        Who::Admin => json!([{ "key": [] }]),
        Who::MetricsToken => json!([{}, { "metricsToken": [] }]),
    }
}

fn responses(operation: &Operation) -> Json {
    let content: Map<String, Json> = operation
        .answers
        .iter()
        .map(|(kind, schema)| ((*kind).to_owned(), json!({ "schema": reference(schema) })))
        .collect();
    let mut responses = Map::new();
    responses.insert(
        "200".to_owned(),
        json!({ "description": operation.answer, "content": content }),
    );
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in operation.codes() {
        by_status.entry(code.entry().status).or_default().push(code);
    }
    for (status, codes) in by_status {
        let told: Vec<String> = codes
            .iter()
            .map(|code| format!("`{}`: {}", code.id(), code.entry().title))
            .collect();
        let ids: Vec<&str> = codes.iter().map(|code| code.id()).collect();
        responses.insert(
            status.to_string(),
            json!({
                "description": told.join(" "),
                "content": { "application/problem+json": { "schema": {
                    "allOf": [reference("Problem"), { "properties": { "code": { "enum": ids } } }],
                } } },
            }),
        );
    }
    Json::Object(responses)
}

fn reference(schema: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Every `$ref` of a document.
    fn references(json: &Json, found: &mut Vec<String>) {
        match json {
            Json::Object(map) => {
                if let Some(Json::String(text)) = map.get("$ref") {
                    found.push(text.clone());
                }
                map.values().for_each(|value| references(value, found));
            }
            Json::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_schema_is_used() {
        let document = document("");
        let mut found = Vec::new();
        references(&document, &mut found);
        let named: HashSet<&str> = found
            .iter()
            .filter_map(|text| text.strip_prefix("#/components/schemas/"))
            .collect();
        let schemas = document["components"]["schemas"]
            .as_object()
            .expect("schemas");
        let held: HashSet<&str> = schemas.keys().map(String::as_str).collect();
        assert_eq!(named, held);
    }

    #[test]
    fn ids_are_unique_and_texts_are_sentences() {
        let mut ids = HashSet::new();
        for operation in OPERATIONS {
            assert!(ids.insert(operation.id), "{} stands twice", operation.id);
            for text in [operation.summary, operation.help, operation.answer] {
                assert!(text.ends_with('.'), "{}: {text}", operation.id);
            }
            let mut names = HashSet::new();
            for parameter in (operation.parameters)() {
                assert!(names.insert(parameter.name), "{}", parameter.name);
                assert!(parameter.help.ends_with('.'), "{}", parameter.name);
            }
        }
    }

    #[test]
    fn the_parameters_of_a_question_are_those_that_a_question_knows() {
        let query = OPERATIONS
            .iter()
            .find(|operation| operation.id == "query")
            .expect("the operation");
        let mut described: Vec<&str> = (query.parameters)().iter().map(|p| p.name).collect();
        let mut known: Vec<&str> = crate::query::question::PARAMETERS.to_vec();
        known.extend(["project", "format"]);
        described.sort_unstable();
        known.sort_unstable();
        assert_eq!(described, known);
    }

    #[test]
    fn what_programs_may_call_is_in_the_document_and_in_the_routes() {
        // Any path below the interface's own; quotes end it.
        let written = |text: &str| -> Vec<String> {
            let paths = text.split('"').filter(|part| part.starts_with("/api/v1/"));
            paths.map(str::to_owned).collect()
        };
        let routes = written(include_str!("../routes.rs"));
        assert!(routes.iter().any(|path| path == "/api/v1/query"));
        let described: Vec<String> = OPERATIONS
            .iter()
            .map(|operation| operation.path.to_owned())
            .filter(|path| path.starts_with("/api/v1/"))
            .collect();
        for path in &routes {
            assert!(
                described.contains(path),
                "{path} has no row in operation.rs"
            );
        }
        for path in &described {
            assert!(routes.contains(path), "{path} is described and no route");
        }
    }

    #[test]
    fn the_parameters_of_an_analysis_are_those_that_it_knows() {
        use crate::analysis::{funnel, heatmap, journey, retention};
        for (id, own, by) in [
            ("funnel", &funnel::question::PARAMETERS[..], Some("by")),
            (
                "retention",
                &retention::question::PARAMETERS[..],
                Some("by"),
            ),
            ("heatmap", &heatmap::PARAMETERS[..], None),
            ("journeys", &journey::question::PARAMETERS[..], None),
        ] {
            let operation = OPERATIONS.iter().find(|operation| operation.id == id);
            let parameters = (operation.expect("the operation").parameters)();
            let described: HashSet<&str> = parameters.iter().map(|one| one.name).collect();
            let common = ["project", "range", "from", "to", "filter"]
                .iter()
                .chain(&by);
            let known: HashSet<&str> = own.iter().chain(common).copied().collect();
            assert_eq!(described, known, "{id}");
        }
    }

    #[test]
    fn what_stands_in_a_path_is_a_parameter_of_it() {
        for operation in OPERATIONS {
            let in_path: Vec<&str> = operation
                .path
                .split('/')
                .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
                .collect();
            let parameters = (operation.parameters)();
            let told = parameters.iter().filter(|parameter| parameter.is_in_path);
            let told: Vec<&str> = told.map(|parameter| parameter.name).collect();
            assert_eq!(in_path, told, "{}", operation.id);
        }
    }

    #[test]
    fn below_a_path_the_document_says_so() {
        assert_eq!(document("/stats")["servers"][0]["url"], "/stats");
        assert_eq!(document("")["servers"][0]["url"], "/");
    }
}
