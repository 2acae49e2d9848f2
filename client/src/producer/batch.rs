//! A batch from its first record until its outcome.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use weir_core::compress::{CompressError, Compression, INFLATED_MAX_BYTES};
use weir_core::record::{Batch as Sealed, BatchBuilder, Header, Record};

use super::delivery::{Delivery, Outcome};
use super::record::ProducerRecord;
use crate::types::TopicPartition;

/// The id under which brokers recognise duplicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ProducerId {
    pub(super) id: i64,
    pub(super) epoch: i16,
}

/// A batch's place in its partition's sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sequence {
    pub(super) producer: ProducerId,
    pub(super) base: i32,
}

#[derive(Debug)]
enum Content {
    Open(BatchBuilder),
    /// With the sequence that is in its header.
    Sealed(Bytes, Option<Sequence>),
}

#[derive(Debug)]
pub(super) struct Batch {
    /// Counts up with every new batch; halves keep the number of the whole.
    pub(super) id: u64,
    pub(super) partition: TopicPartition,
    content: Content,
    compression: Compression,
    pub(super) outcome: Arc<Outcome>,
    /// When its first record came, on the monotonic clock.
    pub(super) created: Duration,
    pub(super) count: usize,
    /// Bytes of `buffer.memory` that it holds.
    pub(super) reserved: usize,
    pub(super) attempts: u32,
    /// The number of the attempt that is on its way, among those of all batches.
    pub(super) flight: u64,
    /// Not before this moment: the pause before a retry.
    pub(super) not_before: Duration,
    pub(super) sequence: Option<Sequence>,
    pub(super) last_error: Option<super::SendError>,
    /// An attempt went out and its answer did not come: the broker may have the batch.
    pub(super) uncertain: bool,
}

impl Batch {
    pub(super) fn new(id: u64, partition: TopicPartition, compression: Compression, now: Duration) -> Self {
        Self {
            id,
            outcome: Outcome::new(partition.clone()),
            partition,
            content: Content::Open(BatchBuilder::new(compression)),
            compression,
            created: now,
            count: 0,
            reserved: 0,
            attempts: 0,
            flight: 0,
            not_before: Duration::ZERO,
            sequence: None,
            last_error: None,
            uncertain: false,
        }
    }

    /// Bytes so far, before compression while it is open.
    pub(super) fn len(&self) -> usize {
        match &self.content {
            Content::Open(builder) => builder.len(),
            Content::Sealed(bytes, _) => bytes.len(),
        }
    }

    /// Adds a record of at most `size` bytes unless the batch would outgrow `limit`; a first record always fits.
    pub(super) fn append(
        &mut self,
        record: &ProducerRecord,
        timestamp: i64,
        size: usize,
        limit: usize,
    ) -> Option<Delivery> {
        let Content::Open(builder) = &mut self.content else {
            return None;
        };
        if !builder.is_empty() && builder.len() + size > limit {
            return None;
        }
        builder.append(
            timestamp,
            record.key.as_deref(),
            record.value.as_deref(),
            &record.headers,
        );
        self.reserved += size;
        self.count += 1;
        Some(Delivery::new(self.outcome.clone(), self.count - 1, timestamp))
    }

    /// Seals the batch under its sequence (compressing it the first time) and returns its bytes.
    pub(super) fn seal(&mut self) -> Result<Bytes, CompressError> {
        let sequence = self.sequence;
        let bytes = match std::mem::replace(&mut self.content, Content::Sealed(Bytes::new(), None)) {
            Content::Open(mut builder) => {
                number(&mut builder, sequence);
                builder.build()?
            }
            Content::Sealed(bytes, sealed) if sealed == sequence => bytes,
            // Another sequence means another header and checksum: rare, so simply built anew.
            Content::Sealed(bytes, _) => rebuild(&records(&bytes), self.compression, sequence)?,
        };
        self.content = Content::Sealed(bytes.clone(), sequence);
        Ok(bytes)
    }

    /// Two halves of a sealed batch that was too large for the broker; their sequence numbers go on from one to the other.
    /// A batch that cannot be split comes back as it is.
    pub(super) fn halves(mut self) -> Result<[Self; 2], Box<Self>> {
        let Content::Sealed(bytes, _) = &self.content else {
            return Err(Box::new(self));
        };
        let all = records(bytes);
        if all.len() < 2 {
            return Err(Box::new(self));
        }
        let (left, right) = all.split_at(all.len() / 2);
        let middle = left.len();
        let right_sequence = self.sequence.map(|sequence| Sequence {
            base: weir_core::record::sequence_after(sequence.base, i32::try_from(middle).unwrap_or_default()),
            ..sequence
        });
        let built = rebuild(left, self.compression, self.sequence)
            .and_then(|l| rebuild(right, self.compression, right_sequence).map(|r| (l, r)));
        let Ok((left_bytes, right_bytes)) = built else {
            return Err(Box::new(self));
        };
        let part = |bytes, count, reserved, sequence| Self {
            id: self.id,
            partition: self.partition.clone(),
            content: Content::Sealed(bytes, sequence),
            compression: self.compression,
            outcome: Outcome::new(self.partition.clone()),
            created: self.created,
            count,
            reserved,
            attempts: 0,
            flight: 0,
            not_before: Duration::ZERO,
            sequence,
            last_error: None,
            uncertain: self.uncertain,
        };
        let halves = [
            part(left_bytes, middle, self.reserved / 2, self.sequence),
            part(
                right_bytes,
                all.len() - middle,
                self.reserved - self.reserved / 2,
                right_sequence,
            ),
        ];
        let [l, r] = &halves;
        self.outcome
            .split(vec![(0, l.outcome.clone()), (middle, r.outcome.clone())]);
        self.reserved = 0;
        Ok(halves)
    }
}

fn number(builder: &mut BatchBuilder, sequence: Option<Sequence>) {
    if let Some(Sequence { producer, base }) = sequence {
        builder.set_producer(producer.id, producer.epoch, base);
    }
}

/// The records of a batch that this producer built itself, so that reading it back cannot fail.
fn records(bytes: &Bytes) -> Vec<Record> {
    let Ok(batch) = Sealed::parse_unchecked(bytes) else {
        return Vec::new();
    };
    let records = batch.records(INFLATED_MAX_BYTES);
    records.map(|records| records.flatten().collect()).unwrap_or_default()
}

fn rebuild(records: &[Record], compression: Compression, sequence: Option<Sequence>) -> Result<Bytes, CompressError> {
    let mut builder = BatchBuilder::new(compression);
    number(&mut builder, sequence);
    for record in records {
        builder.append(
            record.timestamp,
            record.key.as_deref(),
            record.value.as_deref(),
            &record.headers,
        );
    }
    builder.build()
}

/// Upper bound of a record's bytes in a batch.
pub(super) fn record_size(record: &ProducerRecord) -> usize {
    let headers: &[Header] = &record.headers;
    BatchBuilder::record_len_max(record.key.as_deref(), record.value.as_deref(), headers)
}
