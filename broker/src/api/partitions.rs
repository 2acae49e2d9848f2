//! Finding the partition that a request means, by name or by id, with Kafka's error when there is none; and telling what
//! became of each.

use crate::state::State;
use crate::topics::{PartitionHandle, TopicHandle};
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_messages::Uuid;

/// The topic that a request names (old versions) or identifies (new ones).
pub(super) fn topic(state: &State, by_id: bool, name: &str, id: Uuid) -> Result<Arc<TopicHandle>, ErrorCode> {
    if by_id {
        state.topics.by_id(id).ok_or(ErrorCode::UnknownTopicId)
    } else {
        state.topics.by_name(name).ok_or(ErrorCode::UnknownTopicOrPartition)
    }
}

/// One of its partitions.
pub(super) fn partition(
    topic: &Result<Arc<TopicHandle>, ErrorCode>,
    index: i32,
) -> Result<Arc<PartitionHandle>, ErrorCode> {
    match topic {
        Ok(topic) => topic.partition(index).ok_or(ErrorCode::UnknownTopicOrPartition),
        Err(code) => Err(*code),
    }
}

/// What became of partitions, by topic, as Kafka's response builders put it together from what is refused at once and what
/// a coordinator answers (`OffsetCommitResponse.Builder.merge`).
pub(super) struct Told<K> {
    topics: Vec<(K, Vec<(i32, ErrorCode)>)>,
    at: BTreeMap<K, usize>,
}

impl<K: Ord + Clone> Told<K> {
    pub(super) fn new() -> Self {
        Self {
            topics: Vec::new(),
            at: BTreeMap::new(),
        }
    }

    /// Has the topic in the answer, if only without partitions.
    pub(super) fn topic(&mut self, topic: &K) {
        self.entry(topic);
    }

    pub(super) fn push(&mut self, topic: &K, index: i32, code: ErrorCode) {
        if let Some((_, partitions)) = self.entry(topic) {
            partitions.push((index, code));
        }
    }

    /// What the coordinator answers, with its topic's place in the request: as it was asked if nothing was refused at once, and
    /// put with the topics that are there already otherwise.
    pub(super) fn answered(&mut self, rows: impl Iterator<Item = (usize, K, i32, ErrorCode)>) {
        let as_asked = self.topics.is_empty();
        let mut last = None;
        for (place, topic, index, code) in rows {
            if !as_asked {
                self.push(&topic, index, code);
                continue;
            }
            if last.replace(place) != Some(place) {
                self.topics.push((topic, Vec::new()));
            }
            if let Some((_, partitions)) = self.topics.last_mut() {
                partitions.push((index, code));
            }
        }
    }

    fn entry(&mut self, topic: &K) -> Option<&mut (K, Vec<(i32, ErrorCode)>)> {
        let at = match self.at.get(topic) {
            Some(at) => *at,
            None => {
                self.at.insert(topic.clone(), self.topics.len());
                self.topics.push((topic.clone(), Vec::new()));
                self.topics.len() - 1
            }
        };
        self.topics.get_mut(at)
    }

    pub(super) fn into_topics(self) -> Vec<(K, Vec<(i32, ErrorCode)>)> {
        self.topics
    }
}
