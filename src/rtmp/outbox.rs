//! Actions in order, with everything sent between two of them in one piece.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::chunk::{ChunkError, Writer};
use super::message::Message;

/// What a session wants done. `A` is its kind of action; bytes become one through `From`.
#[derive(Debug)]
pub struct Outbox<A> {
    actions: VecDeque<A>,
    /// Bytes that go out after the last action.
    pub bytes: BytesMut,
    writer: Writer,
}

impl<A: From<Bytes>> Outbox<A> {
    pub fn new() -> Self {
        Outbox { actions: VecDeque::new(), bytes: BytesMut::new(), writer: Writer::default() }
    }

    /// Sends a message on a message stream.
    pub fn send(&mut self, message: Message, timestamp: u32, stream: u32) -> Result<(), ChunkError> {
        let chunk_size = match message {
            Message::SetChunkSize(size) => Some(size),
            _ => None,
        };
        self.writer.write(&message.pack(timestamp, stream), &mut self.bytes)?;
        if let Some(size) = chunk_size {
            self.writer.set_chunk_size(size);
        }
        Ok(())
    }

    /// Wants something done after all that was sent.
    pub fn push(&mut self, action: A) {
        self.flush();
        self.actions.push_back(action);
    }

    pub fn next(&mut self) -> Option<A> {
        if self.actions.is_empty() {
            self.flush();
        }
        self.actions.pop_front()
    }

    fn flush(&mut self) {
        if !self.bytes.is_empty() {
            self.actions.push_back(A::from(self.bytes.split().freeze()));
        }
    }
}
