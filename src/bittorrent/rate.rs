//! A cap on bytes a second, shared by all uploads.

use std::time::{Duration, Instant};

/// So much of a second may be caught up at once after a pause.
const BURST: Duration = Duration::from_millis(250);

/// Spreads bytes over time: whoever has sent is told how long to wait.
#[derive(Debug)]
pub struct RateLimit {
    bytes_per_second: u64,
    /// When all that was allowed so far will have been sent at the rate.
    until: Instant,
}

impl RateLimit {
    /// A limit of `bytes_per_second`, at least one.
    pub fn new(bytes_per_second: u64, now: Instant) -> Self {
        RateLimit { bytes_per_second: bytes_per_second.max(1), until: now }
    }

    /// Counts `bytes` that are sent now; the next ones wait for the returned time.
    pub fn take(&mut self, bytes: usize, now: Instant) -> Duration {
        let earliest = now.checked_sub(BURST).unwrap_or(now);
        let from = self.until.max(earliest);
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(1_000_000);
        self.until = from + Duration::from_micros(bytes / self.bytes_per_second);
        self.until.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seconds_bytes_take_a_second_whoever_asks() {
        let start = Instant::now();
        let mut limit = RateLimit::new(100_000, start);
        let mut now = start;
        for _ in 0..100 {
            now += limit.take(1_000, now);
        }
        assert_eq!(now - start, Duration::from_secs(1));
    }

    #[test]
    fn a_long_pause_does_not_save_up_more_than_a_moment() {
        let start = Instant::now();
        let mut limit = RateLimit::new(1_000, start);
        let later = start + Duration::from_secs(3_600);
        limit.take(10_000, later);
        assert!(limit.take(1, later) >= Duration::from_secs(9));
    }
}
