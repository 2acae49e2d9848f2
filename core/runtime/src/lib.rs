//! `weir-runtime`: the real side of the seam.
//!
//! Rooms: [`files`] (`std::fs`), [`net`] (tokio sockets), [`threads`] (a runtime for one part of a process), and [`real`],
//! which hands out a [`Seam`] on the current tokio runtime. It must never know what is above it: records, brokers, clients.

mod files;
mod net;
mod threads;

pub use threads::Threads;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use weir_core::Seam;
use weir_core::seam::{BoxFuture, Clock, Random, Spawn, Task};

/// The real seam; call it inside a tokio runtime.
#[must_use]
pub fn real() -> Seam {
    let side = Arc::new(RealSide {
        start: Instant::now(),
        handle: tokio::runtime::Handle::current(),
    });
    Seam {
        clock: side.clone(),
        random: side.clone(),
        spawn: side,
        files: Arc::new(files::RealFiles),
        net: Arc::new(net::RealNet),
    }
}

/// Lets this process have as many open files as it may: the usual soft limit of 1024 is a thousand connections. Returns
/// how many that is.
pub fn raise_open_files() -> Option<u64> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let soft = limit.current;
    limit.current = limit.maximum;
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files stays as it is");
            soft
        }
    }
}

struct RealSide {
    start: Instant,
    handle: tokio::runtime::Handle,
}

impl Clock for RealSide {
    fn wall_ms(&self) -> i64 {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

impl Random for RealSide {
    fn next_u64(&self) -> u64 {
        // The operating system's generator does not fail once the machine is up; an id from the clock beats a panic.
        getrandom::u64().unwrap_or_else(|_| self.start.elapsed().as_nanos() as u64)
    }
}

struct RealTask(tokio::task::AbortHandle);

impl Task for RealTask {
    fn abort(&self) {
        self.0.abort();
    }
}

impl Spawn for RealSide {
    fn spawn(&self, _name: &'static str, future: BoxFuture<'static, ()>) -> Box<dyn Task> {
        Box::new(RealTask(self.handle.spawn(future).abort_handle()))
    }

    fn may_block_briefly(&self) -> bool {
        true
    }

    fn blocking(&self, name: &'static str, work: Box<dyn FnOnce() + Send>) -> BoxFuture<'static, ()> {
        let task = self.handle.spawn_blocking(work);
        Box::pin(async move {
            if task.await.is_err() {
                tracing::error!(name, "a blocking call panicked");
            }
        })
    }
}
