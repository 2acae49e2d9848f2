//! States of connectors and tasks into the status topic.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::store::TaskId;
use crate::store::host::Store;
use crate::store::status::{State, Status, StatusCommand, StatusMachine};

/// Writes states; clones share everything.
#[derive(Clone)]
pub struct Reporter {
    pub store: Store<StatusMachine>,
    /// `host:port` of this worker's REST address.
    pub worker_id: Arc<str>,
    generation: Arc<AtomicI32>,
    topic_tracking: bool,
}

/// Wall clock in milliseconds since the epoch.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl Reporter {
    /// A reporter for this worker.
    pub fn new(store: Store<StatusMachine>, worker_id: &str, topic_tracking: bool) -> Self {
        Self {
            store,
            worker_id: worker_id.into(),
            generation: Arc::new(AtomicI32::new(0)),
            topic_tracking,
        }
    }

    /// The group's generation, which each status carries.
    pub fn set_generation(&self, generation: i32) {
        self.generation.store(generation, Ordering::Relaxed);
    }

    fn status(&self, state: State, trace: Option<String>, version: Option<&str>) -> Status {
        Status {
            state,
            trace,
            worker_id: self.worker_id.to_string(),
            generation: self.generation.load(Ordering::Relaxed),
            version: version.map(str::to_owned),
        }
    }

    /// A connector's state.
    pub async fn connector(&self, name: &str, state: State, trace: Option<String>, version: Option<&str>) {
        let status = Some(self.status(state, trace, version));
        self.submit(vec![StatusCommand::Connector {
            name: name.to_owned(),
            status,
        }])
        .await;
    }

    /// A task's state.
    pub async fn task(&self, id: &TaskId, state: State, trace: Option<String>, version: Option<&str>) {
        let status = Some(self.status(state, trace, version));
        self.submit(vec![StatusCommand::Task { id: id.clone(), status }]).await;
    }

    /// A task used a topic.
    pub async fn topic(&self, id: &TaskId, topic: &str) {
        let known = self.store.read(|machine| machine.0.has_topic(&id.connector, topic));
        if self.topic_tracking && !known {
            self.submit(vec![StatusCommand::Topic {
                id: id.clone(),
                topic: topic.to_owned(),
                at: now_ms(),
            }])
            .await;
        }
    }

    /// Removes states.
    pub async fn submit(&self, commands: Vec<StatusCommand>) {
        // A state that cannot be written is no reason to stop the work that it is about.
        if let Err(error) = self.store.submit(commands).await {
            tracing::warn!(%error, "cannot write a status");
        }
    }
}
