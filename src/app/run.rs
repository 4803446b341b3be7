//! `venuebox run`: build → bind → spawn → wait → drain. And the publishers of the command line.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::sysinfo::sysinfo;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};

use super::archiving::{self, Archiving};
use super::chance::random;
use super::config::{CardConfig, PlayConfig, PublishConfig, RunConfig, reachable};
use super::keeper::Keeper;
use super::lan::Lan;
use super::on_air::OnAirFile;
use super::pool::Pool;
use super::ports::{bind, listen};
use super::provision;
use super::runtime_folder::{LIVED, RuntimeFolder};
use super::seeding::Seeding;
use super::service;
use super::sharing::Sharing;
use super::sockets::Sockets;
use super::supervisor::Crew;
use super::syncing::Syncing;
use super::telemetry::{tell, tell_secret};
use crate::access::Names;
use crate::appliance::{Appliance, Updates};
use crate::archive::{Archive, Library};
use crate::event::snapshot::{self, Snapshot};
use crate::event::{Settings, Stage, Start};
use crate::ingest::{self, KeyRing, Listener, Pull, Target};
use crate::journal::{Egress, History, Journal, Note};
use crate::lan::Ports;
use crate::live::{Audience, Hub};
use crate::media::{Segmenter, TestCardConfig};
use crate::rendezvous::Rendezvous;
use crate::seeder;
use crate::storage::{Found, Lease, Opened, Origin, Storage, settings};
use crate::stream::WindowLimits;
use crate::web::admin::Desk;
use crate::web::{App, Media, Pulse, Server, Sources};

/// The steps of the drain; their sum, with the seeder's, stays below five seconds.
const INGEST_DRAIN: Duration = Duration::from_millis(500);
const EVENT_DRAIN: Duration = Duration::from_millis(1_500);
const ARCHIVE_DRAIN: Duration = Duration::from_millis(300);
const WEB_DRAIN: Duration = Duration::from_millis(1_900);
const LEDGER_DRAIN: Duration = Duration::from_millis(400);

/// Runs the box until SIGTERM or SIGINT.
///
/// Two runtimes: this thread is the encoder's and the event's, the [`Pool`] is the viewers'. A picture is handed on
/// without waking another thread eighty times a second, and no crowd delays it.
pub fn run(config: RunConfig) -> anyhow::Result<()> {
    // Before any thread starts.
    let sockets = Sockets::take()?;
    raise_descriptor_limit();
    let folder = RuntimeFolder::open(config.runtime.as_deref(), &config.data)?;
    let viewers = Pool::start()?;
    let runtime = current_thread()?;
    let outcome = runtime.block_on(live(config, sockets, &folder, viewers.handle()));
    runtime.shutdown_timeout(Duration::from_millis(100));
    drop(viewers);
    outcome
}

