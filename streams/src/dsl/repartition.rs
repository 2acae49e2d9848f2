//! Repartition topics: what a stream goes through when its key is not the one that its partitions were chosen by.

use super::{Each, Stream, attach};
use crate::processor::{Context, FanOut, Record};

/// Nodes of a repartition topic.
struct Names {
    sink: String,
    filter: String,
    source: String,
}

impl<K, V> Stream<K, V>
where
    K: Clone + Send + 'static,
    V: Clone + Send + 'static,
{
    /// Takes the numbers that the nodes cost, in the order of `KStreamImpl.createRepartitionedSource`. Behind a name that
    /// somebody chose the nodes are called by it, so that they keep their names when the topology changes.
    fn repartition_names(&self, topic: &str, prefix: &str) -> Names {
        let mut graph = self.builder.graph.lock();
        let generated = Names {
            sink: graph.name("KSTREAM-SINK-"),
            filter: graph.name("KSTREAM-FILTER-"),
            source: graph.name("KSTREAM-SOURCE-"),
        };
        if is_generated(prefix) {
            return generated;
        }
        Names {
            sink: format!("{topic}-sink"),
            filter: format!("{topic}-filter"),
            source: format!("{topic}-source"),
        }
    }

    /// Goes through the topic `<prefix>-repartition`, so that equal keys meet in one partition; null keys are left out.
    pub(super) fn repartition(&self, prefix: &str) -> Self {
        let topic = match prefix.ends_with("-repartition") {
            true => prefix.to_owned(),
            false => format!("{prefix}-repartition"),
        };
        let names = self.repartition_names(&topic, prefix);
        let (Some(key), Some(value)) = (self.key.clone(), self.value.clone()) else {
            let what = if self.key.is_none() { "key" } else { "value" };
            self.builder.graph.lock().no_serde(&self.node, what);
            return self.clone();
        };
        let children = attach(
            &self.builder,
            (&self.node, &self.children),
            &names.filter,
            move |mut behind: FanOut<K, V>| {
                Box::new(Each(move |record: Record<K, V>, context: &mut Context| {
                    if record.key.is_some() {
                        return behind.forward(record, context);
                    }
                    context.drop_record();
                    Ok(())
                }))
            },
        );
        let filtered = self.next(names.filter, children, self.key.clone(), self.value.clone(), true);
        filtered.sink(names.sink, &topic, true, key.clone(), value.clone());
        self.builder.source(names.source, &topic, true, key, value)
    }

    /// As [`Self::repartition`] under the stream's own name: all joins of a stream share one topic, though each costs
    /// the numbers of a new one (`KStreamImpl.repartitionForJoin`).
    pub(super) fn repartition_for_join(&self) -> Self {
        let mut shared = self.repartitioned.lock();
        if let Some(there) = &*shared {
            self.repartition_names("", &self.node);
            return there.clone();
        }
        let there = self.repartition(&self.node);
        *shared = Some(there.clone());
        there
    }
}

/// `KSTREAM.*-[0-9]{10}`.
fn is_generated(name: &str) -> bool {
    let number = name.rsplit_once('-').map(|(_, number)| number);
    name.starts_with("KSTREAM") && number.is_some_and(|n| n.len() == 10 && n.bytes().all(|b| b.is_ascii_digit()))
}
