//! The HEVC configuration record, hvcC (ISO/IEC 14496-15 8.3.3.1), and the sequence parameter set (H.265 7.3.2.2)
//! as far as the picture's size needs it.

use bytes::Bytes;

use super::avc::{length_size, sets};
use super::avc_sets::{at_most, cropped};
use super::bits::BitReader;
use super::error::{CodecError, checked_size};
use super::nal::unescape;
use crate::stream::{VideoCodec, VideoConfig};

const NAME: &str = "HEVC configuration (hvcC)";
/// The record up to its arrays.
const HEAD: usize = 23;

/// nal_unit_type of a video parameter set.
pub(super) const VPS: u8 = 32;
/// nal_unit_type of a sequence parameter set.
pub(super) const SPS: u8 = 33;
/// nal_unit_type of a picture parameter set.
pub(super) const PPS: u8 = 34;

/// What the record holds.
#[derive(Debug)]
pub(super) struct HevcRecord<'a> {
    head: &'a [u8; HEAD],
    /// Bytes of the length before each NAL unit of a sample: 1, 2 or 4.
    pub length_size: usize,
    /// The NAL units of all arrays, in whatever order they stand.
    pub units: Vec<&'a [u8]>,
}

impl<'a> HevcRecord<'a> {
    pub fn parse(record: &'a [u8]) -> Result<Self, CodecError> {
        let cut = || CodecError::Truncated(NAME);
        let (head, mut rest) = record.split_first_chunk::<HEAD>().ok_or_else(cut)?;
        if head[0] != 1 {
            return Err(CodecError::Version { record: NAME, version: head[0] });
        }
        let length_size = length_size(head[21]).ok_or(CodecError::LengthSize(NAME))?;
        let mut units = Vec::new();
        for _ in 0..head[22] {
            let (array, mut after) = rest.split_first_chunk::<3>().ok_or_else(cut)?;
            units.extend(sets(&mut after, u16::from_be_bytes([array[1], array[2]])).ok_or_else(cut)?);
            rest = after;
        }
        Ok(HevcRecord { head, length_size, units })
    }

