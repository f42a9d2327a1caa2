//! Form fields that come back: what was entered, and what is wrong with it.

/// A field of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// What the field holds when the page opens.
    pub value: String,
    /// What is wrong with it and how to put it right, or nothing.
    pub error: Option<String>,
}

impl Field {
    /// A field without an error.
    pub fn new(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            error: None,
        }
    }

    /// A field that was refused.
    pub fn refused(value: impl Into<String>, error: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            error: Some(error.into()),
        }
    }
}

/// An option of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Whether it is chosen when the page opens.
    pub is_chosen: bool,
}

/// A list of options with an error of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Select {
    /// The options, in order.
    pub choices: Vec<Choice>,
    /// What is wrong with what was chosen.
    pub error: Option<String>,
}

impl Select {
    /// A list of (value, label) with `chosen` selected.
    pub fn new<'a>(choices: impl IntoIterator<Item = (&'a str, &'a str)>, chosen: &str) -> Self {
        let choices = choices
            .into_iter()
            .map(|(value, label)| Choice {
                value: value.into(),
                label: label.into(),
                is_chosen: value == chosen,
            })
            .collect();
        Self {
            choices,
            error: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Select;

    #[test]
    fn a_list_opens_at_the_chosen_option() {
        let select = Select::new([("EUR", "Euro"), ("USD", "US dollar")], "USD");

        let chosen: Vec<_> = select
            .choices
            .iter()
            .filter(|choice| choice.is_chosen)
            .map(|choice| &*choice.value)
            .collect();
        assert_eq!(chosen, ["USD"]);
    }
}
