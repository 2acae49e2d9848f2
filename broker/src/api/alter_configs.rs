//! AlterConfigs (33), which KIP-339 superseded and older clients still use: what is given replaces all that was set.

use super::incremental_alter_configs::{check_entries, check_resource, submit};
use super::twice::Twice;
use super::{Outcome, text};
use crate::state::{Context, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::metadata::{AlterOp, ApiError, Command, ConfigChange, ConfigOp};
use weir_messages::alter_configs_request::AlterConfigsResource;
use weir_messages::alter_configs_response::AlterConfigsResourceResponse;
use weir_messages::{AlterConfigsRequest, AlterConfigsResponse};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: AlterConfigsRequest,
) -> Outcome<AlterConfigsResponse> {
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
                replace(&state, &context, resource, request.validate_only).await
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
        AlterConfigsResponse {
            responses,
            ..Default::default()
        }
    })
}

async fn replace(
    state: &State,
    context: &Context,
    resource: AlterConfigsResource,
    validate_only: bool,
) -> Result<(), ApiError> {
    check_entries(resource.configs.iter().map(|c| (&c.name, c.value.is_some())))?;
    let named = (resource.resource_type, &resource.resource_name);
    let settings: Vec<&str> = resource.configs.iter().map(|c| c.name.as_str()).collect();
    check_resource(state, context, named, &settings)?;
    let ops = resource.configs.into_iter().map(|config| ConfigOp {
        name: config.name,
        op: AlterOp::Set,
        value: config.value,
    });
    let change = ConfigChange {
        resource_type: resource.resource_type,
        name: resource.resource_name,
        ops: ops.collect(),
        replace: true,
        validate_only,
    };
    submit(state, Command::AlterConfig(change)).await
}
