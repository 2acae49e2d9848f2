//! The metadata cache: brokers and topics as the last answers had them. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use weir_core::ErrorCode;
use weir_messages::metadata_response::{MetadataResponsePartition, MetadataResponseTopic};
use weir_messages::{MetadataResponse, Str, Uuid};

use super::MetadataError;
use crate::types::TopicPartition;

/// A broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broker {
    /// Its id.
    pub id: i32,
    /// Where it listens.
    pub host: String,
    /// Where it listens.
    pub port: u16,
    /// Its rack, if it has one.
    pub rack: Option<String>,
}

impl Broker {
    /// `host:port`, an IPv6 address in brackets.
    pub fn address(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicMetadata {
    /// Its name.
    pub name: Str,
    /// Its id; nil when the broker is too old to have ids.
    pub id: Uuid,
    /// Made by Kafka for itself.
    pub internal: bool,
    /// By partition number, without gaps.
    pub partitions: Vec<PartitionMetadata>,
}

/// A partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionMetadata {
    /// Its leader, if it has one.
    pub leader: Option<i32>,
    /// Epoch of that leader, -1 when unknown.
    pub leader_epoch: i32,
    /// Brokers that have a replica, the preferred leader first.
    pub replicas: Vec<i32>,
    /// Those in sync.
    pub isr: Vec<i32>,
}

impl TopicMetadata {
    /// Leader of a partition and its epoch.
    pub(crate) fn leader(&self, partition: i32) -> Result<(i32, i32), MetadataError> {
        let index = usize::try_from(partition).unwrap_or(usize::MAX);
        let at = || TopicPartition::new(self.name.clone(), partition);
        let found = self
            .partitions
            .get(index)
            .ok_or_else(|| MetadataError::NoPartition(at()))?;
        let leader = found.leader.ok_or_else(|| MetadataError::NoLeader(at()))?;
        Ok((leader, found.leader_epoch))
    }
}

#[derive(Debug, Default)]
pub(super) struct Cache {
    brokers: BTreeMap<i32, Broker>,
    topics: BTreeMap<Str, Cached>,
}

#[derive(Debug)]
struct Cached {
    topic: Arc<TopicMetadata>,
    /// When it was asked for, on the monotonic clock.
    asked: Duration,
    stale: bool,
}

impl Cache {
    pub(super) fn brokers(&self) -> Vec<Broker> {
        self.brokers.values().cloned().collect()
    }

    pub(super) fn addresses(&self) -> Vec<String> {
        self.brokers.values().map(Broker::address).collect()
    }

    pub(super) fn address(&self, node: i32) -> Option<String> {
        self.brokers.get(&node).map(Broker::address)
    }

    pub(super) fn topic(&self, name: &str) -> Option<Arc<TopicMetadata>> {
        self.topics.get(name).map(|cached| cached.topic.clone())
    }

    pub(super) fn fresh_topic(&self, name: &str, oldest: Duration) -> Option<Arc<TopicMetadata>> {
        let cached = self
            .topics
            .get(name)
            .filter(|cached| !cached.stale && cached.asked >= oldest)?;
        Some(cached.topic.clone())
    }

    pub(super) fn invalidate(&mut self, name: &str) {
        if let Some(cached) = self.topics.get_mut(name) {
            cached.stale = true;
        }
    }

    /// Takes over an answer to a request of time `asked`.
    pub(super) fn merge(&mut self, response: &MetadataResponse, asked: Duration) {
        if !response.brokers.is_empty() {
            let broker = |b: &weir_messages::metadata_response::MetadataResponseBroker| Broker {
                id: b.node_id,
                host: b.host.as_str().to_owned(),
                port: u16::try_from(b.port).unwrap_or_default(),
                rack: b.rack.as_ref().map(|rack| rack.as_str().to_owned()),
            };
            self.brokers = response.brokers.iter().map(|b| (b.node_id, broker(b))).collect();
        }
        for topic in &response.topics {
            let Some(name) = &topic.name else { continue };
            match ErrorCode::from_code(topic.error_code) {
                ErrorCode::None | ErrorCode::LeaderNotAvailable => self.merge_topic(name, topic, asked),
                ErrorCode::UnknownTopicOrPartition | ErrorCode::UnknownTopicId => self.forget(name),
                _ => self.invalidate(name),
            }
        }
    }

    fn forget(&mut self, name: &str) {
        self.topics.remove(name);
    }

