//! FFmpeg's libraries: muxing parts, encoding silence, the test card, reading files. All unsafe code is here.
