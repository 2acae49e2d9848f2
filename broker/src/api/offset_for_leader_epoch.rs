//! OffsetForLeaderEpoch (23): where an epoch ended (KIP-101, KIP-320).

use super::{Outcome, partitions};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_messages::offset_for_leader_epoch_response::{EpochEndOffset, OffsetForLeaderTopicResult};
use weir_messages::{OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, Uuid};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: OffsetForLeaderEpochRequest,
) -> Outcome<OffsetForLeaderEpochResponse> {
    let topics = request.topics.into_iter().map(|t| {
        let topic = partitions::topic(state, false, &t.topic, Uuid::nil());
        let allowed = state.authorize(&context, Operation::Describe, Resource::Topic(&t.topic));
        let find = |p: &weir_messages::offset_for_leader_epoch_request::OffsetForLeaderPartition| {
            if !allowed {
                return Err(ErrorCode::TopicAuthorizationFailed);
            }
            let handle = partitions::partition(&topic, p.partition)?;
            let hosted = handle.lock();
            hosted.partition.check_epoch(p.current_leader_epoch)?;
            Ok(hosted.partition.end_offset_of_epoch(p.leader_epoch).unwrap_or((-1, -1)))
        };
        let partitions = t.partitions.iter().map(|p| {
            let found = find(p);
            let (leader_epoch, end_offset) = found.unwrap_or((-1, -1));
            EpochEndOffset {
                error_code: found.err().unwrap_or(ErrorCode::None).code(),
                partition: p.partition,
                leader_epoch,
                end_offset,
                ..Default::default()
            }
        });
        OffsetForLeaderTopicResult {
            partitions: partitions.collect(),
            topic: t.topic,
            ..Default::default()
        }
    });
    Outcome::Now(OffsetForLeaderEpochResponse {
        topics: topics.collect(),
        ..Default::default()
    })
}
