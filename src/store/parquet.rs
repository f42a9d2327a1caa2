//! Rows of a Parquet file as JSON, read by the engine's library in an instance of its own.
//!
//! Knows nothing of the store's file.

use std::path::Path;

use anyhow::{Context as _, bail};
use duckdb::Connection;
use duckdb::arrow::array::{Array as _, StringArray};
use serde_json::{Map, Value};

/// Gives every row of the file to `each`, in the file's order. Memory is bounded by the file's row groups.
///
/// Every column is a member, `null` where it has no value. Decimals and whole numbers beyond 64 bits
/// are text, so that no digit is lost; times are RFC 3339 in UTC, those that the file keeps without a
/// zone have none; numbers that are not finite are `null`.
///
/// # Errors
/// If the file is not readable Parquet, or `each` ends the reading. A damaged page inside a file that
/// opened well panics in the library: call this on a thread whose panic is caught.
pub fn rows(
    path: &Path,
    each: &mut dyn FnMut(Map<String, Value>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Some(name) = path.to_str() else {
        bail!("the path {} is not UTF-8; rename it", path.display())
    };
    let said = || format!("cannot read {name} as Parquet");
    let connection = Connection::open_in_memory().with_context(said)?;
    connection
        .execute_batch("SET memory_limit = '256MB'; SET threads = 2")
        .with_context(said)?;
    let columns = columns(&connection, name).with_context(said)?;
    let members: Vec<String> = columns
        .iter()
        .map(|(column, kind)| member(column, kind))
        .collect();
    let sql = format!(
        "SELECT CAST(json_object({}) AS VARCHAR) FROM read_parquet('{}')",
        members.join(", "),
        quoted(name, '\'')
    );
    let mut statement = connection.prepare(&sql).with_context(said)?;
    for batch in statement.stream_arrow([]).with_context(said)? {
        let texts = batch.column(0).as_any().downcast_ref::<StringArray>();
        let texts = texts.context("the engine answered with another type than text")?;
        for text in texts.iter().flatten() {
            each(serde_json::from_str(text).with_context(said)?)?;
        }
    }
    Ok(())
}

/// Names and types of the columns.
fn columns(connection: &Connection, name: &str) -> duckdb::Result<Vec<(String, String)>> {
    let sql = format!(
        "DESCRIBE SELECT * FROM read_parquet('{}')",
        quoted(name, '\'')
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// A column as a member of the JSON object: its name, and an expression that keeps its value exact.
fn member(column: &str, kind: &str) -> String {
    let cell = format!("\"{}\"", quoted(column, '"'));
    let value = match kind {
        // A list or struct has the type's name in its own, so these compare the whole.
        "TIMESTAMP WITH TIME ZONE" => {
            format!("strftime(make_timestamp(epoch_us({cell})), '%Y-%m-%dT%H:%M:%S.%fZ')")
        }
        "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" => {
            format!("strftime(make_timestamp(epoch_us({cell})), '%Y-%m-%dT%H:%M:%S.%f')")
        }
        "DOUBLE" | "FLOAT" => format!("CASE WHEN isfinite({cell}) THEN {cell} END"),
        "HUGEINT" | "UHUGEINT" => format!("CAST({cell} AS VARCHAR)"),
        _ if kind.starts_with("DECIMAL") && kind.ends_with(')') => {
            format!("CAST({cell} AS VARCHAR)")
        }
        _ => cell,
    };
    format!("'{}', {value}", quoted(column, '\''))
}

fn quoted(text: &str, quote: char) -> String {
    text.replace(quote, &format!("{quote}{quote}"))
}

/// Writes the answer of a query to a Parquet file, for tests.
#[cfg(test)]
pub fn write(select: &str, path: &Path) {
    let name = quoted(path.to_str().expect("UTF-8"), '\'');
    let connection = Connection::open_in_memory().expect("an instance");
    connection
        .execute_batch(&format!("COPY ({select}) TO '{name}' (FORMAT parquet)"))
        .expect("a file");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(select: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("it's a file.parquet");
        write(select, &path);
        (folder, path)
    }

    fn read(path: &Path) -> anyhow::Result<Vec<String>> {
        let mut found = Vec::new();
        rows(path, &mut |row| {
            found.push(Value::Object(row).to_string());
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn values_keep_their_digits_and_times_are_rfc_3339() {
        let (_folder, path) = written(
            "SELECT 9007199254740993 AS big, 12345678901234.5678::DECIMAL(18,4) AS amount, 0.25::DOUBLE AS share,
                    'nan'::DOUBLE AS broken, NULL::INTEGER AS nothing, true AS yes, 'a \"b\"' AS \"te'x\"\"t\",
                    TIMESTAMP '2023-11-16 18:15:46.68059' AS local, [1, 2] AS list, {'a': 'b'} AS pair,
                    make_timestamp(1700158546680000)::TIMESTAMP_MS AS ms",
        );
        let found = read(&path).expect("rows");
        let expected = r#"{"big":9007199254740993,"amount":"12345678901234.5678","share":0.25,"broken":null,"nothing":null,
            "yes":true,"te'x\"t":"a \"b\"","local":"2023-11-16T18:15:46.680590","list":[1,2],"pair":{"a":"b"},
            "ms":"2023-11-16T18:15:46.680000"}"#;
        let value = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        assert_eq!(
            found.iter().map(|row| value(row)).collect::<Vec<_>>(),
            [value(expected)]
        );
    }

    #[test]
    fn rows_come_in_the_order_of_the_file_and_the_caller_may_stop() {
        let (_folder, path) = written("SELECT i FROM range(300000) t(i)");
        let mut next = 0_i64;
        rows(&path, &mut |row| {
            assert_eq!(row["i"], next);
            next += 1;
            Ok(())
        })
        .expect("rows");
        assert_eq!(next, 300_000);

        let stopped = rows(&path, &mut |_| bail!("enough"));
        assert_eq!(
            stopped.expect_err("the caller's error").to_string(),
            "enough"
        );
    }

    #[test]
    fn what_is_no_parquet_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.parquet");
        std::fs::write(&path, "PAR1 but not really").expect("a write");
        let error = read(&path).expect_err("a refusal").to_string();
        assert!(error.contains("a.parquet as Parquet"), "{error}");
    }
}
