//! A question as SQL: pure, and so tested without a database.
//!
//! The rows of a frame come from up to four places: roll-up rows for whole local days, raw rows that are not rolled up
//! yet, and raw rows of the days that the period cuts. They never overlap, and together they are every row of the
//! period, so an answer does not depend on how much is rolled up.

mod activity;
mod counted;
pub mod person;
pub mod session;
mod visit;

use crate::catalogue::frame::{Frame, Rollup, alias};
use crate::catalogue::metric::{Formula, Measurement, Metric};
use crate::core::range::{Interval, Period, midnight};
use crate::core::sql::{Binds, Sql};
use crate::query::condition::Checked;
use crate::query::field::Field;
use crate::store::rollup::{LATENCY_SPLITS, LatencySplit, local_day};

/// How far the roll-ups go, as of one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rolled {
    /// Events below this number are rolled up; `None` if days were cut in another zone, or roll-ups are not to be used.
    pub below: Option<u64>,
    /// Whether there are no events at or after that number.
    pub is_all: bool,
}

/// What every statement of a question has in common.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The stretch of time.
    pub period: &'a Period,
    /// What it is split by.
    pub by: &'a [Field],
    /// Which rows count.
    pub filter: &'a Checked,
    /// What the rows of the statement are of.
    pub levels: &'a [Level],
    /// Only rows with one of these values in the first dimension; the empty text stands for absence.
    pub only: Option<&'a [Key]>,
    /// How far the roll-ups go.
    pub rolled: Rolled,
}

/// What a row of a statement is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Everything.
    Total,
    /// A bar.
    Bar,
    /// Values of the dimensions.
    Value,
    /// Values of the dimensions in a bar.
    ValueInBar,
}

impl Level {
    fn has_bar(self) -> bool {
        matches!(self, Level::Bar | Level::ValueInBar)
    }

    fn has_values(self) -> bool {
        matches!(self, Level::Value | Level::ValueInBar)
    }
}

/// A value of a dimension as the engine gives it: text, or the number of a person.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// Nothing.
    None,
    /// Text.
    Text(String),
    /// A person.
    Person(i64),
}

/// SQL with its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The text.
    pub sql: Sql,
    /// The values.
    pub binds: Binds,
}

/// Days from which a roll-up is worth its second look; fewer are read raw.
const ROLLUP_DAYS_MIN: i32 = 3;

