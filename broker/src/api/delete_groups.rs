//! DeleteGroups (42): empty groups, with their offsets.

use super::{Outcome, coordinator};
use crate::state::{Context, Operation, Resource, State};
use std::collections::BTreeSet;
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::group::{Command, Reply};
use weir_messages::delete_groups_response::DeletableGroupResult;
use weir_messages::{DeleteGroupsRequest, DeleteGroupsResponse};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: DeleteGroupsRequest,
) -> Outcome<DeleteGroupsResponse> {
    let state = state.clone();
    Outcome::later(async move {
        let mut results = Vec::with_capacity(request.groups_names.len());
        let mut seen = BTreeSet::new();
        for group_id in request.groups_names {
            if !seen.insert(group_id.clone()) {
                continue;
            }
            let code = if state.authorize(&context, Operation::Delete, Resource::Group(&group_id)) {
                match coordinator::ask(&state, &group_id, Command::Delete(group_id.to_string())).await {
                    Ok(Reply::Deleted(code)) | Err(code) => code,
                    Ok(_) => ErrorCode::UnknownServerError,
                }
            } else {
                ErrorCode::GroupAuthorizationFailed
            };
            results.push(DeletableGroupResult {
                group_id,
                error_code: code.code(),
                ..Default::default()
            });
        }
        DeleteGroupsResponse {
            results,
            ..Default::default()
        }
    })
}
