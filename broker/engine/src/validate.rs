//! What a leader checks before it appends a produced batch (`LogValidator`, `UnifiedLog.analyzeAndValidateRecords`),
//! and the rewrites that a topic's settings ask for.

use crate::log::LogConfig;
use bytes::Bytes;
use weir_core::ErrorCode;
use weir_core::be;
use weir_core::compress::{CompressError, Compression, INFLATED_MAX_BYTES};
use weir_core::crc::crc32c;
use weir_core::record::{Batch, BatchBuilder, NO_TIMESTAMP, RecordError, TimestampType, layout, walk_frames};

/// How deep validation looks (`record.validation`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecordValidation {
    /// Header, checksum, and the frames of an uncompressed batch; a compressed one is trusted after its checksum.
    #[default]
    Frame,
    /// Every record of every batch, as Apache Kafka does.
    Full,
}

/// Why a produced batch is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProduceError {
    /// Kafka's error.
    pub code: ErrorCode,
    /// For `error_message` of the response.
    pub message: String,
    /// Indexes of the records at fault with what is wrong with each (KIP-467).
    pub records: Vec<(i32, String)>,
    /// Refused by the log itself: the answer then tells where the log begins.
    pub by_log: bool,
}

impl ProduceError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            records: Vec::new(),
            by_log: matches!(
                code,
                ErrorCode::OutOfOrderSequenceNumber
                    | ErrorCode::InvalidProducerEpoch
                    | ErrorCode::InvalidRecord
                    | ErrorCode::InvalidTimestamp
            ),
        }
    }

    /// Of a request that never gets to a log (`ProduceRequest.validateRecords`).
    fn of_request(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            by_log: false,
            ..Self::new(code, message)
        }
    }
}

/// The batch as it will be stored, ready for [`crate::log::Log::append`].
#[derive(Clone, Debug)]
pub struct Validated {
    /// The batch; rewritten when the topic's `compression.type` asks for another codec.
    pub batch: Batch,
    /// The broker's clock, for `LogAppendTime` topics.
    pub append_time: Option<i64>,
}

/// Length of the batch that `records` begins with, `None` when there is no whole one
/// (`ByteBufferLogInputStream.nextBatch`).
fn next_batch(records: &[u8]) -> Result<Option<usize>, ProduceError> {
    /// Bytes of the oldest record format: no batch is shorter.
    const LEAST: i32 = 14;
    let corrupt = |message: String| ProduceError::of_request(ErrorCode::CorruptMessage, message);
    if records.len() < layout::LOG_OVERHEAD {
        return Ok(None);
    }
    let length = be::i32_at(records, layout::BATCH_LENGTH);
    if length < LEAST {
        return Err(corrupt(format!(
            "Record size {length} is less than the minimum record overhead ({LEAST})"
        )));
    }
    if records.len() <= layout::MAGIC {
        return Ok(None);
    }
    let magic = be::i8_at(records, layout::MAGIC);
    if !(0..=2).contains(&magic) {
        return Err(corrupt(format!("Invalid magic found in record: {magic}")));
    }
    let whole = usize::try_from(length)
        .unwrap_or(usize::MAX)
        .saturating_add(layout::LOG_OVERHEAD);
    Ok((whole <= records.len()).then_some(whole))
}

/// The one batch that a request may carry for a partition.
fn only_batch(records: &Bytes) -> Result<Batch, ProduceError> {
    let invalid = |message: &str| ProduceError::of_request(ErrorCode::InvalidRecord, message);
    let len =
        next_batch(records)?.ok_or_else(|| invalid("A produce request must have a record batch per partition"))?;
    if be::i8_at(records, layout::MAGIC) != 2 {
        return Err(invalid("Only record batches with magic version 2 are allowed"));
    }
    // What is cut off behind the batch is dropped, as Kafka drops it.
    if next_batch(records.get(len..).unwrap_or_default())?.is_some() {
        return Err(invalid(
            "A produce request must have exactly one record batch per partition",
        ));
    }
    Batch::parse_unchecked(records)
        .map_err(|e| ProduceError::of_request(ErrorCode::CorruptMessage, format!("Record is corrupt: {e}")))
}