async fn live(
    config: RunConfig,
    mut sockets: Sockets,
    folder: &RuntimeFolder,
    viewers: &Handle,
) -> anyhow::Result<()> {
    // Build.
    for flag in config.without_effect() {
        log::warn!("{flag} is accepted, and has no effect in this version");
    }
    if let Some(url) = &config.public_url {
        settings::url("publicUrl", url).context("--public-url")?;
    }

    // Build: what survives, and who the box belongs to.
    let window = WindowLimits {
        memory: media_share().unwrap_or(WindowLimits::default().memory),
        ..WindowLimits::default()
    };
    let kept = folder.snapshot()?;
    // A running event and the last one.
    let found = snapshot::read(&kept, window.memory * 2);
    let known = found.identity.clone().map(|(epoch, numbers)| Found { epoch, numbers });
    let boot = provision::boot();
    let mut opened =
        Opened::open(&config.data, boot.as_deref().unwrap_or_default(), random()?, known.as_ref())?;
    provision::report(&opened.origin);
    let storage = Storage::start(&mut opened)?;
    let provisioned = provision::provision(&storage, &opened, boot.is_some(), &config).await?;
    let journal = Journal::new();
    let memory = media_share().unwrap_or(seeder::Settings::default().memory);
    let sharing = Sharing::new(&storage.settings().borrow(), memory, config.public_url.is_some());
    let (tracker_settings, seeder_settings) = (sharing.tracker(), sharing.seeder());
    let archiving = Archiving::new(&storage.settings().borrow(), &opened.origin);
    let wanted = archiving.wanted();
    let (keeper, told) =
        Keeper::new(storage.clone(), journal.clone(), &opened.origin, (sharing, archiving)).await?;
    note_start(&journal, &opened.origin);

    // Build: the event.
    let epoch = opened.epoch.clone();
    let (hub, requests, broadcast) = Hub::new(epoch.clone());
    let segmenter = Segmenter::spawn().context("the segmenter's thread could not start")?;
    let settings = Settings { grace: told.grace, window, ..Settings::default() };
    let lease = Lease::new(storage.clone(), opened.numbers);
    let snapshot = Snapshot::new(kept, epoch.clone());
    let start = Start::from_found(snapshot, &epoch, opened.numbers, Some(lease), found);
    let mut stage = Stage::new(settings, requests, broadcast, segmenter, journal.clone(), start);
    stage.resume().await.context("the event that was left cannot go on")?;
    let on_air = OnAirFile::new(folder.told(), hub.watch());
    let unknown = archiving::unknown(&opened.origin);
    let archive = Archive::open(&config.data, hub.clone(), storage.clone(), journal.clone(), wanted, unknown);
    let (archive, archived) = archive.await.context("the archive cannot be put in order")?;
    let pull = config.pull.clone().map(|url| {
        Pull::new(url, hub.clone(), journal.clone(), storage.claimed()).context("--pull cannot be followed")
    });
    let pull = pull.transpose()?;
    let keys = KeyRing::new(storage.stream_keys(), storage.claimed(), told.used);

    let own = Handle::current();
    let mut ingest = Crew::new("ingest", INGEST_DRAIN, &own);
    let mut event = Crew::new("event", EVENT_DRAIN, &own);
    let mut keeping = Crew::new("archive", ARCHIVE_DRAIN, &own);
    let mut web = Crew::new("web", WEB_DRAIN, viewers);
    let mut ledger = Crew::new("ledger", LEDGER_DRAIN, &own);
    let audience = Audience::new();
    let egress = Egress::new();
    let (rendezvous, meeting) = Rendezvous::new(tracker_settings, random()?);

    // Bind.
    // A port that is taken says nothing against the event that was left.
    let another_reason = |_: &anyhow::Error| folder.lived();
    let http = {
        // A socket is woken by the runtime that it was made in.
        let _entered = viewers.enter();
        listen(&mut sockets, "http", || bind(config.http, "HTTP", "--http")).inspect_err(another_reason)?
    };
    let rtmp =
        listen(&mut sockets, "rtmp", || bind(config.rtmp, "RTMP", "--rtmp")).inspect_err(another_reason)?;
    let lan = {
        let _entered = viewers.enter();
        Lan::bind(&config, &mut sockets, &rendezvous).inspect_err(another_reason)?
    };
    let seeding = Seeding::bind(&config, &mut sockets, hub.clone(), seeder_settings, lan.tracker_port()?)
        .inspect_err(another_reason)?;
    let syncing = Syncing::new(config.data.clone(), storage.clone(), journal.clone())?;
    sockets.tell_unused();
    let listener = Listener::new(rtmp, ingest::Config { keys, journal: journal.clone() }, hub.clone());
    let bound = (http.local_addr()?, listener.local_addr()?);
    let names = Names::new(
        nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok()).as_deref(),
        config.public_url.as_deref(),
    );
    let named = (names, config.public_url.clone(), lan.name());
    let data = config.data.clone();
    let pulse = Pulse::new(Sources {
        hub: hub.clone(),
        audience: audience.clone(),
        journal: journal.clone(),
        egress: egress.clone(),
        history: History::new(),
        appliance: Appliance::spawn(PathBuf::from("/"), data)
            .context("the sensors' thread could not start")?,
        face: told.face,
        meetings: rendezvous.counters(),
        torrents: seeding.torrents(),
        archive: archived.status.clone(),
        cloud: syncing.status(),
        stun: lan.stun()?,
    });
    let seen = (pulse.clone(), journal.clone());
    let updates =
        Updates::new(config.updates.clone(), folder.told().join("update"), config.data.join("update"));
    let desk = Desk::new(storage, named, bound, provisioned.claim, seen, updates);
    let library = Library::new(config.data.clone(), desk.storage.clone(), archived.rewind.clone());
    let recorded = (library.clone(), desk.storage.clone(), archived.status);
    let (torrents, rewind, cloud) = (seeding.torrents(), archived.rewind, syncing.status());
    let media = Media { torrents, rewind, library, cloud };
    let app = App::open(hub, audience, desk, rendezvous.clone(), media, web.stop()).await?;
    let server = Server::new(http, app.clone(), egress);
    let (http, rtmp) = bound;
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be watched")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be watched")?;

    // Spawn.
    let stop = event.stop();
    event.spawn_fallible("event", async move { stage.run(stop).await.context("the event stopped") });
    event.spawn("on-air file", |stop| async move { on_air.keep(stop).await });
    event.spawn("watchdog", |stop| async move { service::watchdog(stop).await });
    keeping.spawn("archive", |stop| async move { archive.run(stop).await });
    ledger.spawn("keeper", |stop| async move { keeper.run(stop).await });
    ingest.spawn("RTMP", |stop| async move { listener.run(stop).await });
    if let Some(pull) = pull {
        ingest.spawn("pull", |stop| async move { pull.run(stop).await });
    }
    web.spawn("HTTP", |stop| async move { server.run(stop).await });
    web.spawn("pulse", |stop| async move { pulse.run(stop).await });
    web.spawn("bulletin", |stop| async move { app.run_bulletin(stop).await });
    web.spawn("rendezvous", |stop| async move { meeting.run(stop).await });
    let mut peers = seeding.spawn(rendezvous, recorded);
    let mut carrying = syncing.spawn();
    tell(&format!("viewers  http://{}/", reachable(http)));
    tell(&format!("admin    http://{}/admin", reachable(http)));
    tell(&format!("server   rtmp://{}/live", reachable(rtmp)));
    lan.spawn(&mut web, Ports { http, rtmp }, journal)?;
    if let Some(key) = &provisioned.key {
        tell_secret(&format!("key      {}", key.reveal()));
    }
    if let Some(code) = &provisioned.code {
        tell(&format!("claim    {code}"));
    }
    service::ready();
    log::info!(http:% = http, rtmp:% = rtmp; "ready");

    // Wait.
    let mut lived = std::pin::pin!(tokio::time::sleep(LIVED));
    let mut counted = true;
    let failure = loop {
        tokio::select! {
            _ = terminate.recv() => break None,
            _ = interrupt.recv() => break None,
            error = ingest.failed() => break Some(error),
            error = event.failed() => break Some(error),
            error = keeping.failed() => break Some(error),
            error = web.failed() => break Some(error),
            error = ledger.failed() => break Some(error),
            error = peers.failed() => break Some(error),
            error = carrying.failed() => break Some(error),
            () = &mut lived, if counted => {
                folder.lived();
                counted = false;
            }
        }
    };

    // Drain.
    service::stopping();
    log::info!("stopping");
    carrying.drain().await;
    peers.drain().await;
    ingest.drain().await;
    event.drain().await;
    keeping.drain().await;
    web.drain().await;
    ledger.drain().await;
    if failure.is_none() {
        // Stopped by somebody, not by what it found.
        folder.lived();
    }
    failure.map_or(Ok(()), Err)
}

