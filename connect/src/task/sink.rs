//! A sink task: consume, convert, transform, put; commit what the sink agrees to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::time::Instant;
use weir_connect_sdk::plugin::StartSink;
use weir_connect_sdk::services::SinkControl;
use weir_connect_sdk::{ConfigMap, ConnectError, PartitionOffsets, Sink, SinkContext, SinkRecord, TopicPartition};

use super::services::common;
use super::source::connect_error;
use super::{Order, TaskSetup};
use crate::config::connector::aliases;
use crate::errors::{ErrorPolicy, Failure, Stage, dead_letter};
use crate::kafka::{InRecord, KafkaError, NewTopic, Polled, RecordConsumer, RecordProducer, Subscription};
use crate::store::TaskId;
use crate::store::status::State;

/// Longest wait in one poll of the consumer: how fast a task notices an order.
const POLL: Duration = Duration::from_millis(200);
/// The wait before a batch comes again when the sink did not say how long.
const RETRY: Duration = Duration::from_secs(1);

/// Bad records: judged, written to the dead letter topic, logged.
struct Errors {
    id: TaskId,
    policy: ErrorPolicy,
    dead_letters: Option<Box<dyn RecordProducer>>,
}

impl Errors {
    /// Goes on without the record, or says that the task must fail.
    async fn handle(&self, original: Option<&InRecord>, failure: &Failure) -> Result<(), ConnectError> {
        if let (Some(to), Some(producer), Some(original)) = (&self.policy.dead_letters, &self.dead_letters, original) {
            // Waits: the offset of a record may only be committed when its dead letter is safe.
            let delivery = producer
                .send(dead_letter(to, &self.id, original, failure))
                .await
                .map_err(connect_error)?;
            delivery.await.map_err(connect_error)?;
        }
        if self.policy.log {
            let record = original.filter(|_| self.policy.log_records);
            let record = record
                .map(|r| format!("{}-{}@{}", r.topic, r.partition, r.offset))
                .unwrap_or_default();
            tracing::error!(task = %self.id, stage = failure.stage.name(), class = failure.class, error = %failure.error, record, "bad record");
        }
        self.policy.judge(failure)
    }
}

/// The records of the batch that the sink has, by coordinates as the sink sees them.
type Originals = BTreeMap<(String, i32, i64), InRecord>;

struct Control {
    errors: Arc<Errors>,
    class: &'static str,
    originals: Mutex<Originals>,
    delay: Mutex<Option<Duration>>,
    commit: AtomicBool,
}

#[async_trait]
impl SinkControl for Control {
    async fn report(&self, record: SinkRecord, error: ConnectError) -> Result<(), ConnectError> {
        // Without a place where it could be seen, a refused record is an error like any other
        // (`SinkConnectorConfig.enableErrantRecordReporter`): tolerance alone would lose it without a trace.
        if self.errors.policy.dead_letters.is_none() && !self.errors.policy.log {
            return Err(error);
        }
        let original = self
            .originals
            .lock()
            .get(&(record.topic, record.partition, record.offset))
            .cloned();
        let failure = Failure {
            stage: Stage::TaskPut,
            class: self.class.to_owned(),
            error,
        };
        self.errors.handle(original.as_ref(), &failure).await
    }

    fn timeout(&self, delay: Duration) {
        *self.delay.lock() = Some(delay);
    }

    fn request_commit(&self) {
        self.commit.store(true, Ordering::Relaxed);
    }
}

/// A batch that the sink has not taken yet, and the offsets to go on from once it has.
struct Batch {
    records: Vec<SinkRecord>,
    next: PartitionOffsets,
    retry_at: Option<Instant>,
}

struct SinkTask {
    setup: TaskSetup,
    sink: Box<dyn Sink>,
    consumer: Box<dyn RecordConsumer>,
    errors: Arc<Errors>,
    control: Arc<Control>,
    batch: Option<Batch>,
    /// The offsets after everything that the sink took.
    current: PartitionOffsets,
    committed: PartitionOffsets,
    next_commit: Instant,
}

/// The consumer group of a sink connector.
pub fn group_of(connector: &str, overrides: &ConfigMap) -> String {
    overrides
        .get("group.id")
        .cloned()
        .unwrap_or_else(|| format!("connect-{connector}"))
}

