//! What can go wrong in a plugin; the variant decides what the runtime does about it.

use std::fmt::Display;

use thiserror::Error;
use weir_config::{ConfigError, ConfigErrors, GetError};

use crate::data::DataError;

/// A plugin's failure.
#[derive(Debug, Clone, Error)]
pub enum ConnectError {
    /// Try the same call again later (Connect's `RetriableException`): nothing is lost, no offset moves on.
    #[error("{0}")]
    Retriable(String),
    /// This record cannot be handled, others can (`DataException`).
    #[error("{0}")]
    Data(String),
    /// The settings are wrong (`ConfigException`).
    #[error("{0}")]
    Config(String),
    /// The task cannot go on (`ConnectException`).
    #[error("{0}")]
    Fatal(String),
}

/// The result of a plugin call.
pub type Result<T> = std::result::Result<T, ConnectError>;

impl ConnectError {
    /// The class that Kafka Connect would have thrown; statuses, traces and dead-letter headers name it.
    pub fn java_class(&self) -> &'static str {
        match self {
            Self::Retriable(_) => "org.apache.kafka.connect.errors.RetriableException",
            Self::Data(_) => "org.apache.kafka.connect.errors.DataException",
            Self::Config(_) => "org.apache.kafka.common.config.ConfigException",
            Self::Fatal(_) => "org.apache.kafka.connect.errors.ConnectException",
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::Retriable(_))
    }
}

impl From<DataError> for ConnectError {
    fn from(error: DataError) -> Self {
        Self::Data(error.0)
    }
}

impl From<ConfigErrors> for ConnectError {
    fn from(errors: ConfigErrors) -> Self {
        Self::Config(errors.to_string())
    }
}

impl From<ConfigError> for ConnectError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error.to_string())
    }
}

impl From<GetError> for ConnectError {
    fn from(error: GetError) -> Self {
        Self::Config(error.to_string())
    }
}

/// Turns any error into a [`ConnectError`] with a word on what was being done.
pub trait ErrorContext<T> {
    /// The call may be tried again.
    ///
    /// # Errors
    /// [`ConnectError::Retriable`] for any error.
    fn retriable(self, doing: &str) -> Result<T>;

    /// The task must stop.
    ///
    /// # Errors
    /// [`ConnectError::Fatal`] for any error.
    fn fatal(self, doing: &str) -> Result<T>;
}

impl<T, E: Display> ErrorContext<T> for std::result::Result<T, E> {
    fn retriable(self, doing: &str) -> Result<T> {
        self.map_err(|error| ConnectError::Retriable(format!("{doing}: {error}")))
    }

    fn fatal(self, doing: &str) -> Result<T> {
        self.map_err(|error| ConnectError::Fatal(format!("{doing}: {error}")))
    }
}
