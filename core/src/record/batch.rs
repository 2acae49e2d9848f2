//! The opaque view of a batch: 61 bytes of header, and the bytes it heads. Nothing here looks at a record.

use crate::be;
use crate::compress::Compression;
use crate::crc::crc32c;
use bytes::Bytes;

/// Bytes of the batch header.
pub const HEADER_LEN: usize = 61;

/// Byte positions in the header. Base offset and leader epoch lie before the checksum, so a leader patches them
/// without a new CRC.
pub mod layout {
    #![expect(missing_docs, reason = "the names are the fields'")]
    pub const BASE_OFFSET: usize = 0;
    pub const BATCH_LENGTH: usize = 8;
    pub const LEADER_EPOCH: usize = 12;
    pub const MAGIC: usize = 16;
    pub const CRC: usize = 17;
    pub const ATTRIBUTES: usize = 21;
    pub const LAST_OFFSET_DELTA: usize = 23;
    pub const BASE_TIMESTAMP: usize = 27;
    pub const MAX_TIMESTAMP: usize = 35;
    pub const PRODUCER_ID: usize = 43;
    pub const PRODUCER_EPOCH: usize = 51;
    pub const BASE_SEQUENCE: usize = 53;
    pub const RECORD_COUNT: usize = 57;
    /// Base offset and length: what precedes the part that `batch_length` counts.
    pub const LOG_OVERHEAD: usize = 12;
}

/// Whether timestamps are the producer's or the broker's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampType {
    /// Set by the producer.
    CreateTime,
    /// Set by the broker at append; `max_timestamp` holds for every record.
    LogAppendTime,
}

/// Why bytes are not a batch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Fewer bytes than the header or its length field says.
    #[error("batch is cut off: {have} of {need} bytes")]
    Truncated {
        /// Bytes there are.
        have: usize,
        /// Bytes the batch needs.
        need: usize,
    },
    /// A length that no batch can have.
    #[error("impossible batch length {0}")]
    BadLength(i32),
    /// Message formats before v2 are not kept (KIP-724).
    #[error("unsupported record format magic {0}")]
    BadMagic(i8),
    /// The checksum does not fit the bytes.
    #[error("checksum mismatch: stored {stored:#010x}, computed {computed:#010x}")]
    BadCrc {
        /// As written in the header.
        stored: u32,
        /// As the bytes give it.
        computed: u32,
    },
}

/// The header's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchHeader {
    /// Offset of the first record.
    pub base_offset: i64,
    /// Bytes after this field.
    pub batch_length: i32,
    /// Epoch of the leader that appended it.
    pub leader_epoch: i32,
    /// CRC-32C of all from the attributes on.
    pub crc: u32,
    /// Compression, timestamp type, transactional, control, delete horizon.
    pub attributes: i16,
    /// Offset of the last record minus base offset.
    pub last_offset_delta: i32,
    /// Milliseconds since the epoch.
    pub base_timestamp: i64,
    /// Milliseconds since the epoch.
    pub max_timestamp: i64,
    /// -1 when not idempotent.
    pub producer_id: i64,
    /// -1 when not idempotent.
    pub producer_epoch: i16,
    /// -1 when not idempotent.
    pub base_sequence: i32,
    /// Records in the batch.
    pub record_count: i32,
}

impl BatchHeader {
    /// Reads the header and checks that the whole batch is there; no checksum.
    pub fn parse(buf: &[u8]) -> Result<Self, BatchError> {
        if buf.len() < HEADER_LEN {
            return Err(BatchError::Truncated {
                have: buf.len(),
                need: HEADER_LEN,
            });
        }
        let batch_length = be::i32_at(buf, layout::BATCH_LENGTH);
        let magic = be::i8_at(buf, layout::MAGIC);
        if magic != 2 {
            return Err(BatchError::BadMagic(magic));
        }
        if (batch_length as i64) < (HEADER_LEN - layout::LOG_OVERHEAD) as i64 {
            return Err(BatchError::BadLength(batch_length));
        }
        let header = Self {
            base_offset: be::i64_at(buf, layout::BASE_OFFSET),
            batch_length,
            leader_epoch: be::i32_at(buf, layout::LEADER_EPOCH),
            crc: be::u32_at(buf, layout::CRC),
            attributes: be::i16_at(buf, layout::ATTRIBUTES),
            last_offset_delta: be::i32_at(buf, layout::LAST_OFFSET_DELTA),
            base_timestamp: be::i64_at(buf, layout::BASE_TIMESTAMP),
            max_timestamp: be::i64_at(buf, layout::MAX_TIMESTAMP),
            producer_id: be::i64_at(buf, layout::PRODUCER_ID),
            producer_epoch: be::i16_at(buf, layout::PRODUCER_EPOCH),
            base_sequence: be::i32_at(buf, layout::BASE_SEQUENCE),
            record_count: be::i32_at(buf, layout::RECORD_COUNT),
        };
        Ok(header)
    }

