//! Each person's active local days, what they did on them, and with which features.

use crate::catalogue::frame::EVENTS;
use crate::core::sql::{Binds, Sql};
use crate::query::plan::{Plan, Statement};

impl Plan<'_> {
    /// Who was active on which day, some of it more than once. Columns: the number of a person, the day. The plan must have
    /// bars of days and no split. Where [`Plan::takes_people_as_sent`] numbers are as sent, so that one person may have
    /// several.
    pub fn activity(&self) -> Statement {
        let mut binds = Binds::default();
        let source = self.active_days(&["active_person"], &mut binds);
        let sql = Sql::text(
            "SELECT {{choice}} CAST(active_person AS BIGINT), CAST(b AS BIGINT) FROM ({{source}}) WHERE active_person IS NOT NULL",
        )
        .fill("choice", &self.choice(&EVENTS, &["active_person"]))
        .fill("source", &source);
        self.as_sent(sql, binds)
    }

    /// As [`Plan::activity`], with a third column: how many qualifying events.
    pub fn qualifying(&self) -> Statement {
        let mut binds = Binds::default();
        let source = self.active_days(&["active_person", "qualifying"], &mut binds);
        let sql = Sql::text(
            "SELECT CAST(active_person AS BIGINT), CAST(b AS BIGINT), CAST(qualifying AS BIGINT) FROM ({{source}}) \
             WHERE active_person IS NOT NULL",
        )
        .fill("source", &source);
        self.as_sent(sql, binds)
    }

    /// Who used which value of the split on which day, some of it more than once. Columns: a number of the value, that of
    /// the person as in [`Plan::activity`], the day. The plan must have bars of days and one split.
    pub fn feature_uses(&self) -> Statement {
        let mut binds = Binds::default();
        let source = self.active_days(&["active_person"], &mut binds);
        let sql = Sql::text(
            "SELECT {{choice}} text_number(d0), CAST(active_person AS BIGINT), CAST(b AS BIGINT) FROM ({{source}}) \
             WHERE d0 IS NOT NULL AND active_person IS NOT NULL",
        )
        .fill("choice", &self.choice(&EVENTS, &["active_person"]))
        .fill("source", &source);
        self.as_sent(sql, binds)
    }

    /// The values of the split with their numbers. Columns: the value, the number. The plan must have one split.
    pub fn features(&self) -> Statement {
        let mut binds = Binds::default();
        let source = self.active_days(&["active_person"], &mut binds);
        let sql = Sql::text(
            "SELECT d0, text_number(d0) FROM ({{source}}) WHERE d0 IS NOT NULL AND active_person IS NOT NULL GROUP BY d0",
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
