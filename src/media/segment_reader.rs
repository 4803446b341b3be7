//! Segments of somebody else's HLS stream, taken apart in memory: MPEG-TS, fragmented MP4 behind its initialization
//! section, and packed AAC.
//!
//! FFmpeg gets bytes and nothing else: the format is told from the first of them, every other format and every
//! protocol is forbidden, and no decoder is opened. Its own thread, because libavformat is synchronous.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use bytes::Bytes;
use ffmpeg_next::codec::packet::Packet;
use ffmpeg_next::format::context::{Input, StreamIo};
use ffmpeg_next::{Dictionary, Rational, codec, format, media};
use tokio::sync::oneshot;

use super::error::MediaError;
use super::ffmpeg;
use super::test_card::position;
use super::transport_stream::Rope;
use crate::codec::{
    ADTS_FRAME, CodecError, adts_frame, annex_b, audio_config, hevc_record, is_sample, packed_audio,
    video_config, vp9_config,
};
use crate::stream::{
    AccessUnit, AudioCodec, AudioConfig, Configuration, Track, TrackConfig, VideoCodec, VideoConfig,
};
use crate::time::MediaTime;

/// Segments that wait for the thread: one for the picture and one for the sound of a stream, and one to spare.
const MAX_WAITING: usize = 4;

/// Access units of a segment. Threat: a segment of empty frames costs memory far beyond its size.
const MAX_UNITS: usize = 100_000;

/// An MPEG-TS packet and its first byte (ISO/IEC 13818-1 2.4.3.2).
const TS_PACKET: usize = 188;
const TS_SYNC: u8 = 0x47;

/// What a segment holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentMedia {
    /// Its tracks, as this segment configures them.
    pub configuration: Configuration,
    /// In decode order, both tracks together.
    pub units: Vec<AccessUnit>,
    /// Its stamps are of 33 bits, and wrap.
    pub wraps: bool,
}

type Answer = oneshot::Sender<Result<SegmentMedia, MediaError>>;

/// The thread's handle; the thread ends when it is dropped.
#[derive(Clone, Debug)]
pub struct SegmentReader {
    requests: SyncSender<(Vec<Bytes>, Answer)>,
}

impl SegmentReader {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn() -> io::Result<Self> {
        super::start_library();
        let (requests, receiver) = sync_channel(MAX_WAITING);
        thread::Builder::new().name(String::from("segment-reader")).spawn(move || work(&receiver))?;
        Ok(SegmentReader { requests })
    }

    /// Takes a segment apart; an initialization section goes before it.
    ///
    /// # Errors
    /// [`MediaError`] when it is none that the box can carry.
    pub async fn read(&self, segment: Vec<Bytes>) -> Result<SegmentMedia, MediaError> {
        let (answer, answered) = oneshot::channel();
        self.requests.try_send((segment, answer)).map_err(|_| MediaError::NoThread)?;
        answered.await.map_err(|_| MediaError::NoThread)?
    }
}

fn work(requests: &Receiver<(Vec<Bytes>, Answer)>) {
    while let Ok((segment, answer)) = requests.recv() {
        // Whoever asked may have gone; then nobody needs the answer.
        let _ = answer.send(read_segment(segment));
    }
}

/// The kinds of segments that HLS has (RFC 8216 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    TransportStream,
    Mp4,
}

impl Kind {
    fn of(first: &[u8]) -> Option<Self> {
        let second_packet = first.get(TS_PACKET).is_none_or(|byte| *byte == TS_SYNC);
        if first.first() == Some(&TS_SYNC) && second_packet {
            return Some(Kind::TransportStream);
        }
        let boxes: [&[u8]; 7] = [b"ftyp", b"styp", b"moov", b"moof", b"sidx", b"emsg", b"prft"];
        first.get(4..8).is_some_and(|kind| boxes.contains(&kind)).then_some(Kind::Mp4)
    }

    /// FFmpeg's name of it.
    fn name(self) -> &'static str {
        match self {
            Kind::TransportStream => "mpegts",
            Kind::Mp4 => "mov",
        }
    }

    fn options(self) -> Dictionary<'static> {
        let mut options = Dictionary::new();
        options.set("format_whitelist", self.name());
        options.set("protocol_whitelist", "none");
        options.set("codec_whitelist", "none");
        options.set("fpsprobesize", "0");
        if self == Kind::Mp4 {
            // The initialization section says all.
            options.set("analyzeduration", "0");
        }
        options
    }
}

