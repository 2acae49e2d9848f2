//! OffsetDelete (47, KIP-496): committed offsets of topics that nobody in the group reads.

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
        let mut keys = Vec::new();
        for t in &request.topics {
            let topic = partitions::topic(&state, false, &t.name, Uuid::nil());
            let known = t
                .partitions
                .iter()
                .filter(|p| partitions::partition(&topic, p.partition_index).is_ok());
            keys.extend(known.map(|p| (t.name.to_string(), p.partition_index)));
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
        let topics = request.topics.iter().map(|t| OffsetDeleteResponseTopic {
            name: t.name.clone(),
            partitions: t
                .partitions
                .iter()
                .map(|p| {
                    let found = results
                        .iter()
                        .find(|((topic, i), _)| *topic == *t.name && *i == p.partition_index);
                    let code = found.map_or(ErrorCode::UnknownTopicOrPartition, |(_, code)| *code);
                    OffsetDeleteResponsePartition {
                        partition_index: p.partition_index,
                        error_code: code.code(),
                    }
                })
                .collect(),
        });
        OffsetDeleteResponse {
            topics: topics.collect(),
            ..Default::default()
        }
    })
}
