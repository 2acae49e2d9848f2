//! Membership in a group of any protocol type: consumers, Connect workers, registry instances.
//!
//! [`GroupProtocol`] says what a member offers and how a leader assigns; [`GroupClient`] joins, keeps the membership alive with
//! heartbeats in the background, and says when to join again. `state` is what both sides share, `join` the conversation of a
//! join, `heartbeat` the background task.

mod client;
mod coordinator;
mod heartbeat;
mod join;
mod state;

pub use client::GroupClient;
pub(crate) use coordinator::Coordinator;
pub(crate) use state::Shared;

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use weir_core::ErrorCode;
use weir_messages::Str;

use crate::wire::CallError;

/// What makes a group's members understand each other.
#[async_trait]
pub trait GroupProtocol: Send + 'static {
    /// The protocol type, such as `consumer`, `connect` or `sr`.
    fn protocol_type(&self) -> Str;

    /// The protocols that this member offers, preferred first, each with its metadata. Asked at every join.
    fn protocols(&mut self) -> Vec<(Str, Bytes)>;

    /// Asked of the leader alone: an assignment for each member. Who is left out gets an empty one.
    async fn assign(&mut self, members: Members) -> Result<BTreeMap<Str, Bytes>, AssignError>;
}

/// A generation as its leader sees it.
#[derive(Debug, Clone)]
pub struct Members {
    /// The protocol that the coordinator picked.
    pub protocol: Str,
    /// The leader's own member id.
    pub leader: Str,
    /// Everyone, the leader included.
    pub members: Vec<Member>,
}

/// A member as its leader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its id in this generation.
    pub id: Str,
    /// Its static id, if it has one.
    pub instance_id: Option<Str>,
    /// What it said about itself.
    pub metadata: Bytes,
}

/// Why a leader could not assign; the member leaves the join with this.
#[derive(Debug, Clone, thiserror::Error)]
#[error("cannot assign: {0}")]
pub struct AssignError(pub String);

/// Settings of a membership.
#[derive(Debug, Clone)]
pub struct GroupConfig {
    /// `group.id`.
    pub group_id: Str,
    /// `group.instance.id`: a static member keeps its assignment over a restart.
    pub instance_id: Option<Str>,
    /// `session.timeout.ms`.
    pub session_timeout: Duration,
    /// `heartbeat.interval.ms`.
    pub heartbeat_interval: Duration,
    /// `rebalance.timeout.ms` (for consumers `max.poll.interval.ms`): how long members have to rejoin.
    pub rebalance_timeout: Duration,
    /// A member that does not call [`GroupClient::alive`] for so long leaves by itself. `None`: it never does.
    pub max_poll_interval: Option<Duration>,
}

/// A generation that this member is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// Number, counting up.
    pub id: i32,
    /// This member's id.
    pub member_id: Str,
    /// Which protocol counts.
    pub protocol: Str,
}

/// The outcome of a join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The new generation.
    pub generation: Generation,
    /// Whether this member assigned.
    pub leader: bool,
    /// What was assigned to this member, in the protocol's own format.
    pub assignment: Bytes,
}

/// Why a membership failed.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    /// The coordinator could not be reached.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The coordinator refused for good: another protocol type, not authorised, the group is full, the static id is taken, …
    #[error("group {group}: {code}")]
    Refused {
        /// The group.
        group: Str,
        /// Why.
        code: ErrorCode,
    },
    /// This member is the leader and could not assign.
    #[error(transparent)]
    Assign(#[from] AssignError),
    /// The client was closed meanwhile.
    #[error("the group client is closed")]
    Closed,
}

impl GroupError {
    /// Whether joining again may help.
    pub fn retriable(&self) -> bool {
        match self {
            Self::Call(error) => error.retriable(),
            Self::Refused { code, .. } => code.retriable(),
            Self::Assign(_) => true,
            Self::Closed => false,
        }
    }
}
