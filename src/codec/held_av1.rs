//! Repeating an AV1 picture: a temporal unit whose frame is a shown key frame (AV1 7.6.3, a random access point).

use super::av1::{self, Obu, SEQUENCE_HEADER, SequenceHeader, obus};
use super::bits::BitReader;

const FRAME_HEADER: u8 = 3;
const TILE_GROUP: u8 = 4;
const FRAME: u8 = 6;
const REDUNDANT_FRAME_HEADER: u8 = 7;
const KEY_FRAME: u32 = 0;

/// The temporal unit's sequence header and frame; metadata, delimiters and padding are left out. `None` when its
/// first frame is no shown key frame, or its sequence header is unknown.
pub(super) fn picture(record: &[u8], unit: &[u8]) -> Option<Vec<u8>> {
    let obus = obus(unit)?;
    let sequence = match obus.iter().find(|obu| obu.kind == SEQUENCE_HEADER) {
        Some(obu) => SequenceHeader::parse(obu.payload)?,
        None => av1::sequence_header(record).ok()??,
    };
    let frame = obus.iter().find(|obu| matches!(obu.kind, FRAME_HEADER | FRAME))?;
    if !sequence.reduced_still_picture && !is_shown_key(frame.payload)? {
        return None;
    }
    let kept = |obu: &&Obu<'_>| {
        matches!(obu.kind, SEQUENCE_HEADER | FRAME_HEADER | TILE_GROUP | FRAME | REDUNDANT_FRAME_HEADER)
    };
    Some(obus.iter().filter(kept).flat_map(|obu| obu.whole).copied().collect())
}

/// AV1 5.9.2: show_existing_frame, frame_type, show_frame.
fn is_shown_key(frame_header: &[u8]) -> Option<bool> {
    let reader = &mut BitReader::new(frame_header);
    let existing = reader.flag()?;
    Some(!existing && reader.bits(2)? == KEY_FRAME && reader.flag()?)
}
