//! Whether an encoder's stamps make sense: they go on without jumps, and as fast as the clock.

use std::time::Duration;

use crate::stream::Track;
use crate::time::MediaTime;

/// A step forward beyond it is a jump: no encoder leaves out so much by design. Dropped pictures are a gap in which
/// the sound goes on, so the sound's steps count where there is sound.
const JUMP: MediaTime = MediaTime::from_millis(1_500);

/// A step back beyond it is a jump. Encoders that round let a stamp repeat.
const BACK: MediaTime = MediaTime::from_millis(20);

/// So far the stamps may run from the clock. Networks delay by less, once a whole span is looked at.
const DRIFT: MediaTime = MediaTime::from_millis(500);

/// The least delayed arrival of such a span stands for it. Wi-Fi holds back whole seconds now and then.
const SPAN: Duration = Duration::from_secs(20);

/// What is wrong with the stamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// They jumped forward by so much.
    Jumped(MediaTime),
    /// They went back by so much.
    WentBack(MediaTime),
    /// They ran ahead of the clock by so much.
    Ahead(MediaTime),
    /// They fell behind the clock by so much.
    Behind(MediaTime),
}

impl Fault {
    pub(super) fn parts(self) -> (u8, MediaTime) {
        match self {
            Fault::Jumped(by) => (1, by),
            Fault::WentBack(by) => (2, by),
            Fault::Ahead(by) => (3, by),
            Fault::Behind(by) => (4, by),
        }
    }

    pub(super) fn from_parts(code: u8, by: MediaTime) -> Option<Self> {
        match code {
            1 => Some(Fault::Jumped(by)),
            2 => Some(Fault::WentBack(by)),
            3 => Some(Fault::Ahead(by)),
            4 => Some(Fault::Behind(by)),
            _ => None,
        }
    }
}

impl std::fmt::Display for Fault {
    /// A sentence for the operator.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = |by: &MediaTime| format!("{:.1} s", by.seconds());
        match self {
            Fault::Jumped(by) => {
                write!(
                    f,
                    "The encoder's timestamps jumped by {}; players went on. Is its source a file that \
                    starts over, or a camera that drops out?",
                    seconds(by)
                )
            }
            Fault::WentBack(by) => {
                write!(
                    f,
                    "The encoder's timestamps went back by {}; players went on. Restart the stream if it \
                    happens again.",
                    seconds(by)
                )
            }
            Fault::Ahead(by) => {
                write!(f, "The encoder sends {} more than time has passed; its clock runs fast.", seconds(by))
            }
            Fault::Behind(by) => {
                write!(
                    f,
                    "The encoder fell {} behind; is its processor busy, or its network slow?",
                    seconds(by)
                )
            }
        }
    }
}

/// One source's stamps.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    video: Option<MediaTime>,
    audio: Option<MediaTime>,
    first: Option<MediaTime>,
    newest: MediaTime,
    jumped: Option<Fault>,
    span: Span,
}

/// How far media is ahead of the clock, at its least delayed, span by span.
#[derive(Debug)]
struct Span {
    ends: Duration,
    best: Option<MediaTime>,
    reference: Option<MediaTime>,
}

impl Span {
    fn from(start: Duration) -> Self {
        Span { ends: start + SPAN, best: None, reference: None }
    }
}

impl Default for Span {
    fn default() -> Self {
        Span::from(Duration::ZERO)
    }
}

impl Stamps {
    /// Looks at a unit's decode time.
    pub fn unit(&mut self, track: Track, dts: MediaTime) {
        let has_sound = self.audio.is_some();
        let last = match track {
            Track::Video => self.video.replace(dts),
            Track::Audio => self.audio.replace(dts),
        };
        self.first.get_or_insert(dts);
        self.newest = dts;
        let Some(last) = last else { return };
        let step = dts - last;
        if step < -BACK {
            self.jumped = Some(Fault::WentBack(step.abs()));
        } else if step > JUMP && (track == Track::Audio || !has_sound) {
            self.jumped = Some(Fault::Jumped(step));
        }
    }

    /// Compares with the clock, `elapsed` since the connection began. Returns what is wrong, once.
    pub fn arrived(&mut self, elapsed: Duration) -> Option<Fault> {
        if let Some(fault) = self.jumped.take() {
            // The clock is compared anew from here on.
            self.span = Span::from(elapsed);
            return Some(fault);
        }
        let ahead = self.newest - MediaTime::from_duration(elapsed);
        let span = &mut self.span;
        span.best = Some(span.best.map_or(ahead, |best| best.max(ahead)));
        if elapsed < span.ends {
            return None;
        }
        span.ends = elapsed + SPAN;
        let best = span.best.take()?;
        // Encoders begin with a burst, or late; what the first span shows is where they stand.
        let reference = *span.reference.get_or_insert(best);
        let drift = best - reference;
        if drift.abs() <= DRIFT {
            return None;
        }
        // Said once for each step of it.
        span.reference = Some(best);
        Some(if drift > MediaTime::ZERO { Fault::Ahead(drift) } else { Fault::Behind(drift.abs()) })
    }

    /// Media time since the first stamp.
    pub fn length(&self) -> MediaTime {
        self.first.map_or(MediaTime::ZERO, |first| (self.newest - first).max(MediaTime::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds pictures every 40 ms of media, each arriving by `clock`; returns what was wrong.
    fn faults(seconds: i64, clock: impl Fn(i64) -> i64) -> Vec<Fault> {
        let mut stamps = Stamps::default();
        let mut faults = Vec::new();
        for millis in (0..seconds * 1_000).step_by(40) {
            stamps.unit(Track::Video, MediaTime::from_millis(7_000 + millis));
            faults.extend(stamps.arrived(Duration::from_millis(clock(millis).unsigned_abs())));
        }
        faults
    }

    #[test]
    fn a_steady_encoder_is_steady_for_hours() {
        assert_eq!(faults(3_600, |millis| millis), []);
    }

    #[test]
    fn a_network_that_holds_back_for_two_seconds_is_no_fault_of_the_stamps() {
        assert_eq!(
            faults(300, |millis| if millis % 20_000 < 2_000 {
                millis / 20_000 * 20_000 + 2_000
            } else {
                millis
            }),
            []
        );
    }

    #[test]
    fn a_clock_that_runs_fast_or_slow_is_said_at_every_half_second() {
        let fast = faults(3_600, |millis| millis - millis / 2_000);
        assert!((2..5).contains(&fast.len()) && matches!(fast[0], Fault::Ahead(_)), "{fast:?}");
        let slow = faults(3_600, |millis| millis + millis / 2_000);
        assert!((2..5).contains(&slow.len()) && matches!(slow[0], Fault::Behind(_)), "{slow:?}");
    }

    #[test]
    fn jumps_are_seen_and_dropped_pictures_are_none() {
        let mut stamps = Stamps::default();
        let ms = MediaTime::from_millis;
        stamps.unit(Track::Audio, ms(0));
        stamps.unit(Track::Video, ms(0));
        stamps.unit(Track::Audio, ms(20));
        stamps.unit(Track::Video, ms(3_000));
        assert_eq!(stamps.arrived(Duration::ZERO), None);
        stamps.unit(Track::Audio, ms(5_020));
        assert_eq!(stamps.arrived(Duration::ZERO), Some(Fault::Jumped(ms(5_000))));
        stamps.unit(Track::Audio, ms(1_020));
        assert_eq!(stamps.arrived(Duration::ZERO), Some(Fault::WentBack(ms(4_000))));
    }
}
