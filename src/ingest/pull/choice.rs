//! Which variant of a feed is taken: the one of most bits that the box can carry, with the sound that belongs to it.

use m3u8_rs::{AlternativeMediaType, MasterPlaylist, VariantStream};
use url::Url;

use super::playlist::{PlaylistError, join};

/// Sample entries (RFC 6381) of pictures that the box carries.
const PICTURES: [&str; 7] = ["avc1", "avc3", "hvc1", "hev1", "av01", "vp09", "vp9"];

/// Sample entries of sound that it carries.
const SOUNDS: [&str; 3] = ["mp4a", "opus", "Opus"];

/// Sample entries of what is not played and harms nothing.
const TEXTS: [&str; 3] = ["stpp", "wvtt", "tx3g"];

/// Object types of `mp4a` that are no AAC: MPEG-1 and MPEG-2 layers.
const NO_AAC: [&str; 4] = ["mp4a.40.34", "mp4a.69", "mp4a.6b", "mp4a.6B"];

/// What is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The media playlist of the picture, and of the sound where that is in it.
    pub media: Url,
    /// The media playlist of the sound, where it has one of its own.
    pub audio: Option<Url>,
    /// BANDWIDTH.
    pub bit_rate: u64,
    /// FRAME-RATE.
    pub frame_rate: Option<f64>,
}

/// Chooses; relative URLs start at `base`.
pub(super) fn choose(playlist: &MasterPlaylist, base: &Url) -> Result<Choice, PlaylistError> {
    let variants =
        || playlist.variants.iter().filter(|variant| !variant.is_i_frame && !variant.uri.is_empty());
    let best = variants().filter(|variant| is_carried(variant)).max_by_key(|variant| {
        // Sound alone is the last resort.
        (shows_picture(variant), variant.bandwidth)
    });
    let Some(best) = best else {
        let mut codecs: Vec<&str> = variants().flat_map(codecs).filter(|codec| !carries(codec)).collect();
        codecs.sort_unstable();
        codecs.dedup();
        return Err(match codecs.is_empty() {
            true => PlaylistError::NotHls,
            false => PlaylistError::NotCarried(codecs.join(", ")),
        });
    };
    Ok(Choice {
        media: join(base, &best.uri)?,
        audio: sound(playlist, best).map(|uri| join(base, uri)).transpose()?,
        bit_rate: best.bandwidth,
        frame_rate: best.frame_rate,
    })
}

fn codecs(variant: &VariantStream) -> impl Iterator<Item = &str> {
    let listed = variant.codecs.as_deref().unwrap_or_default();
    listed.split(',').map(str::trim).filter(|codec| !codec.is_empty())
}

fn is_one_of(codec: &str, entries: &[&str]) -> bool {
    entries.contains(&codec.split('.').next().unwrap_or(codec))
}

fn carries(codec: &str) -> bool {
    let known = is_one_of(codec, &PICTURES) || is_one_of(codec, &SOUNDS) || is_one_of(codec, &TEXTS);
    known && !NO_AAC.contains(&codec)
}

/// One that says nothing of its codecs is tried.
fn is_carried(variant: &VariantStream) -> bool {
    codecs(variant).all(carries)
}

fn shows_picture(variant: &VariantStream) -> bool {
    let mut codecs = codecs(variant).peekable();
    codecs.peek().is_none() || codecs.any(|codec| is_one_of(codec, &PICTURES))
}

/// The URI of the variant's sound, where it is not in the variant itself: its group's default, else the first.
fn sound<'a>(playlist: &'a MasterPlaylist, variant: &VariantStream) -> Option<&'a str> {
    let group = variant.audio.as_deref()?;
    let of_group = || {
        playlist.alternatives.iter().filter(move |alternative| {
            alternative.media_type == AlternativeMediaType::Audio && alternative.group_id == group
        })
    };
    let chosen = of_group().find(|alternative| alternative.default).or_else(|| of_group().next())?;
    chosen.uri.as_deref().filter(|uri| *uri != variant.uri)
}
