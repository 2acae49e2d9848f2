//! The REST server: Confluent's routes on axum. Handlers translate; the rules are in [`state`](crate::state).

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State as App;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

mod answer;
mod app;
mod body;
mod compatibility;
mod context;
mod extract;
mod forward;
mod schemas;
mod settings;
mod shell;
mod subjects;

use answer::{Json, Refusal};
use app::{AppState, Limits};

use crate::config::RegistryConfig;
use crate::error::RegistryError;
use crate::leader::{Election, ElectionConfig, Identity};
use crate::log::{KafkaLog, KafkaLogConfig, KafkaLogError, SchemasLog};
use crate::state::State;
use crate::store::Store;

/// How long requests under way may take when the registry stops: a client may be half-way through one for ever.
const STOP_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(3);

/// Why the registry does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: std::io::Error,
    },
    /// A listener that other machines can reach, without saying that this is wanted.
    #[error(
        "listener {0} can be reached from other machines without authentication; set insecure=true if that is wanted"
    )]
    Exposed(SocketAddr),
    /// The log could not be read to its end in time.
    #[error("cannot read topic {topic}: {source}")]
    Log {
        /// The topic.
        topic: String,
        /// The cause.
        source: RegistryError,
    },
    /// Kafka could not be reached or the topic cannot be used.
    #[error("cannot use topic {topic} on {servers}: {source}")]
    Kafka {
        /// The topic.
        topic: String,
        /// The brokers asked.
        servers: String,
        /// The cause.
        source: KafkaLogError,
    },
}

/// A running registry. Dropping it stops it.
pub struct Registry {
    addresses: Vec<SocketAddr>,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
    store: Arc<Store>,
    election: Arc<Election>,
}

impl Registry {
    /// Starts a registry over the topic that the settings name. Returns when everything in it has been replayed and requests
    /// are answered; a cluster that is not up yet is waited for, up to `kafkastore.init.timeout.ms`.
    pub async fn start_on_kafka(config: RegistryConfig) -> Result<Registry, StartError> {
        // First, so that an address in use is told at once.
        let listeners = bind(&config).await?;
        let log = KafkaLogConfig {
            bootstrap_servers: config.bootstrap_servers.clone(),
            topic: config.topic.clone(),
            replication_factor: config.replication_factor,
            timeout: config.timeout,
            init_timeout: config.init_timeout,
        };
        let log = KafkaLog::open(weir_runtime::real(), &log)
            .await
            .map_err(|source| StartError::Kafka {
                topic: config.topic.clone(),
                servers: config.bootstrap_servers.clone(),
                source,
            })?;
        let election = Election::join(log.cluster().clone(), election(&config, &listeners));
        Registry::run(config, listeners, Arc::new(log), election).await
    }

    /// Starts a registry over a log that is its own. Returns when everything in the log has been replayed and requests are answered.
    pub async fn start(config: RegistryConfig, log: Arc<dyn SchemasLog>) -> Result<Registry, StartError> {
        let listeners = bind(&config).await?;
        Registry::run(config, listeners, log, Election::alone()).await
    }

    async fn run(
        config: RegistryConfig,
        listeners: Vec<TcpListener>,
        log: Arc<dyn SchemasLog>,
        election: Election,
    ) -> Result<Registry, StartError> {
        let election = Arc::new(election);
        let store = Arc::new(Store::open(log, State::new(config.defaults), config.timeout));
        let caught_up = tokio::time::timeout(config.init_timeout, catch_up(&store)).await;
        caught_up.map_err(|_| StartError::Log {
            topic: config.topic.clone(),
            source: RegistryError::Timeout(format!("not read to its end within {:?}", config.init_timeout)),
        })?;
        let limits = Limits {
            max_body: config.max_body,
            search_default: config.search_default_limit,
            search_max: config.search_max_limit,
            mode_mutability: config.mode_mutability,
            leader_wait: config.timeout,
            forward_timeout: config.leader_read_timeout,
        };
        let router = router(AppState {
            store: store.clone(),
            election: election.clone(),
            limits,
        });
        let (stop, _) = watch::channel(false);
        let mut addresses = Vec::new();
        let mut servers = Vec::new();
        for listener in listeners {
            // The address was bound a moment ago; a listener that cannot say which is broken.
            let address = listener.local_addr();
            let bound = address.map_err(|source| StartError::Listen {
                address: ([0, 0, 0, 0], 0).into(),
                source,
            })?;
            addresses.push(bound);
            let listener = listener.tap_io(|stream| {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "cannot set TCP_NODELAY");
                }
            });
            let mut stopped = stop.subscribe();
            let router = router.clone();
            servers.push(tokio::spawn(async move {
                let stopping = async move {
                    // An error means that the registry was dropped.
                    let _ = stopped.wait_for(|stop| *stop).await;
                };
                if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopping).await {
                    tracing::error!(%error, "the registry's server ended");
                }
            }));
        }
        Ok(Registry {
            addresses,
            stop,
            servers,
            store,
            election,
        })
    }

    /// The first address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addresses.first().copied().unwrap_or(([127, 0, 0, 1], 0).into())
    }

    /// All addresses that it listens on.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Gives up the lead, answers what is under way (for some seconds at most), then stops.
    pub async fn shutdown(mut self) {
        // First: while another is elected, requests still get an answer here.
        self.election.leave().await;
        self.stop.send_replace(true);
        let deadline = tokio::time::Instant::now() + STOP_TIMEOUT;
        for mut server in self.servers.drain(..) {
            match tokio::time::timeout_at(deadline, &mut server).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "the registry's server did not stop cleanly"),
                Err(_) => {
                    server.abort();
                    tracing::warn!("the registry stops although clients are half-way through requests");
                }
            }
        }
        self.store.close();
    }
}

