//! Playlists of a feed that the box pulls.
#![no_main]

use libfuzzer_sys::fuzz_target;
use url::Url;
use venuebox::ingest::pull::read_playlist;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(base) = Url::parse("https://feed.example/live/stream.m3u8") {
        let _ = read_playlist(bytes, &base);
    }
});
