//! What the group APIs share: making sure that there is a coordinator, and asking it.

use crate::api::create_topics::auto_create;
use crate::groups::OFFSETS_TOPIC;
use crate::state::State;
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::group::{Command, Reply};
use weir_messages::Str;

/// Makes `__consumer_offsets` when it is first needed.
pub(super) async fn ensure(state: &Arc<State>) -> Result<(), ErrorCode> {
    if state.groups.is_open() {
        return Ok(());
    }
    if state.topics.by_name(OFFSETS_TOPIC).is_none() {
        auto_create(state, vec![Str::from_static(OFFSETS_TOPIC)]).await;
    }
    state.groups.open(state).map_err(|e| {
        tracing::error!(error = %e, "coordinators could not be opened");
        ErrorCode::CoordinatorNotAvailable
    })?;
    if state.groups.is_open() {
        Ok(())
    } else {
        Err(ErrorCode::CoordinatorNotAvailable)
    }
}

/// Asks the coordinator of `group`.
pub(super) async fn ask(state: &Arc<State>, group: &str, command: Command) -> Result<Reply, ErrorCode> {
    ensure(state).await?;
    state.groups.ask(state, group, command).await
}

/// An owned, possibly absent string.
pub(super) fn owned(text: Option<&Str>) -> Option<String> {
    text.map(ToString::to_string)
}
