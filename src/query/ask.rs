//! From a question to its answer: which statements are run, and how their rows come together.
//!
//! All statements of a question run in one transaction of a reader, so they see the same events.

use std::collections::HashMap;

use crate::catalogue::frame::{Frame, Grain};
use crate::catalogue::metric::{Formula, Measurement, Metric};
use crate::core::limits;
use crate::core::money::MoneySum;
use crate::core::range::{Bucket, Compare, Period};
use crate::core::sketch::{self, Sketch};
use crate::core::value::{Unit, Value};
use crate::query::answer::{Answer, Distribution, Figure, Row};
use crate::query::plan::{Key, Plan};
use crate::query::question::{Question, Shape};
use crate::query::session::Session;
use crate::store::engine::EngineError;
use crate::store::table::{Cell, Rows};

/// The values of the dimensions, and the figures for them.
type Group = (Vec<Key>, Vec<Figure>);
/// A bar of the series, if there are any, and the values of the dimensions.
type Place = (Option<usize>, Vec<Key>);

/// Figures by bar and values of the dimensions.
type Figures = HashMap<(Option<usize>, Vec<Key>), Vec<Figure>>;

/// Answers a total, series, breakdown or matrix.
///
/// # Errors
/// If the engine fails or is interrupted.
pub fn answer(session: &Session, question: &Question) -> Result<Answer, EngineError> {
    let asker = Asker { session, question };
    let compared = question
        .period
        .compared(question.compare)
        .filter(|_| question.compare != Compare::None);
    let is_exact = asker.is_exact(&question.period)?;
    let mut total = asker.total(&question.period, is_exact)?;
    if let Some(period) = &compared {
        join_before(&mut total.figures, &asker.total(period, is_exact)?.figures);
    }
    let (rows, is_cut) = match question.by.is_empty() {
        true => (Vec::new(), false),
        false => asker.breakdown(compared.as_ref(), is_exact)?,
    };
    let mut answer = Answer {
        metrics: question.metrics.clone(),
        by: question
            .by
            .iter()
            .map(|field| (field.id(), field.label()))
            .collect(),
        period: question.period.clone(),
        buckets: Vec::new(),
        total,
        rows: Vec::new(),
        other: None,
        is_cut,
        is_exact,
        unpriced: asker.unpriced()?,
        commit: session.commit,
        compared,
    };
    let keys: Vec<Vec<Key>> = rows.iter().map(|(keys, _)| keys.clone()).collect();
    let names = asker.names(&keys)?;
    answer.rows = rows
        .into_iter()
        .map(|(keys, figures)| Row {
            keys: keys.iter().map(|key| shown(key, &names)).collect(),
            figures,
            bars: Vec::new(),
        })
        .collect();
    if question.shape == Shape::Series {
        asker.series(&mut answer, &keys, is_exact)?;
    }
    Ok(answer)
}

/// How often each size of the first metric's measurement occurs, in bars of equal ratio.
///
/// # Errors
/// If the engine fails or is interrupted.
pub fn distribution(
    session: &Session,
    question: &Question,
) -> Result<Option<Distribution>, EngineError> {
    let Some(metric) = question.metrics.first().copied() else {
        return Ok(None);
    };
    let Some(of) = metric.measurement() else {
        return Ok(None);
    };
    let asker = Asker { session, question };
    let plan = asker.plan(&question.period, &[], false, None);
    let sketch = asker
        .sketches(&plan, of)?
        .into_values()
        .next()
        .unwrap_or_default();
    let mut bins: Vec<(f64, f64, u64)> = Vec::new();
    for (bucket, count) in sketch.buckets() {
        let (low, high) = bin(sketch::value(bucket));
        match bins.last_mut() {
            Some(last) if last.0 == low => last.2 += count,
            _ => bins.push((low, high, count)),
        }
    }
    Ok(Some(Distribution {
        metric,
        period: question.period.clone(),
        bins: without_gaps(bins),
        count: sketch.len(),
        quantiles: [0.5, 0.9, 0.95, 0.99]
            .map(|share| (share, sketch.quantile(share)))
            .to_vec(),
        commit: session.commit,
    }))
}

/// Bars in a distribution for each doubling.
const BINS_PER_DOUBLING: f64 = 4.0;

