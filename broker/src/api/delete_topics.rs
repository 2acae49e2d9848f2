//! DeleteTopics (20). Version 6 names topics by name or by id, never both.

use super::{Outcome, text};
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::metadata::{Command, Reply};
use weir_messages::delete_topics_request::DeleteTopicState;
use weir_messages::delete_topics_response::DeletableTopicResult;
use weir_messages::{DeleteTopicsRequest, DeleteTopicsResponse, Str, Uuid};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: DeleteTopicsRequest,
) -> Outcome<DeleteTopicsResponse> {
    let asked: Vec<DeleteTopicState> = if context.version >= 6 {
        request.topics
    } else {
        let by_name = |name: Str| DeleteTopicState {
            name: Some(name),
            ..Default::default()
        };
        request.topic_names.into_iter().map(by_name).collect()
    };
    let state = state.clone();
    Outcome::later(async move {
        let mut responses = Vec::with_capacity(asked.len());
        for topic in asked {
            responses.push(delete(&state, &context, topic).await);
        }
        DeleteTopicsResponse {
            responses,
            ..Default::default()
        }
    })
}

async fn delete(state: &State, context: &Context, asked: DeleteTopicState) -> DeletableTopicResult {
    let result = |name: Option<Str>, topic_id: Uuid, error: Option<(ErrorCode, String)>| {
        let (error_code, error_message) = error.map_or((0, None), |(code, message)| (code.code(), text(message)));
        DeletableTopicResult {
            name,
            topic_id,
            error_code,
            error_message,
            ..Default::default()
        }
    };
    if asked.name.is_some() && !asked.topic_id.is_nil() {
        let e = (
            ErrorCode::InvalidRequest,
            "You may not specify both topic name and topic id.".to_owned(),
        );
        return result(asked.name, asked.topic_id, Some(e));
    }
    if asked.name.is_none() && asked.topic_id.is_nil() {
        let e = (
            ErrorCode::InvalidRequest,
            "Neither topic name nor id were specified.".to_owned(),
        );
        return result(None, asked.topic_id, Some(e));
    }
    if !state.config.delete_topics {
        return result(
            asked.name,
            asked.topic_id,
            Some((ErrorCode::TopicDeletionDisabled, "Topic deletion is disabled.".into())),
        );
    }
    let found = {
        let image = state.controller.image();
        let info = match &asked.name {
            Some(name) => image.topic(name),
            None => image.topic_by_id(asked.topic_id),
        };
        info.map(|t| (t.name.clone(), t.id))
    };
    let Some((name, id)) = found else {
        let (code, message) = match &asked.name {
            Some(_) => (
                ErrorCode::UnknownTopicOrPartition,
                "This server does not host this topic-partition.",
            ),
            None => (ErrorCode::UnknownTopicId, "This server does not host this topic ID."),
        };
        return result(asked.name, asked.topic_id, Some((code, message.into())));
    };
    if !state.authorize(context, Operation::Delete, Resource::Topic(&name)) {
        return result(
            Some(name),
            id,
            Some((ErrorCode::TopicAuthorizationFailed, "Authorization failed.".into())),
        );
    }
    match state
        .controller
        .submit(state, vec![Command::DeleteTopic(id)])
        .await
        .pop()
    {
        Some(Reply::Refused(e)) => result(Some(name), id, Some((e.code, e.message))),
        _ => result(Some(name), id, None),
    }
}
