//! Grouped streams: counts and aggregates, over all time or by tumbling windows.

use super::{Children, Each, Stream, Table, attach};
use crate::processor::{Context, FanOut, ProcessError, Record};
use crate::serdes::{self, SerdeRef};
use crate::store::{StoreKind, split_timestamp, window_key};
use crate::topology::Topology;
use std::sync::Arc;
use std::time::Duration;

/// A stream whose records with equal keys belong together.
///
/// Aggregations take a `store`: the name of their store, and so of the topics `<application.id>-<store>-changelog` and,
/// when the key was changed before, `<application.id>-<store>-repartition`. With `None` it is the name that Kafka Streams
/// generates, which has a number in it: adding an operator before it makes another name, and the state starts anew.
/// A key without a serde is an error of [`super::StreamsBuilder::build`]: see [`Stream::with_serdes`].
#[derive(Clone, Debug)]
pub struct GroupedStream<K, V> {
    pub(super) stream: Stream<K, V>,
}

/// Windows of a fixed size, side by side, aligned to the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeWindows {
    size_ms: i64,
    grace_ms: i64,
}

impl TimeWindows {
    /// Tumbling windows that close the moment they end (`ofSizeWithNoGrace`): `start..start + size`, the end not included.
    /// Sizes are in whole milliseconds, at least one.
    #[must_use]
    pub fn of_size(size: Duration) -> Self {
        Self {
            size_ms: i64::try_from(size.as_millis()).unwrap_or(i64::MAX).max(1),
            grace_ms: 0,
        }
    }

    /// Late records are still taken for this long after a window's end, by the time of the records themselves: the
    /// highest timestamp that the task has seen. Later ones are left out, with a warning. Stores keep size and grace.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace_ms = i64::try_from(grace.as_millis()).unwrap_or(i64::MAX);
        self
    }

    /// Milliseconds of one window.
    #[must_use]
    pub fn size_ms(&self) -> i64 {
        self.size_ms
    }
}

/// A key in a window.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Windowed<K> {
    /// The key.
    pub key: K,
    /// First millisecond of the window.
    pub start_ms: i64,
    /// First millisecond after the window.
    pub end_ms: i64,
}

/// A grouped stream cut into windows.
#[derive(Clone, Debug)]
pub struct WindowedStream<K, V> {
    grouped: GroupedStream<K, V>,
    windows: TimeWindows,
}

const AGGREGATE: &str = "KSTREAM-AGGREGATE-";

/// A grouped stream with the names of its aggregation taken, gone through a repartition topic if it must.
struct Prepared<K, V> {
    stream: Stream<K, V>,
    store: String,
    node: String,
    key: SerdeRef<K>,
}

