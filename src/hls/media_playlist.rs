//! Media Playlists (RFC 8216bis 4.4.3, 4.4.4) and their delta updates (4.4.5.2).
//!
//! EXT-X-INDEPENDENT-SEGMENTS never stands here: a long group of pictures is cut without a key frame.

use std::fmt::Write;

use super::MediaUri;
use super::text::{Date, Seconds};
use crate::stream::{Init, Position, RenditionId, Segment, Window};
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

/// The full playlist.
pub fn render(window: &Window, reports: &[Report]) -> String {
    write(window, reports, 0, &|_| None)
}

/// The full playlist with `#EXT-X-MAGNET:` before each segment that has one, as live-torrent's players read it; for
/// others it is an unknown tag, which they ignore (RFC 8216bis 6.3.1).
pub fn render_with(window: &Window, reports: &[Report], magnet_of: MagnetOf<'_>) -> String {
    write(window, reports, 0, magnet_of)
}

/// Whether a delta update would leave anything out.
pub fn can_skip(window: &Window) -> bool {
    skippable(window) > 0
}

/// The delta update: older segments are skipped (RFC 8216bis 6.2.5.1).
pub fn render_delta(window: &Window, reports: &[Report]) -> String {
    write(window, reports, skippable(window), &|_| None)
}

/// CAN-SKIP-UNTIL, six target durations (the least that RFC 8216bis 4.4.3.8 allows), in seconds.
fn skip_boundary(window: &Window) -> u32 {
    window.geometry().target_duration * 6
}

/// Segments further from the end of the playlist than the skip boundary.
fn skippable(window: &Window) -> usize {
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
    window.listed().len() - kept
}

fn write(window: &Window, reports: &[Report], skipped: usize, magnet_of: MagnetOf<'_>) -> String {
    let mut text = String::with_capacity(8 << 10);
    // Writing to a String cannot fail.
    let _ = try_write(&mut text, window, reports, skipped, magnet_of);
    text
}

fn try_write(
    out: &mut String,
    window: &Window,
    reports: &[Report],
    skipped: usize,
    magnet_of: MagnetOf<'_>,
) -> std::fmt::Result {
    let geometry = window.geometry();
    let part_target = geometry.part_target;
    // RFC 8216bis 8: version 9 for EXT-X-SKIP, 6 for EXT-X-MAP.
    let version = if skipped > 0 { 9 } else { 6 };
    writeln!(out, "#EXTM3U\n#EXT-X-VERSION:{version}\n#EXT-X-TARGETDURATION:{}", geometry.target_duration)?;
    writeln!(
        out,
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={},HOLD-BACK={},CAN-SKIP-UNTIL={}",
        Seconds(part_target * 3),
        geometry.target_duration * 3,
        skip_boundary(window),
    )?;
    writeln!(out, "#EXT-X-PART-INF:PART-TARGET={}", Seconds(part_target))?;
    let first = window.listed().next().map_or(window.next().msn, |segment| segment.msn);
    writeln!(out, "#EXT-X-MEDIA-SEQUENCE:{first}")?;
    writeln!(out, "#EXT-X-DISCONTINUITY-SEQUENCE:{}", window.discontinuity_sequence())?;
    if skipped > 0 {
        writeln!(out, "#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}")?;
    }
    let count = window.listed().len();
    // A delta names an initialization section only where it changes after the skipped segments.
    let mut init: Option<&Init> =
        skipped.checked_sub(1).and_then(|last| window.listed().nth(last)).map(|s| &*s.init);
    for (index, segment) in window.listed().enumerate().skip(skipped) {
        if segment.discontinuity {
            writeln!(out, "#EXT-X-DISCONTINUITY")?;
        }
        if init.is_none_or(|init| init.number != segment.init.number) {
            writeln!(out, "#EXT-X-MAP:URI=\"{}\"", MediaUri::Init(segment.init.number))?;
            init = Some(&segment.init);
        }
        write_segment(out, segment, count - index <= SEGMENTS_WITH_PARTS && !window.ended(), magnet_of)?;
    }
    if window.ended() {
        return writeln!(out, "#EXT-X-ENDLIST");
    }
    writeln!(out, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{}\"", MediaUri::Part(window.next()))?;
    for report in reports {
        let Position { msn, part } = report.edge;
        writeln!(
            out,
            "#EXT-X-RENDITION-REPORT:URI=\"../{}/stream.m3u8\",LAST-MSN={msn},LAST-PART={part}",
            report.id
        )?;
    }
    Ok(())
}

fn write_segment(
    out: &mut String,
    segment: &Segment,
    with_parts: bool,
    magnet_of: MagnetOf<'_>,
) -> std::fmt::Result {
    writeln!(out, "#EXT-X-PROGRAM-DATE-TIME:{}", Date(segment.date))?;
    for (index, part) in segment.parts.iter().enumerate().filter(|_| with_parts || !segment.sealed) {
        let uri = MediaUri::Part(Position { msn: segment.msn, part: index });
        let independent = if part.independent { ",INDEPENDENT=YES" } else { "" };
        writeln!(out, "#EXT-X-PART:DURATION={},URI=\"{uri}\"{independent}", Seconds(part.duration))?;
    }
    if segment.sealed {
        if let Some(magnet) = magnet_of(segment.msn) {
            writeln!(out, "#EXT-X-MAGNET:{magnet}")?;
        }
        writeln!(out, "#EXTINF:{},\n{}", Seconds(segment.duration()), MediaUri::Segment(segment.msn))?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "media_playlist_tests.rs"]
pub(super) mod tests;
