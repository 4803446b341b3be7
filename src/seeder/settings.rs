//! What can be set of the seeder.

use crate::time::MediaTime;

/// The seeder's settings. Whether anything is seeded, the rate and the lengths may change while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether anything is seeded (yes).
    pub seeding: bool,
    /// Peers that are uploaded to at once; the others wait for their turn (32).
    pub slots: usize,
    /// Bytes a second of all uploads together; `None`: no cap (25 MB/s, a fifth of a gigabit port, which belongs to
    /// the viewers).
    pub rate: Option<u64>,
    /// TCP connections at once (256).
    pub connections: usize,
    /// TCP connections at once from one address: a venue may be behind one (64).
    pub connections_per_address: usize,
    /// WebRTC connections at once, about 260 KB each (64).
    pub webrtc_connections: usize,
    /// WebRTC connections at once from one address (32): offers that one phone makes and never follows up leave the
    /// others their half.
    pub webrtc_connections_per_address: usize,
    /// How often a bundle is made (60 s; 30 to 60 make sense).
    pub bundle_every: MediaTime,
    /// How much of the past a bundle holds (5 minutes).
    pub bundle_span: MediaTime,
    /// Length of a closed chunk (1 minute; 1 to 5 make sense).
    pub chunk: MediaTime,
    /// Bundles that are seeded (3): whoever began one finishes it.
    pub bundles: usize,
    /// Bytes that MPEG-TS and segments beyond the live window may take: the seeder's share of the memory for media.
    pub memory: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            seeding: true,
            slots: 32,
            rate: Some(25_000_000),
            connections: 256,
            connections_per_address: 64,
            webrtc_connections: 64,
            webrtc_connections_per_address: 32,
            bundle_every: MediaTime::from_millis(60_000),
            bundle_span: MediaTime::from_millis(300_000),
            chunk: MediaTime::from_millis(60_000),
            bundles: 3,
            memory: 256 << 20,
        }
    }
}
