//! Receivers and what they receive. A chain of operators becomes a chain of owned receivers: one call an operator, no
//! boxing of values, no lookup. Where two chains meet, the receiver behind is shared.

use crate::serdes::{SerdeError, SerdeRef};
use crate::store::{StateStore, StoreDef};
use bytes::Bytes;
use parking_lot::Mutex;
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_core::record::Header;

/// What flows. A null key or value is `None`; a null value in a table's stream is a deletion.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<K, V> {
    /// The key.
    pub key: Option<K>,
    /// The value.
    pub value: Option<V>,
    /// Milliseconds since the epoch.
    pub timestamp: i64,
    /// As they came in.
    pub headers: Arc<Vec<Header>>,
}

impl<K, V> Record<K, V> {
    /// The same record with another key and value.
    pub fn with<L, W>(&self, key: Option<L>, value: Option<W>) -> Record<L, W> {
        Record {
            key,
            value,
            timestamp: self.timestamp,
            headers: self.headers.clone(),
        }
    }
}

/// Why a task stops: a user's serde, or bytes that nobody can read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProcessError {
    /// Bytes of an input topic.
    #[error(
        "{topic}: cannot deserialize the {what} at offset {offset}: {error}. Deserialization exception handler is set to \
         fail upon a deserialization error: set deserialization.exception.handler to LogAndContinueExceptionHandler to \
         leave such records out"
    )]
    Deserialize {
        /// Where from.
        topic: String,
        /// `key` or `value`.
        what: &'static str,
        /// Of the record.
        offset: i64,
        /// The serde's words.
        error: SerdeError,
    },
    /// A record without a time of its own (`FailOnInvalidTimestamp`).
    #[error(
        "{topic}: the record at offset {offset} has an invalid (negative) timestamp, {timestamp}: possibly a client older \
         than 0.10 wrote it"
    )]
    NegativeTimestamp {
        /// Where from.
        topic: String,
        /// Of the record.
        offset: i64,
        /// Milliseconds.
        timestamp: i64,
    },
    /// A value on its way out or into a store.
    #[error("{target}: cannot serialize: {error}")]
    Serialize {
        /// Topic or store.
        target: String,
        /// The serde's words.
        error: SerdeError,
    },
    /// A store's content.
    #[error("store {store}: cannot read back a value: {error}")]
    Store {
        /// Its name.
        store: String,
        /// The serde's words.
        error: SerdeError,
    },
    /// The topology names a store that the task does not have.
    #[error("store {0} is not part of this sub-topology")]
    NoStore(String),
}

/// Receives records of one type.
pub trait Receiver<K, V>: Send {
    /// Takes a record and passes on what becomes of it.
    fn receive(&mut self, record: Record<K, V>, context: &mut Context) -> Result<(), ProcessError>;
}

/// A receiver of its own box.
pub type BoxReceiver<K, V> = Box<dyn Receiver<K, V>>;

/// Makes a node's receiver for a task.
pub type ReceiverFactory<K, V> = Arc<dyn Fn(&mut Instances) -> BoxReceiver<K, V> + Send + Sync>;

/// Who decides the partition of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Partition {
    /// The producer's partitioner, by the key.
    ByKey,
    /// The producer's hash of these bytes instead of the key: a windowed key without its window
    /// (`WindowedStreamPartitioner`).
    ByHashOf(Bytes),
    /// This one: the task's own, for changelogs.
    Fixed(i32),
}

/// Bytes on their way out: to a topic of the user's, a repartition topic or a changelog.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Full name.
    pub topic: String,
    /// Who decides the partition.
    pub partition: Partition,
    /// As serialised.
    pub key: Option<Bytes>,
    /// As serialised.
    pub value: Option<Bytes>,
    /// Milliseconds since the epoch.
    pub timestamp: i64,
    /// In order.
    pub headers: Arc<Vec<Header>>,
}

/// What a receiver may touch besides its record: the task's stores and its outputs.
pub struct Context {
    pub(crate) application: String,
    pub(crate) partition: i32,
    pub(crate) stores: BTreeMap<String, (StoreDef, Box<dyn StateStore>)>,
    pub(crate) outputs: Vec<Output>,
    /// Records that an operator left out: null keys, late records.
    pub(crate) dropped: u64,
}

impl Context {
    /// Reads a store.
    pub fn get(&self, store: &str, key: &[u8]) -> Result<Option<Bytes>, ProcessError> {
        let (_, store) = self
            .stores
            .get(store)
            .ok_or_else(|| ProcessError::NoStore(store.to_owned()))?;
        Ok(store.get(key))
    }

    /// Writes a store and its changelog. A stored value has its timestamp in front; the changelog has it as the
    /// record's own.
    pub fn put(&mut self, store: &str, key: Bytes, value: Option<(i64, Bytes)>, now: i64) -> Result<(), ProcessError> {
        let (def, state) = self
            .stores
            .get_mut(store)
            .ok_or_else(|| ProcessError::NoStore(store.to_owned()))?;
        state.put(
            key.clone(),
            value.as_ref().map(|(ts, v)| crate::store::with_timestamp(*ts, v)),
        );
        if def.logged {
            self.outputs.push(Output {
                topic: crate::Topology::changelog_name(&self.application, store),
                partition: Partition::Fixed(self.partition),
                key: Some(key),
                timestamp: value.as_ref().map_or(now, |(ts, _)| *ts),
                value: value.map(|(_, v)| v),
                headers: Arc::default(),
            });
        }
        Ok(())
    }

