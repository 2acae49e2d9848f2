//! Records as plugins see them. Owned, so that a batch can cross any boundary.

use serde_json::{Map, Value as Json};

use crate::data::SchemaAndValue;

/// What a source says about where it reads (`{"filename": …}`) and how far it got (`{"position": …}`). JSON, because
/// that is how Connect stores it.
pub type OffsetMap = Map<String, Json>;

/// Builds an [`OffsetMap`] from pairs.
pub fn offset_map<K: Into<String>, V: Into<Json>>(pairs: impl IntoIterator<Item = (K, V)>) -> OffsetMap {
    pairs
        .into_iter()
        .map(|(key, value)| (key.into(), value.into()))
        .collect()
}

/// A header; names may repeat and order counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    pub name: String,
    pub value: SchemaAndValue,
}

/// A record on its way into Kafka.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRecord {
    /// Which part of the source the record is from.
    pub source_partition: OffsetMap,
    /// Where to go on after this record.
    pub source_offset: OffsetMap,
    pub topic: String,
    /// `None` leaves the choice to the producer's partitioner.
    pub partition: Option<i32>,
    pub key: SchemaAndValue,
    pub value: SchemaAndValue,
    /// Milliseconds since the epoch; `None` is the time of sending.
    pub timestamp: Option<i64>,
    pub headers: Vec<Header>,
}

impl SourceRecord {
    /// A record without key, timestamp, headers or offset.
    pub fn new(topic: impl Into<String>, value: impl Into<SchemaAndValue>) -> Self {
        Self {
            source_partition: OffsetMap::new(),
            source_offset: OffsetMap::new(),
            topic: topic.into(),
            partition: None,
            key: SchemaAndValue::null(),
            value: value.into(),
            timestamp: None,
            headers: Vec::new(),
        }
    }

    /// Sets the key.
    pub fn key(mut self, key: impl Into<SchemaAndValue>) -> Self {
        self.key = key.into();
        self
    }

    /// Sets where the record is from and where to go on after it.
    pub fn at(mut self, source_partition: OffsetMap, source_offset: OffsetMap) -> Self {
        self.source_partition = source_partition;
        self.source_offset = source_offset;
        self
    }

    /// Sets the timestamp in milliseconds since the epoch.
    pub fn timestamp(mut self, timestamp: i64) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<SchemaAndValue>) -> Self {
        self.headers.push(Header {
            name: name.into(),
            value: value.into(),
        });
        self
    }
}

/// Who set a record's timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampType {
    NoTimestamp,
    CreateTime,
    LogAppendTime,
}

/// A record on its way out of Kafka.
#[derive(Debug, Clone, PartialEq)]
pub struct SinkRecord {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    pub key: SchemaAndValue,
    pub value: SchemaAndValue,
    pub timestamp: Option<i64>,
    pub timestamp_type: TimestampType,
    pub headers: Vec<Header>,
}

impl SinkRecord {
    /// A record without key, timestamp or headers.
    pub fn new(topic: impl Into<String>, partition: i32, offset: i64, value: impl Into<SchemaAndValue>) -> Self {
        Self {
            topic: topic.into(),
            partition,
            offset,
            key: SchemaAndValue::null(),
            value: value.into(),
            timestamp: None,
            timestamp_type: TimestampType::NoTimestamp,
            headers: Vec::new(),
        }
    }

    /// Sets the key.
    pub fn key(mut self, key: impl Into<SchemaAndValue>) -> Self {
        self.key = key.into();
        self
    }

    /// Whether the record deletes its key: a null value.
    pub fn is_tombstone(&self) -> bool {
        self.value.value.is_null()
    }

    /// Where the record came from.
    pub fn topic_partition(&self) -> TopicPartition {
        TopicPartition {
            topic: self.topic.clone(),
            partition: self.partition,
        }
    }
}

/// One partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    pub topic: String,
    pub partition: i32,
}

impl std::fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}
