//! Bencoding: what could be read is written as the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use venuebox::bittorrent::bencode::Value;

fuzz_target!(|bytes: &[u8]| {
    let Ok((value, rest)) = Value::read_first(bytes) else { return };
    assert_eq!(value.to_bytes(), bytes[..bytes.len() - rest.len()]);
});
