//! Bytes that lie on the disk in several files and are read as one.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::folder::Folder;
use crate::bittorrent::Store;
use crate::hls::MediaUri;
use crate::stream::RenditionId;

/// Perhaps a head in memory, then a rendition's files one after the other; 24 bytes for each of them.
#[derive(Debug)]
pub struct DiskFile {
    folder: Folder,
    rendition: RenditionId,
    head: Bytes,
    digest: [u8; 32],
    parts: Vec<Part>,
    broken: AtomicBool,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    uri: MediaUri,
    /// Where it ends in the whole.
    end: u64,
}

impl DiskFile {
    /// Begins with `head`.
    pub(super) fn new(folder: Folder, rendition: RenditionId, head: Bytes) -> Self {
        let digest = Sha256::digest(&head).into();
        DiskFile { folder, rendition, head, digest, parts: Vec::new(), broken: AtomicBool::new(false) }
    }

    /// Puts a file of `size` bytes behind what is there.
    pub(super) fn push(&mut self, uri: MediaUri, size: u64) {
        self.parts.push(Part { uri, end: self.length() + size });
    }

    /// The rendition whose files these are.
    pub fn rendition(&self) -> RenditionId {
        self.rendition
    }

    /// The first and the last of its segments.
    pub fn segments(&self) -> (u64, u64) {
        let mut numbers = self.numbers();
        let first = numbers.next().unwrap_or_default();
        (first, numbers.next_back().unwrap_or(first))
    }

    /// What stands before its files.
    pub(super) fn head(&self) -> &Bytes {
        &self.head
    }

    /// Its segments' numbers.
    pub(super) fn numbers(&self) -> impl DoubleEndedIterator<Item = u64> {
        self.parts.iter().filter_map(|part| match part.uri {
            MediaUri::Segment(msn) => Some(msn),
            _ => None,
        })
    }

    /// SHA-256 of the head. It has each sample's size, so two files with the same are the same.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Whether something of it could not be read: it is not what it was.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// Bytes of the whole.
    pub fn length(&self) -> u64 {
        self.parts.last().map_or(size(&self.head), |part| part.end)
    }

    /// Bytes from `offset` on: as many as wanted, or as one file has; none beyond the end. It waits for the disk.
    ///
    /// # Errors
    /// What the system says; a file that is shorter than it was is one.
    pub fn read(&self, offset: u64, most: usize) -> io::Result<Bytes> {
        let head = size(&self.head);
        if offset < head {
            let from = usize::try_from(offset).unwrap_or(usize::MAX);
            return Ok(self.head.slice(from..from.saturating_add(most).min(self.head.len())));
        }
        let at = self.parts.partition_point(|part| part.end <= offset);
        let Some(part) = self.parts.get(at) else { return Ok(Bytes::new()) };
        let start = at.checked_sub(1).and_then(|before| self.parts.get(before)).map_or(head, |part| part.end);
        let length = usize::try_from(part.end - offset).unwrap_or(usize::MAX).min(most);
        let mut bytes = vec![0; length];
        let read = File::open(self.folder.path(self.rendition, part.uri))
            .and_then(|file| file.read_exact_at(&mut bytes, offset - start));
        self.broken.fetch_or(read.is_err(), Ordering::Relaxed);
        read.map(|()| Bytes::from(bytes))
    }
}

impl Store for DiskFile {
    fn length(&self) -> u64 {
        DiskFile::length(self)
    }

    fn read(&self, offset: u64, most: usize) -> io::Result<Bytes> {
        DiskFile::read(self, offset, most)
    }
}

fn size(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Epoch, EventId};

    const ID: RenditionId = RenditionId { event: EventId(3), rendition: 0 };

    fn file(data: &tempfile::TempDir) -> (Folder, DiskFile) {
        let folder = Folder::new(data.path(), &Epoch::from_random([7; 12]));
        let mut file = DiskFile::new(folder.clone(), ID, Bytes::from_static(b"head "));
        for (msn, text) in [(7, "seven "), (9, "nine")] {
            let uri = MediaUri::Segment(msn);
            folder.keep(ID, uri, &[Bytes::from_static(text.as_bytes())]).unwrap();
            file.push(uri, size(text.as_bytes()));
        }
        (folder, file)
    }

    #[test]
    fn any_place_reads_what_the_files_put_together_have_there() {
        let data = tempfile::tempdir().unwrap();
        let (_, file) = file(&data);
        let whole = b"head seven nine";
        assert_eq!(file.length(), 15);
        for start in 0..whole.len() {
            for most in 1..20 {
                let read = file.read(u64::try_from(start).unwrap(), most).unwrap();
                assert!(!read.is_empty() && read.len() <= most);
                assert_eq!(read, whole[start..start + read.len()]);
            }
        }
        assert!(file.read(15, 9).unwrap().is_empty() && file.read(99, 9).unwrap().is_empty());
    }

    #[test]
    fn a_file_that_was_cut_or_is_gone_is_an_error_and_never_other_bytes() {
        let data = tempfile::tempdir().unwrap();
        let (folder, file) = file(&data);
        std::fs::write(folder.path(ID, MediaUri::Segment(7)), "sev").unwrap();
        folder.remove(ID, MediaUri::Segment(9)).unwrap();
        assert!(!file.is_broken());
        assert!(file.read(5, 9).is_err() && file.read(11, 9).is_err());
        assert!(file.is_broken());
    }
}
