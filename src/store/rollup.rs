//! Roll-ups: sums by local day that stand for all events below a sequence number.
//!
//! They hold exactly what the frames of the catalogue give for those events, so an answer made of roll-up rows and the
//! raw rows at or after `rolled_seq` equals one made of raw rows alone. Late events are no special case: they are
//! rolled up when their number comes, and their sums add to those of their day. What changes stored events (erasure,
//! new prices) rolls the project up anew. Runs on the loader's thread, in one transaction.

use duckdb::{Connection, params};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::catalogue::frame::{FRAMES, Frame, Rollup, alias, visit};
use crate::catalogue::metric::Measurement;
use crate::core::range::{self, Shift};
use crate::core::sql::{Bind, Binds, Sql};
use crate::store::engine::EngineError;
use crate::store::table::run;
use crate::store::zones::{self, Zones};

/// The roll-up of measurements, which is no frame's.
pub const LATENCY_TABLE: &str = "latency_day";

/// A way in which the buckets of measurements are split.
#[derive(Debug)]
pub struct LatencySplit {
    /// Its number in the table: one bit for each of `provider`, `model`, `feature`, `endpoint`, set where the split does
    /// not keep it, as `GROUPING` gives it.
    pub number: i64,
    /// The dimensions that it keeps.
    pub dimensions: &'static [&'static str],
}

/// All ways, those with the fewest rows first. Every measured call stands once in each.
pub const LATENCY_SPLITS: &[LatencySplit] = &[
    LatencySplit {
        number: 0b1111,
        dimensions: &[],
    },
    LatencySplit {
        number: 0b0111,
        dimensions: &["provider"],
    },
    LatencySplit {
        number: 0b1101,
        dimensions: &["feature"],
    },
    LatencySplit {
        number: 0b1110,
        dimensions: &["endpoint"],
    },
    LatencySplit {
        number: 0b0011,
        dimensions: &["provider", "model"],
    },
];

/// Most sequence numbers that are summed at once, so that the engine's memory does for any number of events.
const SLICE: u64 = 1_000_000;

/// Rolls up all events below `until` that are not yet, slice by slice. Returns how many sequence numbers that were.
///
/// # Errors
/// If the engine fails; the slices before are rolled up then, and the rest is as it was.
pub fn roll_up(writer: &Connection, until: u64, zones: &Zones) -> Result<u64, EngineError> {
    let first = rolled_seq(writer)?;
    for slice in slices(first, until) {
        in_transaction(writer, || roll_up_slice(writer, slice, zones))?;
    }
    Ok(until.saturating_sub(first))
}

/// Rolls up one slice, the next that is not yet, within the caller's transaction.
fn roll_up_slice(
    writer: &Connection,
    (from, until): (u64, u64),
    zones: &Zones,
) -> Result<(), EngineError> {
    for stretch in stretches(writer, from, until)? {
        let zone = zones.get(stretch.project);
        match recorded_zone(writer, stretch.project)? {
            Some(name) if name == zones::name(&zone) => add(writer, &stretch, &zone, from, until)?,
            // Days were cut in another zone, or never: everything below `until` is rolled up.
            _ => renew(writer, stretch.project, &zone, until)?,
        }
    }
    writer.execute(
        "UPDATE load_state SET rolled_seq = ?",
        params![until as i64],
    )?;
    Ok(())
}

/// `from..until` cut into pieces of [`SLICE`].
fn slices(from: u64, until: u64) -> impl Iterator<Item = (u64, u64)> {
    (from..until)
        .step_by(SLICE as usize)
        .map(move |from| (from, until.min(from + SLICE)))
}

/// Makes the roll-ups of one project anew, as after a change of its zone or of stored events.
///
/// # Errors
/// If the engine fails; nothing has changed then.
pub fn rebuild(writer: &Connection, project: u32, zones: &Zones) -> Result<(), EngineError> {
    let until = rolled_seq(writer)?;
    in_transaction(writer, || {
        renew(writer, project, &zones.get(project), until)
    })
}

