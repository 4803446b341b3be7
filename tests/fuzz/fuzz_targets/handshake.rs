//! Both sides of the handshake, whatever the peer sends and however it is cut.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use venuebox::rtmp::handshake::{Handshake, PACKET, RANDOM};

fuzz_target!(|pieces: Vec<Vec<u8>>| {
    let mut out = BytesMut::new();
    let client = Handshake::client([1; RANDOM], &mut out);
    for mut side in [Handshake::server([2; RANDOM]), client] {
        let mut out = BytesMut::new();
        for piece in &pieces {
            let mut input = &piece[..];
            if side.receive(&mut input, &mut out).is_err() {
                break;
            }
            assert!(side.done() || input.is_empty());
            assert!(out.len() <= 1 + 2 * PACKET);
        }
    }
});
