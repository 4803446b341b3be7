//! The thread that writes and removes files.
//!
//! Its own thread, because a disk answers when it likes: a memory card may take a second to flush a segment. One file
//! after the other; who asks waits for the answer, so nothing is lost between them.

use std::io;
use std::path::PathBuf;
use std::thread;

use bytes::Bytes;
use nix::sys::statvfs::statvfs;
use tokio::sync::{mpsc, oneshot};

use super::folder::Folder;
use super::guard::Room;
use crate::hls::MediaUri;
use crate::stream::RenditionId;

/// Files that wait to be written. What they hold is in the live window all the same.
const MAX_JOBS: usize = 8;

/// A file's name and its bytes.
pub type Sheet = (MediaUri, Vec<Bytes>);

#[derive(Debug)]
enum Job {
    Keep(RenditionId, Vec<Sheet>, oneshot::Sender<io::Result<()>>),
    Remove(RenditionId, Vec<MediaUri>, oneshot::Sender<io::Result<()>>),
    RemoveAll(RenditionId, oneshot::Sender<io::Result<()>>),
    Measure(oneshot::Sender<Option<Room>>),
}

/// A handle to the thread; it ends with the last one.
#[derive(Clone, Debug)]
pub struct Scribe(mpsc::Sender<Job>);

impl Scribe {
    /// Starts the thread, for the files of a folder on the disk that holds `data`.
    ///
    /// # Errors
    /// What the system says when it gives no thread.
    pub fn spawn(folder: Folder, data: PathBuf) -> io::Result<Self> {
        let (sender, mut jobs) = mpsc::channel(MAX_JOBS);
        thread::Builder::new().name(String::from("archive")).spawn(move || {
            while let Some(job) = jobs.blocking_recv() {
                work(&folder, &data, job);
            }
        })?;
        Ok(Scribe(sender))
    }

    /// Puts files on the disk, whole and in this order.
    ///
    /// # Errors
    /// What the system says; then those before are there.
    pub async fn keep(&self, rendition: RenditionId, sheets: Vec<Sheet>) -> io::Result<()> {
        self.ask(|answer| Job::Keep(rendition, sheets, answer)).await?
    }

    /// Removes files.
    ///
    /// # Errors
    /// What the system says.
    pub async fn remove(&self, rendition: RenditionId, uris: Vec<MediaUri>) -> io::Result<()> {
        self.ask(|answer| Job::Remove(rendition, uris, answer)).await?
    }

    /// Removes a rendition's folder.
    ///
    /// # Errors
    /// What the system says.
    pub async fn remove_all(&self, rendition: RenditionId) -> io::Result<()> {
        self.ask(|answer| Job::RemoveAll(rendition, answer)).await?
    }

    /// The room on the disk, if it can be asked.
    pub async fn measure(&self) -> Option<Room> {
        self.ask(Job::Measure).await.ok().flatten()
    }

    async fn ask<T>(&self, job: impl FnOnce(oneshot::Sender<T>) -> Job) -> io::Result<T> {
        let gone = || io::Error::other("the archive's thread is gone; restart the box");
        let (answer, answered) = oneshot::channel();
        self.0.send(job(answer)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())
    }
}

/// Whoever asked may have gone; what was asked is done all the same.
fn work(folder: &Folder, data: &PathBuf, job: Job) {
    match job {
        Job::Keep(rendition, sheets, answer) => {
            let mut each = sheets.iter();
            let _ = answer.send(each.try_for_each(|(uri, chunks)| folder.keep(rendition, *uri, chunks)));
        }
        Job::Remove(rendition, uris, answer) => {
            let _ = answer.send(uris.into_iter().try_for_each(|uri| folder.remove(rendition, uri)));
        }
        Job::RemoveAll(rendition, answer) => {
            let _ = answer.send(folder.remove_all(rendition));
        }
        Job::Measure(answer) => {
            let _ = answer.send(measure(data));
        }
    }
}

fn measure(data: &PathBuf) -> Option<Room> {
    let stat = statvfs(data).ok()?;
    let (free, used) = (stat.blocks_available(), stat.blocks().saturating_sub(stat.blocks_free()));
    Some(Room { free: free * stat.fragment_size(), total: (used + free) * stat.fragment_size() })
}
