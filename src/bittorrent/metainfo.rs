//! Torrents (BEP 3) made from content, `.torrent` files (BEP 3, 12) and magnets (BEP 9).
//!
//! A torrent here says nothing but its content: no date, no creator. Whoever has the same bytes under the same name
//! gets the same info hash.

use std::fmt;

use bytes::Bytes;
use sha1::{Digest, Sha1};

use super::bencode::Value;
use super::{InfoHash, VirtualFile};

/// The usual piece: 256 KiB.
pub const PIECE_LENGTH: u32 = 256 << 10;

/// Pieces of one torrent; with more, its pieces get longer. 2,000 of them are 40 KB of metadata, three messages.
const MANY_PIECES: u64 = 2_000;

/// The longest piece; nobody has to fetch more before the first byte is known to be right.
const MAX_PIECE_LENGTH: u32 = 16 << 20;

/// Why something is no torrent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetainfoError {
    /// A torrent has content.
    #[error("there is nothing to make a torrent of")]
    Empty,
    /// The files' lengths are not the content's.
    #[error("the files are not as long as their content")]
    Lengths,
    /// A name that would leave its folder.
    #[error("a file's name is empty, has a slash, or is a dot")]
    Name,
    /// Not an info dictionary of BEP 3.
    #[error("not an info dictionary")]
    Info,
}

/// A file within a torrent of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Its name in the torrent's folder.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
}

/// What a torrent's content is divided into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One file, named as the torrent.
    Single,
    /// Files in a folder that is named as the torrent.
    Multiple(Vec<FileEntry>),
}

/// A torrent: its info dictionary and what has to be known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Torrent {
    /// Name of the file or folder.
    pub name: String,
    /// Its files.
    pub layout: Layout,
    /// Bytes of its content.
    pub length: u64,
    /// Bytes of each piece but the last.
    pub piece_length: u32,
    /// Its name in swarms.
    pub info_hash: InfoHash,
    /// The bencoded info dictionary: what BEP 9 calls the metadata.
    pub info: Bytes,
}

/// The three doors of the box's tracker, as whoever asked reaches them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trackers {
    /// Host and, where it is not the scheme's own, port of the web server.
    pub web: String,
    /// Host and port of the UDP tracker.
    pub udp: Option<String>,
}

impl Trackers {
    /// The announce URLs, the ones that most clients can use first.
    pub fn urls(&self) -> Vec<String> {
        let mut urls = vec![format!("http://{}/announce", self.web), format!("ws://{}/announce", self.web)];
        if let Some(udp) = &self.udp {
            urls.insert(1, format!("udp://{udp}/announce"));
        }
        urls
    }
}

impl Torrent {
    /// Hashes `content` and makes a torrent of it; reads every byte once.
    ///
    /// # Errors
    /// [`MetainfoError`] when the parts do not fit together.
    pub fn make(name: &str, layout: Layout, content: &VirtualFile) -> Result<Self, MetainfoError> {
        let length = content.length();
        if length == 0 {
            return Err(MetainfoError::Empty);
        }
        check_name(name)?;
        if let Layout::Multiple(files) = &layout {
            files.iter().try_for_each(|file| check_name(&file.name))?;
            if files.iter().map(|file| file.length).sum::<u64>() != length {
                return Err(MetainfoError::Lengths);
            }
        }
        let mut hasher = PieceHasher::new(length);
        content.chunks().for_each(|chunk| hasher.update(chunk));
        Ok(Torrent::of(name, layout, length, &hasher.finish()))
    }

    /// A torrent of one file that was hashed before: `pieces` is what [`PieceHasher`] made of it.
    ///
    /// # Errors
    /// [`MetainfoError`] when the parts do not fit together.
    pub fn hashed(name: &str, length: u64, pieces: &[u8]) -> Result<Self, MetainfoError> {
        if length == 0 {
            return Err(MetainfoError::Empty);
        }
        check_name(name)?;
        let expected = length.div_ceil(u64::from(piece_length(length))).checked_mul(20);
        if expected != u64::try_from(pieces.len()).ok() {
            return Err(MetainfoError::Lengths);
        }
        Ok(Torrent::of(name, Layout::Single, length, pieces))
    }

    fn of(name: &str, layout: Layout, length: u64, pieces: &[u8]) -> Self {
        let piece_length = piece_length(length);
        let info = Bytes::from(info(name, &layout, length, piece_length, pieces));
        let info_hash = InfoHash(Sha1::digest(&info).into());
        Torrent { name: name.to_owned(), layout, length, piece_length, info_hash, info }
    }

