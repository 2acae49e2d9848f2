//! ListOffsets (2): -1 latest, -2 earliest, -3 the largest timestamp (KIP-734), -4 earliest local (KIP-405), -5 latest
//! tiered (KIP-1005), -6 earliest pending upload, else the first record at or after a timestamp.

use super::twice::Twice;
use super::{Outcome, partitions};
use crate::state::{Context, Operation, Resource, State};
use std::collections::BTreeSet;
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::log::TimestampOffset;
use weir_engine::partition::ReadBound;
use weir_messages::list_offsets_request::ListOffsetsPartition;
use weir_messages::list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse};
use weir_messages::{ListOffsetsRequest, ListOffsetsResponse, Uuid};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: ListOffsetsRequest,
) -> Outcome<ListOffsetsResponse> {
    let bound = match (request.replica_id, request.isolation_level) {
        (0.., _) => ReadBound::LogEnd,
        (_, 1) => ReadBound::LastStable,
        _ => ReadBound::HighWatermark,
    };
    // The answer is by partition: a topic without any is not in it.
    let topics = request.topics.iter().filter(|t| !t.partitions.is_empty());
    let topics = topics.map(|t| {
        let topic = partitions::topic(state, false, &t.name, Uuid::nil());
        let allowed = state.authorize(&context, Operation::Describe, Resource::Topic(&t.name));
        let twice = Twice::of(t.partitions.iter().map(|p| p.partition_index));
        let answer = |p: &ListOffsetsPartition| {
            let found = partitions::partition(&topic, p.partition_index).and_then(|handle| {
                if !allowed {
                    return Err(ErrorCode::TopicAuthorizationFailed);
                }
                if twice.has(&p.partition_index) {
                    return Err(ErrorCode::InvalidRequest);
                }
                let hosted = handle.lock();
                hosted.partition.check_epoch(p.current_leader_epoch)?;
                find(&hosted.partition, p.timestamp, bound, context.version)
            });
            let none = TimestampOffset {
                timestamp: -1,
                offset: -1,
                leader_epoch: -1,
            };
            let (error_code, at) = match found {
                Ok(at) => (0, at.unwrap_or(none)),
                Err(code) => (code.code(), none),
            };
            ListOffsetsPartitionResponse {
                partition_index: p.partition_index,
                error_code,
                timestamp: at.timestamp,
                offset: at.offset,
                leader_epoch: if context.version >= 4 { at.leader_epoch } else { -1 },
                ..Default::default()
            }
        };
        let mut seen = BTreeSet::new();
        ListOffsetsTopicResponse {
            name: t.name.clone(),
            partitions: (t.partitions.iter())
                .filter(|p| seen.insert(p.partition_index))
                .map(answer)
                .collect(),
            ..Default::default()
        }
    });
    Outcome::Now(ListOffsetsResponse {
        topics: topics.collect(),
        ..Default::default()
    })
}

fn find(
    partition: &weir_engine::partition::Partition,
    timestamp: i64,
    bound: ReadBound,
    version: i16,
) -> Result<Option<TimestampOffset>, ErrorCode> {
    let log = &partition.log;
    let upper = partition.upper(bound);
    // A position, not a record: it has no timestamp.
    let at = |offset: i64, leader_epoch: Option<i32>| {
        Some(TimestampOffset {
            timestamp: -1,
            offset,
            leader_epoch: leader_epoch.unwrap_or(-1),
        })
    };
    let storage = |e: std::io::Error| {
        tracing::error!(error = %e, "offset lookup failed");
        ErrorCode::KafkaStorageError
    };
    // Each special timestamp came with a version; before it, it is just a timestamp long ago.
    Ok(match timestamp {
        -1 => at(upper, Some(log.latest_epoch().unwrap_or(partition.leader_epoch()))),
        -2 => at(
            log.log_start(),
            Some(log.epoch_of(log.log_start()).unwrap_or(partition.leader_epoch())),
        ),
        -3 if version >= 7 => log
            .offset_of_max_timestamp()
            .map_err(storage)?
            .filter(|t| t.offset < upper),
        -4 if version >= 8 => at(
            log.log_start(),
            Some(log.epoch_of(log.log_start()).unwrap_or(partition.leader_epoch())),
        ),
        -5 if version >= 9 => at(-1, None),
        // Nothing is tiered, so everything from the log start on is still to be uploaded.
        -6 if version >= 11 => at(-1, None),
        ..0 => return Err(ErrorCode::UnsupportedVersion),
        timestamp => log
            .offset_for_timestamp(timestamp)
            .map_err(storage)?
            .filter(|t| t.offset < upper),
    })
}
