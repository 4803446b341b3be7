//! A picture's profile, as people call it, and what decides who can play it: bit depth and chroma. Read from the
//! configuration record, without its parameter sets where the record says it too.

use std::fmt;

use super::avc::AvcRecord;
use super::avc_sets::Sps;
use crate::stream::{VideoCodec, VideoConfig};

/// How colour is sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chroma {
    /// None: grey.
    Grey,
    /// 4:2:0, what every player takes.
    Quarter,
    /// 4:2:2.
    Half,
    /// 4:4:4.
    Full,
}

/// What a configuration record says of who can play it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The codec.
    pub codec: VideoCodec,
    /// The profile's name without the codec's; empty when it has none that is known.
    pub name: &'static str,
    /// Bits of a sample of luma.
    pub bit_depth: u8,
    /// How colour is sampled.
    pub chroma: Chroma,
}

impl fmt::Display for Profile {
    /// Such as "H.264 High".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codec = match self.codec {
            VideoCodec::H264 => "H.264",
            VideoCodec::Hevc => "HEVC",
            VideoCodec::Av1 => "AV1",
            VideoCodec::Vp9 => "VP9",
        };
        match self.name {
            "" => f.write_str(codec),
            name => write!(f, "{codec} {name}"),
        }
    }
}

/// The profile of a configuration that was read before.
pub fn profile(config: &VideoConfig) -> Profile {
    let byte = |at: usize| config.record.get(at).copied().unwrap_or_default();
    let (name, bit_depth, chroma) = match config.codec {
        VideoCodec::H264 => avc(&config.record),
        // ISO/IEC 14496-15 8.3.3.1: the profile in byte 1, chroma in 16, bits beyond 8 in 17.
        VideoCodec::Hevc => (hevc(byte(1) & 0x1f), 8 + (byte(17) & 7), chroma(byte(16) & 3)),
        VideoCodec::Av1 => av1(byte(1) >> 5, byte(2)),
        // VP codec binding: profile, level, then bit depth, chroma and range in one byte.
        VideoCodec::Vp9 => {
            let name = ["Profile 0", "Profile 1", "Profile 2", "Profile 3"];
            let chroma = match (byte(2) >> 1) & 7 {
                0 | 1 => Chroma::Quarter,
                2 => Chroma::Half,
                _ => Chroma::Full,
            };
            (name.get(usize::from(byte(0))).copied().unwrap_or_default(), byte(2) >> 4, chroma)
        }
    };
    Profile { codec: config.codec, name, bit_depth, chroma }
}

fn chroma(format: u8) -> Chroma {
    match format {
        0 => Chroma::Grey,
        1 => Chroma::Quarter,
        2 => Chroma::Half,
        _ => Chroma::Full,
    }
}

/// H.264 annex A. The profile alone allows more than a stream may use, so depth and chroma are the parameter set's.
fn avc(record: &[u8]) -> (&'static str, u8, Chroma) {
    let (idc, constraints) =
        (record.get(1).copied().unwrap_or_default(), record.get(2).copied().unwrap_or_default());
    let name = match idc {
        66 if constraints & 0x40 != 0 => "Constrained Baseline",
        66 => "Baseline",
        77 => "Main",
        88 => "Extended",
        100 => "High",
        110 => "High 10",
        122 => "High 4:2:2",
        244 => "High 4:4:4",
        44 => "CAVLC 4:4:4",
        _ => "",
    };
    let record = AvcRecord::parse(record).ok();
    let sps = record.and_then(|record| record.sps.first().and_then(|unit| Sps::parse(unit)));
    let beyond = sps.as_ref().and_then(|sps| u8::try_from(sps.qp_offset / 6).ok()).unwrap_or_default();
    let format = sps.and_then(|sps| u8::try_from(sps.chroma).ok()).unwrap_or(1);
    (name, 8 + beyond, chroma(format))
}

/// H.265 annex A.
fn hevc(idc: u8) -> &'static str {
    match idc {
        1 => "Main",
        2 => "Main 10",
        3 => "Main Still Picture",
        4 => "Range Extensions",
        _ => "",
    }
}

/// AV1 ISOBMFF binding 2.3.3: seq_profile, then tier, high_bitdepth, twelve_bit, monochrome and subsampling.
fn av1(profile: u8, flags: u8) -> (&'static str, u8, Chroma) {
    let name = ["Main", "High", "Professional"].get(usize::from(profile)).copied().unwrap_or_default();
    let depth = match flags & 0x60 {
        0x60 => 12,
        0x40 => 10,
        _ => 8,
    };
    let chroma = match (flags & 0x10 != 0, flags & 0x08 != 0, flags & 0x04 != 0) {
        (true, ..) => Chroma::Grey,
        (_, true, true) => Chroma::Quarter,
        (_, true, false) => Chroma::Half,
        (_, false, _) => Chroma::Full,
    };
    (name, depth, chroma)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{HEVC, bytes};
    use super::super::video_config;
    use super::*;
    use bytes::Bytes;

    fn of(codec: VideoCodec, record: Bytes) -> (String, u8, Chroma) {
        let config = VideoConfig { codec, record, width: 640, height: 360, codecs: String::new() };
        let profile = profile(&config);
        (profile.to_string(), profile.bit_depth, profile.chroma)
    }

    #[test]
    fn h264_says_its_depth_and_chroma_in_its_parameter_set() {
        let high = "01641028ffe1001667641028acb80f0044fcb80880000003008000000a0201000568ee0f2c8bfdf8f800";
        let half =
            "017a000affe10019677a000ab6cd94dfe37011000003000100000300140f12259601000668ebe3cb22c0fefafa00";
        assert_eq!(of(VideoCodec::H264, bytes(high)), ("H.264 High".to_owned(), 8, Chroma::Quarter));
        let (name, depth, chroma) = of(VideoCodec::H264, bytes(half));
        assert_eq!((name.as_str(), chroma), ("H.264 High 4:2:2", Chroma::Half));
        assert!(depth >= 8);
    }

    #[test]
    fn hevc_av1_and_vp9_say_it_in_their_records() {
        assert_eq!(of(VideoCodec::Hevc, bytes(HEVC)), ("HEVC Main".to_owned(), 8, Chroma::Quarter));
        let av1 = |flags| of(VideoCodec::Av1, Bytes::copy_from_slice(&[0x81, 0x08, flags, 0]));
        assert_eq!(av1(0x0c), ("AV1 Main".to_owned(), 8, Chroma::Quarter));
        assert_eq!(av1(0x4c), ("AV1 Main".to_owned(), 10, Chroma::Quarter));
        let vp9 = of(VideoCodec::Vp9, bytes("000a820202020000"));
        assert_eq!(vp9, ("VP9 Profile 0".to_owned(), 8, Chroma::Quarter));
    }

    #[test]
    fn a_cut_record_breaks_nothing() {
        for codec in [VideoCodec::H264, VideoCodec::Hevc, VideoCodec::Av1, VideoCodec::Vp9] {
            of(codec, Bytes::new());
        }
        assert!(video_config(VideoCodec::H264, Bytes::new()).is_err());
    }
}
