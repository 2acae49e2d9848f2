//! The simulated side of the seam: one thread, a virtual clock, a seeded choice of what runs next, a network of
//! in-memory pipes with latency, and disks that lose what was not synced when their host crashes.
//!
//! The same seed gives a byte-identical [`Sim::trace`]; a test runs each scenario twice and compares.

mod executor;
mod files;
mod net;
mod rng;

use crate::seam::{BoxFuture, Clock, Random, Seam, Spawn, Task};
use executor::Executor;
use files::SimFiles;
use net::SimNet;
use parking_lot::Mutex;
use rng::SplitMix;
use std::collections::BTreeMap;
use std::env;
use std::future::Future;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// What a whole simulation shares.
struct World {
    executor: Executor,
    rng: Mutex<SplitMix>,
    trace: Mutex<Vec<String>>,
    net: net::NetState,
}

impl World {
    fn draw(&self) -> u64 {
        self.rng.lock().next_u64()
    }

    fn note(&self, line: String) {
        let now = self.executor.now();
        self.trace.lock().push(format!("{:>12} {line}", now.as_micros()));
    }
}

/// A simulation.
pub struct Sim {
    world: Arc<World>,
    disks: BTreeMap<String, Arc<SimFiles>>,
}

impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sim")
    }
}

/// The wall clock of a simulation starts here: 2026-01-01T00:00:00Z.
const WALL_START_MS: i64 = 1_767_225_600_000;

/// The seeds that a test takes: `first`, and with `WEIR_SEEDS=N` in the environment N times as many, all different.
///
/// # Panics
/// When `WEIR_SEEDS` is not a number: a soak that does not soak must not pass.
pub fn seeds(first: Range<u64>) -> impl Iterator<Item = u64> {
    let times = env::var("WEIR_SEEDS").map_or(1, |n| n.parse().expect("WEIR_SEEDS is a number"));
    (0..times).flat_map(move |n| (first.start + n * SEEDS_APART)..(first.end + n * SEEDS_APART))
}

/// More than any test takes by itself.
const SEEDS_APART: u64 = 1_000_000;

impl Sim {
    /// A world where everything follows from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let world = World {
            executor: Executor::new(),
            rng: Mutex::new(SplitMix::new(seed)),
            trace: Mutex::new(Vec::new()),
            net: net::NetState::default(),
        };
        Self {
            world: Arc::new(world),
            disks: BTreeMap::new(),
        }
    }

    /// The seam of a host; its disk is kept from one call to the next, as a machine's is from one process to the next.
    pub fn host(&mut self, name: &str) -> Seam {
        let disk = self
            .disks
            .entry(name.to_owned())
            .or_insert_with(|| Arc::new(SimFiles::new(self.world.clone(), name)));
        let side = Arc::new(HostSide {
            world: self.world.clone(),
            host: name.to_owned(),
        });
        Seam {
            clock: side.clone(),
            random: side.clone(),
            spawn: side,
            files: disk.clone(),
            net: Arc::new(SimNet::new(self.world.clone(), name)),
        }
    }

    /// Power loss of one host: its tasks stop where they are, its connections break, and its disk keeps what was
    /// synced plus a random part of what was not.
    pub fn crash(&mut self, name: &str) {
        self.kill(name);
        if let Some(disk) = self.disks.get(name) {
            disk.crash();
        }
    }

    /// The process on a host ends: its tasks stop where they are and its connections break, its disk keeps what was written.
    pub fn kill(&mut self, name: &str) {
        self.world.note(format!("{name} killed"));
        self.world.executor.kill(name);
        self.world.net.sever(name);
    }

    /// Fails every later sync of this host's disk, or heals it.
    pub fn fail_syncs(&mut self, name: &str, failing: bool) {
        if let Some(disk) = self.disks.get(name) {
            disk.fail_syncs(failing);
        }
    }

    /// Lets this host's disk hold at most so many bytes; a write past it fails as a full disk does.
    pub fn limit_disk(&mut self, name: &str, bytes: Option<u64>) {
        if let Some(disk) = self.disks.get(name) {
            disk.limit(bytes);
        }
    }

    /// Bytes that this host's disk holds, reserved ones too.
    #[must_use]
    pub fn disk_bytes(&self, name: &str) -> u64 {
        self.disks.get(name).map_or(0, |disk| disk.bytes())
    }

    /// Runs `future` as a task of `host` and everything else with it, until it completes. `None` when virtual time
    /// passes `limit` first, or nothing can ever wake up again.
    pub fn run<T: Send + 'static>(
        &mut self,
        host: &str,
        limit: Duration,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let out = Arc::new(Mutex::new(None));
        let slot = out.clone();
        self.world.executor.spawn(
            host,
            "main",
            Box::pin(async move {
                let value = future.await;
                *slot.lock() = Some(value);
            }),
        );
        let end = self.world.executor.now() + limit;
        while out.lock().is_none() {
            let draw = self.world.draw();
            if !self.world.executor.step(draw, end) {
                break;
            }
        }
        let mut out = out.lock();
        out.take()
    }

    /// A line of the scenario's own in the trace.
    pub fn note(&self, line: impl Into<String>) {
        self.world.note(line.into());
    }

    /// Everything that happened, in order, with virtual times in microseconds.
    #[must_use]
    pub fn trace(&self) -> String {
        self.world.trace.lock().join("\n")
    }
}