/// Checks the records of one partition of a produce request.
pub fn validate(
    records: &Bytes,
    config: &LogConfig,
    depth: RecordValidation,
    now: i64,
) -> Result<Validated, ProduceError> {
    let batch = only_batch(records)?;
    let header = &batch.header;
    let invalid = |message: &str| ProduceError::new(ErrorCode::InvalidRecord, message);
    if header.base_offset != 0 {
        return Err(invalid("The base offset of a produced record batch must be 0"));
    }
    check_size(&batch, config)?;
    batch
        .verify()
        .map_err(|e| ProduceError::new(ErrorCode::CorruptMessage, format!("Record is corrupt: {e}")))?;
    if header.is_control() {
        return Err(invalid("Control batches are not allowed to be produced by clients"));
    }
    if header.record_count <= 0 || i64::from(header.record_count) != i64::from(header.last_offset_delta) + 1 {
        return Err(invalid(
            "Inconsistent batch count: last offset delta and record count do not match",
        ));
    }
    if header.has_producer_id() && header.base_sequence < 0 {
        return Err(invalid("Invalid sequence number in record batch with producerId"));
    }
    // Kafka meets these with an exception that it did not foresee (UNKNOWN_SERVER_ERROR). CORRUPT_MESSAGE would make a
    // producer try again; what cannot be inflated today cannot be tomorrow.
    let codec = header.compression().map_err(|e| invalid(&e.to_string()))?;
    let max_timestamp = check_records(&batch, config, codec, depth, now)?;
    let target = config.compression.unwrap_or(codec);
    let batch = if target == codec {
        truthful(batch, max_timestamp)
    } else {
        recompress(&batch, target)?
    };
    check_size(&batch, config)?;
    let append_time = (config.timestamp_type == TimestampType::LogAppendTime).then_some(now);
    Ok(Validated { batch, append_time })
}

/// A header that says of the records' timestamps what was found: Kafka puts it right, too.
fn truthful(batch: Batch, max_timestamp: Option<i64>) -> Batch {
    let Some(max) = max_timestamp else { return batch };
    let stamped = batch.header.timestamp_type() == TimestampType::LogAppendTime;
    if batch.header.max_timestamp == max && !stamped {
        return batch;
    }
    let mut bytes = batch.bytes.to_vec();
    be::put_i16(&mut bytes, layout::ATTRIBUTES, batch.header.attributes & !0x08);
    be::put_i64(&mut bytes, layout::MAX_TIMESTAMP, max);
    let crc = crc32c(bytes.get(layout::ATTRIBUTES..).unwrap_or_default());
    be::put_u32(&mut bytes, layout::CRC, crc);
    Batch::parse_unchecked(&bytes.into()).unwrap_or(batch)
}

fn check_size(batch: &Batch, config: &LogConfig) -> Result<(), ProduceError> {
    let len = batch.bytes.len();
    if len > config.max_message_bytes {
        return Err(ProduceError::new(
            ErrorCode::MessageTooLarge,
            format!(
                "The record batch size is {len} bytes which exceeds the maximum configured value of {}",
                config.max_message_bytes
            ),
        ));
    }
    if len as u64 > config.segment_bytes {
        return Err(ProduceError::new(
            ErrorCode::RecordListTooLarge,
            format!(
                "Message batch size is {len} bytes, which exceeds the maximum configured segment size of {}",
                config.segment_bytes
            ),
        ));
    }
    Ok(())
}

/// What is wrong with single records, as it comes up.
struct Faults<'a> {
    config: &'a LogConfig,
    now: i64,
    /// The producer claims that a broker set the timestamps.
    stamped: bool,
    max_timestamp: i64,
    found: Vec<(i32, String)>,
    /// One of them is about a timestamp: that is what the whole batch is refused for.
    bad_time: bool,
}

