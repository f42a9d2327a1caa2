//! Visits: what the first page says, late events, erasure, and random ones against a slow reference.

use std::collections::BTreeMap;

use crate::core::event::Event;
use crate::core::value::Value;
use crate::given::{Given, at};
use crate::store::alias::Name;
use crate::store::erase_person;
use crate::store::person::NameKind;
use crate::store::zones::Zones;

fn of(session: &str, kind: &str, when: &str) -> Event {
    Event {
        kind: kind.into(),
        user_id: Some("ana".into()),
        session_id: Some(session.into()),
        occurred_at: at(when),
        received_at: at(when),
        ..Event::default()
    }
}

fn page(session: &str, path: &str, channel: &str, when: &str) -> Event {
    Event {
        path: Some(path.into()),
        channel: Some(channel.into()),
        ..of(session, "page_view", when)
    }
}

/// Each value of the dimension with its visits.
fn by(given: &Given, dimension: &str, filter: &str) -> Vec<(String, f64)> {
    let answer = given.ask(&format!(
        "metrics=visits&range=7d&by={dimension}{filter}&limit=50"
    ));
    let rows = answer.rows.iter().map(|row| {
        let visits = row.figures[0].value.as_f64().expect("a count");
        (row.keys[0].clone().unwrap_or_default(), visits)
    });
    rows.collect()
}

fn counted(visits: &[(&str, f64)]) -> Vec<(String, f64)> {
    let owned = visits.iter().map(|(value, n)| ((*value).to_owned(), *n));
    owned.collect()
}

/// Somebody finds the pricing page by a search and goes on by himself; another only opens the start page.
fn two_visits() -> Vec<Event> {
    vec![
        Event {
            country: Some("DE".into()),
            device: Some("mobile".into()),
            ..of("s1", "session_start", "2026-11-20T09:00:00Z")
        },
        page("s1", "/pricing", "organic_search", "2026-11-20T09:00:30Z"),
        page("s1", "/docs", "direct", "2026-11-20T09:01:00Z"),
        Event {
            model: Some("a".into()),
            ..of("s1", "query_sent", "2026-11-20T09:02:00Z")
        },
        Event {
            country: Some("FR".into()),
            user_id: Some("bo".into()),
            ..page("s2", "/", "direct", "2026-11-20T10:00:00Z")
        },
    ]
}

#[test]
fn a_visit_came_the_way_its_first_page_says_however_much_is_rolled_up() {
    let given = Given::events("UTC", two_visits());
    // Nothing is rolled up, then the first visit in the middle, then all.
    for below in [1, 3, 6] {
        given.roll_up_below(below);
        assert_eq!(
            by(&given, "channel", ""),
            counted(&[("direct", 1.0), ("organic_search", 1.0)])
        );
        assert_eq!(
            by(&given, "path", ""),
            counted(&[("/", 1.0), ("/pricing", 1.0)])
        );
        assert_eq!(
            by(&given, "country", ""),
            counted(&[("DE", 1.0), ("FR", 1.0)])
        );
        // A filter by what a visit has selects whole visits, also those whose later pages say something else.
        assert_eq!(
            by(&given, "device", "&filter=channel:is:organic_search"),
            counted(&[("mobile", 1.0)])
        );
        assert_eq!(by(&given, "channel", "&filter=path:is:/docs"), counted(&[]));
        // What a visit has not is its first event's.
        assert_eq!(
            by(&given, "type", ""),
            counted(&[("page_view", 1.0), ("session_start", 1.0)])
        );
        let query = "metrics=visits,visit_duration_median_s,visit_duration_mean_s,visit_depth_mean,bounce_rate,visits_per_visitor&range=7d";
        let figures = given.ask(query).total.figures;
        let values: Vec<Option<f64>> = figures.iter().map(|one| one.value.as_f64()).collect();
        // 120 and 0 seconds; two pages and one; the second is a bounce; two people.
        assert_eq!(
            values,
            [2.0, 60.0, 60.0, 1.5, 0.5, 1.0].map(Some),
            "below {below}"
        );
    }
    // A filter by what only events have makes visits of those events.
    let figures = given.ask("metrics=visits,visit_duration_mean_s&range=7d&filter=model:is:a");
    assert_eq!(figures.total.figures[0].value, Value::Whole(1));
    assert_eq!(figures.total.figures[1].value.as_f64(), Some(0.0));
}

