//! OffsetCommit (8). Version 10 names topics by id (KIP-848). An unknown topic or partition is refused, the rest kept.

use super::partitions::Told;
use super::{Outcome, coordinator, partitions};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::group::{Command, MemberRef, OffsetToCommit, Reply};
use weir_messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
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
        let readable = state.authorize(&context, Operation::Read, Resource::Group(&request.group_id));
        let mut told = Told::new();
        let (mut offsets, mut places) = (Vec::new(), Vec::new());
        for (place, t) in request.topics.iter().enumerate() {
            let key = (t.name.clone(), t.topic_id);
            let topic = match partitions::topic(&state, by_id, &t.name, t.topic_id) {
                _ if !readable => Err(ErrorCode::GroupAuthorizationFailed),
                found => found,
            };
            if topic.is_err() {
                told.topic(&key);
            }
            for p in &t.partitions {
                match partitions::partition(&topic, p.partition_index) {
                    Err(code) => told.push(&key, p.partition_index, code),
                    Ok(handle) => {
                        places.push((place, key.clone(), p.partition_index));
                        offsets.push(to_commit(handle.topic.to_string(), t, p, by_id));
                    }
                }
            }
        }
        let codes = if offsets.is_empty() {
            Vec::new()
        } else {
            let member = MemberRef {
                group: request.group_id.to_string(),
                member_id: request.member_id.to_string(),
                instance_id: coordinator::owned(request.group_instance_id.as_ref()),
                generation: request.generation_id_or_member_epoch,
            };
            // It answers in the order in which it is asked.
            match coordinator::ask(&state, &request.group_id, Command::Commit { member, offsets }).await {
                Ok(Reply::Committed(results)) => results.into_iter().map(|(_, code)| code).collect(),
                Ok(_) => vec![ErrorCode::UnknownServerError; places.len()],
                Err(code) => vec![code; places.len()],
            }
        };
        let named = |code| match code {
            // What a missing group was called before KIP-848.
            ErrorCode::GroupIdNotFound if context.version < 9 => ErrorCode::IllegalGeneration,
            code => code,
        };
        let rows = places.into_iter().zip(codes);
        told.answered(rows.map(|((place, key, index), code)| (place, key, index, named(code))));
        let partition = |(partition_index, code): (i32, ErrorCode)| OffsetCommitResponsePartition {
            partition_index,
            error_code: code.code(),
            ..Default::default()
        };
        let topics = told.into_topics().into_iter();
        let topics = topics.map(|((name, topic_id), partitions)| OffsetCommitResponseTopic {
            name,
            topic_id,
            partitions: partitions.into_iter().map(partition).collect(),
            ..Default::default()
        });
        OffsetCommitResponse {
            topics: topics.collect(),
            ..Default::default()
        }
    })
}

fn to_commit(
    topic: String,
    t: &OffsetCommitRequestTopic,
    p: &OffsetCommitRequestPartition,
    by_id: bool,
) -> OffsetToCommit {
    OffsetToCommit {
        key: (topic, p.partition_index),
        offset: p.committed_offset,
        leader_epoch: p.committed_leader_epoch,
        metadata: p
            .committed_metadata
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        topic_id: if by_id { t.topic_id } else { Uuid::nil() },
    }
}
