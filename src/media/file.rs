//! A media file as a source: demuxed, not re-encoded.

use std::collections::VecDeque;
use std::path::Path;

use bytes::Bytes;
use ffmpeg_next::codec::packet::Packet;
use ffmpeg_next::format::context::Input;
use ffmpeg_next::{Rational, codec, format, media};

use super::error::MediaError;
use super::ffmpeg;
use super::test_card::position;
use crate::codec::{annex_b, audio_config, video_config, vp9_config};
use crate::stream::{AccessUnit, AudioCodec, Media, Track, TrackConfig, VideoCodec};
use crate::time::MediaTime;

/// A file's picture and sound, from its beginning, and again when it is looped.
pub struct File {
    input: Input,
    looped: bool,
    tracks: Vec<FileTrack>,
    /// Configurations that were not handed out yet.
    announced: VecDeque<TrackConfig>,
    /// Added to every stamp: the length of the rounds so far.
    offset: MediaTime,
    /// Where the round began and how far it came, both by the file's own clock.
    round: Option<(MediaTime, MediaTime)>,
    /// Packets that wait for a decode time: Matroska stores none, and libavformat cannot tell the first ones'.
    undated: VecDeque<Packet>,
}

/// Packets that may wait for a decode time; a file that never has one is sent by its presentation times.
const MAX_UNDATED: usize = 64;

struct FileTrack {
    index: usize,
    track: Track,
    time_base: Rational,
    /// VP9 tells its size in its key frames alone.
    vp9: bool,
    annex_b: bool,
}

impl File {
    /// Opens a file; `looped`: it begins again at its end.
    ///
    /// # Errors
    /// [`MediaError`] when it cannot be read, or has nothing that RTMP can carry.
    pub fn open(path: &Path, looped: bool) -> Result<Self, MediaError> {
        super::start_library();
        let input = format::input(path)?;
        let mut file = File {
            looped,
            tracks: Vec::new(),
            announced: VecDeque::new(),
            offset: MediaTime::ZERO,
            round: None,
            undated: VecDeque::new(),
            input,
        };
        file.announce(media::Type::Video)?;
        file.announce(media::Type::Audio)?;
        if file.tracks.is_empty() { Err(MediaError::NoTracks) } else { Ok(file) }
    }

    fn announce(&mut self, kind: media::Type) -> Result<(), MediaError> {
        let Some(stream) = self.input.streams().best(kind) else { return Ok(()) };
        let (parameters, time_base, index) = (stream.parameters(), stream.time_base(), stream.index());
        let record = ffmpeg::stream_extradata(&parameters);
        let bad = |error: crate::codec::CodecError| MediaError::Codec(error.to_string());
        let (mut vp9, mut annex_b) = (false, false);
        let config = match parameters.id() {
            codec::Id::H264 if annex_b::is_annex_b(&record) => {
                annex_b = true;
                let record = annex_b::avc_record(&record);
                let record =
                    record.ok_or_else(|| MediaError::Unsendable(String::from("this H.264 stream")))?;
                Some(TrackConfig::Video(video_config(VideoCodec::H264, record).map_err(bad)?))
            }
            codec::Id::H264 => Some(TrackConfig::Video(video_config(VideoCodec::H264, record).map_err(bad)?)),
            codec::Id::HEVC => Some(TrackConfig::Video(video_config(VideoCodec::Hevc, record).map_err(bad)?)),
            codec::Id::AV1 => Some(TrackConfig::Video(video_config(VideoCodec::Av1, record).map_err(bad)?)),
            codec::Id::VP9 => {
                vp9 = true;
                None
            }
            codec::Id::AAC => Some(TrackConfig::Audio(audio_config(AudioCodec::Aac, record).map_err(bad)?)),
            codec::Id::OPUS => Some(TrackConfig::Audio(audio_config(AudioCodec::Opus, record).map_err(bad)?)),
            other => return Err(MediaError::Unsendable(String::from(other.name()))),
        };
        self.announced.extend(config);
        let track = if kind == media::Type::Video { Track::Video } else { Track::Audio };
        self.tracks.push(FileTrack { index, track, time_base, vp9, annex_b });
        Ok(())
    }

    fn read(&mut self) -> Result<Option<Media>, MediaError> {
        loop {
            let dated = self.undated.front().is_some_and(|packet| packet.dts().is_some());
            if dated || self.undated.len() >= MAX_UNDATED {
                let Some(packet) = self.undated.pop_front() else { continue };
                if let Some(media) = self.place(&packet)? {
                    return Ok(Some(media));
                }
                continue;
            }
            let mut packet = Packet::empty();
            match packet.read(&mut self.input) {
                Ok(()) if self.tracks.iter().any(|track| track.index == packet.stream()) => self.date(packet),
                Ok(()) => {}
                Err(ffmpeg_next::Error::Eof) => match self.undated.pop_front() {
                    Some(packet) => {
                        if let Some(media) = self.place(&packet)? {
                            return Ok(Some(media));
                        }
                    }
                    None if self.looped && self.round.is_some() => self.rewind()?,
                    None => return Ok(None),
                },
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Queues a packet; one with a decode time tells those of its track that wait before it.
    fn date(&mut self, packet: Packet) {
        let mut dts = packet.dts();
        for waiting in self.undated.iter_mut().rev() {
            if waiting.stream() == packet.stream() && waiting.dts().is_none() {
                dts = dts.map(|dts| dts - waiting.duration());
                waiting.set_dts(dts);
            }
        }
        self.undated.push_back(packet);
    }

    fn rewind(&mut self) -> Result<(), MediaError> {
        if let Some((start, end)) = self.round.take() {
            self.offset += end - start;
        }
        Ok(ffmpeg::rewind(&mut self.input)?)
    }

    fn place(&mut self, packet: &Packet) -> Result<Option<Media>, MediaError> {
        let Some(track) = self.tracks.iter_mut().find(|track| track.index == packet.stream()) else {
            return Ok(None);
        };
        let (Some(dts), Some(data)) = (packet.dts().or(packet.pts()), packet.data()) else { return Ok(None) };
        if data.is_empty() {
            return Ok(None);
        }
        if track.vp9 && packet.is_key() {
            track.vp9 = false;
            let config =
                vp9_config(Bytes::new(), data).map_err(|error| MediaError::Codec(error.to_string()))?;
            self.announced.push_back(TrackConfig::Video(config));
        }
        let pts = packet.pts().unwrap_or(dts);
        let (dts, pts) = (position(dts, track.time_base), position(pts, track.time_base));
        let end = dts + position(packet.duration().max(0), track.time_base);
        let (start, reached) = *self.round.get_or_insert((dts, end));
        self.round = Some((start, reached.max(end)));
        let data = Bytes::copy_from_slice(data);
        Ok(Some(Media::Unit(AccessUnit {
            track: track.track,
            dts: dts - start + self.offset,
            composition: pts - dts,
            random_access: track.track == Track::Audio || packet.is_key(),
            data: if track.annex_b { annex_b::to_length_prefixed(&data) } else { data },
        })))
    }
}

impl Iterator for File {
    type Item = Result<Media, MediaError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(config) = self.announced.pop_front() {
            return Some(Ok(Media::Config(config)));
        }
        self.read().transpose()
    }
}
