//! What a BitTorrent client says first (BEP 3), for those that misbehave or only look.

/// The bytes of hexadecimal digits, such as an info hash's.
pub fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// The handshake of a client that knows fast and extended messages.
pub fn greeting(info_hash: &[u8]) -> Vec<u8> {
    [&b"\x13BitTorrent protocol\0\0\0\0\0\x10\0\x04"[..], info_hash, b"-XX0000-abcdefghijkl"].concat()
}
