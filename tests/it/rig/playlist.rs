//! A media playlist as a player reads it. Written apart from the box's own code, so that it can disagree.

use super::http::get;
use super::probe::{assert_contiguous, decode_errors, tracks};

#[derive(Clone, Debug, Default)]
pub struct MediaPlaylist {
    pub url: String,
    pub text: String,
    pub target_duration: u64,
    pub part_target: f64,
    pub part_hold_back: f64,
    pub media_sequence: u64,
    pub discontinuity_sequence: u64,
    pub segments: Vec<Segment>,
    pub hint: Option<String>,
    pub ended: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Segment {
    pub msn: u64,
    pub init: String,
    pub duration: f64,
    /// `None` while it is open.
    pub uri: Option<String>,
    pub date: String,
    pub discontinuity: bool,
    pub parts: Vec<Part>,
}

#[derive(Clone, Debug, Default)]
pub struct Part {
    pub uri: String,
    pub duration: f64,
    pub independent: bool,
}

impl MediaPlaylist {
    pub fn fetch(url: &str) -> Self {
        let response = get(url);
        assert_eq!(response.status, 200, "{url}: {}", response.text());
        MediaPlaylist::parse(url, &response.text())
    }

    /// Waits (by blocking reloads) until `segments` more have been sealed.
    pub fn after(url: &str, segments: u64) -> Self {
        let now = MediaPlaylist::fetch(url);
        let base = url.split('?').next().unwrap();
        let last = now.next_msn() + segments;
        for msn in now.next_msn()..last {
            let response = get(&format!("{base}?_HLS_msn={msn}"));
            assert_eq!(response.status, 200, "{}", response.text());
        }
        MediaPlaylist::fetch(base)
    }

    /// Waits for parts until one has come after which the hint satisfies the test.
    pub fn after_part(url: &str, wanted: impl Fn(&str) -> bool) -> Self {
        let base = url.split('?').next().unwrap();
        let mut playlist = MediaPlaylist::fetch(base);
        loop {
            let name = playlist.hint.clone().expect("no hint");
            let (msn, part) = name.trim_end_matches(".m4s").split_once('.').unwrap();
            playlist = MediaPlaylist::fetch(&format!("{base}?_HLS_msn={msn}&_HLS_part={part}"));
            if wanted(playlist.hint.as_ref().expect("no hint")) {
                return playlist;
            }
        }
    }

    /// The number of the segment that is open or comes next.
    pub fn next_msn(&self) -> u64 {
        let sealed = self.segments.iter().filter(|segment| segment.uri.is_some()).count();
        self.media_sequence + u64::try_from(sealed).unwrap()
    }

    pub fn sealed(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().filter(|segment| segment.uri.is_some())
    }

    /// The URL of a name in the playlist's folder.
    pub fn resolve(&self, uri: &str) -> String {
        let folder = self.url.split('?').next().unwrap().rsplit_once('/').unwrap().0;
        format!("{folder}/{uri}")
    }

    /// The listed segments from `msn` on as one stream under one initialization section.
    pub fn media_from(&self, msn: u64) -> Vec<u8> {
        let segments: Vec<_> = self.sealed().filter(|segment| segment.msn >= msn).collect();
        assert!(segments.iter().all(|segment| segment.init == segments[0].init), "{}", self.text);
        let uris = segments.iter().map(|segment| segment.uri.as_ref().unwrap());
        [&segments[0].init].into_iter().chain(uris).flat_map(|uri| get(&self.resolve(uri)).body).collect()
    }

    /// The event went on from `msn` on as if nothing had been: no seam, no gap, nothing that a decoder minds.
    pub fn assert_unbroken_from(&self, msn: u64) -> Vec<u8> {
        assert!(!self.text.contains("#EXT-X-DISCONTINUITY\n"), "{}", self.text);
        let media = self.media_from(msn);
        assert_contiguous(&tracks(&media));
        assert_eq!(decode_errors(&media), "");
        media
    }

    pub fn parse(url: &str, text: &str) -> Self {
        let mut playlist = MediaPlaylist { url: url.to_owned(), text: text.to_owned(), ..Default::default() };
        let (mut segment, mut init) = (Segment::default(), String::new());
        assert!(text.starts_with("#EXTM3U\n"), "not a playlist: {text}");
        for line in text.lines().skip(1) {
            let (tag, value) = line.split_once(':').unwrap_or((line, ""));
            match tag {
                "#EXT-X-TARGETDURATION" => playlist.target_duration = value.parse().unwrap(),
                "#EXT-X-MEDIA-SEQUENCE" => playlist.media_sequence = value.parse().unwrap(),
                "#EXT-X-DISCONTINUITY-SEQUENCE" => playlist.discontinuity_sequence = value.parse().unwrap(),
                "#EXT-X-PART-INF" => playlist.part_target = number(value, "PART-TARGET"),
                "#EXT-X-SERVER-CONTROL" => playlist.part_hold_back = number(value, "PART-HOLD-BACK"),
                "#EXT-X-MAP" => init = attribute(value, "URI").unwrap(),
                "#EXT-X-DISCONTINUITY" => segment.discontinuity = true,
                "#EXT-X-PROGRAM-DATE-TIME" => segment.date = value.to_owned(),
                "#EXT-X-PART" => segment.parts.push(Part {
                    uri: attribute(value, "URI").unwrap(),
                    duration: number(value, "DURATION"),
                    independent: value.contains("INDEPENDENT=YES"),
                }),
                "#EXTINF" => segment.duration = value.trim_end_matches(',').parse().unwrap(),
                "#EXT-X-PRELOAD-HINT" => playlist.hint = attribute(value, "URI"),
                "#EXT-X-ENDLIST" => playlist.ended = true,
                "#EXT-X-VERSION" | "#EXT-X-SKIP" => {}
                _ if !line.starts_with('#') => {
                    segment.uri = Some(line.to_owned());
                    playlist.push(&mut segment, &init);
                }
                _ => panic!("a tag that no player expects here: {line}"),
            }
        }
        if !segment.parts.is_empty() {
            playlist.push(&mut segment, &init);
        }
        playlist
    }

    fn push(&mut self, segment: &mut Segment, init: &str) {
        segment.msn = self.media_sequence + u64::try_from(self.segments.len()).unwrap();
        init.clone_into(&mut segment.init);
        self.segments.push(std::mem::take(segment));
    }
}

fn attribute(list: &str, name: &str) -> Option<String> {
    let at = list.find(&format!("{name}="))? + name.len() + 1;
    let rest = &list[at..];
    match rest.strip_prefix('"') {
        Some(quoted) => Some(quoted.split('"').next()?.to_owned()),
        None => Some(rest.split(',').next()?.to_owned()),
    }
}

fn number(list: &str, name: &str) -> f64 {
    attribute(list, name).unwrap().parse().unwrap()
}
