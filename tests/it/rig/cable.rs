//! The cable between a viewer and the box, which can be pulled.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Enough for the first line of a request.
const HEAD: usize = 4_096;

pub struct Cable {
    /// What the viewer takes for the box.
    pub address: SocketAddr,
    ends: Arc<Mutex<Ends>>,
}

#[derive(Default)]
struct Ends {
    pulled: bool,
    gone: bool,
    connections: Vec<Connection>,
}

struct Connection {
    /// The first request line.
    request: String,
    sockets: [TcpStream; 2],
}

impl Connection {
    fn cut(&self) {
        for socket in &self.sockets {
            // The other side may have closed it.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

impl Cable {
    pub fn to(venuebox: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ends = Arc::new(Mutex::new(Ends::default()));
        let accepting = Arc::clone(&ends);
        thread::spawn(move || {
            for viewer in listener.incoming() {
                let state = lock(&accepting);
                if state.gone {
                    return;
                }
                // While it is pulled a connection ends where it began.
                if let (Ok(viewer), false) = (viewer, state.pulled) {
                    let ends = Arc::clone(&accepting);
                    thread::spawn(move || join(viewer, venuebox, &ends));
                }
            }
        });
        Cable { address, ends }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// All that runs over it breaks off, and nothing new comes through.
    pub fn pull(&self) {
        let mut ends = lock(&self.ends);
        ends.pulled = true;
        ends.connections.drain(..).for_each(|connection| connection.cut());
    }

    pub fn plug(&self) {
        lock(&self.ends).pulled = false;
    }

    /// Breaks the connections that began with a request for `path`; says how many.
    pub fn break_off(&self, path: &str) -> usize {
        let ends = lock(&self.ends);
        let asked = format!("GET {path} ");
        let meant = ends.connections.iter().filter(|connection| connection.request.starts_with(&asked));
        meant.map(Connection::cut).count()
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        lock(&self.ends).gone = true;
        self.pull();
        // The listening thread looks up.
        let _ = TcpStream::connect(self.address);
    }
}

fn join(mut viewer: TcpStream, venuebox: SocketAddr, ends: &Mutex<Ends>) -> Option<()> {
    let mut head = vec![0; HEAD];
    let length = viewer.read(&mut head).ok()?;
    head.truncate(length);
    let mut to_box = TcpStream::connect(venuebox).ok()?;
    to_box.write_all(&head).ok()?;
    let request = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
    let sockets = [viewer.try_clone().ok()?, to_box.try_clone().ok()?];
    lock(ends).connections.push(Connection { request, sockets });
    let (mut from_box, mut to_viewer) = (to_box.try_clone().ok()?, viewer.try_clone().ok()?);
    thread::spawn(move || {
        let _ = std::io::copy(&mut from_box, &mut to_viewer);
        let _ = to_viewer.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut viewer, &mut to_box);
    let _ = to_box.shutdown(Shutdown::Write);
    Some(())
}

fn lock(ends: &Mutex<Ends>) -> MutexGuard<'_, Ends> {
    ends.lock().unwrap_or_else(PoisonError::into_inner)
}
