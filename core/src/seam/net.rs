//! Sockets: byte streams with shared ends, so that one task reads while another writes.

use super::{BoxFuture, FileRange};
use bytes::{Buf, Bytes, BytesMut};
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Bytes that are read at a time to be sent, where the system cannot do without.
const SEND_BYTES: usize = 64 * 1024;

/// One end of a connection. At most one task reads and one task writes at a time.
pub trait Connection: Send + Sync {
    /// Reads some bytes into the spare capacity of `buf` (which is grown when there is none); 0 is the end.
    fn poll_read(&self, cx: &mut Context<'_>, buf: &mut BytesMut) -> Poll<io::Result<usize>>;
    /// Writes some bytes.
    fn poll_write(&self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>>;
    /// Writes some bytes of a file, in the system without a copy through here where it can. A file that ends too soon
    /// is an error: its bytes were promised.
    fn poll_send(&self, cx: &mut Context<'_>, range: &FileRange) -> Poll<io::Result<usize>> {
        poll_send_copied(self, cx, range)
    }
    /// The other end's address.
    fn peer_addr(&self) -> SocketAddr;
    /// This end's address.
    fn local_addr(&self) -> SocketAddr;
    /// Closes both directions; what waits to read or write wakes up.
    fn close(&self);
}

/// [`Connection::poll_send`] by reading and writing.
pub fn poll_send_copied<C: Connection + ?Sized>(
    connection: &C,
    cx: &mut Context<'_>,
    range: &FileRange,
) -> Poll<io::Result<usize>> {
    let mut buf = vec![0; range.len.min(SEND_BYTES)];
    range.file.read_exact_at(&mut buf, range.at)?;
    connection.poll_write(cx, &[IoSlice::new(&buf)])
}

/// Accepts connections.
pub trait Listener: Send + Sync {
    /// Where it listens; the port is the real one even when 0 was asked for.
    fn local_addr(&self) -> SocketAddr;
    /// The next connection.
    fn accept(&self) -> BoxFuture<'_, io::Result<Arc<dyn Connection>>>;
}

/// The network.
pub trait Network: Send + Sync {
    /// Listens on `address`.
    fn listen(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Listener>>>;
    /// Connects to `host:port`.
    fn connect(&self, address: String) -> BoxFuture<'_, io::Result<Arc<dyn Connection>>>;
}

/// Reads some bytes; 0 is the end.
pub async fn read_some(connection: &dyn Connection, buf: &mut BytesMut) -> io::Result<usize> {
    std::future::poll_fn(|cx| connection.poll_read(cx, buf)).await
}

/// Buffers that one gathering write may carry.
const WRITE_BUFFERS_MAX: usize = 64;

/// Writes all chunks with as few gathering writes as the socket allows.
pub async fn write_all(connection: &dyn Connection, chunks: &mut VecDeque<Bytes>) -> io::Result<()> {
    while !chunks.is_empty() {
        let mut n = {
            let slices: Vec<IoSlice<'_>> = chunks.iter().take(WRITE_BUFFERS_MAX).map(|c| IoSlice::new(c)).collect();
            std::future::poll_fn(|cx| connection.poll_write(cx, &slices)).await?
        };
        if n == 0 && chunks.iter().any(|c| !c.is_empty()) {
            return Err(io::ErrorKind::WriteZero.into());
        }
        while let Some(front) = chunks.front_mut() {
            if front.len() <= n {
                n -= front.len();
                chunks.pop_front();
            } else {
                front.advance(n);
                break;
            }
        }
    }
    Ok(())
}
