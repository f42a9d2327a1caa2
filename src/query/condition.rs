//! A filter as SQL over the columns of a frame. Each condition is true or false, never unknown.

use crate::catalogue::dimension::DimensionKind;
use crate::core::filter::{Condition, Filter, Test};
use crate::core::sql::{Bind, Binds, Sql};
use crate::query::field::{Field, FieldError};

/// A filter whose fields are known.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// As it was written.
    pub filter: Filter,
    clauses: Vec<Vec<(Field, Condition)>>,
}

/// A filter that lets everything through.
pub static EVERYTHING: Checked = Checked {
    filter: Filter(Vec::new()),
    clauses: Vec::new(),
};

impl Checked {
    /// Finds the fields of a filter.
    ///
    /// # Errors
    /// If one is unknown.
    pub fn new(filter: Filter) -> Result<Checked, FieldError> {
        let found = |condition: &Condition| Ok((Field::find(&condition.field)?, condition.clone()));
        let clauses = filter
            .0
            .iter()
            .map(|clause| clause.iter().map(found).collect())
            .collect::<Result<_, FieldError>>()?;
        Ok(Checked { filter, clauses })
    }

    /// The fields that it names.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.clauses.iter().flatten().map(|(field, _)| field)
    }

    /// All clauses, as one condition; `TRUE` without any.
    pub fn sql(&self, binds: &mut Binds) -> Sql {
        let mut clauses = Vec::with_capacity(self.clauses.len());
        for clause in &self.clauses {
            let alternatives: Vec<Sql> = clause
                .iter()
                .map(|(field, condition)| sql_of(field, condition, binds))
                .collect();
            clauses.push(Sql::text("({{any}})").fill("any", &Sql::join(alternatives, " OR ")));
        }
        match clauses.is_empty() {
            true => Sql::text("TRUE"),
            false => Sql::join(clauses, " AND "),
        }
    }
}

fn sql_of(field: &Field, condition: &Condition, binds: &mut Binds) -> Sql {
    let holds = match field {
        Field::Dimension(dimension) if dimension.kind == DimensionKind::Person => {
            person(condition, binds)
        }
        Field::Dimension(dimension) if dimension.kind == DimensionKind::Number => {
            number(field, condition, binds)
        }
        Field::Dimension(dimension) if dimension.kind == DimensionKind::Segment => {
            segment(condition, binds)
        }
        Field::Dimension(_) | Field::Metadata(_) => text(field, condition, binds),
    };
    let known = Sql::text("coalesce({{holds}}, FALSE)").fill("holds", &holds);
    match condition.is_negated {
        true => Sql::text("NOT {{known}}").fill("known", &known),
        false => known,
    }
}

fn text(field: &Field, condition: &Condition, binds: &mut Binds) -> Sql {
    let value = field.sql(binds);
    let first = condition.values.first().map_or("", String::as_str);
    let pattern = match condition.test {
        Test::Exists => return Sql::text("{{x}} IS NOT NULL").fill("x", &value),
        Test::Is if first.is_empty() => return Sql::text("{{x}} IS NULL").fill("x", &value),
        Test::In => return among(&value, condition, binds),
        Test::Is => "{{x}} = {{v}}",
        Test::Contains => "has_text({{x}}, {{v}})",
        Test::Greater => "TRY_CAST({{x}} AS DOUBLE) > {{v}}",
        Test::Less => "TRY_CAST({{x}} AS DOUBLE) < {{v}}",
    };
    let bound = match condition.test {
        Test::Greater | Test::Less => binds.add(Bind::Number(first.parse().unwrap_or(0.0))),
        _ => binds.text(first),
    };
    Sql::text(pattern).fill("x", &value).fill("v", &bound)
}

