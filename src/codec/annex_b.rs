//! Annex B byte streams (ITU-T H.264 B.1) turned into what files and RTMP carry: length-prefixed NAL units and
//! an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1).

use bytes::{BufMut, Bytes, BytesMut};

const SPS: u8 = 7;
const PPS: u8 = 8;

/// Whether the bytes begin with a start code.
pub fn is_annex_b(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0, 0, 1]) || bytes.starts_with(&[0, 0, 0, 1])
}

/// The NAL units of a byte stream, without start codes and trailing zeros.
pub fn nal_units(stream: &[u8]) -> Vec<&[u8]> {
    let mut starts = Vec::new();
    let mut at = 0;
    while let Some(found) = stream.get(at..).and_then(|rest| rest.windows(3).position(|w| w == [0, 0, 1])) {
        starts.push(at + found);
        at += found + 3;
    }
    let ends = starts.iter().skip(1).copied().chain([stream.len()]);
    let units = starts.iter().zip(ends).map(|(start, end)| {
        let unit = &stream[start + 3..end];
        let zeros = unit.iter().rev().take_while(|byte| **byte == 0).count();
        &unit[..unit.len() - zeros]
    });
    units.filter(|unit| !unit.is_empty()).collect()
}

/// The same access unit with four-byte lengths in place of start codes.
pub fn to_length_prefixed(stream: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(stream.len() + 16);
    for unit in nal_units(stream) {
        out.put_u32(u32::try_from(unit.len()).unwrap_or(u32::MAX));
        out.put_slice(unit);
    }
    out.freeze()
}

/// The configuration record of the parameter sets in a byte stream; `None` when a set is missing.
pub fn avc_record(stream: &[u8]) -> Option<Bytes> {
    let units = nal_units(stream);
    let of =
        |kind: u8| units.iter().copied().filter(move |unit| unit.first().is_some_and(|h| h & 31 == kind));
    let sps = of(SPS).find(|sps| sps.len() >= 4)?;
    let mut out = BytesMut::new();
    // Version 1, the profile's three bytes, four-byte lengths.
    out.put_slice(&[1, sps[1], sps[2], sps[3], 0xFF, 0xE1]);
    put_set(&mut out, sps)?;
    let pps: Vec<_> = of(PPS).collect();
    out.put_u8(u8::try_from(pps.len()).ok().filter(|count| *count > 0)?);
    pps.into_iter().try_for_each(|pps| put_set(&mut out, pps))?;
    Some(out.freeze())
}

fn put_set(out: &mut BytesMut, set: &[u8]) -> Option<()> {
    out.put_u16(u16::try_from(set.len()).ok()?);
    out.put_slice(set);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn start_codes_of_three_and_four_bytes_divide_nal_units() {
        let stream = [0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 1, 0x65, 9];
        assert_eq!(nal_units(&stream), [&[0x67, 1, 2][..], &[0x68, 3], &[0x65, 9]]);
        assert_eq!(&to_length_prefixed(&stream)[..7], [0, 0, 0, 3, 0x67, 1, 2]);
    }

    #[test]
    fn a_record_holds_the_parameter_sets() {
        let stream = [0, 0, 0, 1, 0x67, 66, 192, 30, 5, 0, 0, 1, 0x68, 7];
        let record = avc_record(&stream).unwrap();
        assert_eq!(record[..], [1, 66, 192, 30, 0xFF, 0xE1, 0, 5, 0x67, 66, 192, 30, 5, 1, 0, 2, 0x68, 7]);
        assert_eq!(avc_record(&stream[..9]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_have_nal_units_or_none(bytes in prop::collection::vec(0_u8..3, 0..200)) {
            for unit in nal_units(&bytes) {
                prop_assert!(!unit.is_empty() && unit.last() != Some(&0));
            }
        }
    }
}
