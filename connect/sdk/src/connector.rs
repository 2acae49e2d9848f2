//! The two traits that a plugin author implements.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::config::ConnectorConfig;
use crate::context::{SinkContext, SourceContext};
use crate::error::Result;
use crate::record::{OffsetMap, SinkRecord, SourceRecord, TopicPartition};

/// A connector's or a task's settings as text, as the user gave them.
pub type ConfigMap = BTreeMap<String, String>;

/// Last offset + 1 per partition.
pub type PartitionOffsets = BTreeMap<TopicPartition, i64>;

/// Reads from somewhere into Kafka. One value is one task.
///
/// Calls come one at a time. A task that fails or is stopped is dropped; a new one starts from the committed offsets,
/// so what is delivered is at least once as long as each record carries its offset.
#[async_trait]
pub trait Source: Send + 'static {
    /// The settings.
    type Config: ConnectorConfig
    where
        Self: Sized;

    /// Splits the work into at most `max_tasks` tasks. One task by default.
    ///
    /// # Errors
    /// The work cannot be listed.
    async fn task_configs(given: ConfigMap, _max_tasks: usize) -> Result<Vec<ConfigMap>>
    where
        Self: Sized,
    {
        Ok(vec![given])
    }

    /// Checks offsets that a user wants to set (KIP-875), before they are: partition and offset, `None` to forget one.
    /// All are right by default.
    ///
    /// # Errors
    /// They are not set, and the user is told why.
    fn check_offsets(_given: &ConfigMap, _offsets: &[(OffsetMap, Option<OffsetMap>)]) -> Result<()>
    where
        Self: Sized,
    {
        Ok(())
    }

    /// Opens the source and seeks to the committed offset.
    ///
    /// # Errors
    /// Fails the task.
    async fn start(config: Self::Config, context: SourceContext) -> Result<Self>
    where
        Self: Sized;

    /// The next batch. An empty one means "nothing now"; wait a little (with the context's clock) before returning it.
    ///
    /// # Errors
    /// Retriable ones are tried again; others fail the task.
    async fn poll(&mut self) -> Result<Vec<SourceRecord>>;

    /// The offsets that are now committed, per source partition. For sources that must acknowledge upstream.
    ///
    /// # Errors
    /// Logged only: the offsets are committed anyway.
    async fn committed(&mut self, _offsets: Vec<(OffsetMap, OffsetMap)>) -> Result<()> {
        Ok(())
    }

    /// Releases what the task holds. Called once, also after a failure.
    ///
    /// # Errors
    /// Logged only.
    async fn stop(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Writes from Kafka to somewhere. One value is one task.
///
/// A batch that failed with a retriable error comes again as it was, so `put` must bear repetition.
#[async_trait]
pub trait Sink: Send + 'static {
    /// The settings.
    type Config: ConnectorConfig
    where
        Self: Sized;

    /// One configuration per task; partitions are spread over the tasks by the group. The same for all by default.
    ///
    /// # Errors
    /// The work cannot be split.
    async fn task_configs(given: ConfigMap, max_tasks: usize) -> Result<Vec<ConfigMap>>
    where
        Self: Sized,
    {
        Ok(vec![given; max_tasks])
    }

    /// Opens the target.
    ///
    /// # Errors
    /// Fails the task.
    async fn start(config: Self::Config, context: SinkContext) -> Result<Self>
    where
        Self: Sized;

    /// The task got these partitions.
    ///
    /// # Errors
    /// Fails the task.
    async fn open(&mut self, _partitions: &[TopicPartition]) -> Result<()> {
        Ok(())
    }

    /// Takes a batch; it may be empty.
    ///
    /// # Errors
    /// Retriable: the same batch comes again. Others fail the task.
    async fn put(&mut self, records: &[SinkRecord]) -> Result<()>;

    /// Makes all that was put durable at the target. Nothing to do for a sink that is done when `put` returns.
    ///
    /// # Errors
    /// No offset is committed, and records since the last commit come again.
    async fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    /// Which offsets may be committed, given those of all records put so far. Flushes and agrees by default; a sink that
    /// writes whole files returns the offsets of complete files only.
    ///
    /// # Errors
    /// As [`Sink::flush`].
    async fn pre_commit(&mut self, offsets: PartitionOffsets) -> Result<PartitionOffsets> {
        self.flush().await?;
        Ok(offsets)
    }

    /// The task loses these partitions; their offsets were just committed.
    ///
    /// # Errors
    /// Fails the task.
    async fn close(&mut self, _partitions: &[TopicPartition]) -> Result<()> {
        Ok(())
    }

    /// Releases what the task holds. Called once, also after a failure.
    ///
    /// # Errors
    /// Logged only.
    async fn stop(&mut self) -> Result<()> {
        Ok(())
    }
}
