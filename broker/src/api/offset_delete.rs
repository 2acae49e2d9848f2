//! OffsetDelete (47, KIP-496): committed offsets of topics that nobody in the group reads.

use super::partitions::Told;
use super::{Outcome, coordinator, partitions};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::group::{Command, Reply};
use weir_messages::offset_delete_response::{OffsetDeleteResponsePartition, OffsetDeleteResponseTopic};
use weir_messages::{OffsetDeleteRequest, OffsetDeleteResponse, Uuid};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: OffsetDeleteRequest,
) -> Outcome<OffsetDeleteResponse> {
    let state = state.clone();
    Outcome::later(async move {
        let refused = |code: ErrorCode| OffsetDeleteResponse {
            error_code: code.code(),
            ..Default::default()
        };
        if !state.authorize(&context, Operation::Delete, Resource::Group(&request.group_id)) {
            return refused(ErrorCode::GroupAuthorizationFailed);
        }
        if request.group_id.is_empty() {
            return refused(ErrorCode::InvalidGroupId);
        }
        let mut told = Told::new();
        let (mut keys, mut places) = (Vec::new(), Vec::new());
        for (place, t) in request.topics.iter().enumerate() {
            let topic = partitions::topic(&state, false, &t.name, Uuid::nil());
            if topic.is_err() {
                told.topic(&t.name);
            }
            for p in &t.partitions {
                match partitions::partition(&topic, p.partition_index) {
                    Ok(_) => {
                        keys.push((t.name.to_string(), p.partition_index));
                        places.push((place, t.name.clone()));
                    }
                    Err(code) => told.push(&t.name, p.partition_index, code),
                }
            }
        }
        let command = Command::DeleteOffsets {
            group: request.group_id.to_string(),
            partitions: keys,
        };
        let results = match coordinator::ask(&state, &request.group_id, command).await {
            Ok(Reply::OffsetsDeleted(ErrorCode::None, results)) => results,
            Ok(Reply::OffsetsDeleted(code, _)) | Err(code) => return refused(code),
            Ok(_) => return refused(ErrorCode::UnknownServerError),
        };
        // It answers in the order in which it is asked.
        let rows = places.into_iter().zip(results);
        told.answered(rows.map(|((place, name), ((_, index), code))| (place, name, index, code)));
        let partition = |(partition_index, code): (i32, ErrorCode)| OffsetDeleteResponsePartition {
            partition_index,
            error_code: code.code(),
        };
        let topics = told.into_topics().into_iter();
        let topics = topics.map(|(name, partitions)| OffsetDeleteResponseTopic {
            name,
            partitions: partitions.into_iter().map(partition).collect(),
        });
        OffsetDeleteResponse {
            topics: topics.collect(),
            ..Default::default()
        }
    })
}
