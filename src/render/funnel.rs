//! A funnel as JSON and CSV.

use serde_json::{Value as Json, json};

use crate::analysis::funnel::answer::{Answer, MEDIAN_MIN, P90_MIN, Person, Step};
use crate::analysis::funnel::question::{ORDERS, UNITS, window_text};
use crate::analysis::statistic::Share;
use crate::render::csv::{Lines, guarded};
use crate::render::json::{moment, period_json};

/// As JSON: times in seconds, shares from 0 to 1.
pub fn json(answer: &Answer) -> Json {
    let question = &answer.question;
    let labels = question.labels();
    let id = |known: &[(&'static str, bool)]| known.iter().find(|(_, is)| *is).map(|(id, _)| *id);
    let mut body = json!({
        "period": period_json(&question.period),
        "compared": answer.before.as_ref().map(|(period, _)| period_json(period)),
        "order": id(&ORDERS.map(|(id, order)| (id, order == question.order))),
        "unit": id(&UNITS.map(|(id, unit)| (id, unit == question.unit))),
        "window": window_text(question.window_us),
        "definition": question.steps.iter().map(|step| step.to_text()).collect::<Vec<_>>(),
        "exclude": question.exclude.as_ref().map(|choice| choice.to_text()),
        "entered": answer.entered(),
        "open": answer.open(),
        "removed": answer.removed,
        "rate": share_json(answer.rate()),
        "steps": steps_json(&labels, &answer.steps),
        "coverage": answer.users.map(|users| json!({
            "identified": users,
            "entered": answer.entered(),
            "share": Share { part: users, whole: answer.entered() }.value(),
        })),
        "commit": answer.commit,
    });
    if let Some((_, steps)) = &answer.before {
        body["before"] = steps_json(&labels, steps);
    }
    if let Some(by) = &question.by {
        body["by"] = json!({ "id": by.id(), "label": by.label() });
        let part = |part: &crate::analysis::funnel::answer::Part| {
            json!({
                "value": part.value,
                "is_other": part.is_other,
                "steps": steps_json(&labels, &part.steps),
            })
        };
        body["parts"] = answer.parts.iter().map(part).collect();
    }
    if question.people.is_some() {
        let person = |person: &Person| {
            json!({
                "name": person.name,
                "identified": person.is_user,
                "entered_at": moment(person.entered_at),
                "steps": person.depth,
                "last_step_at": moment(person.last_at),
            })
        };
        body["people"] = answer.people.iter().map(person).collect();
        body["people_cut"] = answer.is_cut.into();
    }
    body
}

fn steps_json(labels: &[String], steps: &[Step]) -> Json {
    let step = |(label, step): (&String, &Step)| {
        json!({
            "label": label,
            "people": step.people,
            "open": step.open,
            "dropped": step.dropped,
            "rate": share_json(step.of_previous),
            "rate_of_first": share_json(step.of_first),
            "median_s": seconds(step.median_us),
            "median_low_n": step.timed < MEDIAN_MIN,
            "p90_s": seconds(step.p90_us),
            "p90_low_n": step.timed < P90_MIN,
            "from_entry_median_s": seconds(step.from_entry_median_us),
            "from_entry_p90_s": seconds(step.from_entry_p90_us),
        })
    };
    labels.iter().zip(steps).map(step).collect()
}

fn share_json(share: Share) -> Json {
    json!({
        "value": share.value(),
        "part": share.part,
        "whole": share.whole,
        "interval": share.interval().map(|(low, high)| [low, high]),
        "low_n": share.is_low_n(),
    })
}

fn seconds(us: Option<f64>) -> Option<f64> {
    us.map(|us| us / 1e6)
}

/// As CSV: a line for each step, of the whole and of each part; or one for each person, if people were asked for.
///
/// # Errors
/// Only if memory ends.
pub fn csv(answer: &Answer) -> Result<Vec<u8>, csv::Error> {
    let mut lines = Lines::default();
    if answer.question.people.is_some() {
        lines.add(
            ["name", "identified", "entered_at", "steps", "last_step_at"]
                .map(str::to_owned)
                .to_vec(),
        )?;
        for person in &answer.people {
            lines.add(vec![
                guarded(&person.name),
                person.is_user.to_string(),
                moment(person.entered_at).unwrap_or_default(),
                person.depth.to_string(),
                moment(person.last_at).unwrap_or_default(),
            ])?;
        }
        return lines.bytes();
    }
    let by = answer.question.by.as_ref().map(|by| by.id());
    let mut head: Vec<String> = by.iter().cloned().collect();
    head.extend(
        [
            "step",
            "label",
            "people",
            "open",
            "dropped",
            "rate",
            "rate_of_first",
            "median_s",
            "p90_s",
            "people_before",
            "rate_before",
        ]
        .map(str::to_owned),
    );
    lines.add(head)?;
    let before = answer.before.as_ref().map(|(_, steps)| steps.as_slice());
    let whole = by.as_ref().map(|_| "all".to_owned());
    add_steps(&mut lines, answer, whole, &answer.steps, before)?;
    for part in &answer.parts {
        let value = match part.is_other {
            true => "other".to_owned(),
            false => guarded(part.value.as_deref().unwrap_or_default()),
        };
        add_steps(&mut lines, answer, Some(value), &part.steps, None)?;
    }
    lines.bytes()
}

fn add_steps(
    lines: &mut Lines,
    answer: &Answer,
    value: Option<String>,
    steps: &[Step],
    before: Option<&[Step]>,
) -> Result<(), csv::Error> {
    let text = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    for (place, (label, step)) in answer.question.labels().iter().zip(steps).enumerate() {
        let earlier = before.and_then(|steps| steps.get(place));
        let mut line: Vec<String> = value.iter().cloned().collect();
        line.extend([
            (place + 1).to_string(),
            guarded(label),
            step.people.to_string(),
            step.open.to_string(),
            step.dropped.to_string(),
            text(step.of_previous.value()),
            text(step.of_first.value()),
            text(seconds(step.median_us)),
            text(seconds(step.p90_us)),
            earlier
                .map(|step| step.people.to_string())
                .unwrap_or_default(),
            text(earlier.and_then(|step| step.of_previous.value())),
        ]);
        lines.add(line)?;
    }
    Ok(())
}
