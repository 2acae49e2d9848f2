//! One replica of one partition: the log with what leadership adds: epoch, in-sync replicas, high watermark.
//!
//! A single node is its own and only in-sync replica; the rest is here from the first day, because changing it later
//! is dear (DESIGN 3.10).

use crate::log::{AbortedTxn, AppendError, Appended, Log, Records, SequenceCheck, SequenceError};
use crate::validate::{ProduceError, RecordValidation, validate};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::io;
use weir_core::ErrorCode;
use weir_core::record::{Batch, HEADER_LEN};

/// What may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBound {
    /// A follower: all there is.
    LogEnd,
    /// read_uncommitted: up to the high watermark.
    HighWatermark,
    /// read_committed: up to the last stable offset, with the aborted transactions named.
    LastStable,
}

/// A replica's state as leader.
#[derive(Debug)]
pub struct Partition {
    /// The log.
    pub log: Log,
    node: i32,
    leader_epoch: i32,
    isr: Vec<i32>,
    replicas: usize,
    replica_ends: BTreeMap<i32, i64>,
    high_watermark: i64,
    /// The last append failed: told once, not with every request.
    failing: bool,
}

/// A successful produce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Produced {
    /// Offset of the first record.
    pub base_offset: i64,
    /// Offset after the last record: `acks=all` waits for the high watermark to reach it.
    pub end_offset: i64,
    /// The broker's clock, -1 unless the topic is `LogAppendTime`.
    pub append_time: i64,
    /// First offset that can be read.
    pub log_start: i64,
    /// What was written, header first, for the journal; `None` for a duplicate.
    pub stored: Option<([u8; HEADER_LEN], Bytes)>,
}

/// What a fetch found.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Batches.
    pub records: Records,
    /// High watermark.
    pub high_watermark: i64,
    /// Last stable offset.
    pub last_stable: i64,
    /// First offset that can be read.
    pub log_start: i64,
    /// For read_committed.
    pub aborted: Vec<AbortedTxn>,
    /// Bytes that could be read if there was no limit: what `fetch.min.bytes` is compared with.
    pub end_of_data: bool,
}

impl Partition {
    /// A leader whose in-sync replicas are `isr`. What a single replica has in its log is committed.
    #[must_use]
    pub fn new(log: Log, node: i32, leader_epoch: i32, isr: Vec<i32>) -> Self {
        let alone = isr.iter().all(|id| *id == node);
        let high_watermark = if alone { log.next_offset() } else { log.log_start() };
        Self {
            log,
            node,
            leader_epoch,
            replicas: isr.len(),
            isr,
            replica_ends: BTreeMap::new(),
            high_watermark,
            failing: false,
        }
    }

    /// The number of its replicas; without it, those that are in sync.
    #[must_use]
    pub fn with_replicas(mut self, replicas: usize) -> Self {
        self.replicas = replicas;
        self
    }

    /// Current leader epoch.
    #[must_use]
    pub fn leader_epoch(&self) -> i32 {
        self.leader_epoch
    }

    /// Leads in a new epoch.
    pub fn lead(&mut self, leader_epoch: i32, isr: Vec<i32>) {
        self.leader_epoch = leader_epoch;
        self.isr = isr;
        self.advance_high_watermark();
    }

    /// All before it is on every in-sync replica.
    #[must_use]
    pub fn high_watermark(&self) -> i64 {
        self.high_watermark
    }

    /// All before it is decided: no open transaction begins earlier.
    #[must_use]
    pub fn last_stable(&self) -> i64 {
        self.log
            .producers()
            .first_unstable()
            .map_or(self.high_watermark, |first| first.min(self.high_watermark))
    }

    /// The high watermark is the least log end of the in-sync replicas and never goes back.
    fn advance_high_watermark(&mut self) {
        let ends = self.isr.iter().map(|id| {
            if *id == self.node {
                self.log.next_offset()
            } else {
                self.replica_ends.get(id).copied().unwrap_or(0)
            }
        });
        if let Some(least) = ends.min() {
            self.high_watermark = self.high_watermark.max(least);
        }
    }

    /// Checks a client's idea of the leader epoch; -1 is none.
    pub fn check_epoch(&self, current: i32) -> Result<(), ErrorCode> {
        match current {
            -1 => Ok(()),
            epoch if epoch < self.leader_epoch => Err(ErrorCode::FencedLeaderEpoch),
            epoch if epoch > self.leader_epoch => Err(ErrorCode::UnknownLeaderEpoch),
            _ => Ok(()),
        }
    }

