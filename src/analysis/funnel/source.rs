//! The events that a funnel looks at, as narrow rows: who, when, which steps it is, and its value of the split.

use crate::analysis::choice::is_interaction;
use crate::analysis::funnel::attempt::{EXCLUDED, Rules};
use crate::analysis::funnel::question::{Order, Question, Unit};
use crate::core::sql::{Binds, Sql};

/// Who, as a number.
fn owner(unit: Unit) -> Sql {
    Sql::text(match unit {
        Unit::User => "person",
        Unit::Visit => "session_id",
    })
}

/// Columns: owner, moment, sequence number, mask, number of the split's value (0 is any other).
pub fn events(question: &Question, rules: &Rules, values: &[Option<String>]) -> (Sql, Binds) {
    let mut binds = Binds::default();
    let mut bits: Vec<(Sql, u16)> = Vec::new();
    for (step, choice) in question.steps.iter().enumerate() {
        bits.push((choice.sql(&mut binds), 1 << step));
    }
    if let Some(exclude) = &question.exclude {
        bits.push((exclude.sql(&mut binds), EXCLUDED));
    }
    let matters = match question.order {
        // Whatever somebody does breaks a strict way, also what is no step.
        Order::Strict => {
            let steps = bits.iter().map(|(condition, _)| condition.clone());
            let all: Vec<Sql> = steps.chain([is_interaction(&mut binds)]).collect();
            Sql::join(all, " OR ")
        }
        Order::Sequential | Order::Any => {
            Sql::join(bits.iter().map(|(condition, _)| condition.clone()), " OR ")
        }
    };
    let mask = bits.into_iter().map(|(condition, bit)| {
        Sql::text("CASE WHEN {{condition}} THEN {{bit}} ELSE 0 END")
            .fill("condition", &condition)
            .fill("bit", &Sql::number(i64::from(bit)))
    });
    let split = split(question, values, &mut binds);
    let owner = owner(question.unit);
    let number = match question.unit {
        Unit::User => owner.clone(),
        Unit::Visit => Sql::text("text_number({{owner}})").fill("owner", &owner),
    };
    let sql = Sql::text(
        "SELECT CAST({{number}} AS BIGINT), epoch_us(occurred_at), seq, CAST({{mask}} AS BIGINT), CAST({{split}} AS BIGINT) \
         FROM events WHERE project = $project AND occurred_at >= make_timestamp({{from}}) \
         AND occurred_at < make_timestamp({{until}}) AND {{owner}} IS NOT NULL AND ({{matters}}) AND {{filter}}",
    )
    .fill("number", &number)
    .fill("owner", &owner)
    .fill("mask", &Sql::join(mask.collect::<Vec<_>>(), " + "))
    .fill("split", &split)
    .fill("matters", &matters)
    .fill("filter", &question.filter.sql(&mut binds))
    .fill("from", &binds.whole(rules.from))
    .fill("until", &binds.whole(until(rules)));
    (sql, binds)
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
        "SELECT CAST({{value}} AS VARCHAR) AS v, count(DISTINCT {{owner}}) AS n FROM events WHERE project = $project \
         AND occurred_at >= make_timestamp({{from}}) AND occurred_at < make_timestamp({{to}}) AND {{owner}} IS NOT NULL \
         AND ({{entries}}) AND {{filter}} GROUP BY v ORDER BY n DESC, v NULLS LAST LIMIT {{limit}}",
    )
    .fill("value", &field.sql(&mut binds))
    .fill("owner", &owner(question.unit))
    .fill("entries", &entries)
    .fill("filter", &question.filter.sql(&mut binds))
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
