//! IncrementalAlterConfigs (44, KIP-339): set, delete, append, subtract. Topics only, so far: this broker has no
//! setting of its own that can change while it runs.

use super::twice::Twice;
use super::{Outcome, text};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::metadata::{
    AlterOp, ApiError, Command, ConfigOp, RESOURCE_BROKER, RESOURCE_TOPIC, Reply, validate_topic_name,
};
use weir_messages::incremental_alter_configs_request::AlterConfigsResource;
use weir_messages::incremental_alter_configs_response::AlterConfigsResourceResponse;
use weir_messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};

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
    let name = &resource.resource_name;
    match resource.resource_type {
        RESOURCE_TOPIC => {
            if !state.authorize(context, Operation::AlterConfigs, Resource::Topic(name)) {
                return Err(ApiError::new(
                    ErrorCode::TopicAuthorizationFailed,
                    "Authorization failed.",
                ));
            }
            if name.is_empty() {
                return Err(ApiError::new(
                    ErrorCode::InvalidRequest,
                    "Default topic resources are not allowed.",
                ));
            }
            validate_topic_name(name).map_err(|e| ApiError::new(ErrorCode::InvalidTopicException, e))?;
            if state.controller.image().topic(name).is_none() {
                return Err(ApiError::new(
                    ErrorCode::UnknownTopicOrPartition,
                    format!("The topic '{name}' does not exist."),
                ));
            }
        }
        RESOURCE_BROKER => {
            let setting = resource.configs.first().map(|c| c.name.to_string()).unwrap_or_default();
            return Err(ApiError::new(
                ErrorCode::InvalidRequest,
                format!("Cannot update these configs dynamically: Set({setting})"),
            ));
        }
        other => {
            // Broker loggers, client metrics, groups: Kafka knows them, this broker does not yet.
            let text = match other {
                8 | 16 | 32 => format!("Unsupported resource type: {other}"),
                _ => format!("Unknown resource type {other}"),
            };
            return Err(ApiError::new(ErrorCode::InvalidRequest, text));
        }
    }
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
    let command = Command::AlterConfig {
        resource_type: resource.resource_type,
        name: name.clone(),
        ops,
        validate_only,
    };
    match state.controller.submit(state, vec![command]).await.pop() {
        Some(Reply::Refused(e)) => Err(e),
        _ => Ok(()),
    }
}
