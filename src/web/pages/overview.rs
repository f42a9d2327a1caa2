//! `GET /`: the live figures as they are now, or how to send the first event.
//!
//! Figures come from the live hub, so that the page and the channel that goes on from it cannot differ.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::core::code::Code;
use crate::core::currency::prefix;
use crate::live::frame::{FeedItem, Frame, Kpi, Provider, Spark};
use crate::store::summary::has_events;
use crate::web::pages::choices::{decimals, label};
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::figure::{self, Figure, FigureForm};
use crate::web::view::moment::Moment;
use crate::web::view::overview::{
    FeedRow, KpiCard, LiveState, OverviewPage, OverviewState, ProviderRow,
};
use crate::web::view::provider::ProviderMark;
use crate::web::view::shell::{Room, Tone};
use crate::web::view::sparkline::{Sparkline, bars};

/// Most providers with a bar of their own.
const PROVIDERS_MAX: usize = 8;

/// Most rows of the feed; the script keeps as many.
const FEED_ROWS_MAX: usize = 50;

/// `GET /`: for people who are logged in.
///
/// # Errors
/// If the engine cannot say whether the project has events.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let project = visit.project();
    let id = project.id.get();
    let live = visit
        .app
        .hub
        .snapshot(id)
        .ok_or_else(|| Problem::of(Code::NotReady).retry_after(1))?;
    // The hub knows an event before the engine does.
    let is_empty = live.events.is_empty() && !has_events(&visit.app.engine, id).await?;
    let page = OverviewPage {
        frame: visit.frame(),
        shell: visit.shell(Room::Overview),
        subtitle: format!("{}, {}", project.time_zone_name(), label(&project.currency)),
        as_of: time_of_day(live.t),
        state: match is_empty {
            true => OverviewState::Empty(visit.first_steps(&request, None)),
            false => OverviewState::Live(live_state(&live, visit.now())),
        },
    };
    draw(StatusCode::OK, &page)
}

fn live_state(live: &Frame, now: Timestamp) -> LiveState {
    let queries: Vec<f64> = live
        .spark
        .queries_per_minute
        .iter()
        .map(|count| *count as f64)
        .collect();
    LiveState {
        cards: cards(&live.kpi, &live.spark),
        hour: bars(&queries),
        hour_summary: hour_summary(&live.spark.queries_per_minute),
        providers: providers(&live.providers),
        feed: live
            .events
            .iter()
            .take(FEED_ROWS_MAX)
            .map(|event| feed_row(event, &prefix(&live.kpi.currency), now))
            .collect(),
        prefix: prefix(&live.kpi.currency),
    }
}

