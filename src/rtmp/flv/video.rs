//! Video tags.

use bytes::Bytes;

use super::{FlvError, extended, four_cc};
use crate::stream::VideoCodec;

/// The top bit of the first byte: ExVideoTagHeader.
const EXTENDED: u8 = 0x80;
/// Frame types (E.4.3.1): key frame, key frame made by a server, command.
const KEY: u8 = 1;
const GENERATED_KEY: u8 = 4;
const COMMAND: u8 = 5;

/// AVCPacketType (E.4.3.1).
mod avc {
    pub const SEQUENCE_HEADER: u8 = 0;
    pub const NALU: u8 = 1;
    pub const END: u8 = 2;
}

/// VideoPacketType.
mod packet {
    pub const SEQUENCE_START: u8 = 0;
    pub const CODED_FRAMES: u8 = 1;
    pub const SEQUENCE_END: u8 = 2;
    pub const CODED_FRAMES_X: u8 = 3;
    pub const METADATA: u8 = 4;
    pub const MPEG2_TS_SEQUENCE_START: u8 = 5;
    pub const MULTITRACK: u8 = 6;
}

/// One track's share of a video message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoPacket {
    /// Track id; 0 is the one to show.
    pub track: u8,
    /// Its codec.
    pub codec: VideoCodec,
    /// What it brings.
    pub payload: VideoPayload,
}

/// What a video packet brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VideoPayload {
    /// The decoder's configuration: avcC, hvcC, av1C or vpcC without box header.
    SequenceStart(Bytes),
    /// One picture, as ISO/IEC 14496-15 stores it in a sample. Never empty.
    Frame {
        /// The encoder marked it as a key frame.
        key: bool,
        /// Presentation time − decode time in milliseconds.
        composition: i32,
        /// The coded picture.
        data: Bytes,
    },
    /// No more pictures of this sequence.
    SequenceEnd,
    /// HDR metadata, or nothing.
    Ignored,
}

/// Reads the body of a video tag: no packet when it is empty or a command, else one for each track. Tracks beside
/// number 0 are left out when their codec is unknown.
///
/// # Errors
/// [`FlvError::Unsupported`] for a codec of track 0 that the box does not carry, others for a broken body.
pub fn parse_video(mut body: Bytes) -> Result<Vec<VideoPacket>, FlvError> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let first = extended::u8(&mut body)?;
    let frame_type = (first >> 4) & 0x07;
    let key = matches!(frame_type, KEY | GENERATED_KEY);
    if first & EXTENDED == 0 {
        return if frame_type == COMMAND { Ok(Vec::new()) } else { legacy(first & 0x0F, key, body) };
    }
    let packet_type = extended::skip_modifiers(first & 0x0F, &mut body)?;
    if frame_type == COMMAND && packet_type != packet::METADATA {
        return Ok(Vec::new());
    }
    let (packet_type, tracks) = extended::tracks(packet_type, packet::MULTITRACK, body)?;
    let mut packets = Vec::with_capacity(tracks.len());
    for track in tracks {
        match four_cc::video(track.four_cc).and_then(|codec| {
            let payload = payload(packet_type, codec, key, track.body)?;
            Ok(VideoPacket { track: track.track, codec, payload })
        }) {
            Err(FlvError::Unsupported { .. }) if track.track != 0 => {}
            packet => packets.push(packet?),
        }
    }
    Ok(packets)
}

fn legacy(codec_id: u8, key: bool, mut body: Bytes) -> Result<Vec<VideoPacket>, FlvError> {
    let codec = four_cc::legacy_video(codec_id)?;
    let packet_type = extended::u8(&mut body)?;
    // An end of sequence of some encoders lacks its composition time, which says nothing anyway.
    let payload = if packet_type == avc::END {
        VideoPayload::SequenceEnd
    } else {
        let composition = si24(extended::array(&mut body)?);
        match packet_type {
            avc::SEQUENCE_HEADER => configuration(body),
            avc::NALU => frame(key, composition, body),
            _ => VideoPayload::Ignored,
        }
    };
    Ok(vec![VideoPacket { track: 0, codec, payload }])
}

fn payload(packet_type: u8, codec: VideoCodec, key: bool, mut body: Bytes) -> Result<VideoPayload, FlvError> {
    Ok(match packet_type {
        packet::SEQUENCE_START => configuration(body),
        packet::CODED_FRAMES => {
            let composition = match codec {
                VideoCodec::H264 | VideoCodec::Hevc => si24(extended::array(&mut body)?),
                VideoCodec::Av1 | VideoCodec::Vp9 => 0,
            };
            frame(key, composition, body)
        }
        packet::CODED_FRAMES_X => frame(key, 0, body),
        packet::SEQUENCE_END => VideoPayload::SequenceEnd,
        packet::MPEG2_TS_SEQUENCE_START => {
            return Err(FlvError::Unsupported { codec: "video in MPEG-2 TS format".to_owned() });
        }
        _ => VideoPayload::Ignored,
    })
}

fn configuration(record: Bytes) -> VideoPayload {
    if record.is_empty() { VideoPayload::Ignored } else { VideoPayload::SequenceStart(record) }
}

fn frame(key: bool, composition: i32, data: Bytes) -> VideoPayload {
    if data.is_empty() { VideoPayload::Ignored } else { VideoPayload::Frame { key, composition, data } }
}

/// A signed number of 24 bits.
fn si24([a, b, c]: [u8; 3]) -> i32 {
    i32::from_be_bytes([a, b, c, 0]) >> 8
}
