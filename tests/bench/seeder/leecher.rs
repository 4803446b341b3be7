//! A peer that fetches a torrent round and round and looks at nothing but lengths.

use bytes::{Buf, BytesMut};
use venuebox::bittorrent::{Block, Handshake, InfoHash, Message, PIECE_LENGTH, PeerId};

const BLOCK: usize = 16 << 10;
/// Requests under way.
const WINDOW: usize = 250;

pub struct Leecher {
    info_hash: InfoHash,
    length: usize,
    buffer: BytesMut,
    greeted: bool,
    next: usize,
    fetched: usize,
}

impl Leecher {
    pub fn new(info_hash: InfoHash, length: usize) -> Self {
        Leecher { info_hash, length, buffer: BytesMut::new(), greeted: false, next: 0, fetched: 0 }
    }

    /// What it says first.
    pub fn start(&self) -> BytesMut {
        let mut out = BytesMut::new();
        let peer_id = PeerId(*b"-XX0000-abcdefghijkl");
        Handshake { info_hash: self.info_hash, peer_id, fast: true, extended: false }.write(&mut out);
        Message::HaveNone.write(&mut out);
        Message::Interested.write(&mut out);
        out
    }

    /// Takes what arrived; what it says to that.
    pub fn push(&mut self, bytes: &[u8]) -> BytesMut {
        self.buffer.extend_from_slice(bytes);
        let mut out = BytesMut::new();
        if !self.greeted {
            if self.buffer.len() < Handshake::LENGTH {
                return out;
            }
            self.buffer.advance(Handshake::LENGTH);
            self.greeted = true;
        }
        while let Some(head) = self.buffer.first_chunk::<4>() {
            let length = usize::try_from(u32::from_be_bytes(*head)).unwrap();
            if self.buffer.len() < 4 + length {
                break;
            }
            match self.buffer.get(4).filter(|_| length > 0) {
                Some(1) => (0..WINDOW).for_each(|_| self.request(&mut out)),
                Some(7) => {
                    self.fetched += length - 9;
                    self.request(&mut out);
                }
                Some(16) => panic!("a request was refused"),
                _ => {}
            }
            self.buffer.advance(4 + length);
        }
        out
    }

    pub fn fetched(&self) -> usize {
        self.fetched
    }

    fn request(&mut self, out: &mut BytesMut) {
        let number = |value: usize| u32::try_from(value).unwrap();
        let piece = usize::try_from(PIECE_LENGTH).unwrap();
        let block = Block {
            piece: number(self.next / piece),
            begin: number(self.next % piece),
            length: number(BLOCK),
        };
        Message::Request(block).write(out);
        self.next = (self.next + BLOCK) % self.length;
    }
}
