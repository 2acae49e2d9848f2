//! What a controller decides: each command reads [`Metadata`] and returns records and a reply.

use super::names::collide;
use super::{Metadata, PRODUCER_ID_BLOCK, RESOURCE_TOPIC, validate_topic_name};
use crate::topic_config;
use std::collections::{BTreeMap, BTreeSet};
use weir_core::ErrorCode;
use weir_messages::{
    ConfigRecord, FeatureLevelRecord, MetadataRecord, PartitionRecord, ProducerIdsRecord, RegisterBrokerRecord,
    RemoveTopicRecord, Str, TopicRecord, Uuid,
};

/// An error of an admin API: code and text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// Kafka's code.
    pub code: ErrorCode,
    /// Kafka's text.
    pub message: String,
}

impl ApiError {
    /// From its parts.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// A topic to be made; -1 asks for a default, which the caller has put in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    /// Its name.
    pub name: Str,
    /// A fresh random id.
    pub id: Uuid,
    /// Partitions, ignored with `assignments`.
    pub partitions: i32,
    /// Replicas of each, ignored with `assignments`.
    pub replication_factor: i16,
    /// Partition index → replicas.
    pub assignments: BTreeMap<i32, Vec<i32>>,
    /// Settings; `None` is not allowed.
    pub configs: Vec<(Str, Option<Str>)>,
    /// Log directory of the first replica.
    pub directory: Uuid,
    /// Only check.
    pub validate_only: bool,
}

/// How IncrementalAlterConfigs changes a setting (KIP-339).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlterOp {
    /// Give it this value.
    Set,
    /// Back to the default.
    Delete,
    /// Add to a list.
    Append,
    /// Take from a list.
    Subtract,
}

/// One change of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigOp {
    /// Setting.
    pub name: Str,
    /// What to do.
    pub op: AlterOp,
    /// With what.
    pub value: Option<Str>,
}

/// Changes of a resource's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigChange {
    /// `ConfigResource.Type`.
    pub resource_type: i8,
    /// Which one.
    pub name: Str,
    /// In order.
    pub ops: Vec<ConfigOp>,
    /// What is not named goes back to its default.
    pub replace: bool,
    /// Only check.
    pub validate_only: bool,
}

/// What callers ask.
#[derive(Clone, Debug)]
pub enum Command {
    /// Write these features into an empty log.
    Bootstrap(Vec<(Str, i16)>),
    /// This broker is here.
    RegisterBroker(Box<RegisterBrokerRecord>),
    /// This broker, the only one, leads every partition from now on: what a Kafka that stopped left without a leader, too.
    LeadAll(i32),
    /// CreateTopics, one topic.
    CreateTopic(Box<NewTopic>),
    /// DeleteTopics, one topic.
    DeleteTopic(Uuid),
    /// CreatePartitions, one topic.
    CreatePartitions {
        /// Topic.
        name: Str,
        /// Total afterwards.
        count: i32,
        /// Replicas of each new partition, when given.
        assignments: Option<Vec<Vec<i32>>>,
        /// Log directory of the first replica.
        directory: Uuid,
        /// Only check.
        validate_only: bool,
    },
    /// IncrementalAlterConfigs or AlterConfigs, one resource.
    AlterConfig(ConfigChange),
    /// A block of producer ids for this broker.
    AllocateProducerIds {
        /// Whose.
        broker: i32,
        /// Epoch of its registration.
        broker_epoch: i64,
    },
}

/// What callers get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Done, nothing more to say.
    Done,
    /// The topic as made: partitions and replication factor.
    Created {
        /// Partitions.
        partitions: i32,
        /// Replicas of each.
        replication_factor: i16,
    },
    /// First id of a block of [`PRODUCER_ID_BLOCK`].
    ProducerIds(i64),
    /// Refused.
    Refused(ApiError),
}

pub(super) type Decided = Result<(Vec<MetadataRecord>, Reply), ApiError>;

