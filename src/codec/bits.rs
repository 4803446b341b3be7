//! Bits, most significant first, and Exp-Golomb codes (H.264 9.1). Knows no codec.

/// Reads bits of a byte string; every call answers `None` once the bits run out.
#[derive(Clone, Debug)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> BitReader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        BitReader { bytes, position: 0 }
    }

    /// Bits read so far.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Bits left.
    pub fn remaining(&self) -> usize {
        self.bytes.len() * 8 - self.position
    }

    /// The next `count` bits as a number, at most 32.
    pub fn bits(&mut self, count: u32) -> Option<u32> {
        debug_assert!(count <= 32);
        let end = self.position.checked_add(usize::try_from(count).ok()?)?;
        if end > self.bytes.len() * 8 {
            return None;
        }
        let mut value = 0;
        while self.position < end {
            let byte = self.bytes[self.position / 8];
            let offset = self.position % 8;
            let take = (8 - offset).min(end - self.position);
            let chunk = (u32::from(byte) >> (8 - offset - take)) & ((1 << take) - 1);
            // A shift by up to 8: the first chunk of 32 bits meets a value of zero.
            value = (value << take) | chunk;
            self.position += take;
        }
        Some(value)
    }

    /// The next bit.
    pub fn flag(&mut self) -> Option<bool> {
        self.bits(1).map(|bit| bit == 1)
    }

    /// Passes over bits.
    pub fn skip(&mut self, count: usize) -> Option<()> {
        let end = self.position.checked_add(count)?;
        (end <= self.bytes.len() * 8).then(|| self.position = end)
    }

    /// ue(v): at most 31 leading zeros, so at most 2^32 − 2.
    pub fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.bits(zeros)?)
    }

    /// se(v).
    pub fn se(&mut self) -> Option<i64> {
        let code = i64::from(self.ue()?);
        Some(if code % 2 == 1 { code / 2 + 1 } else { -(code / 2) })
    }
}

/// Writes bits into a byte string.
#[derive(Debug, Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits of the last byte that are taken; 0 when it is full.
    used: u32,
}

impl BitWriter {
    /// Appends the low `count` bits of the value, at most 32.
    pub fn bits(&mut self, value: u32, count: u32) {
        debug_assert!(count <= 32);
        let mut left = count;
        while left > 0 {
            if self.used == 0 {
                self.bytes.push(0);
            }
            let take = (8 - self.used).min(left);
            let chunk = (value >> (left - take)) & ((1 << take) - 1);
            if let Some(last) = self.bytes.last_mut() {
                *last |= (chunk << (8 - self.used - take)).to_le_bytes()[0];
            }
            self.used = (self.used + take) % 8;
            left -= take;
        }
    }

    /// ue(v); the value is below 2^32 − 1.
    pub fn ue(&mut self, value: u32) {
        let code = value.saturating_add(1);
        let length = 32 - code.leading_zeros();
        self.bits(0, length - 1);
        self.bits(code, length);
    }

    /// Copies the reader's next `count` bits.
    pub fn copy(&mut self, reader: &mut BitReader<'_>, count: usize) -> Option<()> {
        let mut left = count;
        while left > 0 {
            let take = u32::try_from(left.min(32)).ok()?;
            let value = reader.bits(take)?;
            self.bits(value, take);
            left -= left.min(32);
        }
        Some(())
    }

    /// Fills the last byte with copies of the bit.
    pub fn align(&mut self, bit: bool) {
        if self.used > 0 {
            self.bits(if bit { u32::MAX } else { 0 }, 8 - self.used);
        }
    }

    /// Appends whole bytes; the writer must be aligned.
    pub fn extend(&mut self, bytes: &[u8]) {
        debug_assert_eq!(self.used, 0);
        self.bytes.extend_from_slice(bytes);
    }

    /// What was written, the last byte filled with zeros.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exp_golomb_codes_are_those_of_the_specifications_table() {
        // H.264 table 9-2: 1, 010, 011, 00100, 00101.
        let mut reader = BitReader::new(&[0b1010_0110, 0b0100_0010, 0b1000_0000]);
        assert_eq!((0..5).map(|_| reader.ue()).collect::<Vec<_>>(), [0, 1, 2, 3, 4].map(Some));
        let mut reader = BitReader::new(&[0b1010_0110, 0b0100_0010, 0b1000_0000]);
        assert_eq!((0..5).map(|_| reader.se()).collect::<Vec<_>>(), [0, 1, -1, 2, -2].map(Some));
    }

    #[test]
    fn a_code_of_more_than_31_zeros_is_none() {
        assert_eq!(BitReader::new(&[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff]).ue(), None);
        assert_eq!(BitReader::new(&[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]).ue(), Some(u32::MAX - 1));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(values in prop::collection::vec((any::<u32>(), 0_u32..=32, any::<bool>()), 0..40)) {
            let mut writer = BitWriter::default();
            for (value, count, golomb) in &values {
                if *golomb { writer.ue(value % u32::MAX) } else { writer.bits(*value, *count) }
            }
            writer.align(true);
            let bytes = writer.into_bytes();
            let mut reader = BitReader::new(&bytes);
            for (value, count, golomb) in &values {
                if *golomb {
                    prop_assert_eq!(reader.ue(), Some(value % u32::MAX));
                } else {
                    let mask = u32::try_from((1_u64 << count) - 1).unwrap();
                    prop_assert_eq!(reader.bits(*count), Some(value & mask));
                }
            }
            prop_assert!(reader.remaining() < 8);
        }

        #[test]
        fn copied_bits_are_the_same(bytes in prop::collection::vec(any::<u8>(), 0..40), start in 0_usize..40) {
            let mut reader = BitReader::new(&bytes);
            let mut writer = BitWriter::default();
            let start = start.min(bytes.len() * 8);
            prop_assert!(writer.copy(&mut reader, start).is_some());
            let rest = reader.remaining();
            prop_assert!(writer.copy(&mut reader, rest).is_some());
            prop_assert_eq!(writer.into_bytes(), bytes);
        }
    }
}
