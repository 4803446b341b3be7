//! Waits that are not all the same: boxes that lost one feed at once must not ask for it at once.

use std::time::Duration;

/// Between half of `wait` and all of it.
pub fn jittered(wait: Duration) -> Duration {
    let mut random = [0; 2];
    // Without randomness the wait is the shortest one, which is as good.
    let _ = getrandom::fill(&mut random);
    wait / 2 + wait / 2 * u32::from(u16::from_le_bytes(random)) / u32::from(u16::MAX)
}
