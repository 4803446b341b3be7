//! What to change at the encoder before one relies on it: each check passes or names the setting.
//!
//! Belongs here: rules about what an encoder sends, and their words. Does not: how it is measured (`live`), what the
//! box can take in at all (`codec`, `ingest`).

mod check;
mod picture;
mod sound;
mod volume;

pub use check::{Check, Verdict};
pub use volume::fits;

use crate::stream::{AudioConfig, VideoConfig};
use crate::time::MediaTime;

/// What is known of an encoder's stream. What is `None` was not seen yet, and is not judged.
#[derive(Clone, Debug)]
pub struct Observed<'a> {
    /// The picture, if one was announced.
    pub video: Option<&'a VideoConfig>,
    /// The sound, if one was announced.
    pub audio: Option<&'a AudioConfig>,
    /// The encoder has sent long enough for both tracks to have come.
    pub settled: bool,
    /// From one key frame to the next; the longest of late ones.
    pub keyframe_interval: Option<MediaTime>,
    /// How long no key frame came.
    pub since_keyframe: MediaTime,
    /// Pictures were shown in another order than they were sent.
    pub b_frames: bool,
    /// Bits a second.
    pub bit_rate: Option<u64>,
    /// Who watches.
    pub viewers: u64,
    /// Bits a second that may go out.
    pub budget: u64,
}

/// All checks that can be made, in the order in which they are read.
pub fn check(observed: &Observed<'_>) -> Vec<Check> {
    let checks = [
        picture::keyframes(observed),
        picture::b_frames(observed),
        picture::codec(observed),
        picture::profile(observed),
        volume::bitrate(observed),
        sound::audio(observed),
    ];
    checks.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
