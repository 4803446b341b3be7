//! Playlists as others write them.

use proptest::prelude::*;

use super::*;

fn base() -> Url {
    Url::parse("https://feed.example/live/stream.m3u8?token=1").unwrap()
}

fn media(text: &str) -> Result<MediaPlaylist, PlaylistError> {
    match read_playlist(text.as_bytes(), &base())? {
        Playlist::Media(playlist) => Ok(playlist),
        Playlist::Multivariant(choice) => panic!("not a media playlist: {choice:?}"),
    }
}

fn choice(text: &str) -> Result<Choice, PlaylistError> {
    match read_playlist(text.as_bytes(), &base())? {
        Playlist::Multivariant(choice) => Ok(choice),
        Playlist::Media(playlist) => panic!("not a multivariant playlist: {playlist:?}"),
    }
}

const HEAD: &str = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:7\n";

#[test]
fn segments_have_numbers_lengths_and_whole_urls() {
    let playlist =
        media(&format!("{HEAD}#EXTINF:4.0,a title, with a comma\na.ts\r\n#EXTINF:2.5\n/b.ts")).unwrap();
    assert_eq!((playlist.target, playlist.ended, playlist.edge()), (Duration::from_secs(4), false, 9));
    let segments: Vec<_> =
        playlist.segments.iter().map(|s| (s.number, s.duration.as_millis(), s.piece.url.as_str())).collect();
    let expected = [(7, 4_000, "https://feed.example/live/a.ts"), (8, 2_500, "https://feed.example/b.ts")];
    assert_eq!(segments, expected);
}

#[test]
fn maps_hold_until_the_next_one_and_ranges_follow_each_other() {
    let text = "#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"700@0\"\n#EXTINF:4,\n#EXT-X-BYTERANGE:100@700\nall.mp4\n\
                #EXTINF:4,\n#EXT-X-BYTERANGE:50\nall.mp4\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"other.mp4\"\n\
                #EXT-X-GAP\n#EXTINF:4,\nc.mp4\n#EXT-X-ENDLIST\n";
    let playlist = media(&format!("{HEAD}#EXT-X-DISCONTINUITY-SEQUENCE:3\n{text}")).unwrap();
    let [first, second, third] = &playlist.segments[..] else { panic!("{playlist:?}") };
    assert!(playlist.ended);
    assert_eq!(first.map.as_ref().unwrap().range, Some(Range { offset: 0, length: 700 }));
    assert_eq!(first.map, second.map);
    assert_eq!(first.piece.range, Some(Range { offset: 700, length: 100 }));
    assert_eq!(second.piece.range, Some(Range { offset: 800, length: 50 }));
    assert_eq!((first.discontinuity, third.discontinuity), (3, 4));
    assert!(third.map.as_ref().unwrap().url.path().ends_with("/other.mp4"));
    assert!(third.gap && !second.gap && third.piece.range.is_none());
}

#[test]
fn an_encrypted_feed_is_refused_and_one_whose_key_is_none_is_not() {
    for method in ["AES-128,URI=\"k\"", "SAMPLE-AES,URI=\"k\"", "SAMPLE-AES-CTR,URI=\"k\""] {
        let text = format!("{HEAD}#EXT-X-KEY:METHOD={method}\n#EXTINF:4,\na.ts\n#EXTINF:4,\nb.ts\n");
        assert_eq!(media(&text), Err(PlaylistError::Encrypted), "{method}");
    }
    assert!(media(&format!("{HEAD}#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\na.ts\n")).is_ok());
}

#[test]
fn what_is_no_playlist_is_refused() {
    for text in ["", "<html>", "#EXTM3U8\n", "#EXTM3U\nhttp://radio.example/\n"] {
        assert_eq!(media(text), Err(PlaylistError::NotHls), "{text}");
    }
    assert_eq!(media(&format!("{HEAD}#EXT-X-I-FRAMES-ONLY\n")), Err(PlaylistError::KeyFramesOnly));
    assert_eq!(
        media(&format!("{HEAD}#EXT-X-DEFINE:NAME=\"a\",VALUE=\"b\"\n")),
        Err(PlaylistError::Variables)
    );
}

