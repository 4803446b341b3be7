//! The pulse of the dashboard: once a second everything that an operator should see, rendered once for all who look.
//!
//! Belongs here: gathering what the rooms below know, and saying it as the admin page reads it. Does not: who may look
//! (the admin routes), what is measured (`live`, `appliance`), or rules about streams (`preflight`).
//!
//! While nobody looks nothing is rendered; what the graphs need is sampled every five seconds all the same.

mod archive;
mod cloud;
mod compose;
mod input;
mod rate;
mod reach;
mod sharing;
mod state;
#[cfg(test)]
mod tests;
mod watchman;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::ws::Utf8Bytes;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::appliance::{Appliance, Readings, egress_budget, link_speed};
use crate::archive::Status;
use crate::event::ORIGIN;
use crate::journal::{Egress, Entry, History, Journal, Values};
use crate::lan::StunCount;
use crate::live::{Audience, Broadcast, Hub, Phase};
use crate::rendezvous::Counters;
use crate::seeder::Torrents;
use crate::stream::EventId;
use crate::sync;
use crate::time::unix_millis;
use compose::{View, Viewers, compose};
use input::InputGauge;
use rate::Rate;
use sharing::{Counted, SharingGauge};
use watchman::Watchman;

/// How often the dashboard beats.
const BEAT: Duration = Duration::from_secs(1);

/// How often the last hour's values are taken; the history's own step.
const SAMPLE: Duration = Duration::from_secs(5);

/// Sensors that take longer are shown as they last were.
const SENSORS: Duration = Duration::from_millis(500);

/// What goes out is averaged over so long: segments of two seconds leave in bursts.
const EGRESS_SPAN: Duration = Duration::from_secs(4);

/// Lines of the operator's log that a dashboard begins with.
const FIRST_LINES: usize = 20;

/// What the operator set, as far as the dashboard shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Face {
    /// Somebody owns the box.
    pub claimed: bool,
    /// There is a stream key, so an encoder could come.
    pub has_key: bool,
    /// The event's title.
    pub title: String,
    /// The operator wants what is on air to be shared.
    pub seeds: bool,
    /// Viewers need a password.
    pub password: bool,
    /// Mbit/s that viewers may take; `None`: a share of the port's speed.
    pub egress_budget: Option<u32>,
    /// What is wrong with the box itself and stays so until somebody does something.
    pub warning: Option<String>,
}

/// Where the pulse looks.
#[derive(Clone, Debug)]
pub struct Sources {
    /// What is on air.
    pub hub: Hub,
    /// Who watches.
    pub audience: Audience,
    /// Where it writes what an operator should know.
    pub journal: Journal,
    /// What goes out.
    pub egress: Egress,
    /// Where the last hour is kept.
    pub history: History,
    /// The machine.
    pub appliance: Appliance,
    /// What the operator set.
    pub face: watch::Receiver<Face>,
    /// Who meets whom.
    pub meetings: watch::Receiver<Counters>,
    /// What is seeded.
    pub torrents: Torrents,
    /// What is kept.
    pub archive: watch::Receiver<Status>,
    /// What goes to the cloud, if there is one.
    pub cloud: watch::Receiver<Option<sync::Status>>,
    /// How many were told their address, and at which port.
    pub stun: (StunCount, u16),
}

/// One rendering of everything.
#[derive(Clone, Debug)]
pub struct Beat {
    /// The state alone, as JSON.
    pub state: String,
    /// `{"type":"state","state":…}`, ready to be sent to everybody.
    pub message: Utf8Bytes,
    at: Option<Instant>,
}

/// The pulse; clones are the same one.
#[derive(Clone, Debug)]
pub struct Pulse(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    sources: Sources,
    beat: watch::Sender<Arc<Beat>>,
    /// Somebody began to look.
    wake: Notify,
}

impl Pulse {
    /// A pulse that beats once [`run`](Self::run) runs.
    pub fn new(sources: Sources) -> Self {
        let beat = Beat { state: String::from("null"), message: Utf8Bytes::default(), at: None };
        let (beat, _) = watch::channel(Arc::new(beat));
        Pulse(Arc::new(Shared { sources, beat, wake: Notify::new() }))
    }

    /// Looks at the pulse: the receiver gets a beat a second for as long as it lives, and holds a fresh one when this
    /// returns. It waits for one; select it with whatever stops the program.
    pub async fn look(&self) -> watch::Receiver<Arc<Beat>> {
        let mut receiver = self.0.beat.subscribe();
        self.0.wake.notify_one();
        let fresh = |beat: &Arc<Beat>| beat.at.is_some_and(|at| at.elapsed() < BEAT * 2);
        // The sender lives as long as this.
        let _ = receiver.wait_for(fresh).await;
        receiver
    }

    /// The first message of a dashboard: the state, the last hour and the newest lines of the log.
    pub fn hello(&self, beat: &Beat) -> Utf8Bytes {
        let sources = &self.0.sources;
        let history = json(&sources.history.series());
        let journal = json(&sources.journal.recent(FIRST_LINES));
        let (now, state) = (unix_millis(SystemTime::now()), &beat.state);
        let text = format!(
            r#"{{"type":"hello","now":{now},"state":{state},"history":{history},"journal":{journal}}}"#
        );
        Utf8Bytes::from(text)
    }

