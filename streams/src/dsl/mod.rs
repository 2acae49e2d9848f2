//! What users write. Operators add nodes to a graph under Kafka Streams' names and numbers, and leave behind factories
//! from which each task makes its own chain of receivers.
//!
//! A stream's closures see values that are there: a record with a null value goes through operators that do not look at
//! it and is left out by the first that does. In a table a null value is a deletion and goes everywhere.

mod grouped;
mod join;
mod repartition;
mod stream;
mod table;

pub use grouped::{GroupedStream, TimeWindows, Windowed, WindowedStream};
pub use stream::Stream;
pub use table::Table;

use crate::processor::{BoxReceiver, FanOut, Instances, Receiver, ReceiverFactory, SourceFactory, TypedSource};
use crate::serdes::{self, SerdeRef};
use crate::store::{StoreDef, StoreKind};
use crate::topology::{Node, NodeKind, Topology};
use bytes::Bytes;
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Why a topology cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TopologyError {
    /// Two operators claim one store.
    #[error("store {0} is defined twice")]
    DuplicateStore(String),
    /// Two sources claim one topic; read it once and branch.
    #[error("topic {0} has already been registered by another source")]
    DuplicateSource(String),
    /// An operator must write or look up keys or values, and nobody said how.
    #[error("{operator} needs a {what} serde: use the variant that takes one")]
    NoSerde {
        /// Which.
        operator: String,
        /// `key` or `value`.
        what: &'static str,
    },
    /// Nothing was built.
    #[error("the topology has no source")]
    Empty,
}

/// A type with a serde of its own.
pub trait HasSerde: Sized {
    /// It.
    fn serde() -> SerdeRef<Self>;
}

macro_rules! has_serde {
    ($($ty:ty => $fn:ident),*) => {
        $(impl HasSerde for $ty {
            fn serde() -> SerdeRef<Self> {
                serdes::$fn()
            }
        })*
    };
}

has_serde!(String => string, Bytes => bytes, i64 => long, i32 => integer, f64 => double);

/// Receivers that a node passes its records on to.
pub(crate) type Children<K, V> = Arc<Mutex<Vec<ReceiverFactory<K, V>>>>;

/// Makes the fan-out behind a node for a task.
fn fan_out<K, V>(children: &Children<K, V>, instances: &mut Instances) -> FanOut<K, V> {
    let factories: Vec<ReceiverFactory<K, V>> = children.lock().clone();
    FanOut {
        children: factories.iter().map(|make| make(instances)).collect(),
    }
}

/// A receiver that is a closure over its fan-out.
pub(crate) struct Each<F>(pub(crate) F);

impl<K, V, F> Receiver<K, V> for Each<F>
where
    F: FnMut(crate::Record<K, V>, &mut crate::processor::Context) -> Result<(), crate::processor::ProcessError> + Send,
{
    fn receive(
        &mut self,
        record: crate::Record<K, V>,
        context: &mut crate::processor::Context,
    ) -> Result<(), crate::processor::ProcessError> {
        (self.0)(record, context)
    }
}

/// The graph under construction.
#[derive(Default)]
pub(crate) struct Graph {
    counter: usize,
    nodes: Vec<Node>,
    stores: BTreeMap<String, StoreDef>,
    sources: BTreeMap<String, Arc<dyn SourceFactory>>,
    copartitioned: Vec<BTreeSet<String>>,
    errors: Vec<TopologyError>,
}

impl Graph {
    /// A node's or store's generated name: one counter for all (`InternalStreamsBuilder.newProcessorName`).
    fn name(&mut self, prefix: &str) -> String {
        let name = format!("{prefix}{:010}", self.counter);
        self.counter += 1;
        name
    }

    fn add(&mut self, name: &str, kind: NodeKind, parents: &[&str]) {
        for parent in parents {
            if let Some(node) = self.nodes.iter_mut().find(|n| n.name == *parent) {
                node.children.push(name.to_owned());
            }
        }
        self.nodes.push(Node {
            name: name.to_owned(),
            kind,
            stores: Vec::new(),
            parents: parents.iter().map(|p| (*p).to_owned()).collect(),
            children: Vec::new(),
        });
    }

    fn add_store(&mut self, name: &str, kind: StoreKind) {
        let def = StoreDef {
            name: name.to_owned(),
            kind,
            logged: true,
        };
        if self.stores.insert(name.to_owned(), def).is_some() {
            self.errors.push(TopologyError::DuplicateStore(name.to_owned()));
        }
    }

    fn use_store(&mut self, node: &str, store: &str) {
        if let Some(node) = self.nodes.iter_mut().find(|n| n.name == node)
            && !node.stores.iter().any(|s| s == store)
        {
            node.stores.push(store.to_owned());
        }
    }

