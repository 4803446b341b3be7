//! What about the machine an operator should know without looking.

use std::time::Duration;

use tokio::time::Instant;

use super::state::Egress;
use crate::appliance::{ClockState, DISK_RESERVE, Readings};
use crate::journal::Note;

/// The disk is well again with so many percent more than it was low at: no line for each file that comes and goes.
const DISK_SLACK: u64 = 2;

/// A processor that was not slowed down for so long is well again.
const THROTTLE_CALM: Duration = Duration::from_secs(60);

/// A time server has so many seconds after switching on before anybody is told.
const CLOCK_PATIENCE: u64 = 180;

/// The budget's excess is told at most this often.
const BUDGET_HUSH: Duration = Duration::from_secs(600);

/// Processors slow themselves down at 80 to 100 °C.
const HOT: f64 = 80.0;

const MEGABIT: u64 = 1_000_000;

/// What was told already.
#[derive(Debug, Default)]
pub(super) struct Watchman {
    disk_low: bool,
    clock_off: bool,
    /// When the processor was last seen slowed down.
    throttled: Option<Instant>,
    over_budget: Option<Instant>,
}

impl Watchman {
    /// What is new since the last look.
    pub fn look(&mut self, now: Instant, readings: &Readings, rate: u64, budget: u64) -> Vec<Note> {
        let notes = [
            self.disk(readings),
            self.clock(readings),
            self.throttle(now, readings),
            self.budget(now, rate, budget),
        ];
        notes.into_iter().flatten().collect()
    }

    fn disk(&mut self, readings: &Readings) -> Option<Note> {
        let percent = readings.disk?.percent_free();
        let limit = DISK_RESERVE + if self.disk_low { DISK_SLACK } else { 0 };
        let low = u64::from(percent) < limit;
        let was = std::mem::replace(&mut self.disk_low, low);
        match (was, low) {
            (false, true) => Some(Note::DiskLow { percent }),
            (true, false) => Some(Note::DiskFine),
            _ => None,
        }
    }

    fn clock(&mut self, readings: &Readings) -> Option<Note> {
        match readings.clock {
            ClockState::Off if readings.uptime >= CLOCK_PATIENCE && !self.clock_off => {
                self.clock_off = true;
                Some(Note::ClockOff)
            }
            ClockState::InStep if self.clock_off => {
                self.clock_off = false;
                Some(Note::ClockOn)
            }
            _ => None,
        }
    }

    fn throttle(&mut self, now: Instant, readings: &Readings) -> Option<Note> {
        if let Some(why) = readings.throttled {
            let new = self.throttled.replace(now).is_none();
            return new.then(|| Note::Throttled { why: why.to_string() });
        }
        let calm = self.throttled.is_some_and(|last| now.saturating_duration_since(last) >= THROTTLE_CALM);
        calm.then(|| {
            self.throttled = None;
            Note::ThrottleOver
        })
    }

    fn budget(&mut self, now: Instant, rate: u64, budget: u64) -> Option<Note> {
        let told = self.over_budget.is_some_and(|last| now.saturating_duration_since(last) < BUDGET_HUSH);
        (rate > budget && !told).then(|| {
            self.over_budget = Some(now);
            Note::OverBudget { rate: rate / MEGABIT, budget: budget / MEGABIT }
        })
    }
}

/// What is worst right now, as a sentence with what to do.
pub(super) fn warning(readings: &Readings, egress: Egress) -> Option<String> {
    if let Some(why) = readings.throttled {
        return Some(why.to_string());
    }
    if let Some(degrees) = readings.temperature.filter(|degrees| *degrees >= HOT) {
        return Some(format!("The box is hot ({degrees:.0} °C); give it air."));
    }
    if let Some(disk) = readings.disk.filter(|disk| u64::from(disk.percent_free()) < DISK_RESERVE) {
        let percent = disk.percent_free();
        return Some(format!("The disk is nearly full ({percent} % free); make room on it."));
    }
    if egress.rate > egress.budget {
        let (rate, budget) = (egress.rate / MEGABIT, egress.budget / MEGABIT);
        return Some(format!("{rate} Mbit/s go out of {budget}; lower the encoder's bitrate."));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appliance::{Disk, Throttle};

    fn look(watchman: &mut Watchman, seconds: u64, readings: &Readings) -> Vec<Note> {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        let start = *START.get_or_init(Instant::now);
        watchman.look(start + Duration::from_secs(seconds), readings, 0, 1)
    }

    #[test]
    fn a_disk_at_its_limit_is_told_once() {
        let mut watchman = Watchman::default();
        let at = |free| Readings { disk: Some(Disk { free, total: 100 }), ..Readings::default() };
        assert_eq!(look(&mut watchman, 0, &at(9)), [Note::DiskLow { percent: 9 }]);
        assert_eq!(look(&mut watchman, 1, &at(11)), []);
        assert_eq!(look(&mut watchman, 2, &at(9)), []);
        assert_eq!(look(&mut watchman, 3, &at(12)), [Note::DiskFine]);
    }

    #[test]
    fn a_processor_that_flutters_is_told_once() {
        let mut watchman = Watchman::default();
        let hot = Readings { throttled: Some(Throttle::Heat), ..Readings::default() };
        let fine = Readings::default();
        assert_eq!(look(&mut watchman, 0, &hot).len(), 1);
        assert_eq!(look(&mut watchman, 10, &fine), []);
        assert_eq!(look(&mut watchman, 20, &hot), []);
        assert_eq!(look(&mut watchman, 79, &fine), []);
        assert_eq!(look(&mut watchman, 80, &fine), [Note::ThrottleOver]);
        assert_eq!(look(&mut watchman, 81, &fine), []);
    }

    #[test]
    fn a_clock_has_time_to_be_set_after_switching_on() {
        let mut watchman = Watchman::default();
        let at = |uptime, clock| Readings { uptime, clock, ..Readings::default() };
        assert_eq!(look(&mut watchman, 0, &at(20, ClockState::Off)), []);
        assert_eq!(look(&mut watchman, 1, &at(200, ClockState::Off)), [Note::ClockOff]);
        assert_eq!(look(&mut watchman, 2, &at(201, ClockState::Off)), []);
        assert_eq!(look(&mut watchman, 3, &at(300, ClockState::InStep)), [Note::ClockOn]);
    }

    #[test]
    fn an_excess_over_the_budget_is_told_every_ten_minutes() {
        let (mut watchman, start, fine) = (Watchman::default(), Instant::now(), Readings::default());
        let mut told = |seconds| {
            let now = start + Duration::from_secs(seconds);
            watchman.look(now, &fine, 800_000_000, 700_000_000).len()
        };
        assert_eq!((told(0), told(1), told(599), told(600)), (1, 0, 0, 1));
    }
}