impl Metadata {
    pub(super) fn decide_command(&self, command: Command) -> (Vec<MetadataRecord>, Reply) {
        let decided = match command {
            Command::Bootstrap(features) => Ok((
                features
                    .into_iter()
                    .map(|(name, feature_level)| {
                        MetadataRecord::FeatureLevel(FeatureLevelRecord {
                            name,
                            feature_level,
                            ..Default::default()
                        })
                    })
                    .collect(),
                Reply::Done,
            )),
            Command::RegisterBroker(record) => Ok((vec![MetadataRecord::RegisterBroker(*record)], Reply::Done)),
            Command::LeadAll(broker) => self.lead_all(broker),
            Command::CreateTopic(topic) => self.create_topic(*topic),
            Command::DeleteTopic(id) => self.delete_topic(id),
            Command::CreatePartitions {
                name,
                count,
                assignments,
                directory,
                validate_only,
            } => self.create_partitions(&name, count, assignments, directory, validate_only),
            Command::AlterConfig(change) => self.alter_config(&change),
            Command::AllocateProducerIds { broker, broker_epoch } => {
                let record = ProducerIdsRecord {
                    broker_id: broker,
                    broker_epoch,
                    next_producer_id: self.next_producer_id + PRODUCER_ID_BLOCK,
                    ..Default::default()
                };
                Ok((
                    vec![MetadataRecord::ProducerIds(record)],
                    Reply::ProducerIds(self.next_producer_id),
                ))
            }
        };
        decided.unwrap_or_else(|e| (Vec::new(), Reply::Refused(e)))
    }

    fn create_topic(&self, topic: NewTopic) -> Decided {
        let refuse = |code, text: String| Err(ApiError::new(code, text));
        validate_topic_name(&topic.name).map_err(|e| ApiError::new(ErrorCode::InvalidTopicException, e))?;
        if self.topic(&topic.name).is_some() {
            return refuse(
                ErrorCode::TopicAlreadyExists,
                format!("Topic '{}' already exists.", topic.name),
            );
        }
        if topic.name.contains(['.', '_'])
            && let Some(other) = self.by_name.keys().find(|other| collide(other, &topic.name))
        {
            return refuse(
                ErrorCode::InvalidTopicException,
                format!("Topic '{}' collides with existing topic: {other}", topic.name),
            );
        }
        let replicas = self.new_assignments(&topic)?;
        let mut own = BTreeMap::new();
        for (name, value) in &topic.configs {
            let Some(value) = value else {
                return refuse(
                    ErrorCode::InvalidConfig,
                    format!("Null value not supported for topic configs: {name}"),
                );
            };
            own.insert(name.to_string(), value.to_string());
        }
        check_topic_config(&own)?;
        let reply = Reply::Created {
            partitions: i32::try_from(replicas.len()).unwrap_or(i32::MAX),
            replication_factor: replicas
                .first()
                .and_then(|(_, r)| i16::try_from(r.len()).ok())
                .unwrap_or(1),
        };
        if topic.validate_only {
            return Ok((Vec::new(), reply));
        }
        let mut records = vec![MetadataRecord::Topic(TopicRecord {
            name: topic.name.detach(),
            topic_id: topic.id,
            ..Default::default()
        })];
        // As Kafka: settings before partitions, so that nobody sees a partition with the wrong ones.
        records.extend(own.into_iter().map(|(name, value)| {
            MetadataRecord::Config(ConfigRecord {
                resource_type: RESOURCE_TOPIC,
                resource_name: topic.name.detach(),
                name: name.into(),
                value: Some(value.into()),
                ..Default::default()
            })
        }));
        records.extend(
            replicas
                .into_iter()
                .map(|(i, r)| partition_record(topic.id, i, r, topic.directory)),
        );
        Ok((records, reply))
    }

