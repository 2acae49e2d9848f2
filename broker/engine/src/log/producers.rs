//! Producer state of one partition (`ProducerStateManager`): what makes produce idempotent and knows open
//! transactions. Kept across restarts in Kafka's `.snapshot` files, one entry per producer.

use super::AbortedTxn;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::Path;
use weir_core::be;
use weir_core::crc::crc32c;
use weir_core::record::{Batch, BatchHeader, sequence_after};
use weir_core::seam::Files;

/// Batches remembered per producer: a client may have this many in flight (`ProducerStateEntry.NUM_BATCHES_TO_RETAIN`).
const BATCHES_KEPT: usize = 5;

/// Version of the snapshot layout that Kafka 4.3 writes for producers without 2PC.
const SNAPSHOT_VERSION: i16 = 1;
const SNAPSHOT_ENTRY_BYTES: usize = 46;
const SNAPSHOT_HEADER_BYTES: usize = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Appended {
    first_sequence: i32,
    last_sequence: i32,
    first_offset: i64,
    last_offset: i64,
    timestamp: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Producer {
    epoch: i16,
    batches: VecDeque<Appended>,
    timestamp: i64,
    coordinator_epoch: i32,
    open_txn: Option<i64>,
}

/// Why an idempotent batch is refused (`ProducerAppendInfo.checkSequence`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SequenceError {
    /// An epoch older than the one last seen: a zombie.
    StaleEpoch {
        /// As produced.
        epoch: i16,
        /// As known.
        current: i16,
    },
    /// Neither the next sequence number nor a remembered one.
    OutOfOrder {
        /// As produced.
        sequence: i32,
        /// The last one appended, -1 when none.
        last: i32,
    },
}

/// What the producer state says of a batch before it is appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SequenceCheck {
    /// Append it.
    New,
    /// Already in the log, from this offset on, with this timestamp.
    Duplicate {
        /// Offset of its first record.
        base_offset: i64,
        /// Append time then, for `LogAppendTime` topics.
        timestamp: i64,
    },
}

/// All producers of a partition.
#[derive(Clone, Debug, Default)]
pub struct Producers {
    by_id: BTreeMap<i64, Producer>,
}

impl Producers {
    /// Whether the batch may be appended.
    pub fn check(&self, header: &BatchHeader) -> Result<SequenceCheck, SequenceError> {
        if !header.has_producer_id() {
            return Ok(SequenceCheck::New);
        }
        let Some(producer) = self.by_id.get(&header.producer_id) else {
            // An unknown producer may start anywhere: its state may have expired (KAFKA-5793).
            return Ok(SequenceCheck::New);
        };
        let (first, last) = (header.base_sequence, header.last_sequence());
        if header.producer_epoch == producer.epoch
            && let Some(seen) = producer
                .batches
                .iter()
                .find(|b| b.first_sequence == first && b.last_sequence == last)
        {
            return Ok(SequenceCheck::Duplicate {
                base_offset: seen.first_offset,
                timestamp: seen.timestamp,
            });
        }
        if header.producer_epoch < producer.epoch {
            return Err(SequenceError::StaleEpoch {
                epoch: header.producer_epoch,
                current: producer.epoch,
            });
        }
        let known_last = producer.batches.back().map_or(-1, |b| b.last_sequence);
        let in_order = if header.producer_epoch > producer.epoch {
            first == 0
        } else {
            producer.batches.is_empty() || first == sequence_after(known_last, 1)
        };
        if in_order {
            Ok(SequenceCheck::New)
        } else {
            Err(SequenceError::OutOfOrder {
                sequence: first,
                last: known_last,
            })
        }
    }

    /// Takes in a batch that is in the log at its final offsets. A control batch ends a transaction.
    pub fn apply(&mut self, header: &BatchHeader) {
        if !header.has_producer_id() {
            return;
        }
        let producer = self.by_id.entry(header.producer_id).or_insert_with(|| Producer {
            epoch: header.producer_epoch,
            batches: VecDeque::new(),
            timestamp: header.max_timestamp,
            coordinator_epoch: -1,
            open_txn: None,
        });
        if header.producer_epoch != producer.epoch {
            producer.epoch = header.producer_epoch;
            producer.batches.clear();
        }
        producer.timestamp = header.max_timestamp;
        if header.is_control() {
            producer.open_txn = None;
            return;
        }
        if header.is_transactional() {
            producer.open_txn.get_or_insert(header.base_offset);
        }
        producer.batches.push_back(Appended {
            first_sequence: header.base_sequence,
            last_sequence: header.last_sequence(),
            first_offset: header.base_offset,
            last_offset: header.last_offset(),
            timestamp: header.max_timestamp,
        });
        while producer.batches.len() > BATCHES_KEPT {
            producer.batches.pop_front();
        }
    }