/// Runs a sink task to its end.
///
/// # Errors
/// Why it failed.
pub async fn run(setup: TaskSetup, start: StartSink) -> Result<(), ConnectError> {
    let id = setup.id.clone();
    let errors = Arc::new(Errors {
        id: id.clone(),
        policy: setup.policy.clone(),
        dead_letters: dead_letter_producer(&setup).await?,
    });
    let control = Arc::new(Control {
        errors: errors.clone(),
        class: setup.plugin.class,
        originals: Mutex::default(),
        delay: Mutex::default(),
        commit: AtomicBool::new(false),
    });
    let context = SinkContext {
        common: common(&id),
        control: control.clone(),
    };
    let sink = start(setup.task_config.clone(), context).await?;
    let group = group_of(&id.connector, &setup.consumer_settings);
    let client_id = format!("connector-consumer-{id}");
    let consumer = setup
        .kafka
        .consumer(
            &group,
            &client_id,
            &subscription(&setup.connector_config),
            &setup.consumer_settings,
        )
        .await;
    let next_commit = Instant::now() + setup.flush_interval;
    let mut task = SinkTask {
        setup,
        sink,
        consumer: consumer.map_err(connect_error)?,
        errors,
        control,
        batch: None,
        current: PartitionOffsets::new(),
        committed: PartitionOffsets::new(),
        next_commit,
    };
    let mut result = task.work().await;
    let all: Vec<TopicPartition> = task.current.keys().cloned().collect();
    if result.is_ok() {
        result = task.commit(&[]).await;
    }
    for (what, done) in [("close", task.sink.close(&all).await), ("stop", task.sink.stop().await)] {
        if let Err(error) = done {
            tracing::warn!(task = %id, %error, "the sink did not {what} cleanly");
        }
    }
    task.consumer.close().await;
    if let Some(producer) = &task.errors.dead_letters {
        producer.close().await;
    }
    result
}

async fn dead_letter_producer(setup: &TaskSetup) -> Result<Option<Box<dyn RecordProducer>>, ConnectError> {
    let Some(to) = &setup.policy.dead_letters else {
        return Ok(None);
    };
    let new = NewTopic {
        name: to.topic.clone(),
        partitions: 1,
        replication_factor: to.replication_factor,
        config: BTreeMap::new(),
    };
    setup.kafka.create_topic(&new).await.map_err(connect_error)?;
    let client_id = format!("connector-dlq-producer-{}", setup.id);
    setup
        .kafka
        .producer(&client_id, &setup.producer_settings)
        .await
        .map(Some)
        .map_err(connect_error)
}

fn subscription(config: &ConfigMap) -> Subscription {
    match config.get("topics.regex").filter(|pattern| !pattern.trim().is_empty()) {
        Some(pattern) => Subscription::Pattern(pattern.trim().to_owned()),
        None => Subscription::Topics(aliases(config, "topics").into_iter().map(str::to_owned).collect()),
    }
}

impl SinkTask {
    async fn work(&mut self) -> Result<(), ConnectError> {
        let version = self.setup.plugin.version;
        let mut shown = None;
        loop {
            let order = *self.setup.order.borrow_and_update();
            let state = match order {
                Order::Stop => return Ok(()),
                Order::Run => State::Running,
                Order::Pause => State::Paused,
            };
            if shown != Some(state) {
                if state == State::Paused {
                    self.commit(&[]).await?;
                }
                self.setup
                    .reporter
                    .task(&self.setup.id, state, None, Some(version))
                    .await;
                shown = Some(state);
            }
            // Held back while paused and while a batch waits for its retry; polls still keep the membership alive.
            self.consumer.pause(order == Order::Pause || self.batch.is_some());
            let retry_in = self
                .batch
                .as_ref()
                .and_then(|batch| batch.retry_at)
                .map_or(POLL, |at| at.saturating_duration_since(Instant::now()));
            match self.consumer.poll(POLL.min(retry_in)).await {
                Ok(polled) => self.on_polled(polled).await?,
                Err(KafkaError::Retriable(error)) => {
                    tracing::warn!(task = %self.setup.id, error, "the consumer has trouble")
                }
                Err(error) => return Err(connect_error(error)),
            }
            if order == Order::Run {
                self.put().await?;
            }
            if Instant::now() >= self.next_commit || self.control.commit.swap(false, Ordering::Relaxed) {
                self.commit(&[]).await?;
            }
        }
    }

    async fn on_polled(&mut self, polled: Polled) -> Result<(), ConnectError> {
        match polled {
            Polled::Records(records) if records.is_empty() => Ok(()),
            Polled::Records(records) => self.on_records(records).await,
            Polled::Assigned(partitions) => self.sink.open(&partitions).await,
            Polled::Revoked(partitions) => {
                self.commit(&partitions).await?;
                self.forget(&partitions);
                self.sink.close(&partitions).await
            }
            Polled::Lost(partitions) => {
                self.forget(&partitions);
                self.sink.close(&partitions).await
            }
        }
    }

