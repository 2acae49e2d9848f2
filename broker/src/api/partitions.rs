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

/// What became of partitions, by topic, in the order in which it is told: where Kafka's response builders merge what was
/// refused at once with what a coordinator answers, the refused come first (`OffsetCommitResponse.Builder`).
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
