//! OffsetCommit (8). Version 10 names topics by id (KIP-848). An unknown topic or partition is refused, the rest kept.

use super::{Outcome, coordinator, partitions};
use crate::state::{Context, Operation, Resource, State};
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::group::{Command, MemberRef, OffsetToCommit, Reply};
use weir_messages::offset_commit_response::{OffsetCommitResponsePartition, OffsetCommitResponseTopic};
use weir_messages::{OffsetCommitRequest, OffsetCommitResponse, Uuid};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: OffsetCommitRequest,
) -> Outcome<OffsetCommitResponse> {
    let state = state.clone();
    Outcome::later(async move {
        let by_id = context.version >= 10;
        let mut offsets = Vec::new();
        let mut known = BTreeMap::new();
        let readable = state.authorize(&context, Operation::Read, Resource::Group(&request.group_id));
        for t in &request.topics {
            let topic = partitions::topic(&state, by_id, &t.name, t.topic_id);
            for p in &t.partitions {
                let key = (t.name.to_string(), t.topic_id, p.partition_index);
                let found = partitions::partition(&topic, p.partition_index);
                let code = match &found {
                    _ if !readable => ErrorCode::GroupAuthorizationFailed,
                    Err(code) => *code,
                    Ok(_) => ErrorCode::None,
                };
                known.insert(key, code);
                let Ok(handle) = found else { continue };
                if code == ErrorCode::None {
                    offsets.push(OffsetToCommit {
                        key: (handle.topic.to_string(), p.partition_index),
                        offset: p.committed_offset,
                        leader_epoch: p.committed_leader_epoch,
                        metadata: p
                            .committed_metadata
                            .as_ref()
                            .map(ToString::to_string)
                            .unwrap_or_default(),
                        topic_id: if by_id { t.topic_id } else { Uuid::nil() },
                    });
                }
            }
        }
        let committed = if offsets.is_empty() {
            Ok(Vec::new())
        } else {
            let member = MemberRef {
                group: request.group_id.to_string(),
                member_id: request.member_id.to_string(),
                instance_id: coordinator::owned(request.group_instance_id.as_ref()),
                generation: request.generation_id_or_member_epoch,
            };
            match coordinator::ask(&state, &request.group_id, Command::Commit { member, offsets }).await {
                Ok(Reply::Committed(mut results)) => {
                    // What a missing group was called before KIP-848.
                    for (_, code) in results.iter_mut().filter(|_| context.version < 9) {
                        if *code == ErrorCode::GroupIdNotFound {
                            *code = ErrorCode::IllegalGeneration;
                        }
                    }
                    Ok(results)
                }
                Ok(_) => Err(ErrorCode::UnknownServerError),
                Err(code) => Err(code),
            }
        };
        let result = |name: &str, topic_id: Uuid, index: i32| {
            match known.get(&(name.to_owned(), topic_id, index)) {
                Some(ErrorCode::None) => {}
                Some(code) => return *code,
                None => return ErrorCode::UnknownServerError,
            }
            let committed = match &committed {
                Ok(results) => results,
                Err(code) => return *code,
            };
            // By id the response carries no name: the coordinator answered under the topic's.
            let name = if by_id {
                state.topics.by_id(topic_id).map(|t| t.name.to_string())
            } else {
                Some(name.to_owned())
            };
            let found = name.and_then(|name| committed.iter().find(|((t, p), _)| *t == name && *p == index));
            found.map_or(ErrorCode::UnknownTopicId, |(_, code)| *code)
        };
        let topics = request.topics.iter().map(|t| OffsetCommitResponseTopic {
            name: t.name.clone(),
            topic_id: t.topic_id,
            partitions: t
                .partitions
                .iter()
                .map(|p| OffsetCommitResponsePartition {
                    partition_index: p.partition_index,
                    error_code: result(&t.name, t.topic_id, p.partition_index).code(),
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        });
        OffsetCommitResponse {
            topics: topics.collect(),
            ..Default::default()
        }
    })
}
