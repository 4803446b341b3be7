//! Chance, for pauses.

/// From 0 to 1. Where the system has none, pauses are as long as any.
pub(super) fn chance() -> f64 {
    let random = getrandom::u32().unwrap_or(u32::MAX);
    f64::from(random) / f64::from(u32::MAX)
}
