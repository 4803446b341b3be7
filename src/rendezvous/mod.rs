//! The meeting point: one task owns the tracker's table, and everybody who needs it writes to that task.
//!
//! ```text
//!  web: WebSocket, HTTP ─┐                    ┌─▶ each WebSocket's outbox
//!  lan: UDP             ─┼─▶ mailbox ─▶ Desk ─┼─▶ oneshot replies
//!  seeder: answers      ─┘    (Swarms)        └─▶ the seeder's offers
//! ```
//! Belongs here: who hears what, and what is counted. Does not: sockets and formats of the wire, or the rules of
//! the table (`tracker`).
//!
//! Everything is bounded. A full mailbox makes its writers wait; a full outbox loses the message, which is counted:
//! the one who does not read loses offers, and his socket's own time-out closes it.

mod desk;
mod handle;
mod seeder;
mod socket;

pub use desk::Desk;
pub use handle::{Counters, Rendezvous, Seeded};
pub use seeder::{Offer, Reply, SeederDoor};
pub use socket::{Outgoing, Socket};

#[cfg(test)]
mod tests;
