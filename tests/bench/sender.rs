//! A publisher that notes when each picture was handed to the socket.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use venuebox::media::File;
use venuebox::rtmp::{Client, ClientAction, PublishTarget, flv};
use venuebox::stream::{AccessUnit, Media, Track, TrackConfig};

/// When the last byte of each picture was written, in decode order.
pub type Written = Arc<Mutex<Vec<Instant>>>;

/// Publishes the film round and round on a thread of its own, so that no crowd delays its stamps.
pub struct Sender {
    pub written: Written,
    stop: CancellationToken,
    thread: Option<thread::JoinHandle<()>>,
}

impl Sender {
    pub fn start((server, key): (SocketAddr, &str), film: &Path) -> Self {
        let (written, stop) = (Written::default(), CancellationToken::new());
        let target = PublishTarget {
            app: String::from("live"),
            tc_url: format!("rtmp://{server}/live"),
            stream: key.to_owned(),
            flash_ver: String::from("bench"),
        };
        let film = File::open(film, true).expect("the film cannot be read");
        let (stamps, stopped) = (Arc::clone(&written), stop.clone());
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = stopped.cancelled() => {}
                    ended = publish(server, target, film, &stamps) => panic!("the sender stopped: {ended:?}"),
                }
            });
        });
        Sender { written, stop, thread: Some(thread) }
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn publish(server: SocketAddr, target: PublishTarget, film: File, written: &Written) -> io::Result<()> {
    let mut socket = TcpStream::connect(server).await?;
    socket.set_nodelay(true)?;
    let mut client = Client::new(target, [7; venuebox::rtmp::handshake::RANDOM]);
    let mut buffer = vec![0; 4096];
    while !act(&mut client, &mut socket).await? {
        let count = socket.read(&mut buffer).await?;
        client.receive(&buffer[..count]).map_err(io::Error::other)?;
    }
    let mut clock = None;
    for item in film {
        match item.map_err(io::Error::other)? {
            Media::Config(TrackConfig::Video(config)) => {
                client.video(0, flv::avc_sequence_start(&config.record));
            }
            Media::Config(TrackConfig::Audio(config)) => {
                client.audio(0, flv::aac_sequence_start(&config.record));
            }
            Media::Unit(unit) => {
                let (start, first) = *clock.get_or_insert((tokio::time::Instant::now(), unit.dts));
                let due = start + (unit.dts - first).to_duration();
                while tokio::time::Instant::now() < due {
                    // The server's acknowledgements are read, so that it is never held up.
                    match tokio::time::timeout_at(due, socket.read(&mut buffer)).await {
                        Ok(count) => client.receive(&buffer[..count?]).map_err(io::Error::other)?,
                        Err(_) => break,
                    }
                }
                let stamp = unit.dts.millis();
                match unit.track {
                    Track::Video => client.video(stamp, picture(&unit)),
                    Track::Audio => client.audio(stamp, flv::aac_frame(&unit.data)),
                }
                act(&mut client, &mut socket).await?;
                if unit.track == Track::Video {
                    written.lock().unwrap().push(Instant::now());
                }
            }
        }
    }
    Ok(())
}

fn picture(unit: &AccessUnit) -> Bytes {
    let composition = (unit.dts + unit.composition).millis() - unit.dts.millis();
    flv::avc_frame(unit.random_access, i32::try_from(composition).unwrap_or_default(), &unit.data)
}

/// Does what the session wants; true once the server is ready.
async fn act(client: &mut Client, socket: &mut TcpStream) -> io::Result<bool> {
    let mut ready = false;
    while let Some(action) = client.next_action() {
        match action {
            ClientAction::Send(bytes) => socket.write_all(&bytes).await?,
            ClientAction::Ready => ready = true,
            ClientAction::Refused(reason) => return Err(io::Error::other(reason)),
            ClientAction::Close => return Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }
    Ok(ready)
}
