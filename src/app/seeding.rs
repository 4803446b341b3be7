//! The seeder on a thread of its own, so that no peer delays the encoder or the viewers.

use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;

use super::chance::random;
use super::config::RunConfig;
use super::films::Films;
use super::pool::Pool;
use super::ports::{bind, listen};
use super::sockets::Sockets;
use super::supervisor::Crew;
use crate::archive::{Library, Status};
use crate::live::Hub;
use crate::rendezvous::Rendezvous;
use crate::seeder::{Doors, Seeder, Settings, Torrents};
use crate::storage::Storage;

/// Its step of the drain.
const DRAIN: Duration = Duration::from_millis(200);

/// What is bound, and not yet running.
#[derive(Debug)]
pub struct Seeding {
    peers: Peers,
    seeder: Seeder,
    doors: Doors,
    films: Films,
}

/// What runs.
#[derive(Debug)]
pub struct Peers {
    thread: Pool,
    crew: Crew,
}

impl Seeding {
    /// Takes or binds the port. `tracker_udp` is the UDP tracker's port.
    pub fn bind(
        config: &RunConfig,
        sockets: &mut Sockets,
        hub: Hub,
        settings: watch::Receiver<Settings>,
        tracker_udp: u16,
    ) -> anyhow::Result<Self> {
        let thread = Pool::alone("seeder")?;
        let crew = Crew::new("seeder", DRAIN, thread.handle());
        let socket = {
            let _entered = thread.handle().enter();
            listen(sockets, "bittorrent", || bind(config.bittorrent, "BitTorrent", "--bittorrent"))?
        };
        let (films, screening) = Films::new();
        let made = Seeder::new(settings, hub, socket, Some(tracker_udp), screening, random()?);
        let (seeder, doors) = made.context("the seeder's port has no address")?;
        Ok(Seeding { peers: Peers { thread, crew }, seeder, doors, films })
    }

    /// What it seeds.
    pub fn torrents(&self) -> Torrents {
        self.doors.torrents.clone()
    }

    /// Starts it, and tells the meeting point what it has and asks it whom to serve.
    pub fn spawn(
        self,
        rendezvous: Rendezvous,
        (library, storage, status): (Library, Storage, watch::Receiver<Status>),
    ) -> Peers {
        let Seeding { mut peers, seeder, doors, films } = self;
        let meeting = rendezvous.clone();
        peers.crew.spawn("seeder", |stop| async move { seeder.run(meeting, stop).await });
        peers.crew.spawn("meeting point", |stop| async move { doors.meet(rendezvous, stop).await });
        peers.crew.spawn("films", |stop| async move { films.run(library, storage, status, stop).await });
        peers
    }
}

impl Peers {
    /// Waits for a task to end by itself, which none should.
    pub async fn failed(&mut self) -> anyhow::Error {
        self.crew.failed().await
    }

    /// Lets every peer go, and ends the thread.
    pub async fn drain(self) {
        self.crew.drain().await;
        drop(self.thread);
    }
}
