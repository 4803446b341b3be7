//! The slice header of an H.264 IDR picture (7.3.3), whole or as far as its coding asks for it, and the header
//! with another idr_pic_id.

use super::avc_sets::{Entropy, PicOrder, Pps, Sps, at_most};
use super::bits::{BitReader, BitWriter};
use super::nal::{escape, unescape};

/// nal_unit_type of an IDR picture's slice.
pub(super) const IDR_SLICE: u8 = 5;
/// 7.4.3: idr_pic_id has 16 bits.
const MAX_IDR_PIC_ID: u32 = 65_535;
/// 7.4.3: I and SI, or so for all slices of the picture.
const INTRA_TYPES: [u32; 4] = [2, 4, 7, 9];
const SI: u32 = 4;

/// A slice of an IDR picture.
#[derive(Debug)]
pub(super) struct IdrSlice {
    nal_header: u8,
    /// The payload without emulation prevention.
    raw: Vec<u8>,
    pub first_mb: u32,
    pub idr_pic_id: u32,
    /// The bits of idr_pic_id's code.
    code: (usize, usize),
    /// Where an arithmetically coded slice's header ends; other slices go on at any bit.
    header_end: Option<usize>,
}

impl IdrSlice {
    /// Reads a NAL unit of an IDR picture. `sets` finds the parameter sets of a pic_parameter_set_id. `None` for
    /// a field, and for whatever an IDR slice of these sets cannot say: then it is not understood, and must not
    /// be rewritten.
    pub fn parse<'s>(unit: &[u8], sets: impl FnOnce(u32) -> Option<(&'s Sps, &'s Pps)>) -> Option<Self> {
        let (&nal_header, payload) = unit.split_first()?;
        let reference = nal_header & 0x60 != 0;
        if nal_header & 0x9f != IDR_SLICE || !reference {
            return None;
        }
        let raw = unescape(payload);
        let reader = &mut BitReader::new(&raw);
        let first_mb = reader.ue()?;
        let slice_type = reader.ue().filter(|kind| INTRA_TYPES.contains(kind))?;
        let (sps, pps) = sets(reader.ue()?)?;
        if sps.separate_colour_planes {
            at_most(reader.bits(2)?, 2)?;
        }
        at_most(reader.bits(sps.frame_num_bits)?, 0)?;
        if !sps.frame_mbs_only && reader.flag()? {
            return None;
        }
        let start = reader.position();
        let idr_pic_id = at_most(reader.ue()?, MAX_IDR_PIC_ID)?;
        let code = (start, reader.position());
        let header_end = match pps.entropy {
            Entropy::Cavlc => None,
            Entropy::Cabac { .. } => {
                skip_rest(reader, slice_type, sps, pps)?;
                let end = reader.position();
                // cabac_alignment_one_bit: the one check that the header was read as it was written.
                while !reader.position().is_multiple_of(8) {
                    reader.flag().filter(|one| *one)?;
                }
                (reader.remaining() > 0).then_some(Some(end))?
            }
        };
        Some(IdrSlice { nal_header, first_mb, idr_pic_id, code, header_end, raw })
    }

    /// The NAL unit with another idr_pic_id, and nothing else changed.
    pub fn with_id(&self, id: u32) -> Option<Vec<u8>> {
        let (start, end) = self.code;
        let reader = &mut BitReader::new(&self.raw);
        let mut writer = BitWriter::default();
        writer.copy(reader, start)?;
        writer.ue(at_most(id, MAX_IDR_PIC_ID)?);
        reader.skip(end - start)?;
        match self.header_end {
            Some(header_end) => {
                writer.copy(reader, header_end - end)?;
                writer.align(true);
                writer.extend(self.raw.get(header_end.div_ceil(8)..)?);
            }
            None => {
                let last = self.raw.iter().rposition(|byte| *byte != 0)?;
                let zeros = usize::try_from(self.raw[last].trailing_zeros()).ok()?;
                // Up to and with rbsp_stop_one_bit.
                writer.copy(reader, ((last + 1) * 8 - zeros).checked_sub(end).filter(|bits| *bits > 0)?)?;
                writer.align(false);
            }
        }
        let mut unit = vec![self.nal_header];
        unit.extend(escape(&writer.into_bytes()));
        Some(unit)
    }

    /// An id that differs, with a code of the same length where there is one, so that little moves.
    pub fn other_id(&self) -> u32 {
        match self.idr_pic_id {
            0 => 1,
            MAX_IDR_PIC_ID => MAX_IDR_PIC_ID - 1,
            // Codes of one length begin at an odd number and end at an even one.
            odd if odd % 2 == 1 => odd + 1,
            even => even - 1,
        }
    }
}

