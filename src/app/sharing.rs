//! What the operator wants of sharing, in the words of the tracker and of the seeder.

use std::time::Duration;

use tokio::sync::watch;

use crate::seeder;
use crate::storage::Settings;
use crate::time::MediaTime;
use crate::tracker;

/// Bytes a second in one Mbit/s.
const MEGABIT: u64 = 125_000;

/// Who tells both of them.
#[derive(Debug)]
pub struct Sharing {
    /// It is a server on the internet.
    public: bool,
    tracker: watch::Sender<tracker::Config>,
    seeder: watch::Sender<seeder::Settings>,
}

impl Sharing {
    /// What is set now. The seeder's share of the memory is `memory`; a `public` box has neighbours whom it does not
    /// know.
    pub fn new(settings: &Settings, memory: usize, public: bool) -> Self {
        let seeder = seeder::Settings { memory, ..seeder::Settings::default() };
        Sharing {
            public,
            tracker: watch::Sender::new(tracker(settings, public)),
            seeder: watch::Sender::new(seeding(settings, seeder)),
        }
    }

    /// What the tracker listens to.
    pub fn tracker(&self) -> watch::Receiver<tracker::Config> {
        self.tracker.subscribe()
    }

    /// What the seeder listens to.
    pub fn seeder(&self) -> watch::Receiver<seeder::Settings> {
        self.seeder.subscribe()
    }

    /// Tells both what is set now.
    pub fn tell(&self, settings: &Settings) {
        let config = tracker(settings, self.public);
        self.tracker.send_if_modified(|known| std::mem::replace(known, config.clone()) != config);
        let known = self.seeder.borrow().clone();
        let wanted = seeding(settings, known);
        self.seeder.send_if_modified(|known| std::mem::replace(known, wanted.clone()) != wanted);
    }
}

fn tracker(settings: &Settings, public: bool) -> tracker::Config {
    let set = &settings.sharing.value.tracker;
    let interval = seconds(set.announce_seconds);
    let defaults = tracker::Config::default();
    let connections = count(set.connections);
    tracker::Config {
        interval,
        min_interval: defaults.min_interval.min(interval),
        max_offers: count(set.max_offers),
        max_message: count(set.message_kilobytes) << 10,
        idle_timeout: seconds(set.idle_seconds),
        max_sockets: connections,
        // One phone does not take every place; a venue behind one address (NAT) still finds half of them.
        max_sockets_per_address: connections.div_ceil(2),
        open_to_public: set.open_to_public,
        open_to_links: !public,
        ..defaults
    }
}

fn seeding(settings: &Settings, seeder: seeder::Settings) -> seeder::Settings {
    let set = &settings.sharing.value;
    seeder::Settings {
        seeding: settings.seeds(),
        rate: set.upload_limit.map(|limit| u64::from(limit) * MEGABIT),
        bundle_every: media(set.bundle_seconds),
        chunk: media(set.chunk_seconds),
        ..seeder
    }
}

fn seconds(count: u32) -> Duration {
    Duration::from_secs(u64::from(count))
}

fn media(seconds: u32) -> MediaTime {
    MediaTime::from_millis(i64::from(seconds) * 1_000)
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_as_delivered_shares_by_the_numbers_that_are_built_in() {
        let memory = seeder::Settings::default().memory;
        let sharing = Sharing::new(&Settings::default(), memory, false);
        assert_eq!(*sharing.tracker().borrow(), tracker::Config::default());
        assert_eq!(*sharing.seeder().borrow(), seeder::Settings::default());
    }

    #[test]
    fn the_switch_the_password_and_the_numbers_arrive_and_what_is_the_same_is_no_news() {
        let mut settings = Settings::default();
        let sharing = Sharing::new(&settings, 7, true);
        assert!(!sharing.tracker().borrow().open_to_links);
        let (mut tracker, mut seeder) = (sharing.tracker(), sharing.seeder());
        sharing.tell(&settings);
        assert!(!tracker.has_changed().unwrap() && !seeder.has_changed().unwrap());
        settings.sharing.value.upload_limit = Some(8);
        settings.sharing.value.tracker.open_to_public = true;
        settings.viewers.value.password_hash = Some(String::from("hash"));
        sharing.tell(&settings);
        assert!(tracker.borrow_and_update().open_to_public);
        let told = seeder.borrow_and_update().clone();
        assert_eq!((told.seeding, told.rate, told.memory), (false, Some(1_000_000), 7));
        settings.viewers.value.password_hash = None;
        sharing.tell(&settings);
        assert!(seeder.borrow_and_update().seeding && !tracker.has_changed().unwrap());
        settings.sharing.value.seed = false;
        sharing.tell(&settings);
        assert!(!seeder.borrow_and_update().seeding);
    }
}
