//! The thread that makes torrents: MPEG-TS and hashes, in the order in which segments are sealed. When nothing waits it
//! hashes finished recordings.
//!
//! Its own thread, because libavformat and hashing are synchronous: five minutes at 2.5 Mbit/s are 94 MB, some tenths
//! of a second of a core, once a minute.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::catalogue::Catalogue;
use super::settings::Settings;
use super::shelf::Shelf;
use super::vault::{Film, Hashed, Vault};
use crate::media::TransportStream;
use crate::stream::{RenditionId, Segment};

/// Segments that wait. They are in the live window all the same; the follower waits and finds them there.
const MAX_JOBS: usize = 8;

/// What there is to do.
#[derive(Debug)]
pub enum Job {
    /// A segment was sealed.
    Sealed {
        /// Of which rendition.
        rendition: RenditionId,
        /// The segment.
        segment: Arc<Segment>,
        /// The first segment that is still in the window.
        oldest: u64,
    },
    /// The rendition's playlist is complete.
    Ended(RenditionId),
    /// The rendition is no longer served.
    Gone(RenditionId),
    /// These recordings are seeded, and no others.
    Films(Arc<[Film]>),
}

/// Where the thread puts what it has made, until it is closed.
#[derive(Clone, Debug)]
pub struct Counter {
    publish: watch::Sender<Arc<Catalogue>>,
    closed: CancellationToken,
}

impl Counter {
    /// An open one.
    pub fn new(publish: watch::Sender<Arc<Catalogue>>) -> Self {
        Counter { publish, closed: CancellationToken::new() }
    }

    fn put(&self, catalogue: Catalogue) {
        self.publish.send_if_modified(|known| {
            // Looked at while nobody else can publish: after the last word nothing comes.
            let open = !self.closed.is_cancelled();
            if open {
                *known = Arc::new(catalogue);
            }
            open
        });
    }

    /// From now on nothing is seeded, whatever the thread is at; all connections end politely.
    pub fn close(&self) {
        self.closed.cancel();
        let last = self.publish.send_replace(Arc::default());
        last.seeds().for_each(|seed| seed.evicted.cancel());
    }
}

/// Starts the thread; it ends when the sender is dropped.
pub fn spawn(
    settings: watch::Receiver<Settings>,
    counter: Counter,
    hashed: mpsc::Sender<Hashed>,
) -> io::Result<mpsc::Sender<Job>> {
    let (sender, receiver) = mpsc::channel(MAX_JOBS);
    thread::Builder::new()
        .name(String::from("torrents"))
        .spawn(move || work(&settings, receiver, &counter, Vault::new(hashed)))?;
    Ok(sender)
}

/// A rendition's MPEG-TS: being made, or given up because its codecs do not go in.
enum Remuxer {
    Open(TransportStream),
    Impossible,
}

fn work(
    settings: &watch::Receiver<Settings>,
    mut jobs: mpsc::Receiver<Job>,
    counter: &Counter,
    mut vault: Vault,
) {
    let mut shelf = Shelf::new(settings.borrow().clone());
    let mut remuxers: HashMap<RenditionId, Remuxer> = HashMap::new();
    while let Some(next) = next(&mut jobs, &vault) {
        let Next::Job(job) = next else {
            let began = Instant::now();
            if vault.step() {
                counter.put(Catalogue::new(shelf.seeds().chain(vault.seeds())));
            }
            // Half of the time is the disk's: what is on air is written to it.
            thread::park_timeout(began.elapsed());
            continue;
        };
        shelf.set(settings.borrow().clone());
        match job {
            Job::Sealed { rendition, segment, oldest } => {
                let remuxer =
                    remuxers.entry(rendition).or_insert_with(|| Remuxer::Open(TransportStream::default()));
                let stream = remux(remuxer, &segment);
                shelf.push(rendition, segment, stream, oldest);
            }
            Job::Ended(rendition) => shelf.end(rendition),
            Job::Gone(rendition) => {
                remuxers.remove(&rendition);
                shelf.remove(rendition);
            }
            Job::Films(films) => vault.set(&films),
        }
        counter.put(Catalogue::new(shelf.seeds().chain(vault.seeds())));
    }
}

/// What comes next.
enum Next {
    Job(Job),
    /// Nothing; so recordings are hashed.
    Leisure,
}

/// `None`: nobody is left who could want anything.
fn next(jobs: &mut mpsc::Receiver<Job>, vault: &Vault) -> Option<Next> {
    if !vault.is_busy() {
        return jobs.blocking_recv().map(Next::Job);
    }
    match jobs.try_recv() {
        Ok(job) => Some(Next::Job(job)),
        Err(TryRecvError::Empty) => Some(Next::Leisure),
        Err(TryRecvError::Disconnected) => None,
    }
}

fn remux(remuxer: &mut Remuxer, segment: &Segment) -> Option<bytes::Bytes> {
    use crate::media::MediaError;
    let Remuxer::Open(stream) = remuxer else { return None };
    match stream.segment(segment) {
        Ok(bytes) => Some(bytes),
        Err(error @ MediaError::NoTransportStream(_)) => {
            log::info!("bundles are folders of segments and no MPEG-TS: {error}");
            *remuxer = Remuxer::Impossible;
            None
        }
        Err(error) => {
            log::warn!(segment = segment.msn, error:% = error; "a segment could not be made MPEG-TS");
            None
        }
    }
}
