//! Follows one media playlist: reloads it as it asks to be (RFC 8216 6.3.4) and fetches one segment after the other.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::chance::jittered;
use super::playlist::{MediaPlaylist, Piece, Playlist, Segment, read_playlist};
use super::trouble::Trouble;
use crate::fetch::{FetchError, Fetched, Fetcher, Limits};
use crate::media::{MediaError, SegmentMedia, SegmentReader};

/// Threat: a playlist that never ends, or drips.
pub const PLAYLIST: Limits = Limits { bytes: 2 << 20, time: Duration::from_secs(10) };

/// Threat: an initialization section that never ends, or drips.
const MAP: Limits = Limits { bytes: 1 << 20, time: Duration::from_secs(10) };

/// Threat: a segment that never ends fills the memory. A minute of 8 Mbit/s fits.
const SEGMENT_BYTES: usize = 64 << 20;

/// Threat: a segment that drips. One that takes longer than it lasts is of no use; this much more is a slow start.
const SEGMENT_TIME: Duration = Duration::from_secs(8);

/// So much of the feed is taken in advance at the start, against a late playlist or a slow segment.
const IN_ADVANCE: Duration = Duration::from_secs(6);

/// A feed that is further behind its own end goes on near it: after an absence nobody wants to see the past.
const FAR_BEHIND: Duration = Duration::from_secs(30);

/// A playlist without anything new for so long, and for three target durations, has stalled.
const STALLED: Duration = Duration::from_secs(12);

/// A reload that failed is tried again after so long.
const RETRY: Duration = Duration::from_secs(1);

/// Reloads are never closer together.
const LEAST_RELOAD: Duration = Duration::from_millis(500);

/// Segments that fail one after the other until the feed is given up for a while.
const MAX_FAILURES: u32 = 4;

/// The next piece of a feed.
#[derive(Debug)]
pub struct Taken {
    /// As the playlist names it.
    pub segment: Segment,
    /// What is in it.
    pub media: SegmentMedia,
    /// So much before it was left out.
    pub skipped: Duration,
    /// When it was there.
    pub arrived: Instant,
}

/// Follows a media playlist.
#[derive(Debug)]
pub struct Follower {
    fetcher: Fetcher,
    reader: SegmentReader,
    url: Url,
    playlist: MediaPlaylist,
    /// The number of the segment that is wanted next.
    next: u64,
    /// The length of the segment before it.
    length: Duration,
    skipped: Duration,
    reload_at: Instant,
    /// When the playlist last had something new.
    news: Instant,
    map: Option<(Piece, Bytes)>,
    failures: u32,
}

impl Follower {
    /// Follows the playlist that was just fetched from `url`, from near its end; `earlier`: a segment earlier.
    ///
    /// # Errors
    /// [`Trouble`] where there is nothing to follow.
    pub fn new(
        fetcher: Fetcher,
        reader: SegmentReader,
        url: Url,
        playlist: MediaPlaylist,
        earlier: bool,
    ) -> Result<Self, Trouble> {
        if playlist.ended {
            return Err(Trouble::Ended);
        }
        let entrance = playlist.entrance(IN_ADVANCE).ok_or(Trouble::Empty)?;
        let now = Instant::now();
        let mut follower = Follower {
            fetcher,
            reader,
            url,
            next: entrance.saturating_sub(u64::from(earlier)),
            length: playlist.target,
            skipped: Duration::ZERO,
            reload_at: now,
            news: now,
            map: None,
            failures: 0,
            playlist,
        };
        follower.schedule(now, true);
        Ok(follower)
    }

    /// The next segment that can be used.
    ///
    /// # Errors
    /// [`Trouble`] when no other is to be expected soon.
    pub async fn next(&mut self) -> Result<Taken, Trouble> {
        loop {
            let Some(segment) = self.playlist.from(self.next).next().cloned() else {
                self.wait_for_more().await?;
                continue;
            };
            self.next = segment.number.saturating_add(1);
            match self.take(&segment).await {
                Ok(media) => {
                    self.failures = 0;
                    self.length = segment.duration;
                    let skipped = std::mem::take(&mut self.skipped);
                    return Ok(Taken { segment, media, skipped, arrived: Instant::now() });
                }
                Err(trouble) if trouble.is_lasting() => return Err(trouble),
                Err(trouble) => {
                    self.skipped += segment.duration;
                    self.failures += 1;
                    log::info!(number = segment.number; "a segment of the feed was left out: {trouble}");
                    if self.failures >= MAX_FAILURES {
                        return Err(trouble);
                    }
                }
            }
        }
    }

