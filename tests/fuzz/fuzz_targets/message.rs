//! Messages of every type, and aggregates of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use venuebox::rtmp::chunk;
use venuebox::rtmp::message::{Message, split};

fuzz_target!(|input: (u8, u32, u32, Vec<u8>)| {
    let (kind, timestamp, stream, payload) = input;
    let length = payload.len();
    let message = chunk::Message { chunk_stream: 3, timestamp, kind, stream, payload: payload.into() };
    let parts: usize = split(&message).map(|part| part.payload.len() + 11).sum();
    assert!(parts <= length);
    let Ok(parsed) = Message::parse(&message) else { return };
    let described = format!("{parsed:?}");
    let again = Message::parse(&parsed.pack(timestamp, stream)).map(|message| format!("{message:?}"));
    if kind != 4 && !described.starts_with("Ignored") {
        assert_eq!(again, Ok(described));
    }
});
