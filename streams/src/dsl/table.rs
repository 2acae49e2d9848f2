//! Tables: the latest value of each key.

use super::{Children, Each, Stream, Windowed, attach};
use crate::processor::{Context, FanOut, ProcessError, Record};
use crate::serdes::SerdeRef;
use crate::store::{StoreKind, split_timestamp};
use crate::topology::Topology;
use bytes::Bytes;
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Reads a table's value of a serialised key, for joins.
pub(super) type Getter<V> = Arc<dyn Fn(&[u8], &Context) -> Result<Option<V>, ProcessError> + Send + Sync>;

/// Where a table's values are kept; a source table that nobody looks into keeps none.
#[derive(Clone)]
struct Materialized {
    store: String,
    /// Node that writes the store.
    node: String,
    needed: Arc<Mutex<bool>>,
}

/// The latest value of each key.
#[derive(Clone)]
pub struct Table<K, V> {
    stream: Stream<K, V>,
    materialized: Materialized,
    getter: Getter<V>,
}

impl<K, V> std::fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table({})", self.stream.node)
    }
}

fn getter<V: 'static>(store: String, value: SerdeRef<V>) -> Getter<V> {
    Arc::new(move |key: &[u8], context: &Context| {
        let stored = context.get(&store, key)?;
        let Some((_, bytes)) = stored.as_ref().and_then(split_timestamp) else {
            return Ok(None);
        };
        let topic = Topology::changelog_name(&context.application, &store);
        value
            .deserialize(&topic, &bytes)
            .map(Some)
            .map_err(|error| ProcessError::Store {
                store: store.clone(),
                error,
            })
    })
}

