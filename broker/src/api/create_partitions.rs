//! CreatePartitions (37): more partitions for a topic; the answer names every topic that was asked for.

use super::twice::Twice;
use super::{Outcome, text};
use crate::state::{Context, Operation, Resource, State};
use std::collections::BTreeSet;
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::metadata::{ApiError, Command, Reply};
use weir_messages::create_partitions_response::CreatePartitionsTopicResult;
use weir_messages::{CreatePartitionsRequest, CreatePartitionsResponse};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: CreatePartitionsRequest,
) -> Outcome<CreatePartitionsResponse> {
    let state = state.clone();
    Outcome::later(async move {
        let mut results = Vec::with_capacity(request.topics.len());
        let twice = Twice::of(request.topics.iter().map(|t| &t.name));
        let mut seen = BTreeSet::new();
        for topic in &request.topics {
            if !seen.insert(&topic.name) {
                continue;
            }
            let reply = if twice.has(&&topic.name) {
                Some(Reply::Refused(ApiError::new(
                    ErrorCode::InvalidRequest,
                    "Duplicate topic name.",
                )))
            } else if !state.authorize(&context, Operation::Alter, Resource::Topic(&topic.name)) {
                Some(Reply::Refused(ApiError::new(
                    ErrorCode::TopicAuthorizationFailed,
                    "Authorization failed.",
                )))
            } else {
                let assignments = topic
                    .assignments
                    .as_ref()
                    .map(|a| a.iter().map(|x| x.broker_ids.clone()).collect());
                let command = Command::CreatePartitions {
                    name: topic.name.clone(),
                    count: topic.count,
                    assignments,
                    directory: state.disk.directory_id,
                    validate_only: request.validate_only,
                };
                state.controller.submit(&state, vec![command]).await.pop()
            };
            let (error_code, error_message) = match reply {
                // A missing topic is told by its code alone.
                Some(Reply::Refused(e)) if e.code == ErrorCode::UnknownTopicOrPartition => (e.code.code(), None),
                Some(Reply::Refused(e)) => (e.code.code(), text(e.message)),
                _ => (0, None),
            };
            results.push(CreatePartitionsTopicResult {
                name: topic.name.clone(),
                error_code,
                error_message,
                ..Default::default()
            });
        }
        // The offsets topic may have grown: its new partitions coordinate, too.
        if let Err(e) = state.groups.open(&state) {
            tracing::error!(error = %e, "new coordinators could not be opened");
        }
        CreatePartitionsResponse {
            results,
            ..Default::default()
        }
    })
}