#[test]
fn pages_of_one_moment_are_ordered_as_they_were_received() {
    let moment = "2026-11-20T09:00:00Z";
    let given = Given::events(
        "UTC",
        [
            page("s1", "/first", "email", moment),
            page("s1", "/second", "direct", moment),
            page("s1", "/third", "direct", moment),
        ],
    );
    for below in [1, 2, 3, 4] {
        given.roll_up_below(below);
        assert_eq!(by(&given, "path", ""), counted(&[("/first", 1.0)]));
    }
}

#[test]
fn a_page_that_comes_late_changes_the_channel_and_the_length_of_its_visit() {
    let mut given = Given::events("UTC", two_visits());
    given.roll_up_below(6);
    given.add([Event {
        country: Some("AT".into()),
        ..page("s1", "/news", "email", "2026-11-20T08:58:00Z")
    }]);
    for below in [6, 7] {
        given.roll_up_below(below);
        assert_eq!(
            by(&given, "channel", ""),
            counted(&[("direct", 1.0), ("email", 1.0)])
        );
        assert_eq!(
            by(&given, "country", ""),
            counted(&[("AT", 1.0), ("FR", 1.0)])
        );
        // 8:58 to 9:02 are 240 seconds.
        assert_eq!(
            given
                .total("metrics=visit_duration_mean_s&range=7d&filter=user:is:ana")
                .as_f64(),
            Some(240.0)
        );
    }
}

#[test]
fn a_visit_over_midnight_belongs_to_the_day_on_which_it_began_in_the_zone_of_the_project() {
    // 23:50 to 0:10 in Berlin, where UTC is an hour behind.
    let mut given = Given::events(
        "Europe/Berlin",
        [
            page("s1", "/", "direct", "2026-11-18T22:50:00Z"),
            page("s1", "/", "direct", "2026-11-18T23:10:00Z"),
        ],
    );
    given.roll_up_below(3);
    let days = "metrics=visits&from=2026-11-18&to=2026-11-19&interval=day";
    let bars = |given: &Given| -> Vec<Value> {
        let bars = given.ask(days).total.bars;
        bars.iter().map(|bar| bar[0].value).collect()
    };
    assert_eq!(bars(&given), [Value::Whole(1), Value::Whole(0)]);
    // In Kolkata both are on the 19th. Days are cut anew there; a visit is the same one.
    given.zone = jiff::tz::TimeZone::get("Asia/Kolkata").expect("a zone");
    assert_eq!(bars(&given), [Value::Whole(0), Value::Whole(1)]);
    given.add([page("s1", "/", "direct", "2026-11-18T23:12:00Z")]);
    given.roll_up_below(4);
    assert_eq!(bars(&given), [Value::Whole(0), Value::Whole(1)]);
}

#[test]
fn visits_of_an_erased_person_are_gone() {
    let given = Given::events("UTC", two_visits());
    given.roll_up_below(6);
    let ana = Name {
        kind: NameKind::User,
        name: "ana".into(),
    };
    let zones = Zones::default();
    zones.set(1, &given.zone);
    erase_person::erase(&given.engine, 1, &ana, &zones).expect("an erasure");
    assert_eq!(by(&given, "channel", ""), counted(&[("direct", 1.0)]));
}

/// A visit as somebody would make it up with a list of its events.
#[derive(Debug, Default, PartialEq)]
struct Slow {
    begun: i64,
    ended: i64,
    pages: i64,
    queries: i64,
    others: i64,
    channel: String,
}

fn slowly(events: &[Event]) -> Vec<Slow> {
    let mut sessions: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in events {
        let session = event.session_id.as_deref().expect("a session");
        sessions.entry(session).or_default().push(event);
    }
    let visits = sessions.into_values().map(|mut events| {
        // Stable, so that events of one moment stay as they came.
        events.sort_by_key(|event| event.occurred_at);
        let count = |kinds: &[&str]| {
            events
                .iter()
                .filter(|event| kinds.contains(&event.kind.as_str()))
                .count() as i64
        };
        let first = events.iter().find(|event| event.kind == "page_view");
        Slow {
            begun: events[0].occurred_at,
            ended: events[events.len() - 1].occurred_at,
            pages: count(&["page_view"]),
            queries: count(&["query_sent"]),
            others: count(&["query_sent", "feature_used"]),
            channel: first
                .and_then(|event| event.channel.clone())
                .unwrap_or_default(),
        }
    });
    visits.collect()
}

