//! Updates of the system. The program has no right over the system it runs on; it and the system's own side, which
//! has, tell each other by files:
//!
//! ```text
//!   said/slots.json            which system runs, which waits beside it       ◀─ the system
//!   said/status.json           how the last request goes                      ◀─ the system
//!   data/update/bundle.raucb   what was uploaded, whole                       ─▶ the system, which removes it
//!   asked/request, restart     what is to be done: `{"force":false}`          ─▶ the system, which takes it away
//! ```
//! Without the first file the machine is one whose updates come with its packages. Each file is written under another
//! name and renamed. Who signed a bundle and for which board it is the system's side finds out.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::disk::Disk;

/// The largest bundle; a slot holds no more. Threat: an upload that never ends.
pub const MAX_BUNDLE: u64 = 2 << 30;

/// What an upload leaves free: the database and what is recorded write on. Threat: a disk that is full in mid-event.
const ROOM_LEFT: u64 = 256 << 20;

/// What the system says fits into this. Threat: a file that somebody else put there fills the memory.
const MAX_SAID: u64 = 64 << 10;

/// A bundle is a squashfs with its signature behind it; so it begins.
const MAGIC: &[u8; 4] = b"hsqs";

const BUNDLE: &str = "bundle.raucb";
const PART: &str = "bundle.raucb.part";
const REQUEST: &str = "request";
const RESTART: &str = "restart";

/// Which system runs, as the system says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slots {
    /// The board that bundles have to be for.
    pub board: String,
    /// The version that runs.
    pub version: String,
    /// The slot that it runs from.
    pub slot: String,
    /// It has proved that it works.
    pub good: bool,
    /// The slot beside it.
    pub other: Option<OtherSlot>,
}

/// The slot that does not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherSlot {
    /// Its name.
    pub slot: String,
    /// What is in it, if anything is.
    pub version: Option<String>,
    /// It would be started.
    pub good: bool,
}

/// Why the system did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It is signed by nobody whom this box trusts.
    Signature,
    /// It is for another board.
    Board,
    /// An event is on.
    OnAir,
    /// Anything else.
    #[serde(other)]
    Other,
}

/// How it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Progress {
    /// Nothing was asked for.
    Idle,
    /// The system was asked to install and has not begun yet.
    Asked,
    /// It installs.
    Installing {
        /// How far it is.
        percent: u8,
    },
    /// It is in the other slot; the next start takes it.
    Installed {
        /// What was installed, where the system can say.
        version: Option<String>,
    },
    /// Nothing was done.
    Refused {
        /// Why.
        reason: Reason,
        /// The system's own words.
        message: String,
    },
    /// The machine was asked to restart.
    Restarting,
}

/// Where updates stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Which system runs.
    pub slots: Slots,
    /// How the last request goes.
    pub progress: Progress,
}

/// Why something cannot be done now.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// Not one of our images.
    #[error("updates of this machine come with its system; install the new package there")]
    Foreign,
    /// One upload or installation at a time.
    #[error("an update is on its way already; wait until it is done")]
    Busy,
    /// Too large.
    #[error("this is larger than any update ({} GB); choose the file whose name ends in .raucb", MAX_BUNDLE >> 30)]
    Large,
    /// No bundle.
    #[error("this is no update; choose the file whose name ends in .raucb")]
    NoBundle,
    /// No room.
    #[error("the disk has no room for it: {missing} MB more are needed; delete a recording and try again")]
    Full {
        /// In megabytes.
        missing: u64,
    },
    /// It broke off.
    #[error("the upload broke off; try again")]
    Short,
    /// The disk refuses.
    #[error("the box could not keep it ({0}); is the disk full or failing?")]
    Disk(#[from] io::Error),
}

/// The two sides' files.
#[derive(Debug)]
pub struct Updates {
    said: PathBuf,
    asked: PathBuf,
    store: PathBuf,
    place: Arc<Semaphore>,
    /// What was asked for last, and what the system had said by then: that is no answer to it.
    last: Mutex<Option<(Option<Stamp>, Progress)>>,
}

impl Updates {
    /// What the system says is read in `said` and what it is asked put into `asked`; bundles go into `store`. What is
    /// left of an upload that a restart cut off is removed.
    pub fn new(said: PathBuf, asked: PathBuf, store: PathBuf) -> Self {
        // It is not there, or the next upload takes its place.
        let _ = fs::remove_file(store.join(PART));
        Updates { said, asked, store, place: Arc::new(Semaphore::new(1)), last: Mutex::default() }
    }

    /// Where they stand; `None` where updates come with the system's packages.
    pub fn standing(&self) -> Option<Standing> {
        let slots = read(&self.said.join("slots.json"))?;
        Some(Standing { slots, progress: self.progress() })
    }

