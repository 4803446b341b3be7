//! The peer wire protocol: handshakes and messages (BEP 3), fast extension (BEP 6), extended messages (BEP 10).

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::{InfoHash, PeerId};

/// What every handshake starts with.
const PROTOCOL: &[u8; 20] = b"\x13BitTorrent protocol";

/// BEP 10: bit 20 from the right of the reserved ones.
const EXTENDED: (usize, u8) = (5, 0x10);
/// BEP 6: the third bit from the right.
const FAST: (usize, u8) = (7, 0x04);

/// The longest message that a peer may send. Whoever only fetches sends bitfields (2,000 pieces are 250 bytes) and
/// extended handshakes. Threat: a length of four gigabytes, waited for in memory.
const MAX_MESSAGE: usize = 32 << 10;

/// Length, kind, index and offset, before a block's bytes.
pub const BLOCK_HEADER: usize = 13;

/// Why a peer's bytes are not the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The first bytes.
    #[error("it does not speak BitTorrent, or encrypts it")]
    Handshake,
    /// More than [`MAX_MESSAGE`].
    #[error("a message of {0} bytes is longer than any that a downloader sends")]
    Long(usize),
    /// A message whose length is not its kind's.
    #[error("message {kind} of {length} bytes")]
    Length {
        /// Its kind.
        kind: u8,
        /// Its length.
        length: usize,
    },
}

/// The first 68 bytes of either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// Which torrent it is about.
    pub info_hash: InfoHash,
    /// Who sends it.
    pub peer_id: PeerId,
    /// BEP 6.
    pub fast: bool,
    /// BEP 10.
    pub extended: bool,
}

impl Handshake {
    /// Its length.
    pub const LENGTH: usize = 68;

    /// Takes a handshake from the front of `buffer`; `None` until it is whole.
    ///
    /// # Errors
    /// [`WireError::Handshake`] at the first byte that is none of it.
    pub fn read(buffer: &mut BytesMut) -> Result<Option<Self>, WireError> {
        let seen = buffer.len().min(PROTOCOL.len());
        if buffer[..seen] != PROTOCOL[..seen] {
            return Err(WireError::Handshake);
        }
        if buffer.len() < Self::LENGTH {
            return Ok(None);
        }
        buffer.advance(PROTOCOL.len());
        let (mut reserved, mut info_hash, mut peer_id) = ([0; 8], [0; 20], [0; 20]);
        buffer.copy_to_slice(&mut reserved);
        buffer.copy_to_slice(&mut info_hash);
        buffer.copy_to_slice(&mut peer_id);
        Ok(Some(Handshake {
            info_hash: InfoHash(info_hash),
            peer_id: PeerId(peer_id),
            fast: reserved[FAST.0] & FAST.1 != 0,
            extended: reserved[EXTENDED.0] & EXTENDED.1 != 0,
        }))
    }

    /// Appends it.
    pub fn write(&self, out: &mut BytesMut) {
        let mut reserved = [0_u8; 8];
        for (has, (byte, bit)) in [(self.fast, FAST), (self.extended, EXTENDED)] {
            if has {
                reserved[byte] |= bit;
            }
        }
        out.put_slice(PROTOCOL);
        out.put_slice(&reserved);
        out.put_slice(&self.info_hash.0);
        out.put_slice(&self.peer_id.0);
    }
}

/// A run of bytes within a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The piece.
    pub piece: u32,
    /// Where in the piece it starts.
    pub begin: u32,
    /// Its length in bytes.
    pub length: u32,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Nothing but a sign of life.
    KeepAlive,
    /// No request will be answered.
    Choke,
    /// Requests will be answered.
    Unchoke,
    /// The sender wants pieces.
    Interested,
    /// The sender wants none.
    NotInterested,
    /// The sender has this piece now.
    Have(u32),
    /// The pieces that the sender has.
    Bitfield(Bytes),
    /// The sender wants this block.
    Request(Block),
    /// A block's bytes.
    Piece {
        /// The piece.
        piece: u32,
        /// Where in the piece they start.
        begin: u32,
        /// The bytes.
        data: Bytes,
    },
    /// The sender no longer wants this block.
    Cancel(Block),
    /// BEP 6: the sender has everything.
    HaveAll,
    /// BEP 6: the sender has nothing.
    HaveNone,
    /// BEP 6: this request will not be answered.
    Reject(Block),
    /// BEP 10: an extension's message.
    Extended {
        /// Which, by the receiver's own numbering; 0 is the handshake.
        id: u8,
        /// Its content.
        payload: Bytes,
    },
    /// One of the kinds that mean nothing to a seeder.
    Other(u8),
}

