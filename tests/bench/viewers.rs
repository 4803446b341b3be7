//! Viewers: plain HLS players, and low-latency ones that wait at the live edge. They read and discard.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::http::Connection;
use super::playlist::{MediaPlaylist, resolve, text, variants};

/// How a player plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Play {
    /// Fetches the playlist every target duration, and each new segment once.
    Plain,
    /// Blocking reloads with delta updates; a part is fetched once the playlist lists it (hls.js).
    Listed,
    /// The same, and the hinted part is asked for ahead (Apple's players).
    Hinted,
}

/// A part's URI, and when its last byte was there.
pub type Arrivals = mpsc::Sender<(String, Instant)>;

/// What the crowd has had so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Bytes of bodies.
    pub bytes: AtomicU64,
    /// Segments or parts.
    pub media: AtomicU64,
    /// Players that have had media.
    pub playing: AtomicUsize,
    /// Answers other than 200.
    pub refused: AtomicU64,
    /// Players that gave up.
    pub lost: AtomicUsize,
}

/// Many players of one server.
pub struct Crowd {
    pub tally: Arc<Tally>,
    players: JoinSet<()>,
}

/// Parts that a player remembers having asked for.
const REMEMBERED: usize = 64;

impl Crowd {
    /// Lets `count` players in, spread over `within` as they would be in a venue; every one that `play` gives
    /// by its number.
    pub fn enter(
        server: SocketAddr,
        entrance: &str,
        count: usize,
        within: Duration,
        play: impl Fn(usize) -> Play,
        arrivals: Option<&Arrivals>,
    ) -> Self {
        let tally = Arc::new(Tally::default());
        let mut players = JoinSet::new();
        for number in 0..count {
            let delay = within.mul_f64(
                f64::from(u32::try_from(number).unwrap()) / f64::from(u32::try_from(count).unwrap()),
            );
            let player =
                Player { server, tally: Arc::clone(&tally), arrivals: arrivals.cloned(), played: false };
            let (entrance, play) = (entrance.to_owned(), play(number));
            players.spawn(async move {
                tokio::time::sleep(delay).await;
                let tally = Arc::clone(&player.tally);
                if let Err(error) = player.run(&entrance, play).await
                    && tally.lost.fetch_add(1, Ordering::Relaxed) == 0
                {
                    println!("   a player was lost: {error}");
                }
            });
        }
        Crowd { tally, players }
    }

