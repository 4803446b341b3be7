//! One connection's uploader, without its socket: bytes and the time go in, bytes to send come out.
//!
//! ```text
//!   handshake  ┌────────┐ interested, and a slot is free ┌──────────┐
//!  ──────────▶ │ Choked │ ─────────────────────────────▶ │ Unchoked │ requests → blocks
//!              └────────┘ ◀───────────────────────────── └──────────┘
//!                  │        its turn is over                 │
//!                  └────────────┬────────────────────────────┘
//!                               ▼ evicted: choke, rejects, close · wrong, idle, complete: close
//! ```
//!
//! Metadata (BEP 9) is answered in either state: it is what a magnet starts with.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use super::dropped::Dropped;
use super::extension::{ExtensionHandshake, METADATA_PIECE, MetadataMessage, OUR_METADATA_ID};
use super::pieces::Pieces;
use super::wire::{Block, Handshake, Message, Reader, block_header};
use super::{Body, PeerId, Stretch, Torrent};

/// The longest block that may be asked for; everybody asks for 16 KiB, old clients for twice that. Threat: one
/// request for a whole piece that then waits in memory behind a slow reader.
const MAX_BLOCK: u32 = 32 << 10;

/// Requests that wait. Threat: a peer asks for everything and reads nothing; twelve bytes each, so it costs 24 KB.
const MAX_REQUESTS: usize = 2_048;

/// What peers are told instead (BEP 10 `reqq`), so that those who obey stay well below.
const ANNOUNCED_REQUESTS: usize = 500;

/// Requests beyond the torrent or a piece's end before the connection is closed. Threat: a broken client asks for
/// ever; one mistake of a rounding one costs it nothing.
const MAX_WRONG: u32 = 8;

/// Messages that led to no block, and how many more are allowed a second. Threat: a gigabit of keep-alives,
/// cancels or refused requests costs a core. A torrent's pieces, each announced once, fit in.
const MAX_CHATTER: u32 = 8_192;
const CHATTER_PER_SECOND: u32 = 256;

/// How often a peer may fetch the whole info dictionary. Threat: forty bytes that each ask for 16 KiB.
const MAX_METADATA_ROUNDS: usize = 4;

/// A peer that says nothing for so long is gone (BEP 3: a keep-alive comes every two minutes).
pub(super) const SILENCE: Duration = Duration::from_secs(150);

/// A peer that wants nothing for so long gives its place to another.
const NO_INTEREST: Duration = Duration::from_secs(120);

/// After so long without a message of ours a keep-alive is due.
const KEEP_ALIVE: Duration = Duration::from_secs(100);

/// A torrent and its bytes.
#[derive(Debug)]
pub struct Content {
    /// The torrent.
    pub torrent: Torrent,
    /// Its bytes.
    pub file: Body,
}

/// What is sent next: a head, and bytes of the content as they lie in memory.
#[derive(Debug)]
pub struct Delivery {
    /// The message up to its bytes.
    pub head: Bytes,
    /// The bytes.
    pub data: Vec<Bytes>,
    /// The bytes, where they are yet to be read.
    pub stored: Option<Stretch>,
}

impl Delivery {
    /// Bytes of all of it.
    pub fn size(&self) -> usize {
        let stored = self.stored.as_ref().map_or(0, |stretch| stretch.length);
        self.head.len() + self.data.iter().map(Bytes::len).sum::<usize>() + stored
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Block(Block),
    Metadata(u32),
}

/// One connection after its handshake.
#[derive(Debug)]
pub struct Uploader {
    content: Arc<Content>,
    fast: bool,
    reader: Reader,
    outbox: BytesMut,
    queue: VecDeque<Wanted>,
    choked: bool,
    interested: bool,
    /// Pieces that the peer has.
    has: Pieces,
    /// The number under which the peer takes `ut_metadata`.
    metadata_id: Option<u8>,
    metadata_left: usize,
    wrong: u32,
    chatter: u32,
    chatter_since: Instant,
    heard: Instant,
    spoke: Instant,
    wanted: Instant,
}

impl Uploader {
    /// The answer to a peer's handshake for this content. What has to be sent first is in the outbox.
    pub fn new(content: Arc<Content>, theirs: &Handshake, ours: PeerId, now: Instant) -> Self {
        let torrent = &content.torrent;
        let pieces = torrent.pieces();
        let mut outbox = BytesMut::with_capacity(256);
        let handshake = Handshake {
            info_hash: torrent.info_hash,
            peer_id: ours,
            fast: theirs.fast,
            extended: theirs.extended,
        };
        handshake.write(&mut outbox);
        if theirs.extended {
            let ours = ExtensionHandshake {
                metadata_id: Some(OUR_METADATA_ID),
                metadata_size: Some(torrent.info.len()),
                requests: Some(ANNOUNCED_REQUESTS),
            };
            Message::Extended { id: 0, payload: ours.to_bytes() }.write(&mut outbox);
        }
        // BEP 6: exactly one of these is the first message; BEP 10 lets its handshake come before.
        let all = if theirs.fast {
            Message::HaveAll
        } else {
            Message::Bitfield(Pieces::all_of(pieces).into_bitfield())
        };
        all.write(&mut outbox);
        Uploader {
            fast: theirs.fast,
            reader: Reader::default(),
            outbox,
            queue: VecDeque::new(),
            choked: true,
            interested: false,
            has: Pieces::none_of(pieces),
            metadata_id: None,
            metadata_left: torrent.info.len().div_ceil(METADATA_PIECE) * MAX_METADATA_ROUNDS,
            wrong: 0,
            chatter: 0,
            chatter_since: now,
            heard: now,
            spoke: now,
            wanted: now,
            content,
        }
    }

