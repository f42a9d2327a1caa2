//! Own prices: what a project pays where the price book does not say so. They hold for events from now on.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::core::limits;
use crate::core::project_id::ProjectId;
use crate::pricing::class::Class;
use crate::pricing::entry::{Entry, Price};
use crate::pricing::pattern::Pattern;
use crate::pricing::problem::Problem as PriceProblem;
use crate::pricing::rate::{Rate, Rates};
use crate::pricing::usage::ServiceTier;
use crate::store::control::access::AdminAccess;
use crate::store::control::audit::{self, Action, Record};
use crate::store::control::column::{moment, project_id, text, unexpected, whole};
use crate::store::control::problem::{Problem, Problems, line_of_text};
use crate::store::control::{Control, ControlError};

/// Longest name of a model or provider that is looked for.
const NAME_CHARACTERS_MAX: usize = 200;

/// Number of an own price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnPriceId(pub i64);

impl fmt::Display for OwnPriceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// An own price as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPrice {
    /// Its number.
    pub id: OwnPriceId,
    /// Whose price it is.
    pub project: ProjectId,
    /// Who bills it; none if it holds whoever answers.
    pub provider: Option<String>,
    /// The model, or a pattern of names.
    pub model: String,
    /// The figures with their dates.
    pub price: Price,
    /// When it was last edited.
    pub changed_at: Timestamp,
}

/// An own price as a person enters it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceDraft {
    /// The provider; empty for any.
    pub provider: String,
    /// The model or a pattern.
    pub model: String,
    /// The service tier.
    pub service_tier: String,
    /// The first day, YYYY-MM-DD; empty for always.
    pub valid_from: String,
    /// The first day without it; empty for no end.
    pub valid_to: String,
    /// Decimals by the book's keys; those left empty have no price.
    pub rates: BTreeMap<&'static str, String>,
}

/// Why an own price was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum PriceError {
    /// Fields that cannot be used.
    #[error("{0}")]
    Invalid(Problems),
    /// The project has no such price.
    #[error("there is no own price {0} in this project")]
    Unknown(OwnPriceId),
    /// The control store failed.
    #[error(transparent)]
    Store(#[from] ControlError),
}

impl From<sqlx::Error> for PriceError {
    fn from(error: sqlx::Error) -> PriceError {
        PriceError::Store(ControlError::Database(error))
    }
}

/// What happened to a price that was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It holds no more from this day on (UTC).
    On(Date),
    /// It had not begun to hold, and is gone.
    Removed,
}

impl OwnPrice {
    /// The price in the form in which it is edited.
    pub fn to_draft(&self) -> PriceDraft {
        let day = |day: Option<Date>| day.map_or(String::new(), |day| day.to_string());
        PriceDraft {
            provider: self.provider.clone().unwrap_or_default(),
            model: self.model.clone(),
            service_tier: self.price.service_tier.id().to_owned(),
            valid_from: day(self.price.valid_from),
            valid_to: day(self.price.valid_to),
            rates: self
                .price
                .rates
                .iter()
                .map(|(class, rate)| (class.key(), rate.to_string()))
                .collect(),
        }
    }
}

/// The entries of a book that own prices make: prices of the same provider and model belong to one entry.
pub fn entries(prices: &[OwnPrice]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for own in prices {
        let fresh = Entry::new(own.provider.as_deref(), &own.model);
        let held = entries
            .iter_mut()
            .find(|entry| entry.provider == fresh.provider && entry.model == fresh.model);
        match held {
            Some(entry) => entry.prices.push(own.price.clone()),
            None => entries.push(Entry {
                prices: vec![own.price.clone()],
                ..fresh
            }),
        }
    }
    entries
}

