//! What a leader checks before it appends a produced batch (`LogValidator`, `UnifiedLog.analyzeAndValidateRecords`),
//! and the rewrites that a topic's settings ask for.

use crate::log::LogConfig;
use bytes::Bytes;
use weir_core::ErrorCode;
use weir_core::compress::{Compression, INFLATED_MAX_BYTES};
use weir_core::record::{Batch, BatchBuilder, BatchError, TimestampType, walk_frames};

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
}

impl ProduceError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            records: Vec::new(),
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

/// Checks the records of one partition of a produce request.
pub fn validate(
    records: &Bytes,
    config: &LogConfig,
    depth: RecordValidation,
    now: i64,
) -> Result<Validated, ProduceError> {
    let batch = Batch::parse(records).map_err(|e| match e {
        BatchError::BadMagic(_) => ProduceError::new(ErrorCode::UnsupportedForMessageFormat, e.to_string()),
        _ => ProduceError::new(ErrorCode::CorruptMessage, format!("Record is corrupt: {e}")),
    })?;
    let header = &batch.header;
    let invalid = |message: &str| ProduceError::new(ErrorCode::InvalidRecord, message);
    if batch.bytes.len() != records.len() {
        return Err(invalid("Compressed outer record set has more than one batch"));
    }
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
    if header.timestamp_type() == TimestampType::LogAppendTime {
        return Err(ProduceError::new(
            ErrorCode::InvalidTimestamp,
            "Invalid timestamp type in record batch: a producer cannot set LogAppendTime",
        ));
    }
    let codec = header
        .compression()
        .map_err(|e| ProduceError::new(ErrorCode::CorruptMessage, e.to_string()))?;
    check_size(&batch, config)?;
    check_records(&batch, config, codec, depth, now)?;
    let target = config.compression.unwrap_or(codec);
    let batch = if target == codec {
        batch
    } else {
        recompress(&batch, target)?
    };
    check_size(&batch, config)?;
    let append_time = (config.timestamp_type == TimestampType::LogAppendTime).then_some(now);
    Ok(Validated { batch, append_time })
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

fn check_records(
    batch: &Batch,
    config: &LogConfig,
    codec: Compression,
    depth: RecordValidation,
    now: i64,
) -> Result<(), ProduceError> {
    let header = &batch.header;
    let create_time = config.timestamp_type == TimestampType::CreateTime;
    let late = |ts: i64| create_time && ts.saturating_sub(now) > config.timestamp_after_max_ms;
    let early = |ts: i64| create_time && ts >= 0 && now.saturating_sub(ts) > config.timestamp_before_max_ms;
    // The header bounds every timestamp from above only: the lower bound needs the records.
    let timestamps_suspect = late(header.max_timestamp)
        || create_time && config.timestamp_before_max_ms != i64::MAX
        || header.max_timestamp < header.base_timestamp;
    let decode = depth == RecordValidation::Full
        || config.compact
        || timestamps_suspect
        || config.compression.is_some_and(|c| c != codec);
    if !decode {
        return match codec {
            Compression::None => walk_frames(&batch.body(), header.record_count)
                .map_err(|e| ProduceError::new(ErrorCode::InvalidRecord, e.to_string())),
            _ => Ok(()),
        };
    }
    let records = batch
        .records(INFLATED_MAX_BYTES)
        .map_err(|e| ProduceError::new(ErrorCode::CorruptMessage, e.to_string()))?;
    let (mut keyless, mut bad_time) = (Vec::new(), Vec::new());
    for (index, record) in (0_i32..).zip(records) {
        let record = record.map_err(|e| ProduceError::new(ErrorCode::InvalidRecord, e.to_string()))?;
        if record.offset != header.base_offset.wrapping_add(i64::from(index)) {
            return Err(ProduceError::new(
                ErrorCode::InvalidRecord,
                format!("One or more records have been rejected due to out-of-order offset of record {index}"),
            ));
        }
        if config.compact && record.key.is_none() {
            keyless.push((
                index,
                "Compacted topic cannot accept message without key in topic partition.".to_owned(),
            ));
        }
        if late(record.timestamp) || early(record.timestamp) {
            bad_time.push((
                index,
                format!("Timestamp {} of message with offset {index} is out of range. The timestamp should be within [{}, {}]",
                    record.timestamp, now.saturating_sub(config.timestamp_before_max_ms), now.saturating_add(config.timestamp_after_max_ms)),
            ));
        }
    }
    let refuse = |code, records: Vec<(i32, String)>, what: &str| {
        let message = format!(
            "One or more records have been rejected due to {} record errors in total, and only showing the first three errors at most: {what}",
            records.len()
        );
        Err(ProduceError { code, message, records })
    };
    if !keyless.is_empty() {
        return refuse(
            ErrorCode::InvalidRecord,
            keyless,
            "records without key in a compacted topic",
        );
    }
    if !bad_time.is_empty() {
        return refuse(ErrorCode::InvalidTimestamp, bad_time, "timestamps out of range");
    }
    Ok(())
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
    use weir_core::be;
    use weir_core::record::layout;

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
        let crc = weir_core::crc::crc32c(&bytes[layout::ATTRIBUTES..]);
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
        assert_eq!(code(&good.slice(..50), &config), ErrorCode::CorruptMessage);
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
