//! What the demo's data looks like: the same each time, in order, and with everything in it that pages show.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use arc_swap::ArcSwap;
use jiff::Timestamp;

use crate::core::event::{Event, Outcome};
use crate::demo::incident::{INCIDENTS, SPIKE};
use crate::demo::line::DemoEvent;
use crate::demo::model::{MODELS, largest_model};
use crate::demo::rhythm::{DAY_MS, weekday};
use crate::demo::stream::Stream;
use crate::demo::world::{World, WorldSettings};
use crate::ingest::enrich::geo::Countries;
use crate::ingest::enrich::preview::Preview;
use crate::ingest::enrich::user_agent::AgentReader;
use crate::ingest::pipeline::{Pipeline, PipelineSettings, ProjectRules, Sender};
use crate::ingest::request::Requests;
use crate::ingest::session::Sessions;
use crate::pricing::book::PriceBook;
use crate::pricing::books::{BookOrigin, PriceBooks};

/// 2026-11-24, the day after the history.
const END: i64 = 20_781;
const DAYS: u32 = 90;
const LAUNCH: i64 = END - DAYS as i64;

fn stream(seed: u64, from: i64) -> Stream {
    Stream::new(World::new(WorldSettings::demo(seed, LAUNCH, DAYS)), from)
}

fn until(stream: Stream, end: i64) -> Vec<DemoEvent> {
    stream.take_while(|event| event.at < end).collect()
}

/// The history as the pipeline takes it. Refused events stop the tests.
static HISTORY: LazyLock<Vec<Event>> = LazyLock::new(|| {
    let pipeline = Pipeline {
        settings: PipelineSettings {
            drop_bots: true,
            honour_dnt: true,
            clock_skew_us: 0,
            late_us: 0,
        },
        prices: ArcSwap::from_pointee(PriceBooks::new(PriceBook::embedded(), BookOrigin::Embedded)),
        agents: AgentReader::new(),
        countries: Countries::embedded(),
        sessions: Sessions::default(),
        requests: Requests::default(),
        salts: ArcSwap::default(),
    };
    let rules = ProjectRules {
        project: 1,
        preview: Preview::Truncated { characters: 500 },
        mask: true,
        visitors: true,
        currency: "USD".to_owned(),
    };
    let sender = Sender {
        received: Timestamp::from_millisecond(END * DAY_MS).expect("a day of 2026"),
        is_browser: false,
        may_backdate: true,
        address: None,
        user_agent: None,
        language: None,
        referrer: None,
        opted_out: false,
        sent: None,
    };
    let accepted = |event: DemoEvent| {
        let taken = pipeline.run(Some(&event.json), &rules, &sender);
        taken.unwrap_or_else(|stopped| panic!("{:?}: {}", stopped.refusal, event.json))
    };
    until(stream(1, 0), END * DAY_MS)
        .into_iter()
        .map(accepted)
        .collect()
});

fn day(event: &Event) -> i64 {
    event.occurred_at.div_euclid(DAY_MS * 1_000)
}

fn people(kind: &str, is_right: impl Fn(&Event) -> bool) -> HashSet<&'static str> {
    let found = HISTORY
        .iter()
        .filter(|event| event.kind == kind && is_right(event));
    found
        .filter_map(|event| event.user_id.as_deref().or(event.anonymous_id.as_deref()))
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let week = |seed| until(stream(seed, 0), (LAUNCH + 7) * DAY_MS);
    assert_eq!(week(3), week(3));
    assert_ne!(week(3)[..50], week(4)[..50]);
}

#[test]
fn a_later_part_is_the_same_whether_it_is_reached_or_begun_with() {
    let (from, end) = ((LAUNCH + 20) * DAY_MS + 50_000_000, (LAUNCH + 22) * DAY_MS);
    let mut reached = until(stream(1, 0), end);
    reached.retain(|event| event.at >= from);
    assert!(reached.len() > 1_000);
    assert_eq!(until(stream(1, from), end), reached);
}

#[test]
fn events_come_in_order_of_time_and_each_has_an_id_of_its_own() {
    assert!(HISTORY.is_sorted_by_key(|event| event.occurred_at));
    let ids: HashSet<u128> = HISTORY.iter().map(Event::id).collect();
    assert_eq!(ids.len(), HISTORY.len());
    assert!(
        (250_000..600_000).contains(&HISTORY.len()),
        "{} events",
        HISTORY.len()
    );
}

#[test]
fn use_grows_and_follows_the_week() {
    let mut by_day: BTreeMap<i64, u32> = BTreeMap::new();
    for event in HISTORY.iter() {
        *by_day.entry(day(event)).or_default() += 1;
    }
    assert_eq!(by_day.len(), DAYS as usize, "no day is empty");
    let sum = |from: i64, to: i64| by_day.range(from..to).map(|(_, count)| count).sum::<u32>();
    assert!(sum(END - 30, END) > 3 * sum(LAUNCH, LAUNCH + 30));
    let of_weekday = |wanted: usize| {
        let days = by_day.range(END - 28..END);
        days.filter(|(day, _)| weekday(**day) == wanted)
            .map(|(_, count)| count)
            .sum::<u32>()
    };
    assert!(
        of_weekday(1) > of_weekday(5) * 3 / 2,
        "Tuesdays and Saturdays"
    );
}

