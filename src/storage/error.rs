//! What can go wrong with the database, in words for the operator.

use super::settings::Invalid;

/// Why storage did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The file was written by a newer version of the program.
    #[error(
        "{file} was written by a newer venuebox (schema {found}, this one knows {known}); install that version \
         again, or start with another data folder"
    )]
    Newer {
        /// The file.
        file: String,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The data folder cannot be used.
    #[error(
        "the data folder {folder} cannot be used: {why}; check that it exists and that this user owns it"
    )]
    Folder {
        /// The folder.
        folder: String,
        /// What the system said.
        why: std::io::Error,
    },
    /// A value is wrong; nothing was changed.
    #[error("{0}")]
    Invalid(#[from] Invalid),
    /// Somebody else changed it since it was read.
    #[error("this was changed meanwhile; look at it again and repeat your change")]
    Stale,
    /// There is no such thing.
    #[error("it is not there any more")]
    Missing,
    /// There is one already.
    #[error("the box has been claimed already; sign in with its password")]
    Claimed,
    /// No more of them fit.
    #[error("there are too many of them; remove one first")]
    Full,
    /// SQLite's word.
    #[error("the database cannot be written or read: {0}; is the disk full?")]
    Sqlite(#[from] rusqlite::Error),
    /// The thread is gone.
    #[error("the database's thread is gone; restart the box")]
    Gone,
}
