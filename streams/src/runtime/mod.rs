//! The thin shell round the tasks: one consumer in the group of the application's id, one producer, internal topics,
//! restore, commits. At-least-once: offsets are committed after what was made of the records is acknowledged.
//!
//! Rooms: `topics` (inputs checked, internal topics made), `worker` (the loop), `restore` (stores from changelogs),
//! `metadata` (what a commit says besides the offset), `config`, `error`.
//!
//! All instances of an application subscribe to all its source topics with the range assignor, so that equal partition
//! numbers of a sub-topology's topics come together. What Kafka Streams' own assignor does beyond that (sticky tasks,
//! standbys, one group with Java instances at the same time) is deliberately absent so far.

mod config;
mod error;
mod metadata;
mod restore;
mod topics;
mod worker;

pub use config::StreamsConfig;
pub use error::StreamsError;

use crate::topology::Topology;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::oneshot;
use weir_client::admin::Admin;
use weir_client::config::{AdminConfig, ConsumerConfig, ProducerConfig};
use weir_client::consumer::Consumer;
use weir_client::producer::Producer;
use weir_core::Seam;
use worker::Worker;

/// A running application.
///
/// Dropping it stops it without a commit, as a crash would: [`Streams::close`] is the way to end.
#[derive(Debug)]
pub struct Streams {
    shared: Arc<Shared>,
    done: Option<oneshot::Receiver<Result<(), StreamsError>>>,
}

#[derive(Debug, Default)]
struct Shared {
    stop: AtomicBool,
    abandon: AtomicBool,
    processed: AtomicU64,
    dropped: AtomicU64,
}

impl Streams {
    /// Runs an application on the real clock and network until it fails: all that a program of its own needs.
    ///
    /// # Errors
    /// See [`Streams::start`]; and what ended it.
    pub async fn run(config: StreamsConfig, topology: Topology) -> Result<(), StreamsError> {
        Self::start(weir_runtime::real(), config, topology).await?.wait().await
    }

    /// Makes internal topics and begins to process, in the background.
    ///
    /// # Errors
    /// Settings, missing or unfit topics, no answer from the cluster. What fails later ends the application:
    /// [`Streams::has_stopped`] tells that, [`Streams::close`] why.
    pub async fn start(seam: Seam, config: StreamsConfig, topology: Topology) -> Result<Self, StreamsError> {
        let bootstrap = config.bootstrap_servers.as_str();
        let admin = Admin::new(seam.clone(), AdminConfig::new(bootstrap)?);
        let mut consumer = Consumer::new(
            seam.clone(),
            ConsumerConfig::from_map(with(
                &config.consumer,
                &[("auto.offset.reset", "earliest"), ("max.poll.records", "1000")],
                &[
                    ("bootstrap.servers", bootstrap),
                    ("group.id", &config.application_id),
                    ("partition.assignment.strategy", "range"),
                    ("enable.auto.commit", "false"),
                    ("allow.auto.create.topics", "false"),
                ],
            ))?,
        )?;
        let producer = ProducerConfig::from_map(with(
            &config.producer,
            &[("linger.ms", "100")],
            &[("bootstrap.servers", bootstrap)],
        ))?;
        let partitions = topics::prepare(&admin, &config, &topology).await?;
        let producer = Producer::new(seam.clone(), producer);
        let shared = Arc::new(Shared::default());
        let (sender, done) = oneshot::channel();
        let worker = Worker::new(
            seam.clone(),
            config,
            topology,
            partitions,
            admin,
            producer,
            shared.clone(),
        );
        consumer.subscribe(worker.topics())?;
        seam.spawn("streams", async move {
            let ended = worker.run(consumer).await;
            if let Err(e) = &ended {
                tracing::error!(error = %e, "the streams application stopped");
            }
            // Nobody waits for the end any more.
            let _ = sender.send(ended);
        });
        Ok(Self {
            shared,
            done: Some(done),
        })
    }

    /// Input records processed so far.
    #[must_use]
    pub fn processed(&self) -> u64 {
        self.shared.processed.load(Ordering::Relaxed)
    }

    /// Records that operators left out so far: null keys, late records, and what did not deserialise.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Whether it has stopped by itself: [`Streams::close`] says why.
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        // Asked without taking the outcome away from `close`.
        self.done
            .as_ref()
            .is_none_or(|done| !done.is_empty() || done.is_terminated())
    }

    /// Waits until it stops by itself.
    ///
    /// # Errors
    /// What stopped it.
    pub async fn wait(&mut self) -> Result<(), StreamsError> {
        match &mut self.done {
            Some(done) => {
                let ended = done.await.unwrap_or(Err(StreamsError::Dropped));
                self.done = None;
                ended
            }
            None => Ok(()),
        }
    }

    /// Commits, leaves the group and stops.
    ///
    /// # Errors
    /// What stopped it before, or what failed in the last commit.
    pub async fn close(mut self) -> Result<(), StreamsError> {
        self.shared.stop.store(true, Ordering::Release);
        match self.done.take() {
            Some(done) => done.await.unwrap_or(Err(StreamsError::Dropped)),
            None => Ok(()),
        }
    }
}

impl Drop for Streams {
    fn drop(&mut self) {
        if self.done.is_some() {
            self.shared.abandon.store(true, Ordering::Release);
            self.shared.stop.store(true, Ordering::Release);
        }
    }
}

/// Settings of a client: defaults that a user may change, then the user's, then what Streams depends on.
fn with(
    given: &BTreeMap<String, String>,
    defaults: &[(&str, &str)],
    fixed: &[(&str, &str)],
) -> BTreeMap<String, String> {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let mut all: BTreeMap<String, String> = defaults.iter().map(pair).collect();
    all.extend(given.clone());
    all.extend(fixed.iter().map(pair));
    all
}
