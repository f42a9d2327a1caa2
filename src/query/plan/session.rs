//! Sessions: how long and how deep they are. A session belongs to the bar of its first event.

use crate::catalogue::frame::{EVENTS, VISITS};
use crate::core::sql::{Binds, Sql};
use crate::query::plan::{Plan, Statement};

/// Lengths of sessions: name, and the second before which it ends; the last one has no end.
pub const LENGTHS: [(&str, i64); 8] = [
    ("under 10 s", 10),
    ("10 to 30 s", 30),
    ("30 s to 1 min", 60),
    ("1 to 3 min", 180),
    ("3 to 10 min", 600),
    ("10 to 30 min", 1_800),
    ("30 to 60 min", 3_600),
    ("an hour or more", i64::MAX),
];

impl Plan<'_> {
    /// Sessions that began in the period. Columns: the bar, the duration in microseconds, the depth, whose it is, -1 for
    /// nobody's, and whose cookieless visitor's it is then, 0 for none. The plan must have bars. People are as in
    /// [`Plan::activity`].
    pub fn sessions(&self) -> Statement {
        let mut binds = Binds::default();
        let values = ["stay_us", "depth", "visiting_person", "visiting_visitor"];
        let sql = Sql::text(
            "SELECT CAST(b AS BIGINT), CAST(stay_us AS BIGINT), CAST(depth AS BIGINT), \
             coalesce(CAST(visiting_person AS BIGINT), -1), coalesce(signed_bits(visiting_visitor), 0) \
             FROM ({{sessions}})",
        )
        .fill("sessions", &self.visits(&values, &mut binds));
        self.as_sent(sql, binds)
    }

    /// Sessions that began in the period, by length. One row, a column for each of [`LENGTHS`].
    pub fn session_lengths(&self) -> Statement {
        let mut binds = Binds::default();
        let sessions = self.visits(&["stay_us"], &mut binds);
        let mut low = 0;
        let mut counts = Vec::new();
        for (_, high) in LENGTHS {
            let us = |seconds: i64| Sql::number(seconds.saturating_mul(1_000_000));
            counts.push(
                Sql::text("count(*) FILTER (WHERE stay_us >= {{low}} AND stay_us < {{high}})")
                    .fill("low", &us(low))
                    .fill("high", &us(high)),
            );
            low = high;
        }
        let sql = Sql::text("SELECT {{counts}} FROM ({{sessions}})")
            .fill("counts", &Sql::join(counts, ", "))
            .fill("sessions", &sessions);
        Statement { sql, binds }
    }

    /// Distinct cookieless visitors, each counted anew every day.
    pub fn cookieless(&self) -> Statement {
        let mut binds = Binds::default();
        let rollup = self.rollup(&EVENTS, &["unnamed_visitor"]);
        let value = [Sql::text("unnamed_visitor")];
        let source = self.source(
            rollup.map(|rollup| (Sql::text(rollup.sql), Vec::new())),
            &EVENTS.raw_sql(),
            &Sql::text("TRUE"),
            &value,
            &value,
            &mut binds,
        );
        let sql = Sql::text("SELECT count(DISTINCT unnamed_visitor) FROM ({{source}})")
            .fill("source", &source);
        Statement { sql, binds }
    }

    fn visits(&self, columns: &[&'static str], binds: &mut Binds) -> Sql {
        let values: Vec<Sql> = columns.iter().map(|column| Sql::text(column)).collect();
        let (raw, rest) = self.rows_of(&VISITS, binds);
        rest.source(None, &raw, &Sql::text("TRUE"), &[], &values, binds)
    }
}
