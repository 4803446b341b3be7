//! Rules about the picture: key frames, B-frames, codec, profile.

use super::{Check, Observed};
use crate::codec::{self, Chroma, Profile};
use crate::stream::VideoCodec;
use crate::time::MediaTime;

/// The box cuts segments of two seconds at key frames; an encoder set to two seconds is a frame or two off.
const GOOD_INTERVAL: MediaTime = MediaTime::from_millis(2_500);

/// Up to here a newcomer waits noticeably longer; beyond it, playlists grow, and Apple's players fall behind.
const LONG_INTERVAL: MediaTime = MediaTime::from_millis(4_000);

const INTERVAL: &str = "OBS → Settings → Output → Streaming → Keyframe Interval: 2 s";
const ENCODER: &str =
    "OBS → Settings → Output → Streaming → Video Encoder: an H.264 one (x264, NVENC H.264, QuickSync H.264)";
const PROFILE: &str = "OBS → Settings → Output → Streaming → Profile: high";
const COLOUR: &str = "OBS → Settings → Advanced → Video → Color Format: NV12";

pub(super) fn keyframes(observed: &Observed<'_>) -> Option<Check> {
    const ID: &str = "keyframes";
    observed.video?;
    let seen = observed.keyframe_interval.unwrap_or(MediaTime::ZERO);
    let interval = seen.max(observed.since_keyframe);
    if observed.keyframe_interval.is_none() && interval <= LONG_INTERVAL {
        return None;
    }
    let seconds = tenths(interval);
    Some(if interval <= GOOD_INTERVAL {
        Check::pass(ID, format!("Keyframe every {seconds} s."))
    } else if interval <= LONG_INTERVAL {
        let text = format!("Keyframe every {seconds} s: viewers who join wait longer for their picture.");
        Check::look(ID, text, INTERVAL)
    } else {
        let text =
            format!("{seconds} s between keyframes: players start late, and fall behind after a hitch.");
        Check::bad(ID, text, INTERVAL)
    })
}

/// B-frames cost a few frames of delay, and no player minds them.
pub(super) fn b_frames(observed: &Observed<'_>) -> Option<Check> {
    const ID: &str = "b-frames";
    observed.keyframe_interval?;
    Some(if observed.b_frames {
        Check::pass(ID, "B-frames are used; they play everywhere and cost a few frames of delay.")
    } else {
        Check::pass(ID, "No B-frames; the delay is as small as it gets.")
    })
}

pub(super) fn codec(observed: &Observed<'_>) -> Option<Check> {
    const ID: &str = "codec";
    let Some(video) = observed.video else {
        let missing = "No picture comes, only sound.";
        let setting =
            "OBS → Sources: add one; OBS → Settings → Output → Streaming → Video Encoder: an H.264 one";
        return observed.settled.then(|| Check::look(ID, missing, setting));
    };
    Some(match video.codec {
        VideoCodec::H264 => Check::pass(ID, "H.264, plays everywhere."),
        VideoCodec::Hevc => Check::look(
            ID,
            "HEVC plays on Apple devices and most televisions; Firefox and many computers cannot.",
            ENCODER,
        ),
        VideoCodec::Av1 => Check::look(
            ID,
            "AV1 plays in new Chrome, Edge and Firefox; iPhones before the 15 Pro and many televisions cannot.",
            ENCODER,
        ),
        VideoCodec::Vp9 => Check::look(
            ID,
            "VP9 plays in browsers; many televisions and older Apple devices cannot.",
            ENCODER,
        ),
    })
}

fn described(profile: Profile) -> String {
    let chroma = match profile.chroma {
        Chroma::Grey => "grey",
        Chroma::Quarter => "4:2:0",
        Chroma::Half => "4:2:2",
        Chroma::Full => "4:4:4",
    };
    format!("{profile}, {} bit, {chroma}", profile.bit_depth)
}

pub(super) fn profile(observed: &Observed<'_>) -> Option<Check> {
    const ID: &str = "profile";
    let profile = codec::profile(observed.video?);
    let text = described(profile);
    let deep = profile.bit_depth > 8;
    let fine_colour = matches!(profile.chroma, Chroma::Half | Chroma::Full);
    Some(match profile.codec {
        _ if fine_colour => {
            Check::bad(ID, format!("{text}: no phone and no browser plays this colour."), COLOUR)
        }
        VideoCodec::H264 if deep => {
            Check::bad(ID, format!("{text}: browsers play 8 bit H.264 only."), format!("{COLOUR}; {PROFILE}"))
        }
        VideoCodec::H264 if profile.name == "Extended" => {
            Check::bad(ID, format!("{text}: browsers do not play this profile."), PROFILE)
        }
        _ if deep => {
            Check::look(ID, format!("{text}: older phones and televisions cannot play 10 bit."), COLOUR)
        }
        _ => Check::pass(ID, format!("{text}.")),
    })
}

/// Seconds to a tenth, "2" rather than "2.0".
fn tenths(time: MediaTime) -> String {
    let rounded = (time.seconds() * 10.0).round() / 10.0;
    format!("{rounded}")
}
