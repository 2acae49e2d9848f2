//! Runs a topology without a broker, in virtual time: the same tasks as the runtime's, one partition each.

use crate::processor::{Output, ProcessError, RawRecord};
use crate::serdes::{SerdeError, SerdeRef};
use crate::store::StateStore;
use crate::task::Task;
use crate::topology::Topology;
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use weir_core::record::Header;

/// A record read back: key, value, timestamp.
pub type Read<K, V> = (Option<K>, Option<V>, i64);

/// The driver.
#[derive(Debug)]
pub struct TestDriver {
    tasks: Vec<Task>,
    outputs: BTreeMap<String, VecDeque<Output>>,
    offsets: BTreeMap<String, i64>,
    now_ms: i64,
}

impl TestDriver {
    /// A driver of `topology` under an application id.
    #[must_use]
    pub fn new(topology: &Topology, application: &str) -> Self {
        let tasks = (0..topology.sub_topologies().len())
            .map(|i| Task::new(topology, application, i, 0))
            .collect();
        Self {
            tasks,
            outputs: BTreeMap::new(),
            offsets: BTreeMap::new(),
            now_ms: 0,
        }
    }

    /// Time that [`TestDriver::pipe`] gives to records.
    pub fn advance(&mut self, by_ms: i64) {
        self.now_ms += by_ms;
    }

    /// Sends a record at the driver's time and processes it to the end.
    pub fn pipe<K, V>(
        &mut self,
        topic: &str,
        key: (&SerdeRef<K>, Option<&K>),
        value: (&SerdeRef<V>, Option<&V>),
    ) -> Result<(), ProcessError> {
        self.pipe_at(topic, key, value, self.now_ms)
    }

    /// Sends a record with a timestamp and processes it to the end.
    pub fn pipe_at<K, V>(
        &mut self,
        topic: &str,
        key: (&SerdeRef<K>, Option<&K>),
        value: (&SerdeRef<V>, Option<&V>),
        timestamp: i64,
    ) -> Result<(), ProcessError> {
        let failed = |error: SerdeError| ProcessError::Serialize {
            target: topic.to_owned(),
            error,
        };
        let key = key.1.map(|k| key.0.serialize(topic, k)).transpose().map_err(failed)?;
        let value = value
            .1
            .map(|v| value.0.serialize(topic, v))
            .transpose()
            .map_err(failed)?;
        self.pipe_raw(topic, key, value, timestamp, Vec::new())
    }

    /// Sends bytes and processes them to the end.
    pub fn pipe_raw(
        &mut self,
        topic: &str,
        key: Option<Bytes>,
        value: Option<Bytes>,
        timestamp: i64,
        headers: Vec<Header>,
    ) -> Result<(), ProcessError> {
        self.deliver(topic, key, value, timestamp, Arc::new(headers));
        self.run()
    }

    fn deliver(
        &mut self,
        topic: &str,
        key: Option<Bytes>,
        value: Option<Bytes>,
        timestamp: i64,
        headers: Arc<Vec<Header>>,
    ) {
        let offset = self.offsets.entry(topic.to_owned()).or_insert(0);
        let record = RawRecord {
            key,
            value,
            timestamp,
            offset: *offset,
            headers,
        };
        *offset += 1;
        for task in &mut self.tasks {
            task.add(topic, record.clone());
        }
    }

    /// What a task writes to a topic that another reads is fed back until nothing moves.
    fn run(&mut self) -> Result<(), ProcessError> {
        loop {
            let mut moved = false;
            let mut produced = Vec::new();
            for task in &mut self.tasks {
                while task.process_one()? {
                    moved = true;
                    produced.extend(task.take_outputs());
                }
            }
            for output in produced {
                let Output {
                    topic,
                    key,
                    value,
                    timestamp,
                    headers,
                    ..
                } = output.clone();
                self.deliver(&topic, key, value, timestamp, headers);
                self.outputs.entry(topic).or_default().push_back(output);
            }
            if !moved {
                return Ok(());
            }
        }
    }

    /// The next record of a topic, as bytes.
    pub fn read_raw(&mut self, topic: &str) -> Option<Output> {
        self.outputs.get_mut(topic)?.pop_front()
    }

    /// All records of a topic that were not read yet.
    pub fn read<K, V>(
        &mut self,
        topic: &str,
        key: &SerdeRef<K>,
        value: &SerdeRef<V>,
    ) -> Result<Vec<Read<K, V>>, SerdeError> {
        let mut all = Vec::new();
        while let Some(output) = self.read_raw(topic) {
            let k = output.key.map(|b| key.deserialize(topic, &b)).transpose()?;
            let v = output.value.map(|b| value.deserialize(topic, &b)).transpose()?;
            all.push((k, v, output.timestamp));
        }
        Ok(all)
    }

    /// Topics that were written.
    pub fn produced_topics(&self) -> impl Iterator<Item = &str> {
        self.outputs.keys().map(String::as_str)
    }

    /// A store, to look at.
    #[must_use]
    pub fn store(&self, name: &str) -> Option<&dyn StateStore> {
        self.tasks.iter().find_map(|t| t.store(name))
    }

    /// Records that operators left out: null keys, late records.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.tasks.iter().map(Task::dropped).sum()
    }
}
