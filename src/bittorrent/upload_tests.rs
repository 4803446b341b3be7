//! The uploader against a scripted downloader on virtual time.

use super::*;
use crate::bittorrent::VirtualFile;
use crate::bittorrent::{InfoHash, Layout, WireError};

const PIECE: u32 = crate::bittorrent::PIECE_LENGTH;
const BLOCK: u32 = 16 << 10;

fn content(length: usize) -> Arc<Content> {
    let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect();
    let file = VirtualFile::new(bytes.chunks(9_999).map(Bytes::copy_from_slice));
    let torrent = Torrent::make("live.ts", Layout::Single, &file).unwrap();
    Arc::new(Content { torrent, file: file.into() })
}

fn theirs(info_hash: InfoHash, fast: bool) -> Handshake {
    Handshake { info_hash, peer_id: PeerId([7; 20]), fast, extended: true }
}

/// A downloader: what it says goes in at once, what comes out is read back.
struct Leecher {
    uploader: Uploader,
    reader: Reader,
    now: Instant,
    greeting: Handshake,
}

impl Leecher {
    fn new(content: &Arc<Content>, fast: bool) -> Self {
        let now = Instant::now();
        let handshake = theirs(content.torrent.info_hash, fast);
        let mut uploader = Uploader::new(Arc::clone(content), &handshake, PeerId([1; 20]), now);
        let mut first = BytesMut::from(&uploader.take_outbox(now)[..]);
        let greeting = Handshake::read(&mut first).unwrap().unwrap();
        let mut reader = Reader::default();
        reader.push(&first);
        Leecher { uploader, reader, now, greeting }
    }

    fn say(&mut self, message: &Message) -> Result<(), Dropped> {
        let mut bytes = BytesMut::new();
        message.write(&mut bytes);
        self.uploader.receive(&bytes, self.now)
    }

    /// Everything that the uploader has to say now.
    fn hear(&mut self) -> Vec<Message> {
        let control = self.uploader.take_outbox(self.now);
        self.reader.push(&control);
        while let Some(delivery) = self.uploader.next_delivery(self.now) {
            self.reader.push(&delivery.head);
            delivery.data.iter().for_each(|data| self.reader.push(data));
        }
        std::iter::from_fn(|| self.reader.next_message().unwrap()).collect()
    }

    fn start(content: &Arc<Content>, fast: bool) -> Self {
        let mut leecher = Leecher::new(content, fast);
        leecher.hear();
        leecher.say(&Message::Interested).unwrap();
        leecher.uploader.unchoke();
        assert_eq!(leecher.hear(), [Message::Unchoke]);
        leecher
    }
}

fn block(piece: u32, begin: u32, length: u32) -> Block {
    Block { piece, begin, length }
}

#[test]
fn a_peer_that_knows_the_info_hash_alone_gets_metadata_and_then_every_byte() {
    let content = content(700_000);
    let mut leecher = Leecher::new(&content, true);
    assert_eq!(leecher.greeting.info_hash, content.torrent.info_hash);
    let first = leecher.hear();
    let [Message::Extended { id: 0, payload }, Message::HaveAll] = &first[..] else { panic!("{first:?}") };
    let ours = ExtensionHandshake::read(payload).unwrap();
    assert_eq!(ours.metadata_size, Some(content.torrent.info.len()));
    let hello = ExtensionHandshake { metadata_id: Some(3), ..ExtensionHandshake::default() };
    leecher.say(&Message::Extended { id: 0, payload: hello.to_bytes() }).unwrap();
    let payload = MetadataMessage::Request(0).to_bytes();
    leecher.say(&Message::Extended { id: ours.metadata_id.unwrap(), payload }).unwrap();
    let answer = leecher.hear();
    let [Message::Extended { id: 3, payload }] = &answer[..] else { panic!("{answer:?}") };
    let MetadataMessage::Data { piece: 0, data, .. } = MetadataMessage::read(payload).unwrap() else {
        panic!()
    };
    let torrent = Torrent::read(data).unwrap();
    assert_eq!(torrent, content.torrent);

    leecher.say(&Message::Interested).unwrap();
    leecher.uploader.unchoke();
    leecher.hear();
    let mut read = Vec::new();
    for piece in 0..torrent.pieces() {
        let length = torrent.length_of_piece(piece).unwrap();
        for begin in (0..length).step_by(BLOCK as usize) {
            leecher.say(&Message::Request(block(piece, begin, BLOCK.min(length - begin)))).unwrap();
        }
    }
    for message in leecher.hear() {
        let Message::Piece { data, .. } = message else { panic!("{message:?}") };
        read.extend_from_slice(&data);
    }
    assert_eq!(
        VirtualFile::new([Bytes::from(read)]).read(0, 700_000).unwrap().next().unwrap().len(),
        700_000
    );
    assert_eq!(leecher.say(&Message::HaveAll), Err(Dropped::Complete));
}