    async fn take(&mut self, segment: &Segment) -> Result<SegmentMedia, Trouble> {
        if segment.gap {
            return Err(Trouble::Media(MediaError::NoTracks));
        }
        let mut bytes = Vec::new();
        if let Some(piece) = &segment.map {
            bytes.push(self.map(piece).await?);
        }
        let limits = Limits { bytes: SEGMENT_BYTES, time: segment.duration + SEGMENT_TIME };
        let Piece { url, range } = &segment.piece;
        bytes.push(self.fetcher.get(url, *range, limits).await?.bytes);
        Ok(self.reader.read(bytes).await?)
    }

    /// An initialization section, fetched once for all the segments that need it.
    async fn map(&mut self, piece: &Piece) -> Result<Bytes, FetchError> {
        if let Some((_, bytes)) = self.map.as_ref().filter(|(known, _)| known == piece) {
            return Ok(bytes.clone());
        }
        let bytes = self.fetcher.get(&piece.url, piece.range, MAP).await?.bytes;
        self.map = Some((piece.clone(), bytes.clone()));
        Ok(bytes)
    }

    /// Reloads the playlist until it has a segment that is wanted.
    async fn wait_for_more(&mut self) -> Result<(), Trouble> {
        let mut last = None;
        loop {
            if self.playlist.ended {
                return Err(Trouble::Ended);
            }
            let patience = STALLED.max(self.playlist.target * 3);
            let given_up = self.news + patience;
            if self.reload_at > given_up {
                return Err(last.unwrap_or(Trouble::Stalled(patience)));
            }
            sleep_until(self.reload_at).await;
            let began = Instant::now();
            match load(&self.fetcher, &self.url).await {
                Ok((_, Playlist::Media(playlist))) => {
                    last = None;
                    if self.renew(began, playlist) {
                        return Ok(());
                    }
                }
                Ok((_, Playlist::Multivariant(_))) => return Err(Trouble::Nested),
                Err(trouble) if trouble.is_lasting() => return Err(trouble),
                Err(trouble) => {
                    last = Some(trouble);
                    self.reload_at = Instant::now() + jittered(RETRY);
                }
            }
        }
    }

    /// Takes a reloaded playlist; whether it has something new.
    fn renew(&mut self, began: Instant, playlist: MediaPlaylist) -> bool {
        let began_anew = playlist.edge() < self.playlist.edge();
        let new = began_anew || playlist.edge() > self.playlist.edge();
        self.playlist = playlist;
        let left: Duration = self.playlist.from(self.next).map(|segment| segment.duration).sum();
        let entrance = self.playlist.entrance(IN_ADVANCE).unwrap_or(self.next);
        if began_anew {
            // Its numbers began again: a restarted encoder.
            self.next = entrance;
        } else if left > FAR_BEHIND.max(self.playlist.target * 4) && entrance > self.next {
            let passed = self.playlist.from(self.next).take_while(|segment| segment.number < entrance);
            self.skipped += passed.map(|segment| segment.duration).sum::<Duration>();
            self.next = entrance;
        }
        if new {
            self.news = Instant::now();
        }
        self.schedule(began, new);
        new && self.playlist.from(self.next).next().is_some()
    }

    /// When to reload: a segment's length after the last time if that brought something, half of it if not. The
    /// length is that of the newest segment, because a target duration may be far longer than any of them.
    fn schedule(&mut self, began: Instant, new: bool) {
        let newest = self.playlist.segments.last().map_or(self.length, |newest| newest.duration);
        let length = newest.min(self.playlist.target);
        let wait = if new { length } else { length / 2 };
        self.reload_at = began + wait.max(LEAST_RELOAD);
    }
}

/// Fetches and reads a playlist; relative URLs in it start where it came from.
pub async fn load(fetcher: &Fetcher, url: &Url) -> Result<(Url, Playlist), Trouble> {
    let Fetched { url, bytes, .. } = fetcher.get(url, None, PLAYLIST).await?;
    let playlist = read_playlist(&bytes, &url)?;
    Ok((url, playlist))
}
