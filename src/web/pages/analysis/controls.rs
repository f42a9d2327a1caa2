//! What the analyses are asked by: chosen events, menus of values, and the redirect that makes a choice an address.

use actix_web::HttpRequest;

use crate::analysis::choice::EventChoice;
use crate::app::App;
use crate::catalogue::dimension::DIMENSIONS;
use crate::core::filter::{Condition, escape};
use crate::core::sql::{Binds, Sql};
use crate::store::control::access::Scope;
use crate::store::table::Cell;
use crate::web::analysis::ask;
use crate::web::extract::parameter;
use crate::web::pages::report::address::{Address, OTHERS};
use crate::web::problem::Problem;
use crate::web::view::analysis::EventChip;
use crate::web::view::block::menu::Menu;
use crate::web::view::block::range_bar::LinkChoice;

/// Parameters of the address that no analysis has: those of every page, and what the event forms send.
pub const PAGE_PARAMETERS: [&str; 12] = [
    OTHERS[0],
    OTHERS[1],
    OTHERS[2],
    OTHERS[3],
    OTHERS[4],
    OTHERS[5],
    "pick",
    "pick_event",
    "pick_by",
    "pick_is",
    "pick_value",
    "pick_as",
];

/// Dimensions that pages offer for a split: those with few values.
pub const SPLITS: [&str; 15] = [
    "provider",
    "plan",
    "segment",
    "country",
    "device",
    "browser",
    "os",
    "language",
    "channel",
    "referrer_host",
    "utm_source",
    "utm_campaign",
    "feature",
    "model",
    "account",
];

/// How far back names of events are looked for, in microseconds (90 days).
const NAMES_US: i64 = 90 * 86_400_000_000;

/// Where to go with the event that a form has sent; `None` if it has sent none.
///
/// `names` are the parameters that it may be for; one that is `repeated` is added to those that are there.
///
/// # Errors
/// If it is no event.
pub fn picked(
    request: &HttpRequest,
    address: &Address,
    names: &[&'static str],
    repeated: &str,
) -> Result<Option<String>, Problem> {
    let Some(pick) = parameter(request, "pick") else {
        return Ok(None);
    };
    let Some(name) = names.iter().find(|name| **name == pick) else {
        return Ok(None);
    };
    let text = |name: &str| {
        parameter(request, name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    // A bar stays, as it joins events of which any will do.
    let mut choice = text("pick_event").unwrap_or_default().replace(';', "\\;");
    if let (Some(field), Some(value)) = (text("pick_by"), text("pick_value")) {
        let test = text("pick_is").unwrap_or_else(|| "is".to_owned());
        choice.push(';');
        choice.push_str(&Condition::is(&field, &value).to_string().replacen(
            ":is:",
            &format!(":{test}:"),
            1,
        ));
    }
    if let Some(label) = text("pick_as") {
        choice.push_str(";as:");
        choice.push_str(&escape(&label));
    }
    // Read and written again, so that the form knows no more than an address.
    let choice = EventChoice::parse(name, &choice)?.to_text();
    let next = match *name == repeated {
        true => {
            let held = address
                .all(name)
                .map(str::to_owned)
                .chain([choice])
                .collect();
            address.with_all(name, held)
        }
        false => address.with(name, &choice),
    };
    Ok(Some(next.without(&["people", "state"]).path_and_query()))
}

/// The chosen events of a parameter that may be given several times.
pub fn chips(address: &Address, name: &str, choices: &[EventChoice]) -> Vec<EventChip> {
    let texts: Vec<String> = choices.iter().map(EventChoice::to_text).collect();
    let rest = address.without(&["people", "state"]);
    let chip = |(place, choice): (usize, &EventChoice)| {
        let mut without = texts.clone();
        without.remove(place);
        EventChip {
            mark: (place + 1).to_string(),
            label: choice.label(),
            remove_href: rest.with_all(name, without).link(),
            earlier_href: place.checked_sub(1).map(|before| {
                let mut swapped = texts.clone();
                swapped.swap(before, place);
                rest.with_all(name, swapped).link()
            }),
        }
    };
    choices.iter().enumerate().map(chip).collect()
}

/// One chosen event.
pub fn chip(address: &Address, name: &'static str, mark: &str, choice: &EventChoice) -> EventChip {
    EventChip {
        mark: mark.to_owned(),
        label: choice.label(),
        remove_href: address.without(&[name]).link(),
        earlier_href: None,
    }
}

/// A menu of the values of a parameter; the first is the usual one.
pub fn menu(
    address: &Address,
    label: &str,
    name: &'static str,
    current: &str,
    choices: &[(&str, &str)],
) -> Menu {
    let usual = choices.first().map_or("", |(id, _)| id);
    let held = choices.iter().find(|(id, _)| *id == current);
    Menu {
        label: label.to_owned(),
        current: held.map_or(current, |(_, text)| text).to_owned(),
        choices: choices
            .iter()
            .map(|(id, text)| LinkChoice {
                label: (*text).to_owned(),
                href: match *id == usual {
                    true => address.without(&[name]).link(),
                    false => address.with(name, id).link(),
                },
                is_current: *id == current,
            })
            .collect(),
    }
}

/// The menu of dimensions by which the page can be split, for the parameter `name`.
pub fn split_menu(address: &Address, name: &'static str, current: Option<String>) -> Menu {
    let dimensions = DIMENSIONS
        .iter()
        .filter(|dimension| SPLITS.contains(&dimension.id));
    let mut choices = vec![("", "nothing")];
    choices.extend(dimensions.map(|dimension| (dimension.id, dimension.label)));
    let current = current.unwrap_or_default();
    menu(address, "Split by", name, &current, &choices)
}

/// Names of the project's events of the last months, the most frequent first.
///
/// # Errors
/// If the engine fails.
pub async fn event_names(app: &App, scope: &Scope) -> Result<Vec<String>, Problem> {
    let from = app.clock.now().as_microsecond() - NAMES_US;
    ask(app, scope, move |inquiry| {
        let mut binds = Binds::default();
        let sql = Sql::text(
            "SELECT type FROM events WHERE project = $project AND occurred_at >= make_timestamp({{from}}) \
             GROUP BY type ORDER BY count(*) DESC, type LIMIT 200",
        )
        .fill("from", &binds.whole(from));
        let rows = inquiry.rows(&sql, &binds)?;
        Ok(rows.iter().filter_map(|row| row.first().and_then(Cell::text).map(str::to_owned)).collect())
    })
    .await
}
