//! Connections over a transport that does as it is told.

use tokio::sync::{mpsc, watch};

use super::*;
use crate::bittorrent::{Block, Content, Layout, Message, PeerId, Reader, Torrent, VirtualFile};
use crate::seeder::{Catalogue, Kind, Settings};
use crate::stream::{EventId, RenditionId};

/// What the peer says comes from one channel; what it hears goes into the other, while it reads.
struct Wire {
    said: mpsc::Receiver<Bytes>,
    heard: mpsc::Sender<Bytes>,
}

impl Transport for Wire {
    async fn read(&mut self, buffer: &mut BytesMut) -> io::Result<usize> {
        let bytes = self.said.recv().await.unwrap_or_default();
        buffer.extend_from_slice(&bytes);
        Ok(bytes.len())
    }

    async fn write(&mut self, chunks: VecDeque<Bytes>) -> io::Result<()> {
        for chunk in chunks {
            self.heard.send(chunk).await.map_err(io::Error::other)?;
        }
        Ok(())
    }

    async fn close(&mut self) {}
}

struct Peer {
    say: mpsc::Sender<Bytes>,
    hear: mpsc::Receiver<Bytes>,
    seed: Arc<Seed>,
    served: tokio::task::JoinHandle<Result<(), Ended>>,
    exchange: Arc<Exchange>,
}

impl Peer {
    /// A peer with a slot, after the greetings; it can be sent `room` chunks before it has to read.
    async fn with_slot(settings: &Settings, room: usize) -> Self {
        let file = VirtualFile::new([Bytes::from(vec![7; 1 << 20])]);
        let torrent = Torrent::make("live.ts", Layout::Single, &file).unwrap();
        let id = RenditionId { event: EventId(1), rendition: 0 };
        let seed = Seed::new(Kind::Bundle, id, (0, 1), Content { torrent, file: file.into() });
        let catalogue = Catalogue::new([Arc::clone(&seed)].into_iter());
        let (_, catalogue) = watch::channel(Arc::new(catalogue));
        let exchange = Arc::new(Exchange::new(settings, catalogue, PeerId([1; 20])));
        let ((say, said), (heard, hear)) = (mpsc::channel(16), mpsc::channel(room));
        let served =
            tokio::spawn(serve(Wire { said, heard }, Arc::clone(&exchange), CancellationToken::new()));
        let mut greeting = BytesMut::new();
        let info_hash = seed.info_hash();
        Handshake { info_hash, peer_id: PeerId([2; 20]), fast: true, extended: false }.write(&mut greeting);
        Message::Interested.write(&mut greeting);
        say.send(greeting.freeze()).await.unwrap();
        Peer { say, hear, seed, served, exchange }
    }

    async fn ask(&self, blocks: u32) {
        let mut requests = BytesMut::new();
        for index in 0..blocks {
            Message::Request(block(index)).write(&mut requests);
        }
        self.say.send(requests.freeze()).await.unwrap();
    }

    /// Everything up to the end.
    async fn rest(&mut self) -> Vec<Message> {
        let mut reader = Reader::default();
        while let Some(chunk) = self.hear.recv().await {
            reader.push(&chunk);
        }
        std::iter::from_fn(|| reader.next_message().unwrap()).collect()
    }
}

fn block(index: u32) -> Block {
    Block { piece: index / 16, begin: index % 16 * 16_384, length: 16_384 }
}

#[tokio::test]
async fn a_peer_of_an_evicted_torrent_is_choked_and_what_it_asked_for_refused() {
    // So slow that the second batch is far away.
    let settings = Settings { rate: Some(1_000), ..Settings::default() };
    let mut peer = Peer::with_slot(&settings, 100).await;
    // Greetings and the slot come together.
    peer.hear.recv().await.unwrap();
    peer.ask(12).await;
    // The first batch: eight blocks, a head and its bytes each.
    for _ in 0..16 {
        peer.hear.recv().await.unwrap();
    }
    peer.seed.evicted.cancel();
    let last = peer.rest().await;
    let refused = (8..12).map(|index| Message::Reject(block(index)));
    assert_eq!(last, [Message::Choke].into_iter().chain(refused).collect::<Vec<_>>());
    assert!(matches!(peer.served.await.unwrap(), Err(Ended::Evicted)));
    assert_eq!(peer.seed.peer_count(), 0);
    assert_eq!(peer.exchange.traffic().slots, 0);
}

#[tokio::test]
async fn a_peer_of_a_torrent_that_is_not_there_is_let_go_at_once() {
    let peer = Peer::with_slot(&Settings::default(), 100).await;
    let mut greeting = BytesMut::new();
    let info_hash = InfoHash([9; 20]);
    Handshake { info_hash, peer_id: PeerId([2; 20]), fast: true, extended: false }.write(&mut greeting);
    let ((say, said), (heard, _hear)) = (mpsc::channel(1), mpsc::channel(1));
    say.send(greeting.freeze()).await.unwrap();
    let wire = Wire { said, heard };
    let ended = serve(wire, Arc::clone(&peer.exchange), CancellationToken::new()).await;
    assert!(matches!(ended, Err(Ended::Unknown(hash)) if hash == info_hash));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_asks_and_never_reads_is_let_go_and_its_slot_is_free() {
    let peer = Peer::with_slot(&Settings::default(), 4).await;
    peer.ask(60).await;
    let ended = peer.served.await.unwrap();
    assert!(matches!(&ended, Err(ended @ Ended::Slow) if ended.is_abuse()), "{ended:?}");
    assert_eq!((peer.exchange.traffic().peers, peer.exchange.traffic().slots), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_says_nothing_is_closed() {
    let peer = Peer::with_slot(&Settings::default(), 4).await;
    let ((_say, said), (heard, _hear)) = (mpsc::channel(1), mpsc::channel(1));
    let ended = serve(Wire { said, heard }, Arc::clone(&peer.exchange), CancellationToken::new()).await;
    assert!(matches!(ended, Err(Ended::Slow)));
}
