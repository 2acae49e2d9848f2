//! Any Kafka cluster, through `weir-client`.

mod consumer;
mod log;
mod membership;
mod producer;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use weir_client::admin::{Admin, NewTopic as AdminTopic};
use weir_client::config::{AdminConfig, ConfigErrors, ConsumerConfig, ProducerConfig};
use weir_client::consumer::Consumer;
use weir_client::producer::Producer;
use weir_client::{Cluster, OffsetAndMetadata};
use weir_connect_sdk::{ConfigMap, PartitionOffsets, TopicPartition};
use weir_core::{ErrorCode, Seam};

use super::{
    Kafka, KafkaError, LogTopic, Membership, NewTopic, RecordConsumer, RecordProducer, Subscription, WorkerGroup,
};
use crate::config::validate::with_prefix;

/// A cluster and the settings that every client of it gets.
pub struct ClientKafka {
    seam: Seam,
    cluster: Cluster,
    admin: Arc<Admin>,
    /// Settings of all clients: the addresses and how to reach them.
    common: ConfigMap,
}

/// An error with the kind that its `retriable()` says.
pub(super) fn error(retriable: bool, what: &str, error: impl std::fmt::Display) -> KafkaError {
    let text = format!("{what}: {error}");
    if retriable {
        KafkaError::Retriable(text)
    } else {
        KafkaError::Fatal(text)
    }
}

fn bad_settings(errors: &ConfigErrors) -> KafkaError {
    KafkaError::Fatal(errors.to_string())
}

pub(super) fn to_client(partition: &TopicPartition) -> weir_client::TopicPartition {
    weir_client::TopicPartition::new(partition.topic.as_str(), partition.partition)
}

pub(super) fn from_client(partition: &weir_client::TopicPartition) -> TopicPartition {
    TopicPartition {
        topic: partition.topic.as_str().to_owned(),
        partition: partition.partition,
    }
}

impl ClientKafka {
    /// A cluster by its addresses. `settings` are a worker's: those that every client knows go to all clients, those under `admin.` to the
    /// admin client. Nothing is connected yet.
    ///
    /// # Errors
    /// Bad settings.
    pub fn new(seam: Seam, bootstrap_servers: &[String], settings: &ConfigMap) -> Result<Self, ConfigErrors> {
        // What every client knows may stand in a worker's settings without a prefix (`security.protocol`, `request.timeout.ms`).
        let known = AdminConfig::definition();
        let mut common: ConfigMap = settings
            .iter()
            .filter(|(name, _)| known.entry(name).is_some())
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        common.insert("bootstrap.servers".to_owned(), bootstrap_servers.join(","));
        let mut admin = common.clone();
        admin.insert("client.id".to_owned(), "connect-admin".to_owned());
        admin.extend(with_prefix(settings, "admin."));
        let admin = AdminConfig::from_map(admin)?;
        let cluster = Cluster::new(seam.clone(), admin.client.clone());
        Ok(Self {
            seam,
            admin: Arc::new(Admin::on(cluster.clone(), admin)),
            cluster,
            common,
        })
    }

    /// Client settings: the common ones, then Connect's defaults, then what was given.
    fn settings(&self, defaults: &[(&str, &str)], given: &ConfigMap) -> ConfigMap {
        let mut settings = self.common.clone();
        settings.extend(
            defaults
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        settings.extend(given.clone());
        settings
    }

    fn new_producer(&self, client_id: &str, given: &ConfigMap) -> Result<producer::ClientProducer, KafkaError> {
        // As Kafka's worker sets them: nothing may be lost or reordered, and trying goes on for as long as it takes.
        let defaults = [
            ("client.id", client_id),
            ("acks", "all"),
            ("delivery.timeout.ms", "2147483647"),
            ("max.block.ms", "9223372036854775"),
        ];
        let config =
            ProducerConfig::from_map(self.settings(&defaults, given)).map_err(|errors| bad_settings(&errors))?;
        Ok(producer::ClientProducer(Producer::new(self.seam.clone(), config)))
    }
}

#[async_trait]
impl Kafka for ClientKafka {
    async fn cluster_id(&self) -> Result<String, KafkaError> {
        let described = self.admin.describe_cluster().await;
        Ok(described
            .map_err(|e| error(e.retriable(), "cannot reach the cluster", e))?
            .cluster_id)
    }

