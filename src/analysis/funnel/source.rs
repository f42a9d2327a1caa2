//! The events that a funnel looks at, as narrow rows: who, when, which steps it is, and its value of the split.

use std::collections::BTreeMap;

use crate::analysis::choice::is_interaction;
use crate::analysis::funnel::attempt::{EXCLUDED, Rules};
use crate::analysis::funnel::question::{Order, Question, Unit};
use crate::analysis::identity;
use crate::core::sql::{Binds, Sql};
use crate::query::condition::Checked;

/// Who, as a number.
fn owner(unit: Unit) -> Sql {
    Sql::text(match unit {
        Unit::User => "person",
        Unit::Visit => "session_id",
    })
}

/// Columns: owner, moment, sequence number, and `mask · 2¹⁶ + split`: which steps it is, and the number of the split's
/// value (0 is any other).
pub fn events(question: &Question, rules: &Rules, values: &[Option<String>]) -> (Sql, Binds) {
    let mut binds = Binds::default();
    let steps = question.steps.iter().enumerate();
    let bits = steps
        .map(|(step, choice)| (choice, 1 << step))
        .chain(question.exclude.iter().map(|choice| (choice, EXCLUDED)));
    // Most steps are an event's name alone: those are looked up together, the others asked one by one.
    let mut named: BTreeMap<&str, u16> = BTreeMap::new();
    let mut masks = Vec::new();
    let mut matters = Vec::new();
    for (choice, bit) in bits {
        if choice.is_of_names() {
            for name in &choice.names {
                *named.entry(name).or_default() |= bit;
            }
            continue;
        }
        let condition = choice.sql(&mut binds);
        masks.push(
            Sql::text("CASE WHEN {{condition}} THEN {{bit}} ELSE 0 END")
                .fill("condition", &condition)
                .fill("bit", &Sql::number(i64::from(bit))),
        );
        matters.push(condition);
    }
    if !named.is_empty() {
        let names = Sql::join(
            named
                .keys()
                .map(|name| binds.text(*name))
                .collect::<Vec<_>>(),
            ", ",
        );
        let numbers = named.values().map(|mask| Sql::number(i64::from(*mask)));
        masks.push(
            Sql::text("number_of(type, [{{names}}], [{{numbers}}])")
                .fill("names", &names)
                .fill("numbers", &Sql::join(numbers.collect::<Vec<_>>(), ", ")),
        );
        matters.push(Sql::text("is_among(type, [{{names}}])").fill("names", &names));
    }
    if question.order == Order::Strict {
        // Whatever somebody does breaks a strict way, also what is no step.
        matters.push(is_interaction(&mut binds));
    }
    let matters = Sql::join(matters, " OR ");
    let split = split(question, values, &mut binds);
    let owner = owner(question.unit);
    let number = match question.unit {
        Unit::User => owner.clone(),
        Unit::Visit => Sql::text("text_number({{owner}})").fill("owner", &owner),
    };
    let sql = Sql::text(
        "SELECT CAST({{number}} AS BIGINT), epoch_us(occurred_at), seq, CAST(({{mask}}) * 65536 + {{split}} AS BIGINT) \
         FROM {{events}} WHERE project = $project AND occurred_at >= make_timestamp({{from}}) \
         AND occurred_at < make_timestamp({{until}}) AND {{owner}} IS NOT NULL AND ({{matters}}) AND {{filter}}",
    )
    .fill("number", &number)
    .fill("owner", &owner)
    .fill("mask", &Sql::join(masks, " + "))
    .fill("split", &split)
    .fill("matters", &matters)
    .fill("filter", &question.filter.sql(&mut binds))
    .fill("events", &identity::events(filters(question)))
    .fill("from", &binds.whole(rules.from))
    .fill("until", &binds.whole(until(rules)));
    (sql, binds)
}

/// Every filter in it.
fn filters(question: &Question) -> impl Iterator<Item = &Checked> {
    let choices = question.steps.iter().chain(&question.exclude);
    choices
        .map(|choice| &choice.filter)
        .chain([&question.filter])
}

/// The moment from which no event matters any more.
fn until(rules: &Rules) -> i64 {
    rules.to.saturating_add(rules.window_us).min(rules.as_of)
}

/// The largest values of the split among entries. Columns: value, people.
pub fn values(question: &Question, rules: &Rules) -> Option<(Sql, Binds)> {
    let field = question.by.as_ref()?;
    let mut binds = Binds::default();
    let entries = match question.order {
        Order::Sequential | Order::Strict => question.steps[0].sql(&mut binds),
        Order::Any => {
            let steps: Vec<Sql> = question
                .steps
                .iter()
                .map(|step| step.sql(&mut binds))
                .collect();
            Sql::join(steps, " OR ")
        }
    };
    let sql = Sql::text(
        "SELECT CAST({{value}} AS VARCHAR) AS v, count(DISTINCT {{owner}}) AS n FROM {{events}} WHERE project = $project \
         AND occurred_at >= make_timestamp({{from}}) AND occurred_at < make_timestamp({{to}}) AND {{owner}} IS NOT NULL \
         AND ({{entries}}) AND {{filter}} GROUP BY v ORDER BY n DESC, v NULLS LAST LIMIT {{limit}}",
    )
    .fill("value", &field.sql(&mut binds))
    .fill("owner", &owner(question.unit))
    .fill("entries", &entries)
    .fill("filter", &question.filter.sql(&mut binds))
    .fill("events", &identity::events(filters(question)))
    .fill("from", &binds.whole(rules.from))
    .fill("to", &binds.whole(rules.to.min(rules.as_of)))
    .fill("limit", &Sql::number(question.limit as i64));
    Some((sql, binds))
}

fn split(question: &Question, values: &[Option<String>], binds: &mut Binds) -> Sql {
    let Some(field) = question.by.as_ref().filter(|_| !values.is_empty()) else {
        return Sql::text("0");
    };
    let value = field.sql(binds);
    let cases = values.iter().enumerate().map(|(place, held)| {
        let condition = match held {
            None => Sql::text("{{value}} IS NULL").fill("value", &value),
            Some(text) => Sql::text("CAST({{value}} AS VARCHAR) = {{text}}")
                .fill("value", &value)
                .fill("text", &binds.text(text.as_str())),
        };
        Sql::text(" WHEN {{condition}} THEN {{number}}")
            .fill("condition", &condition)
            .fill("number", &Sql::number(place as i64 + 1))
    });
    let cases: Vec<Sql> = cases.collect();
    Sql::text("CASE{{cases}} ELSE 0 END").fill("cases", &Sql::join(cases, ""))
}
