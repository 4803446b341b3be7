//! Records: how a head and its bytes stand in a file, and how they are found again whatever happened to it.
//!
//! ```text
//!   magic, version │ head's size │ body's size │ CRC of sizes and head │ head │ body │ size …
//! ```
//! A body has a hash of its own in the head where it needs one: parts were hashed already when they were made.

use bytes::{Buf, Bytes};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The first bytes of every file; the last one is the version of all that follows. Another version is not read: an
/// event does not outlive a change of how it is kept.
pub const MAGIC: [u8; 8] = *b"vbxsnap\x01";

/// Bytes before a head.
const PREFIX: usize = 12;

/// A head is a few numbers, or an event's initialization sections. Threat: a damaged file claims gigabytes.
const MAX_HEAD: usize = 1 << 20;

/// A head in its frame, to be followed by a body of this size.
pub fn frame(head: &impl Serialize, body: usize) -> Option<Vec<u8>> {
    let mut out = vec![0; PREFIX];
    out = postcard::to_extend(head, out).ok()?;
    let size = u32::try_from(out.len() - PREFIX).ok().filter(|size| *size as usize <= MAX_HEAD)?;
    out[0..4].copy_from_slice(&size.to_le_bytes());
    out[4..8].copy_from_slice(&u32::try_from(body).ok()?.to_le_bytes());
    let sum = checksum(&out[..8], &out[PREFIX..]);
    out[8..PREFIX].copy_from_slice(&sum.to_le_bytes());
    Some(out)
}

/// The next record's head and body; `None` when it is torn, damaged or no record. `bytes` then stay as they are.
pub fn next<T: DeserializeOwned>(bytes: &mut Bytes) -> Option<(T, Bytes)> {
    let (size, body) = (number(bytes, 0)?, number(bytes, 4)?);
    let end = PREFIX.checked_add(size)?.checked_add(body)?;
    if size > MAX_HEAD || end > bytes.len() {
        return None;
    }
    let head = bytes.get(PREFIX..PREFIX + size)?;
    // A fuzzer would never get past it.
    if !cfg!(fuzzing) && checksum(bytes.get(..8)?, head) as usize != number(bytes, 8)? {
        return None;
    }
    let head = postcard::from_bytes(head).ok()?;
    let body = bytes.slice(PREFIX + size..end);
    bytes.advance(end);
    Some((head, body))
}

/// A little-endian number of 32 bits.
pub fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}

fn checksum(sizes: &[u8], head: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(sizes);
    sum.update(head);
    sum.finalize()
}

/// A file of one record without a body.
pub fn single(head: &impl Serialize) -> Option<Vec<u8>> {
    Some([&MAGIC[..], &frame(head, 0)?].concat())
}

/// The record of such a file.
pub fn read_single<T: DeserializeOwned>(bytes: &Bytes) -> Option<T> {
    let mut rest = bytes.clone();
    if !rest.starts_with(&MAGIC) {
        return None;
    }
    rest.advance(MAGIC.len());
    let (head, _) = next(&mut rest)?;
    rest.is_empty().then_some(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(head: &str, body: &[u8]) -> Vec<u8> {
        [frame(&head, body.len()).unwrap(), body.to_vec()].concat()
    }

    #[test]
    fn records_stand_one_behind_the_other_and_a_torn_one_is_none() {
        let whole = [record("one", b"first"), record("two", b"")].concat();
        for end in 0..=whole.len() {
            let mut bytes = Bytes::copy_from_slice(&whole[..end]);
            let mut read = Vec::new();
            while let Some((head, body)) = next::<String>(&mut bytes) {
                read.push((head, body));
            }
            let count = usize::from(end >= record("one", b"first").len()) + usize::from(end == whole.len());
            assert_eq!(read.len(), count);
        }
    }

    proptest! {
        #[test]
        fn a_damaged_head_is_none(at in any::<prop::sample::Index>(), by in 1_u8..) {
            let mut bytes = record("a head", b"");
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            prop_assert!(next::<String>(&mut Bytes::from(bytes)).is_none());
        }

        #[test]
        fn any_bytes_are_a_record_or_none(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = next::<Vec<u64>>(&mut Bytes::from(bytes));
        }
    }
}
