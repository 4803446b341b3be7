//! An encoder's stream in figures: rates out of counters.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::rate::Rate;
use crate::live::{Announced, Fault, Input, Origin, Reading};
use crate::stream::Configuration;
use crate::time::unix_millis;

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

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use bytes::Bytes;

    use super::*;
    use crate::live::SourceMeter;
    use crate::stream::{AccessUnit, Track, TrackConfig, VideoCodec, VideoConfig};
    use crate::time::MediaTime;

    fn meter() -> SourceMeter {
        let since = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let meter =
            SourceMeter::new(Origin { address: None, key: None, key_id: None, test_card: false, since });
        let (record, codecs) = (Bytes::new(), String::new());
        let video = VideoConfig { codec: VideoCodec::Vp9, record, width: 64, height: 36, codecs };
        meter.configured(&TrackConfig::Video(video));
        meter
    }

    fn pictures(meter: &mut SourceMeter, from: i64, count: i64) {
        for number in from..from + count {
            meter.unit(&AccessUnit {
                track: Track::Video,
                dts: MediaTime::from_millis(number * 40),
                composition: MediaTime::ZERO,
                random_access: number % 50 == 0,
                data: Bytes::from(vec![0; 1_000]),
            });
        }
    }

    #[test]
    fn rates_are_of_the_last_seconds_and_begin_anew_with_another_encoder() {
        let (mut gauge, mut first, start) = (InputGauge::default(), meter(), Instant::now());
        let input = first.input();
        assert_eq!(gauge.measure(start, Some(&input)).unwrap().bit_rate, 0);
        pictures(&mut first, 0, 50);
        let measured = gauge.measure(start + Duration::from_secs(2), Some(&input)).unwrap();
        assert_eq!((measured.bit_rate, measured.frame_rate), (200_000, Some(25.0)));
        assert_eq!(measured.steady_since, 1_000_000);
        let other = meter().input();
        let measured = gauge.measure(start + Duration::from_secs(3), Some(&other)).unwrap();
        assert_eq!((measured.bit_rate, measured.frame_rate), (0, None));
        assert!(gauge.measure(start, None).is_none());
    }

    #[test]
    fn a_fault_of_the_stamps_ends_the_steady_time() {
        let (mut gauge, mut meter) = (InputGauge::default(), meter());
        pictures(&mut meter, 0, 2);
        pictures(&mut meter, 500, 1);
        meter.arrived(Instant::now());
        let measured = gauge.measure(Instant::now(), Some(&meter.input())).unwrap();
        assert!(matches!(measured.fault, Some(Fault::Jumped(_))));
        assert!(measured.steady_since >= 1_000_000);
    }
}
