//! An instant that another run of the program understands too.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// An instant by the clock of the kernel's boot, and by the wall's for when there was another boot since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Milliseconds since the boot; it never steps and counts a suspended machine's sleep.
    boot: u64,
    /// Milliseconds since 1970.
    wall: u64,
}

impl Moment {
    /// This instant.
    pub fn now() -> Self {
        let boot = clock_gettime(ClockId::CLOCK_BOOTTIME).map(Duration::from).unwrap_or_default();
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment { boot: millis(boot), wall: millis(wall) }
    }

    /// The instant `later` than this one.
    #[must_use]
    pub fn after(self, later: Duration) -> Self {
        let later = millis(later);
        Moment { boot: self.boot.saturating_add(later), wall: self.wall.saturating_add(later) }
    }

    /// How long ago this was at `now`.
    pub fn until(self, now: Moment) -> Duration {
        let by_boot = now.boot.checked_sub(self.boot);
        // A boot clock that went back began anew: the wall's has to do.
        Duration::from_millis(by_boot.unwrap_or_else(|| now.wall.saturating_sub(self.wall)))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_runs_by_the_boots_clock_and_by_the_walls_after_another_boot() {
        let before = Moment { boot: 500_000, wall: 1_000_000 };
        let stepped = Moment { boot: 502_000, wall: 9_000_000 };
        assert_eq!(before.until(stepped), Duration::from_secs(2));
        let rebooted = Moment { boot: 1_000, wall: 1_060_000 };
        assert_eq!(before.until(rebooted), Duration::from_secs(60));
    }

    #[test]
    fn it_goes_on() {
        let now = Moment::now();
        assert_eq!(now.until(now.after(Duration::from_secs(3))), Duration::from_secs(3));
    }
}
