//! Exchange rates as administrators enter them, one by one or from a file. They hold for all projects.
//!
//! What they mean is `core/exchange.rs`'s to say. They are in memory with the projects, and so taken over by the whole
//! server at once.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::json;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::core::currency::Currency;
use crate::core::exchange::{DatedRate, Rates, UsdRate};
use crate::store::control::access::Administrator;
use crate::store::control::audit::{self, Action, Record};
use crate::store::control::column::{text, unexpected, whole};
use crate::store::control::problem::{Problem, Problems};
use crate::store::control::{Control, ControlError};

/// Most rates. Ten currencies for almost three years, by the day; all of them are in memory.
pub const RATES_MAX: usize = 10_000;

/// A rate as a person enters it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateDraft {
    /// The code of the currency.
    pub currency: String,
    /// The first day, YYYY-MM-DD.
    pub day: String,
    /// What one unit is worth in US dollars.
    pub usd: String,
}

/// Why rates were not entered or removed.
#[derive(Debug, thiserror::Error)]
pub enum RateError {
    /// Fields that cannot be used.
    #[error("{0}")]
    Invalid(Problems),
    /// More than there is room for.
    #[error(
        "there would be {0} rates; the most is {RATES_MAX}, so leave out days on which a rate hardly changed"
    )]
    TooMany(usize),
    /// There is no such rate.
    #[error("there is no rate of {currency} from {day} on; it may have been removed already")]
    Unknown {
        /// The currency.
        currency: String,
        /// The day.
        day: String,
    },
    /// The control store failed.
    #[error(transparent)]
    Store(#[from] ControlError),
}

impl From<sqlx::Error> for RateError {
    fn from(error: sqlx::Error) -> RateError {
        RateError::Store(ControlError::Database(error))
    }
}

/// What became of the rates of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RatesRead {
    /// Those that are new.
    pub added: usize,
    /// Those that changed one that was there.
    pub changed: usize,
}

impl RateDraft {
    /// The rate, as of `now`.
    ///
    /// # Errors
    /// Every field that cannot be used, with value, rule and remedy.
    pub fn check(&self, now: Timestamp) -> Result<DatedRate, Problems> {
        let mut problems = Vec::new();
        let mut keep = |field, message| problems.push(Problem { field, message });
        let code = self.currency.trim().to_uppercase();
        let currency = match code.parse::<Currency>() {
            Ok(Currency::USD) => {
                let told = "is USD, in which rates are told; a dollar is always worth one";
                keep("currency", told.to_owned());
                None
            }
            Ok(currency) => Some(currency),
            Err(_) if code.is_empty() => {
                keep("currency", "is empty; choose a currency".to_owned());
                None
            }
            Err(error) => {
                keep("currency", error.to_string());
                None
            }
        };
        let day = checked_day(self.day.trim(), now).map_err(|told| keep("day", told));
        let usd = UsdRate::parse(self.usd.trim()).map_err(|told| keep("usd", told));
        match (currency, day, usd) {
            (Some(currency), Ok(day), Ok(usd)) => Ok(DatedRate { currency, day, usd }),
            _ => Err(Problems::check(problems)
                .err()
                .unwrap_or_else(|| Problems::one("currency", "cannot be used".to_owned()))),
        }
    }
}

fn checked_day(entered: &str, now: Timestamp) -> Result<Date, String> {
    if entered.is_empty() {
        return Err("is empty; write the first day of the rate like 2026-03-31".to_owned());
    }
    let shown: String = entered.chars().take(20).collect();
    // Exactly the form, as times and other calendars would be read too.
    let day = Some(entered)
        .filter(|text| text.len() == 10)
        .and_then(|text| text.parse::<Date>().ok())
        .ok_or_else(|| format!("is `{shown}`, which is no day; write it like 2026-03-31"))?;
    let today = now.to_zoned(TimeZone::UTC).date();
    let last = today.saturating_add(1.year());
    let first = jiff::civil::date(1970, 1, 1);
    if day < first || day > last {
        return Err(format!(
            "is {day}; a rate begins between {first} and a year from now, {last}"
        ));
    }
    Ok(day)
}

