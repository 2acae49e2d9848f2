//! The records inside a batch, decoded one by one, or only walked.

use super::batch::{Batch, TimestampType};
use crate::compress::CompressError;
use crate::varint::{read_varint, read_varlong};
use bytes::Bytes;

/// A record's header; keys may repeat and their order is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// UTF-8 by the protocol; kept as bytes, since stored data is not ours to refuse.
    pub key: Bytes,
    /// `None` is null, which is not the same as empty.
    pub value: Option<Bytes>,
}

impl Header {
    /// The key as text, invalid bytes replaced.
    #[must_use]
    pub fn key_str(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.key)
    }
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Absolute offset.
    pub offset: i64,
    /// Milliseconds since the epoch; the batch's append time under `LogAppendTime`.
    pub timestamp: i64,
    /// `None` is null.
    pub key: Option<Bytes>,
    /// `None` is null: a tombstone in a compacted topic.
    pub value: Option<Bytes>,
    /// In order, duplicates kept.
    pub headers: Vec<Header>,
}

/// Why the records of a batch cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The codec refused.
    #[error(transparent)]
    Compression(#[from] CompressError),
    /// A field reaches past its record, or the count lies.
    #[error("invalid record {index}: {what}")]
    Invalid {
        /// Position in the batch.
        index: i32,
        /// What is wrong.
        what: &'static str,
    },
}

/// The records of one batch.
#[derive(Clone, Debug)]
pub struct Records {
    body: Bytes,
    at: usize,
    index: i32,
    count: i32,
    base_offset: i64,
    base_timestamp: i64,
    append_time: Option<i64>,
}

impl Records {
    /// Inflates the batch to at most `limit` bytes.
    pub fn of(batch: &Batch, limit: usize) -> Result<Self, RecordError> {
        let codec = batch.header.compression()?;
        let body = match codec {
            crate::compress::Compression::None => batch.body(),
            other => Bytes::from(other.decompress(&batch.body(), limit)?),
        };
        Ok(Self {
            body,
            at: 0,
            index: 0,
            count: batch.header.record_count,
            base_offset: batch.header.base_offset,
            base_timestamp: batch.header.base_timestamp,
            append_time: (batch.header.timestamp_type() == TimestampType::LogAppendTime)
                .then_some(batch.header.max_timestamp),
        })
    }

    fn read(&mut self) -> Result<Record, &'static str> {
        let all = self.body.get(self.at..).unwrap_or_default();
        let mut rest = all;
        let len = read_varint(&mut rest).ok_or("no length")?;
        let len = usize::try_from(len).map_err(|_| "negative length")?;
        let start = self.at + (all.len() - rest.len());
        let mut rest = rest.get(..len).ok_or("longer than the batch")?;
        let cut = "a field is cut off";
        let (_attributes, tail) = rest.split_first().ok_or(cut)?;
        rest = tail;
        let ts_delta = read_varlong(&mut rest).ok_or(cut)?;
        let offset_delta = read_varint(&mut rest).ok_or(cut)?;
        let end = start + len;
        let body = &self.body;
        let key = take(body, end, &mut rest)?;
        let value = take(body, end, &mut rest)?;
        let header_count = read_varint(&mut rest).ok_or(cut)?;
        let header_count = usize::try_from(header_count).map_err(|_| "negative header count")?;
        if header_count > rest.len() / 2 {
            return Err("more headers than bytes");
        }
        let mut headers = Vec::with_capacity(header_count);
        for _ in 0..header_count {
            let key = take(body, end, &mut rest)?.ok_or("null header key")?;
            let value = take(body, end, &mut rest)?;
            headers.push(Header { key, value });
        }
        if !rest.is_empty() {
            return Err("bytes after its last field");
        }
        self.at = end;
        Ok(Record {
            offset: self.base_offset.wrapping_add(i64::from(offset_delta)),
            timestamp: self.append_time.unwrap_or(self.base_timestamp.wrapping_add(ts_delta)),
            key,
            value,
            headers,
        })
    }
}

/// A length-prefixed field (-1 is null) as a slice of `body` without copying; `rest` ends at `end` of `body`.
fn take(body: &Bytes, end: usize, rest: &mut &[u8]) -> Result<Option<Bytes>, &'static str> {
    let len = read_varint(rest).ok_or("a field is cut off")?;
    if len == -1 {
        return Ok(None);
    }
    let len = usize::try_from(len).map_err(|_| "negative field length")?;
    let start = end - rest.len();
    let (_, tail) = rest.split_at_checked(len).ok_or("a field reaches past its record")?;
    *rest = tail;
    Ok(Some(body.slice(start..start + len)))
}

impl Iterator for Records {
    type Item = Result<Record, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.index >= self.count {
            if self.at < self.body.len() && self.count >= 0 {
                self.at = self.body.len();
                return Some(Err(RecordError::Invalid {
                    index: self.index,
                    what: "bytes after the last record",
                }));
            }
            return None;
        }
        let read = self.read();
        let index = self.index;
        self.index += 1;
        Some(read.map_err(|what| {
            self.index = self.count;
            self.at = self.body.len();
            RecordError::Invalid { index, what }
        }))
    }
}

/// Walks an uncompressed body without decoding: record lengths fill it exactly, offset deltas run 0, 1, 2, …, and
/// there are `count` of them. `visit` gets each record's index and its distance from the batch's first timestamp. This
/// is `record.validation=frame`.
pub fn walk_frames(body: &[u8], count: i32, mut visit: impl FnMut(i32, i64)) -> Result<(), RecordError> {
    let mut rest = body;
    let invalid = |index, what| RecordError::Invalid { index, what };
    for index in 0..count {
        let len = read_varint(&mut rest).ok_or(invalid(index, "no length"))?;
        let len = usize::try_from(len).map_err(|_| invalid(index, "negative length"))?;
        let (record, tail) = rest
            .split_at_checked(len)
            .ok_or(invalid(index, "longer than the batch"))?;
        let mut fields = record.get(1..).ok_or(invalid(index, "a field is cut off"))?;
        let time = read_varlong(&mut fields).ok_or(invalid(index, "a field is cut off"))?;
        let delta = read_varint(&mut fields).ok_or(invalid(index, "a field is cut off"))?;
        if delta != index {
            return Err(invalid(index, "offset delta out of order"));
        }
        visit(index, time);
        rest = tail;
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err(invalid(count, "bytes after the last record"))
    }
}
