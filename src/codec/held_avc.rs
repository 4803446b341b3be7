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
