//! What the operator wants kept, in the words of the archive.

use tokio::sync::watch;

use crate::archive::{Unknown, Wanted};
use crate::storage::{Origin, Settings};
use crate::time::MediaTime;

/// Who tells the archive.
#[derive(Debug)]
pub struct Archiving {
    wanted: watch::Sender<Wanted>,
    /// Without a database that lasts nothing can be found again, so nothing is written.
    lasts: bool,
}

impl Archiving {
    /// What is set now.
    pub fn new(settings: &Settings, origin: &Origin) -> Self {
        let archiving =
            Archiving { wanted: watch::Sender::default(), lasts: !matches!(origin, Origin::Memory(_)) };
        archiving.tell(settings);
        archiving
    }

    /// What the archive listens to.
    pub fn wanted(&self) -> watch::Receiver<Wanted> {
        self.wanted.subscribe()
    }

    /// Tells it what is set now.
    pub fn tell(&self, settings: &Settings) {
        let wanted = if self.lasts { wanted(settings) } else { Wanted::default() };
        self.wanted.send_if_modified(|known| std::mem::replace(known, wanted.clone()) != wanted);
    }
}

fn wanted(settings: &Settings) -> Wanted {
    let set = &settings.recording.value;
    let minutes = MediaTime::from_millis(i64::from(set.rewind_minutes) * 60_000);
    Wanted {
        record: set.record,
        rewind: set.rewind.then_some(minutes),
        cloud: settings.cloud.value.0.is_some(),
        title: settings.page.value.title.clone(),
    }
}

/// What becomes of files that the database knows nothing of.
pub fn unknown(origin: &Origin) -> Unknown {
    match origin {
        Origin::Known => Unknown::Remove,
        Origin::Fresh | Origin::Replaced(_) | Origin::Memory(_) => Unknown::SetAside,
    }
}
