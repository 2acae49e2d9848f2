//! Metadata (3). Topics null (version 0: empty) is all, empty is none; version 12 and up may ask by id. A missing
//! topic is made when broker and request allow it.

use super::Outcome;
use crate::api::create_topics::auto_create;
use crate::groups::OFFSETS_TOPIC;
use crate::state::{Context, Operation, Resource, State};
use std::collections::BTreeSet;
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::metadata::{TopicInfo, validate_topic_name};
use weir_messages::metadata_request::MetadataRequestTopic;
use weir_messages::metadata_response::{MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic};
use weir_messages::{MetadataRequest, MetadataResponse, Str, Uuid};

pub(super) fn handle(state: &Arc<State>, context: Context, request: MetadataRequest) -> Outcome<MetadataResponse> {
    let all = match &request.topics {
        None => true,
        Some(topics) => context.version == 0 && topics.is_empty(),
    };
    if all {
        let infos: Vec<TopicInfo> = state.controller.image().topics().cloned().collect();
        let topics = infos
            .iter()
            .map(|info| describe(state, &context, info, &request))
            .collect();
        return Outcome::Now(response(state, &context, &request, topics));
    }
    let by_id = |t: &MetadataRequestTopic| t.name.is_none() || !t.topic_id.is_nil();
    // Versions 10 and 11 have the field, but must not use it.
    if (10..12).contains(&context.version) && request.topics.iter().flatten().any(by_id) {
        let topics = request.topics.unwrap_or_default().into_iter();
        return Outcome::Now(MetadataResponse {
            controller_id: -1,
            topics: topics
                .map(|t| MetadataResponseTopic {
                    error_code: ErrorCode::InvalidRequest.code(),
                    name: Some(t.name.unwrap_or_default()),
                    topic_id: t.topic_id,
                    topic_authorized_operations: i32::MIN,
                    ..Default::default()
                })
                .collect(),
            cluster_authorized_operations: i32::MIN,
            ..Default::default()
        });
    }
    let missing: Vec<Str> = {
        let image = state.controller.image();
        let names = request.topics.iter().flatten().filter(|_| !names_ids(&request));
        names
            .filter_map(|t| t.name.clone())
            .filter(|name| image.topic(name).is_none() && validate_topic_name(name).is_ok())
            .collect()
    };
    // Before version 4 the request could not say no.
    let may_create = state.config.auto_create_topics && (context.version < 4 || request.allow_auto_topic_creation);
    if missing.is_empty() || !may_create {
        let topics = named(state, &context, &request);
        return Outcome::Now(response(state, &context, &request, topics));
    }
    let state = state.clone();
    Outcome::later(async move {
        auto_create(&state, missing).await;
        let topics = named(&state, &context, &request);
        response(&state, &context, &request, topics)
    })
}

/// Whether topics are asked for by id: where any is, names do not count (`KafkaApis.handleTopicMetadataRequest`).
fn names_ids(request: &MetadataRequest) -> bool {
    request.topics.iter().flatten().any(|t| !t.topic_id.is_nil())
}

fn named(state: &State, context: &Context, request: &MetadataRequest) -> Vec<MetadataResponseTopic> {
    let image = state.controller.image();
    let mut topics = Vec::new();
    let mut seen = BTreeSet::new();
    let ids = names_ids(request);
    for asked in request.topics.iter().flatten() {
        let by_id = asked.name.is_none() || ids;
        let name = asked.name.as_ref().filter(|_| !by_id);
        if ids && asked.topic_id.is_nil() || !seen.insert((name, asked.topic_id)) {
            continue;
        }
        let info = match &asked.name {
            _ if by_id => image.topic_by_id(asked.topic_id),
            Some(name) => image.topic(name),
            None => None,
        };
        topics.push(match info {
            Some(info) => describe(state, context, info, request),
            None => {
                let code = match &asked.name {
                    _ if by_id => ErrorCode::UnknownTopicId,
                    Some(name) if validate_topic_name(name).is_err() => ErrorCode::InvalidTopicException,
                    _ => ErrorCode::UnknownTopicOrPartition,
                };
                MetadataResponseTopic {
                    error_code: code.code(),
                    // Before version 12 the name cannot be null.
                    name: name.cloned().or((context.version < 12).then(Str::default)),
                    topic_id: asked.topic_id,
                    topic_authorized_operations: i32::MIN,
                    ..Default::default()
                }
            }
        });
    }
    topics
}

/// Bits of the operations on a topic that an authorizer can allow (`AclEntry.supportedOperations`): READ, WRITE,
/// CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS.
pub(super) const TOPIC_OPERATIONS: i32 = 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10 | 1 << 11;
/// The same for the cluster: CREATE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE.
pub(super) const CLUSTER_OPERATIONS: i32 = 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12;

/// Topics of the broker itself.
pub(super) fn is_internal(name: &str) -> bool {
    matches!(name, OFFSETS_TOPIC | "__transaction_state" | "__share_group_state")
}

fn describe(state: &State, context: &Context, info: &TopicInfo, request: &MetadataRequest) -> MetadataResponseTopic {
    let allowed = state.authorize(context, Operation::Describe, Resource::Topic(&info.name));
    let operations = if request.include_topic_authorized_operations {
        TOPIC_OPERATIONS
    } else {
        i32::MIN
    };
    if !allowed {
        return MetadataResponseTopic {
            error_code: ErrorCode::TopicAuthorizationFailed.code(),
            name: Some(info.name.clone()),
            topic_authorized_operations: operations,
            ..Default::default()
        };
    }
    let partitions = info.partitions.iter().map(|(index, p)| MetadataResponsePartition {
        partition_index: *index,
        leader_id: p.leader,
        leader_epoch: p.leader_epoch,
        replica_nodes: p.replicas.clone(),
        isr_nodes: p.isr.clone(),
        ..Default::default()
    });
    MetadataResponseTopic {
        name: Some(info.name.clone()),
        topic_id: if context.version >= 10 { info.id } else { Uuid::nil() },
        is_internal: is_internal(&info.name),
        partitions: partitions.collect(),
        topic_authorized_operations: operations,
        ..Default::default()
    }
}

fn response(
    state: &State,
    context: &Context,
    request: &MetadataRequest,
    topics: Vec<MetadataResponseTopic>,
) -> MetadataResponse {
    let (host, port) = state.advertised(context);
    MetadataResponse {
        brokers: vec![MetadataResponseBroker {
            node_id: state.config.node_id,
            host,
            port,
            rack: state.config.rack.as_deref().map(Str::from),
            ..Default::default()
        }],
        cluster_id: Some(Str::from(state.disk.cluster_id.as_str())),
        controller_id: state.config.node_id,
        topics,
        cluster_authorized_operations: match (8..=10).contains(&context.version)
            && request.include_cluster_authorized_operations
        {
            true => CLUSTER_OPERATIONS,
            false => i32::MIN,
        },
        ..Default::default()
    }
}
