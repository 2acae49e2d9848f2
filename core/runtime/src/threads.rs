//! Threads for one part of a process: what else runs there cannot hold it up, and few of them cost less than many, which
//! wake one another for every little thing.

use std::future::Future;
use std::io;
use std::num::NonZero;
use std::thread::available_parallelism;
use tokio::runtime::{Builder, Runtime};

/// A runtime that a part has to itself. Dropped, it ends without waiting.
#[derive(Debug)]
pub struct Threads(Option<Runtime>);

impl Threads {
    /// Starts at most a thread for each core; half as many unless said otherwise.
    pub fn start(name: &str, count: Option<usize>) -> io::Result<Self> {
        let cores = available_parallelism().map_or(1, NonZero::get);
        let runtime = Builder::new_multi_thread()
            .worker_threads(count.unwrap_or(cores / 2).clamp(1, cores))
            .thread_name(name)
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    /// Runs `work` there.
    pub async fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> io::Result<T> {
        match &self.0 {
            Some(runtime) => runtime.spawn(work).await.map_err(io::Error::other),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
