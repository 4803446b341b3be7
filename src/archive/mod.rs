//! What is on air, kept on the disk: for recordings, for rewind, and for the cloud.
//!
//! ```text
//!   live window ─▶ cursor ─▶ file, flushed ─▶ row ─▶ acknowledged
//!                                │              │
//!        power cut here: removed at the start   └─ here: it is there
//! ```
//! Belongs here: files, what is kept how long, and what happens when the disk fills. Does not: rows (`storage`), or
//! sending anything anywhere (`sync`). Live never waits for any of it.

mod folder;
mod recovery;

pub use folder::Folder;
pub use recovery::{Recovered, RecoveryError, recover};