impl Message {
    /// The message of a frame without its length.
    ///
    /// # Errors
    /// [`WireError::Length`] when a kind has another length.
    pub fn read(mut frame: Bytes) -> Result<Self, WireError> {
        if frame.is_empty() {
            return Ok(Message::KeepAlive);
        }
        let length = frame.len();
        let kind = frame.get_u8();
        let wrong = Err(WireError::Length { kind, length });
        let message = match (kind, frame.len()) {
            (0, 0) => Message::Choke,
            (1, 0) => Message::Unchoke,
            (2, 0) => Message::Interested,
            (3, 0) => Message::NotInterested,
            (4, 4) => Message::Have(frame.get_u32()),
            (5, _) => Message::Bitfield(frame),
            (6, 12) => Message::Request(read_block(&mut frame)),
            (7, 8..) => Message::Piece { piece: frame.get_u32(), begin: frame.get_u32(), data: frame },
            (8, 12) => Message::Cancel(read_block(&mut frame)),
            (14, 0) => Message::HaveAll,
            (15, 0) => Message::HaveNone,
            (16, 12) => Message::Reject(read_block(&mut frame)),
            (20, 1..) => Message::Extended { id: frame.get_u8(), payload: frame },
            (0..=4 | 6..=8 | 14..=16 | 20, _) => return wrong,
            _ => Message::Other(kind),
        };
        Ok(message)
    }

    /// Appends it with its length.
    pub fn write(&self, out: &mut BytesMut) {
        match self {
            Message::KeepAlive => out.put_u32(0),
            Message::Choke => head(out, 0, 0),
            Message::Unchoke => head(out, 1, 0),
            Message::Interested => head(out, 2, 0),
            Message::NotInterested => head(out, 3, 0),
            Message::Have(piece) => {
                head(out, 4, 4);
                out.put_u32(*piece);
            }
            Message::Bitfield(bits) => {
                head(out, 5, bits.len());
                out.put_slice(bits);
            }
            Message::Request(block) => write_block(out, 6, block),
            Message::Piece { piece, begin, data } => {
                head(out, 7, 8 + data.len());
                out.put_u32(*piece);
                out.put_u32(*begin);
                out.put_slice(data);
            }
            Message::Cancel(block) => write_block(out, 8, block),
            Message::HaveAll => head(out, 14, 0),
            Message::HaveNone => head(out, 15, 0),
            Message::Reject(block) => write_block(out, 16, block),
            Message::Extended { id, payload } => {
                head(out, 20, 1 + payload.len());
                out.put_u8(*id);
                out.put_slice(payload);
            }
            Message::Other(kind) => head(out, *kind, 0),
        }
    }
}

/// What stands before a block's bytes, so that these need not be copied behind it.
pub fn block_header(block: &Block) -> [u8; BLOCK_HEADER] {
    let mut header = [0; BLOCK_HEADER];
    header[..4].copy_from_slice(&(block.length + 9).to_be_bytes());
    header[4] = 7;
    header[5..9].copy_from_slice(&block.piece.to_be_bytes());
    header[9..].copy_from_slice(&block.begin.to_be_bytes());
    header
}

fn head(out: &mut BytesMut, kind: u8, length: usize) {
    // Nothing of ours comes near four gigabytes.
    out.put_u32(u32::try_from(length + 1).unwrap_or(u32::MAX));
    out.put_u8(kind);
}

fn write_block(out: &mut BytesMut, kind: u8, block: &Block) {
    head(out, kind, 12);
    out.put_u32(block.piece);
    out.put_u32(block.begin);
    out.put_u32(block.length);
}

fn read_block(frame: &mut Bytes) -> Block {
    Block { piece: frame.get_u32(), begin: frame.get_u32(), length: frame.get_u32() }
}

/// Cuts a stream of bytes into messages.
#[derive(Debug, Default)]
pub struct Reader {
    buffer: BytesMut,
}