    /// Forgets the last batch, which was taken back. What it pushed out of memory stays out: a retry of that is refused,
    /// not doubled.
    pub(super) fn take_back(&mut self, header: &BatchHeader) {
        let Some(producer) = self.by_id.get_mut(&header.producer_id) else {
            return;
        };
        if producer
            .batches
            .back()
            .is_some_and(|b| b.first_offset == header.base_offset)
        {
            producer.batches.pop_back();
        }
        if producer.open_txn == Some(header.base_offset) {
            producer.open_txn = None;
        }
    }

    /// Offset of the first record of the transaction this producer has open.
    #[must_use]
    pub fn open_txn(&self, producer_id: i64) -> Option<i64> {
        self.by_id.get(&producer_id).and_then(|p| p.open_txn)
    }

    /// Where the oldest open transaction begins; the last stable offset cannot pass it.
    #[must_use]
    pub fn first_unstable(&self) -> Option<i64> {
        self.by_id.values().filter_map(|p| p.open_txn).min()
    }

    /// The transaction that an abort marker of `producer_id` at `last_offset` ends, if one is open.
    #[must_use]
    pub(super) fn aborting(&self, producer_id: i64, last_offset: i64) -> Option<AbortedTxn> {
        let first_offset = self.open_txn(producer_id)?;
        let others = self.by_id.iter().filter(|(id, _)| **id != producer_id);
        Some(AbortedTxn {
            producer_id,
            first_offset,
            last_offset,
            last_stable: others.filter_map(|(_, p)| p.open_txn).min().unwrap_or(last_offset + 1),
        })
    }

    /// Forgets producers silent for longer than `expiration_ms`, but none with an open transaction.
    pub fn expire(&mut self, now: i64, expiration_ms: i64) {
        self.by_id
            .retain(|_, p| p.open_txn.is_some() || now.saturating_sub(p.timestamp) < expiration_ms);
    }

    /// How many producers are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Kafka's snapshot bytes: version, CRC of what follows, count, entries.
    #[must_use]
    pub fn to_snapshot(&self) -> Vec<u8> {
        let mut out = vec![0; SNAPSHOT_HEADER_BYTES + SNAPSHOT_ENTRY_BYTES * self.by_id.len()];
        be::put_i16(&mut out, 0, SNAPSHOT_VERSION);
        be::put_i32(&mut out, 6, i32::try_from(self.by_id.len()).unwrap_or(i32::MAX));
        for (i, (id, p)) in self.by_id.iter().enumerate() {
            let at = SNAPSHOT_HEADER_BYTES + i * SNAPSHOT_ENTRY_BYTES;
            let last = p.batches.back();
            be::put_i64(&mut out, at, *id);
            be::put_i16(&mut out, at + 8, p.epoch);
            be::put_i32(&mut out, at + 10, last.map_or(-1, |b| b.last_sequence));
            be::put_i64(&mut out, at + 14, last.map_or(-1, |b| b.last_offset));
            let delta = last.map_or(0, |b| b.last_offset - b.first_offset);
            be::put_i32(&mut out, at + 22, i32::try_from(delta).unwrap_or(0));
            be::put_i64(&mut out, at + 26, p.timestamp);
            be::put_i32(&mut out, at + 34, p.coordinator_epoch);
            be::put_i64(&mut out, at + 38, p.open_txn.unwrap_or(-1));
        }
        let crc = crc32c(out.get(6..).unwrap_or_default());
        be::put_u32(&mut out, 2, crc);
        out
    }