/// One of several values; an empty one stands for absence.
fn among(value: &Sql, condition: &Condition, binds: &mut Binds) -> Sql {
    let given = condition.values.iter().filter(|value| !value.is_empty());
    let bound: Vec<Sql> = given.map(|value| binds.text(value.as_str())).collect();
    let mut alternatives = Vec::new();
    if !bound.is_empty() {
        alternatives.push(
            Sql::text("coalesce({{x}} IN ({{vs}}), FALSE)")
                .fill("x", value)
                .fill("vs", &Sql::join(bound, ", ")),
        );
    }
    if condition.values.iter().any(String::is_empty) {
        alternatives.push(Sql::text("{{x}} IS NULL").fill("x", value));
    }
    Sql::text("({{any}})").fill("any", &Sql::join(alternatives, " OR "))
}

fn number(field: &Field, condition: &Condition, binds: &mut Binds) -> Sql {
    let value = field.sql(binds);
    let parsed = |text: &String| text.parse::<f64>().ok().filter(|number| number.is_finite());
    let bound: Vec<Sql> = condition
        .values
        .iter()
        .filter_map(parsed)
        .map(|number| binds.add(Bind::Number(number)))
        .collect();
    let first = condition.values.first().map_or("", String::as_str);
    let pattern = match condition.test {
        Test::Exists => "{{x}} IS NOT NULL",
        Test::Is if first.is_empty() => "{{x}} IS NULL",
        // What is no number equals none.
        _ if bound.is_empty() && condition.test != Test::Contains => "FALSE",
        Test::Is | Test::In => "CAST({{x}} AS DOUBLE) IN ({{vs}})",
        Test::Greater => "CAST({{x}} AS DOUBLE) > {{vs}}",
        Test::Less => "CAST({{x}} AS DOUBLE) < {{vs}}",
        Test::Contains => {
            let needle = binds.text(first);
            return Sql::text("has_text(CAST({{x}} AS VARCHAR), {{v}})")
                .fill("x", &value)
                .fill("v", &needle);
        }
    };
    Sql::text(pattern)
        .fill("x", &value)
        .fill("vs", &Sql::join(bound, ", "))
}

/// Whether the person of a row is in a segment whose name meets the condition. Everybody's aliases are in the set too,
/// so it does not matter whether rows name people as they were sent or as who they are.
fn segment(condition: &Condition, binds: &mut Binds) -> Sql {
    let mut within = |condition: Condition| {
        Sql::text("has_bit({{bits}}, person)").fill("bits", &binds.add(Bind::Segments(condition)))
    };
    let asked = Condition {
        is_negated: false,
        values: condition
            .values
            .iter()
            .filter(|value| !value.is_empty())
            .cloned()
            .collect(),
        ..condition.clone()
    };
    let mut alternatives = Vec::new();
    if matches!(condition.test, Test::Is | Test::In)
        && condition.values.iter().any(String::is_empty)
    {
        let any = Condition {
            test: Test::Exists,
            values: Vec::new(),
            ..asked.clone()
        };
        alternatives.push(Sql::text("NOT {{any}}").fill("any", &within(any)));
    }
    match condition.test {
        Test::Greater | Test::Less => alternatives.push(Sql::text("FALSE")),
        Test::Is | Test::In if asked.values.is_empty() => {}
        Test::Is | Test::In | Test::Contains | Test::Exists => alternatives.push(within(asked)),
    }
    Sql::text("({{any}})").fill("any", &Sql::join(alternatives, " OR "))
}

fn person(condition: &Condition, binds: &mut Binds) -> Sql {
    let first = condition.values.first().map_or("", String::as_str);
    let names = match condition.test {
        Test::Exists => return Sql::text("person IS NOT NULL"),
        Test::Is if first.is_empty() => return Sql::text("person IS NULL"),
        Test::Is | Test::In => among(&Sql::text("name"), condition, binds),
        Test::Contains => Sql::text("has_text(name, {{v}})").fill("v", &binds.text(first)),
        Test::Greater | Test::Less => return Sql::text("FALSE"),
    };
    Sql::text("person IN (SELECT person FROM people WHERE project = $project AND {{names}})")
        .fill("names", &names)
}