impl Reader {
    /// Takes what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole message.
    ///
    /// # Errors
    /// [`WireError`] when it is too long, or not as long as its kind.
    pub fn next_message(&mut self) -> Result<Option<Message>, WireError> {
        let Some(head) = self.buffer.first_chunk::<4>() else { return Ok(None) };
        let length = usize::try_from(u32::from_be_bytes(*head)).unwrap_or(usize::MAX);
        if length > MAX_MESSAGE {
            return Err(WireError::Long(length));
        }
        if self.buffer.len() < 4 + length {
            return Ok(None);
        }
        self.buffer.advance(4);
        Message::read(self.buffer.split_to(length).freeze()).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_bittorrent_is_refused_at_its_first_wrong_byte() {
        for bytes in [&b"GET / HTTP/1.1"[..], b"\x13BitTorrent protocoX", b"\0"] {
            assert_eq!(Handshake::read(&mut BytesMut::from(bytes)), Err(WireError::Handshake));
        }
        assert_eq!(Handshake::read(&mut BytesMut::from(&b"\x13BitTor"[..])), Ok(None));
    }

    #[test]
    fn a_message_longer_than_any_is_refused_before_it_is_waited_for() {
        let mut reader = Reader::default();
        reader.push(&u32::MAX.to_be_bytes());
        assert_eq!(reader.next_message(), Err(WireError::Long(4_294_967_295)));
    }

    #[test]
    fn a_message_of_another_length_than_its_kind_is_refused() {
        for frame in [&[0, 1][..], &[4, 0, 0], &[6; 12], &[7, 0], &[8; 14], &[14, 0], &[16], &[20]] {
            let expected = WireError::Length { kind: frame[0], length: frame.len() };
            assert_eq!(Message::read(Bytes::copy_from_slice(frame)), Err(expected));
        }
        assert_eq!(Message::read(Bytes::from_static(&[9, 0x1a, 0xe1])), Ok(Message::Other(9)));
    }

    #[test]
    fn a_blocks_header_is_its_message_without_the_bytes() {
        let block = Block { piece: 7, begin: 16_384, length: 5 };
        let mut whole = BytesMut::new();
        Message::Piece { piece: 7, begin: 16_384, data: Bytes::from_static(b"abcde") }.write(&mut whole);
        assert_eq!(whole[..BLOCK_HEADER], block_header(&block));
    }

    fn any_block() -> impl Strategy<Value = Block> {
        (any::<u32>(), any::<u32>(), any::<u32>()).prop_map(|(piece, begin, length)| Block {
            piece,
            begin,
            length,
        })
    }

    fn any_message() -> impl Strategy<Value = Message> {
        let data = || prop::collection::vec(any::<u8>(), 0..50).prop_map(Bytes::from);
        prop_oneof![
            prop::sample::select(vec![
                Message::KeepAlive,
                Message::Choke,
                Message::Unchoke,
                Message::Interested,
                Message::NotInterested,
                Message::HaveAll,
                Message::HaveNone,
                Message::Other(13),
            ]),
            any::<u32>().prop_map(Message::Have),
            data().prop_map(Message::Bitfield),
            any_block().prop_map(Message::Request),
            any_block().prop_map(Message::Cancel),
            any_block().prop_map(Message::Reject),
            (any::<u32>(), any::<u32>(), data()).prop_map(|(piece, begin, data)| Message::Piece {
                piece,
                begin,
                data
            }),
            (any::<u8>(), data()).prop_map(|(id, payload)| Message::Extended { id, payload }),
        ]
    }

    proptest! {
        #[test]
        fn messages_are_read_as_they_were_written_however_they_arrive(
            messages in prop::collection::vec(any_message(), 0..10), step in 1_usize..40,
        ) {
            let mut written = BytesMut::new();
            messages.iter().for_each(|message| message.write(&mut written));
            let (mut reader, mut read) = (Reader::default(), Vec::new());
            for bytes in written.chunks(step) {
                reader.push(bytes);
                while let Some(message) = reader.next_message().unwrap() {
                    read.push(message);
                }
            }
            prop_assert_eq!(read, messages);
        }

        #[test]
        fn a_handshake_reads_back(info_hash: [u8; 20], peer_id: [u8; 20], fast: bool, extended: bool) {
            let (info_hash, peer_id) = (InfoHash(info_hash), PeerId(peer_id));
            let handshake = Handshake { info_hash, peer_id, fast, extended };
            let mut buffer = BytesMut::new();
            handshake.write(&mut buffer);
            buffer.put_u8(1);
            prop_assert_eq!(Handshake::read(&mut buffer), Ok(Some(handshake)));
            prop_assert_eq!(buffer.len(), 1);
        }
    }
}
