//! A feed: somebody else's HLS stream as the source, pulled from where the operator said.
//!
//! ```text
//!   claimed ─▶ nobody of a higher rank on air ─▶ session ─┐
//!                 ▲        ▲                              ├─ trouble: again after a while, longer each time
//!                 │        └──────────────────────────────┤
//!                 └── its encoder is gone ◀── outranked ──┤
//!                     the feed began anew ◀── ended here ─┘
//! ```
//! Belongs here: playlists, segments and their clock. Does not: what is fetched from where (`fetch`, `access`), and
//! what is in a segment (`media`). Whole segments are taken; partial ones are passed over.

mod chance;
mod choice;
mod feed_url;
mod follower;
mod pace;
mod playlist;
mod session;
mod stamps;
mod trouble;

use std::io;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

pub use feed_url::FeedUrl;
pub use playlist::read_playlist;

use self::chance::jittered;
use self::session::{End, Playlists, Session};
use self::trouble::Trouble;
use crate::access::Outgoing;
use crate::fetch::Fetcher;
use crate::journal::{Journal, Note};
use crate::live::{Broadcast, Dismissal, Hub, Phase, Refusal};
use crate::media::SegmentReader;

/// Waits between two attempts: the first one, doubled each time up to the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// The wait for what no second attempt changes, or only an operator.
const LASTING_WAIT: Duration = Duration::from_secs(30);

/// A stay of so long is a success: the next wait is the first one again.
const STEADY: Duration = Duration::from_secs(10);

/// How long an encoder's place is waited for before it is asked for again.
const ASK_AGAIN: Duration = Duration::from_secs(3);

/// How often an ended or unwanted feed is looked at.
const LOOK: Duration = Duration::from_secs(10);

/// A feed without anything new for so long that goes on then has begun anew.
const SILENCE: Duration = Duration::from_secs(30);

/// See the module's documentation.
#[derive(Debug)]
pub struct Pull {
    url: FeedUrl,
    fetcher: Fetcher,
    reader: SegmentReader,
    hub: Hub,
    journal: Journal,
    claimed: watch::Receiver<bool>,
    /// The last trouble that the operator was told of.
    told: Option<Trouble>,
}

impl Pull {
    /// Pulls `url` for `hub` once the box is `claimed`.
    ///
    /// # Errors
    /// When there is no TLS, or no thread.
    pub fn new(url: FeedUrl, hub: Hub, journal: Journal, claimed: watch::Receiver<bool>) -> io::Result<Self> {
        let fetcher = Fetcher::new(Outgoing::from_operator(url.url()))?;
        Ok(Pull { url, fetcher, reader: SegmentReader::spawn()?, hub, journal, claimed, told: None })
    }

    /// Pulls until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        stop.run_until_cancelled(self.pull()).await;
    }

    async fn pull(&mut self) {
        // Until somebody owns the box only its test card plays.
        if self.claimed.wait_for(|claimed| *claimed).await.is_err() {
            return std::future::pending().await;
        }
        let mut wait = FIRST_WAIT;
        loop {
            self.until_free().await;
            let began = Instant::now();
            let end = self.stay().await;
            if began.elapsed() >= STEADY {
                wait = FIRST_WAIT;
            }
            match end {
                End::Trouble(trouble) => {
                    self.tell(&trouble);
                    let lasting = trouble.is_lasting() || trouble == Trouble::Ended;
                    sleep(jittered(if lasting { wait.max(LASTING_WAIT / 2) } else { wait })).await;
                    wait = (wait * 2).min(if lasting { LASTING_WAIT } else { LONGEST_WAIT });
                }
                End::Refused(Refusal::Ended) | End::Dismissed(Dismissal::Ended) => self.until_anew().await,
                End::Refused(Refusal::Stopping) | End::Dismissed(Dismissal::Stopping) => {
                    return std::future::pending().await;
                }
                End::Dismissed(Dismissal::Unusable(_)) => sleep(jittered(LASTING_WAIT)).await,
                End::Refused(_) | End::Dismissed(_) => sleep(ASK_AGAIN).await,
            }
        }
    }

    async fn stay(&mut self) -> End {
        let session = match Playlists::open(&self.fetcher, self.url.url()).await {
            Ok(playlists) => Session::new(&self.fetcher, &self.reader, playlists),
            Err(trouble) => Err(trouble),
        };
        match session {
            Ok(session) => {
                let end = session.run(&self.hub, &self.url.name()).await;
                if !matches!(end, End::Trouble(_)) {
                    self.told = None;
                }
                end
            }
            Err(trouble) => End::Trouble(trouble),
        }
    }

    /// Waits while an encoder is on air: its feed would be fetched for nothing.
    async fn until_free(&self) {
        let mut broadcast = self.hub.watch();
        while taken(&self.hub.broadcast()) {
            // Whether or not it changed, it is looked at again.
            let _ = timeout(LOOK, broadcast.changed()).await;
        }
    }

    /// The operator ended the event: the feed begins no other before it ended or fell silent itself, or another source
    /// began one.
    async fn until_anew(&self) {
        let (mut known, mut since, mut over) = (None, Instant::now(), false);
        loop {
            sleep(jittered(LOOK)).await;
            if matches!(self.hub.broadcast().phase, Phase::Live(_) | Phase::Holding(..)) {
                return;
            }
            match Playlists::open(&self.fetcher, self.url.url()).await.map(|playlists| playlists.edge()) {
                Ok((edge, false)) => {
                    let went_back = known.is_some_and(|known| edge < known);
                    let goes_on = known.is_none_or(|known| edge > known);
                    if went_back || (over && goes_on) {
                        return;
                    }
                    if known.replace(edge) != Some(edge) {
                        since = Instant::now();
                    }
                }
                Ok((_, true)) => over = true,
                // It may be the network.
                Err(_) => {}
            }
            over |= since.elapsed() >= SILENCE;
        }
    }

    /// Tells the operator once of each reason.
    fn tell(&mut self, trouble: &Trouble) {
        if self.told.as_ref() != Some(trouble) {
            log::info!("the feed does not come: {trouble}");
            self.journal.note(Note::FeedAway {
                feed: self.url.name(),
                why: trouble.to_string(),
                ended: *trouble == Trouble::Ended,
            });
            self.told = Some(trouble.clone());
        }
    }
}

/// Whether an encoder is on air.
fn taken(broadcast: &Broadcast) -> bool {
    let encoder = broadcast.input.as_ref().is_some_and(|input| !input.origin.test_card);
    encoder && matches!(broadcast.phase, Phase::Live(_))
}
