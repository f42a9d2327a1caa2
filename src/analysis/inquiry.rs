//! What every analysis is asked through: a transaction, bound to a project.

use crate::core::exchange::Exchange;
use crate::core::sql::{Bind, Binds, Sql};
use crate::query::conversion::Conversion;
use crate::query::membership::Membership;
use crate::store::engine::EngineError;
use crate::store::study::{Columns, Study};
use crate::store::table::{Cell, Rows};

/// Rows held at once. At some 60 bytes each with their copy in order this is 360 MB; beyond it people or visits are
/// looked at in several passes.
const PASS_ROWS_MAX: u64 = 6_000_000;

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

    /// In how many passes the rows of a statement are held within bounds, and about how many rows each has; 0 if that
    /// is unknown.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn passes(&self, sql: &Sql, binds: &Binds) -> Result<(u64, usize), EngineError> {
        // There are never more events than sequence numbers, so small sets need no count.
        if self.commit <= PASS_ROWS_MAX {
            return Ok((1, 0));
        }
        let count = Sql::text("SELECT count(*) FROM ({{rows}})").fill("rows", sql);
        let rows = self.rows(&count, binds)?;
        let count = rows
            .first()
            .and_then(|row| row.first())
            .and_then(Cell::whole)
            .unwrap_or(0);
        let passes = (count as u64).div_ceil(PASS_ROWS_MAX).max(1);
        Ok((passes, (count as u64 / passes) as usize))
    }

    fn resolved(
        &self,
        sql: &Sql,
        binds: &Binds,
    ) -> Result<(Sql, Vec<(String, Bind)>), EngineError> {
        let mut bound = binds.named();
        bound.extend(self.fixed.iter().cloned());
        let ask = |sql: &Sql, values: &[(String, Bind)]| self.study.rows(sql, values);
        self.membership.resolve(&ask, &mut bound)?;
        let sql = self.conversion.resolve(&ask, sql, &mut bound)?;
        Ok((sql, bound))
    }
}
