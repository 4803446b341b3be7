//! What is kept goes to a bucket, in an order in which no playlist there ever names what is not there.
//!
//! Belongs here: the storage's protocol, what is sent when, and the bucket's playlists. Does not: files and what is
//! kept how long (`archive`), or rows (`storage`).
//!
//! ```text
//!   storage: rows ─▶ session ─▶ scheduler: what, when ─▶ errands ─▶ store: S3
//!                       │                                   │
//!                       └──── book: playlists to write ◀────┘
//! ```
//! Live never waits for any of it, and nothing but rows outlives a restart.

mod advice;
mod book;
mod breaker;
#[cfg(test)]
mod bucket;
mod chance;
mod diagnosis;
mod elsewhere;
mod errand;
mod outcome;
mod page;
mod report;
mod scheduler;
mod session;
mod status;
mod store;
mod trouble;
mod uplink;
mod variant;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::journal::Journal;
use crate::storage::Storage;
use session::{Session, Surroundings};

pub use diagnosis::{Diagnosis, Step, StepName, diagnose};
pub use errand::Locate;
pub use page::{MakePage, PageFile};
pub use status::{Phase, Status};
pub use store::{CorsRule, Object, Store};
pub use trouble::Trouble;
pub use uplink::Uplink;

/// Carries to the bucket what is set to be there; [`Courier::run`] is its task.
pub struct Courier {
    around: Surroundings,
}

impl Courier {
    /// A courier, and what it tells of itself: nothing while no bucket is set. `locate` knows where files lie; `page`
    /// makes the viewers' page.
    pub fn new(
        storage: Storage,
        journal: Journal,
        locate: Locate,
        page: MakePage,
    ) -> (Self, watch::Receiver<Option<Status>>) {
        let (publish, status) = watch::channel(None);
        (Courier { around: Surroundings { storage, journal, locate, publish, page } }, status)
    }

    /// Sends until `stop`; begins anew whenever another bucket or another key is set.
    pub async fn run(self, stop: CancellationToken) {
        let mut settings = self.around.storage.settings();
        while !stop.is_cancelled() {
            let cloud = settings.borrow_and_update().cloud.value.0.clone();
            let Some(cloud) = cloud else {
                self.around.publish.send_replace(None);
                tokio::select! {
                    () = stop.cancelled() => return,
                    changed = settings.changed() => if changed.is_err() { return },
                }
                continue;
            };
            Session::new(cloud, &self.around).run(&stop).await;
        }
    }
}

#[cfg(test)]
#[path = "courier_tests.rs"]
mod tests;
