//! Players that nobody here wrote and that share the stream with their peers.
//!
//! The players' configuration stands in `tests/browser/pages`, and in the README for whoever has a site of their own.

use crate::rig::{Browser, Publisher, Turn, VenueBox, cabled};

/// In a page of the box's: so much is there that a player which wants to be 12 s behind begins there.
const LONG_ENOUGH: &str = r##"
(async () => {
  const entrance = await fetch("/hls/stream.m3u8");
  if (!entrance.ok) return false;
  const variant = (await entrance.text()).split("\n").find((line) => line && !line.startsWith("#"));
  const playlist = await (await fetch(`/hls/${variant}`)).text();
  return playlist.split("#EXTINF").length > 8;
})()
"##;

/// Two pages play what is on air, with the box's playlist, tracker and STUN, until each has bytes of the other's.
fn share(kind: &'static str) {
    let _machine = Turn::alone();
    let Some([box_host, viewers]) = cabled() else { return };
    let venuebox = VenueBox::start_in(&box_host, "10.77.0.1:0");
    let _publisher = Publisher::test_card_in(&box_host, &venuebox);
    let browser = Browser::start_in(&viewers);
    browser.page_called("the box", &venuebox.url("/healthz")).until(LONG_ENOUGH);
    let playlist = venuebox.url("/hls/stream.m3u8");
    let pages =
        ["one page", "another page"].map(|name| browser.sharing_player(name, kind, &playlist, venuebox.stun));
    for page in &pages {
        page.until("window.loaded?.p2p.bytes > 0");
        let loaded = page.evaluate("window.loaded");
        eprintln!("{kind}, {}: {loaded}", page.clock.name);
        assert!(loaded["p2p"]["segments"].as_u64().unwrap() > 0, "{loaded}");
    }
    for page in &pages {
        let shown = page.report(|report| report.decoded_frames > 0).decoded_frames;
        page.report(|report| report.decoded_frames > shown);
    }
}

#[test]
fn pages_with_p2p_media_loader_on_hlsjs_have_bytes_from_each_other() {
    share("peers-hlsjs");
}

#[test]
fn pages_with_p2p_media_loader_on_shaka_have_bytes_from_each_other() {
    share("peers-shaka");
}
