//! Who is watching.
//!
//! A viewer is an open playback session of our page, or a distinct (address, User-Agent) that fetched media in
//! the last 30 s and has no session. Under NAT the second kind undercounts. No cookie is set.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// A player that fetched no media for so long has gone.
const PRESENT: Duration = Duration::from_secs(30);

/// Players without a session that are told apart. Threat: a hostile phone changes its User-Agent with every
/// request; beyond the limit newcomers are served and not counted.
const MAX_PLAYERS: usize = 20_000;

/// The shared count; clones are cheap.
#[derive(Clone, Debug)]
pub struct Audience(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    sessions: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct State {
    /// When a player last fetched media, and how many sessions it has.
    players: HashMap<u64, Player>,
    last_sweep: Option<Instant>,
}

#[derive(Debug)]
struct Player {
    seen: Instant,
    sessions: u32,
}

/// A playback session of our page; it ends when it is dropped.
#[derive(Debug)]
pub struct Session {
    audience: Audience,
    player: u64,
    /// Whether it is a viewer's.
    counted: bool,
}

impl Default for Audience {
    fn default() -> Self {
        Audience::new()
    }
}

impl Audience {
    /// Nobody yet.
    pub fn new() -> Self {
        let (sessions, _) = watch::channel(0);
        Audience(Arc::new(Shared { state: Mutex::default(), sessions }))
    }

    /// Notes that a player fetched media at `now`.
    pub fn fetched(&self, address: IpAddr, user_agent: &[u8], now: Instant) {
        let mut state = self.state();
        state.sweep(now);
        let full = state.players.len() >= MAX_PLAYERS;
        match state.players.get_mut(&player(address, user_agent)) {
            Some(player) => player.seen = now,
            None if full => {}
            None => {
                state.players.insert(player(address, user_agent), Player { seen: now, sessions: 0 });
            }
        }
    }

    /// Opens a playback session.
    pub fn open(&self, address: IpAddr, user_agent: &[u8], now: Instant) -> Session {
        let session = self.enter(address, user_agent, now, true);
        self.0.sessions.send_modify(|sessions| *sessions += 1);
        session
    }

    /// Lets a player's requests go uncounted: the operator's page shows what viewers see, and is none of them.
    pub fn overlook(&self, address: IpAddr, user_agent: &[u8], now: Instant) -> Session {
        self.enter(address, user_agent, now, false)
    }

    fn enter(&self, address: IpAddr, user_agent: &[u8], now: Instant, counted: bool) -> Session {
        let player = player(address, user_agent);
        self.state().players.entry(player).or_insert(Player { seen: now, sessions: 0 }).sessions += 1;
        Session { audience: self.clone(), player, counted }
    }

    /// How many watch at `now`.
    pub fn count(&self, now: Instant) -> usize {
        let (pages, players) = self.tally(now);
        pages + players
    }

    /// Open sessions of our page, and players without one, at `now`.
    pub fn tally(&self, now: Instant) -> (usize, usize) {
        let state = self.state();
        let players =
            state.players.values().filter(|player| player.sessions == 0 && now - player.seen < PRESENT);
        (*self.0.sessions.borrow(), players.count())
    }

    /// Changes whenever a session opens or closes.
    pub fn sessions(&self) -> watch::Receiver<usize> {
        self.0.sessions.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here can panic half-way; a count is better than none.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn sweep(&mut self, now: Instant) {
        if self.last_sweep.is_some_and(|last| now - last < PRESENT) {
            return;
        }
        self.last_sweep = Some(now);
        self.players.retain(|_, player| player.sessions > 0 || now - player.seen < PRESENT);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let mut state = self.audience.state();
        if let Some(player) = state.players.get_mut(&self.player) {
            player.sessions = player.sessions.saturating_sub(1);
            if player.sessions == 0 {
                // Its media requests were this session's; they are not a second viewer for the next 30 s.
                state.players.remove(&self.player);
            }
        }
        drop(state);
        if !self.counted {
            return;
        }
        self.audience.0.sessions.send_modify(|sessions| *sessions = sessions.saturating_sub(1));
    }
}

fn player(address: IpAddr, user_agent: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (address, user_agent).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const PHONE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    #[tokio::test]
    async fn a_session_and_its_own_requests_are_one_viewer() {
        let (audience, now) = (Audience::new(), Instant::now());
        audience.fetched(PHONE, b"phone", now);
        assert_eq!(audience.count(now), 1);
        let session = audience.open(PHONE, b"phone", now);
        assert_eq!(audience.count(now), 1);
        drop(session);
        assert_eq!(audience.count(now), 0);
    }

    #[tokio::test]
    async fn two_sessions_behind_one_address_are_two_viewers() {
        let (audience, now) = (Audience::new(), Instant::now());
        let _one = audience.open(PHONE, b"phone", now);
        let _two = audience.open(PHONE, b"phone", now);
        assert_eq!(audience.count(now), 2);
    }

    #[tokio::test]
    async fn the_operator_who_looks_is_no_viewer() {
        let (audience, now) = (Audience::new(), Instant::now());
        audience.fetched(PHONE, b"phone", now);
        let looking = audience.overlook(PHONE, b"phone", now);
        assert_eq!(audience.count(now), 0);
        let watching = audience.open(PHONE, b"phone", now);
        assert_eq!(audience.count(now), 1);
        drop((looking, watching));
        assert_eq!(audience.count(now), 0);
    }

    #[tokio::test]
    async fn a_player_without_a_session_is_gone_after_thirty_seconds() {
        let (audience, now) = (Audience::new(), Instant::now());
        audience.fetched(PHONE, b"television", now);
        audience.fetched(PHONE, b"vlc", now + Duration::from_secs(20));
        assert_eq!(audience.count(now + Duration::from_secs(31)), 1);
    }

    #[tokio::test]
    async fn a_flood_of_user_agents_is_bounded() {
        let (audience, now) = (Audience::new(), Instant::now());
        for agent in 0..MAX_PLAYERS + 100 {
            audience.fetched(PHONE, &agent.to_ne_bytes(), now);
        }
        assert_eq!(audience.count(now), MAX_PLAYERS);
    }
}
