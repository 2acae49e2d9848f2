//! DeleteTopics (20). Version 6 names topics by name or by id, never both.

use super::{Outcome, text};
use crate::state::{Context, Operation, Resource, State};
use std::collections::BTreeMap;
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
        let (asked, mut responses) = once_each(&state, asked);
        for topic in asked {
            responses.push(delete(&state, &context, topic).await);
        }
        DeleteTopicsResponse {
            responses,
            ..Default::default()
        }
    })
}

/// What is asked for once, and a refusal for each topic that is asked for twice: it is not deleted at all.
fn once_each(state: &State, asked: Vec<DeleteTopicState>) -> (Vec<DeleteTopicState>, Vec<DeletableTopicResult>) {
    let mut names = BTreeMap::new();
    let mut ids = BTreeMap::new();
    for t in &asked {
        match &t.name {
            Some(name) => *names.entry(name.clone()).or_insert(0) += 1,
            None => *ids.entry(t.topic_id).or_insert(0) += 1,
        }
    }
    let mut refused = BTreeMap::new();
    let mut refuse = |name: Option<&Str>, id: Uuid, message: &str| {
        let error = Some((ErrorCode::InvalidRequest, message.to_owned()));
        refused.insert((name.cloned(), id), result(name.cloned(), id, error));
    };
    let image = state.controller.image();
    let mut once = |t: &DeleteTopicState| {
        let both = t.name.is_some() && !t.topic_id.is_nil() || t.name.is_none() && t.topic_id.is_nil();
        match &t.name {
            _ if both => return true,
            Some(name) if names.get(name).is_some_and(|n| *n > 1) => {
                refuse(Some(name), Uuid::nil(), "Duplicate topic name.");
            }
            None if ids.get(&t.topic_id).is_some_and(|n| *n > 1) => refuse(None, t.topic_id, "Duplicate topic id."),
            Some(name) => match image.topic(name).filter(|info| ids.contains_key(&info.id)) {
                Some(info) => refuse(
                    Some(name),
                    info.id,
                    "The provided topic name maps to an ID that was already supplied.",
                ),
                None => return true,
            },
            None => {
                let named = image.topic_by_id(t.topic_id).map(|info| &info.name);
                return !named.is_some_and(|name| names.contains_key(name));
            }
        }
        false
    };
    let asked = asked.into_iter().filter(|t| once(t)).collect();
    (asked, refused.into_values().collect())
}

fn result(name: Option<Str>, topic_id: Uuid, error: Option<(ErrorCode, String)>) -> DeletableTopicResult {
    let (error_code, error_message) = error.map_or((0, None), |(code, message)| (code.code(), text(message)));
    DeletableTopicResult {
        name,
        topic_id,
        error_code,
        error_message,
        ..Default::default()
    }
}

async fn delete(state: &State, context: &Context, asked: DeleteTopicState) -> DeletableTopicResult {
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
