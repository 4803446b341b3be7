//! What survives a power cut: one SQLite database on one thread.
//!
//! Belongs here: the file's opening and repair, its migrations, and typed reading and writing of what the operator
//! sets and of what the box promised (epoch, numbers). Does not: who may write (`web`), what a setting does (its
//! room receives it through a `watch`), or media.
//!
//! What a call answered `Ok` to is on the disk (`synchronous=FULL`), and survives kill -9 and a power cut.

mod account;
mod acknowledged;
mod bucket;
mod database;
mod diary;
mod error;
#[cfg(test)]
mod fixture;
mod lease;
mod migrations;
mod picture;
mod playback;
mod provision;
mod recording;
mod removal;
mod retention;
mod secret;
pub mod settings;
mod stream_key;
mod torrent;
pub mod upload;
mod worker;

pub use account::{Scope, Session, Token};
pub use acknowledged::Acknowledged;
pub use bucket::{LiveList, Unpublished};
pub use database::{Found, Opened, Origin};
pub use diary::DiaryEntry;
pub use error::StorageError;
pub use lease::Lease;
pub use picture::Picture;
pub use playback::{InCloud, StoredFile};
pub use provision::Provision;
pub use recording::{Recording, RecordingSize};
pub use removal::Doomed;
pub use settings::{Invalid, Section, Settings, Versioned};
pub use stream_key::StreamKey;
pub use worker::Storage;