    fn progress(&self) -> Progress {
        for (name, waits) in [(RESTART, Progress::Restarting), (REQUEST, Progress::Asked)] {
            if self.asked.join(name).exists() {
                return waits;
            }
        }
        let status = self.status();
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match last {
            Some((before, waits)) if before == Stamp::of(&status) => waits,
            _ => read(&status).unwrap_or(Progress::Idle),
        }
    }

    fn status(&self) -> PathBuf {
        self.said.join("status.json")
    }

    /// Makes room for a bundle of so many bytes.
    ///
    /// # Errors
    /// [`UpdateError`].
    pub fn receive(&self, length: u64) -> Result<Upload, UpdateError> {
        let progress = self.standing().ok_or(UpdateError::Foreign)?.progress;
        if matches!(progress, Progress::Asked | Progress::Installing { .. } | Progress::Restarting) {
            return Err(UpdateError::Busy);
        }
        let place = Arc::clone(&self.place).try_acquire_owned().map_err(|_| UpdateError::Busy)?;
        if length > MAX_BUNDLE {
            return Err(UpdateError::Large);
        }
        make_folder(&self.store)?;
        let free = Disk::read(&self.store).map_or(u64::MAX, |disk| disk.free);
        let missing = (length + ROOM_LEFT).saturating_sub(free);
        if missing > 0 {
            return Err(UpdateError::Full { missing: missing.div_ceil(1 << 20) });
        }
        let path = self.store.join(PART);
        let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        Ok(Upload {
            file,
            path,
            store: self.store.clone(),
            left: length,
            first: Vec::new(),
            whole: false,
            _place: place,
        })
    }

    /// Asks the system to install what was received.
    ///
    /// # Errors
    /// What the disk says.
    pub fn install(&self, force: bool) -> Result<(), UpdateError> {
        self.ask(REQUEST, force, Progress::Asked)
    }

    /// Asks the system to restart the machine.
    ///
    /// # Errors
    /// [`UpdateError::Foreign`], [`UpdateError::Busy`] while it installs, or what the disk says.
    pub fn restart(&self, force: bool) -> Result<(), UpdateError> {
        match self.standing().ok_or(UpdateError::Foreign)?.progress {
            Progress::Asked | Progress::Installing { .. } => Err(UpdateError::Busy),
            _ => self.ask(RESTART, force, Progress::Restarting),
        }
    }

    fn ask(&self, name: &str, force: bool, waits: Progress) -> Result<(), UpdateError> {
        make_folder(&self.asked)?;
        let before = Stamp::of(&self.status());
        let unfinished = self.asked.join(format!(".{name}"));
        fs::write(&unfinished, serde_json::json!({ "force": force }).to_string())?;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((before, waits));
        Ok(fs::rename(unfinished, self.asked.join(name))?)
    }
}

/// Tells one file from the next that was renamed into its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let about = fs::metadata(path).ok()?;
        Some(Stamp { inode: about.ino(), modified: (about.mtime(), about.mtime_nsec()) })
    }
}

/// A bundle that comes in. Dropped before it is whole, nothing of it stays.
#[derive(Debug)]
pub struct Upload {
    file: File,
    path: PathBuf,
    store: PathBuf,
    left: u64,
    /// Its first bytes, until they tell what it is.
    first: Vec<u8>,
    whole: bool,
    _place: OwnedSemaphorePermit,
}

impl Upload {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`UpdateError::NoBundle`] as soon as the first bytes tell, or what the disk says.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), UpdateError> {
        if self.first.len() < MAGIC.len() {
            self.first.extend(bytes.iter().take(MAGIC.len() - self.first.len()));
            if !MAGIC.starts_with(&self.first) {
                return Err(UpdateError::NoBundle);
            }
        }
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(length).ok_or(UpdateError::Large)?;
        Ok(self.file.write_all(bytes)?)
    }

    /// All of it has come: it is on the disk for good, in the place of the one before.
    ///
    /// # Errors
    /// [`UpdateError::Short`], or what the disk says.
    pub fn finish(mut self) -> Result<(), UpdateError> {
        if self.left > 0 || self.first.len() < MAGIC.len() {
            return Err(UpdateError::Short);
        }
        self.file.sync_all()?;
        fs::rename(&self.path, self.store.join(BUNDLE))?;
        File::open(&self.store)?.sync_all()?;
        self.whole = true;
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.whole {
            // The next one takes its place where this fails.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// A file of the system's, if it is there and says what it should.
fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            log::warn!(file:% = path.display(), error:% = error; "what the system says of updates cannot be read");
            return None;
        }
    };
    let mut text = String::new();
    let read = file.take(MAX_SAID).read_to_string(&mut text).map_err(serde_json::Error::io);
    match read.and_then(|_| serde_json::from_str(&text)) {
        Ok(value) => Some(value),
        Err(error) => {
            log::warn!(file:% = path.display(), error:% = error; "what the system says of updates makes no sense");
            None
        }
    }
}

#[cfg(test)]
#[path = "update_tests.rs"]
mod tests;
