//! The file names of a rendition's folder, written and read in one place.

use std::fmt;
use std::str::FromStr;

use crate::stream::Position;

/// What a name in a rendition's folder means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaUri {
    /// `stream.m3u8`
    Playlist,
    /// `init-{n}.mp4`
    Init(u32),
    /// `{msn}.m4s`
    Segment(u64),
    /// `{msn}.{part}.m4s`
    Part(Position),
}

/// No file of a rendition has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a playlist, an initialization section, a segment or a part")]
pub struct ParseMediaUriError;

impl fmt::Display for MediaUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MediaUri::Playlist => f.write_str("stream.m3u8"),
            MediaUri::Init(number) => write!(f, "init-{number}.mp4"),
            MediaUri::Segment(msn) => write!(f, "{msn}.m4s"),
            MediaUri::Part(Position { msn, part }) => write!(f, "{msn}.{part}.m4s"),
        }
    }
}

impl FromStr for MediaUri {
    type Err = ParseMediaUriError;

    /// Accepts exactly what `Display` writes: a second name for the same bytes would fill a cache twice.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let uri = if name == "stream.m3u8" {
            MediaUri::Playlist
        } else if let Some(number) = name.strip_prefix("init-").and_then(|rest| rest.strip_suffix(".mp4")) {
            MediaUri::Init(number.parse().map_err(|_| ParseMediaUriError)?)
        } else {
            let stem = name.strip_suffix(".m4s").ok_or(ParseMediaUriError)?;
            match stem.split_once('.') {
                None => MediaUri::Segment(stem.parse().map_err(|_| ParseMediaUriError)?),
                Some((msn, part)) => MediaUri::Part(Position {
                    msn: msn.parse().map_err(|_| ParseMediaUriError)?,
                    part: part.parse().map_err(|_| ParseMediaUriError)?,
                }),
            }
        };
        if uri.to_string() == name { Ok(uri) } else { Err(ParseMediaUriError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_thing_has_exactly_one_name() {
        for wrong in [
            "007.m4s",
            "+7.m4s",
            "7..m4s",
            "7.m4s.m4s",
            "init-.mp4",
            "init-01.mp4",
            "STREAM.m3u8",
            "7.mp4",
            "",
        ] {
            assert_eq!(wrong.parse::<MediaUri>(), Err(ParseMediaUriError), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn names_read_back(msn: u64, part in 0_usize..1_000_000, init: u32) {
            for uri in [MediaUri::Playlist, MediaUri::Init(init), MediaUri::Segment(msn),
                        MediaUri::Part(Position { msn, part })] {
                prop_assert_eq!(uri.to_string().parse(), Ok(uri));
            }
        }

        #[test]
        fn any_text_is_a_name_or_an_error(text in ".{0,40}") {
            if let Ok(uri) = text.parse::<MediaUri>() {
                prop_assert_eq!(uri.to_string(), text);
            }
        }
    }
}
