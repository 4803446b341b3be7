//! Whoever comes to the ports with bad manners gets an answer or a closed door, and the running stream never
//! notices.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::rig::{MediaPlaylist, PATIENCE, Publisher, VenueBox};

fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// Reads until the box closes the socket; a reset is a close.
fn until_closed(socket: &mut TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match socket.read(&mut buffer) {
            Ok(0) => return said,
            Ok(read) => said.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return said,
            Err(error) => panic!("the box keeps the socket open: {error}"),
        }
    }
}

/// A handshake's client half; the box's answer is read.
fn shake(socket: &mut TcpStream) {
    let mut hello = vec![3];
    hello.extend((0..1_536_u32).map(|index| u8::try_from(index % 251).unwrap()));
    hello[5..9].fill(0);
    socket.write_all(&hello).unwrap();
    let mut answer = vec![0; 1 + 1_536 * 2];
    socket.read_exact(&mut answer).unwrap();
    socket.write_all(&answer[1..=1_536]).unwrap();
}

/// A chunk with a full header.
fn chunk(stream: u8, length: u32, kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![stream & 63, 0, 0, 0];
    bytes.extend_from_slice(&length.to_be_bytes()[1..]);
    bytes.push(kind);
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(payload);
    bytes
}

#[tokio::test]
async fn garbage_at_every_stage_of_the_protocol_disturbs_nobody() {
    let venuebox = VenueBox::start();
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;

    let mut http = connect(venuebox.rtmp);
    http.write_all(b"GET / HTTP/1.1\r\nHost: box\r\n\r\n").unwrap();
    until_closed(&mut http);

    let mut noise = connect(venuebox.rtmp);
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u8::try_from(state & 255).unwrap()
    };
    let bytes: Vec<u8> =
        std::iter::once(3).chain(std::iter::repeat_with(&mut random).take(64 << 10)).collect();
    // The box may close while this is still being written.
    let _ = noise.write_all(&bytes);
    let _ = noise.shutdown(Shutdown::Write);
    until_closed(&mut noise);

    let mut after = connect(venuebox.rtmp);
    shake(&mut after);
    let bytes: Vec<u8> = std::iter::repeat_with(&mut random).take(64 << 10).collect();
    let _ = after.write_all(&bytes);
    let _ = after.shutdown(Shutdown::Write);
    until_closed(&mut after);

    let mut command = connect(venuebox.rtmp);
    shake(&mut command);
    command.write_all(&chunk(3, 9, 20, &[2, 0, 9, b'c', b'o', b'n', 0xFF, 0xFF, 0])).unwrap();
    let _ = command.shutdown(Shutdown::Write);
    until_closed(&mut command);

    MediaPlaylist::after(&url, 1);
}

#[tokio::test]
async fn sockets_that_say_nothing_are_closed_in_five_seconds_and_cost_no_cpu() {
    let mut venuebox = VenueBox::start();
    let mut silent = connect(venuebox.rtmp);
    let mut half = connect(venuebox.rtmp);
    half.write_all(&[3, 0, 0]).unwrap();
    let mut closed = connect(venuebox.rtmp);
    closed.write_all(&[3]).unwrap();
    closed.shutdown(Shutdown::Write).unwrap();
    until_closed(&mut closed);
    let before = cpu_seconds(venuebox.process.id());
    let start = Instant::now();
    until_closed(&mut silent);
    until_closed(&mut half);
    assert!(start.elapsed() < Duration::from_secs(15));
    let used = cpu_seconds(venuebox.process.id()) - before;
    assert!(used < 0.5, "{used} s of CPU for two silent sockets");
    assert!(venuebox.process.is_running());
}

/// User and system time of a process so far.
fn cpu_seconds(id: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks / 100.0
}

#[tokio::test]
async fn a_message_of_sixteen_megabytes_and_a_flood_of_half_messages_cost_no_memory() {
    let venuebox = VenueBox::start();
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let before = resident(venuebox.process.id());

    // A header that promises much allocates nothing.
    let mut promises = connect(venuebox.rtmp);
    shake(&mut promises);
    promises.write_all(&chunk(4, 0x00FF_FFFF, 9, &[0x17; 128])).unwrap();

    // Half messages on every chunk stream, interleaved, up to whatever the box allows.
    let mut flood = connect(venuebox.rtmp);
    shake(&mut flood);
    flood.set_write_timeout(Some(PATIENCE)).unwrap();
    let mut sent = 0_usize;
    'flood: for round in 0..2_000_u32 {
        for stream in 3..60 {
            let bytes = if round == 0 {
                chunk(stream, 0x00FF_FFFF, 9, &[0; 128])
            } else {
                let mut bytes = vec![0xC0 | stream];
                bytes.extend_from_slice(&[0; 128]);
                bytes
            };
            if flood.write_all(&bytes).is_err() {
                break 'flood;
            }
            sent += bytes.len();
        }
    }
    until_closed(&mut flood);
    assert!(sent > 1 << 20, "the flood was let go after {sent} bytes");
    let grown = resident(venuebox.process.id()).saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes for a flood");
    MediaPlaylist::after(&url, 1);
}

fn resident(id: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() << 10
}

#[tokio::test]
async fn one_address_gets_its_share_of_connections_and_no_more() {
    let venuebox = VenueBox::start();
    let mut many: Vec<TcpStream> = (0..20).map(|_| connect(venuebox.rtmp)).collect();
    // Those above the share are closed at once, the others when they have said nothing for too long.
    let start = Instant::now();
    let early = many.iter_mut().skip(8).all(|socket| {
        until_closed(socket);
        start.elapsed() < Duration::from_secs(4)
    });
    assert!(early, "the ninth connection was not closed at once");
    drop(many);
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    venuebox.media_playlist_url().await;
}
