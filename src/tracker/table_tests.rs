//! Peers of three kinds in one table, on a clock of the test's own.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::access::Prefix;
use crate::bittorrent::{InfoHash, PeerId};

const HASH: InfoHash = InfoHash([7; 20]);
const NOW: Duration = Duration::from_secs(1_000);

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn table() -> Swarms {
    Swarms::new(Config::default(), [9; 16])
}

fn peer(name: u8) -> PeerId {
    PeerId([name; 20])
}

fn offer(name: u8) -> OfferId {
    OfferId([name; 20])
}

/// A page: its socket has the same number as its name.
#[derive(Clone, Copy)]
struct Page(u8, &'static str);

impl Page {
    fn at(self) -> (SocketId, IpAddr) {
        (SocketId(self.0.into()), ip(self.1))
    }

    fn announces(self, table: &mut Swarms, offers: &[OfferId]) -> (Counts, Vec<(Target, usize)>) {
        self.says(table, Event::Started, false, offers)
    }

    fn says(
        self,
        table: &mut Swarms,
        event: Event,
        complete: bool,
        offers: &[OfferId],
    ) -> (Counts, Vec<(Target, usize)>) {
        let announce =
            WebAnnounce { info_hash: HASH, peer_id: peer(self.0), event, complete, numwant: None, offers };
        let mut out = Vec::new();
        let counts = table.announce_web(NOW, 5, self.at(), &announce, &mut out).unwrap();
        (counts, out)
    }

    fn answers(self, table: &mut Swarms, to: u8, offered: u8) -> Result<SocketId, Refusal> {
        table.answer(NOW, self.at(), HASH, (peer(self.0), peer(to)), offer(offered))
    }
}

fn native(name: u8, address: &str) -> NativeAnnounce {
    let (event, address) = (Event::Started, address.parse().unwrap());
    NativeAnnounce { info_hash: HASH, peer_id: peer(name), event, complete: false, numwant: None, address }
}

fn announce(table: &mut Swarms, name: u8, address: &str) -> NativeReply {
    table.announce_native(NOW, 5, &native(name, address)).unwrap()
}

#[test]
fn two_pages_meet_by_an_offer_and_its_answer() {
    let mut table = table();
    let (alice, bob) = (Page(1, "10.0.0.1"), Page(2, "10.0.0.2"));
    assert_eq!(alice.announces(&mut table, &[offer(10)]).1, [], "nobody is there yet");
    let (counts, handed) = bob.announces(&mut table, &[offer(20), offer(21)]);
    assert_eq!((counts.complete, counts.incomplete), (0, 2));
    assert_eq!(handed, [(Target::Socket(SocketId(1)), 0)], "one peer gets one offer");
    assert_eq!(alice.answers(&mut table, 2, 20), Ok(SocketId(2)));
    assert_eq!(alice.answers(&mut table, 2, 20), Err(Refusal::NoSuchOffer), "an offer is answered once");
}

#[test]
fn an_answer_reaches_only_the_one_whose_offer_it_was() {
    let mut table = table();
    let (alice, bob, mallory) = (Page(1, "10.0.0.1"), Page(2, "10.0.0.2"), Page(3, "10.0.0.3"));
    alice.announces(&mut table, &[]);
    bob.announces(&mut table, &[offer(20)]);
    mallory.announces(&mut table, &[]);
    assert_eq!(mallory.answers(&mut table, 2, 20), Err(Refusal::NoSuchOffer), "it was not handed to him");
    assert_eq!(alice.answers(&mut table, 3, 20), Err(Refusal::Left), "it was not his offer");
    let as_alice = table.answer(NOW, (SocketId(3), ip("10.0.0.1")), HASH, (peer(1), peer(2)), offer(20));
    assert_eq!(as_alice, Err(Refusal::NoSuchOffer), "a name is answered for by its own socket");
}

#[test]
fn an_offer_is_answered_in_time_or_not_at_all() {
    let mut table = table();
    let (alice, bob) = (Page(1, "10.0.0.1"), Page(2, "10.0.0.2"));
    alice.announces(&mut table, &[]);
    bob.announces(&mut table, &[offer(20)]);
    let late = NOW + Duration::from_secs(61);
    let answered = table.answer(late, alice.at(), HASH, (peer(1), peer(2)), offer(20));
    assert_eq!(answered, Err(Refusal::NoSuchOffer));
}

#[test]
fn neighbours_come_first_then_the_seeder_then_the_rest() {
    let mut table = table();
    table.set_links(vec![Prefix { address: ip("10.0.0.254"), length: 24 }]);
    table.set_seeder(peer(99), 6881);
    table.seed(HASH, true);
    for name in 1..=40 {
        announce(&mut table, name, if name % 2 == 0 { "10.0.0.1:5000" } else { "10.0.9.1:5000" });
    }
    let told = announce(&mut table, 50, "10.0.0.7:5000").peers;
    let near = told.iter().position(|peer| peer.peer_id == PeerId([99; 20])).unwrap();
    assert_eq!(near, 20);
    assert_eq!(told[near].address, "10.0.0.254:6881".parse::<SocketAddr>().unwrap());
    assert!(told[..20].iter().all(|peer| peer.address.ip() == ip("10.0.0.1")));
    assert!(told[21..].iter().all(|peer| peer.address.ip() == ip("10.0.9.1")) && told.len() == 41);
    // Pages likewise.
    let (near, far, asker) = (Page(1, "10.0.0.1"), Page(2, "10.0.9.1"), Page(3, "10.0.0.3"));
    far.announces(&mut table, &[]);
    near.announces(&mut table, &[]);
    let offers = [offer(30), offer(31), offer(32)];
    let handed = asker.announces(&mut table, &offers).1;
    let targets = [Target::Socket(SocketId(1)), Target::Seeder, Target::Socket(SocketId(2))];
    assert_eq!(handed.iter().map(|(target, _)| *target).collect::<Vec<_>>(), targets);
}

#[test]
fn as_many_are_named_as_are_wanted_within_the_limit() {
    let mut table = table();
    for name in 0..120 {
        announce(&mut table, name, &format!("10.0.0.{name}:5000"));
    }
    let mut ask = |numwant| {
        let asked = NativeAnnounce { numwant, ..native(200, "10.0.0.200:5000") };
        table.announce_native(NOW, 5, &asked).unwrap().peers.len()
    };
    assert_eq!([ask(Some(0)), ask(Some(7)), ask(None), ask(Some(5_000))], [0, 7, 50, 100]);
    for name in 0..40 {
        Page(name, "10.0.0.1").announces(&mut table, &[]);
    }
    let offers: Vec<OfferId> = (0..30).map(offer).collect();
    assert_eq!(Page(200, "10.0.0.2").announces(&mut table, &offers).1.len(), 10, "the setting's offers");
}

#[test]
fn whoever_has_everything_meets_those_who_have_not_and_the_boxs_seeder() {
    let mut table = table();
    table.set_links(vec![Prefix { address: ip("10.0.0.254"), length: 24 }]);
    table.set_seeder(peer(99), 6881);
    table.seed(HASH, true);
    let seeds = |name| NativeAnnounce { complete: true, ..native(name, "10.0.0.7:5000") };
    table.announce_native(NOW, 5, &seeds(1)).unwrap();
    let met = table.announce_native(NOW, 5, &seeds(2)).unwrap().peers;
    assert_eq!(met.iter().map(|met| met.peer_id).collect::<Vec<_>>(), [peer(99)]);
    assert_eq!(announce(&mut table, 3, "10.0.0.8:5000").peers.len(), 3);
    let counts = table.counts(HASH);
    assert_eq!((counts.complete, counts.incomplete), (3, 1), "the box counts as one");
    assert_eq!(table.announce_native(NOW, 5, &seeds(2)).unwrap().peers.len(), 2);
}

#[test]
fn finished_downloads_are_counted_once_each() {
    let mut table = table();
    let page = Page(1, "10.0.0.1");
    page.announces(&mut table, &[]);
    for _ in 0..2 {
        page.says(&mut table, Event::Completed, true, &[]);
    }
    assert_eq!(table.counts(HASH), Counts { complete: 1, incomplete: 0, downloaded: 1 });
}

#[test]
fn whoever_stops_or_closes_is_gone_at_once() {
    let mut table = table();
    let (alice, bob) = (Page(1, "10.0.0.1"), Page(2, "10.0.0.2"));
    alice.announces(&mut table, &[]);
    bob.announces(&mut table, &[]);
    let foreign = WebAnnounce {
        info_hash: HASH,
        peer_id: peer(1),
        event: Event::Stopped,
        complete: false,
        numwant: None,
        offers: &[],
    };
    let at = (SocketId(2), ip("10.0.0.1"));
    table.announce_web(NOW, 5, at, &foreign, &mut Vec::new()).unwrap();
    assert_eq!(table.counts(HASH).incomplete, 2, "nobody stops another one's peer");
    alice.says(&mut table, Event::Stopped, false, &[]);
    assert_eq!(table.counts(HASH).incomplete, 1);
    table.close(SocketId(2));
    announce(&mut table, 3, "10.0.0.3:5000");
    table
        .announce_native(NOW, 5, &NativeAnnounce { event: Event::Stopped, ..native(3, "10.0.0.3:5000") })
        .unwrap();
    assert_eq!(table.census(), Census::default(), "and nothing is remembered");
}

#[test]
fn the_silent_leave_in_two_intervals() {
    let mut table = table();
    Page(1, "10.0.0.1").announces(&mut table, &[]);
    announce(&mut table, 2, "10.0.0.2:5000");
    table.sweep(NOW + Duration::from_secs(240));
    assert_eq!(table.counts(HASH).incomplete, 2);
    table.sweep(NOW + Duration::from_secs(241));
    assert_eq!(table.census(), Census::default());
    table.close(SocketId(1));
}

#[test]
fn whoever_comes_back_over_a_new_connection_is_served_at_once() {
    let mut table = table();
    let (alice, bob) = (Page(1, "10.0.0.1"), Page(2, "10.0.0.2"));
    alice.announces(&mut table, &[]);
    bob.announces(&mut table, &[]);
    // The box has not noticed that Alice's first connection broke.
    let again = WebAnnounce {
        info_hash: HASH,
        peer_id: peer(1),
        event: Event::Started,
        complete: false,
        numwant: None,
        offers: &[offer(10)],
    };
    let mut handed = Vec::new();
    let at = (SocketId(11), ip("10.0.0.1"));
    let counts = table.announce_web(NOW, 5, at, &again, &mut handed).unwrap();
    assert_eq!((counts.incomplete, handed.len()), (2, 1));
    assert_eq!(bob.answers(&mut table, 1, 10), Ok(SocketId(11)));
    table.close(SocketId(1));
    assert_eq!(table.counts(HASH).incomplete, 2, "the old connection takes nobody along");
}

#[test]
fn a_name_that_was_overheard_takes_no_place_from_another_address() {
    let mut table = table();
    Page(1, "10.0.0.1").announces(&mut table, &[]);
    let thief = WebAnnounce {
        info_hash: HASH,
        peer_id: peer(1),
        event: Event::Started,
        complete: false,
        numwant: None,
        offers: &[],
    };
    table.announce_web(NOW, 5, (SocketId(66), ip("10.0.0.66")), &thief, &mut Vec::new()).unwrap();
    table.close(SocketId(66));
    let handed = Page(2, "10.0.0.2").announces(&mut table, &[offer(20)]).1;
    assert_eq!(handed, [(Target::Socket(SocketId(1)), 0)]);
}

#[test]
fn every_bound_refuses_the_next_one_and_seeded_swarms_count_against_none() {
    let config = Config {
        max_swarms: 3,
        max_peers_per_swarm: 2,
        max_peers: 4,
        max_swarms_per_socket: 2,
        max_native_per_address: 2,
        ..Config::default()
    };
    let mut table = Swarms::new(config, [9; 16]);
    for name in 0..10 {
        table.seed(InfoHash([100 + name; 20]), true);
    }
    let mut join = |hash: u8, name: u8, socket: u64, address: &str| {
        let announce = WebAnnounce {
            info_hash: InfoHash([hash; 20]),
            peer_id: peer(name),
            event: Event::Started,
            complete: false,
            numwant: None,
            offers: &[],
        };
        table.announce_web(NOW, 5, (SocketId(socket), ip(address)), &announce, &mut Vec::new()).map(|_| ())
    };
    assert_eq!(join(1, 1, 1, "10.0.0.1"), Ok(()));
    assert_eq!(join(2, 1, 1, "10.0.0.1"), Ok(()));
    assert_eq!(join(3, 1, 1, "10.0.0.1"), Err(Refusal::TooManyOfSocket));
    assert_eq!(join(1, 2, 2, "10.0.0.2"), Ok(()));
    assert_eq!(join(1, 3, 3, "10.0.0.3"), Err(Refusal::TooManyPeers));
    assert_eq!(join(3, 3, 3, "10.0.0.3"), Ok(()));
    assert_eq!(join(2, 2, 2, "10.0.0.2"), Err(Refusal::TooManyPeers), "of all swarms together");
    assert_eq!(join(1, 2, 2, "10.0.0.2"), Ok(()), "whoever is in stays in");
    table.close(SocketId(1));
    let mut listen = |hash: u8, name: u8| {
        let announce = NativeAnnounce { info_hash: InfoHash([hash; 20]), ..native(name, "10.0.0.7:5000") };
        table.announce_native(NOW, 5, &announce).map(|_| ())
    };
    assert_eq!((listen(3, 7), listen(4, 7)), (Ok(()), Ok(())));
    assert_eq!(listen(4, 8), Err(Refusal::TooManyOfAddress));
    table.close(SocketId(3));
    let elsewhere =
        |hash: u8| NativeAnnounce { info_hash: InfoHash([hash; 20]), ..native(9, "10.0.0.9:5000") };
    assert_eq!(table.announce_native(NOW, 5, &elsewhere(5)).map(|_| ()), Err(Refusal::TooManySwarms));
    assert!(table.announce_native(NOW, 5, &elsewhere(100)).is_ok());
}

proptest! {
    /// Whatever comes in whatever order, the counts are those of a list that is kept beside the table.
    #[test]
    fn the_counts_are_right_whatever_happens(
        steps in prop::collection::vec((0..6_u8, 0..3_u8, 0..4_u8, any::<bool>(), any::<u64>()), 0..200)
    ) {
        let mut table = table();
        let mut beside = std::collections::BTreeMap::<(u8, u8, bool), (u64, bool)>::new();
        let mut now = NOW;
        for (step, hash, name, complete, random) in steps {
            now += Duration::from_secs(1);
            let (info_hash, address) = (InfoHash([hash; 20]), "10.0.0.1:5000".parse::<SocketAddr>().unwrap());
            let socket = random % 3;
            let event = if step == 1 || step == 4 { Event::Stopped } else { Event::Update };
            match step {
                0 | 1 => {
                    let offers = [offer(1), offer(2)];
                    let announce = WebAnnounce {
                        info_hash, peer_id: peer(name), event, complete, numwant: None, offers: &offers,
                    };
                    let mut out = Vec::new();
                    table.announce_web(now, random, (SocketId(socket), address.ip()), &announce, &mut out).unwrap();
                    if step == 0 {
                        beside.insert((hash, name, true), (socket, complete));
                    } else if beside.get(&(hash, name, true)).is_some_and(|(own, _)| *own == socket) {
                        beside.remove(&(hash, name, true));
                    }
                }
                2 => {
                    table.close(SocketId(socket));
                    beside.retain(|(_, _, web), (own, _)| !*web || *own != socket);
                }
                3 | 4 => {
                    let announce =
                        NativeAnnounce { info_hash, peer_id: peer(name), event, complete, numwant: None, address };
                    table.announce_native(now, random, &announce).unwrap();
                    if step == 3 {
                        beside.insert((hash, name, false), (0, complete));
                    } else {
                        beside.remove(&(hash, name, false));
                    }
                }
                _ => table.sweep(now),
            }
            for hash in 0..3 {
                let all = beside.iter().filter(|((other, ..), _)| *other == hash);
                let (whole, part): (Vec<_>, Vec<_>) = all.partition(|(_, (_, complete))| *complete);
                let counts = table.counts(InfoHash([hash; 20]));
                prop_assert_eq!((counts.complete as usize, counts.incomplete as usize), (whole.len(), part.len()));
            }
            let census = table.census();
            prop_assert_eq!(census.web_peers + census.native_peers, beside.len());
        }
        table.sweep(now + Duration::from_secs(241));
        prop_assert_eq!(table.census(), Census::default());
    }
}
