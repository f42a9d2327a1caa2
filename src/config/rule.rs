//! Rules: what a setting's value may be, in words, and how it becomes a typed value.
//!
//! A rule is a parser with its own sentence, so that what is accepted, what the example says
//! and what an error says cannot differ. Knows nothing of layers or of where values come from.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use toml::Value;

use crate::config::address::{BasePath, Origin, ScriptPath};
use crate::config::secret::Secret;

/// Bytes of one MB in a key that ends in `_mb`.
const MEGABYTE: u64 = 1_048_576;

/// How a value is read, and how an allowed one is described.
pub(super) struct Rule<T> {
    pub(super) form: Form,
    read: Read<T>,
}

/// Makes a typed value, or nothing of what is not allowed.
type Read<T> = Box<dyn Fn(&Value) -> Option<T>>;

impl<T: 'static> Rule<T> {
    fn new(form: Form, read: impl Fn(&Value) -> Option<T> + 'static) -> Rule<T> {
        Rule {
            form,
            read: Box::new(read),
        }
    }

    /// A rule for text, in the words of `allowed`.
    fn text(allowed: &'static str, read: impl Fn(&str) -> Option<T> + 'static) -> Rule<T> {
        Rule::new(Form::Text(allowed), move |value| read(value.as_str()?))
    }

    /// The typed value, or `None` if the rule does not allow it.
    pub(super) fn read(&self, value: &Value) -> Option<T> {
        (self.read)(value)
    }
}

/// What an allowed value looks like. Displayed as the end of "must be …".
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    /// A whole number of `unit` within bounds.
    Whole {
        unit: &'static str,
        bounds: RangeInclusive<i64>,
    },
    /// One of some words.
    Choice(Vec<&'static str>),
    /// True or false.
    Switch,
    /// Text, or another value, as described.
    Text(&'static str),
    /// Text that must never be shown, as described.
    Secret(&'static str),
    /// A special value, or else the other form.
    Or(&'static str, Box<Form>),
}

impl Form {
    /// Whether values of this form must never be shown.
    pub(super) fn is_secret(&self) -> bool {
        match self {
            Form::Secret(_) => true,
            Form::Or(_, form) => form.is_secret(),
            Form::Whole { .. } | Form::Choice(_) | Form::Switch | Form::Text(_) => false,
        }
    }

    /// What to write instead of `value`, where a common mistake is recognised.
    pub(super) fn remedy(&self, value: &Value) -> Option<String> {
        match (self, value) {
            (Form::Or(_, form), _) => form.remedy(value),
            (Form::Whole { .. }, Value::String(text)) if text.parse::<i64>().is_ok() => {
                Some("write the number without quotes".to_owned())
            }
            (Form::Whole { .. }, Value::String(text))
                if text.starts_with(|first: char| first.is_ascii_digit()) =>
            {
                Some("write the number alone, its unit is fixed".to_owned())
            }
            (Form::Whole { .. }, Value::Float(number)) if number.fract() == 0.0 => {
                Some("write it without a decimal point".to_owned())
            }
            (Form::Choice(names), Value::String(text)) => {
                let name = closest(text, names.iter().copied())?;
                Some(format!("did you mean `{name}`?"))
            }
            (Form::Switch, Value::String(_) | Value::Integer(_)) => {
                Some("write true or false, without quotes".to_owned())
            }
            (
                Form::Whole { .. }
                | Form::Choice(_)
                | Form::Switch
                | Form::Text(_)
                | Form::Secret(_),
                _,
            ) => None,
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Form::Whole { unit, bounds } => write!(
                formatter,
                "a whole number of {unit} between {} and {}",
                bounds.start(),
                bounds.end()
            ),
            Form::Choice(names) => {
                for (index, name) in names.iter().enumerate() {
                    let before = match index {
                        0 => "",
                        _ if index + 1 == names.len() => " or ",
                        _ => ", ",
                    };
                    write!(formatter, "{before}\"{name}\"")?;
                }
                Ok(())
            }
            Form::Switch => formatter.write_str("true or false"),
            Form::Text(allowed) | Form::Secret(allowed) => formatter.write_str(allowed),
            Form::Or(special, form) => write!(formatter, "{special}, or {form}"),
        }
    }
}

/// The candidate most like `word`, if any is like it.
pub(super) fn closest<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    // Below this likeness a suggestion is more often wrong than right.
    const LIKENESS_MIN: f64 = 0.82;
    let mut best = None;
    let mut likeness_best = LIKENESS_MIN;
    for candidate in candidates {
        let likeness = strsim::jaro_winkler(&word.to_lowercase(), candidate);
        if likeness > likeness_best {
            likeness_best = likeness;
            best = Some(candidate);
        }
    }
    best
}

/// A type whose values are written as words.
pub(super) trait Choice: Copy + 'static {
    /// Every value with its word.
    const NAMED: &'static [(&'static str, Self)];
}

pub(super) fn choice<T: Choice>() -> Rule<T> {
    let names = T::NAMED.iter().map(|(name, _)| *name).collect();
    Rule::new(Form::Choice(names), |value| {
        let word = value.as_str()?;
        let (_, chosen) = T::NAMED.iter().find(|(name, _)| *name == word)?;
        Some(*chosen)
    })
}

pub(super) fn switch() -> Rule<bool> {
    Rule::new(Form::Switch, Value::as_bool)
}

/// A whole number within bounds, made into `T` by `make`.
fn number<T: 'static>(
    unit: &'static str,
    bounds: RangeInclusive<i64>,
    make: impl Fn(u64) -> Option<T> + 'static,
) -> Rule<T> {
    let form = Form::Whole {
        unit,
        bounds: bounds.clone(),
    };
    Rule::new(form, move |value| {
        let number = value
            .as_integer()
            .filter(|number| bounds.contains(number))?;
        make(u64::try_from(number).ok()?)
    })
}

