//! `GET /ingest`: "Why is my event missing?", from the counts and the latest entries of the ingest log.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;

use crate::core::code::Code;
use crate::ingest::log::{Missing, Report, StepCount};
use crate::ingest::pipeline::STEPS;
use crate::web::extract::parameter;
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::figure::separated;
use crate::web::view::missing::{
    MissingOutcome, MissingPage, MissingRow, ReasonChip, StepRow, Total,
};
use crate::web::view::moment::Moment;
use crate::web::view::shell::{Room, Tone};

/// Entries on the page. More are a matter for `/v1/ingest/log`.
const ROWS_MAX: usize = 200;

/// `GET /ingest?reason=CODE`: for people who are logged in.
///
/// # Errors
/// `parameter_invalid` if the reason is none.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let reason = parameter(&request, "reason")
        .map(|id| reason(&id))
        .transpose()?;
    let report = visit
        .app
        .ingest_log
        .report(visit.project().id.get(), reason, ROWS_MAX);
    let now = visit.now();
    let page = MissingPage {
        frame: visit.frame(),
        shell: visit.shell(Room::Missing),
        since: since(visit.app.started, now),
        totals: totals(&report),
        steps: steps(&report),
        reasons: chips(&report, reason),
        is_filtered: reason.is_some(),
        rows: report
            .latest
            .iter()
            .map(|missing| row(missing, now))
            .collect(),
        kept: format!("the latest, up to {ROWS_MAX}"),
    };
    draw(StatusCode::OK, &page)
}

fn reason(id: &str) -> Result<Code, Problem> {
    Code::parse(id).ok_or_else(|| {
        let id: String = id.chars().take(60).collect();
        Problem::new(
            Code::ParameterInvalid,
            format!("`reason` is `{id}`, which is not a reason; choose one on the page"),
        )
    })
}

/// Counts are in memory, so they begin with the process.
fn since(started: Timestamp, now: Timestamp) -> String {
    let moment = Moment::past(started, now);
    if moment.is_relative {
        format!("since the start {}", moment.text)
    } else {
        format!("since the start on {}", moment.text)
    }
}

fn totals(report: &Report) -> Vec<Total> {
    let duplicates = count_of(report, Code::Duplicate);
    let missing: u64 = report.reasons.iter().map(|(_, count)| count).sum();
    let refused = missing - duplicates;
    let received = report.accepted + missing;
    let share = |count: u64| match received {
        0 => "nothing has arrived yet".to_owned(),
        _ => format!(
            "{:.2} % of what arrived",
            count as f64 / received as f64 * 100.0
        ),
    };
    let total = |label, count: u64, note, tone| Total {
        label,
        value: separated(count),
        note,
        tone,
    };
    vec![
        total(
            "Received",
            received,
            "events of this project".to_owned(),
            Tone::Plain,
        ),
        total(
            "Stored",
            report.accepted,
            share(report.accepted),
            Tone::Plain,
        ),
        total(
            "Rejected or dropped",
            refused,
            share(refused),
            if refused == 0 { Tone::Plain } else { Tone::Bad },
        ),
        total(
            "Duplicates",
            duplicates,
            "sent again, counted once".to_owned(),
            Tone::Plain,
        ),
    ]
}

/// The reading, the steps of the pipeline, and the journal's look at the id.
fn steps(report: &Report) -> Vec<StepRow> {
    let reading = [("read", "The event is read and its fields are checked.")];
    let named = reading
        .into_iter()
        .chain(STEPS.iter().map(|step| (step.name, step.help)));
    let mut counts = report.steps.clone();
    counts.resize(STEPS.len() + 1, StepCount::default());
    let all = counts.first().map_or(0, |count| count.seen);

    let duplicates = count_of(report, Code::Duplicate);
    let once = StepCount {
        seen: report.accepted + duplicates,
        stopped: duplicates,
    };
    let named = named.chain([("once", "An id that was stored before counts once.")]);
    named
        .zip(counts.into_iter().chain([once]))
        .map(|((name, help), count)| step_row(name, help, count, all))
        .collect()
}

fn step_row(name: &str, help: &str, count: StepCount, all: u64) -> StepRow {
    let passed = count.seen.saturating_sub(count.stopped);
    StepRow {
        name: capitalised(name),
        help: help.to_owned(),
        reached: separated(count.seen),
        stopped: separated(count.stopped),
        has_stopped: count.stopped > 0,
        passed_percent: (all > 0)
            .then(|| format!("{:.1}", (passed as f64 / all as f64 * 100.0).min(100.0))),
    }
}

fn chips(report: &Report, current: Option<Code>) -> Vec<ReasonChip> {
    let mut reasons = report.reasons.clone();
    reasons.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
    let chip = |(code, count): &(Code, u64)| ReasonChip {
        code: code.id().to_owned(),
        label: capitalised(&code.id().replace('_', " ")),
        count: separated(*count),
        is_current: current == Some(*code),
    };
    reasons.iter().map(chip).collect()
}

fn row(missing: &Missing, now: Timestamp) -> MissingRow {
    MissingRow {
        when: Moment::past(missing.at, now),
        outcome: outcome(missing.reason),
        reason: match missing.events {
            0 | 1 => capitalised(&missing.message),
            events => format!(
                "{} ({} events)",
                capitalised(&missing.message),
                separated(events)
            ),
        },
        remedy: missing.remedy.to_owned(),
        event_type: missing.kind.clone().unwrap_or_default(),
        event_id: missing.id.clone().unwrap_or_default(),
        key_name: missing.key.clone().unwrap_or_default(),
    }
}

