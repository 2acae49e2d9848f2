//! Topics: create, delete, grow, list, describe.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use weir_core::ErrorCode;
use weir_messages::create_partitions_request::CreatePartitionsTopic;
use weir_messages::create_topics_request::{CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig};
use weir_messages::delete_topics_request::DeleteTopicState;
use weir_messages::{CreatePartitionsRequest, CreateTopicsRequest, DeleteTopicsRequest, Str, Uuid};

use super::{Admin, AdminError, Each, all_retriable};
use crate::cluster::{TopicMetadata, Wanted};
use crate::types::ApiError;

/// From this version on, topics are deleted by name or by id.
const DELETE_BY_ID_VERSION: i16 = 6;

/// What the controller says it does not know is not there: no retry mends that, other than with a broker's metadata.
fn controlled(each: Each<Str, ()>) -> Result<Each<Str, ()>, AdminError> {
    let unknown = |result: &Result<(), ApiError>| matches!(result, Err(error) if error.code == ErrorCode::UnknownTopicOrPartition);
    if each.values().any(unknown) {
        return Ok(each);
    }
    all_retriable(each)
}

/// A topic to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTopic {
    /// Its name.
    pub name: Str,
    /// Partitions; `None`: the broker's default.
    pub partitions: Option<i32>,
    /// Replicas of each partition; `None`: the broker's default.
    pub replication_factor: Option<i16>,
    /// Replicas by partition, instead of the two numbers.
    pub assignments: BTreeMap<i32, Vec<i32>>,
    /// Settings that differ from the broker's.
    pub configs: BTreeMap<String, String>,
}

impl NewTopic {
    /// A topic with the broker's default replication factor and settings.
    pub fn new(name: impl Into<Str>, partitions: i32) -> Self {
        Self {
            name: name.into(),
            partitions: Some(partitions),
            replication_factor: None,
            assignments: BTreeMap::new(),
            configs: BTreeMap::new(),
        }
    }

    /// With a setting.
    #[must_use]
    pub fn config(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.configs.insert(name.into(), value.into());
        self
    }

    /// With a replication factor.
    #[must_use]
    pub fn replication_factor(mut self, factor: i16) -> Self {
        self.replication_factor = Some(factor);
        self
    }

    fn wire(&self) -> CreatableTopic {
        let assignment = |(index, brokers): (&i32, &Vec<i32>)| CreatableReplicaAssignment {
            partition_index: *index,
            broker_ids: brokers.clone(),
            ..Default::default()
        };
        let config = |(name, value): (&String, &String)| CreatableTopicConfig {
            name: name.into(),
            value: Some(value.into()),
            ..Default::default()
        };
        let by_hand = !self.assignments.is_empty();
        CreatableTopic {
            name: self.name.clone(),
            num_partitions: self.partitions.filter(|_| !by_hand).unwrap_or(-1),
            replication_factor: self.replication_factor.filter(|_| !by_hand).unwrap_or(-1),
            assignments: self.assignments.iter().map(assignment).collect(),
            configs: self.configs.iter().map(config).collect(),
            ..Default::default()
        }
    }
}

/// A topic as it was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreatedTopic {
    /// Its id; nil when the broker is too old to have ids.
    pub id: Uuid,
    /// Its partitions; -1 when the broker does not say.
    pub partitions: i32,
    /// Its replication factor; -1 when the broker does not say.
    pub replication_factor: i16,
}

/// A topic that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicListing {
    /// Its name.
    pub name: Str,
    /// Its id; nil when the broker is too old to have ids.
    pub id: Uuid,
    /// Made by Kafka for itself.
    pub internal: bool,
    /// Its partitions.
    pub partitions: usize,
}

impl Admin {
    /// Creates topics; with `validate_only` it only says whether it would.
    ///
    /// # Errors
    /// No broker answered in time.
    pub async fn create_topics(
        &self,
        topics: &[NewTopic],
        validate_only: bool,
    ) -> Result<Each<Str, CreatedTopic>, AdminError> {
        let request = CreateTopicsRequest {
            topics: topics.iter().map(NewTopic::wire).collect(),
            timeout_ms: self.timeout_ms(),
            validate_only,
            ..Default::default()
        };
        self.retry(|| async {
            let response = self.cluster.call_any(&request, i16::MAX).await?;
            let created = response.topics.into_iter().map(|topic| {
                let result = ApiError::check(topic.error_code, topic.error_message.as_ref());
                let created = CreatedTopic {
                    id: topic.topic_id,
                    partitions: topic.num_partitions,
                    replication_factor: topic.replication_factor,
                };
                (topic.name, result.map(|()| created))
            });
            all_retriable(created.collect())
        })
        .await
    }

