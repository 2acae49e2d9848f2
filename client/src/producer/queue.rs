//! One partition's batches: what waits, what must be sent again, and its sequence numbers. Pure.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use weir_core::record::sequence_after;

use super::accumulator::Limits;
use super::batch::{Batch, ProducerId, Sequence};
use super::error::SendError;

#[derive(Debug, Default)]
pub(super) struct Queue {
    /// Never sent; the last one may still grow.
    pub(super) waiting: VecDeque<Batch>,
    /// To be sent again, in order, before anything that waits.
    pub(super) retries: VecDeque<Batch>,
    pub(super) in_flight: usize,
    /// What is in flight is a retry. A broker remembers a producer's last five batches: were others sent behind the retry and its answer
    /// lost once more, the broker might not know it again.
    pub(super) retrying: bool,
    /// The id that sequence numbers belong to, the next one, and the one after the last acknowledged.
    pub(super) producer: Option<ProducerId>,
    pub(super) next_sequence: i32,
    pub(super) next_acked: i32,
    /// The partition's log knows the id. Until then it would take any sequence number for the first, so that a batch behind a
    /// failed one could get in before it: one at a time.
    pub(super) established: bool,
    /// A batch failed for good: everything goes on under a new epoch once nothing is in flight.
    pub(super) broken: bool,
}

impl Queue {
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.retries.is_empty()
    }

    /// Bytes of the batch that may be sent now, if there is one.
    pub(super) fn ready(
        &mut self,
        limits: &Limits,
        hurry: bool,
        producer: Option<ProducerId>,
        now: Duration,
    ) -> Option<usize> {
        if limits.in_order && self.in_flight > 0 {
            return None;
        }
        if limits.idempotent {
            let alone = self.retrying || !self.established;
            if !self.adopt(producer) || alone && self.in_flight > 0 {
                return None;
            }
        }
        if let Some(retry) = self.retries.front() {
            // One at a time, so that a failure cannot overtake.
            let alone = self.in_flight == 0 || !limits.idempotent;
            return (alone && retry.not_before <= now).then(|| retry.len());
        }
        let first = self.waiting.front()?;
        let full = self.waiting.len() > 1 || first.len() >= limits.batch_size;
        (full || hurry || first.created + limits.linger <= now).then(|| first.len())
    }

    /// Makes sure that there is an id to number batches with; `false` while there is none.
    pub(super) fn adopt(&mut self, current: Option<ProducerId>) -> bool {
        let Some(current) = current else { return false };
        if self.producer == Some(current) {
            return true;
        }
        if self.broken {
            if self.in_flight > 0 {
                return false;
            }
            // Nothing of the old sequence can still arrive: it starts anew, with what was to be sent again.
            self.retries.iter_mut().for_each(|batch| batch.sequence = None);
        } else if self.in_flight > 0 || !self.retries.is_empty() {
            // Another partition's trouble: what was sent under the old id is finished under it.
            return self.producer.is_some();
        }
        self.broken = false;
        self.established = false;
        self.producer = Some(current);
        self.next_sequence = 0;
        self.next_acked = 0;
        true
    }

    pub(super) fn take(&mut self) -> Option<Batch> {
        let retry = self.retries.pop_front();
        self.retrying = retry.is_some();
        retry.or_else(|| self.waiting.pop_front())
    }

    pub(super) fn number(&mut self, count: usize) -> Option<Sequence> {
        let sequence = Sequence {
            producer: self.producer?,
            base: self.next_sequence,
        };
        self.next_sequence = sequence_after(self.next_sequence, delta(count));
        Some(sequence)
    }

    pub(super) fn is_next(&self, batch: &Batch) -> bool {
        batch
            .sequence
            .is_some_and(|sequence| self.producer == Some(sequence.producer) && sequence.base == self.next_acked)
    }

    /// Back in line: by sequence, or in front when there are no sequences.
    pub(super) fn put_back(&mut self, batch: Batch) {
        let at = match batch.sequence {
            Some(sequence) => {
                let before = |other: &&Batch| other.sequence.is_some_and(|o| precedes(o, sequence));
                self.retries.iter().take_while(before).count()
            }
            None => self
                .retries
                .iter()
                .take_while(|other| other.created < batch.created)
                .count(),
        };
        self.retries.insert(at, batch);
    }

    /// Fails what may be in the log already, when it could only be sent again under another number.
    pub(super) fn drop_uncertain(&mut self, open: &mut BTreeMap<u64, usize>) -> usize {
        if !self.broken || self.in_flight > 0 {
            return 0;
        }
        let mut released = 0;
        self.retries.retain_mut(|batch| {
            if !batch.uncertain {
                return true;
            }
            released += batch.reserved;
            close(open, batch.id);
            batch
                .outcome
                .settle(Err(batch.last_error.take().unwrap_or(SendError::Closed)));
            false
        });
        released
    }

    /// Notes that a numbered batch failed for good; `true` when that leaves a hole.
    pub(super) fn fail_sequence(&mut self, batch: &Batch) -> bool {
        let hole = batch
            .sequence
            .is_some_and(|sequence| self.producer == Some(sequence.producer));
        self.broken |= hole;
        hole
    }
}

/// Whether `a` was numbered before `b`; sequence numbers wrap to 0 after `i32::MAX`.
fn precedes(a: Sequence, b: Sequence) -> bool {
    a.base != b.base && b.base.wrapping_sub(a.base) & i32::MAX < i32::MAX / 2
}

/// One batch of this number, or one part of it, has its outcome.
pub(super) fn close(open: &mut BTreeMap<u64, usize>, id: u64) {
    match open.get_mut(&id) {
        Some(count) if *count > 1 => *count -= 1,
        _ => {
            open.remove(&id);
        }
    }
}

pub(super) fn delta(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
