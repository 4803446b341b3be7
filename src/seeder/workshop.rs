//! The thread that makes torrents: MPEG-TS and hashes, in the order in which segments are sealed.
//!
//! Its own thread, because libavformat and hashing are synchronous: five minutes at 2.5 Mbit/s are 94 MB, some tenths
//! of a second of a core, once a minute.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::thread;

use tokio::sync::{mpsc, watch};

use super::catalogue::Catalogue;
use super::settings::Settings;
use super::shelf::Shelf;
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
}

/// Starts the thread; it ends when the sender is dropped.
pub fn spawn(settings: Settings, publish: watch::Sender<Arc<Catalogue>>) -> io::Result<mpsc::Sender<Job>> {
    let (sender, receiver) = mpsc::channel(MAX_JOBS);
    thread::Builder::new()
        .name(String::from("torrents"))
        .spawn(move || work(settings, receiver, &publish))?;
    Ok(sender)
}

/// A rendition's MPEG-TS: being made, or given up because its codecs do not go in.
enum Remuxer {
    Open(TransportStream),
    Impossible,
}

fn work(settings: Settings, mut jobs: mpsc::Receiver<Job>, publish: &watch::Sender<Arc<Catalogue>>) {
    let mut shelf = Shelf::new(settings);
    let mut remuxers: HashMap<RenditionId, Remuxer> = HashMap::new();
    while let Some(job) = jobs.blocking_recv() {
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
        }
        publish.send_replace(Arc::new(Catalogue::new(shelf.seeds())));
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