impl Faults<'_> {
    /// `LogValidator.validateTimestamp`, which lets the difference wrap.
    fn is_out_of_range(&self, timestamp: i64) -> bool {
        let age = self.now.wrapping_sub(timestamp);
        age > self.config.timestamp_before_max_ms || age.wrapping_neg() > self.config.timestamp_after_max_ms
    }

    fn check_time(&mut self, index: i32, timestamp: i64) {
        self.max_timestamp = self.max_timestamp.max(timestamp);
        let (now, config) = (self.now, self.config);
        let what = if config.timestamp_type == TimestampType::CreateTime && timestamp != NO_TIMESTAMP {
            if !self.is_out_of_range(timestamp) {
                return;
            }
            format!(
                "Timestamp {timestamp} of message with offset {index} is out of range. The timestamp should be within [{}, {}]",
                now.saturating_sub(config.timestamp_before_max_ms),
                now.saturating_add(config.timestamp_after_max_ms)
            )
        } else if self.stamped {
            "Invalid timestamp type in message. Producer should not set timestamp type to LogAppendTime.".to_owned()
        } else {
            return;
        };
        self.bad_time = true;
        self.found.push((index, what));
    }

    /// The largest timestamp, if nothing was found.
    fn verdict(self) -> Result<Option<i64>, ProduceError> {
        if self.found.is_empty() {
            return Ok(Some(self.max_timestamp));
        }
        let (code, message) = if self.bad_time {
            let message = "One or more records have been rejected due to invalid timestamp";
            (ErrorCode::InvalidTimestamp, message.to_owned())
        } else {
            let message = format!(
                "One or more records have been rejected due to {} record errors in total, and only showing the first three errors at most: records without key in a compacted topic",
                self.found.len()
            );
            (ErrorCode::InvalidRecord, message)
        };
        Err(ProduceError {
            records: self.found,
            ..ProduceError::new(code, message)
        })
    }
}

/// Checks the records as deep as settings and header ask for. Returns their largest timestamp; `None` when they were
/// not looked at.
fn check_records(
    batch: &Batch,
    config: &LogConfig,
    codec: Compression,
    depth: RecordValidation,
    now: i64,
) -> Result<Option<i64>, ProduceError> {
    let header = &batch.header;
    let invalid = |e: &dyn std::fmt::Display| ProduceError::new(ErrorCode::InvalidRecord, e.to_string());
    let stamped = header.timestamp_type() == TimestampType::LogAppendTime;
    let mut faults = Faults {
        config,
        now,
        stamped,
        max_timestamp: NO_TIMESTAMP,
        found: Vec::new(),
        bad_time: false,
    };
    // The header bounds every timestamp from above only: the lower bound needs the records.
    let create_time = config.timestamp_type == TimestampType::CreateTime;
    let timestamps_suspect = stamped
        || create_time
            && (faults.is_out_of_range(header.max_timestamp) && header.max_timestamp != NO_TIMESTAMP
                || config.timestamp_before_max_ms != i64::MAX
                || header.max_timestamp < header.base_timestamp);
    let decode = depth == RecordValidation::Full
        || config.compact
        || codec != Compression::None && timestamps_suspect
        || config.compression.is_some_and(|c| c != codec);
    if !decode {
        if codec != Compression::None {
            return Ok(None);
        }
        let time = |delta: i64| match stamped {
            true => header.max_timestamp,
            false => header.base_timestamp.wrapping_add(delta),
        };
        walk_frames(&batch.body(), header.record_count, |index, delta| {
            faults.check_time(index, time(delta));
        })
        .map_err(|e| invalid(&e))?;
        return faults.verdict();
    }
    let records = batch.records(INFLATED_MAX_BYTES).map_err(|e| match e {
        RecordError::Compression(CompressError::TooLarge { .. }) => {
            ProduceError::new(ErrorCode::MessageTooLarge, e.to_string())
        }
        e => invalid(&e),
    })?;
    for (index, record) in (0_i32..).zip(records) {
        let record = record.map_err(|e| invalid(&e))?;
        if record.offset != header.base_offset.wrapping_add(i64::from(index)) {
            return Err(invalid(&format_args!(
                "One or more records have been rejected due to out-of-order offset of record {index}"
            )));
        }
        if config.compact && record.key.is_none() {
            let what = "Compacted topic cannot accept message without key in topic partition.";
            faults.max_timestamp = faults.max_timestamp.max(record.timestamp);
            faults.found.push((index, what.to_owned()));
        } else {
            faults.check_time(index, record.timestamp);
        }
    }
    faults.verdict()
}

