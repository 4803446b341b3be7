//! The folder of what survives a restart: where it is, that it is safe, and that this is the only box in it.
//!
//! ```text
//!   {--runtime, RUNTIME_DIRECTORY, XDG_RUNTIME_DIR or /dev/shm}/
//!       on-air, update/    what the system is told, where the place is this user's alone; else one folder deeper
//!       venuebox-{uid}-{hash of the data folder}/
//!           snapshot/      see event::snapshot
//!           set-aside-1/   a snapshot that two starts died of
//!           starts         starts with this snapshot that have not lived for a while yet
//! ```
//! The places are in memory and some are everybody's to write in, so nothing in there is trusted: no link is followed,
//! and what belongs to somebody else is refused.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use nix::errno::Errno;
use nix::fcntl::{AtFlags, Flock, FlockArg, OFlag, openat, renameat};
use nix::sys::stat::{FileStat, Mode, SFlag, fchmod, fstat, fstatat, mkdirat};
use nix::unistd::{UnlinkatFlags, geteuid, unlinkat};
use sha2::{Digest, Sha256};

use crate::event::snapshot::Files;

/// A start that lives so long was not killed by what it found.
pub const LIVED: Duration = Duration::from_secs(30);

/// So many starts in a row that did not: the snapshot is to blame.
const SHORT_LIVES: u8 = 2;

/// Snapshots set aside that are kept for who wants to know why; each takes memory.
const MOST_SET_ASIDE: usize = 2;

const SNAPSHOT: &str = "snapshot";
const SET_ASIDE: &str = "set-aside-";
const STARTS: &str = "starts";

/// The open folder, locked for this process alone.
#[derive(Debug)]
pub struct RuntimeFolder {
    /// For people.
    path: PathBuf,
    told: PathBuf,
    folder: Flock<OwnedFd>,
    _data: Flock<OwnedFd>,
}

impl RuntimeFolder {
    /// Opens and locks the runtime folder of the box with this data folder; both are made where they are missing.
    ///
    /// # Errors
    /// Says what is wrong with a folder, and what to do.
    pub fn open(runtime: Option<&Path>, data: &Path) -> anyhow::Result<Self> {
        let data = lock_data(data)?;
        let (base, given) = base(runtime);
        let chosen = given || std::env::var_os("RUNTIME_DIRECTORY").is_some();
        let base = std::path::absolute(&base).with_context(|| format!("{} is no path", base.display()))?;
        let parent = open_path(&base, given)?;
        let stat = fstat(&parent).with_context(|| format!("{} cannot be looked at", base.display()))?;
        if let Err(why) = is_a_safe_place(&stat) {
            bail!("the runtime folder {} {why}; choose another one with --runtime", base.display());
        }
        let name = format!("venuebox-{}-{}", geteuid(), data.1);
        let path = base.join(&name);
        let folder = own_folder(parent.as_fd(), &name, &path)?;
        let folder = Flock::lock(folder, FlockArg::LockExclusiveNonblock)
            .map_err(|(_, error)| refuse_lock("runtime", &path, "--runtime", error))?;
        // What was chosen for this box alone; a folder of everybody's is no place for a file called on-air.
        let told = if chosen && is_ours_alone(&stat) { base } else { path.clone() };
        Ok(RuntimeFolder { path, told, folder, _data: data.0 })
    }

    /// Where the system looks for what the program tells it. On a box it is systemd's RuntimeDirectory.
    pub fn told(&self) -> &Path {
        &self.told
    }

    /// The snapshot's folder. One whose last two starts did not live is set aside first, and an empty one taken; else
    /// this start is counted until it has [lived](Self::lived).
    ///
    /// # Errors
    /// When the folder is not ours, or cannot be made.
    pub fn snapshot(&self) -> anyhow::Result<Files> {
        let path = self.path.join(SNAPSHOT);
        let files = self.files()?;
        let mut snapshot = Files::new(own_folder(self.folder.as_fd(), SNAPSHOT, &path)?);
        if snapshot.names().is_ok_and(|names| names.is_empty()) {
            self.lived();
            return Ok(snapshot);
        }
        let starts = files.read(STARTS, 1).ok().and_then(|bytes| bytes.first().copied()).unwrap_or_default();
        if starts >= SHORT_LIVES {
            self.set_aside()?;
            self.lived();
            snapshot = Files::new(own_folder(self.folder.as_fd(), SNAPSHOT, &path)?);
        } else if let Err(error) = files.replace(STARTS, &[starts + 1]) {
            log::warn!(error:% = error; "this start could not be counted");
        }
        Ok(snapshot)
    }