/// The bar in which a value lies: from its lower to its upper bound.
fn bin(value: f64) -> (f64, f64) {
    if value <= 0.0 {
        return (0.0, 0.0);
    }
    let number = (value.log2() * BINS_PER_DOUBLING).floor();
    let bound = |number: f64| (number / BINS_PER_DOUBLING).exp2();
    (bound(number), bound(number + 1.0))
}

/// A bar without values is a bar of no height, or the picture would lie.
fn without_gaps(bins: Vec<(f64, f64, u64)>) -> Vec<(f64, f64, u64)> {
    let mut whole: Vec<(f64, f64, u64)> = Vec::with_capacity(bins.len());
    for next in bins {
        while let Some((_, high, _)) = whole
            .last()
            .copied()
            .filter(|last| last.1 > 0.0 && last.1 < next.0 * 0.999)
        {
            whole.push((high, high * (1.0 / BINS_PER_DOUBLING).exp2(), 0));
        }
        whole.push(next);
    }
    whole
}

struct Asker<'a> {
    session: &'a Session<'a>,
    question: &'a Question,
}

impl Asker<'_> {
    fn plan<'a>(
        &'a self,
        period: &'a Period,
        by: &'a [crate::query::field::Field],
        has_bars: bool,
        only: Option<&'a [Key]>,
    ) -> Plan<'a> {
        Plan {
            period,
            by,
            filter: &self.question.filter,
            has_bars,
            only,
            rolled: self.session.rolled_for(period),
        }
    }

    /// Whether so few calls are looked at that quantiles can be taken of all of them.
    fn is_exact(&self, period: &Period) -> Result<bool, EngineError> {
        if self
            .question
            .metrics
            .iter()
            .all(|metric| metric.measurement().is_none())
        {
            return Ok(true);
        }
        let attempts = crate::catalogue::metric::find("attempts")
            .into_iter()
            .collect::<Vec<_>>();
        let plan = self.plan(period, &[], false, None);
        let rows = self
            .session
            .ask(&plan.figures(Grain::Call.frame(), &attempts, None))?;
        let count = rows
            .first()
            .and_then(|row| row.first())
            .and_then(Cell::whole)
            .unwrap_or(0);
        Ok(count <= limits::EXACT_QUANTILE_ROWS_MAX)
    }

    /// Calls of the period whose cost is unknown, if cost is asked for.
    fn unpriced(&self) -> Result<i64, EngineError> {
        if self
            .question
            .metrics
            .iter()
            .all(|metric| metric.unit != Unit::Cost)
        {
            return Ok(0);
        }
        let metric = crate::catalogue::metric::find("unpriced_requests")
            .into_iter()
            .collect::<Vec<_>>();
        let plan = self.plan(&self.question.period, &[], false, None);
        let rows = self
            .session
            .ask(&plan.figures(Grain::Call.frame(), &metric, None))?;
        Ok(rows
            .first()
            .and_then(|row| row.first())
            .and_then(Cell::whole)
            .unwrap_or(0))
    }

    fn total(&self, period: &Period, is_exact: bool) -> Result<Row, EngineError> {
        let figures = self
            .figures(&self.plan(period, &[], false, None), None, is_exact)?
            .0;
        let figures = figures
            .into_values()
            .next()
            .unwrap_or_else(|| self.nothing());
        Ok(Row {
            figures,
            ..Row::default()
        })
    }

    /// The rows by value of the dimensions, the largest first, with the compared figures; and whether there are more.
    fn breakdown(
        &self,
        compared: Option<&Period>,
        is_exact: bool,
    ) -> Result<(Vec<Group>, bool), EngineError> {
        let question = self.question;
        let plan = self.plan(&question.period, &question.by, false, None);
        let (figures, order) = self.figures(&plan, Some(question.limit + 1), is_exact)?;
        let mut rows: Vec<Group> = order
            .into_iter()
            .filter_map(|keys| {
                figures
                    .get(&(None, keys.clone()))
                    .map(|figures| (keys, figures.clone()))
            })
            .collect();
        let is_cut = rows.len() > question.limit;
        rows.truncate(question.limit);
        if let Some(period) = compared {
            let first: Vec<Key> =
                distinct(rows.iter().filter_map(|(keys, _)| keys.first().cloned()));
            let plan = self.plan(period, &question.by, false, Some(&first));
            let (before, _) = self.figures(&plan, None, is_exact)?;
            for (keys, figures) in &mut rows {
                let empty = self.nothing();
                join_before(figures, before.get(&(None, keys.clone())).unwrap_or(&empty));
            }
        }
        Ok((rows, is_cut))
    }

    /// Fills in the bars: of everything, and of each row.
    fn series(
        &self,
        answer: &mut Answer,
        keys: &[Vec<Key>],
        is_exact: bool,
    ) -> Result<(), EngineError> {
        let question = self.question;
        answer.buckets = question.period.buckets();
        let nothing = self.nothing();
        let bars = |figures: &Figures, key: &[Key], count: usize| -> Vec<Vec<Figure>> {
            let of = |bar| {
                figures
                    .get(&(Some(bar), key.to_vec()))
                    .unwrap_or(&nothing)
                    .clone()
            };
            (0..count).map(of).collect()
        };
        let count = answer.buckets.len();
        let (now, _) = self.figures(
            &self.plan(&question.period, &[], true, None),
            None,
            is_exact,
        )?;
        answer.total.bars = bars(&now, &[], count);
        if let Some(period) = &answer.compared {
            let (before, _) = self.figures(&self.plan(period, &[], true, None), None, is_exact)?;
            for (bar, figures) in answer.total.bars.iter_mut().enumerate() {
                join_before(
                    figures,
                    before.get(&(Some(bar), Vec::new())).unwrap_or(&nothing),
                );
            }
        }
        if question.by.is_empty() {
            return Ok(());
        }
        let first: Vec<Key> = keys
            .iter()
            .filter_map(|keys| keys.first().cloned())
            .collect();
        let (split, _) = self.figures(
            &self.plan(&question.period, &question.by, true, Some(&first)),
            None,
            is_exact,
        )?;
        for (row, keys) in answer.rows.iter_mut().zip(keys) {
            row.bars = bars(&split, keys, count);
        }
        if answer.is_cut {
            answer.other = Some(self.other(answer));
        }
        Ok(())
    }

    /// What no row holds: the total less the rows, for metrics that add up.
    fn other(&self, answer: &Answer) -> Row {
        let rest = |total: &[Figure], of: &dyn Fn(&Row) -> Vec<Figure>| -> Vec<Figure> {
            let mut left: Vec<Figure> = total.to_vec();
            for (position, metric) in answer.metrics.iter().enumerate() {
                left[position] = match metric.is_additive {
                    true => Figure {
                        value: answer.rows.iter().fold(total[position].value, |left, row| {
                            minus(left, of(row)[position].value)
                        }),
                        ..Figure::default()
                    },
                    false => Figure::default(),
                };
            }
            left
        };
        Row {
            keys: Vec::new(),
            figures: rest(&answer.total.figures, &|row| row.figures.clone()),
            bars: (0..answer.buckets.len())
                .map(|bar| rest(&answer.total.bars[bar], &|row| row.bars[bar].clone()))
                .collect(),
        }
    }

    fn nothing(&self) -> Vec<Figure> {
        let empty = |metric: &&Metric| Figure {
            value: match (metric.is_additive, metric.unit) {
                // Nothing happened: counts are 0. A cost without calls is nothing spent.
                (true, Unit::Cost | Unit::Revenue) => Value::Money(MoneySum::ZERO),
                (true, _) => Value::Whole(0),
                (false, Unit::Count) => Value::Whole(0),
                (false, _) => Value::Null,
            },
            ..Figure::default()
        };
        self.question.metrics.iter().map(empty).collect()
    }

    /// The figures of all metrics, and the values of the dimensions in the order of the first metric.
    fn figures(
        &self,
        plan: &Plan,
        limit: Option<usize>,
        is_exact: bool,
    ) -> Result<(Figures, Vec<Vec<Key>>), EngineError> {
        let metrics = &self.question.metrics;
        let mut figures = Figures::new();
        let mut order: Vec<Vec<Key>> = Vec::new();
        // The first metric decides which values come first; the others are asked for those values only.
        for (number, (frame, positions)) in frames(metrics).into_iter().enumerate() {
            let group: Vec<&'static Metric> = positions
                .iter()
                .map(|position| metrics[*position])
                .collect();
            let only = first_keys(&order);
            let narrowed = match (number, limit) {
                (0, _) | (_, None) => *plan,
                _ => Plan {
                    only: Some(&only),
                    ..*plan
                },
            };
            let own_limit = limit.filter(|_| number == 0 && !self.is_led_by_quantile());
            let rows = self
                .session
                .ask(&narrowed.figures(frame, &group, own_limit))?;
            self.read_figures(
                plan,
                &positions,
                &rows,
                &mut figures,
                &mut order,
                number == 0,
            );
        }
        for (of, positions) in measurements(metrics) {
            let keys = first_keys(&order);
            let narrowed = Plan {
                only: limit
                    .filter(|_| !plan.by.is_empty())
                    .map(|_| keys.as_slice())
                    .or(plan.only),
                ..*plan
            };
            self.quantiles(&narrowed, of, &positions, is_exact, &mut figures)?;
        }
        if let (Some(limit), true) = (limit, self.is_led_by_quantile()) {
            let leading = |keys: &Vec<Key>| {
                figures
                    .get(&(None, keys.clone()))
                    .and_then(|f| f[0].value.as_f64())
            };
            order.sort_by(|a, b| {
                leading(b)
                    .unwrap_or(f64::MIN)
                    .total_cmp(&leading(a).unwrap_or(f64::MIN))
                    .then_with(|| a.cmp(b))
            });
            order.truncate(limit);
        }
        Ok((figures, order))
    }

    fn is_led_by_quantile(&self) -> bool {
        self.question
            .metrics
            .first()
            .is_some_and(|metric| metric.measurement().is_some())
    }

    fn read_figures(
        &self,
        plan: &Plan,
        positions: &[usize],
        rows: &Rows,
        figures: &mut Figures,
        order: &mut Vec<Vec<Key>>,
        leads: bool,
    ) {
        let bars = BarIndex::of(plan);
        for row in rows {
            let Some((bar, keys, cells)) = self.split_row(plan, &bars, row) else {
                continue;
            };
            if leads && bar.is_none() && !plan.by.is_empty() {
                order.push(keys.clone());
            }
            let minutes = bars.minutes(bar, plan.period);
            let held = figures.entry((bar, keys)).or_insert_with(|| self.nothing());
            for (number, position) in positions.iter().enumerate() {
                let metric = self.question.metrics[*position];
                held[*position] = Figure {
                    value: value_of(metric, &cells[2 * number], minutes),
                    sample: cells[2 * number + 1].number(),
                    before: Value::Null,
                };
            }
        }
    }

    fn quantiles(
        &self,
        plan: &Plan,
        of: Measurement,
        positions: &[usize],
        is_exact: bool,
        figures: &mut Figures,
    ) -> Result<(), EngineError> {
        let frame = Grain::Call.frame();
        let metrics = &self.question.metrics;
        let shares: Vec<f64> = positions
            .iter()
            .filter_map(|position| match metrics[*position].formula {
                Formula::Quantile { share, .. } => Some(share),
                _ => None,
            })
            .collect();
        let has_apdex = shares.len() < positions.len();
        let bars = BarIndex::of(plan);
        if is_exact && !has_apdex {
            for row in self.session.ask(&plan.quantiles(frame, of, &shares))? {
                let Some((bar, keys, cells)) = self.split_row(plan, &bars, &row) else {
                    continue;
                };
                let held = figures.entry((bar, keys)).or_insert_with(|| self.nothing());
                for (number, position) in positions.iter().enumerate() {
                    held[*position] = Figure {
                        value: cells[number + 1]
                            .number()
                            .map_or(Value::Null, Value::Number),
                        sample: cells[0].number(),
                        before: Value::Null,
                    };
                }
            }
            return Ok(());
        }
        for ((bar, keys), sketch) in self.sketches(plan, of)? {
            let held = figures.entry((bar, keys)).or_insert_with(|| self.nothing());
            for position in positions {
                held[*position] = match metrics[*position].formula {
                    Formula::Apdex { threshold_ms, .. } => {
                        apdex(&sketch, threshold_ms, held[*position].sample)
                    }
                    Formula::Quantile { share, .. } => Figure {
                        value: sketch.quantile(share).map_or(Value::Null, Value::Number),
                        sample: Some(sketch.len() as f64),
                        before: Value::Null,
                    },
                    Formula::Sql(_) | Formula::PerMinute(_) => Figure::default(),
                };
            }
        }
        Ok(())
    }

    fn sketches(
        &self,
        plan: &Plan,
        of: Measurement,
    ) -> Result<HashMap<Place, Sketch>, EngineError> {
        let bars = BarIndex::of(plan);
        let mut sketches: HashMap<Place, Sketch> = HashMap::new();
        for row in self.session.ask(&plan.buckets(Grain::Call.frame(), of))? {
            let Some((bar, keys, cells)) = self.split_row(plan, &bars, &row) else {
                continue;
            };
            let (Some(bucket), Some(count)) = (cells[0].whole(), cells[1].whole()) else {
                continue;
            };
            sketches
                .entry((bar, keys))
                .or_default()
                .add_count(bucket_of(bucket), count as u64);
        }
        Ok(sketches)
    }

    /// The bar, the keys and the other cells of a row; nothing for a bar outside of the period.
    fn split_row<'r>(
        &self,
        plan: &Plan,
        bars: &BarIndex,
        row: &'r [Cell],
    ) -> Option<(Option<usize>, Vec<Key>, &'r [Cell])> {
        let first = usize::from(plan.has_bars);
        let bar = match plan.has_bars {
            true => Some(bars.find(row.first()?.whole()?)?),
            false => None,
        };
        let keys = plan
            .by
            .iter()
            .zip(&row[first..])
            .map(|(field, cell)| key_of(cell, field.is_person()))
            .collect();
        Some((bar, keys, &row[first + plan.by.len()..]))
    }

    /// Names of the people among the keys.
    fn names(&self, rows: &[Vec<Key>]) -> Result<HashMap<i64, String>, EngineError> {
        let people = distinct(rows.iter().flatten().filter_map(|key| match key {
            Key::Person(number) => Some(*number),
            Key::None | Key::Text(_) => None,
        }));
        self.session.names(&people)
    }
}

