//! Records: delete up to an offset, look offsets up.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use weir_core::ErrorCode;
use weir_messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use weir_messages::{DeleteRecordsRequest, Str};

use super::{Admin, AdminError, Each};
use crate::cluster::Lane;
use crate::config::IsolationLevel;
use crate::consumer::{EARLIEST, LATEST, OffsetsError, list_offsets};
use crate::types::{ApiError, OffsetAndTimestamp, TopicPartition};

/// The record with the highest timestamp (KIP-734).
const MAX_TIMESTAMP: i64 = -3;

/// Which offset to look up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetSpec {
    /// The first record.
    Earliest,
    /// Behind the last record.
    Latest,
    /// The first record not older than this, in milliseconds since the epoch.
    Timestamp(i64),
    /// The record with the highest timestamp.
    MaxTimestamp,
}

impl Admin {
    /// Deletes the records before an offset (-1: before the high watermark) and tells the new first offsets.
    ///
    /// # Errors
    /// No broker answered in time.
    pub async fn delete_records(
        &self,
        before: &BTreeMap<TopicPartition, i64>,
    ) -> Result<Each<TopicPartition, i64>, AdminError> {
        self.retry(|| self.delete_once(before)).await
    }

    async fn delete_once(
        &self,
        before: &BTreeMap<TopicPartition, i64>,
    ) -> Result<Each<TopicPartition, i64>, AdminError> {
        let mut by_node: BTreeMap<i32, BTreeMap<Str, Vec<DeleteRecordsPartition>>> = BTreeMap::new();
        for (partition, offset) in before {
            let (leader, _) = self.cluster.leader(partition).await?;
            let rows = by_node
                .entry(leader)
                .or_default()
                .entry(partition.topic.clone())
                .or_default();
            rows.push(DeleteRecordsPartition {
                partition_index: partition.partition,
                offset: *offset,
                ..Default::default()
            });
        }
        let calls = by_node.into_iter().map(|(node, topics)| async move {
            let topic = |(name, partitions)| DeleteRecordsTopic {
                name,
                partitions,
                ..Default::default()
            };
            let request = DeleteRecordsRequest {
                topics: topics.into_iter().map(topic).collect(),
                timeout_ms: self.timeout_ms(),
                ..Default::default()
            };
            self.cluster.call(node, Lane::Main, &request, i16::MAX).await
        });
        let mut answers = BTreeMap::new();
        for response in join_all(calls).await {
            for topic in response?.topics {
                for row in topic.partitions {
                    let partition = TopicPartition::new(topic.name.clone(), row.partition_index);
                    let result = ApiError::check(row.error_code, None).map(|()| row.low_watermark);
                    if result
                        .as_ref()
                        .is_err_and(|error| error.code == ErrorCode::NotLeaderOrFollower)
                    {
                        self.cluster.invalidate(&partition.topic);
                    }
                    answers.insert(partition, result);
                }
            }
        }
        super::all_retriable(answers)
    }

    /// Offsets of partitions; `None` for a timestamp behind the last record.
    ///
    /// # Errors
    /// A leader does not tell in time.
    pub async fn list_offsets(
        &self,
        wanted: &BTreeMap<TopicPartition, OffsetSpec>,
        isolation: IsolationLevel,
    ) -> Result<BTreeMap<TopicPartition, Option<OffsetAndTimestamp>>, OffsetsError> {
        let timestamp = |spec: &OffsetSpec| match spec {
            OffsetSpec::Earliest => EARLIEST,
            OffsetSpec::Latest => LATEST,
            OffsetSpec::Timestamp(timestamp) => *timestamp,
            OffsetSpec::MaxTimestamp => MAX_TIMESTAMP,
        };
        let wanted = wanted
            .iter()
            .map(|(partition, spec)| (partition.clone(), timestamp(spec)))
            .collect();
        let deadline = self.cluster.deadline(self.config.api_timeout);
        list_offsets(&self.cluster, &wanted, isolation, deadline).await
    }
}
