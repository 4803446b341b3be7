//! Tag bodies, by the specifications' letters and against scuffle-flv.

use std::io::Cursor;

use bytes::Bytes;
use proptest::prelude::*;
use scuffle_flv::audio::AudioData;
use scuffle_flv::audio::body::AudioTagBody;
use scuffle_flv::audio::body::enhanced::{AudioPacket as OracleAudio, ExAudioTagBody};
use scuffle_flv::audio::body::legacy::{LegacyAudioTagBody, aac::AacAudioData};
use scuffle_flv::video::VideoData;
use scuffle_flv::video::body::VideoTagBody;
use scuffle_flv::video::body::enhanced::{
    ExVideoTagBody, VideoPacket as OraclePacket, VideoPacketCodedFrames, VideoPacketSequenceStart,
};

use super::*;
use crate::stream::{AudioCodec, VideoCodec};

fn video(bytes: &[u8]) -> Result<Vec<VideoPacket>, FlvError> {
    parse_video(Bytes::copy_from_slice(bytes))
}

fn audio(bytes: &[u8]) -> Result<Vec<AudioPacket>, FlvError> {
    parse_audio(Bytes::copy_from_slice(bytes))
}

fn picture(track: u8, codec: VideoCodec, key: bool, composition: i32, data: &'static [u8]) -> VideoPacket {
    let payload = VideoPayload::Frame { key, composition, data: Bytes::from_static(data) };
    VideoPacket { track, codec, payload }
}

fn any_codec() -> impl Strategy<Value = VideoCodec> {
    prop_oneof![Just(VideoCodec::H264), Just(VideoCodec::Hevc), Just(VideoCodec::Av1), Just(VideoCodec::Vp9)]
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..80)
}

