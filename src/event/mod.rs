//! The event: one task, one timeline, the only publisher.
//!
//! The task outlives every encoder. Its pure half decides (timeline, lanes, cutter, gate, opening, takeover: no
//! clock, no channel, every call takes `now`); [`stage`] and [`seats`] do: they read the sources, have parts made
//! and publish them.

mod clock;
mod cutter;
mod gate;
mod kept_away;
mod lane;
mod opening;
mod plan;
mod seats;
mod settings;
mod show;
pub mod snapshot;
mod stage;
mod takeover;
mod timeline;

pub use settings::{ORIGIN, Settings};
pub use stage::{Stage, StageError, Start};
