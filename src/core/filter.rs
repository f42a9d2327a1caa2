//! Filters: which rows count. Text in an address, a tree here, SQL in the planner.
//!
//! ```text
//! filter=provider:is:openai                 clauses of several `filter` parameters, or joined by ; , all hold
//! filter=model:contains:gpt|model:in:a,b    alternatives are joined by |
//! filter=!metadata.page:exists              ! turns a condition round; also written is_not, not_contains, not_in, missing
//! filter=latency_ms:greater:500             numbers compare by value
//! ```
//! A backslash takes the meaning from `; | , \`. Text compares exactly, `contains` without regard to case. A row whose
//! value is absent does not match, so a filter and its negation divide the rows. `provider:is:` means "absent".

use std::fmt;

use crate::core::limits;

/// What a condition does with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// Equal to the value; to nothing if the value is empty.
    Is,
    /// Holds the value somewhere, in any case.
    Contains,
    /// Equal to one of the values.
    In,
    /// A number above the value.
    Greater,
    /// A number below the value.
    Less,
    /// There is a value.
    Exists,
}

/// Names of tests in addresses, and whether they turn the test round. The first for each pair is how it is written.
const TESTS: &[(&str, Test, bool)] = &[
    ("is", Test::Is, false),
    ("is_not", Test::Is, true),
    ("contains", Test::Contains, false),
    ("not_contains", Test::Contains, true),
    ("in", Test::In, false),
    ("not_in", Test::In, true),
    ("greater", Test::Greater, false),
    ("less", Test::Less, false),
    ("exists", Test::Exists, false),
    ("missing", Test::Exists, true),
];

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    /// A dimension's id, or `metadata.` and a key or path of keys.
    pub field: String,
    /// What is tested.
    pub test: Test,
    /// Whether the test is turned round.
    pub is_negated: bool,
    /// What with; none for `exists`.
    pub values: Vec<String>,
}

/// Conditions of which at least one must hold.
pub type Clause = Vec<Condition>;

/// Clauses that must all hold. Without any, every row counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter(pub Vec<Clause>);

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// A condition without its parts.
    #[error(
        "`filter` holds `{0}`; a condition is written field:test:value, for example provider:is:openai"
    )]
    Form(String),
    /// An unknown test.
    #[error(
        "`{0}` is no test; use is, is_not, contains, not_contains, in, not_in, greater, less, exists or missing"
    )]
    Test(String),
    /// A number that is none.
    #[error("`{field}` is compared with `{value}`, which is not a number")]
    Number {
        /// The field.
        field: String,
        /// The value.
        value: String,
    },
    /// Too many of something.
    #[error("`filter` has {count} {what}; the most is {most}")]
    TooMany {
        /// Conditions or values.
        what: &'static str,
        /// How many.
        count: usize,
        /// The bound.
        most: usize,
    },
    /// Too long.
    #[error("a value in `filter` has {0} bytes; the most is {most}", most = limits::NAME_BYTES_MAX)]
    Long(usize),
}

impl Filter {
    /// Reads the `filter` parameters of an address.
    ///
    /// # Errors
    /// With what is wrong, in words for the one who wrote the address.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Filter, FilterError> {
        let mut clauses = Vec::new();
        for text in texts {
            for clause in split(text, ';') {
                if clause.trim().is_empty() {
                    continue;
                }
                let conditions: Result<Clause, FilterError> =
                    split(clause, '|').into_iter().map(condition).collect();
                clauses.push(conditions?);
            }
        }
        let filter = Filter(clauses);
        let count = filter.conditions().count();
        match count > limits::CONDITIONS_MAX {
            true => Err(FilterError::TooMany {
                what: "conditions",
                count,
                most: limits::CONDITIONS_MAX,
            }),
            false => Ok(filter),
        }
    }

    /// Every condition in it.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.0.iter().flatten()
    }

    /// True if every row counts.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// This and one more condition, which takes the place of one that is the same.
    #[must_use]
    pub fn with(&self, condition: Condition) -> Filter {
        let mut clauses: Vec<Clause> = self
            .0
            .iter()
            .filter(|clause| **clause != [condition.clone()])
            .cloned()
            .collect();
        clauses.push(vec![condition]);
        Filter(clauses)
    }

    /// This without the clause at `position`.
    #[must_use]
    pub fn without(&self, position: usize) -> Filter {
        let mut clauses = self.0.clone();
        if position < clauses.len() {
            clauses.remove(position);
        }
        Filter(clauses)
    }

    /// The clauses as texts, one for each `filter` parameter.
    pub fn to_texts(&self) -> Vec<String> {
        let clause = |clause: &Clause| {
            let conditions: Vec<String> = clause.iter().map(ToString::to_string).collect();
            conditions.join("|")
        };
        self.0.iter().map(clause).collect()
    }
}

impl Condition {
    /// A field that is a value; that is absent if the value is empty.
    pub fn is(field: &str, value: &str) -> Condition {
        Condition {
            field: field.to_owned(),
            test: Test::Is,
            is_negated: false,
            values: vec![value.to_owned()],
        }
    }

    /// The test as it is written.
    pub fn test_name(&self) -> &'static str {
        let found = TESTS
            .iter()
            .find(|(_, test, negated)| *test == self.test && *negated == self.is_negated);
        found.map_or("is", |(name, _, _)| name)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = TESTS
            .iter()
            .find(|(_, test, negated)| *test == self.test && *negated == self.is_negated);
        let (bang, name) = match (written, self.test) {
            (Some((name, _, _)), _) => ("", *name),
            (None, Test::Greater) => ("!", "greater"),
            (None, _) => ("!", "less"),
        };
        write!(formatter, "{bang}{}:{name}", escape(&self.field))?;
        if self.test == Test::Exists {
            return Ok(());
        }
        let values: Vec<String> = self.values.iter().map(|value| escape(value)).collect();
        write!(formatter, ":{}", values.join(","))
    }
}

