//! The binary: nothing but the way into [`venuebox::app`].

fn main() {}
