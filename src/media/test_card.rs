//! The test card: a moving pattern with a clock and a tone, encoded here, so that a box can be tried with no
//! encoder at hand.

use std::collections::VecDeque;

use bytes::Bytes;
use ffmpeg_next::codec::packet::Packet;
use ffmpeg_next::util::format::pixel::Pixel;
use ffmpeg_next::util::format::sample::{Sample, Type};
use ffmpeg_next::util::frame::{Audio, Frame, Video};
use ffmpeg_next::{ChannelLayout, Dictionary, codec, encoder, filter};

use super::error::MediaError;
use super::ffmpeg;
use crate::codec::{annex_b, audio_config, video_config};
use crate::stream::{AccessUnit, AudioCodec, Media, Track, TrackConfig, VideoCodec};
use crate::time::MediaTime;

const SAMPLE_RATE: u32 = 48_000;
const AUDIO_BIT_RATE: usize = 128_000;
const FRAME_LENGTH: u32 = 1_024;

/// What the card looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestCardConfig {
    /// Width in pixels, even.
    pub width: u32,
    /// Height in pixels, even.
    pub height: u32,
    /// Pictures a second.
    pub rate: u32,
    /// Bits a second of the picture.
    pub bit_rate: u32,
}

impl Default for TestCardConfig {
    /// 1280×720 at 30 pictures and 2.5 Mbit/s a second: what OBS suggests.
    fn default() -> Self {
        TestCardConfig { width: 1280, height: 720, rate: 30, bit_rate: 2_500_000 }
    }
}

/// The endless card. Its stamps start at zero; it makes media as fast as it is asked.
pub struct TestCard {
    picture: Lane<encoder::video::Encoder>,
    sound: Lane<encoder::audio::Encoder>,
    /// The picture's parameter sets came from the encoder as an Annex B stream, so its pictures do too.
    annex_b: bool,
    ready: VecDeque<Media>,
}

/// A filter graph, the encoder behind it, and how far it has come.
struct Lane<E> {
    graph: filter::Graph,
    encoder: E,
    made: MediaTime,
    frames: i64,
}

impl TestCard {
    /// Opens filters and encoders.
    ///
    /// # Errors
    /// [`MediaError::NoEncoder`] when this machine's FFmpeg lacks one.
    pub fn open(config: TestCardConfig) -> Result<Self, MediaError> {
        super::start_library();
        let picture = picture(config)?;
        let sound = sound()?;
        let sets = ffmpeg::encoder_extradata(&picture.encoder);
        let annex_b = annex_b::is_annex_b(&sets);
        let record = if annex_b { annex_b::avc_record(&sets) } else { Some(sets) };
        let record = record.ok_or(MediaError::NoEncoder("H.264"))?;
        let video =
            video_config(VideoCodec::H264, record).map_err(|error| MediaError::Codec(error.to_string()))?;
        let specific = ffmpeg::encoder_extradata(&sound.encoder);
        let audio =
            audio_config(AudioCodec::Aac, specific).map_err(|error| MediaError::Codec(error.to_string()))?;
        let ready = [TrackConfig::Video(video), TrackConfig::Audio(audio)].map(Media::Config).into();
        Ok(TestCard { picture, sound, annex_b, ready })
    }

    fn make(&mut self) -> Result<(), MediaError> {
        let mut packets = Vec::new();
        let track = if self.picture.made <= self.sound.made {
            let mut frame = Video::empty();
            self.picture.pull(&mut frame)?;
            frame.set_pts(Some(self.picture.frames));
            frame.set_kind(ffmpeg_next::picture::Type::None);
            let rate = self.picture.encoder.time_base();
            self.picture.frames += 1;
            self.picture.made = position(self.picture.frames, rate);
            encode(&mut self.picture.encoder, &frame, &mut packets)?;
            Track::Video
        } else {
            let mut frame = Audio::empty();
            self.sound.pull(&mut frame)?;
            frame.set_pts(Some(self.sound.frames * i64::from(FRAME_LENGTH)));
            self.sound.frames += 1;
            self.sound.made = MediaTime::from_units(self.sound.frames * i64::from(FRAME_LENGTH), SAMPLE_RATE);
            encode(&mut self.sound.encoder, &frame, &mut packets)?;
            Track::Audio
        };
        let time_base = match track {
            Track::Video => self.picture.encoder.time_base(),
            Track::Audio => self.sound.encoder.time_base(),
        };
        for packet in packets {
            let annex_b = track == Track::Video && self.annex_b;
            self.ready.extend(unit(track, &packet, time_base, annex_b).map(Media::Unit));
        }
        Ok(())
    }
}

impl Iterator for TestCard {
    type Item = Result<Media, MediaError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            if let Err(error) = self.make() {
                return Some(Err(error));
            }
        }
        self.ready.pop_front().map(Ok)
    }
}

impl<E> Lane<E> {
    fn pull(&mut self, frame: &mut Frame) -> Result<(), MediaError> {
        let mut sink = self.graph.get("out").ok_or(ffmpeg_next::Error::FilterNotFound)?;
        Ok(sink.sink().frame(frame)?)
    }
}

