//! The in-memory store: a B-tree.

use super::StateStore;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::ops::Bound;

/// An ordered map in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    entries: BTreeMap<Bytes, Bytes>,
}

impl StateStore for MemoryStore {
    fn get(&self, key: &[u8]) -> Option<Bytes> {
        self.entries.get(key).cloned()
    }

    fn put(&mut self, key: Bytes, value: Option<Bytes>) {
        match value {
            Some(value) => self.entries.insert(key, value),
            None => self.entries.remove(&key),
        };
    }

    fn range(&self, from: &[u8], to: Option<&[u8]>) -> Vec<(Bytes, Bytes)> {
        if to.is_some_and(|to| to <= from) {
            return Vec::new();
        }
        let bounds = (Bound::Included(from), to.map_or(Bound::Unbounded, Bound::Excluded));
        self.entries
            .range::<[u8], _>(bounds)
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect()
    }

    fn len(&self) -> usize {
        self.entries.len()
    }
}
