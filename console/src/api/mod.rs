//! The JSON API: one file per subject. Names in answers are camelCase; failures are `{"error", "hint"}`.

mod best;
pub mod connectors;
pub mod groups;
pub mod messages;
mod offsets;
pub mod overview;
pub mod subjects;
pub mod tail;
pub mod topics;

use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{Semaphore, watch};
use weir_client::admin::Admin;
use weir_core::Seam;
use weir_serdes::AvroDeserializer;

use crate::error::ApiError;
use crate::upstream::Upstream;

/// What handlers work with.
#[derive(Clone)]
pub struct App {
    pub admin: Arc<Admin>,
    pub avro: Option<Arc<AvroDeserializer>>,
    pub bootstrap_servers: Arc<str>,
    pub registry: Upstream,
    pub connect: Upstream,
    pub seam: Seam,
    /// One permit per live tail.
    pub tails: Arc<Semaphore>,
    /// One permit per reading of messages.
    pub reads: Arc<Semaphore>,
    /// True when the console stops.
    pub stopped: watch::Receiver<bool>,
}

/// What handlers answer.
type Answer = Result<Json<Value>, ApiError>;

/// Query parameters, refused in the API's own form.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let parsed = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        parsed
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|error| ApiError::bad_request(error.body_text(), "Check the parameters behind the question mark."))
    }
}