    fn forget(&mut self, partitions: &[TopicPartition]) {
        self.current.retain(|partition, _| !partitions.contains(partition));
        self.committed.retain(|partition, _| !partitions.contains(partition));
        if let Some(batch) = &mut self.batch {
            batch
                .records
                .retain(|record| !partitions.contains(&record.topic_partition()));
            batch.next.retain(|partition, _| !partitions.contains(partition));
        }
    }

    /// Converts a batch; bad records are handled one by one and do not reach the sink.
    async fn on_records(&mut self, records: Vec<InRecord>) -> Result<(), ConnectError> {
        let mut batch = Batch {
            records: Vec::with_capacity(records.len()),
            next: PartitionOffsets::new(),
            retry_at: None,
        };
        let mut originals = Originals::new();
        for record in records {
            let partition = TopicPartition {
                topic: record.topic.clone(),
                partition: record.partition,
            };
            // Where its reading began is where it goes back to before the first commit.
            self.committed.entry(partition.clone()).or_insert(record.offset);
            batch.next.insert(partition, record.offset + 1);
            self.setup.reporter.topic(&self.setup.id, &record.topic).await;
            match self.setup.incoming(&record).await {
                // Nothing of the batch counts as taken.
                None => return Ok(()),
                Some(Ok(Some(converted))) => {
                    if self.errors.dead_letters.is_some() || self.setup.policy.log_records {
                        originals.insert((converted.topic.clone(), converted.partition, converted.offset), record);
                    }
                    batch.records.push(converted);
                }
                Some(Ok(None)) => {}
                Some(Err(failure)) => self.errors.handle(Some(&record), &failure).await?,
            }
        }
        *self.control.originals.lock() = originals;
        self.batch = Some(batch);
        Ok(())
    }

    /// Gives the batch to the sink if it is due.
    async fn put(&mut self) -> Result<(), ConnectError> {
        let Some(batch) = &mut self.batch else { return Ok(()) };
        if batch.retry_at.is_some_and(|at| at > Instant::now()) {
            return Ok(());
        }
        match self.sink.put(&batch.records).await {
            Ok(()) => {
                self.current.append(&mut batch.next);
                self.batch = None;
                Ok(())
            }
            Err(error) if error.is_retriable() => {
                let delay = self.control.delay.lock().take().unwrap_or(RETRY);
                tracing::warn!(task = %self.setup.id, %error, ?delay, "the sink asks for the batch again");
                batch.retry_at = Some(Instant::now() + delay);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Commits what the sink agrees to. When it does not, reading goes on from the last commit, but for partitions that are
    /// leaving: who gets them begins there anyway.
    async fn commit(&mut self, leaving: &[TopicPartition]) -> Result<(), ConnectError> {
        self.next_commit = Instant::now() + self.setup.flush_interval;
        if self
            .current
            .iter()
            .all(|(partition, offset)| self.committed.get(partition) == Some(offset))
        {
            return Ok(());
        }
        match self.sink.pre_commit(self.current.clone()).await {
            Ok(mut agreed) => {
                // A sink can hold offsets back, not run ahead.
                agreed
                    .retain(|partition, offset| self.current.get(partition).is_some_and(|current| *offset <= *current));
                agreed.retain(|partition, offset| self.committed.get(partition) != Some(offset));
                if agreed.is_empty() {
                    return Ok(());
                }
                match self.consumer.commit(&agreed).await {
                    Ok(()) => self.committed.extend(agreed),
                    Err(error) => tracing::warn!(task = %self.setup.id, %error, "offsets not committed"),
                }
                Ok(())
            }
            Err(error) => {
                tracing::error!(task = %self.setup.id, %error, "flush failed, going back to the last commit");
                self.rewind(leaving).await
            }
        }
    }

    /// Goes back to the last commit, or to where the reading began. The sink may have thrown away what it could not flush: who
    /// cannot go back must not go on.
    async fn rewind(&mut self, leaving: &[TopicPartition]) -> Result<(), ConnectError> {
        self.committed.retain(|partition, _| !leaving.contains(partition));
        self.consumer.seek(&self.committed).await.map_err(connect_error)?;
        self.current = self.committed.clone();
        self.batch = None;
        Ok(())
    }
}
