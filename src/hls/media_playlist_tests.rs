//! Golden playlists, and properties that hold for every sequence of pushes. `UPDATE_GOLDEN=1` rewrites the
//! golden files.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::hls::multivariant;
use crate::stream::{
    Epoch, EventId, Geometry, Init, Lookup, Part, Rendition, RenditionId, SegmentStart, WindowLimits,
};

const ID: RenditionId = RenditionId { event: EventId(1), rendition: 0 };

pub fn window() -> Window {
    let geometry = Geometry { part_target: MediaTime::from_millis(500), target_duration: 2 };
    Window::new(ID, geometry, WindowLimits::default(), 10)
}

fn render(window: &Window, reports: &[Report]) -> String {
    MediaPlaylist { reports, ..MediaPlaylist::new(window) }.render()
}

fn can_skip(window: &Window) -> bool {
    MediaPlaylist::new(window).can_skip()
}

fn render_delta(window: &Window, reports: &[Report]) -> String {
    MediaPlaylist { reports, ..MediaPlaylist::new(window) }.render_delta()
}

/// Pushes a segment's first `parts` parts of half a second; `sealed` closes it.
pub fn push(window: &mut Window, parts: usize, sealed: bool) {
    push_with(window, parts, sealed, 0, false);
}

fn push_with(window: &mut Window, parts: usize, sealed: bool, init: u32, discontinuity: bool) {
    let seconds = i64::try_from(window.next().msn).unwrap() * 2;
    let init =
        Init { number: init, bytes: Bytes::new(), codecs: String::from("avc1.64001f"), resolution: None };
    let start = SegmentStart {
        init: Arc::new(init),
        discontinuity,
        start: MediaTime::from_millis(seconds * 1_000),
        date: 1_700_000_000_000 + seconds * 1_000,
    };
    for index in 0..parts {
        let part = Part {
            duration: MediaTime::from_millis(500),
            independent: index == 0,
            bytes: Bytes::from_static(b"part"),
            sha256: [0; 32],
        };
        let start = (index == 0).then(|| start.clone());
        assert!(window.push(start, part, sealed && index + 1 == parts).is_some());
    }
}

fn golden(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, expected, "{name} differs; UPDATE_GOLDEN=1 rewrites it");
}

#[test]
fn the_start_of_an_event() {
    let mut window = window();
    push(&mut window, 1, false);
    golden("start.m3u8", &render(&window, &[]));
}

#[test]
fn the_middle_of_a_segment() {
    let mut window = window();
    for _ in 0..5 {
        push(&mut window, 4, true);
    }
    push(&mut window, 2, false);
    golden("middle.m3u8", &render(&window, &[]));
}

#[test]
fn a_long_window_and_its_delta_update() {
    let mut window = window();
    for _ in 0..45 {
        push(&mut window, 4, true);
    }
    push(&mut window, 3, false);
    assert!(can_skip(&window));
    golden("long.m3u8", &render(&window, &[]));
    golden("delta.m3u8", &render_delta(&window, &[]));
}

#[test]
fn what_viewers_may_go_back_to_stands_before_the_window() {
    let mut window = window();
    for number in 0..45 {
        push_with(&mut window, 4, true, u32::from(number >= 2), number == 2 || number == 20);
    }
    let first = window.first_listed();
    let past: Vec<KeptSegment> = window
        .retained()
        .take_while(|segment| segment.msn < first)
        .map(|segment| KeptSegment::of(segment))
        .collect();
    let playlist = MediaPlaylist { past: &past, ..MediaPlaylist::new(&window) };
    let text = playlist.render();
    assert!(text.contains("#EXT-X-MEDIA-SEQUENCE:10\n#EXT-X-DISCONTINUITY-SEQUENCE:0\n"), "{text}");
    assert_eq!(text.matches("#EXT-X-DISCONTINUITY\n").count(), 2);
    assert_eq!(text.matches("#EXT-X-MAP").count(), 2);
    assert_eq!(text.matches("#EXTINF").count(), 45);
    // As one that never held less would have written it.
    let limits = WindowLimits { listed: MediaTime::from_millis(600_000), ..WindowLimits::default() };
    let mut long = Window::new(ID, window.geometry(), limits, 10);
    for number in 0..45 {
        push_with(&mut long, 4, true, u32::from(number >= 2), number == 2 || number == 20);
    }
    assert_eq!(text, render(&long, &[]));
    assert_eq!(playlist.render_delta(), render_delta(&long, &[]));
}

#[test]
fn another_configuration() {
    let mut window = window();
    push_with(&mut window, 4, true, 0, false);
    push_with(&mut window, 4, true, 1, true);
    push_with(&mut window, 1, false, 1, false);
    golden("discontinuity.m3u8", &render(&window, &[]));
}

#[test]
fn an_ended_event() {
    let mut window = window();
    push(&mut window, 4, true);
    push(&mut window, 2, false);
    window.end();
    golden("ended.m3u8", &render(&window, &[]));
}

#[test]
fn other_renditions_are_reported() {
    let mut window = window();
    push(&mut window, 2, false);
    let id = RenditionId { event: EventId(1), rendition: 1 };
    let report = Report { id, edge: Position { msn: 10, part: 1 } };
    golden("reports.m3u8", &render(&window, &[report]));
}

