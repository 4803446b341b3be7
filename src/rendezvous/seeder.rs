//! The door of the box's own seeder: offers come out of it, answers go in.

use std::net::IpAddr;

use tokio::sync::{mpsc, watch};

use super::handle::{Letter, Seeded};
use crate::bittorrent::InfoHash;
use crate::tracker::{OfferId, SocketId};

/// Offers that wait for the seeder. Threat: a page that offers faster than connections can be made; what is above
/// is lost, and the page offers again.
pub(super) const MAX_OFFERS: usize = 64;

/// A page wants to connect to the seeder.
#[derive(Debug)]
pub struct Offer {
    /// The swarm.
    pub info_hash: InfoHash,
    /// Where its socket comes from.
    pub from: IpAddr,
    /// The offer's session description.
    pub sdp: String,
    /// Where the answer goes.
    pub reply: Reply,
}

/// The way back to whoever offered.
#[derive(Debug)]
pub struct Reply {
    pub(super) mailbox: mpsc::Sender<Letter>,
    pub(super) socket: SocketId,
    pub(super) info_hash: InfoHash,
    pub(super) offer_id: OfferId,
}

impl Reply {
    /// Answers; a page that has left meanwhile hears nothing.
    pub async fn answer(self, sdp: String) {
        let Reply { mailbox, socket, info_hash, offer_id } = self;
        // When the desk is gone, the program stops.
        let _ = mailbox.send(Letter::Answer(socket, info_hash, offer_id, sdp)).await;
    }
}

/// The seeder's end.
#[derive(Debug)]
pub struct SeederDoor {
    offers: mpsc::Receiver<Offer>,
    seeded: watch::Sender<Seeded>,
}

impl SeederDoor {
    pub(super) fn new(offers: mpsc::Receiver<Offer>, seeded: watch::Sender<Seeded>) -> Self {
        SeederDoor { offers, seeded }
    }

    /// The next offer; none when the program stops.
    pub async fn next(&mut self) -> Option<Offer> {
        self.offers.recv().await
    }

    /// From now on these torrents, and no others, are seeded.
    pub fn seed(&self, torrents: Vec<InfoHash>) {
        self.seeded.send_if_modified(|seeded| {
            let changed = *seeded.torrents != *torrents;
            if changed {
                seeded.torrents = torrents.into();
            }
            changed
        });
    }
}