fn note_start(journal: &Journal, origin: &Origin) {
    journal.note(Note::Started { version: env!("CARGO_PKG_VERSION") });
    if let Origin::Replaced(aside) = origin {
        journal.note(Note::DatabaseReplaced { aside: aside.display().to_string() });
    }
}

/// `venuebox testcard`.
pub fn test_card(config: &CardConfig) -> anyhow::Result<()> {
    let target = target(&config.target)?;
    let card = TestCardConfig {
        width: config.size.width,
        height: config.size.height,
        rate: config.fps,
        bit_rate: config.bitrate,
    };
    current_thread()?.block_on(ingest::publish_test_card(target, card)).context("the test card stopped")
}

/// `venuebox play`.
pub fn play(config: &PlayConfig) -> anyhow::Result<()> {
    let target = target(&config.target)?;
    let file = config.file.clone();
    let outcome = current_thread()?.block_on(ingest::publish_file(target, file, config.looped));
    outcome.with_context(|| format!("{} could not be played", config.file.display()))
}

fn target(config: &PublishConfig) -> anyhow::Result<Target> {
    let target = Target::parse(&config.server, config.stream_key.reveal());
    target.with_context(|| format!("{} is not a server such as rtmp://127.0.0.1:1935/live", config.server))
}

fn current_thread() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("the runtime could not start")
}

/// A quarter of this machine's memory is for media in all, in five equal shares: the windows of a running event and
/// of the last one, the snapshot that each has and that holds no more than its window, and what the seeder keeps
/// beyond the window. None where the machine does not say what it has.
fn media_share() -> Option<usize> {
    let total = sysinfo().ok().and_then(|info| usize::try_from(info.ram_total()).ok());
    total.map(|total| total / 4 / 5)
}

/// A thousand viewers hold two or three sockets each; the usual soft limit is 1,024.
fn raise_descriptor_limit() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard.min(65_536), hard));
    if let Err(error) = raised {
        log::warn!(error:% = error; "the limit of open files could not be raised");
    }
}