/// Makes the roll-ups of one local day of a project anew, within the caller's transaction: `from` to `to`, in
/// microseconds, is that day.
///
/// Latencies stay as they are: what is renewed by the day is what prices change.
///
/// # Errors
/// If the engine fails.
pub fn renew_day(
    writer: &Connection,
    project: u32,
    zone: &TimeZone,
    day: Date,
    (from, to): (i64, i64),
) -> Result<(), EngineError> {
    let until = rolled_seq(writer)?;
    match recorded_zone(writer, project)? {
        // Nothing is rolled up, so readers look at the events themselves.
        None => return Ok(()),
        Some(name) if name == zones::name(zone) => {}
        // The days were cut elsewhere, and none of them is this one.
        Some(_) => return renew(writer, project, zone, until),
    }
    for rollup in FRAMES.iter().flat_map(|frame| frame.rollups) {
        writer.execute(
            &format!(
                "DELETE FROM {} WHERE project = ? AND day = CAST(? AS DATE)",
                rollup.table
            ),
            params![project as i32, day.to_string()],
        )?;
    }
    let stretch = Stretch {
        project,
        from,
        to: to - 1,
    };
    add_sums(writer, &stretch, zone, 0, until)
}

/// Projects whose roll-ups were cut in another zone than they have now.
///
/// # Errors
/// If the engine fails.
pub fn outdated(writer: &Connection, zones: &Zones) -> Result<Vec<u32>, EngineError> {
    let mut statement = writer.prepare("SELECT project, zone FROM rollup_zone ORDER BY project")?;
    let mut rows = statement.query([])?;
    let mut outdated = Vec::new();
    while let Some(row) = rows.next()? {
        let (project, zone): (i32, String) = (row.get(0)?, row.get(1)?);
        if zone != zones::name(&zones.get(project as u32)) {
            outdated.push(project as u32);
        }
    }
    Ok(outdated)
}

/// The first sequence number that is not rolled up.
///
/// # Errors
/// If the engine fails.
pub fn rolled_seq(connection: &Connection) -> Result<u64, EngineError> {
    let seq: i64 =
        connection.query_row("SELECT rolled_seq FROM load_state", [], |row| row.get(0))?;
    Ok(seq as u64)
}

/// The zone in which a project's days were cut; `None` if it has no roll-ups.
///
/// # Errors
/// If the engine fails.
pub fn recorded_zone(connection: &Connection, project: u32) -> Result<Option<String>, EngineError> {
    let mut statement = connection.prepare("SELECT zone FROM rollup_zone WHERE project = ?")?;
    let mut rows = statement.query(params![project as i32])?;
    Ok(match rows.next()? {
        Some(row) => Some(row.get(0)?),
        None => None,
    })
}

/// SQL for the local day of `occurred_at`, given the differences between local time and UTC.
pub fn local_day(shifts: &[Shift], binds: &mut Binds) -> Sql {
    let last = shifts.last().map_or(0, |shift| shift.by);
    let cases: Vec<Sql> = shifts
        .windows(2)
        .map(|pair| {
            Sql::text(" WHEN occurred_at < make_timestamp({{at}}) THEN {{by}}")
                .fill("at", &binds.whole(pair[1].from))
                .fill("by", &binds.whole(pair[0].by))
        })
        .collect();
    let shift = match cases.is_empty() {
        true => binds.whole(last),
        false => Sql::text("CASE{{cases}} ELSE {{by}} END")
            .fill("cases", &Sql::join(cases, ""))
            .fill("by", &binds.whole(last)),
    };
    Sql::text("local_day(occurred_at, {{shift}})").fill("shift", &shift)
}

/// The events of one project among some.
struct Stretch {
    project: u32,
    from: i64,
    to: i64,
}

impl Stretch {
    /// The differences between local time and UTC in it.
    fn shifts(&self, zone: &TimeZone) -> Vec<Shift> {
        let moment = |us: i64| Timestamp::from_microsecond(us).unwrap_or(Timestamp::MIN);
        let end = moment(self.to.saturating_add(1));
        range::shifts(zone, moment(self.from), end)
    }
}

