//! What notes are put together from.

use std::net::IpAddr;

use super::Level;

/// A note in words.
pub(super) struct Words {
    pub level: Level,
    pub text: String,
    pub more: Option<String>,
}

pub(super) fn words(level: Level, text: impl Into<String>, more: impl Into<String>) -> Words {
    Words { level, text: text.into(), more: Some(more.into()) }
}

pub(super) fn bare(level: Level, text: impl Into<String>) -> Words {
    Words { level, text: text.into(), more: None }
}

/// "OBS 31.0 at 10.0.4.12", as far as it is known.
pub(super) fn who(encoder: Option<&String>, address: Option<&IpAddr>) -> String {
    let name = encoder.map_or("an encoder", String::as_str);
    match address {
        Some(address) => format!("{name} at {address}"),
        None => String::from(name),
    }
}

/// "9 s" or "2 minutes".
pub(super) fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

pub(super) fn encoder_at(address: Option<IpAddr>) -> String {
    address.map_or(String::from("the encoder"), |address| format!("the encoder at {address}"))
}
