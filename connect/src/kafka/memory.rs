//! A cluster in memory, for tests: topics, groups with committed offsets, one leader per group of workers.
//!
//! Consumers get all partitions of their topics at once and never lose them; rebalances are tested against real clusters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::Notify;
use weir_connect_sdk::{ConfigMap, PartitionOffsets, TopicPartition};

use super::{
    Delivery, InRecord, Kafka, KafkaError, LogReader, LogTopic, Membership, NewTopic, OutRecord, Polled,
    RecordConsumer, RecordProducer, Standing, Subscription, WorkerGroup,
};

#[derive(Default)]
struct State {
    topics: BTreeMap<String, Vec<Vec<InRecord>>>,
    groups: BTreeMap<String, PartitionOffsets>,
    workers: BTreeMap<String, Vec<(u64, String)>>,
    generation: i32,
    next_member: u64,
    refuse_writes_to: BTreeSet<String>,
}

struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

/// See the module.
#[derive(Clone)]
pub struct MemoryKafka(Arc<Shared>);

impl Default for MemoryKafka {
    fn default() -> Self {
        Self(Arc::new(Shared {
            state: Mutex::default(),
            changed: Notify::new(),
        }))
    }
}

impl MemoryKafka {
    /// An empty cluster.
    pub fn new() -> Self {
        Self::default()
    }

    /// All records of a topic, partition by partition.
    pub fn records(&self, topic: &str) -> Vec<InRecord> {
        self.0
            .state
            .lock()
            .topics
            .get(topic)
            .map(|partitions| partitions.concat())
            .unwrap_or_default()
    }

    /// Lets writes to a topic fail, or not.
    pub fn refuse_writes(&self, topic: &str, refuse: bool) {
        let mut state = self.0.state.lock();
        if refuse {
            state.refuse_writes_to.insert(topic.to_owned());
        } else {
            state.refuse_writes_to.remove(topic);
        }
    }

    /// Appends a record.
    ///
    /// # Errors
    /// Writes to the topic are refused.
    pub fn append(&self, record: OutRecord) -> Result<(), KafkaError> {
        let mut state = self.0.state.lock();
        if state.refuse_writes_to.contains(&record.topic) {
            return Err(KafkaError::Fatal(format!("writes to {} are refused", record.topic)));
        }
        let partitions = state
            .topics
            .entry(record.topic.clone())
            .or_insert_with(|| vec![Vec::new()]);
        let count = partitions.len();
        // Any stable choice will do: real partitioning is the client's.
        let by_key = record.key.as_deref().map_or(0, |key| {
            key.iter()
                .fold(0usize, |sum, byte| sum.wrapping_mul(31) + usize::from(*byte))
                % count
        });
        let number = record
            .partition
            .and_then(|number| usize::try_from(number).ok())
            .unwrap_or(by_key);
        let Some(partition) = partitions.get_mut(number) else {
            return Err(KafkaError::Fatal(format!(
                "topic {} has no partition {number}",
                record.topic
            )));
        };
        let offset = i64::try_from(partition.len()).unwrap_or(i64::MAX);
        partition.push(InRecord {
            topic: record.topic,
            partition: i32::try_from(number).unwrap_or(i32::MAX),
            offset,
            timestamp: Some(record.timestamp.unwrap_or_default()),
            log_append_time: false,
            key: record.key,
            value: record.value,
            headers: record.headers,
        });
        drop(state);
        self.0.changed.notify_waiters();
        Ok(())
    }

    async fn wait<T>(&self, max_wait: Duration, mut ready: impl FnMut(&mut State) -> Option<T>) -> Option<T> {
        let deadline = tokio::time::Instant::now() + max_wait;
        loop {
            let changed = self.0.changed.notified();
            if let Some(found) = ready(&mut self.0.state.lock()) {
                return Some(found);
            }
            if tokio::time::timeout_at(deadline, changed).await.is_err() {
                return None;
            }
        }
    }
}

