//! What the service manager is told (sd_notify(3)); without one nobody is told anything.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

/// Whoever waits for the start need not wait any longer.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The end has begun.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Says at twice the wanted rate that the event's thread runs, if the manager wants to hear it.
pub async fn watchdog(stop: CancellationToken) {
    let Some(patience) = sd_notify::watchdog_enabled().filter(|patience| *patience > Duration::ZERO) else {
        return stop.cancelled().await;
    };
    let mut beat = tokio::time::interval(patience / 2);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = beat.tick() => tell(&[NotifyState::Watchdog]),
        }
    }
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        log::debug!(error:% = error; "the service manager could not be told");
    }
}