    /// This start was not killed by what it found.
    pub fn lived(&self) {
        let removed = self.files().and_then(|files| Ok(files.remove(STARTS)?));
        if let Err(error) = removed {
            log::warn!("the runtime folder cannot be written: {error:#}");
        }
    }

    fn files(&self) -> anyhow::Result<Files> {
        let again = openat(&*self.folder, ".", FOLDER, Mode::empty());
        Ok(Files::new(again.with_context(|| format!("{} cannot be opened again", self.path.display()))?))
    }

    fn set_aside(&self) -> anyhow::Result<()> {
        let names =
            self.files()?.names().with_context(|| format!("{} cannot be read", self.path.display()))?;
        let number = |name: &str| name.strip_prefix(SET_ASIDE)?.parse::<u32>().ok();
        let mut aside: Vec<u32> = names.iter().filter_map(|name| number(name)).collect();
        aside.sort_unstable();
        let name = format!("{SET_ASIDE}{}", aside.last().map_or(1, |last| last.saturating_add(1)));
        renameat(&*self.folder, SNAPSHOT, &*self.folder, name.as_str())
            .with_context(|| format!("the snapshot in {} cannot be set aside", self.path.display()))?;
        log::warn!(
            "the program ended soon after its last two starts in the middle of an event; what was kept of the event \
             is set aside as {}, and a new one begins with the next encoder",
            self.path.join(&name).display()
        );
        let too_many = (aside.len() + 1).saturating_sub(MOST_SET_ASIDE);
        for old in aside.into_iter().take(too_many) {
            self.remove(&format!("{SET_ASIDE}{old}"));
        }
        Ok(())
    }

    fn remove(&self, name: &str) {
        let removed = || -> anyhow::Result<()> {
            let files = Files::new(openat(&*self.folder, name, FOLDER, Mode::empty())?);
            files.names()?.iter().try_for_each(|name| files.remove(name))?;
            Ok(unlinkat(&*self.folder, name, UnlinkatFlags::RemoveDir)?)
        };
        if let Err(error) = removed() {
            log::warn!("an old snapshot, {}, cannot be removed: {error:#}", self.path.join(name).display());
        }
    }
}

/// How folders are opened: never through a link.
const FOLDER: OFlag =
    OFlag::O_RDONLY.union(OFlag::O_DIRECTORY).union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);

/// Locks the data folder, and says which one it is in a few characters.
fn lock_data(data: &Path) -> anyhow::Result<(Flock<OwnedFd>, String)> {
    let mut builder = DirBuilder::new();
    let opened = builder.recursive(true).mode(0o700).create(data).and_then(|()| File::open(data));
    let cannot =
        || format!("the data folder {} cannot be opened; choose another one with --data", data.display());
    let opened = opened.with_context(cannot)?;
    let real = data.canonicalize().with_context(cannot)?;
    let lock = Flock::lock(OwnedFd::from(opened), FlockArg::LockExclusiveNonblock)
        .map_err(|(_, error)| refuse_lock("data", &real, "--data", error))?;
    let hash = Sha256::digest(real.as_os_str().as_bytes());
    Ok((lock, hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()))
}

fn refuse_lock(what: &str, path: &Path, flag: &str, error: Errno) -> anyhow::Error {
    if error == Errno::EWOULDBLOCK {
        anyhow::anyhow!(
            "another venuebox is running with the {what} folder {}; stop it first, or choose another folder with {flag}",
            path.display()
        )
    } else {
        anyhow::anyhow!(error).context(format!("the {what} folder {} cannot be locked", path.display()))
    }
}

