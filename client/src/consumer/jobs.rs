//! The consumer's errands: each runs as a task of its own and puts what it brings into the consumer's inbox, so that a poll with a short
//! timeout does not start them anew. What they bring counts only while the partition's token does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use weir_messages::fetch_request::{FetchPartition, FetchTopic};
use weir_messages::{FetchRequest, FetchResponse, Str, Uuid};

use super::error::OffsetsError;
use super::offsets::{self, EARLIEST, LATEST, Listed};
use super::subscription::Seek;
use crate::cluster::{Cluster, Lane, Wanted};
use crate::config::ConsumerConfig;
use crate::group::Coordinator;
use crate::types::{OffsetAndMetadata, TopicPartition};
use crate::wire::CallError;

/// From this version on, topics are named by id alone (KIP-516).
const TOPIC_ID_VERSION: i16 = 13;

/// What was asked for a partition, to tell whether the answer still counts.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) token: u64,
    pub(super) offset: i64,
}

/// What an errand brought.
#[derive(Debug)]
pub(super) enum Brought {
    Fetch {
        node: i32,
        asked: BTreeMap<TopicPartition, Asked>,
        /// Names by id, to read an answer that has ids alone.
        names: BTreeMap<Uuid, Str>,
        result: Result<FetchResponse, CallError>,
    },
    Committed {
        asked: Vec<(TopicPartition, u64)>,
        result: Result<BTreeMap<TopicPartition, OffsetAndMetadata>, OffsetsError>,
    },
    Sought {
        asked: Vec<(TopicPartition, u64, Seek)>,
        listed: Listed,
    },
    Metadata {
        /// Names of all topics, when all were asked for.
        all: Option<BTreeSet<Str>>,
        failed: bool,
    },
}

/// Starts errands.
pub(super) struct Jobs {
    pub(super) cluster: Cluster,
    pub(super) config: Arc<ConsumerConfig>,
    /// Bounded by what can run at once: a fetch per broker and one each of the others.
    pub(super) inbox: mpsc::UnboundedSender<Brought>,
}

impl Jobs {
    fn run(&self, name: &'static str, errand: impl Future<Output = Brought> + Send + 'static) {
        let inbox = self.inbox.clone();
        self.cluster.seam().spawn(name, async move {
            // A consumer that is gone does not want it.
            let _ = inbox.send(errand.await);
        });
    }

    /// One fetch from one broker: partitions with their token, offset and leader epoch.
    pub(super) fn fetch(&self, node: i32, partitions: Vec<(TopicPartition, u64, i64, i32)>) {
        let (cluster, config) = (self.cluster.clone(), self.config.clone());
        let mut asked = BTreeMap::new();
        let mut names = BTreeMap::new();
        let mut topics: BTreeMap<Str, FetchTopic> = BTreeMap::new();
        for (partition, token, offset, leader_epoch) in partitions {
            let topic = topics.entry(partition.topic.clone()).or_insert_with(|| {
                let topic_id = cluster
                    .cached_any(&partition.topic)
                    .map_or(Uuid::nil(), |topic| topic.id);
                names.insert(topic_id, partition.topic.clone());
                FetchTopic {
                    topic: partition.topic.clone(),
                    topic_id,
                    ..Default::default()
                }
            });
            topic.partitions.push(FetchPartition {
                partition: partition.partition,
                current_leader_epoch: leader_epoch,
                fetch_offset: offset,
                partition_max_bytes: config.max_partition_fetch_bytes,
                ..Default::default()
            });
            asked.insert(partition, Asked { token, offset });
        }
        let request = FetchRequest {
            max_wait_ms: i32::try_from(config.fetch_max_wait.as_millis()).unwrap_or(i32::MAX),
            min_bytes: config.fetch_min_bytes,
            max_bytes: config.fetch_max_bytes,
            isolation_level: config.isolation_level.wire(),
            topics: topics.into_values().collect(),
            ..Default::default()
        };
        self.run("consumer-fetch", async move {
            let result = fetch(
                &cluster,
                node,
                request,
                config.client.request_timeout + config.fetch_max_wait,
            )
            .await;
            Brought::Fetch {
                node,
                asked,
                names,
                result,
            }
        });
    }

    /// Committed offsets.
    pub(super) fn committed(&self, coordinator: Arc<Coordinator>, asked: Vec<(TopicPartition, u64)>) {
        let deadline = self.cluster.deadline(self.config.client.request_timeout);
        self.run("consumer-committed", async move {
            let partitions: Vec<TopicPartition> = asked.iter().map(|(partition, _)| partition.clone()).collect();
            let result = offsets::committed(&coordinator, Some(&partitions), deadline).await;
            Brought::Committed { asked, result }
        });
    }

    /// Offsets at the beginning, at the end, or by time: one round, so that what is found does not wait for what is not.
    pub(super) fn seek(&self, asked: Vec<(TopicPartition, u64, Seek)>) {
        let (cluster, isolation) = (self.cluster.clone(), self.config.isolation_level);
        self.run("consumer-seek", async move {
            let timestamp = |seek| match seek {
                Seek::Beginning => EARLIEST,
                Seek::End => LATEST,
                Seek::Timestamp(timestamp) => timestamp,
            };
            let wanted = asked
                .iter()
                .map(|(partition, _, seek)| (partition.clone(), timestamp(*seek)))
                .collect();
            let listed = offsets::list_once(&cluster, &wanted, isolation).await;
            Brought::Sought { asked, listed }
        });
    }

    /// Metadata, after a pause.
    pub(super) fn metadata(&self, wanted: Wanted, pause: Duration) {
        let (cluster, auto_create) = (self.cluster.clone(), self.config.allow_auto_create_topics);
        self.run("consumer-metadata", async move {
            cluster.seam().sleep(pause).await;
            let everything = matches!(wanted, Wanted::All);
            match cluster.refresh(&wanted, auto_create && !everything).await {
                Ok(response) => {
                    let known = response
                        .topics
                        .into_iter()
                        .filter(|topic| topic.error_code == 0 && !topic.is_internal);
                    let names = known.filter_map(|topic| topic.name.map(|name| name.detach()));
                    Brought::Metadata {
                        all: everything.then(|| names.collect()),
                        failed: false,
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, "metadata");
                    Brought::Metadata {
                        all: None,
                        failed: true,
                    }
                }
            }
        });
    }
}

async fn fetch(
    cluster: &Cluster,
    node: i32,
    mut request: FetchRequest,
    timeout: Duration,
) -> Result<FetchResponse, CallError> {
    let connection = cluster.connection(node, Lane::Fetch).await?;
    let named = request.topics.iter().any(|topic| topic.topic_id.is_nil());
    let cap = if named { TOPIC_ID_VERSION - 1 } else { i16::MAX };
    let version = connection.version::<FetchRequest>(cap)?;
    if version >= TOPIC_ID_VERSION {
        request.topics.iter_mut().for_each(|topic| topic.topic = Str::new());
    }
    connection.call_version(&request, version, timeout).await
}
