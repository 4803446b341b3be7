//! What the tests stand on: a running box, publishers, and readers of what it serves.

mod browser;
mod bucket;
mod cable;
mod clip;
mod clock;
mod console;
mod faults;
mod feed;
mod held_sockets;
mod host;
mod http;
mod ledger;
mod live;
mod operator;
mod oracle;
mod peer;
mod player;
mod playlist;
mod probe;
mod process;
mod publisher;
mod recorder;
mod small_disk;
mod sync;
mod system;
mod tracker_client;
mod turn;
mod venuebox;
mod viewer;
mod watcher;

pub use browser::{Browser, Tab};
pub use bucket::Bucket;
pub use cable::Cable;
pub use clip::{Clip, clip, clip_by};
pub use clock::Clock;
pub use console::Console;
pub use faults::Fault;
pub use feed::{Answer, Feed, HostileSite, Packager};
pub use held_sockets::HeldSockets;
pub use host::cabled;
pub use http::{Response, get, get_with, request};
pub use ledger::Ledger;
pub use live::LiveEvents;
pub use operator::Operator;
pub use oracle::Oracle;
pub use peer::{bytes, greeting};
pub use player::Player;
pub use playlist::{MediaPlaylist, Segment};
pub use probe::{assert_contiguous, decode_errors, tracks};
pub use process::Process;
pub use publisher::{Publisher, imageio_ffmpeg};
pub use recorder::Recorder;
pub use sync::flashes_and_beeps;
pub use system::System;
pub use tracker_client::{TrackerClient, python};
pub use turn::Turn;
pub use venuebox::{KEY, PASSWORD, VenueBox, free_ports};
pub use viewer::Viewer;
pub use watcher::names;

use std::time::Duration;

/// Long enough for anything on a machine that is busy with other tests; reaching it is a failure.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Whether this is a run that takes hours.
pub fn is_long() -> bool {
    std::env::var("VENUEBOX_TEST_LONG").is_ok_and(|long| !long.is_empty())
}