    /// Deletes topics with all their records.
    ///
    /// # Errors
    /// No broker answered in time.
    pub async fn delete_topics<T: Into<Str>>(
        &self,
        names: impl IntoIterator<Item = T>,
    ) -> Result<Each<Str, ()>, AdminError> {
        let names: Vec<Str> = names.into_iter().map(Into::into).collect();
        let state = |name: &Str| DeleteTopicState {
            name: Some(name.clone()),
            ..Default::default()
        };
        self.retry(|| async {
            let connection = self.cluster.any_connection().await?;
            let version = connection.version::<DeleteTopicsRequest>(i16::MAX)?;
            let by_state = version >= DELETE_BY_ID_VERSION;
            let request = DeleteTopicsRequest {
                topics: if by_state {
                    names.iter().map(state).collect()
                } else {
                    Vec::new()
                },
                topic_names: if by_state { Vec::new() } else { names.clone() },
                timeout_ms: self.timeout_ms(),
                ..Default::default()
            };
            let response = connection
                .call_version(&request, version, self.config.client.request_timeout)
                .await?;
            let deleted = response.responses.into_iter().filter_map(|topic| {
                let result = ApiError::check(topic.error_code, topic.error_message.as_ref());
                Some((topic.name?, result))
            });
            let deleted: Each<Str, ()> = deleted.collect();
            deleted.keys().for_each(|name| self.cluster.invalidate(name));
            controlled(deleted)
        })
        .await
    }

    /// Raises the number of partitions to the given totals.
    ///
    /// # Errors
    /// No broker answered in time.
    pub async fn create_partitions(
        &self,
        totals: &BTreeMap<Str, i32>,
        validate_only: bool,
    ) -> Result<Each<Str, ()>, AdminError> {
        let topic = |(name, count): (&Str, &i32)| CreatePartitionsTopic {
            name: name.clone(),
            count: *count,
            assignments: None,
            ..Default::default()
        };
        let request = CreatePartitionsRequest {
            topics: totals.iter().map(topic).collect(),
            timeout_ms: self.timeout_ms(),
            validate_only,
            ..Default::default()
        };
        self.retry(|| async {
            let response = self.cluster.call_any(&request, i16::MAX).await?;
            let grown = response.results.into_iter().map(|topic| {
                self.cluster.invalidate(&topic.name);
                (
                    topic.name,
                    ApiError::check(topic.error_code, topic.error_message.as_ref()),
                )
            });
            controlled(grown.collect())
        })
        .await
    }

    /// All topics, internal ones included.
    ///
    /// # Errors
    /// No broker answered in time.
    pub async fn list_topics(&self) -> Result<Vec<TopicListing>, AdminError> {
        let response = self
            .retry(|| async { Ok(self.cluster.refresh(&Wanted::All, false).await?) })
            .await?;
        let mut topics: Vec<TopicListing> = response
            .topics
            .into_iter()
            .filter_map(|topic| {
                Some(TopicListing {
                    name: topic.name?,
                    id: topic.topic_id,
                    internal: topic.is_internal,
                    partitions: topic.partitions.len(),
                })
            })
            .collect();
        topics.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(topics)
    }

    /// Partitions, leaders and replicas of topics.
    ///
    /// # Errors
    /// No broker answered in time.
    pub async fn describe_topics<T: Into<Str>>(
        &self,
        names: impl IntoIterator<Item = T>,
    ) -> Result<Each<Str, Arc<TopicMetadata>>, AdminError> {
        let names: BTreeSet<Str> = names.into_iter().map(Into::into).collect();
        let wanted = Wanted::Topics(names.clone());
        let response = self
            .retry(|| async { Ok(self.cluster.refresh(&wanted, false).await?) })
            .await?;
        let code = |name: &Str| {
            let topic = response.topics.iter().find(|topic| topic.name.as_ref() == Some(name));
            topic.map_or(ErrorCode::UnknownTopicOrPartition.code(), |topic| topic.error_code)
        };
        let described = names.into_iter().map(|name| {
            let result = ApiError::check(code(&name), None).and_then(|()| {
                self.cluster
                    .cached_any(&name)
                    .ok_or_else(|| ErrorCode::UnknownTopicOrPartition.into())
            });
            (name, result)
        });
        Ok(described.collect())
    }
}
