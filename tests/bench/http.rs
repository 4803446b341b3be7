//! A keep-alive HTTP/1.1 client that costs little: a thousand of them share one thread and one buffer.

use std::cell::RefCell;
use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;

use nix::sys::socket::MsgFlags;
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::{TcpSocket, TcpStream};

use super::body::Body;

/// What is read at once.
const BUFFER: usize = 128 << 10;

/// Room for what has arrived and was not read.
const RECEIVE: u32 = 2 << 20;

/// What is let go at once.
const DISCARD: usize = 1 << 20;

/// The longest head that is taken.
const MAX_HEAD: usize = 8 << 10;

thread_local! {
    static SHARED: RefCell<Vec<u8>> = RefCell::new(vec![0; BUFFER]);
    static NOWHERE: RefCell<Vec<MaybeUninit<u8>>> = RefCell::new(vec![MaybeUninit::uninit(); DISCARD]);
}

/// One connection.
pub struct Connection {
    socket: TcpStream,
    /// What a browser sends with each request.
    fields: String,
}

/// What came.
#[derive(Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub gzip: bool,
    /// Where it sends on to.
    pub location: Option<String>,
    /// Bytes of the body.
    pub length: u64,
}

impl Connection {
    pub async fn open(server: SocketAddr) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        // The loopback's segments are 64 KiB. A window that a few of them fill is not opened again before a probe,
        // 200 ms later; a network's segments are 45 times smaller.
        socket.set_recv_buffer_size(RECEIVE)?;
        let socket = socket.connect(server).await?;
        socket.set_nodelay(true)?;
        let fields = format!(
            " HTTP/1.1\r\nHost: {server}\r\nConnection: keep-alive\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) \
             AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36\r\nAccept: */*\r\n\
             Origin: http://{server}\r\nReferer: http://{server}/\r\nAccept-Encoding: gzip, deflate\r\n\
             Accept-Language: en-GB,en;q=0.9\r\n\r\n"
        );
        Ok(Connection { socket, fields })
    }

    /// Asks and reads the whole answer. The body goes to `keep`, or nowhere.
    pub async fn get(&mut self, path: &str, mut keep: Option<&mut Vec<u8>>) -> io::Result<Answer> {
        let request = format!("GET {path}{}", self.fields);
        self.send(request.as_bytes()).await?;
        let mut head = Vec::new();
        let mut reading: Option<(Answer, Body)> = None;
        loop {
            self.socket.readable().await?;
            if keep.is_none()
                && let Some((answer, body)) = &mut reading
                && let Some(left) = body.left()
            {
                let count = self.discard(left)?;
                answer.length += count;
                body.pass(count);
                if body.is_over() {
                    return Ok(std::mem::take(answer));
                }
                continue;
            }
            let over = SHARED.with_borrow_mut(|buffer| -> io::Result<bool> {
                let count = match self.socket.try_read(buffer) {
                    Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                    Ok(count) => count,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                    Err(error) => return Err(error),
                };
                let mut bytes = &buffer[..count];
                if reading.is_none() {
                    let before = head.len();
                    head.extend_from_slice(&bytes[..bytes.len().min(MAX_HEAD)]);
                    let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") else {
                        return if head.len() < MAX_HEAD { Ok(false) } else { Err(malformed()) };
                    };
                    bytes = &bytes[end + 4 - before..];
                    reading = Some(read_head(&head[..end])?);
                }
                let Some((answer, body)) = &mut reading else { return Ok(false) };
                answer.length += body.take(bytes, keep.as_deref_mut())?;
                Ok(body.is_over())
            })?;
            if over && let Some((answer, _)) = reading {
                return Ok(answer);
            }
        }
    }

    /// Lets media go where it is: the kernel does not even copy it (tcp(7), MSG_TRUNC), as a network card would
    /// cost this machine nothing either.
    fn discard(&self, left: u64) -> io::Result<u64> {
        NOWHERE.with_borrow_mut(|buffer| {
            let length = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let flags = MsgFlags::MSG_TRUNC.bits();
            let receive = || SockRef::from(&self.socket).recv_with_flags(&mut buffer[..length], flags);
            match self.socket.try_io(Interest::READABLE, receive) {
                Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => Ok(u64::try_from(count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
                Err(error) => Err(error),
            }
        })
    }

    async fn send(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.socket.writable().await?;
            match self.socket.try_write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn read_head(head: &[u8]) -> io::Result<(Answer, Body)> {
    let text = std::str::from_utf8(head).map_err(|_| malformed())?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).ok_or_else(malformed)?;
    let mut answer = Answer { status, ..Answer::default() };
    let mut body = Body::sized(0);
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            body = Body::sized(value.parse().map_err(|_| malformed())?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            body = Body::chunked();
        } else if name.eq_ignore_ascii_case("content-encoding") {
            answer.gzip = value == "gzip";
        } else if name.eq_ignore_ascii_case("location") {
            answer.location = Some(value.to_owned());
        }
    }
    Ok((answer, body))
}

/// What is no HTTP.
pub fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not an HTTP response")
}
