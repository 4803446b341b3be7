//! The times in which something is seeded: each begins with nothing and ends with nothing.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::Screening;
use super::catalogue::Catalogue;
use super::exchange::Exchange;
use super::follower::follow;
use super::settings::Settings;
use super::vault::Film;
use super::workshop::{self, Counter, Job};
use crate::live::Hub;

/// Makes torrents of what is on air whenever it is set so, until `stop`.
pub async fn work(
    hub: Hub,
    mut settings: watch::Receiver<Settings>,
    publish: watch::Sender<Arc<Catalogue>>,
    screening: Screening,
    stop: CancellationToken,
) {
    let own = settings.clone();
    while becomes(&mut settings, true, &stop).await {
        let counter = Counter::new(publish.clone());
        let shift = stop.child_token();
        let over = async {
            becomes(&mut settings, false, &stop).await;
            shift.cancel();
            // Not only once the thread is done with what it has in hand.
            counter.close();
        };
        match workshop::spawn(own.clone(), counter.clone(), screening.hashed.clone()) {
            Ok(jobs) => {
                let films = show(screening.films.clone(), jobs.clone(), shift.clone());
                tokio::join!(follow(hub.clone(), jobs, shift.clone()), films, over);
            }
            Err(error) => {
                log::warn!(error:% = error; "nothing is seeded: the system gives no thread; switch sharing off and on");
                over.await;
            }
        }
    }
}

/// Hands on which recordings are seeded, until `stop`.
async fn show(mut films: watch::Receiver<Arc<[Film]>>, jobs: mpsc::Sender<Job>, stop: CancellationToken) {
    loop {
        let now = Arc::clone(&films.borrow_and_update());
        let told = stop.run_until_cancelled(jobs.send(Job::Films(now))).await;
        let changed = async { told?.ok().zip(stop.run_until_cancelled(films.changed()).await?.ok()) };
        if changed.await.is_none() {
            return;
        }
    }
}

/// Waits for seeding to be set so. False: the program stops.
async fn becomes(settings: &mut watch::Receiver<Settings>, seeding: bool, stop: &CancellationToken) -> bool {
    let set = stop.run_until_cancelled(settings.wait_for(|settings| settings.seeding == seeding)).await;
    match set.map(|set| set.map(drop)) {
        Some(Ok(())) => true,
        None => false,
        // Nobody is left who could set anything.
        Some(Err(_)) => {
            stop.cancelled().await;
            false
        }
    }
}

/// Keeps all uploads to the rate that is set, until `stop`.
pub async fn keep_rate(
    mut settings: watch::Receiver<Settings>,
    exchange: &Exchange,
    stop: CancellationToken,
) {
    let mut rate = settings.borrow_and_update().rate;
    while let Some(Ok(())) = stop.run_until_cancelled(settings.changed()).await {
        let set = settings.borrow_and_update().rate;
        if std::mem::replace(&mut rate, set) != set {
            exchange.set_rate(set);
        }
    }
}
