//! HTTP requests to URLs that others wrote: bounded in size and time, and only to where the rule lets the box go.
//!
//! Belongs here: names resolved and checked, connections, redirects. Does not: the rule itself (`access`), and what
//! is made of the answer.

mod connector;
mod error;
mod fetcher;

pub use error::FetchError;
pub use fetcher::{Fetched, Fetcher, Limits, Range};