    /// The first NAL unit of the type, by its own header: arrays have been seen with a wrong type.
    fn first(&self, kind: u8, part: &'static str) -> Result<&'a [u8], CodecError> {
        let found = self.units.iter().find(|unit| unit_type(unit) == Some(kind));
        found.copied().ok_or(CodecError::Missing { record: NAME, part })
    }

    /// ISO/IEC 14496-15 annex E.3: profile space and profile, compatibility flags in reverse bit order, tier and
    /// level, and the constraint bytes without zeros at their end.
    fn codecs(&self) -> String {
        let head = self.head;
        let space = ["", "A", "B", "C"][usize::from(head[1] >> 6)];
        let tier = if head[1] & 0x20 == 0 { 'L' } else { 'H' };
        let compatibility = u32::from_be_bytes([head[2], head[3], head[4], head[5]]).reverse_bits();
        let constraints = &head[6..12];
        let kept = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let constraints: String = constraints[..kept].iter().map(|byte| format!(".{byte:X}")).collect();
        format!("hvc1.{space}{}.{compatibility:X}.{tier}{}{constraints}", head[1] & 0x1f, head[12])
    }
}

/// nal_unit_type, `None` for a unit without a whole header.
pub(super) fn unit_type(unit: &[u8]) -> Option<u8> {
    (unit.len() >= 2).then(|| (unit[0] >> 1) & 0x3f)
}

pub(super) fn config(record: Bytes) -> Result<VideoConfig, CodecError> {
    let parsed = HevcRecord::parse(&record)?;
    parsed.first(VPS, "video parameter set")?;
    parsed.first(PPS, "picture parameter set")?;
    let sps = parsed.first(SPS, "sequence parameter set")?;
    let (width, height) = size(sps).ok_or(CodecError::Malformed("HEVC sequence parameter set"))?;
    let (width, height) = checked_size(width, height)?;
    let codecs = parsed.codecs();
    Ok(VideoConfig { codec: VideoCodec::Hevc, record, width, height, codecs })
}

/// Width and height within the conformance window.
fn size(sps: &[u8]) -> Option<(u32, u32)> {
    let raw = unescape(sps.get(2..)?);
    Some(Picture::parse(&raw)?.size)
}

/// What a sequence parameter set says of its pictures.
struct Picture {
    chroma: u32,
    size: (u32, u32),
    /// bit_depth_luma_minus8 and bit_depth_chroma_minus8.
    depths: [u32; 2],
}

impl Picture {
    fn parse(raw: &[u8]) -> Option<Self> {
        let reader = &mut BitReader::new(raw);
        sps_id(reader)?;
        let chroma = at_most(reader.ue()?, 3)?;
        if chroma == 3 {
            reader.skip(1)?;
        }
        let (width, height) = (reader.ue()?, reader.ue()?);
        let mut crop = [0; 4];
        if reader.flag()? {
            crop = [reader.ue()?, reader.ue()?, reader.ue()?, reader.ue()?];
        }
        let (unit_x, unit_y) = match chroma {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let size = (cropped(width, crop[0], crop[1], unit_x)?, cropped(height, crop[2], crop[3], unit_y)?);
        Some(Picture { chroma, size, depths: [at_most(reader.ue()?, 8)?, at_most(reader.ue()?, 8)?] })
    }
}

/// The configuration record of the parameter sets among these NAL units; `None` when a set is missing.
pub fn hevc_record(units: &[&[u8]]) -> Option<Bytes> {
    let of = |kind: u8| -> Vec<&[u8]> {
        units.iter().copied().filter(|unit| unit_type(unit) == Some(kind)).collect()
    };
    let arrays = [VPS, SPS, PPS].map(|kind| (kind, of(kind)));
    let raw = unescape(arrays[1].1.first()?.get(2..)?);
    let picture = Picture::parse(&raw)?;
    let (layers, profile) = (*raw.first()?, raw.get(1..13)?);
    let byte = |value: u32| u8::try_from(value).unwrap_or_default();
    let mut record = vec![1];
    record.extend_from_slice(profile);
    record.extend([0xf0, 0, 0xfc, 0xfc | byte(picture.chroma)]);
    record.extend(picture.depths.map(|depth| 0xf8 | byte(depth)));
    // Unknown frame rate; sub-layers and nesting as the set says; lengths of four bytes.
    let sub_layers = ((layers >> 1) & 7) + 1;
    record.extend([0, 0, sub_layers << 3 | (layers & 1) << 2 | 3, 3]);
    for (kind, sets) in arrays {
        let count = u16::try_from(sets.len()).ok().filter(|count| *count > 0)?;
        record.push(kind);
        record.extend(count.to_be_bytes());
        for set in sets {
            record.extend(u16::try_from(set.len()).ok()?.to_be_bytes());
            record.extend_from_slice(set);
        }
    }
    Some(record.into())
}

/// sps_seq_parameter_set_id, and the reader behind it.
pub(super) fn sps_id(reader: &mut BitReader<'_>) -> Option<u32> {
    reader.skip(4)?;
    let sub_layers = at_most(reader.bits(3)?, 6)?;
    reader.skip(1)?;
    skip_profile_tier_level(reader, sub_layers)?;
    at_most(reader.ue()?, 15)
}

/// H.265 7.3.3 with the profile present.
fn skip_profile_tier_level(reader: &mut BitReader<'_>, sub_layers: u32) -> Option<()> {
    const PROFILE: usize = 88;
    const LEVEL: usize = 8;
    reader.skip(PROFILE + LEVEL)?;
    if sub_layers == 0 {
        return Some(());
    }
    let present: Option<Vec<_>> = (0..8).map(|_| Some((reader.flag()?, reader.flag()?))).collect();
    let layers = usize::try_from(sub_layers).ok()?;
    for (profile, level) in present?.into_iter().take(layers) {
        reader.skip(if profile { PROFILE } else { 0 } + if level { LEVEL } else { 0 })?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{HEVC as MAIN, bytes};
    use super::*;
    use proptest::prelude::*;

    const RANGE_EXTENSIONS: &str = "0104080000009d08000000005df000fcfefafa00000f03a00001001740010c01ffff04\
        08000003009d0800000300005d959809a10001002a4201010408000003009d0800000300005db00280802d1365959a49\
        32bc05a02000000300200000030141a2000100074401c172b46240";

    #[test]
    fn the_picture_is_what_the_conformance_window_leaves() {
        let main = config(bytes(MAIN)).unwrap();
        assert_eq!((main.width, main.height, main.codecs.as_str()), (36, 34, "hvc1.1.6.L30.90"));
    }

    #[test]
    fn a_record_says_why_it_is_refused() {
        let full = bytes(MAIN);
        for length in [0, 22, 24, full.len() - 1] {
            assert_eq!(config(full.slice(..length)), Err(CodecError::Truncated(NAME)), "{length}");
        }
        let no_arrays = [&full[..22], &[0]].concat();
        let missing = CodecError::Missing { record: NAME, part: "video parameter set" };
        assert_eq!(config(no_arrays.into()), Err(missing));
        let mut three = full.to_vec();
        three[21] = 0x0e;
        assert_eq!(config(three.into()), Err(CodecError::LengthSize(NAME)));
    }

    #[test]
    fn parameter_sets_are_found_in_any_order_and_under_a_wrong_array_type() {
        let full = bytes(MAIN);
        let parsed = HevcRecord::parse(&full).unwrap();
        let mut record = [&full[..22], &[1, 0xa7, 0, 3]].concat();
        for unit in parsed.units.iter().rev() {
            super::super::nal::append(&mut record, unit, 2).unwrap();
        }
        assert_eq!(config(record.into()).unwrap().codecs, "hvc1.1.6.L30.90");
    }

    #[test]
    fn tier_profile_space_and_constraints_stand_in_the_codecs_string() {
        let record = bytes(RANGE_EXTENSIONS);
        assert_eq!(config(record.clone()).unwrap().codecs, "hvc1.4.10.L93.9D.8");
        let mut other = record.to_vec();
        other[1] |= 0xa0;
        assert_eq!(config(other.into()).unwrap().codecs, "hvc1.B4.10.H93.9D.8");
    }

    #[test]
    fn a_record_is_made_of_its_parameter_sets() {
        for record in [MAIN, RANGE_EXTENSIONS] {
            let given = config(bytes(record)).unwrap();
            let units = HevcRecord::parse(&given.record).unwrap().units.clone();
            let made = config(hevc_record(&units).unwrap()).unwrap();
            assert_eq!((made.width, made.codecs), (given.width, given.codecs.clone()));
            // Compared but for min_spatial_segmentation_idc, the frame rate, and completeness of the arrays.
            assert_eq!(made.record[..13], given.record[..13]);
            assert_eq!(made.record[16..19], given.record[16..19]);
            assert_eq!(hevc_record(&units[1..]), None, "without its VPS");
        }
    }

    proptest! {
        #[test]
        fn no_sets_break_the_maker(sps in prop::collection::vec(any::<u8>(), 0..40)) {
            let sps = [&[SPS << 1, 1], &sps[..]].concat();
            let _ = hevc_record(&[&[VPS << 1, 1, 0], &sps, &[PPS << 1, 1, 0]]);
        }

        #[test]
        fn no_bytes_break_the_parser(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        ) {
            let mut record = bytes(MAIN).to_vec();
            for (index, byte) in damage {
                let index = index.index(record.len());
                record[index] = byte;
            }
            let _ = config(record.into());
        }
    }
}