#[test]
fn each_step_of_the_funnel_has_fewer_people_and_all_of_them_come_from_the_step_before() {
    let visitors = people("page_view", |event| event.user_id.is_none());
    let sign_ups = people("sign_up", |_| true);
    let active = people("query_sent", |event| event.plan.as_deref() == Some("free"));
    let trials = people("trial_started", |_| true);
    let pro = people("plan_upgraded", |event| {
        event.plan.as_deref() == Some("pro")
    });
    let enterprise = people("plan_upgraded", |event| {
        event.plan.as_deref() == Some("enterprise")
    });
    let steps = [&visitors, &sign_ups, &active, &trials, &pro, &enterprise].map(HashSet::len);
    assert!(steps.is_sorted_by(|more, fewer| more > fewer), "{steps:?}");
    assert!(
        steps[1] > 1_700 && steps[1] < 2_300 && steps[5] >= 3,
        "{steps:?}"
    );
    assert!(trials.is_subset(&sign_ups) && pro.is_subset(&trials) && enterprise.is_subset(&pro));
    let linked = HISTORY.iter().filter(|event| event.kind == "sign_up");
    assert!(
        linked.clone().all(|event| event
            .anonymous_id
            .as_deref()
            .is_some_and(|id| visitors.contains(id))),
        "a sign-up names the visitor that it was"
    );
}

#[test]
fn retention_falls_steeply_in_the_first_week_and_then_slowly() {
    let mut joined: HashMap<&str, i64> = HashMap::new();
    let mut weeks: HashMap<&str, BTreeSet<i64>> = HashMap::new();
    for event in HISTORY.iter() {
        let Some(user) = event.user_id.as_deref() else {
            continue;
        };
        let since = day(event) - *joined.entry(user).or_insert(day(event));
        weeks.entry(user).or_default().insert(since / 7);
    }
    let retained = |week: i64| {
        let old_enough: Vec<&&str> = joined
            .iter()
            .filter(|(_, day)| **day + 7 * (week + 1) <= END)
            .map(|(user, _)| user)
            .collect();
        let back = old_enough
            .iter()
            .filter(|user| weeks[***user].contains(&week));
        back.count() as f64 / old_enough.len() as f64
    };
    let curve = [1, 2, 4, 8, 11].map(retained);
    assert!(
        curve.is_sorted_by(|earlier, later| earlier > later),
        "{curve:?}"
    );
    assert!(curve[0] > 0.28 && curve[0] < 0.60, "{curve:?}");
    assert!(curve[4] > 0.08 && curve[4] < 0.30, "{curve:?}");
}

#[test]
fn some_people_come_back_after_a_month_away() {
    let mut last: HashMap<&str, i64> = HashMap::new();
    let mut returned = HashSet::new();
    for event in HISTORY.iter() {
        if let Some(user) = event.user_id.as_deref() {
            let before = last.insert(user, day(event)).unwrap_or(day(event));
            if day(event) - before > 30 {
                returned.insert(user);
            }
        }
    }
    assert!(returned.len() > 10, "{}", returned.len());
}

#[test]
fn every_provider_model_and_service_is_used_and_priced_but_for_a_few_calls() {
    let calls: Vec<&Event> = HISTORY.iter().filter(|event| event.is_call()).collect();
    let used: BTreeSet<&str> = calls
        .iter()
        .filter_map(|event| event.model.as_deref())
        .collect();
    for model in &MODELS {
        assert!(used.contains(model.name), "{}", model.name);
    }
    let mut sources: BTreeMap<&str, usize> = BTreeMap::new();
    for call in calls
        .iter()
        .filter(|call| call.outcome() == Outcome::Success)
    {
        *sources
            .entry(call.cost_source.as_deref().unwrap_or("none"))
            .or_default() += 1;
    }
    let (computed, unpriced) = (sources.remove("computed"), sources.remove("unpriced"));
    assert!(sources.is_empty(), "{sources:?}");
    let share = unpriced.unwrap_or(0) as f64 / computed.unwrap_or(1) as f64;
    assert!(share > 0.0005 && share < 0.01, "{share}");
    for kind in ["transcription", "speech", "image", "embedding"] {
        let of_kind = calls
            .iter()
            .find(|call| call.operation.as_deref() == Some(kind) && call.cost.is_some());
        assert!(of_kind.is_some_and(|call| call.cost > Some(0)), "{kind}");
    }
}

