//! The log as a Kafka topic, through `weir-client`: one partition, compacted, created if it is missing.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use weir_client::admin::{Admin, AdminError, ConfigResource, NewTopic, OffsetSpec};
use weir_client::config::{AdminConfig, ConsumerConfig, IsolationLevel, ProducerConfig};
use weir_client::consumer::{Consumer, OffsetsError, PollError};
use weir_client::producer::{Producer, ProducerRecord, SendError};
use weir_client::{ApiError, Cluster, TopicPartition};
use weir_config::ConfigErrors;
use weir_core::{ErrorCode, Seam};

use super::door::{Fetched, LogEntry, LogError, RawRecord, SchemasLog};

const PARTITION: i32 = 0;
const CLEANUP_POLICY: &str = "cleanup.policy";
const COMPACT: &str = "compact";
/// Pause between attempts to reach a cluster that is not there yet.
const PAUSE: Duration = Duration::from_millis(100);

/// Where the topic is and how it is made.
#[derive(Debug, Clone)]
pub struct KafkaLogConfig {
    /// `host:port`, separated by commas.
    pub bootstrap_servers: String,
    /// The topic.
    pub topic: String,
    /// Replicas if it must be made; no more than there are brokers.
    pub replication_factor: i16,
    /// For one write, with all its retries.
    pub timeout: Duration,
    /// For reaching the cluster and making the topic.
    pub init_timeout: Duration,
}

/// Why the topic cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KafkaLogError {
    /// The clients' settings do not fit together.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// The consumer could not be made.
    #[error(transparent)]
    Consumer(#[from] PollError),
    /// The cluster did not do what it was asked to.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// The topic could not be made or looked at.
    #[error(transparent)]
    Topic(#[from] ApiError),
    /// A topic with more partitions has no order.
    #[error("it has {0} partitions but must have exactly one")]
    Partitions(usize),
    /// A topic that forgets by time or size would lose schemas.
    #[error("its {CLEANUP_POLICY} is {0} but must be {COMPACT}, or schemas would be lost")]
    Policy(String),
}

impl KafkaLogError {
    fn retriable(&self) -> bool {
        match self {
            KafkaLogError::Admin(error) => error.retriable(),
            KafkaLogError::Topic(error) => error.retriable(),
            KafkaLogError::Consumer(_)
            | KafkaLogError::Config(_)
            | KafkaLogError::Partitions(_)
            | KafkaLogError::Policy(_) => false,
        }
    }
}

/// The log.
pub struct KafkaLog {
    partition: TopicPartition,
    admin: Admin,
    producer: Producer,
    consumer: tokio::sync::Mutex<Consumer>,
    cluster: Cluster,
    cluster_id: String,
}

impl KafkaLog {
    /// Reaches the cluster and makes sure of the topic. A cluster that is not up yet is waited for.
    pub async fn open(seam: Seam, config: &KafkaLogConfig) -> Result<KafkaLog, KafkaLogError> {
        let deadline = seam.clock.monotonic() + config.init_timeout;
        loop {
            match KafkaLog::try_open(&seam, config).await {
                Err(error) if error.retriable() && seam.clock.monotonic() < deadline => {
                    tracing::info!(%error, topic = config.topic, "waiting for Kafka");
                    seam.sleep(PAUSE).await;
                }
                done => return done,
            }
        }
    }

    /// The connections, to join a group over.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    async fn try_open(seam: &Seam, config: &KafkaLogConfig) -> Result<KafkaLog, KafkaLogError> {
        let timeout = config.timeout.as_millis().to_string();
        let servers = ("bootstrap.servers", config.bootstrap_servers.as_str());
        let api = ("default.api.timeout.ms", timeout.as_str());
        let settings = AdminConfig::from_map([servers, api])?;
        let connections = Cluster::new(seam.clone(), settings.client.clone());
        let admin = Admin::on(connections.clone(), settings);
        let cluster = admin.describe_cluster().await?;
        ensure_topic(&admin, config, cluster.brokers.len()).await?;
        let producer = ProducerConfig::from_map([
            servers,
            ("acks", "all"),
            ("enable.idempotence", "true"),
            ("linger.ms", "0"),
            ("request.timeout.ms", timeout.as_str()),
            ("delivery.timeout.ms", timeout.as_str()),
            ("max.block.ms", timeout.as_str()),
        ])?;
        let consumer = ConsumerConfig::from_map([
            servers,
            api,
            ("auto.offset.reset", "earliest"),
            ("enable.auto.commit", "false"),
        ])?;
        let partition = TopicPartition::new(config.topic.as_str(), PARTITION);
        let mut consumer = Consumer::new(seam.clone(), consumer)?;
        consumer.assign([partition.clone()]);
        Ok(KafkaLog {
            partition,
            admin,
            producer: Producer::new(seam.clone(), producer),
            consumer: tokio::sync::Mutex::new(consumer),
            cluster: connections,
            cluster_id: cluster.cluster_id,
        })
    }
}

