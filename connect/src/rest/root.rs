//! `GET /` and `GET /health`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::herder::{Herder, Leadership};

/// The version of Kafka Connect whose API this is.
const API_VERSION: &str = "4.3.1";

pub async fn root(State(herder): State<Herder>) -> Json<Value> {
    let commit = format!("weir-{}", env!("CARGO_PKG_VERSION"));
    Json(json!({"version": API_VERSION, "commit": commit, "kafka_cluster_id": herder.shared().cluster_id}))
}

/// KIP-1017.
pub async fn health(State(herder): State<Herder>) -> (StatusCode, Json<Value>) {
    match herder.leadership() {
        Leadership::Unknown => (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(json!({"status": "starting", "message": "Worker is still starting up."})),
        ),
        Leadership::Own | Leadership::Other(_) if !herder.is_healthy().await => {
            let message = "Worker was unable to handle this request and may be unable to handle other requests.";
            let body = json!({"status": "unhealthy", "message": message});
            (StatusCode::INTERNAL_SERVER_ERROR, Json(body))
        }
        Leadership::Own | Leadership::Other(_) => {
            let message = "Worker has completed startup and is ready to handle requests.";
            (StatusCode::OK, Json(json!({"status": "healthy", "message": message})))
        }
    }
}
