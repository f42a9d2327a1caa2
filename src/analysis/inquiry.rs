//! What every analysis is asked through: a transaction, bound to a project.

use crate::core::exchange::Exchange;
use crate::core::sql::{Bind, Binds, Sql};
use crate::query::conversion::Conversion;
use crate::query::membership::Membership;
use crate::store::engine::{EngineError, Facts};
use crate::store::study::{Columns, Study};
use crate::store::table::{Cell, Rows};

/// A transaction bound to a project.
pub struct Inquiry<'a> {
    study: &'a Study<'a>,
    fixed: Vec<(String, Bind)>,
    membership: Membership,
    conversion: Conversion,
    /// Everything with a lower sequence number can be seen.
    pub commit: u64,
    /// Everything with a lower one is in the roll-ups.
    pub rolled_seq: u64,
    /// The zone in which the roll-ups cut days, if there are any.
    pub zone: Option<String>,
}

impl<'a> Inquiry<'a> {
    /// Looks at how far the engine and its roll-ups are.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn begin(
        study: &'a Study<'a>,
        project: u32,
        exchange: &Exchange,
    ) -> Result<Inquiry<'a>, EngineError> {
        let fixed = vec![
            ("project".to_owned(), Bind::Whole(i64::from(project))),
            (
                "currency".to_owned(),
                Bind::Text(exchange.currency().to_owned()),
            ),
        ];
        let state = study.rows(
            &Sql::text("SELECT next_seq, rolled_seq FROM load_state"),
            &fixed,
        )?;
        let zone = study.rows(
            &Sql::text("SELECT zone FROM rollup_zone WHERE project = $project"),
            &fixed,
        )?;
        let number = |column: usize| {
            let cell = state.first().and_then(|row| row.get(column));
            cell.and_then(Cell::whole).unwrap_or(1) as u64
        };
        Ok(Inquiry {
            commit: number(0),
            rolled_seq: number(1),
            zone: zone
                .first()
                .and_then(|row| row.first())
                .and_then(Cell::text)
                .map(str::to_owned),
            study,
            fixed,
            membership: Membership::default(),
            conversion: Conversion::new(exchange.clone(), number(1)),
        })
    }

    /// Which facts it sees.
    pub fn facts(&self) -> Facts {
        self.study.facts()
    }

    /// With the segments by which it may be asked.
    #[must_use]
    pub fn with(self, membership: Membership) -> Inquiry<'a> {
        Inquiry { membership, ..self }
    }

    /// Names of the segments by which it may be asked.
    pub fn segments(&self) -> &[String] {
        self.membership.names()
    }

    /// Asks for rows.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn rows(&self, sql: &Sql, binds: &Binds) -> Result<Rows, EngineError> {
        let (sql, values) = self.resolved(sql, binds)?;
        self.study.rows(&sql, &values)
    }

    /// Asks for columns of whole numbers.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn numbers(
        &self,
        sql: &Sql,
        binds: &Binds,
        each: impl FnMut(&Columns<'_>),
    ) -> Result<(), EngineError> {
        let (sql, values) = self.resolved(sql, binds)?;
        self.study.numbers(&sql, &values, each)
    }

    /// The place of an event in the order of receipt, in half the bytes: told apart are the latest four billion events
    /// that the question can see.
    pub fn order(&self, seq: i64) -> u32 {
        let back = (self.commit as i64).saturating_sub(seq);
        u32::MAX - u32::try_from(back.max(0)).unwrap_or(u32::MAX)
    }

    fn resolved(
        &self,
        sql: &Sql,
        binds: &Binds,
    ) -> Result<(Sql, Vec<(String, Bind)>), EngineError> {
        let mut bound = binds.named();
        bound.extend(self.fixed.iter().cloned());
        self.membership.resolve(self.study, &mut bound)?;
        let sql = self.conversion.resolve(self.study, sql, &mut bound)?;
        Ok((sql, bound))
    }
}
