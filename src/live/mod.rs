//! The live stream between its one writer and its many readers.
