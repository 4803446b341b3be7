//! Media Playlists (RFC 8216bis 4.4.3, 4.4.4) and their delta updates (4.4.5.2).
//!
//! EXT-X-INDEPENDENT-SEGMENTS never stands here: a long group of pictures is cut without a key frame.

use std::fmt::Write;

use super::MediaUri;
use super::text::{Date, Seconds};
use crate::stream::{KeptSegment, Position, RenditionId, Segment, Window};
use crate::time::MediaTime;

/// EXT-X-PART stands for the last segments only; players start with parts and go on with them. RFC 8216bis
/// 6.2.2 lets them go when they are three target durations from the end.
const SEGMENTS_WITH_PARTS: usize = 3;

/// A rendition that plays beside this one, for EXT-X-RENDITION-REPORT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its name.
    pub id: RenditionId,
    /// Its newest part.
    pub edge: Position,
}

/// Finds a segment's magnet by its Media Sequence Number.
pub type MagnetOf<'a> = &'a dyn Fn(u64) -> Option<String>;

/// What a playlist is written from. [`MediaPlaylist::new`] is a window alone.
#[derive(Clone, Copy)]
pub struct MediaPlaylist<'a> {
    /// The window on what is on air.
    pub window: &'a Window,
    /// Segments before the window's, without a hole: how far back viewers may go.
    pub past: &'a [KeptSegment],
    /// Other renditions.
    pub reports: &'a [Report],
    /// `#EXT-X-MAGNET:` before each segment that has one, as live-torrent's players read it; for others it is an
    /// unknown tag, which they ignore (RFC 8216bis 6.3.1).
    pub magnet_of: MagnetOf<'a>,
}

impl<'a> MediaPlaylist<'a> {
    /// The playlist of a window.
    pub fn new(window: &'a Window) -> Self {
        MediaPlaylist { window, past: &[], reports: &[], magnet_of: &|_| None }
    }

    /// The full playlist.
    pub fn render(&self) -> String {
        self.text(0)
    }

    /// Whether a delta update would leave anything out.
    pub fn can_skip(&self) -> bool {
        self.skippable() > 0
    }

    /// The delta update: older segments are skipped (RFC 8216bis 6.2.5.1).
    pub fn render_delta(&self) -> String {
        self.text(self.skippable())
    }

    /// Segments further from the end of the playlist than the skip boundary.
    fn skippable(&self) -> usize {
        let window = self.window;
        if window.ended() {
            return 0;
        }
        let boundary = MediaTime::from_millis(i64::from(skip_boundary(window)) * 1_000);
        let mut from_end = MediaTime::ZERO;
        let mut kept = 0;
        for segment in window.listed().rev() {
            if from_end > boundary {
                break;
            }
            from_end += segment.duration();
            kept += 1;
        }
        // The window reaches further than the boundary, unless it is all there is.
        if from_end > boundary { self.past.len() + window.listed().len() - kept } else { 0 }
    }

    fn text(&self, skipped: usize) -> String {
        let mut text = String::with_capacity(8 << 10);
        // Writing to a String cannot fail.
        let _ = self.write(&mut text, skipped);
        text
    }

