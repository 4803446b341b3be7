//! Bencode as replies need it (BEP 3): a dictionary's keys are written in the order they are given, which is sorted
//! wherever this room writes one.

use std::io::Write;

pub fn string(bytes: &[u8], out: &mut Vec<u8>) {
    // Writing into a Vec cannot fail.
    let _ = write!(out, "{}:", bytes.len());
    out.extend_from_slice(bytes);
}

pub fn integer(number: impl Into<i64>, out: &mut Vec<u8>) {
    let _ = write!(out, "i{}e", number.into());
}

/// A list or a dictionary around what `body` writes.
pub fn nest(kind: u8, out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    out.push(kind);
    body(out);
    out.push(b'e');
}
