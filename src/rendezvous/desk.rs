//! The desk: the task that owns the table.

use std::collections::{HashMap, HashSet};
use std::hash::Hasher;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use siphasher::sip::SipHasher13;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::handle::{Counters, Letter, Seeded};
use super::seeder::{Offer, Reply};
use super::socket::Outgoing;
use crate::access::Prefix;
use crate::bittorrent::{InfoHash, PeerId};
use crate::tracker::message::{self, Announce, Answer, Message};
use crate::tracker::{Config, OfferId, Refusal, SocketId, Swarms, Target, WebAnnounce};

/// Letters that are read before the desk looks up.
const BATCH: usize = 64;

/// How often the counters are told.
const TELL: Duration = Duration::from_secs(1);

/// How often the table is swept of the silent.
const SWEEP: Duration = Duration::from_secs(15);

/// The desk.
#[derive(Debug)]
pub struct Desk {
    letters: mpsc::Receiver<Letter>,
    /// What the seeder's answers are written to; weak, so that the desk ends when all handles are gone.
    own: mpsc::WeakSender<Letter>,
    settings: watch::Receiver<Config>,
    seeded: watch::Receiver<Seeded>,
    links: watch::Receiver<Arc<[Prefix]>>,
    told: watch::Sender<Counters>,
    table: Swarms,
    sockets: HashMap<SocketId, Line>,
    seeder: Option<(PeerId, mpsc::Sender<Offer>)>,
    seeds: HashSet<InfoHash>,
    counters: Counters,
    secret: [u8; 16],
    drawn: u64,
    started: Instant,
    handed: Vec<(Target, usize)>,
}

/// A WebSocket, as the desk knows it.
#[derive(Debug)]
struct Line {
    address: IpAddr,
    outbox: mpsc::Sender<Outgoing>,
}

impl Desk {
    pub(super) fn new(
        (letters, own): (mpsc::Receiver<Letter>, mpsc::WeakSender<Letter>),
        settings: watch::Receiver<Config>,
        (seeded, links): (watch::Receiver<Seeded>, watch::Receiver<Arc<[Prefix]>>),
        told: watch::Sender<Counters>,
        secret: [u8; 16],
    ) -> Self {
        let table = Swarms::new(settings.borrow().clone(), secret);
        Desk {
            letters,
            own,
            settings,
            seeded,
            links,
            told,
            table,
            sockets: HashMap::new(),
            seeder: None,
            seeds: HashSet::new(),
            counters: Counters::default(),
            secret,
            drawn: 0,
            started: Instant::now(),
            handed: Vec::new(),
        }
    }

