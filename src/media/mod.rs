//! FFmpeg's libraries: muxing parts and MPEG-TS, encoding silence, the test card, reading files and
//! others' segments. All unsafe code is here.
//!
//! Belongs here: what needs libavformat, libavcodec or libavfilter. Does not: when a part is cut or a picture
//! held (`event`), and how bitstreams are read without them (`codec`).

mod error;
mod feed;
#[allow(unsafe_code)]
mod ffmpeg;
mod file;
mod muxer;
mod segment_reader;
mod segmenter;
mod silence;
mod sink;
mod test_card;
mod transport_stream;

pub use error::MediaError;
pub use feed::feed;
pub use file::File;
pub use segment_reader::{SegmentMedia, SegmentReader};
pub use segmenter::{Fragment, Segmenter};
pub use silence::silence;
pub use test_card::{TestCard, TestCardConfig};
pub use transport_stream::TransportStream;

use std::sync::Once;

use ffmpeg_next::util::log::{self, Level};

/// Once per process: FFmpeg's own messages go to standard error, past our log, so only its fatal ones may.
fn start_library() {
    static START: Once = Once::new();
    START.call_once(|| log::set_level(Level::Fatal));
}

/// Whether this machine can make a test card.
///
/// # Errors
/// [`MediaError`] that says what is missing.
pub fn test_card_possible() -> Result<(), MediaError> {
    TestCard::open(TestCardConfig::default()).map(drop)
}
