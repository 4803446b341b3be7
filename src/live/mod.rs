//! The live stream between its one writer and its many readers.
//!
//! Belongs here: sources on their way in, windows on their way out, and who watches. Does not: what is done
//! with media (`event`, `media`), and any protocol.
//!
//! Readers take a snapshot (clone the `Arc` at once) and never hold a borrow of a `watch` over work; a slow
//! reader costs the writer nothing.

mod audience;
mod hub;
mod input;
mod publisher;
mod request;
mod source;
mod stamps;
mod subscriber;

pub use audience::{Audience, Session};
pub use hub::{Broadcast, Hub, LiveRendition, Phase};
pub use input::{Announced, Input, Origin, Reading, SourceMeter};
pub use publisher::Publisher;
pub use request::{Control, Offer, Request, Requests, Verdict};
pub use source::{Dismissal, Rank, Refusal, Source, SourceClosed, SourceInfo, SourceSender, source};
pub use stamps::Fault;
pub use subscriber::{Met, Subscriber, each_rendition};
