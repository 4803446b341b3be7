//! Finished recordings: hashed bit by bit when there is nothing else to do, then seeded from where they lie.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::catalogue::{Kind, Seed};
use crate::bittorrent::{Body, Content, PieceHasher, Store, Torrent};
use crate::stream::RenditionId;

/// Bytes that are read and hashed at once: what is sealed meanwhile waits some milliseconds.
const STEP: usize = 1 << 20;

/// A finished recording as one file.
#[derive(Clone, Debug)]
pub struct Film {
    /// Its rendition.
    pub rendition: RenditionId,
    /// Its first and last segment.
    pub segments: (u64, u64),
    /// The file's name.
    pub name: String,
    /// Its bytes.
    pub body: Arc<dyn Store>,
    /// The hashes of its pieces, if it was hashed before.
    pub pieces: Option<Bytes>,
}

/// A recording was hashed: who keeps this spares the next start the work.
#[derive(Clone, Debug)]
pub struct Hashed {
    /// Its bytes.
    pub body: Arc<dyn Store>,
    /// The hashes of its pieces.
    pub pieces: Bytes,
}

#[derive(Debug)]
struct Item {
    film: Film,
    state: State,
}

#[derive(Debug)]
enum State {
    Hashing {
        hasher: PieceHasher,
        at: u64,
    },
    Seeded(Arc<Seed>),
    /// It cannot be read, or is no torrent.
    Failed,
}

/// All of them.
#[derive(Debug)]
pub struct Vault {
    items: Vec<Item>,
    hashed: mpsc::Sender<Hashed>,
}

impl Vault {
    /// An empty one, which tells `hashed` what took so long.
    pub fn new(hashed: mpsc::Sender<Hashed>) -> Self {
        Vault { items: Vec::new(), hashed }
    }

    /// Seeds these from now on, and no others.
    pub fn set(&mut self, films: &[Film]) {
        let mut before = std::mem::take(&mut self.items);
        for film in films {
            let known = before.iter().position(|item| Arc::ptr_eq(&item.film.body, &film.body));
            let item = match known.map(|at| before.swap_remove(at)) {
                Some(item) => item.renamed(film),
                None => Item::new(film.clone()),
            };
            self.items.push(item);
        }
        before.iter().for_each(Item::evict);
    }

    /// Whether something is to be hashed.
    pub fn is_busy(&self) -> bool {
        self.items.iter().any(|item| matches!(item.state, State::Hashing { .. }))
    }

    /// Hashes a little; true when there is one more to seed.
    pub fn step(&mut self) -> bool {
        let Some(item) = self.items.iter_mut().find(|item| matches!(item.state, State::Hashing { .. }))
        else {
            return false;
        };
        match item.step() {
            Some(pieces) => {
                // Nobody may listen; then it is hashed again some time.
                let _ = self.hashed.try_send(Hashed { body: Arc::clone(&item.film.body), pieces });
                true
            }
            None => false,
        }
    }

    /// All that is seeded.
    pub fn seeds(&self) -> impl Iterator<Item = Arc<Seed>> {
        self.items.iter().filter_map(|item| match &item.state {
            State::Seeded(seed) => Some(Arc::clone(seed)),
            State::Hashing { .. } | State::Failed => None,
        })
    }
}

impl Item {
    fn new(film: Film) -> Self {
        let seeded = film.pieces.as_ref().and_then(|pieces| seed(&film, pieces));
        let hasher = || State::Hashing { hasher: PieceHasher::new(film.body.length()), at: 0 };
        let state = seeded.map_or_else(hasher, State::Seeded);
        Item { film, state }
    }

    /// The same bytes, perhaps under another name.
    fn renamed(mut self, film: &Film) -> Self {
        if self.film.name != film.name {
            self.film.name.clone_from(&film.name);
            if let Some(pieces) = &self.film.pieces {
                self.evict();
                self.state = seed(&self.film, pieces).map_or(State::Failed, State::Seeded);
            }
        }
        self
    }

    fn step(&mut self) -> Option<Bytes> {
        let State::Hashing { hasher, at } = &mut self.state else { return None };
        match self.film.body.read(*at, STEP) {
            Ok(bytes) if !bytes.is_empty() => {
                hasher.update(&bytes);
                *at += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                if *at < self.film.body.length() {
                    return None;
                }
            }
            read => {
                let why = read.err().map_or_else(|| String::from("it ends too early"), |why| why.to_string());
                log::warn!(rendition:% = self.film.rendition, why:% = why; "a recording is not seeded, as it cannot be read");
                self.state = State::Failed;
                return None;
            }
        }
        let State::Hashing { hasher, .. } = std::mem::replace(&mut self.state, State::Failed) else {
            return None;
        };
        let pieces = Bytes::from(hasher.finish());
        self.state = State::Seeded(seed(&self.film, &pieces)?);
        self.film.pieces = Some(pieces.clone());
        Some(pieces)
    }