#[async_trait]
impl RecordProducer for MemoryKafka {
    async fn send(&self, record: OutRecord) -> Result<Delivery, KafkaError> {
        let result = self.append(record);
        Ok(Box::pin(async move { result }))
    }

    async fn close(&self) {}
}

/// Reads topics from given positions on.
struct Cursor {
    kafka: MemoryKafka,
    what: Subscription,
    positions: PartitionOffsets,
    group: Option<String>,
    paused: bool,
}

impl Cursor {
    fn next(&mut self, state: &mut State, limit: usize) -> Option<Polled> {
        let regex = match &self.what {
            Subscription::Pattern(pattern) => regex::Regex::new(&format!("^(?:{pattern})$")).ok(),
            Subscription::Topics(_) => None,
        };
        let reads = |topic: &str| match &self.what {
            Subscription::Topics(topics) => topics.iter().any(|t| t == topic),
            Subscription::Pattern(_) => regex.as_ref().is_some_and(|regex| regex.is_match(topic)),
        };
        let mut assigned = Vec::new();
        let mut records = Vec::new();
        for (topic, partitions) in state.topics.iter().filter(|(topic, _)| reads(topic)) {
            for (number, partition) in (0..).zip(partitions) {
                let key = TopicPartition {
                    topic: topic.clone(),
                    partition: number,
                };
                let committed = || {
                    self.group
                        .as_ref()
                        .and_then(|group| state.groups.get(group)?.get(&key).copied())
                        .unwrap_or_default()
                };
                let position = *self.positions.entry(key.clone()).or_insert_with(|| {
                    assigned.push(key.clone());
                    committed()
                });
                let from = usize::try_from(position).unwrap_or_default();
                records.extend(
                    partition
                        .iter()
                        .skip(from)
                        .take(limit - records.len().min(limit))
                        .cloned(),
                );
            }
        }
        if !assigned.is_empty() && self.group.is_some() {
            return Some(Polled::Assigned(assigned));
        }
        if records.is_empty() || self.paused {
            return None;
        }
        for record in &records {
            self.positions.insert(
                TopicPartition {
                    topic: record.topic.clone(),
                    partition: record.partition,
                },
                record.offset + 1,
            );
        }
        Some(Polled::Records(records))
    }

    async fn read(&mut self, max_wait: Duration, limit: usize) -> Polled {
        let kafka = self.kafka.clone();
        kafka
            .wait(max_wait, |state| self.next(state, limit))
            .await
            .unwrap_or_else(|| Polled::Records(Vec::new()))
    }
}

#[async_trait]
impl LogReader for Cursor {
    async fn read_to_end(&mut self) -> Result<Vec<InRecord>, KafkaError> {
        LogReader::poll(self, Duration::ZERO).await
    }

    async fn poll(&mut self, max_wait: Duration) -> Result<Vec<InRecord>, KafkaError> {
        match self.read(max_wait, usize::MAX).await {
            Polled::Records(records) => Ok(records),
            Polled::Assigned(_) | Polled::Revoked(_) | Polled::Lost(_) => Ok(Vec::new()),
        }
    }
}

#[async_trait]
impl RecordConsumer for Cursor {
    async fn poll(&mut self, max_wait: Duration) -> Result<Polled, KafkaError> {
        Ok(self.read(max_wait, 500).await)
    }

    async fn commit(&mut self, offsets: &PartitionOffsets) -> Result<(), KafkaError> {
        let group = self.group.clone().unwrap_or_default();
        self.kafka
            .0
            .state
            .lock()
            .groups
            .entry(group)
            .or_default()
            .extend(offsets.clone());
        Ok(())
    }

    async fn seek(&mut self, offsets: &PartitionOffsets) -> Result<(), KafkaError> {
        self.positions.extend(offsets.clone());
        Ok(())
    }

    fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    async fn close(&mut self) {}
}

struct Member {
    kafka: MemoryKafka,
    group: String,
    id: u64,
    seen: i32,
}

