//! People one by one: the list of them, and what one of them did.

use crate::catalogue::frame::{EVENTS, PAYMENTS, alias};
use crate::core::sql::{Binds, Sql};
use crate::query::plan::{Plan, Statement};

/// What a list of people is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The last active day, the latest first.
    Seen,
    /// What they cost, the most first.
    Cost,
    /// Requests, the most first.
    Requests,
    /// Events, the most first.
    Events,
    /// What they paid, the most first.
    Revenue,
}

impl Sort {
    /// Every order.
    pub const ALL: [Sort; 5] = [
        Sort::Seen,
        Sort::Cost,
        Sort::Requests,
        Sort::Events,
        Sort::Revenue,
    ];

    /// Its name in addresses.
    pub fn id(self) -> &'static str {
        match self {
            Sort::Seen => "seen",
            Sort::Cost => "cost",
            Sort::Requests => "requests",
            Sort::Events => "events",
            Sort::Revenue => "revenue",
        }
    }

    fn column(self) -> &'static str {
        match self {
            Sort::Seen => "seen",
            Sort::Cost => "cost",
            Sort::Requests => "asked",
            Sort::Events => "n",
            Sort::Revenue => "revenue",
        }
    }
}

/// Which people of a list.
#[derive(Clone, Copy, Debug)]
pub enum Choice<'a> {
    /// Those at these places of it.
    Place {
        /// How many.
        limit: usize,
        /// After how many.
        offset: usize,
    },
    /// Those with these numbers.
    These(&'a [i64]),
}

impl Plan<'_> {
    /// People with an event in the period. Columns: number, kind, name, first and last day in the period, events,
    /// requests, cost, latest plan, what they paid. The plan must have bars of days and no split.
    pub fn people(&self, sort: Sort, choice: Choice) -> Statement {
        let mut binds = Binds::default();
        let source = self.event_days(&mut binds);
        let payments = ["person", "paid"].map(Sql::text);
        let payments = self.source(
            None,
            &PAYMENTS.raw_sql(),
            &Sql::text("person IS NOT NULL"),
            &payments,
            &payments,
            &mut binds,
        );
        let (only, part) = match choice {
            Choice::Place { limit, offset } => (
                Sql::text("TRUE"),
                Sql::text(" LIMIT {{limit}} OFFSET {{offset}}")
                    .fill("limit", &Sql::number(limit as i64))
                    .fill("offset", &Sql::number(offset as i64)),
            ),
            Choice::These(numbers) => {
                let numbers = numbers.iter().map(|number| Sql::number(*number));
                let only = Sql::text("one.person IN ({{numbers}})")
                    .fill("numbers", &Sql::join(numbers.collect::<Vec<_>>(), ", "));
                (only, Sql::default())
            }
        };
        let sql = Sql::text(
            "SELECT one.person, kind, name, begun, seen, n, asked, cost, latest, coalesce(paid_in_all, 0) AS revenue FROM (\
             SELECT person, min(b) AS begun, max(b) AS seen, sum(events_n) AS n, sum(requests) AS asked, \
             coalesce(sum(spent), 0) AS cost, arg_max(plan, b) AS latest FROM ({{source}}) \
             WHERE person IS NOT NULL GROUP BY person) AS one \
             JOIN (SELECT person, kind, name FROM people WHERE project = $project) AS named ON named.person = one.person \
             LEFT JOIN (SELECT person, sum(paid) AS paid_in_all FROM ({{payments}}) GROUP BY person) AS paying \
             ON paying.person = one.person \
             WHERE {{only}} ORDER BY {{sort}} DESC, one.person{{part}}",
        )
        .fill("source", &source)
        .fill("payments", &payments)
        .fill("only", &only)
        .fill("sort", &Sql::text(sort.column()))
        .fill("part", &part);
        Statement { sql, binds }
    }

    /// The numbers of all people with an event in the period, in the order of the last day of each, the latest first.
    /// The plan must have bars of days and no split.
    pub fn people_by_last_day(&self) -> Statement {
        let mut binds = Binds::default();
        let sql = Sql::text(
            "SELECT person FROM ({{source}}) WHERE person IS NOT NULL GROUP BY person ORDER BY max(b) DESC, person",
        )
        .fill("source", &self.event_days(&mut binds));
        Statement { sql, binds }
    }

    /// What each person did on each day.
    fn event_days(&self, binds: &mut Binds) -> Sql {
        let values = ["person", "events_n", "requests", "spent", "plan"].map(Sql::text);
        let rollup = self.rollup(&EVENTS, &[]);
        self.source(
            rollup.map(|rollup| (Sql::text(rollup.sql), Vec::new())),
            &EVENTS.raw_sql(),
            &Sql::text("person IS NOT NULL"),
            &values,
            &values,
            binds,
        )
    }
}

