//! Sessions: how long and how deep they are. A session belongs to the bar of its first event.

use jiff::Timestamp;

use crate::catalogue::frame::EVENTS;
use crate::core::range::Period;
use crate::core::sql::{Binds, Sql};
use crate::query::plan::{Level, Plan, Statement};

/// Microseconds before the period in which a session that reaches into it may have begun.
const BEFORE_US: i64 = 24 * 3_600 * 1_000_000;

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
    /// Sessions that began in the period. Columns: the bar if there are bars, their number, median and mean duration
    /// in seconds, median and mean depth, and how many each visitor had.
    pub fn sessions(&self, from: Timestamp) -> Statement {
        let mut binds = Binds::default();
        let sessions = self.sessions_from(from, &mut binds);
        let bar = self.raw_bar(&mut binds);
        let (head, tail) = match &bar {
            Some(bar) => (
                bar.clone().then(" AS b, "),
                Sql::text(" GROUP BY b ORDER BY b"),
            ),
            None => (Sql::default(), Sql::default()),
        };
        let sql = Sql::text(
            "SELECT {{head}}count(*), exact_quantile(duration, 0.5), avg(duration), exact_quantile(depth, 0.5), \
             avg(depth), count(*) / CAST(nullif(count(DISTINCT who), 0) AS DOUBLE) FROM ({{sessions}}){{tail}}",
        )
        .fill("head", &head)
        .fill("sessions", &sessions)
        .fill("tail", &tail);
        Statement { sql, binds }
    }

    /// Sessions that began in the period, by length. One row, a column for each of [`LENGTHS`].
    pub fn session_lengths(&self, from: Timestamp) -> Statement {
        let mut binds = Binds::default();
        let sessions = self.sessions_from(from, &mut binds);
        let mut low = 0;
        let mut counts = Vec::new();
        for (_, high) in LENGTHS {
            counts.push(
                Sql::text("count(*) FILTER (WHERE duration >= {{low}} AND duration < {{high}})")
                    .fill("low", &Sql::number(low))
                    .fill("high", &Sql::number(high)),
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
        let source = self.source(
            None,
            &EVENTS.raw_sql(),
            &Sql::text("person IS NULL AND visitor IS NOT NULL"),
            &[],
            &[Sql::text("unnamed_visitor")],
            &mut binds,
        );
        let sql = Sql::text("SELECT count(DISTINCT unnamed_visitor) FROM ({{source}})")
            .fill("source", &source);
        Statement { sql, binds }
    }

    fn sessions_from(&self, from: Timestamp, binds: &mut Binds) -> Sql {
        let earlier = Timestamp::from_microsecond(from.as_microsecond() - BEFORE_US);
        let wider = Period {
            from: earlier.unwrap_or(from),
            ..self.period.clone()
        };
        let plan = Plan {
            period: &wider,
            levels: &[Level::Total],
            ..*self
        };
        let values = [
            Sql::text("session_id"),
            Sql::text("occurred_at"),
            Sql::text(
                "coalesce(CAST(person AS BIGINT), -1 - CAST(visitor % 9000000000000000000 AS BIGINT)) AS who",
            ),
            Sql::text("CAST(type = 'page_view' AS BIGINT) AS viewed"),
            Sql::text("CAST(type = 'query_sent' AS BIGINT) AS queried"),
        ];
        let source = plan.source(
            None,
            &EVENTS.raw_sql(),
            &Sql::text("session_id IS NOT NULL"),
            &[],
            &values,
            binds,
        );
        Sql::text(
            "SELECT * FROM (SELECT session_id, min(occurred_at) AS occurred_at, max(who) AS who, \
             (epoch_us(max(occurred_at)) - epoch_us(min(occurred_at))) / 1000000.0 AS duration, \
             CASE WHEN sum(viewed) > 0 THEN sum(viewed) ELSE sum(queried) END AS depth \
             FROM ({{source}}) GROUP BY session_id) WHERE occurred_at >= make_timestamp({{from}})",
        )
        .fill("source", &source)
        .fill("from", &binds.whole(from.as_microsecond()))
    }
}