    /// Takes what arrived.
    ///
    /// # Errors
    /// [`Dropped`] when the connection has to be closed.
    pub fn receive(&mut self, bytes: &[u8], now: Instant) -> Result<(), Dropped> {
        self.reader.push(bytes);
        while let Some(message) = self.reader.next_message()? {
            self.heard = now;
            self.take(message, now)?;
        }
        Ok(())
    }

    fn take(&mut self, message: Message, now: Instant) -> Result<(), Dropped> {
        match message {
            Message::Request(block) => return self.request(block, now),
            Message::Interested => {
                self.interested = true;
                self.wanted = now;
            }
            Message::NotInterested => {
                self.interested = false;
                self.wanted = now;
            }
            Message::Have(piece) => self.has.insert(piece).ok_or(Dropped::Bitfield)?,
            Message::Bitfield(bits) => self.has.replace(&bits).ok_or(Dropped::Bitfield)?,
            Message::HaveAll => return Err(Dropped::Complete),
            Message::Cancel(block) => self.cancel(block),
            Message::Piece { .. } => return Err(Dropped::Unasked),
            Message::Extended { id: 0, payload } => {
                let theirs = ExtensionHandshake::read(&payload).map_err(|_| Dropped::Extension)?;
                self.metadata_id = theirs.metadata_id;
            }
            Message::Extended { id: OUR_METADATA_ID, payload } => {
                let message = MetadataMessage::read(&payload).map_err(|_| Dropped::Extension)?;
                if let MetadataMessage::Request(piece) = message {
                    self.metadata(piece);
                }
            }
            Message::KeepAlive
            | Message::Choke
            | Message::Unchoke
            | Message::HaveNone
            | Message::Reject(_)
            | Message::Extended { .. }
            | Message::Other(_) => {}
        }
        if self.has.is_complete() {
            return Err(Dropped::Complete);
        }
        self.chat(now)
    }

    /// Counts a message that led to no block.
    fn chat(&mut self, now: Instant) -> Result<(), Dropped> {
        let seconds = now.saturating_duration_since(self.chatter_since).as_secs();
        if seconds > 0 {
            let allowed = u32::try_from(seconds).unwrap_or(u32::MAX).saturating_mul(CHATTER_PER_SECOND);
            self.chatter = self.chatter.saturating_sub(allowed);
            self.chatter_since = now;
        }
        self.chatter += 1;
        if self.chatter > MAX_CHATTER { Err(Dropped::Chatter) } else { Ok(()) }
    }

    fn request(&mut self, block: Block, now: Instant) -> Result<(), Dropped> {
        self.wanted = now;
        if !self.within(&block) {
            self.wrong += 1;
            if self.wrong > MAX_WRONG {
                return Err(Dropped::Beyond);
            }
        } else if !self.choked && self.queue.len() < MAX_REQUESTS {
            self.queue.push_back(Wanted::Block(block));
            return Ok(());
        }
        self.reject(block);
        self.chat(now)
    }

    /// Whether the block lies within its piece and is no longer than one may be.
    fn within(&self, block: &Block) -> bool {
        let end = block.begin.checked_add(block.length);
        let piece = self.content.torrent.length_of_piece(block.piece);
        block.length > 0
            && block.length <= MAX_BLOCK
            && end.zip(piece).is_some_and(|(end, piece)| end <= piece)
    }

    /// BEP 6: what is not answered is refused in words; before it, it was let fall.
    fn reject(&mut self, block: Block) {
        if self.fast {
            Message::Reject(block).write(&mut self.outbox);
        }
    }