    /// Reads an info dictionary as another program wrote it.
    ///
    /// # Errors
    /// [`MetainfoError`] when it is none.
    pub fn read(info: Bytes) -> Result<Self, MetainfoError> {
        let value = Value::read(&info).map_err(|_| MetainfoError::Info)?;
        let text = |value: &Value<'_>| value.bytes().and_then(|name| String::from_utf8(name.to_vec()).ok());
        let number = |value: &Value<'_>| value.integer().and_then(|number| u64::try_from(number).ok());
        let name = value.get(b"name").and_then(text).ok_or(MetainfoError::Info)?;
        check_name(&name)?;
        let (layout, length) = match value.get(b"files").and_then(Value::list) {
            None => (Layout::Single, value.get(b"length").and_then(number).ok_or(MetainfoError::Info)?),
            Some(files) => {
                let mut entries = Vec::new();
                let mut sum = 0_u64;
                for file in files {
                    let length = file.get(b"length").and_then(number).ok_or(MetainfoError::Info)?;
                    let path = file.get(b"path").and_then(Value::list).ok_or(MetainfoError::Info)?;
                    let [name] = path else { return Err(MetainfoError::Name) };
                    let name = text(name).ok_or(MetainfoError::Info)?;
                    check_name(&name)?;
                    sum = sum.checked_add(length).ok_or(MetainfoError::Lengths)?;
                    entries.push(FileEntry { name, length });
                }
                (Layout::Multiple(entries), sum)
            }
        };
        let piece_length =
            value.get(b"piece length").and_then(number).and_then(|length| u32::try_from(length).ok());
        let piece_length = piece_length.filter(|length| *length > 0).ok_or(MetainfoError::Info)?;
        let pieces = value.get(b"pieces").and_then(Value::bytes).ok_or(MetainfoError::Info)?;
        let expected = length.div_ceil(u64::from(piece_length)).checked_mul(20);
        if length == 0 || expected != u64::try_from(pieces.len()).ok() {
            return Err(MetainfoError::Lengths);
        }
        let info_hash = InfoHash(Sha1::digest(&info).into());
        Ok(Torrent { name, layout, length, piece_length, info_hash, info })
    }

    /// How many pieces it has.
    pub fn pieces(&self) -> u32 {
        u32::try_from(self.length.div_ceil(u64::from(self.piece_length.max(1)))).unwrap_or(u32::MAX)
    }

    /// The length of piece `index`; `None` when there is no such piece.
    pub fn length_of_piece(&self, index: u32) -> Option<u32> {
        let start = u64::from(index) * u64::from(self.piece_length);
        let left = self.length.checked_sub(start).filter(|left| *left > 0)?;
        Some(u32::try_from(left).unwrap_or(u32::MAX).min(self.piece_length))
    }

    /// The `.torrent` file.
    pub fn file(&self, trackers: &Trackers) -> Vec<u8> {
        let urls = trackers.urls();
        let tiers = urls.iter().map(|url| Value::List(vec![Value::Bytes(url.as_bytes())])).collect();
        let mut out = vec![b'd'];
        for (key, value) in [
            (&b"announce"[..], urls.first().map(|url| Value::Bytes(url.as_bytes()))),
            (b"announce-list", Some(Value::List(tiers))),
        ] {
            if let Some(value) = value {
                Value::Bytes(key).write(&mut out);
                value.write(&mut out);
            }
        }
        // The info dictionary goes in as it was hashed.
        Value::Bytes(b"info").write(&mut out);
        out.extend_from_slice(&self.info);
        out.push(b'e');
        out
    }

    /// The magnet.
    pub fn magnet(&self, trackers: &Trackers) -> String {
        let mut magnet = format!("magnet:?xt=urn:btih:{}&dn={}", self.info_hash, Escaped(&self.name));
        for url in trackers.urls() {
            magnet.push_str("&tr=");
            magnet.push_str(&Escaped(&url).to_string());
        }
        magnet
    }
}

/// Hashes content that comes bit by bit.
#[derive(Debug)]
pub struct PieceHasher {
    whole: usize,
    left: usize,
    hasher: Sha1,
    pieces: Vec<u8>,
}

impl PieceHasher {
    /// For content of `length` bytes.
    pub fn new(length: u64) -> Self {
        let whole = usize::try_from(piece_length(length)).unwrap_or(usize::MAX);
        PieceHasher { whole, left: whole, hasher: Sha1::new(), pieces: Vec::new() }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(self.left));
            self.hasher.update(now);
            self.left -= now.len();
            bytes = later;
            if self.left == 0 {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        self.pieces.extend_from_slice(&std::mem::take(&mut self.hasher).finalize());
        self.left = self.whole;
    }

    /// The hashes of all pieces, one after the other.
    pub fn finish(mut self) -> Vec<u8> {
        if self.left < self.whole {
            self.close();
        }
        self.pieces
    }
}

/// The piece length for so much content: 256 KiB until there would be thousands of pieces, then doubled.
fn piece_length(length: u64) -> u32 {
    let mut piece = PIECE_LENGTH;
    while length.div_ceil(u64::from(piece)) > MANY_PIECES && piece < MAX_PIECE_LENGTH {
        piece *= 2;
    }
    piece
}

fn check_name(name: &str) -> Result<(), MetainfoError> {
    let wrong = name.is_empty() || name == "." || name == ".." || name.contains(['/', '\\', '\0']);
    if wrong { Err(MetainfoError::Name) } else { Ok(()) }
}

fn info(name: &str, layout: &Layout, length: u64, piece_length: u32, pieces: &[u8]) -> Vec<u8> {
    let number = |value: u64| Value::Integer(i64::try_from(value).unwrap_or(i64::MAX));
    let first = match layout {
        Layout::Single => (&b"length"[..], number(length)),
        Layout::Multiple(files) => {
            let list = files.iter().map(|file| {
                let path = Value::List(vec![Value::Bytes(file.name.as_bytes())]);
                Value::Dictionary(vec![(&b"length"[..], number(file.length)), (b"path", path)])
            });
            (&b"files"[..], Value::List(list.collect()))
        }
    };
    let info = Value::Dictionary(vec![
        first,
        (b"name", Value::Bytes(name.as_bytes())),
        (b"piece length", number(u64::from(piece_length))),
        (b"pieces", Value::Bytes(pieces)),
    ]);
    info.to_bytes()
}

/// Text with everything but unreserved characters as `%XX` (RFC 3986 2.1).
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "metainfo_tests.rs"]
mod tests;
