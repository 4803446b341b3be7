//! STUN (RFC 8489), as much as a browser needs to learn its own address: binding requests in, binding responses
//! out.
//!
//! Belongs here: the format, and what is answered. Does not: sockets, and how often an address is answered (`lan`).
//! TURN, credentials and NAT classification are not here: a request that insists on them is told that they are
//! unknown, as the RFC has it.

use std::net::{IpAddr, SocketAddr};

/// Attributes of one message. Threat: a datagram of empty attributes, 16,000 of them.
const MAX_ATTRIBUTES: usize = 32;

/// The longest request. A browser's has 20 to 120 bytes.
const MAX_REQUEST: usize = 1_280;

const HEADER: usize = 20;
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const BINDING_REQUEST: u16 = 0x0001;
const BINDING_RESPONSE: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;
/// What a fingerprint is combined with (14.7).
const FINGERPRINT_XOR: u32 = 0x5354_554e;
const SOFTWARE_NAME: &[u8] = b"venuebox";

mod attribute {
    pub const USERNAME: u16 = 0x0006;
    pub const MESSAGE_INTEGRITY: u16 = 0x0008;
    pub const ERROR_CODE: u16 = 0x0009;
    pub const UNKNOWN_ATTRIBUTES: u16 = 0x000a;
    pub const MESSAGE_INTEGRITY_SHA256: u16 = 0x001c;
    pub const XOR_MAPPED_ADDRESS: u16 = 0x0020;
    pub const PRIORITY: u16 = 0x0024;
    pub const USE_CANDIDATE: u16 = 0x0025;
    pub const SOFTWARE: u16 = 0x8022;
    pub const FINGERPRINT: u16 = 0x8028;
    /// Below, whoever does not know an attribute must not go on (14).
    pub const FIRST_OPTIONAL: u16 = 0x8000;
}

/// Why a datagram is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotStun {
    /// No STUN message, or one cut short.
    #[error("the datagram is not a STUN message")]
    Malformed,
    /// A response, an indication or another method.
    #[error("the message is not a binding request")]
    NotABindingRequest,
    /// Its fingerprint is another one's.
    #[error("the message's fingerprint is wrong")]
    Fingerprint,
}

/// The answer to a datagram that came from `from`, a canonical address.
///
/// # Errors
/// [`NotStun`] when it gets none.
pub fn answer(datagram: &[u8], from: SocketAddr) -> Result<Vec<u8>, NotStun> {
    if datagram.len() > MAX_REQUEST {
        return Err(NotStun::Malformed);
    }
    let (header, body) = datagram.split_first_chunk::<HEADER>().ok_or(NotStun::Malformed)?;
    let [t0, t1, l0, l1, cookie @ .., _, _, _, _, _, _, _, _, _, _, _, _] = header;
    // Neither RFC 3489's messages nor anything else has the cookie.
    if *cookie != COOKIE || usize::from(u16::from_be_bytes([*l0, *l1])) != body.len() || body.len() % 4 != 0 {
        return Err(NotStun::Malformed);
    }
    if u16::from_be_bytes([*t0, *t1]) != BINDING_REQUEST {
        return Err(NotStun::NotABindingRequest);
    }
    let unknown = unknown_attributes(datagram, body)?;
    // The cookie and the transaction id.
    let (_, transaction) = header.split_at(4);
    if unknown.is_empty() {
        let mut reply = Writer::new(BINDING_RESPONSE, transaction);
        reply.attribute(attribute::XOR_MAPPED_ADDRESS, &xor_mapped(from, transaction));
        return Ok(reply.finish());
    }
    let mut reply = Writer::new(BINDING_ERROR, transaction);
    // Class 4, number 20 (14.8), and the reason.
    reply.attribute(attribute::ERROR_CODE, b"\0\0\x04\x14Unknown Attribute");
    let list: Vec<u8> = unknown.iter().flat_map(|kind| kind.to_be_bytes()).collect();
    reply.attribute(attribute::UNKNOWN_ATTRIBUTES, &list);
    Ok(reply.finish())
}

/// Walks the attributes: those that must be understood and are not. What follows a message's integrity is not part
/// of it, but for the fingerprint, which ends it (14.5, 14.7).
fn unknown_attributes(datagram: &[u8], body: &[u8]) -> Result<Vec<u16>, NotStun> {
    let (mut rest, mut unknown, mut sealed) = (body, Vec::new(), false);
    for _ in 0..MAX_ATTRIBUTES {
        let Some(([k0, k1, l0, l1], value)) = rest.split_first_chunk::<4>() else { return Ok(unknown) };
        let (kind, length) = (u16::from_be_bytes([*k0, *k1]), usize::from(u16::from_be_bytes([*l0, *l1])));
        let (value, behind) = value.split_at_checked(length).ok_or(NotStun::Malformed)?;
        let before = datagram.len() - rest.len();
        rest = behind.get(length.wrapping_neg() % 4..).ok_or(NotStun::Malformed)?;
        match kind {
            attribute::FINGERPRINT => {
                let right = crc32fast::hash(&datagram[..before]) ^ FINGERPRINT_XOR;
                if !rest.is_empty() || value != right.to_be_bytes() {
                    return Err(NotStun::Fingerprint);
                }
            }
            _ if sealed => {}
            // Nothing is secret here, so nobody's integrity is checked.
            attribute::MESSAGE_INTEGRITY | attribute::MESSAGE_INTEGRITY_SHA256 => sealed = true,
            attribute::USERNAME | attribute::PRIORITY | attribute::USE_CANDIDATE => {}
            kind if kind < attribute::FIRST_OPTIONAL => unknown.push(kind),
            _ => {}
        }
    }
    if rest.is_empty() { Ok(unknown) } else { Err(NotStun::Malformed) }
}

/// Port and address, each combined with the cookie and the transaction id (14.2), so that no router rewrites them.
fn xor_mapped(from: SocketAddr, transaction: &[u8]) -> Vec<u8> {
    let (family, address) = match from.ip() {
        IpAddr::V4(ip) => (1, ip.octets().to_vec()),
        IpAddr::V6(ip) => (2, ip.octets().to_vec()),
    };
    let mut value = vec![0, family];
    let port = from.port().to_be_bytes();
    value.extend(port.iter().zip(COOKIE).map(|(byte, key)| byte ^ key));
    value.extend(address.iter().zip(transaction).map(|(byte, key)| byte ^ key));
    value
}

struct Writer(Vec<u8>);

impl Writer {
    /// `transaction` begins with the cookie.
    fn new(kind: u16, transaction: &[u8]) -> Self {
        let mut out = Vec::with_capacity(80);
        out.extend(kind.to_be_bytes());
        out.extend([0, 0]);
        out.extend_from_slice(transaction);
        Writer(out)
    }

    fn attribute(&mut self, kind: u16, value: &[u8]) {
        self.0.extend(kind.to_be_bytes());
        self.0.extend(u16::try_from(value.len()).unwrap_or_default().to_be_bytes());
        self.0.extend_from_slice(value);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
    }

    fn finish(mut self) -> Vec<u8> {
        self.attribute(attribute::SOFTWARE, SOFTWARE_NAME);
        // The length counts the fingerprint, which covers the length.
        let length = self.0.len() + 8 - HEADER;
        self.0.splice(2..4, u16::try_from(length).unwrap_or_default().to_be_bytes());
        let sum = crc32fast::hash(&self.0) ^ FINGERPRINT_XOR;
        self.attribute(attribute::FINGERPRINT, &sum.to_be_bytes());
        self.0
    }
}

#[cfg(test)]
mod tests;
