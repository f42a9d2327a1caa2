//! Answers about people over real rows in a real engine, worked by hand; merging, undoing and erasing.

mod rolled;

use crate::core::event::Event;
use crate::core::range::{Interval, Period, Range};
use crate::core::sql::{Binds, Sql};
use crate::given::{Given, NOW, at};
use crate::people::answer::{Coverage, Table, Topic};
use crate::people::ask::Asker;
use crate::people::one;
use crate::query::condition::Checked;
use crate::query::plan::Statement;
use crate::query::question::Parameters;
use crate::store::alias::{self, MergeError, Name};
use crate::store::erase_person::{self, ErasedPerson};
use crate::store::person::NameKind;

mod list;

impl Given {
    fn figures(&self, topic: Topic, range: Range, interval: Interval, filter: &str) -> Table {
        let period = self.period(range, interval);
        let filter = filter_of(filter);
        self.session(move |session| Asker::new(session, &period, &filter).answer(topic))
    }

    fn period(&self, range: Range, interval: Interval) -> Period {
        range
            .resolve(Some(interval), &self.zone, NOW.parse().expect("a moment"))
            .expect("a period")
    }

    fn profile(&self, name: &Name) -> Option<one::Profile> {
        let (today, name) = (self.period(Range::Days(1), Interval::Day), name.clone());
        self.session(move |session| one::profile(session, &name, &today))
    }

    fn erase(&self, name: &Name) -> ErasedPerson {
        erase_person::erase(&self.engine, 1, name, &self.zones()).expect("an erasure")
    }
}

fn filter_of(text: &str) -> Checked {
    let query = format!("filter={text}");
    Parameters::parse(if text.is_empty() { "" } else { &query }, &[])
        .and_then(|parameters| parameters.filter())
        .expect("a filter")
}

fn seen(user: &str, when: &str) -> Event {
    Event {
        kind: "feature_used".into(),
        user_id: Some(user.into()),
        occurred_at: at(when),
        received_at: at(when),
        ..Event::default()
    }
}

fn visit(anonymous: &str, when: &str) -> Event {
    Event {
        kind: "page_view".into(),
        user_id: None,
        anonymous_id: Some(anonymous.into()),
        session_id: Some(format!("s-{anonymous}")),
        ..seen("", when)
    }
}

fn user(name: &str) -> Name {
    Name {
        kind: NameKind::User,
        name: name.into(),
    }
}

fn anonymous(name: &str) -> Name {
    Name {
        kind: NameKind::Anonymous,
        name: name.into(),
    }
}

/// The figures of one column, those of bars without a figure as -1.
fn column(table: &Table, id: &str) -> Vec<f64> {
    let figures = table.column(id).into_iter();
    figures.map(|figure| figure.unwrap_or(-1.0)).collect()
}

/// Ana comes on four days in a row, bo is back after 35 days, cy is new and bought something by a renewal only.
fn three_people() -> Vec<Event> {
    vec![
        seen("ana", "2026-11-18T09:00:00Z"),
        seen("ana", "2026-11-18T19:00:00Z"),
        seen("ana", "2026-11-19T09:00:00Z"),
        seen("ana", "2026-11-20T09:00:00Z"),
        seen("ana", "2026-11-21T09:00:00Z"),
        seen("bo", "2026-10-15T09:00:00Z"),
        seen("bo", "2026-11-19T09:00:00Z"),
        seen("cy", "2026-11-20T23:59:59Z"),
        Event {
            kind: "payment_completed".into(),
            ..seen("cy", "2026-11-21T01:00:00Z")
        },
    ]
}

