//! What comes out.

use bytes::Bytes;
use weir_core::record::{Header, TimestampType};
use weir_messages::Str;

use crate::types::TopicPartition;

/// A record as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerRecord {
    /// Where from.
    pub topic: Str,
    /// Where from.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Milliseconds since the epoch.
    pub timestamp: i64,
    /// Who set the timestamp.
    pub timestamp_type: TimestampType,
    /// `None` is null.
    pub key: Option<Bytes>,
    /// `None` is null: a tombstone in a compacted topic.
    pub value: Option<Bytes>,
    /// In order; names may repeat.
    pub headers: Vec<Header>,
    /// Epoch of the leader that wrote it, when known.
    pub leader_epoch: Option<i32>,
}

impl ConsumerRecord {
    /// Its topic and partition.
    pub fn topic_partition(&self) -> TopicPartition {
        TopicPartition::new(self.topic.clone(), self.partition)
    }
}

/// What a poll brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsumerEvent {
    /// Records, at least one.
    Records(Vec<ConsumerRecord>),
    /// Partitions that were added; with an eager assignor, all of them.
    Assigned(Vec<TopicPartition>),
    /// Partitions that go to others as soon as this consumer polls again: the moment to commit what was processed.
    Revoked(Vec<TopicPartition>),
    /// Partitions that others may have taken already: commits for them fail.
    Lost(Vec<TopicPartition>),
}
