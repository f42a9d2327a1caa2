//! The page of an error: what happened, what to do, and a way back.

use askama::Template;

use crate::web::view::frame::Frame;

/// A way out of an error page.
#[derive(Clone, Debug)]
pub struct WayBack {
    /// The path, after the base.
    pub path: String,
    /// What the link says.
    pub label: String,
}

/// The answer to a request of a person that cannot be served: 403, 404, 429, 500 and their like.
///
/// It needs no session and no store, so that it can be drawn when either fails.
#[derive(Template)]
#[template(path = "problem.html")]
pub struct ProblemPage {
    /// The page's frame.
    pub frame: Frame,
    /// The status code.
    pub status: u16,
    /// What happened, as a short sentence without a final stop.
    pub title: String,
    /// Why, and what to do now.
    pub text: String,
    /// The id under which the log has the details; shown for server errors.
    pub request_id: Option<String>,
    /// Where to go instead.
    pub way_back: WayBack,
}
