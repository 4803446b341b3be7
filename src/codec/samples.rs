//! Bytes of real encoders for the tests of this room.

use bytes::Bytes;

/// From hexadecimal digits; white space is left out.
pub fn bytes(hex: &str) -> Bytes {
    let digits: Vec<_> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let pairs = digits.chunks_exact(2);
    assert!(pairs.remainder().is_empty(), "half a byte");
    pairs.map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}