    /// Reads a snapshot; `None` when it is not whole.
    #[must_use]
    pub fn from_snapshot(bytes: &[u8]) -> Option<Self> {
        if be::i16_at(bytes, 0) != SNAPSHOT_VERSION || be::u32_at(bytes, 2) != crc32c(bytes.get(6..)?) {
            return None;
        }
        let count = usize::try_from(be::i32_at(bytes, 6)).ok()?;
        if bytes.len() != SNAPSHOT_HEADER_BYTES.checked_add(count.checked_mul(SNAPSHOT_ENTRY_BYTES)?)? {
            return None;
        }
        let mut state = Self::default();
        for i in 0..count {
            let at = SNAPSHOT_HEADER_BYTES + i * SNAPSHOT_ENTRY_BYTES;
            let (last_sequence, last_offset) = (be::i32_at(bytes, at + 10), be::i64_at(bytes, at + 14));
            let delta = be::i32_at(bytes, at + 22);
            let timestamp = be::i64_at(bytes, at + 26);
            let mut batches = VecDeque::new();
            if last_offset >= 0 {
                // Wraps like the sequence itself: the first one may lie before the wrap.
                let first = i64::from(last_sequence) - i64::from(delta);
                let first = if first < 0 {
                    first + i64::from(i32::MAX) + 1
                } else {
                    first
                };
                batches.push_back(Appended {
                    first_sequence: i32::try_from(first).unwrap_or(0),
                    last_sequence,
                    first_offset: last_offset - i64::from(delta),
                    last_offset,
                    timestamp,
                });
            }
            let open = be::i64_at(bytes, at + 38);
            let producer = Producer {
                epoch: be::i16_at(bytes, at + 8),
                batches,
                timestamp,
                coordinator_epoch: be::i32_at(bytes, at + 34),
                open_txn: (open >= 0).then_some(open),
            };
            state.by_id.insert(be::i64_at(bytes, at), producer);
        }
        Some(state)
    }

    /// Loads a snapshot file.
    pub(super) fn load(files: &dyn Files, path: &Path) -> io::Result<Option<Self>> {
        Ok(Self::from_snapshot(&files.read(path)?))
    }
}

/// Whether a control batch says that its transaction was aborted (key: version, type 0).
#[must_use]
pub fn is_abort_marker(batch: &Batch) -> bool {
    let Ok(mut records) = batch.records(1 << 16) else {
        return false;
    };
    records
        .next()
        .and_then(Result::ok)
        .and_then(|r| r.key)
        .is_some_and(|key| be::i16_at(&key, 2) == 0 && key.len() >= 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_core::compress::Compression;
    use weir_core::record::BatchBuilder;

    fn header(pid: i64, epoch: i16, seq: i32, n: i32, at: i64) -> BatchHeader {
        let mut b = BatchBuilder::new(Compression::None).base_offset(at);
        b.set_producer(pid, epoch, seq);
        for _ in 0..n {
            b.append(1, None, Some(b"v"), &[]);
        }
        Batch::parse(&b.build().unwrap()).unwrap().header
    }

    #[test]
    fn five_batches_back_is_a_duplicate_six_is_out_of_order() {
        let mut p = Producers::default();
        for i in 0..6 {
            let h = header(1, 0, i * 2, 2, i64::from(i) * 2);
            assert_eq!(p.check(&h), Ok(SequenceCheck::New));
            p.apply(&h);
        }
        assert_eq!(
            p.check(&header(1, 0, 2, 2, 0)),
            Ok(SequenceCheck::Duplicate {
                base_offset: 2,
                timestamp: 1
            })
        );
        assert_eq!(
            p.check(&header(1, 0, 0, 2, 0)),
            Err(SequenceError::OutOfOrder { sequence: 0, last: 11 })
        );
        assert_eq!(
            p.check(&header(1, 0, 13, 1, 0)),
            Err(SequenceError::OutOfOrder { sequence: 13, last: 11 })
        );
        assert_eq!(
            p.check(&header(1, 1, 5, 1, 0)),
            Err(SequenceError::OutOfOrder { sequence: 5, last: 11 })
        );
        p.apply(&header(1, 1, 0, 1, 12));
        assert_eq!(
            p.check(&header(1, 0, 12, 1, 0)),
            Err(SequenceError::StaleEpoch { epoch: 0, current: 1 })
        );
    }

    #[test]
    fn sequence_numbers_wrap() {
        let mut p = Producers::default();
        p.apply(&header(1, 0, i32::MAX - 1, 2, 0));
        assert_eq!(p.check(&header(1, 0, 0, 1, 2)), Ok(SequenceCheck::New));
        let again = Producers::from_snapshot(&p.to_snapshot()).unwrap();
        assert_eq!(
            again.check(&header(1, 0, i32::MAX - 1, 2, 0)),
            Ok(SequenceCheck::Duplicate {
                base_offset: 0,
                timestamp: 1
            })
        );
    }

    #[test]
    fn a_damaged_snapshot_is_refused() {
        let mut p = Producers::default();
        p.apply(&header(1, 0, 0, 1, 0));
        let mut bytes = p.to_snapshot();
        assert!(Producers::from_snapshot(&bytes).is_some());
        *bytes.last_mut().unwrap() ^= 1;
        assert!(Producers::from_snapshot(&bytes).is_none());
        assert!(Producers::from_snapshot(&[]).is_none());
    }
}
