//! One RTMP connection: a socket driven by the protocol's state machine, its limits, and its source.
//!
//! ```text
//!   accepted ─▶ handshake ─▶ connected ── publish, right key ─▶ publishing ─▶ closed
//!      └────── 5 s ────┴────── 10 s ─────┴── wrong key, occupied: refused ─▶ closed
//! ```

use std::io;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::announcement::announcement;
use super::depacketizer::{DepacketizeError, Depacketizer};
use super::encoder_name::encoder_name;
use super::listener::Config;
use super::publisher::TEST_CARD_ENCODER;
use super::stream_key::{Admission, KeyRing};
use crate::journal::{Journal, Note};
use crate::live::{
    Announced, Dismissal, Hub, Origin, Rank, Refusal, SourceClosed, SourceInfo, SourceMeter, SourceSender,
    Verdict, source,
};
use crate::rtmp::handshake::RANDOM;
use crate::rtmp::{Metadata, ProtocolError, PublishRequest, Server, ServerAction};
use crate::stream::Media;

/// The handshake must be over by then. Threat: sockets that say nothing.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// From the handshake to a publish. Threat: sockets that are polite and never publish.
const PREPARE: Duration = Duration::from_secs(10);

/// A publisher that sends no media for so long is gone: a pulled cable sends no FIN, and its place is needed.
const IDLE: Duration = Duration::from_secs(10);

/// A peer that does not take our few bytes for so long is gone.
const SEND: Duration = Duration::from_secs(5);

/// After the last word the socket is read for a moment: closed with unread bytes it would be reset, and the
/// encoder would never see why.
const LINGER: Duration = Duration::from_secs(1);

/// Read at once. Larger reads save wake-ups at high bit rates; there are few connections.
const READ: usize = 64 << 10;

/// What an encoder hears whose key is not one of ours.
const UNKNOWN_KEY: &str = "This stream key is not known. Copy it again from the box's page.";

/// What an encoder hears before somebody owns the box.
const NOT_CLAIMED: &str = "This box is not set up yet. Open its admin page first.";

/// What an encoder hears whose key was revoked while it published.
const REVOKED: &str = "This stream key was revoked at the box. Copy a new one from its page.";

