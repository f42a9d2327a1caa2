//! Segments over real rows in a real engine: each rule worked by hand, and all of them against a slow reference.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::analysis::{funnel, heatmap, journey, retention};
use crate::core::draw::Draw;
use crate::core::event::Event;
use crate::core::filter::Condition;
use crate::core::range::{Interval, Range};
use crate::core::sql::{Binds, Sql};
use crate::core::value::Value;
use crate::given::{Given, NOW, at, did, looked, now};
use crate::people::answer::Topic;
use crate::people::ask::Asker;
use crate::people::segment::cache::Cache;
use crate::people::segment::roster::{Named, Roster};
use crate::query::answer::Answer;
use crate::query::ask;
use crate::query::condition::Checked;
use crate::query::plan::Statement;
use crate::query::question::Parameters;
use crate::query::session::Session;
use crate::store::alias::{self, Name};
use crate::store::engine::EngineError;
use crate::store::person::NameKind;

/// Eight in the morning of the present day.
const TODAY: &str = "2026-11-21T08:00:00Z";

fn roster(given: &Given, segments: &[(&str, &str)]) -> Roster {
    let named = |(name, rules): &(&str, &str)| Named {
        name: (*name).to_owned(),
        definition: query(rules),
    };
    Roster {
        project: 1,
        exchange: given.exchange.clone(),
        zone: given.zone.clone(),
        now: now(),
        segments: segments.iter().map(named).collect(),
        cache: Arc::new(Cache::default()),
    }
}

/// `a & b / c`: a clause each side of `&`, alternatives each side of `/`.
fn query(rules: &str) -> String {
    let mut serializer = url::form_urlencoded::Serializer::new(String::new());
    for clause in rules.split(" & ") {
        for (place, rule) in clause.split(" / ").enumerate() {
            serializer.append_pair(if place == 0 { "if" } else { "or" }, rule);
        }
    }
    serializer.finish()
}

fn block<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(future)
}

/// The names of the people of some rules.
fn members(given: &Given, rules: &str) -> Vec<String> {
    let roster = roster(given, &[]);
    let definition = query(rules);
    let asked = given.engine.ask(move |engine| {
        let held = roster.people(engine, &definition)?;
        let rows = engine.rows(
            &Sql::text("SELECT name, person FROM people ORDER BY name"),
            &[],
        )?;
        let mut names = Vec::new();
        for row in &rows {
            let person = usize::try_from(row[1].whole().expect("a number")).expect("small");
            if held.found.people.has(person) {
                names.push(row[0].text().expect("a name").to_owned());
            }
        }
        assert_eq!(names.len() as u64, held.found.people.len());
        assert!(held.found.people.len() <= held.found.of);
        Ok(names)
    });
    block(asked).expect(rules)
}

fn try_ask(given: &Given, segments: &[(&str, &str)], query: &str) -> Result<Answer, EngineError> {
    let roster = roster(given, segments);
    let parameters = Parameters::parse(query, &[]).expect(query);
    let question = parameters.question(&given.zone, now()).expect(query);
    let exchange = given.exchange.clone();
    block(given.engine.ask(move |engine| {
        let session = Session::begin(engine, 1, &exchange)?.with(roster.membership());
        ask::answer(&session, &question)
    }))
}

fn total(given: &Given, segments: &[(&str, &str)], metric: &str, filter: &str) -> Value {
    let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    let query = format!("metrics={metric}&range=90d&filter={filter}");
    try_ask(given, segments, &query)
        .expect(&query)
        .total
        .figures[0]
        .value
}

fn of(event: Event, field: &str, value: &str) -> Event {
    let value = Some(value.to_owned());
    match field {
        "plan" => Event {
            plan: value,
            ..event
        },
        "country" => Event {
            country: value,
            ..event
        },
        _ => Event {
            feature: value,
            ..event
        },
    }
}

