//! LeaveGroup (13). Version 3 and up: several members at once, each with its own result; before, one.

use super::{Outcome, coordinator};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::group::{Command, MemberRef, Reply};
use weir_messages::leave_group_response::MemberResponse;
use weir_messages::{LeaveGroupRequest, LeaveGroupResponse, Str};

pub(super) fn handle(state: &Arc<State>, context: Context, request: LeaveGroupRequest) -> Outcome<LeaveGroupResponse> {
    let state = state.clone();
    Outcome::later(async move {
        let refused = |code: ErrorCode| LeaveGroupResponse {
            error_code: code.code(),
            ..Default::default()
        };
        if !state.authorize(&context, Operation::Read, Resource::Group(&request.group_id)) {
            return refused(ErrorCode::GroupAuthorizationFailed);
        }
        let group = request.group_id.to_string();
        let member = |id: &Str, instance: Option<&Str>| MemberRef {
            group: group.clone(),
            member_id: id.to_string(),
            instance_id: coordinator::owned(instance),
            generation: -1,
        };
        let members = if context.version >= 3 {
            request
                .members
                .iter()
                .map(|m| member(&m.member_id, m.group_instance_id.as_ref()))
                .collect()
        } else {
            vec![member(&request.member_id, None)]
        };
        match coordinator::ask(
            &state,
            &group,
            Command::Leave {
                group: group.clone(),
                members,
            },
        )
        .await
        {
            Ok(Reply::Left(code, results)) if context.version >= 3 => LeaveGroupResponse {
                error_code: code.code(),
                members: results
                    .into_iter()
                    .map(|(who, code)| MemberResponse {
                        member_id: Str::from(who.member_id),
                        group_instance_id: who.instance_id.map(Str::from),
                        error_code: code.code(),
                        ..Default::default()
                    })
                    .collect(),
                ..Default::default()
            },
            Ok(Reply::Left(code, results)) => match results.first() {
                Some((_, own)) if code == ErrorCode::None => refused(*own),
                _ => refused(code),
            },
            Ok(_) => refused(ErrorCode::UnknownServerError),
            Err(code) => refused(code),
        }
    })
}
