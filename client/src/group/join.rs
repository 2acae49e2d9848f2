//! The conversation of a join: JoinGroup, the leader's assignment, SyncGroup, again and again until it succeeds or cannot.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use weir_core::ErrorCode;
use weir_messages::join_group_request::JoinGroupRequestProtocol;
use weir_messages::sync_group_request::SyncGroupRequestAssignment;
use weir_messages::{JoinGroupRequest, JoinGroupResponse, Str, SyncGroupRequest};

use super::coordinator::Coordinator;
use super::state::Shared;
use super::{Generation, GroupConfig, GroupError, GroupProtocol, Joined, Member, Members};
use crate::cluster::Lane;
use crate::wire::CallError;

/// Beyond the rebalance timeout, what an answer may take on its way (Kafka's `JOIN_GROUP_TIMEOUT_LAPSE`).
const JOIN_TIMEOUT_LAPSE: Duration = Duration::from_secs(5);

/// What to do after a step that did not succeed.
enum Again {
    /// At once.
    Now,
    /// After a pause.
    Later,
    /// Never.
    Failed(GroupError),
}

pub(super) struct Join<P> {
    pub(super) coordinator: Arc<Coordinator>,
    pub(super) config: Arc<GroupConfig>,
    pub(super) shared: Arc<Shared>,
    pub(super) protocol: Arc<tokio::sync::Mutex<P>>,
}

impl<P: GroupProtocol> Join<P> {
    /// Joins; retries what may pass.
    pub(super) async fn run(self) -> Result<Joined, GroupError> {
        let cluster = self.coordinator.cluster().clone();
        let mut backoff = cluster.backoff();
        loop {
            let closed = self.shared.with(|state| state.closed);
            if closed {
                return Err(GroupError::Closed);
            }
            match self.attempt().await {
                Ok(joined) => return Ok(joined),
                Err(Again::Now) => {}
                Err(Again::Later) => {
                    let pause = backoff.draw(cluster.seam().random.next_u64());
                    cluster.seam().sleep(pause).await;
                }
                Err(Again::Failed(error)) => return Err(error),
            }
        }
    }

    async fn attempt(&self) -> Result<Joined, Again> {
        // Cleared before asking, so that a wish that comes meanwhile is not lost.
        let member_id = self.shared.with(|state| {
            state.rejoin = false;
            state.member_id.clone()
        });
        let mut protocol = self.protocol.lock().await;
        let request = self.join_request(&mut *protocol, member_id);
        let timeout = self.config.rebalance_timeout + JOIN_TIMEOUT_LAPSE;
        let timeout = timeout.max(self.coordinator.cluster().config().request_timeout);
        let called = self
            .coordinator
            .call_within(Lane::Join, &request, i16::MAX, timeout)
            .await;
        let response = called.map_err(|error| self.unreachable(error))?;
        self.check_join(&request.member_id, &response)?;
        self.shared.with(|state| state.member_id = response.member_id.detach());
        let leader = response.leader == response.member_id;
        let assignments = match leader && !response.skip_assignment {
            true => assign(&mut *protocol, &response).await?,
            false => BTreeMap::new(),
        };
        drop(protocol);
        self.sync(&request, &response, leader, assignments).await
    }

    fn join_request(&self, protocol: &mut P, member_id: Str) -> JoinGroupRequest {
        let offer = |(name, metadata)| JoinGroupRequestProtocol {
            name,
            metadata,
            ..Default::default()
        };
        JoinGroupRequest {
            group_id: self.config.group_id.clone(),
            session_timeout_ms: millis(self.config.session_timeout),
            rebalance_timeout_ms: millis(self.config.rebalance_timeout),
            member_id,
            group_instance_id: self.config.instance_id.clone(),
            protocol_type: protocol.protocol_type(),
            protocols: protocol.protocols().into_iter().map(offer).collect(),
            ..Default::default()
        }
    }

    fn check_join(&self, sent_member: &Str, response: &JoinGroupResponse) -> Result<(), Again> {
        match ErrorCode::from_code(response.error_code) {
            ErrorCode::None => Ok(()),
            // KIP-394: the id comes first, then the join with it.
            ErrorCode::MemberIdRequired => {
                self.shared.with(|state| state.member_id = response.member_id.detach());
                Err(Again::Now)
            }
            ErrorCode::UnknownMemberId if !sent_member.is_empty() => {
                self.shared.lose(true);
                Err(Again::Now)
            }
            code => Err(self.refused(code)),
        }
    }

    async fn sync(
        &self,
        request: &JoinGroupRequest,
        response: &JoinGroupResponse,
        leader: bool,
        assignments: BTreeMap<Str, Bytes>,
    ) -> Result<Joined, Again> {
        let assignment = |(member_id, assignment)| SyncGroupRequestAssignment {
            member_id,
            assignment,
            ..Default::default()
        };
        let sync = SyncGroupRequest {
            group_id: self.config.group_id.clone(),
            generation_id: response.generation_id,
            member_id: response.member_id.clone(),
            group_instance_id: self.config.instance_id.clone(),
            protocol_type: Some(request.protocol_type.clone()),
            protocol_name: response.protocol_name.clone(),
            assignments: assignments.into_iter().map(assignment).collect(),
            ..Default::default()
        };
        let timeout = self.config.rebalance_timeout + JOIN_TIMEOUT_LAPSE;
        let called = self.coordinator.call_within(Lane::Join, &sync, i16::MAX, timeout).await;
        let synced = called.map_err(|error| self.unreachable(error))?;
        match ErrorCode::from_code(synced.error_code) {
            ErrorCode::None => {}
            ErrorCode::RebalanceInProgress => return Err(Again::Now),
            ErrorCode::IllegalGeneration => {
                self.shared.lose(false);
                return Err(Again::Now);
            }
            ErrorCode::UnknownMemberId => {
                self.shared.lose(true);
                return Err(Again::Now);
            }
            code => return Err(self.refused(code)),
        }
        Ok(Joined {
            generation: Generation {
                id: response.generation_id,
                member_id: response.member_id.detach(),
                protocol: response.protocol_name.as_ref().map_or_else(Str::new, Str::detach),
            },
            leader,
            assignment: synced.assignment,
        })
    }

    fn refused(&self, code: ErrorCode) -> Again {
        if Coordinator::moved(code) {
            self.coordinator.lost();
        }
        match code.retriable() {
            true => Again::Later,
            false => Again::Failed(GroupError::Refused {
                group: self.config.group_id.clone(),
                code,
            }),
        }
    }

    fn unreachable(&self, error: CallError) -> Again {
        tracing::debug!(%error, group = %self.config.group_id, "join");
        match error.retriable() {
            true => Again::Later,
            false => Again::Failed(error.into()),
        }
    }
}

async fn assign<P: GroupProtocol>(
    protocol: &mut P,
    response: &JoinGroupResponse,
) -> Result<BTreeMap<Str, Bytes>, Again> {
    let member = |m: &weir_messages::join_group_response::JoinGroupResponseMember| Member {
        id: m.member_id.clone(),
        instance_id: m.group_instance_id.clone(),
        metadata: m.metadata.clone(),
    };
    let members = Members {
        protocol: response.protocol_name.clone().unwrap_or_default(),
        leader: response.leader.clone(),
        members: response.members.iter().map(member).collect(),
    };
    protocol
        .assign(members)
        .await
        .map_err(|error| Again::Failed(error.into()))
}

/// For the wire, whose milliseconds are 32 bits.
pub(crate) fn millis(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX)
}
