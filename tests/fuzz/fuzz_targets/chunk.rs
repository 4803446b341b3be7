//! The chunk stream, obeying what it says of itself; in one piece and byte by byte it must read the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use venuebox::rtmp::chunk::{Limits, Message, Reader};
use venuebox::rtmp::message;

/// Whole messages, and whether the stream broke.
fn read(bytes: &[u8], step: usize) -> (Vec<Message>, bool) {
    let mut reader = Reader::new(Limits::STRANGER);
    let mut messages = Vec::new();
    for piece in bytes.chunks(step) {
        reader.feed(piece);
        loop {
            match reader.next() {
                Ok(None) => break,
                Err(_) => return (messages, true),
                Ok(Some(message)) => {
                    match message::Message::parse(&message) {
                        Ok(message::Message::SetChunkSize(size)) if reader.set_chunk_size(size).is_err() => {
                            return (messages, true);
                        }
                        Ok(message::Message::Abort(chunk_stream)) => reader.abort(chunk_stream),
                        _ => {}
                    }
                    messages.push(message);
                }
            }
        }
    }
    (messages, false)
}

fuzz_target!(|bytes: &[u8]| {
    let whole = read(bytes, bytes.len().max(1));
    assert_eq!(whole, read(bytes, 1));
    assert!(whole.0.iter().all(|message| message.payload.len() <= bytes.len()));
});
