//! The accepting side of a session: an encoder's bytes in, actions out.
//!
//! ```text
//!               connect, publish           accept
//!   ┌──────┐ ─────────────────▶ ┌───────┐ ─────────▶ ┌──────────┐
//!   │ Idle │                    │ Asked │            │ Accepted │ ── Video, Audio, Metadata
//!   └──────┘                    └───────┘            └──────────┘
//!       ▲                           │ refuse              │ │ end
//!       │                           ▼                     │ ▼
//!       │                      status, Close              │ status, Close
//!       └── FCUnpublish, closeStream, deleteStream ───────┘
//! ```
//!
//! Belongs here: who may say what when, and what is answered. Does not: which keys are good (`ingest`).

mod commands;
mod replies;

use bytes::Bytes;

use super::ProtocolError;
use super::chunk::{self, Clock, Limits, Reader};
use super::handshake::{Handshake, RANDOM};
use super::message::{self, Message};
use super::outbox::Outbox;

/// Bytes that an encoder may send between its publish and the answer. Threat: a stranger fills the memory while
/// his key is looked at. It is a read or two of a socket, for encoders that do not wait.
pub const MAX_HELD: usize = 1 << 20;
/// Commands without a publish that was accepted. Threat: a stranger keeps the box busy. Encoders send five.
pub const MAX_COMMANDS: u32 = 64;
/// Message streams of a connection. Threat: numbers without end. Encoders open one.
pub const MAX_STREAMS: usize = 8;
/// The window that the box asks for and assumes until the peer names its own, in bytes.
const WINDOW: u32 = 2_500_000;
/// The smallest window that is obeyed. Threat: an acknowledgement for each byte.
const MIN_WINDOW: u32 = 16_384;

/// An encoder asks to publish. Names are as the encoder sent them, but for FFmpeg's `mp4:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishRequest {
    /// The application of its `connect`, such as `live`; a key may stand in it, behind a slash or a `?`.
    pub app: String,
    /// The stream's name: the key, with a query if it has one.
    pub stream: String,
    /// What the encoder says it is.
    pub encoder: Option<String>,
}

/// What an encoder says of its stream; nothing of it is checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// What it says it is.
    pub encoder: Option<String>,
    /// Kbit/s of picture.
    pub video_data_rate: Option<f64>,
    /// Kbit/s of sound.
    pub audio_data_rate: Option<f64>,
    /// Pictures a second.
    pub frame_rate: Option<f64>,
}

/// What a server wants done, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerAction {
    /// To the socket.
    Send(Bytes),
    /// Somebody wants in: answer with [`Server::accept`] or [`Server::refuse`]. What the encoder sends until
    /// then is held back, at most [`MAX_HELD`] bytes, so the socket had better rest.
    Publish(PublishRequest),
    /// onMetaData of the accepted publish.
    Metadata(Metadata),
    /// A FLV video tag's body.
    Video {
        /// Milliseconds, unwrapped; the first is below 2^32.
        timestamp: i64,
        /// For [`flv::parse_video`](super::flv::parse_video).
        body: Bytes,
    },
    /// A FLV audio tag's body.
    Audio {
        /// Milliseconds on the same clock.
        timestamp: i64,
        /// For [`flv::parse_audio`](super::flv::parse_audio).
        body: Bytes,
    },
    /// The accepted publish is over; another may follow. A bare end of the connection means the same.
    Unpublish,
    /// Close the socket once all is sent. Nothing follows.
    Close,
}

impl From<Bytes> for ServerAction {
    fn from(bytes: Bytes) -> Self {
        ServerAction::Send(bytes)
    }
}

#[derive(Debug)]
enum Publish {
    Idle,
    Asked { stream: u32, name: String },
    Accepted { stream: u32 },
}

/// What `connect` said.
#[derive(Debug)]
struct Application {
    name: String,
    encoder: Option<String>,
}

/// One encoder's session.
#[derive(Debug)]
pub struct Server {
    handshake: Handshake,
    reader: Reader,
    outbox: Outbox<ServerAction>,
    /// Bytes received, wrapping (5.4.3), the handshake's included.
    received: u32,
    acknowledged: u32,
    window: u32,
    /// The window that the peer was told last.
    announced: u32,
    application: Option<Application>,
    /// Message streams that are open, and the last one's number.
    streams: Vec<u32>,
    last_stream: u32,
    commands: u32,
    /// The encoder uses FCPublish, so it may wait for onFCPublish.
    fc: bool,
    publish: Publish,
    clock: Clock,
    failure: Option<ProtocolError>,
    closed: bool,
}

impl Server {
    /// A session for a connection that was just accepted.
    pub fn new(random: [u8; RANDOM]) -> Self {
        Server {
            handshake: Handshake::server(random),
            reader: Reader::new(Limits::STRANGER),
            outbox: Outbox::new(),
            received: 0,
            acknowledged: 0,
            window: WINDOW,
            announced: WINDOW,
            application: None,
            streams: Vec::new(),
            last_stream: 0,
            commands: 0,
            fc: false,
            publish: Publish::Idle,
            clock: Clock::default(),
            failure: None,
            closed: false,
        }
    }

