//! What goes wrong, as the API tells it: `{"error": …, "hint": …}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use weir_client::admin::AdminError;
use weir_client::consumer::{OffsetsError, PollError};
use weir_core::ErrorCode;

/// A refusal or failure with what to do about it.
#[derive(Debug, Clone)]
pub struct ApiError {
    status: StatusCode,
    error: String,
    hint: String,
}

impl ApiError {
    pub fn new(status: StatusCode, error: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
            hint: hint.into(),
        }
    }

    pub fn not_found(error: impl Into<String>) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            error,
            "It may have been deleted; check the name.",
        )
    }

    pub fn bad_request(error: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, hint)
    }

    /// The cluster is away or does not answer.
    pub fn cluster(error: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::BAD_GATEWAY,
            format!("the cluster did not answer: {error}"),
            "Check that a broker runs at the bootstrap address, then try again.",
        )
    }

    /// The JSON form, for places that are not an answer of their own.
    pub fn json(&self) -> serde_json::Value {
        json!({"error": self.error, "hint": self.hint})
    }

    /// What a broker said about one item.
    pub fn refused(what: &str, error: &weir_client::ApiError) -> Self {
        let (status, hint) = match error.code {
            ErrorCode::UnknownTopicOrPartition => {
                return Self::not_found(format!("there is no topic {what} ({error})"));
            }
            ErrorCode::GroupIdNotFound => return Self::not_found(format!("there is no group {what} ({error})")),
            ErrorCode::TopicAlreadyExists => (StatusCode::CONFLICT, "Choose another name."),
            ErrorCode::InvalidTopicException => (
                StatusCode::BAD_REQUEST,
                "Up to 249 letters, digits, dots, underscores and hyphens.",
            ),
            ErrorCode::InvalidPartitions => (StatusCode::BAD_REQUEST, "Give at least one partition."),
            ErrorCode::InvalidReplicationFactor => (
                StatusCode::BAD_REQUEST,
                "The replication factor cannot exceed the number of brokers.",
            ),
            ErrorCode::InvalidConfig => (StatusCode::BAD_REQUEST, "Check the names and values of the settings."),
            ErrorCode::TopicAuthorizationFailed
            | ErrorCode::ClusterAuthorizationFailed
            | ErrorCode::GroupAuthorizationFailed => {
                (StatusCode::FORBIDDEN, "The console's user has no right to do this.")
            }
            _ => (StatusCode::BAD_GATEWAY, "The broker refused; its log may say more."),
        };
        Self::new(status, format!("{what}: {error}"), hint)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.json())).into_response()
    }
}

impl From<AdminError> for ApiError {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Refused(refused) => Self::refused("the cluster", &refused),
            other => Self::cluster(other),
        }
    }
}

impl From<OffsetsError> for ApiError {
    fn from(error: OffsetsError) -> Self {
        Self::cluster(error)
    }
}

impl From<PollError> for ApiError {
    fn from(error: PollError) -> Self {
        match error {
            PollError::Corrupt { .. } => Self::new(
                StatusCode::BAD_GATEWAY,
                error.to_string(),
                "Read from an offset behind it.",
            ),
            other => Self::cluster(other),
        }
    }
}