#[test]
fn low_latency_tags_are_passed_over() {
    let text = "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1\n#EXT-X-PART-INF:PART-TARGET=0.3\n\
                #EXT-X-PROGRAM-DATE-TIME:yesterday\n#EXT-X-PART:DURATION=0.3,URI=\"7.0.m4s\"\n#EXTINF:4,\n7.m4s\n\
                #EXT-X-PART:DURATION=0.3,URI=\"8.0.m4s\"\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"8.1.m4s\"\n";
    let playlist = media(&format!("{HEAD}{text}")).unwrap();
    assert_eq!(playlist.segments.len(), 1);
}

#[test]
fn a_newcomer_begins_two_or_three_segments_before_the_end() {
    let entrance = |seconds: u32, count: usize| {
        let segments = format!("#EXTINF:{seconds},\na.ts\n").repeat(count);
        media(&format!("{HEAD}{segments}")).unwrap().entrance(Duration::from_secs(6))
    };
    assert_eq!(entrance(6, 10), Some(7 + 8));
    assert_eq!(entrance(2, 10), Some(7 + 7));
    assert_eq!(entrance(2, 1), Some(7));
    assert_eq!(entrance(2, 0), None);
}

#[test]
fn the_best_variant_that_can_be_carried_is_chosen_with_its_sound() {
    let text = "#EXTM3U\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aac\",NAME=\"en\",LANGUAGE=\"en\",URI=\"en.m3u8\"\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aac\",NAME=\"de\",DEFAULT=YES,URI=\"de.m3u8\"\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"ac3\",NAME=\"de\",DEFAULT=YES,URI=\"ac3.m3u8\"\n\
        #EXT-X-STREAM-INF:BANDWIDTH=9000000,CODECS=\"avc1.64001f,ac-3\",AUDIO=\"ac3\"\nhigh-ac3.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=6000000,CODECS=\"avc1.64001f,mp4a.40.2\",AUDIO=\"aac\",FRAME-RATE=25\nhigh.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=2000000,CODECS=\"avc1.64001f,mp4a.40.2\",AUDIO=\"aac\"\nlow.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=7000000,CODECS=\"mp4a.40.2\"\nsound.m3u8\n\
        #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9900000,CODECS=\"avc1.64001f\",URI=\"i.m3u8\"\n";
    let choice = choice(text).unwrap();
    assert_eq!(choice.media.path(), "/live/high.m3u8");
    assert_eq!(choice.audio.unwrap().path(), "/live/de.m3u8");
    assert_eq!((choice.bit_rate, choice.frame_rate), (6_000_000, Some(25.0)));
}

#[test]
fn a_feed_that_cannot_be_carried_says_what_it_has() {
    let text = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"avc1.64001f,ec-3\"\na.m3u8\n\
                #EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"mp4a.40.34\"\nb.m3u8\n";
    let not_carried = PlaylistError::NotCarried(String::from("ec-3, mp4a.40.34"));
    assert_eq!(choice(text), Err(not_carried));
    assert!(choice("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n").is_ok(), "unknown ones are tried");
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_playlist(&bytes, &base());
        let _ = read_playlist(&[b"#EXTM3U\n", &bytes[..]].concat(), &base());
    }

    #[test]
    fn no_lines_break_the_reader(
        lines in prop::collection::vec(prop_oneof![
            "#EXT-X-(MAP|KEY|BYTERANGE|MEDIA|STREAM-INF|GAP|DISCONTINUITY)(:[A-Z]{0,3}[=,@\"0-9]{0,6})?",
            "#EXT(INF|-X-TARGETDURATION|-X-MEDIA-SEQUENCE|-X-DISCONTINUITY-SEQUENCE):[0-9.,e-]{0,22}",
            "[a-z:/.%\\[\\]]{0,8}",
        ], 0..20),
    ) {
        let text = format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n{}", lines.join("\n"));
        if let Ok(Playlist::Media(playlist)) = read_playlist(text.as_bytes(), &base()) {
            prop_assert!(playlist.segments.len() <= MAX_SEGMENTS);
            let _ = (playlist.edge(), playlist.entrance(Duration::from_secs(6)));
        }
    }
}