impl Plan<'_> {
    /// Whether there are bars.
    pub fn has_bars(&self) -> bool {
        self.levels.iter().any(|level| level.has_bar())
    }

    /// Whether anything is split by the dimensions.
    pub fn is_split(&self) -> bool {
        self.levels.iter().any(|level| level.has_values())
    }

    /// Whether some rows are split by the dimensions and others not; the first column then is 0 for those that are.
    pub fn is_mixed(&self) -> bool {
        self.is_split() && self.levels.iter().any(|level| !level.has_values())
    }

    /// The plan for the one level from which all of its levels can be summed.
    pub fn finest(&self) -> Plan<'_> {
        let levels: &[Level] = match (self.has_bars(), self.is_split()) {
            (false, false) => &[Level::Total],
            (true, false) => &[Level::Bar],
            (false, true) => &[Level::Value],
            (true, true) => &[Level::ValueInBar],
        };
        Plan { levels, ..*self }
    }

    /// Figures of metrics of one frame. Columns: see [`Plan::is_mixed`], the bar if there are bars, the dimensions if it
    /// is split, then for each metric its figure and its sample. The largest of the metric at `lead` first; at most
    /// `limit` values of the dimensions.
    pub fn figures(
        &self,
        frame: &'static Frame,
        metrics: &[&'static Metric],
        lead: usize,
        limit: Option<usize>,
    ) -> Statement {
        let mut binds = Binds::default();
        let mut columns: Vec<&'static str> = Vec::new();
        let mut selected = self.keys();
        for metric in metrics {
            let (formula, sample) = match metric.formula {
                Formula::People { sum, .. } if self.counts_people() => {
                    (sum.unwrap_or("NULL"), "NULL")
                }
                Formula::Sql(sql) | Formula::PerMinute(sql) | Formula::People { sql, .. } => {
                    (sql, metric.sample)
                }
                Formula::Quantile { .. } | Formula::Apdex { .. } => ("NULL", metric.sample),
            };
            let sample = if sample.is_empty() { "NULL" } else { sample };
            for sql in [formula, sample] {
                for column in frame.named_in(sql) {
                    if !columns.contains(&column) {
                        columns.push(column);
                    }
                }
            }
            selected.push(Sql::text(formula));
            selected.push(Sql::text(sample));
        }
        let rollup = self.rollup(frame, &columns);
        let values: Vec<Sql> = columns.iter().map(|column| Sql::text(column)).collect();
        let (raw, rest) = self.rows_of(frame, &mut binds);
        let source = rest.source(
            rollup.map(|rollup| (Sql::text(rollup.sql), Vec::new())),
            &raw,
            &Sql::text("TRUE"),
            &values,
            &values,
            &mut binds,
        );
        let leading = self.keys().len() + 1 + 2 * lead;
        let mut sql = Sql::text("SELECT {{selected}} FROM ({{source}})")
            .fill("selected", &Sql::join(selected, ", "))
            .fill("source", &source)
            .then(self.group());
        if self.levels.contains(&Level::Value) {
            // What is not split comes first, so that no limit cuts it.
            let mut order: Vec<Sql> = self
                .is_mixed()
                .then(|| Sql::text("g DESC"))
                .into_iter()
                .collect();
            order.push(Sql::number(leading as i64).then(" DESC NULLS LAST"));
            order.extend(self.dimensions().map(|column| column.then(" NULLS LAST")));
            sql = sql.then(Sql::text(" ORDER BY {{order}}").fill("order", &Sql::join(order, ", ")));
            if let Some(limit) = limit {
                let others = match self.is_mixed() {
                    true => {
                        1 + if self.has_bars() {
                            self.period.buckets().len()
                        } else {
                            0
                        }
                    }
                    false => 0,
                };
                sql = sql.then(
                    Sql::text(" LIMIT {{n}}").fill("n", &Sql::number((limit + others) as i64)),
                );
            }
        }
        Statement { sql, binds }
    }

    /// How often each bucket of a measurement occurs, at one level. Columns: the bar, the dimensions, and a list of
    /// `count · 65536 + bucket + 32768`.
    pub fn buckets(&self, frame: &'static Frame, of: Measurement) -> Statement {
        let mut binds = Binds::default();
        let measured = Sql::text(of.sql());
        let split = self.latency_split();
        let rolled = split.map(|split| {
            Sql::text("SELECT * FROM latency_day WHERE project = $project AND measured = {{m}} AND split = {{s}}")
                .fill("m", &Sql::number(of.number()))
                .fill("s", &Sql::number(split.number))
        });
        let raw = [
            Sql::text("latency_bucket({{x}}) AS bucket").fill("x", &measured),
            Sql::text("1 AS n"),
        ];
        let source = self.source(
            rolled.map(|sql| (sql, vec![Sql::text("bucket"), Sql::text("n")])),
            &frame.raw_sql(),
            &Sql::text("{{x}} IS NOT NULL").fill("x", &measured),
            &[],
            &raw,
            &mut binds,
        );
        // One number holds a bucket and its count, and one row all of them: a fraction of the rows.
        let keys = Sql::join(self.plain_keys(), ", ");
        let inner = self.plain_keys().into_iter().chain([Sql::text("bucket")]);
        let packed = Sql::text("all_of(n * 65536 + bucket + 32768)");
        let outer = self.plain_keys().into_iter().chain([packed]);
        let mut sql = Sql::text(
            "SELECT {{outer}} FROM (SELECT {{inner}}, CAST(sum(n) AS BIGINT) AS n FROM ({{source}}) GROUP BY {{inner}})",
        )
        .fill("outer", &Sql::join(outer, ", "))
        .fill("inner", &Sql::join(inner, ", "))
        .fill("source", &source);
        if !keys.is_empty() {
            sql = sql.then(" GROUP BY ").then(keys);
        }
        Statement { sql, binds }
    }

    /// Exact quantiles of measurements. Columns: as [`Plan::figures`] up to the dimensions, then for each measurement the
    /// count and its quantiles.
    pub fn quantiles(&self, frame: &'static Frame, asked: &[(Measurement, &[f64])]) -> Statement {
        let mut binds = Binds::default();
        let named: Vec<Sql> = (0..asked.len())
            .map(|number| Sql::column('x', number))
            .collect();
        let measured: Vec<Sql> = asked
            .iter()
            .zip(&named)
            .map(|((of, _), name)| Sql::text(of.sql()).then(" AS ").then(name.clone()))
            .collect();
        let source = self.source(
            None,
            &frame.raw_sql(),
            &Sql::text("TRUE"),
            &[],
            &measured,
            &mut binds,
        );
        let mut inner = self.keys();
        let mut outer: Vec<Sql> = Vec::new();
        if self.is_mixed() {
            outer.push(Sql::text("g"));
        }
        outer.extend(self.plain_keys());
        for (number, ((_, shares), name)) in asked.iter().zip(&named).enumerate() {
            // Thousandths are exact as whole numbers, and the text cannot hold anything else.
            let thousandth =
                |share: &f64| Sql::number((share * 1000.0).round() as i64).then(" / 1000.0");
            let (count, list) = (Sql::column('n', number), Sql::column('q', number));
            inner.push(
                Sql::text("count({{x}}) AS ")
                    .fill("x", name)
                    .then(count.clone()),
            );
            inner.push(
                Sql::text("exact_quantiles({{x}}, [{{shares}}]) AS ")
                    .fill("x", name)
                    .fill("shares", &Sql::join(shares.iter().map(thousandth), ", "))
                    .then(list.clone()),
            );
            outer.push(count);
            outer.extend((1..=shares.len()).map(|place| {
                Sql::text("item({{list}}, {{n}})")
                    .fill("list", &list)
                    .fill("n", &Sql::number(place as i64))
            }));
        }
        let sql = Sql::text("SELECT {{outer}} FROM (SELECT {{inner}} FROM ({{source}}){{group}})")
            .fill("outer", &Sql::join(outer, ", "))
            .fill("inner", &Sql::join(inner, ", "))
            .fill("source", &source)
            .fill("group", &self.group());
        Statement { sql, binds }
    }

    fn dimensions(&self) -> impl Iterator<Item = Sql> {
        let count = if self.is_split() { self.by.len() } else { 0 };
        (0..count).map(|number| Sql::column('d', number))
    }

    /// The bar and the dimensions.
    fn plain_keys(&self) -> Vec<Sql> {
        let bar = self.has_bars().then(|| Sql::text("b"));
        bar.into_iter().chain(self.dimensions()).collect()
    }

    /// The key columns: what tells the levels apart, the bar, the dimensions.
    fn keys(&self) -> Vec<Sql> {
        let told = self.is_mixed().then(|| Sql::text("grouping(d0) AS g"));
        told.into_iter().chain(self.plain_keys()).collect()
    }

    fn group(&self) -> Sql {
        let of = |level: Level| {
            let bar = level.has_bar().then(|| Sql::text("b"));
            let values = self.dimensions().filter(|_| level.has_values());
            Sql::join(bar.into_iter().chain(values), ", ")
        };
        match self.levels {
            [] | [Level::Total] => Sql::default(),
            [level] => Sql::text(" GROUP BY {{keys}}").fill("keys", &of(*level)),
            levels => {
                let sets = levels
                    .iter()
                    .map(|level| Sql::text("({{keys}})").fill("keys", &of(*level)));
                Sql::text(" GROUP BY GROUPING SETS ({{sets}})").fill("sets", &Sql::join(sets, ", "))
            }
        }
    }

    fn rollup(&self, frame: &'static Frame, columns: &[&'static str]) -> Option<&'static Rollup> {
        frame.rollups.iter().find(|rollup| {
            let mut people = columns
                .iter()
                .filter(|column| frame.people.contains(column));
            people.all(|column| rollup.people.contains(column)) && self.covers(rollup.dimensions)
        })
    }

    /// Whether the buckets of measurements come from a roll-up.
    pub fn has_rolled_buckets(&self) -> bool {
        self.latency_split().is_some()
    }

    fn latency_split(&self) -> Option<&'static LatencySplit> {
        LATENCY_SPLITS
            .iter()
            .find(|split| self.covers(split.dimensions))
    }

    /// Whether a roll-up with these dimensions can answer.
    fn covers(&self, dimensions: &[&str]) -> bool {
        let is_kept = |field: &Field| {
            field
                .column()
                .is_some_and(|column| dimensions.contains(&column))
        };
        let has_days = self.period.whole_days().is_some_and(|(first, end)| {
            first
                .until(end)
                .is_ok_and(|span| span.get_days() >= ROLLUP_DAYS_MIN)
        });
        self.rolled.below.is_some()
            && has_days
            && (!self.has_bars() || self.period.interval.is_calendar())
            && (!self.is_split() || self.by.iter().all(is_kept))
            && self.filter.fields().all(is_kept)
    }

    /// The rows from everywhere, with the columns `b`, `d0`… and `values`.
    fn source(
        &self,
        rollup: Option<(Sql, Vec<Sql>)>,
        raw: &Sql,
        condition: &Sql,
        rolled_values: &[Sql],
        raw_values: &[Sql],
        binds: &mut Binds,
    ) -> Sql {
        let raw = &match self.names_people(rolled_values, raw_values, condition, binds) {
            true => raw.clone(),
            false => alias::unresolved(raw),
        };
        let (from, to) = (
            self.period.from.as_microsecond(),
            self.period.to.as_microsecond(),
        );
        let (Some((rollup, own_values)), Some(below), Some((first, end))) =
            (rollup, self.rolled.below, self.period.whole_days())
        else {
            return self.raw_part(raw, condition, raw_values, (from, to), None, binds);
        };
        let rolled_values = if own_values.is_empty() {
            rolled_values
        } else {
            &own_values
        };
        let zone = &self.period.zone;
        let (start, stop) = (
            midnight(first, zone).as_microsecond(),
            midnight(end, zone).as_microsecond(),
        );
        let day = |date: jiff::civil::Date, binds: &mut Binds| {
            let number = date
                .to_zoned(jiff::tz::TimeZone::UTC)
                .map_or(0, |day| day.timestamp().as_second() / 86_400);
            Sql::text("DATE '1970-01-01' + CAST({{n}} AS INTEGER)").fill("n", &binds.whole(number))
        };
        let mut parts = vec![
            Sql::text("SELECT {{columns}} FROM ({{rollup}}) WHERE day >= {{first}} AND day < {{end}} AND {{filter}}")
                .fill("columns", &self.columns(self.rolled_bar(), rolled_values, binds))
                .fill("rollup", &rollup)
                .fill("first", &day(first, binds))
                .fill("end", &day(end, binds))
                .fill("filter", &self.condition(binds)),
            self.raw_part(raw, condition, raw_values, (from, to), Some((" AND seq >= {{seq}}", below)), binds),
        ];
        for (from, to) in [(from, start), (stop, to)] {
            if from < to {
                let below = Some((" AND seq < {{seq}}", below));
                parts.push(self.raw_part(raw, condition, raw_values, (from, to), below, binds));
            }
        }
        Sql::join(parts, " UNION ALL ")
    }

    /// Whether it matters who people are: only then are aliases looked up.
    fn names_people(
        &self,
        rolled: &[Sql],
        raw: &[Sql],
        condition: &Sql,
        binds: &mut Binds,
    ) -> bool {
        let filter = self.condition(binds);
        let pieces = rolled.iter().chain(raw).chain([condition, &filter]);
        pieces.into_iter().any(alias::names_people) || self.by.iter().any(Field::is_person)
    }

    fn raw_part(
        &self,
        raw: &Sql,
        condition: &Sql,
        values: &[Sql],
        (from, to): (i64, i64),
        seq: Option<(&'static str, u64)>,
        binds: &mut Binds,
    ) -> Sql {
        let seq = match seq {
            Some((text, below)) => Sql::text(text).fill("seq", &binds.whole(below as i64)),
            None => Sql::default(),
        };
        let bar = self.raw_bar(binds);
        Sql::text(
            "SELECT {{columns}} FROM ({{raw}}) WHERE occurred_at >= make_timestamp({{from}}) \
             AND occurred_at < make_timestamp({{to}}){{seq}} AND {{condition}} AND {{filter}}",
        )
        .fill("columns", &self.columns(bar, values, binds))
        .fill("raw", raw)
        .fill("from", &binds.whole(from))
        .fill("to", &binds.whole(to))
        .fill("seq", &seq)
        .fill("condition", condition)
        .fill("filter", &self.condition(binds))
    }

    fn columns(&self, bar: Option<Sql>, values: &[Sql], binds: &mut Binds) -> Sql {
        let bar = bar.map(|bar| bar.then(" AS b"));
        let dimensions: Vec<Sql> = self
            .by
            .iter()
            .zip(self.dimensions())
            .map(|(field, name)| field.sql(binds).then(" AS ").then(name))
            .collect();
        let mut columns: Vec<Sql> = bar
            .into_iter()
            .chain(dimensions)
            .chain(values.iter().cloned())
            .collect();
        if columns.is_empty() {
            columns.push(Sql::text("1"));
        }
        Sql::join(columns, ", ")
    }

    /// The filter, and the values of the first dimension to which this is confined.
    fn condition(&self, binds: &mut Binds) -> Sql {
        let filter = self.filter.sql(binds);
        let (Some(only), Some(field)) = (self.only, self.by.first()) else {
            return filter;
        };
        let value = field.sql(binds);
        let mut bound = Vec::new();
        for key in only {
            match key {
                Key::None => {}
                Key::Text(text) => bound.push(binds.text(text.as_str())),
                Key::Person(number) => bound.push(binds.whole(*number)),
            }
        }
        let mut alternatives = Vec::new();
        if !bound.is_empty() {
            alternatives.push(
                Sql::text("{{x}} IN ({{vs}})")
                    .fill("x", &value)
                    .fill("vs", &Sql::join(bound, ", ")),
            );
        }
        if only.contains(&Key::None) {
            alternatives.push(value.then(" IS NULL"));
        }
        if alternatives.is_empty() {
            alternatives.push(Sql::text("FALSE"));
        }
        Sql::text("{{filter}} AND ({{any}})")
            .fill("filter", &filter)
            .fill("any", &Sql::join(alternatives, " OR "))
    }

    /// The bar of a raw row: its number for minutes and hours, else the number of its first day.
    fn raw_bar(&self, binds: &mut Binds) -> Option<Sql> {
        if !self.has_bars() {
            return None;
        }
        let width_us = match self.period.interval {
            Interval::Minute => 60_000_000,
            Interval::Hour => 3_600_000_000,
            Interval::Day | Interval::Week | Interval::Month => {
                let day = local_day(&self.period.shifts(), binds);
                return Some(self.calendar_word().fill("day", &day));
            }
        };
        let anchor = self.period.bar_start(self.period.from).as_microsecond();
        Some(
            Sql::text("bar_number(occurred_at, {{anchor}}, {{width}})")
                .fill("anchor", &binds.whole(anchor))
                .fill("width", &Sql::number(width_us)),
        )
    }

    fn rolled_bar(&self) -> Option<Sql> {
        self.has_bars()
            .then(|| self.calendar_word().fill("day", &Sql::text("day")))
    }

    fn calendar_word(&self) -> Sql {
        Sql::text(match self.period.interval {
            Interval::Week => "week_number({{day}})",
            Interval::Month => "month_number({{day}})",
            Interval::Minute | Interval::Hour | Interval::Day => "day_number({{day}})",
        })
    }
}
