//! Bounds that are not settings, each with its reason. What an operator may change stands in the configuration.

use std::time::Duration;

/// A store is at rest when nothing came for this long. Then DuckDB's log is written into its file, and memory that
/// only a busy time is worth is given back.
pub const IDLE: Duration = Duration::from_secs(30);

/// Longest event name. Names are grouped and shown; a longer one is a value that slipped into the name.
pub const KIND_CHARACTERS_MAX: usize = 128;

/// Longest id of a user, session, account, request and the like. Ids are never cut: two would become one.
pub const ID_BYTES_MAX: usize = 256;

/// Longest name-like text (plan, model, feature, campaign). Longer ones are refused.
pub const NAME_BYTES_MAX: usize = 256;

/// Longest free text (title, address). Longer ones are cut, as nothing is counted by them.
pub const TEXT_BYTES_MAX: usize = 2_048;

/// Most bytes of `metadata` of one event. A larger one belongs into a log, not into analytics.
pub const METADATA_BYTES_MAX: usize = 32 * 1024;

/// Most keys of `metadata` at its top level.
pub const METADATA_KEYS_MAX: usize = 128;

/// Deepest nesting of JSON in one event. Later readers of `metadata` recurse.
pub const JSON_DEPTH_MAX: usize = 16;

/// Most bytes of a preview as sent, before masking and cutting.
pub const PREVIEW_BYTES_MAX: usize = 1024 * 1024;

/// Largest token, character or byte count of one event: 2^53, exact in every JSON reader.
pub const COUNT_MAX: i64 = 9_007_199_254_740_992;

/// Rejected events listed in one answer. The rest are counted; a list of thousands helps nobody.
pub const REJECTIONS_LISTED_MAX: usize = 100;

/// Bytes of one group commit. Bounds the journal's buffer and the work of one `fdatasync`.
pub const COMMIT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Earliest time an event may carry: 2000-01-01, in microseconds. Earlier ones are unit mistakes.
pub const OCCURRED_AT_MIN: i64 = 946_684_800_000_000;

/// How far ahead of our clock an event's time may be, in microseconds (a day): servers elsewhere have wrong clocks.
pub const CLOCK_AHEAD_US: i64 = 24 * 3600 * 1_000_000;

/// Latest ids that a start remembers whatever their time: a clock that was set must not make a retry count twice.
/// At about 20 bytes each this is 2 MB.
pub const DUPLICATE_IDS_MIN: i64 = 100_000;

/// An id is recognised for at least this long after its first receipt, in microseconds (7 days).
pub const DUPLICATE_WINDOW_US: i64 = 7 * 24 * 3600 * 1_000_000;

/// Most bars of a series. A screen has no room for more, and a chart is slow beyond it.
pub const BUCKETS_MAX: usize = 400;

/// Longest range in days: ten years and a little.
pub const RANGE_DAYS_MAX: u16 = 3_700;

/// Most conditions of one filter. A page shows each as a chip; a longer list is a segment.
pub const CONDITIONS_MAX: usize = 32;

/// Most values of one condition.
pub const FILTER_VALUES_MAX: usize = 200;

/// Most rows of a breakdown or a list of events in one answer.
pub const ROWS_MAX: usize = 1_000;

/// Most metrics in one question.
pub const METRICS_MAX: usize = 20;

/// Most dimensions by which one question splits.
pub const DIMENSIONS_MAX: usize = 3;

/// Calls up to which quantiles are exact where a roll-up has their buckets. Beyond it they are within one per cent.
pub const EXACT_QUANTILE_ROWS_MAX: i64 = 150_000;

/// Calls up to which quantiles are exact where calls have to be read one by one: reading costs more than sorting.
pub const EXACT_QUANTILE_RAW_ROWS_MAX: i64 = 3_000_000;

/// Values of a dimension that are sorted by a quantile: those with the most calls.
pub const QUANTILE_VALUES_MAX: usize = 1_000;

/// Most budgets of a project that are in use. Each is one question a minute.
pub const BUDGETS_MAX: usize = 50;

/// Most own prices of a project. More of them are a price book.
pub const OWN_PRICES_MAX: usize = 500;

/// Longest stretch that is compared or priced anew at once, in days: a year and the days around it.
pub const REPRICE_DAYS_MAX: i64 = 400;