async fn bind(config: &RegistryConfig) -> Result<Vec<TcpListener>, StartError> {
    if let Some(exposed) = config
        .listeners
        .iter()
        .find(|address| !address.ip().is_loopback() && !config.insecure)
    {
        return Err(StartError::Exposed(*exposed));
    }
    let mut listeners = Vec::new();
    for address in &config.listeners {
        let listener = TcpListener::bind(address).await;
        listeners.push(listener.map_err(|source| StartError::Listen {
            address: *address,
            source,
        })?);
    }
    Ok(listeners)
}

/// How this registry takes part in elections.
fn election(config: &RegistryConfig, listeners: &[TcpListener]) -> ElectionConfig {
    let bound = listeners.first().and_then(|listener| listener.local_addr().ok());
    let bound = bound.unwrap_or(([127, 0, 0, 1], 0).into());
    let host = config.host_name.clone().unwrap_or_else(|| bound.ip().to_string());
    ElectionConfig {
        group_id: config.group_id.clone(),
        session_timeout: config.session_timeout,
        heartbeat_interval: config.heartbeat_interval,
        rebalance_timeout: config.rebalance_timeout,
        own: Identity::new(host, bound.port(), config.leader_eligibility),
    }
}

/// Until it works: a broker that starts at the same moment may need a while.
async fn catch_up(store: &Store) {
    while let Err(error) = store.catch_up().await {
        tracing::info!(%error, "waiting for the schemas log");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

fn router(state: AppState) -> Router {
    let routes = Router::new()
        .route("/", get(root).post(root))
        .route("/subjects", get(subjects::list))
        .route("/subjects/{subject}", post(subjects::look_up).delete(subjects::delete))
        .route("/subjects/{subject}/metadata", get(subjects::latest_with_metadata))
        .route(
            "/subjects/{subject}/versions",
            get(subjects::versions).post(subjects::register),
        )
        .route(
            "/subjects/{subject}/versions/{version}",
            get(subjects::get_version).delete(subjects::delete_version),
        )
        .route(
            "/subjects/{subject}/versions/{version}/schema",
            get(subjects::get_schema),
        )
        .route(
            "/subjects/{subject}/versions/{version}/referencedby",
            get(subjects::referenced_by),
        )
        .route("/schemas", get(schemas::list))
        .route("/schemas/types", get(schemas::types))
        .route("/schemas/ids/{id}", get(schemas::by_id))
        .route("/schemas/ids/{id}/schema", get(schemas::schema_by_id))
        .route("/schemas/ids/{id}/subjects", get(schemas::subjects_of_id))
        .route("/schemas/ids/{id}/versions", get(schemas::versions_of_id))
        .route("/schemas/guids/{guid}", get(schemas::by_guid))
        .route("/schemas/guids/{guid}/ids", get(schemas::ids_of_guid))
        .route("/contexts", get(schemas::contexts))
        .route(
            "/config",
            get(settings::global_config)
                .put(settings::set_global_config)
                .delete(settings::delete_global_config),
        )
        .route(
            "/config/{subject}",
            get(settings::subject_config)
                .put(settings::set_subject_config)
                .delete(settings::delete_subject_config),
        )
        .route(
            "/mode",
            get(settings::global_mode)
                .put(settings::set_global_mode)
                .delete(settings::delete_global_mode),
        )
        .route(
            "/mode/{subject}",
            get(settings::subject_mode)
                .put(settings::set_subject_mode)
                .delete(settings::delete_subject_mode),
        )
        .route(
            "/compatibility/subjects/{subject}/versions",
            post(compatibility::with_subject),
        )
        .route(
            "/compatibility/subjects/{subject}/versions/{version}",
            post(compatibility::with_version),
        )
        .route("/v1/metadata/id", get(cluster_id))
        .route("/v1/metadata/version", get(version))
        .fallback(|| async { Refusal::http(StatusCode::NOT_FOUND) })
        .method_not_allowed_fallback(not_allowed)
        .with_state(state.clone());
    // Round the routes, not on them, so that the path can still be changed.
    Router::new()
        .fallback_service(routes)
        .layer(from_fn_with_state(state, forward::forward))
        .layer(from_fn(shell::shell))
}

async fn root() -> Json {
    Json(json!({}))
}

async fn not_allowed() -> Response {
    Refusal::http(StatusCode::METHOD_NOT_ALLOWED).into_response()
}

async fn cluster_id(App(app): App<AppState>) -> Json {
    let clusters = json!({"kafka-cluster": app.store.cluster_id(), "schema-registry-cluster": "schema-registry"});
    Json(json!({"scope": {"path": [], "clusters": clusters}, "id": ""}))
}

async fn version() -> Json {
    Json(json!({"version": env!("CARGO_PKG_VERSION"), "commitId": ""}))
}
