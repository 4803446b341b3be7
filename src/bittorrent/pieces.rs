//! Which pieces of a torrent somebody has, in the order of a bitfield (BEP 3).

use bytes::Bytes;

/// A set of pieces: one bit each, the first one highest; bits beyond the last piece are zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces {
    bits: Vec<u8>,
    count: u32,
}

impl Pieces {
    /// None of `count` pieces.
    pub fn none_of(count: u32) -> Self {
        Pieces { bits: vec![0; bytes_of(count)], count }
    }

    /// All of them.
    pub fn all_of(count: u32) -> Self {
        let mut all = Pieces { bits: vec![0xff; bytes_of(count)], count };
        all.clear_spare();
        all
    }

    /// Adds one; `None` when there is no such piece.
    pub fn insert(&mut self, piece: u32) -> Option<()> {
        let index = usize::try_from(piece / 8).ok()?;
        let byte = self.bits.get_mut(index).filter(|_| piece < self.count)?;
        *byte |= 0x80 >> (piece % 8);
        Some(())
    }

    /// Takes a bitfield for what it says; `None` when it is of another length. Bits beyond the last piece mean nothing.
    pub fn replace(&mut self, bitfield: &[u8]) -> Option<()> {
        if bitfield.len() != self.bits.len() {
            return None;
        }
        self.bits.copy_from_slice(bitfield);
        self.clear_spare();
        Some(())
    }

    /// Whether no piece is missing.
    pub fn is_complete(&self) -> bool {
        self.bits.iter().map(|byte| byte.count_ones()).sum::<u32>() == self.count
    }

    /// As a message has it.
    pub fn into_bitfield(self) -> Bytes {
        Bytes::from(self.bits)
    }

    fn clear_spare(&mut self) {
        if let (Some(last), used @ 1..) = (self.bits.last_mut(), self.count % 8) {
            *last &= !(0xff >> used);
        }
    }
}

fn bytes_of(count: u32) -> usize {
    usize::try_from(count.div_ceil(8)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_piece_is_the_highest_bit_and_spare_bits_are_zero() {
        assert_eq!(Pieces::all_of(10).into_bitfield(), &[0xff, 0xc0][..]);
        assert_eq!(Pieces::all_of(8).into_bitfield(), &[0xff][..]);
        let mut pieces = Pieces::none_of(10);
        pieces.insert(9).unwrap();
        assert_eq!(pieces.into_bitfield(), &[0, 0x40][..]);
    }

    #[test]
    fn a_piece_or_a_bitfield_of_another_torrent_changes_nothing() {
        let mut pieces = Pieces::none_of(10);
        assert_eq!((pieces.insert(10), pieces.insert(u32::MAX)), (None, None));
        assert_eq!((pieces.replace(&[0xff]), pieces.replace(&[0xff; 3])), (None, None));
        assert_eq!(pieces, Pieces::none_of(10));
    }

    proptest! {
        #[test]
        fn it_is_complete_with_the_last_piece_that_was_missing(count in 1_u32..300, last in any::<prop::sample::Index>()) {
            let last = u32::try_from(last.index(count as usize)).unwrap();
            let mut pieces = Pieces::none_of(count);
            (0..count).filter(|piece| *piece != last).for_each(|piece| pieces.insert(piece).unwrap());
            prop_assert!(!pieces.is_complete());
            pieces.insert(last).unwrap();
            prop_assert!(pieces.is_complete());
            prop_assert_eq!(pieces, Pieces::all_of(count));
        }
    }
}
