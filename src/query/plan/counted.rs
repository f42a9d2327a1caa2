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

    /// What keeps rows from coming twice: events of one person in one bar are many, rows of a roll-up few, and not worth
    /// the look.
    pub(super) fn choice(&self, frame: &'static Frame, columns: &[&'static str]) -> Sql {
        match self.rollup(frame, columns) {
            None => Sql::text("DISTINCT"),
            Some(_) => Sql::default(),
        }
    }

    /// The people of some columns as they were sent, many of them more than once; -1 stands for nobody. Columns: the bar if
    /// there are bars, then one for each of `of`. Only where [`Plan::counts_people`].
    pub fn people_in_bars(&self, frame: &'static Frame, of: &[&'static str]) -> Statement {
        let mut binds = Binds::default();
        let (rollup, choice) = (self.rollup(frame, of), self.choice(frame, of));
        let names: Vec<Sql> = (0..of.len())
            .map(|number| Sql::column('w', number))
            .collect();
        let values: Vec<Sql> = of
            .iter()
            .zip(&names)
            .map(|(column, name)| {
                Sql::text("coalesce(CAST({{x}} AS BIGINT), -1) AS ")
                    .fill("x", &Sql::text(column))
                    .then(name.clone())
            })
            .collect();
        let source = self.source(
            rollup.map(|rollup| (Sql::text(rollup.sql), Vec::new())),
            &frame.raw_sql(),
            &Sql::text("TRUE"),
            &values,
            &values,
            &mut binds,
        );
        let bar = self.has_bars().then(|| Sql::text("CAST(b AS BIGINT)"));
        let columns = bar.into_iter().chain(names.clone());
        let somebody = names.into_iter().map(|name| name.then(" >= 0"));
        let sql = Sql::text("SELECT {{choice}} {{columns}} FROM ({{source}}) WHERE {{somebody}}")
            .fill("choice", &choice)
            .fill("columns", &Sql::join(columns, ", "))
            .fill("source", &source)
            .fill("somebody", &Sql::join(somebody, " OR "));
        Statement {
            sql: alias::unresolved(&sql),
            binds,
        }
    }
}
