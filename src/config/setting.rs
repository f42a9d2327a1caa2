//! The form of the settings table: what a row says, and the macro that turns rows into code.
//!
//! Knows no setting by name and reads no values; see `rule.rs` and `load.rs` for those.

use crate::config::problem::Source;
use crate::config::rule::Form;

/// A block of settings under one `[name]`.
pub(super) struct Section {
    pub(super) name: &'static str,
    /// What its settings have in common, one item a line.
    pub(super) about: &'static [&'static str],
    pub(super) settings: &'static [Setting],
}

/// One row of the table.
pub(super) struct Setting {
    pub(super) section: &'static str,
    pub(super) key: &'static str,
    /// What it does and when to change it, one item a line.
    pub(super) about: &'static [&'static str],
    /// The default, as it stands in TOML.
    pub(super) default: &'static str,
    /// Makes the form of an allowed value.
    pub(super) form: fn() -> Form,
}

impl Setting {
    /// The key with its section, such as `ingest.queue_events`.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.section, self.key)
    }
}

/// The value in force for a setting, and where it came from. Holds no secret.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Effective {
    pub(super) section: &'static str,
    pub(super) key: &'static str,
    /// The value; `***` in place of a secret that is set.
    pub(super) value: toml::Value,
    pub(super) source: Source,
}

impl Effective {
    /// The key with its section.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.section, self.key)
    }
}

/// Makes the section types, [`Config`](crate::config::Config), the table `SECTIONS` and
/// `Config::read` from rows of the form
/// `/// about`, `key = default => field: Type, rule;`.
///
/// A macro, because a struct, its documentation and the text of the example file cannot come
/// from one place otherwise.
macro_rules! settings {
    ($(
        $(#[doc = $section_about:literal])+
        $section:ident: $Section:ident {
            $(
                $(#[doc = $about:literal])+
                $key:ident = $default:tt => $field:ident: $Type:ty, $rule:expr;
            )+
        }
    )+) => {
        $(
            $(#[doc = $section_about])+
            #[derive(Debug, Clone, PartialEq)]
            pub struct $Section {
                $(
                    $(#[doc = $about])+
                    pub $field: $Type,
                )+
            }
        )+

        /// Every setting, checked and typed.
        ///
        /// Units of the file's keys are gone: times are `Duration`, sizes are bytes, and what
        /// can be automatic or absent is an `Option`.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Config {
            $(
                $(#[doc = $section_about])+
                pub $section: $Section,
            )+
            effective: Vec<crate::config::setting::Effective>,
        }

        impl Config {
            /// Reads every row; what cannot be used is noted as a problem and leaves the value
            /// of the layer below.
            fn read(reader: &mut crate::config::load::Reader) -> Config {
                $(
                    let $section = $Section {
                        $($field: reader.take(stringify!($section), stringify!($key), $rule),)+
                    };
                )+
                Config {
                    $($section,)+
                    effective: reader.effective(),
                }
            }
        }

        /// The table, in the order of the example file.
        static SECTIONS: &[crate::config::setting::Section] = &[
            $(
                crate::config::setting::Section {
                    name: stringify!($section),
                    about: &[$($section_about),+],
                    settings: &[
                        $(
                            crate::config::setting::Setting {
                                section: stringify!($section),
                                key: stringify!($key),
                                about: &[$($about),+],
                                default: stringify!($default),
                                form: || {
                                    let rule: crate::config::rule::Rule<$Type> = $rule;
                                    rule.form
                                },
                            },
                        )+
                    ],
                },
            )+
        ];
    };
}
pub(super) use settings;
