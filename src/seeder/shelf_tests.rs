//! What is seeded as a stream goes on, and what goes when memory is short.

use super::*;
use crate::bittorrent::{Body, Layout, VirtualFile};
use crate::seeder::Kind;
use crate::stream::{EventId, Init, Part};
use crate::time::MediaTime;

const ID: RenditionId = RenditionId { event: EventId(7), rendition: 0 };

/// A segment of two seconds and `size` bytes, in two parts.
fn segment(msn: u64, size: usize) -> Arc<Segment> {
    let init =
        Init { number: 0, bytes: Bytes::from_static(b"init"), codecs: String::new(), resolution: None };
    let part = |byte: u8| Part {
        duration: MediaTime::from_millis(1_000),
        independent: true,
        bytes: Bytes::from(vec![byte; size / 2]),
        sha256: [0; 32],
    };
    let byte = u8::try_from(msn % 256).unwrap();
    Arc::new(Segment {
        msn,
        init: Arc::new(init),
        discontinuity: false,
        start: MediaTime::ZERO,
        date: 0,
        parts: vec![part(byte), part(byte)],
        sealed: true,
    })
}

/// Plays segments `from` to `to` with MPEG-TS of the same size; the window has the last `window` of them.
fn play(shelf: &mut Shelf, from: u64, to: u64, size: usize, window: u64) {
    for msn in from..to {
        let stream = Bytes::from(vec![0x47; size]);
        shelf.push(ID, segment(msn, size), Some(stream), (msn + 1).saturating_sub(window));
    }
}

fn of(shelf: &Shelf, kind: Kind) -> Vec<Arc<Seed>> {
    shelf.seeds().filter(|seed| seed.kind == kind).collect()
}

/// A seed's bytes.
fn here(seed: &Seed) -> &VirtualFile {
    match &seed.content.file {
        Body::Here(file) => file,
        Body::Stored(_) => panic!("it is in memory"),
    }
}

#[test]
fn each_segment_is_a_torrent_of_its_own_bytes_while_the_window_has_it() {
    let mut shelf = Shelf::new(Settings::default());
    play(&mut shelf, 0, 20, 1_000, 5);
    let seeds = of(&shelf, Kind::Segment);
    let numbers: Vec<u64> = seeds.iter().map(|seed| seed.segments.0).collect();
    assert_eq!(numbers, [15, 16, 17, 18, 19]);
    assert_eq!(seeds[0].content.torrent.name, "15.m4s");
    let bytes = here(&seeds[0]).read(0, 1_000).unwrap().next().unwrap();
    assert_eq!(bytes[0], 15);
}

#[test]
fn a_segment_that_leaves_the_window_is_evicted() {
    let mut shelf = Shelf::new(Settings::default());
    play(&mut shelf, 0, 1, 1_000, 2);
    let first = of(&shelf, Kind::Segment).remove(0);
    play(&mut shelf, 1, 2, 1_000, 2);
    assert!(!first.evicted.is_cancelled());
    play(&mut shelf, 2, 3, 1_000, 2);
    assert!(first.evicted.is_cancelled());
}

#[test]
fn a_bundle_comes_after_ten_seconds_and_then_every_minute_and_the_last_three_stay() {
    let mut shelf = Shelf::new(Settings::default());
    play(&mut shelf, 0, 4, 1_000, 150);
    assert_eq!(of(&shelf, Kind::Bundle).len(), 0);
    play(&mut shelf, 4, 5, 1_000, 150);
    assert_eq!(of(&shelf, Kind::Bundle)[0].segments, (0, 4));
    play(&mut shelf, 5, 400, 1_000, 150);
    let ranges: Vec<_> = of(&shelf, Kind::Bundle).iter().map(|seed| seed.segments).collect();
    // Five minutes each, a minute apart.
    assert_eq!(ranges, [(185, 334), (215, 364), (245, 394)]);
    let folders = of(&shelf, Kind::Folder);
    assert_eq!(folders.iter().map(|seed| seed.segments).collect::<Vec<_>>(), ranges);
}

