//! The one seam to the outside: clock, randomness, spawning, files and sockets.
//!
//! `weir-runtime` is the real side (tokio, `std::fs`, OS clock), [`crate::sim`] the simulated one. Rooms that must be
//! simulated (core, client, engine, broker) reach outside through a [`Seam`] and nothing else; clippy bans the rest.

mod files;
mod net;

pub use files::{BLOCK_BYTES, Block, DirEntry, File, FileLock, FileRange, Files, OpenMode};
pub use net::{Connection, Listener, Network, poll_send_copied, read_some, write_all};

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// A boxed future that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Time.
pub trait Clock: Send + Sync {
    /// Wall clock in milliseconds since the epoch; it may jump.
    fn wall_ms(&self) -> i64;
    /// Time since some fixed point; it never goes back.
    fn monotonic(&self) -> Duration;
    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// Randomness.
pub trait Random: Send + Sync {
    /// 64 random bits.
    fn next_u64(&self) -> u64;
}

/// A running task; dropping the handle lets it run on.
pub trait Task: Send + Sync {
    /// Stops the task at its next await.
    fn abort(&self);
}

/// Starting work.
pub trait Spawn: Send + Sync {
    /// Runs a future in the background.
    fn spawn(&self, name: &'static str, future: BoxFuture<'static, ()>) -> Box<dyn Task>;
    /// Runs a blocking call (a file sync) where it does not hold up others; completes when it has returned.
    fn blocking(&self, name: &'static str, work: Box<dyn FnOnce() + Send>) -> BoxFuture<'static, ()>;
    /// Whether a task may itself make a call that takes about a millisecond when nobody else has anything to do: two
    /// wake-ups on other threads cost more than a short sync does.
    fn may_block_briefly(&self) -> bool {
        false
    }
}

/// All five, handed through the house.
#[derive(Clone)]
pub struct Seam {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Tasks.
    pub spawn: Arc<dyn Spawn>,
    /// Files.
    pub files: Arc<dyn Files>,
    /// Sockets.
    pub net: Arc<dyn Network>,
}

impl std::fmt::Debug for Seam {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seam")
    }
}

impl Seam {
    /// Runs a future in the background.
    pub fn spawn(&self, name: &'static str, future: impl Future<Output = ()> + Send + 'static) -> Box<dyn Task> {
        self.spawn.spawn(name, Box::pin(future))
    }

    /// Wall clock in milliseconds since the epoch.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.clock.wall_ms()
    }

    /// Completes after `duration`.
    pub async fn sleep(&self, duration: Duration) {
        self.clock.sleep(duration).await;
    }

    /// `future`, or `None` when `duration` passes first.
    pub async fn timeout<T>(&self, duration: Duration, future: impl Future<Output = T>) -> Option<T> {
        let mut sleep = self.clock.sleep(duration);
        let mut future = std::pin::pin!(future);
        std::future::poll_fn(move |cx| {
            if let Poll::Ready(value) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(value));
            }
            sleep.as_mut().poll(cx).map(|()| None)
        })
        .await
    }

    /// A random version 4 UUID.
    #[must_use]
    pub fn random_uuid(&self) -> uuid::Uuid {
        let (hi, lo) = (u128::from(self.random.next_u64()), u128::from(self.random.next_u64()));
        uuid::Builder::from_random_bytes((hi << 64 | lo).to_be_bytes()).into_uuid()
    }
}
