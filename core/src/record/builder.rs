//! Builds a batch as `MemoryRecordsBuilder` does: records are laid out as they come, compressed once at the end.

use super::batch::{HEADER_LEN, TimestampType, layout};
use super::iter::Header;
use crate::be;
use crate::compress::{CompressError, Compression};
use crate::crc::crc32c;
use crate::varint::{put_varint, put_varlong, varlong_len};
use bytes::Bytes;

/// A batch under construction.
#[derive(Clone, Debug)]
pub struct BatchBuilder {
    compression: Compression,
    timestamp_type: TimestampType,
    base_offset: i64,
    leader_epoch: i32,
    producer_id: i64,
    producer_epoch: i16,
    base_sequence: i32,
    transactional: bool,
    control: bool,
    base_timestamp: Option<i64>,
    max_timestamp: i64,
    count: i32,
    last_delta: i32,
    body: Vec<u8>,
}

impl BatchBuilder {
    /// An empty batch at offset 0, as producers send it.
    #[must_use]
    pub fn new(compression: Compression) -> Self {
        Self {
            compression,
            timestamp_type: TimestampType::CreateTime,
            base_offset: 0,
            leader_epoch: super::NO_LEADER_EPOCH,
            producer_id: super::NO_PRODUCER_ID,
            producer_epoch: super::NO_PRODUCER_EPOCH,
            base_sequence: super::NO_SEQUENCE,
            transactional: false,
            control: false,
            base_timestamp: None,
            max_timestamp: super::NO_TIMESTAMP,
            count: 0,
            last_delta: -1,
            body: Vec::new(),
        }
    }

    /// Offset of the first record.
    #[must_use]
    pub fn base_offset(mut self, offset: i64) -> Self {
        self.base_offset = offset;
        self
    }

    /// Epoch of the leader that appends.
    #[must_use]
    pub fn leader_epoch(mut self, epoch: i32) -> Self {
        self.leader_epoch = epoch;
        self
    }

    /// Marks the batch as a control batch.
    #[must_use]
    pub fn control(mut self) -> Self {
        self.control = true;
        self
    }

    /// Marks the batch as part of a transaction.
    #[must_use]
    pub fn transactional(mut self) -> Self {
        self.transactional = true;
        self
    }

    /// Timestamps set by the broker.
    #[must_use]
    pub fn timestamp_type(mut self, timestamp_type: TimestampType) -> Self {
        self.timestamp_type = timestamp_type;
        self
    }

    /// Idempotence: who produced it and its first sequence number.
    pub fn set_producer(&mut self, producer_id: i64, producer_epoch: i16, base_sequence: i32) {
        self.producer_id = producer_id;
        self.producer_epoch = producer_epoch;
        self.base_sequence = base_sequence;
    }

    /// Records so far.
    #[must_use]
    pub fn count(&self) -> i32 {
        self.count
    }

    /// Whether nothing was appended.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes of the batch so far, before compression.
    #[must_use]
    pub fn len(&self) -> usize {
        HEADER_LEN + self.body.len()
    }

    /// Upper bound of what one more record adds, before compression.
    #[must_use]
    pub fn record_len_max(key: Option<&[u8]>, value: Option<&[u8]>, headers: &[Header]) -> usize {
        let field = |f: Option<&[u8]>| 5 + f.map_or(0, <[u8]>::len);
        let headers: usize = headers
            .iter()
            .map(|h| field(Some(&h.key)) + field(h.value.as_deref()))
            .sum();
        5 + 1 + 10 + 5 + field(key) + field(value) + 5 + headers
    }

    /// Appends a record at the next offset. `timestamp` in milliseconds since the epoch.
    pub fn append(&mut self, timestamp: i64, key: Option<&[u8]>, value: Option<&[u8]>, headers: &[Header]) {
        self.append_at(self.last_delta.saturating_add(1), timestamp, key, value, headers);
    }

    /// Appends a record at a given distance from the base offset; compaction leaves gaps.
    pub fn append_at(
        &mut self,
        offset_delta: i32,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[Header],
    ) {
        let base = *self.base_timestamp.get_or_insert(timestamp);
        self.max_timestamp = self.max_timestamp.max(timestamp);
        let ts_delta = timestamp.wrapping_sub(base);
        let field_len = |f: Option<&[u8]>| f.map_or(1, |f| varlong_len(f.len() as i64) + f.len());
        let headers_len: usize = headers
            .iter()
            .map(|h| field_len(Some(&h.key)) + field_len(h.value.as_deref()))
            .sum();
        let len = 1
            + varlong_len(ts_delta)
            + varlong_len(i64::from(offset_delta))
            + field_len(key)
            + field_len(value)
            + varlong_len(headers.len() as i64)
            + headers_len;
        let out = &mut self.body;
        put_varlong(out, len as i64);
        out.push(0);
        put_varlong(out, ts_delta);
        put_varint(out, offset_delta);
        put_field(out, key);
        put_field(out, value);
        put_varlong(out, headers.len() as i64);
        for header in headers {
            put_field(out, Some(&header.key));
            put_field(out, header.value.as_deref());
        }
        self.count += 1;
        self.last_delta = offset_delta;
    }

