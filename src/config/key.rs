//! The names of settings: how they are written in each layer, and what a misspelt one means.
//!
//! Knows names only, no values.

use crate::config::SECTIONS;
use crate::config::rule::closest;
use crate::config::setting::Setting;

/// What the names of our environment variables begin with.
pub(super) const VARIABLE_PREFIX: &str = "ANALYTICS__";

/// What is added to the key of a secret to name a file that holds it.
const FILE_SUFFIX: &str = "_file";

/// A key under which a setting can be given.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) setting: &'static Setting,
    /// Whether the value is the path of a file that holds the setting's value.
    pub(super) names_file: bool,
}

impl Key {
    /// The name in its section, such as `queue_events`.
    fn name(&self) -> String {
        let suffix = if self.names_file { FILE_SUFFIX } else { "" };
        format!("{}{suffix}", self.setting.key)
    }

    /// The name with its section, such as `ingest.queue_events`.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.setting.section, self.name())
    }

    /// The environment variable, such as `ANALYTICS__INGEST__QUEUE_EVENTS`.
    fn variable(&self) -> String {
        let name = format!("{}__{}", self.setting.section, self.name());
        format!("{VARIABLE_PREFIX}{}", name.to_uppercase())
    }
}

/// Every key of `section`, or of all sections.
fn keys(section: Option<&str>) -> Vec<Key> {
    let mut keys = Vec::new();
    for known in SECTIONS {
        if section.is_some_and(|section| section != known.name) {
            continue;
        }
        for setting in known.settings {
            keys.push(Key {
                setting,
                names_file: false,
            });
            if (setting.form)().is_secret() {
                keys.push(Key {
                    setting,
                    names_file: true,
                });
            }
        }
    }
    keys
}

/// The key `name` of `section`.
pub(super) fn key_in_file(section: &str, name: &str) -> Option<Key> {
    let mut keys = keys(Some(section)).into_iter();
    keys.find(|key| key.name() == name)
}

/// The key that the environment variable `name` gives.
pub(super) fn key_in_environment(name: &str) -> Option<Key> {
    let mut keys = keys(None).into_iter();
    keys.find(|key| key.variable() == name)
}

/// The names of all sections.
pub(super) fn sections() -> impl Iterator<Item = &'static str> + Clone {
    SECTIONS.iter().map(|section| section.name)
}

/// What to do about a section that does not exist.
pub(super) fn section_remedy(name: &str) -> String {
    match closest(name, sections()) {
        Some(name) => format!("did you mean [{name}]?"),
        None => {
            let names: Vec<_> = sections().collect();
            format!("the sections are {}", names.join(", "))
        }
    }
}

/// What to do about a key that does not exist in a file.
pub(super) fn key_remedy(section: Option<&str>, name: &str) -> String {
    match similar(section, name) {
        Some(key) => format!("did you mean {}?", key.path()),
        None => NO_SUGGESTION.to_owned(),
    }
}

/// What to do about a variable of ours that does not exist.
pub(super) fn variable_remedy(variable: &str) -> String {
    let path = variable.strip_prefix(VARIABLE_PREFIX).unwrap_or(variable);
    let path = path.to_lowercase();
    let key = match path.split_once("__") {
        Some((section, name)) => similar(closest(section, sections()), name),
        None => similar(None, &path),
    };
    match key {
        Some(key) => format!("did you mean {}?", key.variable()),
        None => NO_SUGGESTION.to_owned(),
    }
}

const NO_SUGGESTION: &str = "see config.example.toml for all settings";

/// The key most like `name`: of the same section if there is one, else of any.
fn similar(section: Option<&str>, name: &str) -> Option<Key> {
    for keys in [keys(section), keys(None)] {
        let names: Vec<String> = keys.iter().map(Key::name).collect();
        if let Some(found) = closest(name, names.iter().map(String::as_str)) {
            let mut keys = keys.iter();
            return keys.find(|key| key.name() == found).cloned();
        }
    }
    None
}