fn condition(text: &str) -> Result<Condition, FilterError> {
    let wrong = || FilterError::Form(text.chars().take(80).collect());
    let (bang, rest) = match text.trim_start().strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text.trim_start()),
    };
    let (field, rest) = rest.split_once(':').ok_or_else(wrong)?;
    let (name, value) = match rest.split_once(':') {
        Some((name, value)) => (name, Some(value)),
        None => (rest, None),
    };
    let known = TESTS.iter().find(|(known, _, _)| *known == name);
    let (_, test, negated) =
        known.ok_or_else(|| FilterError::Test(name.chars().take(40).collect()))?;
    let field = unescape(field);
    if field.is_empty() || field.len() > limits::NAME_BYTES_MAX {
        return Err(wrong());
    }
    let values: Vec<String> = match (test, value) {
        (Test::Exists, None | Some("")) => Vec::new(),
        (Test::Exists, Some(_)) | (_, None) => return Err(wrong()),
        (Test::In, Some(value)) => split(value, ',').into_iter().map(unescape).collect(),
        (_, Some(value)) => vec![unescape(value)],
    };
    check(&field, *test, &values)?;
    Ok(Condition {
        field,
        test: *test,
        is_negated: *negated != bang,
        values,
    })
}

fn check(field: &str, test: Test, values: &[String]) -> Result<(), FilterError> {
    if values.len() > limits::FILTER_VALUES_MAX {
        return Err(FilterError::TooMany {
            what: "values",
            count: values.len(),
            most: limits::FILTER_VALUES_MAX,
        });
    }
    if let Some(long) = values
        .iter()
        .find(|value| value.len() > limits::NAME_BYTES_MAX)
    {
        return Err(FilterError::Long(long.len()));
    }
    if matches!(test, Test::Greater | Test::Less) {
        for value in values {
            if !value.parse::<f64>().is_ok_and(f64::is_finite) {
                return Err(FilterError::Number {
                    field: field.to_owned(),
                    value: value.clone(),
                });
            }
        }
    }
    Ok(())
}

/// Parts of a text between separators that have no backslash before them; the backslashes stay.
pub fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == separator {
            parts.push(&text[start..at]);
            start = at + c.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

/// A text without the backslashes that take a meaning away.
pub fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.extend(chars.next()),
            c => plain.push(c),
        }
    }
    plain
}

/// A text in which nothing has a meaning of its own.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | ';' | '|' | ',') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Filter, FilterError> {
        Filter::parse([text])
    }

    #[test]
    fn clauses_all_hold_and_alternatives_are_joined_by_a_bar() {
        let filter =
            parse("provider:is:openai|provider:in:a,b;latency_ms:greater:500").expect("a filter");
        assert_eq!(filter.0.len(), 2);
        assert_eq!(filter.0[0][1].values, ["a", "b"]);
        assert_eq!(filter.0[1][0].test, Test::Greater);
        assert_eq!(
            Filter::parse(["a:is:1", "b:is:2"])
                .expect("a filter")
                .0
                .len(),
            2
        );
        assert!(parse("").expect("a filter").is_empty());
    }

    #[test]
    fn a_backslash_takes_the_meaning_away_and_a_value_may_hold_a_colon() {
        let filter = parse(r"endpoint:is:a\;b\|c\,d:e\\f").expect("a filter");
        assert_eq!(filter.0[0][0].values, [r"a;b|c,d:e\f"]);
        assert_eq!(filter.to_texts(), [r"endpoint:is:a\;b\|c\,d:e\\f"]);
    }

    #[test]
    fn a_condition_can_be_turned_round_in_two_ways() {
        let one = parse("provider:is_not:openai").expect("a filter");
        assert_eq!(one, parse("!provider:is:openai").expect("a filter"));
        assert_eq!(one.to_texts(), ["provider:is_not:openai"]);
        assert_eq!(
            parse("!latency_ms:greater:5").expect("a filter").to_texts(),
            ["!latency_ms:greater:5"]
        );
        assert_eq!(
            parse("user:missing").expect("a filter"),
            parse("!user:exists").expect("a filter")
        );
    }

    #[test]
    fn what_is_no_filter_says_how_one_is_written() {
        for (text, says) in [
            ("provider", "field:test:value"),
            ("provider:is", "field:test:value"),
            ("provider:like:x", "is no test"),
            ("latency_ms:greater:fast", "not a number"),
            (":is:x", "field:test:value"),
        ] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
        let many = vec!["a:is:b"; limits::CONDITIONS_MAX + 1].join(";");
        assert!(parse(&many).is_err());
    }

    proptest! {
        #[test]
        fn a_filter_survives_its_text(field in "[a-z_.]{1,12}", value in "\\PC{0,40}", name in 0usize..TESTS.len()) {
            let (_, test, is_negated) = TESTS[name];
            let values = match test {
                Test::Exists => vec![],
                Test::Greater | Test::Less => vec!["12.5".to_owned()],
                Test::In => vec![value.clone(), "x".to_owned()],
                _ => vec![value],
            };
            let condition = Condition { field, test, is_negated, values };
            let filter = Filter(vec![vec![condition]]);
            let texts = filter.to_texts();
            prop_assert_eq!(Filter::parse(texts.iter().map(String::as_str)), Ok(filter));
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,80}") {
            let _ = parse(&text);
        }
    }
}
