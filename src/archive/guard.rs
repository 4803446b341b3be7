//! What the disk has room for. Pure: what it measures is given to it.
//!
//! ```text
//!   free   100 % ………………… 10 % ………………… 5 % ………………… 2 % ……… 0
//!          everything    │ no recording │ no rewind; what  │ nothing
//!                        │              │ the cloud has    │
//!                        │              │ goes             │
//! ```
//! A large disk keeps no more free than a gigabyte for each percent. It comes back with a little more room than it went with, so that it does not flutter. Live never looks here.

/// Room on the disk of the data folder, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Free for this program.
    pub free: u64,
    /// In all that it may ever use.
    pub total: u64,
}

/// How much may be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allowance {
    /// Everything.
    #[default]
    All,
    /// What waits for the cloud and what viewers go back to, but no recording.
    Spool,
    /// What waits for the cloud alone.
    Cloud,
    /// Nothing.
    Nothing,
}

/// Percent of the disk below which each is given up. Threat: a full disk stops the database, and flash memory without
/// room wears out.
const RECORDING_ENDS: u64 = 10;
const REWIND_ENDS: u64 = 5;
const ALL_ENDS: u64 = 2;

/// What a percent is at most. A terabyte need not lie idle.
const MOST: u64 = 1 << 30;

/// Percent more that must be free before it comes back.
const COMES_BACK: u64 = 1;

/// The operator hears so many hours before recording stops.
pub const WARNING_HOURS: f64 = 3.0;

/// Judges the disk, measurement after measurement.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guard {
    allowance: Allowance,
}

impl Guard {
    /// What may be written now.
    pub fn judge(&mut self, room: Room) -> Allowance {
        let now = allowance(room, 0);
        self.allowance =
            if now > self.allowance { now } else { allowance(room, COMES_BACK).min(self.allowance) };
        self.allowance
    }
}

fn allowance(room: Room, more: u64) -> Allowance {
    let below = |percent: u64| room.free < kept_free(room, percent + more);
    if below(ALL_ENDS) {
        Allowance::Nothing
    } else if below(REWIND_ENDS) {
        Allowance::Cloud
    } else if below(RECORDING_ENDS) {
        Allowance::Spool
    } else {
        Allowance::All
    }
}

fn kept_free(room: Room, percent: u64) -> u64 {
    (room.total / 100).min(MOST) * percent
}

/// Hours until recording stops at this rate; `None` while nothing comes.
#[expect(clippy::cast_precision_loss, reason = "hours are shown to a tenth")]
pub fn hours_left(room: Room, bytes_per_second: u64) -> Option<f64> {
    let usable = room.free.saturating_sub(kept_free(room, RECORDING_ENDS));
    (bytes_per_second > 0).then(|| usable as f64 / bytes_per_second as f64 / 3_600.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(percent: u64) -> Room {
        Room { free: percent * 100, total: 10_000 }
    }

    #[test]
    fn recording_goes_first_then_rewind_then_everything() {
        let mut guard = Guard::default();
        let judged: Vec<_> = [50, 10, 9, 5, 4, 2, 1].map(|percent| guard.judge(free(percent))).into();
        use Allowance::{All, Cloud, Nothing, Spool};
        assert_eq!(judged, [All, All, Spool, Spool, Cloud, Cloud, Nothing]);
    }

    #[test]
    fn what_went_comes_back_with_a_little_more_room() {
        let mut guard = Guard::default();
        assert_eq!(guard.judge(free(1)), Allowance::Nothing);
        assert_eq!(guard.judge(free(2)), Allowance::Nothing);
        assert_eq!(guard.judge(free(3)), Allowance::Cloud);
        assert_eq!(guard.judge(free(10)), Allowance::Spool);
        assert_eq!(guard.judge(free(11)), Allowance::All);
    }

    #[test]
    fn of_a_large_disk_ten_gigabytes_are_enough() {
        let mut guard = Guard::default();
        let mut judge = |free: u64| guard.judge(Room { free: free << 30, total: 1_000_u64 << 30 });
        assert_eq!((judge(10), judge(9), judge(4)), (Allowance::All, Allowance::Spool, Allowance::Cloud));
    }

    #[test]
    fn the_hours_are_those_above_the_reserve() {
        let room = Room { free: 46 * 3_600_000, total: 100 * 3_600_000 };
        assert_eq!(hours_left(room, 1_000), Some(36.0));
        assert_eq!(hours_left(room, 0), None);
    }
}
