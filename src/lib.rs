//! # venuebox
//!
//! A live-streaming appliance for a venue's own network: an encoder publishes over RTMP, viewers watch over
//! low-latency HLS two seconds behind, and an event outlives its encoder's drop-outs.
//!
//! ## The house
//! Imports run downward only; `tests/layering.rs` fails on an upward one, and on one between two rooms of floor
//! 1 or of floor 2. Floor 0 is pure: no tokio, no I/O, no clock; callers pass `now`.
//!
//! | floor | rooms |
//! |---|---|
//! | 4 | [`app`]: build → bind → spawn → wait → drain |
//! | 3 | [`web`]: axum routes that adapt sockets to the rooms below; HTTP status is decided only there |
//! | 2 | [`event`]: one task, one timeline, the only publisher · [`ingest`]: RTMP connections, keys, a pulled feed, test card · [`archive`]: sealed segments on the disk · [`sync`]: what of them goes to a bucket, and in which order · [`seeder`]: torrents over TCP and WebRTC · [`lan`]: UDP tracker, STUN, the box's name · [`appliance`]: the machine's sensors and the updates of its system |
//! | 1 | [`live`]: one writer, many cursors · [`media`]: libavformat and libavcodec, all unsafe code · [`storage`]: one SQLite thread · [`journal`]: the operator's log · [`rendezvous`]: the task that owns the tracker's table · [`fetch`]: what others' URLs name |
//! | 0 | [`time`] · [`stream`]: the nouns · [`rtmp`]: sans-IO protocol · [`codec`]: what bitstreams say · [`hls`]: playlists · [`mp4`]: a recording as one file · [`bittorrent`]: torrents and the sans-IO uploader · [`turnstile`]: bounded places · [`preflight`]: what to change at the encoder · [`access`]: who may come in, and where the box goes · [`tracker`]: swarms and their three languages · [`stun`]: a browser's own address · [`screen`]: what stands on the box's own screen |
//!
//! ## One segment's journey
//! 1. An encoder connects. `ingest` drives `rtmp::server` (bytes in, actions out), checks the stream key and
//!    hands a source to `live::Hub`; so it does with a feed that it pulls. The `event` task adopts it, refuses it or swaps it in.
//! 2. The event's timeline places access units, decides where parts and segments are cut, and holds the picture
//!    when the encoder is away. All of that is pure and takes `now`.
//! 3. A part's samples go to the one named thread of `media::segmenter`, which makes its bytes and its hash.
//! 4. The event's snapshot gets the part, for a start in mid-event; then `live::Publisher` pushes it into the window and
//!    publishes an immutable copy through a `watch`.
//! 5. The first reader of a version has its playlist rendered, the thousand others share the bytes; `web::hls` serves
//!    them and the window's media.
//! 6. `archive` follows with a cursor, where a recording, rewind or the cloud wants the segment: file, flush, rename, then
//!    one transaction with its row and its place in the queue. It is acknowledged then.
//! 7. `sync` takes rows from the queue, and writes a playlist into the bucket after what it names.
//!
//! ## Invariants
//! - An event has one timeline. Decode times and fragment numbers go on whatever the encoder's clock does; the
//!   picture is held while it is away; EXT-X-ENDLIST comes only when the grace runs out or the operator says so.
//! - What was published outlives the program in memory, and everything else in the database. Numbers never go back,
//!   and a media URL never means other bytes: its first element is the epoch.
//! - What was acknowledged survives kill -9 and a power cut; every file of the archive has its row.
//! - Live never waits for a reader, a disk or a cloud. Every queue is bounded, and every limit is a named constant with its threat.
//! - A playlist never names what cannot be fetched from where it stands, and a hinted part always gets bytes.
//! - Bad input ends in a sentence for its sender and changes nothing for anyone else.

pub mod access;
pub mod app;
pub mod appliance;
pub mod archive;
pub mod bittorrent;
pub mod codec;
pub mod event;
pub mod fetch;
pub mod hls;
pub mod ingest;
pub mod journal;
pub mod lan;
pub mod live;
pub mod media;
pub mod mp4;
pub mod preflight;
pub mod rendezvous;
pub mod rtmp;
pub mod screen;
pub mod seeder;
pub mod storage;
pub mod stream;
pub mod stun;
pub mod sync;
pub mod time;
pub mod tracker;
pub mod turnstile;
pub mod web;
