//! Streams: every record is an event of its own.

use super::{Children, Each, GroupedStream, HasSerde, StreamsBuilder, attach, fan_out};
use crate::processor::{Context, FanOut, Instances, Output, Partition, ProcessError, Record};
use crate::serdes::SerdeRef;
use crate::topology::{NodeKind, Topology};
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A stream of records.
#[derive(Clone)]
pub struct Stream<K, V> {
    pub(super) builder: StreamsBuilder,
    pub(super) node: String,
    pub(super) children: Children<K, V>,
    /// The key may not be the one that the partition was chosen by: grouping and joining go through a repartition topic.
    pub(super) key_changed: bool,
    pub(super) key: Option<SerdeRef<K>>,
    pub(super) value: Option<SerdeRef<V>>,
    pub(super) sources: BTreeSet<String>,
    /// The same stream behind its repartition topic, once a join needed it.
    pub(super) repartitioned: Repartitioned<K, V>,
}

pub(super) type Repartitioned<K, V> = Arc<Mutex<Option<Stream<K, V>>>>;

impl<K, V> std::fmt::Debug for Stream<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stream({})", self.node)
    }
}

impl<K, V> Stream<K, V>
where
    K: Clone + Send + 'static,
    V: Clone + Send + 'static,
{
    pub(super) fn next<L, W>(
        &self,
        node: String,
        children: Children<L, W>,
        key: Option<SerdeRef<L>>,
        value: Option<SerdeRef<W>>,
        key_changed: bool,
    ) -> Stream<L, W> {
        Stream {
            builder: self.builder.clone(),
            node,
            children,
            key_changed,
            key,
            value,
            sources: self.sources.clone(),
            repartitioned: Arc::default(),
        }
    }

    fn name(&self, prefix: &str) -> String {
        self.builder.graph.lock().name(prefix)
    }

    /// An operator that passes a record on with the same types, or not.
    fn same(&self, prefix: &str, keep: impl Fn(&Record<K, V>) -> bool + Send + Sync + 'static) -> Self {
        let name = self.name(prefix);
        let keep = Arc::new(keep);
        let children = attach(
            &self.builder,
            (&self.node, &self.children),
            &name,
            move |mut behind: FanOut<K, V>| {
                let keep = keep.clone();
                Box::new(Each(move |record: Record<K, V>, context: &mut Context| {
                    if keep(&record) {
                        behind.forward(record, context)
                    } else {
                        Ok(())
                    }
                }))
            },
        );
        self.next(name, children, self.key.clone(), self.value.clone(), self.key_changed)
    }

    /// Keeps records for which `predicate` holds.
    pub fn filter(&self, predicate: impl Fn(Option<&K>, &V) -> bool + Send + Sync + 'static) -> Self {
        self.same("KSTREAM-FILTER-", move |r| {
            r.value.as_ref().is_some_and(|v| predicate(r.key.as_ref(), v))
        })
    }

    /// Keeps records for which `predicate` does not hold.
    pub fn filter_not(&self, predicate: impl Fn(Option<&K>, &V) -> bool + Send + Sync + 'static) -> Self {
        self.same("KSTREAM-FILTER-", move |r| {
            r.value.as_ref().is_some_and(|v| !predicate(r.key.as_ref(), v))
        })
    }

    /// Looks at each record and passes it on.
    pub fn peek(&self, look: impl Fn(Option<&K>, Option<&V>) + Send + Sync + 'static) -> Self {
        self.same("KSTREAM-PEEK-", move |r| {
            look(r.key.as_ref(), r.value.as_ref());
            true
        })
    }

    /// Turns each value into another; keys, and with them partitions, stay.
    pub fn map_values<W>(&self, map: impl Fn(&V) -> W + Send + Sync + 'static) -> Stream<K, W>
    where
        W: Clone + Send + 'static,
    {
        let name = self.name("KSTREAM-MAPVALUES-");
        let map = Arc::new(map);
        let children = attach(
            &self.builder,
            (&self.node, &self.children),
            &name,
            move |mut behind: FanOut<K, W>| {
                let map = map.clone();
                Box::new(Each(move |record: Record<K, V>, context: &mut Context| {
                    let value = record.value.as_ref().map(|v| map(v));
                    behind.forward(record.with(record.key.clone(), value), context)
                }))
            },
        );
        self.next(name, children, self.key.clone(), None, self.key_changed)
    }

    /// Turns each record into another, key and value.
    pub fn map<L, W>(&self, map: impl Fn(Option<&K>, &V) -> (L, W) + Send + Sync + 'static) -> Stream<L, W>
    where
        L: Clone + Send + 'static,
        W: Clone + Send + 'static,
    {
        self.flat("KSTREAM-MAP-", move |k, v| std::iter::once(map(k, v)))
    }

    /// Turns each record into any number of others.
    pub fn flat_map<L, W, I>(&self, map: impl Fn(Option<&K>, &V) -> I + Send + Sync + 'static) -> Stream<L, W>
    where
        L: Clone + Send + 'static,
        W: Clone + Send + 'static,
        I: IntoIterator<Item = (L, W)>,
    {
        self.flat("KSTREAM-FLATMAP-", map)
    }

    fn flat<L, W, I>(&self, prefix: &str, map: impl Fn(Option<&K>, &V) -> I + Send + Sync + 'static) -> Stream<L, W>
    where
        L: Clone + Send + 'static,
        W: Clone + Send + 'static,
        I: IntoIterator<Item = (L, W)>,
    {
        let name = self.name(prefix);
        let map = Arc::new(map);
        let children = attach(
            &self.builder,
            (&self.node, &self.children),
            &name,
            move |mut behind: FanOut<L, W>| {
                let map = map.clone();
                Box::new(Each(move |record: Record<K, V>, context: &mut Context| {
                    let Some(value) = &record.value else { return Ok(()) };
                    for (key, value) in map(record.key.as_ref(), value) {
                        behind.forward(record.with(Some(key), Some(value)), context)?;
                    }
                    Ok(())
                }))
            },
        );
        self.next(name, children, None, None, true)
    }

    /// Turns each value into any number of others; keys stay.
    pub fn flat_map_values<W, I>(&self, map: impl Fn(&V) -> I + Send + Sync + 'static) -> Stream<K, W>
    where
        W: Clone + Send + 'static,
        I: IntoIterator<Item = W>,
    {
        let name = self.name("KSTREAM-FLATMAPVALUES-");
        let map = Arc::new(map);
        let children = attach(
            &self.builder,
            (&self.node, &self.children),
            &name,
            move |mut behind: FanOut<K, W>| {
                let map = map.clone();
                Box::new(Each(move |record: Record<K, V>, context: &mut Context| {
                    let Some(value) = &record.value else { return Ok(()) };
                    for value in map(value) {
                        behind.forward(record.with(record.key.clone(), Some(value)), context)?;
                    }
                    Ok(())
                }))
            },
        );
        self.next(name, children, self.key.clone(), None, self.key_changed)
    }

    /// Gives each record another key.
    pub fn select_key<L>(&self, select: impl Fn(Option<&K>, &V) -> L + Send + Sync + 'static) -> Stream<L, V>
    where
        L: Clone + Send + 'static,
    {
        let name = self.name("KSTREAM-KEY-SELECT-");
        let select = Arc::new(select);
        let children = attach(
            &self.builder,
            (&self.node, &self.children),
            &name,
            move |mut behind: FanOut<L, V>| {
                let select = select.clone();
                Box::new(Each(move |record: Record<K, V>, context: &mut Context| {
                    let Some(value) = &record.value else { return Ok(()) };
                    let key = select(record.key.as_ref(), value);
                    behind.forward(record.with(Some(key), record.value.clone()), context)
                }))
            },
        );
        self.next(name, children, None, self.value.clone(), true)
    }

    /// Says how keys and values are written from here on.
    #[must_use]
    pub fn with_serdes(&self, key: SerdeRef<K>, value: SerdeRef<V>) -> Self {
        Self {
            key: Some(key),
            value: Some(value),
            repartitioned: Arc::default(),
            ..self.clone()
        }
    }

    /// Both streams in one; no order between them.
    #[must_use]
    pub fn merge(&self, other: &Self) -> Self {
        let name = self.name("KSTREAM-MERGE-");
        self.builder
            .graph
            .lock()
            .add(&name, NodeKind::Processor, &[&self.node, &other.node]);
        let children: Children<K, V> = Arc::default();
        for parent in [&self.children, &other.children] {
            let (behind, node) = (children.clone(), name.clone());
            parent.lock().push(Arc::new(move |instances: &mut Instances| {
                instances.shared(&node, |instances| {
                    let mut behind = fan_out(&behind, instances);
                    Box::new(Each(move |record: Record<K, V>, context: &mut Context| {
                        behind.forward(record, context)
                    }))
                })
            }));
        }
        let mut merged = self.next(
            name,
            children,
            self.key.clone(),
            self.value.clone(),
            self.key_changed || other.key_changed,
        );
        merged.sources.extend(other.sources.iter().cloned());
        merged
    }

    /// Groups by the key there is.
    #[must_use]
    pub fn group_by_key(&self) -> GroupedStream<K, V> {
        GroupedStream { stream: self.clone() }
    }

    /// Groups by another key.
    pub fn group_by<L>(&self, select: impl Fn(Option<&K>, &V) -> L + Send + Sync + 'static) -> GroupedStream<L, V>
    where
        L: HasSerde + Clone + Send + 'static,
        V: HasSerde,
    {
        let keyed = self.select_key(select);
        let value = keyed.value.clone().unwrap_or_else(V::serde);
        GroupedStream {
            stream: keyed.with_serdes(L::serde(), value),
        }
    }

    /// Groups by another key, by these serdes.
    pub fn group_by_with<L>(
        &self,
        select: impl Fn(Option<&K>, &V) -> L + Send + Sync + 'static,
        key: SerdeRef<L>,
        value: SerdeRef<V>,
    ) -> GroupedStream<L, V>
    where
        L: Clone + Send + 'static,
    {
        GroupedStream {
            stream: self.select_key(select).with_serdes(key, value),
        }
    }

    /// Writes to a topic, partitioned by the key as Kafka's producer does it; windowed keys by the key in them. Unlike
    /// inputs, it may be made by the broker when the first record comes.
    pub fn to(&self, topic: &str)
    where
        K: HasSerde,
        V: HasSerde,
    {
        self.to_with(topic, K::serde(), V::serde());
    }

    /// Writes to a topic, by these serdes.
    pub fn to_with(&self, topic: &str, key: SerdeRef<K>, value: SerdeRef<V>) {
        let name = self.name("KSTREAM-SINK-");
        self.sink(name, topic, false, key, value);
    }

    pub(super) fn sink(&self, name: String, topic: &str, internal: bool, key: SerdeRef<K>, value: SerdeRef<V>) {
        self.builder.graph.lock().add(
            &name,
            NodeKind::Sink {
                topic: topic.to_owned(),
                internal,
            },
            &[&self.node],
        );
        let topic: Arc<str> = topic.into();
        self.children.lock().push(Arc::new(move |_: &mut Instances| {
            let (topic, key, value) = (topic.clone(), key.clone(), value.clone());
            Box::new(Each(move |record: Record<K, V>, context: &mut Context| {
                let full = Topology::topic_name(&context.application, &topic, internal);
                let failed = |error| ProcessError::Serialize {
                    target: full.clone(),
                    error,
                };
                let partition = match &record.key {
                    Some(k) => key.partition_key(&full, k).map_err(failed)?,
                    None => None,
                };
                let key = record
                    .key
                    .as_ref()
                    .map(|k| key.serialize(&full, k))
                    .transpose()
                    .map_err(failed)?;
                let value = record
                    .value
                    .as_ref()
                    .map(|v| value.serialize(&full, v))
                    .transpose()
                    .map_err(failed)?;
                context.outputs.push(Output {
                    topic: full,
                    partition: partition.map_or(Partition::ByKey, Partition::ByHashOf),
                    key,
                    value,
                    timestamp: record.timestamp,
                    headers: record.headers,
                });
                Ok(())
            }))
        }));
    }
}