    fn no_serde(&mut self, operator: &str, what: &'static str) {
        self.errors.push(TopologyError::NoSerde {
            operator: operator.to_owned(),
            what,
        });
    }
}

/// Builds a topology.
#[derive(Clone, Default)]
pub struct StreamsBuilder {
    graph: Arc<Mutex<Graph>>,
}

impl std::fmt::Debug for StreamsBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StreamsBuilder")
    }
}

impl StreamsBuilder {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A stream of a topic's records. The topic must exist when the application starts; one topic is read once, else
    /// [`Self::build`] says [`TopologyError::DuplicateSource`].
    pub fn stream<K, V>(&self, topic: &str) -> Stream<K, V>
    where
        K: HasSerde + Clone + Send + 'static,
        V: HasSerde + Clone + Send + 'static,
    {
        self.stream_with(topic, K::serde(), V::serde())
    }

    /// A stream of a topic's records, by these serdes.
    pub fn stream_with<K, V>(&self, topic: &str, key: SerdeRef<K>, value: SerdeRef<V>) -> Stream<K, V>
    where
        K: Clone + Send + 'static,
        V: Clone + Send + 'static,
    {
        let name = self.graph.lock().name("KSTREAM-SOURCE-");
        self.source(name, topic, false, key, value)
    }

    /// A table of a topic's latest values: a null value deletes, a null key is left out. It is kept in a store (and a
    /// changelog) only if something looks into it, as a join does.
    pub fn table<K, V>(&self, topic: &str) -> Table<K, V>
    where
        K: HasSerde + Clone + Send + 'static,
        V: HasSerde + Clone + Send + 'static,
    {
        self.table_with(topic, K::serde(), V::serde())
    }

    /// A table of a topic's latest values, by these serdes.
    pub fn table_with<K, V>(&self, topic: &str, key: SerdeRef<K>, value: SerdeRef<V>) -> Table<K, V>
    where
        K: Clone + Send + 'static,
        V: Clone + Send + 'static,
    {
        let (store, source) = {
            let mut graph = self.graph.lock();
            (
                graph.name(&format!("{topic}-STATE-STORE-")),
                graph.name("KSTREAM-SOURCE-"),
            )
        };
        let stream = self.source(source, topic, false, key.clone(), value.clone());
        Table::from_source(stream, store, key, value)
    }

    fn source<K, V>(
        &self,
        name: String,
        topic: &str,
        internal: bool,
        key: SerdeRef<K>,
        value: SerdeRef<V>,
    ) -> Stream<K, V>
    where
        K: Clone + Send + 'static,
        V: Clone + Send + 'static,
    {
        let children: Children<K, V> = Arc::default();
        let behind = children.clone();
        let head = TypedSource {
            key: key.clone(),
            value: value.clone(),
            children: Arc::new(move |instances: &mut Instances| fan_out(&behind, instances)),
        };
        let mut graph = self.graph.lock();
        let taken =
            |n: &Node| matches!(&n.kind, NodeKind::Source { topic: t, internal: i } if t == topic && *i == internal);
        if graph.nodes.iter().any(taken) {
            graph.errors.push(TopologyError::DuplicateSource(topic.to_owned()));
        }
        graph.add(
            &name,
            NodeKind::Source {
                topic: topic.to_owned(),
                internal,
            },
            &[],
        );
        graph.sources.insert(name.clone(), Arc::new(head));
        Stream {
            builder: self.clone(),
            sources: BTreeSet::from([name.clone()]),
            node: name,
            children,
            key_changed: false,
            key: Some(key),
            value: Some(value),
            repartitioned: Arc::default(),
        }
    }

    /// The finished topology, or everything that is wrong with it: the first of it.
    pub fn build(&self) -> Result<Topology, TopologyError> {
        let graph = self.graph.lock();
        if let Some(error) = graph.errors.first() {
            return Err(error.clone());
        }
        if graph.sources.is_empty() {
            return Err(TopologyError::Empty);
        }
        Ok(Topology::new(
            graph.nodes.clone(),
            graph.stores.clone(),
            graph.sources.clone(),
            graph.copartitioned.clone(),
        ))
    }
}

/// Adds a processor node behind `parent`, whose receiver `make` builds over what comes after it.
pub(crate) fn attach<K, V, L, W>(
    builder: &StreamsBuilder,
    parent: (&str, &Children<K, V>),
    name: &str,
    make: impl Fn(FanOut<L, W>) -> BoxReceiver<K, V> + Send + Sync + 'static,
) -> Children<L, W>
where
    K: 'static,
    V: 'static,
    L: 'static,
    W: 'static,
{
    builder.graph.lock().add(name, NodeKind::Processor, &[parent.0]);
    let children: Children<L, W> = Arc::default();
    let behind = children.clone();
    parent.1.lock().push(Arc::new(move |instances: &mut Instances| {
        make(fan_out(&behind, instances))
    }));
    children
}
