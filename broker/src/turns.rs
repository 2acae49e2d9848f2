//! Whose turn it is: a connection that is alone may have its worker stand still for a sync, which saves two wake-ups on
//! other threads; where others are served, the sync goes to a thread of its own.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Turns in a row after which a connection counts as alone.
const ALONE: u32 = 16;

/// Who had something to say last. Relaxed throughout: a wrong guess costs a wake-up or one sync's wait.
#[derive(Default)]
pub(crate) struct Turns {
    last: AtomicU64,
    in_a_row: AtomicU32,
}

impl Turns {
    /// `connection` has something to say.
    pub(crate) fn take(&self, connection: u64) {
        if self.last.load(Ordering::Relaxed) != connection {
            self.last.store(connection, Ordering::Relaxed);
            self.in_a_row.store(0, Ordering::Relaxed);
        } else if self.in_a_row.load(Ordering::Relaxed) < ALONE {
            self.in_a_row.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether nobody else had anything to say for a while.
    pub(crate) fn alone(&self) -> bool {
        self.in_a_row.load(Ordering::Relaxed) >= ALONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_speaks_alone_is_alone_until_another_speaks() {
        let turns = Turns::default();
        (0..=ALONE).for_each(|_| turns.take(7));
        assert!(turns.alone());
        turns.take(8);
        assert!(!turns.alone());
        (0..2 * ALONE).for_each(|n| turns.take(u64::from(n % 2)));
        assert!(!turns.alone(), "two by turns are not");
    }
}
