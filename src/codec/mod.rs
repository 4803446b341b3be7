//! What coded bitstreams say about themselves: configuration records, parameter sets, slice headers.
