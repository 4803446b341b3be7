//! VP9: the configuration record vpcC (VP codec ISOBMFF binding) and the uncompressed header of a key frame (VP9
//! bitstream 6.2).

use bytes::Bytes;

use super::bits::BitReader;
use super::error::{CodecError, checked_size};
use crate::stream::{VideoCodec, VideoConfig};

const NAME: &str = "VP9 configuration (vpcC)";
/// The record without box header, and without codecInitializationData, which VP9 does not have.
const LENGTH: usize = 8;
const KEY_FRAME: &str = "VP9 key frame";

/// Levels with their largest picture and sample rate (VP9 levels; each level's code is ten times its number).
const LEVELS: [(u8, u64, u64); 14] = [
    (10, 36_864, 829_440),
    (11, 73_728, 2_764_800),
    (20, 122_880, 4_608_000),
    (21, 245_760, 9_216_000),
    (30, 552_960, 20_736_000),
    (31, 983_040, 36_864_000),
    (40, 2_228_224, 83_558_400),
    (41, 2_228_224, 160_432_128),
    (50, 8_912_896, 311_951_360),
    (51, 8_912_896, 588_251_136),
    (52, 8_912_896, 1_176_502_272),
    (60, 35_651_584, 1_176_502_272),
    (61, 35_651_584, 2_353_004_544),
    (62, 35_651_584, 4_706_009_088),
];
/// What the level is guessed for where the encoder does not tell: no live encoder's frame rate is higher.
const GUESSED_FRAME_RATE: u64 = 60;

/// A key frame's uncompressed header, up to the picture's size.
#[derive(Debug, PartialEq, Eq)]
struct KeyFrame {
    profile: u8,
    bit_depth: u8,
    /// color_space as VP9 numbers it.
    color_space: u8,
    full_range: bool,
    subsampling: (bool, bool),
    width: u32,
    height: u32,
}

impl KeyFrame {
    /// `Ok(None)` for a frame that is none.
    fn parse(frame: &[u8]) -> Option<Option<Self>> {
        let reader = &mut BitReader::new(frame);
        if !is_key_start(reader)? {
            return Some(None);
        }
        let (low, high) = ((frame[0] >> 5) & 1, (frame[0] >> 4) & 1);
        let profile = high << 1 | low;
        let bit_depth = match profile >= 2 {
            true if reader.flag()? => 12,
            true => 10,
            false => 8,
        };
        let color_space = byte(reader, 3)?;
        let odd_profile = profile & 1 == 1;
        let (full_range, subsampling) = if color_space != SRGB {
            let full_range = reader.flag()?;
            let subsampling = if odd_profile { (reader.flag()?, reader.flag()?) } else { (true, true) };
            (full_range, subsampling)
        } else {
            (true, (false, false))
        };
        if odd_profile {
            reader.skip(1)?;
        } else if color_space == SRGB {
            return None;
        }
        let (width, height) = (reader.bits(16)? + 1, reader.bits(16)? + 1);
        Some(Some(KeyFrame { profile, bit_depth, color_space, full_range, subsampling, width, height }))
    }

    /// ISO/IEC 23091-2 matrix coefficients; 2 is unspecified.
    fn matrix(&self) -> u8 {
        match self.color_space {
            1 => 5,
            2 => 1,
            3 => 6,
            4 => 7,
            5 => 9,
            SRGB => 0,
            _ => 2,
        }
    }

    /// vpcC's chromaSubsampling; it has no number for 4:4:0.
    fn chroma(&self, position: Option<u8>) -> Option<u8> {
        match self.subsampling {
            // Where chroma samples lie is known to the record alone; 1, beside luma, is the usual.
            (true, true) => Some(position.filter(|chroma| *chroma <= 1).unwrap_or(1)),
            (true, false) => Some(2),
            (false, false) => Some(3),
            (false, true) => None,
        }
    }

    fn level(&self) -> u8 {
        let size = u64::from(self.width) * u64::from(self.height);
        let enough = |level: &&(u8, u64, u64)| size <= level.1 && size * GUESSED_FRAME_RATE <= level.2;
        LEVELS.iter().find(enough).map_or(62, |level| level.0)
    }
}

/// CS_RGB.
const SRGB: u8 = 7;

fn byte(reader: &mut BitReader<'_>, count: u32) -> Option<u8> {
    u8::try_from(reader.bits(count)?).ok()
}

/// Reads frame marker, profile, frame type and sync code; whether they are a key frame's.
fn is_key_start(reader: &mut BitReader<'_>) -> Option<bool> {
    if reader.bits(2)? != 2 {
        return None;
    }
    let profile = reader.bits(2)?;
    if profile == 3 && reader.flag()? {
        return None;
    }
    let (show_existing, not_key) = (reader.flag()?, reader.flag()?);
    if show_existing || not_key {
        return Some(false);
    }
    reader.skip(2)?;
    (reader.bits(24)? == 0x49_83_42).then_some(true)
}

