//! BitTorrent as a seeder needs it: torrents made from bytes that exist, and the protocol that uploads them.
//!
//! Belongs here: bencoding (BEP 3), torrents and magnets, wire messages with their extensions (BEP 6, 9, 10), one
//! connection's uploader, and who may upload at once. Does not: sockets, threads, or what is seeded (`seeder`);
//! and downloading, which the box never does.

pub mod bencode;
mod choker;
mod dropped;
mod extension;
mod id;
mod metainfo;
mod pieces;
mod rate;
mod store;
mod upload;
mod virtual_file;
mod wire;

pub use choker::{Choker, Decision, Place};
pub use dropped::Dropped;
pub use extension::{ExtensionError, ExtensionHandshake, MetadataMessage};
pub use id::{InfoHash, NoInfoHash, PeerId};
pub use metainfo::{FileEntry, Layout, MetainfoError, PIECE_LENGTH, PieceHasher, Torrent, Trackers};
pub use rate::RateLimit;
pub use store::{Body, Store, Stretch};
pub use upload::{Content, Delivery, Uploader};
pub use virtual_file::VirtualFile;
pub use wire::{BLOCK_HEADER, Block, Handshake, Message, Reader, WireError, block_header};
