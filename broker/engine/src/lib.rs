//! `weir-engine`: the pure broker. Deterministic state machines and nothing that acts by itself.
//!
//! Rooms: [`log`] (segments, indexes, producer state), [`partition`] (one replica of one partition: validation,
//! high watermark, reads), [`journal`] (the format that makes `acks=all` durable), [`group`] (the classic group
//! coordinator), [`metadata`] (topics, configs, ids as a fold of Kafka's metadata records), [`topic_config`].
//!
//! It must never know tokio, sockets, the wall clock, randomness or `std::fs`: time and ids come in as arguments,
//! files through the seam.

pub mod group;
pub mod journal;
pub mod log;
pub mod metadata;
pub mod partition;
pub mod topic_config;
pub mod validate;
