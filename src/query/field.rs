//! What a question splits or filters by: a dimension of the catalogue, or a key of the events' metadata.

use crate::catalogue::dimension::{self, Dimension, DimensionKind};
use crate::core::limits;
use crate::core::sql::{Binds, Sql};

/// A dimension or a path into `metadata`.
#[derive(Clone, Debug)]
pub enum Field {
    /// A row of the catalogue.
    Dimension(&'static Dimension),
    /// `metadata.` and a key, or a path of keys with dots between them.
    Metadata(String),
}

/// Why a name is no field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// Neither a dimension nor a key of metadata.
    #[error(
        "`{name}` is no dimension{hint}; the catalogue lists them, and a key of your own is written metadata.key"
    )]
    Unknown {
        /// The name.
        name: String,
        /// A dimension that is written like it, as ` (did you mean …?)`.
        hint: String,
    },
    /// A path without a key.
    #[error("`{0}` names no key; write metadata.key")]
    NoKey(String),
    /// A number has too many values to split by.
    #[error("`{0}` is a number; filter by it instead of splitting by it")]
    Number(String),
}

impl Field {
    /// The field of this name.
    ///
    /// # Errors
    /// If there is none, with the nearest name.
    pub fn find(name: &str) -> Result<Field, FieldError> {
        if let Some(path) = name.strip_prefix("metadata.") {
            let is_path = !path.is_empty()
                && path.len() <= limits::NAME_BYTES_MAX
                && path.split('.').all(|key| !key.is_empty());
            return match is_path {
                true => Ok(Field::Metadata(path.to_owned())),
                false => Err(FieldError::NoKey(name.chars().take(80).collect())),
            };
        }
        dimension::find(name)
            .map(Field::Dimension)
            .ok_or_else(|| FieldError::Unknown {
                name: name.chars().take(80).collect(),
                hint: hint(name),
            })
    }

    /// The same, if one can split by it.
    ///
    /// # Errors
    /// Also for numbers.
    pub fn find_split(name: &str) -> Result<Field, FieldError> {
        match Field::find(name)? {
            Field::Dimension(dimension) if dimension.kind == DimensionKind::Number => {
                Err(FieldError::Number(name.to_owned()))
            }
            field => Ok(field),
        }
    }

    /// Its name in addresses.
    pub fn id(&self) -> String {
        match self {
            Field::Dimension(dimension) => dimension.id.to_owned(),
            Field::Metadata(path) => format!("metadata.{path}"),
        }
    }

    /// Its name on pages.
    pub fn label(&self) -> String {
        match self {
            Field::Dimension(dimension) => dimension.label.to_owned(),
            Field::Metadata(path) => path.clone(),
        }
    }

    /// What an absent value is called.
    pub fn none(&self) -> &'static str {
        match self {
            Field::Dimension(dimension) => dimension.none,
            Field::Metadata(_) => "not given",
        }
    }

    /// The column of the frames, if it is one.
    pub fn column(&self) -> Option<&'static str> {
        match self {
            Field::Dimension(dimension) => Some(dimension.column),
            Field::Metadata(_) => None,
        }
    }

    /// Whether its values are numbers of people.
    pub fn is_person(&self) -> bool {
        matches!(self, Field::Dimension(dimension) if dimension.kind == DimensionKind::Person)
    }

    /// Whether its values are segments: sets of people that may overlap.
    pub fn is_segment(&self) -> bool {
        matches!(self, Field::Dimension(dimension) if dimension.kind == DimensionKind::Segment)
    }

    /// The value of a row as SQL.
    pub fn sql(&self, binds: &mut Binds) -> Sql {
        match self {
            Field::Dimension(dimension) => Sql::text(dimension.column),
            Field::Metadata(path) => {
                let text =
                    |path: Sql| Sql::text("json_text(metadata, {{path}})").fill("path", &path);
                let whole = text(binds.text(json_path(&[path])));
                match path.contains('.') {
                    false => whole,
                    // A key may itself have a dot.
                    true => {
                        let keys: Vec<&str> = path.split('.').collect();
                        let nested = text(binds.text(json_path(&keys)));
                        Sql::text("coalesce({{a}}, {{b}})")
                            .fill("a", &whole)
                            .fill("b", &nested)
                    }
                }
            }
        }
    }
}

/// A path of keys, each quoted.
fn json_path(keys: &[impl AsRef<str>]) -> String {
    let mut path = String::from("$");
    for key in keys {
        path.push_str(".\"");
        for c in key.as_ref().chars() {
            if matches!(c, '"' | '\\') {
                path.push('\\');
            }
            path.push(c);
        }
        path.push('"');
    }
    path
}

fn hint(name: &str) -> String {
    let near = dimension::DIMENSIONS
        .iter()
        .map(|dimension| (strsim::jaro_winkler(dimension.id, name), dimension.id))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((likeness, id)) if likeness > 0.8 => format!(" (did you mean `{id}`?)"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::sql::Bind;

    #[test]
    fn a_wrong_name_is_told_with_the_nearest_one() {
        let error = Field::find("provder")
            .expect_err("no such dimension")
            .to_string();
        assert!(error.contains("did you mean `provider`?"), "{error}");
        assert!(Field::find("metadata.").is_err());
        assert!(Field::find_split("latency_ms").is_err());
    }

    #[test]
    fn a_path_is_bound_and_quoted() {
        let mut binds = Binds::default();
        let field = Field::find("metadata.a\"b.c").expect("a field");
        assert_eq!(
            field.sql(&mut binds).as_str(),
            "coalesce(json_text(metadata, $p0), json_text(metadata, $p1))"
        );
        assert_eq!(binds.0[1], Bind::Text("$.\"a\\\"b\".\"c\"".into()));
    }
}
