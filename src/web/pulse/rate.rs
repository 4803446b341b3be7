//! A counter's rate over the last few seconds.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Readings of a counter. There is about one a second, so few are kept.
#[derive(Debug)]
pub(super) struct Rate {
    span: Duration,
    readings: VecDeque<(Instant, u64)>,
}

impl Rate {
    /// A rate over `span`, or over the time between the last two readings when that is longer.
    pub fn new(span: Duration) -> Self {
        Rate { span, readings: VecDeque::new() }
    }

    /// Takes a reading. `None` until there is a time to divide by.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates, and is not negative"
    )]
    pub fn per_second(&mut self, now: Instant, count: u64) -> Option<u64> {
        self.exact_per_second(now, count).map(|rate| rate.round() as u64)
    }

    /// As [`per_second`](Self::per_second), with its fraction.
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
    pub fn exact_per_second(&mut self, now: Instant, count: u64) -> Option<f64> {
        self.readings.push_back((now, count));
        // One reading from before the span stays, so that the whole span is covered.
        while self.readings.get(1).is_some_and(|(at, _)| now.saturating_duration_since(*at) >= self.span) {
            self.readings.pop_front();
        }
        let (first, before) = *self.readings.front()?;
        let seconds = now.saturating_duration_since(first).as_secs_f64();
        (seconds > 0.0).then(|| count.saturating_sub(before) as f64 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_mean_of_the_span_and_forgets_what_was_before() {
        let (mut rate, start) = (Rate::new(Duration::from_secs(4)), Instant::now());
        assert_eq!(rate.per_second(start, 1_000), None);
        let after = |seconds| start + Duration::from_secs(seconds);
        for second in 1..=10 {
            assert_eq!(rate.per_second(after(second), 1_000 + second * 50), Some(50));
        }
        for second in 11..=14 {
            rate.per_second(after(second), 1_500);
        }
        assert_eq!(rate.per_second(after(15), 1_500), Some(0));
        assert!(rate.readings.len() < 8);
    }

    #[test]
    fn rare_readings_still_have_a_rate() {
        let (mut rate, start) = (Rate::new(Duration::from_secs(1)), Instant::now());
        rate.per_second(start, 0);
        assert_eq!(rate.per_second(start + Duration::from_secs(5), 500), Some(100));
        assert_eq!(rate.per_second(start + Duration::from_secs(10), 600), Some(20));
    }
}
