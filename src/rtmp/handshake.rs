//! The handshake (RTMP 1.0, 5.2): version, time and 1,528 random bytes, echoed by the other side.
//!
//! The simple one only. Clients that know Flash's digest handshake accept the plain echo, as the zero in bytes
//! 4..8 of our C1 and S1 tells them that we know none. RTMPE is refused.

use bytes::{BufMut, BytesMut};

/// C1, C2, S1 and S2 (5.2.3, 5.2.4).
pub const PACKET: usize = 1536;
/// The random part of C1 and S1.
pub const RANDOM: usize = 1528;
/// C0 and S0 (5.2.2).
const VERSION: u8 = 3;

/// The peer does not speak plain RTMP.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// The first byte is a capital letter.
    #[error("the peer speaks HTTP or another text protocol to the RTMP port")]
    Text,
    /// The first byte is that of a TLS record.
    #[error("the peer speaks TLS (RTMPS) to the RTMP port; set its address to rtmp:// instead of rtmps://")]
    Tls,
    /// Versions 6, 8 and 9.
    #[error("the peer wants encrypted RTMP (RTMPE), which this box does not speak; choose plain RTMP")]
    Encrypted,
    /// Versions that 5.2.2 leaves to the past or to the future.
    #[error("the peer speaks version {0} of RTMP, this box version 3")]
    Version(u8),
    /// 5.2.2 forbids 32 and above, so that text protocols can be told from RTMP.
    #[error("the peer does not speak RTMP (its first byte is {0:#04x})")]
    NotRtmp(u8),
}

/// Which side of it, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Server: C0 and C1. Client: S0 and S1.
    First,
    /// The peer's echo, whose content nobody checks: C2 or S2.
    Echo,
    Done,
}

/// One side of a handshake. It holds what has come of the packet it waits for, 1,537 bytes at the most.
#[derive(Debug)]
pub struct Handshake {
    state: State,
    server: bool,
    first: [u8; PACKET],
    received: BytesMut,
}

impl Handshake {
    /// The accepting side: waits for C0 and C1.
    pub fn server(random: [u8; RANDOM]) -> Self {
        Handshake {
            state: State::First,
            server: true,
            first: first_packet(&random),
            received: BytesMut::with_capacity(1 + PACKET),
        }
    }

    /// The connecting side: C0 and C1 are appended to `out` at once.
    pub fn client(random: [u8; RANDOM], out: &mut BytesMut) -> Self {
        let first = first_packet(&random);
        out.put_u8(VERSION);
        out.put_slice(&first);
        Handshake { state: State::First, server: false, first, received: BytesMut::with_capacity(1 + PACKET) }
    }

    /// Takes its bytes off the front of `input` and appends its answers to `out`. What `input` still holds when
    /// [`done`](Self::done) is the chunk stream's.
    ///
    /// # Errors
    /// [`HandshakeError`] as soon as the first byte tells.
    pub fn receive(&mut self, input: &mut &[u8], out: &mut BytesMut) -> Result<(), HandshakeError> {
        while self.state != State::Done {
            let wanted = if self.state == State::First { 1 + PACKET } else { PACKET };
            let missing = wanted - self.received.len();
            let (taken, rest) = input.split_at(missing.min(input.len()));
            self.received.extend_from_slice(taken);
            *input = rest;
            if let (State::First, Some(&version)) = (self.state, self.received.first()) {
                check_version(version)?;
            }
            if self.received.len() < wanted {
                return Ok(());
            }
            if self.state == State::First {
                if self.server {
                    out.put_u8(VERSION);
                    out.put_slice(&self.first);
                }
                // C2 or S2: the peer's whole packet, its own time in the place of ours (5.2.4 wants the time of
                // reading there; all known peers take the plain echo, and this room has no clock).
                out.put_slice(self.received.get(1..).unwrap_or_default());
                self.state = State::Echo;
            } else {
                self.state = State::Done;
            }
            self.received.clear();
        }
        Ok(())
    }

