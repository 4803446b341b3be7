//! The chunk stream (RTMP 1.0, 5.3): messages cut into chunks, many at once on one connection.
//!
//! Belongs here: headers, reassembly, time stamps. Does not: what a message means (`message`); its user tells the
//! reader when a Set Chunk Size or an Abort came, before it asks for the next message.

mod clock;
mod header;
mod reader;
mod writer;

use bytes::Bytes;

pub use clock::{Clock, wrap};
pub use reader::Reader;
pub use writer::Writer;

/// Bytes of a message in one chunk until Set Chunk Size says otherwise (5.4.1).
pub const DEFAULT_CHUNK_SIZE: usize = 128;
/// The largest message: its length has 24 bits (5.3.1.2.1). A larger chunk size means the same (5.4.1).
pub const MAX_MESSAGE: usize = 0xFF_FFFF;

/// One message, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Chunk stream id, 2..=65,599. It says nothing but which chunks belong together.
    pub chunk_stream: u32,
    /// Milliseconds, wrapping.
    pub timestamp: u32,
    /// Message type id.
    pub kind: u8,
    /// Message stream id.
    pub stream: u32,
    /// What it carries.
    pub payload: Bytes,
}

/// What a peer may make a [`Reader`] hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one message. Threat: with [`partial`](Self::partial), filling the memory.
    pub message: usize,
    /// Bytes of half-received messages over all chunk streams. Threat: one unfinished message on each of
    /// 65,000 chunk streams.
    pub partial: usize,
    /// Chunk streams. Threat: 65,000 of them, each with its state. Encoders use four or five.
    pub streams: usize,
}

impl Limits {
    /// For a peer that nobody let in yet: commands, and what an impatient encoder sends first.
    pub const STRANGER: Limits = Limits { message: 1 << 20, partial: 2 << 20, streams: 64 };
    /// For an accepted publisher: key frames of 8K fit.
    pub const PUBLISHER: Limits = Limits { message: MAX_MESSAGE, partial: 32 << 20, streams: 64 };
}

/// The chunk stream is broken, or a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    /// [`Limits::message`].
    #[error("a message of {length} bytes is announced, the limit is {limit}")]
    MessageTooLong {
        /// What the header says.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// [`Limits::partial`].
    #[error("more than {0} bytes of unfinished messages")]
    TooMuchUnfinished(usize),
    /// [`Limits::streams`].
    #[error("more than {0} chunk streams")]
    TooManyStreams(usize),
    /// Set Chunk Size outside 1..=0x7FFFFFFF (5.4.1).
    #[error("a chunk size of {0} is not allowed")]
    ChunkSize(u32),
}

#[cfg(test)]
mod tests;
