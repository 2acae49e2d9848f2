//! Schema registry with Confluent's REST API, over a compacted Kafka topic.
//!
//! Rooms, downwards:
//!
//! - [`state`]: what the log folds to, what a write becomes; pure
//! - [`avro`], [`compatibility`]: schemas and how they may evolve; pure
//! - [`guid`], [`entity`], [`error`]: identity, shared JSON objects, refusals; pure
//!
//! It must never know the broker's insides: Kafka is reached through `weir-client` only.

pub mod avro;
pub mod compatibility;
pub mod entity;
pub mod error;
pub mod guid;
pub mod state;
