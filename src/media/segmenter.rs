//! The segmenter: one named thread that makes parts of samples, and takes each part's hash.
//!
//! Its own thread, because libavformat is synchronous and hashing a part takes as long as sending it. Requests
//! come one at a time from the event task, which waits for each answer; so nothing queues here.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use super::error::MediaError;
use super::muxer::Muxer;
use crate::stream::{Configuration, Samples};

/// A part's bytes as they are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// One `moof` and its `mdat`.
    pub bytes: Bytes,
    /// SHA-256 of `bytes`.
    pub sha256: [u8; 32],
    /// The `mfhd` sequence number.
    pub number: u32,
}

type Answer<T> = oneshot::Sender<Result<T, MediaError>>;

enum Request {
    Check(Configuration, Answer<()>),
    Configure(Configuration, u32, Answer<Bytes>),
    Mux(Samples, Answer<Fragment>),
}

/// The thread's handle; the thread ends when it is dropped.
#[derive(Debug)]
pub struct Segmenter {
    requests: SyncSender<Request>,
}

impl Segmenter {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn() -> io::Result<Self> {
        super::start_library();
        let (requests, receiver) = sync_channel(1);
        thread::Builder::new().name(String::from("segmenter")).spawn(move || work(&receiver))?;
        Ok(Segmenter { requests })
    }

    /// Whether FFmpeg takes a configuration; what is set stays.
    ///
    /// # Errors
    /// [`MediaError`] when it does not.
    pub async fn check(&self, configuration: Configuration) -> Result<(), MediaError> {
        self.ask(|answer| Request::Check(configuration, answer)).await
    }

    /// Sets what the next samples are, and returns their initialization section. The first fragment of them is
    /// number `fragment`.
    ///
    /// # Errors
    /// [`MediaError`] when FFmpeg does not take the configuration.
    pub async fn configure(&self, configuration: Configuration, fragment: u32) -> Result<Bytes, MediaError> {
        self.ask(|answer| Request::Configure(configuration, fragment, answer)).await
    }

    /// Makes one part of the samples, which must follow those before in each track.
    ///
    /// # Errors
    /// [`MediaError`] when FFmpeg does not take them; the next part starts afresh.
    pub async fn mux(&self, samples: Samples) -> Result<Fragment, MediaError> {
        self.ask(|answer| Request::Mux(samples, answer)).await
    }

    async fn ask<T>(&self, request: impl FnOnce(Answer<T>) -> Request) -> Result<T, MediaError> {
        let (answer, answered) = oneshot::channel();
        self.requests.try_send(request(answer)).map_err(|_| MediaError::NoThread)?;
        answered.await.map_err(|_| MediaError::NoThread)?
    }
}

/// The thread's state: the open muxer, and what it takes to open another like it.
#[derive(Default)]
struct Desk {
    configuration: Configuration,
    muxer: Option<Muxer>,
    next: u32,
}

fn work(requests: &Receiver<Request>) {
    let mut desk = Desk::default();
    while let Ok(request) = requests.recv() {
        // Whoever asked may have gone; then nobody needs the answer.
        match request {
            Request::Check(configuration, answer) => {
                let _ = answer.send(Muxer::open(&configuration, 1).map(drop));
            }
            Request::Configure(configuration, fragment, answer) => {
                let _ = answer.send(desk.configure(configuration, fragment));
            }
            Request::Mux(samples, answer) => {
                let _ = answer.send(desk.mux(&samples));
            }
        }
    }
}

impl Desk {
    fn configure(&mut self, configuration: Configuration, fragment: u32) -> Result<Bytes, MediaError> {
        let (muxer, init) = Muxer::open(&configuration, fragment)?;
        *self = Desk { configuration, muxer: Some(muxer), next: fragment };
        Ok(init)
    }

    fn mux(&mut self, samples: &Samples) -> Result<Fragment, MediaError> {
        let mut muxer = match self.muxer.take() {
            Some(muxer) => muxer,
            // The one before broke off in the middle of a part; its fragment number was never seen.
            None => Muxer::open(&self.configuration, self.next)?.0,
        };
        let bytes = muxer.fragment(samples)?;
        self.muxer = Some(muxer);
        let number = self.next;
        self.next = number.wrapping_add(1).max(1);
        Ok(Fragment { sha256: Sha256::digest(&bytes).into(), bytes, number })
    }
}

#[cfg(test)]
#[path = "segmenter_tests.rs"]
pub(super) mod tests;
