//! The publishing side of a session: what `venuebox play` sends, to a venuebox or to any other server.

use bytes::Bytes;

use super::ProtocolError;
use super::amf0::{Value, object};
use super::capabilities;
use super::chunk::{self, Limits, Reader};
use super::handshake::{Handshake, RANDOM};
use super::message::{Command, Message};
use super::outbox::Outbox;

/// Chunk size of what is published, in bytes; every server takes it.
const CHUNK_SIZE: u32 = 4096;
/// The window until the server names its own, in bytes.
const WINDOW: u32 = 2_500_000;
/// The smallest window that is obeyed. Threat: an acknowledgement for each byte.
const MIN_WINDOW: u32 = 16_384;

/// The numbers of the calls (7.2). Only these two results matter.
const CONNECT: f64 = 1.0;
const CREATE_STREAM: f64 = 4.0;

/// Where to publish. Of `rtmp://host/live` and a key, the application is `live`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishTarget {
    /// The application.
    pub app: String,
    /// The URL up to and with the application.
    pub tc_url: String,
    /// The stream's name, or key.
    pub stream: String,
    /// What the publisher calls itself (`flashVer`).
    pub flash_ver: String,
}

/// What a client wants done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientAction {
    /// To the socket.
    Send(Bytes),
    /// The server takes media now.
    Ready,
    /// The server does not, or no longer, for this reason.
    Refused(String),
    /// Close the socket once all is sent. Nothing follows.
    Close,
}

impl From<Bytes> for ClientAction {
    fn from(bytes: Bytes) -> Self {
        ClientAction::Send(bytes)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Handshake,
    /// `connect` is out, then `createStream`, then `publish`.
    Asking,
    Ready,
    Closed,
}

/// One session that publishes one stream.
#[derive(Debug)]
pub struct Client {
    target: PublishTarget,
    state: State,
    handshake: Handshake,
    reader: Reader,
    outbox: Outbox<ClientAction>,
    /// The message stream that the server created.
    stream: u32,
    /// Bytes received, wrapping.
    received: u32,
    acknowledged: u32,
    window: u32,
}

impl Client {
    /// A session for a connection that was just made. Its first action is there already.
    pub fn new(target: PublishTarget, random: [u8; RANDOM]) -> Self {
        let mut outbox = Outbox::new();
        let handshake = Handshake::client(random, &mut outbox.bytes);
        Client {
            target,
            state: State::Handshake,
            handshake,
            reader: Reader::new(Limits::STRANGER),
            outbox,
            stream: 0,
            received: 0,
            acknowledged: 0,
            window: WINDOW,
        }
    }

    /// Takes bytes as they come from the socket. Drain [`next_action`](Self::next_action) after it.
    ///
    /// # Errors
    /// [`ProtocolError`]; the session is dead after it.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), ProtocolError> {
        if self.state == State::Closed {
            return Ok(());
        }
        let length = u32::try_from(bytes.len() & 0xFFFF_FFFF).unwrap_or_default();
        self.received = self.received.wrapping_add(length);
        let mut input = bytes;
        self.handshake.receive(&mut input, &mut self.outbox.bytes)?;
        if !self.handshake.done() {
            return Ok(());
        }
        if self.state == State::Handshake {
            self.state = State::Asking;
            self.connect()?;
        }
        self.reader.feed(input);
        while self.state != State::Closed {
            let Some(message) = self.reader.next()? else { break };
            self.message(&message)?;
        }
        if self.received.wrapping_sub(self.acknowledged) >= self.window && self.state != State::Closed {
            self.acknowledged = self.received;
            self.send(Message::Acknowledgement(self.received), 0)?;
        }
        Ok(())
    }

    /// The next thing to do. Drain it after every other call.
    pub fn next_action(&mut self) -> Option<ClientAction> {
        self.outbox.next()
    }

    /// Sends a FLV video tag's body. Before [`ClientAction::Ready`] it is dropped, and so is one that is longer
    /// than a message can be.
    pub fn video(&mut self, timestamp_ms: i64, body: Bytes) {
        self.media(timestamp_ms, Message::Video(body));
    }

    /// Sends a FLV audio tag's body, as [`video`](Self::video) does.
    pub fn audio(&mut self, timestamp_ms: i64, body: Bytes) {
        self.media(timestamp_ms, Message::Audio(body));
    }

    /// Sends onMetaData, as [`video`](Self::video) does.
    pub fn metadata(&mut self, fields: &[(&str, Value)]) {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let values = vec!["@setDataFrame".into(), "onMetaData".into(), Value::EcmaArray(fields)];
        self.media(0, Message::Data(values));
    }

