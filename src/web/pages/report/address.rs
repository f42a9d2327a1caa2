//! The address of a page of sections: what it holds, and the addresses with one thing changed.

use url::form_urlencoded::{self, Serializer};

use crate::core::filter::Condition;
use crate::query::question::{Parameters, QuestionError};

/// Set to `all` where the server draws every section at once, as for readers without script.
pub const DRAW: &str = "draw";

/// The dimension by whose values the charts of a page are split. It is not `by`, which the page of costs has for its
/// budgets.
pub const SPLIT: &str = "split";

/// Parameters of the address that no question has: the project, the chosen tiles, what is drawn at once, what the
/// filter form sends, and what the charts are split by.
pub const OTHERS: [&str; 9] = [
    DRAW,
    "project",
    "metric",
    "live_metric",
    "notice",
    "add_by",
    "add_is",
    "add_value",
    SPLIT,
];

/// Parameters that are kept when one is changed.
const KEPT: [&str; 13] = [
    DRAW,
    SPLIT,
    "project",
    "range",
    "from",
    "to",
    "compare",
    "filter",
    "metric",
    "metrics",
    "by",
    "live_metric",
    "interval",
];

/// The address of a page, after the base path.
#[derive(Clone, Debug)]
pub struct Address {
    path: &'static str,
    pairs: Vec<(String, String)>,
}

impl Address {
    /// The address of a request for `path`.
    pub fn of(path: &'static str, query: &str) -> Address {
        let pairs = form_urlencoded::parse(query.as_bytes())
            .filter(|(name, value)| KEPT.contains(&name.as_ref()) && !value.is_empty())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        Address { path, pairs }
    }

    /// The address of a request for `path`, which keeps parameters of its own beside the usual ones.
    pub fn keeping(path: &'static str, query: &str, own: &[&str]) -> Address {
        let is_kept = |name: &str| KEPT.contains(&name) || own.contains(&name);
        let pairs = form_urlencoded::parse(query.as_bytes())
            .filter(|(name, value)| is_kept(name) && !value.is_empty())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        Address { path, pairs }
    }

    /// The values of a parameter that may be given several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.pairs.iter().filter(move |(held, _)| held == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The address with these values of a parameter in place of its own.
    #[must_use]
    pub fn with_all(&self, name: &str, values: Vec<String>) -> Address {
        let mut changed = self.without(&[name]);
        changed
            .pairs
            .extend(values.into_iter().map(|value| (name.to_owned(), value)));
        changed
    }

    /// What the address asks.
    ///
    /// # Errors
    /// If a parameter cannot be used.
    pub fn parameters(&self) -> Result<Parameters, QuestionError> {
        Parameters::parse(&self.query(), &OTHERS)
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(held, _)| held == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The address without some parameters.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Address {
        let mut changed = self.clone();
        changed
            .pairs
            .retain(|(name, _)| !names.contains(&name.as_str()));
        changed
    }

    /// The address with one parameter set.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Address {
        let mut changed = self.without(&[name]);
        changed.pairs.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// The address with one more parameter at its end, beside others of the same name.
    #[must_use]
    pub fn and(&self, name: &str, value: &str) -> Address {
        let mut changed = self.clone();
        changed.pairs.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// The address with one more filter.
    #[must_use]
    pub fn with_filter(&self, condition: &Condition) -> Address {
        let text = condition.to_string();
        let mut changed = self.clone();
        if !changed
            .pairs
            .iter()
            .any(|(name, value)| name == "filter" && *value == text)
        {
            changed.pairs.push(("filter".to_owned(), text));
        }
        changed
    }

    /// The address with these filters in place of its own.
    #[must_use]
    pub fn with_filters(&self, texts: Vec<String>) -> Address {
        let mut changed = self.without(&["filter"]);
        changed
            .pairs
            .extend(texts.into_iter().map(|text| ("filter".to_owned(), text)));
        changed
    }

    /// The same question at another page.
    #[must_use]
    pub fn at(&self, path: &'static str) -> Address {
        Address {
            path,
            pairs: self.pairs.clone(),
        }
    }

    /// As a link on the page itself.
    pub fn link(&self) -> String {
        format!("?{}", self.query())
    }

    /// As a path after the base.
    pub fn path_and_query(&self) -> String {
        format!("{}?{}", self.path, self.query())
    }

    /// The path alone.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Name and value of each parameter, for the hidden fields of a form.
    pub fn pairs_without(&self, names: &[&str]) -> Vec<(String, String)> {
        self.without(names).pairs
    }

    /// The query.
    pub fn query(&self) -> String {
        let mut serializer = Serializer::new(String::new());
        serializer.extend_pairs(&self.pairs);
        serializer.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_changes_and_the_rest_stays() {
        let address = Address::of(
            "/costs",
            "project=a&range=7d&filter=model:is:x&unknown=1&sort=",
        );
        assert_eq!(
            address.with("range", "30d").link(),
            "?project=a&filter=model%3Ais%3Ax&range=30d"
        );
        let more = address.with_filter(&Condition::is("provider", "open;ai"));
        assert_eq!(
            more.link(),
            "?project=a&range=7d&filter=model%3Ais%3Ax&filter=provider%3Ais%3Aopen%5C%3Bai"
        );
        assert_eq!(
            more.with_filter(&Condition::is("model", "x")).link(),
            more.link(),
            "the same filter stands once"
        );
    }
}