    /// Answers letters until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut letters = Vec::with_capacity(BATCH);
        let mut tell = tokio::time::interval(TELL);
        let mut swept = Instant::now();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                read = self.letters.recv_many(&mut letters, BATCH) => {
                    if read == 0 {
                        return;
                    }
                    letters.drain(..).for_each(|letter| self.take(letter));
                }
                Ok(()) = self.seeded.changed() => self.reseed(),
                Ok(()) = self.links.changed() => {
                    let links = self.links.borrow_and_update().to_vec();
                    self.table.set_links(links);
                }
                Ok(()) = self.settings.changed() => {
                    let config = self.settings.borrow_and_update().clone();
                    self.table.set_config(config);
                }
                now = tell.tick() => {
                    if now.duration_since(swept) >= SWEEP {
                        swept = now;
                        self.sweep();
                    }
                    self.tell();
                }
            }
        }
    }

    fn take(&mut self, letter: Letter) {
        match letter {
            Letter::Opened(socket, address, outbox) => {
                self.sockets.insert(socket, Line { address, outbox });
            }
            Letter::Closed(socket) => self.close(socket),
            Letter::Said(socket, text) => self.hear(socket, &text),
            Letter::Native(announce, reply) => {
                let random = self.random();
                let told = self.table.announce_native(self.started.elapsed(), random, &announce);
                match &told {
                    Ok(told) => {
                        self.count_announce(announce.info_hash);
                        let own = self.table.seeder();
                        let named = told.peers.iter().any(|peer| Some(peer.peer_id) == own);
                        self.counters.introduced += u64::from(named);
                    }
                    Err(_) => self.counters.refused += 1,
                }
                // Whoever asked may have left.
                let _ = reply.send(told);
            }
            Letter::Scrape(swarms, reply) => {
                let _ = reply.send(swarms.into_iter().map(|swarm| self.table.counts(swarm)).collect());
            }
            Letter::Seeder(peer_id, offers) => {
                self.seeder = Some((peer_id, offers));
                self.reseed();
            }
            Letter::Answer(socket, info_hash, offer_id, sdp) => {
                let waits = self.table.is_in(info_hash, socket);
                let Some(seeder) = self.table.seeder().filter(|_| waits) else { return };
                self.counters.answers += 1;
                self.counters.introduced += 1;
                self.send(socket, message::answer_sdp(info_hash, seeder, offer_id, &sdp));
            }
        }
    }

    fn hear(&mut self, socket: SocketId, text: &[u8]) {
        let Some(address) = self.sockets.get(&socket).map(|line| line.address) else { return };
        // The socket's own reader has looked at the encoding; this is for the type.
        let text = std::str::from_utf8(text).unwrap_or_default();
        match message::read(text) {
            Ok(Message::Announce(announce)) => self.announce((socket, address), &announce),
            Ok(Message::Answer(answer)) => self.answer((socket, address), &answer),
            Ok(Message::Scrape(swarms)) => {
                let files: Vec<_> =
                    swarms.into_iter().map(|swarm| (swarm, self.table.counts(swarm))).collect();
                self.send(socket, message::scraped(self.table.config().min_interval, &files));
            }
            Err(error) => {
                self.counters.refused += 1;
                self.send(socket, message::failure(&error, None));
                self.post(socket, Outgoing::Close);
            }
        }
    }

    fn announce(&mut self, (socket, address): (SocketId, IpAddr), said: &Announce<'_>) {
        let announce = WebAnnounce {
            info_hash: said.info_hash,
            peer_id: said.peer_id,
            event: said.event,
            complete: said.complete,
            numwant: said.numwant,
            offers: &said.offer_ids,
        };
        let (now, random) = (self.started.elapsed(), self.random());
        let mut handed = std::mem::take(&mut self.handed);
        let counts = self.table.announce_web(now, random, (socket, address), &announce, &mut handed);
        match counts {
            Ok(counts) => {
                self.count_announce(said.info_hash);
                let interval = self.table.config().interval;
                self.send(socket, message::announced(said.info_hash, interval, counts));
            }
            Err(refusal) => self.refuse(socket, refusal, said.info_hash),
        }
        for (target, index) in handed.drain(..) {
            let (Some(offer), Some(id)) = (said.offers.get(index), said.offer_ids.get(index)) else {
                continue;
            };
            match target {
                Target::Socket(to) => {
                    self.counters.offers += 1;
                    self.send(to, message::offer(said.info_hash, said.peer_id, *id, offer));
                }
                Target::Seeder => match message::sdp(offer) {
                    Some(sdp) => self.offer_to_seeder((socket, address), said, *id, sdp),
                    None => self.counters.refused += 1,
                },
            }
        }
        self.handed = handed;
    }

    fn count_announce(&mut self, info_hash: InfoHash) {
        self.counters.announces += 1;
        let stranger = !self.seeds.is_empty() && !self.seeds.contains(&info_hash);
        self.counters.strangers += u64::from(stranger);
    }

    fn offer_to_seeder(
        &mut self,
        (socket, from): (SocketId, IpAddr),
        said: &Announce<'_>,
        offer_id: OfferId,
        sdp: String,
    ) {
        let info_hash = said.info_hash;
        let mailbox = self.own.upgrade();
        let (Some((_, offers)), Some(mailbox)) = (&self.seeder, mailbox) else { return };
        let reply = Reply { mailbox, socket, info_hash, offer_id };
        match offers.try_send(Offer { info_hash, from, sdp, reply }) {
            Ok(()) => self.counters.offers += 1,
            Err(_) => self.counters.lost += 1,
        }
    }

    fn answer(&mut self, (socket, address): (SocketId, IpAddr), said: &Answer<'_>) {
        let Answer { info_hash, peer_id, to_peer_id, offer_id, answer } = *said;
        let now = self.started.elapsed();
        match self.table.answer(now, (socket, address), info_hash, (peer_id, to_peer_id), offer_id) {
            Ok(to) => {
                self.counters.answers += 1;
                self.send(to, message::answer(info_hash, peer_id, offer_id, answer));
            }
            Err(refusal) => self.refuse(socket, refusal, info_hash),
        }
    }

    fn refuse(&mut self, socket: SocketId, refusal: Refusal, info_hash: InfoHash) {
        self.counters.refused += 1;
        self.send(socket, message::failure(&refusal, Some(info_hash)));
    }

    fn send(&mut self, socket: SocketId, text: String) {
        self.post(socket, Outgoing::Text(text));
    }

    fn post(&mut self, socket: SocketId, what: Outgoing) {
        let Some(line) = self.sockets.get(&socket) else { return };
        match line.outbox.try_send(what) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => self.counters.lost += 1,
            Err(mpsc::error::TrySendError::Closed(_)) => self.close(socket),
        }
    }

    fn close(&mut self, socket: SocketId) {
        self.sockets.remove(&socket);
        self.table.close(socket);
    }

    fn sweep(&mut self) {
        self.table.sweep(self.started.elapsed());
        let gone = self.sockets.iter().filter(|(_, line)| line.outbox.is_closed());
        let gone: Vec<SocketId> = gone.map(|(socket, _)| *socket).collect();
        gone.into_iter().for_each(|socket| self.close(socket));
    }

    fn reseed(&mut self) {
        let Seeded { port, torrents } = self.seeded.borrow_and_update().clone();
        let Some((peer_id, _)) = self.seeder else { return };
        self.table.set_seeder(peer_id, port);
        let seeds: HashSet<InfoHash> = torrents.iter().copied().collect();
        self.seeds.difference(&seeds).for_each(|gone| self.table.seed(*gone, false));
        seeds.difference(&self.seeds).for_each(|new| self.table.seed(*new, true));
        self.seeds = seeds;
    }

    fn tell(&mut self) {
        let census = self.table.census();
        let counters = Counters {
            swarms: census.swarms,
            pages: census.pages,
            programs: census.programs,
            sockets: self.sockets.len(),
            ..self.counters
        };
        self.told.send_if_modified(|told| {
            let changed = *told != counters;
            *told = counters;
            changed
        });
    }

    /// A number that nobody outside can foresee.
    fn random(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(1);
        let mut hasher = SipHasher13::new_with_key(&self.secret);
        hasher.write_u64(self.drawn);
        hasher.finish()
    }
}
