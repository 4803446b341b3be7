//! HTTP Live Streaming playlists (RFC 8216bis, draft-pantos-hls-rfc8216bis): windows written as text, blocking
//! reloads decided.
//!
//! Belongs here: what a playlist says and what a player may ask of it. Does not: headers, status codes or
//! waiting (`web`).

pub mod bucket_window;
pub mod media_playlist;
pub mod multivariant;
pub mod reload;
pub mod stored_playlist;
mod text;
mod uri;

pub use media_playlist::MediaPlaylist;
pub use uri::{MediaUri, ParseMediaUriError};
