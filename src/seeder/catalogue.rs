//! What is seeded, as an immutable copy that connections and web pages read.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::exchange::{Exchange, Traffic};
use crate::bittorrent::{Content, InfoHash, Trackers};
use crate::stream::RenditionId;

/// What a torrent holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One media segment, the bytes that the playlist names.
    Segment,
    /// The last minutes as one MPEG-TS file.
    Bundle,
    /// The last minutes as a folder: playlist, initialization sections, segments.
    Folder,
    /// A closed stretch that never changes and is kept longest.
    Chunk,
    /// A finished recording; whoever makes those puts them in (`archive`).
    Recording,
}

impl Kind {
    /// Its name for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Segment => "segment",
            Kind::Bundle => "bundle",
            Kind::Folder => "folder",
            Kind::Chunk => "chunk",
            Kind::Recording => "recording",
        }
    }
}

/// A torrent that is seeded.
#[derive(Debug)]
pub struct Seed {
    /// What it holds.
    pub kind: Kind,
    /// Of which rendition.
    pub rendition: RenditionId,
    /// Its first and last segment.
    pub segments: (u64, u64),
    /// The torrent and its bytes.
    pub content: Arc<Content>,
    /// Cancelled when it is no longer seeded: its connections end.
    pub evicted: CancellationToken,
    /// Peers that are connected for it.
    pub peers: AtomicUsize,
    /// Bytes of it that were sent.
    pub uploaded: AtomicU64,
}

impl Seed {
    /// A seed with no peers yet.
    pub fn new(kind: Kind, rendition: RenditionId, segments: (u64, u64), content: Content) -> Arc<Self> {
        Arc::new(Seed {
            kind,
            rendition,
            segments,
            content: Arc::new(content),
            evicted: CancellationToken::new(),
            peers: AtomicUsize::new(0),
            uploaded: AtomicU64::new(0),
        })
    }

    /// Its name in swarms.
    pub fn info_hash(&self) -> InfoHash {
        self.content.torrent.info_hash
    }

    /// Peers that are connected for it now.
    pub fn peer_count(&self) -> usize {
        self.peers.load(Ordering::Relaxed)
    }
}

/// All that is seeded at one moment.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    seeds: HashMap<InfoHash, Arc<Seed>>,
    segments: HashMap<(RenditionId, u64), InfoHash>,
}

impl Catalogue {
    /// A catalogue of these.
    pub fn new(seeds: impl Iterator<Item = Arc<Seed>>) -> Self {
        let mut catalogue = Catalogue::default();
        for seed in seeds {
            if seed.kind == Kind::Segment {
                catalogue.segments.insert((seed.rendition, seed.segments.0), seed.info_hash());
            }
            catalogue.seeds.insert(seed.info_hash(), seed);
        }
        catalogue
    }

    /// The seed of this name.
    pub fn get(&self, info_hash: InfoHash) -> Option<&Arc<Seed>> {
        self.seeds.get(&info_hash)
    }

    /// A segment's seed, once it was hashed.
    pub fn segment(&self, rendition: RenditionId, msn: u64) -> Option<&Arc<Seed>> {
        self.get(*self.segments.get(&(rendition, msn))?)
    }

    /// All seeds, in no order.
    pub fn seeds(&self) -> impl Iterator<Item = &Arc<Seed>> {
        self.seeds.values()
    }

    /// Their names: what the box announces.
    pub fn info_hashes(&self) -> impl Iterator<Item = InfoHash> {
        self.seeds.keys().copied()
    }
}

/// The readers' handle of what is seeded; clones are cheap.
#[derive(Clone, Debug)]
pub struct Torrents {
    /// `None`: nothing is seeded here.
    seeding: Option<Seeding>,
}

#[derive(Clone, Debug)]
struct Seeding {
    catalogue: watch::Receiver<Arc<Catalogue>>,
    exchange: Arc<Exchange>,
    port: u16,
    tracker_udp: Option<u16>,
}

impl Torrents {
    pub(super) fn new(
        catalogue: watch::Receiver<Arc<Catalogue>>,
        exchange: Arc<Exchange>,
        port: u16,
        tracker_udp: Option<u16>,
    ) -> Self {
        Torrents { seeding: Some(Seeding { catalogue, exchange, port, tracker_udp }) }
    }

    /// Of a box that seeds nothing.
    pub fn none() -> Self {
        Torrents { seeding: None }
    }

    /// What is seeded now.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.seeding.as_ref().map(|seeding| Arc::clone(&seeding.catalogue.borrow())).unwrap_or_default()
    }

    /// What is seeded, now and whenever it changes; `None` where nothing ever is.
    pub fn watch(&self) -> Option<watch::Receiver<Arc<Catalogue>>> {
        self.seeding.as_ref().map(|seeding| seeding.catalogue.clone())
    }

    /// The port of the TCP seeder; `None` where nothing is seeded.
    pub fn port(&self) -> Option<u16> {
        self.seeding.as_ref().map(|seeding| seeding.port)
    }

    /// What goes on between the box and its peers.
    pub fn traffic(&self) -> Traffic {
        self.seeding.as_ref().map(|seeding| seeding.exchange.traffic()).unwrap_or_default()
    }

    /// The tracker's doors for someone who reached the web server at `authority`, a host and perhaps a port.
    pub fn trackers(&self, authority: &str) -> Trackers {
        // An IPv6 address stands in brackets, so the last colon after them is the port's.
        let bracket = authority.rfind(']').map_or(0, |at| at + 1);
        let host = authority[bracket..].find(':').map_or(authority, |at| &authority[..bracket + at]);
        let udp = self.seeding.as_ref().and_then(|seeding| seeding.tracker_udp);
        Trackers { web: authority.to_owned(), udp: udp.map(|port| format!("{host}:{port}")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bittorrent::PeerId;
    use crate::seeder::Settings;

    #[test]
    fn the_udp_tracker_is_on_the_host_by_which_the_box_was_asked() {
        let (_, catalogue) = watch::channel(Arc::default());
        let exchange = Exchange::new(&Settings::default(), catalogue.clone(), PeerId([0; 20]));
        let torrents = Torrents::new(catalogue, Arc::new(exchange), 6881, Some(6969));
        for (authority, udp) in [
            ("box.local", "box.local:6969"),
            ("10.0.0.1:8080", "10.0.0.1:6969"),
            ("[fe80::1]", "[fe80::1]:6969"),
            ("[fe80::1]:8080", "[fe80::1]:6969"),
        ] {
            assert_eq!(torrents.trackers(authority).udp.as_deref(), Some(udp));
        }
        assert_eq!(Torrents::none().trackers("box").udp, None);
    }
}
