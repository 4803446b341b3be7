//! As much of a playlist as a player needs to go on.

use std::io::Read;

use flate2::read::GzDecoder;

/// What a media playlist names, newest last.
#[derive(Clone, Debug, Default)]
pub struct MediaPlaylist {
    pub target_duration: u64,
    pub segments: Vec<String>,
    pub parts: Vec<String>,
    pub hint: Option<String>,
    /// The part after the last one: its Media Sequence Number and index.
    pub next: (u64, usize),
    /// The initialization section.
    pub init: Option<String>,
}

/// The text of a response.
pub fn text(body: &[u8], gzip: bool) -> String {
    if !gzip {
        return String::from_utf8_lossy(body).into_owned();
    }
    let mut text = String::new();
    let _ = GzDecoder::new(body).read_to_string(&mut text);
    text
}

impl MediaPlaylist {
    pub fn read(text: &str) -> Self {
        let mut read = MediaPlaylist { target_duration: 1, ..MediaPlaylist::default() };
        for line in text.lines() {
            let (tag, value) = line.split_once(':').unwrap_or((line, ""));
            match tag {
                "#EXT-X-TARGETDURATION" => read.target_duration = value.parse().unwrap_or(1),
                "#EXT-X-MEDIA-SEQUENCE" => read.next.0 = value.parse().unwrap_or_default(),
                "#EXT-X-SKIP" => {
                    let skipped = value.split_once('=').map_or("", |(_, rest)| rest);
                    read.next.0 += skipped.split(',').next().and_then(|n| n.parse().ok()).unwrap_or(0);
                }
                "#EXT-X-MAP" => read.init = uri(value),
                "#EXT-X-PART" => {
                    read.parts.extend(uri(value));
                    read.next.1 += 1;
                }
                "#EXT-X-PRELOAD-HINT" if value.contains("TYPE=PART") => read.hint = uri(value),
                _ if line.starts_with('#') || line.is_empty() => {}
                _ => {
                    read.segments.push(line.to_owned());
                    read.next = (read.next.0 + 1, 0);
                }
            }
        }
        read
    }
}

/// The media playlists that a player of this multivariant playlist follows: the first variant's, and the sound's
/// where it stands apart. None: it is a media playlist itself.
pub fn variants(text: &str) -> Vec<String> {
    if !text.contains("#EXT-X-STREAM-INF") {
        return Vec::new();
    }
    let variant = text.lines().find(|line| !line.starts_with('#') && !line.is_empty());
    let sound = text.lines().filter(|line| line.starts_with("#EXT-X-MEDIA:")).find_map(uri);
    variant.map(str::to_owned).into_iter().chain(sound).collect()
}

fn uri(attributes: &str) -> Option<String> {
    let rest = attributes.split_once("URI=\"")?.1;
    Some(rest.split_once('"')?.0.to_owned())
}

/// The path that `uri` means in the playlist at `base`.
pub fn resolve(base: &str, uri: &str) -> String {
    if uri.starts_with('/') {
        return uri.to_owned();
    }
    let base = base.split('?').next().unwrap_or(base);
    let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/{uri}")
}
