//! Pricing stored calls anew: what that would change, and doing it.
//!
//! No event is updated: the calls of a local day whose bill differs are deleted and inserted again, with the same sequence
//! numbers, and the roll-ups of that day are made anew, all in one transaction of the loader's thread. A crash leaves
//! whole days; the rest is done at the next start. Calls are read in slices, so memory does not grow with a day.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use duckdb::arrow::array::{Decimal128Builder, Int64Builder, StringBuilder};
use duckdb::arrow::datatypes::{DataType, Field, Schema};
use duckdb::arrow::record_batch::RecordBatch;
use duckdb::{Connection, params};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::core::money::{Money, MoneySum};
use crate::core::range::midnight;
use crate::core::sql::{Bind, Sql};
use crate::pricing::bill::{Bill, Call, bill};
use crate::pricing::book::PriceBook;
use crate::pricing::books::PriceBooks;
use crate::pricing::price::CostSource;
use crate::pricing::usage::{ServiceTier, Usage};
use crate::store::engine::{Engine, EngineError};
use crate::store::rollup;
use crate::store::table::{self, Cell};
use crate::store::zones::Zones;

/// Calls that are read at once: some tens of megabytes.
const SLICE_ROWS: i64 = 40_960;
/// Models that a comparison tells apart; calls to further ones are summed up.
const MODELS_MAX: usize = 1_000;

/// The calls of a stretch of time, as the bill needs them.
const CALLS: &str = include_str!("sql/billed_calls.sql");
const COUNT: &str = include_str!("sql/billed_calls_count.sql");
const INSERT: &str = include_str!("sql/reprice_insert.sql");

/// Which price counts for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The one that holds at its own time. This is what pricing anew writes.
    OwnTime,
    /// The one that holds at this moment, to compare with; where none does, the cost stays. Never written.
    Moment(Timestamp),
}

/// Days of one project, to be priced anew.
#[derive(Clone, Debug)]
pub struct Job {
    /// Which project.
    pub project: u32,
    /// The first local day.
    pub first: Date,
    /// The last local day, which is in it.
    pub last: Date,
    /// The prices.
    pub books: Arc<PriceBooks>,
}

/// What calls cost, and would cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Calls that have a bill.
    pub calls: u64,
    /// Those whose bill differs.
    pub changed: u64,
    /// Their cost as billed.
    pub old: MoneySum,
    /// Their cost at the other prices.
    pub new: MoneySum,
    /// Calls without a known cost, before.
    pub unpriced_old: u64,
    /// And after.
    pub unpriced_new: u64,
}

/// A provider and a model.
pub type Model = (Option<String>, Option<String>);

/// A comparison by model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// By provider and model.
    pub models: BTreeMap<Model, Compared>,
    /// Models beyond the first thousand.
    pub others: Compared,
    /// All calls.
    pub total: Compared,
}

impl Compared {
    fn add(&mut self, call: &Billed, new: &Bill) {
        self.calls += 1;
        self.changed += u64::from(call.differs(new));
        self.old.add(call.cost.unwrap_or(Money::ZERO));
        self.new.add(new.cost.unwrap_or(Money::ZERO));
        self.unpriced_old += u64::from(call.cost.is_none());
        self.unpriced_new += u64::from(new.cost.is_none());
    }

    fn merge(&mut self, other: &Compared) {
        self.calls += other.calls;
        self.changed += other.changed;
        self.old.add_sum(other.old);
        self.new.add_sum(other.new);
        self.unpriced_old += other.unpriced_old;
        self.unpriced_new += other.unpriced_new;
    }
}

impl Comparison {
    fn add(&mut self, call: &Billed, new: &Bill) {
        self.total.add(call, new);
        let key = (call.provider.clone(), call.model.clone());
        let has_room = self.models.len() < MODELS_MAX;
        match self.models.get_mut(&key) {
            Some(held) => held.add(call, new),
            None if has_room => self.models.entry(key).or_default().add(call, new),
            None => self.others.add(call, new),
        }
    }

