//! The snapshot's folder: a handful of files in one place, reached by descriptor and never through a link.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

use bytes::Bytes;
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat, renameat};
use nix::sys::stat::Mode;
use nix::unistd::{UnlinkatFlags, geteuid, unlinkat};

/// Files looked at. Threat: a folder that something else filled keeps the start busy.
const MAX_FILES: usize = 4_096;

/// What a file is written under until it is whole.
const UNFINISHED: &str = "unfinished";

/// An open folder that is ours; clones share it.
#[derive(Clone, Debug)]
pub struct Files(Arc<OwnedFd>);

impl Files {
    /// The files in `folder`, which the caller has found to be safe.
    pub fn new(folder: OwnedFd) -> Self {
        Files(Arc::new(folder))
    }

    fn folder(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// The names in it.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let mut folder = Dir::openat(self.folder(), ".", flags, Mode::empty())?;
        let mut names = Vec::new();
        for entry in folder.iter().take(MAX_FILES) {
            let entry = entry?;
            let name = entry.file_name().to_str().ok().filter(|name| !matches!(*name, "." | ".."));
            names.extend(name.map(str::to_owned));
        }
        Ok(names)
    }

    /// The bytes of a file, if it is one of ours of at most `limit` bytes.
    pub fn read(&self, name: &str, limit: u64) -> io::Result<Bytes> {
        let mut file = self.open(name, OFlag::O_RDONLY)?;
        let size = file.metadata()?.len();
        if size > limit {
            return Err(io::Error::other("it is too large"));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        (&mut file).take(limit).read_to_end(&mut bytes)?;
        Ok(Bytes::from(bytes))
    }

    /// A file to be written on.
    pub fn open_for_writing(&self, name: &str) -> io::Result<File> {
        self.open(name, OFlag::O_RDWR)
    }

    fn open(&self, name: &str, how: OFlag) -> io::Result<File> {
        // A pipe under this name must not stop the start.
        let flags = how | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
        let file = File::from(openat(self.folder(), name, flags, Mode::empty())?);
        let about = file.metadata()?;
        if !about.is_file() || about.uid() != geteuid().as_raw() {
            return Err(io::Error::other("it is not a file of ours"));
        }
        Ok(file)
    }

    /// A new file; what had its name is gone.
    fn create(&self, name: &str) -> io::Result<File> {
        self.remove(name)?;
        let flags = OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        Ok(File::from(openat(self.folder(), name, flags, Mode::S_IRUSR | Mode::S_IWUSR)?))
    }

    /// Puts a whole file in the place of the one before.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.begin()?.write_all(bytes)?;
        self.finish(name)
    }

    /// A file that has no name yet.
    pub fn begin(&self) -> io::Result<File> {
        self.create(UNFINISHED)
    }

    /// Gives the file that was begun its name.
    pub fn finish(&self, name: &str) -> io::Result<()> {
        Ok(renameat(self.folder(), UNFINISHED, self.folder(), name)?)
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        match unlinkat(self.folder(), name, UnlinkatFlags::NoRemoveDir) {
            Ok(()) | Err(Errno::ENOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(OwnedFd::from(File::open(folder.path()).unwrap()));
        (folder, files)
    }

    #[test]
    fn a_link_is_neither_read_nor_written_through() {
        let (folder, files) = folder();
        let outside = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(outside.path(), "secret").unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("numbers")).unwrap();
        assert!(files.read("numbers", 100).is_err());
        assert!(files.open_for_writing("numbers").is_err());
        files.replace("numbers", b"ours").unwrap();
        assert_eq!(files.read("numbers", 100).unwrap(), "ours");
        assert_eq!(std::fs::read(outside.path()).unwrap(), b"secret");
    }

    #[test]
    fn a_file_that_is_too_large_is_not_read() {
        let (_folder, files) = folder();
        files.replace("large", &[0; 101]).unwrap();
        assert!(files.read("large", 100).is_err());
    }

    #[test]
    fn files_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, files) = folder();
        files.create("file").unwrap();
        let mode = std::fs::metadata(folder.path().join("file")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