fn read_segment(segment: Vec<Bytes>) -> Result<SegmentMedia, MediaError> {
    let first = segment.first().ok_or(MediaError::NoTracks)?;
    if let [only] = &segment[..]
        && let Some((stamp, frames)) = packed_audio(only)
    {
        return read_packed(stamp.unwrap_or_default(), &frames);
    }
    let kind = Kind::of(first).ok_or(MediaError::UnknownSegment)?;
    let io = StreamIo::from_read(Rope::new(segment))?;
    let input = format::input_from_stream(io, None, Some(kind.options()))?;
    let mut reader = Reader { video: None, audio: None, units: Vec::new() };
    reader.read(input)?;
    let configuration = Configuration {
        video: reader.video.and_then(|track| track.config),
        audio: reader.audio.and_then(|track| track.config),
    };
    if reader.units.is_empty() {
        return Err(MediaError::NoTracks);
    }
    // A fragment holds its pictures before its sound.
    reader.units.sort_by_key(|unit| unit.dts);
    Ok(SegmentMedia { configuration, units: reader.units, wraps: kind == Kind::TransportStream })
}

/// Packed AAC: its frames follow each other from the stamp on.
fn read_packed(stamp: u64, frames: &Bytes) -> Result<SegmentMedia, MediaError> {
    let start = MediaTime::from_ticks(i64::try_from(stamp).unwrap_or_default());
    let (mut rest, mut count) = (&frames[..], 0);
    let mut media = SegmentMedia { wraps: true, ..SegmentMedia::default() };
    while let Some((frame, after)) = adts_frame(rest) {
        if media.configuration.audio.is_none() {
            media.configuration.audio = Some(aac(&frame.config)?);
        }
        let at = start + MediaTime::from_units(count * i64::from(ADTS_FRAME), frame.sample_rate);
        media.units.push(sound(at, Bytes::copy_from_slice(frame.data)));
        (rest, count) = (after, count + 1);
    }
    Ok(media)
}

fn aac(config: &[u8]) -> Result<AudioConfig, MediaError> {
    audio_config(AudioCodec::Aac, Bytes::copy_from_slice(config)).map_err(|error| bad(&error))
}

fn bad(error: &CodecError) -> MediaError {
    MediaError::Codec(error.to_string())
}

fn sound(dts: MediaTime, data: Bytes) -> AccessUnit {
    AccessUnit { track: Track::Audio, dts, composition: MediaTime::ZERO, random_access: true, data }
}

/// The picture track and the sound track of one segment.
struct Reader {
    video: Option<TrackReader<VideoConfig>>,
    audio: Option<TrackReader<AudioConfig>>,
    units: Vec<AccessUnit>,
}

struct TrackReader<C> {
    index: usize,
    time_base: Rational,
    id: codec::Id,
    config: Option<C>,
    /// What stands before the first packet: a configuration record, or parameter sets.
    record: Bytes,
    /// Where a packet belongs that has no stamp of its own: several frames of sound share one in MPEG-TS.
    next: MediaTime,
}

impl<C> TrackReader<C> {
    fn first(input: &Input, kind: media::Type, carried: &[codec::Id]) -> Result<Option<Self>, MediaError> {
        // FFmpeg's own choice passes over tracks that only a decoder would know more of.
        let Some(stream) = input.streams().find(|stream| stream.parameters().medium() == kind) else {
            return Ok(None);
        };
        let parameters = stream.parameters();
        let id = parameters.id();
        if !carried.contains(&id) {
            return Err(MediaError::NotCarried(String::from(id.name())));
        }
        let record = ffmpeg::stream_extradata(&parameters);
        Ok(Some(TrackReader {
            index: stream.index(),
            time_base: stream.time_base(),
            id,
            config: None,
            record,
            next: MediaTime::ZERO,
        }))
    }
}

impl Reader {
    fn read(&mut self, mut input: Input) -> Result<(), MediaError> {
        use codec::Id::{AAC, AV1, H264, HEVC, OPUS, VP9};
        self.video = TrackReader::first(&input, media::Type::Video, &[H264, HEVC, AV1, VP9])?;
        self.audio = TrackReader::first(&input, media::Type::Audio, &[AAC, OPUS])?;
        let mut packet = Packet::empty();
        // What breaks off in the middle is taken as far as it goes.
        while packet.read(&mut input).is_ok() {
            self.packet(&packet)?;
            if self.units.len() > MAX_UNITS {
                return Err(MediaError::UnknownSegment);
            }
        }
        Ok(())
    }