#[test]
fn days_begin_at_local_midnight_and_how_often_is_exact() {
    // In Berlin, where the day of now is the 21st; three days begin on the 19th at 23:00 of the 18th in UTC.
    let given = Given::events(
        "Europe/Berlin",
        [
            did("ana", "ask", "2026-11-18T22:59:59.999999Z"),
            did("ana", "ask", "2026-11-18T23:00:00Z"),
            did("ana", "ask", TODAY),
            did("bo", "ask", "2026-11-18T22:59:59.999999Z"),
            did("cy", "ask", "2026-11-21T22:59:59.999999Z"),
            // Tomorrow in Berlin, by a clock that is fast.
            did("di", "ask", "2026-11-21T23:00:00Z"),
            did("ed", "look", TODAY),
            did("ed", "identify", TODAY),
        ],
    );
    for (rule, wanted) in [
        ("did:at_least:1:3:ask", "ana cy"),
        ("did:at_least:2:3:ask", "ana"),
        ("did:at_least:3:3:ask", ""),
        ("did:at_least:3:4:ask", "ana"),
        ("did:at_least:1:1:ask", "ana cy"),
        ("did:exactly:1:3:ask", "cy"),
        ("did:exactly:2:3:ask", "ana"),
        ("did:exactly:0:3:ask", "bo di ed"),
        ("did:at_most:0:3:ask", "bo di ed"),
        ("did:at_most:1:3:ask", "bo cy di ed"),
        ("did:at_most:2:3:ask", "ana bo cy di ed"),
        ("did:at_least:1:3:ask|look", "ana cy ed"),
        ("did:at_least:2:3:*", "ana"),
        ("did:exactly:1:3:*", "cy ed"),
        ("did:at_least:1:730:nothing", ""),
        ("did:at_least:1:3:look / did:at_least:2:3:ask", "ana ed"),
        ("did:at_least:1:3:ask & did:at_most:1:3:ask", "cy"),
        ("did:at_least:1:3:ask & did:at_least:1:3:look", ""),
    ] {
        assert_eq!(members(&given, rule).join(" "), wanted, "{rule}");
    }
}

#[test]
fn what_an_anonymous_id_did_counts_for_the_user_it_became_until_the_merge_is_undone() {
    let both = Event {
        anonymous_id: Some("x1".into()),
        ..did("ana", "sign_up", TODAY)
    };
    let mut given = Given::events(
        "UTC",
        [
            looked("x1", "ask", "2026-11-20T08:00:00Z"),
            looked("x1", "ask", "2026-11-20T09:00:00Z"),
            looked("x2", "ask", "2026-11-20T09:00:00Z"),
        ],
    );
    assert_eq!(members(&given, "did:at_least:2:7:ask"), ["x1"]);
    given.add([both, did("ana", "ask", TODAY)]);
    given.roll_up();
    assert_eq!(members(&given, "did:at_least:3:7:ask"), ["ana"]);
    assert_eq!(
        members(&given, "did:at_most:2:7:ask"),
        ["x2"],
        "x1 is nobody of their own"
    );
    let segments = [("asks", "did:at_least:3:7:ask")];
    // Three times asked and once signed up, two of them under the other number.
    for filter in ["segment:is:asks", "segment:exists", "segment:contains:SK"] {
        assert_eq!(
            total(&given, &segments, "events", filter),
            Value::Whole(4),
            "{filter}"
        );
        assert_eq!(
            total(&given, &segments, "active_users", filter),
            Value::Whole(1),
            "{filter}"
        );
    }
    let by_hand = |name: &str, kind| Name {
        kind,
        name: name.to_owned(),
    };
    let (x1, ana) = (
        by_hand("x1", NameKind::Anonymous),
        by_hand("ana", NameKind::User),
    );
    alias::undo(&given.engine, 1, &x1).expect("undone");
    assert_eq!(members(&given, "did:at_least:3:7:ask"), [""; 0]);
    assert_eq!(members(&given, "did:exactly:2:7:ask"), ["x1"]);
    alias::merge(&given.engine, 1, &x1, &ana).expect("merged");
    assert_eq!(members(&given, "did:at_least:3:7:ask"), ["ana"]);
}

