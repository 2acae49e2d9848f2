//! Writing: offsets are assigned, two header fields patched, the bytes go to the active segment.

use super::segment::Segment;
use super::{Log, txn_index};
use std::io;
use weir_core::be;
use weir_core::crc::crc32c;
use weir_core::record::{Batch, BatchHeader, HEADER_LEN, layout};

/// Where a batch went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Offset of its first record.
    pub base_offset: i64,
    /// Offset of its last record.
    pub last_offset: i64,
    /// The header as stored.
    pub head: [u8; HEADER_LEN],
}

/// Why a batch cannot be appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The disk refused.
    #[error("log append failed: {0}")]
    Io(#[from] io::Error),
    /// A batch that would leave offsets going backwards.
    #[error("offset {offset} is before the log end {log_end}")]
    OutOfOrder {
        /// Of the batch.
        offset: i64,
        /// Of the log.
        log_end: i64,
    },
}

impl Log {
    /// Appends as leader: the batch gets the next offset and `leader_epoch`; with `append_time` its records get that
    /// timestamp (`LogAppendTime`), which needs a new checksum. Validation is done before. Up to `lag_max` bytes may reach
    /// the file later: for what the caller makes safe elsewhere.
    pub fn append(
        &mut self,
        batch: &Batch,
        leader_epoch: i32,
        append_time: Option<i64>,
        lag_max: usize,
    ) -> Result<Appended, AppendError> {
        let mut head = [0; HEADER_LEN];
        let (front, body) = batch.bytes.split_at(HEADER_LEN.min(batch.bytes.len()));
        head.copy_from_slice(front);
        be::put_i64(&mut head, layout::BASE_OFFSET, self.next_offset);
        be::put_i32(&mut head, layout::LEADER_EPOCH, leader_epoch);
        if let Some(time) = append_time {
            be::put_i16(&mut head, layout::ATTRIBUTES, batch.header.attributes | 0x08);
            be::put_i64(&mut head, layout::MAX_TIMESTAMP, time);
            let crc = crc32c(&[head.get(layout::ATTRIBUTES..).unwrap_or_default(), body].concat());
            be::put_u32(&mut head, layout::CRC, crc);
        }
        self.write(batch, &head, body, lag_max)
    }

    /// Appends as follower or from the journal: bytes as they are, at the offset they carry. A gap before it is kept.
    pub fn append_as_is(&mut self, batch: &Batch) -> Result<Appended, AppendError> {
        if batch.header.base_offset < self.next_offset {
            return Err(AppendError::OutOfOrder {
                offset: batch.header.base_offset,
                log_end: self.next_offset,
            });
        }
        let mut head = [0; HEADER_LEN];
        let (front, body) = batch.bytes.split_at(HEADER_LEN.min(batch.bytes.len()));
        head.copy_from_slice(front);
        self.write(batch, &head, body, 0)
    }

    fn write(
        &mut self,
        batch: &Batch,
        head: &[u8; HEADER_LEN],
        body: &[u8],
        lag_max: usize,
    ) -> Result<Appended, AppendError> {
        let header = BatchHeader {
            crc: be::u32_at(head, layout::CRC),
            ..patched(&batch.header, head)
        };
        self.roll_if_needed(&header)?;
        if self.epochs.assign(header.leader_epoch, header.base_offset) {
            self.epochs.save(&*self.files)?;
        }
        // The first segment begins where the log does, even when what the journal puts back begins later: readers go on
        // over the gap.
        let base = self
            .segments
            .last_key_value()
            .map_or(self.next_offset, |(base, _)| *base);
        if self.segments.is_empty() {
            self.segments
                .insert(base, Segment::create(&*self.files, &self.dir, base)?);
        }
        if let Some(segment) = self.segments.get_mut(&base) {
            segment.append(&header, head, body, &self.config, lag_max)?;
        }
        if let Some(txn) = self.aborted_by(&header, batch) {
            txn_index::append(&*self.files, &self.dir, base, &txn)?;
            self.aborted.push(txn);
        }
        self.producers.apply(&header);
        self.next_offset = header.next_offset();
        self.batches_end = self.next_offset;
        Ok(Appended {
            base_offset: header.base_offset,
            last_offset: header.last_offset(),
            head: *head,
        })
    }

    /// Takes back the batch that was appended last, whose stored header is `head`: the caller could not make it durable,
    /// and nobody has seen it.
    pub fn take_back(&mut self, head: &[u8; HEADER_LEN]) -> io::Result<()> {
        let header = BatchHeader::parse(head).map_err(io::Error::other)?;
        if header.next_offset() != self.next_offset {
            return Err(io::Error::other("only the last batch can be taken back"));
        }
        if let Some(mut last) = self.segments.last_entry() {
            let segment = last.get_mut();
            let position = segment.size.saturating_sub(header.total_len() as u64);
            segment.take_back(position, header.base_offset)?;
            self.batches_end = segment.end_offset()?.unwrap_or(segment.base_offset);
        }
        self.producers.take_back(&header);
        self.next_offset = header.base_offset;
        self.hint.set((-1, 0, 0));
        Ok(())
    }

    /// As `LogSegment.shouldRoll`: size, age by record time, or offsets too far from the base for 32 bits.
    fn roll_if_needed(&mut self, header: &BatchHeader) -> io::Result<()> {
        let Some((base, segment)) = self.segments.last_key_value() else {
            return Ok(());
        };
        if segment.size == 0 {
            return Ok(());
        }
        let full = segment.size + header.total_len() as u64 > self.config.segment_bytes;
        let old = segment
            .first_timestamp
            .is_some_and(|first| first >= 0 && header.max_timestamp.saturating_sub(first) > self.config.segment_ms);
        let wide = header.last_offset() - base > i64::from(i32::MAX);
        if full || old || wide {
            self.roll(self.batches_end)
        } else {
            Ok(())
        }
    }

    /// Seals the active segment and starts one at `base`.
    pub(super) fn roll(&mut self, base: i64) -> io::Result<()> {
        if let Some(mut last) = self.segments.last_entry() {
            last.get_mut().seal()?;
            last.get_mut().release()?;
        }
        self.segments
            .insert(base, Segment::create(&*self.files, &self.dir, base)?);
        self.write_snapshot()
    }
}

/// The header's fields after patching.
fn patched(header: &BatchHeader, head: &[u8; HEADER_LEN]) -> BatchHeader {
    BatchHeader {
        base_offset: be::i64_at(head, layout::BASE_OFFSET),
        leader_epoch: be::i32_at(head, layout::LEADER_EPOCH),
        attributes: be::i16_at(head, layout::ATTRIBUTES),
        max_timestamp: be::i64_at(head, layout::MAX_TIMESTAMP),
        ..*header
    }
}
