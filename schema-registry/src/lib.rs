//! Schema registry with Confluent's REST API, over a compacted Kafka topic.
//!
//! Rooms, downwards:
//!
//! - [`server`]: the REST API; [`Registry`] starts it
//! - [`config`]: settings of the server
//! - [`leader`]: which of several registries writes
//! - [`store`]: the state with its reader and its writer
//! - [`log`]: the door to the topic `_schemas`, and a log in memory
//! - [`state`]: what the log folds to, what a write becomes; pure
//! - [`avro`], [`compatibility`]: schemas and how they may evolve; pure
//! - [`guid`], [`entity`], [`error`]: identity, shared JSON objects, refusals; pure
//!
//! It must never know the broker's insides: Kafka is reached through `weir-client` only.
//!
//! Several registries may share a topic: they elect a leader, which writes for all; see [`leader`].
//!
//! Not here yet: JSON Schema and Protobuf, modes IMPORT and FORWARD, subject aliases, defaults and overrides for metadata and
//! rules, schema tags, associations, the path prefix `/contexts/{context}`, TLS and authentication. Asking for one of them
//! gets a refusal that says so.

pub mod avro;
pub mod compatibility;
pub mod config;
pub mod entity;
pub mod error;
pub mod guid;
pub mod leader;
pub mod log;
pub mod server;
pub mod state;
pub mod store;

pub use config::{RegistryConfig, RegistryConfigError};
pub use server::{Registry, StartError};
