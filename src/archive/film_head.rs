//! The head of a finished recording's film, kept among its segments: whoever asks for it again, also after a restart,
//! need not have every segment looked at. It is no promise: what does not fit is as good as none.

use std::fs::{self, File};
use std::io::{self, Read};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::disk_file::DiskFile;
use super::folder::Folder;
use crate::hls::MediaUri;
use crate::stream::RenditionId;

/// The largest file that is read; twelve hours are 25 MB. Threat: somebody else's file in its place.
const MOST: u64 = 512 << 20;

const DIGEST: usize = 32;

/// What is kept, behind its SHA-256.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// Numbers and sizes of all segments that there were.
    segments: Vec<(u64, u64)>,
    /// Numbers of those that play.
    used: Vec<u64>,
    head: Bytes,
}

/// The film of these segments, if it was kept. It waits for the disk.
pub fn read(folder: &Folder, rendition: RenditionId, segments: &[(u64, u64)]) -> Option<DiskFile> {
    let mut bytes = Vec::new();
    File::open(folder.film(rendition)).ok()?.take(MOST).read_to_end(&mut bytes).ok()?;
    let (digest, rest) = bytes.split_at_checked(DIGEST)?;
    if Sha256::digest(rest).as_slice() != digest {
        return None;
    }
    let kept: Kept = postcard::from_bytes(rest).ok().filter(|kept: &Kept| kept.segments == segments)?;
    let mut file = DiskFile::new(folder.clone(), rendition, kept.head);
    let mut used = kept.used.into_iter().peekable();
    for (msn, size) in kept.segments {
        if used.next_if_eq(&msn).is_some() {
            file.push(MediaUri::Segment(msn), size);
        }
    }
    used.next().is_none().then_some(file)
}

/// Keeps the film of these segments, if the disk takes it.
pub fn write(folder: &Folder, file: &DiskFile, segments: Vec<(u64, u64)>) {
    let path = folder.film(file.rendition());
    let kept = Kept { segments, used: file.numbers().collect(), head: file.head().clone() };
    let written = postcard::to_allocvec(&kept).map_err(io::Error::other).and_then(|bytes| {
        // Of a file that a power cut left half written the digest is wrong; so nothing is flushed.
        let digest: [u8; DIGEST] = Sha256::digest(&bytes).into();
        fs::write(&path, [&digest[..], &bytes].concat())
    });
    if let Err(error) = written {
        log::warn!(error:% = error; "the index of a recording could not be kept; it will be made again");
        // A full disk gets its room back.
        let _ = fs::remove_file(&path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Epoch, EventId};

    const ID: RenditionId = RenditionId { event: EventId(3), rendition: 0 };

    #[test]
    fn it_is_the_same_film_as_long_as_its_segments_are_the_same_and_no_byte_of_it_changed() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::new(data.path(), &Epoch::from_random([7; 12]));
        for msn in 7..10 {
            folder.keep(ID, MediaUri::Segment(msn), &[Bytes::from(vec![7; 10])]).unwrap();
        }
        let segments = vec![(7, 10), (8, 10), (9, 10)];
        assert!(read(&folder, ID, &segments).is_none());
        let mut file = DiskFile::new(folder.clone(), ID, Bytes::from_static(b"head"));
        file.push(MediaUri::Segment(7), 10);
        file.push(MediaUri::Segment(9), 10);
        write(&folder, &file, segments.clone());
        let again = read(&folder, ID, &segments).unwrap();
        assert_eq!((again.length(), again.digest(), again.segments()), (24, file.digest(), (7, 9)));
        assert!(read(&folder, ID, &segments[..2]).is_none());
        // A start looks over what lies there.
        assert_eq!(folder.tidy(ID).unwrap().1, 0);
        let path = folder.film(ID);
        let whole = fs::read(&path).unwrap();
        for damage in [&whole[..20], &whole[..whole.len() - 1], &[&whole[..40], b"x", &whole[41..]].concat()]
        {
            fs::write(&path, damage).unwrap();
            assert!(read(&folder, ID, &segments).is_none());
        }
        folder.remove_all(ID).unwrap();
        assert!(!path.exists());
    }
}
