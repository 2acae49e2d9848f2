//! Serialisers for records whose schemas live in a schema registry, and the client of such a registry.
//!
//! Rooms, downwards:
//!
//! - [`avro`]: Avro serialiser and deserialiser on `apache_avro`'s generic values
//! - [`config`]: their settings, with the names of Confluent's serialisers
//! - [`subject`], [`frame`]: under which subject a schema is registered; the `00` + id prefix
//! - [`client`]: the door [`SchemaRegistryClient`](client::SchemaRegistryClient), over HTTP, cached, and in memory for tests
//!
//! Works with any registry that speaks Confluent's REST API. It must never know the registry server.
//! Not here: JSON Schema and Protobuf, GUIDs in headers, rules (CEL, encryption), TLS to the registry.

pub mod avro;
pub mod client;
pub mod config;
pub mod frame;
pub mod subject;

pub use avro::{AvroDeserializer, AvroSchema, AvroSerializer, Decoded, PreparedAvro};
pub use client::{
    CachedRegistryClient, MemoryRegistry, RegistryError, RestRegistryClient, SchemaReference, SchemaRegistryClient,
    SchemaText, SchemaVersion,
};
pub use config::{SerdeConfig, SerdeConfigError};
pub use subject::SubjectNameStrategy;