    fn merge(&mut self, other: Comparison) {
        for (key, compared) in other.models {
            let has_room = self.models.len() < MODELS_MAX || self.models.contains_key(&key);
            match has_room {
                true => self.models.entry(key).or_default().merge(&compared),
                false => self.others.merge(&compared),
            }
        }
        self.others.merge(&other.others);
        self.total.merge(&other.total);
    }
}

/// What the calls of a job's days cost, against other prices. Changes nothing; each day is a question of its own.
///
/// # Errors
/// If the engine fails, or a day takes too long.
pub async fn compare(
    engine: &Engine,
    job: &Job,
    zone: &TimeZone,
    basis: Basis,
) -> Result<Comparison, EngineError> {
    let mut whole = Comparison::default();
    for day in days(job.first, job.last) {
        let (job, stretch) = (job.clone(), stretch(day, zone));
        let of_day = engine.read(move |reader| {
            let mut comparison = Comparison::default();
            let book = job.books.of(job.project);
            visit(reader, job.project, stretch, &mut |calls| {
                for call in calls {
                    comparison.add(call, &call.bill(book, basis));
                }
                Ok(())
            })?;
            Ok(comparison)
        });
        whole.merge(of_day.await?);
    }
    Ok(whole)
}

/// Jobs that wait for the loader.
#[derive(Debug, Default)]
pub struct Repricings {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Request>,
    has_ended: bool,
}

/// A job and how far it is.
#[derive(Debug)]
pub struct Request {
    job: Job,
    next: Date,
    changed: u64,
    done: oneshot::Sender<u64>,
}

impl Repricings {
    /// Asks for a job. The answer is how many calls have changed.
    pub fn ask(&self, job: Job) -> oneshot::Receiver<u64> {
        let (done, answer) = oneshot::channel();
        let mut state = self.state.lock();
        if !state.has_ended {
            state.waiting.push_back(Request {
                next: job.first,
                changed: 0,
                job,
                done,
            });
        }
        answer
    }

    /// The job to go on with.
    pub fn take(&self) -> Option<Request> {
        self.state.lock().waiting.pop_front()
    }

    /// Gives a job back that is not done yet; it is the next one.
    pub fn give_back(&self, request: Request) {
        self.state.lock().waiting.push_front(request);
    }

    /// Says that nobody takes jobs on any more; those who wait are told that theirs is not done.
    pub fn end(&self) {
        let mut state = self.state.lock();
        state.has_ended = true;
        state.waiting.clear();
    }
}

impl Request {
    /// Whether every day is done.
    pub fn is_done(&self) -> bool {
        self.next > self.job.last
    }

    /// Does the next day. Repeating it changes nothing more. Blocks.
    ///
    /// # Errors
    /// If the engine is broken; the day is as it was then.
    pub fn do_next_day(&mut self, engine: &Engine, zones: &Zones) -> Result<(), EngineError> {
        let (job, day) = (&self.job, self.next);
        let zone = zones.get(job.project);
        let book = job.books.of(job.project);
        self.changed += engine.write(|writer| {
            rollup::in_transaction(writer, || {
                reprice_day(writer, job.project, day, &zone, book)
            })
        })?;
        self.next = day.tomorrow().unwrap_or(Date::MAX);
        Ok(())
    }

    /// Says how many calls have changed.
    pub fn answer(self) {
        // Whoever asked may have gone; the work is done all the same.
        let _asker_gone = self.done.send(self.changed);
    }
}

