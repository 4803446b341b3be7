//! Boxes within boxes, read and written where a library's types would lose bytes or hold every table twice.

use mp4_atom::{Decode, FourCC, Header};

use super::Mp4Error;

/// A box as it lies among others.
#[derive(Clone, Copy, Debug)]
pub struct Child<'a> {
    /// What it is.
    pub kind: FourCC,
    /// All of it.
    pub whole: &'a [u8],
    /// What stands after its head.
    pub body: &'a [u8],
}

/// The boxes that lie one after the other in `bytes`.
pub fn children(mut bytes: &[u8]) -> Result<Vec<Child<'_>>, Mp4Error> {
    let mut children = Vec::new();
    while !bytes.is_empty() {
        let mut rest = bytes;
        let header = Header::decode(&mut rest)?;
        let size = header.size.unwrap_or(rest.len());
        let body = rest.get(..size).ok_or(Mp4Error::Beyond)?;
        let head = bytes.len() - rest.len();
        let whole = bytes.get(..head + size).ok_or(Mp4Error::Beyond)?;
        children.push(Child { kind: header.kind, whole, body });
        bytes = bytes.get(head + size..).unwrap_or_default();
    }
    Ok(children)
}

/// The first box of a kind in `bytes`.
pub fn child<'a>(bytes: &'a [u8], kind: &'static str) -> Result<Child<'a>, Mp4Error> {
    let found = children(bytes)?.into_iter().find(|child| child.kind.as_ref() == kind.as_bytes());
    found.ok_or(Mp4Error::Missing(kind))
}

/// Writes a box whose size is known once it is written. None of ours comes near 4 GB.
pub fn write(
    out: &mut Vec<u8>,
    kind: &[u8; 4],
    body: impl FnOnce(&mut Vec<u8>) -> Result<(), Mp4Error>,
) -> Result<(), Mp4Error> {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(kind);
    body(out)?;
    let size = u32::try_from(out.len() - start).map_err(|_| Mp4Error::TooLarge)?;
    if let Some(place) = out.get_mut(start..start + 4) {
        place.copy_from_slice(&size.to_be_bytes());
    }
    Ok(())
}

/// Writes a box with version, flags and a table of `count` entries.
pub fn write_table(
    out: &mut Vec<u8>,
    kind: &[u8; 4],
    version: u8,
    count: u32,
    entries: &[u8],
) -> Result<(), Mp4Error> {
    write(out, kind, |out| {
        out.extend_from_slice(&[version, 0, 0, 0]);
        out.extend_from_slice(&count.to_be_bytes());
        out.extend_from_slice(entries);
        Ok(())
    })
}