    /// Whether the chunk stream may begin.
    pub fn done(&self) -> bool {
        self.state == State::Done
    }
}

fn first_packet(random: &[u8; RANDOM]) -> [u8; PACKET] {
    // Time 0 and the zero field (5.2.3), then the random bytes.
    let mut packet = [0; PACKET];
    packet[PACKET - RANDOM..].copy_from_slice(random);
    packet
}

fn check_version(version: u8) -> Result<(), HandshakeError> {
    match version {
        VERSION => Ok(()),
        6 | 8 | 9 => Err(HandshakeError::Encrypted),
        // ContentType handshake(22) of RFC 8446 5.1.
        22 => Err(HandshakeError::Tls),
        b'A'..=b'Z' => Err(HandshakeError::Text),
        32.. => Err(HandshakeError::NotRtmp(version)),
        _ => Err(HandshakeError::Version(version)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answer(first: u8) -> Result<(), HandshakeError> {
        Handshake::server([0; RANDOM]).receive(&mut [first].as_slice(), &mut BytesMut::new())
    }

    #[test]
    fn whoever_does_not_speak_rtmp_is_told_so_at_the_first_byte() {
        assert_eq!(answer(b'G'), Err(HandshakeError::Text));
        assert_eq!(answer(22), Err(HandshakeError::Tls));
        assert_eq!(answer(6), Err(HandshakeError::Encrypted));
        assert_eq!(answer(4), Err(HandshakeError::Version(4)));
        assert_eq!(answer(0xff), Err(HandshakeError::NotRtmp(0xff)));
        assert_eq!(answer(3), Ok(()));
    }

    #[test]
    fn a_flash_style_digest_in_c1_is_echoed_like_any_other_bytes() {
        let mut server = Handshake::server([7; RANDOM]);
        let mut c01 = vec![3];
        c01.extend((0..PACKET).map(|n| u8::try_from(n % 251).unwrap()));
        c01[5..9].copy_from_slice(&[128, 0, 7, 2]);
        let mut out = BytesMut::new();
        server.receive(&mut c01.as_slice(), &mut out).unwrap();
        assert_eq!(out.len(), 1 + 2 * PACKET);
        assert_eq!(out[0], 3);
        assert_eq!(out[5..9], [0; 4], "no digest is offered");
        assert_eq!(out[9..1 + PACKET], [7; RANDOM]);
        assert_eq!(out[1 + PACKET..], c01[1..]);
        assert!(!server.done());
        server.receive(&mut [0; PACKET].as_slice(), &mut out).unwrap();
        assert!(server.done(), "nobody checks what C2 echoes");
    }

    proptest! {
        #[test]
        fn two_sides_meet_however_their_bytes_are_split(step in 1usize..4000, tail in prop::collection::vec(any::<u8>(), 0..9)) {
            let (mut to_server, mut to_client) = (BytesMut::new(), BytesMut::new());
            let mut client = Handshake::client([1; RANDOM], &mut to_server);
            let mut server = Handshake::server([2; RANDOM]);
            let c01 = to_server.split();
            c01.chunks(step).for_each(|piece| server.receive(&mut &piece[..], &mut to_client).unwrap());
            let s012 = to_client.split();
            s012.chunks(step).for_each(|piece| client.receive(&mut &piece[..], &mut to_server).unwrap());
            prop_assert!(client.done());
            prop_assert_eq!(s012.len(), 1 + 2 * PACKET);
            // What stands behind C2 is not the handshake's.
            to_server.extend_from_slice(&tail);
            let mut rest = Vec::new();
            for mut piece in to_server.chunks(step) {
                server.receive(&mut piece, &mut to_client).unwrap();
                rest.extend_from_slice(piece);
            }
            prop_assert!(server.done() && to_client.is_empty());
            prop_assert_eq!(rest, tail);
        }
    }
}