/// Which bar a number from the engine is.
struct BarIndex {
    by_number: Option<HashMap<i64, usize>>,
    buckets: Vec<Bucket>,
}

impl BarIndex {
    fn of(plan: &Plan) -> BarIndex {
        let buckets = match plan.has_bars {
            true => plan.period.buckets(),
            false => Vec::new(),
        };
        let is_calendar = plan.has_bars && plan.period.interval.is_calendar();
        let by_number = is_calendar.then(|| {
            let number = |bucket: &Bucket| {
                let start = plan.period.date(plan.period.bar_start(bucket.from));
                let day = start.to_zoned(jiff::tz::TimeZone::UTC);
                day.map_or(0, |day| day.timestamp().as_second().div_euclid(86_400))
            };
            buckets
                .iter()
                .enumerate()
                .map(|(index, bucket)| (number(bucket), index))
                .collect()
        });
        BarIndex { by_number, buckets }
    }

    fn find(&self, number: i64) -> Option<usize> {
        match &self.by_number {
            Some(index) => index.get(&number).copied(),
            None => usize::try_from(number)
                .ok()
                .filter(|index| *index < self.buckets.len()),
        }
    }

    fn minutes(&self, bar: Option<usize>, period: &Period) -> f64 {
        let (from, to) = match bar {
            Some(bar) => (self.buckets[bar].from, self.buckets[bar].to),
            None => (period.from, period.to),
        };
        (to.as_microsecond() - from.as_microsecond()) as f64 / 60e6
    }
}

