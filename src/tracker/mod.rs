//! The tracker: who is in which swarm, who is introduced to whom, and the three languages it is asked in.
//!
//! ```text
//!  WebTorrent JSON ─▶ message ┐
//!  HTTP query      ─▶ http    ├─▶ table ─▶ replies, and offers to hand on
//!  UDP datagram    ─▶ udp     ┘
//! ```
//!
//! Belongs here: the table of swarms and the wire formats of BEP 3, 7, 15, 23, 48 and of WebTorrent. Does not:
//! sockets and their limits (`web`, `lan`), the task that owns the table (`rendezvous`), or what a torrent is made
//! of and called (`bittorrent`).
//!
//! An address that a client claims for itself (`ip=`) is never used: a peer is where its packets come from.

mod announce;
mod config;
pub mod http;
mod id;
pub mod message;
mod ring;
mod subnet;
mod swarm;
mod table;
pub mod udp;

pub use announce::{
    Census, Counts, Event, NativeAnnounce, NativePeer, NativeReply, Refusal, SocketId, Target, WebAnnounce,
};
pub use config::Config;
pub use id::{OfferId, latin1};
pub use table::Swarms;

#[cfg(test)]
mod table_tests;
