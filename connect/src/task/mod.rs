//! Running tasks: one tokio task each, told what to do through a watch, reporting its state.

pub mod reporter;
pub mod services;
pub mod sink;
pub mod source;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use weir_connect_sdk::{ConfigMap, ConnectError, Plugin, SinkRecord, SourceRecord, Start};

use crate::errors::{ErrorPolicy, Failure};
use crate::kafka::{InRecord, Kafka, OutRecord};
use crate::pipeline::Pipeline;
use crate::store::TaskId;
use crate::store::host::Store;
use crate::store::offset::OffsetMachine;
use reporter::Reporter;

/// What a task should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Run,
    Pause,
    Stop,
}

/// All that a task needs.
pub struct TaskSetup {
    pub id: TaskId,
    pub plugin: Plugin,
    pub connector_config: ConfigMap,
    pub task_config: ConfigMap,
    pub pipeline: Pipeline,
    pub policy: ErrorPolicy,
    pub kafka: Arc<dyn Kafka>,
    pub offsets: Store<OffsetMachine>,
    pub reporter: Reporter,
    pub order: watch::Receiver<Order>,
    pub flush_interval: Duration,
    pub flush_timeout: Duration,
    pub topic_creation: bool,
    /// Settings of producers and consumers: the worker's with the connector's overrides on top.
    pub producer_settings: ConfigMap,
    pub consumer_settings: ConfigMap,
}

impl TaskSetup {
    /// A source record as it goes to Kafka, tried again as the policy says.
    async fn outgoing(&self, record: &SourceRecord) -> Result<Option<OutRecord>, Failure> {
        let mut tries = Tries::new();
        loop {
            match self.pipeline.outgoing(record).await {
                Err(failure) if self.again(&mut tries, &failure).await => {}
                result => return result,
            }
        }
    }

    /// A record from Kafka as the sink sees it, tried again as the policy says.
    async fn incoming(&self, record: &InRecord) -> Result<Option<SinkRecord>, Failure> {
        let mut tries = Tries::new();
        loop {
            match self.pipeline.incoming(record).await {
                Err(failure) if self.again(&mut tries, &failure).await => {}
                result => return result,
            }
        }
    }

    /// Waits and says yes if the policy allows one more try.
    async fn again(&self, tries: &mut Tries, failure: &Failure) -> bool {
        if !failure.error.is_retriable() || *self.order.borrow() == Order::Stop {
            return false;
        }
        tries.made += 1;
        let spent = tries.began.elapsed();
        match self
            .policy
            .retry_delay(tries.made, spent, u64::from(spent.subsec_nanos()))
        {
            Some(delay) => {
                tokio::time::sleep(delay).await;
                true
            }
            None => false,
        }
    }
}

/// How often something was tried, and since when.
struct Tries {
    began: Instant,
    made: u32,
}

impl Tries {
    fn new() -> Self {
        Self {
            began: Instant::now(),
            made: 0,
        }
    }
}

/// Runs a task to its end: `Ok` when it was stopped.
///
/// # Errors
/// Why the task failed.
pub async fn run(setup: TaskSetup) -> Result<(), ConnectError> {
    match setup.plugin.start {
        Start::Source(start) => source::run(setup, start).await,
        Start::Sink(start) => sink::run(setup, start).await,
    }
}
