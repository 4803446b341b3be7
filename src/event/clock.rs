//! Clocks: the mapping of a source's stamps onto the timeline, the pace of a sender, and the dates of segments.

use std::time::Duration;

use super::settings::{DATE_DRIFT, MAX_LEAD};
use crate::stream::Track;
use crate::time::MediaTime;

/// A stamp that differs by more from what its arrival suggests is a jump of the encoder's clock.
const JUMP: MediaTime = MediaTime::from_millis(1_000);

/// One mapping per source for both tracks together, so that picture and sound stay as the encoder had them.
///
/// An encoder's clock may jump (a restart of its stream, a wrapped counter, a suspended laptop). Each track
/// notices the jump by itself, because the tracks are interleaved; the second one to notice takes over the
/// first one's new offset.
#[derive(Debug)]
pub struct SourceClock {
    video: TrackClock,
    audio: TrackClock,
}

#[derive(Clone, Copy, Debug)]
struct TrackClock {
    offset: MediaTime,
    last: Option<(MediaTime, Duration)>,
}

impl SourceClock {
    /// The stamp `source` is the position `timeline`.
    pub fn new(source: MediaTime, timeline: MediaTime) -> Self {
        let track = TrackClock { offset: timeline - source, last: None };
        SourceClock { video: track, audio: track }
    }

    /// Where a unit stamped `dts` that arrived at `now` belongs; `expected` is where its track goes on.
    pub fn map(&mut self, track: Track, dts: MediaTime, now: Duration, expected: MediaTime) -> MediaTime {
        let (own, other) = match track {
            Track::Video => (&mut self.video, self.audio),
            Track::Audio => (&mut self.audio, self.video),
        };
        if let Some((last, arrival)) = own.last {
            let waited = MediaTime::from_duration(now.saturating_sub(arrival));
            let step = dts - last;
            if step < -JUMP || step > waited + JUMP {
                let with_other = dts + other.offset - expected;
                let follows = other.last.is_some() && with_other.abs() <= JUMP;
                own.offset = if follows { other.offset } else { expected - dts };
            }
        }
        own.last = Some((dts, now));
        dts + own.offset
    }
}

/// How far a sender runs ahead of the clock. The clock is let run one part in a hundred fast, so that an
/// encoder with a fast crystal is never held back over a long day, while a file pushed without pacing is.
#[derive(Debug)]
pub struct Pace {
    base: Option<(Duration, MediaTime)>,
}

impl Pace {
    /// A pace that the first unit sets.
    pub fn new() -> Self {
        Pace { base: None }
    }

    /// Notes that media up to `position` arrived at `now`; returns until when nothing more should be read.
    pub fn note(&mut self, now: Duration, position: MediaTime) -> Option<Duration> {
        let (since, base) = *self.base.get_or_insert((now, position));
        let elapsed = now.saturating_sub(since);
        let clock = base + MediaTime::from_duration(elapsed + elapsed / 100);
        let lead = position - clock;
        if lead <= MediaTime::ZERO {
            self.base = Some((now, position));
            return None;
        }
        (lead > MAX_LEAD).then(|| now + (lead - MAX_LEAD).to_duration())
    }
}

/// EXT-X-PROGRAM-DATE-TIME: the event's base plus media time, never stepping with the wall clock.
#[derive(Debug)]
pub struct Calendar {
    /// A position of the timeline and its date in milliseconds.
    anchor: (MediaTime, i64),
    /// A monotonic instant and its date in milliseconds: the wall clock is read once.
    clock: (Duration, i64),
    restart: bool,
}

impl Calendar {
    /// At `now` the wall clock says `date` (ms since 1970), and the media that arrived then is at `position`.
    pub fn new(now: Duration, date: i64, position: MediaTime) -> Self {
        Calendar { anchor: (position, date), clock: (now, date), restart: false }
    }

    /// The next segment's date comes from the clock again.
    pub fn re_anchor(&mut self) {
        self.restart = true;
    }

    /// The date of a segment that starts at `position` with media that arrived at `arrival`.
    pub fn date(&mut self, position: MediaTime, arrival: Duration) -> i64 {
        let by_media = self.anchor.1 + (position - self.anchor.0).millis();
        let elapsed = MediaTime::from_duration(arrival.saturating_sub(self.clock.0));
        let by_clock = self.clock.1 + elapsed.millis();
        let drift = MediaTime::from_millis(by_clock - by_media).abs();
        if !std::mem::take(&mut self.restart) && drift <= DATE_DRIFT {
            return by_media;
        }
        self.anchor = (position, by_clock);
        by_clock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: i64) -> MediaTime {
        MediaTime::from_millis(millis)
    }

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_jump_of_the_encoders_clock_goes_on_where_the_track_was() {
        let mut clock = SourceClock::new(ms(0), ms(10_000));
        assert_eq!(clock.map(Track::Video, ms(0), at(0), ms(10_000)), ms(10_000));
        assert_eq!(clock.map(Track::Video, ms(40), at(40), ms(10_040)), ms(10_040));
        assert_eq!(clock.map(Track::Video, ms(900_000), at(80), ms(10_080)), ms(10_080));
        assert_eq!(clock.map(Track::Video, ms(5), at(120), ms(10_120)), ms(10_120));
    }

    #[test]
    fn after_a_jump_both_tracks_share_one_offset_again() {
        let mut clock = SourceClock::new(ms(0), ms(0));
        clock.map(Track::Video, ms(0), at(0), ms(0));
        clock.map(Track::Audio, ms(0), at(0), ms(0));
        clock.map(Track::Video, ms(50_000), at(40), ms(40));
        // The sound still on the old clock stays where it was, and then follows the picture's new offset.
        assert_eq!(clock.map(Track::Audio, ms(20), at(41), ms(21)), ms(20));
        assert_eq!(clock.map(Track::Audio, ms(50_003), at(45), ms(41)), ms(43));
    }

    #[test]
    fn a_gap_that_the_clock_saw_too_is_no_jump() {
        let mut clock = SourceClock::new(ms(0), ms(0));
        clock.map(Track::Video, ms(0), at(0), ms(0));
        assert_eq!(clock.map(Track::Video, ms(5_000), at(5_000), ms(40)), ms(5_000));
    }

    #[test]
    fn a_sender_in_step_with_the_clock_is_never_held_back() {
        let mut pace = Pace::new();
        for step in 0..100_000_u64 {
            // A crystal that is 200 ppm fast, for an hour of 30 frames a second.
            let position = MediaTime::from_ticks(i64::try_from(step * 3_000).unwrap() * 10_002 / 10_000);
            assert_eq!(pace.note(Duration::from_micros(step * 33_333), position), None);
        }
    }

    #[test]
    fn a_file_pushed_without_pacing_is_held_back_to_the_clock() {
        let mut pace = Pace::new();
        pace.note(at(0), ms(0));
        assert_eq!(pace.note(at(10), ms(1_900)), None);
        let wait = pace.note(at(20), ms(3_000)).unwrap();
        assert!(wait > at(900) && wait < at(1_100), "{wait:?}");
    }

    #[test]
    fn dates_follow_media_time_until_they_drift_half_a_second() {
        let mut calendar = Calendar::new(at(0), 1_000_000, ms(10_000));
        assert_eq!(calendar.date(ms(12_000), at(2_300)), 1_002_000);
        assert_eq!(calendar.date(ms(14_000), at(4_600)), 1_004_600);
        assert_eq!(calendar.date(ms(16_000), at(6_700)), 1_006_600);
        calendar.re_anchor();
        assert_eq!(calendar.date(ms(18_000), at(8_700)), 1_008_700);
    }
}