fn cards(kpi: &Kpi, spark: &Spark) -> Vec<KpiCard> {
    let (sign, places) = (prefix(&kpi.currency), decimals(&kpi.currency));
    let card = |id, label, help, form, figure, missing, second, sparkline| KpiCard {
        id,
        label,
        help,
        form,
        prefix: if form == FigureForm::Money {
            sign.clone()
        } else {
            String::new()
        },
        decimals: places,
        figure,
        missing,
        second,
        sparkline,
    };
    let counts = |values: &[u64]| {
        Sparkline::new(
            &values
                .iter()
                .map(|value| Some(*value as f64))
                .collect::<Vec<_>>(),
        )
    };
    let tokens: Vec<Option<f64>> = spark
        .tokens_consumed_today
        .iter()
        .map(|value| Some(*value as f64))
        .collect();
    let revenue: Vec<Option<f64>> = spark
        .revenue_today
        .iter()
        .map(|value| Some(*value))
        .collect();
    let p95 = kpi.p95_latency_ms.map(figure::duration);
    let peak = spark.queries_per_minute.iter().max().copied().unwrap_or(0);
    vec![
        card(
            "active_users_now",
            "Active users now",
            "People and visitors with an event in the last 5 minutes.",
            FigureForm::Count,
            Figure::count(kpi.active_users_now),
            "No event in the last 5 minutes.",
            "in the last 5 minutes".to_owned(),
            counts(&spark.active_users_now),
        ),
        card(
            "queries_per_minute",
            "Queries per minute",
            "Requests to the product in the last full 60 seconds.",
            FigureForm::PerMinute,
            Figure::per_minute(kpi.queries_per_minute),
            "No event yet.",
            format!("peak {} in the last hour", figure::separated(peak)),
            counts(&spark.queries_per_minute),
        ),
        card(
            "tokens_consumed_today",
            "Tokens today",
            "Input and output tokens since midnight in the project's zone.",
            FigureForm::Count,
            Figure::count(u64::try_from(kpi.tokens_consumed_today).unwrap_or(0)),
            "No call reported tokens today.",
            "in and out, since midnight".to_owned(),
            Sparkline::new(&tokens),
        ),
        card(
            "revenue_today",
            "Revenue today",
            "Payments in the project's currency since midnight in its zone.",
            FigureForm::Money,
            amount(&kpi.revenue_today).map_or(Figure::Missing, |amount| {
                Figure::money(amount, &sign, places)
            }),
            "No payment yet.",
            "since midnight".to_owned(),
            Sparkline::new(&revenue),
        ),
        card(
            "avg_latency_ms",
            "Average latency",
            "Mean duration of successful calls in the last 5 minutes.",
            FigureForm::Milliseconds,
            kpi.avg_latency_ms
                .map_or(Figure::Missing, Figure::milliseconds),
            "No call in the last 5 minutes.",
            p95.map_or(String::new(), |(text, unit)| format!("p95 {text} {unit}")),
            Sparkline::new(&spark.avg_latency_ms),
        ),
        card(
            "error_rate_percentage",
            "Error rate",
            "Calls that failed in the last 5 minutes, as a share of all calls.",
            FigureForm::Percent,
            kpi.error_rate_percentage
                .map_or(Figure::Missing, Figure::percent),
            "No call in the last 5 minutes.",
            "in the last 5 minutes".to_owned(),
            Sparkline::new(&spark.error_rate_percentage),
        ),
    ]
}

fn hour_summary(queries: &[u64]) -> String {
    let (Some(least), Some(most), Some(now)) =
        (queries.iter().min(), queries.iter().max(), queries.last())
    else {
        return "No figures of the last hour".to_owned();
    };
    let [least, most, now] = [least, most, now].map(|count| figure::separated(*count));
    format!(
        "Queries per minute over the last hour: between {least} and {most}, {now} so far in this minute"
    )
}

fn providers(providers: &[Provider]) -> Vec<ProviderRow> {
    let most = providers
        .iter()
        .map(|provider| provider.per_minute)
        .max()
        .unwrap_or(0)
        .max(1);
    let row = |provider: &Provider| ProviderRow {
        id: provider.id.clone(),
        mark: ProviderMark::new(&provider.id, &provider.label),
        per_minute: figure::separated(provider.per_minute),
        width_percent: format!("{:.1}", provider.per_minute as f64 / most as f64 * 100.0),
    };
    providers.iter().take(PROVIDERS_MAX).map(row).collect()
}

fn feed_row(event: &FeedItem, sign: &str, now: Timestamp) -> FeedRow {
    let provider = event.provider.as_deref().unwrap_or_default();
    let model = event.model.as_deref().or(event.provider.as_deref());
    let latency = event.latency_ms.map(figure::duration);
    let cost = event
        .cost
        .as_deref()
        .and_then(amount)
        .map(|cost| figure::cost(cost, "$"));
    let payment = event
        .amount
        .as_deref()
        .and_then(|text| payment(text, event.prefix.as_deref().unwrap_or(sign)));
    FeedRow {
        id: event.id.clone(),
        when: Moment::past(Timestamp::from_millisecond(event.at).unwrap_or(now), now),
        label: event.label.clone(),
        tone: match event.status.as_deref() {
            Some("ok") => Tone::Good,
            Some("error") => Tone::Bad,
            Some("warning") => Tone::Warn,
            Some(_) | None => Tone::Plain,
        },
        subject: event.user.clone().unwrap_or_default(),
        model: model.map(|model| ProviderMark::new(provider, model)),
        latency: latency.map_or(String::new(), |(text, unit)| format!("{text} {unit}")),
        tokens: event.tokens.map_or(String::new(), |count| {
            figure::separated(u64::try_from(count).unwrap_or(0))
        }),
        is_payment: payment.is_some(),
        amount: payment.or(cost).unwrap_or_default(),
        country: event.country.clone().unwrap_or_default(),
    }
}

