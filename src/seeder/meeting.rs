//! The seeder at the meeting point: what it has is told, pages' offers come from there, and answers go back.

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Doors, Offer};
use crate::rendezvous::{self, Rendezvous};

impl Doors {
    /// Tells the tracker what is seeded, and hands its offers on, until `stop`.
    pub async fn meet(self, rendezvous: Rendezvous, stop: CancellationToken) {
        let Doors { torrents, offers, peer_id } = self;
        let (Some(mut catalogues), Some(port)) = (torrents.watch(), torrents.port()) else { return };
        let Some(mut door) = rendezvous.register_seeder(peer_id, port).await else {
            return;
        };
        let tasks = TaskTracker::new();
        loop {
            let hashes = catalogues.borrow_and_update().info_hashes().collect();
            door.seed(hashes);
            let offer = tokio::select! {
                () = stop.cancelled() => break,
                changed = catalogues.changed() => match changed {
                    Ok(()) => continue,
                    Err(_) => break,
                },
                offer = door.next() => offer,
            };
            let Some(rendezvous::Offer { info_hash, from, sdp, reply }) = offer else { break };
            let (answer, answered) = oneshot::channel();
            // Beyond the bound it is not answered, as by a peer that has enough.
            if offers.try_send(Offer { info_hash, from, sdp, answer }).is_ok() {
                tasks.spawn(async move {
                    if let Ok(sdp) = answered.await {
                        reply.answer(sdp).await;
                    }
                });
            }
        }
        tasks.close();
        tasks.wait().await;
    }
}
