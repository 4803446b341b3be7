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

#[cfg(test)]
mod tests {
    use super::super::samples::bytes;
    use super::*;
    use proptest::prelude::*;

    const RECORD: &str = "81000c000a0a00000002aff79b5f2008";
    const SEQUENCE: &str = "0a0a00000002aff79b5f2008";
    const KEY: &str = "320410001234";
    /// A temporal delimiter, and metadata of a light level.
    const EXTRAS: [&str; 2] = ["1200", "2a060100640032 80"];

    fn held(record: &str, units: &[&str]) -> Option<Vec<u8>> {
        picture(&bytes(record), &bytes(&units.concat()))
    }

    #[test]
    fn a_shown_key_frame_is_held_without_metadata() {
        let [delimiter, metadata] = EXTRAS;
        let unit = held(RECORD, &[delimiter, SEQUENCE, metadata, KEY]).unwrap();
        assert_eq!(unit, bytes(&[SEQUENCE, KEY].concat()));
        assert_eq!(held(RECORD, &[KEY]).unwrap(), bytes(KEY));
    }

    #[test]
    fn the_last_unit_may_lack_its_size() {
        assert_eq!(
            held(RECORD, &[SEQUENCE, "3010001234"]).unwrap(),
            bytes(&[SEQUENCE, "3010001234"].concat())
        );
    }

    #[test]
    fn what_is_no_shown_key_frame_of_a_known_sequence_is_not_held() {
        for (frame, why) in [
            ("320430001234", "an inter frame"),
            ("320400001234", "a hidden key frame"),
            ("1a0190", "a frame shown again"),
            ("3204100012", "a size beyond the end"),
            ("1200", "no frame"),
        ] {
            assert_eq!(held(RECORD, &[SEQUENCE, frame]), None, "{why}");
        }
        assert_eq!(held("81000c00", &[KEY]), None, "no sequence header");
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(unit in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = picture(&bytes(RECORD), &unit);
            let _ = picture(&unit, &unit);
        }
    }
}
