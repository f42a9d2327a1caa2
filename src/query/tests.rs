//! Answers over real rows in a real engine, worked by hand, and roll-ups against raw rows.

mod bounds;
mod distinct;
mod exchange;
mod reprice;
mod split;
mod trace;
mod visits;
mod words;

use crate::core::event::Event;
use crate::core::value::{Change, Value};
use crate::given::{Given, NOW, at};
use crate::query::answer::Answer;
use crate::query::ask;
use crate::query::question::Parameters;

impl Given {
    fn ask(&self, query: &str) -> Answer {
        self.ask_with(query, true)
    }

    fn ask_with(&self, query: &str, uses_rollups: bool) -> Answer {
        let parameters = Parameters::parse(query, &[]).expect(query);
        let question = parameters
            .question(&self.zone, NOW.parse().expect("a moment"))
            .expect(query);
        self.session_with(uses_rollups, move |session| ask::answer(session, &question))
    }

    fn total(&self, query: &str) -> Value {
        self.ask(query).total.figures[0].value
    }
}

/// A successful call of `user` to `model`, costing a cent.
fn call(user: &str, model: &str, when: &str) -> Event {
    Event {
        kind: "response_received".into(),
        provider: Some("openai".into()),
        model: Some(model.into()),
        user_id: Some(user.into()),
        status: Some("ok".into()),
        input_tokens: Some(100),
        output_tokens: Some(20),
        latency_ms: Some(500.0),
        cost: Some(10_000_000),
        cost_source: Some("computed".into()),
        occurred_at: at(when),
        received_at: at(when),
        ..Event::default()
    }
}

fn failed(event: Event, error_type: &str) -> Event {
    Event {
        kind: "error_occurred".into(),
        status: Some("error".into()),
        error_type: Some(error_type.into()),
        ..event
    }
}

const DAY: &str = "2026-11-20T10:00:00Z";

#[test]
fn error_rate_is_the_share_of_calls_that_failed_and_cancelled_ones_count_neither_way() {
    let cancelled = Event {
        status: Some("cancelled".into()),
        ..call("cy", "a", DAY)
    };
    let given = Given::events(
        "UTC",
        [
            failed(call("ana", "a", DAY), "timeout"),
            call("ana", "a", DAY),
            call("bo", "a", DAY),
            call("bo", "b", DAY),
            cancelled,
        ],
    );

    let answer = given.ask("metrics=error_rate,success_rate,attempts,cancelled&range=7d");

    let values: Vec<Value> = answer.total.figures.iter().map(|f| f.value).collect();
    // 1 of 4, 3 of 4.
    assert_eq!(
        values,
        [
            Value::Number(0.25),
            Value::Number(0.75),
            Value::Whole(5),
            Value::Whole(1)
        ]
    );
    assert_eq!(answer.total.figures[0].sample, Some(4.0));
    assert!(answer.total.figures[0].is_low_n(answer.metrics[0]));
}

#[test]
fn nothing_to_divide_by_is_null_and_counts_are_zero() {
    let given = Given::events("UTC", [call("ana", "a", "2026-01-01T00:00:00Z")]);

    let answer = given.ask("metrics=error_rate,cost_per_success,latency_p95_ms,satisfaction,requests,active_users&range=7d");

    let values: Vec<Value> = answer.total.figures.iter().map(|f| f.value).collect();
    assert_eq!(
        values,
        [
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Whole(0),
            Value::Whole(0)
        ]
    );
}

#[test]
fn two_attempts_failed_and_the_third_succeeded() {
    // METRICS: 0.01 each and 0.02: cost per success 0.04, retry rate 1.0, wasted 0.02.
    let attempt = |number: i64, cost: i64| Event {
        request_id: Some("r1".into()),
        attempt: Some(number),
        cost: Some(cost),
        ..call("ana", "a", DAY)
    };
    let given = Given::events(
        "UTC",
        [
            failed(attempt(1, 10_000_000), "timeout"),
            failed(attempt(2, 10_000_000), "rate_limit"),
            attempt(3, 20_000_000),
        ],
    );

    let answer = given.ask("metrics=cost_per_success,retry_rate,wasted_cost,cost,requests,attempts_per_request,rate_limit_hit_rate&range=7d");

    let shown: Vec<String> = answer
        .total
        .figures
        .iter()
        .map(|f| f.value.to_csv())
        .collect();
    assert_eq!(
        shown,
        [
            "0.04",
            "1.0",
            "0.02",
            "0.04",
            "1",
            "3.0",
            "0.3333333333333333"
        ]
    );
}