impl<K, V> GroupedStream<K, V>
where
    K: Clone + Send + 'static,
    V: Clone + Send + 'static,
{
    /// Takes names in Kafka Streams' order: the store's when nobody gave one, the aggregation's, then the repartition's.
    fn prepare(&self, store: Option<&str>, kind: StoreKind) -> Option<Prepared<K, V>> {
        let graph = &self.stream.builder.graph;
        let store = store.map_or_else(|| graph.lock().name("KSTREAM-AGGREGATE-STATE-STORE-"), str::to_owned);
        let node = graph.lock().name(AGGREGATE);
        let Some(key) = self.stream.key.clone() else {
            graph.lock().no_serde(&node, "key");
            return None;
        };
        let stream = if self.stream.key_changed {
            self.stream.repartition(&store)
        } else {
            self.stream.clone()
        };
        graph.lock().add_store(&store, kind);
        Some(Prepared {
            stream,
            store,
            node,
            key,
        })
    }

    /// Cuts into windows.
    #[must_use]
    pub fn windowed_by(&self, windows: TimeWindows) -> WindowedStream<K, V> {
        WindowedStream {
            grouped: self.clone(),
            windows,
        }
    }

    /// Counts records of each key; null keys and null values are left out.
    pub fn count<'a>(&self, store: impl Into<Option<&'a str>>) -> Table<K, i64> {
        self.aggregate_with(|| 0, |_, _, n| n + 1, store, serdes::long())
    }

    /// Folds the values of each key: `add(key, value, so far)`; null keys and null values are left out.
    pub fn aggregate<'a, A>(
        &self,
        initial: impl Fn() -> A + Send + Sync + 'static,
        add: impl Fn(&K, &V, A) -> A + Send + Sync + 'static,
        store: impl Into<Option<&'a str>>,
    ) -> Table<K, A>
    where
        A: super::HasSerde + Clone + Send + 'static,
    {
        self.aggregate_with(initial, add, store, A::serde())
    }

    /// The same, with the aggregate kept by this serde.
    pub fn aggregate_with<'a, A>(
        &self,
        initial: impl Fn() -> A + Send + Sync + 'static,
        add: impl Fn(&K, &V, A) -> A + Send + Sync + 'static,
        store: impl Into<Option<&'a str>>,
        value: SerdeRef<A>,
    ) -> Table<K, A>
    where
        A: Clone + Send + 'static,
    {
        let Some(p) = self.prepare(store.into(), StoreKind::KeyValue) else {
            return Table::broken(&self.stream, value);
        };
        let fold = Arc::new(Fold { initial, add });
        let state = State {
            store: p.store.clone(),
            key: p.key.clone(),
            value: value.clone(),
        };
        let children: Children<K, A> = {
            let state = state.clone();
            attach(
                &p.stream.builder,
                (&p.stream.node, &p.stream.children),
                &p.node,
                move |mut behind: FanOut<K, A>| {
                    let (fold, state) = (fold.clone(), state.clone());
                    Box::new(Each(move |record: Record<K, V>, context: &mut Context| {
                        let (Some(key), Some(value)) = (&record.key, &record.value) else {
                            context.drop_record();
                            return Ok(());
                        };
                        let at = state.key_bytes(key, context)?;
                        let (before, so_far) = state.load(&at, context)?.unzip();
                        let after = (fold.add)(key, value, so_far.unwrap_or_else(|| (fold.initial)()));
                        let timestamp = record.timestamp.max(before.unwrap_or(i64::MIN));
                        state.save(at, &after, timestamp, context)?;
                        behind.forward(
                            Record {
                                key: record.key.clone(),
                                value: Some(after),
                                timestamp,
                                headers: record.headers.clone(),
                            },
                            context,
                        )
                    }))
                },
            )
        };
        p.stream.builder.graph.lock().use_store(&p.node, &p.store);
        Table::materialized(&p.stream, p.node, children, p.store, p.key, value)
    }
}

