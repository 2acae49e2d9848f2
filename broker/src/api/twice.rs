//! What a request names more than once: where Kafka refuses that, and where each answer is large. One pass: a request may
//! name a million things.

use std::collections::BTreeSet;

/// Repetitions that are answered like the first, as Kafka does.
const REPEATED_MAX: usize = 16;

/// Why a request is not answered at all: it asks for the same so often that the answer would be many times what there is to
/// tell. A client cannot mean that; Kafka answers, until its memory is full.
pub(super) fn too_often<K: Ord>(what: &str, all: impl ExactSizeIterator<Item = K>) -> Option<String> {
    let asked = all.len();
    let repeated = asked - all.collect::<BTreeSet<K>>().len();
    (repeated > REPEATED_MAX).then(|| format!("{repeated} of {asked} {what} in one request are named again"))
}

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