    /// The message of a new line of the log.
    pub fn line(entry: &Entry) -> Utf8Bytes {
        Utf8Bytes::from(format!(r#"{{"type":"journal","entry":{}}}"#, json(entry)))
    }

    /// Beats until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let shared = &*self.0;
        let mut broadcast = shared.sources.hub.watch();
        let mut face = shared.sources.face.clone();
        let mut eye = Eye::new();
        let mut sampled = Instant::now();
        let mut due = sampled;
        loop {
            let looked_at = shared.beat.receiver_count() > 0;
            let next = if looked_at { due.min(sampled + SAMPLE) } else { sampled + SAMPLE };
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep_until(next) => {}
                () = shared.wake.notified() => {
                    // A beat that is still fresh is everybody's.
                    if Instant::now() < due { continue; }
                }
                changed = broadcast.changed() => {
                    if changed.is_err() { return; }
                    eye.follow(&broadcast.borrow_and_update().clone());
                    continue;
                }
                Ok(()) = face.changed() => { face.mark_unchanged(); }
            }
            let now = Instant::now();
            let state = eye.see(&shared.sources, now).await;
            if now >= sampled + SAMPLE {
                sampled = now;
                shared.sources.history.push(unix_millis(SystemTime::now()), eye.values);
            }
            due = now + BEAT;
            if shared.beat.receiver_count() > 0 {
                let state = json(&state);
                let message = Utf8Bytes::from(format!(r#"{{"type":"state","state":{state}}}"#));
                shared.beat.send_replace(Arc::new(Beat { state, message, at: Some(now) }));
            }
        }
    }
}

/// What one look has to remember for the next.
#[derive(Debug)]
struct Eye {
    input: InputGauge,
    egress: Rate,
    sharing: SharingGauge,
    readings: Readings,
    watchman: Watchman,
    /// The running event, and when it began in milliseconds since 1970.
    event: Option<(EventId, i64)>,
    peak: usize,
    values: Values,
}

impl Eye {
    fn new() -> Self {
        Eye {
            input: InputGauge::default(),
            egress: Rate::new(EGRESS_SPAN),
            sharing: SharingGauge::default(),
            readings: Readings::default(),
            watchman: Watchman::default(),
            event: None,
            peak: 0,
            values: Values::default(),
        }
    }

    /// Notes when an event begins.
    fn follow(&mut self, broadcast: &Broadcast) {
        match broadcast.phase {
            Phase::Live(event) | Phase::Holding(event, _) => {
                if self.event.is_none_or(|(known, _)| known != event) {
                    self.event = Some((event, began(broadcast)));
                    self.peak = 0;
                }
            }
            Phase::Waiting | Phase::Ended(_) => self.event = None,
        }
    }

    async fn see(&mut self, sources: &Sources, now: Instant) -> state::State {
        if let Ok(Some(readings)) = timeout(SENSORS, sources.appliance.read()).await {
            self.readings = readings;
        }
        let broadcast = sources.hub.broadcast();
        self.follow(&broadcast);
        let face = sources.face.borrow().clone();
        let (pages, players) = sources.audience.tally(now);
        let count = pages + players;
        self.peak = self.peak.max(count);
        let counted = counted(sources);
        let (_, stun_port) = sources.stun;
        let sharing = self.sharing.see(now, &counted, &face, stun_port);
        // The port carries what peers get as well.
        let total = sources.egress.total() + counted.traffic.uploaded;
        let out = self.egress.per_second(now, total).map_or(0, |bytes| bytes * 8);
        let measured = self.input.measure(now, broadcast.input.as_ref());
        let link = link_speed(&self.readings.interfaces);
        let budget = egress_budget(face.egress_budget, link);
        for note in self.watchman.look(now, &self.readings, out, budget) {
            sources.journal.note(note);
        }
        self.values = Values {
            bit_rate: measured.as_ref().map(|input| input.bit_rate),
            viewers: u64::try_from(count).ok(),
            egress: Some(out),
            cpu: Some(u64::from(self.readings.cpu)),
        };
        let cloud = sources.cloud.borrow().clone().map(cloud::Cloud::of);
        compose(&View {
            now: unix_millis(SystemTime::now()),
            face: &face,
            phase: broadcast.phase.state(now),
            on_air_since: self.event.map(|(_, since)| since),
            input: measured.as_ref(),
            standby: broadcast.standby,
            viewers: Viewers { count, peak: self.peak, pages, players },
            egress: state::Egress { rate: out, budget, link },
            sharing: &sharing,
            archive: &archive::Archive::of(sources.archive.borrow().clone(), self.readings.wear),
            cloud: cloud.as_ref(),
            readings: &self.readings,
        })
    }
}

fn counted(sources: &Sources) -> Counted {
    Counted {
        counters: *sources.meetings.borrow(),
        traffic: sources.torrents.traffic(),
        stun: sources.stun.0.answers(),
        torrents: sources.torrents.catalogue().seeds().count(),
    }
}

/// When the event began: its timeline says so also after a restart in the middle of it.
fn began(broadcast: &Broadcast) -> i64 {
    let window = broadcast.current().next().map(|live| Arc::clone(&live.window.borrow()));
    let first = window.as_ref().and_then(|window| window.retained().next());
    first.map_or_else(
        || unix_millis(SystemTime::now()),
        |segment| segment.date.saturating_sub((segment.start - ORIGIN).millis()),
    )
}

/// Serialising our own strings and numbers cannot fail.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| String::from("null"))
}
