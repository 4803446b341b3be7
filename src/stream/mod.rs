//! The nouns of a live stream: what an encoder sends, what a player fetches, and the window between them.
//!
//! Belongs here: plain data and the rules that need nothing else. Does not: how bytes are parsed (`codec`,
//! `rtmp`), muxed (`media`), written as text (`hls`) or moved between tasks (`live`).

mod access_unit;
mod configuration;
mod event;
mod kept;
mod numbers;
mod part;
mod rendition;
mod segment;
mod takeover;
mod window;

pub use access_unit::{AccessUnit, Media, Sample, Samples, Track, TrackConfig};
pub use configuration::{AudioCodec, AudioConfig, Configuration, VideoCodec, VideoConfig};
pub use event::{EventId, EventState};
pub use kept::{KeptInit, KeptSegment};
pub use numbers::Numbers;
pub use part::Part;
pub use rendition::{Epoch, Rendition, RenditionId};
pub use segment::{Init, Segment};
pub use takeover::Takeover;
pub use window::{Geometry, Lookup, Past, Position, SegmentStart, Window, WindowLimits};