#[test]
fn the_latest_plan_and_country_count_and_any_use_of_a_feature() {
    let given = Given::events(
        "UTC",
        [
            of(did("ana", "ask", "2026-01-01T08:00:00Z"), "plan", "free"),
            of(did("ana", "ask", TODAY), "plan", "pro"),
            did("ana", "ask", "2026-11-21T09:00:00Z"),
            // At one moment the last received counts.
            of(did("bo", "ask", TODAY), "plan", "pro"),
            of(did("bo", "ask", TODAY), "plan", "free"),
            of(did("cy", "ask", TODAY), "feature", "chat"),
            of(
                did("cy", "ask", "2026-11-21T09:00:00Z"),
                "feature",
                "search",
            ),
            of(did("di", "ask", "2025-01-01T08:00:00Z"), "country", "DE"),
        ],
    );
    for (rule, wanted) in [
        ("plan:is:pro", "ana"),
        ("plan:is_not:pro", "bo cy di"),
        ("plan:is:free", "bo"),
        ("plan:in:free,pro", "ana bo"),
        ("plan:not_in:free,pro", "cy di"),
        ("plan:is:", "cy di"),
        ("plan:missing", "cy di"),
        ("plan:exists", "ana bo"),
        ("plan:in:pro,", "ana cy di"),
        ("plan:not_in:pro,", "bo"),
        ("plan:contains:RE", "bo"),
        ("plan:not_contains:re", "ana cy di"),
        ("feature:is:chat", "cy"),
        ("feature:is:search", "cy"),
        ("feature:is_not:chat", "ana bo di"),
        ("feature:missing", "ana bo di"),
        ("country:is:DE", "di"),
        ("country:is:de", ""),
        ("country:is_not:DE", "ana bo cy"),
        ("plan:is:pro / feature:is:chat & country:missing", "ana cy"),
        ("first_seen:before:2025-01-01", ""),
        ("first_seen:before:2025-01-02", "di"),
        ("first_seen:since:2025-01-02", "ana bo cy"),
        ("first_seen:since:2026-11-21", "bo cy"),
    ] {
        assert_eq!(members(&given, rule).join(" "), wanted, "{rule}");
    }
}

#[test]
fn stages_and_classes_are_those_of_the_page_of_users() {
    let mut events = Vec::new();
    // Thirty people, the more often and lately seen the higher their number; nobody pays or costs anything.
    for number in 1..=30i64 {
        let name = format!("p{number:02}");
        for day in 0..number {
            let moment = at(NOW) - (30 - number + day) * 86_400_000_000;
            events.push(Event {
                occurred_at: moment,
                received_at: moment,
                ..did(&name, "ask", TODAY)
            });
        }
    }
    let given = Given::events("UTC", events);
    let period = Range::Days(1)
        .resolve(Some(Interval::Day), &given.zone, now())
        .expect("a period");
    let (stages, classes) = block(given.engine.ask({
        let (period, exchange) = (period.clone(), given.exchange.clone());
        move |engine| {
            let session = Session::begin(engine, 1, &exchange)?;
            let all = Checked::default();
            let asker = Asker::new(&session, &period, &all);
            Ok((asker.answer(Topic::Stages)?, asker.answer(Topic::Rfm)?))
        }
    }))
    .expect("answers");
    let count = |values: &[Value]| match values[0] {
        Value::Whole(count) => count as usize,
        other => panic!("{other:?} is no count"),
    };
    let mut people = 0;
    for (line, id) in stages
        .lines
        .iter()
        .zip(crate::people::stage::Stage::ALL.map(|stage| stage.id()))
    {
        let found = members(&given, &format!("stage:is:{id}")).len();
        assert_eq!(found, count(&line.values), "{id}");
        assert_eq!(
            members(&given, &format!("stage:is_not:{id}")).len(),
            30 - found
        );
        people += found;
    }
    assert_eq!(people, 30);
    let mut by_class: BTreeMap<String, usize> = BTreeMap::new();
    for line in &classes.lines {
        let cell = format!("{}-{}", line.keys[0], line.keys[1]);
        assert_eq!(
            members(&given, &format!("rfm:is:{cell}")).len(),
            count(&line.values),
            "{cell}"
        );
        *by_class.entry(line.keys[2].clone()).or_default() += count(&line.values);
    }
    for (class, wanted) in by_class {
        assert_eq!(
            members(&given, &format!("rfm:is:{class}")).len(),
            wanted,
            "{class}"
        );
    }
    assert_eq!(members(&given, "rfm:exists").len(), 30);
    // The thirtieth came today, on more days than anybody: R 5, F 5, M 1, and so FM 3.
    assert!(members(&given, "rfm:is:5-3").contains(&"p30".to_owned()));
    assert!(members(&given, "rfm:contains:LOYAL").contains(&"p30".to_owned()));
    assert!(members(&given, "rfm:is:champion").is_empty());
}

