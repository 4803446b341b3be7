//! Info dictionaries and extended messages of strangers: read, and what was read is itself consistent.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use venuebox::bittorrent::{ExtensionHandshake, MetadataMessage, Torrent, Trackers};

fuzz_target!(|bytes: &[u8]| {
    let bytes = Bytes::copy_from_slice(bytes);
    let _ = ExtensionHandshake::read(&bytes);
    if let Ok(message) = MetadataMessage::read(&bytes) {
        let _ = message.to_bytes();
    }
    let Ok(torrent) = Torrent::read(bytes) else { return };
    let last = torrent.pieces() - 1;
    assert!(torrent.length_of_piece(last).is_some() && torrent.length_of_piece(last + 1).is_none());
    let trackers = Trackers { web: String::from("box"), udp: None };
    let _ = (torrent.magnet(&trackers), torrent.file(&trackers));
});
