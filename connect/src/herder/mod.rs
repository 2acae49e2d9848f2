//! The herder: the one owner of what this worker runs. Requests come in as messages, the config topic says what should run, and
//! [`plan`] says what to do about the difference.
//!
//! Today one worker of a group, its leader, runs everything; the others wait, forward requests to it, and take over when it goes. That
//! can never run a task twice, because only one member of a generation leads.

mod commands;
pub mod info;
mod offsets;
pub mod plan;
mod restart;
mod run;

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::{mpsc, oneshot, watch};
use weir_connect_sdk::ConfigMap;

pub use commands::{Command, OffsetsRequest, checked};
pub use info::{ConnectorInfo, ConnectorState, ConnectorStateInfo, TaskInfo, TaskRef, TaskState};
use plan::Running;
use run::{Event, RunningConnector, RunningTask};

use crate::config::worker::WorkerConfig;
use crate::kafka::{Kafka, KafkaError, Membership, Standing};
use crate::plugins::Plugins;
use crate::store::TaskId;
use crate::store::config::ConfigMachine;
use crate::store::host::Store;
use crate::store::offset::OffsetMachine;
use crate::store::status::StatusMachine;
use crate::task::reporter::Reporter;

/// Requests that wait for the herder at most.
const QUEUE: usize = 128;

/// The wait before the group is joined again after trouble.
const REJOIN_BACKOFF: Duration = Duration::from_secs(1);

/// Why a request was not done; the REST layer makes a status code of it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HerderError {
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    AlreadyExists(String),
    #[error("{0}")]
    BadRequest(String),
    #[error("{0}")]
    Internal(String),
}

impl From<KafkaError> for HerderError {
    fn from(error: KafkaError) -> Self {
        Self::Internal(error.to_string())
    }
}

/// Who leads the group of workers, as far as this worker knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leadership {
    /// Not joined yet, or thrown out.
    Unknown,
    /// This worker.
    Own,
    /// The worker with this REST address.
    Other(String),
}

/// What all parts of a worker share.
pub struct Shared {
    pub config: WorkerConfig,
    pub plugins: Plugins,
    pub kafka: Arc<dyn Kafka>,
    pub configs: Store<ConfigMachine>,
    pub statuses: Store<StatusMachine>,
    pub offsets: Store<OffsetMachine>,
    pub reporter: Reporter,
    pub cluster_id: String,
    /// This worker's REST address, `http://host:port/`.
    pub url: String,
}

/// As long as a request waits (`RestRequestTimeout.DEFAULT_REST_REQUEST_TIMEOUT_MS`).
const REQUEST_TIMEOUT: Duration = Duration::from_secs(90);
/// And one for the worker's health (`DEFAULT_HEALTH_CHECK_TIMEOUT_MS`).
const HEALTH_TIMEOUT: Duration = Duration::from_secs(10);

/// A handle on the herder; clones share it. Reads go to the stores directly, changes through the owner.
#[derive(Clone)]
pub struct Herder {
    shared: Arc<Shared>,
    requests: mpsc::Sender<(Command, Reply)>,
    leadership: watch::Receiver<Leadership>,
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Done,
    /// The connector as it is now, and whether it is new.
    Connector {
        info: ConnectorInfo,
        created: bool,
    },
    /// The states of a connector that is being restarted.
    State(ConnectorStateInfo),
    Message(String),
}

type Reply = oneshot::Sender<Result<Outcome, HerderError>>;

impl Herder {
    /// Starts the owner.
    pub fn start(
        shared: Arc<Shared>,
        membership: Box<dyn Membership>,
        stop: watch::Receiver<bool>,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let (requests, receiver) = mpsc::channel(QUEUE);
        let (leader, leadership) = watch::channel(Leadership::Unknown);
        let (events, happened) = mpsc::channel(QUEUE);
        let owner = Owner {
            shared: shared.clone(),
            leader,
            running: Running::default(),
            connectors: Default::default(),
            tasks: Default::default(),
            events,
            starts: 0,
        };
        let handle = tokio::spawn(owner.run(receiver, happened, membership, stop));
        (
            Self {
                shared,
                requests,
                leadership,
            },
            handle,
        )
    }

    /// What all parts share.
    pub fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Who leads.
    pub fn leadership(&self) -> Leadership {
        self.leadership.borrow().clone()
    }

