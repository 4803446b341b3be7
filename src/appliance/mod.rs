//! The machine that the box runs on: its sensors, its network ports, its clock.
//!
//! Belongs here: reading what Linux says of the machine, from an injected root, so that tests bring their own. Does
//! not: what an operator should do about it (`journal`, `web`), or changing anything.

mod clock;
mod disk;
mod network;
mod processor;
mod sensors;
mod wear;
mod worker;

pub use clock::ClockState;
pub use disk::{DISK_RESERVE, Disk};
pub use network::{Interface, egress_budget, interfaces, link_speed};
pub use processor::Throttle;
pub use sensors::{Readings, Sensors};
pub use wear::Wear;
pub use worker::Appliance;
