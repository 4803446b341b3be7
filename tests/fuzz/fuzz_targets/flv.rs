//! Bodies of audio and video tags.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use venuebox::rtmp::flv::{AudioPayload, VideoPayload, parse_audio, parse_video};

fuzz_target!(|bytes: &[u8]| {
    let body = Bytes::copy_from_slice(bytes);
    let mut size = 0;
    for packet in parse_video(body.clone()).unwrap_or_default() {
        if let VideoPayload::SequenceStart(data) | VideoPayload::Frame { data, .. } = packet.payload {
            assert!(!data.is_empty());
            size += data.len();
        }
    }
    assert!(size <= bytes.len());
    size = 0;
    for packet in parse_audio(body).unwrap_or_default() {
        if let AudioPayload::SequenceStart(data) | AudioPayload::Frame(data) = packet.payload {
            assert!(!data.is_empty());
            size += data.len();
        }
    }
    assert!(size <= bytes.len());
});