    /// BEP 6: a cancelled request is refused, unless its block is under way.
    fn cancel(&mut self, block: Block) {
        let before = self.queue.len();
        self.queue.retain(|wanted| *wanted != Wanted::Block(block));
        if self.queue.len() < before {
            self.reject(block);
        }
    }

    fn metadata(&mut self, piece: u32) {
        let Some(id) = self.metadata_id else { return };
        let start = usize::try_from(piece).ok().and_then(|piece| piece.checked_mul(METADATA_PIECE));
        let exists = start.is_some_and(|start| start < self.content.torrent.info.len());
        if exists && self.metadata_left > 0 {
            self.metadata_left -= 1;
            self.queue.push_back(Wanted::Metadata(piece));
        } else {
            let payload = MetadataMessage::Reject(piece).to_bytes();
            Message::Extended { id, payload }.write(&mut self.outbox);
        }
    }

    /// Whether the peer would use a slot.
    pub fn interested(&self) -> bool {
        self.interested
    }

    /// Whether it has none.
    pub fn choked(&self) -> bool {
        self.choked
    }

    /// Gives the peer a slot.
    pub fn unchoke(&mut self) {
        if self.choked {
            self.choked = false;
            Message::Unchoke.write(&mut self.outbox);
        }
    }

    /// Takes the slot: what was asked for and not sent is refused.
    pub fn choke(&mut self) {
        if self.choked {
            return;
        }
        self.choked = true;
        Message::Choke.write(&mut self.outbox);
        let queue = std::mem::take(&mut self.queue);
        for wanted in queue {
            match wanted {
                Wanted::Block(block) => self.reject(block),
                Wanted::Metadata(_) => self.queue.push_back(wanted),
            }
        }
    }

    /// What has to be sent before any block. Whatever asks for it is itself bounded by what arrives at once.
    pub fn take_outbox(&mut self, now: Instant) -> Bytes {
        if !self.outbox.is_empty() {
            self.spoke = now;
        }
        self.outbox.split().freeze()
    }

    /// Whether a delivery waits.
    pub fn has_delivery(&self) -> bool {
        !self.queue.is_empty()
    }

    /// The next block or piece of metadata.
    pub fn next_delivery(&mut self, now: Instant) -> Option<Delivery> {
        let wanted = self.queue.pop_front()?;
        self.spoke = now;
        Some(match wanted {
            Wanted::Block(block) => {
                let torrent = &self.content.torrent;
                let offset =
                    u64::from(block.piece) * u64::from(torrent.piece_length) + u64::from(block.begin);
                let length = usize::try_from(block.length).unwrap_or(usize::MAX);
                // It was checked against the torrent, which is as long as its content.
                let (data, stored) = match &self.content.file {
                    Body::Here(file) => (file.read(offset, length)?.collect(), None),
                    Body::Stored(store) => {
                        (Vec::new(), Some(Stretch { store: Arc::clone(store), offset, length }))
                    }
                };
                Delivery { head: Bytes::copy_from_slice(&block_header(&block)), data, stored }
            }
            Wanted::Metadata(piece) => {
                let info = &self.content.torrent.info;
                let start = usize::try_from(piece).unwrap_or(usize::MAX).saturating_mul(METADATA_PIECE);
                let data =
                    info.slice(start.min(info.len())..start.saturating_add(METADATA_PIECE).min(info.len()));
                let payload = MetadataMessage::Data { piece, total: info.len(), data }.to_bytes();
                let mut head = BytesMut::new();
                Message::Extended { id: self.metadata_id.unwrap_or_default(), payload }.write(&mut head);
                Delivery { head: head.freeze(), data: Vec::new(), stored: None }
            }
        })
    }

    /// What time alone brings: a keep-alive that is due, or the end.
    ///
    /// # Errors
    /// [`Dropped`] when the peer was silent or wanted nothing for too long.
    pub fn tick(&mut self, now: Instant) -> Result<(), Dropped> {
        if now.saturating_duration_since(self.heard) >= SILENCE {
            return Err(Dropped::Silent);
        }
        if !self.interested && now.saturating_duration_since(self.wanted) >= NO_INTEREST {
            return Err(Dropped::NoInterest);
        }
        if now.saturating_duration_since(self.spoke) >= KEEP_ALIVE {
            Message::KeepAlive.write(&mut self.outbox);
        }
        Ok(())
    }

    /// When [`Uploader::tick`] is due.
    pub fn deadline(&self) -> Instant {
        let idle = (self.heard + SILENCE).min(self.spoke + KEEP_ALIVE);
        if self.interested { idle } else { idle.min(self.wanted + NO_INTEREST) }
    }
}

#[cfg(test)]
#[path = "upload_tests.rs"]
mod tests;
