//! What is wrong with the settings, told so that it can be put right.
//!
//! Collects and words problems. Does not find them; see `load.rs`.

use std::fmt;
use std::path::PathBuf;

/// Where a setting's value came from. Ordered as the layers lie upon each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The built-in default.
    Default,
    /// The settings file.
    File {
        /// The file as it was named.
        path: PathBuf,
        /// The line, counted from 1, where one can be told.
        line: Option<usize>,
    },
    /// The environment variable of this name.
    Variable(String),
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Source::Default => formatter.write_str("default"),
            Source::File { path, line: None } => write!(formatter, "{}", path.display()),
            Source::File {
                path,
                line: Some(line),
            } => write!(formatter, "{} line {line}", path.display()),
            Source::Variable(name) => write!(formatter, "environment variable {name}"),
        }
    }
}

/// One thing that is wrong. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands.
    pub source: Source,
    /// The key with its section; `None` where the file itself is wrong, or the name of a
    /// variable, which the source tells.
    pub key: Option<String>,
    /// The value as written, shortened if long, `***` for a secret. `None` where the key is
    /// wrong, since nobody knows then whether its value is a secret.
    pub value: Option<String>,
    /// The rule that is broken, as the end of a sentence.
    pub rule: String,
    /// What to do, where the rule does not say it.
    pub remedy: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let Problem {
            source,
            key,
            value,
            rule,
            remedy,
        } = self;
        match (key, value) {
            (Some(key), Some(value)) => write!(formatter, "{key} = {value} ({source}): {rule}")?,
            (Some(key), None) => write!(formatter, "{key} ({source}): {rule}")?,
            (None, _) => write!(formatter, "{source}: {rule}")?,
        }
        match remedy {
            Some(remedy) => write!(formatter, "; {remedy}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with the settings, in the order of the file, then of the
/// variables' names; never empty. Displayed as one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// The problems in their order, or `None` if there are none.
    pub(super) fn from_list(mut problems: Vec<Problem>) -> Option<Problems> {
        problems.sort_by(|one, other| one.source.cmp(&other.source));
        (!problems.is_empty()).then_some(Problems(problems))
    }

    /// Each problem in turn.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let before = if index == 0 { "" } else { "\n" };
            write!(formatter, "{before}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
