//! What a log needs to know of its topic's configuration, already typed. The table of names, defaults and texts is
//! [`crate::topic_config`].

use weir_core::compress::Compression;
use weir_core::record::TimestampType;

/// Settings of one log. Sizes in bytes, times in milliseconds; -1 is unlimited where Kafka says so.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the names are Kafka's topic settings; topic_config documents each"
)]
pub struct LogConfig {
    pub segment_bytes: u64,
    pub segment_ms: i64,
    pub index_interval_bytes: u64,
    pub retention_bytes: i64,
    pub retention_ms: i64,
    pub max_message_bytes: usize,
    /// `cleanup.policy` has `delete`.
    pub delete: bool,
    /// `cleanup.policy` has `compact`.
    pub compact: bool,
    /// `None` is `producer`: keep what came.
    pub compression: Option<Compression>,
    pub timestamp_type: TimestampType,
    pub timestamp_before_max_ms: i64,
    pub timestamp_after_max_ms: i64,
    pub min_insync_replicas: i32,
    pub file_delete_delay_ms: i64,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            segment_bytes: 1 << 30,
            segment_ms: 7 * 24 * 3_600_000,
            index_interval_bytes: 4096,
            retention_bytes: -1,
            retention_ms: 7 * 24 * 3_600_000,
            max_message_bytes: 1_048_588,
            delete: true,
            compact: false,
            compression: None,
            timestamp_type: TimestampType::CreateTime,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: 3_600_000,
            min_insync_replicas: 1,
            file_delete_delay_ms: 60_000,
        }
    }
}