fn mixed() -> Vec<Event> {
    let cookieless = Event {
        user_id: None,
        session_id: Some("v".into()),
        visitor: Some(77),
        ..did("", "ask", "2026-11-19T08:00:00Z")
    };
    let call = |user: &str, when: &str| Event {
        provider: Some("openai".into()),
        model: Some("m".into()),
        status: Some("ok".into()),
        cost: Some(10_000_000),
        latency_ms: Some(100.0),
        ..did(user, "response_received", when)
    };
    vec![
        of(did("ana", "ask", "2026-11-10T08:00:00Z"), "plan", "pro"),
        call("ana", "2026-11-10T08:00:01Z"),
        did("ana", "pay", "2026-11-18T08:00:00Z"),
        of(did("bo", "ask", "2026-11-11T08:00:00Z"), "plan", "free"),
        call("bo", "2026-11-11T08:00:01Z"),
        call("bo", "2026-11-19T08:00:01Z"),
        did("cy", "ask", "2026-11-19T09:00:00Z"),
        did("cy", "pay", "2026-11-19T09:30:00Z"),
        cookieless,
    ]
}

const SEGMENTS: [(&str, &str); 2] = [
    ("Payers", "did:at_least:1:30:pay"),
    ("Pro; really|\\,", "plan:is:pro"),
];

#[test]
fn a_segment_and_its_negation_divide_the_rows_with_roll_ups_and_without() {
    let given = Given::events("UTC", mixed());
    for _ in 0..2 {
        for metric in ["events", "requests", "cost", "attempts"] {
            let all = total(&given, &SEGMENTS, metric, "");
            for filter in [
                "segment:is:Payers",
                "segment:in:Payers,Pro\\; really\\|\\\\\\,",
                "segment:in:Payers,",
                "segment:contains:p",
                "segment:contains:",
                "segment:exists",
                "segment:is:",
                "segment:greater:3",
            ] {
                let with = total(&given, &SEGMENTS, metric, filter);
                let without = total(&given, &SEGMENTS, metric, &format!("!{filter}"));
                assert_eq!(
                    with.plus(without),
                    all,
                    "{metric} {filter}: {with:?}, {without:?}"
                );
            }
        }
        // Ana's three and Cy's two; with Pro they are the same; the rest is Bo's three and a visitor's one.
        let events = |filter: &str| total(&given, &SEGMENTS, "events", filter);
        assert_eq!(events("segment:is:Payers"), Value::Whole(5));
        assert_eq!(
            events("segment:is:Pro\\; really\\|\\\\\\,"),
            Value::Whole(3)
        );
        assert_eq!(events("segment:exists"), Value::Whole(5));
        assert_eq!(events("segment:is:"), Value::Whole(4));
        assert_eq!(events("segment:is:Payers|type:is:ask"), Value::Whole(7));
        assert_eq!(
            total(&given, &SEGMENTS, "active_users", "segment:is:Payers"),
            Value::Whole(2)
        );
        given.roll_up();
    }
}

