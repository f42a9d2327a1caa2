//! `GET /users/export`: everything that is stored about somebody, one event a line. For administrators.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};

use crate::web::pages::visit::Visit;
use crate::web::person;
use crate::web::problem::Problem;

/// `GET /users/export?kind=user&id=ana`: JSON lines, the ids first, then each event.
///
/// # Errors
/// `not_found` if nobody has this name.
pub async fn export(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let (admin, name) = (visit.admin()?, person::named(&request)?);
    person::export(Arc::clone(&visit.app), &admin, &name).await
}
