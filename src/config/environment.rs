//! The layer of environment variables: `ANALYTICS__INGEST__QUEUE_EVENTS=100000`.
//!
//! Finds keys. Whether a value is right is decided in `load.rs`.

use toml::Value;

use crate::config::key::{VARIABLE_PREFIX, key_in_environment, variable_remedy};
use crate::config::load::{Given, Reader};
use crate::config::problem::{Problem, Source};

/// Gives `reader` those of `variables` that are ours.
pub(super) fn read_environment(
    reader: &mut Reader,
    variables: impl Iterator<Item = (String, String)>,
) {
    let mut variables: Vec<(String, String)> = variables
        .filter(|(name, _)| name.starts_with(VARIABLE_PREFIX))
        .collect();
    // The order of an environment is chance; that of what is done with it should not be.
    variables.sort();
    for (name, value) in variables {
        let Some(key) = key_in_environment(&name) else {
            // The value is not shown: it may be a misnamed secret.
            reader.note(Problem {
                rule: "there is no such setting".to_owned(),
                remedy: Some(variable_remedy(&name)),
                key: None,
                value: None,
                source: Source::Variable(name),
            });
            continue;
        };
        let parsed = value.parse::<Value>().ok();
        let written = match parsed {
            Some(_) => value.clone(),
            None => format!("\"{value}\""),
        };
        // A variable is TOML if the rule can use it so, else plain text: a path needs no
        // quotes. A secret is always plain, since one made of digits is no number.
        let is_plain = (key.setting.form)().is_secret();
        let parsed = parsed.filter(|_| !is_plain);
        let readings = parsed.into_iter().chain([Value::String(value)]).collect();
        reader.give(Given {
            key,
            source: Source::Variable(name),
            written,
            readings,
        });
    }
}
