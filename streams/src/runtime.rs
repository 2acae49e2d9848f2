//! The thin shell round the tasks: one consumer in the group of the application's id, one producer, internal topics,
//! restore, commits. At-least-once: offsets are committed after what was made of the records is acknowledged.
//!
//! All instances of an application subscribe to all its source topics with the range assignor, so that equal partition
//! numbers of a sub-topology's topics come together. What Kafka Streams' own assignor does beyond that (sticky tasks,
//! standbys) is deliberately absent so far.

use crate::processor::{Output, ProcessError, RawRecord};
use crate::task::Task;
use crate::topology::Topology;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;
use weir_client::admin::{Admin, AdminError, NewTopic};
use weir_client::config::{AdminConfig, ConsumerConfig, ProducerConfig};
use weir_client::consumer::{CommitError, Consumer, ConsumerEvent, OffsetsError, PollError};
use weir_client::producer::{Delivery, Producer, ProducerRecord, SendError};
use weir_client::{OffsetAndMetadata, TopicPartition};
use weir_core::{ErrorCode, Seam};

/// Settings of an application; names are Kafka Streams'.
#[derive(Clone, Debug)]
pub struct StreamsConfig {
    /// `application.id`: the group, and the prefix of internal topics.
    pub application_id: String,
    /// `bootstrap.servers`.
    pub bootstrap_servers: String,
    /// `commit.interval.ms`; Kafka Streams' default is 30 seconds.
    pub commit_interval: Duration,
    /// `replication.factor` of internal topics; `None` is the broker's default.
    pub replication_factor: Option<i16>,
}

impl StreamsConfig {
    /// With Kafka Streams' defaults.
    #[must_use]
    pub fn new(application_id: impl Into<String>, bootstrap_servers: impl Into<String>) -> Self {
        Self {
            application_id: application_id.into(),
            bootstrap_servers: bootstrap_servers.into(),
            commit_interval: Duration::from_secs(30),
            replication_factor: None,
        }
    }
}

