//! AV1: the configuration record av1C (AV1 ISOBMFF binding 2.3.3), open bitstream units and the sequence header
//! (AV1 5.3, 5.5).

use bytes::Bytes;

use super::bits::BitReader;
use super::error::{CodecError, checked_size};
use crate::stream::{VideoCodec, VideoConfig};

const NAME: &str = "AV1 configuration (av1C)";

/// OBU_SEQUENCE_HEADER.
pub(super) const SEQUENCE_HEADER: u8 = 1;

/// An open bitstream unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Obu<'a> {
    /// obu_type.
    pub kind: u8,
    /// With its header.
    pub whole: &'a [u8],
    pub payload: &'a [u8],
}

/// The units of a temporal unit; only the last one may lack its size. `None` when the sizes do not add up.
pub(super) fn obus(bytes: &[u8]) -> Option<Vec<Obu<'_>>> {
    let mut obus = Vec::new();
    let mut rest = bytes;
    while let Some(&header) = rest.first() {
        let start = if header & 0x04 != 0 { 2 } else { 1 };
        let (size_length, size) = match header & 0x02 {
            0 => (0, rest.len().checked_sub(start)?),
            _ => leb128(rest.get(start..)?)?,
        };
        let payload = start + size_length;
        let (whole, after) = rest.split_at_checked(payload.checked_add(size)?)?;
        obus.push(Obu { kind: (header >> 3) & 0x0f, whole, payload: &whole[payload..] });
        rest = after;
    }
    Some(obus)
}

/// AV1 4.10.5: its length and value; values beyond 32 bits are not allowed.
fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(8).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let value = u32::try_from(value).ok()?;
            return Some((index + 1, usize::try_from(value).ok()?));
        }
    }
    None
}

/// What a sequence header says, as far as it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SequenceHeader {
    profile: u32,
    level: u32,
    high_tier: bool,
    width: u32,
    height: u32,
    /// Frame headers have no frame type: every one is a shown key frame.
    pub reduced_still_picture: bool,
    color: Color,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Color {
    bit_depth: u32,
    monochrome: bool,
    /// Primaries, transfer, matrix.
    description: Option<[u32; 3]>,
    full_range: bool,
    subsampling: [u32; 2],
    sample_position: u32,
}

impl SequenceHeader {
    /// AV1 5.5.1.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let reader = &mut BitReader::new(payload);
        let profile = reader.bits(3).filter(|profile| *profile <= 2)?;
        reader.skip(1)?;
        let reduced_still_picture = reader.flag()?;
        let (level, high_tier) = match reduced_still_picture {
            true => (reader.bits(5)?, false),
            false => operating_points(reader)?,
        };
        let (width_bits, height_bits) = (reader.bits(4)? + 1, reader.bits(4)? + 1);
        let (width, height) = (reader.bits(width_bits)? + 1, reader.bits(height_bits)? + 1);
        skip_tools(reader, reduced_still_picture)?;
        let color = Color::parse(reader, profile)?;
        Some(SequenceHeader { profile, level, high_tier, width, height, reduced_still_picture, color })
    }

    /// AV1 ISOBMFF binding 5: what follows the bit depth stands there only when it is not the default.
    fn codecs(&self) -> String {
        let tier = if self.high_tier { 'H' } else { 'M' };
        let short = format!("av01.{}.{:02}{tier}.{:02}", self.profile, self.level, self.color.bit_depth);
        short + &self.color.codecs()
    }
}

impl Color {
    /// AV1 5.5.2.
    fn parse(reader: &mut BitReader<'_>, profile: u32) -> Option<Self> {
        let high_bit_depth = reader.flag()?;
        let bit_depth = match (profile, high_bit_depth) {
            (_, false) => 8,
            (2, true) if reader.flag()? => 12,
            (_, true) => 10,
        };
        let monochrome = profile != 1 && reader.flag()?;
        let description = match reader.flag()? {
            true => Some([reader.bits(8)?, reader.bits(8)?, reader.bits(8)?]),
            false => None,
        };
        let mut color = Color {
            bit_depth,
            monochrome,
            description,
            full_range: true,
            subsampling: [0, 0],
            sample_position: 0,
        };
        const SRGB: [u32; 3] = [1, 13, 0];
        if !monochrome && description == Some(SRGB) {
            return Some(color);
        }
        color.full_range = reader.flag()?;
        color.subsampling = match (profile, bit_depth) {
            _ if monochrome => return Some(Color { subsampling: [1, 1], ..color }),
            (0, _) => [1, 1],
            (1, _) => [0, 0],
            (_, 12) if reader.flag()? => [1, reader.bits(1)?],
            (_, 12) => [0, 0],
            _ => [1, 0],
        };
        if color.subsampling == [1, 1] {
            color.sample_position = reader.bits(2)?;
        }
        Some(color)
    }

