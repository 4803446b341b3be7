//! One progressive MP4 out of a recording's segments (ISO/IEC 14496-12): what stands before the media, and where in it
//! each sample lies. No segment is copied: the file is a head in memory, and then the segments' files as they are.
//!
//! ```text
//!   ftyp │ moov: whole sample tables │ mdat ┬ 7.m4s ┬ 8.m4s ┬ 9.m4s ┐
//!        head, a few bytes a sample         └ moof, mdat, moof, … ──┘
//! ```
//! Each segment's own boxes lie within the large `mdat` as bytes that no table names, a part in a hundred. So the
//! length is known before the first byte, any range of the file is a range of its segments, and whoever plays it over
//! HTTP finds the index first.
//!
//! Belongs here: reading what an initialization section and a segment say, and writing the head. Does not: files
//! (`archive`), or making fragments (`media`).

mod boxes;
mod error;
mod fragment;
mod init;
mod movie;
mod pairs;
mod track;

pub use error::Mp4Error;
pub use fragment::{Run, Sample, runs};
pub use init::{Init, InitTrack, Kind};
pub use movie::{Head, Movie};