    /// Drops entries of a window store whose windows began at or before `horizon`. Changelogs forget by their own
    /// retention, as in Kafka Streams: no tombstones.
    pub fn expire_windows(&mut self, store: &str, horizon: i64) {
        if let Some((_, state)) = self.stores.get_mut(store) {
            let old: Vec<Bytes> = state
                .range(&[], None)
                .into_iter()
                .map(|(key, _)| key)
                .filter(|key| crate::store::window_start(key).is_some_and(|start| start <= horizon))
                .collect();
            for key in old {
                state.put(key, None);
            }
        }
    }

    /// Counts a record that an operator leaves out.
    pub fn drop_record(&mut self) {
        self.dropped += 1;
    }
}

/// Receivers of nodes that several parents share, made once a task.
#[derive(Default)]
pub struct Instances {
    shared: BTreeMap<String, Arc<dyn Any + Send + Sync>>,
}

struct Shared<K, V>(Arc<Mutex<BoxReceiver<K, V>>>);

impl<K: Send, V: Send> Receiver<K, V> for Shared<K, V> {
    fn receive(&mut self, record: Record<K, V>, context: &mut Context) -> Result<(), ProcessError> {
        self.0.lock().receive(record, context)
    }
}

impl Instances {
    /// The receiver of a node with several parents.
    pub(crate) fn shared<K: Send + 'static, V: Send + 'static>(
        &mut self,
        node: &str,
        make: impl FnOnce(&mut Self) -> BoxReceiver<K, V>,
    ) -> BoxReceiver<K, V> {
        type Slot<K, V> = Arc<Mutex<BoxReceiver<K, V>>>;
        if let Some(slot) = self.shared.get(node).and_then(|any| any.downcast_ref::<Slot<K, V>>()) {
            return Box::new(Shared(slot.clone()));
        }
        let slot: Slot<K, V> = Arc::new(Mutex::new(make(self)));
        self.shared.insert(node.to_owned(), Arc::new(slot.clone()));
        Box::new(Shared(slot))
    }
}

/// Makes what is behind a node for a task.
pub(crate) type FanOutFactory<K, V> = Arc<dyn Fn(&mut Instances) -> FanOut<K, V> + Send + Sync>;

/// Passes a record to each child; the last one gets the record itself.
pub struct FanOut<K, V> {
    pub(crate) children: Vec<BoxReceiver<K, V>>,
}

impl<K: Clone, V: Clone> FanOut<K, V> {
    /// Passes `record` on.
    pub fn forward(&mut self, record: Record<K, V>, context: &mut Context) -> Result<(), ProcessError> {
        let Some((last, others)) = self.children.split_last_mut() else {
            return Ok(());
        };
        for child in others {
            child.receive(record.clone(), context)?;
        }
        last.receive(record, context)
    }
}

/// Bytes of a record as they come from a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct RawRecord {
    /// As stored.
    pub key: Option<Bytes>,
    /// As stored.
    pub value: Option<Bytes>,
    /// Milliseconds since the epoch.
    pub timestamp: i64,
    /// Position in its partition.
    pub offset: i64,
    /// In order.
    pub headers: Arc<Vec<Header>>,
}

/// The head of a chain: takes bytes.
pub trait SourceReceiver: Send {
    /// Deserialises a record and passes it on.
    fn receive(&mut self, record: RawRecord, context: &mut Context) -> Result<(), ProcessError>;
}

/// Makes the head of a chain for a task.
pub trait SourceFactory: Send + Sync {
    /// For one task; `topic` is the full name.
    fn make(&self, topic: &str, instances: &mut Instances) -> Box<dyn SourceReceiver>;
}

/// A source of keys and values by their serdes.
pub(crate) struct TypedSource<K, V> {
    pub(crate) key: SerdeRef<K>,
    pub(crate) value: SerdeRef<V>,
    pub(crate) children: FanOutFactory<K, V>,
}

struct TypedHead<K, V> {
    topic: String,
    key: SerdeRef<K>,
    value: SerdeRef<V>,
    children: FanOut<K, V>,
}

impl<K: Clone + Send + 'static, V: Clone + Send + 'static> SourceFactory for TypedSource<K, V> {
    fn make(&self, topic: &str, instances: &mut Instances) -> Box<dyn SourceReceiver> {
        Box::new(TypedHead {
            topic: topic.to_owned(),
            key: self.key.clone(),
            value: self.value.clone(),
            children: (self.children)(instances),
        })
    }
}

impl<K: Clone + Send, V: Clone + Send> SourceReceiver for TypedHead<K, V> {
    fn receive(&mut self, record: RawRecord, context: &mut Context) -> Result<(), ProcessError> {
        let failed = |what, error| ProcessError::Deserialize {
            topic: self.topic.clone(),
            what,
            offset: record.offset,
            error,
        };
        let key = record
            .key
            .as_ref()
            .map(|b| self.key.deserialize(&self.topic, b))
            .transpose()
            .map_err(|e| failed("key", e))?;
        let value = record
            .value
            .as_ref()
            .map(|b| self.value.deserialize(&self.topic, b))
            .transpose()
            .map_err(|e| failed("value", e))?;
        self.children.forward(
            Record {
                key,
                value,
                timestamp: record.timestamp,
                headers: record.headers,
            },
            context,
        )
    }
}
