//! What the server answers: results, status and control messages.

use super::{Server, WINDOW};
use crate::rtmp::ProtocolError;
use crate::rtmp::amf0::{Value, object};
use crate::rtmp::capabilities;
use crate::rtmp::message::{Command, Message};

/// Chunk size of what the box sends, in bytes: each of its messages is one chunk.
const CHUNK_SIZE: u32 = 4096;
/// Set Peer Bandwidth's limit type "dynamic" (5.4.5).
const DYNAMIC: u8 = 2;

impl Server {
    pub(super) fn reply_connected(&mut self, transaction: f64) -> Result<(), ProtocolError> {
        self.send(Message::WindowSize(WINDOW), 0)?;
        self.send(Message::PeerBandwidth(WINDOW, DYNAMIC), 0)?;
        self.send(Message::SetChunkSize(CHUNK_SIZE), 0)?;
        // Some encoders look at the version and the capability bits for what Flash Media Server 3 could do.
        let server = [("fmsVer", "FMS/3,0,1,123".into()), ("capabilities", 31.0.into())];
        let status = [
            ("level", "status".into()),
            ("code", "NetConnection.Connect.Success".into()),
            ("description", "Connection succeeded.".into()),
            // AMF0, whatever the client offered.
            ("objectEncoding", 0.0.into()),
        ];
        // Enhanced RTMP does not say which of the two objects it belongs to; clients look in either.
        let arguments = vec![
            object(server.into_iter().chain(capabilities::enhanced())),
            object(status.into_iter().chain(capabilities::enhanced())),
        ];
        self.call("_result", transaction, arguments, 0)
    }

    pub(super) fn reply_stream(&mut self, transaction: f64, stream: u32) -> Result<(), ProtocolError> {
        self.call("_result", transaction, vec![Value::Null, f64::from(stream).into()], 0)
    }

    pub(super) fn reply_accepted(&mut self, stream: u32, name: &str) -> Result<(), ProtocolError> {
        self.send(Message::StreamBegin(stream), 0)?;
        if self.fc {
            let info = [("code", "NetStream.Publish.Start".into()), ("description", name.into())];
            self.call("onFCPublish", 0.0, vec![Value::Null, object(info)], 0)?;
        }
        self.status(stream, "status", "NetStream.Publish.Start", "Publishing.")
    }

    /// The one code at which OBS stops trying and shows the description.
    pub(super) fn reply_failed(&mut self, stream: u32, reason: &str) -> Result<(), ProtocolError> {
        self.status(stream, "error", "NetStream.Publish.BadName", reason)
    }

    pub(super) fn reply_unpublished(&mut self, stream: u32) -> Result<(), ProtocolError> {
        if self.fc {
            let info = [("code", "NetStream.Unpublish.Success".into())];
            self.call("onFCUnpublish", 0.0, vec![Value::Null, object(info)], 0)?;
        }
        self.status(stream, "status", "NetStream.Unpublish.Success", "Stopped publishing.")
    }

    pub(super) fn reply_nothing_to_play(&mut self, stream: u32) -> Result<(), ProtocolError> {
        let reason = "This box plays over HTTP only; open its page in a browser.";
        self.status(stream, "error", "NetStream.Play.StreamNotFound", reason)
    }

    /// onStatus goes out on the message stream that it is about, as transaction 0 (7.2.2).
    fn status(&mut self, stream: u32, level: &str, code: &str, reason: &str) -> Result<(), ProtocolError> {
        let info = [("level", level.into()), ("code", code.into()), ("description", reason.into())];
        self.call("onStatus", 0.0, vec![Value::Null, object(info)], stream)
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
}
