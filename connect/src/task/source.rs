//! A source task: poll, transform, convert, send; commit the offsets of what is acknowledged without a gap.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::{Instant, timeout_at};
use weir_connect_sdk::plugin::StartSource;
use weir_connect_sdk::{ConnectError, OffsetMap, Source, SourceContext, SourceRecord};

use super::services::{ConnectorOffsets, common};
use super::{Order, TaskSetup, stopped};
use crate::config::connector::aliases;
use crate::errors::{Failure, Stage};
use crate::kafka::{Delivery, KafkaError, NewTopic, RecordProducer};
use crate::store::offset::PutOffsets;
use crate::store::status::State;

/// Records sent and not yet acknowledged, at most.
const MAX_IN_FLIGHT: usize = 10_000;
/// The wait after a poll that came back empty at once: a guard against plugins that spin.
const IDLE: Duration = Duration::from_millis(5);
/// The wait after a poll that failed with a retriable error.
const POLL_BACKOFF: Duration = Duration::from_secs(1);

/// Where a record came from and where to go on after it.
type Position = (OffsetMap, OffsetMap);

struct SourceTask {
    setup: TaskSetup,
    source: Box<dyn Source>,
    producer: Box<dyn RecordProducer>,
    in_flight: VecDeque<(Delivery, Option<Position>)>,
    /// Acknowledged without a gap and not yet committed, by source partition.
    committable: BTreeMap<String, Position>,
    seen_topics: BTreeSet<String>,
    next_commit: Instant,
}

/// Runs a source task to its end.
///
/// # Errors
/// Why it failed.
pub async fn run(setup: TaskSetup, start: StartSource) -> Result<(), ConnectError> {
    let id = setup.id.clone();
    let offsets = ConnectorOffsets {
        connector: id.connector.clone(),
        store: setup.offsets.clone(),
    };
    let context = SourceContext {
        common: common(&id),
        offsets: Arc::new(offsets),
    };
    let client_id = format!("connector-producer-{id}");
    let producer = setup
        .kafka
        .producer(&client_id, &setup.producer_settings)
        .await
        .map_err(connect_error)?;
    let source = tokio::select! {
        source = start(setup.task_config.clone(), context) => source?,
        () = stopped(setup.order.clone()) => return Ok(()),
    };
    let next_commit = Instant::now() + setup.flush_interval;
    let mut task = SourceTask {
        setup,
        source,
        producer,
        in_flight: VecDeque::new(),
        committable: BTreeMap::new(),
        seen_topics: BTreeSet::new(),
        next_commit,
    };
    let result = task.work().await;
    let last = task.last_commit().await;
    if let Err(error) = task.source.stop().await {
        tracing::warn!(task = %id, %error, "the source did not stop cleanly");
    }
    task.producer.close().await;
    result.and(last)
}

/// An error of the cluster as a task's.
pub(super) fn connect_error(error: KafkaError) -> ConnectError {
    match error {
        KafkaError::Retriable(text) => ConnectError::Retriable(text),
        KafkaError::Fatal(text) => ConnectError::Fatal(text),
    }
}