#[test]
fn an_old_peer_gets_a_bitfield_without_spare_bits() {
    let mut leecher = Leecher::new(&content(3 * PIECE as usize), false);
    assert_eq!(leecher.hear().pop(), Some(Message::Bitfield(Bytes::from_static(&[0b1110_0000]))));
}

#[test]
fn requests_beyond_the_piece_are_refused_and_then_the_peer_is_dropped() {
    let mut leecher = Leecher::start(&content(PIECE as usize + 100), true);
    for wrong in [
        block(0, PIECE - 1, BLOCK),
        block(1, 0, 101),
        block(2, 0, 1),
        block(0, u32::MAX, BLOCK),
        block(0, 0, 0),
        block(0, 0, MAX_BLOCK + 1),
    ] {
        leecher.say(&Message::Request(wrong)).unwrap();
        assert_eq!(leecher.hear(), [Message::Reject(wrong)]);
    }
    let ends = (0..MAX_WRONG).map(|_| leecher.say(&Message::Request(block(9, 0, 1))));
    assert_eq!(ends.last().unwrap(), Err(Dropped::Beyond));
}

#[test]
fn a_choked_peers_requests_are_refused_and_those_that_wait_with_them() {
    let mut leecher = Leecher::start(&content(PIECE as usize), true);
    leecher.say(&Message::Request(block(0, 0, BLOCK))).unwrap();
    leecher.uploader.choke();
    assert_eq!(leecher.hear(), [Message::Choke, Message::Reject(block(0, 0, BLOCK))]);
    leecher.say(&Message::Request(block(0, BLOCK, BLOCK))).unwrap();
    assert_eq!(leecher.hear(), [Message::Reject(block(0, BLOCK, BLOCK))]);
}

#[test]
fn a_cancelled_request_is_not_answered_with_its_block() {
    let mut leecher = Leecher::start(&content(PIECE as usize), true);
    leecher.say(&Message::Request(block(0, 0, BLOCK))).unwrap();
    leecher.say(&Message::Cancel(block(0, 0, BLOCK))).unwrap();
    assert_eq!(leecher.hear(), [Message::Reject(block(0, 0, BLOCK))]);
    let mut old = Leecher::start(&content(PIECE as usize), false);
    old.say(&Message::Request(block(0, 0, BLOCK))).unwrap();
    old.say(&Message::Cancel(block(0, 0, BLOCK))).unwrap();
    assert_eq!(old.hear(), []);
}

#[test]
fn a_peer_that_asks_and_never_reads_costs_a_bounded_queue() {
    let mut leecher = Leecher::start(&content(PIECE as usize), false);
    for _ in 0..MAX_REQUESTS + 1_000 {
        leecher.say(&Message::Request(block(0, 0, BLOCK))).unwrap();
    }
    assert_eq!(leecher.uploader.queue.len(), MAX_REQUESTS);
}