impl<K, V> Table<K, V>
where
    K: Clone + Send + 'static,
    V: Clone + Send + 'static,
{
    pub(super) fn from_source(source: Stream<K, V>, store: String, key: SerdeRef<K>, value: SerdeRef<V>) -> Self {
        let node = source.builder.graph.lock().name("KTABLE-SOURCE-");
        let needed = Arc::new(Mutex::new(false));
        let (n, s, k, v) = (needed.clone(), store.clone(), key.clone(), value.clone());
        let children = attach(
            &source.builder,
            (&source.node, &source.children),
            &node,
            move |mut behind: FanOut<K, V>| {
                let (keeps, s, k, v) = (*n.lock(), s.clone(), k.clone(), v.clone());
                Box::new(Each(move |record: Record<K, V>, context: &mut Context| {
                    let Some(key) = &record.key else {
                        context.drop_record();
                        return Ok(());
                    };
                    if keeps {
                        let topic = Topology::changelog_name(&context.application, &s);
                        let failed = |error| ProcessError::Serialize {
                            target: s.clone(),
                            error,
                        };
                        let key = k.serialize(&topic, key).map_err(failed)?;
                        let value = record
                            .value
                            .as_ref()
                            .map(|x| v.serialize(&topic, x))
                            .transpose()
                            .map_err(failed)?;
                        context.put(&s, key, value.map(|b| (record.timestamp, b)), record.timestamp)?;
                    }
                    behind.forward(record, context)
                }))
            },
        );
        let getter = getter(store.clone(), value.clone());
        let materialized = Materialized {
            store,
            node: node.clone(),
            needed,
        };
        Self {
            stream: Stream {
                builder: source.builder.clone(),
                node,
                children,
                key_changed: false,
                key: Some(key),
                value: Some(value),
                sources: source.sources.clone(),
                repartitioned: Arc::default(),
            },
            materialized,
            getter,
        }
    }

    /// A table whose store exists already: an aggregation's.
    pub(super) fn materialized<J, W>(
        from: &Stream<J, W>,
        node: String,
        children: Children<K, V>,
        store: String,
        key: SerdeRef<K>,
        value: SerdeRef<V>,
    ) -> Self {
        Self {
            getter: getter(store.clone(), value.clone()),
            materialized: Materialized {
                store,
                node: node.clone(),
                needed: Arc::new(Mutex::new(true)),
            },
            stream: Stream {
                builder: from.builder.clone(),
                node,
                children,
                key_changed: false,
                key: Some(key),
                value: Some(value),
                sources: from.sources.clone(),
                repartitioned: Arc::default(),
            },
        }
    }

    /// Its store is one of windows, whose keys end with a sequence number that the serialised key of a window does not have
    /// (`WindowKeySchema`).
    pub(super) fn in_windows(self) -> Self {
        let get = self.getter;
        Self {
            getter: Arc::new(move |key: &[u8], context: &Context| {
                let sequence = 0_i32.to_be_bytes();
                get(&[key, &sequence].concat(), context)
            }),
            ..self
        }
    }

    /// Stands in after an error that `build` will report.
    pub(super) fn broken<J, W>(from: &Stream<J, W>, value: SerdeRef<V>) -> Self {
        Self {
            getter: Arc::new(|_, _| Ok(None)),
            materialized: Materialized {
                store: String::new(),
                node: String::new(),
                needed: Arc::new(Mutex::new(true)),
            },
            stream: Stream {
                builder: from.builder.clone(),
                node: from.node.clone(),
                children: Arc::default(),
                key_changed: false,
                key: None,
                value: Some(value),
                sources: from.sources.clone(),
                repartitioned: Arc::default(),
            },
        }
    }

    /// Has the table keep its values, and returns how to read them.
    pub(super) fn materialize(&self) -> (String, Getter<V>) {
        let mut needed = self.materialized.needed.lock();
        if !*needed {
            *needed = true;
            let mut graph = self.stream.builder.graph.lock();
            graph.add_store(&self.materialized.store, StoreKind::KeyValue);
            graph.use_store(&self.materialized.node, &self.materialized.store);
        }
        (self.materialized.store.clone(), self.getter.clone())
    }

    pub(super) fn key_serde(&self) -> Option<SerdeRef<K>> {
        self.stream.key.clone()
    }

    pub(super) fn sources(&self) -> &BTreeSet<String> {
        &self.stream.sources
    }

    /// Every change of the table as a stream.
    #[must_use]
    pub fn to_stream(&self) -> Stream<K, V> {
        let name = self.stream.builder.graph.lock().name("KTABLE-TOSTREAM-");
        let children = attach(
            &self.stream.builder,
            (&self.stream.node, &self.stream.children),
            &name,
            move |mut behind: FanOut<K, V>| {
                Box::new(Each(move |record: Record<K, V>, context: &mut Context| {
                    behind.forward(record, context)
                }))
            },
        );
        Stream {
            node: name,
            children,
            repartitioned: Arc::default(),
            ..self.stream.clone()
        }
    }

    /// Keeps the keys whose values satisfy `predicate`; for others a deletion goes on.
    #[must_use]
    pub fn filter(&self, predicate: impl Fn(&K, &V) -> bool + Send + Sync + 'static) -> Self
    where
        K: Sync,
    {
        let name = self.stream.builder.graph.lock().name("KTABLE-FILTER-");
        let predicate = Arc::new(predicate);
        let p = predicate.clone();
        let children = attach(
            &self.stream.builder,
            (&self.stream.node, &self.stream.children),
            &name,
            move |mut behind: FanOut<K, V>| {
                let p = p.clone();
                Box::new(Each(move |mut record: Record<K, V>, context: &mut Context| {
                    if let (Some(k), Some(v)) = (&record.key, &record.value)
                        && !p(k, v)
                    {
                        record.value = None;
                    }
                    behind.forward(record, context)
                }))
            },
        );
        let (from, key) = (self.getter.clone(), self.stream.key.clone());
        let store = self.materialized.store.clone();
        let getter: Getter<V> = Arc::new(move |bytes: &[u8], context: &Context| {
            let Some(value) = from(bytes, context)? else {
                return Ok(None);
            };
            let Some(serde) = &key else { return Ok(Some(value)) };
            let topic = Topology::changelog_name(&context.application, &store);
            let key = serde
                .deserialize(&topic, &Bytes::copy_from_slice(bytes))
                .map_err(|error| ProcessError::Store {
                    store: store.clone(),
                    error,
                })?;
            Ok(Some(value).filter(|v| predicate(&key, v)))
        });
        Self {
            stream: Stream {
                node: name,
                children,
                repartitioned: Arc::default(),
                ..self.stream.clone()
            },
            getter,
            materialized: self.materialized.clone(),
        }
    }

    /// Turns each value into another.
    pub fn map_values<W>(&self, map: impl Fn(&V) -> W + Send + Sync + 'static) -> Table<K, W>
    where
        W: Clone + Send + 'static,
    {
        let name = self.stream.builder.graph.lock().name("KTABLE-MAPVALUES-");
        let map = Arc::new(map);
        let m = map.clone();
        let children = attach(
            &self.stream.builder,
            (&self.stream.node, &self.stream.children),
            &name,
            move |mut behind: FanOut<K, W>| {
                let m = m.clone();
                Box::new(Each(move |record: Record<K, V>, context: &mut Context| {
                    let value = record.value.as_ref().map(|v| m(v));
                    behind.forward(record.with(record.key.clone(), value), context)
                }))
            },
        );
        let from = self.getter.clone();
        let getter: Getter<W> =
            Arc::new(move |key: &[u8], context: &Context| Ok(from(key, context)?.as_ref().map(|v| map(v))));
        Table {
            stream: Stream {
                builder: self.stream.builder.clone(),
                node: name,
                children,
                key_changed: false,
                key: self.stream.key.clone(),
                value: None,
                sources: self.stream.sources.clone(),
                repartitioned: Arc::default(),
            },
            getter,
            materialized: self.materialized.clone(),
        }
    }
}

impl<K, V> Table<Windowed<K>, V>
where
    K: Clone + Send + 'static,
    V: Clone + Send + 'static,
{
    /// See [`Table::broken`].
    pub(super) fn broken_windowed<W>(from: &Stream<K, W>, value: SerdeRef<V>) -> Self {
        Self::broken(from, value)
    }
}
