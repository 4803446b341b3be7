//! What carries a connection: a stream of bytes in each direction. TCP here, data channels in `webrtc`.

use std::collections::VecDeque;
use std::future::Future;
use std::io::{self, IoSlice};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Slices that are handed to the system at once: a segment's parts lie apart from each other.
const SLICES: usize = 64;

/// The most that is read at once. What it may make us answer is bounded by it.
const READ: usize = 16 << 10;

/// A connection's two directions.
pub trait Transport: Send {
    /// Appends what has arrived; 0: the other side is done. Cancel-safe.
    fn read(&mut self, buffer: &mut BytesMut) -> impl Future<Output = io::Result<usize>> + Send;

    /// Sends all of it; waits while the other side does not read.
    fn write(&mut self, chunks: VecDeque<Bytes>) -> impl Future<Output = io::Result<()>> + Send;

    /// Says that nothing more comes.
    fn close(&mut self) -> impl Future<Output = ()> + Send;
}

impl Transport for TcpStream {
    async fn read(&mut self, buffer: &mut BytesMut) -> io::Result<usize> {
        buffer.reserve(READ);
        AsyncReadExt::read_buf(self, &mut bytes::BufMut::limit(buffer, READ)).await
    }

    async fn write(&mut self, mut chunks: VecDeque<Bytes>) -> io::Result<()> {
        while !chunks.is_empty() {
            let slices: Vec<IoSlice<'_>> =
                chunks.iter().take(SLICES).map(|chunk| IoSlice::new(chunk)).collect();
            let mut written = self.write_vectored(&slices).await?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            while let Some(first) = chunks.front_mut() {
                if written < first.len() {
                    first.advance(written);
                    break;
                }
                written -= first.len();
                chunks.pop_front();
            }
        }
        Ok(())
    }

    async fn close(&mut self) {
        // The other side may be gone already.
        let _ = self.shutdown().await;
    }
}
