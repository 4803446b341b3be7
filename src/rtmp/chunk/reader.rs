//! Chunks in, messages out.

use std::collections::BTreeMap;

use bytes::{Buf, Bytes, BytesMut};

use super::header::{EXTENDED, Fields, Header};
use super::{ChunkError, DEFAULT_CHUNK_SIZE, Limits, MAX_MESSAGE, Message};

/// Puts a peer's messages together, each chunk stream for itself.
#[derive(Debug)]
pub struct Reader {
    /// What no chunk has taken yet: the beginning of a header, or what nobody asked for.
    input: BytesMut,
    chunk_size: usize,
    limits: Limits,
    streams: BTreeMap<u32, ChunkStream>,
    /// Bytes in all streams' payloads.
    partial: usize,
    /// The chunk whose payload comes next: its chunk stream and the bytes that it still brings.
    current: Option<(u32, usize)>,
}

/// The last header of a chunk stream, and the message that is being put together. All zeros before the first:
/// GStreamer's rtmpsink begins chunk streams with short headers.
#[derive(Debug, Default)]
struct ChunkStream {
    timestamp: u32,
    delta: u32,
    /// The 32 bits behind the last header that had them.
    extended: Option<u32>,
    length: usize,
    kind: u8,
    stream: u32,
    payload: Vec<u8>,
    /// A message has begun and is not whole.
    open: bool,
}

impl Reader {
    /// A reader at the start of a chunk stream.
    pub fn new(limits: Limits) -> Self {
        Reader {
            input: BytesMut::new(),
            chunk_size: DEFAULT_CHUNK_SIZE,
            limits,
            streams: BTreeMap::new(),
            partial: 0,
            current: None,
        }
    }

    /// Appends input. It stays here until [`next`](Self::next) was called often enough.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// Bytes that were fed and not looked at.
    pub fn waiting(&self) -> usize {
        self.input.len()
    }

    /// The limits from the next header on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Obeys Set Chunk Size (5.4.1).
    ///
    /// # Errors
    /// [`ChunkError::ChunkSize`] when it is 0 or has the top bit set.
    pub fn set_chunk_size(&mut self, size: u32) -> Result<(), ChunkError> {
        if size == 0 || size > 0x7FFF_FFFF {
            return Err(ChunkError::ChunkSize(size));
        }
        self.chunk_size = usize::try_from(size).unwrap_or(MAX_MESSAGE).min(MAX_MESSAGE);
        Ok(())
    }

    /// Obeys Abort Message (5.4.2): what has come of that chunk stream's message is dropped.
    pub fn abort(&mut self, chunk_stream: u32) {
        if let Some(stream) = self.streams.get_mut(&chunk_stream) {
            self.partial -= stream.drop_message();
        }
    }

