//! Why a session ends: sentences for the operator.

use super::amf0::Amf0Error;
use super::chunk::ChunkError;
use super::handshake::HandshakeError;

/// The peer broke the protocol, or a limit. The session is dead after it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// The first 3,073 bytes.
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    /// The chunk stream.
    #[error(transparent)]
    Chunk(#[from] ChunkError),
    /// A command's values.
    #[error("a command is not AMF0: {0}")]
    Amf0(#[from] Amf0Error),
    /// A control message is shorter than its kind needs.
    #[error("a control message of type {kind} is {length} bytes long, which is too short")]
    ShortControl {
        /// Message type id.
        kind: u8,
        /// Its length in bytes.
        length: usize,
    },
    /// A command without its name, or a created stream without its number.
    #[error("a command lacks its name or its number")]
    MalformedCommand,
    /// `publish` or `createStream` without `connect`.
    #[error("the encoder sent {command} before connect")]
    NotConnected {
        /// The command.
        command: &'static str,
    },
    /// Commands without end, none of which publishes.
    #[error("the peer sent {limit} commands and publishes nothing")]
    TooManyCommands {
        /// The limit.
        limit: u32,
    },
    /// More message streams than one connection needs.
    #[error("the peer opened more than {limit} streams on one connection")]
    TooManyStreams {
        /// The limit.
        limit: usize,
    },
    /// The encoder sends on and on without its answer.
    #[error("the encoder sent more than {limit} bytes without waiting for the answer to its publish")]
    Impatient {
        /// The limit in bytes.
        limit: usize,
    },
}