fn stretches(writer: &Connection, from: u64, until: u64) -> Result<Vec<Stretch>, EngineError> {
    let mut statement = writer.prepare(
        "SELECT project, epoch_us(min(occurred_at)), epoch_us(max(occurred_at)) FROM events \
         WHERE seq >= ? AND seq < ? GROUP BY project ORDER BY project",
    )?;
    let rows = statement.query_map(params![from as i64, until as i64], |row| {
        Ok(Stretch {
            project: row.get::<_, i32>(0)? as u32,
            from: row.get(1)?,
            to: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes the roll-ups of one project anew, within the caller's transaction.
///
/// # Errors
/// If the engine fails.
pub(super) fn renew(
    writer: &Connection,
    project: u32,
    zone: &TimeZone,
    until: u64,
) -> Result<(), EngineError> {
    let tables = FRAMES
        .iter()
        .flat_map(|frame| frame.rollups)
        .map(|rollup| rollup.table);
    for table in tables.chain([LATENCY_TABLE, visit::TABLE, "rollup_zone"]) {
        writer.execute(
            &format!("DELETE FROM {table} WHERE project = ?"),
            params![project as i32],
        )?;
    }
    writer.execute(
        "INSERT INTO rollup_zone (project, zone) VALUES (?, ?)",
        params![project as i32, zones::name(zone)],
    )?;
    for (from, until) in slices(0, until) {
        let all = stretches(writer, from, until)?;
        if let Some(stretch) = all.into_iter().find(|stretch| stretch.project == project) {
            add(writer, &stretch, zone, from, until)?;
        }
    }
    Ok(())
}

/// Adds the sums of the events of one project with `from <= seq < until`.
fn add(
    writer: &Connection,
    stretch: &Stretch,
    zone: &TimeZone,
    from: u64,
    until: u64,
) -> Result<(), EngineError> {
    add_sums(writer, stretch, zone, from, until)?;
    let shifts = stretch.shifts(zone);
    for measurement in Measurement::ALL {
        let mut binds = Binds::default();
        let sql = insert_measurement(measurement, &shifts, (from, until), &mut binds);
        run(writer, &sql, &with_project(&binds, stretch.project))?;
    }
    add_visits(writer, stretch.project, from, until)
}

/// Puts the visits together anew to which the events of one project with `from <= seq < until` belong.
fn add_visits(writer: &Connection, project: u32, from: u64, until: u64) -> Result<(), EngineError> {
    let tail = Sql::text("project = $project AND seq >= {{from}} AND seq < {{until}}")
        .fill("from", &Sql::number(from as i64))
        .fill("until", &Sql::number(until as i64));
    let binds = with_project(&Binds::default(), project);
    let inserted = |visits: &Sql| {
        Sql::text(
            "INSERT INTO visits (project, {{columns}}) SELECT $project, {{columns}} FROM ({{visits}}) ORDER BY begun",
        )
        .fill("columns", &visit::columns())
        .fill("visits", visits)
    };
    if from == 0 {
        // Nothing is stored of the project yet.
        let visits = visit::of_events(&Sql::text("events"), &tail);
        return run(writer, &inserted(&visits), &binds);
    }
    let number = Sql::number(i64::from(project));
    let touched = Sql::text("CREATE OR REPLACE TEMP TABLE touched_visits AS {{visits}}")
        .fill("visits", &visit::touched(&tail));
    writer.execute_batch(&touched.as_str().replace("$project", number.as_str()))?;
    let stored = Sql::text(
        "DELETE FROM visits WHERE project = $project AND session_id IN (SELECT session_id FROM touched_visits)",
    );
    run(writer, &stored, &binds)?;
    run(
        writer,
        &inserted(&Sql::text("SELECT * FROM touched_visits")),
        &binds,
    )?;
    Ok(writer.execute_batch("DROP TABLE touched_visits")?)
}

/// The same, for the frames alone.
fn add_sums(
    writer: &Connection,
    stretch: &Stretch,
    zone: &TimeZone,
    from: u64,
    until: u64,
) -> Result<(), EngineError> {
    let shifts = stretch.shifts(zone);
    for frame in FRAMES {
        for rollup in frame.rollups {
            let mut binds = Binds::default();
            let sql = insert(frame, rollup, stretch, &shifts, (from, until), &mut binds);
            run(writer, &sql, &with_project(&binds, stretch.project))?;
        }
    }
    Ok(())
}

fn with_project(binds: &Binds, project: u32) -> Vec<(String, Bind)> {
    let mut named = binds.named();
    named.push(("project".to_owned(), Bind::Whole(i64::from(project))));
    named
}

fn insert(
    frame: &Frame,
    rollup: &Rollup,
    stretch: &Stretch,
    shifts: &[Shift],
    (from, until): (u64, u64),
    binds: &mut Binds,
) -> Sql {
    let columns = |names: &'static [&'static str]| names.iter().copied().map(Sql::text);
    let keys = Sql::join(
        [Sql::text("project"), Sql::text("day")]
            .into_iter()
            .chain(columns(rollup.dimensions))
            .chain(columns(rollup.told_by)),
        ", ",
    );
    let measures = Sql::join(columns(frame.measures), ", ");
    let sums = Sql::join(
        frame
            .measures
            .iter()
            .map(|measure| Sql::text("sum({{m}})").fill("m", &Sql::text(measure))),
        ", ",
    );
    Sql::text(
        "INSERT INTO {{table}} ({{keys}}, {{measures}}) SELECT {{keys}}, {{sums}} FROM (\
         SELECT *, {{day}} AS day FROM ({{frame}}) WHERE seq >= {{from}} AND seq < {{until}} \
         AND occurred_at >= make_timestamp({{first}}) AND occurred_at <= make_timestamp({{last}})) GROUP BY {{keys}}",
    )
    .fill("table", &Sql::text(rollup.table))
    .fill("keys", &keys)
    .fill("measures", &measures)
    .fill("sums", &sums)
    .fill("day", &local_day(shifts, binds))
    .fill("frame", &alias::unresolved(&frame.kept_sql()))
    .fill("first", &binds.whole(stretch.from))
    .fill("last", &binds.whole(stretch.to))
    .fill("from", &binds.whole(from as i64))
    .fill("until", &binds.whole(until as i64))
}

fn insert_measurement(
    of: Measurement,
    shifts: &[Shift],
    (from, until): (u64, u64),
    binds: &mut Binds,
) -> Sql {
    let sets = LATENCY_SPLITS.iter().map(|split| {
        let kept = split.dimensions.iter().copied().map(Sql::text);
        let keys = [Sql::text("day"), Sql::text("bucket")]
            .into_iter()
            .chain(kept);
        Sql::text("({{keys}})").fill("keys", &Sql::join(keys, ", "))
    });
    Sql::text(
        "INSERT INTO latency_day (project, day, measured, split, provider, model, feature, endpoint, bucket, n) \
         SELECT $project, day, {{measured}}, grouping(provider, model, feature, endpoint) AS split, \
         provider, model, feature, endpoint, bucket, count(*) FROM (\
         SELECT {{day}} AS day, provider, model, feature, endpoint, latency_bucket({{x}}) AS bucket FROM events \
         WHERE project = $project AND outcome IS NOT NULL AND seq >= {{from}} AND seq < {{until}} AND {{x}} IS NOT NULL) \
         GROUP BY GROUPING SETS ({{sets}}) ORDER BY split, day",
    )
    .fill("sets", &Sql::join(sets, ", "))
    .fill("measured", &Sql::number(of.number()))
    .fill("day", &local_day(shifts, binds))
    .fill("x", &Sql::text(of.sql()))
    .fill("from", &binds.whole(from as i64))
    .fill("until", &binds.whole(until as i64))
}

/// Runs `work` in a transaction that ends with it.
///
/// # Errors
/// As the work fails; nothing has changed then.
pub fn in_transaction<T>(
    writer: &Connection,
    work: impl FnOnce() -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    writer.execute_batch("BEGIN")?;
    let done = work().and_then(|value| {
        writer.execute_batch("COMMIT")?;
        Ok(value)
    });
    if done.is_err() {
        // After some failures there is no transaction left to roll back.
        let _gone_already = writer.execute_batch("ROLLBACK");
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_cover_every_number_once() {
        let cut = |from, until| slices(from, until).collect::<Vec<_>>();
        assert_eq!(
            cut(7, 2_500_000),
            [
                (7, 1_000_007),
                (1_000_007, 2_000_007),
                (2_000_007, 2_500_000)
            ]
        );
        assert_eq!(cut(5, 6), [(5, 6)]);
        assert_eq!(cut(5, 5), []);
        assert_eq!(cut(6, 5), []);
    }
}
