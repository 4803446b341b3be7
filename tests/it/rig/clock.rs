//! A player's presentation clock as the player itself tells it, and how long it stood still.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

#[derive(Clone)]
pub struct Clock {
    pub name: &'static str,
    shared: Arc<(Mutex<Readings>, Condvar)>,
}

struct Readings {
    time: Option<f64>,
    moved: Instant,
    /// The longest standstill since it was last asked for, seconds.
    stood: f64,
    trouble: Option<String>,
}

/// A change that is smaller is no movement.
const TICK: f64 = 0.001;

impl Clock {
    pub fn new(name: &'static str) -> Self {
        let readings = Readings { time: None, moved: Instant::now(), stood: 0.0, trouble: None };
        Clock { name, shared: Arc::new((Mutex::new(readings), Condvar::new())) }
    }

    /// The player says that its clock is at `time`; between two movements it usually says nothing for `step`.
    pub fn report(&self, time: f64, step: Duration) {
        let mut readings = self.lock();
        let now = Instant::now();
        if readings.time.is_none_or(|before| (time - before).abs() > TICK) {
            readings.time = Some(time);
            readings.moved = now;
        }
        let stood = now.duration_since(readings.moved).saturating_sub(step).as_secs_f64();
        readings.stood = readings.stood.max(stood);
        self.shared.1.notify_all();
    }

    /// The player has seen itself that it stood for so long, seconds.
    pub fn stood_for(&self, stood: f64) {
        let mut readings = self.lock();
        readings.stood = readings.stood.max(stood);
    }

    /// The player is dead.
    pub fn fail(&self, trouble: &str) {
        self.lock().trouble.get_or_insert_with(|| trouble.to_owned());
        self.shared.1.notify_all();
    }

    /// Where it stands; `None` until it first said so.
    pub fn time(&self) -> Option<f64> {
        self.lock().time
    }

    /// The longest standstill since this was last asked for, seconds.
    pub fn take_standstill(&self) -> f64 {
        std::mem::take(&mut self.lock().stood)
    }

    /// Waits until it has passed `time`.
    pub fn passes(&self, time: f64, deadline: Instant) {
        let mut readings = self.lock();
        loop {
            if let Some(trouble) = &readings.trouble {
                panic!("{} died: {trouble}", self.name);
            }
            if readings.time.is_some_and(|now| now >= time) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "{} stands at {:?}; it should have passed {time:.1}",
                self.name,
                readings.time
            );
            readings = self.shared.1.wait_timeout(readings, left).unwrap().0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Readings> {
        self.shared.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
