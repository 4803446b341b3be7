//! Media Playlists of segments that are kept: a whole recording, or the bucket's window on what is on air
//! (RFC 8216bis 4.4.3).
//!
//! No parts, no blocking reloads: whoever serves these knows files alone.

use std::fmt::Write;

use super::MediaUri;
use super::text::{Date, Seconds};
use crate::stream::KeptSegment;
use crate::time::MediaTime;

/// A segment as it stands in such a playlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed<'a> {
    /// The segment.
    pub segment: &'a KeptSegment,
    /// EXT-X-DISCONTINUITY stands before it: its own, or something is missing between it and the one before.
    pub discontinuity: bool,
}

/// What stands above the segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// EXT-X-TARGETDURATION, seconds.
    pub target_duration: u32,
    /// EXT-X-MEDIA-SEQUENCE.
    pub media_sequence: u64,
    /// EXT-X-DISCONTINUITY-SEQUENCE.
    pub discontinuity_sequence: u64,
    /// What stands before each file's name, such as `../hls/`; it ends in a slash or is empty.
    pub folder: &'a str,
    /// Nothing will be added: EXT-X-ENDLIST, and EXT-X-PLAYLIST-TYPE:VOD where nothing was left out either.
    pub end: End,
}

/// How a playlist ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It goes on.
    Open,
    /// The event is over; what the window holds stays.
    Over,
    /// The whole of it.
    Whole,
}

/// The playlist of these segments.
pub fn render<'a>(head: &Head<'_>, segments: impl Iterator<Item = Listed<'a>>) -> String {
    let mut text = String::with_capacity(8 << 10);
    // Writing to a String cannot fail.
    let _ = write(&mut text, head, segments);
    text
}

/// A whole recording. Where something was lost a discontinuity stands; its target duration is that of its longest
/// segment, since a disk may hold what another version of the program cut.
pub fn render_whole(folder: &str, segments: &[KeptSegment]) -> String {
    let longest = segments.iter().map(|segment| segment.duration).max().unwrap_or(MediaTime::ZERO);
    let head = Head {
        target_duration: u32::try_from(longest.to_units(1)).unwrap_or(1).max(1),
        media_sequence: 0,
        discontinuity_sequence: 0,
        folder,
        end: End::Whole,
    };
    render(&head, listed(segments))
}

/// These in order, with a discontinuity wherever numbers are missing. None stands before the first.
pub fn listed(segments: &[KeptSegment]) -> impl Iterator<Item = Listed<'_>> {
    let before = std::iter::once(None).chain(segments.iter().map(Some));
    segments.iter().zip(before).map(|(segment, before)| {
        let discontinuity =
            before.is_some_and(|before| segment.discontinuity || before.msn + 1 != segment.msn);
        Listed { segment, discontinuity }
    })
}

fn write<'a>(
    out: &mut String,
    head: &Head<'_>,
    segments: impl Iterator<Item = Listed<'a>>,
) -> std::fmt::Result {
    writeln!(out, "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:{}", head.target_duration)?;
    writeln!(out, "#EXT-X-MEDIA-SEQUENCE:{}", head.media_sequence)?;
    writeln!(out, "#EXT-X-DISCONTINUITY-SEQUENCE:{}", head.discontinuity_sequence)?;
    if head.end == End::Whole {
        writeln!(out, "#EXT-X-PLAYLIST-TYPE:VOD")?;
    }
    let mut init = None;
    for Listed { segment, discontinuity } in segments {
        if discontinuity {
            writeln!(out, "#EXT-X-DISCONTINUITY")?;
        }
        if init.replace(segment.init) != Some(segment.init) {
            writeln!(out, "#EXT-X-MAP:URI=\"{}{}\"", head.folder, MediaUri::Init(segment.init))?;
        }
        writeln!(out, "#EXT-X-PROGRAM-DATE-TIME:{}", Date(segment.date))?;
        let uri = MediaUri::Segment(segment.msn);
        writeln!(out, "#EXTINF:{},\n{}{uri}", Seconds(segment.duration), head.folder)?;
    }
    if head.end == End::Open { Ok(()) } else { writeln!(out, "#EXT-X-ENDLIST") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(msn: u64, init: u32, discontinuity: bool) -> KeptSegment {
        KeptSegment {
            msn,
            init,
            discontinuity,
            start: MediaTime::ZERO,
            date: 1_000,
            duration: MediaTime::from_millis(2_400),
            size: 1,
            kept: true,
        }
    }

    #[test]
    fn a_recording_says_where_something_is_missing_and_names_each_configuration() {
        let segments =
            [segment(7, 0, true), segment(8, 0, false), segment(11, 1, false), segment(12, 2, true)];
        let text = render_whole("../media/", &segments);
        let map_and_names: Vec<_> =
            text.lines().filter(|line| line.contains("media/") || line.contains("DISCONTINUITY")).collect();
        assert_eq!(
            map_and_names,
            [
                "#EXT-X-DISCONTINUITY-SEQUENCE:0",
                "#EXT-X-MAP:URI=\"../media/init-0.mp4\"",
                "../media/7.m4s",
                "../media/8.m4s",
                "#EXT-X-DISCONTINUITY",
                "#EXT-X-MAP:URI=\"../media/init-1.mp4\"",
                "../media/11.m4s",
                "#EXT-X-DISCONTINUITY",
                "#EXT-X-MAP:URI=\"../media/init-2.mp4\"",
                "../media/12.m4s",
            ]
        );
        assert!(text.starts_with("#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:2\n"));
        assert!(text.contains("#EXT-X-PLAYLIST-TYPE:VOD\n") && text.ends_with("#EXT-X-ENDLIST\n"));
        assert!(text.contains("#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:01.000Z\n#EXTINF:2.4,\n"));
    }

    #[test]
    fn a_window_goes_on_until_its_event_is_over() {
        let segments = [segment(7, 0, true)];
        let head = Head {
            target_duration: 3,
            media_sequence: 4,
            discontinuity_sequence: 2,
            folder: "",
            end: End::Open,
        };
        let text = render(&head, listed(&segments));
        assert!(text.contains("#EXT-X-MEDIA-SEQUENCE:4\n#EXT-X-DISCONTINUITY-SEQUENCE:2\n#EXT-X-MAP"));
        assert!(text.ends_with("\n7.m4s\n"));
        let over = render(&Head { end: End::Over, ..head }, listed(&segments));
        assert!(over.ends_with("#EXT-X-ENDLIST\n") && !over.contains("VOD"));
    }
}
