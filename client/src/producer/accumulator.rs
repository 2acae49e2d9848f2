//! Batches per partition: what waits, what is on its way, what must be sent again, and under which sequence numbers. Pure.
//!
//! With idempotence, a partition's batches reach its log in the order of their sequence numbers: while one waits for a retry, nothing
//! behind it is sent, and retries go one at a time (Kafka's `TransactionManager` and `RecordAccumulator`). A batch that fails for
//! good leaves a hole in the sequence: its partition goes on under a new producer epoch, from sequence 0 again. What was sent behind it
//! without an answer fails as well, where Kafka's client would send it again under the new epoch and risk a duplicate.
//!
//! A batch that is on its way when `delivery.timeout.ms` is over fails at once for those who wait for it, and counts in its sequence as
//! its answer says: acknowledged late it leaves no hole.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use weir_core::ErrorCode;
use weir_core::record::sequence_after;

use super::batch::{Batch, ProducerId};
use super::delivery::{Acked, Delivery, Outcome};
use super::error::SendError;
use super::queue::{Queue, close, delta};
use super::record::ProducerRecord;
use crate::config::ProducerConfig;
use crate::types::{ApiError, TopicPartition};

/// The settings that batches depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) batch_size: usize,
    pub(super) linger: Duration,
    pub(super) compression: weir_core::compress::Compression,
    pub(super) max_request_size: usize,
    pub(super) delivery_timeout: Duration,
    pub(super) retries: u32,
    pub(super) idempotent: bool,
    /// One request at a time: order survives retries even without idempotence.
    pub(super) in_order: bool,
}

impl Limits {
    pub(super) fn of(config: &ProducerConfig) -> Self {
        Self {
            batch_size: config.batch_size,
            linger: config.linger,
            compression: config.compression,
            max_request_size: config.max_request_size,
            delivery_timeout: config.delivery_timeout,
            retries: config.retries,
            idempotent: config.idempotence,
            in_order: config.max_in_flight == 1,
        }
    }
}

#[derive(Debug)]
pub(super) struct Accumulator {
    limits: Limits,
    queues: BTreeMap<TopicPartition, Queue>,
    /// Partitions with batches that wait or must be sent again.
    active: BTreeSet<TopicPartition>,
    producer: Option<ProducerId>,
    /// Where the next drain starts, so that no partition is always last.
    cursor: Option<TopicPartition>,
    /// Somebody flushes or waits for room: batches are not held back to fill up.
    pub(super) hurry: usize,
    /// Nobody will send what is appended from now on.
    closed: bool,
    in_flight: usize,
    /// Who waits for what is on its way, the oldest first. A batch that gets too old there leaves it and keeps its place in the sequence
    /// until the answer: the connection and what else is on it are not to blame.
    flights: BTreeMap<Flight, Waiting>,
    last_flight: u64,
    /// Batches without an outcome, by number; a batch that was split counts as many.
    open: BTreeMap<u64, usize>,
    last_id: u64,
}

/// An attempt on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Flight {
    /// When the batch was created.
    created: Duration,
    number: u64,
    batch: u64,
}

/// Who waits for an attempt, and what the one before it ended with.
type Waiting = (Arc<Outcome>, Option<SendError>);

impl Flight {
    fn of(batch: &Batch) -> Self {
        Self {
            created: batch.created,
            number: batch.flight,
            batch: batch.id,
        }
    }
}

/// What an append did.
#[derive(Debug)]
pub(super) struct Appended {
    pub(super) delivery: Delivery,
    /// The sender has something to do, or an earlier moment to wake up at.
    pub(super) wake: bool,
    /// The record closed a batch.
    pub(super) batch_done: bool,
}

/// What to do with the answer to a batch; bytes of buffer to give back.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) released: usize,
    pub(super) retried: bool,
}

