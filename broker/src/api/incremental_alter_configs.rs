//! IncrementalAlterConfigs (44, KIP-339): set, delete, append, subtract. Topics only, so far: this broker has no
//! setting of its own that can change while it runs.

use super::twice::Twice;
use super::{Outcome, text};
use crate::state::{Context, Operation, Resource, State};
use std::collections::BTreeSet;
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::metadata::{
    AlterOp, ApiError, Command, ConfigChange, ConfigOp, RESOURCE_BROKER, RESOURCE_TOPIC, Reply, validate_topic_name,
};
use weir_messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use weir_messages::incremental_alter_configs_response::AlterConfigsResourceResponse;
use weir_messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, Str};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: IncrementalAlterConfigsRequest,
) -> Outcome<IncrementalAlterConfigsResponse> {
    let state = state.clone();
    Outcome::later(async move {
        let (resources, only) = (request.resources, request.validate_only);
        IncrementalAlterConfigsResponse {
            responses: change_all(&state, &context, resources, false, only).await,
            ..Default::default()
        }
    })
}

/// Changes each resource by itself; with `replace` what is not named goes back to its default (AlterConfigs).
pub(super) async fn change_all(
    state: &State,
    context: &Context,
    resources: Vec<AlterConfigsResource>,
    replace: bool,
    validate_only: bool,
) -> Vec<AlterConfigsResourceResponse> {
    let mut responses = Vec::with_capacity(resources.len());
    let named = resources.iter();
    let twice = Twice::of(named.map(|r| (r.resource_type, r.resource_name.clone())));
    for resource in resources {
        let (resource_type, resource_name) = (resource.resource_type, resource.resource_name.clone());
        let result = if twice.has(&(resource_type, resource_name.clone())) {
            Err(ApiError::new(
                ErrorCode::InvalidRequest,
                "Each resource must appear at most once.",
            ))
        } else {
            change(state, context, resource, replace, validate_only).await
        };
        let (error_code, error_message) = match result {
            Ok(()) => (0, None),
            Err(e) => (e.code.code(), text(e.message)),
        };
        responses.push(AlterConfigsResourceResponse {
            error_code,
            error_message,
            resource_type,
            resource_name,
            ..Default::default()
        });
    }
    responses
}

async fn change(
    state: &State,
    context: &Context,
    resource: AlterConfigsResource,
    replace: bool,
    validate_only: bool,
) -> Result<(), ApiError> {
    let is_delete = |c: &AlterableConfig| c.config_operation == 1;
    check_entries(
        resource
            .configs
            .iter()
            .map(|c| (&c.name, c.value.is_some() || is_delete(c))),
    )?;
    if let kind @ (8 | 16 | 32) = resource.resource_type
        && !replace
    {
        // Broker loggers, client metrics, groups: Kafka knows them, this broker does not yet. AlterConfigs never did.
        let text = format!("Unsupported resource type: {kind}");
        return Err(ApiError::new(ErrorCode::InvalidRequest, text));
    }
    let named = (resource.resource_type, &resource.resource_name);
    let settings: Vec<&str> = resource.configs.iter().map(|c| c.name.as_str()).collect();
    check_resource(state, context, named, &settings)?;
    let mut ops = Vec::with_capacity(resource.configs.len());
    for config in resource.configs {
        let op = match config.config_operation {
            0 => AlterOp::Set,
            1 => AlterOp::Delete,
            2 => AlterOp::Append,
            3 => AlterOp::Subtract,
            other => {
                return Err(ApiError::new(
                    ErrorCode::InvalidRequest,
                    format!("Unknown config operation {other}"),
                ));
            }
        };
        ops.push(ConfigOp {
            name: config.name,
            op,
            value: config.value,
        });
    }
    let command = Command::AlterConfig(ConfigChange {
        resource_type: resource.resource_type,
        name: resource.resource_name,
        ops,
        replace,
        validate_only,
    });
    match state.controller.submit(state, vec![command]).await.pop() {
        Some(Reply::Refused(e)) => Err(e),
        _ => Ok(()),
    }
}

/// What is wrong with settings whatever they are for (`ConfigAdminManager.preprocess`): each with whether it may have the value
/// that it has.
fn check_entries<'a>(entries: impl Iterator<Item = (&'a Str, bool)>) -> Result<(), ApiError> {
    let (mut seen, mut nulls, mut twice) = (BTreeSet::new(), Vec::new(), false);
    for (name, fits) in entries {
        twice |= !seen.insert(name);
        if !fits {
            nulls.push(name.as_str());
        }
    }
    let refuse = |text: String| Err(ApiError::new(ErrorCode::InvalidRequest, text));
    match nulls.as_slice() {
        _ if twice => refuse("Error due to duplicate config keys".into()),
        [] => Ok(()),
        nulls => refuse(format!("Null value not supported for : {}", nulls.join(", "))),
    }
}

/// Whether these settings of this resource, type and name, may be changed.
fn check_resource(
    state: &State,
    context: &Context,
    (resource_type, name): (i8, &Str),
    settings: &[&str],
) -> Result<(), ApiError> {
    let refuse = |code, text: String| Err(ApiError::new(code, text));
    match resource_type {
        RESOURCE_TOPIC => {
            if !state.authorize(context, Operation::AlterConfigs, Resource::Topic(name)) {
                return refuse(ErrorCode::TopicAuthorizationFailed, "Authorization failed.".into());
            }
            if name.is_empty() {
                return refuse(
                    ErrorCode::InvalidRequest,
                    "Default topic resources are not allowed.".into(),
                );
            }
            validate_topic_name(name).map_err(|e| ApiError::new(ErrorCode::InvalidTopicException, e))?;
            if state.controller.image().topic(name).is_none() {
                return refuse(
                    ErrorCode::UnknownTopicOrPartition,
                    format!("The topic '{name}' does not exist."),
                );
            }
            Ok(())
        }
        RESOURCE_BROKER => {
            let expected = state.config.node_id;
            // The empty name is that of the default of all brokers.
            if !name.is_empty() {
                match name.parse::<i32>() {
                    Ok(id) if id == expected => {}
                    Ok(id) => {
                        return refuse(
                            ErrorCode::InvalidRequest,
                            format!("Unexpected broker id, expected {expected}, but received {id}"),
                        );
                    }
                    Err(_) => {
                        return refuse(
                            ErrorCode::InvalidRequest,
                            format!("Node id must be an integer, but it is: {name}"),
                        );
                    }
                }
            }
            if settings.is_empty() {
                return Ok(());
            }
            refuse(
                ErrorCode::InvalidRequest,
                format!("Cannot update these configs dynamically: [{}]", settings.join(", ")),
            )
        }
        _ => refuse(
            ErrorCode::InvalidRequest,
            format!("Unknown resource type {resource_type}"),
        ),
    }
}
