//! The thread that reads the sensors.
//!
//! It has a thread of its own because a disk that is busy or broken, and some sensors, answer when they like; neither
//! viewers nor the event wait for them.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};

use tokio::sync::oneshot;

use super::sensors::{Readings, Sensors};

/// Questions that wait. There is one who asks.
const MAX_QUESTIONS: usize = 2;

/// A handle to the sensors; clones ask the same ones.
#[derive(Clone, Debug)]
pub struct Appliance(SyncSender<oneshot::Sender<Readings>>);

impl Appliance {
    /// Starts the thread, for sensors below `root` (`/` but in tests) and the disk of the folder `data`.
    ///
    /// # Errors
    /// What the system says when it gives no thread.
    pub fn spawn(root: PathBuf, data: PathBuf) -> io::Result<Self> {
        let (questions, receiver) = sync_channel::<oneshot::Sender<Readings>>(MAX_QUESTIONS);
        std::thread::Builder::new().name(String::from("sensors")).spawn(move || {
            let mut sensors = Sensors::new(root, data);
            while let Ok(answer) = receiver.recv() {
                // Who asked may have gone.
                let _ = answer.send(sensors.read());
            }
        })?;
        Ok(Appliance(questions))
    }

    /// Reads the sensors; `None` while they do not answer.
    pub async fn read(&self) -> Option<Readings> {
        let (answer, readings) = oneshot::channel();
        match self.0.try_send(answer) {
            Ok(()) => readings.await.ok(),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_thread_answers_and_ends_with_its_handle() {
        let folder = tempfile::tempdir().unwrap();
        let appliance = Appliance::spawn(PathBuf::from("/"), folder.path().to_owned()).unwrap();
        assert!(appliance.read().await.unwrap().memory_total > 0);
    }
}