    fn codecs(&self) -> String {
        /// Unspecified; players take BT.709 then, as they do for the short form.
        const UNSPECIFIED: [u32; 3] = [2, 2, 2];
        const BT_709: [u32; 3] = [1, 1, 1];
        let description = self.description.unwrap_or(UNSPECIFIED);
        let usual_color = description == UNSPECIFIED || description == BT_709;
        if usual_color && !self.monochrome && !self.full_range && self.subsampling == [1, 1] {
            return String::new();
        }
        let ([x, y], [primaries, transfer, matrix]) = (self.subsampling, description);
        let (monochrome, range) = (u8::from(self.monochrome), u8::from(self.full_range));
        let position = self.sample_position;
        format!(".{monochrome}.{x}{y}{position}.{primaries:02}.{transfer:02}.{matrix:02}.{range}")
    }
}

/// Timing, decoder model and operating points; level and tier of the first point.
fn operating_points(reader: &mut BitReader<'_>) -> Option<(u32, bool)> {
    let mut delay_bits = None;
    if reader.flag()? {
        reader.skip(64)?;
        if reader.flag()? {
            reader.ue()?;
        }
        if reader.flag()? {
            delay_bits = Some(usize::try_from(reader.bits(5)? + 1).ok()?);
            reader.skip(42)?;
        }
    }
    let display_delay = reader.flag()?;
    let mut first = None;
    for _ in 0..=reader.bits(5)? {
        reader.skip(12)?;
        let level = reader.bits(5)?;
        let high_tier = level > 7 && reader.flag()?;
        first = first.or(Some((level, high_tier)));
        if let Some(bits) = delay_bits
            && reader.flag()?
        {
            reader.skip(2 * bits + 1)?;
        }
        if display_delay && reader.flag()? {
            reader.skip(4)?;
        }
    }
    first
}

/// From frame_id_numbers_present_flag to enable_restoration.
fn skip_tools(reader: &mut BitReader<'_>, reduced_still_picture: bool) -> Option<()> {
    if !reduced_still_picture && reader.flag()? {
        reader.skip(7)?;
    }
    reader.skip(3)?;
    if !reduced_still_picture {
        reader.skip(4)?;
        let order_hint = reader.flag()?;
        if order_hint {
            reader.skip(2)?;
        }
        // Chosen per frame, or else forced on or off for all.
        let screen_content_tools = reader.flag()? || reader.flag()?;
        if screen_content_tools && !reader.flag()? {
            reader.skip(1)?;
        }
        if order_hint {
            reader.skip(3)?;
        }
    }
    reader.skip(3)
}

/// The sequence header in the record's configOBUs; `Ok(None)` when there is none.
pub(super) fn sequence_header(record: &[u8]) -> Result<Option<SequenceHeader>, CodecError> {
    let (head, config) = record.split_at_checked(4).ok_or(CodecError::Truncated(NAME))?;
    // The marker bit and version 1.
    if head[0] != 0x81 {
        return Err(CodecError::Version { record: NAME, version: head[0] & 0x7f });
    }
    let obus = obus(config).ok_or(CodecError::Truncated(NAME))?;
    let Some(header) = obus.iter().find(|obu| obu.kind == SEQUENCE_HEADER) else { return Ok(None) };
    SequenceHeader::parse(header.payload).map(Some).ok_or(CodecError::Malformed("AV1 sequence header"))
}

pub(super) fn config(record: Bytes) -> Result<VideoConfig, CodecError> {
    let header = sequence_header(&record)?;
    let header = header.ok_or(CodecError::Missing { record: NAME, part: "sequence header" })?;
    let (width, height) = checked_size(header.width, header.height)?;
    Ok(VideoConfig { codec: VideoCodec::Av1, record, width, height, codecs: header.codecs() })
}

#[cfg(test)]
mod tests {
    use super::super::samples::bytes;
    use super::*;
    use proptest::prelude::*;

    fn read(record: &str) -> (u32, u32, String) {
        let config = config(bytes(record)).unwrap();
        (config.width, config.height, config.codecs)
    }

    #[test]
    fn the_sequence_header_has_the_size_and_what_is_not_usual() {
        assert_eq!(read("81000c000a0a00000002aff79b5f2008"), (64, 48, "av01.0.00M.08".to_owned()));
        assert_eq!(read("81000c000a0a00000002afff805f0008"), (64, 64, "av01.0.00M.08".to_owned()));
        let hdr = "av01.0.00M.10.0.110.09.16.09.0";
        assert_eq!(read("81004c000a0d00000002afff9b5f2a12201208"), (64, 64, hdr.to_owned()));
    }

    #[test]
    fn a_record_says_why_it_is_refused() {
        assert_eq!(config(bytes("8100")), Err(CodecError::Truncated(NAME)));
        assert_eq!(config(bytes("81000c000a0a0000")), Err(CodecError::Truncated(NAME)));
        let missing = CodecError::Missing { record: NAME, part: "sequence header" };
        assert_eq!(config(bytes("81000c00")), Err(missing));
        assert_eq!(config(bytes("82000c00")), Err(CodecError::Version { record: NAME, version: 2 }));
        assert_eq!(config(bytes("81000c000a020000")), Err(CodecError::Malformed("AV1 sequence header")));
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_parser(payload in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = SequenceHeader::parse(&payload);
            let _ = obus(&payload);
        }
    }
}