/// Why an application stops, or does not start.
#[derive(Debug, thiserror::Error)]
pub enum StreamsError {
    /// A setting.
    #[error(transparent)]
    Config(#[from] weir_config::ConfigErrors),
    /// An input topic is not there: Kafka Streams does not make it either.
    #[error("source topic {0} does not exist")]
    MissingSource(String),
    /// Topics that are joined have different numbers of partitions.
    #[error("topics are joined and must have the same number of partitions: {0}")]
    NotCopartitioned(String),
    /// An internal topic could not be made.
    #[error("internal topic {topic} could not be made: {error}")]
    InternalTopic {
        /// Which.
        topic: String,
        /// The broker's words.
        error: String,
    },
    /// The cluster did not answer.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// Reading failed for good.
    #[error(transparent)]
    Poll(#[from] PollError),
    /// Positions could not be had.
    #[error(transparent)]
    Offsets(#[from] OffsetsError),
    /// Writing failed for good.
    #[error(transparent)]
    Send(#[from] SendError),
    /// Offsets could not be committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A record could not be processed.
    #[error(transparent)]
    Process(#[from] ProcessError),
}

/// A running application.
#[derive(Debug)]
pub struct Streams {
    shared: Arc<Shared>,
    done: Option<oneshot::Receiver<Result<(), StreamsError>>>,
}

#[derive(Debug, Default)]
struct Shared {
    stop: AtomicBool,
    processed: AtomicU64,
}

impl Streams {
    /// Makes internal topics and begins to process.
    pub async fn start(seam: Seam, config: StreamsConfig, topology: Topology) -> Result<Self, StreamsError> {
        let partitions = prepare_topics(&seam, &config, &topology).await?;
        let mut consumer = Consumer::new(
            seam.clone(),
            ConsumerConfig::from_map([
                ("bootstrap.servers", config.bootstrap_servers.as_str()),
                ("group.id", config.application_id.as_str()),
                ("partition.assignment.strategy", "range"),
                ("auto.offset.reset", "earliest"),
                ("enable.auto.commit", "false"),
            ])?,
        )?;
        let producer = Producer::new(
            seam.clone(),
            ProducerConfig::from_map([
                ("bootstrap.servers", config.bootstrap_servers.as_str()),
                ("linger.ms", "20"),
            ])?,
        );
        let topics: BTreeSet<String> = (0..topology.sub_topologies().len())
            .flat_map(|i| topology.sources_of(i))
            .map(|(_, topic, internal)| Topology::topic_name(&config.application_id, &topic, internal))
            .collect();
        consumer.subscribe(topics)?;
        let shared = Arc::new(Shared::default());
        let (sender, done) = oneshot::channel();
        let worker = Worker {
            seam: seam.clone(),
            config,
            topology,
            partitions,
            consumer,
            producer,
            tasks: BTreeMap::new(),
            in_flight: Vec::new(),
            shared: shared.clone(),
        };
        seam.spawn("streams", async move {
            let ended = worker.run().await;
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

    /// Whether it has stopped by itself: [`Streams::close`] says why.
    #[must_use]
    pub fn has_stopped(&mut self) -> bool {
        // Asked without taking the outcome away from `close`.
        self.done
            .as_ref()
            .is_none_or(|done| !done.is_empty() || done.is_terminated())
    }

    /// Commits, leaves the group and stops.
    pub async fn close(mut self) -> Result<(), StreamsError> {
        self.shared.stop.store(true, Ordering::Release);
        match self.done.take() {
            Some(done) => done.await.unwrap_or(Ok(())),
            None => Ok(()),
        }
    }
}

/// Partitions of each sub-topology: as many as its largest source topic has.
type Partitions = Vec<i32>;

/// Makes repartition and changelog topics under Kafka Streams' names and settings, and finds out how many tasks each
/// sub-topology has.
async fn prepare_topics(seam: &Seam, config: &StreamsConfig, topology: &Topology) -> Result<Partitions, StreamsError> {
    let admin = Admin::new(seam.clone(), AdminConfig::new(&config.bootstrap_servers)?);
    let existing: BTreeMap<String, i32> = admin
        .list_topics()
        .await?
        .into_iter()
        .map(|t| (t.name.to_string(), i32::try_from(t.partitions).unwrap_or(i32::MAX)))
        .collect();
    let app = &config.application_id;
    let mut counts: BTreeMap<String, i32> = BTreeMap::new();
    for i in 0..topology.sub_topologies().len() {
        for (_, topic, internal) in topology.sources_of(i) {
            let name = Topology::topic_name(app, &topic, internal);
            match existing.get(&name) {
                Some(n) => {
                    counts.insert(name, *n);
                }
                None if internal => {}
                None => return Err(StreamsError::MissingSource(name)),
            }
        }
    }
    // A repartition topic has as many partitions as what feeds it; one may feed another, hence the rounds.
    let count = topology.sub_topologies().len();
    for _ in 0..=count {
        for i in 0..count {
            let feeds = topology.sources_of(i).into_iter();
            let known =
                feeds.filter_map(|(_, t, internal)| counts.get(&Topology::topic_name(app, &t, internal)).copied());
            let Some(n) = known.max() else { continue };
            for topic in topology.internal_sinks_of(i) {
                let name = Topology::topic_name(app, &topic, true);
                if !existing.contains_key(&name) {
                    let joined = topology.joined_with(&topic).into_iter();
                    let wanted = joined
                        .filter_map(|(t, internal)| counts.get(&Topology::topic_name(app, &t, internal)).copied());
                    let n = wanted.max().unwrap_or(n);
                    counts.insert(name, n);
                }
            }
        }
    }
    for together in topology.copartitioned_topics() {
        let with_counts: Vec<(String, i32)> = together
            .into_iter()
            .map(|(t, internal)| Topology::topic_name(app, &t, internal))
            .filter_map(|name| counts.get(&name).map(|n| (name.clone(), *n)))
            .collect();
        if with_counts
            .iter()
            .any(|(_, n)| Some(n) != with_counts.first().map(|(_, n)| n))
        {
            let text: Vec<String> = with_counts.iter().map(|(name, n)| format!("{name} has {n}")).collect();
            return Err(StreamsError::NotCopartitioned(text.join(", ")));
        }
    }
    let mut wanted = Vec::new();
    let mut partitions = Vec::with_capacity(count);
    for i in 0..count {
        let sources = topology.sources_of(i);
        let known = sources
            .iter()
            .filter_map(|(_, t, internal)| counts.get(&Topology::topic_name(app, t, *internal)).copied());
        let n = known.max().unwrap_or(1);
        partitions.push(n);
        for (_, topic, internal) in &sources {
            let name = Topology::topic_name(app, topic, *internal);
            if *internal && !existing.contains_key(&name) {
                wanted.push(
                    NewTopic::new(name, n)
                        .config("cleanup.policy", "delete")
                        .config("segment.bytes", "52428800")
                        .config("retention.ms", "-1")
                        .config("message.timestamp.type", "CreateTime"),
                );
            }
        }
        for store in topology.stores_of(i).into_iter().filter(|s| s.logged) {
            let name = Topology::changelog_name(app, &store.name);
            if existing.contains_key(&name) {
                continue;
            }
            let topic = NewTopic::new(name, n).config("message.timestamp.type", "CreateTime");
            wanted.push(match store.kind {
                crate::store::StoreKind::KeyValue => topic.config("cleanup.policy", "compact"),
                // A day more than the store keeps, against clocks that differ.
                crate::store::StoreKind::Window { retention_ms, .. } => topic
                    .config("cleanup.policy", "compact,delete")
                    .config("retention.ms", retention_ms.saturating_add(86_400_000).to_string()),
            });
        }
    }
    if let Some(factor) = config.replication_factor {
        wanted = wanted.into_iter().map(|t| t.replication_factor(factor)).collect();
    }
    for (topic, created) in admin.create_topics(&wanted, false).await? {
        match created {
            Err(e) if e.code != ErrorCode::TopicAlreadyExists => {
                return Err(StreamsError::InternalTopic {
                    topic: topic.to_string(),
                    error: e.to_string(),
                });
            }
            _ => {}
        }
    }
    Ok(partitions)
}

struct Worker {
    seam: Seam,
    config: StreamsConfig,
    topology: Topology,
    partitions: Partitions,
    consumer: Consumer,
    producer: Producer,
    /// By sub-topology and partition.
    tasks: BTreeMap<(usize, i32), Task>,
    in_flight: Vec<Delivery>,
    shared: Arc<Shared>,
}

impl Worker {
    async fn run(mut self) -> Result<(), StreamsError> {
        let mut committed_at = self.seam.clock.monotonic();
        while !self.shared.stop.load(Ordering::Acquire) {
            match self.consumer.poll_event(Duration::from_millis(100)).await? {
                Some(ConsumerEvent::Records(records)) => {
                    for record in records {
                        self.add(record);
                    }
                    self.process().await?;
                }
                Some(ConsumerEvent::Assigned(_)) => self.open_tasks().await?,
                Some(ConsumerEvent::Revoked(gone)) => {
                    self.commit().await?;
                    self.close_tasks(&gone);
                }
                Some(ConsumerEvent::Lost(gone)) => self.close_tasks(&gone),
                None => {}
            }
            if self.seam.clock.monotonic().saturating_sub(committed_at) >= self.config.commit_interval {
                self.commit().await?;
                committed_at = self.seam.clock.monotonic();
            }
        }
        self.commit().await?;
        self.consumer.close().await;
        self.producer.close().await;
        Ok(())
    }

    fn add(&mut self, record: weir_client::consumer::ConsumerRecord) {
        let raw = RawRecord {
            key: record.key,
            value: record.value,
            timestamp: record.timestamp,
            offset: record.offset,
            headers: Arc::new(record.headers),
        };
        for ((_, partition), task) in &mut self.tasks {
            if *partition == record.partition && task.topics().any(|t| t == &*record.topic) {
                task.add(&record.topic, raw.clone());
            }
        }
    }

    /// Processes what is queued; outputs go to the producer as they come, so that a full buffer slows the tasks down.
    async fn process(&mut self) -> Result<(), StreamsError> {
        for task in self.tasks.values_mut() {
            while task.process_one()? {
                self.shared.processed.fetch_add(1, Ordering::Relaxed);
                for output in task.take_outputs() {
                    self.in_flight.push(self.producer.enqueue(record_of(output)).await?);
                }
            }
        }
        Ok(())
    }

    /// Waits until all outputs are acknowledged, then commits what they were made of.
    async fn commit(&mut self) -> Result<(), StreamsError> {
        self.producer.flush().await;
        for delivery in self.in_flight.drain(..) {
            delivery.await?;
        }
        let mut offsets = BTreeMap::new();
        for ((_, partition), task) in &self.tasks {
            for (topic, offset) in task.consumed() {
                offsets.insert(TopicPartition::new(topic, *partition), OffsetAndMetadata::new(offset));
            }
        }
        if !offsets.is_empty() {
            self.consumer.commit_sync_offsets(offsets.into_iter().collect()).await?;
        }
        Ok(())
    }

    /// Makes tasks for partitions that came, their stores filled from the changelogs.
    async fn open_tasks(&mut self) -> Result<(), StreamsError> {
        let assigned = self.consumer.assignment();
        for (i, count) in self.partitions.clone().into_iter().enumerate() {
            for partition in 0..count {
                if self.tasks.contains_key(&(i, partition)) {
                    continue;
                }
                let task = Task::new(&self.topology, &self.config.application_id, i, partition);
                let ours = task
                    .topics()
                    .any(|t| assigned.contains(&TopicPartition::new(t, partition)));
                if ours {
                    let mut task = task;
                    self.restore(&mut task, partition).await?;
                    self.tasks.insert((i, partition), task);
                }
            }
        }
        Ok(())
    }

    fn close_tasks(&mut self, gone: &[TopicPartition]) {
        self.tasks.retain(|(_, partition), task| {
            let lost = |t: &str| gone.iter().any(|g| &*g.topic == t && g.partition == *partition);
            !task.topics().any(lost)
        });
    }

    /// Reads a task's changelogs from beginning to end.
    async fn restore(&mut self, task: &mut Task, partition: i32) -> Result<(), StreamsError> {
        for store in task.logged_stores() {
            let changelog =
                TopicPartition::new(Topology::changelog_name(&self.config.application_id, &store), partition);
            let mut reader = Consumer::new(
                self.seam.clone(),
                ConsumerConfig::from_map([
                    ("bootstrap.servers", self.config.bootstrap_servers.as_str()),
                    ("auto.offset.reset", "earliest"),
                ])?,
            )?;
            reader.assign([changelog.clone()]);
            let end = reader
                .end_offsets(std::slice::from_ref(&changelog))
                .await?
                .get(&changelog)
                .copied()
                .unwrap_or(0);
            let mut restored = 0_u64;
            while reader.position(&changelog).await? < end {
                for record in reader.poll(Duration::from_millis(500)).await? {
                    if let Some(key) = record.key {
                        task.restore(&store, key, record.value, record.timestamp);
                        restored += 1;
                    }
                }
            }
            reader.close().await;
            if restored > 0 {
                tracing::info!(task = task.id(), store, records = restored, "restored");
            }
        }
        Ok(())
    }
}

fn record_of(output: Output) -> ProducerRecord {
    ProducerRecord {
        topic: output.topic.into(),
        partition: output.partition,
        timestamp: Some(output.timestamp),
        key: output.key,
        value: output.value,
        headers: output.headers.to_vec(),
    }
}
