//! The REST API: Kafka Connect's routes, status codes, bodies and error texts.
//!
//! Requests that change something are done by the leader; other workers forward them. Rooms: `connectors`, `plugins`, `root`
//! (one per resource), `shell` (media types, paths), `body` (reading JSON), `error`, `forward`.

mod body;
mod connectors;
mod error;
mod forward;
mod plugins;
mod root;
mod shell;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::herder::{Herder, stopped};
use error::RestError;

/// Serves the API until `stop`.
pub async fn serve(listener: TcpListener, herder: Herder, mut stop: watch::Receiver<bool>) {
    let stopped = async move { stopped(&mut stop).await };
    if let Err(error) = axum::serve(listener, router(herder))
        .with_graceful_shutdown(stopped)
        .await
    {
        tracing::error!(%error, "the REST API stopped");
    }
}

fn router(herder: Herder) -> Router {
    let connector = "/connectors/{connector}";
    let path = |rest: &str| format!("{connector}{rest}");
    let routes = Router::new()
        .route("/", get(root::root))
        .route("/health", get(root::health))
        .route("/connectors", get(connectors::list).post(connectors::create))
        .route(connector, get(connectors::get).delete(connectors::delete))
        .route(
            &path("/config"),
            get(connectors::get_config)
                .put(connectors::put_config)
                .patch(connectors::patch_config),
        )
        .route(&path("/status"), get(connectors::status))
        .route(&path("/topics"), get(connectors::topics))
        .route(&path("/topics/reset"), put(connectors::reset_topics))
        .route(&path("/tasks"), get(connectors::tasks))
        .route(&path("/tasks/{task}/status"), get(connectors::task_status))
        .route(&path("/tasks/{task}/restart"), post(connectors::restart_task))
        .route(&path("/restart"), post(connectors::restart))
        .route(&path("/pause"), put(connectors::pause))
        .route(&path("/resume"), put(connectors::resume))
        .route(&path("/stop"), put(connectors::stop))
        .route(
            &path("/offsets"),
            get(connectors::offsets)
                .patch(connectors::alter_offsets)
                .delete(connectors::reset_offsets),
        )
        .route("/connector-plugins", get(plugins::list))
        .route("/connector-plugins/{plugin}/config", get(plugins::config))
        .route("/connector-plugins/{plugin}/config/validate", put(plugins::validate))
        .route_layer(from_fn(shell::media_types))
        .layer(DefaultBodyLimit::max(shell::MAX_BODY))
        .fallback(|| async { RestError::not_found_route() })
        .method_not_allowed_fallback(not_allowed)
        .with_state(herder);
    // A layer of the router itself would come after the route was found.
    Router::new().fallback_service(routes).layer(from_fn(shell::path))
}

/// `OPTIONS` asks which methods there are; the router adds them to either answer.
async fn not_allowed(method: Method) -> Response {
    match method {
        Method::OPTIONS => StatusCode::OK.into_response(),
        _ => RestError::method_not_allowed().into_response(),
    }
}
