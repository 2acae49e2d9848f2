//! Conformance: each test sends the same requests to Weir and to Apache Kafka 4.3.1 in the same run.

mod admin;
mod data;
mod groups;
mod hostile;
mod pair;
mod wire;