#[test]
fn a_split_has_a_row_for_each_segment_that_overlaps_and_one_for_the_rest() {
    let given = Given::events("UTC", mixed());
    given.roll_up();
    let rows = |query: &str| -> Vec<(String, Value)> {
        let answer = try_ask(&given, &SEGMENTS, query).expect(query);
        let row = |row: &crate::query::answer::Row| {
            let keys: Vec<&str> = row
                .keys
                .iter()
                .map(|key| key.as_deref().unwrap_or("-"))
                .collect();
            (keys.join("/"), row.figures[0].value)
        };
        answer.rows.iter().map(row).collect()
    };
    let given_rows = |wanted: &[(&str, i64)]| -> Vec<(String, Value)> {
        let row = |(key, count): &(&str, i64)| ((*key).to_owned(), Value::Whole(*count));
        wanted.iter().map(row).collect()
    };
    let pro = "Pro; really|\\,";
    assert_eq!(
        rows("metrics=events&range=90d&by=segment"),
        given_rows(&[("Payers", 5), ("-", 4), (pro, 3)])
    );
    let answer =
        try_ask(&given, &SEGMENTS, "metrics=events&range=90d&by=segment").expect("an answer");
    assert_eq!(
        answer.total.figures[0].value,
        Value::Whole(9),
        "the whole counts everybody once"
    );
    assert_eq!(
        rows("metrics=events&range=90d&by=segment,type&limit=3"),
        given_rows(&[("Payers/ask", 2), ("Payers/pay", 2), ("-/ask", 2)])
    );
    assert_eq!(
        rows("metrics=events&range=90d&by=type,segment&filter=type:is:pay"),
        given_rows(&[("pay/Payers", 2), (&format!("pay/{pro}"), 1)])
    );
    let series = try_ask(
        &given,
        &SEGMENTS,
        "metrics=active_users,cost&range=90d&by=segment&shape=series&interval=week&compare=previous",
    )
    .expect("a series");
    assert_eq!(series.rows.len(), 3);
    assert!(
        series
            .rows
            .iter()
            .all(|row| row.bars.len() == series.buckets.len())
    );
    assert!(series.other.is_none());
    let none: [(&str, &str); 0] = [];
    let alone = try_ask(&given, &none, "metrics=events&range=90d&by=segment").expect("an answer");
    assert_eq!(
        (alone.rows.len(), alone.rows[0].figures[0].value),
        (1, Value::Whole(9))
    );
}

#[test]
fn analyses_are_asked_of_a_segment_and_split_by_it() {
    let given = Given::events("UTC", mixed());
    let zone = given.zone.clone();
    let with = |roster: Roster| roster.membership();
    let funnel = |query: &str| {
        let question = funnel::question::Question::parse(query, &[], &zone, now()).expect(query);
        let membership = with(roster(&given, &SEGMENTS));
        given.inquire_with(membership, move |inquiry| {
            funnel::ask::answer(inquiry, question)
        })
    };
    let steps = "step=ask&step=pay&range=30d&window=30d";
    let counts = |steps: &[funnel::answer::Step]| -> Vec<u64> {
        steps.iter().map(|step| step.people).collect()
    };
    assert_eq!(counts(&funnel(steps).steps), [3, 2]);
    assert_eq!(
        counts(&funnel(&format!("{steps}&filter=segment:is:Payers")).steps),
        [2, 2]
    );
    assert_eq!(
        counts(&funnel(&format!("{steps}&filter=segment:is_not:Payers")).steps),
        [1, 0]
    );
    let split = funnel(&format!("{steps}&by=segment"));
    let parts: Vec<(Option<&str>, Vec<u64>)> = split
        .parts
        .iter()
        .map(|part| (part.value.as_deref(), counts(&part.steps)))
        .collect();
    assert_eq!(
        parts,
        [
            (Some("Payers"), vec![2, 2]),
            (Some(SEGMENTS[1].0), vec![1, 1]),
            (None, vec![1, 0])
        ]
    );
    assert_eq!(counts(&split.steps), [3, 2]);

    let question = retention::question::Question::parse("by=segment&range=30d", &[], &zone, now())
        .expect("a question");
    let calendar = retention::calendar::Calendar::new(&question).expect("a calendar");
    let split = given.inquire_with(with(roster(&given, &SEGMENTS)), move |inquiry| {
        retention::ask::answer(inquiry, question, &calendar)
    });
    let sizes: Vec<(retention::answer::Head, u64)> = split
        .rows
        .iter()
        .map(|row| (row.head.clone(), row.size))
        .collect();
    let head = |name: Option<&str>| retention::answer::Head::Value(name.map(str::to_owned));
    assert_eq!(
        sizes,
        [
            (head(Some("Payers")), 2),
            (head(Some(SEGMENTS[1].0)), 1),
            (head(None), 1)
        ]
    );
    assert_eq!(split.coverage.users, 3);

    let count = |filter: &str| -> i64 {
        let query = format!("range=30d&{filter}");
        let question = heatmap::Question::parse(&query, &[], &zone, now()).expect("a question");
        let answer = given.inquire_with(with(roster(&given, &SEGMENTS)), move |inquiry| {
            heatmap::answer(inquiry, question)
        });
        answer.hours.iter().map(|hour| hour.total).sum()
    };
    assert_eq!(
        (
            count(""),
            count("filter=segment:is:Payers"),
            count("filter=segment:missing")
        ),
        (9, 5, 4)
    );

    let visits = |filter: &str| -> u64 {
        let query = format!("range=30d&{filter}");
        let question =
            journey::question::Question::parse(&query, &[], &zone, now()).expect("a question");
        let answer = given.inquire_with(with(roster(&given, &SEGMENTS)), move |inquiry| {
            journey::ask::answer(inquiry, question)
        });
        answer.visits
    };
    assert_eq!((visits(""), visits("filter=segment:is:Payers")), (4, 2));
}

