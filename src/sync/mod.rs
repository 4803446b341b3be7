//! What is kept goes to a bucket, in an order in which no playlist there ever names what is not there.
//!
//! Belongs here: the storage's protocol, what is sent when, and the bucket's playlists. Does not: files and what is
//! kept how long (`archive`), or rows (`storage`).
//!
//! Live never waits for any of it, and nothing but rows outlives a restart.

#[cfg(test)]
mod bucket;
mod store;
mod trouble;
mod uplink;

pub use store::{CorsRule, Object, Store};
pub use trouble::Trouble;
pub use uplink::Uplink;
