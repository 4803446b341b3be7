//! Parts are read back by another MP4 implementation.

use mp4_atom::{Any, Decode, Moof};

use super::super::{TestCard, TestCardConfig, silence};
use super::*;
use crate::stream::{AccessUnit, Media, Sample, Track, TrackConfig};

/// So many seconds of the test card: its configuration and its units.
pub fn card(seconds: i64) -> (Configuration, Vec<AccessUnit>) {
    let config = TestCardConfig { width: 320, height: 180, rate: 25, bit_rate: 300_000 };
    let (mut configuration, mut units) = (Configuration::default(), Vec::new());
    for media in TestCard::open(config).unwrap() {
        match media.unwrap() {
            Media::Config(TrackConfig::Video(video)) => configuration.video = Some(video),
            Media::Config(TrackConfig::Audio(audio)) => configuration.audio = Some(audio),
            Media::Unit(unit) if unit.dts.millis() >= seconds * 1_000 => return (configuration, units),
            Media::Unit(unit) => units.push(unit),
        }
    }
    unreachable!("the card is endless")
}

/// The units from picture `from` to picture `to`, ten seconds into a timeline.
fn samples(units: &[AccessUnit], from: usize, to: usize) -> Samples {
    let video = units.iter().filter(|unit| unit.track == Track::Video).skip(from).take(to - from);
    let audio = units.iter().filter(|unit| unit.track == Track::Audio).skip(from).take(to - from);
    let place = |unit: &AccessUnit, index: usize, start: i64, step: i64| Sample {
        dts: start + i64::try_from(index).unwrap() * step,
        composition: 0,
        duration: step,
        random_access: unit.random_access,
        data: unit.data.clone(),
    };
    Samples {
        video: video.enumerate().map(|(at, unit)| place(unit, from + at, 900_000, 3_600)).collect(),
        audio: audio.enumerate().map(|(at, unit)| place(unit, from + at, 480_000, 1_024)).collect(),
    }
}

fn moof(bytes: &Bytes) -> Moof {
    let mut rest = bytes.as_ref();
    match Any::decode(&mut rest).unwrap() {
        Any::Moof(moof) => moof,
        other => panic!("a part starts with moof, not {other:?}"),
    }
}

#[tokio::test]
async fn an_initialization_section_comes_at_once_and_names_both_codecs() {
    let (configuration, _) = card(1);
    let init = Segmenter::spawn().unwrap().configure(configuration, 1).await.unwrap();
    assert_eq!(&init[4..8], b"ftyp");
    let has = |name: &[u8]| init.windows(4).any(|window| window == name);
    assert!(has(b"moov") && has(b"avc1") && has(b"mp4a") && !has(b"edts"));
}

#[tokio::test]
async fn a_part_is_one_fragment_with_exact_decode_times_and_numbers_that_go_on() {
    let (configuration, units) = card(1);
    let segmenter = Segmenter::spawn().unwrap();
    segmenter.configure(configuration, 41).await.unwrap();
    for (number, from) in [(41, 0), (42, 5), (43, 10)] {
        let part = segmenter.mux(samples(&units, from, from + 5)).await.unwrap();
        let moof = moof(&part.bytes);
        assert_eq!((part.number, moof.mfhd.sequence_number), (number, number));
        let times: Vec<u64> =
            moof.traf.iter().map(|traf| traf.tfdt.as_ref().unwrap().base_media_decode_time).collect();
        let from = u64::try_from(from).unwrap();
        assert_eq!(times, [900_000 + from * 3_600, 480_000 + from * 1_024]);
        let lengths =
            moof.traf.iter().map(|traf| traf.trun.iter().map(|run| run.samples.iter().count()).sum());
        assert_eq!(lengths.collect::<Vec<usize>>(), [5, 5]);
        assert_eq!(part.sha256, <[u8; 32]>::from(Sha256::digest(&part.bytes)));
    }
}

#[tokio::test]
async fn a_part_of_one_track_alone_is_a_part() {
    let (configuration, units) = card(1);
    let segmenter = Segmenter::spawn().unwrap();
    segmenter.configure(configuration, 1).await.unwrap();
    let sound = Samples { video: Vec::new(), ..samples(&units, 0, 5) };
    let part = segmenter.mux(sound).await.unwrap();
    assert_eq!(moof(&part.bytes).traf.len(), 1);
}

#[tokio::test]
async fn after_samples_that_ffmpeg_refuses_the_next_part_is_whole() {
    let (configuration, units) = card(1);
    let segmenter = Segmenter::spawn().unwrap();
    segmenter.configure(configuration, 1).await.unwrap();
    let mut backward = samples(&units, 0, 5);
    backward.video[3].dts = 0;
    assert!(segmenter.mux(backward).await.is_err());
    let part = segmenter.mux(samples(&units, 5, 10)).await.unwrap();
    assert_eq!((part.number, moof(&part.bytes).mfhd.sequence_number), (1, 1));
    assert_eq!(moof(&part.bytes).traf[0].tfdt.as_ref().unwrap().base_media_decode_time, 918_000);
}

#[test]
fn silence_is_a_frame_of_the_streams_own_configuration() {
    let (configuration, _) = card(1);
    let audio = configuration.audio.unwrap();
    let frame = silence(&audio).unwrap().unwrap();
    assert!(!frame.is_empty() && frame.len() < 64, "{} bytes", frame.len());
    let hidden = crate::stream::AudioConfig { silence_possible: false, ..audio };
    assert_eq!(silence(&hidden), Ok(None));
}
