//! What goes to the cloud, on a thread of its own: no key exchange and no signature delays the encoder or the viewers.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::pool::Pool;
use super::supervisor::Crew;
use crate::archive::Folder;
use crate::journal::Journal;
use crate::storage::Storage;
use crate::sync::{Courier, Locate, MakePage, Status};
use crate::web::bucket_page;

/// Its step of the drain. What is on its way is dropped: its rows stay.
const DRAIN: Duration = Duration::from_millis(100);

/// What is built, and not yet running.
pub struct Syncing {
    thread: Pool,
    courier: Courier,
    status: watch::Receiver<Option<Status>>,
}

/// What runs.
#[derive(Debug)]
pub struct Carrying {
    thread: Pool,
    crew: Crew,
}

impl Syncing {
    /// Of the archive in this data folder.
    pub fn new(data: PathBuf, storage: Storage, journal: Journal) -> anyhow::Result<Self> {
        let thread = Pool::alone("cloud")?;
        let locate: Locate = Arc::new(move |epoch, id, uri| Folder::new(&data, epoch).path(id, uri));
        let page: MakePage = Arc::new(bucket_page);
        let (courier, status) = Courier::new(storage, journal, locate, page);
        Ok(Syncing { thread, courier, status })
    }

    /// What the operator sees of it; nothing while no bucket is set.
    pub fn status(&self) -> watch::Receiver<Option<Status>> {
        self.status.clone()
    }

    /// Starts it.
    pub fn spawn(self) -> Carrying {
        let Syncing { thread, courier, .. } = self;
        let mut crew = Crew::new("cloud", DRAIN, thread.handle());
        crew.spawn("cloud", |stop| async move { courier.run(stop).await });
        Carrying { thread, crew }
    }
}

impl Carrying {
    /// Waits for a task to end by itself, which none should.
    pub async fn failed(&mut self) -> anyhow::Error {
        self.crew.failed().await
    }

    /// Stops it, and ends the thread.
    pub async fn drain(self) {
        self.crew.drain().await;
        drop(self.thread);
    }
}
