//! Connect's three topics as log machines: configs, statuses, offsets. State is a fold of each topic, keys and values byte for byte
//! those of Kafka Connect, so that a JVM worker can take over and hand back.
//!
//! [`config`], [`status`] and [`offset`] are pure; [`host`] reads and writes the topics.

pub mod config;
pub mod host;
mod json;
pub mod offset;
pub mod status;

use std::fmt;

/// A task of a connector.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId {
    pub connector: String,
    /// From 0.
    pub task: u32,
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.connector, self.task)
    }
}

/// A record of one of the topics; no value removes the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreRecord {
    pub key: Vec<u8>,
    pub value: Option<Vec<u8>>,
}

impl StoreRecord {
    fn new(key: impl Into<Vec<u8>>, value: Option<String>) -> Self {
        Self {
            key: key.into(),
            value: value.map(String::into_bytes),
        }
    }
}
