//! Reading: by offset, by timestamp, and what a read_committed reader must leave out.

use super::Log;
use bytes::Bytes;
use std::io;
use weir_core::compress::INFLATED_MAX_BYTES;
use weir_core::record::Batches;

/// A transaction whose records a read_committed consumer skips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbortedTxn {
    /// Whose it was.
    pub producer_id: i64,
    /// Its first record.
    pub first_offset: i64,
    /// Its marker.
    pub last_offset: i64,
    /// The last stable offset once it had ended.
    pub last_stable: i64,
}

/// An offset found by its timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampOffset {
    /// Milliseconds since the epoch.
    pub timestamp: i64,
    /// The record's offset.
    pub offset: i64,
    /// Epoch of the leader that appended it.
    pub leader_epoch: i32,
}

impl Log {
    /// Whole batches from the one that holds `offset` on, none at or past `upper`, at most `max_bytes` (one batch more
    /// than that when `at_least_one`). Only the last batch may be cut off. One `pread` for a sequential reader.
    pub fn read(&self, offset: i64, upper: i64, max_bytes: usize, at_least_one: bool) -> io::Result<Bytes> {
        if offset >= upper || offset >= self.next_offset || max_bytes == 0 && !at_least_one {
            return Ok(Bytes::new());
        }
        let first = self.base_of(offset);
        for (base, segment) in self.segments.range(first..) {
            let (hint_offset, hint_base, hint_position) = self.hint.get();
            let position = if hint_offset == offset && hint_base == *base && hint_position < segment.size {
                Some(hint_position)
            } else {
                segment.position_of(offset)?
            };
            // Offsets may be missing at a segment's end: then the next one begins the answer.
            let Some(position) = position else { continue };
            let end = if upper < self.next_offset {
                segment.position_of(upper)?.unwrap_or(segment.size)
            } else {
                segment.size
            };
            if position >= end {
                return Ok(Bytes::new());
            }
            let read = segment.read(position, end, max_bytes, at_least_one)?;
            self.remember(*base, position, &read);
            return Ok(read);
        }
        Ok(Bytes::new())
    }

    /// Notes where the batch after the last whole one of a read begins.
    fn remember(&self, base: i64, position: u64, bytes: &Bytes) {
        let (mut at, mut next) = (position, -1);
        for batch in Batches::of(bytes.clone()) {
            at += batch.bytes.len() as u64;
            next = batch.header.next_offset();
        }
        self.hint.set((next, base, at));
    }

    /// The first record with a timestamp of at least `target`, whatever order timestamps come in.
    pub fn offset_for_timestamp(&self, target: i64) -> io::Result<Option<TimestampOffset>> {
        for segment in self.segments.values() {
            if segment.max_timestamp.0 < target {
                continue;
            }
            let from = segment.offset_before(target)?.max(self.log_start);
            let Some(position) = segment.position_of(from)? else {
                continue;
            };
            let mut found = None;
            segment.scan(position, |_, batch| {
                if batch.header.max_timestamp < target {
                    return Ok(true);
                }
                let records = batch.records(INFLATED_MAX_BYTES).map_err(io::Error::other)?;
                for record in records {
                    let record = record.map_err(io::Error::other)?;
                    if record.timestamp >= target && record.offset >= self.log_start {
                        found = Some(TimestampOffset {
                            timestamp: record.timestamp,
                            offset: record.offset,
                            leader_epoch: batch.header.leader_epoch,
                        });
                        return Ok(false);
                    }
                }
                Ok(true)
            })?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The first record that carries the largest timestamp (KIP-734).
    pub fn offset_of_max_timestamp(&self) -> io::Result<Option<TimestampOffset>> {
        let max = self.segments.values().map(|s| s.max_timestamp.0).max();
        match max {
            Some(max) if max >= 0 => self.offset_for_timestamp(max),
            _ => Ok(None),
        }
    }

    /// Aborted transactions that reach into `from..upper`.
    #[must_use]
    pub fn aborted_between(&self, from: i64, upper: i64) -> Vec<AbortedTxn> {
        self.aborted
            .iter()
            .filter(|t| t.last_offset >= from && t.first_offset < upper)
            .copied()
            .collect()
    }
}
