//! A feed's playlists, as far as they are needed: which segments there are, and where.
//!
//! The parser is `m3u8-rs`. It takes a title with a comma for a segment, and needs a line's end; so lines are
//! straightened before it sees them. Partial segments are left out: whole ones suffice.

use std::time::Duration;

use m3u8_rs::{ByteRange, KeyMethod, parse_master_playlist_res, parse_media_playlist_res};
use url::Url;

use super::choice::{Choice, choose};
use crate::fetch::Range;

/// Longer is no segment. Threat: a playlist that makes the box wait for hours.
const MAX_DURATION: Duration = Duration::from_secs(60);

/// Segments of a playlist that are looked at, its newest ones. Threat: a small playlist of a hundred thousand.
const MAX_SEGMENTS: usize = 2_000;

/// Tags that say nothing to the box; some of them stand where `m3u8-rs` would stumble over a value.
const LEFT_OUT: [&str; 7] = [
    "#EXT-X-PART",
    "#EXT-X-PRELOAD-HINT",
    "#EXT-X-RENDITION-REPORT",
    "#EXT-X-DATERANGE",
    "#EXT-X-PROGRAM-DATE-TIME",
    "#EXT-X-SERVER-CONTROL",
    "#EXT-X-BITRATE",
];

/// A playlist that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaylistError {
    /// Something else.
    #[error("what its URL gives is no HLS playlist")]
    NotHls,
    /// Only part of it can be read.
    #[error("its playlist has a URL that makes no sense")]
    Url,
    /// EXT-X-KEY.
    #[error("it is encrypted, and the box takes no encrypted streams; ask its sender for an open one")]
    Encrypted,
    /// EXT-X-I-FRAMES-ONLY.
    #[error("its playlist is for winding only; enter the URL of the whole stream")]
    KeyFramesOnly,
    /// EXT-X-DEFINE.
    #[error("its playlist uses variables (EXT-X-DEFINE), which the box does not know")]
    Variables,
    /// No variant has codecs that the box carries.
    #[error("it has only {0}, which the box does not carry; H.264, HEVC, AV1 or VP9 with AAC or Opus plays")]
    NotCarried(String),
}

/// Bytes of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it is.
    pub url: Url,
    /// Which bytes of it; `None`: all.
    pub range: Option<Range>,
}

/// A segment as its playlist names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its Media Sequence Number.
    pub number: u64,
    /// Its Discontinuity Sequence Number.
    pub discontinuity: u64,
    /// How long it is said to be.
    pub duration: Duration,
    /// Its bytes.
    pub piece: Piece,
    /// Its initialization section.
    pub map: Option<Piece>,
    /// It is named, and missing (EXT-X-GAP).
    pub gap: bool,
}

/// A media playlist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaPlaylist {
    /// EXT-X-TARGETDURATION.
    pub target: Duration,
    /// In order.
    pub segments: Vec<Segment>,
    /// EXT-X-ENDLIST.
    pub ended: bool,
}

/// What a feed's URL gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Playlist {
    /// Segments.
    Media(MediaPlaylist),
    /// Where they are: the best variant that the box can carry.
    Multivariant(Choice),
}

/// Reads what came from `base`.
///
/// # Errors
/// [`PlaylistError`].
pub fn read_playlist(bytes: &[u8], base: &Url) -> Result<Playlist, PlaylistError> {
    let text = straighten(bytes)?;
    let has = |tag: &str| text.lines().any(|line| line.starts_with(tag));
    if has("#EXT-X-DEFINE") {
        return Err(PlaylistError::Variables);
    }
    if has("#EXT-X-STREAM-INF:") {
        let parsed = parse_master_playlist_res(text.as_bytes()).map_err(|_| PlaylistError::NotHls)?;
        return choose(&parsed, base).map(Playlist::Multivariant);
    }
    if !has("#EXT-X-TARGETDURATION:") {
        return Err(PlaylistError::NotHls);
    }
    let parsed = parse_media_playlist_res(text.as_bytes()).map_err(|_| PlaylistError::NotHls)?;
    media_playlist(parsed, base).map(Playlist::Media)
}