pub(super) fn whole<T: TryFrom<u64> + 'static>(
    unit: &'static str,
    bounds: RangeInclusive<i64>,
) -> Rule<T> {
    number(unit, bounds, |number| T::try_from(number).ok())
}

pub(super) fn rate(unit: &'static str, bounds: RangeInclusive<i64>) -> Rule<NonZeroU32> {
    number(unit, bounds, |number| {
        NonZeroU32::new(u32::try_from(number).ok()?)
    })
}

pub(super) fn megabytes(bounds: RangeInclusive<i64>) -> Rule<u64> {
    number("MB", bounds, |number| number.checked_mul(MEGABYTE))
}

pub(super) fn milliseconds(bounds: RangeInclusive<i64>) -> Rule<Duration> {
    number("milliseconds", bounds, |number| {
        Some(Duration::from_millis(number))
    })
}

pub(super) fn seconds(bounds: RangeInclusive<i64>) -> Rule<Duration> {
    number("seconds", bounds, |number| {
        Some(Duration::from_secs(number))
    })
}

/// Days of 24 hours.
pub(super) fn days(bounds: RangeInclusive<i64>) -> Rule<Duration> {
    number("days", bounds, |number| {
        Some(Duration::from_secs(number.checked_mul(86_400)?))
    })
}

/// A number, or 0 for `None`: the program finds the value itself.
pub(super) fn automatic_or<T: 'static>(rule: Rule<T>) -> Rule<Option<T>> {
    let form = Form::Or("0 (automatic)", Box::new(rule.form.clone()));
    Rule::new(form, move |value| match value {
        Value::Integer(0) => Some(None),
        _ => rule.read(value).map(Some),
    })
}

/// Text, or nothing for `None`.
pub(super) fn none_or<T: 'static>(rule: Rule<T>) -> Rule<Option<T>> {
    let form = Form::Or("empty", Box::new(rule.form.clone()));
    Rule::new(form, move |value| match value.as_str() {
        Some("") => Some(None),
        _ => rule.read(value).map(Some),
    })
}

pub(super) fn address() -> Rule<SocketAddr> {
    Rule::text(
        "an IP address with a port, such as 127.0.0.1:8080 or [::]:8080",
        |text| text.parse().ok(),
    )
}

pub(super) fn base_path() -> Rule<BasePath> {
    Rule::text(
        "empty, or a path such as /analytics, of letters, digits, `-`, `.`, `_` and `~`",
        BasePath::parse,
    )
}

pub(super) fn script_path() -> Rule<ScriptPath> {
    Rule::text(
        "a path that ends in .js, such as /a.js or /assets/app.js, of letters, digits, `-`, `.`, `_` \
         and `~`, and not below /static or /v1",
        ScriptPath::parse,
    )
}

pub(super) fn origin() -> Rule<Origin> {
    Rule::text(
        "a scheme and host without a path, such as https://analytics.example.com",
        Origin::parse,
    )
}

pub(super) fn folder() -> Rule<PathBuf> {
    Rule::text("the path of a folder", |text| {
        let is_path = !text.is_empty() && !text.contains(char::is_control);
        is_path.then(|| PathBuf::from(text))
    })
}

/// A file that can be opened now. It may still be gone when it is read.
pub(super) fn file() -> Rule<PathBuf> {
    Rule::text("the path of a readable file", |text| {
        let path = PathBuf::from(text);
        let metadata = std::fs::File::open(&path).ok()?.metadata().ok()?;
        metadata.is_file().then_some(path)
    })
}

pub(super) fn log_filter() -> Rule<String> {
    Rule::text(
        "off, error, warn, info, debug or trace, or a list such as info,analytics::store=debug",
        |text| text.split(',').all(is_directive).then(|| text.to_owned()),
    )
}

/// Whether `directive` is a level, or a module path with one.
fn is_directive(directive: &str) -> bool {
    let (target, level) = match directive.split_once('=') {
        Some((target, level)) => (Some(target), level),
        None => (None, directive),
    };
    let is_level = ["off", "error", "warn", "info", "debug", "trace"].contains(&level);
    is_level
        && target.is_none_or(|target| {
            let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_:".contains(letter);
            !target.is_empty() && target.chars().all(is_part)
        })
}

/// Networks, as a list or, for the environment's sake, as text with commas. An address alone
/// is a network of one.
pub(super) fn networks() -> Rule<Vec<IpNet>> {
    let allowed = "a list of IP addresses or networks, such as [\"127.0.0.1\", \"10.0.0.0/8\"]";
    Rule::new(Form::Text(allowed), |value| {
        if let Some(text) = value.as_str() {
            let parts = text.split(',').filter(|part| !part.trim().is_empty());
            return parts.map(network).collect();
        }
        let items = value.as_array()?.iter();
        items.map(|item| network(item.as_str()?)).collect()
    })
}

fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    match text.parse::<IpNet>() {
        Ok(network) => Some(network.trunc()),
        Err(_) => Some(IpNet::from(text.parse::<IpAddr>().ok()?)),
    }
}

/// A token long enough not to be guessed, of characters that may stand in an HTTP header.
pub(super) fn secret_token() -> Rule<Secret> {
    let form = Form::Secret("16 to 512 letters, digits or signs of ASCII, without spaces");
    Rule::new(form, |value| {
        let text = value.as_str()?;
        let is_token =
            (16..=512).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_token.then(|| Secret::new(text.to_owned()))
    })
}
