//! What stands in a card that has nothing to draw: why, and what to do next.

/// A way on.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does: "Widen to 24 h".
    pub label: String,
    /// Where it leads.
    pub href: String,
}

/// Nothing is there: `{% call kit::empty(frame, empty) %}{% endcall %}`.
#[derive(Clone, Debug)]
pub struct Empty {
    /// The icon's name: "inbox" for no data, "circle-check" for nothing wrong.
    pub icon: &'static str,
    /// What is missing: "No requests in the last hour".
    pub title: String,
    /// Why, and what would change it.
    pub text: String,
    /// The next step.
    pub step: Option<Step>,
}

impl Empty {
    /// No data in the asked range, with a wider one as the next step.
    pub fn range(title: impl Into<String>, text: impl Into<String>, step: Option<Step>) -> Self {
        Self {
            icon: "inbox",
            title: title.into(),
            text: text.into(),
            step,
        }
    }
}

/// The section could not be computed, while the others could: `{% call kit::failure(frame, failure) %}{% endcall %}`.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What happened, in a sentence.
    pub text: String,
    /// The request's id, by which the log has the rest.
    pub request_id: String,
    /// The page once more, for readers without script; with script only the section is tried again.
    pub retry_href: String,
}

/// The reader may not see this section: `{% call kit::forbidden(frame, role) %}{% endcall %}`.
#[derive(Clone, Debug)]
pub struct Forbidden {
    /// Who may: "administrators".
    pub role: String,
}