/// The lines that are needed, each with its end, and without titles.
fn straighten(bytes: &[u8]) -> Result<String, PlaylistError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| PlaylistError::NotHls)?;
    let mut lines = text.lines().map(str::trim);
    if lines.next() != Some("#EXTM3U") {
        return Err(PlaylistError::NotHls);
    }
    let mut straight = String::from("#EXTM3U\n");
    for line in lines {
        let untitled = line.strip_prefix("#EXTINF:").and_then(|rest| rest.split(',').next());
        match untitled {
            Some(duration) => straight.extend(["#EXTINF:", duration.trim(), ",\n"]),
            None if line.is_empty() || LEFT_OUT.iter().any(|tag| line.starts_with(tag)) => {}
            None => straight.extend([line, "\n"]),
        }
    }
    Ok(straight)
}

fn media_playlist(parsed: m3u8_rs::MediaPlaylist, base: &Url) -> Result<MediaPlaylist, PlaylistError> {
    if parsed.i_frames_only {
        return Err(PlaylistError::KeyFramesOnly);
    }
    let target = Duration::from_secs(parsed.target_duration).clamp(Duration::from_secs(1), MAX_DURATION);
    let mut playlist = MediaPlaylist { target, segments: Vec::new(), ended: parsed.end_list };
    let (mut discontinuity, mut map, mut encrypted) = (parsed.discontinuity_sequence, None, false);
    let skipped = parsed.segments.len().saturating_sub(MAX_SEGMENTS);
    let mut before: Option<Piece> = None;
    for (number, segment) in (parsed.media_sequence..).zip(parsed.segments) {
        // `m3u8-rs` names a key and a map with the first segment that they are for; a key without a URI is no key to
        // it, and a segment may have several.
        let open = |value: &str| value.split(',').any(|attribute| attribute.trim() == "METHOD=NONE");
        let unknown = segment.unknown_tags.iter().filter(|tag| tag.tag == "X-KEY");
        encrypted |= segment.key.as_ref().is_some_and(|key| key.method != KeyMethod::None)
            || unknown.into_iter().any(|tag| !tag.rest.as_deref().is_some_and(open));
        if let Some(named) = &segment.map {
            let range = named.byte_range.as_ref();
            map = Some(Piece { url: join(base, &named.uri)?, range: range.map(|range| place(range, None)) });
        }
        discontinuity = discontinuity.saturating_add(u64::from(segment.discontinuity));
        let url = join(base, &segment.uri)?;
        let follows = before.filter(|before| before.url == url).and_then(|before| before.range);
        let range = segment.byte_range.as_ref().map(|range| place(range, follows));
        let piece = Piece { url, range };
        before = Some(piece.clone());
        let duration = Duration::try_from_secs_f32(segment.duration).unwrap_or_default().min(MAX_DURATION);
        let gap = segment.unknown_tags.iter().any(|tag| tag.tag == "X-GAP");
        playlist.segments.push(Segment { number, discontinuity, duration, piece, map: map.clone(), gap });
    }
    if encrypted {
        return Err(PlaylistError::Encrypted);
    }
    playlist.segments.drain(..skipped);
    Ok(playlist)
}

pub(super) fn join(base: &Url, uri: &str) -> Result<Url, PlaylistError> {
    base.join(uri).map_err(|_| PlaylistError::Url)
}

/// RFC 8216 4.3.2.2: without an offset it follows the range before it in the same resource.
fn place(range: &ByteRange, before: Option<Range>) -> Range {
    let follows = || before.map_or(0, |before| before.offset.saturating_add(before.length));
    Range { offset: range.offset.unwrap_or_else(follows), length: range.length }
}

impl MediaPlaylist {
    /// Where a newcomer begins: as many segments before the end as make up `wanted`, two or three of them.
    pub fn entrance(&self, wanted: Duration) -> Option<u64> {
        let mut length = Duration::ZERO;
        let mut entrance = None;
        for (count, segment) in self.segments.iter().rev().enumerate() {
            if count >= 3 || (count >= 2 && length >= wanted) {
                break;
            }
            length += segment.duration;
            entrance = Some(segment.number);
        }
        entrance
    }

    /// The number behind its last segment.
    pub fn edge(&self) -> u64 {
        self.segments.last().map_or(0, |last| last.number.saturating_add(1))
    }

    /// The first segment from `number` on.
    pub fn from(&self, number: u64) -> impl Iterator<Item = &Segment> {
        self.segments.iter().filter(move |segment| segment.number >= number)
    }
}

#[cfg(test)]
#[path = "playlist_tests.rs"]
mod tests;