/// Prices the calls of one local day anew, within the caller's transaction. Returns how many have changed.
fn reprice_day(
    writer: &Connection,
    project: u32,
    day: Date,
    zone: &TimeZone,
    book: &PriceBook,
) -> Result<u64, EngineError> {
    writer.execute_batch(
        "CREATE OR REPLACE TEMP TABLE repriced (old_row BIGINT, cost DECIMAL(18, 9), \
         cost_computed DECIMAL(18, 9), cost_source VARCHAR, price_id VARCHAR)",
    )?;
    let stretch = stretch(day, zone);
    let mut changed = 0;
    visit(writer, project, stretch, &mut |calls| {
        let mut batch = Batch::new();
        for call in calls {
            let bill = call.bill(book, Basis::OwnTime);
            if call.differs(&bill) {
                batch.push(call.row, &bill);
            }
        }
        changed += batch.count;
        if batch.count > 0 {
            writer
                .appender_to_catalog_and_db("repriced", "temp", "main")?
                .append_record_batch(batch.finish()?)?;
        }
        Ok(())
    })?;
    if changed > 0 {
        let bounds = [
            ("project".to_owned(), Bind::Whole(i64::from(project))),
            ("from".to_owned(), Bind::Whole(stretch.0)),
            ("to".to_owned(), Bind::Whole(stretch.1)),
        ];
        table::run(writer, &Sql::text(INSERT), &bounds)?;
        // The rows that were just inserted have numbers of their own and stay.
        let deleted = writer.execute(
            "DELETE FROM events WHERE rowid IN (SELECT old_row FROM temp.repriced)",
            params![],
        )?;
        if deleted as u64 != changed {
            return Err(EngineError::Query(format!(
                "{changed} calls were priced anew, but {deleted} rows were replaced"
            )));
        }
        rollup::renew_day(writer, project, zone, day, stretch)?;
    }
    writer.execute_batch("DROP TABLE temp.repriced")?;
    Ok(changed)
}

/// A stored call with its bill.
struct Billed {
    row: i64,
    provider: Option<String>,
    model: Option<String>,
    at: Timestamp,
    usage: Usage,
    is_from_own_cache: bool,
    is_success: bool,
    cost: Option<Money>,
    computed: Option<Money>,
    source: CostSource,
    price_id: Option<String>,
}

impl Billed {
    fn read(cells: Vec<Cell>) -> Option<Billed> {
        let mut cells = cells.into_iter();
        let mut next = || cells.next().unwrap_or_default();
        let text = |cell: Cell| match cell {
            Cell::Text(text) => Some(text),
            _ => None,
        };
        let count = |cell: Cell| cell.whole().and_then(|count| u64::try_from(count).ok());
        let money = |cell: Cell| match cell {
            Cell::Billionths(nanos) => Money::from_nanos(nanos),
            _ => None,
        };
        Some(Billed {
            row: next().whole()?,
            at: Timestamp::from_microsecond(next().whole()?).ok()?,
            provider: text(next()),
            model: text(next()),
            is_success: next().text() == Some("success"),
            is_from_own_cache: next().whole() == Some(1),
            cost: money(next()),
            computed: money(next()),
            source: CostSource::parse(next().text()?)?,
            price_id: text(next()),
            usage: Usage {
                service_tier: text(next()).map(|text| ServiceTier::from_text(&text)),
                input_tokens: count(next()),
                output_tokens: count(next()),
                cache_read_tokens: count(next()),
                cache_write_tokens: count(next()),
                reasoning_tokens: count(next()),
                input_audio_tokens: count(next()),
                output_audio_tokens: count(next()),
                characters: count(next()),
                audio_ms: count(next()),
                images: count(next()),
                bytes: count(next()),
                requests: Some(1),
                ..Usage::default()
            },
        })
    }

    /// Its bill at other prices.
    fn bill(&self, book: &PriceBook, basis: Basis) -> Bill {
        let reported = self.cost.filter(|_| self.source == CostSource::Reported);
        let at = match basis {
            Basis::OwnTime => self.at,
            Basis::Moment(at) => at,
        };
        let call = Call {
            provider: self.provider.as_deref(),
            model: self.model.as_deref().unwrap_or_default(),
            at,
            usage: &self.usage,
            reported,
            is_from_own_cache: self.is_from_own_cache,
            is_success: self.is_success,
        };
        // Without one it would have had none when it came; it stays as it is.
        let mut bill = bill(book, &call).unwrap_or_else(|| Bill {
            cost: self.cost,
            computed: self.computed,
            source: self.source,
            price_id: self.price_id.as_deref().map(Arc::from),
        });
        if let Basis::Moment(_) = basis
            && !self.is_from_own_cache
        {
            // What was reported then says nothing about a price of now.
            bill.cost = bill.computed.or(self.cost);
        }
        bill
    }

