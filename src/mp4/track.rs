//! One track of the whole file: its samples in the bytes of the tables that they are for.

use mp4_atom::{
    Dinf, Dref, DrefEntry, Edts, Elst, ElstEntry, Encode, FixedPoint, FourCC, Hdlr, Mdhd, Smhd, Tkhd, Url,
    Vmhd,
};

use super::boxes::{write, write_table};
use super::pairs::Pairs;
use super::{InitTrack, Kind, Mp4Error, Run, Sample};

/// Ticks of the whole file's clock in a second: what a picture's times are exact in.
pub const MOVIE_TIMESCALE: u32 = 90_000;

const NANOS: i128 = 1_000_000_000;

/// What is known of a track so far.
#[derive(Clone, Debug)]
pub struct Track {
    pub kind: Kind,
    timescale: u32,
    size: (FixedPoint<u16>, FixedPoint<u16>),
    /// Sample entries, each once, in the order in which they came.
    entries: Vec<Vec<u8>>,
    durations: Pairs,
    compositions: Pairs,
    sizes: Vec<u8>,
    syncs: Vec<u8>,
    chunks: Vec<u8>,
    chunk_entries: u32,
    /// Samples and entry of the last chunk's line.
    last_chunk: Option<(u32, u32)>,
    /// Where each chunk lies, counted from the first byte of the media.
    offsets: Vec<u64>,
    samples: u32,
    sync_samples: u32,
    negative: bool,
    /// Decode times of the first and of the last sample, ticks of the file's timeline, and how long the last one is.
    first: i64,
    last: Option<(i64, u32)>,
    /// When the first picture or sound is due and when the last one is over, ticks of the file's timeline.
    shown: (i64, i64),
}

impl Track {
    /// A track as its first initialization section has it.
    pub fn new(like: &InitTrack) -> Self {
        Track {
            kind: like.kind,
            timescale: like.timescale,
            size: like.size,
            entries: Vec::new(),
            durations: Pairs::default(),
            compositions: Pairs::default(),
            sizes: Vec::new(),
            syncs: Vec::new(),
            chunks: Vec::new(),
            chunk_entries: 0,
            last_chunk: None,
            offsets: Vec::new(),
            samples: 0,
            sync_samples: 0,
            negative: false,
            first: 0,
            last: None,
            shown: (i64::MAX, i64::MIN),
        }
    }

    /// Where its last sample ends, nanoseconds of the file's timeline.
    pub fn end(&self) -> Option<i128> {
        self.last.map(|(time, duration)| nanos(time + i64::from(duration), self.timescale))
    }

    /// Adds a run as its initialization section counts it; `start` is its first sample's decode time on the file's
    /// timeline, in nanoseconds, and `offset` where it lies in the media.
    pub fn push(&mut self, like: &InitTrack, run: &Run, start: i128, offset: u64) -> Result<(), Mp4Error> {
        let entry = match self.entries.iter().position(|entry| *entry == like.entry) {
            Some(at) => at,
            None => {
                self.entries.push(like.entry.clone());
                self.entries.len() - 1
            }
        };
        let count = u32::try_from(run.samples.len()).map_err(|_| Mp4Error::TooLarge)?;
        let chunk = (count, u32::try_from(entry).map_err(|_| Mp4Error::TooLarge)? + 1);
        self.offsets.push(offset);
        if self.last_chunk.replace(chunk) != Some(chunk) {
            let first = u32::try_from(self.offsets.len()).map_err(|_| Mp4Error::TooLarge)?;
            for number in [first, chunk.0, chunk.1] {
                self.chunks.extend_from_slice(&number.to_be_bytes());
            }
            self.chunk_entries += 1;
        }
        let mut passed = 0_i64;
        for sample in &run.samples {
            let time = start + nanos(passed, like.timescale);
            self.sample(sample, ticks(time, self.timescale), like.timescale);
            passed += i64::from(sample.duration);
        }
        Ok(())
    }

    /// A sample lasts until the next one comes, so that no rounding and no gap adds up.
    fn sample(&mut self, sample: &Sample, time: i64, timescale: u32) {
        let time = match self.last {
            None => {
                self.first = time;
                time
            }
            Some((before, _)) => {
                let lasts = u32::try_from(time - before).unwrap_or(0).max(1);
                self.durations.push(lasts);
                before + i64::from(lasts)
            }
        };
        let same = timescale == self.timescale;
        let scaled = |value: i64| if same { value } else { ticks(nanos(value, timescale), self.timescale) };
        let composition = i32::try_from(scaled(sample.composition.into())).unwrap_or_default();
        let lasts = u32::try_from(scaled(sample.duration.into())).unwrap_or(1);
        self.last = Some((time, lasts));
        let shown = time + i64::from(composition);
        self.shown = (self.shown.0.min(shown), self.shown.1.max(shown + i64::from(lasts)));
        self.negative |= composition < 0;
        self.compositions.push(u32::from_be_bytes(composition.to_be_bytes()));
        self.sizes.extend_from_slice(&sample.size.to_be_bytes());
        self.samples += 1;
        if sample.sync {
            self.sync_samples += 1;
            self.syncs.extend_from_slice(&self.samples.to_be_bytes());
        }
    }

    /// When its first sample is due, nanoseconds of the file's timeline.
    pub fn shown(&self) -> i128 {
        nanos(self.shown.0, self.timescale)
    }

