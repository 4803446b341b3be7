//! Rules that several settings share.

use std::ops::RangeInclusive;

/// A wrong value: its field, and a sentence for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Invalid {
    /// The field's name in the interface.
    pub field: &'static str,
    /// What is wrong and what would be right.
    pub why: String,
}

impl Invalid {
    /// A wrong value of `field`.
    pub fn new(field: &'static str, why: impl Into<String>) -> Self {
        Invalid { field, why: why.into() }
    }

    pub(super) fn unwritable() -> Self {
        Invalid::new("value", "this cannot be written down")
    }
}

/// A line or paragraph for people: bounded in characters, without control characters. Threat: text that breaks
/// pages, logs or a terminal.
pub fn text(field: &'static str, value: &str, least: usize, most: usize) -> Result<(), Invalid> {
    let count = value.chars().count();
    if count > most {
        return Err(Invalid::new(field, format!("at most {most} characters; this has {count}")));
    }
    if value.trim().chars().count() < least {
        return Err(Invalid::new(field, "this may not be empty"));
    }
    if value.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Invalid::new(field, "it contains a character that cannot be shown"));
    }
    Ok(())
}

/// An `http` or `https` URL without user, query or fragment.
pub fn url(field: &'static str, value: &str) -> Result<(), Invalid> {
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    let sound = |rest: &str| {
        let host = rest.split('/').next().unwrap_or_default();
        !host.is_empty()
            && rest.len() <= 500
            && rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"@?#\\\"<>".contains(&byte))
    };
    match rest {
        Some(rest) if sound(rest) => Ok(()),
        _ => Err(Invalid::new(field, "an address such as https://media.example.org")),
    }
}

/// A number in its range.
pub(super) fn within(
    field: &'static str,
    value: u32,
    range: &RangeInclusive<u32>,
    unit: &str,
) -> Result<(), Invalid> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(Invalid::new(field, format!("between {} and {} {unit}", range.start(), range.end())))
}
