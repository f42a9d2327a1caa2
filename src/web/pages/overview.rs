//! `GET /`: the live figures as they are now and the course of the longer ones below, or how to send the first event.
//!
//! Figures come from the live hub, so that the page and the channel that goes on from it cannot differ.

pub mod card;
pub mod feed;
pub mod hour;
pub mod metric;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::catalogue::section;
use crate::core::code::Code;
use crate::core::currency::prefix;
use crate::live::frame::{Frame, HourCharts, Provider};
use crate::render::unit::Unit;
use crate::store::control::key_kind::KeyKind;
use crate::store::summary::has_events;
use crate::web::form::PersonForm;
use crate::web::pages::choices::label;
use crate::web::pages::overview::card::{LIVE_METRIC, cards};
use crate::web::pages::overview::feed::feed_row;
use crate::web::pages::overview::hour::{figure_chart, provider_chart};
use crate::web::pages::overview::metric::Metric;
use crate::web::pages::place::see_other;
use crate::web::pages::report::address::Address;
use crate::web::pages::report::controls::added_filter;
use crate::web::pages::report::report;
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::figure::separated;
use crate::web::view::overview::{LiveState, OverviewPage, OverviewState, ProviderRow};
use crate::web::view::provider::ProviderMark;
use crate::web::view::report::Report;
use crate::web::view::shell::{Room, Tone};

/// What the key of the first steps is called in the list of keys.
const FIRST_KEY_NAME: &str = "First steps";

/// Most providers with a row of their own.
const PROVIDERS_MAX: usize = 8;

/// Most rows of the feed; the script keeps as many.
const FEED_ROWS_MAX: usize = 50;

/// `GET /`: for people who are logged in.
///
/// # Errors
/// If the engine cannot say whether the project has events, or a parameter of the address cannot be used.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let address = compared(Address::of("/", request.query_string()));
    if let Some(place) = added_filter(&request, &address)? {
        return Ok(see_other(&visit.app, &place));
    }
    let live = live(&visit)?;
    // The hub knows an event before the engine does.
    let is_empty =
        live.events.is_empty() && !has_events(&visit.app.engine, visit.project().id.get()).await?;
    let state = match is_empty {
        true => OverviewState::Empty(visit.first_steps(&request, None)),
        false => {
            let report = report(&request, &visit, &address, &section::OVERVIEW).await?;
            OverviewState::Live(Box::new(live_state(&live, &address, report, &visit)))
        }
    };
    draw(StatusCode::OK, &overview(&visit, &live, state))
}

/// `POST /`: a first ingest key, for administrators, shown this once inside the first steps. The answer is the
/// page itself and no redirect, as only a hash of the key is stored.
///
/// # Errors
/// If the control store fails.
pub async fn first_key(request: HttpRequest, form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let control = &visit.app.control;
    let new = control
        .create_key_in(&visit.admin()?, KeyKind::Ingest, FIRST_KEY_NAME)
        .await
        .map_err(Problem::internal)?;
    let steps = visit.first_steps(&request, Some(new.token.reveal()));
    let page = overview(visit, &live(visit)?, OverviewState::Empty(steps));
    draw(StatusCode::OK, &page)
}

/// The address of a page whose figures are told against the period before, unless the reader chose otherwise.
fn compared(address: Address) -> Address {
    match address.get("compare") {
        Some(_) => address,
        None => address.with("compare", section::OVERVIEW.compare.id()),
    }
}

fn live(visit: &Visit) -> Result<Frame, Problem> {
    let live = visit.app.hub.snapshot(visit.project().id.get());
    live.ok_or_else(|| Problem::of(Code::NotReady).retry_after(1))
}

fn overview(visit: &Visit, live: &Frame, state: OverviewState) -> OverviewPage {
    let project = visit.project();
    OverviewPage {
        frame: visit.frame(),
        shell: visit.shell(Room::Overview),
        subtitle: format!("{}, {}", project.time_zone_name(), label(&project.currency)),
        as_of: time_of_day(live.t),
        state,
    }
}

fn live_state(live: &Frame, address: &Address, report: Report, visit: &Visit) -> LiveState {
    let project = visit.project();
    let chosen = Metric::chosen(address.get(LIVE_METRIC));
    let zone = &project.time_zone;
    let sign = prefix(&live.kpi.currency);
    let nothing = HourCharts::default();
    let hour = live.hour.as_ref().unwrap_or(&nothing);
    LiveState {
        cards: cards(live, chosen, &address.with("project", &project.slug)),
        figure: figure_chart(hour, chosen, &live.kpi.currency, zone),
        by_provider: provider_chart(hour, zone),
        providers: providers(&live.providers),
        feed: live
            .events
            .iter()
            .take(FEED_ROWS_MAX)
            .map(|event| feed_row(event, &sign, visit.now()))
            .collect(),
        zone: project.time_zone_name().to_owned(),
        prefix: sign,
        report,
    }
}

fn providers(providers: &[Provider]) -> Vec<ProviderRow> {
    let known = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let row = |provider: &Provider| ProviderRow {
        id: provider.id.clone(),
        mark: ProviderMark::new(&provider.id, &provider.label),
        per_minute: separated(provider.per_minute),
        latency: known(
            provider
                .avg_latency_ms
                .map(|ms| Unit::Milliseconds.short(ms)),
        ),
        error_rate: known(
            provider
                .error_rate_percentage
                .map(|rate| Unit::Share.full(rate / 100.0)),
        ),
        tone: error_tone(provider.error_rate_percentage),
    };
    providers.iter().take(PROVIDERS_MAX).map(row).collect()
}

/// Up to 1 % of errors is usual, above 5 % is bad.
fn error_tone(percentage: Option<f64>) -> Tone {
    match percentage {
        Some(rate) if rate > 5.0 => Tone::Bad,
        Some(rate) if rate > 1.0 => Tone::Warn,
        Some(_) | None => Tone::Plain,
    }
}

fn time_of_day(milliseconds: i64) -> String {
    let at = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    at.to_zoned(TimeZone::UTC)
        .strftime("%H:%M:%S UTC")
        .to_string()
}

#[cfg(test)]
mod tests {
    use crate::live::frame::Provider;
    use crate::web::pages::overview::{providers, time_of_day};
    use crate::web::view::shell::Tone;

    #[test]
    fn a_provider_without_a_call_in_five_minutes_has_dashes_and_errors_have_a_tone() {
        let provider = |latency, rate| Provider {
            id: "openai".into(),
            label: "OpenAI".into(),
            per_minute: 1200,
            avg_latency_ms: latency,
            error_rate_percentage: rate,
        };

        let rows = providers(&[
            provider(Some(842.4), Some(1.25)),
            provider(None, None),
            provider(None, Some(1.0)),
            provider(None, Some(5.01)),
        ]);

        let seen: Vec<_> = rows
            .iter()
            .map(|row| (&*row.per_minute, &*row.latency, &*row.error_rate, row.tone))
            .collect();
        assert_eq!(
            seen,
            [
                ("1,200", "842 ms", "1.25%", Tone::Warn),
                ("1,200", "–", "–", Tone::Plain),
                ("1,200", "–", "1.00%", Tone::Plain),
                ("1,200", "–", "5.01%", Tone::Bad)
            ]
        );
    }

    #[test]
    fn the_time_is_told_for_readers_without_script() {
        assert_eq!(time_of_day(78_005_000), "21:40:05 UTC"); // 21 × 3600 + 40 × 60 + 5
    }
}
