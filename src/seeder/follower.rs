//! Follows what is on air with a cursor on each rendition, and hands sealed segments to the thread that makes torrents.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::workshop::Job;
use crate::live::{Hub, Met, Subscriber, each_rendition};

/// Follows every rendition that comes, until `stop`.
pub async fn follow(hub: Hub, jobs: mpsc::Sender<Job>, stop: CancellationToken) {
    each_rendition(&hub, &stop, |live| {
        let (subscriber, jobs, stop) = (Subscriber::new(&live), jobs.clone(), stop.clone());
        async move {
            stop.run_until_cancelled(follow_rendition(subscriber, &jobs)).await;
        }
    })
    .await;
}

/// Ends early when the thread is gone.
async fn follow_rendition(mut subscriber: Subscriber, jobs: &mpsc::Sender<Job>) -> Option<()> {
    let rendition = subscriber.rendition();
    while let Some(met) = subscriber.next().await {
        let job = match met {
            Met::Segment { segment, oldest } => Job::Sealed { rendition, segment, oldest },
            Met::Gap { from, to } => {
                log::warn!(from = from, to = to; "segments left the window before torrents were made of them");
                continue;
            }
            Met::Ended => Job::Ended(rendition),
        };
        jobs.send(job).await.ok()?;
    }
    jobs.send(Job::Gone(rendition)).await.ok()
}
