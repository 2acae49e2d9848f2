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
    /// A source record as it goes to Kafka, tried again as the policy says; `None` when the task was stopped meanwhile.
    async fn outgoing(&self, record: &SourceRecord) -> Option<Result<Option<OutRecord>, Failure>> {
        let mut tries = Tries::new();
        loop {
            match self.pipeline.outgoing(record).await {
                Err(failure) => match self.next_step(&mut tries, &failure).await {
                    Step::Again => {}
                    Step::GiveUp => return Some(Err(failure)),
                    Step::Stop => return None,
                },
                done => return Some(done),
            }
        }
    }

    /// A record from Kafka as the sink sees it, tried again as the policy says; `None` when the task was stopped meanwhile.
    async fn incoming(&self, record: &InRecord) -> Option<Result<Option<SinkRecord>, Failure>> {
        let mut tries = Tries::new();
        loop {
            match self.pipeline.incoming(record).await {
                Err(failure) => match self.next_step(&mut tries, &failure).await {
                    Step::Again => {}
                    Step::GiveUp => return Some(Err(failure)),
                    Step::Stop => return None,
                },
                done => return Some(done),
            }
        }
    }

    /// What to do after a failure; waits before one more try. What could still succeed is not judged because of a stop.
    async fn next_step(&self, tries: &mut Tries, failure: &Failure) -> Step {
        if !failure.error.is_retriable() {
            return Step::GiveUp;
        }
        tries.made += 1;
        let spent = tries.began.elapsed();
        let delay = self
            .policy
            .retry_delay(tries.made, spent, u64::from(spent.subsec_nanos()));
        let Some(delay) = delay else { return Step::GiveUp };
        tokio::select! {
            biased;
            () = stopped(self.order.clone()) => Step::Stop,
            () = tokio::time::sleep(delay) => Step::Again,
        }
    }
}

/// What follows a failure.
enum Step {
    Again,
    GiveUp,
    Stop,
}

/// Completes when the task is to stop.
async fn stopped(mut order: watch::Receiver<Order>) {
    // A closed channel means that the worker is gone.
    let _ = order.wait_for(|order| *order == Order::Stop).await;
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
