use super::super::announce::NativePeer;
use super::*;
use proptest::prelude::*;

fn ids() -> ConnectionIds {
    ConnectionIds::new([1; 16], [2; 16])
}

fn from(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn connect() -> Vec<u8> {
    [&PROTOCOL.to_be_bytes()[..], &[0, 0, 0, 0], b"tran"].concat()
}

fn connected(ids: &ConnectionIds, from: SocketAddr) -> [u8; 8] {
    let Request::Reply(reply) = ids.read(&connect(), from) else { panic!() };
    assert_eq!(reply[..8], *b"\0\0\0\0tran");
    reply[8..].try_into().unwrap()
}

fn announce_with(connection: [u8; 8], port: u16) -> Vec<u8> {
    let mut out = connection.to_vec();
    out.extend(b"\0\0\0\x01tran");
    out.extend([0xaa; 20]);
    out.extend([0xbb; 20]);
    out.extend([0; 24]);
    out.extend(2_u32.to_be_bytes());
    out.extend([8, 8, 8, 8]);
    out.extend(b"key!");
    out.extend((-1_i32).to_be_bytes());
    out.extend(port.to_be_bytes());
    out
}

#[test]
fn an_announcement_is_taken_from_where_its_packets_come() {
    let (ids, asker) = (ids(), from("10.0.0.7:4000"));
    let Request::Announce(transaction, announce) =
        ids.read(&announce_with(connected(&ids, asker), 6881), asker)
    else {
        panic!()
    };
    assert_eq!(transaction, Transaction(u32::from_be_bytes(*b"tran")));
    assert_eq!(announce.address, from("10.0.0.7:6881"), "the address that it claims is ignored");
    assert_eq!((announce.event, announce.complete, announce.numwant), (Event::Started, true, None));
}

#[test]
fn an_id_is_good_at_its_own_address_alone_and_outlives_one_secret() {
    let mut ids = ids();
    let asker = from("10.0.0.7:4000");
    let request = announce_with(connected(&ids, asker), 6881);
    assert!(
        matches!(ids.read(&request, from("10.0.0.7:4001")), Request::Announce(..)),
        "its port may change"
    );
    let connect_first = Request::Reply(error(Transaction(u32::from_be_bytes(*b"tran")), &"connect first"));
    assert_eq!(ids.read(&request, from("10.0.0.8:4000")), connect_first);
    ids.rotate([3; 16]);
    assert!(matches!(ids.read(&request, asker), Request::Announce(..)));
    ids.rotate([4; 16]);
    assert_eq!(ids.read(&request, asker), connect_first);
}

#[test]
fn a_request_of_the_wrong_shape_is_told_so_once_its_address_is_proven() {
    let (ids, asker) = (ids(), from("10.0.0.7:4000"));
    let id = connected(&ids, asker);
    let text = |request: &[u8]| match ids.read(request, asker) {
        Request::Reply(reply) => String::from_utf8_lossy(&reply[8..]).into_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(text(&announce_with(id, 0)), "the request is malformed");
    assert_eq!(text(&announce_with(id, 6881)[..97]), "the request is malformed");
    let scrape = |length: usize| [&id[..], b"\0\0\0\x02tran", &vec![7; length]].concat();
    assert_eq!(text(&scrape(0)), "the request is malformed");
    assert_eq!(text(&scrape(21)), "the request is malformed");
    assert_eq!(text(&scrape(20 * 75)), "the request is malformed");
    assert!(matches!(ids.read(&scrape(20 * 74), asker), Request::Scrape(_, hashes) if hashes.len() == 74));
    assert_eq!(text(&[&id[..], b"\0\0\0\x09tran"].concat()), "this action is unknown");
}

#[test]
fn replies_name_peers_of_the_askers_family_and_fit_a_datagram() {
    let peer = |n: u16, address: &str| NativePeer {
        peer_id: PeerId([0; 20]),
        address: SocketAddr::new(address.parse().unwrap(), n),
    };
    let mixed = (1..=300).flat_map(|n| [peer(n, "10.0.0.1"), peer(n, "fd00::1")]).collect();
    let counts = Counts { complete: 1, incomplete: 2, downloaded: 3 };
    let reply = NativeReply { counts, peers: mixed };
    let interval = Duration::from_secs(120);
    let v4 = announced(Transaction(7), "10.0.0.9".parse().unwrap(), interval, &reply);
    assert_eq!(v4[..20], [0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 120, 0, 0, 0, 2, 0, 0, 0, 1]);
    assert_eq!((v4[20..26].to_vec(), v4.len()), (vec![10, 0, 0, 1, 0, 1], 20 + 6 * 196));
    let v6 = announced(Transaction(7), "fd00::9".parse().unwrap(), interval, &reply);
    assert_eq!(v6.len(), 20 + 18 * 65);
    assert_eq!(scraped(Transaction(7), &[counts])[8..], [0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 2]);
}

proptest! {
    #[test]
    fn whoever_has_not_proven_his_address_gets_no_more_than_he_sent(
        mut datagram in prop::collection::vec(any::<u8>(), 0..200), action in 0..5_u8, connects: bool
    ) {
        if datagram.len() >= 12 {
            datagram[8..12].copy_from_slice(&[0, 0, 0, action]);
            if connects {
                datagram[..8].copy_from_slice(&PROTOCOL.to_be_bytes());
            }
        }
        match ids().read(&datagram, from("192.0.2.1:53")) {
            Request::Reply(reply) => prop_assert!(reply.len() <= datagram.len()),
            Request::Drop(_) => {}
            proven => prop_assert!(false, "{proven:?} by a guess"),
        }
    }
}