    /// Ends the publish in order and closes.
    pub fn finish(&mut self) {
        if self.state == State::Ready {
            let key = Value::from(self.target.stream.as_str());
            let stream = Value::Number(self.stream.into());
            // A name too long to send was too long to publish under; closing says the same.
            let _ = self
                .call("FCUnpublish", 6.0, vec![Value::Null, key], 0)
                .and_then(|()| self.call("deleteStream", 7.0, vec![Value::Null, stream], 0));
        }
        self.close();
    }

    fn media(&mut self, timestamp_ms: i64, message: Message) {
        if self.state == State::Ready {
            let _ = self.outbox.send(message, chunk::wrap(timestamp_ms), self.stream);
        }
    }

    fn message(&mut self, message: &chunk::Message) -> Result<(), ProtocolError> {
        match Message::parse(message)? {
            Message::SetChunkSize(size) => self.reader.set_chunk_size(size)?,
            Message::Abort(chunk_stream) => self.reader.abort(chunk_stream),
            Message::WindowSize(size) => self.window = size.max(MIN_WINDOW),
            Message::PingRequest(number) => self.send(Message::PingResponse(number), 0)?,
            Message::Command(command) => self.command(&command)?,
            _ => {}
        }
        Ok(())
    }

    fn command(&mut self, command: &Command) -> Result<(), ProtocolError> {
        let info = command.arguments.get(1).unwrap_or(&Value::Null);
        match command.name.as_str() {
            "_result" if command.transaction == CONNECT => self.create_stream(),
            "_result" if command.transaction == CREATE_STREAM => self.publish(info.as_number()),
            "_error" if [CONNECT, CREATE_STREAM].contains(&command.transaction) => {
                self.refused(info);
                Ok(())
            }
            "onStatus" => {
                let text = |name| info.get(name).and_then(Value::as_str);
                if text("level") == Some("error") {
                    self.refused(info);
                } else if text("code") == Some("NetStream.Publish.Start") && self.state == State::Asking {
                    self.state = State::Ready;
                    self.outbox.push(ClientAction::Ready);
                }
                Ok(())
            }
            "close" => {
                self.close();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn connect(&mut self) -> Result<(), ProtocolError> {
        self.send(Message::SetChunkSize(CHUNK_SIZE), 0)?;
        let fields = [
            ("app", self.target.app.as_str().into()),
            ("type", "nonprivate".into()),
            ("flashVer", self.target.flash_ver.as_str().into()),
            ("tcUrl", self.target.tc_url.as_str().into()),
            ("objectEncoding", 0.0.into()),
        ];
        let fields = object(fields.into_iter().chain(capabilities::enhanced()));
        self.call("connect", CONNECT, vec![fields], 0)
    }

    fn create_stream(&mut self) -> Result<(), ProtocolError> {
        let key = Value::from(self.target.stream.as_str());
        self.send(Message::WindowSize(WINDOW), 0)?;
        self.call("releaseStream", 2.0, vec![Value::Null, key.clone()], 0)?;
        self.call("FCPublish", 3.0, vec![Value::Null, key], 0)?;
        self.call("createStream", CREATE_STREAM, vec![Value::Null], 0)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    fn publish(&mut self, stream: Option<f64>) -> Result<(), ProtocolError> {
        self.stream = stream.ok_or(ProtocolError::MalformedCommand)? as u32;
        let arguments = vec![Value::Null, self.target.stream.as_str().into(), "live".into()];
        self.call("publish", 5.0, arguments, self.stream)
    }

    fn refused(&mut self, info: &Value) {
        let text = |name| info.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let reason = text("description").or(text("code")).unwrap_or("the server gave no reason").to_owned();
        self.outbox.push(ClientAction::Refused(reason));
        self.close();
    }

    fn close(&mut self) {
        if self.state != State::Closed {
            self.state = State::Closed;
            self.outbox.push(ClientAction::Close);
        }
    }

    fn call(
        &mut self,
        name: &str,
        transaction: f64,
        arguments: Vec<Value>,
        stream: u32,
    ) -> Result<(), ProtocolError> {
        self.send(Message::Command(Command { name: name.to_owned(), transaction, arguments }), stream)
    }

    fn send(&mut self, message: Message, stream: u32) -> Result<(), ProtocolError> {
        Ok(self.outbox.send(message, 0, stream)?)
    }
}