    fn merge_topic(&mut self, name: &Str, topic: &MetadataResponseTopic, asked: Duration) {
        let old = self.topics.get(name);
        // Ids and epochs tell a recreated topic and an answer from a broker that lags behind (KIP-320, KIP-516).
        let known = old
            .filter(|old| old.topic.id == topic.topic_id)
            .map(|old| &old.topic.partitions);
        let mut partitions: Vec<&MetadataResponsePartition> = topic.partitions.iter().collect();
        partitions.sort_by_key(|partition| partition.partition_index);
        let merged = partitions.iter().enumerate().map(|(index, partition)| {
            let fresh = PartitionMetadata {
                leader: Some(partition.leader_id).filter(|id| *id >= 0),
                leader_epoch: partition.leader_epoch,
                replicas: partition.replica_nodes.clone(),
                isr: partition.isr_nodes.clone(),
            };
            match known.and_then(|known| known.get(index)) {
                Some(old) if old.leader_epoch > fresh.leader_epoch => old.clone(),
                _ => fresh,
            }
        });
        let topic = TopicMetadata {
            // The name outlives the frame that it came in.
            name: name.detach(),
            id: topic.topic_id,
            internal: topic.is_internal,
            partitions: merged.collect(),
        };
        let cached = Cached {
            topic: Arc::new(topic),
            asked,
            stale: false,
        };
        self.topics.insert(cached.topic.name.clone(), cached);
    }

    pub(super) fn learn_leader(&mut self, at: &TopicPartition, leader: i32, epoch: i32, endpoint: Option<Broker>) {
        let Some(cached) = self.topics.get_mut(&at.topic) else {
            return;
        };
        let index = usize::try_from(at.partition).unwrap_or(usize::MAX);
        let Some(old) = cached.topic.partitions.get(index) else {
            return;
        };
        let known = endpoint.is_some() || self.brokers.contains_key(&leader);
        if !known || leader < 0 || old.leader_epoch >= epoch {
            return;
        }
        if let Some(broker) = endpoint {
            self.brokers.insert(broker.id, broker);
        }
        let mut topic = TopicMetadata::clone(&cached.topic);
        if let Some(partition) = topic.partitions.get_mut(index) {
            partition.leader = Some(leader);
            partition.leader_epoch = epoch;
        }
        cached.topic = Arc::new(topic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_messages::metadata_response::MetadataResponseBroker;

    fn response(id: u128, partitions: &[(i32, i32)]) -> MetadataResponse {
        let partition = |(index, (leader, epoch)): (usize, &(i32, i32))| MetadataResponsePartition {
            partition_index: i32::try_from(index).unwrap(),
            leader_id: *leader,
            leader_epoch: *epoch,
            ..Default::default()
        };
        let topic = MetadataResponseTopic {
            name: Some("t".into()),
            topic_id: Uuid::from_u128(id),
            partitions: partitions.iter().enumerate().map(partition).collect(),
            ..Default::default()
        };
        let broker = |id| MetadataResponseBroker {
            node_id: id,
            host: "h".into(),
            port: 9,
            ..Default::default()
        };
        MetadataResponse {
            brokers: vec![broker(1), broker(2)],
            topics: vec![topic],
            ..Default::default()
        }
    }

    fn leaders(cache: &Cache) -> Vec<(Option<i32>, i32)> {
        cache
            .topic("t")
            .unwrap()
            .partitions
            .iter()
            .map(|p| (p.leader, p.leader_epoch))
            .collect()
    }

    #[test]
    fn an_older_epoch_does_not_replace_a_newer_one_unless_the_topic_is_another() {
        let mut cache = Cache::default();
        cache.merge(&response(7, &[(1, 5), (2, 5)]), Duration::ZERO);
        cache.merge(&response(7, &[(2, 4), (1, 6)]), Duration::ZERO);
        assert_eq!(leaders(&cache), [(Some(1), 5), (Some(1), 6)]);
        cache.merge(&response(8, &[(2, 0)]), Duration::ZERO);
        assert_eq!(leaders(&cache), [(Some(2), 0)]);
    }

    #[test]
    fn stale_old_and_forgotten_topics_are_not_fresh() {
        let mut cache = Cache::default();
        let second = Duration::from_secs(1);
        cache.merge(&response(7, &[(1, 5)]), second);
        assert!(cache.fresh_topic("t", second).is_some());
        assert!(cache.fresh_topic("t", second * 2).is_none());
        cache.invalidate("t");
        assert!(cache.fresh_topic("t", second).is_none() && cache.topic("t").is_some());
        let mut gone = response(7, &[]);
        gone.topics[0].error_code = ErrorCode::UnknownTopicOrPartition.code();
        cache.merge(&gone, second);
        assert!(cache.topic("t").is_none());
    }

    #[test]
    fn a_leader_is_learned_only_from_a_newer_epoch() {
        let mut cache = Cache::default();
        cache.merge(&response(7, &[(1, 5)]), Duration::ZERO);
        let at = TopicPartition::new("t", 0);
        cache.learn_leader(&at, 2, 5, None);
        assert_eq!(leaders(&cache), [(Some(1), 5)]);
        cache.learn_leader(&at, 9, 6, None);
        assert_eq!(leaders(&cache), [(Some(1), 5)], "broker 9 has no address");
        cache.learn_leader(&at, 2, 6, None);
        assert_eq!(leaders(&cache), [(Some(2), 6)]);
    }
}
