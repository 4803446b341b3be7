//! Codecs by their FourCC and by their old numbers.

use super::FlvError;
use crate::stream::{AudioCodec, VideoCodec};

pub const AVC: [u8; 4] = *b"avc1";
pub const HEVC: [u8; 4] = *b"hvc1";
pub const AV1: [u8; 4] = *b"av01";
pub const VP9: [u8; 4] = *b"vp09";
pub const AAC: [u8; 4] = *b"mp4a";
pub const OPUS: [u8; 4] = *b"Opus";

/// VideoFourCc of Enhanced RTMP v2.
pub fn video(four_cc: [u8; 4]) -> Result<VideoCodec, FlvError> {
    match four_cc {
        AVC => Ok(VideoCodec::H264),
        HEVC => Ok(VideoCodec::Hevc),
        AV1 => Ok(VideoCodec::Av1),
        VP9 => Ok(VideoCodec::Vp9),
        other => Err(unsupported(other)),
    }
}

/// AudioFourCc of Enhanced RTMP v2.
pub fn audio(four_cc: [u8; 4]) -> Result<AudioCodec, FlvError> {
    match four_cc {
        AAC => Ok(AudioCodec::Aac),
        OPUS => Ok(AudioCodec::Opus),
        other => Err(unsupported(other)),
    }
}

/// What to write for a codec.
pub fn of_video(codec: VideoCodec) -> [u8; 4] {
    match codec {
        VideoCodec::H264 => AVC,
        VideoCodec::Hevc => HEVC,
        VideoCodec::Av1 => AV1,
        VideoCodec::Vp9 => VP9,
    }
}

fn unsupported(four_cc: [u8; 4]) -> FlvError {
    let known = match &four_cc {
        b"vp08" => "VP8",
        b"vvc1" => "VVC (H.266)",
        b"ac-3" => "Dolby AC-3",
        b"ec-3" => "Dolby E-AC-3",
        b".mp3" => "MP3",
        b"fLaC" => "FLAC",
        // Whatever it is, it stays on one line of a log.
        other => return FlvError::Unsupported { codec: format!("\"{}\"", other.escape_ascii()) },
    };
    FlvError::Unsupported { codec: known.to_owned() }
}

/// CodecID of VideoTagHeader (E.4.3.1). 12 is HEVC as Chinese encoders sent it before Enhanced RTMP.
pub fn legacy_video(codec_id: u8) -> Result<VideoCodec, FlvError> {
    let codec = match codec_id {
        7 => return Ok(VideoCodec::H264),
        12 => return Ok(VideoCodec::Hevc),
        1 => "JPEG video",
        2 => "Sorenson H.263",
        3 => "Screen Video",
        4 => "On2 VP6",
        5 => "On2 VP6 with alpha",
        6 => "Screen Video 2",
        8 => "H.263",
        9 => "MPEG-4 Part 2",
        13 => "AV1 in an old private format (set the encoder to Enhanced RTMP)",
        other => return Err(FlvError::Unsupported { codec: format!("video codec number {other}") }),
    };
    Err(FlvError::Unsupported { codec: codec.to_owned() })
}

/// SoundFormat of AudioTagHeader (E.4.2.1).
pub fn legacy_audio(sound_format: u8) -> Result<AudioCodec, FlvError> {
    let codec = match sound_format {
        10 => return Ok(AudioCodec::Aac),
        0 | 3 => "uncompressed PCM",
        1 => "ADPCM",
        2 | 14 => "MP3",
        4..=6 => "Nellymoser",
        7 => "G.711 A-law",
        8 => "G.711 mu-law",
        11 => "Speex",
        13 => "Opus in an old private format (set the encoder to Enhanced RTMP)",
        other => return Err(FlvError::Unsupported { codec: format!("sound format number {other}") }),
    };
    Err(FlvError::Unsupported { codec: codec.to_owned() })
}
