//! The file that tells the system whether an event is on: while it is there, no update is installed and the machine is
//! not restarted unless somebody insists.
//!
//! It outlives the program as the event does: a crash leaves it, and the next start puts it right.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::live::{Broadcast, Phase};

const NAME: &str = "on-air";

/// Who keeps it true.
#[derive(Debug)]
pub struct OnAirFile {
    file: PathBuf,
    broadcast: watch::Receiver<Arc<Broadcast>>,
}

impl OnAirFile {
    /// The file in that folder, which is true from here on until the state changes.
    pub fn new(folder: &Path, mut broadcast: watch::Receiver<Arc<Broadcast>>) -> Self {
        let file = folder.join(NAME);
        let phase = broadcast.borrow_and_update().phase;
        mark(&file, phase);
        OnAirFile { file, broadcast }
    }

    /// Keeps it true until `stop`, and leaves it then: a program that is stopped ends no event.
    pub async fn keep(mut self, stop: CancellationToken) {
        while let Some(Ok(())) = stop.run_until_cancelled(self.broadcast.changed()).await {
            let phase = self.broadcast.borrow_and_update().phase;
            mark(&self.file, phase);
        }
        stop.cancelled().await;
    }
}

fn mark(file: &Path, phase: Phase) {
    let marked = match phase {
        Phase::Live(_) | Phase::Holding(..) => {
            fs::OpenOptions::new().write(true).create(true).truncate(false).open(file).map(drop)
        }
        Phase::Waiting | Phase::Ended(_) => match fs::remove_file(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        },
    };
    if let Err(error) = marked {
        log::warn!(file:% = file.display(), error:% = error; "the system could not be told whether an event is on");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Hub;
    use crate::stream::{Epoch, EventId};

    #[tokio::test]
    async fn the_file_is_there_while_an_event_is_on_and_outlives_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(NAME);
        fs::write(&file, "left by a crash").unwrap();
        let (hub, _requests, broadcast) = Hub::new(Epoch::from_random([7; 12]));
        let tell = |phase| {
            broadcast.send_replace(Arc::new(Broadcast { phase, ..Broadcast::new() }));
        };
        let stop = CancellationToken::new();
        let keeper = OnAirFile::new(folder.path(), hub.watch());
        assert!(!file.exists(), "nothing is on at this start");
        let keeping = tokio::spawn(keeper.keep(stop.clone()));
        let event = EventId(3);
        let soon = tokio::time::Instant::now();
        for (phase, on_air) in [
            (Phase::Live(event), true),
            (Phase::Holding(event, soon), true),
            (Phase::Ended(event), false),
            (Phase::Waiting, false),
            (Phase::Live(event), true),
        ] {
            tell(phase);
            while file.exists() != on_air {
                tokio::task::yield_now().await;
            }
        }
        stop.cancel();
        keeping.await.unwrap();
        assert!(file.exists());
        OnAirFile::new(folder.path(), hub.watch());
        assert!(file.exists(), "the event goes on");
    }
}
