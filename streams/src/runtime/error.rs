//! Why an application does not start, or stops.

use crate::processor::ProcessError;
use weir_client::admin::AdminError;
use weir_client::consumer::{CommitError, OffsetsError, PollError};
use weir_client::producer::SendError;

/// Why an application stops, or does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamsError {
    /// A setting.
    #[error(transparent)]
    Config(#[from] weir_config::ConfigErrors),
    /// Input topics are not there: Kafka Streams does not make them either (`MissingSourceTopicException`).
    #[error("Missing source topics. [{}]", .0.join(", "))]
    MissingSourceTopics(Vec<String>),
    /// Topics that are joined have different numbers of partitions (`TopologyException`).
    #[error("Invalid topology: Topics not co-partitioned: [{{{0}}}]")]
    NotCopartitioned(String),
    /// An internal topic of an earlier life does not fit (`InternalTopicManager`).
    #[error(
        "Existing internal topic {topic} has invalid partitions: expected: {expected}; actual: {actual}. Delete it, or \
         take another application.id"
    )]
    InvalidPartitions {
        /// Which.
        topic: String,
        /// Tasks that need a partition each.
        expected: i32,
        /// Partitions that there are.
        actual: i32,
    },
    /// Inputs of a task with a store went to different instances: their topics differ in their numbers of partitions, and
    /// only Kafka Streams' own assignor keeps such tasks together.
    #[error(
        "task {task} has a store, but its input {topic} is with another instance: give its input topics the same number of \
         partitions, or run one instance"
    )]
    SplitTask {
        /// Its id.
        task: String,
        /// The input that is elsewhere.
        topic: String,
    },
    /// An input topic has got more partitions while the application ran.
    #[error(
        "input topic {topic} has more than the {before} partitions that it had at the start: start the application again, with \
         new internal topics if it has any"
    )]
    MorePartitions {
        /// Which.
        topic: String,
        /// Partitions at the start.
        before: i32,
    },
    /// A function of the topology panicked.
    #[error("the topology panicked: {0}")]
    Panicked(String),
    /// The runtime that it ran on is gone.
    #[error("the application was dropped by its runtime")]
    Dropped,
    /// An internal topic could not be made.
    #[error("internal topic {topic} could not be made: {error}")]
    InternalTopic {
        /// Which.
        topic: String,
        /// The broker's words.
        error: String,
    },
    /// The cluster did not answer.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// Reading failed for good.
    #[error(transparent)]
    Poll(#[from] PollError),
    /// Positions could not be had.
    #[error(transparent)]
    Offsets(#[from] OffsetsError),
    /// Writing failed for good.
    #[error(transparent)]
    Send(#[from] SendError),
    /// Offsets could not be committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A record could not be processed.
    #[error(transparent)]
    Process(#[from] ProcessError),
}
