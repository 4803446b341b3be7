//! FLV tag bodies into media: configurations read, the first track of each kind taken, stamps made media time.

use bytes::Bytes;

use crate::codec::{self, CodecError};
use crate::rtmp::flv::{self, AudioPayload, FlvError, VideoPayload};
use crate::stream::{AccessUnit, Media, Track, TrackConfig, VideoCodec, VideoConfig};
use crate::time::MediaTime;

/// What an encoder sent cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum DepacketizeError {
    /// Not an FLV tag that the box understands.
    #[error("{0}")]
    Flv(#[from] FlvError),
    /// A codec configuration that cannot be read.
    #[error("{0}")]
    Codec(#[from] CodecError),
}

/// One publisher's depacketizer.
#[derive(Debug, Default)]
pub struct Depacketizer {
    video: Lane,
    audio: Lane,
    /// Bytes of a NAL unit's length field; `None` where samples are not NAL units.
    length_size: Option<usize>,
    /// VP9 tells its size in its key frames alone; the record waits for the first.
    vp9: Option<Bytes>,
}

#[derive(Debug, Default)]
struct Lane {
    /// Enhanced RTMP may carry several tracks; the first that speaks is taken.
    track: Option<u8>,
    configured: bool,
    told: Told,
}

/// What was logged already: a stream of a thousand packets a second says it once.
#[derive(Debug, Default)]
struct Told {
    other_track: bool,
    broken: bool,
}

impl Lane {
    fn takes(&mut self, track: u8, kind: &str) -> bool {
        let ours = *self.track.get_or_insert(track) == track;
        if !ours && !std::mem::replace(&mut self.told.other_track, true) {
            log::info!(track = track; "the encoder sends more than one {kind} track; the first is taken");
        }
        ours
    }
}

impl Depacketizer {
    /// A video message's media. Frames before their configuration are left out.
    ///
    /// # Errors
    /// [`DepacketizeError`]: the publisher should be told and closed.
    pub fn video(&mut self, timestamp: i64, body: Bytes) -> Result<Vec<Media>, DepacketizeError> {
        let mut media = Vec::new();
        for packet in flv::parse_video(body)? {
            if !self.video.takes(packet.track, "picture") {
                continue;
            }
            match packet.payload {
                VideoPayload::SequenceStart(record) if packet.codec == VideoCodec::Vp9 => {
                    self.vp9 = Some(record);
                }
                VideoPayload::SequenceStart(record) => {
                    let config = codec::video_config(packet.codec, record)?;
                    media.push(self.configure(config));
                }
                VideoPayload::Frame { key, composition, data } => {
                    if key && let Some(record) = self.vp9.take() {
                        let config = codec::vp9_config(record, &data)?;
                        media.push(self.configure(config));
                    }
                    media.extend(self.picture(timestamp, key, composition, data));
                }
                VideoPayload::SequenceEnd | VideoPayload::Ignored => {}
            }
        }
        Ok(media)
    }

    fn configure(&mut self, config: VideoConfig) -> Media {
        self.video.configured = true;
        // ISO/IEC 14496-15: lengthSizeMinusOne stands in the low two bits of avcC's byte 4 and hvcC's byte 21.
        let place = match config.codec {
            VideoCodec::H264 => Some(4),
            VideoCodec::Hevc => Some(21),
            VideoCodec::Av1 | VideoCodec::Vp9 => None,
        };
        self.length_size = place.and_then(|at| config.record.get(at)).map(|byte| usize::from(byte & 3) + 1);
        Media::Config(TrackConfig::Video(config))
    }

    fn picture(&mut self, timestamp: i64, key: bool, composition: i32, data: Bytes) -> Option<Media> {
        if !self.video.configured || data.is_empty() {
            return None;
        }
        if let Some(size) = self.length_size
            && !whole_nal_units(&data, size)
        {
            if !std::mem::replace(&mut self.video.told.broken, true) {
                log::warn!("the encoder sends broken pictures; they are left out");
            }
            return None;
        }
        Some(Media::Unit(AccessUnit {
            track: Track::Video,
            dts: MediaTime::from_millis(timestamp),
            composition: MediaTime::from_millis(i64::from(composition)),
            random_access: key,
            data,
        }))
    }

    /// An audio message's media.
    ///
    /// # Errors
    /// As for [`Depacketizer::video`].
    pub fn audio(&mut self, timestamp: i64, body: Bytes) -> Result<Vec<Media>, DepacketizeError> {
        let mut media = Vec::new();
        for packet in flv::parse_audio(body)? {
            if !self.audio.takes(packet.track, "sound") {
                continue;
            }
            match packet.payload {
                AudioPayload::SequenceStart(record) => {
                    let config = codec::audio_config(packet.codec, record)?;
                    self.audio.configured = true;
                    media.push(Media::Config(TrackConfig::Audio(config)));
                }
                AudioPayload::Frame(data) if self.audio.configured && !data.is_empty() => {
                    media.push(Media::Unit(AccessUnit {
                        track: Track::Audio,
                        dts: MediaTime::from_millis(timestamp),
                        composition: MediaTime::ZERO,
                        random_access: true,
                        data,
                    }));
                }
                AudioPayload::Frame(_) | AudioPayload::SequenceEnd | AudioPayload::Ignored => {}
            }
        }
        Ok(media)
    }
}

/// Whether the bytes are NAL units behind length fields of `size` bytes, to the last byte: a player's parser
/// stops for good at one that is not.
fn whole_nal_units(mut data: &[u8], size: usize) -> bool {
    while !data.is_empty() {
        let Some((length, rest)) = data.split_at_checked(size) else { return false };
        let length = length.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        match rest.split_at_checked(length) {
            Some((unit, rest)) if !unit.is_empty() => data = rest,
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nal_units_are_whole_to_the_last_byte() {
        assert!(whole_nal_units(&[0, 0, 0, 2, 0x65, 1, 0, 0, 0, 1, 9], 4));
        assert!(!whole_nal_units(&[0, 0, 0, 2, 0x65], 4));
        assert!(!whole_nal_units(&[0, 0, 0, 0], 4));
        assert!(!whole_nal_units(&[0, 0], 4));
    }

    #[test]
    fn frames_before_their_configuration_are_left_out() {
        let mut depacketizer = Depacketizer::default();
        let frame = Bytes::from_static(&[0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65]);
        assert!(depacketizer.video(0, frame).unwrap().is_empty());
        assert!(depacketizer.audio(0, Bytes::from_static(&[0xAF, 1, 0x21])).unwrap().is_empty());
    }

    #[test]
    fn a_codec_that_no_browser_plays_is_named_to_the_encoder() {
        let error = Depacketizer::default().video(0, Bytes::from_static(&[0x12, 0, 0, 0])).unwrap_err();
        assert!(error.to_string().contains("H.263"), "{error}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_media_or_an_error(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut depacketizer = Depacketizer::default();
            let _ = depacketizer.video(0, Bytes::from(body.clone()));
            let _ = depacketizer.audio(0, Bytes::from(body));
        }
    }
}