#[test]
fn the_last_month_earns_thousands_of_dollars_and_more_than_its_models_cost() {
    let last = || HISTORY.iter().filter(|event| day(event) >= END - 30);
    let earned: i64 = last().filter_map(|event| event.amount).sum::<i64>() / 10_000;
    let spent: i64 = last().filter_map(|event| event.cost).sum::<i64>() / 1_000_000_000;
    assert!((3_000..40_000).contains(&earned), "{earned}");
    assert!(spent > 300 && spent < earned / 2, "{spent} of {earned}");
    assert!(
        last().any(|event| event.amount < Some(0))
            || HISTORY.iter().any(|event| event.amount < Some(0))
    );
}

#[test]
fn questions_have_attempts_that_share_their_id_and_a_few_fail_are_refused_or_left() {
    let mut attempts: HashMap<&str, Vec<i64>> = HashMap::new();
    let (mut refused, mut cancelled) = (0, 0);
    for call in HISTORY.iter().filter(|event| event.is_call()) {
        let id = call.request_id.as_deref().expect("every call has one");
        attempts
            .entry(id)
            .or_default()
            .push(call.attempt.unwrap_or(1));
        refused += usize::from(call.finish_reason.as_deref() == Some("refused"));
        cancelled += usize::from(call.outcome() == Outcome::Cancelled);
    }
    let retried: Vec<&Vec<i64>> = attempts
        .values()
        .filter(|numbers| numbers.len() > 1)
        .collect();
    assert!(
        retried.len() > 300 && retried.len() < attempts.len() / 20,
        "{}",
        retried.len()
    );
    assert!(
        retried
            .iter()
            .all(|numbers| numbers.iter().copied().eq(1..=numbers.len() as i64))
    );
    assert!(refused > 50 && cancelled > 200, "{refused} {cancelled}");
}

#[test]
fn incidents_and_the_night_of_large_calls_stand_out() {
    let within = |days_before_end: i64, begins: i64, lasts: i64| {
        let from = ((END - days_before_end) * DAY_MS + begins) * 1_000;
        move |event: &&Event| (from..from + lasts * 1_000).contains(&event.occurred_at)
    };
    let calls = |provider: &'static str| {
        HISTORY
            .iter()
            .filter(move |event| event.is_call() && event.provider.as_deref() == Some(provider))
    };
    let failed = |calls: &[&Event]| {
        let failed = calls
            .iter()
            .filter(|call| call.outcome() == Outcome::Failure);
        failed.count() as f64 / calls.len() as f64
    };
    let median = |calls: &[&Event]| {
        let mut times: Vec<f64> = calls
            .iter()
            .filter(|call| call.outcome() == Outcome::Success)
            .filter_map(|call| call.latency_ms)
            .collect();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    for incident in &INCIDENTS {
        let is_in = within(incident.days_before_end, incident.begins, incident.lasts);
        let inside: Vec<&Event> = calls(incident.provider).filter(&is_in).collect();
        let outside: Vec<&Event> = calls(incident.provider)
            .filter(|event| !is_in(event))
            .collect();
        assert!(
            inside.len() > 5,
            "{} calls during {incident:?}",
            inside.len()
        );
        let is_seen = match incident.trouble {
            crate::demo::incident::Trouble::Failing { .. } => {
                failed(&inside) > 8.0 * failed(&outside)
            }
            crate::demo::incident::Trouble::Slow { .. } => median(&inside) > 2.0 * median(&outside),
        };
        assert!(is_seen, "{incident:?}");
    }

    let mut spent: BTreeMap<i64, i64> = BTreeMap::new();
    for call in calls(largest_model().provider) {
        *spent.entry(day(call)).or_default() += call.cost.unwrap_or(0);
    }
    let peak = END - SPIKE.days_before_end;
    let usual = spent
        .iter()
        .filter(|(day, _)| **day != peak)
        .map(|(_, cost)| *cost)
        .max();
    assert!(spent[&peak] > 4 * usual.unwrap_or(0), "{spent:?}");
}

#[test]
fn campaigns_countries_browsers_and_ratings_are_there() {
    let named = |read: fn(&Event) -> Option<&str>| -> BTreeSet<&'static str> {
        HISTORY.iter().filter_map(read).collect()
    };
    assert!(named(|event| event.utm_campaign.as_deref()).len() >= 5);
    assert!(named(|event| event.country.as_deref()).len() >= 15);
    assert!(named(|event| event.browser.as_deref()).len() >= 4);
    assert!(named(|event| event.channel.as_deref()).len() >= 5);
    assert!(named(|event| event.device.as_deref()).contains("mobile"));
    let ratings: Vec<f64> = HISTORY.iter().filter_map(|event| event.rating).collect();
    let good =
        ratings.iter().filter(|rating| **rating >= 4.0).count() as f64 / ratings.len() as f64;
    assert!(
        ratings.len() > 2_000 && good > 0.75 && good < 0.95,
        "{good}"
    );
    assert!(HISTORY.iter().any(|event| event.request_preview.is_some()));
}
