//! A log in memory, for tests and for registries that need not survive. Clones share one log, like clients of one topic.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::door::{Fetched, LogEntry, LogError, RawRecord, SchemasLog};

/// Most records that one read returns.
const MAX_READ: usize = 1_000;
/// Largest record, as a Kafka broker has it by default (`message.max.bytes`).
const MAX_RECORD: usize = 1_048_576;

/// The log.
#[derive(Debug, Clone, Default)]
pub struct MemoryLog {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    entries: Mutex<Vec<LogEntry>>,
    appended: Notify,
}

impl MemoryLog {
    /// An empty log.
    pub fn new() -> MemoryLog {
        MemoryLog::default()
    }

    /// All records.
    pub fn entries(&self) -> Vec<LogEntry> {
        self.shared.entries.lock().clone()
    }

    fn from(&self, offset: i64) -> Vec<LogEntry> {
        let entries = self.shared.entries.lock();
        entries
            .iter()
            .skip(usize::try_from(offset).unwrap_or(0))
            .take(MAX_READ)
            .cloned()
            .collect()
    }
}

#[async_trait]
impl SchemasLog for MemoryLog {
    async fn append(&self, records: Vec<RawRecord>) -> Result<Vec<i64>, LogError> {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let timestamp = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
        for record in &records {
            let size = record.key.len() + record.value.as_ref().map_or(0, |value| value.len());
            if size > MAX_RECORD {
                return Err(LogError::TooLarge(format!("{size} bytes, at most {MAX_RECORD}")));
            }
        }
        let mut offsets = Vec::with_capacity(records.len());
        {
            let mut entries = self.shared.entries.lock();
            for record in records {
                let offset = i64::try_from(entries.len()).unwrap_or(i64::MAX);
                offsets.push(offset);
                entries.push(LogEntry {
                    offset,
                    timestamp,
                    key: Some(record.key),
                    value: record.value,
                });
            }
        }
        self.shared.appended.notify_waiters();
        Ok(offsets)
    }

    async fn end_offset(&self) -> Result<i64, LogError> {
        Ok(i64::try_from(self.shared.entries.lock().len()).unwrap_or(i64::MAX))
    }

    async fn read(&self, from: i64, wait: Duration) -> Result<Fetched, LogError> {
        let appended = self.shared.appended.notified();
        tokio::pin!(appended);
        // Registered before looking, so that an append in between is not missed.
        appended.as_mut().enable();
        let mut entries = self.from(from);
        if entries.is_empty() && tokio::time::timeout(wait, appended).await.is_ok() {
            entries = self.from(from);
        }
        let next_offset = entries.last().map_or(from, |last| last.offset + 1);
        Ok(Fetched { entries, next_offset })
    }
}