impl Control {
    /// Enters a rate, or changes the one of that currency and day.
    ///
    /// # Errors
    /// `Invalid` with every problem of `draft`, or `TooMany`.
    pub async fn enter_rate(
        &self,
        manager: &Administrator,
        draft: &RateDraft,
    ) -> Result<(), RateError> {
        let rate = draft.check(self.now()).map_err(RateError::Invalid)?;
        let mut transaction = self.begin_write().await?;
        let before = write(&mut transaction, &rate, self.now()).await?;
        check_room(&mut transaction).await?;
        let record = Record {
            at: self.now(),
            actor: manager.actor(),
            action: Action::RateEntered,
            subject: format!("exchange_rate:{}:{}", rate.currency, rate.day),
            detail: json!({
                "usd": rate.usd.to_string(),
                "before": before.map(|usd| usd.to_string()),
            }),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        self.refresh().await?;
        Ok(())
    }

    /// Enters the rates of a file; those of the same currency and day are changed, the others stay.
    ///
    /// # Errors
    /// `TooMany`; then none of them was entered.
    pub async fn enter_rates(
        &self,
        manager: &Administrator,
        rates: &[DatedRate],
    ) -> Result<RatesRead, RateError> {
        let mut read = RatesRead::default();
        let mut transaction = self.begin_write().await?;
        for rate in rates {
            match write(&mut transaction, rate, self.now()).await? {
                None => read.added += 1,
                Some(before) if before != rate.usd => read.changed += 1,
                Some(_) => {}
            }
        }
        check_room(&mut transaction).await?;
        let record = Record {
            at: self.now(),
            actor: manager.actor(),
            action: Action::RatesRead,
            subject: "exchange_rates".to_owned(),
            detail: json!({
                "rates": rates.len(),
                "added": read.added,
                "changed": read.changed,
            }),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        self.refresh().await?;
        Ok(read)
    }

    /// Removes the rate of a currency that begins on a day; the one before it goes on.
    ///
    /// # Errors
    /// `Unknown` if there is none.
    pub async fn remove_rate(
        &self,
        manager: &Administrator,
        currency: &str,
        day: &str,
    ) -> Result<(), RateError> {
        let mut transaction = self.begin_write().await?;
        let removed = sqlx::query("DELETE FROM exchange_rate WHERE currency = $1 AND day = $2")
            .bind(currency)
            .bind(day)
            .execute(&mut *transaction)
            .await?;
        if removed.rows_affected() == 0 {
            let short = |text: &str| text.chars().take(20).collect();
            return Err(RateError::Unknown {
                currency: short(currency),
                day: short(day),
            });
        }
        let record = Record {
            at: self.now(),
            actor: manager.actor(),
            action: Action::RateRemoved,
            subject: format!("exchange_rate:{currency}:{day}"),
            detail: json!({}),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        self.refresh().await?;
        Ok(())
    }
}

/// Writes a rate; gives what stood there before.
async fn write(
    connection: &mut SqliteConnection,
    rate: &DatedRate,
    now: Timestamp,
) -> Result<Option<UsdRate>, ControlError> {
    let (currency, day) = (rate.currency.code(), rate.day.to_string());
    let before =
        sqlx::query("SELECT usd_trillionths FROM exchange_rate WHERE currency = $1 AND day = $2")
            .bind(currency)
            .bind(&day)
            .fetch_optional(&mut *connection)
            .await?;
    sqlx::query(
        "INSERT INTO exchange_rate (currency, day, usd_trillionths, changed_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (currency, day) DO UPDATE SET usd_trillionths = excluded.usd_trillionths,
             changed_at = excluded.changed_at",
    )
    .bind(currency)
    .bind(&day)
    .bind(rate.usd.trillionths())
    .bind(now.as_millisecond())
    .execute(connection)
    .await?;
    before.as_ref().map(usd).transpose()
}

async fn check_room(connection: &mut SqliteConnection) -> Result<(), RateError> {
    let row = sqlx::query("SELECT COUNT(*) AS n FROM exchange_rate")
        .fetch_one(connection)
        .await?;
    let count: i64 = row.try_get("n")?;
    match usize::try_from(count) {
        Ok(count) if count > RATES_MAX => Err(RateError::TooMany(count)),
        _ => Ok(()),
    }
}

/// All rates.
pub(super) async fn load_all(connection: &mut SqliteConnection) -> Result<Rates, ControlError> {
    let rows = sqlx::query("SELECT currency, day, usd_trillionths FROM exchange_rate")
        .fetch_all(connection)
        .await?;
    let rates: Result<Vec<DatedRate>, ControlError> = rows.iter().map(from_row).collect();
    Ok(Rates::of(rates?))
}

fn from_row(row: &SqliteRow) -> Result<DatedRate, ControlError> {
    let (code, day) = (text(row, "currency")?, text(row, "day")?);
    Ok(DatedRate {
        currency: code
            .parse()
            .map_err(|_| unexpected("exchange_rate.currency", &code, "a currency"))?,
        day: day
            .parse()
            .map_err(|_| unexpected("exchange_rate.day", &day, "a day"))?,
        usd: usd(row)?,
    })
}

fn usd(row: &SqliteRow) -> Result<UsdRate, ControlError> {
    let number = whole(row, "usd_trillionths")?;
    UsdRate::from_trillionths(i128::from(number))
        .ok_or_else(|| unexpected("exchange_rate.usd_trillionths", number, "a rate"))
}
