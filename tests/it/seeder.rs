//! What is on air as torrents, fetched by clients that nobody here wrote.
//!
//! Each starts with the bare info hash and finds the seeder through an HTTP tracker of the test's own, which knows the
//! box alone.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use crate::rig::{Browser, PATIENCE, Process, Publisher, VenueBox, decode_errors, get};

/// What `/torrents.json` says of one torrent.
#[derive(Clone, Debug)]
pub struct Listed {
    pub info_hash: String,
    name: String,
    pub length: usize,
    pub magnet: String,
}

/// A box on air, and a tracker that names it.
pub struct Venue {
    pub venuebox: VenueBox,
    _publisher: Publisher,
    tracker: Tracker,
}

impl Venue {
    pub fn start() -> Self {
        let venuebox = VenueBox::start();
        let publisher = Publisher::test_card(&venuebox);
        let port = list(&venuebox)["port"].as_u64().unwrap();
        let tracker = Tracker::start(SocketAddr::from(([127, 0, 0, 1], u16::try_from(port).unwrap())));
        Venue { venuebox, _publisher: publisher, tracker }
    }

    pub fn seeder(&self) -> SocketAddr {
        self.tracker.seeder
    }

    /// The newest torrent of a kind, once there is one.
    pub fn newest(&self, kind: &str) -> Listed {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let list = list(&self.venuebox);
            let mut of_kind =
                list["torrents"].as_array().unwrap().iter().filter(|torrent| torrent["kind"] == kind);
            if let Some(torrent) = of_kind.next_back() {
                let text = |key: &str| torrent[key].as_str().unwrap().to_owned();
                return Listed {
                    info_hash: text("infoHash"),
                    name: text("name"),
                    length: usize::try_from(torrent["length"].as_u64().unwrap()).unwrap(),
                    magnet: text("magnet"),
                };
            }
            assert!(Instant::now() < deadline, "no {kind}: {list}");
            // Torrents come as segments are sealed; the box has no news of them yet to wait for.
            std::thread::park_timeout(Duration::from_millis(200));
        }
    }

    /// The info hash and nothing else but where to ask for peers.
    fn bare_magnet(&self, torrent: &Listed) -> String {
        format!("magnet:?xt=urn:btih:{}&tr={}", torrent.info_hash, self.tracker.url())
    }
}

pub fn list(venuebox: &VenueBox) -> serde_json::Value {
    serde_json::from_slice(&venuebox.get("/torrents.json").body).unwrap()
}

/// An HTTP tracker (BEP 3, 23) that knows one peer.
struct Tracker {
    address: SocketAddr,
    seeder: SocketAddr,
}

impl Tracker {
    fn start(seeder: SocketAddr) -> Self {
        let IpAddr::V4(host) = seeder.ip() else { panic!("compact peers are of IPv4") };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut request = [0; 4_096];
                let _ = stream.read(&mut request);
                let mut body = b"d8:intervali60e5:peers6:".to_vec();
                body.extend_from_slice(&host.octets());
                body.extend_from_slice(&seeder.port().to_be_bytes());
                body.push(b'e');
                let _ = write!(stream, "HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                let _ = stream.write_all(&body);
            }
        });
        Tracker { address, seeder }
    }

    fn url(&self) -> String {
        format!("http://{}/announce", self.address)
    }
}

/// A way to `target` from an address that is not the loopback: Transmission takes no peers there.
fn way_from_outside(target: SocketAddr) -> SocketAddr {
    // Connecting a datagram socket sends nothing; it only finds the address that packets would leave from.
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.connect("192.0.2.1:9").expect("this machine has no address but the loopback");
    let listener = TcpListener::bind((socket.local_addr().unwrap().ip(), 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let far = TcpStream::connect(target).unwrap();
            for (mut from, mut to) in [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)] {
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(std::net::Shutdown::Write);
                });
            }
        }
    });
    address
}

/// Runs a client to its end and reads what it fetched.
pub fn fetched(command: &mut Command, file: &Path) -> Vec<u8> {
    let mut client = Process::start(command);
    let status = client.wait(PATIENCE);
    assert!(status.success(), "{status}: {}", client.said());
    std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}: {}", file.display(), client.said()))
}

