//! The archive's files: the tree of `/hls`, as it lies on the disk.
//!
//! ```text
//!   {data}/archive/{epoch}/{event}-{rendition}/{msn}.m4s
//!                                             /init-{n}.mp4
//!                                             /{name}.part      while it is written
//! ```
//! A file has its name once its bytes are on the disk: written aside, flushed, renamed, the folder flushed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::hls::MediaUri;
use crate::stream::{Epoch, RenditionId};

/// What a file's name ends with until it is whole.
const UNFINISHED: &str = "part";

/// What a film's head is called; it lies among the segments, and goes with them.
const FILM: &str = "film";

/// The archive of one epoch.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The archive in this data folder. Nothing is made before something is kept.
    pub fn new(data: &Path, epoch: &Epoch) -> Self {
        Folder(data.join("archive").join(epoch.as_str()))
    }

    /// Where a file lies, or will.
    pub fn path(&self, rendition: RenditionId, uri: MediaUri) -> PathBuf {
        self.of(rendition).join(uri.to_string())
    }

    /// Where the head of a rendition's film lies, or may.
    pub fn film(&self, rendition: RenditionId) -> PathBuf {
        self.of(rendition).join(FILM)
    }

    fn of(&self, rendition: RenditionId) -> PathBuf {
        self.0.join(rendition.to_string())
    }

    /// Puts a whole file on the disk, and returns only then.
    ///
    /// # Errors
    /// What the system says; then there is no such file, or the one that was there before.
    pub fn keep(&self, rendition: RenditionId, uri: MediaUri, chunks: &[Bytes]) -> io::Result<()> {
        let folder = self.of(rendition);
        self.make(&folder)?;
        let path = folder.join(uri.to_string());
        let aside = path.with_added_extension(UNFINISHED);
        let written = write(&aside, chunks).and_then(|()| fs::rename(&aside, &path));
        if let Err(error) = written {
            // A full disk gets its room back.
            let _ = fs::remove_file(&aside);
            return Err(error);
        }
        flush(&folder)
    }

    /// A folder's own entry has to be on the disk too.
    fn make(&self, folder: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut above = folder.parent();
        // As far as what may have been made: the data folder was there.
        for _ in 0..3 {
            let Some(folder) = above else { break };
            flush(folder)?;
            above = folder.parent();
        }
        Ok(())
    }

    /// Removes a file, if it is there. That it is gone need not be on the disk: its row is.
    ///
    /// # Errors
    /// What the system says.
    pub fn remove(&self, rendition: RenditionId, uri: MediaUri) -> io::Result<()> {
        missing_is_fine(fs::remove_file(self.path(rendition, uri)))
    }

    /// Removes a rendition's folder with all that is left in it.
    ///
    /// # Errors
    /// What the system says.
    pub fn remove_all(&self, rendition: RenditionId) -> io::Result<()> {
        missing_is_fine(fs::remove_dir_all(self.of(rendition)))
    }

    /// Moves a rendition's folder away, under a name that no start looks at.
    ///
    /// # Errors
    /// What the system says.
    pub fn set_aside(&self, rendition: RenditionId) -> io::Result<PathBuf> {
        let aside = self.of(rendition).with_added_extension("aside");
        fs::rename(self.of(rendition), &aside)?;
        Ok(aside)
    }

    /// The renditions that have a folder here.
    ///
    /// # Errors
    /// What the system says.
    pub fn renditions(&self) -> io::Result<Vec<RenditionId>> {
        let names = names(&self.0)?;
        Ok(names.filter_map(|(name, _)| name.parse().ok()).collect())
    }

    /// What lies in a rendition's folder under a name of ours, with its size; and how many files that were left half
    /// written, or are not ours, were removed from it.
    ///
    /// # Errors
    /// What the system says.
    pub fn tidy(&self, rendition: RenditionId) -> io::Result<(Vec<(MediaUri, u64)>, usize)> {
        let folder = self.of(rendition);
        let (mut files, mut removed) = (Vec::new(), 0);
        for (name, size) in names(&folder)? {
            match name.parse::<MediaUri>() {
                Ok(uri @ (MediaUri::Segment(_) | MediaUri::Init(_))) => files.push((uri, size)),
                _ if name == FILM => {}
                _ => {
                    missing_is_fine(fs::remove_file(folder.join(&name)))?;
                    removed += 1;
                }
            }
        }
        Ok((files, removed))
    }
}

fn write(path: &Path, chunks: &[Bytes]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    for chunk in chunks {
        file.write_all(chunk)?;
    }
    file.sync_all()
}

fn flush(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The names in a folder, and the sizes of what has them; a folder that is not there is empty.
fn names(folder: &Path) -> io::Result<impl Iterator<Item = (String, u64)> + use<>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => Some(entries),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let found = entries.into_iter().flatten().flatten().filter_map(|entry| {
        let size = entry.metadata().ok()?.len();
        Some((entry.file_name().into_string().ok()?, size))
    });
    Ok(found)
}

fn missing_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::EventId;

    const ID: RenditionId = RenditionId { event: EventId(3), rendition: 0 };

    fn folder() -> (tempfile::TempDir, Folder) {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::new(data.path(), &Epoch::from_random([7; 12]));
        (data, folder)
    }

    #[test]
    fn a_file_is_whole_under_its_name_and_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (_data, folder) = folder();
        let chunks = [Bytes::from_static(b"one "), Bytes::from_static(b"segment")];
        folder.keep(ID, MediaUri::Segment(7), &chunks).unwrap();
        let path = folder.path(ID, MediaUri::Segment(7));
        assert_eq!(fs::read(&path).unwrap(), b"one segment");
        assert!(path.ends_with("3-0/7.m4s"));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(folder.renditions().unwrap(), [ID]);
    }

    #[test]
    fn what_was_left_half_written_or_is_not_ours_is_removed() {
        let (_data, folder) = folder();
        folder.keep(ID, MediaUri::Segment(7), &[Bytes::from_static(b"seven")]).unwrap();
        let of = folder.path(ID, MediaUri::Segment(7)).parent().unwrap().to_owned();
        for name in ["8.m4s.part", "notes.txt", "stream.m3u8"] {
            fs::write(of.join(name), "x").unwrap();
        }
        assert_eq!(folder.tidy(ID).unwrap(), (vec![(MediaUri::Segment(7), 5)], 3));
        assert_eq!(fs::read_dir(of).unwrap().count(), 1);
    }

    #[test]
    fn what_is_not_there_is_gone_already() {
        let (_data, folder) = folder();
        folder.remove(ID, MediaUri::Init(0)).unwrap();
        folder.remove_all(ID).unwrap();
        assert_eq!(folder.renditions().unwrap(), []);
        assert_eq!(folder.tidy(ID).unwrap(), (vec![], 0));
    }
}
