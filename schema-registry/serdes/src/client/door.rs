//! The door [`SchemaRegistryClient`] and what passes through it.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::http::HttpError;

/// A schema as text, with its type and what it refers to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SchemaText {
    /// The text.
    pub schema: String,
    /// `AVRO`, `JSON` or `PROTOBUF`.
    pub schema_type: String,
    /// Versions of other subjects that it refers to.
    pub references: Vec<SchemaReference>,
}

impl SchemaText {
    /// An Avro schema without references.
    pub fn avro(schema: impl Into<String>) -> SchemaText {
        SchemaText {
            schema: schema.into(),
            schema_type: "AVRO".into(),
            references: Vec::new(),
        }
    }
}

/// Points from one schema to a version of another subject.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SchemaReference {
    /// The name by which the schema refers to the other; for Avro a full name.
    pub name: String,
    /// Subject of the other.
    pub subject: String,
    /// Version of the other.
    pub version: i32,
}

/// A schema as it stands under a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaVersion {
    /// The subject.
    pub subject: String,
    /// Number within the subject, from 1.
    pub version: i32,
    /// Id within the registry.
    pub id: i32,
    /// The schema.
    pub schema: Arc<SchemaText>,
}

/// What a registry or the way to it refused.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RegistryError {
    /// The subject, version or schema is not there (error codes 40401 to 40403 and other 404).
    #[error("{message} (error code {code})")]
    NotFound {
        /// The registry's error code.
        code: i32,
        /// Its message.
        message: String,
    },
    /// The schema is incompatible with earlier versions (409).
    #[error("{message}")]
    Incompatible {
        /// The registry's message, which lists the differences.
        message: String,
    },
    /// The schema is invalid (42201).
    #[error("{message}")]
    InvalidSchema {
        /// The registry's message.
        message: String,
    },
    /// Any other refusal.
    #[error("the schema registry answered {status}: {message} (error code {code})")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The registry's error code; the status where it sent none.
        code: i32,
        /// Its message.
        message: String,
    },
    /// No registry could be reached.
    #[error("schema registry {url}: {source}")]
    Unreachable {
        /// The address tried last.
        url: String,
        /// What happened there.
        source: HttpError,
    },
    /// The answer is not what the API promises.
    #[error("the schema registry sent an answer that cannot be read: {reason}")]
    Answer {
        /// What is wrong with it.
        reason: String,
    },
}

impl RegistryError {
    /// Whether trying again later may help (no connection, timeout, a server's own error).
    pub fn is_retriable(&self) -> bool {
        match self {
            RegistryError::Unreachable { .. } => true,
            RegistryError::Refused { status, .. } => *status >= 500 || *status == 429,
            RegistryError::NotFound { .. }
            | RegistryError::Incompatible { .. }
            | RegistryError::InvalidSchema { .. }
            | RegistryError::Answer { .. } => false,
        }
    }
}

/// What serialisers need from a registry.
#[async_trait]
pub trait SchemaRegistryClient: Send + Sync {
    /// Registers a schema under a subject and returns its id; the same schema again gets the same id.
    async fn register(&self, subject: &str, schema: &SchemaText, normalize: bool) -> Result<i32, RegistryError>;

    /// Finds a schema under a subject.
    async fn lookup(&self, subject: &str, schema: &SchemaText, normalize: bool)
    -> Result<SchemaVersion, RegistryError>;

    /// The schema with this id.
    async fn schema_by_id(&self, id: i32) -> Result<Arc<SchemaText>, RegistryError>;

    /// A version of a subject; `None` is the latest.
    async fn version(&self, subject: &str, version: Option<i32>) -> Result<SchemaVersion, RegistryError>;
}
