//! A snapshot's files, whatever became of them: each is read as each of its kinds.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use venuebox::event::snapshot::decode_any;

fuzz_target!(|bytes: &[u8]| {
    decode_any(&Bytes::copy_from_slice(bytes));
    // Behind the magic that every file begins with, to get further.
    decode_any(&[b"vbxsnap\x01", bytes].concat().into());
});
