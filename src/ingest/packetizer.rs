//! Media into FLV tag bodies: the way back from [`depacketizer`](super::depacketizer). H.264 and AAC go out as
//! every RTMP server knows them, the others as Enhanced RTMP.

use bytes::Bytes;

use crate::rtmp::flv;
use crate::stream::{AudioCodec, Media, Track, TrackConfig, VideoCodec};

/// The codecs that were announced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Codecs {
    video: Option<VideoCodec>,
    audio: Option<AudioCodec>,
}

/// The message that carries an item: its track, its timestamp in milliseconds, and its body. `None` for a unit
/// whose codec was not announced.
pub fn packetize(codecs: &mut Codecs, item: Media) -> Option<(Track, i64, Bytes)> {
    match item {
        Media::Config(TrackConfig::Video(config)) => {
            codecs.video = Some(config.codec);
            let body = match config.codec {
                VideoCodec::H264 => flv::avc_sequence_start(&config.record),
                codec => flv::video_sequence_start(codec, &config.record),
            };
            Some((Track::Video, 0, body))
        }
        Media::Config(TrackConfig::Audio(config)) => {
            codecs.audio = Some(config.codec);
            let body = match config.codec {
                AudioCodec::Aac => flv::aac_sequence_start(&config.record),
                AudioCodec::Opus => flv::opus_sequence_start(&config.record),
            };
            Some((Track::Audio, 0, body))
        }
        Media::Unit(unit) => {
            let timestamp = unit.dts.millis();
            let body = match unit.track {
                Track::Video => {
                    let composition = (unit.dts + unit.composition).millis() - timestamp;
                    let composition = i32::try_from(composition).unwrap_or_default();
                    match codecs.video? {
                        VideoCodec::H264 => flv::avc_frame(unit.random_access, composition, &unit.data),
                        codec => flv::video_frame(codec, unit.random_access, composition, &unit.data),
                    }
                }
                Track::Audio => match codecs.audio? {
                    AudioCodec::Aac => flv::aac_frame(&unit.data),
                    AudioCodec::Opus => flv::opus_frame(&unit.data),
                },
            };
            Some((unit.track, timestamp, body))
        }
    }
}
