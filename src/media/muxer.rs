//! The fragmented-MP4 muxer: configurations become initialization sections, samples become parts.
//!
//! libavformat writes into memory. The options and why each is there: `frag_custom` cuts where we say,
//! `empty_moov` gives the header at once, `default_base_moof` is what CMAF and MSE want, `frag_discont` keeps
//! each track where its decode times say, `skip_trailer` leaves out an index nobody reads; `avoid_negative_ts`
//! and `use_editlist` would shift the timeline.

use bytes::Bytes;
use ffmpeg_next::codec::packet::{Flags, Packet};
use ffmpeg_next::format::context::{Output, StreamIo};
use ffmpeg_next::{Dictionary, Rational, codec, format};

use super::error::MediaError;
use super::ffmpeg;
use super::sink::Sink;
use crate::stream::{Configuration, Sample, Samples};

/// Picture tracks count in MPEG's clock.
const VIDEO_TIMESCALE: i32 = 90_000;

/// Writes one configuration's fragments.
pub struct Muxer {
    output: Output,
    sink: Sink,
    tracks: Tracks,
}

#[derive(Clone, Copy, Default)]
struct Tracks {
    video: Option<usize>,
    audio: Option<usize>,
}

impl Muxer {
    /// A muxer for the configuration whose first fragment (`mfhd`) is `fragment`, and its initialization section.
    pub fn open(configuration: &Configuration, fragment: u32) -> Result<(Self, Bytes), MediaError> {
        let sink = Sink::default();
        let io = StreamIo::from_write(sink.clone())?;
        let mut output = format::output_to_stream(io, None, Some("mp4"))?;
        let mut tracks = Tracks::default();
        if let Some(video) = &configuration.video {
            let mut stream = output.add_stream(codec::Id::None)?;
            ffmpeg::set_video_parameters(&mut stream, video)?;
            stream.set_time_base(Rational::new(1, VIDEO_TIMESCALE));
            tracks.video = Some(stream.index());
        }
        if let Some(audio) = &configuration.audio {
            let mut stream = output.add_stream(codec::Id::None)?;
            ffmpeg::set_audio_parameters(&mut stream, audio)?;
            let rate = i32::try_from(audio.sample_rate).unwrap_or(i32::MAX);
            stream.set_time_base(Rational::new(1, rate));
            tracks.audio = Some(stream.index());
        }
        if tracks.video.or(tracks.audio).is_none() {
            return Err(MediaError::NoTracks);
        }
        let mut options = Dictionary::new();
        options.set("movflags", "frag_custom+empty_moov+default_base_moof+frag_discont+skip_trailer");
        options.set("avoid_negative_ts", "disabled");
        options.set("use_editlist", "0");
        options.set("fragment_index", &fragment.to_string());
        output.write_header_with(options)?;
        ffmpeg::flush(&mut output)?;
        let init = sink.take();
        Ok((Muxer { output, sink, tracks }, init))
    }

    /// One fragment of these samples.
    pub fn fragment(&mut self, samples: &Samples) -> Result<Bytes, MediaError> {
        for (track, samples) in [(self.tracks.video, &samples.video), (self.tracks.audio, &samples.audio)] {
            let Some(track) = track else { continue };
            for sample in samples {
                packet(track, sample).write(&mut self.output)?;
            }
        }
        ffmpeg::cut_fragment(&mut self.output)?;
        Ok(self.sink.take())
    }
}

fn packet(track: usize, sample: &Sample) -> Packet {
    let mut packet = Packet::copy(&sample.data);
    packet.set_stream(track);
    packet.set_dts(Some(sample.dts));
    packet.set_pts(Some(sample.dts + sample.composition));
    packet.set_duration(sample.duration);
    if sample.random_access {
        packet.set_flags(Flags::KEY);
    }
    packet
}
