//! ListGroups (16). Version 4 and up filter by state, 5 by type; all groups here are classic.

use super::{Outcome, coordinator};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::group::{Command, Reply};
use weir_messages::list_groups_response::ListedGroup;
use weir_messages::{ListGroupsRequest, ListGroupsResponse, Str};

pub(super) fn handle(state: &Arc<State>, context: Context, request: ListGroupsRequest) -> Outcome<ListGroupsResponse> {
    let state = state.clone();
    Outcome::later(async move {
        let refused = |code: ErrorCode| ListGroupsResponse {
            error_code: code.code(),
            ..Default::default()
        };
        if let Err(code) = coordinator::ensure(&state).await {
            return refused(code);
        }
        let replies = match state.groups.ask_all(&state, &Command::List).await {
            Ok(replies) => replies,
            Err(code) => return refused(code),
        };
        let matches =
            |filter: &[Str], value: &str| filter.is_empty() || filter.iter().any(|f| f.eq_ignore_ascii_case(value));
        let mut groups = Vec::new();
        for reply in replies {
            let Reply::Listed(listed) = reply else { continue };
            groups.extend(
                listed
                    .into_iter()
                    .filter(|g| matches(&request.states_filter, g.state) && matches(&request.types_filter, "classic"))
                    .filter(|g| state.authorize(&context, Operation::Describe, Resource::Group(&g.group)))
                    .map(|g| ListedGroup {
                        group_id: Str::from(g.group),
                        protocol_type: Str::from(g.protocol_type),
                        group_state: Str::from_static(g.state),
                        group_type: Str::from_static("classic"),
                        ..Default::default()
                    }),
            );
        }
        ListGroupsResponse {
            groups,
            ..Default::default()
        }
    })
}
