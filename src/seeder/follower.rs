//! Follows what is on air with a cursor on each window, and hands sealed segments to the thread that makes torrents.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::workshop::Job;
use crate::live::{Hub, LiveRendition};
use crate::stream::Window;

/// Follows every rendition that comes, until `stop`.
pub async fn follow(hub: Hub, jobs: mpsc::Sender<Job>, stop: CancellationToken) {
    let mut broadcasts = hub.watch();
    let mut known = HashSet::new();
    let tasks = TaskTracker::new();
    loop {
        let broadcast = Arc::clone(&broadcasts.borrow_and_update());
        for live in &broadcast.renditions {
            if known.insert(live.rendition.id) {
                tasks.spawn(follow_rendition(live.clone(), jobs.clone(), stop.clone()));
            }
        }
        known.retain(|id| broadcast.renditions.iter().any(|live| live.rendition.id == *id));
        tokio::select! {
            () = stop.cancelled() => break,
            changed = broadcasts.changed() => if changed.is_err() { break },
        }
    }
    tasks.close();
    tasks.wait().await;
}

async fn follow_rendition(live: LiveRendition, jobs: mpsc::Sender<Job>, stop: CancellationToken) {
    let rendition = live.rendition.id;
    let mut windows = live.window;
    let mut next = 0;
    let mut ended = false;
    loop {
        let window = Arc::clone(&windows.borrow_and_update());
        for job in news(&window, &mut next) {
            if send(&jobs, job, &stop).await.is_none() {
                return;
            }
        }
        if window.ended() && !ended {
            ended = true;
            if send(&jobs, Job::Ended(rendition), &stop).await.is_none() {
                return;
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            // The publisher is dropped when the event's playlist is no longer owed.
            changed = windows.changed() => if changed.is_err() { break },
        }
    }
    send(&jobs, Job::Gone(rendition), &stop).await;
}

/// The window's sealed segments from the cursor on. What the window has let go of meanwhile is a gap.
fn news(window: &Window, next: &mut u64) -> Vec<Job> {
    let Some(oldest) = window.retained().next().map(|segment| segment.msn) else { return Vec::new() };
    if *next > 0 && oldest > *next {
        log::warn!(from = *next, to = oldest; "segments left the window before torrents were made of them");
    }
    let sealed: Vec<_> =
        window.retained().filter(|segment| segment.sealed && segment.msn >= *next).cloned().collect();
    if let Some(last) = sealed.last() {
        *next = last.msn + 1;
    }
    let rendition = window.id();
    sealed.into_iter().map(|segment| Job::Sealed { rendition, segment, oldest }).collect()
}

async fn send(jobs: &mpsc::Sender<Job>, job: Job, stop: &CancellationToken) -> Option<()> {
    tokio::select! {
        () = stop.cancelled() => None,
        sent = jobs.send(job) => sent.ok(),
    }
}