impl PriceDraft {
    /// The entry with this one price.
    fn check(&self) -> Result<Entry, Problems> {
        let mut problems = Vec::new();
        let mut keep = |field: &'static str, message: String| {
            problems.push(Problem { field, message });
        };
        let provider = Some(self.provider.trim()).filter(|name| !name.is_empty());
        if let Some(Err(rule)) = provider.map(|name| line_of_text(name, NAME_CHARACTERS_MAX)) {
            keep("provider", rule);
        }
        let model = line_of_text(&self.model, NAME_CHARACTERS_MAX).unwrap_or_else(|rule| {
            keep("model", rule);
            "-".to_owned()
        });
        if Pattern::new(&model).is_catch_all() {
            keep(
                "model",
                format!("is {model}; a pattern must hold a part of a name"),
            );
        }
        let mut rates = Rates::default();
        for (key, figure) in &self.rates {
            let (Some(class), figure) = (Class::by_key(key), figure.trim()) else {
                continue;
            };
            if figure.is_empty() {
                continue;
            }
            match Rate::parse(figure) {
                Ok(rate) => rates.set(class, rate),
                Err(rule) => keep(class.key(), format!("is {}; {rule}", shortened(figure))),
            }
        }
        let mut price = Price::new(rates);
        let tier = self.service_tier.as_str();
        match ServiceTier::PRICED.into_iter().find(|one| one.id() == tier) {
            Some(tier) => price.service_tier = tier,
            None => keep(
                "service_tier",
                format!(
                    "`{}` is no service tier; use standard, batch, flex, priority or fast",
                    shortened(tier)
                ),
            ),
        }
        for (field, text, day) in [
            ("valid_from", &self.valid_from, &mut price.valid_from),
            ("valid_to", &self.valid_to, &mut price.valid_to),
        ] {
            let text = text.trim();
            match (text.is_empty(), text.parse::<Date>()) {
                (true, _) => {}
                (false, Ok(parsed)) => *day = Some(parsed),
                (false, Err(_)) => keep(
                    field,
                    format!("`{}` is no day; write it like 2026-11-24", shortened(text)),
                ),
            }
        }
        Problems::check(problems)?;
        let mut entry = Entry::new(provider, &model);
        entry.prices.push(price);
        refuse(entry.problems())?;
        Ok(entry)
    }
}

