//! What messages mean (RTMP 1.0, 5.4, 6.2 and 7.1).
//!
//! Belongs here: types, and their bytes. Does not: what a session answers (`server`, `client`).

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::ProtocolError;
use super::amf0::{self, Value};
use super::chunk;

/// Message type ids.
pub mod kind {
    /// Set Chunk Size (5.4.1).
    pub const SET_CHUNK_SIZE: u8 = 1;
    /// Abort Message (5.4.2).
    pub const ABORT: u8 = 2;
    /// Acknowledgement (5.4.3).
    pub const ACKNOWLEDGEMENT: u8 = 3;
    /// User Control (6.2).
    pub const USER_CONTROL: u8 = 4;
    /// Window Acknowledgement Size (5.4.4).
    pub const WINDOW_SIZE: u8 = 5;
    /// Set Peer Bandwidth (5.4.5).
    pub const PEER_BANDWIDTH: u8 = 6;
    /// Audio (7.1.4).
    pub const AUDIO: u8 = 8;
    /// Video (7.1.5).
    pub const VIDEO: u8 = 9;
    /// Data in AMF3 (7.1.2).
    pub const DATA_AMF3: u8 = 15;
    /// Command in AMF3 (7.1.1).
    pub const COMMAND_AMF3: u8 = 17;
    /// Data in AMF0 (7.1.2).
    pub const DATA: u8 = 18;
    /// Command in AMF0 (7.1.1).
    pub const COMMAND: u8 = 20;
    /// Aggregate (7.1.6).
    pub const AGGREGATE: u8 = 22;
}

/// Chunk streams that ours go out on. Control messages must use 2 (5.4); the others are free.
mod chunk_stream {
    pub const CONTROL: u32 = 2;
    pub const COMMAND: u32 = 3;
    pub const AUDIO: u32 = 4;
    pub const DATA: u32 = 5;
    pub const VIDEO: u32 = 6;
}

/// A command: a call, its reply, or a status.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// What is called, or `_result`, `_error`, `onStatus`.
    pub name: String,
    /// The caller's number for it; 0 wants no reply.
    pub transaction: f64,
    /// The command object and what follows it.
    pub arguments: Vec<Value>,
}

/// One message's content.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Bytes of a message in one chunk from now on.
    SetChunkSize(u32),
    /// That chunk stream's message will not be finished.
    Abort(u32),
    /// Bytes that the peer has received, wrapping.
    Acknowledgement(u32),
    /// The peer wants an acknowledgement every so many bytes.
    WindowSize(u32),
    /// The peer wants to be told this window size; the last field says how much it insists.
    PeerBandwidth(u32, u8),
    /// A message stream begins to be useful (event 0).
    StreamBegin(u32),
    /// A question that wants the same number back (event 6).
    PingRequest(u32),
    /// The answer to it (event 7).
    PingResponse(u32),
    /// The body of a FLV audio tag.
    Audio(Bytes),
    /// The body of a FLV video tag.
    Video(Bytes),
    /// Metadata: a handler's name and its values. Empty when it is not AMF0, as nobody needs it to be.
    Data(Vec<Value>),
    /// A command.
    Command(Command),
    /// Messages in one, as [`split`] reads them.
    Aggregate(Bytes),
    /// Shared objects and whatever else this box has no use for.
    Ignored(u8),
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    /// [`ProtocolError`] when a control message is too short, or a command none.
    pub fn parse(message: &chunk::Message) -> Result<Message, ProtocolError> {
        let payload = &message.payload;
        let first = || {
            payload
                .first_chunk()
                .map(|bytes| u32::from_be_bytes(*bytes))
                .ok_or(ProtocolError::ShortControl { kind: message.kind, length: payload.len() })
        };
        Ok(match message.kind {
            kind::SET_CHUNK_SIZE => Message::SetChunkSize(first()?),
            kind::ABORT => Message::Abort(first()?),
            kind::ACKNOWLEDGEMENT => Message::Acknowledgement(first()?),
            kind::WINDOW_SIZE => Message::WindowSize(first()?),
            // Some peers leave the limit type out; 2 is "dynamic".
            kind::PEER_BANDWIDTH => Message::PeerBandwidth(first()?, payload.get(4).copied().unwrap_or(2)),
            kind::USER_CONTROL => user_control(payload),
            kind::AUDIO => Message::Audio(payload.clone()),
            kind::VIDEO => Message::Video(payload.clone()),
            kind::DATA | kind::DATA_AMF3 => {
                Message::Data(amf0::decode_all(amf0_part(message)).unwrap_or_default())
            }
            kind::COMMAND | kind::COMMAND_AMF3 => {
                let mut values = amf0::decode_all(amf0_part(message))?.into_iter();
                let Some(Value::String(name)) = values.next() else {
                    return Err(ProtocolError::MalformedCommand);
                };
                // FFmpeg's server says onFCPublish without a number.
                let transaction = values.next().as_ref().and_then(Value::as_number).unwrap_or_default();
                Message::Command(Command { name, transaction, arguments: values.collect() })
            }
            kind::AGGREGATE => Message::Aggregate(payload.clone()),
            other => Message::Ignored(other),
        })
    }

    /// The message as it goes out on a message stream. Control messages always go out on stream 0 (5.4, 6.2),
    /// and what is ignored goes out empty.
    pub fn pack(self, timestamp: u32, stream: u32) -> chunk::Message {
        let mut bytes = BytesMut::new();
        let (chunk_stream, kind, stream) = match self {
            Message::Audio(payload) => {
                return chunk::Message {
                    chunk_stream: chunk_stream::AUDIO,
                    timestamp,
                    kind: kind::AUDIO,
                    stream,
                    payload,
                };
            }
            Message::Video(payload) => {
                return chunk::Message {
                    chunk_stream: chunk_stream::VIDEO,
                    timestamp,
                    kind: kind::VIDEO,
                    stream,
                    payload,
                };
            }
            Message::Aggregate(payload) => {
                return chunk::Message {
                    chunk_stream: chunk_stream::VIDEO,
                    timestamp,
                    kind: kind::AGGREGATE,
                    stream,
                    payload,
                };
            }
            Message::Data(values) => {
                values.iter().for_each(|value| value.encode(&mut bytes));
                (chunk_stream::DATA, kind::DATA, stream)
            }
            Message::Command(Command { name, transaction, arguments }) => {
                Value::String(name).encode(&mut bytes);
                Value::Number(transaction).encode(&mut bytes);
                arguments.iter().for_each(|value| value.encode(&mut bytes));
                (chunk_stream::COMMAND, kind::COMMAND, stream)
            }
            control => (chunk_stream::CONTROL, control.pack_control(&mut bytes), 0),
        };
        chunk::Message { chunk_stream, timestamp, kind, stream, payload: bytes.freeze() }
    }

    /// Writes a control message; its type.
    fn pack_control(&self, out: &mut BytesMut) -> u8 {
        let mut event = |event: u16, value: u32| {
            out.put_u16(event);
            out.put_u32(value);
            kind::USER_CONTROL
        };
        match *self {
            Message::StreamBegin(stream) => event(0, stream),
            Message::PingRequest(number) => event(6, number),
            Message::PingResponse(number) => event(7, number),
            Message::PeerBandwidth(size, limit) => {
                out.put_u32(size);
                out.put_u8(limit);
                kind::PEER_BANDWIDTH
            }
            Message::SetChunkSize(value) => put(out, value, kind::SET_CHUNK_SIZE),
            Message::Abort(value) => put(out, value, kind::ABORT),
            Message::Acknowledgement(value) => put(out, value, kind::ACKNOWLEDGEMENT),
            Message::WindowSize(value) => put(out, value, kind::WINDOW_SIZE),
            Message::Ignored(kind) => kind,
            Message::Audio(_)
            | Message::Video(_)
            | Message::Data(_)
            | Message::Command(_)
            | Message::Aggregate(_) => 0,
        }
    }
}

