//! FindCoordinator (10): on one node, this broker. Version 4 and up ask for several keys. Type 0 is groups; 1
//! (transactions) and 2 (share groups) have no coordinator yet.

use super::{Outcome, coordinator, text};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_messages::find_coordinator_response::Coordinator;
use weir_messages::{FindCoordinatorRequest, FindCoordinatorResponse, Str};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: FindCoordinatorRequest,
) -> Outcome<FindCoordinatorResponse> {
    let state = state.clone();
    Outcome::later(async move {
        let batched = context.version >= 4;
        let keys = if batched {
            request.coordinator_keys
        } else {
            vec![request.key]
        };
        let mut coordinators = Vec::with_capacity(keys.len());
        for key in keys {
            let found = find(&state, &context, request.key_type, &key).await;
            coordinators.push(match found {
                Ok(()) => {
                    let (host, port) = state.advertised(&context);
                    Coordinator {
                        key,
                        node_id: state.config.node_id,
                        host,
                        port,
                        ..Default::default()
                    }
                }
                Err((code, message)) => Coordinator {
                    key,
                    node_id: -1,
                    host: Str::default(),
                    port: -1,
                    error_code: code.code(),
                    error_message: text(message),
                    ..Default::default()
                },
            });
        }
        if batched {
            return FindCoordinatorResponse {
                coordinators,
                ..Default::default()
            };
        }
        let one = coordinators.pop().unwrap_or_default();
        FindCoordinatorResponse {
            error_code: one.error_code,
            // Before version 4 Kafka spells out that there is none.
            error_message: if one.error_code == 0 {
                text("NONE")
            } else {
                one.error_message
            },
            node_id: one.node_id,
            host: one.host,
            port: one.port,
            ..Default::default()
        }
    })
}

async fn find(state: &Arc<State>, context: &Context, key_type: i8, key: &str) -> Result<(), (ErrorCode, String)> {
    match key_type {
        0 if !state.authorize(context, Operation::Describe, Resource::Group(key)) => {
            Err((ErrorCode::GroupAuthorizationFailed, String::new()))
        }
        0 => coordinator::ensure(state)
            .await
            .map_err(|code| (code, "The coordinator is not available.".to_owned())),
        // What every client takes as final: Java repeats COORDINATOR_NOT_AVAILABLE until max.block.ms, librdkafka any code
        // but this one.
        1 => Err((
            ErrorCode::TransactionalIdAuthorizationFailed,
            "Transactions are not supported by this broker yet.".into(),
        )),
        2 => Err((
            ErrorCode::InvalidRequest,
            "Share groups are not supported by this broker yet.".into(),
        )),
        other => Err((ErrorCode::InvalidRequest, format!("Unknown coordinator type {other}"))),
    }
}