    fn differs(&self, bill: &Bill) -> bool {
        self.cost != bill.cost
            || self.computed != bill.computed
            || self.source != bill.source
            || self.price_id.as_deref() != bill.price_id.as_deref()
    }
}

/// Rows of the temporary table.
struct Batch {
    row: Int64Builder,
    cost: Decimal128Builder,
    computed: Decimal128Builder,
    source: StringBuilder,
    price_id: StringBuilder,
    count: u64,
}

impl Batch {
    fn new() -> Batch {
        let decimal = || {
            let builder = Decimal128Builder::new().with_precision_and_scale(18, 9);
            builder.expect("18 digits and this scale are a valid decimal")
        };
        Batch {
            row: Int64Builder::new(),
            cost: decimal(),
            computed: decimal(),
            source: StringBuilder::new(),
            price_id: StringBuilder::new(),
            count: 0,
        }
    }

    fn push(&mut self, row: i64, bill: &Bill) {
        let nanos = |money: Option<Money>| money.map(|money| i128::from(money.nanos()));
        self.row.append_value(row);
        self.cost.append_option(nanos(bill.cost));
        self.computed.append_option(nanos(bill.computed));
        self.source.append_value(bill.source.id());
        self.price_id.append_option(bill.price_id.as_deref());
        self.count += 1;
    }

    fn finish(&mut self) -> Result<RecordBatch, EngineError> {
        let decimal = DataType::Decimal128(18, 9);
        let schema = Schema::new(vec![
            Field::new("old_row", DataType::Int64, false),
            Field::new("cost", decimal.clone(), true),
            Field::new("cost_computed", decimal, true),
            Field::new("cost_source", DataType::Utf8, false),
            Field::new("price_id", DataType::Utf8, true),
        ]);
        Ok(RecordBatch::try_new(
            Arc::new(schema),
            vec![
                Arc::new(self.row.finish()),
                Arc::new(self.cost.finish()),
                Arc::new(self.computed.finish()),
                Arc::new(self.source.finish()),
                Arc::new(self.price_id.finish()),
            ],
        )?)
    }
}

/// Calls `work` with the billed calls of a stretch of time, in slices: a stretch with too many is halved.
fn visit(
    connection: &Connection,
    project: u32,
    (from, to): (i64, i64),
    work: &mut dyn FnMut(&[Billed]) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let bounds = [
        ("project".to_owned(), Bind::Whole(i64::from(project))),
        ("from".to_owned(), Bind::Whole(from)),
        ("to".to_owned(), Bind::Whole(to)),
    ];
    let counted = table::ask(connection, &Sql::text(COUNT), &bounds)?;
    let count = counted
        .first()
        .and_then(|row| row.first())
        .and_then(Cell::whole)
        .unwrap_or(0);
    if count == 0 {
        return Ok(());
    }
    if count > SLICE_ROWS && to - from > 1 {
        let middle = from + (to - from) / 2;
        visit(connection, project, (from, middle), work)?;
        return visit(connection, project, (middle, to), work);
    }
    let rows = table::ask(connection, &Sql::text(CALLS), &bounds)?;
    let calls: Vec<Billed> = rows.into_iter().filter_map(Billed::read).collect();
    work(&calls)
}

/// A local day in microseconds, half open.
fn stretch(day: Date, zone: &TimeZone) -> (i64, i64) {
    let next = day.checked_add(1.day()).unwrap_or(Date::MAX);
    (
        midnight(day, zone).as_microsecond(),
        midnight(next, zone).as_microsecond(),
    )
}

fn days(first: Date, last: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |day| day.tomorrow().ok())
        .take_while(move |day| *day <= last)
}