#[test]
fn the_entrance() {
    let picture = Rendition {
        id: ID,
        codecs: String::from("avc1.64001f,mp4a.40.2"),
        resolution: Some((1280, 720)),
        frame_rate: Some(30_000.0 / 1_001.0),
        bandwidth: 2_800_000,
        average_bandwidth: 2_500_000,
    };
    let sound = Rendition {
        id: RenditionId { event: EventId(1), rendition: 1 },
        codecs: String::from("opus"),
        resolution: None,
        frame_rate: None,
        ..picture.clone()
    };
    let uri = |id| format!("{}/{id}/stream.m3u8", Epoch::from_random([7; 12]));
    golden("multivariant.m3u8", &multivariant::render(&[picture.clone(), sound.clone()], uri));
    let pathways = ["box", "cloud"].map(|id| multivariant::Pathway {
        id,
        base: if id == "box" { String::new() } else { String::from("https://media.example.org/live/") },
    });
    let steering = multivariant::Steering { server_uri: "steering.json", pathways };
    golden("steered.m3u8", &multivariant::render_steered(&[picture, sound], uri, &steering));
}

/// A player's reading of a playlist: numbers, names and lengths.
#[derive(Debug, Default, PartialEq)]
struct Read {
    first: u64,
    discontinuities: u64,
    skipped: u64,
    /// Duration, date and discontinuity by number.
    segments: BTreeMap<u64, (String, String, bool)>,
    parts: Vec<String>,
    hint: Option<String>,
    ended: bool,
}

fn read(text: &str) -> Read {
    let mut read = Read::default();
    let (mut date, mut length, mut discontinuity) = (String::new(), String::new(), false);
    for line in text.lines() {
        let (tag, value) = line.split_once(':').unwrap_or((line, ""));
        let uri = || value.split("URI=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        match tag {
            "#EXT-X-MEDIA-SEQUENCE" => read.first = value.parse().unwrap(),
            "#EXT-X-DISCONTINUITY-SEQUENCE" => read.discontinuities = value.parse().unwrap(),
            "#EXT-X-SKIP" => read.skipped = value.split('=').nth(1).unwrap().parse().unwrap(),
            "#EXT-X-PROGRAM-DATE-TIME" => value.clone_into(&mut date),
            "#EXT-X-DISCONTINUITY" => discontinuity = true,
            "#EXTINF" => value.clone_into(&mut length),
            "#EXT-X-PART" => read.parts.push(uri()),
            "#EXT-X-PRELOAD-HINT" => read.hint = Some(uri()),
            "#EXT-X-ENDLIST" => read.ended = true,
            _ if line.starts_with('#') => {}
            _ => {
                let msn = line.trim_end_matches(".m4s").parse().unwrap();
                let discontinuity = std::mem::take(&mut discontinuity);
                read.segments.insert(msn, (length.clone(), date.clone(), discontinuity));
            }
        }
    }
    read
}

proptest! {
    #[test]
    fn every_playlist_obeys_the_rules(
        segments in prop::collection::vec((1_usize..6, 0_u8..10), 1..80), tail in 0_usize..4, ended: bool,
    ) {
        let mut window = window();
        let mut init = 0;
        let mut before = Read::default();
        for (parts, dice) in segments {
            let discontinuity = dice == 0;
            init += u32::from(discontinuity);
            push_with(&mut window, parts, true, init, discontinuity);
            let now = read(&render(&window, &[]));
            prop_assert!(now.first >= before.first);
            prop_assert!(now.discontinuities >= before.discontinuities);

            // Numbers are consecutive, and everything named can be fetched.
            let numbers: Vec<u64> = now.segments.keys().copied().collect();
            prop_assert!(numbers.iter().zip(now.first..).all(|(number, expected)| *number == expected));
            for part in &now.parts {
                let Ok(MediaUri::Part(position)) = part.parse() else { panic!("{part}") };
                prop_assert!(matches!(window.served_part(position), Lookup::Found(_)));
            }
            for number in &numbers {
                prop_assert!(matches!(window.served(*number), Lookup::Found(_)));
            }
            prop_assert_eq!(now.hint.clone().unwrap(), MediaUri::Part(window.next()).to_string());

            // A segment says the same in every version, and keeps its discontinuity number.
            for (number, segment) in &before.segments {
                if let Some(same) = now.segments.get(number) {
                    prop_assert_eq!(segment, same);
                }
            }
            let gone = before.segments.range(..now.first).filter(|(_, segment)| segment.2).count();
            prop_assert_eq!(now.discontinuities, before.discontinuities + u64::try_from(gone).unwrap());

            // The delta and what came before make the full playlist.
            if can_skip(&window) {
                let delta = read(&render_delta(&window, &[]));
                prop_assert_eq!(delta.first, now.first);
                prop_assert_eq!(delta.skipped + u64::try_from(delta.segments.len()).unwrap(),
                                u64::try_from(now.segments.len()).unwrap());
                prop_assert_eq!(&delta.parts, &now.parts);
                for (number, segment) in &delta.segments {
                    prop_assert_eq!(Some(segment), now.segments.get(number));
                }
            }
            before = now;
        }
        if tail > 0 {
            push_with(&mut window, tail, false, init, false);
        }
        if ended {
            window.end();
            let now = read(&render(&window, &[]));
            prop_assert!(now.ended && now.hint.is_none());
            prop_assert!(!can_skip(&window));
        }
    }
}

#[test]
fn a_magnet_stands_before_its_segment_and_segments_without_one_are_as_ever() {
    let mut window = window();
    push(&mut window, 4, true);
    push(&mut window, 4, true);
    let magnet_of: MagnetOf<'_> = &|msn| (msn == 11).then(|| format!("magnet:?xt={msn}"));
    let text = MediaPlaylist { magnet_of, ..MediaPlaylist::new(&window) }.render();
    assert_eq!(text.matches("#EXT-X-MAGNET:").count(), 1);
    let magnet = text.find("#EXT-X-MAGNET:magnet:?xt=11\n#EXTINF:").unwrap();
    assert!(text[magnet..].contains("11.m4s"));
    assert_eq!(text.replace("#EXT-X-MAGNET:magnet:?xt=11\n", ""), render(&window, &[]));
}
