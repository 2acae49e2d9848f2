//! CreateTopics (19). Version 4 and up: -1 asks for the broker's defaults; 5 and up: the answer has the settings; 7:
//! and the id. Each topic succeeds or fails by itself.

use super::twice::Twice;
use super::{Outcome, describe_configs, text};
use crate::groups::OFFSETS_TOPIC;
use crate::state::{Context, Operation, Resource, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::metadata::{ApiError, Command, NewTopic, Reply};
use weir_messages::create_topics_request::CreatableTopic;
use weir_messages::create_topics_response::{CreatableTopicConfigs, CreatableTopicResult};
use weir_messages::{CreateTopicsRequest, CreateTopicsResponse, Str, Uuid};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: CreateTopicsRequest,
) -> Outcome<CreateTopicsResponse> {
    let state = state.clone();
    Outcome::later(async move {
        let mut commands = Vec::new();
        let mut plans: Vec<(CreatableTopic, Result<Uuid, ApiError>)> = Vec::new();
        let allowed = state.authorize(&context, Operation::Create, Resource::Cluster);
        let twice = Twice::of(request.topics.iter().map(|t| &t.name));
        let mut seen = BTreeSet::new();
        for topic in &request.topics {
            if !seen.insert(&topic.name) {
                continue;
            }
            let plan = if twice.has(&&topic.name) {
                Err(ApiError::new(ErrorCode::InvalidRequest, "Duplicate topic name."))
            } else if !allowed {
                Err(ApiError::new(
                    ErrorCode::ClusterAuthorizationFailed,
                    "Authorization failed.",
                ))
            } else {
                plan(&state, topic, request.validate_only).map(|new| {
                    let id = new.id;
                    commands.push(Command::CreateTopic(Box::new(new)));
                    id
                })
            };
            plans.push((topic.clone(), plan));
        }
        let mut replies = state.controller.submit(&state, commands).await.into_iter();
        let mut topics = Vec::with_capacity(plans.len());
        for (topic, plan) in plans {
            topics.push(match plan {
                Err(e) => failed(topic.name, e),
                Ok(id) => match replies.next() {
                    Some(Reply::Created {
                        partitions,
                        replication_factor,
                    }) => created(&state, topic, id, partitions, replication_factor),
                    Some(Reply::Refused(e)) => failed(topic.name, e),
                    _ => failed(topic.name, ApiError::new(ErrorCode::UnknownServerError, "No answer")),
                },
            });
        }
        CreateTopicsResponse {
            topics,
            ..Default::default()
        }
    })
}

/// Puts the broker's defaults in place of -1.
fn plan(state: &State, topic: &CreatableTopic, validate_only: bool) -> Result<NewTopic, ApiError> {
    if !topic.assignments.is_empty() && (topic.num_partitions != -1 || topic.replication_factor != -1) {
        return Err(ApiError::new(
            ErrorCode::InvalidRequest,
            if topic.num_partitions != -1 {
                "A manual partition assignment was specified, but numPartitions was not set to -1."
            } else {
                "A manual partition assignment was specified, but replication factor was not set to -1."
            },
        ));
    }
    let twice = Twice::of(topic.assignments.iter().map(|a| a.partition_index));
    if let Some(a) = topic.assignments.iter().find(|a| twice.has(&a.partition_index)) {
        return Err(ApiError::new(
            ErrorCode::InvalidReplicaAssignment,
            format!(
                "Found multiple manual partition assignments for partition {}",
                a.partition_index
            ),
        ));
    }
    let or = |value: i32, default: i32| if value == -1 { default } else { value };
    let factor = or(
        i32::from(topic.replication_factor),
        i32::from(state.config.default_replication_factor),
    );
    Ok(NewTopic {
        name: topic.name.clone(),
        id: state.seam.random_uuid(),
        partitions: or(topic.num_partitions, state.config.num_partitions),
        replication_factor: i16::try_from(factor).unwrap_or(i16::MAX),
        assignments: topic
            .assignments
            .iter()
            .map(|a| (a.partition_index, a.broker_ids.clone()))
            .collect(),
        configs: topic
            .configs
            .iter()
            .map(|c| (c.name.clone(), c.value.clone()))
            .collect(),
        directory: state.disk.directory_id,
        validate_only,
    })
}

fn created(
    state: &State,
    topic: CreatableTopic,
    topic_id: Uuid,
    num_partitions: i32,
    factor: i16,
) -> CreatableTopicResult {
    let own: BTreeMap<String, String> = topic
        .configs
        .iter()
        .filter_map(|c| Some((c.name.to_string(), c.value.as_ref()?.to_string())))
        .collect();
    let configs = describe_configs::topic_entries(state, &own)
        .into_iter()
        .map(|e| CreatableTopicConfigs {
            name: e.name,
            value: e.value,
            read_only: e.read_only,
            config_source: e.config_source,
            is_sensitive: e.is_sensitive,
            ..Default::default()
        });
    CreatableTopicResult {
        topic_id,
        num_partitions,
        replication_factor: factor,
        configs: Some(configs.collect()),
        error_message: None,
        name: topic.name,
        ..Default::default()
    }
}

fn failed(name: Str, e: ApiError) -> CreatableTopicResult {
    CreatableTopicResult {
        name,
        error_code: e.code.code(),
        error_message: text(e.message),
        num_partitions: -1,
        replication_factor: -1,
        configs: Some(Vec::new()),
        ..Default::default()
    }
}

/// Makes topics with the broker's defaults, because somebody asked for them.
pub(crate) async fn auto_create(state: &Arc<State>, names: Vec<Str>) {
    let offsets_settings = [
        ("cleanup.policy", "compact".to_owned()),
        ("compression.type", "producer".to_owned()),
        ("segment.bytes", state.config.offsets_topic_segment_bytes.to_string()),
    ];
    let commands = names.into_iter().map(|name| {
        let offsets = name.as_str() == OFFSETS_TOPIC;
        let configs = offsets_settings.iter().filter(|_| offsets);
        Command::CreateTopic(Box::new(NewTopic {
            partitions: if offsets {
                state.config.offsets_topic_partitions
            } else {
                state.config.num_partitions
            },
            replication_factor: if offsets {
                1
            } else {
                state.config.default_replication_factor
            },
            id: state.seam.random_uuid(),
            assignments: BTreeMap::new(),
            configs: configs
                .map(|(k, v)| (Str::from_static(k), Some(Str::from(v.as_str()))))
                .collect(),
            directory: state.disk.directory_id,
            validate_only: false,
            name,
        }))
    });
    for reply in state.controller.submit(state, commands.collect()).await {
        if let Reply::Refused(e) = reply
            && e.code != ErrorCode::TopicAlreadyExists
        {
            tracing::warn!(error = e.message, "a topic was not made automatically");
        }
    }
}
