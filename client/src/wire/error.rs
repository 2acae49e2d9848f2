//! Why a request got no answer.

use std::io;
use std::sync::Arc;

use weir_core::ErrorCode;
use weir_messages::{ApiKey, DecodeError, EncodeError};

/// Why a request got no answer that could be read.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The broker could not be reached.
    #[error("cannot connect to {address}: {source}")]
    Connect {
        /// `host:port`.
        address: String,
        /// The cause; shared, because several callers may wait for one connection.
        source: Arc<io::Error>,
    },
    /// The connection ended before the answer came.
    #[error("{api} to {address}: the connection was closed")]
    Disconnected {
        /// The request.
        api: &'static str,
        /// `host:port`.
        address: String,
    },
    /// No answer in time.
    #[error("{api} to {address}: no answer in time")]
    Timeout {
        /// The request.
        api: &'static str,
        /// `host:port`.
        address: String,
    },
    /// The broker and this client have no version of the API in common.
    #[error("the broker at {address} does not support {api} in a version that this client knows")]
    UnsupportedVersion {
        /// The request.
        api: &'static str,
        /// `host:port`.
        address: String,
    },
    /// The answer does not decode: not a Kafka broker, or a broken one.
    #[error("{api}: the answer of {address} does not decode: {source}")]
    Decode {
        /// The request.
        api: &'static str,
        /// `host:port`.
        address: String,
        /// The cause.
        source: DecodeError,
    },
    /// The request cannot be written in the version that the broker knows.
    #[error("{api}: {source}")]
    Encode {
        /// The request.
        api: &'static str,
        /// The cause.
        source: EncodeError,
    },
    /// A broker id that metadata does not have (any more).
    #[error("broker {0} is not known")]
    UnknownNode(i32),
    /// A broker refused the whole request.
    #[error("{api}: {code}")]
    Refused {
        /// The request.
        api: &'static str,
        /// Why.
        code: ErrorCode,
    },
}

impl CallError {
    /// Whether the same request may succeed later.
    pub fn retriable(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::Disconnected { .. } | Self::Timeout { .. } | Self::UnknownNode(_) => true,
            Self::UnsupportedVersion { .. } | Self::Decode { .. } | Self::Encode { .. } => false,
            Self::Refused { code, .. } => code.retriable(),
        }
    }

    pub(crate) fn refused(api: ApiKey, code: ErrorCode) -> Self {
        Self::Refused { api: api.name(), code }
    }
}