    /// Writes `trak`. What is due at `origin`, nanoseconds of the file's timeline, is where the file begins. Returns how
    /// long it is there, in ticks of the file's clock, and where the bytes of its chunks' places lie in `out`.
    pub fn write(mut self, out: &mut Vec<u8>, id: u32, origin: i128) -> Result<(u64, Places), Mp4Error> {
        let (last, lasts) = self.last.ok_or(Mp4Error::Empty)?;
        self.durations.push(lasts);
        let end = last + i64::from(lasts);
        let media = u64::try_from(end - self.first).unwrap_or_default();
        let before = u64::try_from(ticks(self.shown() - origin, MOVIE_TIMESCALE)).unwrap_or_default();
        let skipped = u64::try_from(self.shown.0 - self.first).unwrap_or_default();
        let plays = ticks(nanos(self.shown.1 - self.shown.0, self.timescale), MOVIE_TIMESCALE);
        let plays = u64::try_from(plays).unwrap_or_default();
        let mut edits = Vec::new();
        if before > 0 {
            edits.push(edit(before, None));
        }
        edits.push(edit(plays, Some(skipped)));
        let whole = before + plays;
        let mut places = Places::default();
        write(out, b"trak", |out| {
            Tkhd {
                track_id: id,
                duration: whole,
                enabled: true,
                in_movie: true,
                volume: if self.kind == Kind::Sound { 1.into() } else { 0.into() },
                width: self.size.0,
                height: self.size.1,
                ..Tkhd::default()
            }
            .encode(out)?;
            Edts { elst: Some(Elst { entries: edits }) }.encode(out)?;
            write(out, b"mdia", |out| {
                self.head(media).encode(out)?;
                self.handler().encode(out)?;
                write(out, b"minf", |out| {
                    match self.kind {
                        Kind::Picture => Vmhd::default().encode(out)?,
                        Kind::Sound => Smhd::default().encode(out)?,
                    }
                    Dinf { dref: Dref { entries: vec![DrefEntry::Url(Url::default())] } }.encode(out)?;
                    write(out, b"stbl", |out| {
                        places = self.tables(out)?;
                        Ok(())
                    })
                })
            })
        })?;
        Ok((whole, places))
    }

    fn head(&self, duration: u64) -> Mdhd {
        Mdhd {
            creation_time: 0,
            modification_time: 0,
            timescale: self.timescale,
            duration,
            language: String::from("und"),
        }
    }

    fn handler(&self) -> Hdlr {
        let (handler, name) = match self.kind {
            Kind::Picture => (b"vide", "Picture"),
            Kind::Sound => (b"soun", "Sound"),
        };
        Hdlr { handler: FourCC::new(handler), name: String::from(name) }
    }

    fn tables(self, out: &mut Vec<u8>) -> Result<Places, Mp4Error> {
        let entries = u32::try_from(self.entries.len()).map_err(|_| Mp4Error::TooLarge)?;
        write_table(out, b"stsd", 0, entries, &self.entries.concat())?;
        let (count, durations) = self.durations.finish();
        write_table(out, b"stts", 0, count, &durations)?;
        let (count, compositions) = self.compositions.finish();
        // One entry that says 0 says nothing.
        if count != 1 || !compositions.ends_with(&[0; 4]) {
            write_table(out, b"ctts", u8::from(self.negative), count, &compositions)?;
        }
        if self.sync_samples < self.samples {
            write_table(out, b"stss", 0, self.sync_samples, &self.syncs)?;
        }
        write_table(out, b"stsc", 0, self.chunk_entries, &self.chunks)?;
        write(out, b"stsz", |out| {
            // Version, flags, and that they have no size in common.
            out.extend_from_slice(&[0; 8]);
            out.extend_from_slice(&self.samples.to_be_bytes());
            out.extend_from_slice(&self.sizes);
            Ok(())
        })?;
        let mut places = Places::default();
        write(out, b"co64", |out| {
            out.extend_from_slice(&[0; 4]);
            let count = u32::try_from(self.offsets.len()).map_err(|_| Mp4Error::TooLarge)?;
            out.extend_from_slice(&count.to_be_bytes());
            places.from = out.len();
            for offset in &self.offsets {
                out.extend_from_slice(&offset.to_be_bytes());
            }
            places.to = out.len();
            Ok(())
        })?;
        Ok(places)
    }
}

/// Where a table of chunks' places lies in the head.
#[derive(Clone, Copy, Debug, Default)]
pub struct Places {
    from: usize,
    to: usize,
}

impl Places {
    /// Moves all of them: the media begins at `base`.
    pub fn rebase(self, head: &mut [u8], base: u64) {
        for place in head.get_mut(self.from..self.to).unwrap_or_default().as_chunks_mut::<8>().0 {
            *place = (u64::from_be_bytes(*place) + base).to_be_bytes();
        }
    }
}

fn edit(duration: u64, media_time: Option<u64>) -> ElstEntry {
    ElstEntry { segment_duration: duration, media_time, media_rate: 1.into() }
}

/// A track's ticks as nanoseconds, rounded to the nearest.
pub fn nanos(ticks: i64, timescale: u32) -> i128 {
    rounded(i128::from(ticks) * NANOS, timescale.into())
}

/// Nanoseconds as a track's ticks, rounded to the nearest.
fn ticks(nanos: i128, timescale: u32) -> i64 {
    i64::try_from(rounded(nanos * i128::from(timescale), NANOS)).unwrap_or(i64::MAX)
}

fn rounded(value: i128, by: i128) -> i128 {
    (value * 2 + by).div_euclid(by * 2)
}
