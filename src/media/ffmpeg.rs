//! What ffmpeg-next has no safe word for. The only unsafe code of the program stands in this file.

use std::ptr;
use std::slice;

use bytes::Bytes;
use ffmpeg_next::codec::{self, Parameters};
use ffmpeg_next::format::context::{Input, Output};
use ffmpeg_next::format::stream::StreamMut;
use ffmpeg_next::util::format::pixel::Pixel;
use ffmpeg_next::{ChannelLayout, Error, ffi};

use crate::stream::{AudioCodec, AudioConfig, VideoCodec, VideoConfig};

/// Room that FFmpeg's readers need behind extradata, zeroed (AV_INPUT_BUFFER_PADDING_SIZE).
const PADDING: usize = 64;

/// Describes a picture track to a muxer.
pub fn set_video_parameters(stream: &mut StreamMut<'_>, config: &VideoConfig) -> Result<(), Error> {
    let (id, tag) = match config.codec {
        VideoCodec::H264 => (codec::Id::H264, b"avc1"),
        VideoCodec::Hevc => (codec::Id::HEVC, b"hvc1"),
        VideoCodec::Av1 => (codec::Id::AV1, b"av01"),
        VideoCodec::Vp9 => (codec::Id::VP9, b"vp09"),
    };
    let (width, height) = (i32::try_from(config.width), i32::try_from(config.height));
    let (Ok(width), Ok(height)) = (width, height) else { return Err(Error::InvalidData) };
    // SAFETY: the stream's codecpar was allocated by avformat_new_stream and lives as long as `stream`, which
    // is borrowed exclusively.
    let parameters = unsafe { &mut *(*stream.as_mut_ptr()).codecpar };
    parameters.codec_type = ffi::AVMediaType::AVMEDIA_TYPE_VIDEO;
    parameters.codec_id = id.into();
    parameters.codec_tag = u32::from_le_bytes(*tag);
    parameters.width = width;
    parameters.height = height;
    if config.codec == VideoCodec::Vp9 {
        // The muxer writes vpcC from these, not from extradata (VP Codec ISO-BMFF Binding 2.2).
        if let [profile, level, depth, ..] = config.record[..] {
            parameters.profile = i32::from(profile);
            parameters.level = i32::from(level);
            let pixel: ffi::AVPixelFormat = vp9_pixel(depth).into();
            parameters.format = pixel as i32;
        }
        return Ok(());
    }
    set_extradata(parameters, &config.record)
}

/// The pixel format that vpcC's fourth byte (bitDepth, chromaSubsampling, videoFullRangeFlag) describes.
fn vp9_pixel(depth: u8) -> Pixel {
    match (depth >> 4, (depth >> 1) & 7) {
        (10, 2) => Pixel::YUV422P10LE,
        (10, 3) => Pixel::YUV444P10LE,
        (10, _) => Pixel::YUV420P10LE,
        (12, 2) => Pixel::YUV422P12LE,
        (12, 3) => Pixel::YUV444P12LE,
        (12, _) => Pixel::YUV420P12LE,
        (_, 2) => Pixel::YUV422P,
        (_, 3) => Pixel::YUV444P,
        _ => Pixel::YUV420P,
    }
}

/// Describes a sound track to a muxer.
pub fn set_audio_parameters(stream: &mut StreamMut<'_>, config: &AudioConfig) -> Result<(), Error> {
    let (rate, frame) = (i32::try_from(config.sample_rate), i32::try_from(config.frame_length));
    let (Ok(rate), Ok(frame)) = (rate, frame) else { return Err(Error::InvalidData) };
    // FFmpeg 7 describes channels otherwise than 5 and 6; a codec context takes them the same way in all.
    let mut context = codec::Context::new().encoder().audio()?;
    context.set_rate(rate);
    context.set_channel_layout(ChannelLayout::default(i32::from(config.channels.max(1))));
    stream.set_parameters(&context);
    // SAFETY: as above.
    let parameters = unsafe { &mut *(*stream.as_mut_ptr()).codecpar };
    parameters.codec_id = match config.codec {
        AudioCodec::Aac => codec::Id::AAC.into(),
        AudioCodec::Opus => codec::Id::OPUS.into(),
    };
    parameters.frame_size = frame;
    set_extradata(parameters, &config.record)
}