    /// Has a command done.
    ///
    /// # Errors
    /// Why it was not.
    pub async fn submit(&self, command: Command) -> Result<Outcome, HerderError> {
        let done = tokio::time::timeout(REQUEST_TIMEOUT, self.submitted(command)).await;
        done.unwrap_or_else(|_| Err(HerderError::Internal("Request timed out".to_owned())))
    }

    /// Whether the owner still takes commands.
    pub async fn is_healthy(&self) -> bool {
        let asked = tokio::time::timeout(HEALTH_TIMEOUT, self.submitted(Command::Nothing)).await;
        asked.is_ok_and(|answer| answer.is_ok())
    }

    async fn submitted(&self, command: Command) -> Result<Outcome, HerderError> {
        let gone = || HerderError::Internal("Worker is shutting down".to_owned());
        let (reply, answer) = oneshot::channel();
        self.requests.send((command, reply)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

/// Passes on what happens in the group until the owner is gone, then leaves.
async fn follow_group(mut membership: Box<dyn Membership>, standings: mpsc::Sender<Result<Standing, KafkaError>>) {
    loop {
        let changed = tokio::select! {
            () = standings.closed() => break,
            changed = membership.changed() => changed,
        };
        match changed {
            Err(KafkaError::Retriable(error)) => {
                tracing::warn!(error, "trouble with the group of workers, trying again");
                tokio::time::sleep(REJOIN_BACKOFF).await;
            }
            changed => {
                let failed = changed.is_err();
                if standings.send(changed).await.is_err() || failed {
                    break;
                }
            }
        }
    }
    membership.leave().await;
}

/// Completes when the worker is to stop.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A closed channel means that the worker is gone.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// The owner's state. `running` is what [`plan`] sees of `connectors` and `tasks`.
struct Owner {
    shared: Arc<Shared>,
    leader: watch::Sender<Leadership>,
    running: Running,
    connectors: std::collections::BTreeMap<String, RunningConnector>,
    tasks: std::collections::BTreeMap<TaskId, RunningTask>,
    events: mpsc::Sender<Event>,
    /// Counts starts, so that what an old start reports is not taken for a new one's.
    starts: u64,
}

impl Owner {
    async fn run(
        mut self,
        mut requests: mpsc::Receiver<(Command, Reply)>,
        mut events: mpsc::Receiver<Event>,
        membership: Box<dyn Membership>,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut configs = self.shared.configs.clone();
        let (standings, mut standing) = mpsc::channel(1);
        let group = tokio::spawn(follow_group(membership, standings));
        loop {
            tokio::select! {
                biased;
                () = stopped(&mut stop) => break,
                Some(changed) = standing.recv() => self.on_standing(changed).await,
                Some(event) = events.recv() => self.on_event(event).await,
                request = requests.recv() => match request {
                    Some((command, reply)) => self.on_request(command, reply).await,
                    None => break,
                },
                () = configs.changed() => self.reconcile().await,
            }
        }
        self.leader.send_replace(Leadership::Unknown);
        self.stop_everything().await;
        // Leaving comes last: the next leader must find our tasks stopped.
        drop(standing);
        if group.await.is_err() {
            tracing::warn!("leaving the group failed");
        }
    }

    async fn on_standing(&mut self, changed: Result<Standing, KafkaError>) {
        match changed {
            Ok(Standing::Joined {
                generation,
                leader,
                leader_url,
            }) => {
                self.shared.reporter.set_generation(generation);
                let leadership = if leader {
                    Leadership::Own
                } else {
                    Leadership::Other(leader_url)
                };
                tracing::info!(generation, ?leadership, "joined the group of workers");
                self.leader.send_replace(leadership);
            }
            Ok(Standing::Lost) => {
                tracing::warn!("lost the membership in the group of workers, stopping all work until it is back");
                self.leader.send_replace(Leadership::Unknown);
            }
            Err(error) => {
                tracing::error!(%error, "cannot join the group of workers");
                self.leader.send_replace(Leadership::Unknown);
            }
        }
        self.reconcile().await;
    }

    async fn on_request(&mut self, command: Command, reply: Reply) {
        let result = self.execute(command).await;
        // Nobody may be waiting any more.
        let _ = reply.send(result);
        self.reconcile().await;
    }

    fn owns_work(&self) -> bool {
        *self.leader.borrow() == Leadership::Own
    }

    /// A connector's settings.
    fn config_of(&self, name: &str) -> Result<ConfigMap, HerderError> {
        let found = self
            .shared
            .configs
            .read(|machine| machine.0.connector(name).map(|connector| connector.config.clone()));
        found.ok_or_else(|| HerderError::NotFound(format!("Connector {name} not found")))
    }
}
