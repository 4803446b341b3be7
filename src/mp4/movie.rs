//! The whole file: segments one after the other on one timeline.
//!
//! A stretch that is missing, because the disk lost it or nothing was recorded, is closed rather than kept: whoever
//! watches sees a cut, as in the recording's playlist, and not a picture that stands for an hour. Picture and sound
//! move together by what both lack, so they stay in step; what one of them lacks more is kept as its last sample's
//! length, and is a few milliseconds.

use bytes::Bytes;
use mp4_atom::{Encode, FourCC, Ftyp, Mvhd};

use super::boxes::write;
use super::track::{MOVIE_TIMESCALE, Places, Track, nanos};
use super::{Init, InitTrack, Kind, Mp4Error, Run};

/// The head of an `mdat` whose size is written in 64 bits.
const MEDIA_HEAD: u64 = 16;

/// A jump in the timeline below this is a clock's rounding; nothing is moved for it.
const ROUNDING: i128 = 1_000_000;

/// A file that grows by segments.
#[derive(Clone, Debug, Default)]
pub struct Movie {
    /// At most a picture and a sound.
    tracks: Vec<Track>,
    /// What is taken from the event's timeline to be on the file's, nanoseconds; `None` before the first segment.
    shift: Option<i128>,
    /// Bytes of all segments.
    length: u64,
}

/// What stands before the segments' bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// `ftyp`, `moov`, and the head of `mdat`.
    pub bytes: Bytes,
    /// Bytes of the whole file.
    pub length: u64,
}

impl Movie {
    /// Adds a segment: its file, of `size` bytes, comes behind those before.
    ///
    /// # Errors
    /// [`Mp4Error`], with nothing added.
    pub fn push(&mut self, init: &Init, runs: &[Run], size: u64) -> Result<(), Mp4Error> {
        let placed = runs.iter().map(|run| {
            let like = init.track(run.track).ok_or(Mp4Error::Track(run.track))?;
            let time = i64::try_from(run.decode_time).map_err(|_| Mp4Error::TooLarge)?;
            Ok((like, run, nanos(time, like.timescale)))
        });
        let placed: Vec<(&InitTrack, &Run, i128)> = placed.collect::<Result<_, Mp4Error>>()?;
        let shift = self.shift_for(&placed).ok_or(Mp4Error::Empty)?;
        let length = self.length.checked_add(size).ok_or(Mp4Error::TooLarge)?;
        for (like, run, time) in placed {
            let offset = self.length.checked_add(run.offset).ok_or(Mp4Error::TooLarge)?;
            self.track(like).push(like, run, time - shift, offset)?;
        }
        (self.shift, self.length) = (Some(shift), length);
        Ok(())
    }

    /// What is taken from the timeline of a segment of these runs.
    fn shift_for(&self, placed: &[(&InitTrack, &Run, i128)]) -> Option<i128> {
        let begins = |kind: Kind| {
            placed.iter().filter(|(like, _, _)| like.kind == kind).map(|(_, _, time)| *time).min()
        };
        let Some(shift) = self.shift else { return placed.iter().map(|(_, _, time)| *time).min() };
        let jumps = self.tracks.iter().filter_map(|track| Some(begins(track.kind)? - shift - track.end()?));
        let jump = jumps.min().filter(|jump| jump.abs() >= ROUNDING);
        Some(shift + jump.unwrap_or(0))
    }

    fn track(&mut self, like: &InitTrack) -> &mut Track {
        let at = match self.tracks.iter().position(|track| track.kind == like.kind) {
            Some(at) => at,
            None => {
                self.tracks.push(Track::new(like));
                self.tracks.len() - 1
            }
        };
        &mut self.tracks[at]
    }

    /// The head of what was added.
    ///
    /// # Errors
    /// [`Mp4Error::Empty`] when that is nothing.
    pub fn finish(mut self) -> Result<Head, Mp4Error> {
        self.tracks.sort_by_key(|track| track.kind != Kind::Picture);
        let origin = self.tracks.iter().map(Track::shown).min().ok_or(Mp4Error::Empty)?;
        let tracks = u32::try_from(self.tracks.len()).map_err(|_| Mp4Error::TooLarge)?;
        let mut out = Vec::new();
        let brands = [b"isom", b"iso4", b"mp41"];
        Ftyp {
            major_brand: FourCC::new(b"isom"),
            minor_version: 512,
            compatible_brands: brands.map(FourCC::new).to_vec(),
        }
        .encode(&mut out)?;
        let mut places: Vec<Places> = Vec::new();
        write(&mut out, b"moov", |out| {
            let head = out.len();
            movie_head(0, tracks).encode(out)?;
            let mut longest = 0;
            for (track, id) in self.tracks.into_iter().zip(1..) {
                let (length, of_track) = track.write(out, id, origin)?;
                longest = longest.max(length);
                places.push(of_track);
            }
            // Its length was not known before; it is as many bytes.
            let mut again = Vec::new();
            movie_head(longest, tracks).encode(&mut again)?;
            out.get_mut(head..head + again.len()).ok_or(Mp4Error::Beyond)?.copy_from_slice(&again);
            Ok(())
        })?;
        let base = size(&out) + MEDIA_HEAD;
        places.into_iter().for_each(|places| places.rebase(&mut out, base));
        out.extend_from_slice(&1_u32.to_be_bytes());
        out.extend_from_slice(b"mdat");
        out.extend_from_slice(&(MEDIA_HEAD + self.length).to_be_bytes());
        Ok(Head { length: base + self.length, bytes: Bytes::from(out) })
    }
}

fn movie_head(duration: u64, tracks: u32) -> Mvhd {
    Mvhd {
        timescale: MOVIE_TIMESCALE,
        duration,
        rate: 1.into(),
        volume: 1.into(),
        next_track_id: tracks + 1,
        ..Mvhd::default()
    }
}

fn size(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "movie_tests.rs"]
mod tests;
