//! A peer's bytes, in pieces of any length: the uploader answers, refuses or drops it, within its bounds.
#![no_main]

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;
use venuebox::bittorrent::{Content, Handshake, Layout, PeerId, Torrent, Uploader, VirtualFile};

fuzz_target!(|input: (bool, bool, Vec<Vec<u8>>)| {
    let (fast, extended, pieces) = input;
    let mut first = pieces.first().map(|bytes| BytesMut::from(&bytes[..])).unwrap_or_default();
    let _ = Handshake::read(&mut first);
    let file = VirtualFile::new([Bytes::from(vec![1; 300_000]), Bytes::from(vec![2; 300_000])]);
    let Ok(torrent) = Torrent::make("live.ts", Layout::Single, &file) else { return };
    let theirs = Handshake { info_hash: torrent.info_hash, peer_id: PeerId([0; 20]), fast, extended };
    let mut now = Instant::now();
    let content = Arc::new(Content { torrent, file: file.into() });
    let mut uploader = Uploader::new(content, &theirs, PeerId([1; 20]), now);
    for (turn, bytes) in pieces.iter().enumerate() {
        now += Duration::from_millis(500);
        if uploader.receive(bytes, now).and_then(|()| uploader.tick(now)).is_err() {
            return;
        }
        if turn % 3 == 2 { uploader.choke() } else { uploader.unchoke() }
        assert!(uploader.take_outbox(now).len() <= 1_000 + 20 * bytes.len());
        if turn % 2 == 0 {
            while let Some(delivery) = uploader.next_delivery(now) {
                assert!(delivery.size() <= (32 << 10) + 100);
            }
        }
    }
});
