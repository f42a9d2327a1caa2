//! Bytes and spans of time as people read them.

use std::time::Duration;

const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];

/// 0 → "0 B", 1536 → "1.5 KB", 40 MiB → "40 MB". Steps of 1024, like the settings.
pub fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1023.5 && unit < UNITS.len() - 1 {
        value /= 1024.0;
        unit += 1;
    }
    let decimals = if unit == 0 || value >= 99.95 { 0 } else { 1 };
    let text = format!("{value:.decimals$}");
    format!(
        "{} {}",
        text.strip_suffix(".0").unwrap_or(&text),
        UNITS[unit]
    )
}

/// 59 s → "59 s", 3 h 12 min, 12 days. The two largest units at most.
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {} min", minutes % 60),
        (1, _, _) => format!("1 day {} h", hours % 24),
        (_, _, _) => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::web::pages::size::{size, span};

    #[test]
    fn sizes_have_up_to_three_digits_or_a_decimal() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KB"),
            (1536, "1.5 KB"),
            (1_048_575, "1 MB"), // 1023.999 KB
            (40 << 20, "40 MB"),
            (256 << 20, "256 MB"),
            (1_331_439_862, "1.2 GB"), // 1.24 × 2^30
            (u64::MAX, "16777216 TB"),
        ] {
            assert_eq!(size(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn spans_name_their_two_largest_units_at_most() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (11_520, "3 h 12 min"), // 3 × 3600 + 12 × 60
            (86_400, "1 day 0 h"),
            (1_036_800, "12 days"),
        ] {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
    }
}
