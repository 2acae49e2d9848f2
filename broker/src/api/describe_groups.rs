//! DescribeGroups (15). Version 6: a group that does not exist is an error; before, a dead group.

use super::twice::too_often;
use super::{Outcome, coordinator, text};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::group::{Command, Reply};
use weir_messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use weir_messages::{DescribeGroupsRequest, DescribeGroupsResponse, Str};

/// READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS.
const GROUP_OPERATIONS: i32 = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: DescribeGroupsRequest,
) -> Outcome<DescribeGroupsResponse> {
    if let Some(reason) = too_often("groups", request.groups.iter()) {
        return Outcome::Close(reason);
    }
    let state = state.clone();
    Outcome::later(async move {
        let mut groups = Vec::with_capacity(request.groups.len());
        let operations = if request.include_authorized_operations {
            GROUP_OPERATIONS
        } else {
            i32::MIN
        };
        for group_id in request.groups {
            let described = describe(&state, &context, group_id).await;
            // A group that is not there has no operations, asked for or not.
            let authorized_operations = if described.error_code == 0 {
                operations
            } else {
                i32::MIN
            };
            groups.push(DescribedGroup {
                authorized_operations,
                ..described
            });
        }
        DescribeGroupsResponse {
            groups,
            ..Default::default()
        }
    })
}

async fn describe(state: &Arc<State>, context: &Context, group_id: Str) -> DescribedGroup {
    let refused = |code: ErrorCode| DescribedGroup {
        error_code: code.code(),
        group_id: group_id.clone(),
        ..Default::default()
    };
    if !state.authorize(context, Operation::Describe, Resource::Group(&group_id)) {
        return refused(ErrorCode::GroupAuthorizationFailed);
    }
    match coordinator::ask(state, &group_id, Command::Describe(group_id.to_string())).await {
        Ok(Reply::Described(Some(group))) => DescribedGroup {
            group_id,
            group_state: Str::from_static(group.state),
            protocol_type: Str::from(group.protocol_type),
            protocol_data: Str::from(group.protocol),
            members: group
                .members
                .into_iter()
                .map(|m| DescribedGroupMember {
                    member_id: Str::from(m.member_id),
                    group_instance_id: m.instance_id.map(Str::from),
                    client_id: Str::from(m.client_id),
                    client_host: Str::from(m.client_host),
                    member_metadata: m.metadata,
                    member_assignment: m.assignment,
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        },
        Ok(Reply::Described(None)) => {
            let missing = context.version >= 6;
            DescribedGroup {
                error_code: if missing { ErrorCode::GroupIdNotFound.code() } else { 0 },
                error_message: if missing {
                    text(format!("Group {group_id} not found."))
                } else {
                    None
                },
                group_state: Str::from_static("Dead"),
                group_id,
                ..Default::default()
            }
        }
        Ok(_) => refused(ErrorCode::UnknownServerError),
        Err(code) => refused(code),
    }
}
