//! The people whom we count ourselves: their numbers by bar, as few as can be.

use crate::catalogue::frame::{Frame, alias};
use crate::core::sql::{Binds, Sql};
use crate::query::field::Field;
use crate::query::plan::{Plan, Statement};

impl Plan<'_> {
    /// Whether distinct people are counted by us and not by the engine: where nothing is split, and where no filter
    /// must know who people turned out to be.
    pub fn counts_people(&self) -> bool {
        !self.is_split() && self.takes_people_as_sent()
    }

    /// Whether no filter must know who people turned out to be.
    pub fn takes_people_as_sent(&self) -> bool {
        !self.filter.fields().any(Field::is_person)
    }

    /// A statement whose people are resolved by whoever reads it, if that may be.
    pub(super) fn as_sent(&self, sql: Sql, binds: Binds) -> Statement {
        let sql = match self.takes_people_as_sent() {
            true => alias::unresolved(&sql),
            false => sql,
        };
        Statement { sql, binds }
    }

    /// The people of a column as they were sent, some of them twice; -1 stands for rows of nobody. Columns: the bar if
    /// there are bars, and a list. Only where [`Plan::counts_people`].
    pub fn people_in_bars(&self, frame: &'static Frame, of: &'static str) -> Statement {
        let mut binds = Binds::default();
        let rollup = self.rollup(frame, &[of]);
        let values =
            [Sql::text("coalesce(CAST({{x}} AS BIGINT), -1) AS who").fill("x", &Sql::text(of))];
        // Events of one person in one bar are many, rows of a roll-up few: those are not worth the look.
        let choice = match rollup {
            None => "SELECT DISTINCT",
            Some(_) => "SELECT",
        };
        let source = self.source(
            rollup.map(|rollup| (Sql::text(rollup.sql), Vec::new())),
            &frame.raw_sql(),
            &Sql::text("TRUE"),
            &values,
            &values,
            &mut binds,
        );
        let keys = Sql::join(self.plain_keys(), ", ");
        let columns = self
            .plain_keys()
            .into_iter()
            .chain([Sql::text("all_of(who)")]);
        let mut sql = Sql::text("SELECT {{columns}} FROM ({{choice}} * FROM ({{source}}))")
            .fill("columns", &Sql::join(columns, ", "))
            .fill("choice", &Sql::text(choice))
            .fill("source", &source);
        if !keys.is_empty() {
            sql = sql.then(" GROUP BY ").then(keys);
        }
        Statement {
            sql: alias::unresolved(&sql),
            binds,
        }
    }
}
