//! What a request names more than once, where Kafka refuses that. One pass: a request may name a million things.

use std::collections::BTreeSet;

pub(super) struct Twice<K>(BTreeSet<K>);

impl<K: Ord + Clone> Twice<K> {
    pub(super) fn of(all: impl Iterator<Item = K>) -> Self {
        let mut seen = BTreeSet::new();
        Self(all.filter(|key| !seen.insert(key.clone())).collect())
    }

    pub(super) fn has(&self, key: &K) -> bool {
        self.0.contains(key)
    }
}
