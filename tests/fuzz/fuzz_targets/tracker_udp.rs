//! Datagrams of BEP 15, from an address that proved itself and from one that did not.
#![no_main]

use std::net::SocketAddr;

use libfuzzer_sys::fuzz_target;
use venuebox::tracker::udp::{ConnectionIds, Request};

fuzz_target!(|datagram: &[u8]| {
    let from = SocketAddr::from(([192, 0, 2, 1], 53));
    let connect = [0, 0, 4, 0x17, 0x27, 0x10, 0x19, 0x80, 0, 0, 0, 0, 1, 2, 3, 4];
    let given = |secret| match ConnectionIds::new(secret, [0; 16]).read(&connect, from) {
        Request::Reply(connected) => connected[8..].to_vec(),
        refused => panic!("no connection: {refused:?}"),
    };
    let secrets = [[1; 16], [2; 16]];
    let ids = ConnectionIds::new(secrets[0], secrets[1]);
    // The fuzzer reads along when ids are compared, and so it comes to know them.
    if !secrets.iter().any(|secret| datagram.starts_with(&given(*secret))) {
        match ids.read(datagram, from) {
            Request::Reply(reply) => assert!(reply.len() <= datagram.len()),
            Request::Drop(_) => {}
            proven => panic!("{proven:?} by a guess"),
        }
    }
    // The same from one who has connected.
    let mut request = given(secrets[0]);
    request.extend_from_slice(datagram.get(8..).unwrap_or_default());
    if let Request::Announce(_, announce) = ids.read(&request, from) {
        assert_eq!(announce.address.ip(), from.ip());
    }
});
