//! The six live figures, the same six at the same time yesterday, and how they changed.

use crate::live::tally::Tally;

/// The six figures. `None` where there is nothing to divide by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Distinct people and visitors in the last 5 minutes.
    pub active_users_now: u64,
    /// Requests in the last full 60 seconds.
    pub queries_per_minute: u64,
    /// Tokens in and out since local midnight.
    pub tokens_consumed_today: i64,
    /// Payments since local midnight in the project's currency, in ten-thousandths.
    pub revenue_today: i64,
    /// Mean latency of successful calls of the last 5 minutes, in milliseconds.
    pub avg_latency_ms: Option<f64>,
    /// 95th percentile of the same, within 1 %.
    pub p95_latency_ms: Option<f64>,
    /// Failed share of the calls of the last 5 minutes, 0.0 to 1.0.
    pub error_rate: Option<f64>,
}

/// The same figures at the same time yesterday, from whole minutes.
///
/// Sums reach from yesterday's midnight over as many whole minutes as have passed today; the others are of the
/// five whole minutes before the same time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Yesterday {
    /// Distinct people and visitors.
    pub active_users_now: u64,
    /// Requests a minute, on average over the five.
    pub queries_per_minute: f64,
    /// Tokens in and out; `None` in the first minute of a day.
    pub tokens_consumed_today: Option<i64>,
    /// Payments in ten-thousandths; `None` in the first minute of a day.
    pub revenue_today: Option<i64>,
    /// Mean latency of successful calls in milliseconds.
    pub avg_latency_ms: Option<f64>,
    /// Failed share of calls.
    pub error_rate: Option<f64>,
}

/// How the figures changed against yesterday, as shares of yesterday's; the error rate as a difference of shares.
///
/// `None` where one side is unknown, or where yesterday was nothing, of which no share can be taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Of the people.
    pub active_users_now: Option<f64>,
    /// Of the requests.
    pub queries_per_minute: Option<f64>,
    /// Of the tokens, over the whole minutes of both days.
    pub tokens_consumed_today: Option<f64>,
    /// Of the payments, over the whole minutes of both days.
    pub revenue_today: Option<f64>,
    /// Of the mean latency.
    pub avg_latency_ms: Option<f64>,
    /// Of the error rate, in shares of one.
    pub error_rate: Option<f64>,
}

/// One minute of each figure, as the charts show it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Point {
    /// People active in the five minutes up to its end.
    pub active: u64,
    /// Requests in the minute.
    pub requests: u64,
    /// Tokens in the minute.
    pub tokens: i64,
    /// Payments in the minute, in ten-thousandths.
    pub revenue: i64,
    /// Mean latency of the minute's successful calls in milliseconds.
    pub avg_latency_ms: Option<f64>,
    /// Failed share of the minute's calls.
    pub error_rate: Option<f64>,
}

/// One provider in the last minutes.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderNow {
    /// Its id.
    pub id: String,
    /// Calls of the last full 60 seconds.
    pub per_minute: u64,
    /// Its calls of the last five minutes.
    pub five_minutes: Tally,
}

/// The last 60 minutes, the running one last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hour {
    /// The first minute, counted since 1970.
    pub first: i64,
    /// Today.
    pub today: Vec<Point>,
    /// The same minutes yesterday.
    pub yesterday: Vec<Point>,
    /// Calls of each minute by provider, the one with the most calls first.
    pub providers: Vec<(String, Vec<u64>)>,
}

/// `now` against `then`, as a share of `then`.
pub fn change(now: f64, then: f64) -> Option<f64> {
    (then > 0.0).then(|| now / then - 1.0)
}

#[cfg(test)]
mod tests {
    use super::change;

    #[test]
    fn a_change_is_a_share_of_what_was_and_nothing_has_no_share() {
        assert_eq!(change(120.0, 100.0), Some(1.2 - 1.0));
        assert_eq!(change(0.0, 100.0), Some(-1.0));
        assert_eq!(change(5.0, 0.0), None);
        assert_eq!(change(5.0, -3.0), None, "refunds exceeded payments");
    }
}
