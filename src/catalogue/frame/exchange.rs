//! What a payment's currency is worth in the project's, resolved in the rows of a frame.
//!
//! Frames of payments hold three holes: `{{rate}}` for the factor into the project's currency, null where none is
//! known, and `{{moment_rates}}` and `{{day_rates}}` where the rates join rows with a moment and rows with a local day.
//! They are filled when the whole question is written (`query/conversion.rs`). Roll-ups keep amounts as they were paid,
//! by currency, so that a rate entered late, or another currency of the project, changes no stored row.

use crate::core::sql::Sql;

/// The relation of rates; `$rates` holds a line for each stretch: currency, its bounds as moments and as days, factor.
const RATES: &str = include_str!("exchange.sql");

const OF_MOMENT: &str = "ON rate_currency = events.currency \
     AND epoch_us(events.occurred_at) >= rate_from_us AND epoch_us(events.occurred_at) < rate_until_us";

const OF_DAY: &str = "ON rate_currency = payments_day.currency \
     AND day_number(payments_day.day) >= rate_from_day AND day_number(payments_day.day) < rate_until_day";

/// With the rates of `$rates`, which has a line for every currency that counts, the project's among them.
pub fn joined(sql: &Sql) -> Sql {
    let rates = |on: &'static str| Sql::text(RATES).then(on);
    sql.fill("rate", &Sql::text("exchange_rate"))
        .fill("moment_rates", &rates(OF_MOMENT))
        .fill("day_rates", &rates(OF_DAY))
}

/// Where only the project's own currency counts. Spares the join.
pub fn own(sql: &Sql) -> Sql {
    filled(sql, &Sql::text("CASE WHEN currency = $currency THEN 1 END"))
}

/// Every currency as it was paid, for the roll-ups.
pub fn kept(sql: &Sql) -> Sql {
    filled(sql, &Sql::text("CASE WHEN currency IS NOT NULL THEN 1 END"))
}

fn filled(sql: &Sql, rate: &Sql) -> Sql {
    sql.fill("rate", rate)
        .fill("moment_rates", &Sql::default())
        .fill("day_rates", &Sql::default())
}

/// Whether a question is about payments.
pub fn is_in(sql: &Sql) -> bool {
    sql.as_str().contains("{{rate}}")
}
