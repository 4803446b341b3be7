//! Audio tags.

use bytes::Bytes;

use super::{FlvError, extended, four_cc};
use crate::stream::AudioCodec;

/// SoundFormat 9: ExAudioTagHeader.
const EXTENDED: u8 = 9;

/// AACPacketType (E.4.2.1).
mod aac {
    pub const SEQUENCE_HEADER: u8 = 0;
    pub const RAW: u8 = 1;
}

/// AudioPacketType.
mod packet {
    pub const SEQUENCE_START: u8 = 0;
    pub const CODED_FRAMES: u8 = 1;
    pub const SEQUENCE_END: u8 = 2;
    pub const MULTITRACK: u8 = 5;
}

/// One track's share of an audio message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioPacket {
    /// Track id; 0 is the one to hear.
    pub track: u8,
    /// Its codec.
    pub codec: AudioCodec,
    /// What it brings.
    pub payload: AudioPayload,
}

/// What an audio packet brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudioPayload {
    /// The decoder's configuration: AudioSpecificConfig for AAC, OpusHead (RFC 7845 5.1) for Opus.
    SequenceStart(Bytes),
    /// One raw AAC frame, or one Opus packet. Never empty.
    Frame(Bytes),
    /// No more sound of this sequence.
    SequenceEnd,
    /// A channel layout, or nothing.
    Ignored,
}

/// Reads the body of an audio tag: no packet when it is empty (Enhanced RTMP's "silence message"), else one for
/// each track. Tracks beside number 0 are left out when their codec is unknown.
///
/// # Errors
/// [`FlvError::Unsupported`] for a codec of track 0 that the box does not carry, others for a broken body.
pub fn parse_audio(mut body: Bytes) -> Result<Vec<AudioPacket>, FlvError> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let first = extended::u8(&mut body)?;
    if first >> 4 != EXTENDED {
        let codec = four_cc::legacy_audio(first >> 4)?;
        let packet_type = extended::u8(&mut body)?;
        let payload = match packet_type {
            aac::SEQUENCE_HEADER => configuration(body),
            aac::RAW => frame(body),
            _ => AudioPayload::Ignored,
        };
        return Ok(vec![AudioPacket { track: 0, codec, payload }]);
    }
    let packet_type = extended::skip_modifiers(first & 0x0F, &mut body)?;
    let (packet_type, tracks) = extended::tracks(packet_type, packet::MULTITRACK, body)?;
    let mut packets = Vec::with_capacity(tracks.len());
    for track in tracks {
        let codec = match four_cc::audio(track.four_cc) {
            Err(FlvError::Unsupported { .. }) if track.track != 0 => continue,
            codec => codec?,
        };
        let payload = match packet_type {
            packet::SEQUENCE_START => configuration(track.body),
            packet::CODED_FRAMES => frame(track.body),
            packet::SEQUENCE_END => AudioPayload::SequenceEnd,
            // MultichannelConfig too: the codec's own configuration says it.
            _ => AudioPayload::Ignored,
        };
        packets.push(AudioPacket { track: track.track, codec, payload });
    }
    Ok(packets)
}

fn configuration(record: Bytes) -> AudioPayload {
    if record.is_empty() { AudioPayload::Ignored } else { AudioPayload::SequenceStart(record) }
}

fn frame(data: Bytes) -> AudioPayload {
    if data.is_empty() { AudioPayload::Ignored } else { AudioPayload::Frame(data) }
}
