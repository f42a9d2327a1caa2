//! What must hold for any question: all that can be asked is answered, filters divide the rows, and what is hostile or
//! too much is refused or bounded.

use jiff::tz::TimeZone;

use crate::catalogue::dimension::{DIMENSIONS, DimensionKind};
use crate::catalogue::metric;
use crate::core::event::Event;
use crate::core::value::Value;
use crate::given::{Given, NOW};
use crate::query::question::{Parameters, Question, QuestionError};
use crate::query::rows::{self, Listing};
use crate::query::tests::{DAY, call, mixed};
use crate::query::{answer::Distribution, ask};

impl Given {
    fn question(&self, query: &str) -> Result<Question, QuestionError> {
        let now = NOW.parse().expect("a moment");
        Parameters::parse(query, &[])?.question(&self.zone, now)
    }

    fn rows(&self, query: &str) -> Listing {
        let question = self.question(query).expect(query);
        self.session(move |session| rows::listing(session, &question))
    }

    pub(super) fn distribution(&self, query: &str) -> Distribution {
        let question = self.question(query).expect(query);
        self.session(move |session| ask::distribution(session, &question))
            .expect("a measured metric")
    }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn totals_bars_distributions_and_rows_of_every_metric_are_answered() {
    let given = Given::events("Europe/Berlin", mixed().into_iter().take(400));
    given.roll_up_below(300);
    for metric in metric::all() {
        let id = metric.id;
        let total = given.ask(&format!("metrics={id}&range=90d&shape=total"));
        assert_eq!(total.total.figures.len(), 1, "{id}");
        for interval in [
            "hour&range=7d",
            "day&range=90d",
            "week&range=1y",
            "month&range=1y",
        ] {
            let series = given.ask(&format!("metrics={id}&interval={interval}"));
            assert_eq!(series.total.bars.len(), series.buckets.len(), "{id}");
        }
        let listing = given.rows(&format!("metrics={id}&shape=rows&range=1y&limit=3"));
        assert!(listing.rows.len() <= 3, "{id}");
        let distribution = given.question(&format!("metrics={id}&shape=distribution&range=90d"));
        assert_eq!(distribution.is_ok(), metric.measurement().is_some(), "{id}");
        if distribution.is_ok() {
            let query = format!("metrics={id}&shape=distribution&range=1y");
            let found = given.distribution(&query);
            let counted: u64 = found.bins.iter().map(|(_, _, count)| count).sum();
            assert_eq!(counted, found.count, "{id}");
        }
    }
}

#[test]
fn every_pair_of_dimensions_is_answered_as_a_matrix() {
    let given = Given::events("UTC", mixed().into_iter().take(200));
    given.roll_up_below(150);
    let splits: Vec<&str> = DIMENSIONS
        .iter()
        .filter(|dimension| dimension.kind != DimensionKind::Number)
        .map(|dimension| dimension.id)
        .collect();
    for (number, first) in splits.iter().enumerate() {
        let second = splits[(number + 1) % splits.len()];
        let answer = given.ask(&format!(
            "metrics=attempts,cost,active_users,latency_p95_ms&by={first},{second}&range=90d&compare=previous"
        ));
        assert!(answer.rows.iter().all(|row| row.keys.len() == 2), "{first}");
    }
}

#[test]
fn every_operator_on_every_dimension_and_its_negation_divide_the_rows() {
    let given = Given::events("UTC", mixed().into_iter().take(300));
    let count = |filter: &str| {
        given.total(&format!(
            "metrics=events&range=1y&filter={}",
            encoded(filter)
        ))
    };
    let all = given.total("metrics=events&range=1y");
    // A segment must be a saved one; `people/segment/tests.rs` divides the rows by those.
    let fields = DIMENSIONS
        .iter()
        .filter(|dimension| dimension.kind != DimensionKind::Segment)
        .map(|dimension| dimension.id.to_owned())
        .chain(
            [
                "metadata.page",
                "metadata.deep.er",
                "metadata.n",
                "metadata.none",
            ]
            .map(Into::into),
        );
    for field in fields {
        for test in [
            "is:",
            "is:a",
            "is:3",
            "contains:a",
            "contains:",
            "in:a,3,",
            "greater:3",
            "less:3",
            "exists",
        ] {
            let filter = format!("{field}:{test}");
            let (with, without) = (count(&filter), count(&format!("!{filter}")));
            assert_eq!(with.plus(without), all, "{filter}: {with:?} {without:?}");
        }
    }
}

#[test]
fn hostile_filters_are_refused_or_match_what_they_say_and_change_nothing() {
    let given = Given::events("UTC", [call("ana", "a", DAY), call("bo'; --", "b", DAY)]);
    let hostile = [
        "model:is:'; DROP TABLE events; --",
        "model:is:' OR '1'='1",
        "model:contains:%",
        "model:contains:_",
        "model:in:a',b'),('",
        "model:is:$project",
        "model:is:{{x}}",
        "model:is:\u{0}",
        "model:is:\u{202e}\u{feff}",
        "metadata.'; DROP TABLE events; --:is:x",
        "metadata.\"]:exists",
        "metadata.a\"b\\:is:x",
        "metadata.$:is:x",
        "metadata.*:exists",
        "metadata.$**:exists",
        "latency_ms:greater:1e308",
        "latency_ms:less:-1e308",
        "latency_ms:greater:NaN",
        "latency_ms:greater:1;latency_ms:greater:x",
        "user:contains:'",
        "events.*:is:x",
        "1=1",
        "::::",
        "model",
        ";;;|||",
        "model:is:a|",
        "\\",
    ];
    for filter in hostile {
        let query = format!("metrics=events&range=7d&filter={}", encoded(filter));
        if given.question(&query).is_ok() {
            let found = given.total(&query).as_f64().expect("a count");
            assert!(found <= 2.0, "{filter} finds {found}");
        }
    }
    let bo = encoded("user:is:bo'\\; --");
    let found = given.total(&format!("metrics=events&range=7d&filter={bo}"));
    assert_eq!(found, Value::Whole(1), "signs are signs");
    assert_eq!(given.total("metrics=events&range=7d"), Value::Whole(2));

    let long = format!("metrics=events&filter=model:is:{}", "x".repeat(100_000));
    assert!(given.question(&long).is_err());
    let many = format!(
        "metrics=events&filter={}",
        vec!["model:is:a"; 500].join(";")
    );
    assert!(given.question(&many).is_err());
}

#[test]
fn ten_years_by_the_minute_are_refused_with_the_remedy_and_by_the_month_answered() {
    let given = Given::events("UTC", [call("ana", "a", DAY)]);
    let refused = given.question("metrics=requests&range=3650d&interval=minute");
    let says = refused.expect_err("five million bars").to_string();
    assert!(
        says.contains("the most is 400") && says.contains("longer `interval`"),
        "{says}"
    );

    let answer = given.ask("metrics=requests&range=3650d&interval=month");
    assert_eq!(answer.total.figures[0].value, Value::Whole(1));
    assert!(given.question("metrics=requests&range=9999d").is_err());
    assert!(given.question("metrics=requestz").is_err());
    assert!(given.question("metrics=requests&by=nowhere").is_err());
    assert!(given.question("metrics=requests&limit=1001").is_err());
}

#[test]
fn a_dimension_with_a_million_values_gives_a_bounded_answer() {
    const VALUES: u64 = 1_000_000;
    let mut given = Given::empty("UTC");
    let template = Event {
        user_id: None,
        ..call("", "a", DAY)
    };
    for part in 0..20 {
        let (from, to) = (part * VALUES / 20, (part + 1) * VALUES / 20);
        given.add((from..to).map(|number| Event {
            request_id: Some(format!("r{number}")),
            ..template.clone()
        }));
    }

    for query in [
        "metrics=requests,cost&by=request_id&range=7d&limit=1000",
        "metrics=requests&by=request_id&range=7d&limit=7&shape=series&interval=day",
        "metrics=requests&by=request_id,model&range=7d&limit=100",
    ] {
        let answer = given.ask(query);
        let limit = given.question(query).expect(query).limit;
        assert_eq!((answer.rows.len(), answer.is_cut), (limit, true), "{query}");
        let total = answer.total.figures[0].value;
        assert_eq!(total, Value::Whole(VALUES as i64), "{query}");
    }
    // The slowest of a million can only be told among the busiest of them.
    let slowest = given.ask("metrics=latency_p95_ms&by=request_id&range=7d&limit=5");
    assert_eq!((slowest.rows.len(), slowest.is_cut), (5, true));
    let listing = given.rows("shape=rows&range=7d&limit=1000");
    assert_eq!(listing.rows.len(), 1_000);
    assert!(listing.next.is_some());
}

#[test]
fn pages_of_rows_hold_every_row_once_also_where_times_are_equal() {
    let same = (0..25).map(|number| call(&format!("u{number}"), "a", DAY));
    let given = Given::events("UTC", same);
    let mut users = Vec::new();
    let mut before = String::new();
    loop {
        let listing = given.rows(&format!("shape=rows&range=7d&limit=10{before}"));
        users.extend(
            listing
                .rows
                .iter()
                .map(|row| format!("{:?}", row.get("user"))),
        );
        match listing.next {
            Some((at, seq)) => before = format!("&before={at}-{seq}"),
            None => break,
        }
    }
    assert_eq!(users.len(), 25);
    users.sort();
    users.dedup();
    assert_eq!(users.len(), 25);
}

#[test]
fn a_day_with_25_hours_has_25_bars_and_is_one_day() {
    // 02:30 comes twice on 25 October 2026 in Berlin.
    let given = Given::events(
        "Europe/Berlin",
        [
            call("ana", "a", "2026-10-24T21:30:00Z"),
            call("ana", "a", "2026-10-25T00:30:00Z"),
            call("ana", "a", "2026-10-25T01:30:00Z"),
            call("ana", "a", "2026-10-25T22:30:00Z"),
            call("ana", "a", "2026-10-25T23:30:00Z"),
        ],
    );
    let bars = |query: &str| -> Vec<Value> {
        let answer = given.ask(query);
        answer.total.bars.iter().map(|bar| bar[0].value).collect()
    };
    let hours = bars("metrics=requests&interval=hour&from=2026-10-25&to=2026-10-25");
    assert_eq!(hours.len(), 25);
    assert_eq!((hours[2], hours[3]), (Value::Whole(1), Value::Whole(1)));
    assert_eq!(
        hours[24],
        Value::Whole(1),
        "half past eleven in the evening"
    );
    let days = bars("metrics=requests&interval=day&from=2026-10-24&to=2026-10-26");
    assert_eq!(days, [1, 3, 1].map(Value::Whole));

    given.roll_up_below(1_000);
    let rolled = bars("metrics=requests&interval=day&from=2026-10-24&to=2026-10-26");
    assert_eq!(rolled, days);
    // The 23-hour and the 25-hour day compare with whole days before them.
    let answer =
        given.ask("metrics=requests&interval=day&from=2026-10-25&to=2026-10-25&compare=previous");
    assert_eq!(answer.total.figures[0].before, Value::Whole(1));
    let compared = answer.compared.expect("it is compared");
    let zone = TimeZone::get("Europe/Berlin").expect("a zone");
    let start = compared.from.to_zoned(zone).datetime();
    assert_eq!(start.to_string(), "2026-10-24T00:00:00");
}
