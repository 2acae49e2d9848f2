//! What goes in and what comes out.

use bytes::Bytes;
use weir_core::record::Header;
use weir_messages::Str;

/// A record to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProducerRecord {
    /// Where to.
    pub topic: Str,
    /// `None`: the partitioner decides.
    pub partition: Option<i32>,
    /// Milliseconds since the epoch; `None`: now.
    pub timestamp: Option<i64>,
    /// `None` is null.
    pub key: Option<Bytes>,
    /// `None` is null: a tombstone in a compacted topic.
    pub value: Option<Bytes>,
    /// In order; names may repeat.
    pub headers: Vec<Header>,
}

impl ProducerRecord {
    /// A record without a key.
    pub fn new(topic: impl Into<Str>, value: impl Into<Bytes>) -> Self {
        Self {
            topic: topic.into(),
            partition: None,
            timestamp: None,
            key: None,
            value: Some(value.into()),
            headers: Vec::new(),
        }
    }

    /// A record with a key.
    pub fn keyed(topic: impl Into<Str>, key: impl Into<Bytes>, value: impl Into<Bytes>) -> Self {
        Self {
            key: Some(key.into()),
            ..Self::new(topic, value)
        }
    }

    /// A key without a value.
    pub fn tombstone(topic: impl Into<Str>, key: impl Into<Bytes>) -> Self {
        Self {
            value: None,
            ..Self::keyed(topic, key, Bytes::new())
        }
    }

    /// With an explicit partition.
    #[must_use]
    pub fn partition(mut self, partition: i32) -> Self {
        self.partition = Some(partition);
        self
    }

    /// With a timestamp, in milliseconds since the epoch.
    #[must_use]
    pub fn timestamp(mut self, timestamp: i64) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, key: impl Into<Str>, value: impl Into<Bytes>) -> Self {
        self.headers.push(Header {
            key: key.into().into_bytes(),
            value: Some(value.into()),
        });
        self
    }
}

/// Where a record went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordMetadata {
    /// Its topic.
    pub topic: Str,
    /// Its partition.
    pub partition: i32,
    /// Its offset; -1 when the broker did not say (acks=0, or a duplicate that it had already).
    pub offset: i64,
    /// Its timestamp in milliseconds since the epoch: the broker's under `LogAppendTime`, else the producer's.
    pub timestamp: i64,
}
