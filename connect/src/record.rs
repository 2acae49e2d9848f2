//! A record between converter and plugin: what transforms and predicates see.

use weir_connect_sdk::{Header, SchemaAndValue, SinkRecord, SourceRecord};

/// A record in the pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub topic: String,
    pub partition: Option<i32>,
    pub key: SchemaAndValue,
    pub value: SchemaAndValue,
    /// Milliseconds since the epoch.
    pub timestamp: Option<i64>,
    pub headers: Vec<Header>,
    /// The offset in Kafka: sinks only.
    pub offset: Option<i64>,
}

impl From<&SourceRecord> for Record {
    fn from(record: &SourceRecord) -> Self {
        Self {
            topic: record.topic.clone(),
            partition: record.partition,
            key: record.key.clone(),
            value: record.value.clone(),
            timestamp: record.timestamp,
            headers: record.headers.clone(),
            offset: None,
        }
    }
}

impl Record {
    /// The record as a sink sees it; coordinates and timestamp type are those of `original`.
    pub fn into_sink_record(self, original: &SinkRecord) -> SinkRecord {
        SinkRecord {
            topic: self.topic,
            partition: self.partition.unwrap_or(original.partition),
            offset: original.offset,
            key: self.key,
            value: self.value,
            timestamp: self.timestamp,
            timestamp_type: original.timestamp_type,
            headers: self.headers,
        }
    }
}