fn picture(config: TestCardConfig) -> Result<Lane<encoder::video::Encoder>, MediaError> {
    let TestCardConfig { width, height, rate, bit_rate } = config;
    let graph = graph(
        "buffersink",
        &format!("testsrc2=size={width}x{height}:rate={rate},format=pix_fmts=yuv420p"),
        None,
    )?;
    let codec = encoder::find_by_name("libx264").or_else(|| encoder::find(codec::Id::H264));
    let codec = codec.ok_or(MediaError::NoEncoder("H.264"))?;
    let mut encoder = codec::Context::new_with_codec(codec).encoder().video()?;
    let rate = i32::try_from(rate).unwrap_or(30).max(1);
    encoder.set_width(width);
    encoder.set_height(height);
    encoder.set_format(Pixel::YUV420P);
    encoder.set_time_base((1, rate));
    encoder.set_frame_rate(Some((rate, 1)));
    encoder.set_gop(rate.unsigned_abs() * 2);
    encoder.set_bit_rate(bit_rate as usize);
    encoder.set_max_bit_rate(bit_rate as usize);
    encoder.set_max_b_frames(0);
    encoder.set_flags(codec::Flags::GLOBAL_HEADER);
    let mut options = Dictionary::new();
    // libx264's words; other encoders leave them.
    options.set("preset", "ultrafast");
    options.set("tune", "zerolatency");
    options.set("x264-params", "scenecut=0:force-cfr=1");
    let encoder = encoder.open_with(options)?;
    Ok(Lane { graph, encoder, made: MediaTime::ZERO, frames: 0 })
}

fn sound() -> Result<Lane<encoder::audio::Encoder>, MediaError> {
    let source = format!(
        "sine=frequency=330:beep_factor=4:sample_rate={SAMPLE_RATE},volume=0.5,\
         aformat=sample_fmts=fltp:channel_layouts=stereo"
    );
    let graph = graph("abuffersink", &source, Some(FRAME_LENGTH))?;
    let codec = encoder::find(codec::Id::AAC).ok_or(MediaError::NoEncoder("AAC"))?;
    let mut encoder = codec::Context::new_with_codec(codec).encoder().audio()?;
    encoder.set_rate(i32::try_from(SAMPLE_RATE).unwrap_or(i32::MAX));
    encoder.set_format(Sample::F32(Type::Planar));
    encoder.set_channel_layout(ChannelLayout::STEREO);
    encoder.set_time_base((1, i32::try_from(SAMPLE_RATE).unwrap_or(i32::MAX)));
    encoder.set_bit_rate(AUDIO_BIT_RATE);
    encoder.set_flags(codec::Flags::GLOBAL_HEADER);
    Ok(Lane { graph, encoder: encoder.open()?, made: MediaTime::ZERO, frames: 0 })
}

fn graph(sink: &str, source: &str, frame_size: Option<u32>) -> Result<filter::Graph, MediaError> {
    let sink = filter::find(sink).ok_or(ffmpeg_next::Error::FilterNotFound)?;
    let mut graph = filter::Graph::new();
    graph.add(&sink, "out", "")?;
    graph.input("out", 0)?.parse(source)?;
    graph.validate()?;
    if let (Some(size), Some(mut out)) = (frame_size, graph.get("out")) {
        out.sink().set_frame_size(size);
    }
    Ok(graph)
}

fn encode(
    encoder: &mut encoder::Encoder,
    frame: &Frame,
    packets: &mut Vec<Packet>,
) -> Result<(), MediaError> {
    encoder.send_frame(frame)?;
    loop {
        let mut packet = Packet::empty();
        match encoder.receive_packet(&mut packet) {
            Ok(()) => packets.push(packet),
            Err(ffmpeg_next::Error::Other { errno: ffmpeg_next::error::EAGAIN }) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// A packet as an access unit; `None` for an encoder's priming before time zero and for empty packets.
fn unit(
    track: Track,
    packet: &Packet,
    time_base: ffmpeg_next::Rational,
    annex_b: bool,
) -> Option<AccessUnit> {
    let dts = packet.dts().or(packet.pts())?;
    let pts = packet.pts().unwrap_or(dts);
    let data = Bytes::copy_from_slice(packet.data()?);
    let data = if annex_b { annex_b::to_length_prefixed(&data) } else { data };
    (dts >= 0 && !data.is_empty()).then(|| AccessUnit {
        track,
        dts: position(dts, time_base),
        composition: position(pts, time_base) - position(dts, time_base),
        random_access: track == Track::Audio || packet.is_key(),
        data,
    })
}

/// `units` of a time base as media time.
pub fn position(units: i64, time_base: ffmpeg_next::Rational) -> MediaTime {
    let scale = u32::try_from(time_base.denominator()).unwrap_or(1).max(1);
    MediaTime::from_units(units * i64::from(time_base.numerator()), scale)
}
