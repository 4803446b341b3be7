//! One stay with a feed: from its playlist to the event, until one of them is over.
//!
//! ```text
//!   playlist ─▶ choice ─▶ followers (a task each, a segment ahead) ─▶ one clock ─▶ pace ─▶ event
//! ```

use std::collections::VecDeque;
use std::time::SystemTime;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::choice::Choice;
use super::follower::{Follower, Taken, load};
use super::pace::Pace;
use super::playlist::{MediaPlaylist, Playlist};
use super::stamps::{LaneId, Stamps};
use super::trouble::Trouble;
use crate::fetch::Fetcher;
use crate::live::{
    Announced, Dismissal, Hub, Origin, Rank, Refusal, SourceInfo, SourceMeter, SourceSender, Verdict, source,
};
use crate::media::SegmentReader;
use crate::stream::{AccessUnit, Media, Takeover, Track, TrackConfig};
use crate::time::MediaTime;

/// Segments that wait behind the one that is handed on. Threat: a feed of large segments fills the memory.
const MAX_AHEAD: usize = 1;

/// How a stay ended.
#[derive(Debug)]
pub enum End {
    /// The feed does not come.
    Trouble(Trouble),
    /// The event did not take it.
    Refused(Refusal),
    /// The event sent it away.
    Dismissed(Dismissal),
}

impl<T: Into<Trouble>> From<T> for End {
    fn from(trouble: T) -> Self {
        End::Trouble(trouble.into())
    }
}

/// Where a feed's segments are named.
#[derive(Debug)]
pub struct Playlists {
    main: (Url, MediaPlaylist),
    sound: Option<(Url, MediaPlaylist)>,
    announced: Announced,
}

impl Playlists {
    /// Fetches them.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn open(fetcher: &Fetcher, url: &Url) -> Result<Self, Trouble> {
        match load(fetcher, url).await? {
            (url, Playlist::Media(playlist)) => {
                Ok(Playlists { main: (url, playlist), sound: None, announced: Announced::default() })
            }
            (_, Playlist::Multivariant(choice)) => {
                let Choice { media, audio, bit_rate, frame_rate } = choice;
                let sound = match audio {
                    Some(audio) => Some(media_playlist(fetcher, &audio).await?),
                    None => None,
                };
                let announced = Announced { encoder: None, bit_rate: Some(bit_rate), frame_rate };
                Ok(Playlists { main: media_playlist(fetcher, &media).await?, sound, announced })
            }
        }
    }

    /// The number behind the newest segment, and whether no other follows.
    pub fn edge(&self) -> (u64, bool) {
        (self.main.1.edge(), self.main.1.ended)
    }
}

async fn media_playlist(fetcher: &Fetcher, url: &Url) -> Result<(Url, MediaPlaylist), Trouble> {
    match load(fetcher, url).await? {
        (url, Playlist::Media(playlist)) => Ok((url, playlist)),
        (_, Playlist::Multivariant(_)) => Err(Trouble::Nested),
    }
}

/// A playlist's media on its way to the event.
#[derive(Debug)]
struct Lane {
    id: LaneId,
    /// The one kind of track that is taken of it; `None`: both.
    only: Option<Track>,
    segments: mpsc::Receiver<Result<Taken, Trouble>>,
    queue: VecDeque<(MediaTime, Media)>,
}

impl Lane {
    fn takes(&self, track: Track) -> bool {
        self.only.is_none_or(|only| only == track)
    }
}

/// A stay with a feed.
#[derive(Debug)]
pub struct Session {
    lanes: Vec<Lane>,
    stamps: Stamps,
    pace: Pace,
    announced: Announced,
    configured: [Option<TrackConfig>; 2],
    _followers: JoinSet<()>,
}

impl Session {
    /// Begins to follow a feed.
    ///
    /// # Errors
    /// [`Trouble`] where there is nothing to follow.
    pub fn new(fetcher: &Fetcher, reader: &SegmentReader, playlists: Playlists) -> Result<Self, Trouble> {
        let Playlists { main, sound, announced } = playlists;
        let mut followers = JoinSet::new();
        let apart = sound.is_some();
        let mut lanes = Vec::new();
        let parts = [(LaneId::Main, Track::Video, Some(main)), (LaneId::Sound, Track::Audio, sound)];
        for (id, track, playlist) in parts {
            let Some((url, playlist)) = playlist else { continue };
            // Sound that begins before its picture is left out, sound that begins after it is missed.
            let earlier = id == LaneId::Sound;
            let mut follower = Follower::new(fetcher.clone(), reader.clone(), url, playlist, earlier)?;
            let (sender, segments) = mpsc::channel(MAX_AHEAD);
            followers.spawn(async move {
                loop {
                    let taken = follower.next().await;
                    let over = taken.is_err();
                    if sender.send(taken).await.is_err() || over {
                        return;
                    }
                }
            });
            lanes.push(Lane { id, only: apart.then_some(track), segments, queue: VecDeque::new() });
        }
        Ok(Session {
            lanes,
            stamps: Stamps::default(),
            pace: Pace::default(),
            announced,
            configured: [None, None],
            _followers: followers,
        })
    }

