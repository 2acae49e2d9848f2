//! Why consuming failed, one enum per operation.

use weir_core::ErrorCode;

use crate::cluster::MetadataError;
use crate::group::GroupError;
use crate::types::{ApiError, TopicPartition};
use crate::wire::CallError;

/// Why a poll failed. The consumer may poll again in any case; what can be retried is retried by itself and does not come here.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum PollError {
    /// The group membership failed for good.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// The assignment that the group's leader made does not decode.
    #[error("the assignment does not decode: {0}")]
    Assignment(weir_messages::DecodeError),
    /// No committed offset, and `auto.offset.reset` is `none`.
    #[error("no offset for {0:?} and no reset policy")]
    NoOffset(Vec<TopicPartition>),
    /// The position is outside the log, and `auto.offset.reset` is `none`.
    #[error("{partition}: offset {offset} is out of range and there is no reset policy")]
    OffsetOutOfRange {
        /// Where.
        partition: TopicPartition,
        /// The position.
        offset: i64,
    },
    /// Fetched bytes are not what they should be. Seek past the position to go on.
    #[error("{partition}: corrupt data at offset {offset}: {reason}")]
    Corrupt {
        /// Where.
        partition: TopicPartition,
        /// The position.
        offset: i64,
        /// What is wrong.
        reason: String,
    },
    /// A broker refuses a partition: not authorised, for example.
    #[error("{partition}: {error}")]
    Refused {
        /// Where.
        partition: TopicPartition,
        /// What the broker said.
        error: ApiError,
    },
    /// A broker cannot be spoken to.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The coordinator refuses to tell committed offsets.
    #[error("committed offsets: {0}")]
    Committed(String),
    /// The consumer has no topics and no partitions.
    #[error("the consumer is not subscribed to topics and has no partitions")]
    NoSubscription,
    /// Topics are subscribed, but there is no `group.id`.
    #[error("subscribing needs group.id")]
    NoGroup,
    /// An assignor that is not known.
    #[error("partition.assignment.strategy: {0} is not known")]
    UnknownAssignor(String),
}

impl PollError {
    /// Whether polling again may help without anything else being done.
    pub fn retriable(&self) -> bool {
        match self {
            Self::Group(error) => error.retriable(),
            Self::Refused { error, .. } => error.retriable(),
            Self::Call(error) => error.retriable(),
            Self::Assignment(_)
            | Self::NoOffset(_)
            | Self::OffsetOutOfRange { .. }
            | Self::Corrupt { .. }
            | Self::Committed(_)
            | Self::NoSubscription
            | Self::NoGroup
            | Self::UnknownAssignor(_) => false,
        }
    }
}

/// Why a commit failed.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// There is no `group.id`.
    #[error("committing needs group.id")]
    NoGroup,
    /// An offset that no log has; Java's `OffsetAndMetadata` refuses it, the coordinator would take it.
    #[error("{partition}: invalid negative offset {offset}")]
    NegativeOffset {
        /// Where.
        partition: TopicPartition,
        /// As given.
        offset: i64,
    },
    /// The group went on without this member: its partitions may belong to others, and the commit is void. With
    /// `REBALANCE_IN_PROGRESS` the member joins at the moment: what it keeps can be committed after the polls that finish the join.
    #[error("the commit came too late, the group has rebalanced: {0}")]
    Fenced(ErrorCode),
    /// The coordinator refused a partition.
    #[error("{partition}: {code}")]
    Refused {
        /// Where.
        partition: TopicPartition,
        /// Why.
        code: ErrorCode,
    },
    /// The coordinator could not be reached.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The consumer is closed.
    #[error("the consumer is closed")]
    Closed,
}

impl CommitError {
    /// Whether the same commit may succeed later.
    pub fn retriable(&self) -> bool {
        match self {
            Self::NoGroup | Self::Closed | Self::NegativeOffset { .. } => false,
            // Joining again first; whether the partitions are still there is another question.
            Self::Fenced(code) => *code == ErrorCode::RebalanceInProgress,
            Self::Refused { code, .. } => code.retriable(),
            Self::Call(error) => error.retriable(),
        }
    }
}

/// Why offsets could not be looked up.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum OffsetsError {
    /// There is no `group.id`.
    #[error("committed offsets need group.id")]
    NoGroup,
    /// The partition is not assigned to this consumer.
    #[error("{0} is not assigned to this consumer")]
    NotAssigned(TopicPartition),
    /// To seek to.
    #[error("seek offset must not be a negative number")]
    Negative,
    /// The partition's leader could not be learned.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// A broker refused a partition.
    #[error("{partition}: {code}")]
    Refused {
        /// Where.
        partition: TopicPartition,
        /// Why.
        code: ErrorCode,
    },
    /// The coordinator refused the group.
    #[error("group: {0}")]
    Group(ErrorCode),
    /// A broker could not be reached.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Polling for a position failed.
    #[error(transparent)]
    Poll(Box<PollError>),
    /// Not in time.
    #[error("no answer within default.api.timeout.ms")]
    Timeout,
}

impl OffsetsError {
    /// As a poll says that a position cannot be found.
    pub(super) fn of_position(&self, at: &TopicPartition) -> PollError {
        let refused = |error: ApiError| PollError::Refused {
            partition: at.clone(),
            error,
        };
        match self {
            Self::Metadata(MetadataError::Call(error)) | Self::Call(error) => error.clone().into(),
            Self::Metadata(MetadataError::Topic { error, .. }) => refused(error.clone()),
            Self::Refused { code, .. } | Self::Group(code) => refused((*code).into()),
            Self::NoGroup
            | Self::NotAssigned(_)
            | Self::Negative
            | Self::Metadata(_)
            | Self::Poll(_)
            | Self::Timeout => refused(ErrorCode::UnknownServerError.into()),
        }
    }

    /// Whether asking again may help.
    pub fn retriable(&self) -> bool {
        match self {
            Self::NoGroup | Self::Negative | Self::NotAssigned(_) => false,
            Self::Metadata(error) => error.retriable(),
            Self::Refused { code, .. } | Self::Group(code) => code.retriable(),
            Self::Call(error) => error.retriable(),
            Self::Poll(error) => error.retriable(),
            Self::Timeout => true,
        }
    }
}
