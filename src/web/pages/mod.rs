//! The pages: a handler asks the application and fills the structs of `web::view`.
//!
//! Pages that lead to a session are for anyone; all others are for people who are logged in, which
//! [`visit::Visit`] and [`crate::web::form::PersonForm`] prove. Holds no SQL and computes no metric.

pub mod account;
pub mod analysis;
pub mod budget_panel;
pub mod budgets;
pub mod exchange_rates;
pub mod keys;
pub mod missing;
pub mod overview;
pub mod price_list;
pub mod prices;
pub mod projects;
pub mod reference;
pub mod report;
pub mod reprice;
pub mod sign_in;
pub mod system;
pub mod thresholds;
pub mod users;

// What the pages share.
pub mod choices;
pub mod notice;
pub mod place;
pub mod size;
pub mod visit;

#[cfg(test)]
mod tests;

use actix_web::HttpRequest;
use actix_web::web::{self, ServiceConfig, resource};

use crate::catalogue::section;
use crate::web::pages::visit::Visit;
use crate::web::view::shell::{ROOMS, Room};

/// Every page, below the base path.
pub fn configure(config: &mut ServiceConfig) {
    config
        // For anyone.
        .service(
            resource("/setup")
                .get(sign_in::setup_form)
                .post(sign_in::set_up),
        )
        .service(
            resource("/login")
                .get(sign_in::log_in_form)
                .post(sign_in::log_in),
        )
        // For people who are logged in.
        .service(resource("/logout").post(sign_in::log_out))
        .service(resource("/").get(overview::page).post(overview::first_key))
        .configure(reports)
        .service(resource(analysis::funnels::PATH).get(analysis::funnels::page))
        .service(resource("/funnels/save").post(analysis::funnels::save))
        .service(resource("/funnels/{id}/forget").post(analysis::funnels::forget))
        .service(resource(analysis::retention::PATH).get(analysis::retention::page))
        .service(resource(analysis::journeys::PATH).get(analysis::journeys::page))
        .service(resource(analysis::hours::PATH).get(analysis::hours::page))
        .service(resource(users::PATH).get(users::page))
        .service(resource(users::people::PATH).get(users::people::page))
        .service(resource(users::person::PATH).get(users::person::page))
        .service(
            resource(users::segments::PATH)
                .get(users::segments::page)
                .post(users::segments::save),
        )
        .service(resource("/users/segments/{id}/delete").post(users::segments::delete))
        .service(resource("/users/export").get(users::export::export))
        .service(resource("/users/merge").post(users::person::merge))
        .service(resource("/users/unmerge").post(users::person::unmerge))
        .service(resource("/users/erase").post(users::person::erase))
        .service(resource("/users/erased").get(users::person::erased))
        .service(resource("/costs/budgets").post(budgets::create))
        .service(resource("/costs/budgets/new").get(budgets::new_form))
        .service(
            resource("/costs/budgets/{id}")
                .get(budgets::form)
                .post(budgets::update),
        )
        .service(resource("/costs/budgets/{id}/archive").post(budgets::archive))
        .service(resource("/costs/budgets/{id}/dismiss").post(budgets::dismiss))
        .service(resource("/rows").get(report::rows::page))
        .service(resource("/sections/{page}/{section}").get(report::alone::page))
        .service(resource(users::PATH).get(users::page))
        .service(resource("/ingest").get(missing::page))
        .service(resource("/system").get(system::page))
        .service(resource("/reference").get(reference::metrics))
        .service(resource("/reference/api").get(reference::api))
        .service(
            resource("/settings/projects")
                .get(projects::list)
                .post(projects::create),
        )
        .service(resource("/settings/projects/new").get(projects::new_form))
        .service(
            resource("/settings/projects/{slug}")
                .get(projects::form)
                .post(projects::update),
        )
        .service(resource("/settings/projects/{slug}/archive").post(projects::archive))
        .service(resource("/settings/projects/{slug}/restore").post(projects::restore))
        .service(resource("/settings/projects/{slug}/remove").post(projects::remove))
        .service(
            resource("/settings/prices")
                .get(prices::list)
                .post(prices::create),
        )
        .service(resource("/settings/prices/new").get(prices::new_form))
        .service(
            resource("/settings/prices/reprice")
                .get(reprice::page)
                .post(reprice::start),
        )
        .service(resource("/settings/prices/book").post(prices::upload))
        .service(resource("/settings/prices/book/remove").post(prices::remove_book))
        .service(
            resource("/settings/prices/{id}")
                .get(prices::form)
                .post(prices::update),
        )
        .service(resource("/settings/prices/{id}/end").post(prices::end))
        .service(
            resource("/settings/exchange-rates")
                .get(exchange_rates::page)
                .post(exchange_rates::enter),
        )
        .service(resource("/settings/exchange-rates/file").post(exchange_rates::read_file))
        .service(resource("/settings/exchange-rates/remove").post(exchange_rates::remove))
        .service(
            resource("/settings/thresholds")
                .get(thresholds::form)
                .post(thresholds::save),
        )
        .service(resource("/settings/thresholds/reset").post(thresholds::reset))
        .service(
            resource("/settings/keys")
                .get(keys::list)
                .post(keys::create),
        )
        .service(resource("/settings/keys/{id}/revoke").post(keys::revoke))
        .service(resource("/settings/account").get(account::page))
        .service(resource("/settings/account/password").post(account::change_password))
        .service(resource("/settings/account/sessions/{id}/revoke").post(account::end_session))
        .service(resource("/settings/account/logout-everywhere").post(account::log_out_everywhere));
}

/// The pages that are made of sections of the catalogue.
fn reports(config: &mut ServiceConfig) {
    let rooms = ROOMS.iter().flat_map(|group| group.rooms);
    // The overview's sections stand below its live part, on a page of its own.
    for link in rooms.filter(|link| link.room != Room::Overview) {
        if let Some(page) = section::find(link.path) {
            let room = link.room;
            config.service(resource(page.path).route(web::get().to(
                move |request: HttpRequest, visit: Visit| report::page(request, visit, page, room),
            )));
        }
    }
}
