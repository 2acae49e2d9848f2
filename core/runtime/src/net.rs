//! Sockets on tokio.

use bytes::BytesMut;
use rustix::net::sockopt::set_tcp_congestion;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::Interest;
use tokio::net::{TcpListener, TcpStream};
use weir_core::seam::{BoxFuture, Connection, FileRange, Listener, Network, poll_send_copied};

pub(crate) struct RealNet;

/// Spare capacity a read asks for at least.
const READ_BYTES_MIN: usize = 4 * 1024;

struct RealConnection {
    stream: TcpStream,
    peer: SocketAddr,
    local: SocketAddr,
}

impl RealConnection {
    fn new(stream: TcpStream) -> io::Result<Self> {
        // Requests and replies are written whole; waiting to fill a segment only adds latency.
        stream.set_nodelay(true)?;
        let peer = stream.peer_addr()?;
        if peer.ip().is_loopback() {
            // Within a machine there is no congestion: a control that paces (BBR) sets a timer for nearly every segment, which
            // is most of what a send costs. Reno is always there and sets none; where it is refused, all goes on as it is.
            let _ = set_tcp_congestion(&stream, "reno");
        }
        Ok(Self {
            peer,
            local: stream.local_addr()?,
            stream,
        })
    }
}

impl Connection for RealConnection {
    fn poll_read(&self, cx: &mut Context<'_>, buf: &mut BytesMut) -> Poll<io::Result<usize>> {
        if buf.capacity() == buf.len() {
            buf.reserve(READ_BYTES_MIN);
        }
        loop {
            // The read comes first: under load there is data, and readiness costs a call of its own. A read that did not
            // fill its room has emptied the socket: said to tokio as "would block", it saves the call that finds nothing.
            let room = buf.capacity() - buf.len();
            let mut short = None;
            let tried = self
                .stream
                .try_io(Interest::READABLE, || match self.stream.try_read_buf(buf) {
                    Ok(n) if n > 0 && n < room => {
                        short = Some(n);
                        Err(io::ErrorKind::WouldBlock.into())
                    }
                    done => done,
                });
            match (tried, short) {
                (_, Some(n)) => return Poll::Ready(Ok(n)),
                (Err(e), None) if e.kind() == io::ErrorKind::WouldBlock => ready!(self.stream.poll_read_ready(cx))?,
                (done, None) => return Poll::Ready(done),
            }
        }
    }

    fn poll_write(&self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        loop {
            // One buffer goes by the cheaper call.
            let tried = match bufs {
                [one] => self.stream.try_write(one),
                several => self.stream.try_write_vectored(several),
            };
            match tried {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => ready!(self.stream.poll_write_ready(cx))?,
                done => return Poll::Ready(done),
            }
        }
    }

    fn poll_send(&self, cx: &mut Context<'_>, range: &FileRange) -> Poll<io::Result<usize>> {
        let Some(file) = range.file.descriptor() else {
            return poll_send_copied(self, cx, range);
        };
        loop {
            let mut at = range.at;
            let sent = self.stream.try_io(Interest::WRITABLE, || {
                Ok(rustix::fs::sendfile(&self.stream, file, Some(&mut at), range.len)?)
            });
            match sent {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => ready!(self.stream.poll_write_ready(cx))?,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) if range.len > 0 => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                done => return Poll::Ready(done),
            }
        }
    }

    fn peer_addr(&self) -> SocketAddr {
        self.peer
    }

    fn local_addr(&self) -> SocketAddr {
        self.local
    }

    fn close(&self) {
        // Already closed by the peer is closed.
        let _ = rustix::net::shutdown(&self.stream, rustix::net::Shutdown::Both);
    }
}

struct RealListener {
    listener: TcpListener,
    addr: SocketAddr,
}

impl Listener for RealListener {
    fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    fn accept(&self) -> BoxFuture<'_, io::Result<Arc<dyn Connection>>> {
        Box::pin(async move {
            let (stream, _) = self.listener.accept().await?;
            Ok(Arc::new(RealConnection::new(stream)?) as Arc<dyn Connection>)
        })
    }
}

impl Network for RealNet {
    fn listen(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Listener>>> {
        Box::pin(async move {
            let listener = TcpListener::bind(address).await?;
            let addr = listener.local_addr()?;
            Ok(Box::new(RealListener { listener, addr }) as Box<dyn Listener>)
        })
    }

    fn connect(&self, address: String) -> BoxFuture<'_, io::Result<Arc<dyn Connection>>> {
        Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            Ok(Arc::new(RealConnection::new(stream)?) as Arc<dyn Connection>)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::net::sockopt::tcp_congestion;

    #[test]
    fn nothing_is_paced_within_the_machine() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let near = RealConnection::new(near).unwrap();
            let far = RealConnection::new(listener.accept().await.unwrap().0).unwrap();
            for end in [near, far] {
                assert!(tcp_congestion(&end.stream).unwrap().starts_with("reno"));
            }
        });
    }
}
