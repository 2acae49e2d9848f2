//! Stores from their changelogs. It goes on beside processing: a task that restores does not hold up the others, nor the
//! membership in the group.

use super::worker::TaskId;
use super::{StreamsConfig, StreamsError, with};
use crate::task::Task;
use std::collections::BTreeMap;
use std::time::Duration;
use weir_client::TopicPartition;
use weir_client::config::ConsumerConfig;
use weir_client::consumer::Consumer;
use weir_core::Seam;

/// A changelog on its way into a store.
struct Changelog {
    task: TaskId,
    store: String,
    /// Where it ended when the restore began: nobody else writes to it.
    end: i64,
}

/// Tasks whose stores are being filled.
pub(super) struct Restore {
    reader: Consumer,
    pending: BTreeMap<TopicPartition, Changelog>,
    restored: u64,
}

impl Restore {
    /// Begins with these changelogs; `None` when there is nothing in them.
    pub(super) async fn begin(
        seam: &Seam,
        config: &StreamsConfig,
        changelogs: BTreeMap<TopicPartition, (TaskId, String)>,
    ) -> Result<Option<Self>, StreamsError> {
        if changelogs.is_empty() {
            return Ok(None);
        }
        let mut reader = Consumer::new(
            seam.clone(),
            ConsumerConfig::from_map(with(
                &config.restore_consumer,
                &[("max.poll.records", "1000")],
                &[
                    ("bootstrap.servers", &config.bootstrap_servers),
                    ("auto.offset.reset", "earliest"),
                    ("enable.auto.commit", "false"),
                ],
            ))?,
        )?;
        let partitions: Vec<TopicPartition> = changelogs.keys().cloned().collect();
        let begins = reader.beginning_offsets(&partitions).await?;
        let ends = reader.end_offsets(&partitions).await?;
        let at = |offsets: &BTreeMap<TopicPartition, i64>, p: &TopicPartition| offsets.get(p).copied().unwrap_or(0);
        let pending: BTreeMap<TopicPartition, Changelog> = changelogs
            .into_iter()
            .filter(|(partition, _)| at(&begins, partition) < at(&ends, partition))
            .map(|(partition, (task, store))| {
                let end = at(&ends, &partition);
                (partition, Changelog { task, store, end })
            })
            .collect();
        reader.assign(pending.keys().cloned());
        let restore = Self {
            reader,
            pending,
            restored: 0,
        };
        Ok((!restore.pending.is_empty()).then_some(restore))
    }

    /// Whether a task's stores are not complete yet.
    pub(super) fn holds(&self, id: TaskId) -> bool {
        self.pending.values().any(|c| c.task == id)
    }

    /// Reads on for a moment; false when it is done.
    pub(super) async fn step(&mut self, tasks: &mut BTreeMap<TaskId, Task>) -> Result<bool, StreamsError> {
        for record in self.reader.poll(Duration::from_millis(100)).await? {
            let changelog = self.pending.get(&record.topic_partition());
            let Some(changelog) = changelog.filter(|c| record.offset < c.end) else {
                continue;
            };
            if let (Some(task), Some(key)) = (tasks.get_mut(&changelog.task), record.key) {
                task.restore(&changelog.store, key, record.value, record.timestamp);
                self.restored += 1;
            }
        }
        let mut done = Vec::new();
        for (partition, changelog) in &self.pending {
            // By the position, not by the last record: what is at the end may be a transaction's marker.
            if self.reader.position(partition).await? >= changelog.end {
                done.push(partition.clone());
            }
        }
        for partition in &done {
            self.pending.remove(partition);
        }
        if self.pending.is_empty() {
            tracing::info!(records = self.restored, "restored from changelogs");
            return Ok(false);
        }
        self.reader.pause(&done);
        Ok(true)
    }

    /// Gives up on tasks that are no longer here.
    pub(super) fn keep(&mut self, tasks: &BTreeMap<TaskId, Task>) {
        self.pending.retain(|_, c| tasks.contains_key(&c.task));
    }
}
