//! Segments as a folder that plays: their playlist, their initialization sections, and the segments themselves under
//! the names that the live playlist gives them.

use std::fmt::Write;
use std::sync::Arc;

use bytes::Bytes;

use crate::bittorrent::{Content, FileEntry, Layout, MetainfoError, Torrent, VirtualFile};
use crate::hls::MediaUri;
use crate::stream::Segment;

/// The folder as a torrent; every byte is hashed.
pub fn make(name: &str, segments: &[Arc<Segment>]) -> Result<Content, MetainfoError> {
    let mut files = vec![(MediaUri::Playlist.to_string(), vec![Bytes::from(playlist(segments))])];
    let mut last = None;
    for segment in segments {
        if last != Some(segment.init.number) {
            last = Some(segment.init.number);
            let name = MediaUri::Init(segment.init.number).to_string();
            if files.iter().all(|(other, _)| *other != name) {
                files.push((name, vec![segment.init.bytes.clone()]));
            }
        }
        let parts = segment.parts.iter().map(|part| part.bytes.clone()).collect();
        files.push((MediaUri::Segment(segment.msn).to_string(), parts));
    }
    let entry = |(name, chunks): &(String, Vec<Bytes>)| FileEntry {
        name: name.clone(),
        length: chunks.iter().map(|chunk| u64::try_from(chunk.len()).unwrap_or(u64::MAX)).sum(),
    };
    let layout = Layout::Multiple(files.iter().map(entry).collect());
    let file = VirtualFile::new(files.into_iter().flat_map(|(_, chunks)| chunks));
    let torrent = Torrent::make(name, layout, &file)?;
    Ok(Content { torrent, file: file.into() })
}

/// A playlist of exactly these segments (RFC 8216 4).
fn playlist(segments: &[Arc<Segment>]) -> String {
    let seconds = |segment: &Segment| segment.duration().millis();
    // EXTINF, rounded to the nearest integer, is at most the target duration (RFC 8216 4.3.3.1).
    let target = segments.iter().map(|segment| (seconds(segment) + 500) / 1_000).max().unwrap_or(1).max(1);
    let first = segments.first().map_or(0, |segment| segment.msn);
    let mut out = format!(
        "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-TARGETDURATION:{target}\n\
         #EXT-X-MEDIA-SEQUENCE:{first}\n"
    );
    let mut init = None;
    for (index, segment) in segments.iter().enumerate() {
        if segment.discontinuity && index > 0 {
            out.push_str("#EXT-X-DISCONTINUITY\n");
        }
        // Writing to a String cannot fail.
        if init != Some(segment.init.number) {
            init = Some(segment.init.number);
            let _ = writeln!(out, "#EXT-X-MAP:URI=\"{}\"", MediaUri::Init(segment.init.number));
        }
        let milliseconds = seconds(segment);
        let (whole, rest) = (milliseconds / 1_000, milliseconds % 1_000);
        let _ = writeln!(out, "#EXTINF:{whole}.{rest:03},\n{}", MediaUri::Segment(segment.msn));
    }
    out.push_str("#EXT-X-ENDLIST\n");
    out
}