    /// (largest epoch not after `epoch`, offset at which the next began), for OffsetForLeaderEpoch and for fetchers that may
    /// have diverged; `None` for -1 and for an epoch that this leader does not know of.
    #[must_use]
    pub fn end_offset_of_epoch(&self, epoch: i32) -> Option<(i32, i64)> {
        match epoch {
            -1 => None,
            _ if epoch > self.leader_epoch => None,
            // It has not ended: its end is the log's.
            _ if epoch == self.leader_epoch => Some((epoch, self.log.next_offset())),
            _ => Some(self.log.end_offset_of_epoch(epoch)),
        }
    }

    /// Appends a produced batch. `acks_all` asks for enough in-sync replicas first (error 19, before anything is
    /// written). Up to `lag_max` bytes may reach the log's file later.
    pub fn produce(
        &mut self,
        records: &Bytes,
        acks_all: bool,
        depth: RecordValidation,
        now: i64,
        lag_max: usize,
    ) -> Result<Produced, ProduceError> {
        let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        // More replicas than there are cannot be in sync (KIP-966, `Partition.effectiveMinIsr`).
        let least = self.log.config().min_insync_replicas.min(count(self.replicas));
        let isr = count(self.isr.len());
        if acks_all && isr < least {
            return Err(ProduceError::new(
                ErrorCode::NotEnoughReplicas,
                format!(
                    "The size of the current ISR {isr} is insufficient to satisfy the min.isr requirement of {least}"
                ),
            ));
        }
        let validated = validate(records, self.log.config(), depth, now)?;
        let header = &validated.batch.header;
        let check = self.log.producers().check(header).map_err(|e| match e {
            SequenceError::StaleEpoch { epoch, current } => ProduceError::new(
                ErrorCode::InvalidProducerEpoch,
                format!("Epoch of producer {} is {epoch}, which is smaller than the last seen epoch {current}", header.producer_id),
            ),
            SequenceError::OutOfOrder { sequence, last } => ProduceError::new(
                ErrorCode::OutOfOrderSequenceNumber,
                format!("Out of order sequence number for producer {}: {sequence} (incoming seq. number), {last} (current end sequence number)", header.producer_id),
            ),
        })?;
        let log_start = self.log.log_start();
        if let SequenceCheck::Duplicate { base_offset, timestamp } = check {
            // Kafka tells the time of the batch that is there, whoever's clock it is.
            let append_time = timestamp;
            let end_offset = base_offset + i64::from(header.record_count);
            return Ok(Produced {
                base_offset,
                end_offset,
                append_time,
                log_start,
                stored: None,
            });
        }
        let appended = self
            .log
            .append(&validated.batch, self.leader_epoch, validated.append_time, lag_max);
        let appended = self.told(appended)?;
        self.advance_high_watermark();
        Ok(Produced {
            base_offset: appended.base_offset,
            end_offset: appended.last_offset + 1,
            append_time: validated.append_time.unwrap_or(-1),
            log_start,
            stored: Some((appended.head, validated.batch.body())),
        })
    }

    /// Appends a batch that this broker made itself (coordinator records): no validation, no sequence numbers.
    pub fn append_own(&mut self, batch: &Batch) -> Result<Produced, ProduceError> {
        let appended = self.log.append(batch, self.leader_epoch, None, 0);
        let appended = self.told(appended)?;
        self.advance_high_watermark();
        Ok(Produced {
            base_offset: appended.base_offset,
            end_offset: appended.last_offset + 1,
            append_time: -1,
            log_start: self.log.log_start(),
            stored: Some((appended.head, batch.body())),
        })
    }

    /// A failed append is Kafka's storage error; the log of the broker hears of it when it begins and when it is over.
    fn told(&mut self, appended: Result<Appended, AppendError>) -> Result<Appended, ProduceError> {
        if appended.is_err() != self.failing {
            self.failing = appended.is_err();
            match &appended {
                Ok(_) => tracing::info!(log = ?self.log, "appends succeed again"),
                Err(error) => tracing::error!(log = ?self.log, %error, "an append failed"),
            }
        }
        appended.map_err(|e| ProduceError::new(ErrorCode::KafkaStorageError, e.to_string()))
    }

