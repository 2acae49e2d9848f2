//! The `consumer` protocol: what members say in a join, and how the leader assigns (Kafka's `ConsumerProtocol`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;
use weir_messages::{
    ConsumerProtocolAssignment, ConsumerProtocolSubscription, DecodeError, EncodeError, Message, Reader, Str, Writer,
    consumer_protocol_assignment, consumer_protocol_subscription,
};

use super::assignor::{Assignor, AssignorMember, Topics};
use crate::cluster::{Cluster, Wanted};
use crate::group::{AssignError, GroupProtocol, Members};
use crate::types::TopicPartition;

/// What the next join says; the consumer keeps it up to date.
#[derive(Debug, Default)]
pub(super) struct Offer {
    pub(super) topics: BTreeSet<Str>,
    pub(super) owned: BTreeSet<TopicPartition>,
    pub(super) generation: i32,
    /// Partition counts that this member, as leader, last assigned by; `None` for a topic that did not exist.
    pub(super) assigned_by: Option<BTreeMap<Str, Option<usize>>>,
}

impl Offer {
    /// Whether the leader would now assign by other partitions than it did.
    pub(super) fn outdated(&self, cluster: &Cluster) -> bool {
        let count = |name: &Str| cluster.cached_any(name).map(|topic| topic.partitions.len());
        self.assigned_by
            .as_ref()
            .is_some_and(|topics| topics.iter().any(|(name, by)| count(name) != *by))
    }
}

pub(super) struct ConsumerProtocol {
    pub(super) cluster: Cluster,
    pub(super) assignors: Vec<Assignor>,
    pub(super) offer: Arc<Mutex<Offer>>,
    pub(super) auto_create: bool,
}

#[async_trait]
impl GroupProtocol for ConsumerProtocol {
    fn protocol_type(&self) -> Str {
        Str::from_static("consumer")
    }

    fn protocols(&mut self) -> Vec<(Str, Bytes)> {
        let mut offer = self.offer.lock();
        // Unless this member leads again, what it assigned by does not matter any more.
        offer.assigned_by = None;
        let subscription = |assignor: &Assignor| subscription(&offer, *assignor);
        let named = |assignor: &Assignor| Some((Str::from_static(assignor.name()), subscription(assignor).ok()?));
        self.assignors.iter().filter_map(named).collect()
    }

    async fn assign(&mut self, members: Members) -> Result<BTreeMap<Str, Bytes>, AssignError> {
        let assignor = Assignor::from_name(&members.protocol)
            .ok_or_else(|| AssignError(format!("protocol {} is not known", members.protocol)))?;
        let failed = |error: DecodeError| AssignError(format!("a member's subscription does not decode: {error}"));
        let mut subscribed = Vec::new();
        for member in members.members {
            let mut read = read_subscription(member.metadata, assignor).map_err(failed)?;
            read.id = member.id;
            read.instance_id = member.instance_id;
            subscribed.push(read);
        }
        let wanted: BTreeSet<Str> = subscribed
            .iter()
            .flat_map(|member| member.topics.iter().cloned())
            .collect();
        let topics = self.topics(&wanted).await?;
        let assignment = assignor.assign(&topics, &subscribed);
        let by = wanted
            .into_iter()
            .map(|name| (topics.get(&name).copied(), name))
            .map(|(count, name)| (name, count));
        self.offer.lock().assigned_by = Some(by.collect());
        let encoded = assignment
            .into_iter()
            .map(|(member, partitions)| Ok((member, encode_assignment(partitions)?)));
        encoded
            .collect::<Result<_, EncodeError>>()
            .map_err(|error| AssignError(error.to_string()))
    }
}

impl ConsumerProtocol {
    /// Partition counts, freshly asked for; topics that do not exist are left out.
    async fn topics(&self, wanted: &BTreeSet<Str>) -> Result<Topics, AssignError> {
        let deadline = self.cluster.deadline(self.cluster.config().request_timeout);
        let mut backoff = self.cluster.backoff();
        loop {
            match self
                .cluster
                .refresh(&Wanted::Topics(wanted.clone()), self.auto_create)
                .await
            {
                Ok(_) => break,
                Err(error) if error.retriable() && !deadline.passed(self.cluster.seam()) => {
                    backoff.pause(self.cluster.seam(), deadline).await;
                }
                Err(error) => return Err(AssignError(error.to_string())),
            }
        }
        let count = |name: &Str| Some((name.clone(), self.cluster.cached_any(name)?.partitions.len()));
        Ok(wanted.iter().filter_map(count).collect())
    }
}

