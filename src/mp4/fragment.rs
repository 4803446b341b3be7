//! What a segment's fragments say of their samples. Media is skipped: a segment of a megabyte costs a few kilobytes.

use std::io;

use mp4_atom::{Decode, FourCC, Header, Moof, Traf, Trun};

use super::{Init, InitTrack, Mp4Error};

/// Bytes that are read at once: a fragment's `moof` with the head of its `mdat`.
const LOOK: usize = 4 << 10;

/// The largest `moof`; ours are below 4 KB. Threat: a damaged file whose box claims a gigabyte of memory.
const MAX_MOOF: usize = 1 << 20;

/// The most samples in a segment; ours have some hundreds. Threat: a damaged run that claims four billion.
const MAX_SAMPLES: usize = 100_000;

/// `sample_is_non_sync_sample` (ISO/IEC 14496-12 8.8.3.1).
const NON_SYNC: u32 = 0x1_0000;

/// One sample, in its track's ticks and in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// How long it lasts.
    pub duration: u32,
    /// How many bytes it has.
    pub size: u32,
    /// How much later it is shown than decoded.
    pub composition: i32,
    /// Whether decoding can start there.
    pub sync: bool,
}

/// Samples of one track that lie one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The track, as its initialization section numbers it.
    pub track: u32,
    /// When its first sample is decoded, ticks of the event's timeline.
    pub decode_time: u64,
    /// Where in the file they begin.
    pub offset: u64,
    /// The samples.
    pub samples: Vec<Sample>,
}

/// Reads a segment's runs. `read` fills a buffer with the file's bytes from a place on; `size` is the file's.
///
/// # Errors
/// [`Mp4Error`] when it is no segment of this initialization section, or not all of it is there.
pub fn runs(
    read: impl FnMut(u64, &mut [u8]) -> io::Result<()>,
    size: u64,
    init: &Init,
) -> Result<Vec<Run>, Mp4Error> {
    let mut view = View { read, size, start: 0, bytes: Vec::new() };
    let (mut runs, mut left, mut at) = (Vec::new(), MAX_SAMPLES, 0);
    while at < size {
        let head = usize::try_from((size - at).min(16)).unwrap_or(16);
        let mut bytes = view.at(at, head)?;
        let before = bytes.len();
        let header = Header::decode(&mut bytes)?;
        let head = before - bytes.len();
        let body = header.size.ok_or(Mp4Error::Beyond)?;
        let whole = head.checked_add(body).ok_or(Mp4Error::Beyond)?;
        let next = u64::try_from(whole).ok().and_then(|whole| at.checked_add(whole));
        let next = next.filter(|next| *next <= size).ok_or(Mp4Error::Beyond)?;
        if header.kind == FourCC::new(b"moof") {
            if whole > MAX_MOOF {
                return Err(Mp4Error::TooLarge);
            }
            let moof = Moof::decode(&mut view.at(at, whole)?)?;
            for traf in &moof.traf {
                let track = traf.tfhd.track_id;
                let track = init.track(track).ok_or(Mp4Error::Track(track))?;
                read_track(traf, track, at, size, &mut left, &mut runs)?;
            }
        }
        at = next;
    }
    if runs.is_empty() { Err(Mp4Error::Missing("moof")) } else { Ok(runs) }
}

fn read_track(
    traf: &Traf,
    track: &InitTrack,
    moof: u64,
    size: u64,
    left: &mut usize,
    runs: &mut Vec<Run>,
) -> Result<(), Mp4Error> {
    let mut time = traf.tfdt.as_ref().ok_or(Mp4Error::Missing("tfdt"))?.base_media_decode_time;
    let base = traf.tfhd.base_data_offset.unwrap_or(moof);
    let mut behind = base;
    for trun in &traf.trun {
        let offset = trun.data_offset.map_or(Some(behind), |offset| base.checked_add_signed(offset.into()));
        let offset = offset.ok_or(Mp4Error::Beyond)?;
        *left = left.checked_sub(trun.samples.len()).ok_or(Mp4Error::TooLarge)?;
        let samples = samples(trun, traf, track);
        let bytes: u64 = samples.iter().map(|sample| u64::from(sample.size)).sum();
        behind = offset.checked_add(bytes).filter(|end| *end <= size).ok_or(Mp4Error::Beyond)?;
        let lasts: u64 = samples.iter().map(|sample| u64::from(sample.duration)).sum();
        if !samples.is_empty() {
            runs.push(Run { track: track.id, decode_time: time, offset, samples });
        }
        time = time.checked_add(lasts).ok_or(Mp4Error::TooLarge)?;
    }
    Ok(())
}

fn samples(trun: &Trun, traf: &Traf, track: &InitTrack) -> Vec<Sample> {
    let tfhd = &traf.tfhd;
    let (duration, size, flags) = track.defaults;
    let duration = tfhd.default_sample_duration.unwrap_or(duration);
    let size = tfhd.default_sample_size.unwrap_or(size);
    let flags = tfhd.default_sample_flags.unwrap_or(flags);
    let sample = |entry: mp4_atom::TrunEntry| Sample {
        duration: entry.duration.unwrap_or(duration),
        size: entry.size.unwrap_or(size),
        composition: entry.cts.and_then(|cts| i32::try_from(cts).ok()).unwrap_or_default(),
        sync: entry.flags.unwrap_or(flags) & NON_SYNC == 0,
    };
    trun.samples.iter().map(sample).collect()
}

/// What was read of a file last: boxes that lie close together cost one read.
struct View<R> {
    read: R,
    size: u64,
    start: u64,
    bytes: Vec<u8>,
}

impl<R: FnMut(u64, &mut [u8]) -> io::Result<()>> View<R> {
    /// `length` bytes from `at` on, all of which the file has.
    fn at(&mut self, at: u64, length: usize) -> Result<&[u8], Mp4Error> {
        let there = at.checked_sub(self.start).and_then(|from| usize::try_from(from).ok());
        let there = there.filter(|from| from.saturating_add(length) <= self.bytes.len());
        let from = match there {
            Some(from) => from,
            None => {
                let rest = usize::try_from(self.size - at).unwrap_or(usize::MAX);
                self.bytes.resize(length.max(LOOK).min(rest), 0);
                // Nothing is known until it was read.
                let mut bytes = std::mem::take(&mut self.bytes);
                (self.read)(at, &mut bytes)?;
                (self.start, self.bytes) = (at, bytes);
                0
            }
        };
        self.bytes.get(from..from + length).ok_or(Mp4Error::Beyond)
    }
}
