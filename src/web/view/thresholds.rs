//! The form of a project's thresholds: from where on a service is yellow or red.

use askama::Template;

use crate::web::view::field::Field;
use crate::web::view::frame::Frame;
use crate::web::view::shell::Shell;

/// A limit of the form.
#[derive(Clone, Debug)]
pub struct LimitField {
    /// Its name in the form.
    pub id: &'static str,
    /// What it limits.
    pub label: &'static str,
    /// Its unit and what it decides, as a sentence.
    pub hint: String,
    /// Between two values that the arrows of the field offer.
    pub step: &'static str,
    /// What was entered.
    pub field: Field,
}

/// `GET /settings/thresholds`.
#[derive(Template)]
#[template(path = "thresholds.html")]
pub struct ThresholdsPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// What is wrong with the whole form.
    pub error: Option<String>,
    /// The limits of the success rate, of the 95th percentile, and of the error rate.
    pub groups: Vec<(&'static str, Vec<LimitField>)>,
    /// Whether they are the usual ones.
    pub is_usual: bool,
}
