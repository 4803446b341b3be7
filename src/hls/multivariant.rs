//! The Multivariant Playlist (RFC 8216bis 4.4.6): the entrance at `/hls/stream.m3u8`.

use std::fmt::Write;

use crate::stream::{Rendition, RenditionId};

/// The renditions of one event, best first, and where each one's playlist is.
pub fn render(renditions: &[Rendition], uri: impl Fn(RenditionId) -> String) -> String {
    let mut text = String::from("#EXTM3U\n#EXT-X-VERSION:6\n");
    for rendition in renditions {
        // Writing to a String cannot fail.
        let _ = write_variant(&mut text, rendition, &uri(rendition.id));
    }
    text
}

fn write_variant(out: &mut String, rendition: &Rendition, uri: &str) -> std::fmt::Result {
    write!(
        out,
        "#EXT-X-STREAM-INF:BANDWIDTH={},AVERAGE-BANDWIDTH={},CODECS=\"{}\"",
        rendition.bandwidth, rendition.average_bandwidth, rendition.codecs
    )?;
    if let Some((width, height)) = rendition.resolution {
        write!(out, ",RESOLUTION={width}x{height}")?;
    }
    if let Some(rate) = rendition.frame_rate {
        write!(out, ",FRAME-RATE={rate:.3}")?;
    }
    writeln!(out, "\n{uri}")
}
