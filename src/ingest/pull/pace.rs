//! When a feed's media is handed on: at the pace of its own stamps, so that segments which come at once every few
//! seconds become a steady stream.
//!
//! The feed's clock and the box's differ by a little. What is ahead is watched at each new segment, and the pace is
//! let run half a percent faster or slower until it is as much as it should be.

use std::time::Duration;

use tokio::time::Instant;

use crate::time::MediaTime;

/// Thousandths by which the pace changes: the event's own clock takes ten, and nobody hears five.
const STEP: i32 = 5;

/// Media that is later than this is handed on at once and sets the pace anew.
const LATE: Duration = Duration::from_millis(200);

/// Media that is due later than this lies behind a hole, which nobody waits for.
const FAR: Duration = Duration::from_secs(20);

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Pace {
    anchor: Option<(Instant, MediaTime)>,
    /// Thousandths faster than real time.
    faster: i32,
}

impl Pace {
    /// When media stamped so is to be handed on, `now` at the earliest. What is late or far ahead sets the pace anew.
    pub fn due(&mut self, now: Instant, stamp: MediaTime) -> Instant {
        let due = self.scheduled(stamp);
        match due {
            Some(due) if due + LATE >= now && due <= now + FAR => due.max(now),
            _ => {
                self.anchor = Some((now, stamp));
                now
            }
        }
    }

    fn scheduled(&self, stamp: MediaTime) -> Option<Instant> {
        let (since, base) = self.anchor?;
        Some(since + (stamp - base).to_duration() * 1_000 / self.rate())
    }

    fn rate(&self) -> u32 {
        u32::try_from(1_000 + self.faster).unwrap_or(1_000)
    }

    /// A segment `length` long that begins with `stamp` came at `now`. It should be due between half its length and
    /// three times its length later.
    pub fn arrived(&mut self, now: Instant, stamp: MediaTime, length: Duration) {
        let (Some((since, base)), Some(due)) = (self.anchor, self.scheduled(stamp)) else { return };
        let ahead = due.saturating_duration_since(now);
        let faster = match ahead {
            ahead if ahead < length / 2 => -STEP,
            ahead if ahead > length * 3 => STEP,
            _ => 0,
        };
        if faster != self.faster {
            let elapsed = now.saturating_duration_since(since) * self.rate() / 1_000;
            self.anchor = Some((now, base + MediaTime::from_duration(elapsed)));
            self.faster = faster;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn stamp(at: f64) -> MediaTime {
        MediaTime::from_duration(seconds(at))
    }

    #[tokio::test]
    async fn a_burst_is_handed_on_at_its_own_pace() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        assert_eq!(pace.due(now, stamp(100.0)), now);
        assert_eq!(pace.due(now, stamp(103.5)), now + seconds(3.5));
    }

    #[tokio::test]
    async fn what_is_late_sets_the_pace_anew_and_so_does_a_hole() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        pace.due(now, stamp(0.0));
        let later = now + seconds(5.0);
        assert_eq!(pace.due(later, stamp(2.0)), later);
        assert_eq!(pace.due(later, stamp(3.0)), later + seconds(1.0));
        assert_eq!(pace.due(later, stamp(90.0)), later);
        assert_eq!(pace.due(later, stamp(91.0)), later + seconds(1.0));
    }

    #[tokio::test]
    async fn over_hours_it_follows_a_feed_whose_clock_is_fast_or_slow() {
        for drift in [0.9998, 1.0002] {
            let (mut pace, start) = (Pace::default(), Instant::now());
            let mut handed_on = start;
            for index in 0..3_600_u32 {
                let at = f64::from(index) * 4.0;
                let arrival = start + seconds(at * drift);
                pace.arrived(arrival, stamp(at + 8.0), seconds(4.0));
                let due = pace.due(arrival.max(handed_on), stamp(at));
                assert!(due >= handed_on);
                handed_on = due;
            }
            let ahead = handed_on - start;
            let behind = ahead.abs_diff(seconds(3_599.0 * 4.0 * drift));
            assert!(behind < seconds(12.0), "{behind:?} at {drift}");
        }
    }
}
