//! NAL units as H.264 and HEVC share them: lengths before them (ISO/IEC 14496-15 5.3.2) and emulation prevention
//! inside them (H.264 7.4.1, H.265 7.4.2).

/// The NAL units of a sample, each after its length of `length_size` bytes. `None` when the lengths do not add
/// up. Empty units are passed over.
pub(super) fn split(sample: &[u8], length_size: usize) -> Option<Vec<&[u8]>> {
    let mut units = Vec::new();
    let mut rest = sample;
    while !rest.is_empty() {
        let (length, after) = rest.split_at_checked(length_size)?;
        let length = length.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
        let (unit, after) = after.split_at_checked(length)?;
        if !unit.is_empty() {
            units.push(unit);
        }
        rest = after;
    }
    Some(units)
}

/// Appends a NAL unit with its length; `None` when the length does not fit.
pub(super) fn append(sample: &mut Vec<u8>, unit: &[u8], length_size: usize) -> Option<()> {
    let length = u32::try_from(unit.len()).ok()?.to_be_bytes();
    let (over, length) = length.split_at_checked(4 - length_size)?;
    if over.iter().any(|byte| *byte != 0) {
        return None;
    }
    sample.extend_from_slice(length);
    sample.extend_from_slice(unit);
    Some(())
}

/// The raw byte sequence: without the 3 of every 0 0 3, and without zeros after the unit's end.
pub(super) fn unescape(unit: &[u8]) -> Vec<u8> {
    let end = unit.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let mut raw = Vec::with_capacity(end);
    let mut zeros = 0;
    for &byte in &unit[..end] {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        raw.push(byte);
    }
    raw
}

/// The raw byte sequence with a 3 wherever two zeros would be followed by 0 to 3 or end the unit (only
/// cabac_zero_words do, and they are pairs).
pub(super) fn escape(raw: &[u8]) -> Vec<u8> {
    let mut unit = Vec::with_capacity(raw.len() + raw.len() / 64 + 1);
    let mut zeros = 0;
    for &byte in raw {
        if zeros == 2 && byte <= 3 {
            unit.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        unit.push(byte);
    }
    if zeros == 2 {
        unit.push(3);
    }
    unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_zeros_before_a_small_byte_or_the_end_get_a_three() {
        assert_eq!(escape(&[0, 0, 0, 0, 0, 1]), [0, 0, 3, 0, 0, 3, 0, 1]);
        assert_eq!(escape(&[9, 0, 0, 3, 0, 0, 4]), [9, 0, 0, 3, 3, 0, 0, 4]);
        assert_eq!(escape(&[9, 0, 0]), [9, 0, 0, 3]);
    }

    #[test]
    fn zeros_after_the_end_are_not_part_of_the_unit() {
        assert_eq!(unescape(&[9, 0, 0, 3, 1, 0x80, 0, 0]), [9, 0, 0, 1, 0x80]);
    }

    #[test]
    fn lengths_that_do_not_add_up_are_none() {
        assert_eq!(split(&[0, 2, 1, 2, 0, 1, 3], 2), Some(vec![&[1, 2][..], &[3]]));
        assert_eq!(split(&[0, 2, 1], 2), None);
        assert_eq!(split(&[0], 2), None);
        assert_eq!(append(&mut Vec::new(), &[0; 256], 1), None);
    }

    proptest! {
        #[test]
        fn emulation_prevention_is_undone_and_leaves_no_start_code(
            raw in prop::collection::vec(prop_oneof![Just(0), 0_u8..5, any::<u8>()], 0..60),
            cabac_zero_words in 0_usize..3,
        ) {
            let mut raw = raw;
            raw.push(0x80);
            raw.resize(raw.len() + 2 * cabac_zero_words, 0);
            let unit = escape(&raw);
            prop_assert!(!unit.windows(3).any(|w| w[0] == 0 && w[1] == 0 && w[2] < 3));
            prop_assert!(unit.last() != Some(&0));
            prop_assert_eq!(unescape(&unit), raw);
        }

        #[test]
        fn units_are_split_as_they_were_joined(
            units in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 0..5),
            size in prop::sample::select(vec![1, 2, 4]),
        ) {
            let mut sample = Vec::new();
            for unit in &units {
                prop_assert!(append(&mut sample, unit, size).is_some());
            }
            prop_assert_eq!(split(&sample, size).unwrap(), units);
        }
    }
}
