//! A torrent's content as a rope over bytes that exist already: nothing is copied, and dropping the last torrent
//! that needs a segment lets go of it.

use bytes::Bytes;

/// Chunks of bytes, one after the other, read from any place.
#[derive(Clone, Debug, Default)]
pub struct VirtualFile {
    chunks: Vec<Bytes>,
    /// Where each chunk ends.
    ends: Vec<u64>,
}

impl VirtualFile {
    /// A file of these chunks.
    pub fn new(chunks: impl IntoIterator<Item = Bytes>) -> Self {
        let mut file = VirtualFile::default();
        for chunk in chunks.into_iter().filter(|chunk| !chunk.is_empty()) {
            file.ends.push(file.length() + size(&chunk));
            file.chunks.push(chunk);
        }
        file
    }

    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// The bytes from `offset` on, `length` of them, as slices of the chunks; `None` when they reach beyond the end.
    pub fn read(&self, offset: u64, length: usize) -> Option<impl Iterator<Item = Bytes> + '_> {
        let end = offset.checked_add(u64::try_from(length).ok()?)?;
        if end > self.length() {
            return None;
        }
        let first = self.ends.partition_point(|chunk_end| *chunk_end <= offset);
        let mut left = length;
        let mut skip = first
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(offset, |start| offset - start);
        let chunks = self.chunks.get(first..).unwrap_or_default();
        Some(chunks.iter().map_while(move |chunk| {
            // The first chunk's size bounds it.
            let from = usize::try_from(std::mem::take(&mut skip)).unwrap_or(chunk.len());
            let taken = left.min(chunk.len() - from);
            left -= taken;
            (taken > 0).then(|| chunk.slice(from..from + taken))
        }))
    }

    /// All of its chunks.
    pub fn chunks(&self) -> impl Iterator<Item = &Bytes> {
        self.chunks.iter()
    }
}

fn size(chunk: &Bytes) -> u64 {
    u64::try_from(chunk.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_read_beyond_the_end_is_refused_and_an_empty_one_is_nothing() {
        let file = VirtualFile::new([Bytes::from_static(b"abc"), Bytes::from_static(b"de")]);
        assert!(file.read(4, 2).is_none());
        assert!(file.read(u64::MAX, 1).is_none());
        assert_eq!(file.read(5, 0).unwrap().count(), 0);
        assert_eq!(VirtualFile::default().read(0, 0).unwrap().count(), 0);
    }

    #[test]
    fn what_is_read_are_slices_of_the_same_memory() {
        let chunk = Bytes::from(vec![1; 100]);
        let file = VirtualFile::new([chunk.clone()]);
        let slice = file.read(10, 20).unwrap().next().unwrap();
        assert_eq!(slice.as_ptr(), chunk[10..].as_ptr());
    }

    proptest! {
        #[test]
        fn any_place_reads_what_the_chunks_put_together_have_there(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..9),
            offset in 0_usize..80,
            length in 0_usize..80,
        ) {
            let whole = chunks.concat();
            let file = VirtualFile::new(chunks.into_iter().map(Bytes::from));
            let read = file.read(offset as u64, length).map(|read| read.flat_map(Vec::from).collect::<Vec<u8>>());
            prop_assert_eq!(read.as_deref(), whole.get(offset..offset + length));
        }
    }
}