    fn packet(&mut self, packet: &Packet) -> Result<(), MediaError> {
        let stamp = packet.dts().or(packet.pts());
        let Some(data) = packet.data().filter(|data| !data.is_empty()) else { return Ok(()) };
        if let Some(track) = self.video.as_mut().filter(|track| track.index == packet.stream()) {
            let Some(dts) = stamp else { return Ok(()) };
            let pts = packet.pts().unwrap_or(dts);
            let (dts, pts) = (position(dts, track.time_base), position(pts, track.time_base));
            if let Some(data) = picture(track, data, packet.is_key())? {
                self.units.push(AccessUnit {
                    track: Track::Video,
                    dts,
                    composition: pts - dts,
                    random_access: packet.is_key(),
                    data,
                });
            }
        } else if let Some(track) = self.audio.as_mut().filter(|track| track.index == packet.stream()) {
            let dts = stamp.map_or(track.next, |stamp| position(stamp, track.time_base));
            if let Some(data) = frame(track, data)? {
                self.units.push(sound(dts, data));
            }
            let length = track.config.as_ref().map_or(MediaTime::ZERO, |config| {
                MediaTime::from_units(i64::from(config.frame_length), config.sample_rate)
            });
            track.next = dts + length;
        }
        Ok(())
    }
}

/// A picture as ISO-BMFF stores it; `None` where it is broken. A transport stream that begins between two key frames
/// has no configuration: its pictures go on with the one before.
fn picture(
    track: &mut TrackReader<VideoConfig>,
    data: &[u8],
    key: bool,
) -> Result<Option<Bytes>, MediaError> {
    let stream = annex_b::is_annex_b(data) && (track.record.is_empty() || annex_b::is_annex_b(&track.record));
    if track.config.is_none() {
        let record = &track.record;
        let config = match track.id {
            codec::Id::VP9 => key.then(|| vp9_config(record.clone(), data)),
            codec::Id::H264 if stream => {
                let sets = annex_b::avc_record(record).or_else(|| annex_b::avc_record(data));
                sets.map(|record| video_config(VideoCodec::H264, record))
            }
            codec::Id::HEVC if stream => {
                let sets = |stream| hevc_record(&annex_b::nal_units(stream));
                let sets = sets(record).or_else(|| sets(data));
                sets.map(|record| video_config(VideoCodec::Hevc, record))
            }
            codec::Id::H264 => Some(video_config(VideoCodec::H264, record.clone())),
            codec::Id::HEVC => Some(video_config(VideoCodec::Hevc, record.clone())),
            _ => Some(video_config(VideoCodec::Av1, record.clone())),
        };
        track.config = config.transpose().map_err(|error| bad(&error))?;
    }
    let data = if stream { annex_b::to_length_prefixed(data) } else { Bytes::copy_from_slice(data) };
    let whole = track.config.as_ref().map_or(stream, |config| is_sample(config, &data));
    Ok((whole && !data.is_empty()).then_some(data))
}

/// A frame of sound without the header that a transport stream gives it.
fn frame(track: &mut TrackReader<AudioConfig>, data: &[u8]) -> Result<Option<Bytes>, MediaError> {
    if track.id == codec::Id::OPUS {
        if track.config.is_none() {
            let config = audio_config(AudioCodec::Opus, track.record.clone());
            track.config = Some(config.map_err(|error| bad(&error))?);
        }
        return Ok(Some(Bytes::copy_from_slice(data)));
    }
    if !track.record.is_empty() {
        if track.config.is_none() {
            track.config = Some(aac(&track.record)?);
        }
        return Ok(Some(Bytes::copy_from_slice(data)));
    }
    let Some((frame, _)) = adts_frame(data) else { return Ok(None) };
    if track.config.is_none() {
        track.config = Some(aac(&frame.config)?);
    }
    Ok(Some(Bytes::copy_from_slice(frame.data)))
}

impl SegmentMedia {
    /// Its configurations, as a source announces them.
    pub fn configs(&self) -> impl Iterator<Item = TrackConfig> {
        let Configuration { video, audio } = self.configuration.clone();
        video.map(TrackConfig::Video).into_iter().chain(audio.map(TrackConfig::Audio))
    }
}

#[cfg(test)]
#[path = "segment_reader_tests.rs"]
mod tests;