impl SourceTask {
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
                self.setup
                    .reporter
                    .task(&self.setup.id, state, None, Some(version))
                    .await;
                shown = Some(state);
            }
            if order == Order::Pause {
                self.flush().await?;
                self.commit().await?;
                if self.setup.order.changed().await.is_err() {
                    return Ok(());
                }
                continue;
            }
            if let Some(records) = self.poll().await? {
                self.send(records).await?;
            }
            self.settle()?;
            if Instant::now() >= self.next_commit {
                self.commit().await?;
            }
        }
    }

    /// The next batch; `None` when the task was stopped while waiting for it.
    async fn poll(&mut self) -> Result<Option<Vec<SourceRecord>>, ConnectError> {
        let began = Instant::now();
        let polled = tokio::select! {
            biased;
            () = stopped(self.setup.order.clone()) => return Ok(None),
            polled = self.source.poll() => polled,
        };
        match polled {
            Ok(records) => {
                if records.is_empty() && began.elapsed() < IDLE {
                    tokio::time::sleep(IDLE).await;
                }
                Ok(Some(records))
            }
            Err(error) if error.is_retriable() => {
                tracing::warn!(task = %self.setup.id, %error, "the source asks to be polled again later");
                tokio::select! {
                    () = tokio::time::sleep(POLL_BACKOFF) => {}
                    () = stopped(self.setup.order.clone()) => {}
                }
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn send(&mut self, records: Vec<SourceRecord>) -> Result<(), ConnectError> {
        for record in records {
            let position = (!record.source_offset.is_empty())
                .then(|| (record.source_partition.clone(), record.source_offset.clone()));
            let out = match self.setup.outgoing(&record).await {
                // It and what follows it come again with the next start.
                None => return Ok(()),
                Some(Ok(out)) => out,
                Some(Err(failure)) => {
                    self.judge(&failure)?;
                    None
                }
            };
            let Some(out) = out else {
                // A record that is dropped counts as delivered, in its turn.
                self.in_flight
                    .push_back((Box::pin(std::future::ready(Ok(()))), position));
                continue;
            };
            self.first_use(&out.topic).await?;
            let delivery = self.producer.send(out).await.map_err(connect_error)?;
            self.in_flight.push_back((delivery, position));
            while self.in_flight.len() >= MAX_IN_FLIGHT {
                self.wait_for_first().await?;
            }
        }
        Ok(())
    }

    fn judge(&self, failure: &Failure) -> Result<(), ConnectError> {
        self.setup.policy.judge(failure)?;
        if self.setup.policy.log {
            tracing::error!(task = %self.setup.id, stage = failure.stage.name(), class = failure.class, error = %failure.error, "record skipped");
        }
        Ok(())
    }

    /// Creates a topic that the settings describe, and records that the connector uses it.
    async fn first_use(&mut self, topic: &str) -> Result<(), ConnectError> {
        if self.seen_topics.contains(topic) {
            return Ok(());
        }
        if self.setup.topic_creation
            && let Some(new) = new_topic(&self.setup.connector_config, topic)
        {
            self.setup.kafka.create_topic(&new).await.map_err(connect_error)?;
        }
        self.setup.reporter.topic(&self.setup.id, topic).await;
        self.seen_topics.insert(topic.to_owned());
        Ok(())
    }

    /// Takes acknowledgements in order, as far as they are there.
    fn settle(&mut self) -> Result<(), ConnectError> {
        while let Some((delivery, _)) = self.in_flight.front_mut() {
            let Some(result) = delivery.now_or_never() else { break };
            let position = self.in_flight.pop_front().and_then(|(_, position)| position);
            self.acknowledged(result, position)?;
        }
        Ok(())
    }

    async fn wait_for_first(&mut self) -> Result<(), ConnectError> {
        if let Some((delivery, _)) = self.in_flight.front_mut() {
            let result = delivery.await;
            let position = self.in_flight.pop_front().and_then(|(_, position)| position);
            self.acknowledged(result, position)?;
        }
        Ok(())
    }

    fn acknowledged(&mut self, result: Result<(), KafkaError>, position: Option<Position>) -> Result<(), ConnectError> {
        if let Err(error) = result {
            let failure = Failure {
                stage: Stage::KafkaProduce,
                class: "RecordProducer".to_owned(),
                error: connect_error(error),
            };
            if !self.setup.policy.tolerates() {
                // Where to go on is before this record: what follows it must not be committed.
                self.in_flight.clear();
                return Err(ConnectError::Fatal(format!(
                    "a record could not be written to Kafka: {}",
                    failure.error
                )));
            }
            tracing::error!(task = %self.setup.id, error = %failure.error, "record not written to Kafka, skipped");
        }
        if let Some((partition, offset)) = position {
            let key = serde_json::Value::Object(partition.clone()).to_string();
            self.committable.insert(key, (partition, offset));
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ConnectError> {
        while !self.in_flight.is_empty() {
            self.wait_for_first().await?;
        }
        Ok(())
    }

    /// Commits what can be committed.
    async fn commit(&mut self) -> Result<(), ConnectError> {
        self.next_commit = Instant::now() + self.setup.flush_interval;
        if self.committable.is_empty() {
            return Ok(());
        }
        let positions: Vec<Position> = self.committable.values().cloned().collect();
        let offsets = positions
            .iter()
            .map(|(partition, offset)| (partition.clone(), Some(offset.clone())))
            .collect();
        let put = PutOffsets {
            connector: self.setup.id.connector.clone(),
            offsets,
        };
        if let Err(error) = self.setup.offsets.submit(vec![put]).await {
            // The next commit has them as well.
            tracing::warn!(task = %self.setup.id, %error, "offsets not committed");
            return Ok(());
        }
        self.committable.clear();
        if let Err(error) = self.source.committed(positions).await {
            tracing::warn!(task = %self.setup.id, %error, "the source did not take the committed offsets");
        }
        Ok(())
    }

    /// What is still in flight gets a last chance, then everything acknowledged is committed, also after a failure.
    async fn last_commit(&mut self) -> Result<(), ConnectError> {
        let deadline = Instant::now() + self.setup.flush_timeout;
        let flushed = timeout_at(deadline, self.flush()).await.unwrap_or(Ok(()));
        self.commit().await?;
        flushed
    }
}

/// How to create a topic, by the settings `topic.creation.*`; `None` leaves it to the broker (KIP-158).
fn new_topic(config: &weir_connect_sdk::ConfigMap, topic: &str) -> Option<NewTopic> {
    let default = crate::config::validate::with_prefix(config, "topic.creation.default.");
    if default.is_empty() {
        return None;
    }
    let matches = |group: &&str, list: &str| {
        let patterns = config.get(&format!("topic.creation.{group}.{list}"))?;
        let one = |pattern: &str| {
            regex::Regex::new(&format!("^(?:{})$", pattern.trim())).is_ok_and(|regex| regex.is_match(topic))
        };
        Some(patterns.split(',').any(one))
    };
    let groups = aliases(config, "topic.creation.groups");
    let group = groups
        .iter()
        .find(|group| matches(group, "include") == Some(true) && matches(group, "exclude") != Some(true));
    let mut settings = default;
    if let Some(group) = group {
        settings.extend(crate::config::validate::with_prefix(
            config,
            &format!("topic.creation.{group}."),
        ));
    }
    let number = |name: &str| {
        settings
            .get(name)
            .and_then(|text| text.trim().parse::<i32>().ok())
            .unwrap_or(-1)
    };
    let (partitions, factor) = (number("partitions"), number("replication.factor"));
    settings.retain(|name, _| {
        !matches!(
            name.as_str(),
            "partitions" | "replication.factor" | "include" | "exclude"
        )
    });
    Some(NewTopic {
        name: topic.to_owned(),
        partitions,
        replication_factor: i16::try_from(factor).unwrap_or(-1),
        config: settings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topic_creation_groups() {
        let config = [
            ("topic.creation.default.partitions", "3"),
            ("topic.creation.default.replication.factor", "1"),
            ("topic.creation.groups", "big"),
            ("topic.creation.big.include", "big-.*,huge"),
            ("topic.creation.big.exclude", "big-not"),
            ("topic.creation.big.partitions", "9"),
            ("topic.creation.big.cleanup.policy", "compact"),
        ];
        let config = config.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let partitions = |topic: &str| {
            new_topic(&config, topic).map(|new| (new.partitions, new.replication_factor, new.config.len()))
        };
        assert_eq!(partitions("x"), Some((3, 1, 0)));
        assert_eq!(partitions("big-1"), Some((9, 1, 1)));
        assert_eq!(partitions("big-not"), Some((3, 1, 0)));
        assert_eq!(new_topic(&Default::default(), "x"), None);
    }
}
