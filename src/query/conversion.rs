//! What currencies are worth, for a question about payments.
//!
//! SQL of payments leaves open what a currency is worth (`catalogue/frame/exchange.rs`); before a statement is run the
//! rates take that place, as a value that travels beside it. Only those of currencies that the project's payments have:
//! where all of them are in its own, nothing is joined.

use std::cell::OnceCell;
use std::fmt::Write;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::catalogue::frame::exchange;
use crate::core::exchange::{Exchange, Stretch};
use crate::core::range::midnight;
use crate::core::sql::{Bind, Sql};
use crate::store::engine::EngineError;
use crate::store::study::Study;
use crate::store::table::Cell;

/// The currencies of the payments of a project other than its own; binds: $project $currency $rolled.
const FOREIGN: &str = "SELECT DISTINCT currency FROM (\
     SELECT currency FROM payments_day WHERE project = $project UNION ALL \
     SELECT currency FROM events WHERE project = $project AND type = 'payment_completed' AND seq >= $rolled) \
     WHERE currency <> $currency ORDER BY currency";

/// The rates of one transaction.
pub struct Conversion {
    exchange: Exchange,
    /// Everything with a lower sequence number is in the roll-ups.
    rolled_seq: u64,
    /// A line for each stretch; none where only the project's own currency counts.
    lines: OnceCell<Option<String>>,
}

impl Conversion {
    /// By these rates.
    pub fn new(exchange: Exchange, rolled_seq: u64) -> Conversion {
        Conversion {
            exchange,
            rolled_seq,
            lines: OnceCell::new(),
        }
    }

    /// Differs where amounts may become others.
    pub fn fingerprint(&self) -> i64 {
        self.exchange.fingerprint()
    }

    /// The statement with the rates in their place, and what it names among the values.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn resolve(
        &self,
        study: &Study,
        sql: &Sql,
        values: &mut Vec<(String, Bind)>,
    ) -> Result<Sql, EngineError> {
        if !exchange::is_in(sql) {
            return Ok(sql.clone());
        }
        Ok(match self.lines(study, values)? {
            None => exchange::own(sql),
            Some(lines) => {
                values.push(("rates".to_owned(), Bind::Text(lines.to_owned())));
                exchange::joined(sql)
            }
        })
    }

    fn lines(&self, study: &Study, values: &[(String, Bind)]) -> Result<Option<&str>, EngineError> {
        if let Some(lines) = self.lines.get() {
            return Ok(lines.as_deref());
        }
        let found = match self.exchange.rates().count() {
            0 => None,
            _ => {
                let mut values = values.to_vec();
                values.push(("rolled".to_owned(), Bind::Whole(self.rolled_seq as i64)));
                let rows = study.rows(&Sql::text(FOREIGN), &values)?;
                let foreign = rows
                    .iter()
                    .filter_map(|row| row.first().and_then(Cell::text));
                self.written(foreign)
            }
        };
        Ok(self.lines.get_or_init(|| found).as_deref())
    }

    /// The stretches of these currencies and of the project's own; none if the others have none.
    fn written<'a>(&self, foreign: impl Iterator<Item = &'a str>) -> Option<String> {
        let mut text = String::new();
        for currency in foreign {
            for stretch in self.exchange.stretches(currency) {
                add(&mut text, currency, &stretch, self.exchange.zone());
            }
        }
        if text.is_empty() {
            return None;
        }
        let own = self.exchange.currency();
        for stretch in self.exchange.stretches(own) {
            add(&mut text, own, &stretch, self.exchange.zone());
        }
        Some(text)
    }
}

fn add(text: &mut String, currency: &str, stretch: &Stretch, zone: &TimeZone) {
    let moment =
        |day: Option<Date>, none| day.map_or(none, |day| midnight(day, zone).as_microsecond());
    let number = |day: Option<Date>, none| {
        day.and_then(|day| day.to_zoned(TimeZone::UTC).ok())
            .map_or(none, |day| day.timestamp().as_second() / 86_400)
    };
    if !text.is_empty() {
        text.push(';');
    }
    let (from, until) = (stretch.from, stretch.until);
    let written = write!(
        text,
        "{currency} {} {} {} {} {}",
        moment(from, i64::MIN),
        moment(until, i64::MAX),
        number(from, i64::MIN),
        number(until, i64::MAX),
        stretch.factor
    );
    debug_assert!(written.is_ok(), "text takes any text");
}
