//! Where a response's body ends: by its length, or chunk by chunk (RFC 9112 7.1), as it arrives.

use std::io;

use super::http::malformed;

/// A body that is being read.
#[derive(Debug)]
pub struct Body {
    state: State,
    chunked: bool,
}

#[derive(Debug)]
enum State {
    /// The line with a chunk's size, so far.
    Size(u64),
    /// The rest of that line, and the size it said.
    SizeEnd(u64),
    Data(u64),
    /// The line end behind a chunk, or the last one; `true`: nothing follows.
    DataEnd(bool),
    Over,
}

impl Body {
    pub fn sized(length: u64) -> Self {
        Body { state: if length == 0 { State::Over } else { State::Data(length) }, chunked: false }
    }

    pub fn chunked() -> Self {
        Body { state: State::Size(0), chunked: true }
    }

    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// How much of a body of known length is still to come.
    pub fn left(&self) -> Option<u64> {
        match self.state {
            State::Data(left) if !self.chunked => Some(left),
            _ => None,
        }
    }

    /// So much of it came and was let go.
    pub fn pass(&mut self, count: u64) {
        if let State::Data(left) = self.state {
            self.state = if left <= count { State::Over } else { State::Data(left - count) };
        }
    }

    /// Takes what arrived; the media in it goes to `keep`. Returns how much that was.
    pub fn take(&mut self, mut bytes: &[u8], mut keep: Option<&mut Vec<u8>>) -> io::Result<u64> {
        let mut taken = 0;
        while let Some(first) = bytes.first() {
            self.state = match self.state {
                State::Over => return Err(malformed()),
                State::Data(left) => {
                    let count = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    if let Some(keep) = keep.as_deref_mut() {
                        keep.extend_from_slice(&bytes[..count]);
                    }
                    bytes = &bytes[count..];
                    let count = u64::try_from(count).unwrap_or(u64::MAX);
                    taken += count;
                    match (left - count, self.chunked) {
                        (0, true) => State::DataEnd(false),
                        (0, false) => State::Over,
                        (left, _) => State::Data(left),
                    }
                }
                State::Size(size) => {
                    bytes = &bytes[1..];
                    match char::from(*first).to_digit(16) {
                        Some(digit) => State::Size(size * 16 + u64::from(digit)),
                        None => State::SizeEnd(size),
                    }
                }
                State::SizeEnd(size) => {
                    bytes = &bytes[1..];
                    match (first, size) {
                        (b'\n', 0) => State::DataEnd(true),
                        (b'\n', size) => State::Data(size),
                        _ => State::SizeEnd(size),
                    }
                }
                State::DataEnd(last) => {
                    bytes = &bytes[1..];
                    match (first, last) {
                        (b'\n', true) => State::Over,
                        (b'\n', false) => State::Size(0),
                        _ => State::DataEnd(last),
                    }
                }
            };
        }
        Ok(taken)
    }
}
