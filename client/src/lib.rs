//! `weir-client`: producer, consumer, admin, and group membership for any protocol type, against any Kafka cluster.
//!
//! Rooms, downwards:
//!
//! * [`producer`]: records in, acknowledgements out; batches, order, retries.
//! * [`consumer`]: subscriptions, positions, fetching, assignors, commits.
//! * [`admin`]: topics, configs, groups, offsets.
//! * [`group`]: membership in a group of any protocol type.
//! * [`cluster`]: connections to brokers and cached metadata.
//! * `wire`: one connection; [`config`]: settings under Kafka's names; `types`: small values that all share.
//!
//! Everything outside is reached through [`weir_core::Seam`], so that clients run under the seeded simulator as well as on tokio.
//! This crate must never know a broker's insides, Connect or Streams.

pub mod admin;
pub mod cluster;
pub mod config;
pub mod consumer;
pub mod group;
pub mod producer;
mod types;
mod wire;

pub use cluster::Cluster;
pub use types::{ApiError, OffsetAndMetadata, OffsetAndTimestamp, TopicPartition};
pub use weir_core::record::Header;
pub use wire::CallError;
