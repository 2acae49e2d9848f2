//! Finding the partition that a request means, by name or by id, with Kafka's error when there is none.

use crate::state::State;
use crate::topics::{PartitionHandle, TopicHandle};
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
