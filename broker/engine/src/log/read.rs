//! Reading: by offset, by timestamp, and what a read_committed reader must leave out.

use super::Log;
use super::segment::Segment;
use bytes::Bytes;
use std::io;
use weir_core::compress::INFLATED_MAX_BYTES;
use weir_core::record::Batches;
use weir_core::seam::FileRange;

/// From here on a stretch is sent from its file: below, one read and a share in a gathering write cost less than a call of
/// its own.
const IN_FILE_BYTES: usize = 32 << 10;

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

/// Batches that were found.
#[derive(Clone, Debug)]
pub enum Records {
    /// Few: read.
    Here(Bytes),
    /// Many: they stay in their file until they are sent, without a copy through this process.
    InFile(FileRange),
}

impl Records {
    /// How many bytes they are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Here(bytes) => bytes.len(),
            Self::InFile(range) => range.len,
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A stretch of a segment.
struct Place<'a> {
    base: i64,
    segment: &'a Segment,
    position: u64,
    end: u64,
}

impl Log {
    /// Whole batches from the one that holds `offset` on, none at or past `upper`, at most `max_bytes` (one batch more
    /// than that when `at_least_one`). Only the last batch may be cut off. One `pread` for a sequential reader.
    pub fn read(&self, offset: i64, upper: i64, max_bytes: usize, at_least_one: bool) -> io::Result<Bytes> {
        match self.place(offset, upper, max_bytes, at_least_one)? {
            Some(place) => self.read_at(&place, max_bytes, at_least_one),
            None => Ok(Bytes::new()),
        }
    }

    /// As [`Self::read`], for who sends it on: large stretches are named, not read.
    pub fn find(&self, offset: i64, upper: i64, max_bytes: usize, at_least_one: bool) -> io::Result<Records> {
        let Some(place) = self.place(offset, upper, max_bytes, at_least_one)? else {
            return Ok(Records::Here(Bytes::new()));
        };
        if max_bytes >= IN_FILE_BYTES && place.end - place.position >= IN_FILE_BYTES as u64 {
            let (segment, position, end) = (place.segment, place.position, place.end);
            return Ok(Records::InFile(segment.range(
                position,
                end,
                max_bytes,
                at_least_one,
            )?));
        }
        Ok(Records::Here(self.read_at(&place, max_bytes, at_least_one)?))
    }

    fn read_at(&self, place: &Place<'_>, max_bytes: usize, at_least_one: bool) -> io::Result<Bytes> {
        let read = place.segment.read(place.position, place.end, max_bytes, at_least_one)?;
        self.remember(place.base, place.position, &read);
        Ok(read)
    }

    /// Where the batch that holds `offset` begins, and where reading must end.
    fn place(&self, offset: i64, upper: i64, max_bytes: usize, at_least_one: bool) -> io::Result<Option<Place<'_>>> {
        if offset >= upper || offset >= self.next_offset || max_bytes == 0 && !at_least_one {
            return Ok(None);
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
            return Ok((position < end).then_some(Place {
                base: *base,
                segment,
                position,
                end,
            }));
        }
        Ok(None)
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