/// The file is as long as its torrent, the client checked its hashes, and it plays.
fn assert_plays(torrent: &Listed, file: &[u8]) {
    assert_eq!(file.len(), torrent.length);
    assert_eq!(decode_errors(file), "", "{} does not play", torrent.name);
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn script(name: &str) -> PathBuf {
    root().join("tests/torrent-clients").join(name)
}

pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The bundle in the box's own words, block by block over its `.torrent` file's pieces: what clients are compared to.
fn piece_hashes(venue: &Venue, torrent: &Listed) -> Vec<u8> {
    let file = get(&venue.venuebox.url(&format!("/torrents/{}.torrent", torrent.info_hash))).body;
    let at = file.windows(8).position(|window| window == b"6:pieces").unwrap() + 8;
    let colon = at + file[at..].iter().position(|byte| *byte == b':').unwrap();
    let length: usize = std::str::from_utf8(&file[at..colon]).unwrap().parse().unwrap();
    file[colon + 1..colon + 1 + length].to_vec()
}

pub fn assert_byte_identical(venue: &Venue, torrent: &Listed, file: &[u8]) {
    use sha1::Digest;
    let pieces: Vec<u8> =
        file.chunks(256 << 10).flat_map(|piece| sha1::Sha1::digest(piece).to_vec()).collect();
    assert!(pieces == piece_hashes(venue, torrent), "{} is not what was seeded", torrent.name);
    assert_plays(torrent, file);
}

/// What a client fetches that is given that magnet alone.
fn by_aria2(magnet: &str) -> Vec<u8> {
    let folder = folder();
    let mut command = Command::new("aria2c");
    command.args(["--seed-time=0", "--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false"]);
    command.args(["--enable-peer-exchange=false", "--follow-torrent=mem"]);
    command.args(["--summary-interval=0", "--allow-overwrite=true", "--dir"]).arg(folder.path());
    command.arg(magnet);
    fetched(&mut command, &folder.path().join("live.ts"))
}

#[test]
fn aria2_fetches_a_bundle_from_the_bare_info_hash_and_it_plays() {
    let venue = Venue::start();
    let bundle = venue.newest("bundle");
    assert_byte_identical(&venue, &bundle, &by_aria2(&venue.bare_magnet(&bundle)));
}

/// A magnet of the info hash and of one of the box's own trackers.
fn magnet_of(torrent: &Listed, kind: &str) -> String {
    let tracker = torrent.magnet.split("&tr=").find(|tracker| tracker.starts_with(&format!("{kind}%3A")));
    let tracker = tracker.unwrap_or_else(|| panic!("no {kind}: {}", torrent.magnet));
    format!("magnet:?xt=urn:btih:{}&tr={tracker}", torrent.info_hash)
}

/// It says that nothing is left, as it does not know yet how much there is.
#[test]
fn aria2_finds_the_seeder_by_the_boxs_own_tracker_over_http() {
    let venue = Venue::start();
    let bundle = venue.newest("bundle");
    assert_byte_identical(&venue, &bundle, &by_aria2(&magnet_of(&bundle, "http")));
}

#[test]
fn libtorrent_fetches_a_bundle_from_the_bare_info_hash_and_it_plays() {
    let venue = Venue::start();
    let (bundle, folder) = (venue.newest("bundle"), folder());
    let mut command = Command::new("/usr/bin/python3");
    command.arg(script("libtorrent-fetch.py")).arg(format!("magnet:?xt=urn:btih:{}", bundle.info_hash));
    command.arg(folder.path()).arg(venue.seeder().to_string());
    let file = fetched(&mut command, &folder.path().join("live.ts"));
    assert_byte_identical(&venue, &bundle, &file);
}

#[test]
fn libtorrent_fetches_a_folder_of_segments_with_its_playlist() {
    let venue = Venue::start();
    let (torrent, folder) = (venue.newest("folder"), folder());
    let mut command = Command::new("/usr/bin/python3");
    command.arg(script("libtorrent-fetch.py")).arg(format!("magnet:?xt=urn:btih:{}", torrent.info_hash));
    command.arg(folder.path()).arg(venue.seeder().to_string());
    let playlist = fetched(&mut command, &folder.path().join("live/stream.m3u8"));
    let playlist = String::from_utf8(playlist).unwrap();
    let segments = playlist.lines().filter(|line| line.ends_with(".m4s"));
    let init = std::fs::read(folder.path().join("live/init-0.mp4")).unwrap();
    let media: Vec<Vec<u8>> =
        segments.map(|name| std::fs::read(folder.path().join("live").join(name)).unwrap()).collect();
    assert!(media.len() >= 4, "{playlist}");
    assert_eq!(decode_errors(&[init, media.concat()].concat()), "");
}

#[test]
fn transmission_fetches_a_bundle_from_the_bare_info_hash_and_it_plays() {
    let venue = Venue::start();
    let (bundle, folder, settings) = (venue.newest("bundle"), folder(), folder());
    // It goes on seeding when it is done; this ends it then.
    let finish = settings.path().join("finish");
    std::fs::write(&finish, "#!/bin/sh\nkill \"$PPID\"\n").unwrap();
    let mut permissions = std::fs::metadata(&finish).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    std::fs::set_permissions(&finish, permissions).unwrap();
    // It would try uTP first, for as long as the test has.
    let others = r#"{"utp-enabled":false,"dht-enabled":false,"lpd-enabled":false,"pex-enabled":false}"#;
    std::fs::write(settings.path().join("settings.json"), others).unwrap();
    let mut command = Command::new("transmission-cli");
    command.args(["--no-portmap", "--encryption-tolerated", "--port", "51999", "--finish"]).arg(&finish);
    command.arg("--config-dir").arg(settings.path()).arg("--download-dir").arg(folder.path());
    let tracker = Tracker::start(way_from_outside(venue.seeder()));
    command.arg(format!("magnet:?xt=urn:btih:{}&tr={}", bundle.info_hash, tracker.url()));
    let mut client = Process::start(&mut command);
    client.wait(PATIENCE);
    let file = std::fs::read(folder.path().join("live.ts")).unwrap_or_else(|_| panic!("{}", client.said()));
    assert_byte_identical(&venue, &bundle, &file);
}

/// What the engine of Stremio's server fetches that is given that magnet alone.
fn by_torrent_stream(magnet: &str) -> Vec<u8> {
    let folder = folder();
    let file = folder.path().join("fetched.ts");
    let mut command = Command::new("node");
    command.arg(script("torrent-stream-fetch.mjs")).arg(magnet).arg(&file);
    fetched(&mut command, &file)
}

#[test]
fn torrent_stream_fetches_a_bundle_from_the_bare_info_hash_and_it_plays() {
    let venue = Venue::start();
    let bundle = venue.newest("bundle");
    assert_byte_identical(&venue, &bundle, &by_torrent_stream(&venue.bare_magnet(&bundle)));
}

#[test]
fn torrent_stream_finds_the_seeder_by_the_boxs_own_tracker_over_udp() {
    let venue = Venue::start();
    let bundle = venue.newest("bundle");
    assert_byte_identical(&venue, &bundle, &by_torrent_stream(&magnet_of(&bundle, "udp")));
}

/// The box's own tracker brings browsers' offers to the seeder.
#[test]
fn webtorrent_in_node_fetches_a_segment_by_its_magnet_over_webrtc() {
    let venue = Venue::start();
    let (segment, folder) = (venue.newest("segment"), folder());
    let file = folder.path().join("fetched.m4s");
    let mut command = Command::new("node");
    command.arg(script("webtorrent-fetch.mjs")).arg(&segment.magnet).arg(&file);
    let file = fetched(&mut command, &file);
    assert_eq!(file, segment_over_http(&venue, &segment.name));
}

#[test]
fn webtorrent_in_chromium_fetches_a_segment_by_its_magnet_over_webrtc() {
    let venue = Venue::start();
    let segment = venue.newest("segment");
    let browser = Browser::start();
    let page = browser.webtorrent();
    page.until("window.obtain !== undefined");
    let (magnet, stun) = (json!(segment.magnet), json!(venue.venuebox.stun));
    // It is looked at from outside, so that a test that fails says how far it came.
    page.evaluate(&format!("window.obtain({magnet}, {stun})"));
    let file = page.until("window.file");
    // A character of the page's is a byte of the file's.
    let file: Vec<u8> = file.as_str().unwrap().chars().map(|byte| u8::try_from(byte).unwrap()).collect();
    assert!(file == segment_over_http(&venue, &segment.name), "{} differs", segment.name);
}

/// A segment as the playlist's URL serves it.
fn segment_over_http(venue: &Venue, name: &str) -> Vec<u8> {
    let entrance = venue.venuebox.get("/hls/stream.m3u8").text();
    let playlist = entrance.lines().find(|line| !line.starts_with('#')).unwrap().to_owned();
    let rendition = playlist.strip_suffix("stream.m3u8").unwrap();
    get(&venue.venuebox.url(&format!("/hls/{rendition}{name}"))).body
}

#[tokio::test]
async fn a_playlist_with_magnets_names_the_segments_own_bytes_and_one_without_is_as_ever() {
    let venuebox = VenueBox::start();
    let _publisher = Publisher::test_card(&venuebox);
    let url = venuebox.media_playlist(3).await.url;
    let url = url.split('?').next().unwrap();
    assert!(!get(url).text().contains("MAGNET"));
    let text = get(&format!("{url}?magnets=1")).text();
    let magnets: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("#EXT-X-MAGNET:")).collect();
    assert!(!magnets.is_empty(), "{text}");
    let at = text.find(magnets[0]).unwrap();
    let name = text[at..].lines().find(|line| line.ends_with(".m4s") && !line.starts_with('#')).unwrap();
    assert!(magnets[0].contains(&format!("&dn={name}&tr=http%3A%2F%2F127.0.0.1%3A")), "{}", magnets[0]);
    let hash = &magnets[0]["magnet:?xt=urn:btih:".len()..][..40];
    let torrent = get(&venuebox.url(&format!("/torrents/{hash}.torrent")));
    assert_eq!(torrent.header("content-type"), Some("application/x-bittorrent"));
    let length = get(&format!("{}{name}", url.strip_suffix("stream.m3u8").unwrap())).body.len();
    let expected = format!("d6:lengthi{length}e4:name{}:{name}", name.len());
    assert!(torrent.body.windows(expected.len()).any(|window| window == expected.as_bytes()));
}

#[test]
fn a_torrent_that_is_none_and_a_hash_that_is_none_are_not_found() {
    let venuebox = VenueBox::start();
    for file in [
        "x.torrent",
        "0123456789012345678901234567890123456789.torrent",
        "0123456789012345678901234567890123456789",
    ] {
        assert_eq!(venuebox.get(&format!("/torrents/{file}")).status, 404, "{file}");
    }
    assert_eq!(list(&venuebox)["torrents"].as_array().unwrap().len(), 0);
}