    /// The next whole message; `None` until more bytes come.
    ///
    /// # Errors
    /// [`ChunkError`] at a limit. The reader is of no use after it.
    // Not an iterator: it goes on after None, and Set Chunk Size must be obeyed between two calls.
    #[expect(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Message>, ChunkError> {
        loop {
            let (id, left) = match self.current {
                Some(current) => current,
                None => match self.begin_chunk()? {
                    Some(current) => current,
                    None => return Ok(None),
                },
            };
            let Some(stream) = self.streams.get_mut(&id) else { return Ok(None) };
            let count = left.min(self.input.len());
            self.partial += count;
            if self.partial > self.limits.partial {
                return Err(ChunkError::TooMuchUnfinished(self.limits.partial));
            }
            stream.append(&mut self.input, count);
            if count < left {
                self.current = Some((id, left - count));
                return Ok(None);
            }
            self.current = None;
            if stream.payload.len() == stream.length {
                self.partial -= stream.payload.len();
                return Ok(Some(stream.finish(id)));
            }
        }
    }

    /// Memory that the unfinished messages take.
    #[cfg(test)]
    pub(super) fn reserved(&self) -> usize {
        self.streams.values().map(|stream| stream.payload.capacity()).sum()
    }

    /// Reads a header, if it is all there: the chunk stream, and the bytes of payload in this chunk.
    fn begin_chunk(&mut self) -> Result<Option<(u32, usize)>, ChunkError> {
        let Some(header) = Header::parse(&self.input) else { return Ok(None) };
        let id = header.chunk_stream;
        let known = self.streams.get(&id);
        if known.is_none() && self.streams.len() >= self.limits.streams {
            return Err(ChunkError::TooManyStreams(self.limits.streams));
        }
        let extended = match header.fields {
            Fields::Full { timestamp: time, .. }
            | Fields::SameStream { delta: time, .. }
            | Fields::SameLength { delta: time } => time == EXTENDED,
            Fields::Same => known.is_some_and(|stream| stream.extended.is_some()),
        };
        let extension = self.input.get(header.length..).and_then(|rest| rest.first_chunk::<4>());
        let extension = match (extended, extension) {
            (false, _) => None,
            (true, Some(bytes)) => Some(u32::from_be_bytes(*bytes)),
            (true, None) => return Ok(None),
        };

        let stream = self.streams.entry(id).or_default();
        if stream.open && header.fields == Fields::Same {
            // 5.3.1.3: the extended time stamp is repeated. Some peers do not: what differs is payload.
            let repeated = extension.is_some() && extension == stream.extended;
            self.input.advance(header.length + if repeated { 4 } else { 0 });
        } else {
            // A new message on a chunk stream means that the unfinished one will not be finished.
            self.partial -= stream.drop_message();
            stream.begin(header.fields, extension);
            self.input.advance(header.length + if extended { 4 } else { 0 });
            if stream.length > self.limits.message {
                let (length, limit) = (stream.length, self.limits.message);
                return Err(ChunkError::MessageTooLong { length, limit });
            }
        }
        Ok(Some((id, self.chunk_size.min(stream.length - stream.payload.len()))))
    }
}

impl ChunkStream {
    /// Takes over what a message's first header says.
    fn begin(&mut self, fields: Fields, extension: Option<u32>) {
        match fields {
            Fields::Full { timestamp, length, kind, stream } => {
                self.timestamp = extension.unwrap_or(timestamp);
                // 5.3.1.2.4: after a type 0 header its time stamp is the next type 3 header's difference.
                self.delta = self.timestamp;
                (self.length, self.kind, self.stream) = (length, kind, stream);
            }
            Fields::SameStream { delta, length, kind } => {
                self.advance(extension.unwrap_or(delta));
                (self.length, self.kind) = (length, kind);
            }
            Fields::SameLength { delta } => self.advance(extension.unwrap_or(delta)),
            Fields::Same => self.advance(extension.unwrap_or(self.delta)),
        }
        self.extended = extension;
        self.open = true;
    }

    fn advance(&mut self, delta: u32) {
        self.delta = delta;
        self.timestamp = self.timestamp.wrapping_add(delta);
    }

    /// Moves bytes over. The memory doubles with what has come and ends at the message's length: a header that
    /// announces 16 MB costs nothing.
    fn append(&mut self, input: &mut BytesMut, count: usize) {
        let length = self.payload.len();
        if self.payload.capacity() - length < count {
            self.payload.reserve_exact(count.max(length).min(self.length - length));
        }
        self.payload.extend_from_slice(input.get(..count).unwrap_or_default());
        input.advance(count);
    }

    /// Forgets an unfinished message; its bytes.
    fn drop_message(&mut self) -> usize {
        self.open = false;
        std::mem::take(&mut self.payload).len()
    }

    fn finish(&mut self, chunk_stream: u32) -> Message {
        self.open = false;
        Message {
            chunk_stream,
            timestamp: self.timestamp,
            kind: self.kind,
            stream: self.stream,
            payload: Bytes::from(std::mem::take(&mut self.payload)),
        }
    }
}
