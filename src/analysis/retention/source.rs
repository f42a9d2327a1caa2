//! What retention asks the engine: first starts, returns by stretch, and payments. From roll-ups where they can tell.

use crate::analysis::choice::{EventChoice, is_interaction};
use crate::analysis::identity;
use crate::analysis::inquiry::Inquiry;
use crate::analysis::retention::calendar::Calendar;
use crate::analysis::retention::question::Question;
use crate::core::sql::{Binds, Sql};
use crate::query::condition::Checked;
use crate::store::zones;

/// Whether a choice is any interaction, which roll-ups hold.
pub fn is_any(choice: &EventChoice) -> bool {
    choice.names.is_empty() && choice.filter.filter.is_empty()
}

/// Every filter of a question: if one names people, all of its parts see everybody as who they are.
fn filters(question: &Question) -> [&Checked; 3] {
    [
        &question.filter,
        &question.start.filter,
        &question.back.filter,
    ]
}

/// Every stretch in which somebody did anything, all earlier ones as one, with how often; nobody is -1.
/// Columns: person, stretch, interactions.
pub fn activity(inquiry: &Inquiry, question: &Question, calendar: &Calendar) -> (Sql, Binds) {
    let mut binds = Binds::default();
    let is_cut_alike = inquiry.zone.as_deref() == Some(zones::name(&question.period.zone));
    let is_rolled = is_cut_alike && question.filter.filter.is_empty();
    let seq = match is_rolled {
        true => {
            Sql::text("AND seq >= {{seq}}").fill("seq", &binds.whole(inquiry.rolled_seq as i64))
        }
        false => Sql::default(),
    };
    let raw = Sql::text(
        "SELECT {{sent}} AS who, {{number}} AS stretch, 1 AS n FROM {{events}} \
         WHERE project = $project AND occurred_at < make_timestamp({{until}}) AND {{interaction}} AND {{filter}} {{seq}}",
    )
    .fill("number", &calendar.number_of_moment(&mut binds))
    .fill("until", &binds.whole(calendar.until()))
    .fill("interaction", &is_interaction(&mut binds))
    .fill("filter", &question.filter.sql(&mut binds))
    .fill("seq", &seq)
    .fill("events", &identity::events(filters(question)))
    .fill("sent", &identity::sent_person(filters(question)));
    let rows = match is_rolled {
        false => raw,
        true => Sql::text(
            "{{raw}} UNION ALL SELECT person, {{number}}, qualifying FROM people_day \
             WHERE project = $project AND qualifying > 0 AND day_number(day) < {{end}}",
        )
        .fill("raw", &raw)
        .fill("number", &calendar.number_of_day(&mut binds))
        .fill("end", &binds.whole(calendar.end_day())),
    };
    let sql = Sql::text(
        "SELECT CAST(coalesce(who, -1) AS BIGINT) AS p, CAST(stretch AS BIGINT) AS s, CAST(sum(n) AS BIGINT) \
         FROM ({{rows}}) GROUP BY p, s",
    )
    .fill("rows", &rows);
    (sql, binds)
}

/// The first time each person did the start event, ever. Columns: person, moment, number of the split's value.
pub fn starts(question: &Question, calendar: &Calendar, values: &[Option<String>]) -> (Sql, Binds) {
    let mut binds = Binds::default();
    let value = match &question.by {
        None => Sql::text("0"),
        Some(field) => {
            let x = field.sql(&mut binds);
            let cases: Vec<Sql> = values
                .iter()
                .enumerate()
                .map(|(place, value)| {
                    let holds = match value {
                        None => Sql::text("{{x}} IS NULL"),
                        Some(text) => Sql::text("CAST({{x}} AS VARCHAR) = {{v}}")
                            .fill("v", &binds.text(text.as_str())),
                    };
                    Sql::text(" WHEN {{holds}} THEN {{number}}")
                        .fill("holds", &holds.fill("x", &x))
                        .fill("number", &Sql::number(place as i64 + 1))
                })
                .collect();
            let case = match cases.is_empty() {
                true => Sql::text("0"),
                false => Sql::text("CASE{{cases}} ELSE 0 END").fill("cases", &Sql::join(cases, "")),
            };
            // Of events of one moment the first received is the start.
            Sql::text("arg_min({{case}}, CAST(epoch_us(occurred_at) AS HUGEINT) * 4611686018427387904 + seq)").fill("case", &case)
        }
    };
    let sql = Sql::text(
        "SELECT CAST({{sent}} AS BIGINT), CAST(epoch_us(min(occurred_at)) AS BIGINT), CAST({{value}} AS BIGINT) FROM {{events}} \
         WHERE project = $project AND person IS NOT NULL AND occurred_at < make_timestamp({{until}}) AND {{start}} AND {{filter}} \
         GROUP BY {{sent}}",
    )
    .fill("events", &identity::events(filters(question)))
    .fill("sent", &identity::sent_person(filters(question)))
    .fill("value", &value)
    .fill("until", &binds.whole(calendar.until()))
    .fill("start", &question.start.sql(&mut binds))
    .fill("filter", &question.filter.sql(&mut binds));
    (sql, binds)
}

