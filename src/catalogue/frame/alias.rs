//! Who an anonymous id turned out to be, resolved in the rows of a frame.
//!
//! Frames hold two holes: `{{person}}` for the number of the person, and `{{aliases}}` where the table of aliases joins.
//! They are filled when the whole question is written. Roll-ups keep people as they were sent, so that a merge, and its
//! undoing, changes no stored row.

use crate::core::sql::Sql;

/// An alias leads to a user at once, or to one who was merged into another by hand.
const JOIN: &str = "LEFT JOIN (\
     SELECT first.alias AS alias_of, coalesce(second.person, first.person) AS alias_person \
     FROM (SELECT alias, person FROM person_alias WHERE project = $project AND person IS NOT NULL) AS first \
     LEFT JOIN (SELECT alias, person FROM person_alias WHERE project = $project AND person IS NOT NULL) AS second \
     ON second.alias = first.person) ON alias_of = ";

/// The rows with everybody as who they are.
pub fn resolved(sql: &Sql) -> Sql {
    let join = |column: &'static str| Sql::text(JOIN).then(column);
    sql.fill("person", &Sql::text("coalesce(alias_person, person)"))
        .fill(
            "replaced",
            &Sql::text("REPLACE (coalesce(alias_person, person) AS person)"),
        )
        .fill("aliases", &join("events.person"))
        .fill("day_aliases", &join("people_day.person"))
        .fill("feature_aliases", &join("features_day.person"))
        .fill("visit_aliases", &join("visits.person"))
}

/// The rows with everybody as they were sent. Also for questions that name nobody: the join is not free.
pub fn unresolved(sql: &Sql) -> Sql {
    sql.fill("person", &Sql::text("person"))
        .fill("replaced", &Sql::default())
        .fill("aliases", &Sql::default())
        .fill("day_aliases", &Sql::default())
        .fill("feature_aliases", &Sql::default())
        .fill("visit_aliases", &Sql::default())
}

/// Who everybody turned out to be: a list of `person · 2³² + alias`.
pub fn pairs() -> Sql {
    Sql::text(
        "SELECT all_of(alias_person * 4294967296 + alias_of) FROM (\
         SELECT first.alias AS alias_of, CAST(coalesce(second.person, first.person) AS BIGINT) AS alias_person \
         FROM (SELECT alias, person FROM person_alias WHERE project = $project AND person IS NOT NULL) AS first \
         LEFT JOIN (SELECT alias, person FROM person_alias WHERE project = $project AND person IS NOT NULL) AS second \
         ON second.alias = first.person)",
    )
}

/// Whether a piece of SQL names people, so that it matters who they are.
pub fn names_people(sql: &Sql) -> bool {
    sql.as_str().contains("person")
}
