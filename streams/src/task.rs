//! A task: one sub-topology on one partition number. Records of its input partitions wait in queues; the one with the
//! smallest timestamp at its head goes next (`PartitionGroup`), so that streams stay in step. No I/O, no clock: bytes
//! in, bytes out.

use crate::processor::{Context, Instances, Output, ProcessError, RawRecord, SourceReceiver};
use crate::store::{MemoryStore, StateStore};
use crate::topology::Topology;
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};

struct Input {
    receiver: Box<dyn SourceReceiver>,
    queue: VecDeque<RawRecord>,
    /// Offset after the last record that was processed.
    consumed: Option<i64>,
}

/// A sub-topology at work on one partition.
pub struct Task {
    sub_topology: usize,
    partition: i32,
    inputs: BTreeMap<String, Input>,
    context: Context,
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

    /// Records that wait.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.inputs.values().map(|i| i.queue.len()).sum()
    }

    /// Processes the next record; false when none waits.
    pub fn process_one(&mut self) -> Result<bool, ProcessError> {
        let next = self
            .inputs
            .values_mut()
            .filter_map(|i| i.queue.front().map(|r| r.timestamp).map(|ts| (ts, i)))
            .min_by_key(|(ts, _)| *ts);
        let Some((_, input)) = next else { return Ok(false) };
        let Some(record) = input.queue.pop_front() else {
            return Ok(false);
        };
        let offset = record.offset;
        input.receiver.receive(record, &mut self.context)?;
        input.consumed = Some(offset + 1);
        Ok(true)
    }

    /// What is to be sent, in order.
    pub fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.context.outputs)
    }

    /// Offsets to commit: topic, and the offset after its last processed record.
    #[must_use]
    pub fn consumed(&self) -> Vec<(String, i64)> {
        self.inputs
            .iter()
            .filter_map(|(topic, i)| i.consumed.map(|at| (topic.clone(), at)))
            .collect()
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
