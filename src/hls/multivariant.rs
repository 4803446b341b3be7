//! The Multivariant Playlist (RFC 8216bis 4.4.6): the entrance at `/hls/stream.m3u8`.

use std::fmt::Write;

use crate::stream::{Rendition, RenditionId};

/// Content steering (RFC 8216bis 4.4.6.6): the same renditions in two places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steering {
    /// SERVER-URI: where players ask which place to take.
    pub server_uri: &'static str,
    /// The places, the first one first.
    pub pathways: [Pathway; 2],
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pathway {
    /// PATHWAY-ID.
    pub id: &'static str,
    /// What stands before a playlist's place; it ends in a slash or is empty.
    pub base: String,
}

/// The renditions of one event, best first, in each place.
pub fn render_steered(
    renditions: &[Rendition],
    uri: impl Fn(RenditionId) -> String,
    steering: &Steering,
) -> String {
    let mut text = String::from("#EXTM3U\n#EXT-X-VERSION:6\n");
    let Steering { server_uri, pathways } = steering;
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "#EXT-X-CONTENT-STEERING:SERVER-URI=\"{server_uri}\",PATHWAY-ID=\"{}\"",
        pathways[0].id
    );
    for Pathway { id, base } in pathways {
        for rendition in renditions {
            let uri = format!("{base}{}", uri(rendition.id));
            let _ = write_variant(&mut text, rendition, Some(id), &uri);
        }
    }
    text
}

/// The renditions of one event, best first, and where each one's playlist is.
pub fn render(renditions: &[Rendition], uri: impl Fn(RenditionId) -> String) -> String {
    let mut text = String::from("#EXTM3U\n#EXT-X-VERSION:6\n");
    for rendition in renditions {
        // Writing to a String cannot fail.
        let _ = write_variant(&mut text, rendition, None, &uri(rendition.id));
    }
    text
}

fn write_variant(
    out: &mut String,
    rendition: &Rendition,
    pathway: Option<&str>,
    uri: &str,
) -> std::fmt::Result {
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
    if let Some(pathway) = pathway {
        write!(out, ",PATHWAY-ID=\"{pathway}\"")?;
    }
    writeln!(out, "\n{uri}")
}