/// A subscription with its version in front, as every member writes it.
fn subscription(offer: &Offer, assignor: Assignor) -> Result<Bytes, EncodeError> {
    let mut owned: BTreeMap<Str, Vec<i32>> = BTreeMap::new();
    if assignor.is_cooperative() {
        for partition in &offer.owned {
            owned
                .entry(partition.topic.clone())
                .or_default()
                .push(partition.partition);
        }
    }
    let topic = |(topic, partitions)| consumer_protocol_subscription::TopicPartition { topic, partitions };
    let subscription = ConsumerProtocolSubscription {
        topics: offer.topics.iter().cloned().collect(),
        user_data: assignor.user_data(&offer.owned, offer.generation),
        owned_partitions: owned.into_iter().map(topic).collect(),
        generation_id: offer.generation,
        rack_id: None,
    };
    versioned(&subscription)
}

fn read_subscription(bytes: Bytes, assignor: Assignor) -> Result<AssignorMember, DecodeError> {
    let read: ConsumerProtocolSubscription = read_versioned(bytes)?;
    let owned = read.owned_partitions.into_iter().flat_map(|topic| {
        let name = topic.topic;
        topic
            .partitions
            .into_iter()
            .map(move |partition| TopicPartition::new(name.clone(), partition))
    });
    let mut member = AssignorMember {
        topics: read.topics.into_iter().collect(),
        owned: owned.collect(),
        generation: read.generation_id,
        ..Default::default()
    };
    if let Some(data) = read.user_data {
        assignor.read_user_data(&mut member, data);
    }
    Ok(member)
}

fn encode_assignment(partitions: Vec<TopicPartition>) -> Result<Bytes, EncodeError> {
    let mut topics: BTreeMap<Str, Vec<i32>> = BTreeMap::new();
    for partition in partitions {
        topics.entry(partition.topic).or_default().push(partition.partition);
    }
    let topic = |(topic, partitions)| consumer_protocol_assignment::TopicPartition { topic, partitions };
    versioned(&ConsumerProtocolAssignment {
        assigned_partitions: topics.into_iter().map(topic).collect(),
        user_data: None,
    })
}

/// What a leader assigned to this member; nothing at all is an empty assignment.
pub(crate) fn read_assignment(bytes: Bytes) -> Result<BTreeSet<TopicPartition>, DecodeError> {
    if bytes.is_empty() {
        return Ok(BTreeSet::new());
    }
    let read: ConsumerProtocolAssignment = read_versioned(bytes)?;
    let partitions = read.assigned_partitions.into_iter().flat_map(|topic| {
        let name = topic.topic.detach();
        topic
            .partitions
            .into_iter()
            .map(move |partition| TopicPartition::new(name.clone(), partition))
    });
    Ok(partitions.collect())
}

fn versioned<M: Message>(message: &M) -> Result<Bytes, EncodeError> {
    let mut w = Writer::new();
    w.put_i16(M::MAX_VERSION);
    message.encode(&mut w, M::MAX_VERSION)?;
    Ok(w.into_bytes())
}

/// A newer version than this client knows only adds fields at the end.
fn read_versioned<M: Message>(bytes: Bytes) -> Result<M, DecodeError> {
    let mut r = Reader::new(bytes);
    let version = r.i16()?;
    M::decode(&mut r, version.min(M::MAX_VERSION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subscriptions_and_assignments_come_back() {
        let owned: BTreeSet<_> = [("t", 1), ("u", 0)].map(|(t, p)| TopicPartition::new(t, p)).into();
        let offer = Offer {
            topics: ["t", "u"].map(Str::from).into(),
            owned: owned.clone(),
            generation: 4,
            assigned_by: None,
        };
        for (assignor, has) in [
            (Assignor::Range, false),
            (Assignor::Sticky, true),
            (Assignor::CooperativeSticky, true),
        ] {
            let member = read_subscription(subscription(&offer, assignor).unwrap(), assignor).unwrap();
            assert_eq!((member.topics.len(), member.generation), (2, 4));
            assert_eq!(member.owned.len(), if has { 2 } else { 0 }, "{assignor:?}");
        }
        let bytes = encode_assignment(owned.iter().cloned().collect()).unwrap();
        assert_eq!(read_assignment(bytes.clone()).unwrap(), owned);
        let mut newer = bytes.to_vec();
        newer[1] = 99;
        newer.extend([1, 2, 3]);
        assert_eq!(
            read_assignment(newer.into()).unwrap(),
            owned,
            "a newer version adds at the end"
        );
        assert!(read_assignment(Bytes::from_static(&[0, 0, 9])).is_err());
        assert!(read_assignment(Bytes::new()).unwrap().is_empty());
    }
}