    fn new_assignments(&self, topic: &NewTopic) -> Result<Vec<(i32, Vec<i32>)>, ApiError> {
        let refuse = |code, text: String| Err(ApiError::new(code, text));
        if !topic.assignments.is_empty() {
            for (i, (index, replicas)) in (0_i32..).zip(&topic.assignments) {
                if *index != i {
                    return refuse(
                        ErrorCode::InvalidReplicaAssignment,
                        "partitions should be a consecutive 0-based integer sequence".into(),
                    );
                }
                self.check_replicas(replicas)?;
            }
            return Ok(topic.assignments.iter().map(|(i, r)| (*i, r.clone())).collect());
        }
        if topic.partitions <= 0 {
            return refuse(
                ErrorCode::InvalidPartitions,
                "Number of partitions was set to an invalid non-positive value.".into(),
            );
        }
        // What KRaft's controller allows in one request.
        if topic.partitions > 10_000 {
            return refuse(
                ErrorCode::PolicyViolation,
                "Excessively large number of partitions per request.".into(),
            );
        }
        let factor = topic.replication_factor;
        if factor <= 0 {
            return refuse(
                ErrorCode::InvalidReplicationFactor,
                "Replication factor must be larger than 0, or -1 to use the default value.".into(),
            );
        }
        let brokers: Vec<i32> = self
            .brokers
            .iter()
            .filter(|(_, b)| !b.fenced)
            .map(|(id, _)| *id)
            .collect();
        if usize::try_from(factor).unwrap_or(0) > brokers.len() {
            return refuse(
                ErrorCode::InvalidReplicationFactor,
                format!(
                    "Unable to replicate the partition {factor} time(s): The target replication factor of {factor} cannot be reached because only {} broker(s) are registered or some brokers have all their log directories cordoned.",
                    brokers.len()
                ),
            );
        }
        let spread = |i: i32| {
            (0..usize::try_from(factor).unwrap_or(1))
                .filter_map(|r| {
                    brokers
                        .get((usize::try_from(i).unwrap_or(0) + r) % brokers.len().max(1))
                        .copied()
                })
                .collect::<Vec<i32>>()
        };
        Ok((0..topic.partitions).map(|i| (i, spread(i))).collect())
    }

    fn check_replicas(&self, replicas: &[i32]) -> Result<(), ApiError> {
        let refuse = |text: String| Err(ApiError::new(ErrorCode::InvalidReplicaAssignment, text));
        if replicas.is_empty() {
            return refuse("The manual partition assignment includes an empty replica list.".into());
        }
        let mut seen = BTreeSet::new();
        for id in replicas {
            if !self.brokers.contains_key(id) {
                return refuse(format!(
                    "The manual partition assignment includes broker {id}, but no such broker is registered."
                ));
            }
            if !seen.insert(id) {
                return refuse(format!(
                    "The manual partition assignment includes the broker {id} more than once."
                ));
            }
        }
        Ok(())
    }

    fn delete_topic(&self, id: Uuid) -> Decided {
        if !self.topics.contains_key(&id) {
            return Err(ApiError::new(
                ErrorCode::UnknownTopicId,
                "This server does not host this topic ID.",
            ));
        }
        let record = RemoveTopicRecord {
            topic_id: id,
            ..Default::default()
        };
        Ok((vec![MetadataRecord::RemoveTopic(record)], Reply::Done))
    }

    fn create_partitions(
        &self,
        name: &str,
        count: i32,
        assignments: Option<Vec<Vec<i32>>>,
        directory: Uuid,
        validate_only: bool,
    ) -> Decided {
        let Some(topic) = self.topic(name) else {
            return Err(ApiError::new(
                ErrorCode::UnknownTopicOrPartition,
                "This server does not host this topic-partition.",
            ));
        };
        let have = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
        let invalid = |text: String| Err(ApiError::new(ErrorCode::InvalidPartitions, text));
        if count == have {
            return invalid(format!("Topic already has {have} partition(s)."));
        }
        if count < have {
            return invalid(format!(
                "The topic {name} currently has {have} partition(s); {count} would not be an increase."
            ));
        }
        if count - have > 10_000 {
            return Err(ApiError::new(
                ErrorCode::PolicyViolation,
                "Excessively large number of partitions per request.",
            ));
        }
        let factor = topic.partitions.values().next().map_or(1, |p| p.replicas.len());
        let replicas = match assignments {
            Some(given) => {
                if i32::try_from(given.len()) != Ok(count - have) {
                    return Err(ApiError::new(
                        ErrorCode::InvalidReplicaAssignment,
                        format!(
                            "Attempted to add {} additional partition(s), but only {} assignment(s) were specified.",
                            count - have,
                            given.len()
                        ),
                    ));
                }
                for one in &given {
                    self.check_replicas(one)?;
                }
                given
            }
            None => {
                let brokers: Vec<i32> = self
                    .brokers
                    .iter()
                    .filter(|(_, b)| !b.fenced)
                    .map(|(id, _)| *id)
                    .collect();
                let at = |i: i32, r: usize| {
                    brokers
                        .get((usize::try_from(i).unwrap_or(0) + r) % brokers.len().max(1))
                        .copied()
                };
                (have..count)
                    .map(|i| (0..factor.min(brokers.len())).filter_map(|r| at(i, r)).collect())
                    .collect()
            }
        };
        if validate_only {
            return Ok((Vec::new(), Reply::Done));
        }
        let records = (have..count)
            .zip(replicas)
            .map(|(i, r)| partition_record(topic.id, i, r, directory))
            .collect();
        Ok((records, Reply::Done))
    }

