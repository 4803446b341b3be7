//! The file: opened, mended or set aside.
//!
//! ```text
//!   open ─▶ newer schema ─▶ refused, in words
//!     │ └─▶ damaged ─▶ set aside (never deleted) ─▶ a new one, a new epoch
//!     └───▶ migrations ─▶ epoch and lease, also from the snapshot of a running event
//! ```

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

use super::lease::leased;
use super::{StorageError, migrations};
use crate::stream::{Epoch, EventId, Numbers};

const FILE: &str = "venuebox.db";

/// Damaged files that are kept. Threat: a failing card fills itself with them; beyond this the newest replaces the
/// last.
const MAX_SET_ASIDE: u32 = 9;

/// Another process (a backup) may hold the file for a moment.
const BUSY: Duration = Duration::from_secs(5);

/// What is known of the epoch before the file is opened: the snapshot of an event that goes on.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its epoch; it wins over the file's.
    pub epoch: Epoch,
    /// The numbers after the event's newest ones.
    pub numbers: Numbers,
}

/// How the file came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was there.
    Known,
    /// There was none: a fresh box.
    Fresh,
    /// The one that was there is damaged and was moved to this place.
    Replaced(PathBuf),
    /// None can be written; what is set now is forgotten at the next start.
    Memory(String),
}

/// An open database, and what it says before its thread starts.
#[derive(Debug)]
pub struct Opened {
    connection: Option<Connection>,
    /// How it came to be.
    pub origin: Origin,
    /// The epoch of all media URLs.
    pub epoch: Epoch,
    /// Where numbers go on when no snapshot says it better; a block from here on is this program's.
    pub numbers: Numbers,
    /// Whether the kernel's present boot is the first that this file saw.
    pub first_boot: bool,
}

impl Opened {
    /// Opens the data folder's database, made if it is not there. `boot` names the kernel's present boot, `random`
    /// is for a new epoch.
    ///
    /// # Errors
    /// [`StorageError::Newer`] and [`StorageError::Folder`]; everything else ends in a database that works.
    pub fn open(
        folder: &Path,
        boot: &str,
        random: [u8; 12],
        found: Option<&Found>,
    ) -> Result<Self, StorageError> {
        make_folder(folder)?;
        let file = folder.join(FILE);
        let existed = file.exists();
        let (connection, origin) = match open_file(&file) {
            Ok(connection) => (connection, if existed { Origin::Known } else { Origin::Fresh }),
            Err(StorageError::Sqlite(error)) if is_damage(&error) => {
                let aside = set_aside(&file)?;
                (open_file(&file)?, Origin::Replaced(aside))
            }
            // A full or failing disk: the show goes on without one.
            Err(StorageError::Sqlite(error)) => (open_memory()?, Origin::Memory(error.to_string())),
            Err(error) => return Err(error),
        };
        let first_boot = matches!(origin, Origin::Fresh).then_some(boot);
        let fresh = Epoch::from_random(random);
        let opened = identify(connection, first_boot, boot, fresh.clone(), found, origin);
        match opened {
            Err(StorageError::Sqlite(error)) => {
                let origin = Origin::Memory(error.to_string());
                identify(open_memory()?, None, boot, fresh, found, origin)
            }
            other => other,
        }
    }

    pub(super) fn take_connection(&mut self) -> Option<Connection> {
        self.connection.take()
    }
}

fn make_folder(folder: &Path) -> Result<(), StorageError> {
    let refused = |why| StorageError::Folder { folder: folder.display().to_string(), why };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(refused)?;
    // Stream keys and cloud secrets lie in the files that SQLite makes in here.
    let mut rights = fs::metadata(folder).map_err(refused)?.permissions();
    if rights.mode() & 0o077 != 0 {
        rights.set_mode(0o700);
        fs::set_permissions(folder, rights).map_err(refused)?;
    }
    Ok(())
}

fn open_file(file: &Path) -> Result<Connection, StorageError> {
    let mut connection = Connection::open(file)?;
    prepare(&connection)?;
    let found = migrations::version(&connection)?;
    let known = migrations::known();
    if found > known {
        return Err(StorageError::Newer { file: file.display().to_string(), found, known });
    }
    let sound: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if sound != "ok" {
        return Err(damaged(&sound).into());
    }
    migrations::run(&mut connection)?;
    Ok(connection)
}

fn open_memory() -> Result<Connection, StorageError> {
    let mut connection = Connection::open_in_memory()?;
    migrations::run(&mut connection)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

fn damaged(why: &str) -> rusqlite::Error {
    let code = rusqlite::ffi::Error { code: ErrorCode::DatabaseCorrupt, extended_code: 11 };
    rusqlite::Error::SqliteFailure(code, Some(why.to_owned()))
}

/// Whether the file itself is bad, rather than the disk below it.
fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
        // A table that the schema's version promises is not there, or not of this shape.
        || matches!(error.sqlite_error_code(), Some(ErrorCode::Unknown))
}

/// Moves the file and its log away, under a name that says what it is.
fn set_aside(file: &Path) -> Result<PathBuf, StorageError> {
    let name = |number: u32, ending: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        name.push(format!(".damaged-{number}"));
        PathBuf::from(name)
    };
    let number = (1..MAX_SET_ASIDE).find(|number| !name(*number, "").exists()).unwrap_or(MAX_SET_ASIDE);
    for ending in ["", "-wal", "-shm"] {
        let mut from = file.as_os_str().to_owned();
        from.push(ending);
        match fs::rename(&from, name(number, ending)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(why) => return Err(StorageError::Folder { folder: file.display().to_string(), why }),
        }
    }
    Ok(name(number, ""))
}

/// Reads or makes the identity, and takes a block of numbers.
fn identify(
    connection: Connection,
    first_boot: Option<&str>,
    boot: &str,
    fresh: Epoch,
    found: Option<&Found>,
    origin: Origin,
) -> Result<Opened, StorageError> {
    let row = connection
        .query_row("SELECT epoch, first_boot, event_lease, msn_lease FROM identity", [], |row| {
            let epoch: String = row.get(0)?;
            let first: Option<String> = row.get(1)?;
            Ok((epoch, first, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?))
        })
        .optional()?;
    let kept = row.as_ref().and_then(|(epoch, first, event, msn)| {
        Some((epoch.parse::<Epoch>().ok()?, first.clone(), event.unsigned_abs(), msn.unsigned_abs()))
    });
    let (epoch, first_boot, event, msn) = kept.unwrap_or((fresh, first_boot.map(String::from), 1, 0));
    let mut numbers = Numbers { event: EventId(event), msn, ..Numbers::first() };
    let epoch = match found {
        // Also with another epoch: a number names one event in this file, whatever its epoch.
        Some(found) => {
            numbers = numbers.max(found.numbers);
            found.epoch.clone()
        }
        None => epoch,
    };
    connection.execute(
        "INSERT OR REPLACE INTO identity (id, epoch, first_boot, event_lease, msn_lease) VALUES (1, ?, ?, ?, ?)",
        params![epoch.as_str(), first_boot, leased(numbers.event.0), leased(numbers.msn)],
    )?;
    let first_boot = first_boot.is_some_and(|first| first == boot);
    Ok(Opened { connection: Some(connection), origin, epoch, numbers, first_boot })
}

#[cfg(test)]
#[path = "database_tests.rs"]
mod tests;