#[test]
fn an_unknown_segment_is_told_with_those_that_are_known_and_hostile_names_are_only_names() {
    let given = Given::events("UTC", mixed());
    let told = |segments: &[(&str, &str)], filter: &str| {
        let query = format!("metrics=events&filter={filter}");
        match try_ask(&given, segments, &query) {
            Err(EngineError::Question(text)) => text,
            other => panic!("{filter} gave {other:?}"),
        }
    };
    assert!(told(&SEGMENTS, "segment:is:Nobody").ends_with("known are Payers, Pro; really|\\,"));
    assert!(told(&[], "segment:is:x").contains("has no segments; save one"));
    let hostile = [
        "'; DROP TABLE events; --",
        "{{person}}",
        "$p0",
        "\u{202e}abc",
        "%_\\",
    ];
    for name in hostile {
        let filter = Condition::is("segment", name).to_string();
        let segments = [(name, "did:at_least:1:30:pay")];
        assert_eq!(
            total(&given, &segments, "events", &filter),
            Value::Whole(5),
            "{name}"
        );
        let rule = format!(
            "did:exactly:0:30:x;feature:is:{}",
            crate::core::filter::escape(name)
        );
        assert_eq!(members(&given, &rule).len(), 3, "{name}");
        assert_eq!(
            members(
                &given,
                &format!("plan:is:{}", crate::core::filter::escape(name))
            )
            .len(),
            0
        );
    }
    assert_eq!(total(&given, &SEGMENTS, "events", ""), Value::Whole(9));
}

/// What the rules say, event by event.
fn reference(events: &[Event], rules: &[Vec<Made>], names: &BTreeSet<String>) -> Vec<String> {
    let holds = |name: &String, rule: &Made| {
        let own: Vec<&Event> = events
            .iter()
            .filter(|event| event.user_id.as_ref() == Some(name))
            .collect();
        match rule {
            Made::Did(kind, often, times, days) => {
                let from: Timestamp = NOW.parse().expect("a moment");
                let first =
                    from.to_zoned(jiff::tz::TimeZone::UTC).date() - jiff::ToSpan::days(*days - 1);
                let count = own
                    .iter()
                    .filter(|event| {
                        let day = Timestamp::from_microsecond(event.occurred_at).expect("a moment");
                        event.kind == *kind && day.to_zoned(jiff::tz::TimeZone::UTC).date() >= first
                    })
                    .count() as i64;
                match *often {
                    "at_least" => count >= *times,
                    "at_most" => count <= *times,
                    _ => count == *times,
                }
            }
            Made::Plan(plan, is) => {
                let with = own.iter().filter(|event| event.plan.is_some());
                let latest = with.max_by_key(|event| event.occurred_at);
                (latest.and_then(|event| event.plan.as_deref()) == Some(*plan)) == *is
            }
            Made::Feature(feature, is) => {
                own.iter()
                    .any(|event| event.feature.as_deref() == Some(*feature))
                    == *is
            }
        }
    };
    let in_all = |name: &&String| {
        rules
            .iter()
            .all(|clause| clause.iter().any(|rule| holds(name, rule)))
    };
    names.iter().filter(in_all).cloned().collect()
}

