//! Where the rows of a frame come from: events as they are, or visits made of them.

use crate::catalogue::frame::{EVENTS, Frame, Grain, alias, visit};
use crate::core::sql::{Binds, Sql};
use crate::query::condition::EVERYTHING;
use crate::query::field::Field;
use crate::query::plan::Plan;

impl Plan<'_> {
    /// The rows of a frame as a question over events, and the plan that is left to be applied to them.
    ///
    /// A filter by what a visit has selects visits. Any other selects events, and visits are made of those. A split by
    /// what a visit has not takes it from the event with which the visit began.
    pub(super) fn rows_of(&self, frame: &'static Frame, binds: &mut Binds) -> (Sql, Plan<'_>) {
        if frame.grain != Grain::Visit {
            return (frame.raw_sql(), *self);
        }
        let is_own = |field: &Field| field.column().is_some_and(visit::has);
        let (visits, rest) = match self.filter.fields().all(is_own) {
            true => (self.all_visits(binds), *self),
            false => {
                let rest = Plan {
                    filter: &EVERYTHING,
                    ..*self
                };
                (self.visits_of_matching(binds), rest)
            }
        };
        let visits = match self.is_split() && !self.by.iter().all(is_own) {
            true => self.with_first_events(&visits),
            false => visits,
        };
        (frame.raw_sql().fill("visits", &visits), rest)
    }

    fn all_visits(&self, binds: &mut Binds) -> Sql {
        match self.rolled.below {
            Some(_) if self.rolled.is_all => visit::of_table_alone(),
            Some(below) => visit::of_table(below, binds),
            None => visit::of_events(&Sql::text("events"), &Sql::text("project = $project")),
        }
    }

    fn visits_of_matching(&self, binds: &mut Binds) -> Sql {
        let filter = self.filter.sql(binds);
        let events = match alias::names_people(&filter) {
            true => alias::resolved(&EVENTS.raw_sql()),
            false => alias::unresolved(&EVENTS.raw_sql()),
        };
        visit::of_events(&Sql::text("({{events}})").fill("events", &events), &filter)
    }

    fn with_first_events(&self, visits: &Sql) -> Sql {
        let mut columns: Vec<Sql> = Vec::new();
        for field in self.by {
            let column = field.column().unwrap_or("metadata");
            let selected = Sql::text("events.").then(column);
            if !visit::has(column) && !columns.contains(&selected) {
                columns.push(selected);
            }
        }
        Sql::text(
            "SELECT one.*, {{columns}} FROM ({{visits}}) AS one \
             LEFT JOIN events ON events.project = $project AND events.seq = one.first_seq",
        )
        .fill("columns", &Sql::join(columns, ", "))
        .fill("visits", visits)
    }
}