    fn write(&self, out: &mut String, skipped: usize) -> std::fmt::Result {
        let window = self.window;
        let geometry = window.geometry();
        let part_target = geometry.part_target;
        // RFC 8216bis 8: version 9 for EXT-X-SKIP, 6 for EXT-X-MAP.
        let version = if skipped > 0 { 9 } else { 6 };
        writeln!(
            out,
            "#EXTM3U\n#EXT-X-VERSION:{version}\n#EXT-X-TARGETDURATION:{}",
            geometry.target_duration
        )?;
        writeln!(
            out,
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={},HOLD-BACK={},CAN-SKIP-UNTIL={}",
            Seconds(part_target * 3),
            geometry.target_duration * 3,
            skip_boundary(window),
        )?;
        writeln!(out, "#EXT-X-PART-INF:PART-TARGET={}", Seconds(part_target))?;
        let first = self.past.first().map_or(window.first_listed(), |segment| segment.msn);
        writeln!(out, "#EXT-X-MEDIA-SEQUENCE:{first}")?;
        writeln!(out, "#EXT-X-DISCONTINUITY-SEQUENCE:{}", self.discontinuity_sequence())?;
        if skipped > 0 {
            writeln!(out, "#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}")?;
        }
        // A delta names an initialization section only where it changes after the skipped segments.
        let mut init = skipped.checked_sub(1).and_then(|last| self.init_of(last));
        for segment in self.past.iter().skip(skipped) {
            write_preface(out, segment.discontinuity, segment.init, &mut init)?;
            write_date(out, segment.date)?;
            write_whole(out, segment.msn, segment.duration, self.magnet_of)?;
        }
        let count = window.listed().len();
        for (index, segment) in window.listed().enumerate().skip(skipped.saturating_sub(self.past.len())) {
            write_preface(out, segment.discontinuity, segment.init.number, &mut init)?;
            let with_parts = count - index <= SEGMENTS_WITH_PARTS && !window.ended();
            write_segment(out, segment, with_parts, self.magnet_of)?;
        }
        if window.ended() {
            return writeln!(out, "#EXT-X-ENDLIST");
        }
        writeln!(out, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{}\"", MediaUri::Part(window.next()))?;
        for report in self.reports {
            let Position { msn, part } = report.edge;
            writeln!(
                out,
                "#EXT-X-RENDITION-REPORT:URI=\"../{}/stream.m3u8\",LAST-MSN={msn},LAST-PART={part}",
                report.id
            )?;
        }
        Ok(())
    }

    /// Of the first segment that is named: what left the playlist before it.
    fn discontinuity_sequence(&self) -> u64 {
        let in_past = self.past.iter().filter(|segment| segment.discontinuity).count();
        self.window.discontinuity_sequence().saturating_sub(u64::try_from(in_past).unwrap_or(u64::MAX))
    }

    /// The initialization section of the segment at `index`.
    fn init_of(&self, index: usize) -> Option<u32> {
        if let Some(segment) = self.past.get(index) {
            return Some(segment.init);
        }
        self.window.listed().nth(index - self.past.len()).map(|segment| segment.init.number)
    }
}

/// CAN-SKIP-UNTIL, six target durations (the least that RFC 8216bis 4.4.3.8 allows), in seconds.
fn skip_boundary(window: &Window) -> u32 {
    window.geometry().target_duration * 6
}

/// What stands before a segment where the one before it was another's.
fn write_preface(
    out: &mut String,
    discontinuity: bool,
    number: u32,
    init: &mut Option<u32>,
) -> std::fmt::Result {
    if discontinuity {
        writeln!(out, "#EXT-X-DISCONTINUITY")?;
    }
    if init.replace(number) != Some(number) {
        writeln!(out, "#EXT-X-MAP:URI=\"{}\"", MediaUri::Init(number))?;
    }
    Ok(())
}

fn write_date(out: &mut String, date: i64) -> std::fmt::Result {
    writeln!(out, "#EXT-X-PROGRAM-DATE-TIME:{}", Date(date))
}

fn write_whole(out: &mut String, msn: u64, duration: MediaTime, magnet_of: MagnetOf<'_>) -> std::fmt::Result {
    if let Some(magnet) = magnet_of(msn) {
        writeln!(out, "#EXT-X-MAGNET:{magnet}")?;
    }
    writeln!(out, "#EXTINF:{},\n{}", Seconds(duration), MediaUri::Segment(msn))
}

fn write_segment(
    out: &mut String,
    segment: &Segment,
    with_parts: bool,
    magnet_of: MagnetOf<'_>,
) -> std::fmt::Result {
    write_date(out, segment.date)?;
    for (index, part) in segment.parts.iter().enumerate().filter(|_| with_parts || !segment.sealed) {
        let uri = MediaUri::Part(Position { msn: segment.msn, part: index });
        let independent = if part.independent { ",INDEPENDENT=YES" } else { "" };
        writeln!(out, "#EXT-X-PART:DURATION={},URI=\"{uri}\"{independent}", Seconds(part.duration))?;
    }
    if segment.sealed { write_whole(out, segment.msn, segment.duration(), magnet_of) } else { Ok(()) }
}

#[cfg(test)]
#[path = "media_playlist_tests.rs"]
pub(super) mod tests;
