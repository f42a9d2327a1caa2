//! `GET /reference` and `GET /reference/api`: what every number means, and what programs may call.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value as Json;

use crate::catalogue::dimension::DIMENSIONS;
use crate::catalogue::frame::FRAMES;
use crate::catalogue::{metric, reference};
use crate::web::extract::own_origin;
use crate::web::openapi::operation::{OPERATIONS, Operation, Who};
use crate::web::openapi::{self, operation};
use crate::web::pages::place::with_query;
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::block::range_bar::{LinkChoice, Segmented};
use crate::web::view::reference::{
    ApiPage, DimensionEntry, MetricEntry, MetricGroup, OperationEntry, ParameterEntry,
    ReferencePage, RefusalEntry,
};
use crate::web::view::shell::Room;

/// `GET /reference`: for people who are logged in.
///
/// # Errors
/// If the page cannot be drawn.
pub async fn metrics(visit: Visit) -> Result<HttpResponse, Problem> {
    let entry = |metric: &'static metric::Metric| MetricEntry {
        id: metric.id,
        label: metric.label,
        help: metric.help,
        formula: reference::formula(metric),
        unit: reference::unit(metric.unit),
        better: reference::better(metric.better),
        adds_up: reference::adds_up(metric),
    };
    let groups = FRAMES
        .iter()
        .enumerate()
        .map(|(number, frame)| MetricGroup {
            id: format!("group-{number}"),
            grain: frame.grain.label(),
            metrics: metric::all()
                .filter(|metric| metric.grain == frame.grain)
                .map(entry)
                .collect(),
        });
    let page = ReferencePage {
        frame: visit.frame(),
        shell: visit.shell(Room::Reference),
        parts: parts(&visit, false),
        groups: groups.filter(|group| !group.metrics.is_empty()).collect(),
        dimensions: DIMENSIONS
            .iter()
            .map(|dimension| DimensionEntry {
                id: dimension.id,
                label: dimension.label,
                help: dimension.help,
                none: dimension.none,
            })
            .collect(),
    };
    draw(StatusCode::OK, &page)
}

/// `GET /reference/api`: for people who are logged in.
///
/// # Errors
/// If the page cannot be drawn.
pub async fn api(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let base = visit.app.config.server.base_path.as_str();
    let url = format!("{}{base}", own_origin(&request, &visit.app));
    let document = openapi::document(base);
    let schemas = &document["components"]["schemas"];
    let page = ApiPage {
        frame: visit.frame(),
        shell: visit.shell(Room::Reference),
        parts: parts(&visit, true),
        operations: OPERATIONS
            .iter()
            .map(|operation| entry(operation, &url, schemas))
            .collect(),
    };
    draw(StatusCode::OK, &page)
}

fn entry(operation: &Operation, url: &str, schemas: &Json) -> OperationEntry {
    let parameters = (operation.parameters)();
    OperationEntry {
        id: operation.id,
        method: operation.method,
        path: operation.path,
        summary: operation.summary,
        help: plain(operation.help),
        who: operation.who.words(),
        curl: curl(operation, url),
        parameters: parameters
            .into_iter()
            .map(|parameter| ParameterEntry {
                name: parameter.name,
                example: written(&parameter.example),
                help: plain(&parameter.help),
            })
            .collect(),
        answers: operation
            .answers
            .iter()
            // What is no JSON has no form worth telling.
            .filter(|(kind, _)| *kind == "application/json")
            .map(|(kind, schema)| {
                let schema = &schemas[*schema];
                (*kind, format!("{schema:#}"))
            })
            .collect(),
        refusals: operation
            .codes()
            .into_iter()
            .map(|code| {
                let entry = code.entry();
                RefusalEntry {
                    status: entry.status,
                    code: entry.id,
                    title: entry.title,
                    remedy: entry.remedy,
                }
            })
            .collect(),
    }
}

/// A text of the document, which marks names by backticks, as text of a page.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// An example as it stands in an address: lists with commas.
fn written(example: &Json) -> String {
    match example {
        Json::String(text) => text.clone(),
        Json::Array(list) => list.iter().map(written).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// A command that calls the operation.
fn curl(operation: &Operation, url: &str) -> String {
    let question = match operation.id {
        "query" => "?metrics=requests,cost&by=model&range=7d",
        "funnel" => "?step=sign_up&step=trial_started&window=7d",
        "exportPerson" | "erasePerson" => "?kind=user&id=ana",
        "mergePeople" => "?kind=anonymous&id=VISITOR&into=ana",
        "undoMerge" => "?kind=anonymous&id=VISITOR",
        "sendPixel" => "?key=YOUR_INGEST_KEY&type=page_view",
        _ => "",
    };
    let in_path = (operation.parameters)().into_iter();
    let path = in_path.filter(|parameter| parameter.is_in_path).fold(
        operation.path.to_owned(),
        |path, parameter| {
            let name = format!("{{{}}}", parameter.name);
            path.replace(&name, &written(&parameter.example))
        },
    );
    let mut command = format!("curl '{url}{path}{question}'");
    match operation.who {
        Who::Ingest if operation.body.is_some() => command.push_str(&format!(
            " \\\n  -H 'Authorization: Bearer YOUR_INGEST_KEY' -H 'Content-Type: {}' \\\n  -d '{{\"type\": \"query_sent\", \"user_id\": \"ana\"}}'",
            operation::BODY_TYPES[0]
        )),
        Who::Reader => command.push_str(" \\\n  -H 'Authorization: Bearer YOUR_READ_KEY'"),
        Who::Changer => {
            command.push_str(" \\\n  -H 'Authorization: Bearer YOUR_ADMIN_KEY'");
            match operation.body {
                Some(_) => command.push_str(
                    " -H 'Content-Type: application/json' \\\n  -d '{\"name\": \"Pro users\", \"rules\": [[\"plan:is:pro\"]]}'",
                ),
                None => command.push_str(&format!(" -X {}", operation.method)),
            }
        }
        Who::Admin => {
            if operation.method != "GET" {
                command.push_str(&format!(" \\\n  -X {}", operation.method));
            }
            command.push_str(" \\\n  -H 'Authorization: Bearer YOUR_ADMIN_KEY'");
        }
        Who::Ingest | Who::Anyone | Who::MetricsToken => {}
    }
    command
}

fn parts(visit: &Visit, is_api: bool) -> Segmented {
    let base = visit.app.config.server.base_path.as_str();
    let choice = |label: &str, path: &str, is_current: bool| LinkChoice {
        label: label.to_owned(),
        href: format!(
            "{base}{}",
            with_query(path, &[("project", &visit.project().slug)])
        ),
        is_current,
    };
    Segmented {
        label: "Reference".to_owned(),
        choices: vec![
            choice("Metrics", "/reference", !is_api),
            choice("Interface", "/reference/api", is_api),
        ],
        swaps: false,
    }
}