/// "49.00" and "€" → "+€49.00", "-5.00" and "$" → "−$5.00".
fn payment(text: &str, prefix: &str) -> Option<String> {
    let amount = amount(text)?;
    let sign = if amount.is_sign_negative() && !amount.is_zero() {
        "−"
    } else {
        "+"
    };
    Some(format!("{sign}{}", figure::cost(amount.abs(), prefix)))
}

fn amount(text: &str) -> Option<Decimal> {
    text.parse().ok()
}

fn time_of_day(milliseconds: i64) -> String {
    let at = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    at.to_zoned(TimeZone::UTC)
        .strftime("%H:%M:%S UTC")
        .to_string()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::live::frame::{FeedItem, Provider};
    use crate::web::pages::overview::{feed_row, hour_summary, payment, providers, time_of_day};
    use crate::web::view::shell::Tone;

    fn answer() -> FeedItem {
        FeedItem {
            id: "1".into(),
            r#type: "response_received".into(),
            at: 1_795_300_000_000,
            label: "Answer received".into(),
            user: Some("ana".into()),
            provider: Some("openai".into()),
            model: Some("gpt-5-mini".into()),
            latency_ms: Some(812.4),
            tokens: Some(1200),
            cost: Some("0.0031".into()),
            amount: None,
            prefix: None,
            country: Some("DE".into()),
            status: Some("ok".into()),
        }
    }

    #[test]
    fn an_event_of_the_feed_reads_as_the_script_writes_it() {
        let now = Timestamp::from_millisecond(1_795_300_012_000).expect("a time");

        let row = feed_row(&answer(), "EUR", now);

        assert_eq!(
            (&*row.when.text, &*row.latency, &*row.tokens),
            ("12 s ago", "812 ms", "1,200")
        );
        assert_eq!(
            (&*row.amount, row.is_payment, row.tone),
            ("$0.0031", false, Tone::Good)
        );
        assert_eq!(row.model.map(|model| model.class), Some("p-openai"));
    }

    #[test]
    fn what_an_event_does_not_say_stays_empty() {
        let bare = FeedItem {
            user: None,
            provider: None,
            model: None,
            latency_ms: None,
            tokens: None,
            cost: None,
            country: None,
            status: None,
            ..answer()
        };

        let row = feed_row(&bare, "EUR", Timestamp::UNIX_EPOCH);

        assert!(
            row.subject.is_empty()
                && row.model.is_none()
                && row.latency.is_empty()
                && row.tokens.is_empty()
        );
        assert!(row.amount.is_empty() && row.country.is_empty());
        assert_eq!(row.tone, Tone::Plain);
    }

    #[test]
    fn payments_carry_their_sign_and_currency() {
        for (text, sign, expected) in [
            ("49.00", "$", Some("+$49.00")),
            ("49.00", "€", Some("+€49.00")),
            ("49.00", "KES ", Some("+KES 49.00")),
            ("-5.00", "$", Some("−$5.00")),
            ("much", "$", None),
        ] {
            assert_eq!(payment(text, sign).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn bars_of_providers_are_measured_against_the_largest() {
        let provider = |id: &str, per_minute| Provider {
            id: id.into(),
            label: id.into(),
            per_minute,
        };

        let rows = providers(&[provider("openai", 1200), provider("mistral", 300)]);

        let seen: Vec<(&str, &str)> = rows
            .iter()
            .map(|row| (&*row.per_minute, &*row.width_percent))
            .collect();
        assert_eq!(seen, [("1,200", "100.0"), ("300", "25.0")]); // 300 of 1200
        assert!(providers(&[]).is_empty());
    }

    #[test]
    fn the_hour_and_the_time_are_told_in_words() {
        assert_eq!(
            hour_summary(&[3, 1200, 7]),
            "Queries per minute over the last hour: between 3 and 1,200, 7 so far in this minute"
        );
        assert_eq!(time_of_day(78_005_000), "21:40:05 UTC"); // 21 × 3600 + 40 × 60 + 5
    }
}
