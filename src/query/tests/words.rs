//! The words of our own (`store/words.sql`), each with cases worked by hand: another engine must give the same.

use crate::core::sql::{Binds, Sql};
use crate::given::Given;
use crate::query::plan::Statement;
use crate::store::table::Cell;

#[test]
fn each_word_gives_what_its_cases_say() {
    let text = |text: &str| Cell::Text(text.to_owned());
    let cases = [
        // 23:30 UTC is half past midnight one hour to the east, and still the evening one hour to the west.
        (
            "CAST(local_day(TIMESTAMP '2026-11-18 23:30:00', 3600000000) AS VARCHAR)",
            text("2026-11-19"),
        ),
        (
            "CAST(local_day(TIMESTAMP '2026-11-19 00:30:00', -3600000000) AS VARCHAR)",
            text("2026-11-18"),
        ),
        (
            "CAST(local_day(TIMESTAMP '1969-12-31 23:59:59', 0) AS VARCHAR)",
            text("1969-12-31"),
        ),
        ("item(parts('EUR 1.05 x', ' '), 2)", text("1.05")),
        ("item(parts('EUR', ' '), 1)", text("EUR")),
        ("item(parts('EUR', ' '), 2)", Cell::Null),
        ("day_number(DATE '1970-01-01')", Cell::Whole(0)),
        ("day_number(DATE '1970-01-02')", Cell::Whole(1)),
        ("day_number(DATE '1969-12-31')", Cell::Whole(-1)),
        // A week begins on Monday: 1970-01-05 was the first one.
        ("week_number(DATE '1970-01-05')", Cell::Whole(4)),
        ("week_number(DATE '1970-01-11')", Cell::Whole(4)),
        ("week_number(DATE '1970-01-12')", Cell::Whole(11)),
        ("month_number(DATE '1970-02-28')", Cell::Whole(31)),
        ("month_number(DATE '1970-01-31')", Cell::Whole(0)),
        // Hours from midnight: half open, and negative before.
        (
            "bar_number(TIMESTAMP '1970-01-01 01:00:00', 0, 3600000000)",
            Cell::Whole(1),
        ),
        (
            "bar_number(TIMESTAMP '1970-01-01 00:59:59.999999', 0, 3600000000)",
            Cell::Whole(0),
        ),
        (
            "bar_number(TIMESTAMP '1969-12-31 23:59:59.999999', 0, 3600000000)",
            Cell::Whole(-1),
        ),
        // ceil(ln(x) / ln(1.02)): 1 is 0, 1.02 is 1, 1000 is 349; what is not positive has a bucket of its own.
        ("latency_bucket(1.0)", Cell::Whole(0)),
        ("latency_bucket(1.01)", Cell::Whole(1)),
        ("latency_bucket(1000.0)", Cell::Whole(349)),
        ("latency_bucket(0.5)", Cell::Whole(-35)),
        ("latency_bucket(0.0)", Cell::Whole(-32_768)),
        ("latency_bucket(-1.0)", Cell::Whole(-32_768)),
        // Between the nearest two in proportion: of 10, 20, 30, 40 three quarters are at 32.5.
        (
            "(SELECT item(exact_quantiles(x, [0.75]), 1) FROM (VALUES (10.0::DOUBLE), (20), (30), (40)) AS t(x))",
            Cell::Number(32.5),
        ),
        (
            "(SELECT item(exact_quantiles(x, [0.25, 0.5]), 2) FROM (VALUES (10.0::DOUBLE), (NULL), (30)) AS t(x))",
            Cell::Number(20.0),
        ),
        (
            "(SELECT exact_quantile(x, 0.5) FROM (VALUES (10.0::DOUBLE), (NULL), (30)) AS t(x))",
            Cell::Number(20.0),
        ),
        (
            "(SELECT all_of(x) FROM (VALUES (7::BIGINT), (7)) AS t(x))",
            Cell::Wholes(vec![7, 7]),
        ),
        // Hours since 1970 of the local clock.
        (
            "hour_number(TIMESTAMP '1970-01-01 23:30:00', 3600000000)",
            Cell::Whole(24),
        ),
        (
            "hour_number(TIMESTAMP '1970-01-01 00:30:00', -3600000000)",
            Cell::Whole(-1),
        ),
        // Equal for equal texts, another for others, never negative.
        (
            "CAST(text_number('a') = text_number('a') AND text_number('a') <> text_number('b') AND text_number('a') >= 0 AS BIGINT)",
            Cell::Whole(1),
        ),
        (
            "CAST(place_number('page', '/a') = place_number('page', '/a') AND place_number('page', '/a') <> place_number('screen', '/a') AND place_number('page', '/a') >= 0 AS BIGINT)",
            Cell::Whole(1),
        ),
        // The moment counts first, then the number; nothing without either.
        (
            "CAST(place_in_time(make_timestamp(5), 1) < place_in_time(make_timestamp(5), 2) AND \
             place_in_time(make_timestamp(5), 9223372036854775807) < place_in_time(make_timestamp(6), 0) AS BIGINT)",
            Cell::Whole(1),
        ),
        (
            "(SELECT at_first(x, place) FROM (VALUES (7, 2), (8, 1), (9, NULL), (NULL, 0)) AS given (x, place))",
            Cell::Whole(8),
        ),
        (r#"json_text('{"a":"x"}', '$."a"')"#, text("x")),
        (r#"json_text('{"a":3}', '$."a"')"#, text("3")),
        (r#"json_text('{"a":true}', '$."a"')"#, text("true")),
        (r#"json_text('{"a":{"b":"x"}}', '$."a"."b"')"#, text("x")),
        (r#"json_text('{"a.b":"x"}', '$."a.b"')"#, text("x")),
        (r#"json_text('{"a":null}', '$."a"')"#, Cell::Null),
        (r#"json_text('{"a":1}', '$."b"')"#, Cell::Null),
        ("CAST(has_text('GPT-4o', 'gpt') AS BIGINT)", Cell::Whole(1)),
        ("CAST(has_text('GPT-4o', '%') AS BIGINT)", Cell::Whole(0)),
        ("CAST(has_text('a_b', '_') AS BIGINT)", Cell::Whole(1)),
        ("CAST(has_text('anything', '') AS BIGINT)", Cell::Whole(1)),
        ("CAST(has_text(NULL, 'x') AS BIGINT)", Cell::Null),
        // The first bit is number 0; what is beyond the last, or nobody, is not in the set.
        ("CAST(has_bit('0110', 0) AS BIGINT)", Cell::Whole(0)),
        ("CAST(has_bit('0110', 1) AS BIGINT)", Cell::Whole(1)),
        ("CAST(has_bit('0110', 3) AS BIGINT)", Cell::Whole(0)),
        ("CAST(has_bit('0110', 4) AS BIGINT)", Cell::Whole(0)),
        ("CAST(has_bit('0110', NULL) AS BIGINT)", Cell::Whole(0)),
        ("CAST(has_bit('\\xA0'::BLOB, 2) AS BIGINT)", Cell::Whole(1)),
        ("CAST(is_among('b', ['a', 'b']) AS BIGINT)", Cell::Whole(1)),
        ("CAST(is_among('B', ['a', 'b']) AS BIGINT)", Cell::Whole(0)),
        (
            "CAST(number_of('b', ['a', 'b'], [5, 7]) AS BIGINT)",
            Cell::Whole(7),
        ),
        (
            "CAST(number_of('c', ['a', 'b'], [5, 7]) AS BIGINT)",
            Cell::Whole(0),
        ),
        // The same 64 bits, read with a sign.
        (
            "signed_bits(CAST(9223372036854775807 AS UBIGINT))",
            Cell::Whole(i64::MAX),
        ),
        (
            "signed_bits(CAST(9223372036854775808 AS UBIGINT))",
            Cell::Whole(i64::MIN),
        ),
        (
            "signed_bits(CAST(18446744073709551615 AS UBIGINT))",
            Cell::Whole(-1),
        ),
    ];
    let given = Given::empty("UTC");
    let texts = cases.each_ref().map(|(sql, _)| *sql);
    let found: Vec<Cell> = given.session(move |session| {
        let mut cells = Vec::new();
        for sql in texts {
            let statement = Statement {
                sql: Sql::text("SELECT ").then(Sql::text(sql)),
                binds: Binds::default(),
            };
            cells.push(session.ask(&statement)?.remove(0).remove(0));
        }
        Ok(cells)
    });
    for ((sql, expected), found) in cases.iter().zip(found) {
        assert_eq!(found, *expected, "{sql}");
    }
    let words = include_str!("../../store/words.sql");
    for line in words.lines().filter(|line| line.starts_with("CREATE")) {
        let name = line
            .split("MACRO ")
            .nth(1)
            .and_then(|rest| rest.split('(').next());
        let name = name.expect("a word has a name");
        let is_tested = cases
            .iter()
            .any(|(sql, _)| sql.contains(&format!("{name}(")));
        assert!(is_tested, "{name} has no case");
    }
}