/// What stands between idr_pic_id and the slice data in an intra slice.
fn skip_rest(reader: &mut BitReader<'_>, slice_type: u32, sps: &Sps, pps: &Pps) -> Option<()> {
    let Entropy::Cabac { init_qp, deblocking_control, redundant_pic_cnt } = pps.entropy else { return None };
    match sps.pic_order {
        PicOrder::Lsb(bits) => {
            reader.bits(bits)?;
            if pps.bottom_field_pic_order {
                reader.se()?;
            }
        }
        PicOrder::Deltas { always_zero: false } => {
            reader.se()?;
            if pps.bottom_field_pic_order {
                reader.se()?;
            }
        }
        PicOrder::Deltas { always_zero: true } | PicOrder::DecodeOrder => {}
    }
    if redundant_pic_cnt {
        at_most(reader.ue()?, 127)?;
    }
    // dec_ref_pic_marking() of an IDR picture: two flags.
    reader.skip(2)?;
    let qp = init_qp + reader.se()?;
    (-sps.qp_offset..=51).contains(&qp).then_some(())?;
    if slice_type % 5 == SI {
        reader.se()?;
    }
    if deblocking_control && at_most(reader.ue()?, 2)? != 1 {
        for _ in 0..2 {
            reader.se().filter(|offset| (-6..=6).contains(offset))?;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::avc::AvcRecord;
    use super::super::samples::{AVC, Avc, CAVLC, bytes};
    use super::*;
    use proptest::prelude::*;

    fn sets(sample: &Avc) -> (Sps, Pps) {
        let record = bytes(sample.record);
        let record = AvcRecord::parse(&record).unwrap();
        (Sps::parse(record.sps[0]).unwrap(), Pps::parse(record.pps[0]).unwrap())
    }

    fn parse(sample: &Avc, unit: &[u8]) -> Option<IdrSlice> {
        let (sps, pps) = sets(sample);
        IdrSlice::parse(unit, |id| (id == pps.id).then_some((&sps, &pps)))
    }

    /// A slice's bits but for idr_pic_id and what fills bytes: the header before and behind it, and the data.
    fn rest(slice: &IdrSlice) -> (Vec<bool>, Vec<bool>, Vec<bool>) {
        let bits = |from: usize, to: usize| -> Vec<bool> {
            (from..to).map(|bit| slice.raw[bit / 8] >> (7 - bit % 8) & 1 == 1).collect()
        };
        let all = slice.raw.len() * 8;
        match slice.header_end {
            Some(end) => (bits(0, slice.code.0), bits(slice.code.1, end), bits(end.div_ceil(8) * 8, all)),
            None => {
                let mut data = bits(slice.code.1, all);
                data.truncate(data.iter().rposition(|bit| *bit).unwrap() + 1);
                (bits(0, slice.code.0), Vec::new(), data)
            }
        }
    }

    fn units() -> Vec<(Avc, u32, bytes::Bytes)> {
        let of = |sample: Avc| {
            let numbered = (0..).zip(sample.pictures);
            let units = numbered.flat_map(|(id, picture)| picture.iter().map(move |unit| (id, bytes(unit))));
            units.map(|(id, unit)| (Avc { ..sample }, id, unit)).collect::<Vec<_>>()
        };
        AVC.into_iter().flat_map(of).collect()
    }

    #[test]
    fn encoders_count_zero_and_one() {
        for (sample, id, unit) in units() {
            assert_eq!(parse(&sample, &unit).unwrap().idr_pic_id, id, "{}", sample.name);
        }
    }

    #[test]
    fn another_id_has_a_code_of_the_same_length_where_there_is_one() {
        let (_, _, unit) = units().remove(0);
        let mut slice = parse(&CAVLC, &unit).unwrap();
        for (id, other) in
            [(0, 1), (1, 2), (2, 1), (3, 4), (6, 5), (14, 13), (65_534, 65_533), (65_535, 65_534)]
        {
            slice.idr_pic_id = id;
            assert_eq!(slice.other_id(), other);
        }
    }

    #[test]
    fn a_slice_that_says_what_no_idr_slice_says_is_not_understood() {
        let unit = bytes(CAVLC.pictures[0][0]);
        let (sps, pps) = sets(&CAVLC);
        let known = |_| Some((&sps, &pps));
        assert!(IdrSlice::parse(&unit, known).is_some());
        assert!(IdrSlice::parse(&unit, |_| None).is_none());
        for (index, byte, why) in [
            (0, 0x41, "a slice of another picture"),
            (0, 0x05, "an IDR picture that nothing may refer to"),
            (1, 0x98, "a P slice"),
            (2, 0xc4, "a frame number"),
        ] {
            let mut other = unit.to_vec();
            other[index] = byte;
            assert!(IdrSlice::parse(&other, known).is_none(), "{why}");
        }
        let fields = Sps { frame_mbs_only: false, ..sps.clone() };
        let mut field = unit.to_vec();
        field[2] |= 0x08;
        assert!(IdrSlice::parse(&field, |_| Some((&fields, &pps))).is_none(), "a field");
    }

    proptest! {
        #[test]
        fn only_idr_pic_id_changes_and_going_back_gives_the_same_bytes(
            index in any::<prop::sample::Index>(),
            data in prop::collection::vec(prop_oneof![Just(0), 0_u8..4, any::<u8>()], 0..40),
            id in prop_oneof![0_u32..20, 0_u32..=65_535],
        ) {
            let units = units();
            let (sample, own, unit) = &units[index.index(units.len())];
            // More slice data of any bytes, with whatever emulation prevention it needs.
            let mut raw = unescape(&unit[1..]);
            raw.extend(data);
            raw.push(0x80);
            let unit = [&unit[..1], &escape(&raw)].concat();
            let slice = parse(sample, &unit).unwrap();
            let changed = slice.with_id(id).unwrap();
            let again = parse(sample, &changed).unwrap();
            prop_assert_eq!(again.idr_pic_id, id);
            prop_assert_eq!(again.first_mb, slice.first_mb);
            prop_assert_eq!(rest(&again), rest(&slice));
            prop_assert!(!changed.windows(3).any(|w| w[0] == 0 && w[1] == 0 && w[2] < 3));
            prop_assert_eq!(again.with_id(*own).unwrap(), unit);
        }

        #[test]
        fn arbitrary_slices_break_nothing(
            payload in prop::collection::vec(any::<u8>(), 0..40),
            index in 0_usize..3,
            id in any::<u32>(),
        ) {
            if let Some(slice) = parse(&AVC[index], &[&[0x65], &payload[..]].concat()) {
                let _ = slice.with_id(id);
            }
        }
    }
}
