//! A network that breaks: connections end after a while, sometimes after the request went out and before its answer came.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::BytesMut;
use weir_core::Seam;
use weir_core::seam::{BoxFuture, Connection, Listener, Network};

/// The real seam with a network whose connections break after a few reads. `breaks` counts them.
pub fn seam(breaks: Arc<AtomicU64>) -> Seam {
    let real = weir_runtime::real();
    let net = FlakyNet {
        inner: real.net.clone(),
        breaks,
        seed: AtomicU64::new(1),
    };
    Seam {
        net: Arc::new(net),
        ..real
    }
}

struct FlakyNet {
    inner: Arc<dyn Network>,
    breaks: Arc<AtomicU64>,
    seed: AtomicU64,
}

impl Network for FlakyNet {
    fn listen(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Listener>>> {
        self.inner.listen(address)
    }

    fn connect(&self, address: String) -> BoxFuture<'_, io::Result<Arc<dyn Connection>>> {
        Box::pin(async move {
            let inner = self.inner.connect(address).await?;
            let seed = self
                .seed
                .fetch_add(1, Ordering::Relaxed)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            // The first read brings the answer to ApiVersions.
            let reads = 2 + i64::try_from(seed >> 61).unwrap();
            Ok(Arc::new(FlakyConnection {
                inner,
                reads: AtomicI64::new(reads),
                breaks: self.breaks.clone(),
            }) as Arc<dyn Connection>)
        })
    }
}

struct FlakyConnection {
    inner: Arc<dyn Connection>,
    reads: AtomicI64,
    breaks: Arc<AtomicU64>,
}

impl Connection for FlakyConnection {
    fn poll_read(&self, cx: &mut Context<'_>, buf: &mut BytesMut) -> Poll<io::Result<usize>> {
        let before = buf.len();
        let result = self.inner.poll_read(cx, buf);
        if matches!(result, Poll::Ready(Ok(_))) && self.reads.fetch_sub(1, Ordering::Relaxed) <= 0 {
            // The answer was on its way, and is lost.
            buf.truncate(before);
            self.breaks.fetch_add(1, Ordering::Relaxed);
            self.inner.close();
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        result
    }

    fn poll_write(&self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.inner.poll_write(cx, bufs)
    }

    fn peer_addr(&self) -> SocketAddr {
        self.inner.peer_addr()
    }

    fn local_addr(&self) -> SocketAddr {
        self.inner.local_addr()
    }

    fn close(&self) {
        self.inner.close();
    }
}