/// The same records under another codec.
fn recompress(batch: &Batch, target: Compression) -> Result<Batch, ProduceError> {
    let corrupt = |e: String| ProduceError::new(ErrorCode::CorruptMessage, e);
    let header = &batch.header;
    let mut builder = BatchBuilder::new(target);
    builder.set_producer(header.producer_id, header.producer_epoch, header.base_sequence);
    if header.is_transactional() {
        builder = builder.transactional();
    }
    for record in batch.records(INFLATED_MAX_BYTES).map_err(|e| corrupt(e.to_string()))? {
        let record = record.map_err(|e| corrupt(e.to_string()))?;
        builder.append(
            record.timestamp,
            record.key.as_deref(),
            record.value.as_deref(),
            &record.headers,
        );
    }
    let bytes = builder.build().map_err(|e| corrupt(e.to_string()))?;
    Batch::parse_unchecked(&bytes).map_err(|e| corrupt(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    const NOW: i64 = 1_000_000_000_000;

    fn batch(codec: Compression, keyed: bool, ts: i64) -> Bytes {
        let mut b = BatchBuilder::new(codec);
        b.append(ts, keyed.then_some(b"k"), Some(b"value"), &[]);
        b.append(ts, keyed.then_some(b"k"), Some(b"value"), &[]);
        b.build().unwrap()
    }

    fn code(records: &Bytes, config: &LogConfig) -> ErrorCode {
        validate(records, config, RecordValidation::Frame, NOW).map_or_else(|e| e.code, |_| ErrorCode::None)
    }

    /// Changes a header field and makes the checksum fit again.
    fn forged(at: usize, value: i32) -> Bytes {
        let mut bytes = batch(Compression::None, true, NOW).to_vec();
        be::put_i32(&mut bytes, at, value);
        let crc = crc32c(&bytes[layout::ATTRIBUTES..]);
        be::put_u32(&mut bytes, layout::CRC, crc);
        Bytes::from(bytes)
    }

    #[test]
    fn kafkas_errors() {
        let config = LogConfig::default();
        let good = batch(Compression::None, false, NOW);
        assert_eq!(code(&good, &config), ErrorCode::None);
        let mut flipped = good.to_vec();
        flipped[70] ^= 1;
        assert_eq!(code(&Bytes::from(flipped), &config), ErrorCode::CorruptMessage);
        assert_eq!(code(&good.slice(..50), &config), ErrorCode::InvalidRecord);
        assert_eq!(
            code(&[&good[..], &good[..]].concat().into(), &config),
            ErrorCode::InvalidRecord
        );
        assert_eq!(
            code(&forged(layout::RECORD_COUNT, 5), &config),
            ErrorCode::InvalidRecord
        );
        assert_eq!(
            code(&forged(layout::LAST_OFFSET_DELTA, 0), &config),
            ErrorCode::InvalidRecord
        );
        assert_eq!(
            code(&batch(Compression::None, true, NOW + 7_200_000), &config),
            ErrorCode::InvalidTimestamp
        );
        let small = LogConfig {
            max_message_bytes: 20,
            ..config.clone()
        };
        assert_eq!(code(&good, &small), ErrorCode::MessageTooLarge);
        let compact = LogConfig {
            compact: true,
            ..config.clone()
        };
        for codec in Compression::ALL {
            assert_eq!(code(&batch(codec, false, NOW), &compact), ErrorCode::InvalidRecord);
            assert_eq!(code(&batch(codec, true, NOW), &compact), ErrorCode::None);
        }
    }

    #[test]
    fn the_topics_codec_wins() {
        let config = LogConfig {
            compression: Some(Compression::Zstd),
            ..LogConfig::default()
        };
        let done = validate(
            &batch(Compression::Gzip, true, NOW),
            &config,
            RecordValidation::Frame,
            NOW,
        )
        .unwrap();
        assert_eq!(done.batch.header.compression().unwrap(), Compression::Zstd);
        done.batch.verify().unwrap();
        assert_eq!(done.batch.records(1000).unwrap().count(), 2);
    }
}
