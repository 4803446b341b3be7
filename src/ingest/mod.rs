//! Where sources come from: RTMP connections with their stream keys, a feed that is pulled, and the publishers of the
//! command line.
//!
//! Belongs here: sockets, their limits, and turning protocol messages into media. Does not: the protocol
//! itself (`rtmp`), or who may feed the event (`event`).

mod announcement;
mod connection;
mod depacketizer;
mod encoder_name;
mod listener;
mod packetizer;
mod publisher;
pub mod pull;
mod stream_key;

pub use listener::{Config, Listener};
pub use publisher::{PublishError, Target, publish_file, publish_test_card};
pub use pull::{FeedUrl, Pull};
pub use stream_key::{Admission, KeyRing, random_key};