#[test]
fn a_breakdown_is_sorted_by_the_first_metric_and_ties_by_name() {
    let given = Given::events(
        "UTC",
        [
            call("ana", "b", DAY),
            call("ana", "a", DAY),
            call("bo", "c", DAY),
            call("bo", "c", DAY),
        ],
    );

    let answer = given.ask("metrics=requests,cost,active_users&by=model&range=7d");

    let rows: Vec<(Option<&str>, String, String)> = answer
        .rows
        .iter()
        .map(|row| {
            (
                row.keys[0].as_deref(),
                row.figures[0].value.to_csv(),
                row.figures[1].value.to_csv(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            (Some("c"), "2".to_owned(), "0.02".to_owned()),
            (Some("a"), "1".to_owned(), "0.01".to_owned()),
            (Some("b"), "1".to_owned(), "0.01".to_owned()),
        ]
    );
    assert_eq!(answer.total.figures[1].value.to_csv(), "0.04");
    let cut = given.ask("metrics=requests&by=model&range=7d&limit=1");
    assert!(cut.is_cut && cut.rows.len() == 1);
}

#[test]
fn people_are_shown_by_name_and_counted_once() {
    let nameless = Event {
        user_id: None,
        ..call("x", "a", DAY)
    };
    let given = Given::events(
        "UTC",
        [
            call("ana", "a", DAY),
            call("ana", "b", DAY),
            call("bo", "a", DAY),
            nameless,
        ],
    );

    let answer = given.ask("metrics=user_cost,active_users&by=user&range=7d");

    let rows: Vec<(Option<&str>, String)> = answer
        .rows
        .iter()
        .map(|row| (row.keys[0].as_deref(), row.figures[0].value.to_csv()))
        .collect();
    assert_eq!(
        rows,
        [
            (Some("ana"), "0.02".to_owned()),
            (Some("bo"), "0.01".to_owned()),
            (None, "0.01".to_owned())
        ]
    );
    assert_eq!(answer.total.figures[1].value, Value::Whole(2));
    assert_eq!(
        given.total("metrics=requests&filter=user:is:ana&range=7d"),
        Value::Whole(2)
    );
    assert_eq!(
        given.total("metrics=requests&filter=user:contains:AN&range=7d"),
        Value::Whole(2)
    );
    assert_eq!(
        given.total("metrics=requests&filter=user:missing&range=7d"),
        Value::Whole(1)
    );
    assert_eq!(
        given.total("metrics=cost_per_user&range=7d").to_csv(),
        "0.02"
    );
}

#[test]
fn days_are_those_of_the_projects_zone() {
    // 23:30 UTC is half past midnight of the next day in Berlin in winter.
    let given = Given::events(
        "Europe/Berlin",
        [
            call("ana", "a", "2026-11-18T23:30:00Z"),
            call("ana", "a", "2026-11-19T22:30:00Z"),
        ],
    );

    let answer = given.ask("metrics=requests&interval=day&from=2026-11-18&to=2026-11-20");

    let bars: Vec<Value> = answer.total.bars.iter().map(|bar| bar[0].value).collect();
    assert_eq!(bars, [Value::Whole(0), Value::Whole(2), Value::Whole(0)]);
}

#[test]
fn a_day_with_23_hours_has_23_bars() {
    let given = Given::events(
        "Europe/Berlin",
        [
            call("ana", "a", "2026-03-29T00:30:00Z"),
            call("ana", "a", "2026-03-29T01:30:00Z"),
        ],
    );

    let answer = given.ask("metrics=requests&interval=hour&from=2026-03-29&to=2026-03-29");

    let bars: Vec<Value> = answer.total.bars.iter().map(|bar| bar[0].value).collect();
    assert_eq!(bars.len(), 23);
    // 01:30 and 03:30 local time: 02:00 to 03:00 does not exist.
    assert_eq!((bars[1], bars[2]), (Value::Whole(1), Value::Whole(1)));
}

#[test]
fn the_previous_period_is_the_same_elapsed_part() {
    // 7 days to noon of the 21st; the seven before end at noon of the 14th.
    let given = Given::events(
        "UTC",
        [
            call("ana", "a", "2026-11-21T11:00:00Z"),
            call("ana", "a", "2026-11-20T11:00:00Z"),
            call("ana", "a", "2026-11-16T11:00:00Z"),
            call("ana", "a", "2026-11-14T11:00:00Z"),
            call("ana", "a", "2026-11-14T13:00:00Z"),
            call("ana", "b", "2026-11-10T13:00:00Z"),
        ],
    );

    let answer = given.ask("metrics=requests&range=7d&compare=previous");

    let figure = answer.total.figures[0];
    assert_eq!(
        (figure.value, figure.before),
        (Value::Whole(3), Value::Whole(2))
    );
    assert_eq!(figure.change(answer.metrics[0]), Change::Relative(0.5));
    let split = given.ask("metrics=requests&by=model&range=7d&compare=previous");
    assert_eq!(split.rows[0].figures[0].before, Value::Whole(1), "model a");
}

#[test]
fn revenue_is_of_the_projects_currency_and_others_are_counted_apart() {
    let paid = |amount: i64, currency: &str| Event {
        kind: "payment_completed".into(),
        amount: Some(amount),
        currency: Some(currency.into()),
        user_id: Some("ana".into()),
        occurred_at: at(DAY),
        ..Event::default()
    };
    let given = Given::events(
        "UTC",
        [
            paid(499_000, "USD"),
            paid(-100_000, "USD"),
            paid(200_000, "EUR"),
        ],
    );

    let answer = given.ask("metrics=revenue,payments,foreign_payments,active_users&range=7d");

    let shown: Vec<String> = answer
        .total
        .figures
        .iter()
        .map(|f| f.value.to_csv())
        .collect();
    assert_eq!(
        shown,
        ["39.9", "2", "1", "0"],
        "a payment makes nobody active"
    );
}

#[test]
fn ratings_of_four_and_five_are_positive_and_three_is_neither() {
    let rated = |rating: f64| Event {
        kind: "feedback".into(),
        rating: Some(rating),
        user_id: Some("ana".into()),
        model: Some("a".into()),
        occurred_at: at(DAY),
        ..Event::default()
    };
    let given = Given::events("UTC", [5.0, 4.0, 3.0, 2.0, 1.0, 5.0].map(rated));

    let answer = given.ask("metrics=satisfaction,ratings&by=model&range=7d");

    assert_eq!(
        answer.rows[0].figures[0].value,
        Value::Number(0.6),
        "3 of 5"
    );
    assert_eq!(answer.rows[0].figures[1].value, Value::Whole(6));
}

#[test]
fn a_filter_and_its_negation_divide_the_rows_also_where_values_are_absent() {
    let given = Given::events("UTC", mixed());
    let all = given.total("metrics=events&range=90d");
    for filter in [
        "provider:is:openai",
        "provider:is:",
        "model:contains:A",
        "feature:in:chat,",
        "latency_ms:greater:700",
        "latency_ms:less:700",
        "error_type:exists",
        "metadata.page:is:pricing",
        "metadata.deep.er:is:x",
        "metadata.n:greater:3",
        "user:is:u1",
        "user:contains:1",
        "plan:is:free|plan:is:pro",
        "country:not_in:DE,FR",
    ] {
        let count = |text: String| given.total(&format!("metrics=events&range=90d&{text}"));
        let encode =
            |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let with = count(format!("filter={}", encode(filter)));
        let negated: Vec<String> = filter
            .split('|')
            .map(|one| format!("filter={}", encode(&format!("!{one}"))))
            .collect();
        let without = count(negated.join("&"));
        assert_eq!(
            with.plus(without),
            all,
            "{filter}: {with:?} and {without:?}"
        );
        assert_ne!(with, Value::Whole(0), "{filter} finds nothing");
    }
}

/// Events of all kinds over eighty days, with gaps in every column; the same each time.
fn mixed() -> Vec<Event> {
    let start = at("2026-09-01T00:00:00Z");
    let mut state = 7u64;
    let mut draw = move |n: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let pick = |n: u64, from: &[&str]| from.get(n as usize).map(|text| (*text).to_owned());
    (0..4_000)
        .map(|number| {
            let kind = draw(10);
            let occurred_at = start + number * 1_723_000_000 + draw(3_600) as i64 * 1_000_000;
            let base = Event {
                kind: pick(draw(3), &["page_view", "sign_up", "feature_used"]).unwrap_or_default(),
                user_id: pick(draw(9), &["u1", "u2", "u3", "u4", "u5", "u6", "u7"]),
                anonymous_id: pick(draw(4), &["a1"]),
                plan: pick(draw(3), &["free", "pro"]),
                account: pick(draw(4), &["acme", "globex", "initech"]),
                team: pick(draw(3), &["red"]),
                country: pick(draw(4), &["DE", "FR", "US"]),
                metadata: pick(
                    draw(4),
                    &[
                        r#"{"page":"pricing","n":5}"#,
                        r#"{"deep":{"er":"x"}}"#,
                        "{}",
                    ],
                ),
                occurred_at,
                received_at: occurred_at,
                visitor: (draw(2) == 0).then(|| draw(20)),
                ..Event::default()
            };
            if kind == 9 {
                return Event {
                    kind: "payment_completed".into(),
                    amount: Some(draw(900_000) as i64),
                    currency: Some("USD".into()),
                    ..base
                };
            }
            if kind == 8 {
                return Event {
                    kind: "feedback".into(),
                    rating: Some((1 + draw(5)) as f64),
                    model: pick(draw(3), &["a", "b"]),
                    ..base
                };
            }
            if kind < 3 {
                return base;
            }
            let outcome = draw(8);
            Event {
                kind: if outcome == 0 {
                    "error_occurred".into()
                } else {
                    "response_received".into()
                },
                status: pick(outcome, &["error", "cancelled"]).or(Some("ok".into())),
                finish_reason: pick(draw(8), &["refused", "length"]),
                error_type: if outcome == 0 {
                    pick(draw(4), &["rate_limit", "timeout", "invalid_request"])
                } else {
                    None
                },
                status_code: if outcome == 0 {
                    Some(429 + draw(80) as i64)
                } else {
                    None
                },
                provider: pick(draw(4), &["openai", "anthropic", "google"]),
                model: Some(pick(draw(3), &["a", "b", "c"]).unwrap_or_default()),
                feature: pick(draw(4), &["chat", "search", "draft"]),
                operation: pick(draw(3), &["chat", "embedding"]),
                endpoint: pick(draw(3), &["/v1/chat", "/v1/embed"]),
                attempt: (draw(3) == 0).then(|| 1 + draw(3) as i64),
                input_tokens: (draw(9) > 0).then(|| draw(5_000) as i64),
                output_tokens: (draw(9) > 0).then(|| draw(900) as i64),
                cache_read_tokens: (draw(3) == 0).then(|| draw(3_000) as i64),
                latency_ms: (draw(9) > 0).then(|| 20.0 + draw(5_000) as f64 / 3.0),
                ttft_ms: (draw(3) == 0).then(|| 10.0 + draw(300) as f64),
                cost: (draw(5) > 0).then(|| draw(90_000_000) as i64),
                cost_source: pick(draw(5), &["unpriced"]).or(Some("computed".into())),
                response_cached: (draw(9) == 0).then_some(1),
                ..base
            }
        })
        .collect()
}

#[test]
fn rolled_up_answers_equal_raw_ones() {
    for zone in ["UTC", "Europe/Berlin", "Asia/Kolkata"] {
        let given = Given::events(zone, mixed());
        let metrics = "metrics=attempts,requests,cost,wasted_cost,tokens,error_rate,provider_error_rate,retry_rate,latency_avg_ms,success_rate,cost_per_success,prompt_cache_hit_rate,token_efficiency,unpriced_requests";
        let people = "metrics=active_users,visitors,identified_users,coverage,user_cost,cost_per_user,user_requests,events";
        let questions = [
            format!("{metrics}&range=90d"),
            format!("{metrics}&range=90d&by=model"),
            format!("{metrics}&from=2026-09-15&to=2026-11-03&by=provider,error_type"),
            format!("{metrics}&range=30d&interval=day&compare=previous"),
            format!("{metrics}&range=90d&interval=week&by=provider&shape=series"),
            format!("{metrics}&range=90d&interval=month&filter=feature:is:chat"),
            format!("{metrics}&from=2026-09-20T05:00:00Z&to=2026-10-28T17:30:00Z&by=feature"),
            format!("{people}&range=90d&by=account"),
            format!("{people}&range=90d&by=feature"),
            format!("{people}&range=90d&interval=month&by=user&filter=feature:is:chat"),
            format!("{people}&range=90d&interval=week"),
            format!("{people}&range=30d&by=user&filter=plan:is:pro"),
        ];
        let raw: Vec<Answer> = questions
            .iter()
            .map(|question| given.ask_with(question, false))
            .collect();
        // Three roll-ups, so that days come in parts and a tail stays raw.
        for below in [1_111, 2_500, 3_777] {
            given.roll_up_below(below);
            for (question, raw) in questions.iter().zip(&raw) {
                let rolled = given.ask(question);
                assert_same(&rolled.total, &raw.total, question);
                assert_eq!(rolled.rows.len(), raw.rows.len(), "{question}");
                for (rolled, raw) in rolled.rows.iter().zip(&raw.rows) {
                    assert_eq!(rolled.keys, raw.keys, "{question}");
                    assert_same(rolled, raw, question);
                }
            }
        }
    }
}

/// Equal to the last digit for counts and money; sums of floats in another order differ in the last bits.
fn assert_same(
    left: &crate::query::answer::Row,
    right: &crate::query::answer::Row,
    question: &str,
) {
    let figures = |row: &crate::query::answer::Row| -> Vec<crate::query::answer::Figure> {
        row.figures
            .iter()
            .chain(row.bars.iter().flatten())
            .copied()
            .collect()
    };
    let (left, right) = (figures(left), figures(right));
    assert_eq!(left.len(), right.len(), "{question}");
    for (position, (a, b)) in left.iter().zip(&right).enumerate() {
        for (a, b) in [(a.value, b.value), (a.before, b.before)] {
            match (a, b) {
                (Value::Number(a), Value::Number(b)) => assert!(
                    (a - b).abs() <= 1e-9 * a.abs().max(1.0),
                    "{question} #{position}: {a} {b}"
                ),
                (a, b) => assert_eq!(a, b, "{question} #{position}"),
            }
        }
    }
}

#[test]
fn quantiles_from_buckets_are_within_one_per_cent_of_exact_ones() {
    let given = Given::events("UTC", mixed());
    given.roll_up_below(3_000);
    let query = "metrics=latency_p50_ms,latency_p95_ms,ttft_p90_ms,apdex&range=90d&by=provider";
    let exact = given.ask_with(
        "metrics=latency_p50_ms,latency_p95_ms,ttft_p90_ms&range=90d&by=provider",
        false,
    );
    assert!(exact.is_exact);
    let sketched = given.ask(query);
    for row in &exact.rows {
        let other = sketched
            .rows
            .iter()
            .find(|other| other.keys == row.keys)
            .expect("the same providers");
        for (a, b) in row.figures.iter().zip(&other.figures) {
            let (a, b) = (
                a.value.as_f64().expect("a number"),
                b.value.as_f64().expect("a number"),
            );
            assert!((a - b).abs() <= a * 0.02, "{a} {b}");
        }
    }
}

#[test]
fn sixty_satisfied_thirty_tolerating_and_ten_frustrated_is_an_apdex_of_three_quarters() {
    let took = |ms: f64| Event {
        latency_ms: Some(ms),
        ..call("ana", "a", DAY)
    };
    let mut events: Vec<Event> = (0..60).map(|_| took(2_000.0)).collect();
    events.extend((0..30).map(|_| took(20_000.0)));
    events.extend((0..10).map(|_| failed(took(500.0), "timeout")));
    let given = Given::events("UTC", events);
    assert_eq!(given.total("metrics=apdex&range=7d"), Value::Number(0.75));
}

#[test]
fn series_of_additive_metrics_add_up_to_their_totals() {
    let given = Given::events("Europe/Berlin", mixed());
    given.roll_up_below(2_000);
    let additive: Vec<&str> = crate::catalogue::metric::all()
        .filter(|metric| metric.is_additive)
        .map(|metric| metric.id)
        .collect();
    for ids in additive.chunks(10) {
        for interval in ["day", "week", "month"] {
            let answer = given.ask(&format!(
                "metrics={}&range=90d&interval={interval}",
                ids.join(",")
            ));
            for (position, metric) in answer.metrics.iter().enumerate() {
                let sum = answer
                    .total
                    .bars
                    .iter()
                    .fold(Value::Null, |sum, bar| sum.plus(bar[position].value));
                let total = answer.total.figures[position].value;
                match (sum, total) {
                    (Value::Number(a), Value::Number(b)) => {
                        assert!((a - b).abs() < 1e-6, "{}", metric.id)
                    }
                    (a, b) => assert_eq!(a, b, "{} by {interval}", metric.id),
                }
            }
        }
    }
}

#[test]
fn every_metric_by_every_dimension_in_every_shape_is_answered() {
    let given = Given::events("UTC", mixed().into_iter().take(400));
    let dimensions = crate::catalogue::dimension::DIMENSIONS
        .iter()
        .filter(|d| d.kind != crate::catalogue::dimension::DimensionKind::Number);
    let metrics: Vec<&str> = crate::catalogue::metric::all()
        .map(|metric| metric.id)
        .collect();
    for dimension in dimensions {
        for ids in metrics.chunks(15) {
            let ids = ids.join(",");
            given.ask(&format!("metrics={ids}&range=90d&by={}", dimension.id));
            given.ask(&format!(
                "metrics={ids}&range=90d&by={}&shape=series&interval=week",
                dimension.id
            ));
            given.ask(&format!(
                "metrics={ids}&range=90d&by={},metadata.page",
                dimension.id
            ));
        }
    }
}
