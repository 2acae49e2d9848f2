//! Small values that producer, consumer and admin share.

use std::fmt;

use weir_core::ErrorCode;
use weir_messages::Str;

/// A topic's partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// Topic name.
    pub topic: Str,
    /// Partition number, from 0.
    pub partition: i32,
}

impl TopicPartition {
    /// A partition by name and number.
    pub fn new(topic: impl Into<Str>, partition: i32) -> Self {
        Self {
            topic: topic.into(),
            partition,
        }
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// An offset to commit, or one that was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetAndMetadata {
    /// The next offset to read.
    pub offset: i64,
    /// Epoch of the leader that the last record was read from, when known.
    pub leader_epoch: Option<i32>,
    /// Free text, kept by the broker.
    pub metadata: Str,
}

impl OffsetAndMetadata {
    /// An offset without metadata.
    pub fn new(offset: i64) -> Self {
        Self {
            offset,
            leader_epoch: None,
            metadata: Str::new(),
        }
    }
}

/// An offset found by timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetAndTimestamp {
    /// The offset.
    pub offset: i64,
    /// Timestamp of the record there, milliseconds since the epoch; -1 when the lookup was not by timestamp.
    pub timestamp: i64,
    /// Epoch of the leader that wrote it, when known.
    pub leader_epoch: Option<i32>,
}

/// What a broker answered for one item of a request: an error code, and its own words when it gave any.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}{}", message.as_deref().map(|m| format!(": {m}")).unwrap_or_default())]
pub struct ApiError {
    /// Kafka's error code.
    pub code: ErrorCode,
    /// The broker's message.
    pub message: Option<String>,
}

impl ApiError {
    /// `Ok` for code 0.
    pub(crate) fn check(code: i16, message: Option<&Str>) -> Result<(), Self> {
        ErrorCode::check(code).map_err(|code| Self {
            code,
            message: message.filter(|m| !m.is_empty()).map(|m| m.as_str().to_owned()),
        })
    }

    /// Whether the same request may succeed later.
    pub fn retriable(&self) -> bool {
        self.code.retriable()
    }
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        Self { code, message: None }
    }
}
