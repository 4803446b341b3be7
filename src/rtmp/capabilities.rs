//! What both sides say of Enhanced RTMP in `connect` and in its reply (Enhanced RTMP v2, "Enhancing NetConnection
//! connect Command").

use super::amf0::{Value, object};

const VIDEO: [&str; 4] = ["avc1", "hvc1", "av01", "vp09"];
const AUDIO: [&str; 2] = ["mp4a", "Opus"];
/// FourCcInfoMask: CanDecode and CanForward for the box, CanEncode for a publisher; nobody minds all three.
const INFO: f64 = 7.0;
/// CapsExMask: Multitrack and ModEx. Nanoseconds are skipped, so TimestampNanoOffset is not set.
const CAPS_EX: f64 = 6.0;

/// The four properties. `fourCcList` is that of version 1, which OBS and FFmpeg still read.
pub fn enhanced() -> [(&'static str, Value); 4] {
    let all = VIDEO.iter().chain(&AUDIO).map(|&four_cc| Value::from(four_cc)).collect();
    [
        ("fourCcList", Value::StrictArray(all)),
        ("videoFourCcInfoMap", object(VIDEO.map(|four_cc| (four_cc, INFO.into())))),
        ("audioFourCcInfoMap", object(AUDIO.map(|four_cc| (four_cc, INFO.into())))),
        ("capsEx", CAPS_EX.into()),
    ]
}