    /// Waits until every player has had media.
    pub async fn until_playing(&self) {
        let deadline = Instant::now() + Duration::from_secs(40);
        while self.tally.playing.load(Ordering::Relaxed) < self.players.len() {
            assert!(Instant::now() < deadline, "not every player plays: {:?}", self.tally);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

struct Player {
    server: SocketAddr,
    tally: Arc<Tally>,
    arrivals: Option<Arrivals>,
    played: bool,
}

impl Player {
    async fn run(self, entrance: &str, play: Play) -> io::Result<()> {
        let mut connection = Connection::open(self.server).await?;
        let first = self.playlist(&mut connection, entrance).await?;
        let mut playlists: Vec<String> = variants(&first).iter().map(|uri| resolve(entrance, uri)).collect();
        if playlists.is_empty() {
            playlists.push(entrance.to_owned());
        }
        let (video, sound) = (playlists.remove(0), playlists.pop());
        let (server, tally) = (self.server, Arc::clone(&self.tally));
        let beside = async move {
            let Some(sound) = sound else { return Ok(()) };
            let connection = Connection::open(server).await?;
            let player = Player { server, tally, arrivals: None, played: true };
            player.follow(connection, &sound, play).await
        };
        tokio::try_join!(self.follow(connection, &video, play), beside)?;
        Ok(())
    }

    async fn follow(self, connection: Connection, playlist: &str, play: Play) -> io::Result<()> {
        match play {
            Play::Plain => self.plain(connection, playlist).await,
            Play::Listed | Play::Hinted => self.low_latency(connection, playlist, play).await,
        }
    }

    async fn plain(mut self, mut connection: Connection, url: &str) -> io::Result<()> {
        let mut had: VecDeque<String> = VecDeque::new();
        let mut due = tokio::time::Instant::now();
        loop {
            let text = self.playlist(&mut connection, url).await?;
            let playlist = MediaPlaylist::read(&text);
            if had.is_empty() {
                had.extend(playlist.segments.iter().rev().skip(1).rev().cloned());
            }
            let fresh: Vec<String> =
                playlist.segments.into_iter().filter(|segment| !had.contains(segment)).collect();
            let pause = Duration::from_secs(playlist.target_duration);
            // RFC 8216bis 6.3.4: half of it when nothing was new.
            due += if fresh.is_empty() { pause / 2 } else { pause };
            for segment in fresh {
                self.media(&mut connection, &resolve(url, &segment)).await?;
                had.push_back(segment);
            }
            while had.len() > REMEMBERED {
                had.pop_front();
            }
            tokio::time::sleep_until(due).await;
        }
    }

    async fn low_latency(self, mut reloads: Connection, url: &str, play: Play) -> io::Result<()> {
        let media = Connection::open(self.server).await?;
        let (sender, receiver) = mpsc::channel(16);
        let tally = Arc::clone(&self.tally);
        let reload = async {
            let asker = Player { server: self.server, tally, arrivals: None, played: true };
            let mut path = url.to_owned();
            loop {
                let text = asker.playlist(&mut reloads, &path).await?;
                let playlist = MediaPlaylist::read(&text);
                let (msn, part) = playlist.next;
                let join = if url.contains('?') { '&' } else { '?' };
                path = format!("{url}{join}_HLS_msn={msn}&_HLS_part={part}&_HLS_skip=YES");
                if sender.send(playlist).await.is_err() {
                    return Ok(());
                }
            }
        };
        let player = Player { server: self.server, ..self };
        tokio::try_join!(reload, player.parts(media, receiver, url, play))?;
        Ok(())
    }

    async fn parts(
        mut self,
        mut connection: Connection,
        mut playlists: mpsc::Receiver<MediaPlaylist>,
        url: &str,
        play: Play,
    ) -> io::Result<()> {
        let mut had: VecDeque<String> = VecDeque::new();
        while let Some(playlist) = playlists.recv().await {
            let hint = playlist.hint.filter(|_| play == Play::Hinted);
            if had.is_empty() {
                // It begins at the live edge.
                had.extend(playlist.parts.iter().rev().skip(1).rev().take(REMEMBERED).cloned());
            }
            for part in playlist.parts.into_iter().chain(hint) {
                if had.contains(&part) {
                    continue;
                }
                self.media(&mut connection, &resolve(url, &part)).await?;
                if let Some(arrivals) = &self.arrivals {
                    let _ = arrivals.try_send((part.clone(), Instant::now()));
                }
                had.push_back(part);
            }
            while had.len() > REMEMBERED {
                had.pop_front();
            }
        }
        Ok(())
    }

    async fn playlist(&self, connection: &mut Connection, path: &str) -> io::Result<String> {
        let mut body = Vec::new();
        let answer = connection.get(path, Some(&mut body)).await?;
        self.count(path, answer.status, answer.length);
        Ok(text(&body, answer.gzip))
    }

    async fn media(&mut self, connection: &mut Connection, path: &str) -> io::Result<()> {
        let answer = connection.get(path, None).await?;
        self.count(path, answer.status, answer.length);
        self.tally.media.fetch_add(1, Ordering::Relaxed);
        if !std::mem::replace(&mut self.played, true) {
            self.tally.playing.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    fn count(&self, path: &str, status: u16, length: u64) {
        self.tally.bytes.fetch_add(length, Ordering::Relaxed);
        if status != 200 && self.tally.refused.fetch_add(1, Ordering::Relaxed) == 0 {
            println!("   {path} was answered with {status}");
        }
    }
}