async fn ensure_topic(admin: &Admin, config: &KafkaLogConfig, brokers: usize) -> Result<(), KafkaLogError> {
    let topic = config.topic.as_str();
    match only(admin.describe_topics([topic]).await?) {
        Ok(found) if found.partitions.len() != 1 => return Err(KafkaLogError::Partitions(found.partitions.len())),
        Ok(_) => {}
        Err(error) if error.code == ErrorCode::UnknownTopicOrPartition => {
            return create_topic(admin, config, brokers).await;
        }
        Err(error) => return Err(error.into()),
    }
    let entries = only(admin.describe_configs(&[ConfigResource::topic(topic)]).await?)?;
    let policy = entries
        .into_iter()
        .find(|entry| entry.name == CLEANUP_POLICY)
        .and_then(|entry| entry.value);
    match policy {
        Some(policy) if policy != COMPACT => Err(KafkaLogError::Policy(policy)),
        _ => Ok(()),
    }
}

async fn create_topic(admin: &Admin, config: &KafkaLogConfig, brokers: usize) -> Result<(), KafkaLogError> {
    let replicas = config
        .replication_factor
        .min(i16::try_from(brokers).unwrap_or(i16::MAX))
        .max(1);
    if replicas < config.replication_factor {
        tracing::warn!(
            topic = config.topic,
            replicas,
            wanted = config.replication_factor,
            "fewer brokers than replicas wanted"
        );
    }
    let topic = NewTopic::new(config.topic.as_str(), 1)
        .replication_factor(replicas)
        .config(CLEANUP_POLICY, COMPACT);
    match only(admin.create_topics(&[topic], false).await?) {
        Ok(_) => Ok(()),
        // Another registry was quicker; what it made is looked at in the next attempt.
        Err(error) if error.code == ErrorCode::TopicAlreadyExists => {
            Err(ApiError::from(ErrorCode::UnknownTopicOrPartition).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The one answer to a question about one thing.
fn only<K, V>(answers: BTreeMap<K, Result<V, ApiError>>) -> Result<V, ApiError> {
    answers
        .into_values()
        .next()
        .unwrap_or_else(|| Err(ErrorCode::UnknownServerError.into()))
}

#[async_trait]
impl SchemasLog for KafkaLog {
    async fn append(&self, records: Vec<RawRecord>) -> Result<Vec<i64>, LogError> {
        let mut deliveries = Vec::with_capacity(records.len());
        for record in records {
            let topic = self.partition.topic.clone();
            let record = match record.value {
                Some(value) => ProducerRecord::keyed(topic, record.key, value),
                None => ProducerRecord::tombstone(topic, record.key),
            };
            deliveries.push(
                self.producer
                    .enqueue(record.partition(PARTITION))
                    .await
                    .map_err(unsent)?,
            );
        }
        let mut offsets = Vec::with_capacity(deliveries.len());
        for delivery in deliveries {
            let offset = delivery.await.map_err(unsent)?.offset;
            // A broker that had the record already does not say where; it is before the end.
            offsets.push(if offset >= 0 {
                offset
            } else {
                self.end_offset().await? - 1
            });
        }
        Ok(offsets)
    }

    async fn end_offset(&self) -> Result<i64, LogError> {
        let wanted = BTreeMap::from([(self.partition.clone(), OffsetSpec::Latest)]);
        let offsets = self
            .admin
            .list_offsets(&wanted, IsolationLevel::ReadUncommitted)
            .await
            .map_err(unknown_offset)?;
        let end = offsets.get(&self.partition).copied().flatten();
        end.map(|end| end.offset)
            .ok_or_else(|| LogError::Unavailable("the broker does not tell the end of the log".into()))
    }

    async fn read(&self, from: i64, wait: Duration) -> Result<Fetched, LogError> {
        let mut consumer = self.consumer.lock().await;
        if from > 0 && consumer.position(&self.partition).await.map_err(unknown_offset)? != from {
            consumer.seek(&self.partition, from).map_err(unknown_offset)?;
        }
        let records = consumer
            .poll(wait)
            .await
            .map_err(|error| LogError::Unavailable(error.to_string()))?;
        let entries: Vec<LogEntry> = records
            .into_iter()
            .map(|record| LogEntry {
                offset: record.offset,
                timestamp: record.timestamp,
                key: record.key,
                value: record.value,
            })
            .collect();
        // Compaction leaves gaps: the position may be beyond the last record.
        let position = consumer.position(&self.partition).await.map_err(unknown_offset)?;
        let behind_last = entries.last().map_or(from, |last| last.offset + 1);
        Ok(Fetched {
            entries,
            next_offset: position.max(behind_last),
        })
    }

    fn cluster_id(&self) -> String {
        self.cluster_id.clone()
    }
}

fn unsent(error: SendError) -> LogError {
    match &error {
        SendError::TooLarge { .. } => LogError::TooLarge(error.to_string()),
        SendError::Rejected { error: refused, .. }
            if matches!(refused.code, ErrorCode::MessageTooLarge | ErrorCode::RecordListTooLarge) =>
        {
            LogError::TooLarge(error.to_string())
        }
        other if other.retriable() => LogError::Unavailable(error.to_string()),
        _ => LogError::Refused(error.to_string()),
    }
}

fn unknown_offset(error: OffsetsError) -> LogError {
    LogError::Unavailable(error.to_string())
}