    /// Takes back what was just produced, under the lock under which it was: it could not be journaled, and an error is
    /// all that the producer hears. Left in the log it would make a retry look like a duplicate of something durable.
    pub fn take_back(&mut self, head: &[u8; HEADER_LEN]) -> io::Result<()> {
        self.log.take_back(head)?;
        self.high_watermark = self.high_watermark.min(self.log.next_offset());
        Ok(())
    }

    /// Puts back a batch from the journal: skipped when the log has it.
    pub fn restore(&mut self, batch: &Batch) -> io::Result<bool> {
        if batch.header.base_offset < self.log.next_offset() || batch.header.base_offset < self.log.log_start() {
            return Ok(false);
        }
        self.log.append_as_is(batch).map_err(io::Error::other)?;
        self.advance_high_watermark();
        Ok(true)
    }

    /// Reads from `offset`. An offset before the log start or past the log end is out of range.
    pub fn fetch(
        &self,
        offset: i64,
        bound: ReadBound,
        max_bytes: usize,
        at_least_one: bool,
    ) -> Result<Fetched, ErrorCode> {
        if offset < self.log.log_start() || offset > self.log.next_offset() {
            return Err(ErrorCode::OffsetOutOfRange);
        }
        let upper = self.upper(bound);
        let records = self.log.find(offset, upper, max_bytes, at_least_one).map_err(|e| {
            tracing::error!(log = ?self.log, error = %e, "read failed");
            ErrorCode::KafkaStorageError
        })?;
        let aborted = match bound {
            ReadBound::LastStable if !records.is_empty() => self.log.aborted_between(offset, upper),
            _ => Vec::new(),
        };
        Ok(Fetched {
            end_of_data: offset >= upper,
            records,
            high_watermark: self.high_watermark,
            last_stable: self.last_stable(),
            log_start: self.log.log_start(),
            aborted,
        })
    }

    /// First offset that a reader with this bound does not see.
    #[must_use]
    pub fn upper(&self, bound: ReadBound) -> i64 {
        match bound {
            ReadBound::LogEnd => self.log.next_offset(),
            ReadBound::HighWatermark => self.high_watermark,
            ReadBound::LastStable => self.last_stable(),
        }
    }

    /// DeleteRecords: moves the log start; -1 is the high watermark. Past the high watermark is out of range.
    /// A topic that is only compacted gives nothing up this way.
    pub fn delete_records(&mut self, offset: i64) -> Result<i64, ErrorCode> {
        let config = self.log.config();
        if config.compact && !config.delete {
            return Err(ErrorCode::PolicyViolation);
        }
        let target = if offset == -1 { self.high_watermark } else { offset };
        if target < 0 || target > self.high_watermark {
            return Err(ErrorCode::OffsetOutOfRange);
        }
        self.log.delete_records_before(target).map_err(|e| {
            tracing::error!(log = ?self.log, error = %e, "delete records failed");
            ErrorCode::KafkaStorageError
        })?;
        Ok(self.log.log_start())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{LogConfig, OpenFrom};
    use std::path::Path;
    use weir_core::compress::Compression;
    use weir_core::record::BatchBuilder;
    use weir_core::sim::Sim;

    #[test]
    fn an_epoch_ends_where_the_next_begins_appended_to_or_not() {
        let mut sim = Sim::new(1);
        let files = sim.host("h").files;
        files.create_dir_all(Path::new("/d/t-0")).unwrap();
        let log = Log::open(files, Path::new("/d/t-0"), LogConfig::default(), OpenFrom::default()).unwrap();
        let mut partition = Partition::new(log, 1, 3, vec![1]);
        // The leader's epoch begins where the log does.
        assert_eq!(partition.end_offset_of_epoch(0), Some((0, 0)));
        let mut builder = BatchBuilder::new(Compression::None);
        builder.append(100, None, Some(b"v"), &[]);
        let batch = Batch::parse(&builder.build().unwrap()).unwrap();
        partition.append_own(&batch).unwrap();
        partition.lead(6, vec![1]);
        let ends = |p: &Partition| [-1, 2, 3, 5, 6, 7].map(|epoch| p.end_offset_of_epoch(epoch));
        let before = [None, Some((2, 0)), Some((3, 1)), Some((3, 1)), Some((6, 1)), None];
        assert_eq!(ends(&partition), before);
        partition.append_own(&batch).unwrap();
        let after = [None, Some((2, 0)), Some((3, 1)), Some((3, 1)), Some((6, 2)), None];
        assert_eq!(ends(&partition), after);
    }
}
