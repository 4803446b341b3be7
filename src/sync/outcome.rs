//! What follows from an errand that ended, for the rows, the playlists and the scheduler.

use std::time::Duration;

use super::chance::chance;
use super::errand::{Done, Fault, Task, wall_clock};
use super::scheduler::{Claim, Ending};
use super::session::{EXPIRE, Session};
use super::trouble::Trouble;
use crate::hls::MediaUri;
use crate::stream::EventId;

impl Session {
    /// An errand ended.
    pub(super) async fn end(&mut self, claim: &Claim, task: Task, result: Result<Done, Fault>) {
        let now = self.now();
        self.moved = true;
        if let Task::Playlist { playlist, .. } = &task {
            self.writing.remove(playlist);
        }
        let ending = match result {
            Ok(done) => self.done(now, done),
            Err(fault) => {
                if let Task::Playlist { playlist, .. } = task {
                    self.book.failed(playlist);
                }
                self.stale = true;
                self.went_wrong(&claim.key, &fault)
            }
        };
        if ending == Ending::Worked {
            self.refused.take_if(|(key, _)| *key == claim.key);
        }
        let pause = self.scheduler.ended(now, claim, ending, chance());
        if let (Some(pause), Task::Upload(upload)) = (pause, &task) {
            let retry_at = wall_clock() + i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
            // It is only for after a restart.
            if let Err(error) = self.tools.storage.upload_refused(upload.key.clone(), retry_at).await {
                log::debug!(error:% = error; "a refused upload was not written down");
            }
        }
        self.tell(now);
    }

    fn went_wrong(&mut self, key: &str, fault: &Fault) -> Ending {
        log::debug!(key, fault:% = fault; "an errand to the cloud failed");
        match fault {
            Fault::Trouble(trouble) if trouble.is_of_one_object() => {
                self.refused = Some((key.to_owned(), trouble.to_string()));
                self.error = Some(trouble.to_string());
                Ending::Refused
            }
            Fault::Trouble(trouble) => {
                self.error = Some(trouble.to_string());
                match trouble {
                    Trouble::Slow(asked) => Ending::Slow(*asked),
                    other => Ending::Failed { lasting: other.is_lasting() },
                }
            }
            // It did arrive, perhaps; it is sent again once the database is well.
            Fault::Storage(error) => {
                self.refused = Some((key.to_owned(), error.to_string()));
                Ending::Refused
            }
        }
    }

    fn done(&mut self, now: Duration, done: Done) -> Ending {
        match done {
            Done::Sent { upload, joined } => {
                self.forget_row(&upload.key);
                self.book.arrived(upload.rendition, joined == Some(true));
                // Segments may have waited for it.
                self.stale |= !matches!(upload.uri, MediaUri::Segment(_)) || joined.is_none();
                Ending::Worked
            }
            Done::Lost { upload, objects } => {
                self.forget_row(&upload.key);
                self.lost += objects;
                self.book.arrived(upload.rendition, true);
                self.stale = true;
                Ending::Unsent
            }
            Done::Live { id, written, sent } => {
                match written {
                    Some(written) => self.book.live_written(id, written),
                    None => self.book.live_empty(id),
                }
                self.wrote(id.event, sent)
            }
            Done::Entrance { event, text } => {
                self.book.entrance_written(event, text);
                self.wrote(event, true)
            }
            Done::Whole { id, variant } => {
                let sent = variant.is_some();
                self.book.whole_written(id, variant);
                self.wrote(id.event, sent)
            }
            Done::Published { event, done, sent } => {
                if done {
                    self.book.finished(event);
                }
                self.stale = true;
                self.wrote(event, sent)
            }
            Done::Buried { event } => {
                self.buried.insert(event);
                self.stale = true;
                Ending::Worked
            }
            Done::Removed { key } => {
                self.removals.retain(|(_, other)| *other != key);
                self.stale |= self.removals.is_empty();
                Ending::Worked
            }
            Done::Page => {
                self.page = None;
                Ending::Worked
            }
            Done::Expired { asked } => {
                self.expire_at = self.expire_at.map(|_| now + EXPIRE);
                if asked { Ending::Worked } else { Ending::Unsent }
            }
        }
    }

    fn wrote(&mut self, event: EventId, sent: bool) -> Ending {
        if !sent {
            return Ending::Unsent;
        }
        *self.writes.entry(event).or_default() += 1;
        Ending::Worked
    }

    fn forget_row(&mut self, key: &str) {
        self.rows.edge.retain(|row| row.key != key);
        self.rows.backlog.retain(|row| row.key != key);
        // There may be more than was read, or the last was sent and the whole can be written.
        self.stale |= self.rows.backlog.len() < self.scheduler.appetite();
    }
}
