//! A segment's definition: rules joined by "and" and "or", as a query and back.
//!
//! `if=plan:is:pro&or=plan:is:team&if=did:at_least:3:30:query_sent` is everybody on one of two plans who asked three
//! times. Each `if` begins a clause, each `or` adds an alternative to the one before it; all clauses must hold.

use url::form_urlencoded::{self, Serializer};

use crate::people::segment::rule::{Rule, RuleError};

/// Parameters of a definition.
pub const PARAMETERS: [&str; 2] = ["if", "or"];
/// Most rules. Each is a question to the engine.
pub const RULES_MAX: usize = 12;

/// Rules of which at least one must hold.
pub type Clause = Vec<Rule>;

/// Clauses that must all hold.
#[derive(Clone, Debug, Default)]
pub struct Definition {
    /// The clauses.
    pub clauses: Vec<Clause>,
}

/// Why a text is no definition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DefinitionError {
    /// An alternative to nothing.
    #[error("`or` comes first; begin with `if`, and add alternatives to it with `or`")]
    Alone,
    /// No rule.
    #[error("the segment has no rule; add one, for example plan:is:pro")]
    Empty,
    /// Too many rules.
    #[error("the segment has {0} rules; the most is {RULES_MAX}")]
    TooMany(usize),
    /// A rule.
    #[error(transparent)]
    Rule(#[from] RuleError),
}

impl Definition {
    /// Reads the parameters `if` and `or` of a query; others are left alone. May be empty.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn parse(query: &str) -> Result<Definition, DefinitionError> {
        let mut clauses: Vec<Clause> = Vec::new();
        for (name, text) in form_urlencoded::parse(query.as_bytes()) {
            if text.trim().is_empty() || !PARAMETERS.contains(&name.as_ref()) {
                continue;
            }
            let rule = Rule::parse(&text)?;
            match (name.as_ref(), clauses.last_mut()) {
                ("or", Some(clause)) => clause.push(rule),
                ("or", None) => return Err(DefinitionError::Alone),
                _ => clauses.push(vec![rule]),
            }
        }
        let definition = Definition { clauses };
        let count = definition.rules().count();
        match count > RULES_MAX {
            true => Err(DefinitionError::TooMany(count)),
            false => Ok(definition),
        }
    }

    /// Reads clauses of texts, as programs send them. At least one rule is needed.
    ///
    /// # Errors
    /// As [`Definition::parse`].
    pub fn of(clauses: &[Vec<String>]) -> Result<Definition, DefinitionError> {
        let mut serializer = Serializer::new(String::new());
        for clause in clauses {
            for (place, text) in clause.iter().enumerate() {
                // An empty text would be left out; here it is a rule that says nothing.
                if text.trim().is_empty() {
                    return Err(RuleError::Unknown(String::new()).into());
                }
                serializer.append_pair(if place == 0 { "if" } else { "or" }, text);
            }
        }
        Definition::parse(&serializer.finish())?.checked()
    }

    /// The same, if it has a rule.
    ///
    /// # Errors
    /// `Empty` if it has none.
    pub fn checked(self) -> Result<Definition, DefinitionError> {
        match self.clauses.is_empty() {
            true => Err(DefinitionError::Empty),
            false => Ok(self),
        }
    }

    /// Every rule.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.clauses.iter().flatten()
    }

    /// As pairs of a query.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        for clause in &self.clauses {
            for (place, rule) in clause.iter().enumerate() {
                pairs.push((if place == 0 { "if" } else { "or" }, rule.to_string()));
            }
        }
        pairs
    }

    /// As a query.
    pub fn to_query(&self) -> String {
        let mut serializer = Serializer::new(String::new());
        serializer.extend_pairs(self.to_pairs());
        serializer.finish()
    }

    /// As clauses of texts.
    pub fn to_texts(&self) -> Vec<Vec<String>> {
        let texts = |clause: &Clause| clause.iter().map(ToString::to_string).collect();
        self.clauses.iter().map(texts).collect()
    }

    /// In words: "Plan is pro or Plan is team; and Country is DE".
    pub fn label(&self) -> String {
        let clause = |clause: &Clause| {
            let rules: Vec<String> = clause.iter().map(Rule::label).collect();
            rules.join(" or ")
        };
        let clauses: Vec<String> = self.clauses.iter().map(clause).collect();
        clauses.join("; and ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_written_as_it_was_read() {
        let query = "if=plan%3Ais%3Apro&or=plan%3Ais%3Ateam&if=country%3Ais%3ADE";
        let definition =
            Definition::parse(&format!("project=a&{query}&range=7d")).expect("a definition");
        assert_eq!(definition.to_query(), query);
        assert_eq!(
            definition.label(),
            "Plan is pro or Plan is team; and Country is DE"
        );
        let again = Definition::of(&definition.to_texts()).expect("the same");
        assert_eq!(again.to_query(), query);
    }

    #[test]
    fn what_is_no_definition_is_refused_in_words() {
        assert_eq!(
            Definition::parse("or=plan:is:a").map(|_| ()),
            Err(DefinitionError::Alone)
        );
        assert_eq!(Definition::of(&[]).map(|_| ()), Err(DefinitionError::Empty));
        assert!(Definition::of(&[vec![String::new()]]).is_err());
        let many = vec![vec!["plan:is:a".to_owned()]; RULES_MAX + 1];
        let error = Definition::of(&many).expect_err("too many").to_string();
        assert!(error.contains("has 13 rules; the most is 12"), "{error}");
    }
}
