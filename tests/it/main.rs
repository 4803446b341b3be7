//! Tests of the whole box: real publishers, real players, real sockets.
//!
//! One binary, so that the box is linked once. Each test starts its own box on free ports with folders of its
//! own, and everything it started is gone when it ends. Tests wait for events (a playlist that grew, a message,
//! an exit); a timeout is only there to end a test that has failed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod rig;

mod admin;
mod admin_page;
mod cloud;
mod cloud_kills;
mod cloud_page;
mod cloud_test;
mod command_line;
mod console;
mod disk_full;
mod health;
mod held_picture;
mod hls;
mod hold;
mod hostile;
mod ingest;
mod install;
mod lan;
mod page;
mod peers;
mod players;
mod pull;
mod recordings;
mod recordings_page;
mod restart;
mod seeder;
mod seeder_abuse;
mod sharing_page;
mod snapshot;
mod takeover;
mod tracker;
mod tracker_abuse;
mod updates;
mod updates_page;
