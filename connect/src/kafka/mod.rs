//! What Connect needs of a Kafka cluster, as narrow traits. [`client`] binds them to `weir-client`; [`memory`] keeps everything in one process for tests.

pub mod client;
pub mod memory;

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use thiserror::Error;
use weir_connect_sdk::{ConfigMap, PartitionOffsets, TopicPartition};

/// Why the cluster did not do as asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KafkaError {
    /// Later it may work.
    #[error("{0}")]
    Retriable(String),
    #[error("{0}")]
    Fatal(String),
}

/// A record on its way to a topic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutRecord {
    pub topic: String,
    /// `None` leaves the choice to the partitioner.
    pub partition: Option<i32>,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    /// Milliseconds since the epoch; `None` is now.
    pub timestamp: Option<i64>,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

/// A record out of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InRecord {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// Milliseconds since the epoch; `None` if the record has none.
    pub timestamp: Option<i64>,
    /// Whether the broker set the timestamp.
    pub log_append_time: bool,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

/// A topic to create if it is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTopic {
    pub name: String,
    /// -1 is the broker's default.
    pub partitions: i32,
    /// -1 is the broker's default.
    pub replication_factor: i16,
    pub config: BTreeMap<String, String>,
}

/// Completes when a record is acknowledged.
pub type Delivery = BoxFuture<'static, Result<(), KafkaError>>;

/// Sends records.
#[async_trait]
pub trait RecordProducer: Send + Sync {
    /// Queues a record, waiting for room; the delivery completes later. Records of one partition keep their order.
    ///
    /// # Errors
    /// The record can never be sent.
    async fn send(&self, record: OutRecord) -> Result<Delivery, KafkaError>;

    /// Sends what is queued and releases everything.
    async fn close(&self);
}

/// What a poll of a consumer came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Polled {
    /// Records, possibly none.
    Records(Vec<InRecord>),
    /// These partitions were added.
    Assigned(Vec<TopicPartition>),
    /// These partitions are about to go: commit now. The rebalance goes on with the next poll.
    Revoked(Vec<TopicPartition>),
    /// These partitions are gone already: nothing can be committed.
    Lost(Vec<TopicPartition>),
}

/// What a consumer reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subscription {
    Topics(Vec<String>),
    /// Topics whose whole name matches.
    Pattern(String),
}

/// Reads records as a member of a consumer group, from the committed offsets on.
#[async_trait]
pub trait RecordConsumer: Send {
    /// Waits for records or for a change of partitions.
    ///
    /// # Errors
    /// Retriable ones may be ignored: the next poll goes on.
    async fn poll(&mut self, max_wait: Duration) -> Result<Polled, KafkaError>;

    /// Commits offsets of the next records to read.
    ///
    /// # Errors
    /// The group has moved on, or the coordinator cannot be reached.
    async fn commit(&mut self, offsets: &PartitionOffsets) -> Result<(), KafkaError>;

    /// Goes on reading at these offsets.
    ///
    /// # Errors
    /// A partition is not assigned.
    async fn seek(&mut self, offsets: &PartitionOffsets) -> Result<(), KafkaError>;

    /// While paused, polls keep the membership alive and return no records.
    fn pause(&mut self, paused: bool);

    /// Leaves the group.
    async fn close(&mut self);
}

/// Reads a whole topic from its start, over and over to its current end.
#[async_trait]
pub trait LogReader: Send {
    /// Everything up to the end that the topic had when this was called.
    ///
    /// # Errors
    /// The topic cannot be read.
    async fn read_to_end(&mut self) -> Result<Vec<InRecord>, KafkaError>;

    /// Waits until there is more and returns it; empty when the wait is over.
    ///
    /// # Errors
    /// The topic cannot be read.
    async fn poll(&mut self, max_wait: Duration) -> Result<Vec<InRecord>, KafkaError>;
}

/// A topic used as a log: appended to with full acknowledgement, read from the start.
pub struct LogTopic {
    pub name: String,
    pub appender: Box<dyn RecordProducer>,
    pub reader: Box<dyn LogReader>,
}

/// Where this worker stands in the group of workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// A rebalance ended: this worker's generation, and who leads.
    Joined {
        generation: i32,
        leader: bool,
        leader_url: String,
    },
    /// The coordinator took the membership away: work must stop until the next `Joined`.
    Lost,
}

/// Membership in the group of workers (type `connect`).
#[async_trait]
pub trait Membership: Send {
    /// Waits for the next change.
    ///
    /// # Errors
    /// The group can never be joined.
    async fn changed(&mut self) -> Result<Standing, KafkaError>;

    /// Leaves the group, so that another worker takes over at once.
    async fn leave(&mut self);
}

/// How a worker joins the group of workers.
#[derive(Debug, Clone)]
pub struct WorkerGroup {
    pub group_id: String,
    /// The REST address that other workers reach this one by.
    pub url: String,
    pub session_timeout: Duration,
    pub heartbeat_interval: Duration,
    pub rebalance_timeout: Duration,
}

/// A cluster.
#[async_trait]
pub trait Kafka: Send + Sync {
    /// The cluster's id.
    ///
    /// # Errors
    /// The cluster cannot be reached.
    async fn cluster_id(&self) -> Result<String, KafkaError>;

    /// Creates a topic unless it is there.
    ///
    /// # Errors
    /// The cluster cannot be reached or refuses.
    async fn create_topic(&self, topic: &NewTopic) -> Result<(), KafkaError>;

    /// Opens a topic as a log.
    ///
    /// # Errors
    /// The cluster cannot be reached.
    async fn log_topic(&self, name: &str, client_id: &str) -> Result<LogTopic, KafkaError>;

    /// A producer with these settings over Connect's defaults (all acknowledgements, idempotent, no end of retries).
    ///
    /// # Errors
    /// Bad settings.
    async fn producer(&self, client_id: &str, settings: &ConfigMap) -> Result<Box<dyn RecordProducer>, KafkaError>;

    /// A consumer in a group, with these settings over Connect's defaults (no automatic commit, from the earliest record).
    ///
    /// # Errors
    /// Bad settings.
    async fn consumer(
        &self,
        group: &str,
        client_id: &str,
        what: &Subscription,
        settings: &ConfigMap,
    ) -> Result<Box<dyn RecordConsumer>, KafkaError>;

    /// A group's committed offsets.
    ///
    /// # Errors
    /// The cluster cannot be reached.
    async fn group_offsets(&self, group: &str) -> Result<PartitionOffsets, KafkaError>;

    /// Sets a group's offsets; `None` removes one. The group must be empty.
    ///
    /// # Errors
    /// The group has members, or the cluster cannot be reached.
    async fn alter_group_offsets(
        &self,
        group: &str,
        offsets: &BTreeMap<TopicPartition, Option<i64>>,
    ) -> Result<(), KafkaError>;

    /// Removes a group with its offsets; no group is fine.
    ///
    /// # Errors
    /// The group has members, or the cluster cannot be reached.
    async fn delete_group(&self, group: &str) -> Result<(), KafkaError>;

    /// Starts to join the group of workers.
    ///
    /// # Errors
    /// Bad settings.
    async fn join(&self, group: &WorkerGroup) -> Result<Box<dyn Membership>, KafkaError>;
}