/// Whether the frame, or the first one of a superframe, is a key frame.
pub(super) fn is_key_frame(frame: &[u8]) -> bool {
    is_key_start(&mut BitReader::new(frame)) == Some(true)
}

/// The body of a record, with or without the version and flags of its full box; empty when there is none.
fn body(record: &[u8]) -> Result<Option<&[u8; LENGTH]>, CodecError> {
    let body = record.strip_prefix(&[1, 0, 0, 0]).unwrap_or(record);
    match body.first_chunk() {
        Some(body) => Ok(Some(body)),
        None if record.is_empty() => Ok(None),
        None => Err(CodecError::Truncated(NAME)),
    }
}

/// Makes a VP9 configuration of its record (vpcC, may be empty) and its first key frame, which alone says how
/// large the picture is. Where they differ the frame is right; level and colours stay the record's.
///
/// The result's record is the eight bytes of vpcC's body, without version and flags.
pub fn vp9_config(record: Bytes, key_frame: &[u8]) -> Result<VideoConfig, CodecError> {
    let given = body(&record)?;
    let malformed = CodecError::Malformed(KEY_FRAME);
    let frame = KeyFrame::parse(key_frame).ok_or(malformed)?.ok_or(CodecError::NotKeyFrame)?;
    let (width, height) = checked_size(frame.width, frame.height)?;
    let chroma = frame.chroma(given.map(|body| (body[2] >> 1) & 7)).ok_or(malformed)?;
    let level = given.map(|body| body[1]).filter(|level| LEVELS.iter().any(|known| known.0 == *level));
    let level = level.unwrap_or_else(|| frame.level());
    let color = given.map_or([2, 2, frame.matrix()], |body| [body[3], body[4], body[5]]);
    let (profile, depth) = (frame.profile, frame.bit_depth);
    let packed = depth << 4 | chroma << 1 | u8::from(frame.full_range);
    let record = [profile, level, packed, color[0], color[1], color[2], 0, 0];
    Ok(VideoConfig {
        codec: VideoCodec::Vp9,
        record: Bytes::copy_from_slice(&record),
        width,
        height,
        // The optional fields repeat what the record says; no player chooses by them.
        codecs: format!("vp09.{profile:02}.{level:02}.{depth:02}"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::bytes;
    use super::*;
    use proptest::prelude::*;

    const KEY: &str = "824983420003f002f60438241c184a00";
    const KEY_422_10: &str = "b124c1a106001f8017b041c120e0c2c0";
    const KEY_RGB: &str = "a2498342e003f002f60438241c184a00";

    fn read(record: &str, frame: &str) -> VideoConfig {
        vp9_config(bytes(record), &bytes(frame)).unwrap()
    }

    #[test]
    fn the_key_frame_says_what_the_record_does_not() {
        let made = read("", KEY);
        assert_eq!((made.width, made.height, made.codecs.as_str()), (64, 48, "vp09.00.10.08"));
        assert_eq!(made.record, bytes("000a820202020000"));
        let deep = read("", KEY_422_10);
        assert_eq!((deep.width, deep.height, deep.codecs.as_str()), (64, 48, "vp09.03.10.10"));
        assert_eq!(read("", KEY_RGB).record, bytes("010a870202000000"));
    }

    #[test]
    fn the_record_is_taken_with_and_without_the_header_of_its_full_box() {
        assert_eq!(read("01000000001f820101010000", KEY).record, bytes("001f820101010000"));
        assert_eq!(read("001f820101010000", KEY).codecs, "vp09.00.31.08");
        // Level 0 is none, and the profile is the frame's.
        assert_eq!(read("0300a00101010000", KEY).record, bytes("000a800101010000"));
    }

    #[test]
    fn without_a_key_frame_there_is_no_configuration() {
        let shown_delta = [0x86, 0x00, 0x40, 0x92];
        assert_eq!(vp9_config(Bytes::new(), &shown_delta), Err(CodecError::NotKeyFrame));
        assert_eq!(vp9_config(Bytes::new(), &[]), Err(CodecError::Malformed(KEY_FRAME)));
        assert_eq!(vp9_config(bytes("001f"), &bytes(KEY)), Err(CodecError::Truncated(NAME)));
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_parser(frame in prop::collection::vec(any::<u8>(), 0..20), key in any::<bool>()) {
            let start: &[u8] = if key { &[0x82, 0x49, 0x83, 0x42] } else { &[] };
            let _ = vp9_config(Bytes::new(), &[start, &frame].concat());
            let _ = vp9_config(frame.into(), &bytes(KEY));
        }
    }
}
