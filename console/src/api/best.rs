//! The items of an answer while they are read: the best so many of all that come, within a budget of bytes.

use std::collections::BTreeMap;

/// Less is better, and comes first in the answer.
pub type Rank = (i64, i64, i32);

/// Never holds more than the answer will.
#[derive(Debug)]
pub struct Best<T> {
    limit: usize,
    budget: usize,
    bytes: usize,
    kept: BTreeMap<Rank, (usize, T)>,
    /// The best of what had no room. Nothing behind it is taken any more, so that the answer has no gap.
    cut: Option<Rank>,
}

impl<T> Best<T> {
    /// At most `limit` items of `budget` bytes together, but one in any case.
    pub fn new(limit: usize, budget: usize) -> Self {
        Self {
            limit,
            budget,
            bytes: 0,
            kept: BTreeMap::new(),
            cut: None,
        }
    }

    /// Whether an item of this rank would stay, so far.
    pub fn wants(&self, rank: Rank) -> bool {
        let behind_cut = self.cut.is_some_and(|cut| rank >= cut);
        let better = || self.kept.last_key_value().is_some_and(|(worst, _)| rank < *worst);
        !behind_cut && (self.kept.len() < self.limit || better())
    }

    /// Takes an item of so many bytes in; what has no room for it any more goes.
    pub fn put(&mut self, rank: Rank, bytes: usize, item: T) {
        if let Some((before, _)) = self.kept.insert(rank, (bytes, item)) {
            self.bytes -= before;
        }
        self.bytes += bytes;
        while self.kept.len() > 1 {
            let too_many = self.kept.len() > self.limit;
            if !too_many && self.bytes <= self.budget {
                break;
            }
            let Some((worst, (bytes, _))) = self.kept.pop_last() else {
                break;
            };
            self.bytes -= bytes;
            if !too_many {
                self.cut = Some(worst);
            }
        }
    }

    /// Whether items that come best first can stop coming.
    pub fn is_full(&self) -> bool {
        self.kept.len() >= self.limit || self.cut.is_some()
    }

    /// Whether nothing is missing for want of room.
    pub fn is_complete(&self) -> bool {
        self.kept.len() >= self.limit || self.cut.is_none()
    }

    /// Best first.
    pub fn into_items(self) -> impl Iterator<Item = T> {
        self.kept.into_values().map(|(_, item)| item)
    }
}

#[cfg(test)]
mod tests {
    use super::Best;

    fn filled(limit: usize, budget: usize, items: &[(i64, usize)]) -> (Vec<i64>, usize, bool) {
        let mut best = Best::new(limit, budget);
        let mut most = 0;
        for (rank, bytes) in items {
            if best.wants((*rank, 0, 0)) {
                best.put((*rank, 0, 0), *bytes, *rank);
            }
            most = most.max(best.kept.len());
        }
        let complete = best.is_complete();
        (best.into_items().collect(), most, complete)
    }

    #[test]
    fn keeps_the_best_and_no_more() {
        let items: Vec<_> = (0..100).map(|i| (i * 37 % 100, 1)).collect();
        assert_eq!(filled(3, 100, &items), (vec![0, 1, 2], 3, true));
        assert_eq!(filled(200, 100, &items[..2]), (vec![0, 37], 2, true));
    }

    #[test]
    fn a_budget_cuts_from_behind_and_leaves_no_gap() {
        assert_eq!(filled(9, 10, &[(1, 4), (2, 4), (3, 4), (4, 1)]), (vec![1, 2], 2, false));
        // What was too much then is not wanted in the end.
        assert_eq!(filled(2, 10, &[(8, 6), (9, 6), (1, 2), (2, 2)]), (vec![1, 2], 2, true));
        // One in any case.
        assert_eq!(filled(9, 10, &[(2, 99), (1, 99)]), (vec![1], 1, false));
    }
}
