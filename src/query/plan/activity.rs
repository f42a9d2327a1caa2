//! Each person's active local days as bits, and who has got something out of the product.

use crate::catalogue::frame::EVENTS;
use crate::core::sql::{Binds, Sql};
use crate::people::activity::{WORD_DAYS, words};
use crate::query::plan::{Plan, Statement};

/// Days from the first one in which somebody is activated, or not.
const ACTIVATION_DAYS: i64 = 14;

impl Plan<'_> {
    /// Everybody who was active, as one row of lists, in which the same place is the same number of a person: the
    /// number, the first active day of the period, then the bits of `days` days, at least one, from local day `start`.
    /// The plan must have bars of days and no split. Where [`Plan::takes_people_as_sent`] numbers are as sent, so that one
    /// person may have several.
    pub fn activity(&self, start: i64, days: usize) -> Statement {
        let mut binds = Binds::default();
        let source = self.active_days(&["active_person"], &mut binds);
        let bits: Vec<Sql> = (0..words(days))
            .map(|number| {
                let from = start + (number * WORD_DAYS) as i64;
                Sql::text("bit_or(CASE WHEN b >= {{from}} AND b < {{to}} THEN CAST(1 AS BIGINT) << (b - {{from}}) ELSE 0 END) AS {{name}}")
                    .fill("from", &Sql::number(from))
                    .fill("to", &Sql::number(from + WORD_DAYS as i64))
                    .fill("name", &Sql::column('w', number))
            })
            .collect();
        let words = (0..bits.len())
            .map(|number| Sql::text("all_of({{w}})").fill("w", &Sql::column('w', number)));
        let sql = Sql::text(
            "SELECT all_of(CAST(active_person AS BIGINT)), all_of(first), {{words}} FROM (\
             SELECT active_person, min(b) AS first, {{bits}} FROM ({{source}}) \
             WHERE active_person IS NOT NULL GROUP BY active_person)",
        )
        .fill("words", &Sql::join(words, ", "))
        .fill("bits", &Sql::join(bits, ", "))
        .fill("source", &source);
        self.as_sent(sql, binds)
    }

    /// A list of the numbers of people with at least three qualifying events on at least two days within 14 days of their first.
    /// The plan must have bars of days and no split, and reach back to the first event.
    pub fn activated(&self) -> Statement {
        let mut binds = Binds::default();
        let source = self.active_days(&["active_person", "qualifying"], &mut binds);
        let sql = Sql::text(
            "WITH active AS (SELECT active_person, b, qualifying FROM ({{source}}) WHERE active_person IS NOT NULL) \
             SELECT all_of(active_person) FROM (SELECT CAST(active_person AS BIGINT) AS active_person FROM active JOIN (\
             SELECT active_person, min(b) AS first FROM active GROUP BY active_person) USING (active_person) \
             WHERE b < first + {{days}} GROUP BY active_person HAVING sum(qualifying) >= 3 AND min(b) < max(b))",
        )
        .fill("source", &source)
        .fill("days", &Sql::number(ACTIVATION_DAYS));
        Statement { sql, binds }
    }

    /// One row for each value of the split: the value, then lists of its people, their first and their last active day
    /// with it. The plan must have bars of days and one split. Numbers are as in [`Plan::activity`].
    pub fn feature_uses(&self) -> Statement {
        let mut binds = Binds::default();
        let source = self.active_days(&["active_person"], &mut binds);
        let sql = Sql::text(
            "SELECT d0, all_of(person), all_of(begun), all_of(seen) FROM (\
             SELECT d0, CAST(active_person AS BIGINT) AS person, min(b) AS begun, max(b) AS seen FROM ({{source}}) \
             WHERE d0 IS NOT NULL AND active_person IS NOT NULL GROUP BY d0, active_person) GROUP BY d0",
        )
        .fill("source", &source);
        self.as_sent(sql, binds)
    }

    /// The median and the mean of the qualifying events of each person who was active. The plan must have no split.
    pub fn events_of_each(&self) -> Statement {
        let mut binds = Binds::default();
        let source = self.active_days(&["active_person", "qualifying"], &mut binds);
        let sql = Sql::text(
            "SELECT exact_quantile(n, 0.5), avg(n) FROM (\
             SELECT active_person, sum(qualifying) AS n FROM ({{source}}) \
             WHERE active_person IS NOT NULL GROUP BY active_person)",
        )
        .fill("source", &source);
        Statement { sql, binds }
    }

    /// The numbers of everybody with a user id, as a list.
    pub fn users() -> Statement {
        let sql = "SELECT all_of(CAST(person AS BIGINT)) FROM people WHERE project = $project AND kind = 'user'";
        Statement {
            sql: Sql::text(sql),
            binds: Binds::default(),
        }
    }

    fn active_days(&self, columns: &[&'static str], binds: &mut Binds) -> Sql {
        let values: Vec<Sql> = columns.iter().map(|column| Sql::text(column)).collect();
        let rollup = self.rollup(&EVENTS, columns);
        self.source(
            rollup.map(|rollup| (Sql::text(rollup.sql), Vec::new())),
            &EVENTS.raw_sql(),
            &Sql::text("TRUE"),
            &values,
            &values,
            binds,
        )
    }
}
