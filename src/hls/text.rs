//! How playlists write numbers.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use crate::time::MediaTime;

/// A length as decimal-floating-point seconds, to five places: finer than any sample clock shifts it.
pub struct Seconds(pub MediaTime);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = self.0.to_units(100_000);
        let (whole, fraction) = (units / 100_000, units % 100_000);
        if fraction == 0 {
            return write!(f, "{whole}.0");
        }
        let digits = format!("{fraction:05}");
        write!(f, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

/// Milliseconds since 1970 as ISO 8601 (RFC 8216bis 4.4.4.6).
pub struct Date(pub i64);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = Duration::from_millis(self.0.max(0).unsigned_abs());
        humantime::format_rfc3339_millis(UNIX_EPOCH + since).fmt(f)
    }
}