impl Accumulator {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            queues: BTreeMap::new(),
            active: BTreeSet::new(),
            producer: None,
            cursor: None,
            hurry: 0,
            closed: false,
            in_flight: 0,
            flights: BTreeMap::new(),
            last_flight: 0,
            open: BTreeMap::new(),
            last_id: 0,
        }
    }

    /// The number of the newest batch.
    pub(super) fn last_id(&self) -> u64 {
        self.last_id
    }

    /// Whether every batch up to this number has its outcome.
    pub(super) fn settled_to(&self, id: u64) -> bool {
        self.open.range(..=id).next().is_none()
    }

    pub(super) fn needs_producer_id(&self) -> bool {
        self.limits.idempotent && self.producer.is_none() && !self.active.is_empty()
    }

    pub(super) fn set_producer(&mut self, producer: ProducerId) {
        self.producer = Some(producer);
    }

    /// Whether nothing waits and nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.active.is_empty() && self.in_flight == 0
    }

    /// Closes if there is nothing to send and nothing on its way; whether it did. A record that is on its way here comes before
    /// that, or is refused.
    pub(super) fn close_if_empty(&mut self) -> bool {
        self.closed |= self.is_empty();
        self.closed
    }

    /// Partitions with something to send.
    pub(super) fn active(&self) -> impl Iterator<Item = &TopicPartition> {
        self.active.iter()
    }

    /// Adds a record of at most `size` bytes to the last batch of its partition, or to a new one. `None`: closed.
    pub(super) fn append(
        &mut self,
        partition: TopicPartition,
        record: &ProducerRecord,
        timestamp: i64,
        size: usize,
        now: Duration,
    ) -> Option<Appended> {
        if self.closed {
            return None;
        }
        let limit = self.limits.batch_size;
        let queue = self.queues.entry(partition.clone()).or_default();
        if let Some(delivery) = queue
            .waiting
            .back_mut()
            .and_then(|last| last.append(record, timestamp, size, limit))
        {
            let full = queue.waiting.back().is_some_and(|last| last.len() >= limit);
            return Some(Appended {
                delivery,
                wake: full,
                batch_done: full,
            });
        }
        let closed_one = !queue.waiting.is_empty();
        self.last_id += 1;
        let mut batch = Batch::new(self.last_id, partition.clone(), self.limits.compression, now);
        let delivery = batch.append(record, timestamp, size, limit)?;
        self.open.insert(batch.id, 1);
        let full = batch.len() >= limit;
        queue.waiting.push_back(batch);
        self.active.insert(partition);
        Some(Appended {
            delivery,
            wake: true,
            batch_done: full || closed_one,
        })
    }

    /// Takes the batches that may be sent now: at most one per partition, about `max.request.size` bytes per broker, only to brokers
    /// that `leader` names.
    pub(super) fn drain(
        &mut self,
        now: Duration,
        leader: impl Fn(&TopicPartition) -> Option<i32>,
    ) -> BTreeMap<i32, Vec<Batch>> {
        let mut drained: BTreeMap<i32, Vec<Batch>> = BTreeMap::new();
        let mut bytes: BTreeMap<i32, usize> = BTreeMap::new();
        let order: Vec<TopicPartition> = match &self.cursor {
            Some(cursor) => self
                .active
                .range(cursor..)
                .chain(self.active.range(..cursor))
                .cloned()
                .collect(),
            None => self.active.iter().cloned().collect(),
        };
        self.cursor = order.get(1).cloned();
        for partition in order {
            let Some(node) = leader(&partition) else { continue };
            let used = bytes.entry(node).or_default();
            let Some(queue) = self.queues.get_mut(&partition) else {
                continue;
            };
            let Some(size) = queue.ready(&self.limits, self.hurry > 0, self.producer, now) else {
                continue;
            };
            if *used > 0 && *used + size > self.limits.max_request_size {
                continue;
            }
            let Some(mut batch) = queue.take() else { continue };
            if self.limits.idempotent && batch.sequence.is_none() {
                batch.sequence = queue.number(batch.count);
            }
            batch.attempts += 1;
            self.last_flight += 1;
            batch.flight = self.last_flight;
            let waiting = (batch.outcome.clone(), batch.last_error.clone());
            self.flights.insert(Flight::of(&batch), waiting);
            queue.in_flight += 1;
            self.in_flight += 1;
            *used += size;
            if queue.is_idle() {
                self.active.remove(&partition);
            }
            drained.entry(node).or_default().push(batch);
        }
        drained
    }

    /// The earliest moment at which a drain or an expiry could find something that is not there now.
    pub(super) fn next_moment(&self, now: Duration) -> Option<Duration> {
        let of = |queue: &Queue| {
            let first = queue.retries.front().or_else(|| queue.waiting.front())?;
            let due = match queue.retries.is_empty() {
                true => first.created + self.limits.linger,
                false => first.not_before,
            };
            let expiry = first.created + self.limits.delivery_timeout;
            // What is due already waits for an answer, a leader or an id, not for time: then only expiry is left.
            Some(if due > now { due.min(expiry) } else { expiry })
        };
        let flying = self.flights.first_key_value();
        self.active
            .iter()
            .filter_map(|partition| of(self.queues.get(partition)?))
            .chain(flying.map(|(flight, _)| flight.created + self.limits.delivery_timeout))
            .min()
    }

    /// Fails what is on its way for longer than the delivery timeout; whether there was any. It may arrive all the same: its bytes of
    /// buffer and its place in the sequence are kept until the answer, or until the request times out.
    pub(super) fn expire_in_flight(&mut self, now: Duration) -> bool {
        let mut any = false;
        while let Some(oldest) = self.flights.first_entry()
            && oldest.key().created + self.limits.delivery_timeout <= now
        {
            let (flight, (outcome, last)) = oldest.remove_entry();
            close(&mut self.open, flight.batch);
            outcome.settle(Err(SendError::DeliveryTimeout {
                partition: outcome.partition().clone(),
                last: last.map(Box::new),
            }));
            any = true;
        }
        any
    }

    /// Fails what waits to be sent for longer than the delivery timeout; returns bytes of buffer to give back.
    pub(super) fn expire(&mut self, now: Duration) -> usize {
        let mut released = 0;
        let mut broke = false;
        let timeout = self.limits.delivery_timeout;
        for partition in self.active.clone() {
            let Some(queue) = self.queues.get_mut(&partition) else {
                continue;
            };
            let old = |batch: &Batch| batch.created + timeout <= now;
            for expired in take_while(&mut queue.retries, old)
                .into_iter()
                .chain(take_while(&mut queue.waiting, old))
            {
                broke |= queue.fail_sequence(&expired);
                released += expired.reserved;
                close(&mut self.open, expired.id);
                fail_by_time(expired);
            }
            released += queue.drop_uncertain(&mut self.open);
            if queue.is_idle() {
                self.active.remove(&partition);
            }
        }
        if broke {
            self.bump_epoch();
        }
        released
    }

    /// Fails everything that is not in flight.
    pub(super) fn fail_all(&mut self, error: &SendError) -> usize {
        let mut released = 0;
        for partition in std::mem::take(&mut self.active) {
            let Some(queue) = self.queues.get_mut(&partition) else {
                continue;
            };
            for batch in queue.retries.drain(..).chain(queue.waiting.drain(..)) {
                released += batch.reserved;
                close(&mut self.open, batch.id);
                batch.outcome.settle(Err(error.clone()));
            }
        }
        released
    }

    /// Remembers why a partition's next batch is not on its way, for the error that it may end with.
    pub(super) fn note(&mut self, partition: &TopicPartition, error: &SendError) {
        let queue = self.queues.get_mut(partition);
        if let Some(batch) = queue.and_then(|queue| queue.retries.front_mut().or(queue.waiting.front_mut())) {
            batch.last_error = Some(error.clone());
        }
    }

    /// A batch was appended.
    pub(super) fn acknowledge(&mut self, batch: Batch, acked: Acked) -> Settled {
        self.in_flight = self.in_flight.saturating_sub(1);
        let mut released = batch.reserved;
        if let Some(queue) = self.queues.get_mut(&batch.partition) {
            queue.in_flight = queue.in_flight.saturating_sub(1);
            released += queue.drop_uncertain(&mut self.open);
            if queue.is_idle() {
                self.active.remove(&batch.partition);
            }
            if let Some(sequence) = batch
                .sequence
                .filter(|sequence| queue.producer == Some(sequence.producer))
            {
                queue.next_acked = sequence_after(sequence.base, delta(batch.count));
                queue.established = true;
            }
        }
        // Unless it has failed by time.
        if self.flights.remove(&Flight::of(&batch)).is_some() {
            close(&mut self.open, batch.id);
        }
        batch.outcome.settle(Ok(acked));
        Settled {
            released,
            retried: false,
        }
    }

    /// A batch was refused or not answered: it is sent again, split, or fails.
    pub(super) fn reject(&mut self, mut batch: Batch, error: SendError, now: Duration, pause: Duration) -> Settled {
        let code = match &error {
            SendError::Rejected { error, .. } => error.code,
            _ => ErrorCode::None,
        };
        // The broker has it already: an earlier attempt was appended although its answer got lost.
        if code == ErrorCode::DuplicateSequenceNumber {
            let acked = Acked {
                base_offset: -1,
                append_time: -1,
            };
            return self.acknowledge(batch, acked);
        }
        self.in_flight = self.in_flight.saturating_sub(1);
        // Nobody waits any more for what has failed by time: it is not sent again.
        let awaited = self.flights.remove(&Flight::of(&batch)).is_some();
        let partition = batch.partition.clone();
        let queue = self.queues.entry(partition.clone()).or_default();
        queue.in_flight = queue.in_flight.saturating_sub(1);
        if code == ErrorCode::MessageTooLarge && batch.count > 1 && awaited {
            match batch.halves() {
                Ok([left, right]) => {
                    *self.open.entry(left.id).or_default() += 1;
                    queue.put_back(right);
                    queue.put_back(left);
                    self.active.insert(partition);
                    return Settled {
                        released: 0,
                        retried: true,
                    };
                }
                Err(same) => batch = *same,
            }
        }
        match (&error, code) {
            (SendError::Call(_), _) => batch.uncertain = true,
            // The leader has it, followers do not or not yet.
            (_, ErrorCode::RequestTimedOut | ErrorCode::NotEnoughReplicasAfterAppend) => batch.uncertain = true,
            // A broker that had it would have called it a duplicate.
            (_, ErrorCode::OutOfOrderSequenceNumber) => batch.uncertain = false,
            _ => {}
        }
        let mut bump = false;
        let again = match code {
            ErrorCode::OutOfOrderSequenceNumber | ErrorCode::UnknownProducerId if batch.sequence.is_some() => {
                // Expected behind a batch that is being retried. If it was this one's turn, the broker forgot the producer (Kafka's
                // `TransactionManager.canRetry`).
                if queue.is_next(&batch) || code == ErrorCode::UnknownProducerId {
                    queue.broken = true;
                    bump = true;
                }
                true
            }
            _ => error.retriable(),
        };
        let in_time = awaited && batch.created + self.limits.delivery_timeout > now;
        let mut result = if again && in_time && batch.attempts <= self.limits.retries {
            batch.not_before = now + pause;
            batch.last_error = Some(error);
            queue.put_back(batch);
            Settled {
                released: 0,
                retried: true,
            }
        } else {
            bump |= queue.fail_sequence(&batch);
            let released = batch.reserved;
            if awaited {
                close(&mut self.open, batch.id);
            }
            if again && !in_time {
                batch.last_error = Some(error);
                fail_by_time(batch);
            } else {
                batch.outcome.settle(Err(error));
            }
            Settled {
                released,
                retried: false,
            }
        };
        result.released += queue.drop_uncertain(&mut self.open);
        match queue.is_idle() {
            true => self.active.remove(&partition),
            false => self.active.insert(partition),
        };
        if bump {
            self.bump_epoch();
        }
        result
    }

    /// A new epoch for what follows (`bumpIdempotentProducerEpoch`): epochs are counted locally, a used-up id is replaced.
    fn bump_epoch(&mut self) {
        self.producer = self.producer.and_then(|producer| {
            let epoch = producer.epoch.checked_add(1)?;
            Some(ProducerId { epoch, ..producer })
        });
    }
}

fn take_while(batches: &mut VecDeque<Batch>, expired: impl Fn(&Batch) -> bool) -> Vec<Batch> {
    let count = batches.iter().take_while(|batch| expired(batch)).count();
    batches.drain(..count).collect()
}

fn fail_by_time(batch: Batch) {
    let error = SendError::DeliveryTimeout {
        partition: batch.partition,
        last: batch.last_error.map(Box::new),
    };
    batch.outcome.settle(Err(error));
}

/// A broker's refusal of a batch.
pub(super) fn rejected(partition: &TopicPartition, error: ApiError) -> SendError {
    SendError::Rejected {
        partition: partition.clone(),
        error,
    }
}
