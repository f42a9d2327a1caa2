//! The settings as text: the documented example, and what is in force.
//!
//! Only writes. That the example equals the defaults is shown by a test.

use std::fmt::Write;

use crate::config::{Config, SECTIONS};

const EXAMPLE_HEAD: &str = "\
# Settings of analytics
#
# Every setting stands here with its default. To change some, write a file of your own with
# their lines below their [section], without the `#`, and start `analytics serve --config FILE`.
# `analytics config check --config FILE` tells whether it is right; `analytics config print`
# what is in force and where it comes from.
#
# An environment variable overrides the file: ANALYTICS__INGEST__QUEUE_EVENTS=100000 sets
# queue_events of [ingest]. Units are part of the key: _ms, _s and _days are times, _bytes and
# _mb are sizes, and one MB is 1,048,576 bytes. Paths start at the folder in which the server
# is started.
";

impl Config {
    /// The text of `config.example.toml`: every setting with what it does, its unit and range,
    /// when to change it, and its default.
    ///
    /// Lines that start with `#` and a space are comments; those with `#` and a key become
    /// settings when the `#` is removed.
    pub fn example() -> String {
        let mut text = EXAMPLE_HEAD.to_owned();
        for section in SECTIONS {
            text.push('\n');
            comment(&mut text, section.about);
            line(&mut text, format_args!("[{}]", section.name));
            for setting in section.settings {
                let form = (setting.form)();
                text.push('\n');
                comment(&mut text, setting.about);
                line(&mut text, format_args!("# Value: {}", form));
                if form.is_secret() {
                    let key = setting.key;
                    let hint =
                        format_args!("# Or name a file that holds it: {key}_file = \"FILE\"");
                    line(&mut text, hint);
                }
                line(
                    &mut text,
                    format_args!("#{} = {}", setting.key, setting.default),
                );
            }
        }
        text
    }

    /// The settings in force as TOML, each with where it came from; secrets as `"***"`.
    ///
    /// Tells what was loaded: a field changed afterwards is not seen.
    pub fn print(&self) -> String {
        let mut text = "# The settings in force, and where each comes from.\n".to_owned();
        for section in SECTIONS {
            line(&mut text, format_args!("\n[{}]", section.name));
            let mut rows = Vec::new();
            for effective in &self.effective {
                if effective.section == section.name {
                    let setting = format!("{} = {}", effective.key, effective.value);
                    rows.push((setting, &effective.source));
                }
            }
            let widths = rows.iter().map(|(setting, _)| setting.chars().count());
            let width = widths.max().unwrap_or(0).min(48);
            for (setting, source) in rows {
                line(&mut text, format_args!("{setting:<width$}  # {source}"));
            }
        }
        text
    }
}

/// A documentation comment, whose lines begin with a space each, as TOML comments.
fn comment(text: &mut String, about: &[&str]) {
    for about in about {
        line(text, format_args!("#{about}"));
    }
}

fn line(text: &mut String, line: std::fmt::Arguments) {
    writeln!(text, "{line}").expect("writing to a String does not fail");
}
