//! A seam that counts: calls to the system, tasks started, polls of tasks. Otherwise the real one.

use bytes::BytesMut;
use std::future::Future;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use weir_core::Seam;
use weir_core::seam::{
    Block, BoxFuture, Connection, DirEntry, File, FileLock, FileRange, Files, Listener, Network, OpenMode, Spawn, Task,
};

/// What was counted.
#[derive(Debug, Default)]
pub struct Counts {
    pub file_writes: AtomicU64,
    pub file_reads: AtomicU64,
    pub file_other: AtomicU64,
    pub socket_reads: AtomicU64,
    pub socket_writes: AtomicU64,
    pub socket_sends: AtomicU64,
    pub spawned: AtomicU64,
    pub polls: AtomicU64,
    /// Makes every file read or write, and every socket read, cost one allocation, one call and one poll more: what counts must see it.
    pub wasteful: AtomicBool,
}

/// A reading of all counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub file_writes: u64,
    pub file_reads: u64,
    pub file_other: u64,
    pub socket_reads: u64,
    pub socket_writes: u64,
    pub socket_sends: u64,
    pub spawned: u64,
    pub polls: u64,
}

impl Counts {
    pub fn read(&self) -> Reading {
        let of = |c: &AtomicU64| c.load(Ordering::SeqCst);
        Reading {
            file_writes: of(&self.file_writes),
            file_reads: of(&self.file_reads),
            file_other: of(&self.file_other),
            socket_reads: of(&self.socket_reads),
            socket_writes: of(&self.socket_writes),
            socket_sends: of(&self.socket_sends),
            spawned: of(&self.spawned),
            polls: of(&self.polls),
        }
    }

    fn wasteful(&self) -> bool {
        self.wasteful.load(Ordering::SeqCst)
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::SeqCst);
}

/// The real seam, counted.
pub fn metered(real: &Seam) -> (Seam, Arc<Counts>) {
    let counts = Arc::new(Counts::default());
    let seam = Seam {
        files: Arc::new(Metered(real.files.clone(), counts.clone())),
        net: Arc::new(Metered(real.net.clone(), counts.clone())),
        spawn: Arc::new(Metered(real.spawn.clone(), counts.clone())),
        ..real.clone()
    };
    (seam, counts)
}

struct Metered<T: ?Sized>(Arc<T>, Arc<Counts>);

impl File for Metered<dyn File> {
    fn len(&self) -> io::Result<u64> {
        count(&self.1.file_other);
        self.0.len()
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        if self.1.wasteful() {
            self.len()?;
            drop(std::hint::black_box(Box::new(at)));
        }
        count(&self.1.file_reads);
        self.0.read_at(buf, at)
    }

    fn write_all_at(&self, buf: &[u8], at: u64) -> io::Result<()> {
        count(&self.1.file_writes);
        self.0.write_all_at(buf, at)
    }

    fn write_all_vectored_at(&self, bufs: &[&[u8]], at: u64) -> io::Result<()> {
        if self.1.wasteful() {
            self.len()?;
            drop(std::hint::black_box(Box::new(at)));
        }
        count(&self.1.file_writes);
        self.0.write_all_vectored_at(bufs, at)
    }

    fn write_blocks_at(&self, blocks: &[Block], at: u64) -> io::Result<()> {
        count(&self.1.file_writes);
        self.0.write_blocks_at(blocks, at)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        count(&self.1.file_other);
        self.0.set_len(len)
    }

    fn allocate(&self, len: u64) -> io::Result<bool> {
        count(&self.1.file_other);
        self.0.allocate(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        count(&self.1.file_other);
        self.0.sync_data()
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.0.descriptor()
    }
}

impl Files for Metered<dyn Files> {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>> {
        Ok(Arc::new(Metered(self.0.open(path, mode)?, self.1.clone())))
    }

    fn exists(&self, path: &Path) -> bool {
        self.0.exists(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        self.0.list(dir)
    }

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        self.0.create_dir_all(dir)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.0.remove_file(path)
    }

    fn remove_dir_all(&self, dir: &Path) -> io::Result<()> {
        self.0.remove_dir_all(dir)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.0.sync_dir(dir)
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn FileLock>> {
        self.0.lock(path)
    }
}

struct MeteredConnection {
    inner: Arc<dyn Connection>,
    counts: Arc<Counts>,
    /// The next read is put off by one poll.
    lazy: AtomicBool,
}

impl Connection for MeteredConnection {
    fn poll_read(&self, cx: &mut Context<'_>, buf: &mut BytesMut) -> Poll<io::Result<usize>> {
        if self.counts.wasteful() && !self.lazy.fetch_xor(true, Ordering::SeqCst) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        // A read that finds nothing is a call, too.
        count(&self.counts.socket_reads);
        self.inner.poll_read(cx, buf)
    }

    fn poll_write(&self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        count(&self.counts.socket_writes);
        self.inner.poll_write(cx, bufs)
    }

    fn poll_send(&self, cx: &mut Context<'_>, range: &FileRange) -> Poll<io::Result<usize>> {
        count(&self.counts.socket_sends);
        self.inner.poll_send(cx, range)
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

struct MeteredListener(Box<dyn Listener>, Arc<Counts>);

impl Listener for MeteredListener {
    fn local_addr(&self) -> SocketAddr {
        self.0.local_addr()
    }

    fn accept(&self) -> BoxFuture<'_, io::Result<Arc<dyn Connection>>> {
        Box::pin(async move {
            let connection = MeteredConnection {
                inner: self.0.accept().await?,
                counts: self.1.clone(),
                lazy: AtomicBool::new(false),
            };
            Ok(Arc::new(connection) as Arc<dyn Connection>)
        })
    }
}

impl Network for Metered<dyn Network> {
    fn listen(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Listener>>> {
        Box::pin(async move {
            let listener = self.0.listen(address).await?;
            Ok(Box::new(MeteredListener(listener, self.1.clone())) as Box<dyn Listener>)
        })
    }

    fn connect(&self, address: String) -> BoxFuture<'_, io::Result<Arc<dyn Connection>>> {
        self.0.connect(address)
    }
}

/// A task whose polls are counted: each is a worker that had to come to it.
struct Polled(BoxFuture<'static, ()>, Arc<Counts>);

impl Future for Polled {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        count(&self.1.polls);
        self.0.as_mut().poll(cx)
    }
}

impl Spawn for Metered<dyn Spawn> {
    fn spawn(&self, name: &'static str, future: BoxFuture<'static, ()>) -> Box<dyn Task> {
        count(&self.1.spawned);
        self.0.spawn(name, Box::pin(Polled(future, self.1.clone())))
    }

    fn blocking(&self, name: &'static str, work: Box<dyn FnOnce() + Send>) -> BoxFuture<'static, ()> {
        count(&self.1.spawned);
        self.0.blocking(name, work)
    }

    fn may_block_briefly(&self) -> bool {
        self.0.may_block_briefly()
    }
}
