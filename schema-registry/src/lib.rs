//! Schema registry with Confluent's REST API, over a compacted Kafka topic.
//!
//! Rooms, downwards: `avro` (schemas, pure) → [`compatibility`], [`guid`], [`entity`] (pure).
//! It must never know the broker's insides: Kafka is reached through `weir-client` only.

pub mod avro;
pub mod compatibility;
pub mod entity;
pub mod guid;
