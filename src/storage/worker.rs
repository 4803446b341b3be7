//! The database's thread and its handle.
//!
//! Its own thread, because SQLite waits for the disk. Requests are done one after the other; the queue is bounded,
//! and who asks waits for the answer, so nothing is lost in it.

use std::sync::Arc;
use std::thread;

use rusqlite::Connection;
use tokio::sync::{Notify, broadcast, mpsc, oneshot, watch};

use super::acknowledged::Acknowledged;
use super::database::Opened;
use super::settings::Settings;
use super::stream_key::StreamKey;
use super::{StorageError, account, settings, stream_key};

/// Requests that wait for the thread. Each has a caller that waits with it; beyond this they wait before the queue.
const QUEUE: usize = 64;

/// Acknowledgements that a slow listener may be behind; beyond this it is told that it missed some.
const ACKNOWLEDGEMENTS: usize = 256;

type Job = Box<dyn FnOnce(&mut Desk) + Send>;

/// What the thread holds: the file, and those who are told of changes.
pub struct Desk {
    pub connection: Connection,
    pub settings: watch::Sender<Arc<Settings>>,
    pub stream_keys: watch::Sender<Arc<[StreamKey]>>,
    pub claimed: watch::Sender<bool>,
    pub ended: watch::Sender<()>,
    pub acknowledged: broadcast::Sender<Acknowledged>,
    pub uploads: Arc<Notify>,
}

/// The handle of the database; clones are cheap. The thread ends when the last one is dropped.
#[derive(Clone, Debug)]
pub struct Storage {
    jobs: mpsc::Sender<Job>,
    settings: watch::Receiver<Arc<Settings>>,
    stream_keys: watch::Receiver<Arc<[StreamKey]>>,
    claimed: watch::Receiver<bool>,
    ended: watch::Receiver<()>,
    acknowledged: broadcast::Sender<Acknowledged>,
    uploads: Arc<Notify>,
}

impl Storage {
    /// Starts the thread on an opened file.
    ///
    /// # Errors
    /// [`StorageError`] when the file cannot be read, or the system gives no thread.
    pub fn start(opened: &mut Opened) -> Result<Self, StorageError> {
        let connection = opened.take_connection().ok_or(StorageError::Gone)?;
        let (settings, settings_receiver) = watch::channel(Arc::new(settings::load(&connection)?));
        let (stream_keys, keys_receiver) = watch::channel(stream_key::load(&connection)?);
        let (claimed, claimed_receiver) = watch::channel(account::is_claimed(&connection)?);
        let (ended, ended_receiver) = watch::channel(());
        let (jobs, mut receiver) = mpsc::channel::<Job>(QUEUE);
        let (acknowledged, _) = broadcast::channel(ACKNOWLEDGEMENTS);
        let uploads = Arc::new(Notify::new());
        let mut desk = Desk {
            connection,
            settings,
            stream_keys,
            claimed,
            ended,
            acknowledged: acknowledged.clone(),
            uploads: Arc::clone(&uploads),
        };
        let work = move || {
            while let Some(job) = receiver.blocking_recv() {
                job(&mut desk);
            }
        };
        thread::Builder::new().name(String::from("storage")).spawn(work).map_err(|_| StorageError::Gone)?;
        Ok(Storage {
            jobs,
            settings: settings_receiver,
            stream_keys: keys_receiver,
            claimed: claimed_receiver,
            ended: ended_receiver,
            acknowledged,
            uploads,
        })
    }

    /// What the operator set, now and whenever it changes.
    pub fn settings(&self) -> watch::Receiver<Arc<Settings>> {
        self.settings.clone()
    }

    /// The stream keys, now and whenever they change.
    pub fn stream_keys(&self) -> watch::Receiver<Arc<[StreamKey]>> {
        self.stream_keys.clone()
    }

    /// Whether the box has an operator.
    pub fn claimed(&self) -> watch::Receiver<bool> {
        self.claimed.clone()
    }

    /// Changes whenever sessions or tokens ended: who holds a door open for one looks again.
    pub fn ended(&self) -> watch::Receiver<()> {
        self.ended.clone()
    }

    /// What is on the disk for good, as it gets there.
    pub fn acknowledged(&self) -> broadcast::Receiver<Acknowledged> {
        self.acknowledged.subscribe()
    }

    /// Notified when there is something to upload or to delete in the cloud.
    pub fn uploads(&self) -> Arc<Notify> {
        Arc::clone(&self.uploads)
    }

    /// Reads the file, to learn whether it can be read and how long the thread takes to come to it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn answers(&self) -> Result<(), StorageError> {
        self.ask(|desk| Ok(desk.connection.query_row("SELECT epoch FROM identity", [], |_| Ok(()))?)).await
    }

    /// Has the thread do something and waits for it. What is done is done, also when the caller has gone.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |desk| {
            // Whoever asked may have gone.
            let _ = answer.send(work(desk));
        });
        self.jobs.send(job).await.map_err(|_| StorageError::Gone)?;
        answered.await.map_err(|_| StorageError::Gone)?
    }

    /// Has the thread do something some time; false when its queue is full.
    pub(super) fn try_tell(&self, work: impl FnOnce(&mut Desk) + Send + 'static) -> bool {
        self.jobs.try_send(Box::new(work)).is_ok()
    }
}
