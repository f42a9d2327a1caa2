//! Runs the statements of a question and gathers their figures.
//!
//! As few statements as can be: one for each frame gives the total, the bars and the values of the dimensions together
//! (grouping sets), another the bars of those values that are shown; quantiles need theirs.

use std::collections::HashMap;

use crate::catalogue::frame::{Frame, Grain};
use crate::catalogue::metric::{self, Formula, Measurement, Metric};
use crate::core::limits;
use crate::core::range::Period;
use crate::core::sketch::Sketch;
use crate::core::value::{Unit, Value};
use crate::query::answer::Figure;
use crate::query::ask::bars::BarIndex;
use crate::query::ask::cell::{apdex, key_of, unpack, value_of};
use crate::query::ask::people::Counter;
use crate::query::ask::{Figures, Place, nothing};
use crate::query::plan::{Key, Level, Plan};
use crate::query::question::{Question, Shape};
use crate::query::session::Session;
use crate::store::engine::EngineError;
use crate::store::table::{Cell, Rows};

/// What was gathered for a question.
pub struct Gathered {
    /// The figures, those of the question first.
    pub figures: Figures,
    /// The values of the dimensions, the largest of the first metric first.
    pub order: Vec<Vec<Key>>,
    /// Whether there are more values.
    pub is_cut: bool,
    /// Whether quantiles are of all calls, not of buckets.
    pub is_exact: bool,
    /// Calls that quantiles may be of.
    pub attempts: i64,
    /// Calls without a price, if costs are asked for.
    pub unpriced: i64,
}

/// Asks for one question.
pub struct Asker<'a> {
    session: &'a Session<'a>,
    question: &'a Question,
    /// The metrics of the question, then those that only we look at.
    metrics: Vec<&'static Metric>,
}

