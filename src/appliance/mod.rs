//! The machine that the box runs on: its sensors, its network ports, its clock, the updates of its system.
//!
//! Belongs here: reading what Linux says of the machine, from an injected root, so that tests bring their own, and
//! asking its system for an update. Does not: what an operator should do about it (`journal`, `web`), or changing
//! anything.

mod clock;
mod disk;
mod network;
mod processor;
mod sensors;
mod update;
mod wear;
mod worker;

pub use clock::ClockState;
pub use disk::{DISK_RESERVE, Disk};
pub use network::{Interface, egress_budget, interfaces, link_speed};
pub use processor::Throttle;
pub use sensors::{Readings, Sensors};
pub use update::{MAX_BUNDLE, Standing as UpdateStanding, UpdateError, Updates, Upload};
pub use wear::Wear;
pub use worker::Appliance;
