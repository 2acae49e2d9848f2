//! A task: one sub-topology on one partition number. Records of its input partitions wait in queues; the one with the
//! smallest timestamp at its head goes next (`PartitionGroup`), so that streams stay in step. No I/O, no clock: bytes
//! in, bytes out.

use crate::processor::{Context, Instances, Output, ProcessError, RawRecord, SourceReceiver};
use crate::store::{MemoryStore, StateStore};
use crate::topology::Topology;
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

struct Input {
    receiver: Box<dyn SourceReceiver>,
    queue: VecDeque<RawRecord>,
    /// Offset after the last record that was processed.
    consumed: Option<i64>,
    /// Highest timestamp of a processed record (`RecordQueue.partitionTime`), -1 when there was none.
    time: i64,
    /// Since when the task waits for this input alone.
    idle_since: Option<Duration>,
}

/// What becomes of a record that does not deserialise (`deserialization.exception.handler`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeserializationHandler {
    /// The application stops with the error; the record's offset is not committed. Kafka Streams' default.
    #[default]
    LogAndFail,
    /// The record is left out, with a warning, and counts as dropped.
    LogAndContinue,
}

/// How far a task is in a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumed {
    /// Full name.
    pub topic: String,
    /// The offset after the last processed record: what to commit.
    pub offset: i64,
    /// Highest timestamp of a processed record, in milliseconds.
    pub time: i64,
}

/// A sub-topology at work on one partition.
pub struct Task {
    sub_topology: usize,
    partition: i32,
    inputs: BTreeMap<String, Input>,
    context: Context,
    handler: DeserializationHandler,
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Task({})", self.id())
    }
}

impl Task {
    /// A task with empty stores.
    #[must_use]
    pub fn new(topology: &Topology, application: &str, sub_topology: usize, partition: i32) -> Self {
        let mut instances = Instances::default();
        let mut inputs = BTreeMap::new();
        for (node, topic, internal) in topology.sources_of(sub_topology) {
            let topic = Topology::topic_name(application, &topic, internal);
            if let Some(factory) = topology.sources.get(&node) {
                let receiver = factory.make(&topic, &mut instances);
                inputs.insert(
                    topic,
                    Input {
                        receiver,
                        queue: VecDeque::new(),
                        consumed: None,
                        time: -1,
                        idle_since: None,
                    },
                );
            }
        }
        let stores = topology.stores_of(sub_topology).into_iter().map(|def| {
            let store: Box<dyn StateStore> = Box::new(MemoryStore::default());
            (def.name.clone(), (def, store))
        });
        let context = Context {
            application: application.to_owned(),
            partition,
            stores: stores.collect(),
            outputs: Vec::new(),
            dropped: 0,
        };
        Self {
            sub_topology,
            partition,
            inputs,
            context,
            handler: DeserializationHandler::default(),
        }
    }

    /// The same task, with another way of dealing with records that do not deserialise.
    #[must_use]
    pub fn with_handler(mut self, handler: DeserializationHandler) -> Self {
        self.handler = handler;
        self
    }

    /// Forgets inputs that have no such partition: topics of a sub-topology that joins nothing may differ in their number.
    pub fn keep_inputs(&mut self, keep: impl Fn(&str) -> bool) {
        self.inputs.retain(|topic, _| keep(topic));
    }

    /// Whether the next record may be processed: every input has a record waiting, or is known to have none on its
    /// broker (`lag` of 0) for `max_idle` now (`max.task.idle.ms`). So inputs stay in the order of their timestamps.
    /// `None` as `max_idle` waits for nobody. `now` is any clock that does not go back.
    pub fn ready(&mut self, lag: impl Fn(&str) -> Option<i64>, now: Duration, max_idle: Option<Duration>) -> bool {
        if self.inputs.values().all(|i| i.queue.is_empty()) {
            return false;
        }
        let Some(max_idle) = max_idle else { return true };
        for (topic, input) in &mut self.inputs {
            if !input.queue.is_empty() {
                input.idle_since = None;
                continue;
            }
            if lag(topic) != Some(0) {
                input.idle_since = None;
                return false;
            }
            let since = *input.idle_since.get_or_insert(now);
            if now.saturating_sub(since) < max_idle {
                return false;
            }
        }
        true
    }

    /// Goes on from the partition time of an earlier life.
    pub fn set_time(&mut self, topic: &str, time: i64) {
        if let Some(input) = self.inputs.get_mut(topic) {
            input.time = input.time.max(time);
        }
    }

    /// Kafka Streams' id: sub-topology and partition.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}_{}", self.sub_topology, self.partition)
    }

    /// Full names of the topics that feed it.
    pub fn topics(&self) -> impl Iterator<Item = &str> {
        self.inputs.keys().map(String::as_str)
    }

    /// Stores with a changelog.
    pub fn logged_stores(&self) -> Vec<String> {
        self.context
            .stores
            .values()
            .filter(|(def, _)| def.logged)
            .map(|(def, _)| def.name.clone())
            .collect()
    }

    /// Puts back one record of a changelog.
    pub fn restore(&mut self, store: &str, key: Bytes, value: Option<Bytes>, timestamp: i64) {
        if let Some((_, state)) = self.context.stores.get_mut(store) {
            state.put(key, value.map(|v| crate::store::with_timestamp(timestamp, &v)));
        }
    }

    /// Adds a record to its topic's queue; topics that do not feed this task are ignored.
    pub fn add(&mut self, topic: &str, record: RawRecord) {
        if let Some(input) = self.inputs.get_mut(topic) {
            input.queue.push_back(record);
        }
    }

    /// Records of a topic that wait.
    #[must_use]
    pub fn queued(&self, topic: &str) -> usize {
        self.inputs.get(topic).map_or(0, |i| i.queue.len())
    }

    /// Processes the next record; false when none waits.
    pub fn process_one(&mut self) -> Result<bool, ProcessError> {
        let next = self
            .inputs
            .iter_mut()
            .filter_map(|(topic, i)| i.queue.front().map(|r| r.timestamp).map(|ts| (ts, topic, i)))
            .min_by_key(|(ts, _, _)| *ts);
        let Some((timestamp, topic, input)) = next else {
            return Ok(false);
        };
        let Some(record) = input.queue.pop_front() else {
            return Ok(false);
        };
        let offset = record.offset;
        if timestamp < 0 {
            return Err(ProcessError::NegativeTimestamp {
                topic: topic.clone(),
                offset,
                timestamp,
            });
        }
        match input.receiver.receive(record, &mut self.context) {
            Err(error @ ProcessError::Deserialize { .. }) => match self.handler {
                DeserializationHandler::LogAndFail => return Err(error),
                DeserializationHandler::LogAndContinue => {
                    tracing::warn!(%error, "Skipping record due to deserialization error.");
                    self.context.drop_record();
                }
            },
            done => {
                done?;
                input.time = input.time.max(timestamp);
            }
        }
        input.consumed = Some(offset + 1);
        Ok(true)
    }

    /// What is to be sent, in order.
    pub fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.context.outputs)
    }

    /// How far it is in the topics of which it processed anything.
    #[must_use]
    pub fn consumed(&self) -> Vec<Consumed> {
        let far = |(topic, i): (&String, &Input)| {
            Some(Consumed {
                topic: topic.clone(),
                offset: i.consumed?,
                time: i.time,
            })
        };
        self.inputs.iter().filter_map(far).collect()
    }

    /// Records that operators left out.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.context.dropped
    }

    /// A store, to look at.
    #[must_use]
    pub fn store(&self, name: &str) -> Option<&dyn StateStore> {
        self.context.stores.get(name).map(|(_, store)| &**store)
    }
}