impl<'a> Asker<'a> {
    /// With the session through which it asks.
    pub fn new(session: &'a Session<'a>, question: &'a Question) -> Asker<'a> {
        let mut metrics = question.metrics.clone();
        if metrics.iter().any(|metric| metric.measurement().is_some()) {
            metrics.extend(metric::find(ATTEMPTS));
        }
        if metrics.iter().any(|metric| metric.unit == Unit::Cost) {
            metrics.extend(metric::find(UNPRICED));
        }
        Asker {
            session,
            question,
            metrics,
        }
    }

    /// A plan for a period and some levels of it.
    pub fn plan<'p>(
        &'p self,
        period: &'p Period,
        levels: &'p [Level],
        only: Option<&'p [Key]>,
    ) -> Plan<'p> {
        Plan {
            period,
            by: &self.question.by,
            filter: &self.question.filter,
            levels,
            only,
            rolled: self.session.rolled_for(period),
        }
    }

    /// The figures of a place where nothing happened.
    pub fn nothing(&self) -> Vec<Figure> {
        nothing(&self.metrics)
    }

    /// Names of the people among the keys.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn names(&self, rows: &[Vec<Key>]) -> Result<HashMap<i64, String>, EngineError> {
        let people = distinct(rows.iter().flatten().filter_map(|key| match key {
            Key::Person(number) => Some(*number),
            Key::None | Key::Text(_) => None,
        }));
        self.session.names(&people)
    }

    /// Everything that the question asks about its period.
    ///
    /// # Errors
    /// If the engine fails or is interrupted.
    pub fn gather(&self) -> Result<Gathered, EngineError> {
        let period = &self.question.period;
        let mut figures = Figures::new();
        let overall = self.overall();
        let split = !self.question.by.is_empty();
        let mut order: Vec<Vec<Key>> = Vec::new();
        let mut is_cut = false;
        let groups = self.frames();
        for (number, group) in groups.iter().enumerate() {
            if group.is_ours {
                self.ask_figures(
                    &self.plan(period, &[Level::Total], None),
                    group,
                    None,
                    &mut figures,
                )?;
                continue;
            }
            // Quantiles have statements of their own; only how many calls there are is needed here.
            let mut levels = match group.has_plain {
                true => overall.clone(),
                false => vec![Level::Total],
            };
            if split && (number == 0 || !is_cut) {
                levels.push(Level::Value);
            }
            let candidates = self.candidates();
            let limit = (number == 0 && split).then_some(candidates + 1);
            let found = self.ask_figures(
                &self.plan(period, &levels, None),
                group,
                limit,
                &mut figures,
            )?;
            if number == 0 {
                order = found;
                is_cut = order.len() > candidates;
                order.truncate(candidates);
            } else if split && is_cut {
                let only = first_keys(&order);
                self.ask_figures(
                    &self.plan(period, &[Level::Value], Some(&only)),
                    group,
                    None,
                    &mut figures,
                )?;
            }
        }
        let ours = |id: &str| {
            let position = self.metrics.iter().rposition(|metric| metric.id == id)?;
            figures.get(&Place::default())?[position].value.as_f64()
        };
        let attempts = ours(ATTEMPTS).unwrap_or(0.0) as i64;
        let mut is_exact = true;
        let unpriced = ours(UNPRICED).unwrap_or(0.0) as i64;

        let mut levels = overall.clone();
        if split && !is_cut {
            levels.push(Level::Value);
        }
        // Where every value is shown, one look at the calls gives their bars too.
        let shows_all = split && !is_cut && order.len() <= self.question.limit;
        if shows_all && self.has_bars() {
            levels.push(Level::ValueInBar);
        }
        is_exact &=
            self.ask_quantiles(&self.plan(period, &levels, None), attempts, &mut figures)?;
        if split && is_cut {
            let only = first_keys(&order);
            let plan = self.plan(period, &[Level::Value], Some(&only));
            is_exact &= self.ask_quantiles(&plan, attempts, &mut figures)?;
        }
        if self.is_led_by_quantile() {
            self.sort_by_leading(&mut order, &figures);
        }
        is_cut |= order.len() > self.question.limit;
        order.truncate(self.question.limit);

        if split && self.has_bars() {
            let only = first_keys(&order);
            let plan = self.plan(
                period,
                &[Level::ValueInBar],
                is_cut.then_some(only.as_slice()),
            );
            for group in groups.iter().filter(|group| group.has_plain) {
                self.ask_figures(&plan, group, None, &mut figures)?;
            }
            if !shows_all {
                is_exact &= self.ask_quantiles(&plan, attempts, &mut figures)?;
            }
        }
        Ok(Gathered {
            figures,
            order,
            is_cut,
            is_exact,
            attempts,
            unpriced,
        })
    }

    /// What is compared: the total, its bars, and the values that are shown, in another period.
    ///
    /// # Errors
    /// If the engine fails or is interrupted.
    pub fn gather_before(&self, period: &Period, now: &Gathered) -> Result<Figures, EngineError> {
        let mut figures = Figures::new();
        let overall = self.overall();
        let only = first_keys(&now.order);
        let plans = [
            Some(self.plan(period, &overall, None)),
            (!self.question.by.is_empty()).then(|| self.plan(period, &[Level::Value], Some(&only))),
        ];
        for plan in plans.into_iter().flatten() {
            for group in self.frames().iter().filter(|group| group.has_plain) {
                self.ask_figures(&plan, group, None, &mut figures)?;
            }
            self.ask_quantiles(&plan, now.attempts, &mut figures)?;
        }
        figures.retain(|(_, keys), _| keys.is_empty() || now.order.contains(keys));
        Ok(figures)
    }

    /// How the measurement is spread, by place.
    ///
    /// # Errors
    /// If the engine fails or is interrupted.
    pub fn sketches(
        &self,
        plan: &Plan,
        of: Measurement,
    ) -> Result<HashMap<Place, Sketch>, EngineError> {
        let finest = plan.finest();
        let rows = self.session.ask(&finest.buckets(Grain::Call.frame(), of))?;
        let bars = BarIndex::of(&finest);
        let mut sketches: HashMap<Place, Sketch> = HashMap::new();
        for row in &rows {
            let Some(((bar, keys), cells)) = place_of(&finest, &bars, row) else {
                continue;
            };
            let mut own = Sketch::default();
            for packed in cells[0].wholes() {
                let (bucket, count) = unpack(*packed);
                own.add_count(bucket, count);
            }
            for level in plan.levels {
                let place = match level {
                    Level::Total => (None, Vec::new()),
                    Level::Bar => (bar, Vec::new()),
                    Level::Value => (None, keys.clone()),
                    Level::ValueInBar => (bar, keys.clone()),
                };
                sketches.entry(place).or_default().merge(&own);
            }
        }
        Ok(sketches)
    }

    fn has_bars(&self) -> bool {
        self.question.shape == Shape::Series
    }

    /// The levels that are not split by the dimensions.
    fn overall(&self) -> Vec<Level> {
        match self.has_bars() {
            true => vec![Level::Total, Level::Bar],
            false => vec![Level::Total],
        }
    }

    fn is_led_by_quantile(&self) -> bool {
        self.metrics
            .first()
            .is_some_and(|metric| metric.measurement().is_some())
    }

    /// Values that are looked at. Quantiles of every value would be too many, so the largest by attempts are sorted.
    fn candidates(&self) -> usize {
        match self.is_led_by_quantile() {
            true => limits::QUANTILE_VALUES_MAX.max(self.question.limit),
            false => self.question.limit,
        }
    }

    /// The metrics by frame, that of the first metric first.
    fn frames(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for (position, metric) in self.metrics.iter().enumerate() {
            let is_ours = position >= self.question.metrics.len();
            let is_plain = !is_ours && !matches!(metric.formula, Formula::Quantile { .. });
            let frame = metric.grain.frame();
            match groups
                .iter_mut()
                .find(|held| held.frame.grain == frame.grain)
            {
                Some(group) => {
                    group.positions.push(position);
                    group.has_plain |= is_plain;
                }
                None => groups.push(Group {
                    frame,
                    positions: vec![position],
                    is_ours,
                    has_plain: is_plain,
                }),
            }
        }
        groups
    }

    /// Asks for the figures of one frame. Returns the values of the dimensions in their order; only the first frame's
    /// means anything.
    fn ask_figures(
        &self,
        plan: &Plan,
        group: &Group,
        limit: Option<usize>,
        figures: &mut Figures,
    ) -> Result<Vec<Vec<Key>>, EngineError> {
        let metrics: Vec<&'static Metric> = group
            .positions
            .iter()
            .map(|position| self.metrics[*position])
            .collect();
        // Where a quantile leads, the number of attempts says which values are looked at.
        let lead = match self.is_led_by_quantile() {
            true => metrics
                .iter()
                .position(|metric| metric.id == ATTEMPTS)
                .unwrap_or(0),
            false => 0,
        };
        let bars = BarIndex::of(plan);
        let counted = self.count_people(plan, &bars, group.frame, &metrics)?;
        let is_counted =
            |metric: &&Metric| matches!(metric.formula, Formula::People { sum: None, .. });
        let rows: Rows = match plan.counts_people() && metrics.iter().all(is_counted) {
            true => Rows::new(),
            false => self
                .session
                .ask(&plan.figures(group.frame, &metrics, lead, limit))?,
        };
        let mut order = Vec::new();
        for row in &rows {
            let Some((place, cells)) = place_of(plan, &bars, row) else {
                continue;
            };
            if place.0.is_none() && !place.1.is_empty() {
                order.push(place.1.clone());
            }
            let minutes = bars.minutes(place.0, plan.period);
            let held = figures.entry(place).or_insert_with(|| self.nothing());
            for (number, position) in group.positions.iter().enumerate() {
                held[*position] = Figure {
                    value: value_of(self.metrics[*position], &cells[2 * number], minutes),
                    sample: cells[2 * number + 1].number(),
                    before: Value::Null,
                };
            }
        }
        for (number, bar, count) in counted {
            let metric = metrics[number];
            let held = figures
                .entry((bar, Vec::new()))
                .or_insert_with(|| self.nothing());
            let figure = &mut held[group.positions[number]];
            figure.sample = Some(count as f64);
            figure.value = match metric.formula {
                Formula::People { sum: Some(_), .. } => share_of(metric, figure.value, count),
                _ => Value::Whole(count as i64),
            };
        }
        Ok(order)
    }

    /// How many distinct people there are, where we count them: the position of the metric, the bar or the total, the
    /// number.
    fn count_people(
        &self,
        plan: &Plan,
        bars: &BarIndex,
        frame: &'static Frame,
        metrics: &[&'static Metric],
    ) -> Result<Vec<(usize, Option<usize>, u64)>, EngineError> {
        let mut counted = Vec::new();
        if !plan.counts_people() {
            return Ok(counted);
        }
        let mut of: Vec<&'static str> = Vec::new();
        for metric in metrics {
            if let Formula::People { of: column, .. } = metric.formula
                && !of.contains(&column)
            {
                of.push(column);
            }
        }
        if of.is_empty() {
            return Ok(counted);
        }
        let counts = self.people_of(plan, bars, frame, &of)?;
        for (number, metric) in metrics.iter().enumerate() {
            let Formula::People { of: column, .. } = metric.formula else {
                continue;
            };
            let found = of.iter().zip(&counts).find(|(held, _)| **held == column);
            let of_bars = found.into_iter().flat_map(|(_, counts)| counts);
            counted.extend(of_bars.map(|(bar, count)| (number, *bar, *count)));
        }
        Ok(counted)
    }

    /// The number of distinct people of each column, in each bar where there is anybody, and in all.
    fn people_of(
        &self,
        plan: &Plan,
        bars: &BarIndex,
        frame: &'static Frame,
        of: &[&'static str],
    ) -> Result<Vec<Counts>, EngineError> {
        let whos = self.session.whos()?;
        let mut counters: Vec<Counter> = of
            .iter()
            .map(|_| Counter::new(whos, bars.count()))
            .collect();
        let mut last = (i64::MIN, None);
        self.session
            .numbers(&plan.people_in_bars(frame, of), |columns| {
                let (of_bars, people) = columns.split_at(columns.len() - of.len());
                for (counter, people) in counters.iter_mut().zip(people) {
                    for (row, number) in people.iter().enumerate() {
                        let Some(of_bars) = of_bars.first() else {
                            counter.add(None, *number);
                            continue;
                        };
                        // Rows of one bar mostly follow each other.
                        if of_bars[row] != last.0 {
                            last = (of_bars[row], bars.find(of_bars[row]));
                        }
                        if last.1.is_some() {
                            counter.add(last.1, *number);
                        }
                    }
                }
            })?;
        let told = counters.into_iter().map(|counter| {
            let (of_bars, all) = counter.counts();
            let bars = of_bars
                .into_iter()
                .enumerate()
                .filter(|(_, count)| *count > 0);
            let all = plan.levels.contains(&Level::Total).then_some((None, all));
            bars.map(|(bar, count)| (Some(bar), count))
                .chain(all)
                .collect()
        });
        Ok(told.collect())
    }

    /// Asks for the quantiles, of some `attempts` calls. Returns whether they are exact.
    fn ask_quantiles(
        &self,
        plan: &Plan,
        attempts: i64,
        figures: &mut Figures,
    ) -> Result<bool, EngineError> {
        let exact_max = match plan.has_rolled_buckets() {
            true => limits::EXACT_QUANTILE_ROWS_MAX,
            false => limits::EXACT_QUANTILE_RAW_ROWS_MAX,
        };
        let is_exact = attempts <= exact_max;
        let mut exact: Vec<Wanted> = Vec::new();
        for wanted in self.measurements() {
            let has_apdex = wanted.shares.len() < wanted.positions.len();
            match is_exact && !has_apdex {
                true => exact.push(wanted),
                false => self.ask_buckets(plan, &wanted, figures)?,
            }
        }
        if exact.is_empty() {
            return Ok(is_exact);
        }
        let asked: Vec<(Measurement, &[f64])> = exact
            .iter()
            .map(|wanted| (wanted.of, wanted.shares.as_slice()))
            .collect();
        let rows = self
            .session
            .ask(&plan.quantiles(Grain::Call.frame(), &asked))?;
        let bars = BarIndex::of(plan);
        for row in &rows {
            let Some((place, mut cells)) = place_of(plan, &bars, row) else {
                continue;
            };
            let held = figures.entry(place).or_insert_with(|| self.nothing());
            for wanted in &exact {
                let (own, rest) = cells.split_at(1 + wanted.positions.len());
                cells = rest;
                if own[0].whole() == Some(0) {
                    continue;
                }
                for (position, cell) in wanted.positions.iter().zip(&own[1..]) {
                    held[*position] = Figure {
                        value: cell.number().map_or(Value::Null, Value::Number),
                        sample: own[0].number(),
                        before: Value::Null,
                    };
                }
            }
        }
        Ok(is_exact)
    }

    fn ask_buckets(
        &self,
        plan: &Plan,
        wanted: &Wanted,
        figures: &mut Figures,
    ) -> Result<(), EngineError> {
        for (place, sketch) in self.sketches(plan, wanted.of)? {
            let held = figures.entry(place).or_insert_with(|| self.nothing());
            for position in &wanted.positions {
                held[*position] = match self.metrics[*position].formula {
                    Formula::Apdex { threshold_ms, .. } => {
                        apdex(&sketch, threshold_ms, held[*position].sample)
                    }
                    Formula::Quantile { share, .. } => Figure {
                        value: sketch.quantile(share).map_or(Value::Null, Value::Number),
                        sample: Some(sketch.len() as f64),
                        before: Value::Null,
                    },
                    Formula::Sql(_) | Formula::People { .. } | Formula::PerMinute(_) => {
                        Figure::default()
                    }
                };
            }
        }
        Ok(())
    }

    /// The quantiles by what they are taken of.
    fn measurements(&self) -> Vec<Wanted> {
        let mut all: Vec<Wanted> = Vec::new();
        for (position, metric) in self.metrics.iter().enumerate() {
            let Some(of) = metric.measurement() else {
                continue;
            };
            let place = all
                .iter()
                .position(|held| held.of == of)
                .unwrap_or_else(|| {
                    all.push(Wanted {
                        of,
                        positions: Vec::new(),
                        shares: Vec::new(),
                    });
                    all.len() - 1
                });
            all[place].positions.push(position);
            if let Formula::Quantile { share, .. } = metric.formula {
                all[place].shares.push(share);
            }
        }
        all
    }

    fn sort_by_leading(&self, order: &mut [Vec<Key>], figures: &Figures) {
        let leading = |keys: &Vec<Key>| {
            let figures = figures.get(&(None, keys.clone()));
            figures
                .and_then(|f| f[0].value.as_f64())
                .unwrap_or(f64::MIN)
        };
        order.sort_by(|a, b| leading(b).total_cmp(&leading(a)).then_with(|| a.cmp(b)));
    }
}

/// Numbers by bar; `None` is the total.
type Counts = Vec<(Option<usize>, u64)>;

/// What a sum of each person is, if anybody is there.
fn share_of(metric: &Metric, sum: Value, count: u64) -> Value {
    match (sum, count) {
        (Value::Null, _) | (_, 0) => Value::Null,
        (sum, count) => sum.as_f64().map_or(Value::Null, |sum| {
            value_of(metric, &Cell::Number(sum / count as f64), 0.0)
        }),
    }
}

/// Counts every call that a quantile may be of.
const ATTEMPTS: &str = "attempts";
/// Counts the calls whose cost is unknown.
const UNPRICED: &str = "unpriced_requests";

/// Metrics over one frame.
struct Group {
    frame: &'static Frame,
    positions: Vec<usize>,
    /// Whether nobody but we asked for any of them; then only the total is needed.
    is_ours: bool,
    /// Whether there are others than quantiles among those that were asked for.
    has_plain: bool,
}

/// Quantiles of one measurement.
struct Wanted {
    of: Measurement,
    positions: Vec<usize>,
    shares: Vec<f64>,
}

/// What a row is of, and its other cells; nothing for a bar outside of the period.
fn place_of<'r>(plan: &Plan, bars: &BarIndex, row: &'r [Cell]) -> Option<(Place, &'r [Cell])> {
    let mut cells = row;
    let mut next = |count: usize| {
        let (taken, rest) = cells.split_at(count);
        cells = rest;
        taken
    };
    // 1 where the values of the dimensions are summed over.
    let is_overall = plan.is_mixed() && next(1).first().and_then(Cell::whole) != Some(0);
    let bar = match plan.has_bars() {
        true => next(1).first().and_then(Cell::whole),
        false => None,
    };
    let values = match plan.is_split() {
        true => next(plan.by.len()),
        false => &[],
    };
    let keys = match is_overall {
        true => Vec::new(),
        false => {
            let pairs = plan.by.iter().zip(values);
            pairs
                .map(|(field, cell)| key_of(cell, field.is_person()))
                .collect()
        }
    };
    let bar = match bar {
        Some(number) => Some(bars.find(number)?),
        None => None,
    };
    Some(((bar, keys), cells))
}

fn first_keys(order: &[Vec<Key>]) -> Vec<Key> {
    distinct(order.iter().filter_map(|keys| keys.first().cloned()))
}

fn distinct<T: std::hash::Hash + Eq + Clone>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    items.filter(|item| seen.insert(item.clone())).collect()
}