/// Problems of an entry as problems of the form.
fn refuse(problems: Vec<PriceProblem>) -> Result<(), Problems> {
    const FIELDS: [&str; 3] = ["model", "valid_from", "valid_to"];
    let told = problems.into_iter().map(|problem| {
        let own = FIELDS.into_iter().find(|field| *field == problem.key);
        Problem {
            // What is wrong with the figures as a whole is told at the first of them.
            field: own.unwrap_or(Class::Uncached.key()),
            message: match problem.value.is_empty() {
                true => problem.rule,
                false => format!("is {}; {}", problem.value, problem.rule),
            },
        }
    });
    Problems::check(told.collect())
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

impl Control {
    /// The own prices of a project, in order of creation.
    ///
    /// # Errors
    /// `Database` or `Row` if they cannot be read.
    pub async fn own_prices(&self, project: ProjectId) -> Result<Vec<OwnPrice>, ControlError> {
        let rows = sqlx::query("SELECT * FROM own_price WHERE project_id = $1 ORDER BY id")
            .bind(i64::from(project.get()))
            .fetch_all(&self.shared.reader)
            .await?;
        rows.iter().map(own_price).collect()
    }

    /// Adds an own price.
    ///
    /// # Errors
    /// `Invalid` with every problem, among them another price that holds at the same time.
    pub async fn add_price(
        &self,
        access: &AdminAccess,
        draft: &PriceDraft,
    ) -> Result<OwnPriceId, PriceError> {
        let entry = draft.check().map_err(PriceError::Invalid)?;
        let (now, project) = (self.now(), access.scope().project_id());
        let mut transaction = self.begin_write().await?;
        check_neighbours(&mut transaction, project, &entry, None).await?;
        let row = sqlx::query(
            "SELECT (SELECT COALESCE(MAX(id), 0) + 1 FROM own_price) AS id,
                    (SELECT COUNT(*) FROM own_price WHERE project_id = $1) AS held",
        )
        .bind(i64::from(project.get()))
        .fetch_one(&mut *transaction)
        .await?;
        let (id, held) = (OwnPriceId(whole(&row, "id")?), whole(&row, "held")?);
        if held >= limits::OWN_PRICES_MAX as i64 {
            let message = format!(
                "the project has {held} own prices, which is the most; use a price book of your own"
            );
            return Err(PriceError::Invalid(Problems::one("model", message)));
        }
        let price = &entry.prices[0];
        sqlx::query(
            "INSERT INTO own_price
             (id, project_id, provider, model, service_tier, valid_from, valid_to, rates, created_at, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        )
        .bind(id.0)
        .bind(i64::from(project.get()))
        .bind(&entry.provider)
        .bind(&entry.model)
        .bind(price.service_tier.id())
        .bind(price.valid_from.map(|day| day.to_string()))
        .bind(price.valid_to.map(|day| day.to_string()))
        .bind(rates_text(&price.rates))
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        let record = record(now, access, Action::PriceAdded, id, &entry);
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Replaces an own price. Events keep the cost and the price that they were billed at.
    ///
    /// # Errors
    /// `Unknown`, or `Invalid` with every problem.
    pub async fn update_price(
        &self,
        access: &AdminAccess,
        id: OwnPriceId,
        draft: &PriceDraft,
    ) -> Result<(), PriceError> {
        let entry = draft.check().map_err(PriceError::Invalid)?;
        let (now, project) = (self.now(), access.scope().project_id());
        let mut transaction = self.begin_write().await?;
        check_neighbours(&mut transaction, project, &entry, Some(id)).await?;
        let price = &entry.prices[0];
        let updated = sqlx::query(
            "UPDATE own_price
             SET provider = $3, model = $4, service_tier = $5, valid_from = $6, valid_to = $7,
                 rates = $8, changed_at = $9
             WHERE id = $1 AND project_id = $2",
        )
        .bind(id.0)
        .bind(i64::from(project.get()))
        .bind(&entry.provider)
        .bind(&entry.model)
        .bind(price.service_tier.id())
        .bind(price.valid_from.map(|day| day.to_string()))
        .bind(price.valid_to.map(|day| day.to_string()))
        .bind(rates_text(&price.rates))
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        if updated.rows_affected() == 0 {
            return Err(PriceError::Unknown(id));
        }
        let record = record(now, access, Action::PriceChanged, id, &entry);
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Ends an own price with yesterday (UTC), or removes it if it has not held for a whole day.
    ///
    /// # Errors
    /// `Unknown` if the project has no such price.
    pub async fn end_price(
        &self,
        access: &AdminAccess,
        id: OwnPriceId,
    ) -> Result<Ended, PriceError> {
        let (now, project) = (self.now(), access.scope().project_id());
        let today = now.to_zoned(TimeZone::UTC).date();
        let mut transaction = self.begin_write().await?;
        let row = sqlx::query("SELECT * FROM own_price WHERE id = $1 AND project_id = $2")
            .bind(id.0)
            .bind(i64::from(project.get()))
            .fetch_optional(&mut *transaction)
            .await?;
        let own = own_price(&row.ok_or(PriceError::Unknown(id))?)?;
        let ended = match own.price.valid_from {
            Some(from) if from >= today => Ended::Removed,
            // It ended before: what holds no more stays as it is.
            _ => Ended::On(own.price.valid_to.map_or(today, |end| end.min(today))),
        };
        match ended {
            Ended::Removed => sqlx::query("DELETE FROM own_price WHERE id = $1").bind(id.0),
            Ended::On(day) => {
                sqlx::query("UPDATE own_price SET valid_to = $2, changed_at = $3 WHERE id = $1")
                    .bind(id.0)
                    .bind(day.to_string())
                    .bind(now.as_millisecond())
            }
        }
        .execute(&mut *transaction)
        .await?;
        let entry = Entry {
            prices: vec![own.price],
            ..Entry::new(own.provider.as_deref(), &own.model)
        };
        let record = record(now, access, Action::PriceEnded, id, &entry);
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(ended)
    }
}

/// Refuses a price that holds at the same time as another own one of the same model.
async fn check_neighbours(
    connection: &mut SqliteConnection,
    project: ProjectId,
    entry: &Entry,
    except: Option<OwnPriceId>,
) -> Result<(), PriceError> {
    let rows =
        sqlx::query("SELECT * FROM own_price WHERE project_id = $1 AND id <> $2 ORDER BY id")
            .bind(i64::from(project.get()))
            .bind(except.map_or(0, |id| id.0))
            .fetch_all(connection)
            .await?;
    let held: Vec<OwnPrice> = rows.iter().map(own_price).collect::<Result<_, _>>()?;
    let neighbour = entries(&held)
        .into_iter()
        .find(|other| other.provider == entry.provider && other.model == entry.model);
    let Some(mut both) = neighbour else {
        return Ok(());
    };
    both.prices.extend(entry.prices.iter().cloned());
    refuse(both.problems()).map_err(PriceError::Invalid)
}

fn record(
    at: Timestamp,
    access: &AdminAccess,
    action: Action,
    id: OwnPriceId,
    entry: &Entry,
) -> Record {
    let price = &entry.prices[0];
    Record {
        at,
        actor: access.actor(),
        action,
        subject: format!("price:{id}"),
        detail: json!({
            "project": access.scope().project_id().get(),
            "model": entry.name(),
            "service_tier": price.service_tier.id(),
            "valid_from": price.valid_from.map(|day| day.to_string()),
            "valid_to": price.valid_to.map(|day| day.to_string()),
            "rates": rates_json(&price.rates),
        }),
    }
}

fn rates_json(rates: &Rates) -> serde_json::Value {
    let figures = rates
        .iter()
        .map(|(class, rate)| (class.key().to_owned(), rate.to_string().into()));
    serde_json::Value::Object(figures.collect())
}

fn rates_text(rates: &Rates) -> String {
    rates_json(rates).to_string()
}

fn own_price(row: &SqliteRow) -> Result<OwnPrice, ControlError> {
    let (tier, written) = (text(row, "service_tier")?, text(row, "rates")?);
    let figures: BTreeMap<String, String> = serde_json::from_str(&written)
        .map_err(|_| unexpected("own_price.rates", &written, "decimals by key"))?;
    let mut rates = Rates::default();
    for (key, figure) in &figures {
        let class = Class::by_key(key)
            .ok_or_else(|| unexpected("own_price.rates", key, "the key of a price"))?;
        let rate = Rate::parse(figure)
            .map_err(|_| unexpected("own_price.rates", figure, "the figure of a price"))?;
        rates.set(class, rate);
    }
    let mut price = Price::new(rates);
    price.service_tier = ServiceTier::PRICED
        .into_iter()
        .find(|one| one.id() == tier)
        .ok_or_else(|| unexpected("own_price.service_tier", &tier, "a service tier"))?;
    price.valid_from = day(row, "valid_from")?;
    price.valid_to = day(row, "valid_to")?;
    Ok(OwnPrice {
        id: OwnPriceId(whole(row, "id")?),
        project: project_id(row, "project_id")?,
        provider: row.try_get("provider")?,
        model: text(row, "model")?,
        price,
        changed_at: moment(row, "changed_at")?,
    })
}

fn day(row: &SqliteRow, column: &'static str) -> Result<Option<Date>, ControlError> {
    let written: Option<String> = row.try_get(column)?;
    let parsed = written.map(|text| text.parse().map_err(|_| unexpected(column, &text, "a day")));
    parsed.transpose()
}
