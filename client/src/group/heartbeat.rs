//! The background task that keeps a membership alive (Kafka's `AbstractCoordinator.HeartbeatThread`).

use std::sync::Arc;
use std::time::Duration;

use weir_core::ErrorCode;
use weir_messages::leave_group_request::MemberIdentity;
use weir_messages::{HeartbeatRequest, LeaveGroupRequest, Str};

use super::coordinator::Coordinator;
use super::state::Shared;
use super::{Generation, GroupConfig, GroupError};
use crate::cluster::Lane;

/// Runs until the membership is closed.
pub(super) async fn run(coordinator: Arc<Coordinator>, config: Arc<GroupConfig>, shared: Arc<Shared>) {
    let seam = coordinator.cluster().seam().clone();
    let mut last_success = seam.clock.monotonic();
    loop {
        // Either the interval passes, or something changed: both mean to look.
        let _ = seam.timeout(config.heartbeat_interval, shared.wake.notified()).await;
        let (generation, closed, alive_at) = shared.with(|state| {
            // A coordinator does not expect heartbeats of members that join or sync.
            let generation = state.generation.clone().filter(|_| !state.joining);
            (generation, state.closed, state.alive_at)
        });
        if closed {
            return;
        }
        let now = seam.clock.monotonic();
        let Some(generation) = generation else {
            last_success = now;
            continue;
        };
        if overdue(now, alive_at, config.max_poll_interval) {
            tracing::warn!(group = %config.group_id, "not polled within the maximum interval: leaving the group");
            leave(&coordinator, &config, &generation, "max.poll.interval.ms exceeded").await;
            shared.lose(true);
            continue;
        }
        let outcome = beat(&coordinator, &config, &generation).await;
        if !shared.is_current(&generation) {
            continue;
        }
        match outcome {
            ErrorCode::None => last_success = now,
            ErrorCode::RebalanceInProgress => {
                last_success = now;
                shared.ask_rejoin();
            }
            ErrorCode::IllegalGeneration => shared.lose(false),
            ErrorCode::UnknownMemberId => shared.lose(true),
            code if Coordinator::moved(code) => coordinator.lost(),
            code if code.retriable() => {}
            code => shared.fail(GroupError::Refused {
                group: config.group_id.clone(),
                code,
            }),
        }
        if now.saturating_sub(last_success) > config.session_timeout {
            coordinator.lost();
        }
    }
}

fn overdue(now: Duration, alive_at: Duration, limit: Option<Duration>) -> bool {
    limit.is_some_and(|limit| now.saturating_sub(alive_at) > limit)
}

/// One heartbeat; a coordinator that cannot be reached counts as one that moved.
async fn beat(coordinator: &Coordinator, config: &GroupConfig, generation: &Generation) -> ErrorCode {
    let request = HeartbeatRequest {
        group_id: config.group_id.clone(),
        generation_id: generation.id,
        member_id: generation.member_id.clone(),
        group_instance_id: config.instance_id.clone(),
        ..Default::default()
    };
    match coordinator.call(Lane::Coordinator, &request, i16::MAX).await {
        Ok(response) => ErrorCode::from_code(response.error_code),
        Err(error) => {
            tracing::debug!(%error, group = %config.group_id, "heartbeat");
            ErrorCode::CoordinatorNotAvailable
        }
    }
}

/// Leaves in order; a static member stays, so that its restart finds its assignment (KIP-345).
pub(super) async fn leave(
    coordinator: &Coordinator,
    config: &GroupConfig,
    generation: &Generation,
    reason: &'static str,
) {
    if config.instance_id.is_some() {
        return;
    }
    let member = MemberIdentity {
        member_id: generation.member_id.clone(),
        reason: Some(Str::from_static(reason)),
        ..Default::default()
    };
    // Versions 0-2 name one member beside the list.
    let one = LeaveGroupRequest {
        group_id: config.group_id.clone(),
        member_id: generation.member_id.clone(),
        ..Default::default()
    };
    let many = LeaveGroupRequest {
        group_id: config.group_id.clone(),
        members: vec![member],
        ..Default::default()
    };
    let done = match coordinator.call(Lane::Coordinator, &many, i16::MAX).await {
        Err(crate::wire::CallError::Encode { .. }) => coordinator.call(Lane::Coordinator, &one, 2).await,
        done => done,
    };
    if let Err(error) = done {
        tracing::debug!(%error, group = %config.group_id, "leave");
    }
}
