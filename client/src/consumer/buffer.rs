//! The fetched bytes of one partition, turned into records one by one: checksums, inflation, aborted transactions. Pure.

use std::collections::{BTreeSet, VecDeque};

use bytes::Bytes;
use weir_core::compress::INFLATED_MAX_BYTES;
use weir_core::record::{Batch, BatchError, BatchHeader, Batches, HEADER_LEN, Record, RecordError, Records};
use weir_messages::fetch_response::AbortedTransaction;

/// Why fetched bytes are not records.
#[derive(Debug, thiserror::Error)]
pub(super) enum BufferError {
    #[error(transparent)]
    Batch(#[from] BatchError),
    #[error(transparent)]
    Record(#[from] RecordError),
}

#[derive(Debug)]
pub(super) struct Buffer {
    batches: Batches,
    current: Option<(BatchHeader, Records)>,
    /// The offset to go on at, whatever lies before it (a batch is fetched whole).
    next_offset: i64,
    /// Epoch of the batch that `next_offset` lies behind.
    leader_epoch: i32,
    /// Aborted transactions that are not open yet, by first offset; `None` when everything is read.
    aborted: Option<VecDeque<AbortedTransaction>>,
    /// Producers whose open transaction was aborted.
    aborting: BTreeSet<i64>,
    check_crcs: bool,
}

impl Buffer {
    /// `aborted` only with `read_committed`.
    pub(super) fn new(
        records: Bytes,
        next_offset: i64,
        aborted: Option<Vec<AbortedTransaction>>,
        check_crcs: bool,
    ) -> Result<Self, BufferError> {
        // A fetch may end inside a batch, but what it starts with must be one.
        if records.len() >= HEADER_LEN {
            BatchHeader::parse(&records)?;
        }
        let aborted = aborted.map(|mut list| {
            list.sort_by_key(|transaction| transaction.first_offset);
            list.into()
        });
        Ok(Self {
            batches: Batches::of(records),
            current: None,
            next_offset,
            leader_epoch: -1,
            aborted,
            aborting: BTreeSet::new(),
            check_crcs,
        })
    }

    /// Where reading goes on: behind the last record that was taken or skipped.
    pub(super) fn next_offset(&self) -> i64 {
        self.next_offset
    }

    /// Epoch of the leader that wrote what lies before [`Self::next_offset`], when known.
    pub(super) fn leader_epoch(&self) -> Option<i32> {
        Some(self.leader_epoch).filter(|epoch| *epoch >= 0)
    }

    /// The next record with its batch's header; `None` when the bytes are used up.
    pub(super) fn next(&mut self) -> Result<Option<(BatchHeader, Record)>, BufferError> {
        loop {
            if let Some((header, records)) = &mut self.current {
                let header = *header;
                match records.next() {
                    Some(record) => {
                        let record = record?;
                        if record.offset < self.next_offset {
                            continue;
                        }
                        self.next_offset = record.offset + 1;
                        self.leader_epoch = header.leader_epoch;
                        return Ok(Some((header, record)));
                    }
                    // Compaction may have removed a batch's last records: go on behind where they were.
                    None => {
                        self.next_offset = self.next_offset.max(header.next_offset());
                        self.leader_epoch = header.leader_epoch;
                        self.current = None;
                    }
                }
            }
            let Some(batch) = self.batches.next() else {
                return Ok(None);
            };
            if self.check_crcs {
                batch.verify()?;
            }
            if self.skips(&batch)? {
                self.next_offset = self.next_offset.max(batch.header.next_offset());
                self.leader_epoch = batch.header.leader_epoch;
            } else {
                self.current = Some((batch.header, batch.records(INFLATED_MAX_BYTES)?));
            }
        }
    }

    /// Control batches are never delivered; batches of aborted transactions not with `read_committed`.
    fn skips(&mut self, batch: &Batch) -> Result<bool, BufferError> {
        let header = &batch.header;
        if let Some(aborted) = &mut self.aborted {
            while let Some(transaction) = aborted.pop_front_if(|t| t.first_offset <= header.last_offset()) {
                self.aborting.insert(transaction.producer_id);
            }
        }
        if header.is_control() {
            if self.aborted.is_some() && is_abort_marker(batch)? {
                self.aborting.remove(&header.producer_id);
            }
            return Ok(true);
        }
        Ok(self.aborted.is_some() && header.is_transactional() && self.aborting.contains(&header.producer_id))
    }
}

/// A control record's key is its version and its type, 0 for an abort (Kafka's `ControlRecordType`).
fn is_abort_marker(batch: &Batch) -> Result<bool, BufferError> {
    let first = batch.records(INFLATED_MAX_BYTES)?.next().transpose()?;
    let key = first.and_then(|record| record.key);
    Ok(key.is_some_and(|key| key.get(2..4) == Some(&[0, 0])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_core::compress::Compression;
    use weir_core::record::BatchBuilder;

    fn batch(offset: i64, producer: i64, records: &[&str]) -> Bytes {
        let mut builder = BatchBuilder::new(Compression::None).base_offset(offset).leader_epoch(3);
        if producer >= 0 {
            builder = builder.transactional();
            builder.set_producer(producer, 0, 0);
        }
        for record in records {
            builder.append(1, None, Some(record.as_bytes()), &[]);
        }
        builder.build().unwrap()
    }

    fn marker(offset: i64, producer: i64, kind: u8) -> Bytes {
        let mut builder = BatchBuilder::new(Compression::None)
            .base_offset(offset)
            .transactional()
            .control();
        builder.set_producer(producer, 0, -1);
        builder.append(1, Some(&[0, 0, 0, kind]), Some(&[0, 0, 0, 0, 0, 0]), &[]);
        builder.build().unwrap()
    }

    fn read(bytes: &[Bytes], from: i64, aborted: Option<&[(i64, i64)]>) -> (Vec<String>, i64) {
        let aborted = aborted.map(|list| {
            let of = |(producer_id, first_offset): &(i64, i64)| AbortedTransaction {
                producer_id: *producer_id,
                first_offset: *first_offset,
                ..Default::default()
            };
            list.iter().map(of).collect()
        });
        let mut buffer = Buffer::new(Bytes::from(bytes.concat()), from, aborted, true).unwrap();
        let mut values = Vec::new();
        while let Some((_, record)) = buffer.next().unwrap() {
            values.push(String::from_utf8(record.value.unwrap().to_vec()).unwrap());
        }
        (values, buffer.next_offset())
    }

    #[test]
    fn starts_inside_a_batch_and_ends_at_a_cut_one() {
        let cut = batch(3, -1, &["d"]);
        let bytes = [batch(0, -1, &["a", "b", "c"]), cut.slice(..cut.len() - 1)];
        assert_eq!(read(&bytes, 1, None), (vec!["b".to_owned(), "c".to_owned()], 3));
    }

    #[test]
    fn aborted_transactions_are_hidden_until_their_marker() {
        // Producer 7 aborts 0..2 and later commits 5; producer 8 commits 1.
        let bytes = [
            batch(0, 7, &["x"]),
            batch(1, 8, &["a"]),
            batch(2, 7, &["y"]),
            marker(3, 7, 0),
            marker(4, 8, 1),
            batch(5, 7, &["b"]),
            marker(6, 7, 1),
        ];
        let committed = read(&bytes, 0, Some(&[(7, 0)]));
        assert_eq!(committed, (vec!["a".to_owned(), "b".to_owned()], 7));
        let all = read(&bytes, 0, None);
        let values = ["x", "a", "y", "b"].map(str::to_owned).to_vec();
        assert_eq!(all, (values, 7), "markers are never delivered");
    }

    #[test]
    fn corrupt_bytes_are_an_error() {
        let mut bytes = batch(0, -1, &["abc"]).to_vec();
        bytes[65] ^= 1;
        let mut buffer = Buffer::new(Bytes::from(bytes.clone()), 0, None, true).unwrap();
        assert!(matches!(
            buffer.next(),
            Err(BufferError::Batch(BatchError::BadCrc { .. }))
        ));
        bytes[16] = 9;
        assert!(Buffer::new(Bytes::from(bytes), 0, None, true).is_err());
    }
}
