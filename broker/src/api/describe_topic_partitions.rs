//! DescribeTopicPartitions (75, KIP-966): like Metadata, a page at a time, in the order of topic names.

use super::Outcome;
use super::metadata::{TOPIC_OPERATIONS, is_internal};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::metadata::{TopicInfo, validate_topic_name};
use weir_messages::describe_topic_partitions_response::{
    Cursor, DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic,
};
use weir_messages::{DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse, Str};

/// Partitions of one answer at most (`max.request.partition.size.limit`).
const PARTITIONS_MAX: usize = 2000;

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: DescribeTopicPartitionsRequest,
) -> Outcome<DescribeTopicPartitionsResponse> {
    let image = state.controller.image();
    let from = request
        .cursor
        .as_ref()
        .map_or((Str::default(), 0), |c| (c.topic_name.clone(), c.partition_index));
    let mut names: Vec<Str> = if request.topics.is_empty() {
        image.topics().map(|t| t.name.clone()).collect()
    } else {
        request.topics.iter().map(|t| t.name.clone()).collect()
    };
    names.sort();
    names.dedup();
    let bad = |c: &weir_messages::describe_topic_partitions_request::Cursor| {
        c.partition_index < 0 || !request.topics.is_empty() && !names.contains(&c.topic_name)
    };
    if request.cursor.as_ref().is_some_and(bad) {
        let refused = |name: Str| DescribeTopicPartitionsResponseTopic {
            error_code: ErrorCode::InvalidRequest.code(),
            name: Some(name),
            topic_authorized_operations: i32::MIN,
            ..Default::default()
        };
        return Outcome::Now(DescribeTopicPartitionsResponse {
            topics: names.into_iter().map(refused).collect(),
            ..Default::default()
        });
    }
    names.retain(|name| *name >= from.0);
    let mut left = usize::try_from(request.response_partition_limit)
        .unwrap_or(1)
        .clamp(1, PARTITIONS_MAX);
    let mut topics = Vec::new();
    let mut next_cursor = None;
    for name in names {
        let start = if name == from.0 { from.1 } else { 0 };
        if left == 0 {
            next_cursor = Some(Cursor {
                topic_name: name,
                partition_index: start,
                ..Default::default()
            });
            break;
        }
        let allowed = state.authorize(&context, Operation::Describe, Resource::Topic(&name));
        let Some(info) = image.topic(&name).filter(|_| allowed) else {
            let code = match validate_topic_name(&name) {
                Err(_) => ErrorCode::InvalidTopicException,
                Ok(()) if !allowed => ErrorCode::TopicAuthorizationFailed,
                Ok(()) => ErrorCode::UnknownTopicOrPartition,
            };
            topics.push(DescribeTopicPartitionsResponseTopic {
                error_code: code.code(),
                name: Some(name),
                topic_authorized_operations: TOPIC_OPERATIONS,
                ..Default::default()
            });
            continue;
        };
        let (described, next) = describe(info, start, left);
        left -= described.partitions.len();
        topics.push(described);
        if let Some(partition_index) = next {
            next_cursor = Some(Cursor {
                topic_name: name,
                partition_index,
                ..Default::default()
            });
            break;
        }
    }
    Outcome::Now(DescribeTopicPartitionsResponse {
        topics,
        next_cursor,
        ..Default::default()
    })
}

/// At most `left` partitions from `start` on, and where the next page begins.
fn describe(info: &TopicInfo, start: i32, left: usize) -> (DescribeTopicPartitionsResponseTopic, Option<i32>) {
    let mut rest = info.partitions.range(start..);
    let page = rest
        .by_ref()
        .take(left)
        .map(|(index, p)| DescribeTopicPartitionsResponsePartition {
            partition_index: *index,
            leader_id: p.leader,
            leader_epoch: p.leader_epoch,
            replica_nodes: p.replicas.clone(),
            isr_nodes: p.isr.clone(),
            eligible_leader_replicas: Some(Vec::new()),
            last_known_elr: Some(Vec::new()),
            ..Default::default()
        });
    let topic = DescribeTopicPartitionsResponseTopic {
        name: Some(info.name.clone()),
        topic_id: info.id,
        is_internal: is_internal(&info.name),
        partitions: page.collect(),
        topic_authorized_operations: TOPIC_OPERATIONS,
        ..Default::default()
    };
    (topic, rest.next().map(|(index, _)| *index))
}