enum Made {
    Did(&'static str, &'static str, i64, i64),
    Plan(&'static str, bool),
    Feature(&'static str, bool),
}

impl Made {
    fn draw(draw: &mut Draw) -> Made {
        let is = draw.chance(0.5);
        match draw.below(4) {
            0 => Made::Plan(["free", "pro", "none"][draw.below(3) as usize], is),
            1 => Made::Feature(["chat", "search", "none"][draw.below(3) as usize], is),
            _ => {
                let often = ["at_least", "at_most", "exactly"][draw.below(3) as usize];
                let times = i64::from(often == "at_least") + draw.below(4) as i64;
                Made::Did(
                    ["a", "b"][draw.below(2) as usize],
                    often,
                    times,
                    1 + draw.below(12) as i64,
                )
            }
        }
    }

    fn text(&self) -> String {
        let not = |is: &bool| if *is { "is" } else { "is_not" };
        match self {
            Made::Did(kind, often, times, days) => format!("did:{often}:{times}:{days}:{kind}"),
            Made::Plan(plan, is) => format!("plan:{}:{plan}", not(is)),
            Made::Feature(feature, is) => format!("feature:{}:{feature}", not(is)),
        }
    }
}

#[test]
fn any_definition_finds_whom_a_slow_reference_finds() {
    for seed in 0..4 {
        let mut draw = Draw::new(seed);
        let events: Vec<Event> = (0..300)
            .map(|number| {
                let moment = at(NOW) - draw.below(14 * 24 * 60) as i64 * 60_000_000 - number;
                let user = format!("u{}", draw.below(20));
                let mut event = Event {
                    occurred_at: moment,
                    received_at: moment,
                    ..did(&user, ["a", "b"][draw.below(2) as usize], TODAY)
                };
                if draw.chance(0.4) {
                    event.plan = Some(["free", "pro"][draw.below(2) as usize].into());
                }
                if draw.chance(0.1) {
                    event.feature = Some(["chat", "search"][draw.below(2) as usize].into());
                }
                event
            })
            .collect();
        let names: BTreeSet<String> = events
            .iter()
            .filter_map(|event| event.user_id.clone())
            .collect();
        let given = Given::events("UTC", events.clone());
        for _ in 0..60 {
            let clauses: Vec<Vec<Made>> = (0..1 + draw.below(3))
                .map(|_| {
                    (0..1 + draw.below(3))
                        .map(|_| Made::draw(&mut draw))
                        .collect()
                })
                .collect();
            let texts: Vec<String> = clauses
                .iter()
                .map(|clause| {
                    clause
                        .iter()
                        .map(Made::text)
                        .collect::<Vec<_>>()
                        .join(" / ")
                })
                .collect();
            let rules = texts.join(" & ");
            assert_eq!(
                members(&given, &rules),
                reference(&events, &clauses, &names),
                "seed {seed}: {rules}"
            );
        }
    }
}

#[test]
fn erasing_nobody_leaves_an_empty_project_with_an_empty_segment() {
    let given = Given::events("UTC", []);
    assert!(members(&given, "did:at_most:3:7:*").is_empty());
    assert!(members(&given, "stage:is:growth / rfm:is:champion / plan:missing").is_empty());
    let exchange = given.exchange.clone();
    let bits = block(given.engine.ask(move |engine| {
        let session = Session::begin(engine, 1, &exchange)?;
        let mut binds = Binds::default();
        let sql =
            Checked::new(crate::core::filter::Filter::parse(["segment:exists"]).expect("a filter"))
                .expect("a field")
                .sql(&mut binds);
        session.ask(&Statement {
            sql: Sql::text("SELECT {{x}} FROM (SELECT 5 AS person)").fill("x", &sql),
            binds,
        })
    }))
    .expect("an answer");
    assert_eq!(bits[0][0].whole(), Some(0));
}
