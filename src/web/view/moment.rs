//! A point in time as a page shows it: relative while it is fresh, exact behind it.
//!
//! The live script keeps relative times going by the same rule; see `static/src/js/moment.js`.

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::Timestamp;
use jiff::tz::TimeZone;

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;

/// A `<time>` element.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "part/moment.html")]
pub struct Moment {
    /// RFC 3339 in UTC, for machines.
    pub datetime: String,
    /// The exact time for people, shown on hover: "21 Nov 2026, 21:40:05 UTC".
    pub exact: String,
    /// What the page shows: "12 s ago", or "21 Nov 2026" from a day on.
    pub text: String,
    /// Whether the text is relative, so that the script refreshes it.
    pub is_relative: bool,
}

impl HtmlSafe for Moment {}

impl Moment {
    /// A past moment, seen from `now`. A moment in the future reads "0 s ago": clocks differ a little.
    pub fn past(at: Timestamp, now: Timestamp) -> Self {
        let age_s = (now.as_second() - at.as_second()).max(0);
        let utc = at.to_zoned(TimeZone::UTC);
        let text = match age_s {
            ..MINUTE_S => format!("{age_s} s ago"),
            MINUTE_S..HOUR_S => format!("{} min ago", age_s / MINUTE_S),
            HOUR_S..DAY_S => format!("{} h ago", age_s / HOUR_S),
            DAY_S.. => utc.strftime("%-d %b %Y").to_string(),
        };
        Self {
            datetime: utc.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            exact: utc.strftime("%-d %b %Y, %H:%M:%S UTC").to_string(),
            text,
            is_relative: age_s < DAY_S,
        }
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;
    use jiff::Timestamp;

    use crate::web::view::moment::Moment;

    fn seen(at: &str) -> Moment {
        let now: Timestamp = "2026-11-21T21:40:05Z".parse().expect("a literal");
        Moment::past(at.parse().expect("a literal"), now)
    }

    #[test]
    fn a_moment_is_relative_for_a_day_and_a_date_afterwards() {
        for (at, text) in [
            ("2026-11-21T21:40:05Z", "0 s ago"),
            ("2026-11-21T21:39:06Z", "59 s ago"),
            ("2026-11-21T21:39:05Z", "1 min ago"),
            ("2026-11-21T20:40:06Z", "59 min ago"), // 3599 s
            ("2026-11-21T20:40:05Z", "1 h ago"),
            ("2026-11-20T21:40:06Z", "23 h ago"), // 86399 s
            ("2026-11-20T21:40:05Z", "20 Nov 2026"),
            ("2026-11-21T21:40:09Z", "0 s ago"), // a sender's clock that is 4 s ahead
        ] {
            assert_eq!(seen(at).text, text, "{at}");
        }
    }

    #[test]
    fn only_a_relative_time_is_refreshed_by_the_script() {
        let fresh = seen("2026-11-21T21:40:00Z")
            .render()
            .expect("a moment renders");
        let old = seen("2026-11-01T09:05:07Z")
            .render()
            .expect("a moment renders");

        assert_eq!(
            fresh,
            r#"<time datetime="2026-11-21T21:40:00Z" title="21 Nov 2026, 21:40:00 UTC" data-ago>5 s ago</time>"#
        );
        assert_eq!(
            old,
            r#"<time datetime="2026-11-01T09:05:07Z" title="1 Nov 2026, 09:05:07 UTC">1 Nov 2026</time>"#
        );
    }
}