#[test]
fn four_days_of_three_people() {
    let given = Given::events("UTC", three_people());
    for is_rolled in [false, true] {
        if is_rolled {
            given.roll_up();
        }
        let growth = given.figures(Topic::Growth, Range::Days(4), Interval::Day, "");
        assert_eq!(column(&growth, "new_users"), [1.0, 0.0, 1.0, 0.0]);
        // 15 October to 19 November are 35 days.
        assert_eq!(column(&growth, "resurrected_users"), [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(column(&growth, "churned_users"), [0.0, 0.0, 0.0, 0.0]);
        assert_eq!(column(&growth, "total_users"), [1.0, 2.0, 3.0, 3.0]);
        // A renewal makes nobody active, so cy is not there on the last day.
        assert_eq!(column(&growth, "active_users"), [1.0, 2.0, 2.0, 1.0]);
        assert_eq!(column(&growth, "known_users"), [2.0, 2.0, 3.0, 3.0]);
        assert_eq!(column(&growth, "user_growth_rate"), [-1.0, 1.0, 0.0, -0.5]);
        assert!(growth.lines[3].is_partial && !growth.lines[2].is_partial);

        let life = given.figures(Topic::Lifecycle, Range::Days(4), Interval::Day, "");
        assert_eq!(column(&life, "new"), [1.0, 0.0, 1.0, 0.0]);
        assert_eq!(column(&life, "returning"), [0.0, 1.0, 1.0, 1.0]);
        assert_eq!(column(&life, "resurrecting"), [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(column(&life, "dormant"), [0.0, 0.0, -1.0, -1.0]);

        let churned = given.figures(
            Topic::Growth,
            Range::Dates(
                "2026-11-13".parse().expect("a date"),
                "2026-11-15".parse().expect("a date"),
            ),
            Interval::Day,
            "",
        );
        // Bo's last day was 15 October: 30 days later is 14 November, though bo came back after it.
        assert_eq!(column(&churned, "churned_users"), [0.0, 1.0, 0.0]);
        assert_eq!(column(&churned, "user_churn_rate"), [0.0, 1.0, -1.0]);
        let stages = given.figures(Topic::Stages, Range::Days(4), Interval::Day, "");
        assert_eq!(column(&stages, "users").iter().sum::<f64>(), 3.0);
    }
}

#[test]
fn nobody_is_new_twice_and_a_filter_changes_no_first_day() {
    let mut events = three_people();
    events[6].feature = Some("chat".into());
    events[7].feature = Some("chat".into());
    let given = Given::events("UTC", events);
    let life = given.figures(
        Topic::Lifecycle,
        Range::Days(4),
        Interval::Day,
        "feature:is:chat",
    );
    // Bo used the feature for the first time, but was seen before; cy is new.
    assert_eq!(column(&life, "new"), [0.0, 0.0, 1.0, 0.0]);
    assert_eq!(column(&life, "resurrecting"), [0.0, 1.0, 0.0, 0.0]);
    let features = given.figures(Topic::Features, Range::Days(4), Interval::Day, "");
    assert_eq!(features.lines[0].keys, ["chat"]);
    assert_eq!(column(&features, "users"), [2.0]);
    // 35 days after first seen, and on the first day: the middle is 17.5. Of those active in the days, 2 of 3.
    assert_eq!(column(&features, "days_to_adopt"), [17.5]);
    assert_eq!(column(&features, "feature_adoption"), [2.0 / 3.0]);
    // Only bo has been known for a week, and needed longer than that and than 30 days.
    assert_eq!(column(&features, "adopted_by_7"), [0.0]);
}

#[test]
fn days_are_those_of_the_projects_zone_when_clocks_change() {
    // Berlin turns its clocks back on 25 October 2026, a day of 25 hours, from 22:00 UTC to 23:00 UTC.
    let events = [
        seen("ana", "2026-10-24T22:00:00Z"),
        seen("ana", "2026-10-25T22:59:59Z"),
        seen("bo", "2026-10-25T23:00:00Z"),
        seen("bo", "2026-10-24T21:59:59Z"),
    ];
    let given = Given::events("Europe/Berlin", events);
    let range = Range::Dates(
        "2026-10-24".parse().expect("a date"),
        "2026-10-26".parse().expect("a date"),
    );
    for is_rolled in [false, true] {
        if is_rolled {
            given.roll_up();
        }
        let active = given.figures(Topic::Active, range, Interval::Day, "");
        assert_eq!(column(&active, "dau"), [1.0, 1.0, 1.0]);
        assert_eq!(column(&active, "wau"), [1.0, 2.0, 2.0]);
        let life = given.figures(Topic::Lifecycle, range, Interval::Week, "");
        // The weeks of 19 and 26 October, told whole: both are new in the first, bo returns in the second.
        assert_eq!(column(&life, "new"), [2.0, 0.0]);
        assert_eq!(column(&life, "returning"), [0.0, 1.0]);
        assert_eq!(column(&life, "dormant"), [0.0, -1.0]);
    }
}

#[test]
fn an_anonymous_id_becomes_the_user_without_a_change_to_any_event_and_can_be_taken_back() {
    let mut given = Given::events(
        "UTC",
        [
            visit("a1", "2026-11-18T09:00:00Z"),
            visit("a2", "2026-11-18T09:00:00Z"),
        ],
    );
    given.roll_up();
    let coverage = |given: &Given| {
        given
            .figures(Topic::Growth, Range::Days(7), Interval::Day, "")
            .coverage
    };
    let of = |identified, anonymous| Coverage {
        identified,
        anonymous,
        cookieless: 0,
    };
    assert_eq!(coverage(&given), of(0, 2));

    // One event shows that a1 is ana. A shared computer does not make bo of her.
    given.add([
        Event {
            user_id: Some("ana".into()),
            ..visit("a1", "2026-11-19T09:00:00Z")
        },
        Event {
            user_id: Some("bo".into()),
            ..visit("a1", "2026-11-20T09:00:00Z")
        },
    ]);
    assert_eq!(coverage(&given), of(2, 1));
    let growth = given.figures(Topic::Growth, Range::Days(7), Interval::Day, "");
    // Ana was there on the 18th already: first seen is the visit before she said who she is.
    assert_eq!(
        column(&growth, "new_users"),
        [0.0, 0.0, 0.0, 2.0, 0.0, 1.0, 0.0]
    );
    let filtered = given.figures(Topic::Active, Range::Days(7), Interval::Day, "user:is:ana");
    assert_eq!(
        column(&filtered, "dau"),
        [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]
    );
    let profile = given.profile(&anonymous("a1"));
    let profile = profile.expect("she is known");
    assert!(profile.is_alias);
    assert_eq!(profile.name, user("ana"));
    assert_eq!(
        (profile.events, profile.aliases),
        (2, vec![anonymous("a1")])
    );

    alias::undo(&given.engine, 1, &anonymous("a1")).expect("a merge to undo");
    assert_eq!(coverage(&given), of(2, 2));
    // It stays undone when the same is shown again.
    given.add([Event {
        user_id: Some("ana".into()),
        ..visit("a1", "2026-11-21T09:00:00Z")
    }]);
    assert_eq!(coverage(&given), of(2, 2));

    alias::merge(&given.engine, 1, &anonymous("a1"), &user("bo")).expect("a merge");
    alias::merge(&given.engine, 1, &user("bo"), &user("ana")).expect("a merge of users");
    // The 18th of a1, and all of bo, are ana's through two steps.
    assert_eq!(coverage(&given), of(1, 1));
}

#[test]
fn merges_that_would_go_in_circles_are_refused() {
    let given = Given::events(
        "UTC",
        [
            seen("ana", "2026-11-18T09:00:00Z"),
            seen("bo", "2026-11-18T09:00:00Z"),
            seen("cy", "2026-11-18T09:00:00Z"),
            visit("a1", "2026-11-18T09:00:00Z"),
        ],
    );
    let merge = |from: Name, into: Name| alias::merge(&given.engine, 1, &from, &into);
    merge(user("bo"), user("ana")).expect("a merge");
    assert!(matches!(
        merge(user("ana"), user("ana")),
        Err(MergeError::Itself(_))
    ));
    assert!(matches!(
        merge(user("ana"), user("bo")),
        Err(MergeError::IntoAlias(_))
    ));
    assert!(matches!(
        merge(user("ana"), user("cy")),
        Err(MergeError::HasUsers(_))
    ));
    assert!(matches!(
        merge(user("ana"), anonymous("a1")),
        Err(MergeError::IntoAnonymous(_))
    ));
    assert!(matches!(
        merge(user("nobody"), user("ana")),
        Err(MergeError::Unknown(_))
    ));
    let undo = alias::undo(&given.engine, 1, &user("cy"));
    assert!(matches!(undo, Err(MergeError::NotMerged(_))));
}

#[test]
fn erasing_somebody_leaves_nothing_of_them_and_everything_of_others() {
    let cost = |user: &str, when: &str| Event {
        kind: "response_received".into(),
        status: Some("ok".into()),
        provider: Some("openai".into()),
        model: Some("m".into()),
        cost: Some(10_000_000),
        cost_source: Some("computed".into()),
        request_preview: Some("hello".into()),
        ..seen(user, when)
    };
    let mut given = Given::events(
        "UTC",
        [
            visit("a1", "2026-11-10T08:00:00Z"),
            cost("ana", "2026-11-10T09:00:00Z"),
            cost("bo", "2026-11-10T09:00:00Z"),
        ],
    );
    given.roll_up();
    given.add([
        Event {
            user_id: Some("ana".into()),
            ..visit("a1", "2026-11-11T08:00:00Z")
        },
        cost("ana", "2026-11-11T09:00:00Z"),
    ]);

    let erased = given.erase(&user("ana"));

    // Three of ana's own and the visit before she said who she is; two previews; her name and a1.
    assert_eq!(
        erased,
        ErasedPerson {
            events: 4,
            previews: 2,
            names: 2
        }
    );
    assert_eq!(given.erase(&user("ana")), ErasedPerson::default());
    let left = |sql: &'static str| -> i64 {
        let statement = Statement {
            sql: Sql::text(sql),
            binds: Binds::default(),
        };
        let rows = given.session(move |session| session.ask(&statement));
        rows[0][0].whole().expect("a count")
    };
    assert_eq!(left("SELECT count(*) FROM events"), 1);
    assert_eq!(left("SELECT count(*) FROM previews"), 1);
    assert_eq!(left("SELECT count(*) FROM people"), 1);
    assert_eq!(left("SELECT count(*) FROM person_alias"), 0);
    assert_eq!(
        left("SELECT CAST(sum(attempts) AS BIGINT) FROM people_day"),
        1
    );
    assert_eq!(
        left("SELECT CAST(sum(attempts) AS BIGINT) FROM calls_day"),
        1
    );
    assert!(given.profile(&user("ana")).is_none());
}

#[test]
fn ten_thousand_sessions_of_one_user_and_one_that_began_before() {
    let start = at("2026-11-20T00:00:00Z");
    let within = (0..10_000i64).flat_map(|number| {
        // 0, 1, 2 … 9 seconds by turns, so that the median is 4.5.
        let begin = start + number * 5_000_000;
        [begin, begin + number % 10 * 1_000_000].map(|moment| Event {
            session_id: Some(format!("s{number}")),
            occurred_at: moment,
            received_at: moment,
            kind: "query_sent".into(),
            ..seen("ana", NOW)
        })
    });
    let before = ["2026-11-19T23:50:00Z", "2026-11-20T00:10:00Z"].map(|when| Event {
        session_id: Some("before".into()),
        ..seen("ana", when)
    });
    let given = Given::events("UTC", within.chain(before));
    let range = Range::Dates(
        "2026-11-20".parse().expect("a date"),
        "2026-11-20".parse().expect("a date"),
    );
    let sessions = given.figures(Topic::Sessions, range, Interval::Day, "");
    assert_eq!(column(&sessions, "sessions"), [10_000.0]);
    assert_eq!(column(&sessions, "visit_duration_median_s"), [4.5]);
    assert_eq!(column(&sessions, "visit_depth_median"), [2.0]);
    assert_eq!(column(&sessions, "sessions_per_user"), [10_000.0]);
    let lengths = given.figures(Topic::SessionLengths, range, Interval::Day, "");
    assert_eq!(column(&lengths, "sessions")[0], 10_000.0);
    let profile = given.profile(&user("ana"));
    let profile = profile.expect("she is known");
    assert_eq!(
        (profile.sessions, profile.latest_sessions.len()),
        (10_001, 20)
    );
}

#[test]
fn an_erasure_by_an_id_that_became_a_user_erases_the_whole_person() {
    let given = Given::events(
        "UTC",
        [
            visit("a1", "2026-11-10T08:00:00Z"),
            Event {
                user_id: Some("ana".into()),
                ..visit("a1", "2026-11-11T08:00:00Z")
            },
            seen("bo", "2026-11-11T08:00:00Z"),
            seen("cy", "2026-11-11T08:00:00Z"),
        ],
    );
    // An anonymous id leads to bo at once, and over bo to cy.
    alias::undo(&given.engine, 1, &anonymous("a1")).expect("an undoing");
    alias::merge(&given.engine, 1, &anonymous("a1"), &user("bo")).expect("a merge");
    alias::merge(&given.engine, 1, &user("bo"), &user("cy")).expect("a merge");
    let wanted = ErasedPerson {
        events: 3,
        previews: 0,
        names: 3,
    };
    let counted = erase_person::count(&given.engine, 1, &anonymous("a1")).expect("a count");
    assert_eq!(counted, wanted);
    assert_eq!(given.erase(&anonymous("a1")), wanted);
    let known = given.session(|session| {
        let names = ["ana", "bo", "cy"].map(user);
        let known = names.iter().map(|name| one::number(session, name));
        known.collect::<Result<Vec<_>, _>>()
    });
    assert_eq!(
        known.iter().map(Option::is_some).collect::<Vec<_>>(),
        [true, false, false],
        "ana, who is not merged, stays"
    );
}

#[test]
fn an_export_holds_every_event_once_also_over_several_steps() {
    let count = one::EXPORT_STEP + 10;
    let mine = (0..count).map(|number| Event {
        request_preview: (number == 1).then(|| "hello".to_owned()),
        ..seen("ana", "2026-11-18T09:00:00Z")
    });
    let given = Given::events("UTC", mine.chain([seen("bo", "2026-11-18T09:00:00Z")]));
    let (mut lines, mut after) = (Vec::new(), Some(-1));
    while let Some(place) = after {
        let (text, next) = given.session(move |session| {
            let (_, person) = one::number(session, &user("ana"))?.unwrap_or_default();
            one::export(session, person, place)
        });
        lines.extend(text.lines().map(str::to_owned).collect::<Vec<_>>());
        after = next;
    }
    assert_eq!(lines.len(), count);
    let first: serde_json::Value = serde_json::from_str(&lines[0]).expect("JSON");
    assert_eq!(first["occurred_at"], "2026-11-18T09:00:00Z");
    assert_eq!(
        (&first["seq"], &first["type"]),
        (&1.into(), &"feature_used".into())
    );
    assert!(first.get("feature").is_none() && first.get("request_preview").is_none());
    let second: serde_json::Value = serde_json::from_str(&lines[1]).expect("JSON");
    assert_eq!(second["request_preview"], "hello");
}

#[test]
fn rolled_and_raw_answers_are_the_same_for_random_people() {
    let mut seed = 7u64;
    let mut random = move |below: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let first = at("2026-06-01T00:00:00Z");
    let events: Vec<Event> = (0..3_000)
        .map(|_| {
            let moment =
                first + random(170) as i64 * 86_400_000_000 + random(86_400) as i64 * 1_000_000;
            Event {
                occurred_at: moment,
                received_at: moment,
                ..seen(&format!("u{}", random(60)), NOW)
            }
        })
        .collect();
    let given = Given::events("Europe/Berlin", events);
    let asked = [
        (Topic::Growth, Interval::Week),
        (Topic::Lifecycle, Interval::Day),
        (Topic::Lifecycle, Interval::Month),
        (Topic::Active, Interval::Day),
        (Topic::ActiveDays, Interval::Day),
        (Topic::Stages, Interval::Day),
        (Topic::Rfm, Interval::Day),
        (Topic::Engagement, Interval::Day),
    ];
    let figures = |given: &Given| -> Vec<String> {
        let tables = asked.iter().map(|(topic, interval)| {
            let table = given.figures(*topic, Range::Days(90), *interval, "");
            format!("{:?} {:?}", table.lines, table.coverage)
        });
        tables.collect()
    };
    let raw = figures(&given);
    given.roll_up();
    assert_eq!(figures(&given), raw);
    let growth = given.figures(Topic::Growth, Range::Days(90), Interval::Week, "");
    let of = |id: &str| column(&growth, id);
    let (total, new) = (of("total_users"), of("new_users"));
    let (back, gone) = (of("resurrected_users"), of("churned_users"));
    for bar in 1..total.len() {
        assert_eq!(
            total[bar] - total[bar - 1],
            new[bar] + back[bar] - gone[bar],
            "bar {bar}"
        );
    }
}
