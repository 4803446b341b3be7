//! Repeating an H.264 picture: an IDR access unit, alone and with another idr_pic_id.
//!
//! Consecutive IDR pictures shall differ in idr_pic_id (7.4.3). It stands in every slice header, in a code of
//! variable length, so what follows it moves; where the code's length stays, it does not.

use std::collections::HashMap;

use super::avc::AvcRecord;
use super::avc_sets::{PPS, Pps, SPS, Sps};
use super::avc_slice::{IDR_SLICE, IdrSlice};
use super::nal::{append, split};

/// nal_unit_type of a sequence parameter set extension.
const SPS_EXTENSION: u8 = 13;
/// nal_unit_types of a picture's slices, whole or in partitions, that is not an IDR.
const OTHER_SLICES: std::ops::RangeInclusive<u8> = 1..=4;

enum Kept<'a> {
    Set(&'a [u8]),
    Slice(&'a [u8], IdrSlice),
}

/// The access unit's picture with another idr_pic_id, and with its own. Both are parameter sets and slices alone:
/// supplemental information (captions, timing), delimiters, filler and auxiliary pictures are left out.
///
/// `None` when it is no IDR frame, or one of parameter sets that are unknown, or not understood to the bit. A pair
/// of fields is none either: its second field is no IDR.
pub(super) fn pictures(record: &[u8], unit: &[u8]) -> Option<[Vec<u8>; 2]> {
    let record = AvcRecord::parse(record).ok()?;
    let sets = record.sps.iter().chain(&record.pps).copied();
    let mut sps: HashMap<u32, Sps> = HashMap::new();
    let mut pps: HashMap<u32, Pps> = HashMap::new();
    for set in sets {
        // One that cannot be read is unknown; that matters only to a slice that asks for it.
        if let Some(set) = Sps::parse(set) {
            sps.insert(set.id, set);
        } else if let Some(set) = Pps::parse(set) {
            pps.insert(set.id, set);
        }
    }
    let mut kept = Vec::new();
    for unit in split(unit, record.length_size)? {
        match unit[0] & 0x1f {
            kind if OTHER_SLICES.contains(&kind) => return None,
            IDR_SLICE => {
                let slice = IdrSlice::parse(unit, |id| {
                    let pps = pps.get(&id)?;
                    Some((sps.get(&pps.sps_id)?, pps))
                })?;
                kept.push(Kept::Slice(unit, slice));
            }
            SPS => {
                let set = Sps::parse(unit)?;
                sps.insert(set.id, set);
                kept.push(Kept::Set(unit));
            }
            PPS => {
                let set = Pps::parse(unit)?;
                pps.insert(set.id, set);
                kept.push(Kept::Set(unit));
            }
            SPS_EXTENSION => kept.push(Kept::Set(unit)),
            _ => {}
        }
    }
    join(&kept, record.length_size)
}

fn join(kept: &[Kept<'_>], length_size: usize) -> Option<[Vec<u8>; 2]> {
    let slices =
        || kept.iter().filter_map(|kept| if let Kept::Slice(_, slice) = kept { Some(slice) } else { None });
    let first = slices().next()?;
    let whole = slices().any(|slice| slice.first_mb == 0);
    if !whole || slices().any(|slice| slice.idr_pic_id != first.idr_pic_id) {
        return None;
    }
    let other = first.other_id();
    let (mut rewritten, mut original) = (Vec::new(), Vec::new());
    for kept in kept {
        match kept {
            Kept::Set(unit) => {
                append(&mut rewritten, unit, length_size)?;
                append(&mut original, unit, length_size)?;
            }
            Kept::Slice(unit, slice) => {
                append(&mut rewritten, &slice.with_id(other)?, length_size)?;
                append(&mut original, unit, length_size)?;
            }
        }
    }
    Some([rewritten, original])
}

#[cfg(test)]
mod tests {
    use super::super::samples::{AVC, CABAC_SLICES, CAVLC, bytes, sample};
    use super::*;
    use bytes::Bytes;
    use proptest::prelude::*;

    const SEI: &[u8] = &[6, 4, 1, 0, 0x80];
    const DELIMITER: &[u8] = &[9, 0x10];
    const FILLER: &[u8] = &[12, 0xff, 0x80];
    const P_SLICE: &[u8] = &[0x41, 0x9a, 0x24];

    fn slices(picture: usize) -> Vec<Bytes> {
        CABAC_SLICES.pictures[picture].iter().map(|unit| bytes(unit)).collect()
    }

    fn around(units: Vec<Bytes>, extra: &'static [u8]) -> Bytes {
        sample(&[vec![Bytes::from_static(extra)], units, vec![Bytes::from_static(extra)]].concat())
    }

    #[test]
    fn the_original_stays_as_it_is_and_the_other_differs() {
        for avc in AVC {
            for picture in 0..2 {
                let unit = avc.sample(picture);
                let [rewritten, original] = pictures(&bytes(avc.record), &unit).unwrap();
                assert_eq!(original, unit, "{}", avc.name);
                assert_ne!(rewritten, original, "{}", avc.name);
            }
        }
    }

    #[test]
    fn a_code_of_another_length_moves_the_rest_and_one_of_the_same_length_does_not() {
        // ue(v) 1 becomes 010: from 0x84 = 100001.., slice_type 7 before it and slice data behind it.
        let [longer, original] = pictures(&bytes(CAVLC.record), &CAVLC.sample(0)).unwrap();
        assert_eq!(original[4..8], [0x65, 0x88, 0x84, 0x3f]);
        assert_eq!(longer[4..8], [0x65, 0x88, 0x82, 0x0f]);
        // 010 becomes 011.
        let [same, original] = pictures(&bytes(CAVLC.record), &CAVLC.sample(1)).unwrap();
        assert_eq!(original[4..8], [0x65, 0x88, 0x82, 0x0f]);
        assert_eq!(same[4..8], [0x65, 0x88, 0x83, 0x0f]);
        assert_eq!(same[8..], original[8..]);
    }

    #[test]
    fn captions_delimiters_and_filler_are_left_out() {
        let record = bytes(CABAC_SLICES.record);
        for extra in [SEI, DELIMITER, FILLER] {
            let [_, original] = pictures(&record, &around(slices(0), extra)).unwrap();
            assert_eq!(original, CABAC_SLICES.sample(0));
        }
    }

    #[test]
    fn parameter_sets_in_the_access_unit_are_kept_and_win() {
        let other = bytes(CAVLC.record);
        let record = bytes(CABAC_SLICES.record);
        let parsed = AvcRecord::parse(&record).unwrap();
        let sets = [parsed.sps[0], parsed.pps[0]].map(Bytes::copy_from_slice);
        let unit = sample(&[sets.to_vec(), slices(1)].concat());
        assert_eq!(pictures(&other, &unit).unwrap(), pictures(&record, &unit).unwrap());
        assert_eq!(pictures(&record, &unit).unwrap()[1], unit);
    }

    #[test]
    fn what_is_no_whole_idr_picture_is_not_held() {
        let record = bytes(CABAC_SLICES.record);
        assert_eq!(pictures(&record, &around(slices(0), P_SLICE)), None, "a field that refers to the first");
        assert_eq!(pictures(&record, &sample(&slices(0)[1..])), None, "without its first slice");
        let mixed = [slices(0)[0].clone(), slices(1)[1].clone()];
        assert_eq!(pictures(&record, &sample(&mixed)), None, "slices of two pictures");
        assert_eq!(pictures(&record, &Bytes::from_static(&[0, 0, 0, 2, 9, 0x10])), None, "no slice");
        assert_eq!(pictures(&record, &CABAC_SLICES.sample(0).slice(1..)), None, "lengths that do not add up");
        assert_eq!(pictures(&record[..20], &CABAC_SLICES.sample(0)), None, "a record cut short");
        let unknown = [&record[..6], &[0, 0], &record[8 + 20..]].concat();
        assert_eq!(pictures(&unknown, &CABAC_SLICES.sample(0)), None, "an unknown parameter set");
    }

    proptest! {
        #[test]
        fn damage_breaks_nothing(
            index in 0_usize..3,
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        ) {
            let mut unit = AVC[index].sample(0).to_vec();
            for (index, byte) in damage {
                let index = index.index(unit.len());
                unit[index] = byte;
            }
            let _ = pictures(&bytes(AVC[index].record), &unit);
        }
    }
}