fn put(out: &mut BytesMut, value: u32, kind: u8) -> u8 {
    out.put_u32(value);
    kind
}

fn user_control(payload: &[u8]) -> Message {
    let number = payload.get(2..).and_then(|rest| rest.first_chunk()).map(|bytes| u32::from_be_bytes(*bytes));
    match (payload.first_chunk(), number) {
        (Some([0, 0]), Some(stream)) => Message::StreamBegin(stream),
        (Some([0, 6]), Some(number)) => Message::PingRequest(number),
        (Some([0, 7]), Some(number)) => Message::PingResponse(number),
        _ => Message::Ignored(kind::USER_CONTROL),
    }
}

/// AMF3 messages of all known encoders are a format byte of 0 and then AMF0.
fn amf0_part(message: &chunk::Message) -> &[u8] {
    // A number's marker is 0 too, but neither a command nor metadata begins with a number.
    match (message.kind, message.payload.split_first()) {
        (kind::COMMAND_AMF3 | kind::DATA_AMF3, Some((0, rest))) => rest,
        _ => &message.payload,
    }
}

/// The messages of an aggregate (7.1.6): each with a FLV tag's header before it and its size behind it. Their
/// time stamps are moved so that the first one has the aggregate's. A torn tail is dropped.
pub fn split(aggregate: &chunk::Message) -> impl Iterator<Item = chunk::Message> + use<> {
    let (chunk_stream, stream, start) = (aggregate.chunk_stream, aggregate.stream, aggregate.timestamp);
    let mut rest = aggregate.payload.clone();
    let mut first = None;
    std::iter::from_fn(move || {
        let &[kind, l0, l1, l2, t0, t1, t2, t3, ..] = rest.first_chunk::<11>()?;
        rest.advance(11);
        let length = usize::try_from(u32::from_be_bytes([0, l0, l1, l2])).ok()?;
        if length > rest.len() {
            return None;
        }
        let payload = rest.split_to(length);
        // The back pointer (4 bytes), which the last one may lack.
        rest.advance(rest.len().min(4));
        // FLV: the upper 8 bits of the time stamp stand behind the lower 24.
        let time = u32::from_be_bytes([t3, t0, t1, t2]);
        let timestamp = start.wrapping_add(time.wrapping_sub(*first.get_or_insert(time)));
        Some(chunk::Message { chunk_stream, timestamp, kind, stream, payload })
    })
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
