//! Whole sessions in memory: our client against our server, and scripted encoders against the server.

mod answers;
mod any_split;
mod media;

use bytes::{Bytes, BytesMut};

use super::amf0::{Value, object};
use super::chunk::{Limits, Reader, Writer};
use super::handshake::RANDOM;
use super::message::{Command, Message};
use super::*;

/// A server with what it did, and what it said.
struct Appliance {
    server: Server,
    did: Vec<ServerAction>,
    said: BytesMut,
    /// How publish requests are answered: yes, no for a reason, or later.
    answer: Option<Result<(), &'static str>>,
}

impl Appliance {
    fn new() -> Self {
        Appliance {
            server: Server::new([1; RANDOM]),
            did: vec![],
            said: BytesMut::new(),
            answer: Some(Ok(())),
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), ProtocolError> {
        let result = self.server.receive(bytes);
        self.drain();
        result
    }

    fn take_in_steps(&mut self, bytes: &[u8], step: usize) -> Result<(), ProtocolError> {
        bytes.chunks(step).try_for_each(|piece| self.take(piece))
    }

    fn drain(&mut self) {
        while let Some(action) = self.server.next_action() {
            match action {
                ServerAction::Send(bytes) => self.said.extend_from_slice(&bytes),
                action @ ServerAction::Publish(_) => {
                    self.did.push(action);
                    match self.answer {
                        Some(Ok(())) => self.server.accept(),
                        Some(Err(reason)) => self.server.refuse(reason),
                        None => {}
                    }
                }
                action => self.did.push(action),
            }
        }
    }

    /// What it said after the handshake, with the message streams.
    fn replies(&self) -> Vec<(u32, Message)> {
        let mut reader = Reader::new(Limits::PUBLISHER);
        reader.feed(&self.said[3073..]);
        let mut replies = vec![];
        while let Some(message) = reader.next().unwrap() {
            let stream = message.stream;
            let message = Message::parse(&message).unwrap();
            if let Message::SetChunkSize(size) = message {
                reader.set_chunk_size(size).unwrap();
            }
            replies.push((stream, message));
        }
        replies
    }

    /// The codes of all onStatus, with their levels and message streams.
    fn statuses(&self) -> Vec<(u32, String, String)> {
        let text = |info: &Value, name| info.get(name).and_then(Value::as_str).unwrap().to_owned();
        self.replies()
            .into_iter()
            .filter_map(|(stream, message)| match message {
                Message::Command(Command { name, transaction, arguments }) if name == "onStatus" => {
                    assert_eq!(transaction, 0.0);
                    Some((stream, text(&arguments[1], "level"), text(&arguments[1], "code")))
                }
                _ => None,
            })
            .collect()
    }
}

/// An encoder that says what its script says, whatever it hears.
struct Script {
    out: BytesMut,
    writer: Writer,
}

impl Script {
    fn handshake() -> Self {
        let mut out = BytesMut::from(&[3][..]);
        out.extend_from_slice(&[0; 2 * 1536]);
        Script { out, writer: Writer::default() }
    }

    fn connected() -> Self {
        let object = object([("app", "live".into()), ("flashVer", "FMLE/3.0".into())]);
        Script::handshake().call("connect", 1.0, vec![object], 0).call(
            "createStream",
            2.0,
            vec![Value::Null],
            0,
        )
    }

    fn publishing() -> Self {
        Script::connected().publish("key")
    }

    fn publish(self, key: &str) -> Self {
        self.call("publish", 3.0, vec![Value::Null, key.into(), "live".into()], 1)
    }

    fn call(self, name: &str, transaction: f64, arguments: Vec<Value>, stream: u32) -> Self {
        let command = Command { name: name.to_owned(), transaction, arguments };
        self.say(Message::Command(command), 0, stream)
    }

    fn say(mut self, message: Message, timestamp: u32, stream: u32) -> Self {
        self.writer.write(&message.pack(timestamp, stream), &mut self.out).unwrap();
        self
    }

    fn video(self, timestamp: u32, body: &'static [u8]) -> Self {
        self.say(Message::Video(Bytes::from_static(body)), timestamp, 1)
    }

    fn play(&self) -> (Appliance, Result<(), ProtocolError>) {
        let mut server = Appliance::new();
        let result = server.take(&self.out);
        (server, result)
    }
}

fn request(stream: &str) -> ServerAction {
    ServerAction::Publish(PublishRequest {
        app: "live".into(),
        stream: stream.into(),
        encoder: Some("FMLE/3.0".into()),
    })
}

fn video(timestamp: i64, body: &'static [u8]) -> ServerAction {
    ServerAction::Video { timestamp, body: Bytes::from_static(body) }
}

fn status(stream: u32, level: &str, code: &str) -> (u32, String, String) {
    (stream, level.into(), code.into())
}

/// Our client and our server, and the bytes between them.
struct Pair {
    client: Client,
    heard: Vec<ClientAction>,
    server: Appliance,
    step: usize,
}

impl Pair {
    fn new(step: usize) -> Self {
        let target = PublishTarget {
            app: "live".into(),
            tc_url: "rtmp://venuebox.local/live".into(),
            stream: "key".into(),
            flash_ver: "test".into(),
        };
        Pair { client: Client::new(target, [2; RANDOM]), heard: vec![], server: Appliance::new(), step }
    }

    fn run(&mut self) {
        loop {
            let mut sent = BytesMut::new();
            while let Some(action) = self.client.next_action() {
                match action {
                    ClientAction::Send(bytes) => sent.extend_from_slice(&bytes),
                    action => self.heard.push(action),
                }
            }
            self.server.take_in_steps(&sent, self.step).unwrap();
            self.server.drain();
            let said = self.server.said.split();
            if sent.is_empty() && said.is_empty() {
                return;
            }
            said.chunks(self.step).for_each(|piece| self.client.receive(piece).unwrap());
        }
    }
}
