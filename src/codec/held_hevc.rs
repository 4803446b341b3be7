//! Repeating an HEVC picture: an IRAP access unit alone. HEVC has no idr_pic_id; a CRA picture that follows
//! another picture must become a BLA picture, or it would be one that need not be decodable on its own.

use std::collections::{HashMap, HashSet};

use super::bits::BitReader;
use super::hevc::{HevcRecord, PPS, SPS, VPS, unit_type};
use super::nal::{append, split, unescape};

/// nal_unit_types of coded slices, 0 to 31 (H.265 table 7-1).
const LAST_SLICE: u8 = 31;
const BLA_N_LP: u8 = 18;
const CRA: u8 = 21;
/// BLA_W_LP to CRA; 22 and 23 are reserved.
const IRAP: std::ops::RangeInclusive<u8> = 16..=CRA;
/// Bytes of a slice's payload that hold its first three fields, emulation prevention included.
const SLICE_START: usize = 16;

/// The access unit's picture: parameter sets and slices of the base layer alone, a CRA picture as BLA_N_LP. `None`
/// when it is no IRAP picture, or one of parameter sets that are unknown.
pub(super) fn picture(record: &[u8], unit: &[u8]) -> Option<Vec<u8>> {
    let record = HevcRecord::parse(record).ok()?;
    let mut sets = Sets::default();
    for set in &record.units {
        // One that cannot be read is unknown; that matters only to a slice that asks for it.
        let _ = sets.take(set);
    }
    let mut held = Vec::new();
    let mut picture = None;
    let mut whole = false;
    for unit in split(unit, record.length_size)? {
        let kind = unit_type(unit)?;
        if layer(unit) > 0 {
            continue;
        }
        match kind {
            VPS | SPS | PPS => {
                sets.take(unit)?;
                append(&mut held, unit, record.length_size)?;
            }
            0..=LAST_SLICE => {
                let same = *picture.get_or_insert(kind) == kind;
                let (first, pps) = slice_start(unit)?;
                if !IRAP.contains(&kind) || !same || !sets.knows(pps) {
                    return None;
                }
                whole |= first;
                append(&mut held, &alone(unit, kind), record.length_size)?;
            }
            _ => {}
        }
    }
    whole.then_some(held)
}

/// nuh_layer_id.
fn layer(unit: &[u8]) -> u8 {
    (unit[0] & 1) << 5 | unit[1] >> 3
}

/// The slice as one of a picture without leading pictures. A BLA slice header has the fields of a CRA's.
fn alone(unit: &[u8], kind: u8) -> Vec<u8> {
    let mut unit = unit.to_vec();
    if kind == CRA {
        unit[0] = unit[0] & 0x81 | BLA_N_LP << 1;
    }
    unit
}

/// first_slice_segment_in_pic_flag and slice_pic_parameter_set_id of an IRAP slice (H.265 7.3.6.1).
fn slice_start(unit: &[u8]) -> Option<(bool, u32)> {
    let payload = &unit[2..];
    let raw = unescape(&payload[..payload.len().min(SLICE_START)]);
    let reader = &mut BitReader::new(&raw);
    let first = reader.flag()?;
    reader.skip(1)?;
    Some((first, reader.ue()?))
}

/// Ids of the parameter sets that are there; each picture parameter set's with its sequence's.
#[derive(Default)]
struct Sets {
    vps: bool,
    sps: HashSet<u32>,
    pps: HashMap<u32, u32>,
}

impl Sets {
    fn take(&mut self, unit: &[u8]) -> Option<()> {
        let raw = unescape(unit.get(2..)?);
        let reader = &mut BitReader::new(&raw);
        match unit_type(unit)? {
            VPS => self.vps = true,
            SPS => {
                self.sps.insert(super::hevc::sps_id(reader)?);
            }
            PPS => {
                self.pps.insert(reader.ue()?, reader.ue()?);
            }
            _ => {}
        }
        Some(())
    }

    fn knows(&self, pps: u32) -> bool {
        self.vps && self.pps.get(&pps).is_some_and(|sps| self.sps.contains(sps))
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{HEVC, bytes, sample};
    use super::*;
    use ::bytes::Bytes;
    use proptest::prelude::*;

    const SEI: Bytes = Bytes::from_static(&[0x4e, 1, 4, 1, 0, 0x80]);
    const DELIMITER: Bytes = Bytes::from_static(&[0x46, 1, 0x50]);

    /// A slice of this type: first of its picture or not, of parameter set 0 (code 1) or 1 (010).
    fn slice(kind: u8, start: u8) -> Bytes {
        vec![kind << 1, 1, start, 0x12, 0x34, 0x80].into()
    }

    fn held(units: &[Bytes]) -> Option<Vec<u8>> {
        picture(&bytes(HEVC), &sample(units))
    }

    const FIRST: u8 = 0xa0;
    const SECOND: u8 = 0x20;

    #[test]
    fn an_idr_picture_is_held_as_it_is_without_captions() {
        for kind in [16, 17, 18, 19, 20] {
            let slices = [slice(kind, FIRST), slice(kind, SECOND)];
            let all = [&[DELIMITER, SEI], &slices[..], &[SEI]].concat();
            assert_eq!(held(&all).unwrap(), sample(&slices), "{kind}");
        }
    }

    #[test]
    fn a_cra_picture_is_held_as_a_bla_without_leading_pictures() {
        let unit = held(&[slice(CRA, FIRST), slice(CRA, SECOND)]).unwrap();
        assert_eq!(unit, sample(&[slice(BLA_N_LP, FIRST), slice(BLA_N_LP, SECOND)]));
    }

    #[test]
    fn layers_above_the_base_are_left_out() {
        let mut above = slice(20, FIRST).to_vec();
        above[1] |= 0x08;
        let base = slice(20, FIRST);
        assert_eq!(held(&[base.clone(), above.into()]).unwrap(), sample(&[base]));
    }

    #[test]
    fn what_is_no_whole_random_access_picture_is_not_held() {
        assert_eq!(held(&[slice(1, FIRST)]), None, "a trailing picture");
        assert_eq!(held(&[slice(22, FIRST)]), None, "a reserved type");
        assert_eq!(held(&[slice(20, FIRST), slice(1, SECOND)]), None, "mixed types");
        assert_eq!(held(&[slice(20, SECOND)]), None, "without its first slice");
        assert_eq!(held(&[slice(20, 0x90)]), None, "an unknown parameter set");
        assert_eq!(held(&[SEI]), None, "no slice");
        assert_eq!(picture(&bytes(HEVC)[..23], &sample(&[slice(20, FIRST)])), None, "a record cut short");
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(units in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 0..4)) {
            let units: Vec<_> = units.into_iter().map(Bytes::from).collect();
            let _ = held(&units);
        }
    }
}
