//! SQL text that cannot hold a value: it is made from static text and joins of itself only.
//!
//! Values travel beside it, by name. So a value from a request in SQL text is a type error.

use std::fmt;
use std::sync::Arc;

use crate::core::filter::Condition;

/// A piece of SQL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sql(String);

impl Sql {
    /// Static text.
    pub fn text(text: &'static str) -> Sql {
        Sql(text.to_owned())
    }

    /// The name of a bound value: `$p3`.
    pub fn bind(number: usize) -> Sql {
        Sql(format!("$p{number}"))
    }

    /// A column that the planner names itself: a letter and a number.
    pub fn column(letter: char, number: usize) -> Sql {
        Sql(format!("{letter}{number}"))
    }

    /// A whole number, which cannot hold anything else.
    pub fn number(number: i64) -> Sql {
        Sql(number.to_string())
    }

    /// Pieces, one after the other, with `between` in between.
    pub fn join(pieces: impl IntoIterator<Item = Sql>, between: &'static str) -> Sql {
        let texts: Vec<String> = pieces.into_iter().map(|piece| piece.0).collect();
        Sql(texts.join(between))
    }

    /// This text with `{{hole}}` replaced everywhere.
    #[must_use]
    pub fn fill(&self, hole: &'static str, with: &Sql) -> Sql {
        Sql(self.0.replace(&format!("{{{{{hole}}}}}"), &with.0))
    }

    /// This and then `more`.
    #[must_use]
    pub fn then(mut self, more: impl Into<Sql>) -> Sql {
        self.0.push_str(&more.into().0);
        self
    }

    /// The text for the engine.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True if there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Sql {
        Sql::text(text)
    }
}

impl fmt::Display for Sql {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A value that travels beside SQL text.
#[derive(Clone, Debug, PartialEq)]
pub enum Bind {
    /// Text.
    Text(String),
    /// A whole number, also a moment in microseconds.
    Whole(i64),
    /// A number.
    Number(f64),
    /// The people of every segment whose name meets the condition. Whoever asks puts their [`Bind::Bits`] in its place.
    Segments(Condition),
    /// A set of small numbers: the first bit of the first byte, its highest, is 0.
    Bits(Arc<Vec<u8>>),
}

/// The values of one statement, in the order in which they were bound.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Binds(pub Vec<Bind>);

impl Binds {
    /// Binds a value and gives its name. Equal values share one.
    pub fn add(&mut self, value: Bind) -> Sql {
        let known = self.0.iter().position(|held| *held == value);
        let number = known.unwrap_or_else(|| {
            self.0.push(value);
            self.0.len() - 1
        });
        Sql::bind(number)
    }

    /// The values with their names, as a statement takes them.
    pub fn named(&self) -> Vec<(String, Bind)> {
        let named = self.0.iter().enumerate();
        named
            .map(|(number, value)| (format!("p{number}"), value.clone()))
            .collect()
    }

    /// Binds text.
    pub fn text(&mut self, text: impl Into<String>) -> Sql {
        self.add(Bind::Text(text.into()))
    }

    /// Binds a whole number.
    pub fn whole(&mut self, number: i64) -> Sql {
        self.add(Bind::Whole(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_gets_a_name_and_never_stands_in_the_text() {
        let mut binds = Binds::default();
        let name = binds.text("x'; DROP TABLE events; --");
        let again = binds.text("x'; DROP TABLE events; --");
        let other = binds.whole(7);
        let sql = Sql::text("SELECT {{a}}, {{b}}, {{a}}")
            .fill("a", &name)
            .fill("b", &other);
        assert_eq!(name, again);
        assert_eq!(sql.as_str(), "SELECT $p0, $p1, $p0");
        assert_eq!(binds.0.len(), 2);
    }
}
