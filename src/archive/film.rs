//! A recording as one progressive MP4: the head that is made of its segments' boxes, and the segments as they lie.
//!
//! A few kilobytes of each segment are read. What the disk has lost, or has other bytes of, is left out, and is a cut.

use std::collections::HashMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use super::disk_file::DiskFile;
use super::folder::Folder;
use crate::hls::MediaUri;
use crate::mp4::{Init, Movie, Mp4Error, Run, runs};
use crate::stream::{KeptSegment, RenditionId};

/// Puts the film together; it waits for the disk. Reads what of it is there.
///
/// # Errors
/// [`Mp4Error::Empty`] when nothing of it is.
pub fn assemble(
    folder: &Folder,
    rendition: RenditionId,
    segments: &[KeptSegment],
) -> Result<DiskFile, Mp4Error> {
    let (mut movie, mut used) = (Movie::default(), Vec::new());
    let mut inits: HashMap<u32, Option<Init>> = HashMap::new();
    for segment in segments {
        let init = inits.entry(segment.init).or_insert_with(|| init(folder, rendition, segment.init));
        let Some(init) = init else { continue };
        let pushed = read(folder, rendition, segment, init)
            .and_then(|runs| movie.push(init, &runs, segment.size).map(|()| segment));
        match pushed {
            Ok(segment) => used.push(segment),
            Err(error) => {
                log::warn!(rendition:% = rendition, segment = segment.msn, error:% = error; "a recording plays on without a segment");
            }
        }
    }
    let head = movie.finish()?;
    let mut file = DiskFile::new(folder.clone(), rendition, head.bytes);
    used.into_iter().for_each(|segment| file.push(MediaUri::Segment(segment.msn), segment.size));
    debug_assert_eq!(file.length(), head.length);
    Ok(file)
}

fn init(folder: &Folder, rendition: RenditionId, number: u32) -> Option<Init> {
    let read = fs::read(folder.path(rendition, MediaUri::Init(number))).map_err(Mp4Error::from);
    match read.and_then(|bytes| Init::read(&bytes)) {
        Ok(init) => Some(init),
        Err(error) => {
            log::warn!(rendition:% = rendition, init = number, error:% = error; "a recording plays on without what needs an initialization section");
            None
        }
    }
}

fn read(
    folder: &Folder,
    rendition: RenditionId,
    segment: &KeptSegment,
    init: &Init,
) -> Result<Vec<Run>, Mp4Error> {
    let file = File::open(folder.path(rendition, MediaUri::Segment(segment.msn)))?;
    if file.metadata()?.len() != segment.size {
        return Err(Mp4Error::Beyond);
    }
    runs(|at, bytes| file.read_exact_at(bytes, at), segment.size, init)
}
