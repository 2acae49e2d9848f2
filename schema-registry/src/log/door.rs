//! The door: what the registry asks of a log.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

/// A record to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRecord {
    /// The key.
    pub key: Bytes,
    /// The value; `None` is a tombstone.
    pub value: Option<Bytes>,
}

/// A record that was read.
#[derive(Debug, Clone)]
pub struct LogEntry {
    /// Its offset.
    pub offset: i64,
    /// When it was appended, milliseconds since the epoch.
    pub timestamp: i64,
    /// The key; the registry writes no record without one.
    pub key: Option<Bytes>,
    /// The value; `None` is a tombstone.
    pub value: Option<Bytes>,
}

/// What a read found.
#[derive(Debug, Clone, Default)]
pub struct Fetched {
    /// In the order of the log.
    pub entries: Vec<LogEntry>,
    /// Where to read on. May be beyond the last entry, as compaction and control records leave gaps.
    pub next_offset: i64,
}

/// Why the log did not do what it was asked to.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LogError {
    /// No answer, or none in time; the append may have happened or not.
    #[error("{0}")]
    Unavailable(String),
    /// A record is larger than the log takes.
    #[error("the record is too large: {0}")]
    TooLarge(String),
    /// It will not get better by itself.
    #[error("{0}")]
    Refused(String),
}

/// A log with one partition.
#[async_trait]
pub trait SchemasLog: Send + Sync {
    /// Appends records in order and returns their offsets once they are on stable storage (`acks=all`).
    async fn append(&self, records: Vec<RawRecord>) -> Result<Vec<i64>, LogError>;

    /// The offset that the next record will have or exceed.
    async fn end_offset(&self) -> Result<i64, LogError>;

    /// Reads from an offset; waits up to `wait` if there is nothing yet.
    async fn read(&self, from: i64, wait: Duration) -> Result<Fetched, LogError>;

    /// Id of the Kafka cluster behind the log; empty if there is none.
    fn cluster_id(&self) -> String {
        String::new()
    }
}
