//! AlterConfigs (33), which KIP-339 superseded and older clients still use: what is given replaces all that was set.

use super::Outcome;
use super::incremental_alter_configs::change_all;
use crate::state::{Context, State};
use std::sync::Arc;
use weir_messages::alter_configs_request::AlterConfigsResource;
use weir_messages::alter_configs_response::AlterConfigsResourceResponse;
use weir_messages::{AlterConfigsRequest, AlterConfigsResponse, incremental_alter_configs_request as incremental};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: AlterConfigsRequest,
) -> Outcome<AlterConfigsResponse> {
    let state = state.clone();
    Outcome::later(async move {
        let resources = request.resources.into_iter().map(as_incremental).collect();
        let changed = change_all(&state, &context, resources, true, request.validate_only).await;
        let responses = changed.into_iter().map(|r| AlterConfigsResourceResponse {
            error_code: r.error_code,
            error_message: r.error_message,
            resource_type: r.resource_type,
            resource_name: r.resource_name,
            ..Default::default()
        });
        AlterConfigsResponse {
            responses: responses.collect(),
            ..Default::default()
        }
    })
}

/// The same settings to be set one by one: operation 0, which is the default.
fn as_incremental(resource: AlterConfigsResource) -> incremental::AlterConfigsResource {
    let configs = resource.configs.into_iter().map(|config| incremental::AlterableConfig {
        name: config.name,
        config_operation: 0,
        value: config.value,
        ..Default::default()
    });
    incremental::AlterConfigsResource {
        resource_type: resource.resource_type,
        resource_name: resource.resource_name,
        configs: configs.collect(),
        ..Default::default()
    }
}
