//! The snapshot: the running event in memory that outlives the program, so that a start in mid-event goes on with the
//! next number.
//!
//! Belongs here: what is recorded, its encoding, its files, and what a start makes of them. Does not: where the
//! folder is (`app`), and how the timeline and the window go on (`timeline`, `show`).
//!
//! ```text
//!   numbers               epoch and numbers: replaced when an event begins or ends
//!   {event}.event         what is fixed for the event, and its initialization sections: replaced
//!   {event}-{msn}.segment its parts, each appended before it is published; gone when nobody is owed it any more
//! ```
//! A file says how many of its records were published. One that has fewer is damaged, and what it held is not made
//! again under the same name; one that has more was cut off by the program's death, and loses what nobody has seen.
//! Nothing waits for a disk here: the folder is in memory, and a record is one copy.

mod event_file;
mod files;
mod found;
mod moment;
mod numbers_file;
mod record;
mod recorder;
mod segment_file;
#[cfg(test)]
mod tests;

pub use event_file::{Configured, EventHead};
pub use files::Files;
pub use found::{Found, Kept, Picture, read};
pub use moment::Moment;
pub use numbers_file::NumbersHead;
pub use recorder::{EventRecord, NewPart, Snapshot, Trace};
pub use segment_file::{Content, SegmentHead};

/// Whatever the bytes are, they are read or refused: for the fuzzer. Each file's kind is tried.
pub fn decode_any(bytes: &bytes::Bytes) {
    let _ = numbers_file::decode(bytes);
    let _ = event_file::decode(bytes);
    let _ = segment_file::decode(bytes);
}
