//! DescribeCluster (60, KIP-700): id, controller, brokers.

use super::metadata::CLUSTER_OPERATIONS;
use super::{Outcome, text};
use crate::state::{Context, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_messages::describe_cluster_response::DescribeClusterBroker;
use weir_messages::{DescribeClusterRequest, DescribeClusterResponse, Str};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: DescribeClusterRequest,
) -> Outcome<DescribeClusterResponse> {
    // Version 1 and up: 2 asks for controllers, which only a controller's listener answers (KIP-919).
    if context.version >= 1 && request.endpoint_type != 1 {
        let (code, message) = if request.endpoint_type == 2 {
            let message =
                "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER";
            (ErrorCode::MismatchedEndpointType, message.to_owned())
        } else {
            let message = format!("Unsupported endpoint type {}", request.endpoint_type);
            (ErrorCode::UnsupportedEndpointType, message)
        };
        let error_message = text(message);
        return Outcome::Now(DescribeClusterResponse {
            error_code: code.code(),
            error_message,
            ..Default::default()
        });
    }
    let (host, port) = state.advertised(&context);
    Outcome::Now(DescribeClusterResponse {
        endpoint_type: 1,
        cluster_id: Str::from(state.disk.cluster_id.as_str()),
        controller_id: state.config.node_id,
        brokers: vec![DescribeClusterBroker {
            broker_id: state.config.node_id,
            host,
            port,
            rack: state.config.rack.as_deref().map(Str::from),
            ..Default::default()
        }],
        cluster_authorized_operations: if request.include_cluster_authorized_operations {
            CLUSTER_OPERATIONS
        } else {
            i32::MIN
        },
        ..Default::default()
    })
}
