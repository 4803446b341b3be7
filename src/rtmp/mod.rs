//! RTMP as Adobe specified it (RTMP 1.0, 2012) and as Enhanced RTMP v2 extends it: sans-IO, bytes in, actions
//! out.
//!
//! ```text
//!  bytes ─▶ handshake ─▶ chunk ─▶ message ─▶ server / client ─▶ actions
//!                                  amf0 ┘            bodies of audio and video ─▶ flv
//! ```
//!
//! Belongs here: the protocol, both sides of it, and what a FLV tag body says. Does not: sockets, time-outs and
//! stream keys (`ingest`), or what a codec's own bytes mean (`codec`).
//!
//! Bad input ends in a [`ProtocolError`], a sentence for the operator; a codec that the box does not take in a
//! [`flv::FlvError`]. Memory is taken as bytes arrive, never because a header announces them.

pub mod amf0;
mod capabilities;
pub mod chunk;
mod client;
mod error;
pub mod flv;
pub mod handshake;
pub mod message;
mod outbox;
mod server;

pub use client::{Client, ClientAction, PublishTarget};
pub use error::ProtocolError;
pub use server::{MAX_HELD, Metadata, PublishRequest, Server, ServerAction};

#[cfg(test)]
mod session_tests;