fn outcome(reason: &str) -> MissingOutcome {
    const DROPPED: [Code; 4] = [
        Code::Bot,
        Code::OptedOut,
        Code::OriginForbidden,
        Code::RateLimited,
    ];
    match Code::parse(reason) {
        Some(Code::Duplicate) => MissingOutcome::Duplicate,
        Some(code) if DROPPED.contains(&code) => MissingOutcome::Dropped,
        Some(_) | None => MissingOutcome::Rejected,
    }
}

fn count_of(report: &Report, wanted: Code) -> u64 {
    report
        .reasons
        .iter()
        .find(|(code, _)| *code == wanted)
        .map_or(0, |(_, count)| *count)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::core::code::Code;
    use crate::ingest::log::{Missing, Report, StepCount};
    use crate::ingest::pipeline::STEPS;
    use crate::web::pages::missing::{chips, outcome, reason, row, since, steps, totals};
    use crate::web::view::missing::MissingOutcome;
    use crate::web::view::shell::Tone;

    /// Of 10 events, 3 are not readable and 2 come from crawlers; of the other 5 one is a duplicate.
    fn report() -> Report {
        let count = |seen, stopped| StepCount { seen, stopped };
        Report {
            accepted: 4,
            steps: vec![count(10, 3), count(7, 2), count(5, 0)],
            reasons: vec![(Code::TypeMissing, 3), (Code::Bot, 2), (Code::Duplicate, 1)],
            latest: Vec::new(),
        }
    }

    #[test]
    fn totals_add_up_to_what_arrived() {
        let totals = totals(&report());

        let seen: Vec<(&str, &str)> = totals
            .iter()
            .map(|total| (&*total.value, &*total.note))
            .collect();
        assert_eq!(
            seen,
            [
                ("10", "events of this project"), // 4 + 3 + 2 + 1
                ("4", "40.00 % of what arrived"),
                ("5", "50.00 % of what arrived"),
                ("1", "sent again, counted once"),
            ]
        );
        assert_eq!(totals[2].tone, Tone::Bad);
    }

    #[test]
    fn every_step_is_shown_from_the_reading_to_the_duplicates() {
        let rows = steps(&report());

        assert_eq!(rows.len(), STEPS.len() + 2);
        let seen: Vec<_> = rows[..2]
            .iter()
            .map(|row| (&*row.reached, &*row.stopped, row.passed_percent.as_deref()))
            .collect();
        // 7 of 10, 5 of 10
        assert_eq!(seen, [("10", "3", Some("70.0")), ("7", "2", Some("50.0"))]);
        let last = rows.last().expect("there are steps");
        assert_eq!(
            (
                &*last.name,
                &*last.reached,
                &*last.stopped,
                last.passed_percent.as_deref()
            ),
            ("Once", "5", "1", Some("40.0"))
        );
    }

    #[test]
    fn without_an_event_nothing_is_divided_by_zero() {
        let empty = Report::default();

        assert!(
            totals(&empty)
                .iter()
                .all(|total| total.value == "0" && total.tone == Tone::Plain)
        );
        assert_eq!(totals(&empty)[1].note, "nothing has arrived yet");
        assert!(
            steps(&empty)
                .iter()
                .all(|step| step.passed_percent.is_none() && !step.has_stopped)
        );
    }

    #[test]
    fn the_most_frequent_reason_comes_first_and_the_current_one_is_marked() {
        let chips = chips(&report(), Some(Code::Bot));

        let seen: Vec<_> = chips
            .iter()
            .map(|chip| (&*chip.code, &*chip.label, chip.is_current))
            .collect();
        assert_eq!(
            seen,
            [
                ("type_missing", "Type missing", false),
                ("bot", "Bot", true),
                ("duplicate", "Duplicate", false)
            ]
        );
    }

    #[test]
    fn what_was_left_out_on_purpose_is_not_called_rejected() {
        assert_eq!(outcome("bot"), MissingOutcome::Dropped);
        assert_eq!(outcome("origin_forbidden"), MissingOutcome::Dropped);
        assert_eq!(outcome("duplicate"), MissingOutcome::Duplicate);
        assert_eq!(outcome("type_missing"), MissingOutcome::Rejected);
    }

    #[test]
    fn an_entry_for_a_whole_request_says_how_many_events_it_held() {
        let at: Timestamp = "2026-11-21T21:40:05Z".parse().expect("a literal");
        let missing = |events| Missing {
            at,
            reason: "rate_limited",
            message: "the key sends too fast".to_owned(),
            remedy: "Wait.",
            key: None,
            kind: None,
            id: None,
            events,
        };

        assert_eq!(row(&missing(1), at).reason, "The key sends too fast");
        assert_eq!(
            row(&missing(1200), at).reason,
            "The key sends too fast (1,200 events)"
        );
    }

    #[test]
    fn a_reason_that_is_none_is_refused_with_its_name() {
        let refused = reason("nonsense").expect_err("there is no such reason");

        assert!(refused.detail.contains("`nonsense`"), "{}", refused.detail);
        assert_eq!(reason("bot").ok(), Some(Code::Bot));
    }

    #[test]
    fn counts_say_since_when_they_run() {
        let time = |text: &str| text.parse::<Timestamp>().expect("a literal");
        let now = time("2026-11-21T21:40:05Z");

        assert_eq!(
            since(time("2026-11-21T18:30:05Z"), now),
            "since the start 3 h ago"
        );
        assert_eq!(
            since(time("2026-11-01T18:30:05Z"), now),
            "since the start on 1 Nov 2026"
        );
    }
}