    /// Feeds the event until one of both is over. `name` is what the operator reads.
    pub async fn run(mut self, hub: &Hub, name: &str) -> End {
        // The event is asked once there is something for it.
        if let Err(trouble) = self.begin_together().await {
            return End::Trouble(trouble);
        }
        let mut meter = SourceMeter::new(Origin {
            address: None,
            key: None,
            key_id: None,
            test_card: false,
            since: SystemTime::now(),
        });
        meter.announced(Announced { encoder: Some(name.to_owned()), ..self.announced.clone() });
        let (mut sender, offered) = source(SourceInfo {
            address: None,
            encoder: Some(name.to_owned()),
            rank: Rank::Feed,
            takeover: Takeover::Reject,
            input: meter.input(),
        });
        match hub.offer(offered).await {
            Verdict::Accepted | Verdict::Standby => {}
            Verdict::Refused(refusal) => return End::Refused(refusal),
        }
        loop {
            let next = tokio::select! {
                biased;
                why = sender.dismissed() => return End::Dismissed(why),
                next = self.next() => next,
            };
            let (due, media) = match next {
                Ok(next) => next,
                Err(trouble) => return End::Trouble(trouble),
            };
            tokio::select! {
                biased;
                why = sender.dismissed() => return End::Dismissed(why),
                () = sleep_until(due) => {}
            }
            hand_on(&sender, &mut meter, media).await;
        }
    }

    /// The next item of all lanes, and when it is due.
    async fn next(&mut self) -> Result<(Instant, Media), Trouble> {
        loop {
            self.fill().await?;
            let first =
                self.lanes.iter().enumerate().min_by_key(|(_, lane)| lane.queue.front().map(|(at, _)| *at));
            let Some((stamp, media)) =
                first.map(|(index, _)| index).and_then(|index| self.lanes[index].queue.pop_front())
            else {
                continue;
            };
            if let Media::Config(config) = &media {
                let known = match config {
                    TrackConfig::Video(_) => &mut self.configured[0],
                    TrackConfig::Audio(_) => &mut self.configured[1],
                };
                if known.as_ref() == Some(config) {
                    continue;
                }
                *known = Some(config.clone());
            }
            return Ok((self.pace.due(Instant::now(), stamp), media));
        }
    }

    /// Lets sound of its own playlist begin where the picture does.
    async fn begin_together(&mut self) -> Result<(), Trouble> {
        self.fill().await?;
        let start = self.lanes[0].queue.front().map_or(MediaTime::ZERO, |(at, _)| *at);
        for index in 1..self.lanes.len() {
            loop {
                let queue = &mut self.lanes[index].queue;
                queue.retain_mut(|(at, media)| {
                    let config = matches!(media, Media::Config(_));
                    let meant = *at >= start || config;
                    *at = (*at).max(start);
                    meant
                });
                if queue.iter().any(|(_, media)| matches!(media, Media::Unit(_))) {
                    break;
                }
                let taken = self.lanes[index].segments.recv().await.ok_or(Trouble::Reader)??;
                self.lay(index, taken);
            }
        }
        Ok(())
    }

    /// Waits until every lane has something.
    async fn fill(&mut self) -> Result<(), Trouble> {
        for index in 0..self.lanes.len() {
            while self.lanes[index].queue.is_empty() {
                let taken = self.lanes[index].segments.recv().await.ok_or(Trouble::Reader)??;
                self.lay(index, taken);
            }
        }
        Ok(())
    }

    /// Puts a segment behind what its lane has.
    fn lay(&mut self, index: usize, taken: Taken) {
        let Taken { segment, media, skipped, arrived } = taken;
        let lane = &mut self.lanes[index];
        let configs: Vec<TrackConfig> = media.configs().filter(|config| lane.takes(track(config))).collect();
        let mut units: Vec<AccessUnit> =
            media.units.into_iter().filter(|unit| lane.takes(unit.track)).collect();
        self.stamps.skip(lane.id, skipped);
        self.stamps.place(lane.id, segment.discontinuity, media.wraps, &mut units);
        let Some(first) = units.first().map(|unit| unit.dts) else { return };
        self.pace.arrived(arrived, first, segment.duration);
        lane.queue.extend(configs.into_iter().map(|config| (first, Media::Config(config))));
        lane.queue.extend(units.into_iter().map(|unit| (unit.dts, Media::Unit(unit))));
    }
}

fn track(config: &TrackConfig) -> Track {
    match config {
        TrackConfig::Video(_) => Track::Video,
        TrackConfig::Audio(_) => Track::Audio,
    }
}

/// Gives an item to the event, which may hold it back.
async fn hand_on(sender: &SourceSender, meter: &mut SourceMeter, media: Media) {
    match &media {
        Media::Unit(unit) => meter.unit(unit),
        Media::Config(config) => meter.configured(config),
    }
    // Where the event takes no more, the next step hears why.
    let _ = sender.send(media).await;
    meter.arrived(Instant::now());
}
