//! Journeys as JSON and CSV.

use serde_json::{Value as Json, json};

use crate::analysis::journey::answer::{Answer, Link, Node, Sequence, Station};
use crate::analysis::journey::question::DIRECTIONS;
use crate::analysis::statistic::Share;
use crate::render::csv::{Lines, guarded};
use crate::render::json::period_json;

/// As JSON: stations of each step, links between them by their places, and the most frequent sequences.
pub fn json(answer: &Answer) -> Json {
    let question = &answer.question;
    let station = |station: &Station| {
        json!({
            "label": station.label,
            "kind": match station.node { Node::Place(_) => "place", Node::Other => "other", Node::End => "end" },
            "visits": station.visits,
        })
    };
    let link = |link: &Link| json!({ "step": link.step, "from": link.from, "to": link.to, "visits": link.visits });
    let sequence = |sequence: &Sequence| {
        json!({
            "places": sequence.places,
            "ends": sequence.ends,
            "visits": sequence.visits,
            "share": Share { part: sequence.visits, whole: answer.visits }.value(),
        })
    };
    json!({
        "period": period_json(&question.period),
        "event": question.event.as_ref().map(|event| event.to_text()),
        "direction": DIRECTIONS.iter().find(|(_, direction)| *direction == question.direction).map(|(id, _)| *id),
        "visits": answer.visits,
        "steps": answer.steps.iter().map(|stations| stations.iter().map(station).collect::<Vec<_>>()).collect::<Vec<_>>(),
        "links": answer.links.iter().map(link).collect::<Vec<_>>(),
        "sequences": answer.sequences.iter().map(sequence).collect::<Vec<_>>(),
        "sequences_all": answer.sequences_all,
        "commit": answer.commit,
    })
}

/// As CSV: the most frequent sequences.
///
/// # Errors
/// Only if memory ends.
pub fn csv(answer: &Answer) -> Result<Vec<u8>, csv::Error> {
    let mut lines = Lines::default();
    lines.add(
        ["visits", "share", "ends", "sequence"]
            .map(str::to_owned)
            .to_vec(),
    )?;
    for sequence in &answer.sequences {
        let share = Share {
            part: sequence.visits,
            whole: answer.visits,
        }
        .value();
        lines.add(vec![
            sequence.visits.to_string(),
            share.map(|share| share.to_string()).unwrap_or_default(),
            sequence.ends.to_string(),
            guarded(&sequence.places.join(" > ")),
        ])?;
    }
    lines.bytes()
}
