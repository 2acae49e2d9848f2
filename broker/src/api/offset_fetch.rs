//! OffsetFetch (9). Version 8 and up: several groups; null topics: all; 10: topics by id. Nothing committed is offset
//! -1 without an error.

use super::{Outcome, coordinator};
use crate::state::{Context, Operation, Resource, State};
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::group::{Command, FetchTopics, FetchedOffset, Reply};
use weir_messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use weir_messages::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions, OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
};
use weir_messages::{OffsetFetchRequest, OffsetFetchResponse, Str, Uuid};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: OffsetFetchRequest,
) -> Outcome<OffsetFetchResponse> {
    let state = state.clone();
    Outcome::later(async move {
        if context.version >= 8 {
            let mut groups = Vec::with_capacity(request.groups.len());
            for group in request.groups {
                groups.push(one(&state, &context, group).await);
            }
            return OffsetFetchResponse {
                groups,
                ..Default::default()
            };
        }
        let topics = request.topics.map(|topics| {
            let convert = |t: weir_messages::offset_fetch_request::OffsetFetchRequestTopic| OffsetFetchRequestTopics {
                name: t.name,
                partition_indexes: t.partition_indexes,
                ..Default::default()
            };
            topics.into_iter().map(convert).collect()
        });
        let group = OffsetFetchRequestGroup {
            group_id: request.group_id,
            topics,
            ..Default::default()
        };
        let group = one(&state, &context, group).await;
        let partition = |p: OffsetFetchResponsePartitions| OffsetFetchResponsePartition {
            partition_index: p.partition_index,
            committed_offset: p.committed_offset,
            committed_leader_epoch: p.committed_leader_epoch,
            metadata: p.metadata,
            error_code: p.error_code,
            ..Default::default()
        };
        let topic = |t: OffsetFetchResponseTopics| OffsetFetchResponseTopic {
            name: t.name,
            partitions: t.partitions.into_iter().map(partition).collect(),
            ..Default::default()
        };
        OffsetFetchResponse {
            topics: group.topics.into_iter().map(topic).collect(),
            error_code: group.error_code,
            ..Default::default()
        }
    })
}

async fn one(state: &Arc<State>, context: &Context, asked: OffsetFetchRequestGroup) -> OffsetFetchResponseGroup {
    let group_id = asked.group_id.clone();
    let refused = |code: ErrorCode| OffsetFetchResponseGroup {
        group_id: group_id.clone(),
        error_code: code.code(),
        ..Default::default()
    };
    if !state.authorize(context, Operation::Describe, Resource::Group(&group_id)) {
        return refused(ErrorCode::GroupAuthorizationFailed);
    }
    let by_id = context.version >= 10;
    let name_of = |t: &OffsetFetchRequestTopics| {
        if by_id {
            state.topics.by_id(t.topic_id).map(|t| t.name.clone())
        } else {
            Some(t.name.clone())
        }
    };
    let keys: FetchTopics = asked.topics.as_ref().map(|topics| {
        let named = topics.iter().filter_map(|t| Some((name_of(t)?, t)));
        named
            .flat_map(|(name, t)| t.partition_indexes.iter().map(move |p| (name.to_string(), *p)))
            .collect()
    });
    let command = Command::FetchOffsets {
        group: group_id.to_string(),
        topics: keys,
    };
    let found = match coordinator::ask(state, &group_id, command).await {
        Ok(Reply::Offsets(found)) => found,
        Ok(_) => return refused(ErrorCode::UnknownServerError),
        Err(code) => return refused(code),
    };
    let mut by_topic: BTreeMap<Str, Vec<OffsetFetchResponsePartitions>> = BTreeMap::new();
    // A topic asked for without partitions is answered without.
    for name in asked.topics.iter().flatten().filter_map(name_of) {
        by_topic.entry(name).or_default();
    }
    for ((topic, index), offset) in found {
        by_topic
            .entry(Str::from(topic.as_str()))
            .or_default()
            .push(partition(((topic, index), offset)));
    }
    let mut topics: Vec<OffsetFetchResponseTopics> = by_topic
        .into_iter()
        .map(|(name, partitions)| OffsetFetchResponseTopics {
            topic_id: if by_id {
                state.topics.by_name(&name).map_or(Uuid::nil(), |t| t.id)
            } else {
                Uuid::nil()
            },
            name,
            partitions,
            ..Default::default()
        })
        .collect();
    if by_id {
        // An id that names no topic is told so, partition by partition.
        for t in asked.topics.iter().flatten().filter(|t| name_of(t).is_none()) {
            let unknown = |p: &i32| OffsetFetchResponsePartitions {
                error_code: ErrorCode::UnknownTopicId.code(),
                ..partition(((String::new(), *p), None))
            };
            topics.push(OffsetFetchResponseTopics {
                topic_id: t.topic_id,
                partitions: t.partition_indexes.iter().map(unknown).collect(),
                ..Default::default()
            });
        }
    }
    OffsetFetchResponseGroup {
        group_id: group_id.clone(),
        topics,
        ..Default::default()
    }
}

fn partition(((_, index), offset): FetchedOffset) -> OffsetFetchResponsePartitions {
    OffsetFetchResponsePartitions {
        partition_index: index,
        committed_offset: offset.as_ref().map_or(-1, |o| o.offset),
        committed_leader_epoch: offset.as_ref().map_or(-1, |o| o.leader_epoch),
        metadata: Some(offset.map(|o| Str::from(o.metadata)).unwrap_or_default()),
        ..Default::default()
    }
}
