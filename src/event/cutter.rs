//! Where parts and segments are cut. It looks at the lanes and decides; it holds no media.
//!
//! Parts follow pictures: one is closed before the picture that would make it longer than PART-TARGET. Where
//! pictures come too unevenly for parts of 85 % (RFC 8216bis 4.4.4.9), parts are slices of time and a picture
//! belongs to the slice in which it starts. Without pictures, parts follow audio frames.

use super::lane::{AudioLane, VideoLane};
use crate::stream::Geometry;
use crate::time::MediaTime;

/// EXTINF rounded must not exceed EXT-X-TARGETDURATION (RFC 8216bis 4.4.3.1), so a segment ends before this
/// much more.
const ROUNDING: MediaTime = MediaTime::from_millis(500);

/// A decision: the open part ends at `at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Where the part ends and the next one starts.
    pub at: MediaTime,
    /// The segment ends there too.
    pub last: bool,
}

/// Knows where the open part and segment began.
#[derive(Debug)]
pub struct Cutter {
    geometry: Geometry,
    /// How long a segment is meant to be.
    segment: MediaTime,
    /// The usual length of a picture.
    frame: MediaTime,
    part_start: MediaTime,
    segment_start: MediaTime,
    last_key: Option<MediaTime>,
    key_interval: MediaTime,
}

impl Cutter {
    /// Cuts from `start` on.
    pub fn new(geometry: Geometry, segment: MediaTime, frame: MediaTime, start: MediaTime) -> Self {
        Cutter {
            geometry,
            segment,
            frame,
            part_start: start,
            segment_start: start,
            last_key: None,
            key_interval: MediaTime::ZERO,
        }
    }

    /// Goes on within a segment that began at `segment_start`.
    pub fn go_on_in(&mut self, segment_start: MediaTime) {
        self.segment_start = segment_start;
    }

    /// PART-TARGET.
    pub fn part_target(&self) -> MediaTime {
        self.geometry.part_target
    }

    /// Where the open part began.
    pub fn part_start(&self) -> MediaTime {
        self.part_start
    }

    /// Where the open segment began, or the next one will.
    pub fn segment_start(&self) -> MediaTime {
        self.segment_start
    }

    /// Notes a key frame, to know how far apart they are.
    pub fn note_key(&mut self, at: MediaTime) {
        if let Some(last) = self.last_key.replace(at) {
            self.key_interval = at - last;
        }
    }

    /// A new source's key frames say nothing about the last one's interval.
    pub fn forget_keys(&mut self) {
        self.last_key = None;
        self.key_interval = MediaTime::ZERO;
    }

    /// The next cut that the lanes allow, if any. `frame_length` is an audio frame's duration.
    pub fn next(&self, video: Option<&VideoLane>, audio: Option<(&AudioLane, MediaTime)>) -> Option<Cut> {
        match (video, audio) {
            (Some(video), audio) => self.next_by_picture(video, audio.map(|(lane, _)| lane)),
            (None, Some((audio, frame))) => self.next_by_sound(audio, frame),
            (None, None) => None,
        }
    }

    fn next_by_picture(&self, video: &VideoLane, audio: Option<&AudioLane>) -> Option<Cut> {
        let target = self.geometry.part_target;
        let limit = self.part_start + target;
        let end = video.end();
        if end > limit {
            let at = video.last_start_until(limit).filter(|at| *at > self.part_start);
            return Some(match (at, audio) {
                (Some(at), _) if (at - self.part_start) * 100 >= target * 85 => self.cut(at),
                (_, Some(audio)) if audio.end() > self.part_start => self.cut(limit),
                (Some(at), _) => self.cut(at),
                // One picture longer than a part: nothing shorter can be made of it.
                (None, _) => self.cut(end),
            });
        }
        if end > self.part_start {
            if video.waiting_at_random_access() && self.is_time_for_a_segment(end) {
                return Some(Cut { at: end, last: true });
            }
            if end + self.frame > limit {
                return Some(self.cut(end));
            }
        }
        // The picture is overdue and the sound goes on: a slice of sound alone keeps the promise of a part.
        let overdue = audio.is_some_and(|audio| (audio.end() - self.part_start) * 2 > target * 3);
        overdue.then(|| self.cut(limit))
    }

    fn next_by_sound(&self, audio: &AudioLane, frame: MediaTime) -> Option<Cut> {
        let limit = self.part_start + self.geometry.part_target;
        if audio.end() + frame <= limit {
            return None;
        }
        let at = audio.last_end_until(limit).filter(|at| *at > self.part_start)?;
        let cut = self.cut(at);
        Some(Cut { last: cut.last || self.is_time_for_a_segment(at), ..cut })
    }

    /// A cut without a key frame: the segment ends there only when the next part could make it too long.
    fn cut(&self, at: MediaTime) -> Cut {
        Cut { at, last: at + self.geometry.part_target - self.segment_start >= self.longest_segment() }
    }

    fn longest_segment(&self) -> MediaTime {
        MediaTime::from_millis(i64::from(self.geometry.target_duration) * 1_000) + ROUNDING
    }

    /// Whether a segment that could end at `at` should: it is long enough, or waiting for the next key frame
    /// would make it too long.
    pub fn is_time_for_a_segment(&self, at: MediaTime) -> bool {
        let length = at - self.segment_start;
        length * 2 + self.geometry.part_target >= self.segment * 2
            || (self.key_interval > MediaTime::ZERO && length + self.key_interval >= self.longest_segment())
    }

    /// The part has ended at the cut.
    pub fn advance(&mut self, cut: Cut) {
        self.part_start = cut.at;
        if cut.last {
            self.segment_start = cut.at;
        }
    }
}