/// The metrics by frame, that of the first metric first.
fn frames(metrics: &[&'static Metric]) -> Vec<(&'static Frame, Vec<usize>)> {
    let mut groups: Vec<(&'static Frame, Vec<usize>)> = Vec::new();
    for (position, metric) in metrics.iter().enumerate() {
        let frame = metric.grain.frame();
        match groups
            .iter_mut()
            .find(|(held, _)| held.grain == frame.grain)
        {
            Some((_, positions)) => positions.push(position),
            None => groups.push((frame, vec![position])),
        }
    }
    groups
}

/// The positions of quantiles by what they are taken of.
fn measurements(metrics: &[&'static Metric]) -> Vec<(Measurement, Vec<usize>)> {
    let mut groups: Vec<(Measurement, Vec<usize>)> = Vec::new();
    for (position, metric) in metrics.iter().enumerate() {
        let Some(of) = metric.measurement() else {
            continue;
        };
        match groups.iter_mut().find(|(held, _)| *held == of) {
            Some((_, positions)) => positions.push(position),
            None => groups.push((of, vec![position])),
        }
    }
    groups
}

fn value_of(metric: &Metric, cell: &Cell, minutes: f64) -> Value {
    if let Formula::PerMinute(_) = metric.formula {
        return cell
            .number()
            .filter(|_| minutes > 0.0)
            .map_or(Value::Null, |number| Value::Number(number / minutes));
    }
    match (metric.unit.is_money(), cell) {
        (_, Cell::Null | Cell::Text(_)) => match metric.is_additive && metric.unit == Unit::Revenue
        {
            true => Value::Money(MoneySum::ZERO),
            false => Value::Null,
        },
        (true, Cell::Billionths(billionths)) => Value::Money(MoneySum::from_nanos(*billionths)),
        (true, Cell::Whole(number)) => {
            Value::Money(MoneySum::from_nanos(i128::from(*number) * 1_000_000_000))
        }
        // A cost divided by a count; rounding happens in the tenth decimal.
        (true, Cell::Number(number)) => Value::Money(MoneySum::from_nanos(
            (number * 1e9).round_ties_even() as i128,
        )),
        (false, Cell::Whole(number)) => Value::Whole(*number),
        (false, cell) => cell
            .number()
            .filter(|number| number.is_finite())
            .map_or(Value::Null, Value::Number),
    }
}

fn apdex(sketch: &Sketch, threshold_ms: f64, total: Option<f64>) -> Figure {
    let satisfied = sketch.count_up_to(threshold_ms) as f64;
    let tolerating = sketch.count_up_to(4.0 * threshold_ms) as f64 - satisfied;
    let total = total.unwrap_or(0.0);
    Figure {
        value: match total > 0.0 {
            true => Value::Number((satisfied + tolerating / 2.0) / total),
            false => Value::Null,
        },
        sample: Some(total),
        before: Value::Null,
    }
}

fn key_of(cell: &Cell, is_person: bool) -> Key {
    match cell {
        Cell::Null => Key::None,
        Cell::Text(text) => Key::Text(text.clone()),
        Cell::Whole(number) if is_person => Key::Person(*number),
        Cell::Whole(number) => Key::Text(number.to_string()),
        Cell::Billionths(_) | Cell::Number(_) => {
            Key::Text(cell.number().unwrap_or(0.0).to_string())
        }
    }
}

fn shown(key: &Key, names: &HashMap<i64, String>) -> Option<String> {
    match key {
        Key::None => None,
        Key::Text(text) => Some(text.clone()),
        Key::Person(number) => Some(
            names
                .get(number)
                .cloned()
                .unwrap_or_else(|| format!("#{number}")),
        ),
    }
}

/// DuckDB's bucket for values at or below zero to ours.
fn bucket_of(number: i64) -> i32 {
    match i32::try_from(number) {
        Ok(-32_768) | Err(_) => crate::core::sketch::bucket(0.0),
        Ok(bucket) => bucket,
    }
}

fn join_before(figures: &mut [Figure], before: &[Figure]) {
    for (figure, before) in figures.iter_mut().zip(before) {
        figure.before = before.value;
    }
}

fn minus(left: Value, right: Value) -> Value {
    match (left, right) {
        (value, Value::Null) => value,
        (Value::Whole(a), Value::Whole(b)) => Value::Whole(a - b),
        (Value::Money(a), Value::Money(b)) => {
            Value::Money(MoneySum::from_nanos(a.nanos() - b.nanos()))
        }
        (a, b) => Value::Number(a.as_f64().unwrap_or(0.0) - b.as_f64().unwrap_or(0.0)),
    }
}

fn first_keys(order: &[Vec<Key>]) -> Vec<Key> {
    distinct(order.iter().filter_map(|keys| keys.first().cloned()))
}

fn distinct<T: PartialEq + std::hash::Hash + Eq + Clone>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    items.filter(|item| seen.insert(item.clone())).collect()
}