#[async_trait]
impl Membership for Member {
    async fn changed(&mut self) -> Result<Standing, KafkaError> {
        let (group, id, seen) = (self.group.clone(), self.id, self.seen);
        loop {
            let standing = self.kafka.wait(Duration::from_secs(3600), |state| {
                let (leader, leader_url) = state.workers.get(&group)?.first().cloned()?;
                (state.generation > seen).then_some((state.generation, leader == id, leader_url))
            });
            if let Some((generation, leader, leader_url)) = standing.await {
                self.seen = generation;
                return Ok(Standing::Joined {
                    generation,
                    leader,
                    leader_url,
                });
            }
        }
    }

    async fn leave(&mut self) {
        let mut state = self.kafka.0.state.lock();
        if let Some(members) = state.workers.get_mut(&self.group) {
            members.retain(|(id, _)| *id != self.id);
        }
        state.generation += 1;
        drop(state);
        self.kafka.0.changed.notify_waiters();
    }
}

#[async_trait]
impl Kafka for MemoryKafka {
    async fn cluster_id(&self) -> Result<String, KafkaError> {
        Ok("memory".to_owned())
    }

    async fn create_topic(&self, topic: &NewTopic) -> Result<(), KafkaError> {
        let partitions = usize::try_from(topic.partitions).unwrap_or(1).max(1);
        self.0
            .state
            .lock()
            .topics
            .entry(topic.name.clone())
            .or_insert_with(|| vec![Vec::new(); partitions]);
        Ok(())
    }

    async fn log_topic(&self, name: &str, _client_id: &str) -> Result<LogTopic, KafkaError> {
        let what = Subscription::Topics(vec![name.to_owned()]);
        let reader = Cursor {
            kafka: self.clone(),
            what,
            positions: PartitionOffsets::new(),
            group: None,
            paused: false,
        };
        Ok(LogTopic {
            name: name.to_owned(),
            appender: Box::new(self.clone()),
            reader: Box::new(reader),
        })
    }

    async fn producer(&self, _client_id: &str, _settings: &ConfigMap) -> Result<Box<dyn RecordProducer>, KafkaError> {
        Ok(Box::new(self.clone()))
    }

    async fn consumer(
        &self,
        group: &str,
        _client_id: &str,
        what: &Subscription,
        _settings: &ConfigMap,
    ) -> Result<Box<dyn RecordConsumer>, KafkaError> {
        let (what, group) = (what.clone(), Some(group.to_owned()));
        Ok(Box::new(Cursor {
            kafka: self.clone(),
            what,
            positions: PartitionOffsets::new(),
            group,
            paused: false,
        }))
    }

    async fn group_offsets(&self, group: &str) -> Result<PartitionOffsets, KafkaError> {
        Ok(self.0.state.lock().groups.get(group).cloned().unwrap_or_default())
    }

    async fn alter_group_offsets(
        &self,
        group: &str,
        offsets: &BTreeMap<TopicPartition, Option<i64>>,
    ) -> Result<(), KafkaError> {
        let mut state = self.0.state.lock();
        let committed = state.groups.entry(group.to_owned()).or_default();
        for (partition, offset) in offsets {
            match offset {
                Some(offset) => committed.insert(partition.clone(), *offset),
                None => committed.remove(partition),
            };
        }
        Ok(())
    }

    async fn delete_group(&self, group: &str) -> Result<(), KafkaError> {
        self.0.state.lock().groups.remove(group);
        Ok(())
    }

    async fn join(&self, group: &WorkerGroup) -> Result<Box<dyn Membership>, KafkaError> {
        let mut state = self.0.state.lock();
        state.next_member += 1;
        state.generation += 1;
        let id = state.next_member;
        state
            .workers
            .entry(group.group_id.clone())
            .or_default()
            .push((id, group.url.clone()));
        drop(state);
        self.0.changed.notify_waiters();
        Ok(Box::new(Member {
            kafka: self.clone(),
            group: group.group_id.clone(),
            id,
            seen: 0,
        }))
    }
}
