//! What an initialization section says of its tracks. Sample entries are kept as they lie there, so that no codec's
//! box is lost on the way.

use mp4_atom::{Decode, FixedPoint, FourCC, Hdlr, Mdhd, Tkhd, Trex};

use super::Mp4Error;
use super::boxes::{child, children};

/// What a track has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A picture.
    Picture,
    /// Sound.
    Sound,
}

/// A track of an initialization section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitTrack {
    /// Its number in fragments.
    pub id: u32,
    /// What it has.
    pub kind: Kind,
    /// Its ticks in a second.
    pub timescale: u32,
    /// Width and height as `tkhd` has them.
    pub size: (FixedPoint<u16>, FixedPoint<u16>),
    /// Its sample entry: codec and configuration.
    pub entry: Vec<u8>,
    /// What a fragment's samples have that says nothing else: duration, size, flags.
    pub defaults: (u32, u32, u32),
}

/// An initialization section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Init {
    /// Its tracks, pictures and sound alone.
    pub tracks: Vec<InitTrack>,
}

impl Init {
    /// Reads `ftyp` and `moov`.
    ///
    /// # Errors
    /// [`Mp4Error`] when it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, Mp4Error> {
        let moov = child(bytes, "moov")?.body;
        let mut defaults = Vec::new();
        for mvex in children(moov)?.iter().filter(|child| child.kind == FourCC::new(b"mvex")) {
            for trex in children(mvex.body)?.iter().filter(|child| child.kind == FourCC::new(b"trex")) {
                defaults.push(Trex::decode(&mut &*trex.whole)?);
            }
        }
        let mut tracks = Vec::new();
        for trak in children(moov)?.iter().filter(|child| child.kind == FourCC::new(b"trak")) {
            tracks.extend(track(trak.body, &defaults)?);
        }
        Ok(Init { tracks })
    }

    /// The track with this number.
    pub fn track(&self, id: u32) -> Option<&InitTrack> {
        self.tracks.iter().find(|track| track.id == id)
    }
}

fn track(trak: &[u8], defaults: &[Trex]) -> Result<Option<InitTrack>, Mp4Error> {
    let tkhd = Tkhd::decode(&mut child(trak, "tkhd")?.whole)?;
    let mdia = child(trak, "mdia")?.body;
    let mdhd = Mdhd::decode(&mut child(mdia, "mdhd")?.whole)?;
    let handler = Hdlr::decode(&mut child(mdia, "hdlr")?.whole)?.handler;
    let kind = match handler.as_ref() {
        b"vide" => Kind::Picture,
        b"soun" => Kind::Sound,
        _ => return Ok(None),
    };
    let stbl = child(child(mdia, "minf")?.body, "stbl")?.body;
    // Version, flags and the number of entries come first.
    let entries = child(stbl, "stsd")?.body.get(8..).ok_or(Mp4Error::Missing("stsd"))?;
    let entry = children(entries)?.first().map(|entry| entry.whole.to_vec());
    let trex = defaults.iter().find(|trex| trex.track_id == tkhd.track_id);
    Ok(Some(InitTrack {
        id: tkhd.track_id,
        kind,
        timescale: mdhd.timescale.max(1),
        size: (tkhd.width, tkhd.height),
        entry: entry.ok_or(Mp4Error::Missing("stsd"))?,
        defaults: trex.map_or((0, 0, 0), |trex| {
            (trex.default_sample_duration, trex.default_sample_size, trex.default_sample_flags)
        }),
    }))
}
