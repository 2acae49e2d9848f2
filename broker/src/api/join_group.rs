//! JoinGroup (11). Version 4 and up: a new member must come back with the id it is given (KIP-394); 5 and up: static
//! members (KIP-345); 9: a static leader may be told not to assign (KIP-814).

use super::{Outcome, coordinator};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::group::{Command, JoinRequest, MemberRef, Reply};
use weir_messages::join_group_response::JoinGroupResponseMember;
use weir_messages::{JoinGroupRequest, JoinGroupResponse, Str};

pub(super) fn handle(state: &Arc<State>, context: Context, request: JoinGroupRequest) -> Outcome<JoinGroupResponse> {
    let state = state.clone();
    Outcome::later(async move {
        let version = context.version;
        let member_id = request.member_id.clone();
        let refused = |code: ErrorCode| JoinGroupResponse {
            error_code: code.code(),
            generation_id: -1,
            member_id: member_id.clone(),
            protocol_name: (version < 7).then(Str::default),
            ..Default::default()
        };
        if !state.authorize(&context, Operation::Read, Resource::Group(&request.group_id)) {
            return refused(ErrorCode::GroupAuthorizationFailed);
        }
        let instance_id = coordinator::owned(request.group_instance_id.as_ref());
        let prefix = instance_id.clone().unwrap_or_else(|| context.client_id.to_string());
        let join = JoinRequest {
            member: MemberRef {
                group: request.group_id.to_string(),
                member_id: request.member_id.to_string(),
                instance_id,
                generation: -1,
            },
            new_member_id: format!("{prefix}-{}", state.seam.random_uuid()),
            client_id: context.client_id.to_string(),
            client_host: context.peer.host.clone(),
            session_timeout_ms: request.session_timeout_ms,
            // Version 0 had no rebalance timeout: the session's stood for it.
            rebalance_timeout_ms: if version >= 1 {
                request.rebalance_timeout_ms
            } else {
                request.session_timeout_ms
            },
            protocol_type: request.protocol_type.to_string(),
            // Copied: a member's metadata lives as long as the member, its request must not.
            protocols: request
                .protocols
                .iter()
                .map(|p| (p.name.to_string(), bytes::Bytes::copy_from_slice(&p.metadata)))
                .collect(),
            require_known_member_id: version >= 4,
            supports_skip_assignment: version >= 9,
        };
        let group = join.member.group.clone();
        match coordinator::ask(&state, &group, Command::Join(Box::new(join))).await {
            Ok(Reply::Join(reply)) => JoinGroupResponse {
                error_code: reply.error.code(),
                generation_id: reply.generation,
                protocol_type: reply.protocol_type.map(Str::from),
                // Before version 7 the name cannot be null.
                protocol_name: reply.protocol.map(Str::from).or((version < 7).then(Str::default)),
                leader: Str::from(reply.leader),
                skip_assignment: version >= 9 && reply.skip_assignment,
                member_id: Str::from(reply.member_id),
                members: reply
                    .members
                    .into_iter()
                    .map(|m| JoinGroupResponseMember {
                        member_id: Str::from(m.member_id),
                        group_instance_id: m.instance_id.filter(|_| version >= 5).map(Str::from),
                        metadata: m.metadata,
                        ..Default::default()
                    })
                    .collect(),
                ..Default::default()
            },
            Ok(_) => refused(ErrorCode::UnknownServerError),
            Err(code) => refused(code),
        }
    })
}
