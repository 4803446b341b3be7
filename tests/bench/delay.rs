//! From a part's last packet to its last byte at the client.
//!
//! RTMP tells no durations: the box learns that a part is over from the first picture of the next one. So the
//! clock starts when the last byte of that picture was written to the socket, the soonest that any server can
//! know; a client that waits on the hint stops it.

use std::collections::HashMap;
use std::io;
use std::time::{Duration, Instant};

use mp4_atom::{Any, Decode};
use tokio::sync::mpsc;

use super::film::SMALL;
use super::http::Connection;
use super::playlist::{MediaPlaylist, resolve, text, variants};
use super::report::{Row, Section, percentiles};
use super::sender::Sender;
use super::servers::Server;
use super::viewers::{Crowd, Play};

const VIEWERS: u32 = 200;

pub async fn measure(window: Duration) -> Section {
    let server = Server::venuebox();
    let sender = Sender::start(server.rtmp(), &SMALL.file());
    let pictures =
        tokio::spawn(count_pictures(server.http, server.entrance, window + Duration::from_secs(12)));
    let url = media_playlist(&server).await;
    let (arrivals, mut arrived) = mpsc::channel(1 << 16);
    let count = usize::try_from(VIEWERS).unwrap();
    let crowd = Crowd::enter(server.http, &url, count, Duration::ZERO, |_| Play::Hinted, Some(&arrivals));
    crowd.until_playing().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    while arrived.try_recv().is_ok() {}
    // What is under way now was counted from before the crowd was whole.
    tokio::time::sleep(Duration::from_secs(1)).await;
    tokio::time::sleep(window).await;
    drop(crowd);
    drop(arrivals);
    let parts = pictures.await.unwrap().expect("the parts could not be counted");
    let written = sender.written.lock().unwrap().clone();
    let mut delays = Vec::new();
    // Where the film begins again its pictures stand apart, and a part ends before the one that shows it.
    let whole = parts.values().map(|part| part.pictures).max().unwrap_or_default();
    while let Some((uri, at)) = arrived.recv().await {
        let part = parts.get(&uri).filter(|part| part.pictures == whole);
        // The picture that closes the part is the one behind its last.
        let Some(closed) = part.and_then(|part| written.get(part.behind)) else { continue };
        delays.push(at.saturating_duration_since(*closed).as_secs_f64() * 1e3);
    }
    let delays_of = percentiles(&delays);
    let row = |what: &str, share: f64, goal| Row {
        what: format!("from a part's last packet to its last byte, {VIEWERS} viewers, {what}"),
        unit: "ms",
        ours: delays_of.at(share),
        peer: None,
        ratio: None,
        goal,
    };
    Section {
        rows: vec![row("p50", 0.5, "—"), row("p99", 0.99, "20 ms")],
        notes: vec![format!(
            "Delay: {} arrivals; counted from the packet that closes the part, which is the first picture of the \
             next one, because RTMP carries no durations.",
            delays.len()
        )],
    }
}

async fn media_playlist(server: &Server) -> String {
    loop {
        let mut body = Vec::new();
        let mut connection = Connection::open(server.http).await.unwrap();
        let answer = connection.get(server.entrance, Some(&mut body)).await.unwrap();
        if answer.status == 200
            && let Some(uri) = variants(&text(&body, answer.gzip)).first()
        {
            return resolve(server.entrance, uri);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A part's pictures, and the number of the one behind its last.
struct Counted {
    pictures: usize,
    behind: usize,
}

/// Reads every part from the first one on, by its URI.
async fn count_pictures(
    server: std::net::SocketAddr,
    entrance: &'static str,
    during: Duration,
) -> io::Result<HashMap<String, Counted>> {
    let deadline = Instant::now() + during;
    let mut connection = Connection::open(server).await?;
    let url = loop {
        let mut body = Vec::new();
        let answer = connection.get(entrance, Some(&mut body)).await?;
        match variants(&text(&body, answer.gzip)).first() {
            Some(uri) if answer.status == 200 => break resolve(entrance, uri),
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    let (mut parts, mut behind, mut query) = (HashMap::new(), 0, String::new());
    while Instant::now() < deadline {
        let mut body = Vec::new();
        let answer = connection.get(&format!("{url}{query}"), Some(&mut body)).await?;
        let playlist = MediaPlaylist::read(&text(&body, answer.gzip));
        for part in playlist.parts {
            if parts.contains_key(&part) {
                continue;
            }
            let mut media = Vec::new();
            connection.get(&resolve(&url, &part), Some(&mut media)).await?;
            let pictures = pictures_in(&media);
            behind += pictures;
            parts.insert(part, Counted { pictures, behind });
        }
        query = format!("?_HLS_msn={}&_HLS_part={}", playlist.next.0, playlist.next.1);
    }
    Ok(parts)
}

/// The samples of the first track, which is the picture's.
fn pictures_in(mut media: &[u8]) -> usize {
    let mut count = 0;
    while !media.is_empty() {
        let Ok(Any::Moof(moof)) = Any::decode(&mut media) else { continue };
        let picture = moof.traf.iter().filter(|traf| traf.tfhd.track_id == 1);
        count += picture.flat_map(|traf| &traf.trun).map(|run| run.samples.len()).sum::<usize>();
    }
    count
}
