//! An encoder's stream in figures: rates out of counters.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::rate::Rate;
use super::unix_millis;
use crate::live::{Announced, Fault, Input, Origin, Reading};
use crate::stream::Configuration;

/// Rates are averaged over so long: key frames are ten times as large as the pictures between them.
const SPAN: Duration = Duration::from_secs(5);

/// A fault of the stamps is shown for so long.
const FAULT_SHOWN: Duration = Duration::from_secs(60);

/// What is measured of an encoder at one moment.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub origin: Origin,
    pub announced: Announced,
    pub configuration: Configuration,
    pub reading: Reading,
    /// Bits a second.
    pub bit_rate: u64,
    pub frame_rate: Option<f64>,
    /// What is wrong with the stamps now.
    pub fault: Option<Fault>,
    /// Milliseconds since 1970.
    pub steady_since: i64,
    /// It has sent for long enough to be judged.
    pub settled: bool,
}

/// Measures one encoder after the other.
#[derive(Debug)]
pub(super) struct InputGauge {
    seen: Option<Arc<Input>>,
    bytes: Rate,
    pictures: Rate,
}

impl Default for InputGauge {
    fn default() -> Self {
        InputGauge { seen: None, bytes: Rate::new(SPAN), pictures: Rate::new(SPAN) }
    }
}

impl InputGauge {
    /// Measures the encoder that is there.
    pub fn measure(&mut self, now: Instant, input: Option<&Arc<Input>>) -> Option<Measured> {
        if self.seen.as_ref().map(Arc::as_ptr) != input.map(Arc::as_ptr) {
            *self = InputGauge { seen: input.cloned(), ..InputGauge::default() };
        }
        let input = input?;
        let reading = input.read();
        let rate = self.bytes.per_second(now, reading.bytes);
        let frames = self.pictures.exact_per_second(now, reading.pictures);
        let tenths = frames.map(|rate| (rate * 10.0).round() / 10.0);
        let configuration = input.configuration();
        let since = unix_millis(input.origin.since);
        let fault_at = reading.fault.map(|(_, at)| i64::try_from(at.as_millis()).unwrap_or(i64::MAX));
        let recent = reading.fault.filter(|(_, at)| reading.age.saturating_sub(*at) < FAULT_SHOWN);
        Some(Measured {
            origin: input.origin.clone(),
            announced: input.announced(),
            frame_rate: tenths.filter(|_| configuration.video.is_some()),
            configuration,
            reading,
            bit_rate: rate.unwrap_or_default().saturating_mul(8),
            fault: recent.map(|(fault, _)| fault),
            steady_since: since.saturating_add(fault_at.unwrap_or_default()),
            settled: reading.age >= SPAN && reading.bytes > 0,
        })
    }
}
