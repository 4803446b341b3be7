//! STUN: no answer to what is no request, and a bounded one to what is.
#![no_main]

use std::net::SocketAddr;

use libfuzzer_sys::fuzz_target;
use venuebox::stun::answer;

fuzz_target!(|datagram: &[u8]| {
    let from = SocketAddr::from(([192, 0, 2, 1], 53));
    let _ = answer(datagram, from);
    // With a head that fits, so that the attributes are reached.
    let body = &datagram[..datagram.len().min(1_200) / 4 * 4];
    let mut request = vec![0, 1];
    request.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
    request.extend([0x21, 0x12, 0xa4, 0x42]);
    request.extend(*b"transaction!");
    request.extend_from_slice(body);
    if let Ok(reply) = answer(&request, from) {
        assert!(reply.len() % 4 == 0 && reply.len() <= 160);
        assert!(answer(&reply, from).is_err(), "two servers would talk for ever");
    }
});
