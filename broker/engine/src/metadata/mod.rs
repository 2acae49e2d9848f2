//! The metadata of a cluster: topics, partitions, configs, features, producer id blocks, as a fold of Kafka's own
//! metadata records. [`decide`] holds what a controller decides (`ReplicationControlManager`,
//! `ConfigurationControlManager`, `ProducerIdControlManager`); this file holds state and replay.

mod decide;
mod names;
mod takeover;

pub use decide::{AlterOp, ApiError, Command, ConfigChange, ConfigOp, NewTopic, Reply};
pub use names::{TOPIC_NAME_MAX, validate_topic_name};

use std::collections::{BTreeMap, BTreeSet};
use weir_core::machine::{Decision, LogMachine, Ticket};
use weir_messages::{MetadataRecord, Str, Uuid};

/// Resource type of a topic in config records and DescribeConfigs (`ConfigResource.Type`).
pub const RESOURCE_TOPIC: i8 = 2;
/// Resource type of a broker; the empty name is the cluster-wide default.
pub const RESOURCE_BROKER: i8 = 4;
/// Resource type of a group's settings.
pub const RESOURCE_GROUP: i8 = 32;

/// Producer ids are handed to brokers in blocks of this size (`ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE`).
pub const PRODUCER_ID_BLOCK: i64 = 1000;

/// Metadata version 4.3-IV0, as `kafka-storage format` of 4.3.1 sets it.
pub const METADATA_VERSION: i16 = 30;
/// The oldest metadata version a 4.3 broker supports: 3.3-IV3.
pub const METADATA_VERSION_MIN: i16 = 7;

/// One partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionInfo {
    /// Brokers that hold it, the preferred leader first.
    pub replicas: Vec<i32>,
    /// Those that are caught up.
    pub isr: Vec<i32>,
    /// -1 when there is none.
    pub leader: i32,
    /// Grows with each election.
    pub leader_epoch: i32,
    /// Grows with each change.
    pub partition_epoch: i32,
}

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicInfo {
    /// Unique for ever.
    pub id: Uuid,
    /// Unique now.
    pub name: Str,
    /// By index.
    pub partitions: BTreeMap<i32, PartitionInfo>,
}

/// A broker that registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerInfo {
    /// Offset of its registration record.
    pub epoch: i64,
    /// Its data centre or rack.
    pub rack: Option<Str>,
    /// Not serving.
    pub fenced: bool,
}

/// What the records decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    topics: BTreeMap<Uuid, TopicInfo>,
    by_name: BTreeMap<Str, Uuid>,
    configs: BTreeMap<(i8, Str), BTreeMap<String, String>>,
    features: BTreeMap<Str, i16>,
    brokers: BTreeMap<i32, BrokerInfo>,
    next_producer_id: i64,
    not_served: BTreeSet<&'static str>,
}

impl Metadata {
    /// A topic by name.
    #[must_use]
    pub fn topic(&self, name: &str) -> Option<&TopicInfo> {
        self.topics.get(self.by_name.get(name)?)
    }

    /// A topic by id.
    #[must_use]
    pub fn topic_by_id(&self, id: Uuid) -> Option<&TopicInfo> {
        self.topics.get(&id)
    }

    /// All topics, by name.
    pub fn topics(&self) -> impl Iterator<Item = &TopicInfo> {
        self.by_name.values().filter_map(|id| self.topics.get(id))
    }

    /// Settings that were given for a resource.
    #[must_use]
    pub fn config(&self, resource_type: i8, name: &str) -> BTreeMap<String, String> {
        self.configs
            .get(&(resource_type, Str::from(name)))
            .cloned()
            .unwrap_or_default()
    }

    /// Finalized feature levels.
    #[must_use]
    pub fn features(&self) -> &BTreeMap<Str, i16> {
        &self.features
    }

