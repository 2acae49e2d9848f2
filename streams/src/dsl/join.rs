//! Stream-table joins: a stream's record meets the table's value of its key, as it is when the record comes by. Changes
//! of the table alone make no output.

use super::{Each, Stream, Table, attach};
use crate::processor::{Context, FanOut, ProcessError, Record};
use crate::topology::Topology;
use std::sync::Arc;

impl<K, V> Stream<K, V>
where
    K: Clone + Send + 'static,
    V: Clone + Send + 'static,
{
    /// Joins with the table; a record without a partner, or without a key, is left out.
    pub fn join<W, R>(&self, table: &Table<K, W>, join: impl Fn(&V, &W) -> R + Send + Sync + 'static) -> Stream<K, R>
    where
        W: Clone + Send + 'static,
        R: Clone + Send + 'static,
    {
        self.join_table(table, "KSTREAM-JOIN-", move |v, w| w.map(|w| join(v, w)))
    }

    /// Joins with the table; a record without a partner, or without a key, meets `None`.
    pub fn left_join<W, R>(
        &self,
        table: &Table<K, W>,
        join: impl Fn(&V, Option<&W>) -> R + Send + Sync + 'static,
    ) -> Stream<K, R>
    where
        W: Clone + Send + 'static,
        R: Clone + Send + 'static,
    {
        self.join_table(table, "KSTREAM-LEFTJOIN-", move |v, w| Some(join(v, w)))
    }

    fn join_table<W, R>(
        &self,
        table: &Table<K, W>,
        prefix: &str,
        join: impl Fn(&V, Option<&W>) -> Option<R> + Send + Sync + 'static,
    ) -> Stream<K, R>
    where
        W: Clone + Send + 'static,
        R: Clone + Send + 'static,
    {
        let stream = if self.key_changed {
            self.repartition_for_join()
        } else {
            self.clone()
        };
        let name = self.builder.graph.lock().name(prefix);
        let Some(key) = table.key_serde() else {
            self.builder.graph.lock().no_serde(&name, "key");
            return Stream {
                node: name,
                children: Arc::default(),
                value: None,
                builder: self.builder.clone(),
                key_changed: false,
                key: None,
                sources: self.sources.clone(),
                repartitioned: Arc::default(),
            };
        };
        let (store, get) = table.materialize();
        let join = Arc::new(join);
        let s = store.clone();
        let children = attach(
            &self.builder,
            (&stream.node, &stream.children),
            &name,
            move |mut behind: FanOut<K, R>| {
                let (join, get, key, s) = (join.clone(), get.clone(), key.clone(), s.clone());
                Box::new(Each(move |record: Record<K, V>, context: &mut Context| {
                    let Some(value) = &record.value else {
                        context.drop_record();
                        return Ok(());
                    };
                    let partner = match &record.key {
                        Some(k) => {
                            let topic = Topology::changelog_name(&context.application, &s);
                            let bytes = key.serialize(&topic, k);
                            get(
                                &bytes.map_err(|error| ProcessError::Serialize {
                                    target: s.clone(),
                                    error,
                                })?,
                                context,
                            )?
                        }
                        None => None,
                    };
                    match join(value, partner.as_ref()) {
                        Some(joined) => behind.forward(record.with(record.key.clone(), Some(joined)), context),
                        None if record.key.is_none() => {
                            context.drop_record();
                            Ok(())
                        }
                        None => Ok(()),
                    }
                }))
            },
        );
        let mut graph = self.builder.graph.lock();
        graph.use_store(&name, &store);
        let mut together = stream.sources.clone();
        together.extend(table.sources().iter().cloned());
        graph.copartitioned.push(together.clone());
        drop(graph);
        Stream {
            builder: self.builder.clone(),
            node: name,
            children,
            key_changed: false,
            key: stream.key.clone(),
            value: None,
            sources: together,
            repartitioned: Arc::default(),
        }
    }
}