    fn evict(&self) {
        if let State::Seeded(seed) = &self.state {
            seed.evicted.cancel();
        }
    }
}

fn seed(film: &Film, pieces: &[u8]) -> Option<Arc<Seed>> {
    match Torrent::hashed(&film.name, film.body.length(), pieces) {
        Ok(torrent) => {
            let content = Content { torrent, file: Body::Stored(Arc::clone(&film.body)) };
            Some(Seed::new(Kind::Recording, film.rendition, film.segments, content))
        }
        Err(error) => {
            log::warn!(rendition:% = film.rendition, error:% = error; "no torrent could be made of a recording");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bittorrent::{Layout, VirtualFile};
    use crate::stream::EventId;

    /// Three megabytes that can be taken away.
    #[derive(Debug)]
    struct Shelf(std::sync::atomic::AtomicBool);

    impl Store for Shelf {
        fn length(&self) -> u64 {
            3 << 20
        }

        fn read(&self, offset: u64, most: usize) -> std::io::Result<Bytes> {
            if self.0.load(std::sync::atomic::Ordering::Relaxed) {
                return Err(std::io::ErrorKind::NotFound.into());
            }
            let left = usize::try_from(self.length() - offset).unwrap();
            Ok(Bytes::from(vec![7; most.min(left).min(700_000)]))
        }
    }

    fn film(name: &str, event: u64) -> Film {
        let rendition = RenditionId { event: EventId(event), rendition: 0 };
        let body = Arc::new(Shelf(false.into()));
        Film { rendition, segments: (0, 9), name: name.to_owned(), body, pieces: None }
    }

    fn vault() -> (Vault, mpsc::Receiver<Hashed>) {
        let (sender, receiver) = mpsc::channel(4);
        (Vault::new(sender), receiver)
    }

    fn hashed(vault: &mut Vault) {
        while vault.is_busy() {
            vault.step();
        }
    }

    #[test]
    fn a_recording_is_seeded_once_it_was_hashed_and_its_hashes_are_told() {
        let (mut vault, mut told) = vault();
        let film = film("Spring.mp4", 3);
        vault.set(std::slice::from_ref(&film));
        assert_eq!(vault.seeds().count(), 0);
        hashed(&mut vault);
        let seed = vault.seeds().next().unwrap();
        let content = VirtualFile::new([Bytes::from(vec![7; 3 << 20])]);
        let expected = Torrent::make("Spring.mp4", Layout::Single, &content).unwrap();
        assert_eq!(seed.content.torrent, expected);
        // The next start has nothing to hash.
        let pieces = told.try_recv().unwrap().pieces;
        let (mut again, _told) = self::vault();
        again.set(&[Film { pieces: Some(pieces), ..film }]);
        assert!(!again.is_busy());
        assert_eq!(again.seeds().next().unwrap().info_hash(), expected.info_hash);
    }

    #[test]
    fn another_name_is_another_torrent_without_hashing_again_and_what_is_deleted_is_evicted() {
        let (mut vault, _told) = vault();
        let film = film("Spring.mp4", 3);
        vault.set(std::slice::from_ref(&film));
        hashed(&mut vault);
        let first = vault.seeds().next().unwrap();
        vault.set(std::slice::from_ref(&film));
        assert!(Arc::ptr_eq(&first, &vault.seeds().next().unwrap()), "the same is no news");
        vault.set(&[Film { name: String::from("Summer.mp4"), ..film }]);
        assert!(!vault.is_busy() && first.evicted.is_cancelled());
        let second = vault.seeds().next().unwrap();
        assert_eq!(second.content.torrent.name, "Summer.mp4");
        vault.set(&[]);
        assert!(second.evicted.is_cancelled() && vault.seeds().count() == 0);
    }

    #[test]
    fn hashes_of_something_else_are_not_believed() {
        let (mut vault, _told) = vault();
        vault.set(&[Film { pieces: Some(Bytes::from_static(&[0; 20])), ..film("Spring.mp4", 3) }]);
        assert!(vault.is_busy());
    }

    #[test]
    fn one_that_cannot_be_read_does_not_hold_up_the_others() {
        let (mut vault, _told) = vault();
        let gone = Film { body: Arc::new(Shelf(true.into())), ..film("Gone.mp4", 2) };
        vault.set(&[gone, film("Spring.mp4", 3)]);
        hashed(&mut vault);
        let names: Vec<String> = vault.seeds().map(|seed| seed.content.torrent.name.clone()).collect();
        assert_eq!(names, ["Spring.mp4"]);
    }
}