/// Why a connection ended, for the log.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error("it closed the connection")]
    Closed,
    #[error("it was refused")]
    Refused,
    #[error("it was told: {0}")]
    Told(String),
    #[error("{0}")]
    Protocol(#[from] ProtocolError),
    #[error("{0}")]
    Socket(#[from] io::Error),
    #[error("nothing came for {} s", .0.as_secs())]
    Silent(Duration),
    #[error("it does not read what it is sent")]
    Stuck,
    #[error("the box is stopping")]
    Stopping,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Connection {
    socket: TcpStream,
    address: IpAddr,
    keys: KeyRing,
    journal: Journal,
    hub: Hub,
    session: Server,
    publishing: Option<Publishing>,
    since: Instant,
    /// What was read last.
    buffer: BytesMut,
}

#[derive(Debug)]
struct Publishing {
    source: SourceSender,
    depacketizer: Depacketizer,
    meter: SourceMeter,
    /// By which key it was let in.
    key: Admission,
    last_media: Instant,
}

impl Connection {
    /// A connection of an accepted socket. `random` fills the handshake.
    pub fn new(socket: TcpStream, address: IpAddr, random: [u8; RANDOM], config: Config, hub: Hub) -> Self {
        Connection {
            socket,
            address,
            keys: config.keys,
            journal: config.journal,
            hub,
            session: Server::new(random),
            publishing: None,
            since: Instant::now(),
            buffer: BytesMut::with_capacity(READ),
        }
    }

    /// Serves it to its end, or until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        // Acknowledgements and status messages are small and awaited.
        let _ = self.socket.set_nodelay(true);
        let published = |publishing: &Option<Publishing>| publishing.is_some();
        let mut told = false;
        let end = loop {
            let step = self.step(&stop).await;
            if published(&self.publishing) && !told {
                told = true;
                log::info!(address:% = self.address; "an encoder publishes");
            }
            match step {
                Ok(()) => {}
                Err(end) => break end,
            }
        };
        drop(self.publishing.take());
        match &end {
            End::Closed | End::Stopping if told => log::info!(address:% = self.address; "the encoder left"),
            // A refusal was logged where it was decided.
            End::Closed | End::Refused | End::Stopping => {}
            end => log::info!(address:% = self.address; "an RTMP connection ended: {end}"),
        }
        if let End::Told(_) | End::Refused | End::Stopping | End::Protocol(_) = end {
            self.linger().await;
        }
    }

    fn deadline(&self) -> (Instant, Duration) {
        let (since, limit) = match &self.publishing {
            Some(publishing) => (publishing.last_media, IDLE),
            None if self.session.handshake_done() => (self.since, PREPARE),
            None => (self.since, HANDSHAKE),
        };
        (since + limit, limit)
    }

    async fn step(&mut self, stop: &CancellationToken) -> Result<(), End> {
        let (deadline, limit) = self.deadline();
        self.buffer.clear();
        let shaken = self.session.handshake_done();
        let key = self.publishing.as_ref().map(|publishing| publishing.key.id);
        let read = tokio::select! {
            biased;
            () = stop.cancelled() => {
                return self.tell(&Dismissal::Stopping.to_string()).await.and(Err(End::Stopping));
            }
            why = dismissed(&mut self.publishing) => {
                return self.tell(&why.to_string()).await.and(Err(End::Told(why.to_string())));
            }
            () = revoked(&mut self.keys, key) => {
                return self.revoked().await;
            }
            read = self.socket.read_buf(&mut self.buffer) => read?,
            () = sleep_until(deadline) => return Err(End::Silent(limit)),
        };
        if read == 0 {
            return Err(End::Closed);
        }
        let outcome = self.session.receive(&self.buffer);
        if self.session.handshake_done() && !shaken {
            self.since = Instant::now();
        }
        // What was understood before an error is still acted on, the peer's answer among it.
        let acted = self.act(stop).await;
        outcome?;
        acted
    }

    /// Does what the session wants, until it wants nothing more.
    async fn act(&mut self, stop: &CancellationToken) -> Result<(), End> {
        while let Some(action) = self.session.next_action() {
            match action {
                ServerAction::Send(bytes) => self.send(&bytes).await?,
                ServerAction::Publish(request) => self.publish(request).await,
                ServerAction::Metadata(metadata) => self.metadata(&metadata),
                ServerAction::Video { timestamp, body } => {
                    self.media(stop, |depacketizer| depacketizer.video(timestamp, body)).await?;
                }
                ServerAction::Audio { timestamp, body } => {
                    self.media(stop, |depacketizer| depacketizer.audio(timestamp, body)).await?;
                }
                ServerAction::Unpublish => {
                    self.publishing = None;
                    self.since = Instant::now();
                }
                ServerAction::Close => return Err(End::Refused),
            }
        }
        Ok(())
    }

    async fn publish(&mut self, request: PublishRequest) {
        let test_card = request.encoder.as_deref().is_some_and(|name| name.starts_with(TEST_CARD_ENCODER));
        if !test_card && !self.keys.is_claimed() {
            let why = String::from(NOT_CLAIMED);
            self.journal.note(Note::EncoderRefused { address: self.address, why });
            return self.session.refuse(NOT_CLAIMED);
        }
        let Some(key) = self.admission(&request) else {
            self.journal.note(Note::WrongKey { address: self.address });
            return self.session.refuse(UNKNOWN_KEY);
        };
        let meter = SourceMeter::new(Origin {
            address: Some(self.address),
            key: Some(key.name.clone()),
            key_id: Some(key.id),
            test_card,
            since: SystemTime::now(),
        });
        let name = request.encoder.as_deref().and_then(encoder_name);
        let name = if test_card { Some(String::from("The test card")) } else { name };
        meter.announced(Announced { encoder: name.clone(), ..Announced::default() });
        let (sender, offered) = source(SourceInfo {
            address: Some(self.address),
            encoder: request.encoder,
            rank: if test_card { Rank::TestCard } else { Rank::Encoder },
            takeover: key.takeover,
            input: meter.input(),
        });
        match self.hub.offer(offered).await {
            Verdict::Accepted => {}
            Verdict::Standby => {
                self.journal.note(Note::StandBy { encoder: name, address: Some(self.address) });
            }
            Verdict::Refused(refusal) => {
                self.note_refusal(refusal);
                return self.session.refuse(&refusal.to_string());
            }
        }
        self.publishing = Some(Publishing {
            source: sender,
            depacketizer: Depacketizer::default(),
            meter,
            key: key.clone(),
            last_media: Instant::now(),
        });
        self.keys.note_use(key.id);
        self.session.accept();
    }

    fn note_refusal(&self, refusal: Refusal) {
        match refusal {
            // The test card asks every few seconds for as long as an encoder is on air.
            Refusal::OutRanked | Refusal::CardEnded | Refusal::Stopping => {
                log::debug!(address:% = self.address; "a publisher was refused: {refusal}");
            }
            _ => {
                let why = refusal.to_string();
                self.journal.note(Note::EncoderRefused { address: self.address, why });
            }
        }
    }

    /// What the request's key allows. Encoders put it into the stream's name, some with a query behind it, and
    /// some into the application's path.
    fn admission(&self, request: &PublishRequest) -> Option<Admission> {
        let name = request.stream.as_str();
        let bare = name.split('?').next().unwrap_or(name);
        let in_path = request.app.rsplit_once('/').map(|(_, last)| last);
        [Some(name), Some(bare), in_path].into_iter().flatten().find_map(|key| self.keys.check(key))
    }

    fn metadata(&self, metadata: &Metadata) {
        let Some(publishing) = &self.publishing else { return };
        let announced = announcement(metadata);
        // The test card is known by its name already.
        let encoder = announced.encoder.filter(|_| !publishing.meter.origin().test_card);
        publishing.meter.announced(Announced { encoder, ..announced });
    }

    /// The key of the one that publishes was revoked: it goes at once, and so does its place.
    async fn revoked(&mut self) -> Result<(), End> {
        if let Some(publishing) = self.publishing.take() {
            let key = publishing.key.name;
            self.journal.note(Note::RevokedEncoderDropped { key, address: self.address });
        }
        self.tell(REVOKED).await.and(Err(End::Told(String::from(REVOKED))))
    }

    /// Hands a message's media to the event; waits while the event holds the sender back.
    async fn media(
        &mut self,
        stop: &CancellationToken,
        depacketize: impl FnOnce(&mut Depacketizer) -> Result<Vec<Media>, DepacketizeError>,
    ) -> Result<(), End> {
        let Some(publishing) = &mut self.publishing else { return Ok(()) };
        let media = match depacketize(&mut publishing.depacketizer) {
            Ok(media) => media,
            Err(error) => {
                let why = error.to_string();
                return self.tell(&why).await.and(Err(End::Told(why)));
            }
        };
        for item in media {
            match &item {
                Media::Unit(unit) => publishing.meter.unit(unit),
                Media::Config(config) => publishing.meter.configured(config),
            }
            let sent = tokio::select! {
                sent = publishing.source.send(item) => sent,
                () = stop.cancelled() => return Ok(()),
            };
            if let Err(SourceClosed) = sent {
                // The next step hears why.
                return Ok(());
            }
        }
        publishing.last_media = Instant::now();
        publishing.meter.arrived(publishing.last_media);
        Ok(())
    }

    /// Tells the publisher why it is let go.
    async fn tell(&mut self, why: &str) -> Result<(), End> {
        self.session.end(why);
        while let Some(action) = self.session.next_action() {
            if let ServerAction::Send(bytes) = action {
                self.send(&bytes).await?;
            }
        }
        Ok(())
    }

    async fn send(&mut self, bytes: &Bytes) -> Result<(), End> {
        match timeout(SEND, self.socket.write_all(bytes)).await {
            Ok(sent) => Ok(sent?),
            Err(_) => Err(End::Stuck),
        }
    }

    async fn linger(&mut self) {
        let read_on = async {
            self.socket.shutdown().await?;
            let mut sink = [0; 4 << 10];
            while self.socket.read(&mut sink).await? > 0 {}
            io::Result::Ok(())
        };
        // Whatever comes of it, the socket is closed next.
        let _ = timeout(LINGER, read_on).await;
    }
}

async fn revoked(keys: &mut KeyRing, key: Option<i64>) {
    match key {
        Some(key) => keys.revoked(key).await,
        None => std::future::pending().await,
    }
}

async fn dismissed(publishing: &mut Option<Publishing>) -> Dismissal {
    match publishing {
        Some(publishing) => publishing.source.dismissed().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
