//! H.264 parameter sets (7.3.2.1, 7.3.2.2), as far as the picture's size and the headers of IDR slices need them.

use super::bits::BitReader;
use super::nal::unescape;

/// nal_unit_type of a sequence parameter set.
pub(super) const SPS: u8 = 7;
/// nal_unit_type of a picture parameter set.
pub(super) const PPS: u8 = 8;

/// Profiles whose sequence parameter set names a chroma format (7.3.2.1.1).
const HIGH_PROFILES: [u32; 13] = [44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244];

/// How pictures are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PicOrder {
    /// pic_order_cnt_type 0 with so many bits of pic_order_cnt_lsb.
    Lsb(u32),
    /// pic_order_cnt_type 1; whether its deltas are never sent.
    Deltas { always_zero: bool },
    /// pic_order_cnt_type 2: nothing is sent.
    DecodeOrder,
}

/// A sequence parameter set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sps {
    pub id: u32,
    pub width: u32,
    pub height: u32,
    pub separate_colour_planes: bool,
    pub frame_num_bits: u32,
    pub pic_order: PicOrder,
    pub frame_mbs_only: bool,
    /// 6 × bits beyond 8 of luma: how far below zero a quantiser may go.
    pub qp_offset: i64,
    /// chroma_format_idc.
    pub chroma: u32,
}

impl Sps {
    /// Reads a NAL unit with its header.
    pub fn parse(unit: &[u8]) -> Option<Self> {
        let raw = raw(unit, SPS)?;
        let reader = &mut BitReader::new(&raw);
        let profile = reader.bits(8)?;
        reader.skip(16)?;
        let id = at_most(reader.ue()?, 31)?;
        let mut chroma = 1;
        let mut separate_colour_planes = false;
        let mut qp_offset = 0;
        if HIGH_PROFILES.contains(&profile) {
            chroma = at_most(reader.ue()?, 3)?;
            separate_colour_planes = chroma == 3 && reader.flag()?;
            qp_offset = 6 * i64::from(at_most(reader.ue()?, 6)?);
            at_most(reader.ue()?, 6)?;
            reader.skip(1)?;
            if reader.flag()? {
                skip_scaling_lists(reader, if chroma == 3 { 12 } else { 8 })?;
            }
        }
        let frame_num_bits = at_most(reader.ue()?, 12)? + 4;
        let pic_order = pic_order(reader)?;
        reader.ue()?;
        reader.skip(1)?;
        let columns = reader.ue()?.checked_add(1)?;
        let rows = reader.ue()?.checked_add(1)?;
        let frame_mbs_only = reader.flag()?;
        if !frame_mbs_only {
            reader.skip(1)?;
        }
        reader.skip(1)?;
        let field = if frame_mbs_only { 1 } else { 2 };
        let crop = match reader.flag()? {
            true => [reader.ue()?, reader.ue()?, reader.ue()?, reader.ue()?],
            false => [0; 4],
        };
        let (unit_x, unit_y) = match chroma {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let width = cropped(columns.checked_mul(16)?, crop[0], crop[1], unit_x)?;
        let height = cropped(rows.checked_mul(16 * field)?, crop[2], crop[3], unit_y * field)?;
        Some(Sps {
            id,
            width,
            height,
            separate_colour_planes,
            frame_num_bits,
            pic_order,
            frame_mbs_only,
            qp_offset,
            chroma,
        })
    }
}

/// A picture parameter set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pps {
    pub id: u32,
    pub sps_id: u32,
    pub bottom_field_pic_order: bool,
    pub entropy: Entropy,
}

/// How slice data is coded, and what the rest of a slice header looks like before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entropy {
    /// Variable length codes: the data follows the header bit by bit.
    Cavlc,
    /// Arithmetic coding: the data begins at a byte, so the header's end must be found.
    Cabac { init_qp: i64, deblocking_control: bool, redundant_pic_cnt: bool },
}

impl Pps {
    /// Reads a NAL unit with its header.
    pub fn parse(unit: &[u8]) -> Option<Self> {
        let raw = raw(unit, PPS)?;
        let reader = &mut BitReader::new(&raw);
        let id = at_most(reader.ue()?, 255)?;
        let sps_id = at_most(reader.ue()?, 31)?;
        let cabac = reader.flag()?;
        let bottom_field_pic_order = reader.flag()?;
        let entropy = if cabac { cabac_tail(reader)? } else { Entropy::Cavlc };
        Some(Pps { id, sps_id, bottom_field_pic_order, entropy })
    }
}

fn cabac_tail(reader: &mut BitReader<'_>) -> Option<Entropy> {
    // No profile has slice groups together with arithmetic coding (A.2).
    at_most(reader.ue()?, 0)?;
    reader.ue()?;
    reader.ue()?;
    reader.skip(3)?;
    let init_qp = 26 + reader.se()?;
    reader.se()?;
    reader.se()?;
    let deblocking_control = reader.flag()?;
    reader.skip(1)?;
    let redundant_pic_cnt = reader.flag()?;
    Some(Entropy::Cabac { init_qp, deblocking_control, redundant_pic_cnt })
}

fn pic_order(reader: &mut BitReader<'_>) -> Option<PicOrder> {
    Some(match reader.ue()? {
        0 => PicOrder::Lsb(at_most(reader.ue()?, 12)? + 4),
        1 => {
            let always_zero = reader.flag()?;
            reader.se()?;
            reader.se()?;
            for _ in 0..at_most(reader.ue()?, 255)? {
                reader.se()?;
            }
            PicOrder::Deltas { always_zero }
        }
        2 => PicOrder::DecodeOrder,
        _ => return None,
    })
}

/// 7.3.2.1.1.1: a list ends early when its next scale is zero.
fn skip_scaling_lists(reader: &mut BitReader<'_>, count: usize) -> Option<()> {
    for list in 0..count {
        if !reader.flag()? {
            continue;
        }
        let mut last = 8;
        for _ in 0..if list < 6 { 16 } else { 64 } {
            let next = (last + reader.se()?).rem_euclid(256);
            if next == 0 {
                break;
            }
            last = next;
        }
    }
    Some(())
}

/// The payload of a NAL unit of the wanted type.
fn raw(unit: &[u8], wanted: u8) -> Option<Vec<u8>> {
    let (header, payload) = unit.split_first()?;
    (header & 0x9f == wanted).then(|| unescape(payload))
}

pub(super) fn at_most(value: u32, limit: u32) -> Option<u32> {
    (value <= limit).then_some(value)
}

/// What is left of `size` when so many units are cropped at its two ends.
pub(super) fn cropped(size: u32, before: u32, after: u32, unit: u32) -> Option<u32> {
    size.checked_sub(before.checked_add(after)?.checked_mul(unit)?)
}