    /// Takes bytes as they come from the socket. Drain [`next_action`](Self::next_action) after it, on an error
    /// too: some are for the peer. Bytes after a [`ServerAction::Close`] are not looked at.
    ///
    /// # Errors
    /// [`ProtocolError`]; a [`ServerAction::Close`] comes with it, and every later call says the same.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), ProtocolError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        if self.closed {
            return Ok(());
        }
        let result = self.take(bytes);
        self.close_on_failure(result);
        self.failure.clone().map_or(Ok(()), Err)
    }

    /// The next thing to do. Drain it after every other call.
    pub fn next_action(&mut self) -> Option<ServerAction> {
        self.outbox.next()
    }

    /// Lets the encoder in that asked last. What it sent meanwhile follows as actions.
    pub fn accept(&mut self) {
        let Publish::Asked { stream, name } = std::mem::replace(&mut self.publish, Publish::Idle) else {
            return;
        };
        self.publish = Publish::Accepted { stream };
        self.commands = 0;
        self.clock = Clock::default();
        self.reader.set_limits(Limits::PUBLISHER);
        let result = self.reply_accepted(stream, &name).and_then(|()| self.process());
        self.close_on_failure(result);
    }

    /// Sends the encoder away that asked last. It stops at once and shows the reason.
    pub fn refuse(&mut self, reason: &str) {
        if let Publish::Asked { stream, .. } = std::mem::replace(&mut self.publish, Publish::Idle) {
            let result = self.reply_failed(stream, reason);
            self.close_on_failure(result);
            self.close();
        }
    }

    /// Lets go of the encoder, accepted or not, and tells it why.
    pub fn end(&mut self, reason: &str) {
        let publish = std::mem::replace(&mut self.publish, Publish::Idle);
        if let Publish::Accepted { stream } | Publish::Asked { stream, .. } = publish {
            let result = self.reply_failed(stream, reason);
            self.close_on_failure(result);
        }
        self.close();
    }

    /// Whether the handshake is over: what the peer sends now is RTMP indeed.
    pub fn handshake_done(&self) -> bool {
        self.handshake.done()
    }

    /// Whether a publish was accepted and is not over.
    pub fn is_publishing(&self) -> bool {
        matches!(self.publish, Publish::Accepted { .. }) && !self.closed
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), ProtocolError> {
        let length = u32::try_from(bytes.len() & 0xFFFF_FFFF).unwrap_or_default();
        self.received = self.received.wrapping_add(length);
        let mut input = bytes;
        self.handshake.receive(&mut input, &mut self.outbox.bytes)?;
        if !self.handshake.done() {
            return Ok(());
        }
        self.reader.feed(input);
        self.process()?;
        if matches!(self.publish, Publish::Asked { .. }) && self.reader.waiting() > MAX_HELD {
            return Err(ProtocolError::Impatient { limit: MAX_HELD });
        }
        // 5.4.3: after a window's worth of bytes. One is enough for many windows in one call.
        if self.received.wrapping_sub(self.acknowledged) >= self.window && !self.closed {
            self.acknowledged = self.received;
            self.send(Message::Acknowledgement(self.received), 0)?;
        }
        Ok(())
    }

    fn process(&mut self) -> Result<(), ProtocolError> {
        while !self.closed && !matches!(self.publish, Publish::Asked { .. }) {
            let Some(message) = self.reader.next()? else { break };
            self.message(&message)?;
        }
        Ok(())
    }

    fn message(&mut self, message: &chunk::Message) -> Result<(), ProtocolError> {
        match Message::parse(message)? {
            Message::SetChunkSize(size) => self.reader.set_chunk_size(size)?,
            Message::Abort(chunk_stream) => self.reader.abort(chunk_stream),
            Message::WindowSize(size) => self.window = size.max(MIN_WINDOW),
            // 5.4.5: answered when it differs from what was said last.
            Message::PeerBandwidth(size, _) if size != self.announced => {
                self.announced = size;
                self.send(Message::WindowSize(size), 0)?;
            }
            Message::PingRequest(number) => self.send(Message::PingResponse(number), 0)?,
            Message::Command(command) => self.command(command, message.stream)?,
            Message::Data(values) => self.metadata(&values),
            Message::Audio(body) => {
                self.media(message.timestamp, |timestamp| ServerAction::Audio { timestamp, body });
            }
            Message::Video(body) => {
                self.media(message.timestamp, |timestamp| ServerAction::Video { timestamp, body });
            }
            Message::Aggregate(_) => self.aggregate(message)?,
            Message::PeerBandwidth(..)
            | Message::Acknowledgement(_)
            | Message::StreamBegin(_)
            | Message::PingResponse(_)
            | Message::Ignored(_) => {}
        }
        Ok(())
    }

    /// Media and metadata in one message; other types have no business in it.
    fn aggregate(&mut self, message: &chunk::Message) -> Result<(), ProtocolError> {
        use message::kind::{AUDIO, DATA, VIDEO};
        message::split(message)
            .filter(|part| matches!(part.kind, AUDIO | DATA | VIDEO))
            .try_for_each(|part| self.message(&part))
    }

    fn media(&mut self, timestamp: u32, action: impl FnOnce(i64) -> ServerAction) {
        if self.is_publishing() {
            let timestamp = self.clock.unwrap(timestamp);
            self.outbox.push(action(timestamp));
        }
    }

    fn send(&mut self, message: Message, stream: u32) -> Result<(), ProtocolError> {
        Ok(self.outbox.send(message, 0, stream)?)
    }

    fn close(&mut self) {
        if !self.closed {
            self.closed = true;
            self.outbox.push(ServerAction::Close);
        }
    }

    /// The failure closes now; calls that return nothing leave it to the next `receive` to name it.
    fn close_on_failure(&mut self, result: Result<(), ProtocolError>) {
        if let Err(failure) = result {
            self.failure = Some(failure);
            self.close();
        }
    }
}