fn random(count: u64) -> Vec<Event> {
    let mut state = 7u64;
    let mut draw = move |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let kinds = [
        "page_view",
        "page_view",
        "query_sent",
        "feature_used",
        "page_ping",
        "session_start",
    ];
    let start = at("2026-11-10T00:00:00Z");
    (0..count)
        .map(|_| {
            let session = draw(700);
            // Ten seconds apart at least, and often at one moment.
            let moment = start + (session * 900 + draw(120) * 10) as i64 * 1_000_000;
            let channels = ["direct", "email", "organic_search"];
            let kind = kinds[draw(6) as usize];
            Event {
                kind: kind.into(),
                user_id: (draw(4) > 0).then(|| format!("u{}", session % 90)),
                session_id: Some(format!("s{session}")),
                channel: (draw(5) > 0).then(|| channels[draw(3) as usize].to_owned()),
                occurred_at: moment,
                received_at: moment,
                ..Event::default()
            }
        })
        .collect()
}

#[test]
fn random_visits_equal_a_slow_reference_at_every_state_of_the_roll_up() {
    let events = random(3_000);
    let visits = slowly(&events);
    let given = Given::events("UTC", events);
    let mut lengths: Vec<i64> = visits.iter().map(|one| one.ended - one.begun).collect();
    lengths.sort_unstable();
    let middle = (lengths[(lengths.len() - 1) / 2] + lengths[lengths.len() / 2]) as f64 / 2.0 / 1e6;
    let depth: i64 = visits
        .iter()
        .map(|one| match one.pages {
            0 => one.queries,
            pages => pages,
        })
        .sum();
    let bounces = visits
        .iter()
        .filter(|one| one.pages == 1 && one.others == 0)
        .count() as f64;
    let mut channels: BTreeMap<String, f64> = BTreeMap::new();
    for visit in &visits {
        *channels.entry(visit.channel.clone()).or_default() += 1.0;
    }
    let n = visits.len() as f64;
    for below in [1, 500, 501, 1_700, 3_001] {
        given.roll_up_below(below);
        let query = "metrics=visits,visit_duration_median_s,visit_depth_mean,bounce_rate&range=30d";
        let figures = given.ask(query).total.figures;
        let found: Vec<f64> = figures
            .iter()
            .map(|one| one.value.as_f64().expect("a figure"))
            .collect();
        for (found, expected) in found.iter().zip([n, middle, depth as f64 / n, bounces / n]) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
        let rows = given.ask("metrics=visits&range=30d&by=channel").rows;
        let found: BTreeMap<String, f64> = rows
            .iter()
            .map(|row| {
                let visits = row.figures[0].value.as_f64().expect("a count");
                (row.keys[0].clone().unwrap_or_default(), visits)
            })
            .collect();
        assert_eq!(found, channels, "below {below}");
    }
}

#[test]
fn a_hundred_thousand_landing_pages_are_a_bounded_answer_with_the_right_whole() {
    let start = at("2026-11-20T00:00:00Z");
    let events = (0..100_000i64).map(|number| {
        // The start page has a visit in ten, every other page one visit.
        let path = match number % 10 {
            0 => "/".to_owned(),
            _ => format!("/p/{number}"),
        };
        Event {
            occurred_at: start + number * 100_000,
            ..page(
                &format!("s{number}"),
                &path,
                "direct",
                "2026-11-20T00:00:00Z",
            )
        }
    });
    let given = Given::events("UTC", events);
    given.roll_up_below(90_000);
    let answer = given.ask("metrics=visits&range=7d&by=path&limit=10");
    assert_eq!((answer.rows.len(), answer.is_cut), (10, true));
    assert_eq!(answer.rows[0].keys[0].as_deref(), Some("/"));
    assert_eq!(answer.rows[0].figures[0].value, Value::Whole(10_000));
    let shown: f64 = answer
        .rows
        .iter()
        .filter_map(|row| row.figures[0].value.as_f64())
        .sum();
    // What is not shown is the whole less what is.
    assert_eq!(answer.total.figures[0].value, Value::Whole(100_000));
    assert_eq!(100_000.0 - shown, 89_991.0);
}
