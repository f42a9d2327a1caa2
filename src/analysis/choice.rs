//! An event of choice: its name, filters of its own, and what it is called.
//!
//! ```text
//! sign_up                                       one event
//! sign_up|trial_started                         either of them
//! *                                             any interaction
//! plan_upgraded;plan:is:pro;as:Pro subscribed   with a filter, and a name of its own
//! ```

use crate::analysis::parameters::AnalysisError;
use crate::core::event::{IDENTIFY, PAGE_PING};
use crate::core::filter::{Filter, escape, split, unescape};
use crate::core::limits;
use crate::core::sql::{Binds, Sql};
use crate::query::condition::Checked;
use crate::query::field::Field;

/// Made by a server when a subscription renews: nobody did anything.
const PAYMENT: &str = "payment_completed";

/// How an event is given a name of its own.
const LABEL: &str = "as:";

/// An event of choice.
#[derive(Clone, Debug, Default)]
pub struct EventChoice {
    /// Names of events, any of which will do; without any, every interaction.
    pub names: Vec<String>,
    /// What must hold for it.
    pub filter: Checked,
    label: Option<String>,
}

impl EventChoice {
    /// Reads the value of the parameter `name`.
    ///
    /// # Errors
    /// If no event is named, or a filter is none.
    pub fn parse(name: &'static str, text: &str) -> Result<EventChoice, AnalysisError> {
        let wrong = || AnalysisError::Event {
            name,
            value: text.chars().take(80).collect(),
        };
        let mut clauses = split(text, ';').into_iter();
        let names = clauses.next().unwrap_or_default().trim();
        let names: Vec<String> = match names {
            "*" => Vec::new(),
            names => split(names, '|')
                .into_iter()
                .map(|name| unescape(name.trim()))
                .collect(),
        };
        let is_name = |name: &String| {
            !name.is_empty()
                && name.chars().count() <= limits::KIND_CHARACTERS_MAX
                && !name.contains(':')
        };
        if !names.iter().all(is_name) || names.len() > limits::FILTER_VALUES_MAX {
            return Err(wrong());
        }
        let (mut label, mut filters) = (None, Vec::new());
        for clause in clauses.filter(|clause| !clause.trim().is_empty()) {
            match clause.trim().strip_prefix(LABEL) {
                Some(text) => label = Some(unescape(text).chars().take(60).collect()),
                None => filters.push(clause),
            }
        }
        Ok(EventChoice {
            names,
            filter: Checked::new(Filter::parse(filters)?)?,
            label: label.filter(|label: &String| !label.trim().is_empty()),
        })
    }

    /// As it stands in an address.
    pub fn to_text(&self) -> String {
        let mut text = match self.names.is_empty() {
            true => "*".to_owned(),
            false => self
                .names
                .iter()
                .map(|name| escape(name))
                .collect::<Vec<_>>()
                .join("|"),
        };
        for clause in self.filter.filter.to_texts() {
            text.push(';');
            text.push_str(&clause);
        }
        if let Some(label) = &self.label {
            text.push(';');
            text.push_str(LABEL);
            text.push_str(&escape(label));
        }
        text
    }

    /// What it is called: its own name, else the event's in words, with its filters.
    pub fn label(&self) -> String {
        if let Some(label) = &self.label {
            return label.clone();
        }
        let name = match self.names.is_empty() {
            true => "Any interaction".to_owned(),
            false => self
                .names
                .iter()
                .map(|name| in_words(name))
                .collect::<Vec<_>>()
                .join(" or "),
        };
        let filters: Vec<String> = self
            .filter
            .filter
            .conditions()
            .map(|condition| {
                let field = Field::find(&condition.field)
                    .map_or_else(|_| condition.field.clone(), |field| field.label());
                format!(
                    "{} {} {}",
                    field.to_lowercase(),
                    condition.test_name().replace('_', " "),
                    condition.values.join(", ")
                )
            })
            .collect();
        match filters.is_empty() {
            true => name,
            false => format!("{name} ({})", filters.join(", ").trim_end()),
        }
    }

    /// Whether its names alone say which events it means.
    pub fn is_of_names(&self) -> bool {
        !self.names.is_empty() && self.filter.filter.is_empty()
    }

    /// Whether an event is one, as SQL over the columns of events.
    pub fn sql(&self, binds: &mut Binds) -> Sql {
        let names = match self.names.is_empty() {
            true => is_interaction(binds),
            false => {
                // A list is looked up once for each different name of a row group, `IN` compares every row.
                let names = self.names.iter().map(|name| binds.text(name.as_str()));
                Sql::text("is_among(type, [{{names}}])")
                    .fill("names", &Sql::join(names.collect::<Vec<_>>(), ", "))
            }
        };
        match self.filter.filter.is_empty() {
            true => names,
            false => Sql::text("({{names}} AND {{filter}})")
                .fill("names", &names)
                .fill("filter", &self.filter.sql(binds)),
        }
    }
}

/// Whether a person did something, as SQL over the columns of events: not that a page stood open, that somebody was
/// named, or that a server took a payment.
pub fn is_interaction(binds: &mut Binds) -> Sql {
    let others = [PAGE_PING, IDENTIFY, PAYMENT].map(|name| binds.text(name));
    Sql::text("type NOT IN ({{others}})").fill("others", &Sql::join(others, ", "))
}

/// `trial_started` as people read it: "Trial started".
pub fn in_words(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_written_as_it_was_read() {
        for (text, label) in [
            ("sign_up", "Sign up"),
            ("sign_up|trial_started", "Sign up or Trial started"),
            ("*", "Any interaction"),
            ("plan_upgraded;plan:is:pro", "Plan upgraded (plan is pro)"),
            ("plan_upgraded;plan:is:pro;as:Pro", "Pro"),
            ("a\\;b;as:c\\;d", "c;d"),
        ] {
            let choice = EventChoice::parse("step", text).expect(text);
            assert_eq!(choice.to_text(), text);
            assert_eq!(choice.label(), label);
        }
        for text in ["", "a|", "plan:is:pro", ";as:x", "a;nothing"] {
            assert!(EventChoice::parse("step", text).is_err(), "{text}");
        }
    }

    #[test]
    fn no_name_stands_in_the_sql() {
        let mut binds = Binds::default();
        let choice = EventChoice::parse("step", "x' OR 1=1 --;plan:is:y'").expect("a choice");
        assert_eq!(
            choice.sql(&mut binds).as_str(),
            "(is_among(type, [$p0]) AND (coalesce(plan = $p1, FALSE)))"
        );
    }
}
