//! Start, stop, routes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{from_fn, map_response};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use weir_client::admin::Admin;
use weir_client::config::AdminConfig;
use weir_config::ConfigErrors;
use weir_core::Seam;
use weir_serdes::{AvroDeserializer, CachedRegistryClient, RestRegistryClient};

use crate::api::{self, App};
use crate::config::ConsoleConfig;
use crate::error::ApiError;
use crate::upstream::Upstream;
use crate::{assets, guard};

/// How long the cluster may take for one operation: a person is waiting.
const API_TIMEOUT_MS: &str = "8000";
/// For one answer of the registry while decoding.
const REGISTRY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long requests under way may take when the console stops: a client may be half-way through one for ever.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);
/// Live tails at the same time; each has a consumer.
const MAX_TAILS: usize = 32;
/// Readings of messages at the same time; each may hold tens of megabytes. More of them wait.
const MAX_READS: usize = 4;

/// Why the console does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: std::io::Error,
    },
    /// An address that other machines can reach.
    #[error("{0} can be reached from other machines, but the console has no users: listen on a loopback address")]
    Exposed(SocketAddr),
    /// The bootstrap servers are not addresses.
    #[error(transparent)]
    Cluster(#[from] ConfigErrors),
    /// The registry's or Connect's address is not one.
    #[error("{what}: {reason}")]
    Address {
        /// Whose address.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// A running console. Dropping it stops it.
#[derive(Debug)]
pub struct Console {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl Console {
    /// Starts to answer. Nothing else needs to be up: what is away is told on the pages that need it.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(config: ConsoleConfig, seam: Seam) -> Result<Self, StartError> {
        if !config.listen.ip().is_loopback() {
            return Err(StartError::Exposed(config.listen));
        }
        let (stop, stopped) = watch::channel(false);
        let app = app(&config, seam, stopped.clone())?;
        let failed = |source| StartError::Listen {
            address: config.listen,
            source,
        };
        let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "cannot set TCP_NODELAY");
            }
        });
        let mut stopping = stopped;
        let server = tokio::spawn(async move {
            let stopping = async move {
                // An error means that the console was dropped.
                let _ = stopping.wait_for(|stop| *stop).await;
            };
            if let Err(error) = axum::serve(listener, router(app))
                .with_graceful_shutdown(stopping)
                .await
            {
                tracing::error!(%error, "the console's server ended");
            }
        });
        Ok(Self { address, stop, server })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Answers what is under way (for some seconds at most), ends live tails, then stops.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        match tokio::time::timeout(STOP_TIMEOUT, &mut self.server).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the console's server did not stop cleanly"),
            Err(_) => {
                self.server.abort();
                tracing::warn!("the console stops although clients are half-way through requests");
            }
        }
    }
}

fn app(config: &ConsoleConfig, seam: Seam, stopped: watch::Receiver<bool>) -> Result<App, StartError> {
    let bad = |what| {
        move |error: weir_serdes::client::HttpError| StartError::Address {
            what,
            reason: error.to_string(),
        }
    };
    let admin = AdminConfig::from_map([
        ("bootstrap.servers", config.bootstrap_servers.as_str()),
        ("client.id", "weir-console"),
        ("default.api.timeout.ms", API_TIMEOUT_MS),
        ("request.timeout.ms", API_TIMEOUT_MS),
    ])?;
    let registry = Upstream::new("the schema registry", config.registry_url.as_deref()).map_err(bad("registry"))?;
    let connect = Upstream::new("Connect", config.connect_url.as_deref()).map_err(bad("connect"))?;
    let avro = match &config.registry_url {
        None => None,
        Some(url) => {
            let client = RestRegistryClient::new(&[url], REGISTRY_TIMEOUT).map_err(|error| StartError::Address {
                what: "registry",
                reason: error.to_string(),
            })?;
            Some(AvroDeserializer::new(Arc::new(CachedRegistryClient::new(Arc::new(
                client,
            )))))
        }
    };
    Ok(App {
        admin: Arc::new(Admin::new(seam.clone(), admin)),
        avro: avro.map(Arc::new),
        bootstrap_servers: config.bootstrap_servers.as_str().into(),
        registry,
        connect,
        seam,
        tails: Arc::new(Semaphore::new(MAX_TAILS)),
        reads: Arc::new(Semaphore::new(MAX_READS)),
        stopped,
    })
}

fn router(app: App) -> Router {
    Router::new()
        .route("/", get(assets::index))
        .route("/{file}", get(assets::file))
        .route("/api/overview", get(api::overview::get))
        .route("/api/topics", get(api::topics::list).post(api::topics::create))
        .route("/api/topics/{topic}", get(api::topics::get).delete(api::topics::delete))
        .route("/api/topics/{topic}/messages", get(api::messages::read))
        .route("/api/topics/{topic}/tail", get(api::tail::follow))
        .route("/api/groups", get(api::groups::list))
        .route("/api/groups/{group}", get(api::groups::get))
        .route("/api/subjects", get(api::subjects::list))
        .route("/api/subjects/{subject}", get(api::subjects::get))
        .route(
            "/api/subjects/{subject}/versions/{version}",
            get(api::subjects::version),
        )
        .route("/api/connectors", get(api::connectors::list))
        .route("/api/connectors/{connector}", get(api::connectors::get))
        .route("/api/connectors/{connector}/{action}", post(api::connectors::act))
        .fallback(|| async { ApiError::not_found("there is no such page") })
        .method_not_allowed_fallback(|| async {
            ApiError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "that cannot be done here",
                "Check the method of the request.",
            )
        })
        .with_state(app)
        .layer(map_response(in_json))
        .layer(from_fn(guard::guard))
}

/// The router's own refusals (a path that is no UTF-8, a body above its limit) are texts: they are told as all others are.
async fn in_json(response: Response) -> Response {
    let status = response.status();
    let text = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|name| name.as_bytes().starts_with(b"text/plain"));
    match status.is_client_error() && text {
        true => {
            let reason = status.canonical_reason().unwrap_or("the request is refused");
            ApiError::new(status, reason, "Check the path and the size of the body.").into_response()
        }
        false => response,
    }
}
