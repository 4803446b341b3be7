//! Our own page.
