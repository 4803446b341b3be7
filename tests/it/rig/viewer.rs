//! Somebody who watches the box all the while: whatever else goes wrong, live is unbroken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::http::get;
use super::playlist::MediaPlaylist;
use super::probe::{assert_contiguous, tracks};

/// Between two segments no more than a target duration passes where nothing is wrong; this leaves room for a machine
/// that is busy with other tests.
const LATE: u32 = 3;

pub struct Viewer {
    watching: JoinHandle<()>,
    stop: Arc<AtomicBool>,
}

impl Viewer {
    /// Watches a media playlist from its live edge on.
    pub fn watch(url: &str) -> Self {
        let (url, stop) = (url.to_owned(), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        Viewer { watching: thread::spawn(move || watch(&url, &stopped)), stop }
    }

    /// Everything came in time, once, and in one piece.
    pub fn saw_everything(self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Err(panic) = self.watching.join() {
            std::panic::resume_unwind(panic);
        }
    }
}

fn watch(url: &str, stop: &AtomicBool) {
    let mut playlist = MediaPlaylist::fetch(url);
    let first = playlist.next_msn();
    let (mut media, mut init) = (Vec::new(), None);
    let mut at = Instant::now();
    for msn in first.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        playlist = MediaPlaylist::fetch(&format!("{url}?_HLS_msn={msn}"));
        let segment =
            playlist.sealed().find(|segment| segment.msn == msn).expect("a segment was passed over");
        assert!(!segment.discontinuity, "{}", playlist.text);
        if *init.get_or_insert_with(|| segment.init.clone()) != segment.init || media.is_empty() {
            assert!(media.is_empty(), "the codecs changed");
            media.extend(get(&playlist.resolve(&segment.init)).body);
        }
        media.extend(get(&playlist.resolve(segment.uri.as_ref().unwrap())).body);
        let late = Duration::from_secs(playlist.target_duration) * LATE;
        assert!(at.elapsed() < late, "segment {msn} came after {:?}", at.elapsed());
        at = Instant::now();
    }
    assert!(!media.is_empty(), "it saw nothing");
    assert_contiguous(&tracks(&media));
}
