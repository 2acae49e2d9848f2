//! A worker: the door to the runtime. Starts everything, stops everything.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use weir_core::machine::LogMachine;

use crate::config::worker::{InternalTopic, WorkerConfig};
use crate::herder::{Herder, Shared};
use crate::kafka::{Kafka, KafkaError, NewTopic, WorkerGroup};
use crate::plugins::Plugins;
use crate::rest;
use crate::store::StoreRecord;
use crate::store::host::Store;
use crate::task::reporter::Reporter;

/// How long requests under way may take once the worker has stopped: a client may be half-way through one for ever.
const REST_STOP_TIMEOUT: Duration = Duration::from_secs(3);

/// Why a worker did not start.
#[derive(Debug, Error)]
pub enum StartError {
    #[error("cannot listen on {address}: {source} (setting listeners)")]
    Listen { address: String, source: std::io::Error },
    #[error("{what}: {source}")]
    Kafka { what: String, source: KafkaError },
}

/// A running worker.
pub struct Worker {
    addr: SocketAddr,
    herder: Herder,
    stop: watch::Sender<bool>,
    owner: JoinHandle<()>,
    server: JoinHandle<()>,
}

impl Worker {
    /// Starts a worker: its REST API answers when this returns, and joining the group has begun.
    ///
    /// # Errors
    /// The address is in use, or the cluster cannot be used.
    pub async fn start(config: WorkerConfig, plugins: Plugins, kafka: Arc<dyn Kafka>) -> Result<Self, StartError> {
        for warning in &config.warnings {
            tracing::warn!("{warning}");
        }
        let (host, port) = config.listener.clone();
        let refused = |source| StartError::Listen {
            address: format!("{host}:{port}"),
            source,
        };
        let listener = TcpListener::bind((host.as_str(), port)).await.map_err(refused)?;
        let addr = listener.local_addr().map_err(refused)?;
        let failed = |what: &str| {
            let what = what.to_owned();
            move |source| StartError::Kafka { what, source }
        };
        let cluster_id = kafka.cluster_id().await.map_err(failed("cannot reach the cluster"))?;
        let configs = open(&*kafka, &config.config_topic, &config.group_id).await?;
        let statuses = open(&*kafka, &config.status_topic, &config.group_id).await?;
        let offsets = open(&*kafka, &config.offset_topic, &config.group_id).await?;
        let advertised_host = config.advertised_host.clone().unwrap_or_else(|| addr.ip().to_string());
        let worker_id = format!(
            "{advertised_host}:{}",
            config.advertised_port.unwrap_or_else(|| i32::from(addr.port()))
        );
        let group = WorkerGroup {
            group_id: config.group_id.clone(),
            url: format!("http://{worker_id}/"),
            session_timeout: config.session_timeout,
            heartbeat_interval: config.heartbeat_interval,
            rebalance_timeout: config.rebalance_timeout,
        };
        let membership = kafka
            .join(&group)
            .await
            .map_err(failed("cannot join the group of workers"))?;
        let reporter = Reporter::new(Store::clone(&statuses), &worker_id, config.topic_tracking);
        let shared = Shared {
            config,
            plugins,
            kafka,
            configs,
            statuses,
            offsets,
            reporter,
            cluster_id,
            url: group.url,
        };
        let (stop, stopped) = watch::channel(false);
        let (herder, owner) = Herder::start(Arc::new(shared), membership, stopped.clone());
        let server = tokio::spawn(rest::serve(listener, herder.clone(), stopped));
        Ok(Self {
            addr,
            herder,
            stop,
            owner,
            server,
        })
    }

    /// Where the REST API listens.
    pub fn rest_addr(&self) -> SocketAddr {
        self.addr
    }

    /// Whether the worker has joined its group and knows the leader.
    pub fn is_ready(&self) -> bool {
        self.herder.leadership() != crate::herder::Leadership::Unknown
    }

    /// Stops tasks (committing what they did), leaves the group, closes the REST API.
    pub async fn shutdown(self) {
        self.stop.send_replace(true);
        let tasks_timeout = self.herder.shared().config.task_shutdown_timeout;
        // Commits and goodbyes on top of what tasks may take.
        let limit = tasks_timeout + Duration::from_secs(10);
        if tokio::time::timeout(limit, self.owner).await.is_err() {
            tracing::warn!("the worker did not stop in time");
        }
        let mut server = self.server;
        if tokio::time::timeout(REST_STOP_TIMEOUT, &mut server).await.is_err() {
            server.abort();
            tracing::warn!("the worker stops although clients are half-way through requests");
        }
    }
}

/// Creates one of the worker's topics if needed and reads it.
async fn open<M>(kafka: &dyn Kafka, topic: &InternalTopic, group: &str) -> Result<Store<M>, StartError>
where
    M: LogMachine<Record = StoreRecord, Reply = ()> + Default + 'static,
    M::Command: Send + 'static,
{
    let failed = |source| StartError::Kafka {
        what: format!("cannot use the topic {}", topic.name),
        source,
    };
    let new = NewTopic {
        name: topic.name.clone(),
        partitions: topic.partitions,
        replication_factor: topic.replication_factor,
        config: [("cleanup.policy".to_owned(), "compact".to_owned())].into(),
    };
    kafka.create_topic(&new).await.map_err(failed)?;
    let log = kafka
        .log_topic(&topic.name, &format!("connect-cluster-{group}"))
        .await
        .map_err(failed)?;
    Store::open(log).await.map_err(failed)
}