    fn alter_config(&self, change: &ConfigChange) -> Decided {
        let resource_type = change.resource_type;
        let before = self.config(resource_type, &change.name);
        let mut settings = if change.replace {
            BTreeMap::new()
        } else {
            before.clone()
        };
        let mut seen = BTreeSet::new();
        for op in &change.ops {
            let refuse = |code, text: String| Err(ApiError::new(code, text));
            if !seen.insert(&op.name) {
                return refuse(ErrorCode::InvalidRequest, "Error due to duplicate config keys".into());
            }
            if op.op == AlterOp::Delete {
                settings.remove(op.name.as_str());
                continue;
            }
            let Some(value) = &op.value else {
                return refuse(
                    ErrorCode::InvalidRequest,
                    format!("Null value not supported for : {}", op.name),
                );
            };
            if op.op == AlterOp::Set {
                settings.insert(op.name.to_string(), value.to_string());
                continue;
            }
            let entry = (resource_type == RESOURCE_TOPIC)
                .then(|| topic_config::def().entry(&op.name))
                .flatten();
            if !entry.is_some_and(|e| e.key.kind == weir_config::ConfigType::List) {
                return refuse(
                    ErrorCode::InvalidConfig,
                    format!(
                        "Can't {} to key {} because its type is not LIST.",
                        if op.op == AlterOp::Append { "APPEND" } else { "SUBTRACT" },
                        op.name
                    ),
                );
            }
            let default = entry
                .and_then(weir_config::Entry::default_value)
                .and_then(|v| v.to_text())
                .unwrap_or_default();
            let current = settings.get(op.name.as_str()).cloned().unwrap_or(default);
            let split = |text: &str| -> Vec<String> {
                text.split(',')
                    .map(str::trim)
                    .filter(|s| !s.is_empty())
                    .map(str::to_owned)
                    .collect()
            };
            let mut list = split(&current);
            // As Java splits: what ends in commas loses them. Another empty item is added like any, and refused below.
            for item in value
                .trim_end_matches(',')
                .split(',')
                .map(|item| item.trim().to_owned())
            {
                if op.op == AlterOp::Subtract {
                    list.retain(|have| *have != item);
                } else if !list.contains(&item) {
                    list.push(item);
                }
            }
            settings.insert(op.name.to_string(), list.join(","));
        }
        if resource_type == RESOURCE_TOPIC {
            check_topic_config(&settings)?;
        }
        if change.validate_only {
            return Ok((Vec::new(), Reply::Done));
        }
        let record = |setting: &str, value: Option<&String>| {
            MetadataRecord::Config(ConfigRecord {
                resource_type,
                resource_name: change.name.clone(),
                name: Str::from(setting),
                value: value.map(|v| Str::from(v.as_str())),
                ..Default::default()
            })
        };
        let set = settings
            .iter()
            .filter(|(k, v)| before.get(*k) != Some(v))
            .map(|(k, v)| record(k, Some(v)));
        let gone = before
            .keys()
            .filter(|k| !settings.contains_key(*k))
            .map(|k| record(k, None));
        Ok((set.chain(gone).collect(), Reply::Done))
    }
}

fn check_topic_config(own: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let invalid = |text: String| ApiError::new(ErrorCode::InvalidConfig, text);
    if let Some(name) = topic_config::unknown(own.keys()).first() {
        return Err(invalid(format!("Unknown topic config name: {name}")));
    }
    topic_config::parse(own, &BTreeMap::new()).map_err(|e| invalid(e.to_string()))?;
    topic_config::conflict(own).map_or(Ok(()), |text| Err(invalid(text)))
}

fn partition_record(topic_id: Uuid, partition_id: i32, replicas: Vec<i32>, directory: Uuid) -> MetadataRecord {
    MetadataRecord::Partition(PartitionRecord {
        partition_id,
        topic_id,
        isr: replicas.clone(),
        leader: replicas.first().copied().unwrap_or(-1),
        directories: vec![directory; replicas.len()],
        replicas,
        leader_epoch: 0,
        partition_epoch: 0,
        ..Default::default()
    })
}

#[cfg(test)]
mod tests;
