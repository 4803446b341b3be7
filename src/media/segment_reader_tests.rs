//! Segments that the box made itself, read as if they were somebody else's. Those of other packagers are for the tests
//! of the whole box.

use proptest::prelude::*;

use super::*;
use crate::media::TransportStream;
use crate::media::transport_stream::tests::segments;

fn count(media: &SegmentMedia, track: Track) -> usize {
    media.units.iter().filter(|unit| unit.track == track).count()
}

/// A second of the card: 25 pictures, and about 46 frames of sound.
fn assert_a_second(media: &SegmentMedia, configured: Option<&SegmentMedia>) {
    assert_eq!(count(media, Track::Video), 25);
    assert!((44..=48).contains(&count(media, Track::Audio)), "{}", count(media, Track::Audio));
    assert!(media.units.is_sorted_by_key(|unit| unit.dts));
    let video = configured.unwrap_or(media).configuration.video.as_ref().unwrap();
    assert_eq!((video.width, video.height), (320, 180));
    assert!(media.units.iter().all(|unit| unit.track == Track::Audio || is_sample(video, &unit.data)));
}

#[tokio::test]
async fn a_fragment_behind_its_initialization_section_is_read() {
    let made = &segments(2).await[1];
    let reader = SegmentReader::spawn().unwrap();
    let media = reader.read(vec![made.init.bytes.clone(), made.parts[0].bytes.clone()]).await.unwrap();
    assert_a_second(&media, None);
    assert_eq!(media.units.iter().map(|unit| unit.dts).min().unwrap().millis() / 100, 110);
    assert!(!media.wraps);
    assert_eq!(media.configs().count(), 2);
}

#[tokio::test]
async fn a_transport_stream_is_read_without_decoding_it() {
    let made = segments(2).await;
    let mut muxer = TransportStream::default();
    let reader = SegmentReader::spawn().unwrap();
    let mut first = None;
    for segment in &made {
        let stream = muxer.segment(segment).unwrap();
        let media = reader.read(vec![stream]).await.unwrap();
        assert_a_second(&media, first.as_ref());
        assert!(media.wraps);
        let audio = media.configuration.audio.as_ref().unwrap();
        assert_eq!((audio.sample_rate, audio.channels, audio.silence_possible), (48_000, 2, true));
        let sound: Vec<i64> =
            media.units.iter().filter(|u| u.track == Track::Audio).map(|u| u.dts.ticks()).collect();
        assert!(sound.windows(2).all(|pair| (pair[1] - pair[0] - 1_920).abs() <= 1), "{sound:?}");
        // The second of the card begins between two key frames, and goes on with the first one's configuration.
        assert_eq!(media.configuration.video.is_none(), first.is_some());
        first.get_or_insert(media);
    }
}

#[tokio::test]
async fn packed_audio_is_read() {
    let frame: &[u8] = &[0xff, 0xf1, 0x50, 0x80, 0x01, 0x5f, 0xfc, 1, 2, 3];
    let reader = SegmentReader::spawn().unwrap();
    let media = reader.read(vec![Bytes::from(frame.repeat(3))]).await.unwrap();
    let times: Vec<i64> = media.units.iter().map(|unit| unit.dts.ticks()).collect();
    assert_eq!(times, [0, 2_090, 4_180]);
    assert_eq!(media.configuration.audio.unwrap().sample_rate, 44_100);
}

#[tokio::test]
async fn a_playlist_is_no_segment_for_ffmpeg_to_open() {
    let playlist: &[u8] =
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n";
    let reader = SegmentReader::spawn().unwrap();
    let outcome = reader.read(vec![Bytes::from_static(playlist)]).await;
    assert_eq!(outcome, Err(MediaError::UnknownSegment));
    // Behind what looks like a transport stream's first byte it is one of too few packets.
    let disguised = [b"G".as_slice(), playlist].concat();
    assert!(reader.read(vec![disguised.into()]).await.is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn damaged_segments_break_nothing(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        cut in any::<prop::sample::Index>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let made = runtime.block_on(segments(1));
        let whole = [&made[0].init.bytes[..], &made[0].parts[0].bytes].concat();
        let stream = TransportStream::default().segment(&made[0]).unwrap().to_vec();
        for mut bytes in [whole, stream] {
            for (index, byte) in &damage {
                let index = index.index(bytes.len());
                bytes[index] = *byte;
            }
            bytes.truncate(cut.index(bytes.len()) + 1);
            let _ = read_segment(vec![bytes.into()]);
        }
    }
}
