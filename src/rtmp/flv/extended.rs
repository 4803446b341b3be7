//! What ExAudioTagHeader and ExVideoTagHeader have in common: modifiers, and many tracks in one message.

use bytes::{Buf, Bytes};

use super::{FlvError, MAX_TRACKS};

/// PacketType 7 of both kinds.
const MOD_EX: u8 = 7;

/// AvMultitrackType.
const ONE_TRACK: u8 = 0;
const MANY_TRACKS: u8 = 1;
const MANY_TRACKS_MANY_CODECS: u8 = 2;

/// One track's share of a message.
pub struct Track {
    pub track: u8,
    pub four_cc: [u8; 4],
    pub body: Bytes,
}

/// Skips the ModEx prefixes that a packet type announces; the packet type behind them. Their nanoseconds are
/// finer than the box's clock needs.
pub fn skip_modifiers(mut packet_type: u8, body: &mut Bytes) -> Result<u8, FlvError> {
    while packet_type == MOD_EX {
        let mut size = usize::from(u8(body)?) + 1;
        if size == 256 {
            size = usize::from(u16::from_be_bytes(array(body)?)) + 1;
        }
        take(body, size)?;
        packet_type = u8(body)? & 0x0F;
    }
    Ok(packet_type)
}

/// The packet type and the tracks of what follows the modifiers; `multitrack` is the kind's packet type for many
/// tracks. A single track is number 0.
pub fn tracks(packet_type: u8, multitrack: u8, mut body: Bytes) -> Result<(u8, Vec<Track>), FlvError> {
    if packet_type != multitrack {
        let four_cc = array(&mut body)?;
        return Ok((packet_type, vec![Track { track: 0, four_cc, body }]));
    }
    let byte = u8(&mut body)?;
    let (arrangement, packet_type) = (byte >> 4, byte & 0x0F);
    if packet_type == multitrack || arrangement > MANY_TRACKS_MANY_CODECS {
        return Err(FlvError::Multitrack);
    }
    let common = match arrangement {
        ONE_TRACK | MANY_TRACKS => Some(array(&mut body)?),
        _ => None,
    };
    let mut tracks = Vec::new();
    loop {
        let four_cc = common.map_or_else(|| array(&mut body), Ok)?;
        let track = u8(&mut body)?;
        let share = if arrangement == ONE_TRACK {
            std::mem::take(&mut body)
        } else {
            let [a, b, c] = array(&mut body)?;
            let size = u32::from_be_bytes([0, a, b, c]);
            take(&mut body, usize::try_from(size).map_err(|_| FlvError::Truncated)?)?
        };
        if tracks.len() == MAX_TRACKS {
            return Err(FlvError::TooManyTracks);
        }
        tracks.push(Track { track, four_cc, body: share });
        if body.is_empty() {
            return Ok((packet_type, tracks));
        }
    }
}

pub fn u8(body: &mut Bytes) -> Result<u8, FlvError> {
    array::<1>(body).map(|[byte]| byte)
}

pub fn array<const N: usize>(body: &mut Bytes) -> Result<[u8; N], FlvError> {
    let head = *body.first_chunk().ok_or(FlvError::Truncated)?;
    body.advance(N);
    Ok(head)
}

fn take(body: &mut Bytes, size: usize) -> Result<Bytes, FlvError> {
    if size > body.len() {
        return Err(FlvError::Truncated);
    }
    Ok(body.split_to(size))
}