impl<K, V> WindowedStream<K, V>
where
    K: Clone + Send + 'static,
    V: Clone + Send + 'static,
{
    /// Counts records of each key and window; null keys are left out, null values count, as in Kafka Streams.
    pub fn count<'a>(&self, store: impl Into<Option<&'a str>>) -> Table<Windowed<K>, i64> {
        self.aggregate_with(|| 0, |_, _, n| n + 1, store, serdes::long())
    }

    /// Folds the values of each key and window: `add(key, value, so far)`. Null keys are left out; a null value comes
    /// to `add` as `None`, as in Kafka Streams.
    pub fn aggregate<'a, A>(
        &self,
        initial: impl Fn() -> A + Send + Sync + 'static,
        add: impl Fn(&K, Option<&V>, A) -> A + Send + Sync + 'static,
        store: impl Into<Option<&'a str>>,
    ) -> Table<Windowed<K>, A>
    where
        A: super::HasSerde + Clone + Send + 'static,
    {
        self.aggregate_with(initial, add, store, A::serde())
    }

    /// The same, with the aggregate kept by this serde.
    pub fn aggregate_with<'a, A>(
        &self,
        initial: impl Fn() -> A + Send + Sync + 'static,
        add: impl Fn(&K, Option<&V>, A) -> A + Send + Sync + 'static,
        store: impl Into<Option<&'a str>>,
        value: SerdeRef<A>,
    ) -> Table<Windowed<K>, A>
    where
        A: Clone + Send + 'static,
    {
        let TimeWindows { size_ms, grace_ms } = self.windows;
        let retention_ms = size_ms.saturating_add(grace_ms);
        let kind = StoreKind::Window { retention_ms, size_ms };
        let Some(p) = self.grouped.prepare(store.into(), kind) else {
            return Table::broken_windowed(&self.grouped.stream, value);
        };
        let fold = Arc::new(Fold { initial, add });
        let state = State {
            store: p.store.clone(),
            key: p.key.clone(),
            value: value.clone(),
        };
        let children: Children<Windowed<K>, A> = {
            let state = state.clone();
            attach(
                &p.stream.builder,
                (&p.stream.node, &p.stream.children),
                &p.node,
                move |mut behind: FanOut<Windowed<K>, A>| {
                    let (fold, state) = (fold.clone(), state.clone());
                    // Per node and task, in memory only: after a restart a late record may be taken again, as in Kafka.
                    let mut stream_time = -1_i64;
                    let mut expired_until = i64::MIN;
                    Box::new(Each(move |record: Record<K, V>, context: &mut Context| {
                        let Some(key) = &record.key else {
                            context.drop_record();
                            return Ok(());
                        };
                        stream_time = stream_time.max(record.timestamp);
                        let start_ms = (record.timestamp - record.timestamp.rem_euclid(size_ms)).max(0);
                        let end_ms = start_ms.saturating_add(size_ms);
                        if end_ms <= stream_time.saturating_sub(grace_ms) {
                            tracing::warn!(
                                key_timestamp = record.timestamp,
                                window_start = start_ms,
                                window_end = end_ms,
                                stream_time,
                                "Skipping record for expired window."
                            );
                            context.drop_record();
                            return Ok(());
                        }
                        let at = window_key(&state.key_bytes(key, context)?, start_ms);
                        let (before, so_far) = state.load(&at, context)?.unzip();
                        let after = (fold.add)(key, record.value.as_ref(), so_far.unwrap_or_else(|| (fold.initial)()));
                        let timestamp = record.timestamp.max(before.unwrap_or(i64::MIN));
                        state.save(at, &after, timestamp, context)?;
                        // Old windows go in strides (Kafka Streams' segments): a scan per record would cost more than it frees.
                        let horizon = stream_time.saturating_sub(retention_ms);
                        if horizon > expired_until.saturating_add(retention_ms.max(60_000) / 2) {
                            context.expire_windows(&state.store, horizon);
                            expired_until = horizon;
                        }
                        let key = Windowed {
                            key: key.clone(),
                            start_ms,
                            end_ms,
                        };
                        behind.forward(
                            Record {
                                key: Some(key),
                                value: Some(after),
                                timestamp,
                                headers: record.headers.clone(),
                            },
                            context,
                        )
                    }))
                },
            )
        };
        p.stream.builder.graph.lock().use_store(&p.node, &p.store);
        let key = serdes::time_windowed(p.key, size_ms);
        Table::materialized(&p.stream, p.node, children, p.store, key, value).in_windows()
    }
}

struct Fold<I, F> {
    initial: I,
    add: F,
}

/// A store with the serdes of what is in it.
struct State<K, A> {
    store: String,
    key: SerdeRef<K>,
    value: SerdeRef<A>,
}

impl<K, A> Clone for State<K, A> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            key: self.key.clone(),
            value: self.value.clone(),
        }
    }
}

impl<K, A> State<K, A> {
    /// Serialised under the changelog's name, as Kafka Streams does.
    fn key_bytes(&self, key: &K, context: &Context) -> Result<bytes::Bytes, ProcessError> {
        let topic = Topology::changelog_name(&context.application, &self.store);
        self.key
            .serialize(&topic, key)
            .map_err(|error| ProcessError::Serialize {
                target: self.store.clone(),
                error,
            })
    }

    fn load(&self, key: &[u8], context: &Context) -> Result<Option<(i64, A)>, ProcessError> {
        let Some((timestamp, bytes)) = context.get(&self.store, key)?.as_ref().and_then(split_timestamp) else {
            return Ok(None);
        };
        let topic = Topology::changelog_name(&context.application, &self.store);
        let value = self.value.deserialize(&topic, &bytes);
        value
            .map(|v| Some((timestamp, v)))
            .map_err(|error| ProcessError::Store {
                store: self.store.clone(),
                error,
            })
    }

    fn save(&self, key: bytes::Bytes, value: &A, timestamp: i64, context: &mut Context) -> Result<(), ProcessError> {
        let topic = Topology::changelog_name(&context.application, &self.store);
        let bytes = self.value.serialize(&topic, value);
        let bytes = bytes.map_err(|error| ProcessError::Serialize {
            target: self.store.clone(),
            error,
        })?;
        context.put(&self.store, key, Some((timestamp, bytes)), timestamp)
    }
}