    /// What a log of Kafka's decides, and this broker does not heed.
    pub fn not_served(&self) -> impl Iterator<Item = &'static str> {
        self.not_served.iter().copied()
    }

    /// Registered brokers.
    #[must_use]
    pub fn brokers(&self) -> &BTreeMap<i32, BrokerInfo> {
        &self.brokers
    }

    /// The first producer id that no block was handed out for.
    #[must_use]
    pub fn next_producer_id(&self) -> i64 {
        self.next_producer_id
    }

    fn pass_over(&mut self, what: &'static str) {
        self.not_served.insert(what);
    }

    /// Applies one record; types that this broker has no use for yet are passed over, so that a log Kafka wrote loads.
    pub fn apply(&mut self, record: &MetadataRecord) {
        match record {
            MetadataRecord::Topic(r) => {
                let name = r.name.detach();
                self.by_name.insert(name.clone(), r.topic_id);
                self.topics.insert(
                    r.topic_id,
                    TopicInfo {
                        id: r.topic_id,
                        name,
                        partitions: BTreeMap::new(),
                    },
                );
            }
            MetadataRecord::Partition(r) => {
                if let Some(topic) = self.topics.get_mut(&r.topic_id) {
                    topic.partitions.insert(
                        r.partition_id,
                        PartitionInfo {
                            replicas: r.replicas.clone(),
                            isr: r.isr.clone(),
                            leader: r.leader,
                            leader_epoch: r.leader_epoch,
                            partition_epoch: r.partition_epoch,
                        },
                    );
                }
            }
            MetadataRecord::PartitionChange(r) => {
                let partition = self
                    .topics
                    .get_mut(&r.topic_id)
                    .and_then(|t| t.partitions.get_mut(&r.partition_id));
                if let Some(partition) = partition {
                    partition.partition_epoch += 1;
                    if let Some(isr) = &r.isr {
                        partition.isr.clone_from(isr);
                    }
                    if let Some(replicas) = &r.replicas {
                        partition.replicas.clone_from(replicas);
                    }
                    // -2 is "no change" (`PartitionRegistration.merge`).
                    if r.leader != -2 {
                        partition.leader = r.leader;
                        partition.leader_epoch += 1;
                    }
                }
            }
            MetadataRecord::RemoveTopic(r) => {
                if let Some(topic) = self.topics.remove(&r.topic_id) {
                    self.configs.remove(&(RESOURCE_TOPIC, topic.name.clone()));
                    self.by_name.remove(&topic.name);
                }
            }
            MetadataRecord::Config(r) => {
                let key = (r.resource_type, r.resource_name.detach());
                let settings = self.configs.entry(key.clone()).or_default();
                match &r.value {
                    Some(value) => {
                        settings.insert(r.name.to_string(), value.to_string());
                    }
                    None => {
                        settings.remove(r.name.as_str());
                    }
                }
                if settings.is_empty() {
                    self.configs.remove(&key);
                }
            }
            MetadataRecord::FeatureLevel(r) => {
                if r.feature_level == 0 {
                    self.features.remove(&r.name);
                } else {
                    self.features.insert(r.name.detach(), r.feature_level);
                }
            }
            MetadataRecord::ProducerIds(r) => self.next_producer_id = r.next_producer_id,
            MetadataRecord::RegisterBroker(r) => {
                let info = BrokerInfo {
                    epoch: r.broker_epoch,
                    rack: r.rack.as_ref().map(Str::detach),
                    fenced: r.fenced,
                };
                self.brokers.insert(r.broker_id, info);
            }
            MetadataRecord::UnregisterBroker(r) => {
                self.brokers.remove(&r.broker_id);
            }
            MetadataRecord::BrokerRegistrationChange(r) => {
                if let Some(broker) = self.brokers.get_mut(&r.broker_id) {
                    match r.fenced {
                        1 => broker.fenced = true,
                        -1 => broker.fenced = false,
                        _ => {}
                    }
                }
            }
            MetadataRecord::DelegationToken(_) => self.pass_over("delegation tokens"),
            MetadataRecord::UserScramCredential(_) => self.pass_over("SCRAM credentials"),
            MetadataRecord::ClientQuota(_) => self.pass_over("client quotas"),
            MetadataRecord::AccessControlEntry(_) => self.pass_over("ACLs"),
            MetadataRecord::FenceBroker(_)
            | MetadataRecord::UnfenceBroker(_)
            | MetadataRecord::RemoveAccessControlEntry(_)
            | MetadataRecord::NoOp(_)
            | MetadataRecord::ZkMigrationState(_)
            | MetadataRecord::RemoveUserScramCredential(_)
            | MetadataRecord::BeginTransaction(_)
            | MetadataRecord::EndTransaction(_)
            | MetadataRecord::AbortTransaction(_)
            | MetadataRecord::RemoveDelegationToken(_)
            | MetadataRecord::RegisterController(_)
            | MetadataRecord::ClearElr(_) => {}
        }
    }
}

impl LogMachine for Metadata {
    type Command = Command;
    type Record = MetadataRecord;
    type Reply = Reply;
    type Durable = Self;

    fn decide(&mut self, _now: i64, ticket: Ticket, command: Command) -> Decision<MetadataRecord, Reply> {
        let (records, reply) = self.decide_command(command);
        Decision::write(records, ticket, reply)
    }

    fn replay(&mut self, record: &MetadataRecord) {
        self.apply(record);
    }

    fn durable(&self) -> Self {
        self.clone()
    }
}
