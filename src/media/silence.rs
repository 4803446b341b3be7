//! Silent audio frames in an encoder's own configuration: what holes and held pictures are filled with.

use bytes::Bytes;
use ffmpeg_next::codec::packet::Packet;
use ffmpeg_next::util::format::sample::{Sample, Type};
use ffmpeg_next::util::frame;
use ffmpeg_next::{ChannelLayout, codec, encoder};

use super::error::MediaError;
use crate::stream::{AudioCodec, AudioConfig};

/// The first packets of an AAC encoder carry its priming; the eighth is silence alone.
const FRAMES: usize = 8;

/// libavcodec's AAC encoder makes frames of this length only.
const AAC_FRAME_LENGTH: u32 = 1_024;

/// One coded frame of silence for `config`; `None` where none can be made (SBR, a program config element, 960
/// samples), so that the picture is not held without its sound.
///
/// # Errors
/// [`MediaError`] when libavcodec has no encoder for it.
pub fn silence(config: &AudioConfig) -> Result<Option<Bytes>, MediaError> {
    if !config.silence_possible {
        return Ok(None);
    }
    match config.codec {
        AudioCodec::Opus => Ok(Some(opus(config.channels))),
        AudioCodec::Aac if config.frame_length == AAC_FRAME_LENGTH => aac(config).map(Some),
        AudioCodec::Aac => Ok(None),
    }
}

/// RFC 6716 3.1: CELT, full band, one frame of 20 ms; its range coder decodes to silence (4.3, the silence flag).
fn opus(channels: u8) -> Bytes {
    let stereo = if channels > 1 { 0x04 } else { 0x00 };
    Bytes::copy_from_slice(&[0xF8 | stereo, 0xFF, 0xFE])
}

fn aac(config: &AudioConfig) -> Result<Bytes, MediaError> {
    super::start_library();
    let format = Sample::F32(Type::Planar);
    let layout = ChannelLayout::default(i32::from(config.channels));
    let rate = i32::try_from(config.sample_rate).unwrap_or(i32::MAX);
    let codec = encoder::find(codec::Id::AAC).ok_or(MediaError::NoEncoder("AAC"))?;
    let mut encoder = codec::Context::new_with_codec(codec).encoder().audio()?;
    encoder.set_rate(rate);
    encoder.set_format(format);
    encoder.set_channel_layout(layout);
    encoder.set_time_base((1, rate));
    encoder.set_bit_rate(64_000 * usize::from(config.channels));
    let mut encoder = encoder.open()?;
    let samples = AAC_FRAME_LENGTH as usize;
    let mut last = None;
    for index in 0..FRAMES {
        let mut frame = frame::Audio::new(format, samples, layout);
        frame.set_rate(config.sample_rate);
        for plane in 0..frame.planes() {
            frame.data_mut(plane).fill(0);
        }
        frame.set_pts(i64::try_from(index * samples).ok());
        encoder.send_frame(&frame)?;
        let mut packet = Packet::empty();
        while encoder.receive_packet(&mut packet).is_ok() {
            last = packet.data().map(Bytes::copy_from_slice).or(last);
        }
    }
    last.ok_or(MediaError::NoEncoder("AAC"))
}