/// The largest values of the split at start events of the cohorts. Columns: value, people.
pub fn values(question: &Question, calendar: &Calendar) -> Option<(Sql, Binds)> {
    let field = question.by.as_ref()?;
    let mut binds = Binds::default();
    let sql = Sql::text(
        "SELECT CAST({{value}} AS VARCHAR) AS v, count(DISTINCT person) AS n FROM {{events}} WHERE project = $project \
         AND person IS NOT NULL AND occurred_at >= make_timestamp({{from}}) AND occurred_at < make_timestamp({{until}}) \
         AND {{start}} AND {{filter}} GROUP BY v ORDER BY n DESC, v NULLS LAST LIMIT {{limit}}",
    )
    .fill("events", &identity::events(filters(question)))
    .fill("value", &field.sql(&mut binds))
    .fill("from", &binds.whole(calendar.from()))
    .fill("until", &binds.whole(calendar.until()))
    .fill("start", &question.start.sql(&mut binds))
    .fill("filter", &question.filter.sql(&mut binds))
    .fill("limit", &Sql::number(question.limit as i64));
    Some((sql, binds))
}

/// Stretches in which each person did the return event. Columns: person, stretch.
pub fn returns(question: &Question, calendar: &Calendar) -> (Sql, Binds) {
    let mut binds = Binds::default();
    let sql = Sql::text(
        "SELECT CAST({{sent}} AS BIGINT) AS p, CAST({{number}} AS BIGINT) AS s FROM {{events}} \
         WHERE project = $project AND person IS NOT NULL AND occurred_at >= make_timestamp({{from}}) \
         AND occurred_at < make_timestamp({{until}}) AND {{back}} AND {{filter}} GROUP BY p, s",
    )
    .fill("events", &identity::events(filters(question)))
    .fill("sent", &identity::sent_person(filters(question)))
    .fill("number", &calendar.number_of_moment(&mut binds))
    .fill("from", &binds.whole(calendar.from()))
    .fill("until", &binds.whole(calendar.until()))
    .fill("back", &question.back.sql(&mut binds))
    .fill("filter", &question.filter.sql(&mut binds));
    (sql, binds)
}

/// What each person paid in each stretch, in ten-thousandths of the project's currency, to which the sum of each is
/// rounded. Columns: person, stretch, paid.
pub fn payments(question: &Question, calendar: &Calendar) -> (Sql, Binds) {
    let mut binds = Binds::default();
    let sql = Sql::text(
        "SELECT CAST({{sent}} AS BIGINT) AS p, CAST({{number}} AS BIGINT) AS s, CAST(sum(amount * {{rate}}) * 10000 AS BIGINT) FROM {{events}} {{moment_rates}} \
         WHERE project = $project AND type = 'payment_completed' AND {{rate}} IS NOT NULL AND amount IS NOT NULL \
         AND person IS NOT NULL AND occurred_at >= make_timestamp({{from}}) AND occurred_at < make_timestamp({{until}}) \
         AND {{filter}} GROUP BY p, s",
    )
    .fill("events", &identity::events(filters(question)))
    .fill("sent", &identity::sent_person(filters(question)))
    .fill("number", &calendar.number_of_moment(&mut binds))
    .fill("from", &binds.whole(calendar.from()))
    .fill("until", &binds.whole(calendar.until()))
    .fill("filter", &question.filter.sql(&mut binds));
    (sql, binds)
}
