//! IncrementalAlterConfigs (44, KIP-339): set, delete, append, subtract. Topics only, so far: this broker has no
//! setting of its own that can change while it runs.

use super::twice::Twice;
use super::{Outcome, text};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::metadata::{
    AlterOp, ApiError, Command, ConfigChange, ConfigOp, RESOURCE_BROKER, RESOURCE_TOPIC, Reply, validate_topic_name,
};
use weir_messages::incremental_alter_configs_request::AlterConfigsResource;
use weir_messages::incremental_alter_configs_response::AlterConfigsResourceResponse;
use weir_messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, Str};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: IncrementalAlterConfigsRequest,
) -> Outcome<IncrementalAlterConfigsResponse> {
    let state = state.clone();
    Outcome::later(async move {
        let mut responses = Vec::with_capacity(request.resources.len());
        let named = request.resources.iter();
        let twice = Twice::of(named.map(|r| (r.resource_type, r.resource_name.clone())));
        for resource in request.resources {
            let (resource_type, resource_name) = (resource.resource_type, resource.resource_name.clone());
            let result = if twice.has(&(resource_type, resource_name.clone())) {
                Err(ApiError::new(
                    ErrorCode::InvalidRequest,
                    "Each resource must appear at most once.",
                ))
            } else {
                alter(&state, &context, resource, request.validate_only).await
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
        IncrementalAlterConfigsResponse {
            responses,
            ..Default::default()
        }
    })
}

async fn alter(
    state: &State,
    context: &Context,
    resource: AlterConfigsResource,
    validate_only: bool,
) -> Result<(), ApiError> {
    let first = resource.configs.first().map_or("", |c| c.name.as_str());
    let named = (resource.resource_type, &resource.resource_name);
    check_resource(state, context, named, || format!("Set({first})"))?;
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
    let change = ConfigChange {
        resource_type: resource.resource_type,
        name: resource.resource_name,
        ops,
        replace: false,
        validate_only,
    };
    submit(state, Command::AlterConfig(change)).await
}

pub(super) async fn submit(state: &State, command: Command) -> Result<(), ApiError> {
    match state.controller.submit(state, vec![command]).await.pop() {
        Some(Reply::Refused(e)) => Err(e),
        _ => Ok(()),
    }
}

/// Whether the settings of this resource, type and name, may be changed; `which` tells of those that would be.
pub(super) fn check_resource(
    state: &State,
    context: &Context,
    (resource_type, name): (i8, &Str),
    which: impl FnOnce() -> String,
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
        RESOURCE_BROKER => refuse(
            ErrorCode::InvalidRequest,
            format!("Cannot update these configs dynamically: {}", which()),
        ),
        // Broker loggers, client metrics, groups: Kafka knows them, this broker does not yet.
        8 | 16 | 32 => refuse(
            ErrorCode::InvalidRequest,
            format!("Unsupported resource type: {resource_type}"),
        ),
        _ => refuse(
            ErrorCode::InvalidRequest,
            format!("Unknown resource type {resource_type}"),
        ),
    }
}
