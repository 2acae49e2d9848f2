//! Answers: JSON bodies, and refusals in Confluent's shape `{"error_code": …, "message": …}`.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::error::RegistryError;
use crate::state::change::Outcome;

/// The media type of answers unless the client asks for another one.
pub const MEDIA_TYPE: &str = "application/vnd.schemaregistry.v1+json";

/// A JSON answer.
#[derive(Debug)]
pub struct Json(pub Value);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        with_type(Response::new(Body::from(self.0.to_string())))
    }
}

/// Text that is JSON already: a schema.
#[derive(Debug)]
pub struct Raw(pub String);

impl IntoResponse for Raw {
    fn into_response(self) -> Response {
        with_type(Response::new(Body::from(self.0)))
    }
}

fn with_type(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response
}

/// A refusal.
#[derive(Debug)]
pub enum Refusal {
    /// By the registry's rules.
    Registry(RegistryError),
    /// By HTTP's; the code is the status.
    Http(StatusCode, String),
}

impl Refusal {
    /// A refusal by HTTP's rules with the text that Confluent's registry has for the status.
    pub fn http(status: StatusCode) -> Refusal {
        let text = format!(
            "HTTP {} {}",
            status.as_u16(),
            status.canonical_reason().unwrap_or_default()
        );
        Refusal::Http(status, text)
    }

    /// For an outcome of another command than the one that was given; no rule produces it.
    pub fn unexpected(outcome: &Outcome) -> Refusal {
        Refusal::Registry(RegistryError::Store(format!("unexpected outcome {outcome:?}")))
    }
}

impl From<RegistryError> for Refusal {
    fn from(error: RegistryError) -> Self {
        Refusal::Registry(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Refusal::Registry(error) => (error.status(), error.code(), error.to_string()),
            Refusal::Http(status, message) => (status.as_u16(), u32::from(status.as_u16()), message),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status.is_server_error() {
            tracing::warn!(code, message, "request failed");
        }
        let mut response = Json(json!({"error_code": code, "message": message})).into_response();
        *response.status_mut() = status;
        response
    }
}