/// Of one person, over all time: first and last event, events, sessions, the latest plan, account and country, and what
/// they cost.
pub fn facts(person: i64) -> Statement {
    let mut binds = Binds::default();
    let sql = Sql::text(
        "SELECT epoch_us(min(occurred_at)), epoch_us(max(occurred_at)), count(*), count(DISTINCT session_id), \
         arg_max(plan, occurred_at), arg_max(account, occurred_at), arg_max(country, occurred_at), \
         coalesce(sum(spent), 0) FROM ({{frame}}) WHERE person = {{person}}",
    )
    .fill("frame", &EVENTS.raw_sql())
    .fill("person", &binds.whole(person));
    Statement { sql, binds }
}

/// Of one person, over all time: what they paid in the project's currency, and how many payments had no
/// exchange rate into it.
pub fn paid(person: i64) -> Statement {
    let mut binds = Binds::default();
    let sql = Sql::text(
        "SELECT coalesce(sum(paid), 0), coalesce(sum(foreign_payments_n), 0) FROM ({{frame}}) WHERE person = {{person}}",
    )
    .fill("frame", &PAYMENTS.raw_sql())
    .fill("person", &binds.whole(person));
    Statement { sql, binds }
}

/// The kind and name of a number.
pub fn name(person: i64) -> Statement {
    let mut binds = Binds::default();
    let sql =
        Sql::text("SELECT kind, name FROM people WHERE project = $project AND person = {{person}}")
            .fill("person", &binds.whole(person));
    Statement { sql, binds }
}

/// The latest sessions of one person: id, begin, seconds, events, requests, cost, device, country.
pub fn sessions(person: i64, limit: usize) -> Statement {
    let mut binds = Binds::default();
    let sql = Sql::text(
        "SELECT session_id, epoch_us(min(occurred_at)) AS begun, \
         (epoch_us(max(occurred_at)) - epoch_us(min(occurred_at))) / 1000000.0, count(*), sum(requests), \
         coalesce(sum(spent), 0), max(device), max(country) FROM ({{frame}}) \
         WHERE person = {{person}} AND session_id IS NOT NULL \
         GROUP BY session_id ORDER BY begun DESC, session_id LIMIT {{limit}}",
    )
    .fill("frame", &EVENTS.raw_sql())
    .fill("person", &binds.whole(person))
    .fill("limit", &Sql::number(limit as i64));
    Statement { sql, binds }
}

/// The latest events of one person: moment, name, feature, model, outcome, latency, cost, path.
pub fn timeline(person: i64, limit: usize) -> Statement {
    let mut binds = Binds::default();
    let sql = Sql::text(
        "SELECT epoch_us(occurred_at), type, feature, model, outcome, latency_ms, spent, path FROM ({{frame}}) \
         WHERE person = {{person}} ORDER BY occurred_at DESC, seq DESC LIMIT {{limit}}",
    )
    .fill("frame", &EVENTS.raw_sql())
    .fill("person", &binds.whole(person))
    .fill("limit", &Sql::number(limit as i64));
    Statement { sql, binds }
}

/// The number of somebody by kind and name, and the number of who they are.
pub fn number(kind: &'static str, name: &str) -> Statement {
    let mut binds = Binds::default();
    let sql = alias::resolved(&Sql::text(
        "SELECT people_day.person, coalesce(alias_person, people_day.person) FROM (\
         SELECT person FROM people WHERE project = $project AND kind = {{kind}} AND name = {{name}}) AS people_day \
         {{day_aliases}}",
    ))
    .fill("kind", &binds.text(kind))
    .fill("name", &binds.text(name));
    Statement { sql, binds }
}

/// Who else somebody is: kind and name of everyone that leads to them.
pub fn aliases(person: i64) -> Statement {
    let mut binds = Binds::default();
    let sql = Sql::text(
        "SELECT kind, name FROM people WHERE project = $project AND person IN (\
         SELECT alias FROM person_alias WHERE project = $project AND person = {{person}}) ORDER BY kind, name LIMIT 100",
    )
    .fill("person", &binds.whole(person));
    Statement { sql, binds }
}

/// The next events of one person in the order of their numbers, every column and at last the previews of request and
/// answer; the first is the number.
pub fn export(person: i64, after: i64, limit: usize, columns: &[&'static str]) -> Statement {
    let mut binds = Binds::default();
    let selected = columns.iter().map(|column| match *column {
        "id" => Sql::text("CAST(id AS VARCHAR) AS id"),
        "visitor" => Sql::text("CAST(visitor AS VARCHAR) AS visitor"),
        column => Sql::text(column),
    });
    let sql = Sql::text(
        "SELECT {{columns}}, request, response FROM (\
         SELECT * FROM ({{frame}}) WHERE person = {{person}} AND seq > {{after}} ORDER BY seq LIMIT {{limit}}) \
         LEFT JOIN (SELECT seq AS preview_of, request, response FROM previews WHERE project = $project AND seq > {{after}}) \
         ON preview_of = seq ORDER BY seq",
    )
    .fill("columns", &Sql::join(selected, ", "))
    .fill("frame", &EVENTS.raw_sql())
    .fill("person", &binds.whole(person))
    .fill("after", &binds.whole(after))
    .fill("limit", &Sql::number(limit as i64));
    Statement { sql, binds }
}
