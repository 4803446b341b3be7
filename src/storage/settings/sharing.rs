//! Settings of sharing: what the box seeds and how fast, and its tracker.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::check::within;
use super::{Invalid, Section, Settings, Versioned};

/// What is shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SharingSettings {
    /// Whether the box seeds what is on air. It never does while viewers need a password.
    pub seed: bool,
    /// Mbit/s that all peers together may take; `None`: no cap.
    pub upload_limit: Option<u32>,
    /// Seconds from one bundle of the last minutes to the next.
    pub bundle_seconds: u32,
    /// Seconds of a closed chunk.
    pub chunk_seconds: u32,
    /// The meeting point of peers.
    pub tracker: TrackerSettings,
}

/// The tracker's numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrackerSettings {
    /// How often peers announce themselves, seconds.
    pub announce_seconds: u32,
    /// Offers that are handed on for one announcement.
    pub max_offers: u32,
    /// The longest message of a page, kilobytes.
    pub message_kilobytes: u32,
    /// A page that is silent for so long is let go, seconds.
    pub idle_seconds: u32,
    /// Pages at once.
    pub connections: u32,
    /// Whether public addresses are served as well.
    pub open_to_public: bool,
}

impl Default for SharingSettings {
    fn default() -> Self {
        SharingSettings {
            seed: true,
            upload_limit: Some(200),
            bundle_seconds: 60,
            chunk_seconds: 60,
            tracker: TrackerSettings::default(),
        }
    }
}

impl Default for TrackerSettings {
    fn default() -> Self {
        TrackerSettings {
            announce_seconds: 120,
            max_offers: 10,
            message_kilobytes: 64,
            idle_seconds: 90,
            connections: 6_000,
            open_to_public: false,
        }
    }
}

/// From 1 Mbit/s to ten gigabit ports.
const UPLOAD: RangeInclusive<u32> = 1..=100_000;
/// Bundles are made over again: more often costs a core, more seldom leaves the newest out for too long.
const BUNDLE: RangeInclusive<u32> = 30..=60;
/// A chunk is closed once and stays whole in memory.
const CHUNK: RangeInclusive<u32> = 60..=300;
/// More often is a flood from a full house; more seldom keeps those that left for too long.
const ANNOUNCE: RangeInclusive<u32> = 30..=600;
/// WebTorrent's pages send ten. Threat: one announcement becomes a message for everybody.
const OFFERS: RangeInclusive<u32> = 1..=50;
/// Ten offers of a browser's have 20 kilobytes. Threat: memory, for each page that sends.
const MESSAGE: RangeInclusive<u32> = 32..=256;
/// It is pinged at a third of this. Threat: sockets of phones that have left hold every place.
const IDLE: RangeInclusive<u32> = 30..=600;
/// What open files allow. Threat: one phone opens sockets until memory is gone.
const CONNECTIONS: RangeInclusive<u32> = 10..=20_000;

impl Section for SharingSettings {
    const NAME: &'static str = "sharing";

    fn check(&self) -> Result<(), Invalid> {
        if let Some(limit) = self.upload_limit {
            within("uploadLimit", limit, &UPLOAD, "Mbit/s, or nothing")?;
        }
        within("bundleSeconds", self.bundle_seconds, &BUNDLE, "seconds")?;
        within("chunkSeconds", self.chunk_seconds, &CHUNK, "seconds")?;
        let tracker = &self.tracker;
        within("announceSeconds", tracker.announce_seconds, &ANNOUNCE, "seconds")?;
        within("maxOffers", tracker.max_offers, &OFFERS, "introductions")?;
        within("messageKilobytes", tracker.message_kilobytes, &MESSAGE, "kilobytes")?;
        within("idleSeconds", tracker.idle_seconds, &IDLE, "seconds")?;
        within("connections", tracker.connections, &CONNECTIONS, "connections")
    }

    fn place(settings: &mut Settings) -> &mut Versioned<Self> {
        &mut settings.sharing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_its_range_and_is_named() {
        assert_eq!(SharingSettings::default().check(), Ok(()));
        assert_eq!(SharingSettings { upload_limit: None, ..SharingSettings::default() }.check(), Ok(()));
        type Place = fn(&mut SharingSettings) -> &mut u32;
        let numbers: [(&str, RangeInclusive<u32>, Place); 8] = [
            ("uploadLimit", UPLOAD, |sharing| sharing.upload_limit.as_mut().unwrap()),
            ("bundleSeconds", BUNDLE, |sharing| &mut sharing.bundle_seconds),
            ("chunkSeconds", CHUNK, |sharing| &mut sharing.chunk_seconds),
            ("announceSeconds", ANNOUNCE, |sharing| &mut sharing.tracker.announce_seconds),
            ("maxOffers", OFFERS, |sharing| &mut sharing.tracker.max_offers),
            ("messageKilobytes", MESSAGE, |sharing| &mut sharing.tracker.message_kilobytes),
            ("idleSeconds", IDLE, |sharing| &mut sharing.tracker.idle_seconds),
            ("connections", CONNECTIONS, |sharing| &mut sharing.tracker.connections),
        ];
        for (field, range, place) in numbers {
            let check = |value| {
                let mut sharing = SharingSettings::default();
                *place(&mut sharing) = value;
                sharing.check()
            };
            assert_eq!((check(*range.start()), check(*range.end())), (Ok(()), Ok(())), "{field}");
            for wrong in [range.start() - 1, range.end() + 1] {
                assert_eq!(check(wrong).unwrap_err().field, field, "{wrong}");
            }
        }
    }
}