#[test]
fn a_folder_has_a_playlist_the_initialization_section_and_the_segments() {
    let mut shelf = Shelf::new(Settings::default());
    play(&mut shelf, 3, 8, 1_000, 150);
    let folder = of(&shelf, Kind::Folder).remove(0);
    let Layout::Multiple(files) = &folder.content.torrent.layout else { panic!("one file") };
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["stream.m3u8", "init-0.mp4", "3.m4s", "4.m4s", "5.m4s", "6.m4s", "7.m4s"]);
    let length = usize::try_from(files[0].length).unwrap();
    let playlist: Vec<u8> = here(&folder).read(0, length).unwrap().flatten().collect();
    let playlist = String::from_utf8(playlist).unwrap();
    assert!(playlist.contains("#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:3\n"), "{playlist}");
    assert!(playlist.contains("#EXT-X-MAP:URI=\"init-0.mp4\"\n#EXTINF:2.000,\n3.m4s\n"), "{playlist}");
    assert!(playlist.ends_with("7.m4s\n#EXT-X-ENDLIST\n"), "{playlist}");
}

#[test]
fn chunks_are_closed_every_minute_and_never_change() {
    let mut shelf = Shelf::new(Settings::default());
    play(&mut shelf, 0, 65, 1_000, 150);
    let chunks = of(&shelf, Kind::Chunk);
    assert_eq!(chunks.iter().map(|seed| seed.segments).collect::<Vec<_>>(), [(0, 29), (30, 59)]);
    assert_eq!(chunks[0].content.torrent.name, "live-7-0-0-29.ts");
    shelf.end(ID);
    assert_eq!(of(&shelf, Kind::Chunk)[2].segments, (60, 64));
}

#[test]
fn without_mpeg_ts_bundles_are_folders_alone() {
    let mut shelf = Shelf::new(Settings::default());
    for msn in 0..40 {
        shelf.push(ID, segment(msn, 1_000), None, 0);
    }
    assert!(of(&shelf, Kind::Bundle).is_empty());
    assert_eq!(of(&shelf, Kind::Folder).len(), 2);
    assert!(matches!(of(&shelf, Kind::Chunk)[0].content.torrent.layout, Layout::Multiple(_)));
}

#[test]
fn when_memory_is_short_old_bundles_go_and_new_ones_hold_less() {
    let memory = 100_000;
    let mut shelf = Shelf::new(Settings { memory, ..Settings::default() });
    play(&mut shelf, 0, 300, 1_000, 150);
    assert!(shelf.reels[0].bytes() <= memory);
    let bundles = of(&shelf, Kind::Bundle);
    let (from, to) = bundles.last().unwrap().segments;
    assert!((60..=100).contains(&(to - from + 1)), "{from} to {to}");
    // The segments in the window are not the seeder's to let go of.
    assert_eq!(of(&shelf, Kind::Segment).len(), 150);
}

#[test]
fn a_single_segment_above_the_share_leaves_no_bundle_and_no_harm() {
    let mut shelf = Shelf::new(Settings { memory: 10, ..Settings::default() });
    play(&mut shelf, 0, 100, 1_000, 150);
    assert!(of(&shelf, Kind::Bundle).is_empty());
    assert_eq!(of(&shelf, Kind::Segment).len(), 100);
}

#[test]
fn a_rendition_that_is_gone_takes_its_torrents_along() {
    let mut shelf = Shelf::new(Settings::default());
    play(&mut shelf, 0, 40, 1_000, 150);
    let seeds: Vec<_> = shelf.seeds().collect();
    shelf.remove(ID);
    assert_eq!(shelf.seeds().count(), 0);
    assert!(seeds.iter().all(|seed| seed.evicted.is_cancelled()));
}
