//! Media time: positions and lengths on a media timeline, in ticks of 90 kHz.
//!
//! 90 kHz is MPEG's clock (ISO/IEC 13818-1 2.4.2.1): every usual frame rate is a whole number of its ticks,
//! and so is every millisecond that RTMP sends. No clock is read here: callers of floor 0 pass monotonic time as
//! `Duration` since an instant of their own, and wall-clock time as what they read.

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Ticks in a second.
pub const TICKS_PER_SECOND: i64 = 90_000;

/// Wall-clock time as it is kept and sent: milliseconds since 1970-01-01T00:00:00Z. A clock before that says 0.
pub fn unix_millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A position on, or a length of, a media timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaTime(i64);

impl MediaTime {
    /// The timeline's origin; as a length, nothing.
    pub const ZERO: MediaTime = MediaTime(0);

    /// From ticks of 90 kHz.
    pub const fn from_ticks(ticks: i64) -> Self {
        MediaTime(ticks)
    }

    /// From milliseconds, exactly.
    pub const fn from_millis(millis: i64) -> Self {
        MediaTime(millis * (TICKS_PER_SECOND / 1000))
    }

    /// From `units` of `1 / timescale` seconds, rounded to the nearest tick (halves up).
    pub const fn from_units(units: i64, timescale: u32) -> Self {
        let scale = timescale as i128;
        let ticks = (units as i128 * TICKS_PER_SECOND as i128 * 2 + scale).div_euclid(scale * 2);
        // A timeline of 64-bit units at 1 Hz is past what any event reaches; saturate rather than wrap.
        MediaTime(saturate(ticks))
    }

    /// This time in units of `1 / timescale` seconds, rounded to the nearest (halves up).
    pub const fn to_units(self, timescale: u32) -> i64 {
        let scale = TICKS_PER_SECOND as i128;
        saturate((self.0 as i128 * timescale as i128 * 2 + scale).div_euclid(scale * 2))
    }

    /// From a length of real time, rounded down to a tick.
    pub fn from_duration(duration: Duration) -> Self {
        let ticks = duration.as_nanos() * TICKS_PER_SECOND.unsigned_abs() as u128 / 1_000_000_000;
        MediaTime(i64::try_from(ticks).unwrap_or(i64::MAX))
    }

    /// As a length of real time; what lies before zero is zero.
    pub fn to_duration(self) -> Duration {
        let nanos = u128::from(self.0.max(0).unsigned_abs()) * 1_000_000_000
            / TICKS_PER_SECOND.unsigned_abs() as u128;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// Ticks of 90 kHz.
    pub const fn ticks(self) -> i64 {
        self.0
    }

    /// Whole milliseconds, rounded to the nearest (halves up).
    pub const fn millis(self) -> i64 {
        self.to_units(1000)
    }

    /// Seconds, for playlists and people.
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53 ticks, three thousand years")]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 90_000.0
    }

    /// The absolute length.
    pub const fn abs(self) -> Self {
        MediaTime(self.0.saturating_abs())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to the target's range just before")]
const fn saturate(value: i128) -> i64 {
    if value > i64::MAX as i128 {
        i64::MAX
    } else if value < i64::MIN as i128 {
        i64::MIN
    } else {
        value as i64
    }
}

impl Add for MediaTime {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        MediaTime(self.0 + other.0)
    }
}

impl AddAssign for MediaTime {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for MediaTime {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        MediaTime(self.0 - other.0)
    }
}

impl SubAssign for MediaTime {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Neg for MediaTime {
    type Output = Self;
    fn neg(self) -> Self {
        MediaTime(-self.0)
    }
}

impl Mul<i64> for MediaTime {
    type Output = Self;
    fn mul(self, factor: i64) -> Self {
        MediaTime(self.0 * factor)
    }
}

impl fmt::Display for MediaTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} s", self.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn milliseconds_are_whole_ticks() {
        assert_eq!(MediaTime::from_millis(1), MediaTime::from_ticks(90));
        assert_eq!(MediaTime::from_millis(-7).millis(), -7);
    }

    #[test]
    fn an_audio_frame_at_44100_hz_is_rounded_to_the_nearest_tick() {
        assert_eq!(MediaTime::from_units(1024, 44_100).ticks(), 2090);
    }

    proptest! {
        #[test]
        fn units_survive_a_round_trip_within_one(units in -1_000_000_000_i64..1_000_000_000, scale in 1_u32..=90_000) {
            let there = MediaTime::from_units(units, scale);
            prop_assert!((there.to_units(scale) - units).abs() <= 1);
        }

        #[test]
        fn a_duration_survives_a_round_trip_within_one_tick(millis in 0_u64..10_000_000) {
            let duration = Duration::from_millis(millis);
            prop_assert_eq!(MediaTime::from_duration(duration).to_duration(), duration);
        }
    }
}
