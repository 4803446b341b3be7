//! Segments of the test card as MPEG-TS, looked at packet by packet. That they play is for the tests of the whole
//! box, which have a decoder that is not this one.

use std::collections::HashMap;

use super::*;
use crate::media::Segmenter;
use crate::media::segmenter::tests::card;
use crate::stream::{Configuration, Part, Sample, Samples, Track, VideoCodec};
use crate::time::MediaTime;

/// `count` segments of a second each, as the box makes them.
pub async fn segments(count: usize) -> Vec<Segment> {
    let (configuration, units) = card(i64::try_from(count).unwrap());
    let segmenter = Segmenter::spawn().unwrap();
    let bytes = segmenter.configure(configuration, 1).await.unwrap();
    let init = Arc::new(Init { number: 0, bytes, codecs: String::new(), resolution: Some((320, 180)) });
    let mut segments = Vec::new();
    for index in 0..count {
        let second = i64::try_from(index).unwrap();
        let of = |track: Track, scale: i64| -> Vec<Sample> {
            let mine = units.iter().filter(|unit| unit.track == track && unit.dts.millis() / 1_000 == second);
            let place = |unit: &crate::stream::AccessUnit| Sample {
                dts: unit.dts.to_units(u32::try_from(scale).unwrap()) + 10 * scale,
                composition: 0,
                duration: if track == Track::Video { 3_600 } else { 1_024 },
                random_access: unit.random_access,
                data: unit.data.clone(),
            };
            mine.map(place).collect()
        };
        let samples = Samples { video: of(Track::Video, 90_000), audio: of(Track::Audio, 48_000) };
        let fragment = segmenter.mux(samples).await.unwrap();
        let duration = MediaTime::from_millis(1_000);
        let part = Part { duration, independent: true, bytes: fragment.bytes, sha256: fragment.sha256 };
        segments.push(Segment {
            msn: u64::try_from(index).unwrap(),
            init: Arc::clone(&init),
            discontinuity: false,
            start: MediaTime::ZERO,
            date: 0,
            parts: vec![part],
            sealed: true,
        });
    }
    segments
}

/// Packet identifier, continuity counter and whether there is a payload, of each packet of 188 bytes.
fn packets(stream: &[u8]) -> Vec<(u16, u8, bool)> {
    assert_eq!(stream.len() % 188, 0);
    let packet = |packet: &[u8]| {
        assert_eq!(packet[0], 0x47);
        (u16::from_be_bytes([packet[1] & 0x1F, packet[2]]), packet[3] & 0x0F, packet[3] & 0x10 != 0)
    };
    stream.chunks(188).map(packet).collect()
}

#[tokio::test]
async fn each_segment_starts_with_its_tables_and_counters_go_on_from_one_to_the_next() {
    let mut stream = TransportStream::default();
    let (mut counters, mut pictures) = (HashMap::<u16, u8>::new(), 0);
    for segment in segments(3).await {
        let bytes = stream.segment(&segment).unwrap();
        let packets = packets(&bytes);
        let first: Vec<u16> =
            packets.iter().map(|packet| packet.0).filter(|pid| *pid != 0x11).take(2).collect();
        assert_eq!(first, [0, 0x1000], "PAT and PMT come first");
        for (pid, counter, payload) in packets {
            pictures += usize::from(pid == 0x100);
            if let Some(last) = counters.insert(pid, counter).filter(|_| payload) {
                assert_eq!(counter, (last + 1) % 16, "packet identifier {pid:#x}");
            }
        }
    }
    assert!(pictures > 100, "{pictures}");
}

#[tokio::test]
async fn a_codec_that_does_not_go_into_it_is_refused_by_name() {
    let record = Bytes::from_static(&[0, 10, 0x80, 1, 1, 1, 0, 0]);
    let video = crate::stream::VideoConfig {
        codec: VideoCodec::Vp9,
        record,
        width: 320,
        height: 180,
        codecs: String::new(),
    };
    let configuration = Configuration { video: Some(video), audio: None };
    let segmenter = Segmenter::spawn().unwrap();
    let bytes = segmenter.configure(configuration, 1).await.unwrap();
    let init = Arc::new(Init { number: 0, bytes, codecs: String::new(), resolution: None });
    let mut segment = segments(1).await.remove(0);
    segment = Segment { init, parts: Vec::new(), ..segment };
    let refused = TransportStream::default().segment(&segment);
    assert_eq!(refused, Err(MediaError::NoTransportStream("vp9")));
}

#[tokio::test]
async fn a_broken_segment_is_an_error_and_the_next_one_is_whole() {
    let mut segments = segments(2).await;
    let mut stream = TransportStream::default();
    let whole = segments[0].clone();
    segments[0].init = Arc::new(Init { bytes: Bytes::from_static(b"nothing"), ..Init::clone(&whole.init) });
    assert!(stream.segment(&segments[0]).is_err());
    assert!(!stream.segment(&segments[1]).unwrap().is_empty());
}
