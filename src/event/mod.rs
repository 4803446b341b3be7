//! The event: one task, one timeline, the only publisher.
