//! OffsetFetch (9). Version 8 and up: several groups; null topics: all; 10: topics by id. Nothing committed is offset
//! -1 without an error.

use super::twice::too_often;
use super::{Outcome, coordinator};
use crate::state::{Context, Operation, Resource, State};
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::group::{Command, FetchedOffset, Reply};
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
    if let Some(reason) = repeated(&request) {
        return Outcome::Close(reason);
    }
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

/// Each offset may come with metadata of `offset.metadata.max.bytes`.
fn repeated(request: &OffsetFetchRequest) -> Option<String> {
    let mut asked = Vec::new();
    for t in request.topics.iter().flatten() {
        let of = (&request.group_id, &t.name, Uuid::nil());
        asked.extend(t.partition_indexes.iter().map(|p| (of, *p)));
    }
    for (group, t) in (request.groups.iter()).flat_map(|g| g.topics.iter().flatten().map(move |t| (&g.group_id, t))) {
        asked.extend(t.partition_indexes.iter().map(|p| ((group, &t.name, t.topic_id), *p)));
    }
    let groups = request.groups.iter().map(|g| &g.group_id);
    too_often("groups", groups).or_else(|| too_often("partitions", asked.into_iter()))
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
    let (keys, unknown) = match &asked.topics {
        None => (None, Vec::new()),
        Some(topics) => {
            let (known, unknown) = named(state, context.version >= 10, topics);
            (Some(known), unknown)
        }
    };
    let pairs = |(name, _, indexes): &Asked<'_>| -> Vec<_> { indexes.iter().map(|p| (name.to_string(), *p)).collect() };
    let command = Command::FetchOffsets {
        group: group_id.to_string(),
        topics: keys.as_ref().map(|known| known.iter().flat_map(pairs).collect()),
    };
    let found = match coordinator::ask(state, &group_id, command).await {
        Ok(Reply::Offsets(found)) => found,
        Ok(_) => return refused(ErrorCode::UnknownServerError),
        Err(code) => return refused(code),
    };
    let mut topics = match keys {
        Some(known) => in_order(known, found),
        None => by_topic(state, context.version >= 10, found),
    };
    topics.extend(unknown);
    OffsetFetchResponseGroup {
        group_id: group_id.clone(),
        topics,
        ..Default::default()
    }
}

/// Name, id (nil before version 10), partitions.
type Asked<'a> = (Str, Uuid, &'a [i32]);

/// What is asked for by name, and the answers for ids that name no topic: they are told so, partition by partition.
fn named<'a>(
    state: &State,
    by_id: bool,
    topics: &'a [OffsetFetchRequestTopics],
) -> (Vec<Asked<'a>>, Vec<OffsetFetchResponseTopics>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for t in topics {
        let indexes = t.partition_indexes.as_slice();
        if !by_id {
            known.push((t.name.clone(), Uuid::nil(), indexes));
        } else if let Some(topic) = state.topics.by_id(t.topic_id) {
            known.push((topic.name.clone(), t.topic_id, indexes));
        } else {
            let refused = |index: &i32| OffsetFetchResponsePartitions {
                error_code: ErrorCode::UnknownTopicId.code(),
                ..partition(((String::new(), *index), None))
            };
            unknown.push(OffsetFetchResponseTopics {
                topic_id: t.topic_id,
                partitions: indexes.iter().map(refused).collect(),
                ..Default::default()
            });
        }
    }
    (known, unknown)
}

/// As asked for: the coordinator answers key by key. A topic asked for without partitions is answered without.
fn in_order(asked: Vec<Asked<'_>>, found: Vec<FetchedOffset>) -> Vec<OffsetFetchResponseTopics> {
    let mut found = found.into_iter();
    let topic = |(name, topic_id, indexes): Asked<'_>| OffsetFetchResponseTopics {
        name,
        topic_id,
        partitions: found.by_ref().take(indexes.len()).map(partition).collect(),
        ..Default::default()
    };
    asked.into_iter().map(topic).collect()
}

/// All that a group has.
fn by_topic(state: &State, by_id: bool, found: Vec<FetchedOffset>) -> Vec<OffsetFetchResponseTopics> {
    let mut topics: BTreeMap<String, Vec<OffsetFetchResponsePartitions>> = BTreeMap::new();
    for ((topic, index), offset) in found {
        let row = partition(((String::new(), index), offset));
        topics.entry(topic).or_default().push(row);
    }
    let topic = |(name, partitions): (String, _)| OffsetFetchResponseTopics {
        topic_id: state
            .topics
            .by_name(&name)
            .filter(|_| by_id)
            .map_or(Uuid::nil(), |t| t.id),
        name: Str::from(name),
        partitions,
        ..Default::default()
    };
    topics.into_iter().map(topic).collect()
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