/// Where the folder is to be, and whether somebody chose the place, so that it may be made.
fn base(runtime: Option<&Path>) -> (PathBuf, bool) {
    if let Some(runtime) = runtime {
        return (runtime.to_owned(), true);
    }
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    // systemd lists them all, with colons between.
    let first = |list: &OsStr| {
        list.as_bytes().split(|byte| *byte == b':').next().map(|path| PathBuf::from(OsStr::from_bytes(path)))
    };
    let systemd = variable("RUNTIME_DIRECTORY").and_then(|list| first(&list));
    let session = || variable("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_dir());
    (systemd.or_else(session).unwrap_or_else(|| PathBuf::from("/dev/shm")), false)
}

/// Opens a folder step by step, so that no step is a link.
fn open_path(path: &Path, make: bool) -> anyhow::Result<OwnedFd> {
    let step = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let mut at = OwnedFd::from(File::open("/").context("the root folder cannot be opened")?);
    let mut walked = PathBuf::from("/");
    for component in path.components() {
        if matches!(component, Component::RootDir | Component::CurDir | Component::Prefix(_)) {
            continue;
        }
        walked.push(component);
        let name = component.as_os_str();
        if make && fstatat(&at, name, AtFlags::AT_SYMLINK_NOFOLLOW) == Err(Errno::ENOENT) {
            make_folder(at.as_fd(), name, &walked)?;
        }
        let opened = openat(&at, name, step, Mode::empty());
        at = opened.map_err(|error| refuse_folder(at.as_fd(), name, &walked, error))?;
    }
    Ok(at)
}

fn make_folder(parent: BorrowedFd<'_>, name: &OsStr, path: &Path) -> anyhow::Result<()> {
    match mkdirat(parent, name, Mode::S_IRWXU) {
        Ok(()) | Err(Errno::EEXIST) => Ok(()),
        Err(error) => Err(error).with_context(|| {
            format!("the runtime folder {} cannot be made; choose another one with --runtime", path.display())
        }),
    }
}

fn refuse_folder(parent: BorrowedFd<'_>, name: &OsStr, path: &Path, error: Errno) -> anyhow::Error {
    let stat = fstatat(parent, name, AtFlags::AT_SYMLINK_NOFOLLOW);
    let kind = stat.map(|stat| SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT);
    let path = path.display();
    match kind {
        Ok(SFlag::S_IFLNK) => anyhow::anyhow!(
            "{path} is a link, and the runtime folder must not be reached through one; give its real path with --runtime"
        ),
        Ok(SFlag::S_IFDIR) | Err(_) => {
            anyhow::anyhow!(error).context(format!("the runtime folder {path} cannot be opened"))
        }
        Ok(_) => anyhow::anyhow!("{path} is no folder; choose another one with --runtime"),
    }
}

/// A folder of ours in `parent`, made if it is missing, for us alone.
fn own_folder(parent: BorrowedFd<'_>, name: &str, path: &Path) -> anyhow::Result<OwnedFd> {
    make_folder(parent, OsStr::new(name), path)?;
    let opened = openat(parent, name, FOLDER, Mode::empty());
    let folder = opened.map_err(|error| {
        let owner = fstatat(parent, name, AtFlags::AT_SYMLINK_NOFOLLOW).map(|stat| stat.st_uid);
        match owner {
            Ok(owner) if owner != geteuid().as_raw() => foreign(path, owner),
            _ => refuse_folder(parent, OsStr::new(name), path, error),
        }
    })?;
    let stat = fstat(&folder).with_context(|| format!("{} cannot be looked at", path.display()))?;
    if stat.st_uid != geteuid().as_raw() {
        return Err(foreign(path, stat.st_uid));
    }
    fchmod(&folder, Mode::S_IRWXU)
        .with_context(|| format!("{} cannot be closed to others", path.display()))?;
    Ok(folder)
}

fn foreign(path: &Path, owner: u32) -> anyhow::Error {
    anyhow::anyhow!(
        "the runtime folder {} belongs to another user (uid {owner}); remove it, or choose another place with --runtime",
        path.display()
    )
}

/// Whether nobody else can put another folder in the place of ours.
fn is_a_safe_place(stat: &FileStat) -> Result<(), String> {
    let mode = Mode::from_bits_truncate(stat.st_mode);
    if stat.st_uid != 0 && stat.st_uid != geteuid().as_raw() {
        return Err(format!("belongs to another user (uid {})", stat.st_uid));
    }
    if mode.intersects(Mode::S_IWGRP | Mode::S_IWOTH) && !mode.contains(Mode::S_ISVTX) {
        return Err(String::from("can be written by other users"));
    }
    Ok(())
}

/// Whether nobody else can write there.
fn is_ours_alone(stat: &FileStat) -> bool {
    let mode = Mode::from_bits_truncate(stat.st_mode);
    stat.st_uid == geteuid().as_raw() && !mode.intersects(Mode::S_IWGRP | Mode::S_IWOTH)
}

#[cfg(test)]
#[path = "runtime_folder_tests.rs"]
mod tests;
