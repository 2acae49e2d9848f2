//! SyncGroup (14). Version 5 and up say which protocol the member believes in.

use super::{Outcome, coordinator};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::group::{Command, MemberRef, Reply};
use weir_messages::{Str, SyncGroupRequest, SyncGroupResponse};

pub(super) fn handle(state: &Arc<State>, context: Context, request: SyncGroupRequest) -> Outcome<SyncGroupResponse> {
    let state = state.clone();
    Outcome::later(async move {
        let refused = |code: ErrorCode| SyncGroupResponse {
            error_code: code.code(),
            ..Default::default()
        };
        if !state.authorize(&context, Operation::Read, Resource::Group(&request.group_id)) {
            return refused(ErrorCode::GroupAuthorizationFailed);
        }
        if context.version >= 5 && (request.protocol_type.is_none() || request.protocol_name.is_none()) {
            return refused(ErrorCode::InconsistentGroupProtocol);
        }
        let group = request.group_id.to_string();
        let command = Command::Sync {
            member: MemberRef {
                group: group.clone(),
                member_id: request.member_id.to_string(),
                instance_id: coordinator::owned(request.group_instance_id.as_ref()),
                generation: request.generation_id,
            },
            protocol_type: coordinator::owned(request.protocol_type.as_ref()),
            protocol: coordinator::owned(request.protocol_name.as_ref()),
            assignments: request
                .assignments
                .into_iter()
                .map(|a| (a.member_id.to_string(), a.assignment))
                .collect(),
        };
        match coordinator::ask(&state, &group, command).await {
            Ok(Reply::Sync(reply)) => SyncGroupResponse {
                error_code: reply.error.code(),
                protocol_type: reply.protocol_type.map(Str::from),
                protocol_name: reply.protocol.map(Str::from),
                assignment: reply.assignment,
                ..Default::default()
            },
            Ok(_) => refused(ErrorCode::UnknownServerError),
            Err(code) => refused(code),
        }
    })
}
