//! Which of several registries on one topic writes: the leader of a Kafka group of type `sr`, as among Confluent's registries.
//!
//! Every registry answers reads from its own copy. Writes go to the leader: a registry that is not sends them on. A registry
//! that lost its place in the group stops writing with its next heartbeat (`heartbeat.interval.ms`, 3 s) at the latest; within
//! that time two may believe to be it, and [`crate::store`] refuses the write of the one that came second.

mod election;
mod protocol;

pub use election::{Election, ElectionConfig};
pub use protocol::Identity;

/// Who writes, as this registry knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leadership {
    /// Nobody that is known: an election is under way, or nobody is eligible.
    Unknown,
    /// This registry.
    Me,
    /// Another one, at this URL.
    Other(String),
}