    /// Bytes of the whole batch.
    #[must_use]
    pub fn total_len(&self) -> usize {
        layout::LOG_OVERHEAD + self.batch_length.max(0) as usize
    }

    /// Offset of the last record.
    #[must_use]
    pub fn last_offset(&self) -> i64 {
        self.base_offset.saturating_add(i64::from(self.last_offset_delta))
    }

    /// Offset after the batch.
    #[must_use]
    pub fn next_offset(&self) -> i64 {
        self.last_offset().saturating_add(1)
    }

    /// Sequence number of the last record, -1 when not idempotent.
    #[must_use]
    pub fn last_sequence(&self) -> i32 {
        if self.base_sequence < 0 {
            super::NO_SEQUENCE
        } else {
            super::sequence_after(self.base_sequence, self.last_offset_delta)
        }
    }

    /// The codec, if the bits name one.
    pub fn compression(&self) -> Result<Compression, crate::compress::CompressError> {
        Compression::from_bits((self.attributes & 0x07) as u8)
    }

    /// Who set the timestamps.
    #[must_use]
    pub fn timestamp_type(&self) -> TimestampType {
        if self.attributes & 0x08 == 0 {
            TimestampType::CreateTime
        } else {
            TimestampType::LogAppendTime
        }
    }

    /// Part of a transaction.
    #[must_use]
    pub fn is_transactional(&self) -> bool {
        self.attributes & 0x10 != 0
    }

    /// A marker written by a broker, not data.
    #[must_use]
    pub fn is_control(&self) -> bool {
        self.attributes & 0x20 != 0
    }

    /// Written by an idempotent producer.
    #[must_use]
    pub fn has_producer_id(&self) -> bool {
        self.producer_id > super::NO_PRODUCER_ID
    }
}

/// A whole batch: its header and its bytes, header included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The fields of the first 61 bytes.
    pub header: BatchHeader,
    /// All bytes.
    pub bytes: Bytes,
}

impl Batch {
    /// The first batch of `bytes`, with its checksum verified.
    pub fn parse(bytes: &Bytes) -> Result<Self, BatchError> {
        let batch = Self::parse_unchecked(bytes)?;
        batch.verify()?;
        Ok(batch)
    }

    /// The first batch of `bytes`; lengths only.
    pub fn parse_unchecked(bytes: &Bytes) -> Result<Self, BatchError> {
        let header = BatchHeader::parse(bytes)?;
        let need = header.total_len();
        if bytes.len() < need {
            return Err(BatchError::Truncated {
                have: bytes.len(),
                need,
            });
        }
        Ok(Self {
            header,
            bytes: bytes.slice(..need),
        })
    }

    /// Compares the checksum with the bytes.
    pub fn verify(&self) -> Result<(), BatchError> {
        let computed = crc32c(self.bytes.get(layout::ATTRIBUTES..).unwrap_or_default());
        if computed == self.header.crc {
            Ok(())
        } else {
            Err(BatchError::BadCrc {
                stored: self.header.crc,
                computed,
            })
        }
    }

    /// The records' bytes, as stored (maybe compressed).
    #[must_use]
    pub fn body(&self) -> Bytes {
        self.bytes.slice(HEADER_LEN.min(self.bytes.len())..)
    }

    /// The records, inflated to at most `limit` bytes.
    pub fn records(&self, limit: usize) -> Result<super::Records, super::RecordError> {
        super::Records::of(self, limit)
    }
}

/// Length of the batch that starts at `buf`, `None` when fewer than 12 bytes are there or the length is impossible.
#[must_use]
pub fn next_batch_len(buf: &[u8]) -> Option<usize> {
    if buf.len() < layout::LOG_OVERHEAD {
        return None;
    }
    let length = be::i32_at(buf, layout::BATCH_LENGTH);
    usize::try_from(length).ok().map(|l| l + layout::LOG_OVERHEAD)
}

/// Walks the batches of a buffer without checksums; stops at the first that is cut off or no batch (a fetch may end
/// in the middle of one).
#[derive(Clone, Debug)]
pub struct Batches {
    rest: Bytes,
}

impl Batches {
    /// Over `bytes`.
    #[must_use]
    pub fn of(bytes: Bytes) -> Self {
        Self { rest: bytes }
    }
}

impl Iterator for Batches {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let batch = Batch::parse_unchecked(&self.rest).ok()?;
        self.rest = self.rest.slice(batch.bytes.len()..);
        Some(batch)
    }
}
