//! How much goes out to viewers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts bytes that were handed to sockets; clones count together.
#[derive(Clone, Debug, Default)]
pub struct Egress(Arc<AtomicU64>);

impl Egress {
    /// A meter at zero.
    pub fn new() -> Self {
        Egress::default()
    }

    /// Adds bytes. One addition in memory; nothing waits for it.
    pub fn add(&self, bytes: usize) {
        self.0.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// All bytes since the start. Who wants a rate takes two readings.
    pub fn total(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
