//! Messages in, chunks out.

use bytes::BytesMut;

use super::header::{EXTENDED, Fields, Header};
use super::{ChunkError, DEFAULT_CHUNK_SIZE, MAX_MESSAGE, Message};

/// Cuts messages into chunks. Each begins with a full header, the one that every peer understands, and is
/// written whole: nothing is interleaved.
#[derive(Debug)]
pub struct Writer {
    chunk_size: usize,
}

impl Default for Writer {
    fn default() -> Self {
        Writer { chunk_size: DEFAULT_CHUNK_SIZE }
    }
}

impl Writer {
    /// The chunk size of all messages after the Set Chunk Size that told the peer so.
    pub fn set_chunk_size(&mut self, size: u32) {
        self.chunk_size = usize::try_from(size).unwrap_or(MAX_MESSAGE).clamp(1, MAX_MESSAGE);
    }

    /// Appends a message.
    ///
    /// # Errors
    /// [`ChunkError::MessageTooLong`] beyond [`MAX_MESSAGE`]; nothing is written then.
    pub fn write(&self, message: &Message, out: &mut BytesMut) -> Result<(), ChunkError> {
        let length = message.payload.len();
        if length > MAX_MESSAGE {
            return Err(ChunkError::MessageTooLong { length, limit: MAX_MESSAGE });
        }
        let extended = (message.timestamp >= EXTENDED).then_some(message.timestamp);
        let mut fields = Fields::Full {
            timestamp: message.timestamp.min(EXTENDED),
            length,
            kind: message.kind,
            stream: message.stream,
        };
        let mut rest = &message.payload[..];
        loop {
            Header { chunk_stream: message.chunk_stream, fields, length: 0 }.write(out);
            if let Some(timestamp) = extended {
                out.extend_from_slice(&timestamp.to_be_bytes());
            }
            let (chunk, after) = rest.split_at(self.chunk_size.min(rest.len()));
            out.extend_from_slice(chunk);
            if after.is_empty() {
                return Ok(());
            }
            (rest, fields) = (after, Fields::Same);
        }
    }
}