#[test]
fn a_flood_of_messages_that_lead_to_nothing_ends_the_connection_and_a_chatty_peer_stays() {
    let mut leecher = Leecher::start(&content(PIECE as usize), true);
    let flood = (0..=MAX_CHATTER).map(|_| leecher.say(&Message::KeepAlive));
    assert_eq!(flood.last().unwrap(), Err(Dropped::Chatter));
    let mut slow = Leecher::start(&content(PIECE as usize), true);
    for _ in 0..1_000 {
        slow.now += Duration::from_secs(1);
        for _ in 0..100 {
            slow.say(&Message::NotInterested).unwrap();
        }
    }
}

#[test]
fn metadata_is_given_a_few_times_and_then_refused() {
    let mut leecher = Leecher::new(&content(PIECE as usize), true);
    leecher.hear();
    let hello = ExtensionHandshake { metadata_id: Some(3), ..ExtensionHandshake::default() };
    leecher.say(&Message::Extended { id: 0, payload: hello.to_bytes() }).unwrap();
    let ask = Message::Extended { id: OUR_METADATA_ID, payload: MetadataMessage::Request(0).to_bytes() };
    let far =
        Message::Extended { id: OUR_METADATA_ID, payload: MetadataMessage::Request(u32::MAX).to_bytes() };
    let kind = |message: &Message| match message {
        Message::Extended { payload, .. } => MetadataMessage::read(payload).unwrap(),
        other => panic!("{other:?}"),
    };
    leecher.say(&far).unwrap();
    assert_eq!(kind(&leecher.hear()[0]), MetadataMessage::Reject(u32::MAX));
    for _ in 0..MAX_METADATA_ROUNDS {
        leecher.say(&ask).unwrap();
        assert!(matches!(kind(&leecher.hear()[0]), MetadataMessage::Data { .. }));
    }
    leecher.say(&ask).unwrap();
    assert_eq!(kind(&leecher.hear()[0]), MetadataMessage::Reject(0));
}

#[test]
fn wrong_lengths_uploads_and_foreign_bitfields_end_the_connection() {
    let content = content(PIECE as usize * 20);
    let start = || Leecher::start(&content, true);
    assert_eq!(
        start().uploader.receive(&[0, 0, 0, 2, 6, 0], Instant::now()),
        Err(Dropped::Wire(WireError::Length { kind: 6, length: 2 }))
    );
    assert_eq!(
        start().uploader.receive(&[255; 4], Instant::now()),
        Err(Dropped::Wire(WireError::Long(4_294_967_295)))
    );
    assert_eq!(start().say(&Message::Bitfield(Bytes::from_static(&[0; 4]))), Err(Dropped::Bitfield));
    assert_eq!(start().say(&Message::Have(20)), Err(Dropped::Bitfield));
    assert_eq!(
        start().say(&Message::Piece { piece: 0, begin: 0, data: Bytes::new() }),
        Err(Dropped::Unasked)
    );
    let bomb = Message::Extended { id: 0, payload: Bytes::from(vec![b'l'; 30_000]) };
    assert_eq!(start().say(&bomb), Err(Dropped::Extension));
}

#[test]
fn a_peer_with_every_piece_is_complete() {
    let mut leecher = Leecher::start(&content(PIECE as usize * 9), true);
    leecher.say(&Message::Bitfield(Bytes::from_static(&[0xFF, 0x00]))).unwrap();
    assert_eq!(leecher.say(&Message::Have(8)), Err(Dropped::Complete));
}

#[test]
fn the_silent_and_the_uninterested_lose_their_place_and_the_others_hear_keep_alives() {
    let mut leecher = Leecher::start(&content(PIECE as usize), true);
    leecher.now += KEEP_ALIVE;
    assert_eq!(leecher.uploader.deadline(), leecher.now);
    leecher.uploader.tick(leecher.now).unwrap();
    assert_eq!(leecher.hear(), [Message::KeepAlive]);
    assert_eq!(leecher.uploader.tick(leecher.now + SILENCE), Err(Dropped::Silent));
    leecher.say(&Message::NotInterested).unwrap();
    assert_eq!(leecher.uploader.tick(leecher.now + NO_INTEREST), Err(Dropped::NoInterest));
}
