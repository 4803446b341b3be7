//! Removes what nobody needs any more, and measures the disk.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::keeper::Keeper;
use super::settings::Wanted;
use crate::hls::MediaUri;
use crate::live::{Broadcast, Hub};
use crate::storage::StorageError;
use crate::stream::RenditionId;
use crate::time::MediaTime;

/// How often it looks: a segment more or less on the disk hurts nobody.
const EVERY: Duration = Duration::from_secs(5);

/// What a playlist named is there for another minute after it named it last, and for whoever reads it just now.
const GRACE: MediaTime = MediaTime::from_millis(90_000);

/// Tidies until `stop`.
pub async fn run(
    keeper: Arc<Keeper>,
    hub: Hub,
    mut wanted: watch::Receiver<Wanted>,
    stop: CancellationToken,
) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let now = wanted.borrow_and_update().clone();
        let broadcast = hub.broadcast();
        keeper.judge(&now, rate(&broadcast)).await;
        if let Err(why) = tidy(&keeper, &broadcast).await {
            log::warn!("files that nobody needs could not be removed: {why}");
        }
        tokio::select! {
            () = stop.cancelled() => break,
            _ = every.tick() => {}
            changed = wanted.changed() => if changed.is_err() { break },
        }
    }
}

/// Bytes a second of everything on air.
fn rate(broadcast: &Broadcast) -> u64 {
    let of = |live: &crate::live::LiveRendition| {
        let window = live.window.borrow();
        let (mut size, mut length) = (0, MediaTime::ZERO);
        for segment in window.retained() {
            size += segment.size();
            length += segment.duration();
        }
        let milliseconds = u64::try_from(length.to_units(1_000)).unwrap_or_default();
        u64::try_from(size)
            .unwrap_or(u64::MAX)
            .saturating_mul(1_000)
            .checked_div(milliseconds)
            .unwrap_or_default()
    };
    let on_air = broadcast.current().filter(|live| !live.window.borrow().ended());
    on_air.map(of).sum()
}

#[derive(Debug, thiserror::Error)]
enum Why {
    #[error("{0}")]
    Disk(#[from] std::io::Error),
    #[error("{0}")]
    Storage(#[from] StorageError),
}

async fn tidy(keeper: &Keeper, broadcast: &Broadcast) -> Result<(), Why> {
    let needed = needed(keeper, broadcast);
    loop {
        let segments = keeper.storage.unneeded(needed.clone()).await?;
        if segments.is_empty() {
            break;
        }
        keeper.storage.let_go(segments.clone()).await?;
        for (rendition, msn) in segments {
            keeper.rewind.gone(rendition, msn + 1);
            keeper.scribe.remove(rendition, vec![MediaUri::Segment(msn)]).await?;
        }
    }
    for rendition in keeper.storage.emptied(broadcast.phase.event()).await? {
        // A rendition that a playlist still names has its initialization sections to give.
        if broadcast.rendition(rendition).is_none() {
            keeper.scribe.remove_all(rendition).await?;
        }
    }
    Ok(())
}

/// From where on the files of what is on air, or was a moment ago, are needed for rewind.
fn needed(keeper: &Keeper, broadcast: &Broadcast) -> Vec<(RenditionId, u64)> {
    let ids = broadcast.renditions.iter().map(|live| live.rendition.id);
    ids.filter_map(|id| Some((id, keeper.rewind.needed_from(id, GRACE)?))).collect()
}