    /// Compresses and seals the batch.
    pub fn build(self) -> Result<Bytes, CompressError> {
        let mut out;
        if self.compression == Compression::None {
            out = Vec::with_capacity(HEADER_LEN + self.body.len());
            out.resize(HEADER_LEN, 0);
            out.extend_from_slice(&self.body);
        } else {
            let packed = self.compression.compress(&self.body)?;
            out = Vec::with_capacity(HEADER_LEN + packed.len());
            out.resize(HEADER_LEN, 0);
            out.extend_from_slice(&packed);
        }
        let mut attributes = i16::from(self.compression.bits());
        if self.timestamp_type == TimestampType::LogAppendTime {
            attributes |= 0x08;
        }
        if self.transactional {
            attributes |= 0x10;
        }
        if self.control {
            attributes |= 0x20;
        }
        let length = i32::try_from(out.len() - layout::LOG_OVERHEAD).unwrap_or(i32::MAX);
        be::put_i64(&mut out, layout::BASE_OFFSET, self.base_offset);
        be::put_i32(&mut out, layout::BATCH_LENGTH, length);
        be::put_i32(&mut out, layout::LEADER_EPOCH, self.leader_epoch);
        be::put_i8(&mut out, layout::MAGIC, 2);
        be::put_i16(&mut out, layout::ATTRIBUTES, attributes);
        be::put_i32(&mut out, layout::LAST_OFFSET_DELTA, self.last_delta.max(0));
        be::put_i64(
            &mut out,
            layout::BASE_TIMESTAMP,
            self.base_timestamp.unwrap_or(super::NO_TIMESTAMP),
        );
        be::put_i64(&mut out, layout::MAX_TIMESTAMP, self.max_timestamp);
        be::put_i64(&mut out, layout::PRODUCER_ID, self.producer_id);
        be::put_i16(&mut out, layout::PRODUCER_EPOCH, self.producer_epoch);
        be::put_i32(&mut out, layout::BASE_SEQUENCE, self.base_sequence);
        be::put_i32(&mut out, layout::RECORD_COUNT, self.count);
        let crc = crc32c(out.get(layout::ATTRIBUTES..).unwrap_or_default());
        be::put_u32(&mut out, layout::CRC, crc);
        Ok(Bytes::from(out))
    }
}

fn put_field(out: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        None => put_varint(out, -1),
        Some(bytes) => {
            put_varlong(out, bytes.len() as i64);
            out.extend_from_slice(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Batch, BatchError, walk_frames};
    use super::*;
    use proptest::prelude::*;

    type Row = (i64, Option<Vec<u8>>, Option<Vec<u8>>, Vec<(Vec<u8>, Option<Vec<u8>>)>);

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let bytes = || proptest::collection::vec(any::<u8>(), 0..50);
        let header = (bytes(), proptest::option::of(bytes()));
        proptest::collection::vec(
            (
                0..i64::MAX / 4,
                proptest::option::of(bytes()),
                proptest::option::of(bytes()),
                proptest::collection::vec(header, 0..4),
            ),
            1..30,
        )
    }

    proptest! {
        #[test]
        fn what_is_built_is_read(rows in rows()) {
            for codec in Compression::ALL {
                let mut b = BatchBuilder::new(codec).base_offset(7).leader_epoch(3);
                for (ts, k, v, h) in &rows {
                    let headers: Vec<Header> = h.iter()
                        .map(|(k, v)| Header { key: Bytes::from(k.clone()), value: v.clone().map(Bytes::from) }).collect();
                    b.append(*ts, k.as_deref(), v.as_deref(), &headers);
                }
                let batch = Batch::parse(&b.build().unwrap()).unwrap();
                let read: Vec<_> = batch.records(1 << 20).unwrap().collect::<Result<_, _>>().unwrap();
                prop_assert_eq!(read.len(), rows.len());
                if codec == Compression::None {
                    walk_frames(&batch.body(), batch.header.record_count, |_, _| {}).unwrap();
                }
                for (i, (r, (ts, k, v, h))) in read.iter().zip(&rows).enumerate() {
                    prop_assert_eq!(r.offset, 7 + i as i64);
                    prop_assert_eq!(r.timestamp, *ts);
                    prop_assert_eq!(r.key.as_deref(), k.as_deref());
                    prop_assert_eq!(r.value.as_deref(), v.as_deref());
                    prop_assert_eq!(r.headers.len(), h.len());
                    for (a, (k, v)) in r.headers.iter().zip(h) {
                        prop_assert_eq!(&a.key[..], &k[..]);
                        prop_assert_eq!(a.value.as_deref(), v.as_deref());
                    }
                }
            }
        }

        #[test]
        fn garbage_is_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0..300_usize, v: u8) {
            let _ = Batch::parse(&Bytes::from(bytes.clone()));
            let _ = walk_frames(&bytes, 10, |_, _| {});
            let mut b = BatchBuilder::new(Compression::None);
            b.append(5, Some(b"key"), Some(&bytes), &[]);
            let mut good = b.build().unwrap().to_vec();
            let at = at % good.len();
            good[at] ^= v;
            if let Ok(batch) = Batch::parse_unchecked(&Bytes::from(good)) {
                for _ in batch.records(1 << 20).into_iter().flatten() {}
            }
        }
    }

    #[test]
    fn a_flipped_bit_is_seen() {
        let mut b = BatchBuilder::new(Compression::None);
        b.append(5, None, Some(b"v"), &[]);
        let mut bytes = b.build().unwrap().to_vec();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert!(matches!(
            Batch::parse(&Bytes::from(bytes)),
            Err(BatchError::BadCrc { .. })
        ));
    }
}
