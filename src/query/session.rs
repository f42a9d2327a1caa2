//! One transaction of a reader, for one project: what every statement of a question is asked through.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::time::Instant;

use crate::catalogue::frame::alias;
use crate::core::exchange::Exchange;
use crate::core::range::Period;
use crate::core::sql::{Bind, Binds, Sql};
use crate::query::ask::people::{Users, Whos};
use crate::query::conversion::Conversion;
use crate::query::membership::Membership;
use crate::query::plan::{Plan, Rolled, Statement};
use crate::store::engine::EngineError;
use crate::store::study::{Columns, Study};
use crate::store::table::{Cell, Rows};
use crate::store::zones;

/// Most rows that one statement may give; a question of ours never needs more.
const STATEMENT_ROWS_MAX: usize = 2_000_000;

/// A transaction bound to a project.
pub struct Session<'a> {
    study: &'a Study<'a>,
    fixed: Vec<(String, Bind)>,
    rolled_seq: u64,
    zone: Option<String>,
    has_aliases: bool,
    whos: OnceCell<Whos>,
    users: OnceCell<Users>,
    /// Who is in which segment.
    membership: Membership,
    /// What currencies are worth.
    conversion: Conversion,
    /// Everything with a lower sequence number can be seen.
    pub commit: u64,
    /// Whether roll-ups may be used; tests compare both ways.
    pub uses_rollups: bool,
}

impl<'a> Session<'a> {
    /// Looks at how far the roll-ups go.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn begin(
        study: &'a Study<'a>,
        project: u32,
        exchange: &Exchange,
    ) -> Result<Session<'a>, EngineError> {
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
        let aliases = study.rows(
            &Sql::text(
                "SELECT 1 FROM person_alias WHERE project = $project AND person IS NOT NULL LIMIT 1",
            ),
            &fixed,
        )?;
        let number = |column: usize| {
            state
                .first()
                .and_then(|row| row.get(column))
                .and_then(Cell::whole)
                .unwrap_or(1) as u64
        };
        Ok(Session {
            has_aliases: !aliases.is_empty(),
            whos: OnceCell::new(),
            users: OnceCell::new(),
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
            uses_rollups: true,
        })
    }

    /// Who everybody turned out to be; asked once.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn whos(&self) -> Result<&Whos, EngineError> {
        if let Some(whos) = self.whos.get() {
            return Ok(whos);
        }
        let rows = match self.has_aliases {
            true => self.ask(&Statement {
                sql: alias::pairs(),
                binds: Binds::default(),
            })?,
            false => Rows::new(),
        };
        let pairs = rows.first().and_then(|row| row.first());
        Ok(self
            .whos
            .get_or_init(|| Whos::of(pairs.map_or(&[], Cell::wholes))))
    }

    /// Who is known by a user id; asked once.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn users(&self) -> Result<&Users, EngineError> {
        if let Some(users) = self.users.get() {
            return Ok(users);
        }
        let rows = self.ask(&Plan::users())?;
        let users = rows.first().and_then(|row| row.first());
        Ok(self
            .users
            .get_or_init(|| Users::of(users.map_or(&[], Cell::wholes))))
    }

    /// Who the numbers turned out to be that a statement of this plan gives.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn whos_of(&self, plan: &Plan) -> Result<&Whos, EngineError> {
        match plan.takes_people_as_sent() {
            true => self.whos(),
            false => Ok(const { &Whos::nobody_else() }),
        }
    }

    /// With the segments by which it may be asked.
    #[must_use]
    pub fn with(self, membership: Membership) -> Session<'a> {
        Session { membership, ..self }
    }

    /// Differs where amounts may become others.
    pub fn money_fingerprint(&self) -> i64 {
        self.conversion.fingerprint()
    }

    /// Names of the segments by which it may be asked.
    pub fn segments(&self) -> &[String] {
        self.membership.names()
    }

    /// How far the roll-ups go for a period.
    pub fn rolled_for(&self, period: &Period) -> Rolled {
        let is_cut_alike = self.zone.as_deref() == Some(zones::name(&period.zone));
        Rolled {
            below: (self.uses_rollups && is_cut_alike).then_some(self.rolled_seq),
            is_all: self.rolled_seq >= self.commit,
        }
    }

    /// Asks.
    ///
    /// # Errors
    /// If the engine fails, or the answer is far larger than any page.
    pub fn ask(&self, statement: &Statement) -> Result<Rows, EngineError> {
        let (sql, binds) = self.resolved(statement)?;
        let started = Instant::now();
        let rows = self.study.rows(&sql, &binds)?;
        told(&sql, rows.len(), started);
        match rows.len() > STATEMENT_ROWS_MAX {
            true => Err(EngineError::Query(format!(
                "the answer has {} rows; ask for a shorter period or fewer dimensions",
                rows.len()
            ))),
            false => Ok(rows),
        }
    }

    /// Asks for columns of whole numbers, of any length; see [`Study::numbers`].
    ///
    /// # Errors
    /// As [`Study::numbers`].
    pub fn numbers(
        &self,
        statement: &Statement,
        mut each: impl FnMut(&Columns<'_>),
    ) -> Result<(), EngineError> {
        let (sql, binds) = self.resolved(statement)?;
        let (started, mut rows) = (Instant::now(), 0);
        self.study.numbers(&sql, &binds, |columns| {
            rows += columns.first().map_or(0, |column| column.len());
            each(columns);
        })?;
        told(&sql, rows, started);
        Ok(())
    }

    fn resolved(&self, statement: &Statement) -> Result<(Sql, Vec<(String, Bind)>), EngineError> {
        let mut binds = statement.binds.named();
        binds.extend(self.fixed.iter().cloned());
        self.membership.resolve(self.study, &mut binds)?;
        let sql = match self.has_aliases {
            true => alias::resolved(&statement.sql),
            false => alias::unresolved(&statement.sql),
        };
        let sql = self.conversion.resolve(self.study, &sql, &mut binds)?;
        Ok((sql, binds))
    }

    /// The names of people by their numbers.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn names(&self, people: &[i64]) -> Result<HashMap<i64, String>, EngineError> {
        if people.is_empty() {
            return Ok(HashMap::new());
        }
        let mut binds = Binds::default();
        let numbers: Vec<Sql> = people.iter().map(|number| binds.whole(*number)).collect();
        let sql = Sql::text(
            "SELECT person, name FROM people WHERE project = $project AND person IN ({{numbers}})",
        )
        .fill("numbers", &Sql::join(numbers, ", "));
        let rows = self.ask(&Statement { sql, binds })?;
        let named = |row: &Vec<Cell>| Some((row.first()?.whole()?, row.get(1)?.text()?.to_owned()));
        Ok(rows.iter().filter_map(named).collect())
    }
}

fn told(sql: &Sql, rows: usize, started: Instant) {
    tracing::debug!(
        us = started.elapsed().as_micros() as u64,
        rows,
        sql = sql.as_str(),
        "asked"
    );
}