/// Clock, randomness and spawning of one host.
struct HostSide {
    world: Arc<World>,
    host: String,
}

impl Clock for HostSide {
    fn wall_ms(&self) -> i64 {
        WALL_START_MS + i64::try_from(self.world.executor.now().as_millis()).unwrap_or(i64::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.world.executor.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(self.world.executor.sleep(duration))
    }
}

impl Random for HostSide {
    fn next_u64(&self) -> u64 {
        self.world.draw()
    }
}

impl Spawn for HostSide {
    fn spawn(&self, name: &'static str, future: BoxFuture<'static, ()>) -> Box<dyn Task> {
        Box::new(self.world.executor.spawn(&self.host, name, future))
    }

    fn blocking(&self, _name: &'static str, work: Box<dyn FnOnce() + Send>) -> BoxFuture<'static, ()> {
        // A blocking call takes 0 to 5 ms, so that others get between.
        let pause = Duration::from_micros(self.world.draw() % 5_000);
        let sleep = self.world.executor.sleep(pause);
        Box::pin(async move {
            sleep.await;
            work();
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seam::{OpenMode, read_some, write_all};
    use bytes::{Bytes, BytesMut};
    use std::path::Path;

    fn scenario(seed: u64) -> (Vec<u8>, String) {
        let mut sim = Sim::new(seed);
        let server = sim.host("server");
        let client = sim.host("client");
        let addr = "127.0.0.1:9".parse().unwrap();
        let s = server.clone();
        server.spawn("accept", async move {
            let listener = s.net.listen(addr).await.unwrap();
            loop {
                let conn = listener.accept().await.unwrap();
                let file = s.files.open(Path::new("/d/f"), OpenMode::Create).unwrap();
                let mut buf = BytesMut::new();
                while read_some(&*conn, &mut buf).await.unwrap_or(0) > 0 {
                    let at = file.len().unwrap();
                    file.write_all_at(&buf, at).unwrap();
                    file.sync_data().unwrap();
                    write_all(&*conn, &mut [buf.split().freeze()].into()).await.unwrap();
                }
            }
        });
        let c = client.clone();
        sim.run("client", Duration::from_secs(10), async move {
            c.sleep(Duration::from_millis(5)).await;
            let conn = c.net.connect("127.0.0.1:9".into()).await.unwrap();
            for i in 0..5_u8 {
                write_all(&*conn, &mut [Bytes::from(vec![i; 100])].into())
                    .await
                    .unwrap();
                let mut echo = BytesMut::new();
                while echo.len() < 100 {
                    assert!(read_some(&*conn, &mut echo).await.unwrap() > 0);
                }
            }
        })
        .unwrap();
        sim.crash("server");
        let again = sim.host("server");
        (again.files.read(Path::new("/d/f")).unwrap(), sim.trace())
    }

    #[test]
    fn same_seed_same_trace_and_synced_bytes_survive() {
        for seed in 0..20 {
            let (bytes, trace) = scenario(seed);
            assert_eq!(bytes.len(), 500);
            assert_eq!(scenario(seed).1, trace);
        }
        assert_ne!(scenario(1).1, scenario(2).1);
    }

    #[test]
    fn unsynced_bytes_may_be_lost_and_sometimes_are() {
        let mut lost = 0;
        for seed in 0..50 {
            let mut sim = Sim::new(seed);
            let host = sim.host("h");
            let file = host.files.open(Path::new("/d/f"), OpenMode::Create).unwrap();
            file.write_all_at(&[1; 1000], 0).unwrap();
            file.sync_data().unwrap();
            file.write_all_at(&[2; 1000], 1000).unwrap();
            sim.crash("h");
            let left = sim.host("h").files.read(Path::new("/d/f")).unwrap();
            assert!(left.len() >= 1000 && left[..1000] == [1; 1000]);
            lost += usize::from(left != [[1_u8; 1000], [2; 1000]].concat());
        }
        assert!(lost > 10, "the simulated disk must really lose what was not synced");
    }
}
