//! The last hour in steps, for the dashboard's graphs.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

/// Milliseconds from one value to the next.
pub const STEP: i64 = 5_000;

/// An hour of them.
const MAX_VALUES: usize = 720;

/// What is remembered of one step; `None` where there was nothing to measure.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Values {
    /// What the encoder sends, bits a second.
    pub bit_rate: Option<u64>,
    /// Who watches.
    pub viewers: Option<u64>,
    /// What goes out, bits a second.
    pub egress: Option<u64>,
    /// Percent of all processors.
    pub cpu: Option<u64>,
}

/// The last hour; clones share it.
#[derive(Clone, Debug, Default)]
pub struct History(Arc<Mutex<Ring>>);

#[derive(Debug, Default)]
struct Ring {
    /// The step of the newest value, counted from 1970.
    newest: i64,
    values: VecDeque<Values>,
}

/// The last hour as it is sent: one list per value, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Series {
    /// Milliseconds since 1970 of the first value.
    pub from: i64,
    /// Milliseconds from one value to the next.
    pub step: i64,
    /// Bits a second from the encoder.
    pub bit_rate: Vec<Option<u64>>,
    /// Viewers.
    pub viewers: Vec<Option<u64>>,
    /// Bits a second to viewers.
    pub egress: Vec<Option<u64>>,
    /// Percent.
    pub cpu: Vec<Option<u64>>,
}

impl History {
    /// Nothing yet.
    pub fn new() -> Self {
        History::default()
    }

    /// Remembers what was measured at `now` (milliseconds since 1970). A second value of one step is let go, steps
    /// without one are holes, and a clock that jumped by more than the hour begins a new one.
    pub fn push(&self, now: i64, values: Values) {
        let step = now.div_euclid(STEP);
        let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = step - ring.newest;
        if since == 0 && !ring.values.is_empty() {
            return;
        }
        match usize::try_from(since) {
            Ok(since) if since <= MAX_VALUES => {
                let holes = if ring.values.is_empty() { 0 } else { since - 1 };
                ring.values.extend(std::iter::repeat_n(Values::default(), holes));
            }
            _ => ring.values.clear(),
        }
        ring.newest = step;
        ring.values.push_back(values);
        let surplus = ring.values.len().saturating_sub(MAX_VALUES);
        ring.values.drain(..surplus);
    }

    /// The last hour.
    pub fn series(&self) -> Series {
        let ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = i64::try_from(ring.values.len()).unwrap_or_default();
        let first = if count == 0 { ring.newest } else { ring.newest - (count - 1) };
        Series {
            from: first * STEP,
            step: STEP,
            bit_rate: ring.values.iter().map(|values| values.bit_rate).collect(),
            viewers: ring.values.iter().map(|values| values.viewers).collect(),
            egress: ring.values.iter().map(|values| values.egress).collect(),
            cpu: ring.values.iter().map(|values| values.cpu).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some time in 2025, on a step.
    const START: i64 = 1_750_000_000_000;

    fn viewers(count: u64) -> Values {
        Values { viewers: Some(count), ..Values::default() }
    }

    #[test]
    fn a_missed_step_is_a_hole_and_a_second_value_of_one_step_is_let_go() {
        let history = History::new();
        history.push(START, viewers(1));
        history.push(START + 400, viewers(2));
        history.push(START + 2 * STEP + 10, viewers(3));
        let series = history.series();
        assert_eq!((series.from, series.viewers), (START, vec![Some(1), None, Some(3)]));
    }

    #[test]
    fn it_keeps_an_hour() {
        let history = History::new();
        for step in 0..1_000 {
            history.push(START + step * STEP, viewers(step.unsigned_abs()));
        }
        let series = history.series();
        assert_eq!((series.viewers.len(), series.viewers[0]), (720, Some(280)));
        assert_eq!(series.from, START + 280 * STEP);
    }

    #[test]
    fn a_clock_that_jumps_begins_a_new_hour() {
        let history = History::new();
        history.push(START, viewers(1));
        history.push(START - 7_200_000, viewers(2));
        assert_eq!(history.series().viewers, [Some(2)]);
        history.push(START, viewers(3));
        assert_eq!(history.series().viewers, [Some(3)]);
    }
}
