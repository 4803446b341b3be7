//! Tag bodies to publish: the old form for H.264 and AAC, which every server takes, Enhanced RTMP for the rest.

use bytes::{BufMut, Bytes, BytesMut};

use super::four_cc;
use crate::stream::VideoCodec;

/// AAC, "44 kHz, 16 bit, stereo": what E.4.2.1 wants for all AAC, whatever it is.
const AAC: u8 = 0xAF;
/// The largest composition time that 24 bits hold, in milliseconds.
const MAX_COMPOSITION: i32 = 0x7F_FFFF;

/// AVC sequence header: an AVCDecoderConfigurationRecord.
pub fn avc_sequence_start(record: &[u8]) -> Bytes {
    body(&[0x17, 0, 0, 0, 0], record)
}

/// One H.264 picture in length-prefixed NAL units; `composition` is presentation − decode time in milliseconds,
/// cut to 24 bits.
pub fn avc_frame(key: bool, composition: i32, data: &[u8]) -> Bytes {
    let [a, b, c] = si24(composition);
    body(&[if key { 0x17 } else { 0x27 }, 1, a, b, c], data)
}

/// AVC end of sequence.
pub fn avc_sequence_end() -> Bytes {
    body(&[0x17, 2, 0, 0, 0], &[])
}

/// AAC sequence header: an AudioSpecificConfig.
pub fn aac_sequence_start(config: &[u8]) -> Bytes {
    body(&[AAC, 0], config)
}

/// One raw AAC frame.
pub fn aac_frame(data: &[u8]) -> Bytes {
    body(&[AAC, 1], data)
}

/// Enhanced RTMP's SequenceStart: the configuration record of any codec.
pub fn video_sequence_start(codec: VideoCodec, record: &[u8]) -> Bytes {
    extended_video(0x90, codec, &[], record)
}

/// Enhanced RTMP's CodedFrames: one picture. `composition` as for [`avc_frame`]; AV1 and VP9 have none.
pub fn video_frame(codec: VideoCodec, key: bool, composition: i32, data: &[u8]) -> Bytes {
    let first = if key { 0x91 } else { 0xA1 };
    match codec {
        VideoCodec::H264 | VideoCodec::Hevc => extended_video(first, codec, &si24(composition), data),
        VideoCodec::Av1 | VideoCodec::Vp9 => extended_video(first, codec, &[], data),
    }
}

/// Enhanced RTMP's SequenceEnd.
pub fn video_sequence_end(codec: VideoCodec) -> Bytes {
    extended_video(0x92, codec, &[], &[])
}

/// Enhanced RTMP's SequenceStart for Opus: an OpusHead.
pub fn opus_sequence_start(head: &[u8]) -> Bytes {
    let [a, b, c, d] = four_cc::OPUS;
    body(&[0x90, a, b, c, d], head)
}

/// Enhanced RTMP's CodedFrames for Opus: one packet.
pub fn opus_frame(data: &[u8]) -> Bytes {
    let [a, b, c, d] = four_cc::OPUS;
    body(&[0x91, a, b, c, d], data)
}

fn extended_video(first: u8, codec: VideoCodec, composition: &[u8], data: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(8 + data.len());
    out.put_u8(first);
    out.put_slice(&four_cc::of_video(codec));
    out.put_slice(composition);
    out.put_slice(data);
    out.freeze()
}

fn body(head: &[u8], data: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(head.len() + data.len());
    out.put_slice(head);
    out.put_slice(data);
    out.freeze()
}

fn si24(value: i32) -> [u8; 3] {
    let [_, rest @ ..] = value.clamp(-MAX_COMPOSITION, MAX_COMPOSITION).to_be_bytes();
    rest
}