fn set_extradata(parameters: &mut ffi::AVCodecParameters, record: &[u8]) -> Result<(), Error> {
    let size = i32::try_from(record.len()).map_err(|_| Error::InvalidData)?;
    // SAFETY: av_mallocz returns null or zeroed memory of the asked size; the record is copied into its first
    // `record.len()` bytes, the padding stays zero; avcodec_parameters_free frees it with av_free.
    unsafe {
        let memory = ffi::av_mallocz(record.len() + PADDING).cast::<u8>();
        if memory.is_null() {
            return Err(Error::Other { errno: ffmpeg_next::error::ENOMEM });
        }
        ptr::copy_nonoverlapping(record.as_ptr(), memory, record.len());
        parameters.extradata = memory;
    }
    parameters.extradata_size = size;
    Ok(())
}

/// Ends the fragment that a muxer with `frag_custom` has open, and hands every byte to its sink.
pub fn cut_fragment(output: &mut Output) -> Result<(), Error> {
    // SAFETY: the context is open (its header was written) and borrowed exclusively; a null packet is how
    // libavformat is told to flush (avformat.h, av_write_frame).
    unsafe {
        let flushed = ffi::av_write_frame(output.as_mut_ptr(), ptr::null_mut());
        if flushed < 0 {
            return Err(Error::from(flushed));
        }
    }
    flush(output)
}

/// Has an MPEG-TS muxer write its tables again before the next packet.
pub fn resend_headers(output: &mut Output) -> Result<(), Error> {
    // SAFETY: the context is borrowed exclusively; priv_data is the muxer's options object once the context has a
    // muxer, and av_opt_set only reads the two strings.
    let set = unsafe {
        let private = (*output.as_mut_ptr()).priv_data;
        ffi::av_opt_set(private, c"mpegts_flags".as_ptr(), c"+resend_headers".as_ptr(), 0)
    };
    if set < 0 { Err(Error::from(set)) } else { Ok(()) }
}

/// Hands every buffered byte to the sink.
pub fn flush(output: &mut Output) -> Result<(), Error> {
    // SAFETY: the context is borrowed exclusively and its pb is the custom one it was made with.
    unsafe {
        let pb = (*output.as_mut_ptr()).pb;
        if pb.is_null() {
            return Err(Error::InvalidData);
        }
        ffi::avio_flush(pb);
        if (*pb).error < 0 { Err(Error::from((*pb).error)) } else { Ok(()) }
    }
}

/// The codec configuration that an opened encoder wants stored beside its stream.
pub fn encoder_extradata(encoder: &codec::Context) -> Bytes {
    // SAFETY: extradata is null or extradata_size bytes that live as long as the context.
    unsafe {
        let context = encoder.as_ptr();
        copy((*context).extradata, (*context).extradata_size)
    }
}

/// The codec configuration of a demuxed stream.
pub fn stream_extradata(parameters: &Parameters) -> Bytes {
    // SAFETY: as above, for the parameters.
    unsafe {
        let parameters = parameters.as_ptr();
        copy((*parameters).extradata, (*parameters).extradata_size)
    }
}

/// # Safety
/// `data` is null or points to `size` readable bytes.
unsafe fn copy(data: *const u8, size: i32) -> Bytes {
    match usize::try_from(size) {
        // SAFETY: the caller's promise.
        Ok(size) if size > 0 && !data.is_null() => unsafe {
            Bytes::copy_from_slice(slice::from_raw_parts(data, size))
        },
        _ => Bytes::new(),
    }
}

/// Moves a demuxer back to its beginning.
pub fn rewind(input: &mut Input) -> Result<(), Error> {
    input.seek(0, ..0).or_else(|_| input.seek(0, ..))
}
