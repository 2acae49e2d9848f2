//! DeleteRecords (21): moves a partition's log start; -1 is the high watermark.

use super::metadata::is_internal;
use super::{Outcome, partitions};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_messages::delete_records_response::{DeleteRecordsPartitionResult, DeleteRecordsTopicResult};
use weir_messages::{DeleteRecordsRequest, DeleteRecordsResponse, Uuid};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: DeleteRecordsRequest,
) -> Outcome<DeleteRecordsResponse> {
    // The answer is by partition: a topic without any is not in it.
    let topics = request.topics.into_iter().filter(|t| !t.partitions.is_empty());
    let topics = topics.map(|t| {
        let topic = partitions::topic(state, false, &t.name, Uuid::nil());
        let allowed = state.authorize(&context, Operation::Delete, Resource::Topic(&t.name));
        let delete = |p: &weir_messages::delete_records_request::DeleteRecordsPartition| {
            if !allowed {
                return Err(ErrorCode::TopicAuthorizationFailed);
            }
            let handle = partitions::partition(&topic, p.partition_index)?;
            if is_internal(&t.name) {
                return Err(ErrorCode::InvalidTopicException);
            }
            handle.lock().partition.delete_records(p.offset)
        };
        let partitions = t.partitions.iter().map(|p| {
            let done = delete(p);
            DeleteRecordsPartitionResult {
                partition_index: p.partition_index,
                low_watermark: done.unwrap_or(-1),
                error_code: done.err().unwrap_or(ErrorCode::None).code(),
                ..Default::default()
            }
        });
        DeleteRecordsTopicResult {
            partitions: partitions.collect(),
            name: t.name,
            ..Default::default()
        }
    });
    Outcome::Now(DeleteRecordsResponse {
        topics: topics.collect(),
        ..Default::default()
    })
}
