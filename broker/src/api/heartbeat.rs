//! Heartbeat (12).

use super::{Outcome, coordinator};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::group::{Command, MemberRef, Reply};
use weir_messages::{HeartbeatRequest, HeartbeatResponse};

pub(super) fn handle(state: &Arc<State>, context: Context, request: HeartbeatRequest) -> Outcome<HeartbeatResponse> {
    let state = state.clone();
    Outcome::later(async move {
        let answer = |code: ErrorCode| HeartbeatResponse {
            error_code: code.code(),
            ..Default::default()
        };
        if !state.authorize(&context, Operation::Read, Resource::Group(&request.group_id)) {
            return answer(ErrorCode::GroupAuthorizationFailed);
        }
        let member = MemberRef {
            group: request.group_id.to_string(),
            member_id: request.member_id.to_string(),
            instance_id: coordinator::owned(request.group_instance_id.as_ref()),
            generation: request.generation_id,
        };
        match coordinator::ask(&state, &request.group_id, Command::Heartbeat(member)).await {
            Ok(Reply::Heartbeat(code)) => answer(code),
            Ok(_) => answer(ErrorCode::UnknownServerError),
            Err(code) => answer(code),
        }
    })
}
