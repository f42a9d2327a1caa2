//! One raw value into its field of the event, by the form of that field, with an error that names value, rule and remedy.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::core::code::Code;
use crate::core::currency::Currency;
use crate::core::decimal;
use crate::core::limits;
use crate::core::money::Money;
use crate::ingest::convert::{Arrival, Draft};
use crate::ingest::field::{Target, TextForm};
use crate::ingest::refusal::{Refusal, cut, quote};

/// Largest payment: what DECIMAL(18,4) holds.
const AMOUNT_MAX: i128 = 999_999_999_999_999_999;

/// One value with the name of its field, for messages.
pub(super) struct FieldValue<'a> {
    pub(super) name: &'static str,
    pub(super) value: &'a RawValue,
}

impl FieldValue<'_> {
    /// Sets its field of the event.
    ///
    /// # Errors
    /// If the value has not the form of the field.
    pub(super) fn set(
        &self,
        target: Target,
        draft: &mut Draft,
        arrival: Arrival,
    ) -> Result<(), Refusal> {
        let event = &mut draft.event;
        match target {
            Target::Id => event.set_id(self.id()?),
            Target::Kind => event.kind = self.kind()?,
            Target::Timestamp => {
                event.occurred_at = self.timestamp(arrival)?;
                draft.has_timestamp = true;
            }
            Target::Address => {
                let text = self.text()?;
                let address = text.parse().map_err(|_| self.wrong("an IP address"))?;
                draft.address = Some(address);
            }
            Target::UserAgent => {
                draft.user_agent = Some(cut(&self.text()?, limits::TEXT_BYTES_MAX).to_owned())
            }
            Target::Text(form, column) => *column(event) = self.formed(form)?,
            Target::Preview(column) => {
                let text = match self.value.get().as_bytes().first() {
                    // A list of messages is a preview too; its JSON text is what people will read.
                    Some(b'{' | b'[') => Cow::Borrowed(self.value.get()),
                    _ => self.text()?,
                };
                // Line ends are part of a prompt; a NUL is part of no text, and ends it for some readers.
                *column(event) = Some(cut(&text, limits::PREVIEW_BYTES_MAX).replace('\0', ""));
            }
            Target::Count(column) => *column(event) = Some(self.count()?),
            Target::Measure(column) => *column(event) = Some(self.measure()?),
            Target::AudioSeconds(column) => {
                let scaled = decimal::scaled(&self.text()?, 3)
                    .map_err(|_| self.wrong("a number of seconds"))?;
                let fits = (0..=i128::from(limits::COUNT_MAX)).contains(&scaled.value);
                *column(event) = Some(if fits {
                    scaled.value as i64
                } else {
                    return Err(self.wrong("a number of seconds"));
                });
            }
            Target::Flag(column) => *column(event) = Some(self.flag()?),
            Target::Rating => event.rating = Some(self.rating()?),
            Target::Cost => {
                let cost: Money = self
                    .text()?
                    .parse()
                    .map_err(|_| self.wrong("an amount like 0.0123"))?;
                if cost < Money::ZERO {
                    return Err(self.wrong("an amount that is not negative"));
                }
                event.cost = Some(cost.nanos());
            }
            Target::Amount => {
                let scaled = decimal::scaled(&self.text()?, 4)
                    .map_err(|_| self.wrong("an amount like 49.90"))?;
                if scaled.value.abs() > AMOUNT_MAX {
                    return Err(self.wrong("an amount of at most 14 digits before the point"));
                }
                event.amount = Some(scaled.value as i64);
            }
            Target::Currency => {
                let code = self.text()?.to_ascii_uppercase();
                let currency: Currency = code.parse().map_err(|_| {
                    Refusal::new(
                        Code::CurrencyInvalid,
                        format!("`currency` is {}", quote(&code)),
                    )
                })?;
                event.currency = Some(currency.code().to_owned());
            }
            Target::Country => {
                let code = self.text()?.to_ascii_uppercase();
                if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
                    return Err(self.wrong("a country code of two letters (ISO 3166-1)"));
                }
                event.country = Some(code);
            }
        }
        Ok(())
    }

    /// The value as text: a JSON string unescaped, a number or a truth value as it was written.
    fn text(&self) -> Result<Cow<'_, str>, Refusal> {
        let json = self.value.get();
        match json.as_bytes().first() {
            Some(b'"') => match json[1..json.len() - 1].contains('\\') {
                false => Ok(Cow::Borrowed(json[1..json.len() - 1].trim())),
                true => {
                    let text: String =
                        serde_json::from_str(json).map_err(|_| self.wrong("valid text"))?;
                    Ok(Cow::Owned(text.trim().to_owned()))
                }
            },
            Some(b'{' | b'[') => Err(self.wrong("a single value, not an object or a list")),
            _ => Ok(Cow::Borrowed(json)),
        }
    }

    fn id(&self) -> Result<u128, Refusal> {
        let text = self.text()?;
        match Uuid::try_parse(&text) {
            Ok(id) if !id.is_nil() => Ok(id.as_u128()),
            _ => Err(Refusal::new(
                Code::IdInvalid,
                format!("`id` is {}; it must be a UUID", quote(&text)),
            )),
        }
    }

    fn kind(&self) -> Result<String, Refusal> {
        let text = self.text()?;
        if text.is_empty() {
            return Err(Refusal::new(Code::TypeMissing, "`type` is empty"));
        }
        let most = limits::KIND_CHARACTERS_MAX;
        if text.chars().count() > most || text.chars().any(char::is_control) {
            let message = format!(
                "`type` is {}; it must be 1 to {most} visible characters",
                quote(&text)
            );
            return Err(Refusal::new(Code::TypeInvalid, message));
        }
        Ok(text.into_owned())
    }

    fn timestamp(&self, arrival: Arrival) -> Result<i64, Refusal> {
        let text = self.text()?;
        let invalid = || {
            Refusal::new(
                Code::TimestampInvalid,
                format!("`timestamp` is {}", quote(&text)),
            )
        };
        let at = if text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(['-', ':']) {
            let micros = decimal::scaled(&text, 3).map_err(|_| invalid())?.value;
            i64::try_from(micros).map_err(|_| invalid())?
        } else {
            let at: Timestamp = text.parse().map_err(|_| invalid())?;
            at.as_microsecond()
        };
        let at = arrival.on_our_clock(at);
        // A day of grace for servers in other places with wrong clocks; pages have a stricter rule of their own.
        let latest = arrival
            .received
            .as_microsecond()
            .saturating_add(limits::CLOCK_AHEAD_US);
        if at < limits::OCCURRED_AT_MIN || at > latest {
            let hint = if (946_684_800..5_000_000_000).contains(&(at / 1000)) {
                "; is it in seconds?"
            } else {
                ""
            };
            let message = format!("`timestamp` is {}{hint}", quote(&text));
            return Err(Refusal::new(Code::TimestampRange, message));
        }
        Ok(at)
    }

    fn formed(&self, form: TextForm) -> Result<Option<String>, Refusal> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        let text = without_controls(&text);
        let most = match form {
            TextForm::Free => return Ok(Some(cut(&text, limits::TEXT_BYTES_MAX).to_owned())),
            TextForm::Id => limits::ID_BYTES_MAX,
            TextForm::Name | TextForm::LowerName => limits::NAME_BYTES_MAX,
        };
        if text.len() > most {
            let message = format!(
                "`{}` has {} bytes; the most is {most}",
                self.name,
                text.len()
            );
            return Err(Refusal::new(Code::FieldTooLong, message));
        }
        Ok(Some(if form == TextForm::LowerName {
            text.to_lowercase()
        } else {
            text.into_owned()
        }))
    }

    fn count(&self) -> Result<i64, Refusal> {
        let text = self.text()?;
        let rule = "a whole number from 0 to 9007199254740992";
        if let Ok(count) = text.parse::<i64>() {
            return if (0..=limits::COUNT_MAX).contains(&count) {
                Ok(count)
            } else {
                Err(self.wrong(rule))
            };
        }
        let scaled = decimal::scaled(&text, 0).map_err(|_| self.wrong(rule))?;
        let fits = scaled.is_exact && (0..=i128::from(limits::COUNT_MAX)).contains(&scaled.value);
        if fits {
            Ok(scaled.value as i64)
        } else {
            Err(self.wrong(rule))
        }
    }

    fn measure(&self) -> Result<f64, Refusal> {
        let text = self.text()?;
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() && (0.0..=1e15).contains(&value) => Ok(value),
            _ => Err(self.wrong("a number of milliseconds from 0 to 10^15")),
        }
    }

    fn flag(&self) -> Result<i64, Refusal> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(1),
            "false" | "no" | "0" => Ok(0),
            _ => Err(self.wrong("true or false")),
        }
    }

    /// A thumb is kept as the best or the worst of five, so that all ratings have one scale.
    fn rating(&self) -> Result<f64, Refusal> {
        let text = self.text()?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "up" | "thumbs_up" | "positive" | "good" => return Ok(5.0),
            "false" | "down" | "thumbs_down" | "negative" | "bad" => return Ok(1.0),
            _ => {}
        }
        match text.parse::<f64>() {
            Ok(value) if (-1000.0..=1000.0).contains(&value) => Ok(value),
            _ => Err(self.wrong("a number, best 1 to 5, or up or down")),
        }
    }

    fn wrong(&self, rule: &str) -> Refusal {
        Refusal::new(
            Code::FieldInvalid,
            format!(
                "`{}` is {}; it must be {rule}",
                self.name,
                quote(self.value.get())
            ),
        )
    }
}

fn without_controls(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        Cow::Owned(text.chars().filter(|c| !c.is_control()).collect())
    } else {
        Cow::Borrowed(text)
    }
}
