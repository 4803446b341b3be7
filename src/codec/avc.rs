//! The H.264 configuration record, avcC (ISO/IEC 14496-15 5.3.3.1).

use bytes::Bytes;

use super::avc_sets::Sps;
use super::bits::BitReader;
use super::error::{CodecError, checked_size};
use crate::stream::{VideoCodec, VideoConfig};

const NAME: &str = "H.264 configuration (avcC)";

/// What the record holds, parameter sets as NAL units.
#[derive(Debug)]
pub(super) struct AvcRecord<'a> {
    /// Bytes of the length before each NAL unit of a sample: 1, 2 or 4.
    pub length_size: usize,
    pub sps: Vec<&'a [u8]>,
    pub pps: Vec<&'a [u8]>,
}

impl<'a> AvcRecord<'a> {
    /// Reads up to the picture parameter sets; the extension after them says nothing that the sets do not.
    pub fn parse(record: &'a [u8]) -> Result<Self, CodecError> {
        let cut = || CodecError::Truncated(NAME);
        let (head, mut rest) = record.split_at_checked(6).ok_or_else(cut)?;
        if head[0] != 1 {
            return Err(CodecError::Version { record: NAME, version: head[0] });
        }
        let length_size = length_size(head[4]).ok_or(CodecError::LengthSize(NAME))?;
        let sps = sets(&mut rest, head[5] & 0x1f).ok_or_else(cut)?;
        let (count, mut rest) = rest.split_first().ok_or_else(cut)?;
        let pps = sets(&mut rest, *count).ok_or_else(cut)?;
        Ok(AvcRecord { length_size, sps, pps })
    }
}

/// lengthSizeMinusOne, the low two bits, as a size.
pub(super) fn length_size(byte: u8) -> Option<usize> {
    match byte & 3 {
        2 => None,
        minus_one => Some(usize::from(minus_one) + 1),
    }
}

/// Takes `count` NAL units, each after its length of two bytes.
pub(super) fn sets<'a>(rest: &mut &'a [u8], count: impl Into<u16>) -> Option<Vec<&'a [u8]>> {
    let mut sets = Vec::new();
    for _ in 0..count.into() {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (set, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        sets.push(set);
        *rest = after;
    }
    Some(sets)
}

pub(super) fn config(record: Bytes) -> Result<VideoConfig, CodecError> {
    let parsed = AvcRecord::parse(&record)?;
    let missing = |part| CodecError::Missing { record: NAME, part };
    let unit = parsed.sps.first().ok_or_else(|| missing("sequence parameter set"))?;
    if parsed.pps.is_empty() {
        return Err(missing("picture parameter set"));
    }
    let sps = Sps::parse(unit).ok_or(CodecError::Malformed("H.264 sequence parameter set"))?;
    let (width, height) = checked_size(sps.width, sps.height)?;
    // RFC 6381 3.3: profile_idc, the constraint flags and level_idc, the three bytes after the NAL header.
    let tag = BitReader::new(&unit[1..]).bits(24).ok_or(CodecError::Truncated(NAME))?;
    let codecs = format!("avc1.{tag:06x}");
    Ok(VideoConfig { codec: VideoCodec::H264, record, width, height, codecs })
}

#[cfg(test)]
mod tests {
    use super::super::samples::bytes;
    use super::*;
    use proptest::prelude::*;

    const HIGH: &str = "01641028ffe1001667641028acb80f0044fcb80880000003008000000a0201000568ee0f2c8bfdf8f800";
    const BASELINE: &str = "0142c00affe100156742c00ad9096c0440000003004000000503c4899201000568cb83cb20";
    const FIELDS: &str =
        "01640015ffe1001867640015acd94d3cf1180880000003008000000a0f8a14cb01000668fba3cb22c0fdf8f800";
    const HIGH_422: &str =
        "017a000affe10019677a000ab6cd94dfe37011000003000100000300140f12259601000668ebe3cb22c0fefafa00";

    fn read(record: &str) -> (u32, u32, String) {
        let config = config(bytes(record)).unwrap();
        (config.width, config.height, config.codecs)
    }

    #[test]
    fn the_picture_is_what_cropping_leaves() {
        assert_eq!(read(HIGH), (1920, 1080, "avc1.641028".to_owned()));
        assert_eq!(read(BASELINE), (32, 32, "avc1.42c00a".to_owned()));
        assert_eq!(read(FIELDS), (36, 36, "avc1.640015".to_owned()));
        assert_eq!(read(HIGH_422), (48, 36, "avc1.7a000a".to_owned()));
    }

    #[test]
    fn scaling_lists_are_passed_over() {
        // seq_scaling_matrix_present_flag with one list of 16 that ends at once and seven absent ones.
        let mut bits = super::super::bits::BitWriter::default();
        bits.bits(100 << 16 | 10, 24);
        for code in [0, 1, 0, 0] {
            bits.ue(code);
        }
        bits.bits(0b011, 3);
        bits.ue(16);
        bits.bits(0, 7);
        for code in [0, 2, 1] {
            bits.ue(code);
        }
        bits.bits(0, 1);
        for code in [3, 2] {
            bits.ue(code);
        }
        bits.bits(0b1_1001, 5);
        let unit = [&[0x67], &bits.into_bytes()[..]].concat();
        let sps = Sps::parse(&unit).unwrap();
        assert_eq!((sps.width, sps.height), (64, 48));
    }

    #[test]
    fn a_record_says_why_it_is_refused() {
        let full = bytes(BASELINE);
        for length in [0, 5, 12, 30, full.len() - 1] {
            assert_eq!(config(full.slice(..length)), Err(CodecError::Truncated(NAME)), "{length}");
        }
        let without = |part| Err(CodecError::Missing { record: NAME, part });
        assert_eq!(config(bytes("0142c00affe000")), without("sequence parameter set"));
        let no_pps = [&full[..29], &[0]].concat();
        assert_eq!(config(no_pps.into()), without("picture parameter set"));
        assert_eq!(config(bytes("0142c00afee000")), Err(CodecError::LengthSize(NAME)));
        assert_eq!(config(bytes("0042c00affe000")), Err(CodecError::Version { record: NAME, version: 0 }));
        let error = config(bytes("0142c00affe10001670000")).unwrap_err();
        assert_eq!(error.to_string(), "the H.264 configuration (avcC) has no picture parameter set");
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_parser(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
            sample in prop::sample::select(vec![HIGH, BASELINE, FIELDS, HIGH_422]),
        ) {
            let mut record = bytes(sample).to_vec();
            for (index, byte) in damage {
                let index = index.index(record.len());
                record[index] = byte;
            }
            let _ = config(record.into());
        }

        #[test]
        fn arbitrary_parameter_sets_break_nothing(unit in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = Sps::parse(&[&[0x67], &unit[..]].concat());
            let _ = super::super::avc_sets::Pps::parse(&[&[0x68], &unit[..]].concat());
        }
    }
}