proptest! {
    #[test]
    fn tags_read_back_as_they_were_written(
        codec in any_codec(), key: bool, composition in -0x7F_FFFFi32..0x7F_FFFF, data in any_bytes(),
    ) {
        let data = Bytes::from(data);
        let frame = |composition| VideoPayload::Frame { key, composition, data: data.clone() };
        let packet = |codec, payload| Ok(vec![VideoPacket { track: 0, codec, payload }]);
        let start = || VideoPayload::SequenceStart(data.clone());
        let carried = if matches!(codec, VideoCodec::H264 | VideoCodec::Hevc) { composition } else { 0 };
        prop_assert_eq!(parse_video(video_frame(codec, key, composition, &data)), packet(codec, frame(carried)));
        prop_assert_eq!(parse_video(video_sequence_start(codec, &data)), packet(codec, start()));
        prop_assert_eq!(parse_video(video_sequence_end(codec)), packet(codec, VideoPayload::SequenceEnd));
        let h264 = VideoCodec::H264;
        prop_assert_eq!(parse_video(avc_frame(key, composition, &data)), packet(h264, frame(composition)));
        prop_assert_eq!(parse_video(avc_sequence_start(&data)), packet(h264, start()));
        prop_assert_eq!(parse_video(avc_sequence_end()), packet(h264, VideoPayload::SequenceEnd));
        let sound = |codec, payload| Ok(vec![AudioPacket { track: 0, codec, payload }]);
        let (aac, opus) = (AudioCodec::Aac, AudioCodec::Opus);
        prop_assert_eq!(parse_audio(aac_frame(&data)), sound(aac, AudioPayload::Frame(data.clone())));
        prop_assert_eq!(parse_audio(opus_frame(&data)), sound(opus, AudioPayload::Frame(data.clone())));
        let start = AudioPayload::SequenceStart(data.clone());
        prop_assert_eq!(parse_audio(aac_sequence_start(&data)), sound(aac, start.clone()));
        prop_assert_eq!(parse_audio(opus_sequence_start(&data)), sound(opus, start));
    }

    #[test]
    fn an_independent_reader_sees_the_same_pictures(
        codec in any_codec(), key: bool, composition in -0x7F_FFFFi32..0x7F_FFFF, data in any_bytes(),
    ) {
        let mut cursor = Cursor::new(video_frame(codec, key, composition, &data));
        let read = VideoData::demux(&mut cursor).unwrap();
        let VideoTagBody::Enhanced(ExVideoTagBody::NoMultitrack { video_four_cc, packet }) = read.body else {
            panic!("not an enhanced body")
        };
        prop_assert_eq!(video_four_cc.0, four_cc::of_video(codec));
        match packet {
            OraclePacket::CodedFrames(
                VideoPacketCodedFrames::Avc { composition_time_offset, data: read }
                | VideoPacketCodedFrames::Hevc { composition_time_offset, data: read },
            ) => {
                prop_assert_eq!(composition_time_offset, composition);
                prop_assert_eq!(read, data);
            }
            OraclePacket::CodedFrames(VideoPacketCodedFrames::Other(read)) => prop_assert_eq!(read, data),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_independent_reader_hears_the_same_sound(data in any_bytes()) {
        let read = AudioData::demux(&mut Cursor::new(aac_frame(&data))).unwrap();
        prop_assert_eq!(
            read.body,
            AudioTagBody::Legacy(LegacyAudioTagBody::Aac(AacAudioData::Raw(data.clone().into())))
        );
        let read = AudioData::demux(&mut Cursor::new(opus_frame(&data))).unwrap();
        let AudioTagBody::Enhanced(ExAudioTagBody::NoMultitrack { packet, .. }) = read.body else {
            panic!("not an enhanced body")
        };
        prop_assert_eq!(packet, OracleAudio::CodedFrames { data: data.into() });
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_yield_no_more_than_came(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for packet in video(&bytes).unwrap_or_default() {
            if let VideoPayload::Frame { data, .. } | VideoPayload::SequenceStart(data) = packet.payload {
                prop_assert!(!data.is_empty() && data.len() < bytes.len());
            }
        }
        for packet in audio(&bytes).unwrap_or_default() {
            if let AudioPayload::Frame(data) | AudioPayload::SequenceStart(data) = packet.payload {
                prop_assert!(!data.is_empty() && data.len() < bytes.len());
            }
        }
    }

    #[test]
    fn every_track_of_a_message_is_found(tracks in prop::collection::vec((any::<u8>(), any_codec(), any_bytes()), 1..9)) {
        let mut body = vec![0x96, 0x23];
        for (track, codec, data) in &tracks {
            body.extend(four_cc::of_video(*codec));
            body.push(*track);
            body.extend(&u32::try_from(data.len()).unwrap().to_be_bytes()[1..]);
            body.extend(data);
        }
        let expected: Vec<_> = tracks
            .into_iter()
            .map(|(track, codec, data)| VideoPacket {
                track,
                codec,
                payload: VideoPayload::Frame { key: true, composition: 0, data: data.into() },
            })
            .collect();
        prop_assert_eq!(video(&body), Ok(expected));
    }
}

#[test]
fn an_independent_reader_takes_the_same_configuration() {
    let record = [0, 1, 2, 3];
    let read = VideoData::demux(&mut Cursor::new(video_sequence_start(VideoCodec::Vp9, &record))).unwrap();
    let VideoTagBody::Enhanced(ExVideoTagBody::NoMultitrack { packet, .. }) = read.body else { panic!() };
    let start = VideoPacketSequenceStart::Other(Bytes::copy_from_slice(&record));
    assert_eq!(packet, OraclePacket::SequenceStart(start));
}

#[test]
fn hevc_under_its_chinese_number_reads_like_h264() {
    assert_eq!(video(b"\x1c\x01\0\0\x28abc"), Ok(vec![picture(0, VideoCodec::Hevc, true, 40, b"abc")]));
    assert_eq!(video(b"\x27\x01\xff\xff\xfeabc"), Ok(vec![picture(0, VideoCodec::H264, false, -2, b"abc")]));
}

#[test]
fn coded_frames_x_has_no_composition_time() {
    assert_eq!(video(b"\xa3hvc1abc"), Ok(vec![picture(0, VideoCodec::Hevc, false, 0, b"abc")]));
}

#[test]
fn modifiers_before_a_packet_are_skipped_short_and_long() {
    let expected = Ok(vec![picture(0, VideoCodec::Av1, true, 0, b"abc")]);
    assert_eq!(video(b"\x97\x02\0\0\x01\x01av01abc"), expected);
    let mut long = b"\x97\xff\x01\x2b".to_vec();
    long.extend([0; 300]);
    long.extend(b"\x17\x02\0\0\x01\x01av01abc");
    assert_eq!(video(&long), expected);
    let sound = AudioPacket {
        track: 0,
        codec: AudioCodec::Opus,
        payload: AudioPayload::Frame(Bytes::from_static(b"abc")),
    };
    assert_eq!(audio(b"\x97\x02\0\0\x01\x01Opusabc"), Ok(vec![sound]));
    assert_eq!(video(b"\x97\x02\0\0"), Err(FlvError::Truncated));
}

#[test]
fn one_track_and_many_tracks_of_one_codec_are_told_apart() {
    assert_eq!(
        video(b"\x96\x01avc1\x07\0\0\x05abc"),
        Ok(vec![picture(7, VideoCodec::H264, true, 5, b"abc")])
    );
    assert_eq!(
        video(b"\x96\x11hvc1\0\0\0\x04\0\0\x05a\x01\0\0\x05\0\0\x06bc"),
        Ok(vec![picture(0, VideoCodec::Hevc, true, 5, b"a"), picture(1, VideoCodec::Hevc, true, 6, b"bc"),])
    );
    let start = |track, data| AudioPacket {
        track,
        codec: AudioCodec::Aac,
        payload: AudioPayload::SequenceStart(Bytes::from_static(data)),
    };
    assert_eq!(
        audio(b"\x95\x10mp4a\0\0\0\x02\x11\x90\x01\0\0\x02\x12\x10"),
        Ok(vec![start(0, b"\x11\x90"), start(1, b"\x12\x10")])
    );
}

#[test]
fn a_foreign_codec_beside_track_0_is_left_out_and_on_track_0_an_error() {
    assert_eq!(
        video(b"\x96\x21av01\0\0\0\x01avp08\x01\0\0\x01b"),
        Ok(vec![picture(0, VideoCodec::Av1, true, 0, b"a")])
    );
    assert!(matches!(video(b"\x96\x21vp08\0\0\0\x01b"), Err(FlvError::Unsupported { .. })));
    assert_eq!(audio(b"\x95\x01ac-3\x02abc"), Ok(vec![]));
}

#[test]
fn malformed_tracks_are_errors() {
    assert_eq!(video(b"\x96\x06avc1\0"), Err(FlvError::Multitrack));
    assert_eq!(video(b"\x96\x31avc1\0"), Err(FlvError::Multitrack));
    assert_eq!(audio(b"\x95\x05mp4a\0"), Err(FlvError::Multitrack));
    assert_eq!(video(b"\x96\x11av01\0\0\0\x09abc"), Err(FlvError::Truncated));
    let mut many = b"\x96\x11av01".to_vec();
    many.extend([0; 4 * (MAX_TRACKS + 1)]);
    assert_eq!(video(&many), Err(FlvError::TooManyTracks));
}

#[test]
fn what_brings_no_media_is_no_error() {
    assert_eq!(video(b""), Ok(vec![]));
    assert_eq!(video(b"\x57\x00"), Ok(vec![]), "an old command");
    assert_eq!(video(b"\xd1\x00"), Ok(vec![]), "an enhanced command");
    let ignored = |codec| Ok(vec![VideoPacket { track: 0, codec, payload: VideoPayload::Ignored }]);
    assert_eq!(video(b"\xd4hvc1\x02\0\x09colorInfo"), ignored(VideoCodec::Hevc), "HDR metadata");
    assert_eq!(video(b"\x17\x01\0\0\0"), ignored(VideoCodec::H264), "an empty picture");
    let end = VideoPacket { track: 0, codec: VideoCodec::H264, payload: VideoPayload::SequenceEnd };
    assert_eq!(video(b"\x17\x02"), Ok(vec![end]), "an end without its composition time");
    assert_eq!(audio(b""), Ok(vec![]), "silence");
    let layout = AudioPacket { track: 0, codec: AudioCodec::Opus, payload: AudioPayload::Ignored };
    assert_eq!(audio(b"\x94Opus\x01\x02\0\0\0\x03"), Ok(vec![layout]), "a channel layout");
}

#[test]
fn a_codec_that_the_box_cannot_carry_is_named_in_plain_words() {
    let named = |error: FlvError, name: &str| {
        let text = error.to_string();
        assert!(text.contains(name), "{text}");
    };
    named(video(b"\x12\0").unwrap_err(), "Sorenson H.263");
    named(video(b"\x1e\0").unwrap_err(), "video codec number 14");
    named(video(b"\x90vp08\0").unwrap_err(), "VP8");
    named(video(b"\x90\n\xff\0a").unwrap_err(), r#""\n\xff\x00a""#);
    named(video(b"\x95av01\0").unwrap_err(), "MPEG-2 TS");
    named(audio(b"\x2f\0").unwrap_err(), "MP3");
    named(audio(b"\xb2\0").unwrap_err(), "Speex");
    named(audio(b"\x90fLaC\0").unwrap_err(), "FLAC");
    assert_eq!(audio(b"\xaf"), Err(FlvError::Truncated));
    assert_eq!(video(b"\x17\x01\0"), Err(FlvError::Truncated));
}
