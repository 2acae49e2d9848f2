//! What is asked of the coordinator and what it answers.

use super::OffsetKey;
use bytes::Bytes;
use weir_core::ErrorCode;
use weir_messages::Uuid;

/// An error of a group API: every one is a code.
pub type GroupError = ErrorCode;

/// Who speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberRef {
    /// Group id.
    pub group: String,
    /// Member id, empty when none.
    pub member_id: String,
    /// `group.instance.id` (KIP-345).
    pub instance_id: Option<String>,
    /// -1 when none.
    pub generation: i32,
}

/// JoinGroup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JoinRequest {
    /// Who; the generation is not used.
    pub member: MemberRef,
    /// The id to give when `member_id` is empty: client id and a fresh UUID.
    pub new_member_id: String,
    /// From the request's header.
    pub client_id: String,
    /// As `/127.0.0.1`.
    pub client_host: String,
    /// Milliseconds.
    pub session_timeout_ms: i32,
    /// Milliseconds.
    pub rebalance_timeout_ms: i32,
    /// Such as `consumer` or `connect`.
    pub protocol_type: String,
    /// Name and metadata, most wanted first.
    pub protocols: Vec<(String, Bytes)>,
    /// Version 4 and up: a new dynamic member must come back with its id (KIP-394).
    pub require_known_member_id: bool,
    /// Version 9 and up: a static leader that comes back may be told not to assign (KIP-814).
    pub supports_skip_assignment: bool,
}

/// A member as the leader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinMember {
    /// Member id.
    pub member_id: String,
    /// Static members.
    pub instance_id: Option<String>,
    /// For the chosen protocol.
    pub metadata: Bytes,
}

/// Answer to JoinGroup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinReply {
    /// `None` on success.
    pub error: ErrorCode,
    /// -1 on errors.
    pub generation: i32,
    /// Of the group.
    pub protocol_type: Option<String>,
    /// Chosen.
    pub protocol: Option<String>,
    /// Member id of the leader.
    pub leader: String,
    /// Of the member that asked.
    pub member_id: String,
    /// For the leader only.
    pub members: Vec<JoinMember>,
    /// The leader need not assign.
    pub skip_assignment: bool,
}

impl JoinReply {
    pub(super) fn refused(error: ErrorCode, member_id: impl Into<String>) -> Self {
        Self {
            error,
            generation: -1,
            protocol_type: None,
            protocol: None,
            leader: String::new(),
            member_id: member_id.into(),
            members: Vec::new(),
            skip_assignment: false,
        }
    }
}

/// Answer to SyncGroup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncReply {
    /// `None` on success.
    pub error: ErrorCode,
    /// Of the group.
    pub protocol_type: Option<String>,
    /// Chosen.
    pub protocol: Option<String>,
    /// The member's.
    pub assignment: Bytes,
}

impl SyncReply {
    pub(super) fn refused(error: ErrorCode) -> Self {
        Self {
            error,
            protocol_type: None,
            protocol: None,
            assignment: Bytes::new(),
        }
    }
}

/// One offset of OffsetCommit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetToCommit {
    /// Topic and partition.
    pub key: OffsetKey,
    /// Next to be read.
    pub offset: i64,
    /// Of the record before it, -1 when unknown.
    pub leader_epoch: i32,
    /// The client's own.
    pub metadata: String,
    /// Nil when the client does not speak ids.
    pub topic_id: Uuid,
}

/// Answer for one offset of OffsetCommit.
pub type CommitResult = (OffsetKey, ErrorCode);

/// A committed offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedOffset {
    /// Next to be read.
    pub offset: i64,
    /// -1 when unknown.
    pub leader_epoch: i32,
    /// The client's own.
    pub metadata: String,
}

/// Which offsets OffsetFetch wants: `None` is all.
pub type FetchTopics = Option<Vec<OffsetKey>>;

/// Answer for one offset of OffsetFetch; `None` when nothing is committed.
pub type FetchedOffset = (OffsetKey, Option<CommittedOffset>);

/// Answer to LeaveGroup: the member asked for, and how it went.
pub type LeaveResult = (MemberRef, ErrorCode);

/// A group of DescribeGroups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedGroup {
    /// Kafka's name of the state.
    pub state: &'static str,
    /// Empty when the group never had members.
    pub protocol_type: String,
    /// Chosen; empty unless stable.
    pub protocol: String,
    /// Its members.
    pub members: Vec<DescribedMember>,
}

/// A member of DescribeGroups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedMember {
    /// Member id.
    pub member_id: String,
    /// Static members.
    pub instance_id: Option<String>,
    /// From its requests.
    pub client_id: String,
    /// As `/127.0.0.1`.
    pub client_host: String,
    /// Empty unless stable.
    pub metadata: Bytes,
    /// Empty unless stable.
    pub assignment: Bytes,
}

/// A group of ListGroups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedGroup {
    /// Group id.
    pub group: String,
    /// Such as `consumer`.
    pub protocol_type: String,
    /// Kafka's name of the state.
    pub state: &'static str,
}

/// What callers ask.
#[derive(Clone, Debug)]
pub enum Command {
    /// JoinGroup.
    Join(Box<JoinRequest>),
    /// SyncGroup.
    Sync {
        /// Who.
        member: MemberRef,
        /// Version 5 and up.
        protocol_type: Option<String>,
        /// Version 5 and up.
        protocol: Option<String>,
        /// From the leader: member id and assignment.
        assignments: Vec<(String, Bytes)>,
    },
    /// Heartbeat.
    Heartbeat(MemberRef),
    /// LeaveGroup.
    Leave {
        /// Group id.
        group: String,
        /// Who goes.
        members: Vec<MemberRef>,
    },
    /// OffsetCommit.
    Commit {
        /// Who; generation -1 and no id is a consumer that manages itself.
        member: MemberRef,
        /// What.
        offsets: Vec<OffsetToCommit>,
    },
    /// OffsetFetch.
    FetchOffsets {
        /// Group id.
        group: String,
        /// Which.
        topics: FetchTopics,
    },
    /// DescribeGroups, one group.
    Describe(String),
    /// ListGroups, this partition's groups.
    List,
    /// DeleteGroups, one group.
    Delete(String),
    /// OffsetDelete.
    DeleteOffsets {
        /// Group id.
        group: String,
        /// Which.
        partitions: Vec<OffsetKey>,
    },
    /// A topic is gone, and its offsets with it.
    TopicDeleted(String),
}

/// What callers get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// To `Join`.
    Join(JoinReply),
    /// To `Sync`.
    Sync(SyncReply),
    /// To `Heartbeat`.
    Heartbeat(ErrorCode),
    /// To `Leave`: one for all, then one each.
    Left(ErrorCode, Vec<LeaveResult>),
    /// To `Commit`.
    Committed(Vec<CommitResult>),
    /// To `FetchOffsets`.
    Offsets(Vec<FetchedOffset>),
    /// To `Describe`; `None` when there is no such group.
    Described(Option<DescribedGroup>),
    /// To `List`.
    Listed(Vec<ListedGroup>),
    /// To `Delete`.
    Deleted(ErrorCode),
    /// To `DeleteOffsets`: one for all, or one each.
    OffsetsDeleted(ErrorCode, Vec<CommitResult>),
    /// To `TopicDeleted`.
    Done,
}