    async fn create_topic(&self, topic: &NewTopic) -> Result<(), KafkaError> {
        let mut new = AdminTopic::new(topic.name.as_str(), topic.partitions);
        new.partitions = Some(topic.partitions).filter(|partitions| *partitions > 0);
        new.replication_factor = Some(topic.replication_factor).filter(|factor| *factor > 0);
        new.configs = topic.config.clone();
        let what = format!("cannot create the topic {}", topic.name);
        let created = self
            .admin
            .create_topics(&[new], false)
            .await
            .map_err(|e| error(e.retriable(), &what, e))?;
        match created.into_values().next() {
            Some(Err(e)) if e.code != ErrorCode::TopicAlreadyExists => Err(error(e.retriable(), &what, e)),
            _ => Ok(()),
        }
    }

    async fn log_topic(&self, name: &str, client_id: &str) -> Result<LogTopic, KafkaError> {
        let appender = Box::new(self.new_producer(client_id, &[("linger.ms".to_owned(), "0".to_owned())].into())?);
        let defaults = [
            ("client.id", client_id),
            ("auto.offset.reset", "earliest"),
            ("isolation.level", "read_committed"),
        ];
        let config = ConsumerConfig::from_map(self.settings(&defaults, &ConfigMap::new()))
            .map_err(|errors| bad_settings(&errors))?;
        let consumer =
            Consumer::new(self.seam.clone(), config).map_err(|e| error(false, "cannot read the topic", e))?;
        let reader = Box::new(log::TopicReader::open(&self.seam, consumer, self.admin.clone(), name).await?);
        Ok(LogTopic {
            name: name.to_owned(),
            appender,
            reader,
        })
    }

    async fn producer(&self, client_id: &str, settings: &ConfigMap) -> Result<Box<dyn RecordProducer>, KafkaError> {
        Ok(Box::new(self.new_producer(client_id, settings)?))
    }

    async fn consumer(
        &self,
        group: &str,
        client_id: &str,
        what: &Subscription,
        settings: &ConfigMap,
    ) -> Result<Box<dyn RecordConsumer>, KafkaError> {
        let defaults = [
            ("group.id", group),
            ("client.id", client_id),
            ("enable.auto.commit", "false"),
            ("auto.offset.reset", "earliest"),
        ];
        let config =
            ConsumerConfig::from_map(self.settings(&defaults, settings)).map_err(|errors| bad_settings(&errors))?;
        let consumer = Consumer::new(self.seam.clone(), config).map_err(|e| error(false, "cannot consume", e))?;
        Ok(Box::new(consumer::ClientConsumer::subscribe(consumer, what)?))
    }

    async fn group_offsets(&self, group: &str) -> Result<PartitionOffsets, KafkaError> {
        let committed = self.admin.list_group_offsets(group, None).await;
        let committed =
            committed.map_err(|e| error(e.retriable(), &format!("cannot read the offsets of group {group}"), e))?;
        Ok(committed
            .iter()
            .map(|(partition, committed)| (from_client(partition), committed.offset))
            .collect())
    }

    async fn alter_group_offsets(
        &self,
        group: &str,
        offsets: &BTreeMap<TopicPartition, Option<i64>>,
    ) -> Result<(), KafkaError> {
        let what = format!("cannot alter the offsets of group {group}");
        let set = offsets
            .iter()
            .filter_map(|(partition, offset)| Some((to_client(partition), OffsetAndMetadata::new((*offset)?))));
        let set: BTreeMap<_, _> = set.collect();
        if !set.is_empty() {
            self.admin
                .alter_group_offsets(group, &set)
                .await
                .map_err(|e| error(e.retriable(), &what, e))?;
        }
        let removed: Vec<_> = offsets
            .iter()
            .filter(|(_, offset)| offset.is_none())
            .map(|(partition, _)| to_client(partition))
            .collect();
        if removed.is_empty() {
            return Ok(());
        }
        let removed = self
            .admin
            .delete_group_offsets(group, &removed)
            .await
            .map_err(|e| error(e.retriable(), &what, e))?;
        match removed.into_values().find_map(Result::err) {
            Some(e) => Err(error(e.retriable(), &what, e)),
            None => Ok(()),
        }
    }

    async fn delete_group(&self, group: &str) -> Result<(), KafkaError> {
        let what = format!("cannot delete the group {group}");
        let deleted = self
            .admin
            .delete_groups([group])
            .await
            .map_err(|e| error(e.retriable(), &what, e))?;
        match deleted.into_values().find_map(Result::err) {
            Some(e) if e.code != ErrorCode::GroupIdNotFound => Err(error(e.retriable(), &what, e)),
            _ => Ok(()),
        }
    }

    async fn join(&self, group: &WorkerGroup) -> Result<Box<dyn Membership>, KafkaError> {
        Ok(Box::new(membership::WorkerMembership::new(self.cluster.clone(), group)))
    }
}
