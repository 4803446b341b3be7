//! Segments as MPEG-TS, for players that take a file and no playlist: remuxed, not re-encoded, in memory.
//!
//! One muxer goes on from segment to segment, so continuity counters and PCR go on too and consecutive segments put
//! together are one stream; each of them starts with its own PAT and PMT and can be played alone. Synchronous:
//! whoever uses it does so on a thread of its own.

use std::io::{self, Read};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use ffmpeg_next::codec::packet::Packet;
use ffmpeg_next::format::context::{Output, StreamIo};
use ffmpeg_next::{Dictionary, Rational, codec, format, media};

use super::error::MediaError;
use super::ffmpeg;
use super::sink::Sink;
use crate::stream::{Init, Segment};

/// MPEG-TS counts in this clock.
const CLOCK: Rational = Rational(1, 90_000);

/// PCR runs so far ahead of decode times, in microseconds: what a decoder may buffer (ISO/IEC 13818-1 2.4.2).
const DELAY: &str = "700000";

/// Turns segments of one rendition into MPEG-TS.
#[derive(Default)]
pub struct TransportStream {
    open: Option<Open>,
    /// A stream was written before the one that is open.
    went_on: bool,
}

struct Open {
    output: Output,
    sink: Sink,
    init: Arc<Init>,
}

impl TransportStream {
    /// The segment as MPEG-TS; its parts must be whole and follow those before.
    ///
    /// # Errors
    /// [`MediaError::NoTransportStream`] when MPEG-TS does not carry its codecs for common players, or what FFmpeg
    /// says; the next segment starts afresh.
    pub fn segment(&mut self, segment: &Segment) -> Result<Bytes, MediaError> {
        super::start_library();
        let bytes = [&segment.init.bytes].into_iter().chain(segment.parts.iter().map(|part| &part.bytes));
        let rope = Rope::new(bytes.cloned().collect());
        let mut input = format::input_from_stream(StreamIo::from_read(rope)?, None, Some(probe_little()))?;
        let same = self.open.take().filter(|open| open.init == segment.init);
        let mut open = match same {
            Some(open) => open,
            None => {
                let open = Open::new(&input, &segment.init, self.went_on)?;
                self.went_on = true;
                open
            }
        };
        let mut packets = Vec::new();
        for (stream, mut packet) in input.packets() {
            packet.rescale_ts(stream.time_base(), CLOCK);
            packet.set_position(-1);
            packets.push(packet);
        }
        // A fragment holds its pictures before its sound; a transport stream has them in the order of decoding.
        packets.sort_by_key(|packet| packet.dts());
        let bytes = open.write(&packets)?;
        self.open = Some(open);
        Ok(bytes)
    }
}

impl Open {
    fn new(
        input: &format::context::Input,
        init: &Arc<Init>,
        discontinuity: bool,
    ) -> Result<Self, MediaError> {
        let sink = Sink::default();
        let io = StreamIo::from_write(sink.clone())?;
        let mut output = format::output_to_stream(io, None, Some("mpegts"))?;
        for stream in input.streams() {
            let parameters = stream.parameters();
            match (parameters.medium(), parameters.id()) {
                (media::Type::Video, codec::Id::H264 | codec::Id::HEVC)
                | (media::Type::Audio, codec::Id::AAC) => {}
                (_, id) => return Err(MediaError::NoTransportStream(id.name())),
            }
            let mut out = output.add_stream(codec::Id::None)?;
            out.set_parameters(parameters);
            out.set_time_base(CLOCK);
        }
        let mut options = Dictionary::new();
        options.set("mpegts_copyts", "1");
        options.set("max_delay", DELAY);
        options.set("avoid_negative_ts", "disabled");
        if discontinuity {
            // Counters begin again; ISO/IEC 13818-1 2.4.3.4 has a flag that says so.
            options.set("mpegts_flags", "initial_discontinuity");
        }
        output.write_header_with(options)?;
        Ok(Open { output, sink, init: Arc::clone(init) })
    }

    fn write(&mut self, packets: &[Packet]) -> Result<Bytes, MediaError> {
        ffmpeg::resend_headers(&mut self.output)?;
        for packet in packets {
            packet.write(&mut self.output)?;
        }
        ffmpeg::cut_fragment(&mut self.output)?;
        Ok(self.sink.take())
    }
}

/// The initialization section says all; probing beyond it would only decode what is not looked at.
fn probe_little() -> Dictionary<'static> {
    let mut options = Dictionary::new();
    options.set("analyzeduration", "0");
    options
}

/// Chunks as one stream to read.
pub(super) struct Rope {
    chunks: Vec<Bytes>,
    at: usize,
}

impl Rope {
    pub fn new(chunks: Vec<Bytes>) -> Self {
        Rope { chunks, at: 0 }
    }
}

impl Read for Rope {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(chunk) = self.chunks.get_mut(self.at) {
            if chunk.has_remaining() {
                let taken = chunk.len().min(buffer.len());
                chunk.copy_to_slice(&mut buffer[..taken]);
                return Ok(taken);
            }
            self.at += 1;
        }
        Ok(0)
    }
}

#[cfg(test)]
#[path = "transport_stream_tests.rs"]
pub(super) mod tests;
