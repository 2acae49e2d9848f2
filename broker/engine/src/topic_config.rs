//! The settings of a topic, as `TopicConfig` and `LogConfig` of Kafka 4.3 define them: one table feeds validation,
//! DescribeConfigs and [`LogConfig`].

use crate::log::LogConfig;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use weir_config::{ConfigDef, ConfigErrors, ConfigKey, ConfigType, ConfigValue, Settings, Update, Validator};
use weir_core::compress::Compression;
use weir_core::record::TimestampType;

const fn key(k: ConfigKey) -> ConfigKey {
    k.update(Update::ClusterWide)
}

/// `GzipCompression.LevelValidator`.
fn gzip_level(value: &ConfigValue) -> Result<(), String> {
    match value {
        ConfigValue::Int(-1 | 1..=9) => Ok(()),
        _ => Err("Value must be between 1 and 9 or equal to -1".into()),
    }
}

fn follower_throttled(value: &ConfigValue) -> Result<(), String> {
    throttled("follower.replication.throttled.replicas", value)
}

fn leader_throttled(value: &ConfigValue) -> Result<(), String> {
    throttled("leader.replication.throttled.replicas", value)
}

/// `ThrottledReplicaListValidator`.
fn throttled(name: &str, value: &ConfigValue) -> Result<(), String> {
    let number = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let pair = |s: &String| s.split_once(':').is_some_and(|(p, b)| number(p) && number(b));
    match value {
        ConfigValue::List(items) if items.iter().all(pair) || matches!(items.as_slice(), [all] if all == "*") => Ok(()),
        _ => Err(format!(
            "{name} must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],..."
        )),
    }
}

/// Every topic setting.
pub const KEYS: &[ConfigKey] = &[
    key(ConfigKey::list("cleanup.policy").default("delete").check(Validator::OneOf(&["compact", "delete"]))
        .doc("What happens to old segments: delete drops them by time or size, compact keeps the last record of each key. Empty keeps all.")),
    key(ConfigKey::int("compression.gzip.level").default("-1").check(Validator::Custom(gzip_level)).doc("Level when compression.type is gzip: 1 to 9, -1 for the default.")),
    key(ConfigKey::int("compression.lz4.level").default("9").check(Validator::Between(1, 17)).doc("Level when compression.type is lz4.")),
    key(ConfigKey::string("compression.type").default("producer")
        .check(Validator::OneOf(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]))
        .doc("Codec of stored batches; producer keeps what was sent.")),
    key(ConfigKey::int("compression.zstd.level").default("3").check(Validator::Between(-131_072, 22)).doc("Level when compression.type is zstd.")),
    key(ConfigKey::long("delete.retention.ms").default("86400000").check(Validator::AtLeast(0)).doc("Milliseconds that tombstones of a compacted topic are kept.")),
    key(ConfigKey::long("file.delete.delay.ms").default("60000").check(Validator::AtLeast(0)).doc("Milliseconds before a deleted file leaves the file system.")),
    key(ConfigKey::long("flush.messages").default("9223372036854775807").check(Validator::AtLeast(1)).doc("Records between forced syncs of the log.")),
    key(ConfigKey::long("flush.ms").default("9223372036854775807").check(Validator::AtLeast(0)).doc("Milliseconds between forced syncs of the log.")),
    key(ConfigKey::list("follower.replication.throttled.replicas").default("").check(Validator::Custom(follower_throttled)).doc("Replicas whose replication is throttled on the follower side: partition:broker pairs or *.")),
    key(ConfigKey::int("index.interval.bytes").default("4096").check(Validator::AtLeast(0)).doc("Bytes of log between two index entries.")),
    key(ConfigKey::list("leader.replication.throttled.replicas").default("").check(Validator::Custom(leader_throttled)).doc("Replicas whose replication is throttled on the leader side: partition:broker pairs or *.")),
    key(ConfigKey::long("local.retention.bytes").default("-2").check(Validator::AtLeast(-2)).doc("Bytes kept locally of a tiered topic; -2 follows retention.bytes.")),
    key(ConfigKey::long("local.retention.ms").default("-2").check(Validator::AtLeast(-2)).doc("Milliseconds kept locally of a tiered topic; -2 follows retention.ms.")),
    key(ConfigKey::long("max.compaction.lag.ms").default("9223372036854775807").check(Validator::AtLeast(1)).doc("Longest time a record may wait for compaction, in milliseconds.")),
    key(ConfigKey::int("max.message.bytes").default("1048588").check(Validator::AtLeast(0)).doc("Largest record batch, in bytes, after compression.")),
    key(ConfigKey::long("message.timestamp.after.max.ms").default("3600000").check(Validator::AtLeast(0)).doc("How far a record's timestamp may lie in the future, in milliseconds.")),
    key(ConfigKey::long("message.timestamp.before.max.ms").default("9223372036854775807").check(Validator::AtLeast(0)).doc("How far a record's timestamp may lie in the past, in milliseconds.")),
    key(ConfigKey::string("message.timestamp.type").default("CreateTime").check(Validator::OneOf(&["CreateTime", "LogAppendTime"])).doc("Whose clock sets timestamps.")),
    key(ConfigKey::double("min.cleanable.dirty.ratio").default("0.5").check(Validator::BetweenF64(0.0, 1.0)).doc("Uncompacted share of a log at which the cleaner takes it.")),
    key(ConfigKey::long("min.compaction.lag.ms").default("0").check(Validator::AtLeast(0)).doc("Shortest time a record stays uncompacted, in milliseconds.")),
    key(ConfigKey::int("min.insync.replicas").default("1").check(Validator::AtLeast(1)).doc("Replicas that must have a record before acks=all is answered.")),
    key(ConfigKey::boolean("preallocate").default("false").doc("Whether a segment file is made at full size.")),
    key(ConfigKey::boolean("remote.log.copy.disable").default("false").doc("Makes a tiered topic read-only in its remote part.")),
    key(ConfigKey::boolean("remote.log.delete.on.disable").default("false").doc("Whether disabling tiering deletes the remote part.")),
    key(ConfigKey::boolean("remote.storage.enable").default("false").doc("Whether the topic is tiered.")),
    key(ConfigKey::long("retention.bytes").default("-1").doc("Largest size of a partition before old segments go, in bytes; -1 is unlimited.")),
    key(ConfigKey::long("retention.ms").default("604800000").check(Validator::AtLeast(-1)).doc("Age at which a segment goes, in milliseconds; -1 is unlimited.")),
    key(ConfigKey::int("segment.bytes").default("1073741824").check(Validator::AtLeast(1_048_576)).doc("Size of a segment file, in bytes.")),
    key(ConfigKey::int("segment.index.bytes").default("10485760").check(Validator::AtLeast(4)).doc("Largest size of an index, in bytes.")),
    key(ConfigKey::long("segment.jitter.ms").default("0").check(Validator::AtLeast(0)).doc("Random part taken off segment.ms so that segments do not roll all at once.")),
    key(ConfigKey::long("segment.ms").default("604800000").check(Validator::AtLeast(1)).doc("Age at which a segment rolls even when it is not full, in milliseconds.")),
    key(ConfigKey::boolean("unclean.leader.election.enable").default("false").doc("Whether a replica outside the in-sync set may lead as a last resort; it loses records.")),
];

/// Topic setting → broker setting that gives its default (`TopicConfigSynonyms`), where the name is not just
/// prefixed with `log.`.
pub fn broker_synonym(topic_setting: &str) -> String {
    match topic_setting {
        "max.message.bytes" => "message.max.bytes".into(),
        "compression.type"
        | "compression.gzip.level"
        | "compression.lz4.level"
        | "compression.zstd.level"
        | "min.insync.replicas"
        | "unclean.leader.election.enable"
        | "follower.replication.throttled.replicas"
        | "leader.replication.throttled.replicas" => topic_setting.into(),
        "segment.ms" => "log.roll.ms".into(),
        "segment.jitter.ms" => "log.roll.jitter.ms".into(),
        "segment.index.bytes" => "log.index.size.max.bytes".into(),
        "flush.messages" => "log.flush.interval.messages".into(),
        "flush.ms" => "log.flush.interval.ms".into(),
        "file.delete.delay.ms" => "log.segment.delete.delay.ms".into(),
        "delete.retention.ms" => "log.cleaner.delete.retention.ms".into(),
        "min.cleanable.dirty.ratio" => "log.cleaner.min.cleanable.ratio".into(),
        "min.compaction.lag.ms" => "log.cleaner.min.compaction.lag.ms".into(),
        "max.compaction.lag.ms" => "log.cleaner.max.compaction.lag.ms".into(),
        "local.retention.ms" => "log.local.retention.ms".into(),
        "local.retention.bytes" => "log.local.retention.bytes".into(),
        "remote.storage.enable" | "remote.log.copy.disable" | "remote.log.delete.on.disable" => topic_setting.into(),
        other => format!("log.{other}"),
    }
}

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| ConfigDef::from_keys(KEYS));

/// The table.
#[must_use]
pub fn def() -> &'static ConfigDef {
    &DEF
}

/// Parses a topic's own settings over the broker's defaults (given under topic names).
pub fn parse(own: &BTreeMap<String, String>, defaults: &BTreeMap<String, String>) -> Result<LogConfig, ConfigErrors> {
    Ok(log_config(&typed(defaults.iter().chain(own))?))
}

/// An item that a list has twice counts once, as in Kafka 4.1 and up (KIP-1161).
fn typed<'a>(settings: impl Iterator<Item = (&'a String, &'a String)>) -> Result<Settings, ConfigErrors> {
    let once = |list: &str| {
        let mut items: Vec<&str> = Vec::new();
        for item in list.split(',').map(str::trim) {
            if !items.contains(&item) {
                items.push(item);
            }
        }
        items.join(",")
    };
    let of = |(name, value): (&String, &String)| match DEF.entry(name) {
        Some(entry) if entry.key.kind == ConfigType::List => (name.clone(), once(value)),
        _ => (name.clone(), value.clone()),
    };
    DEF.parse(settings.map(of).collect::<BTreeMap<_, _>>())
}

/// What settings that are fine alone forbid together, and what asks for tiered storage (`LogConfig.validate`).
pub fn conflict(own: &BTreeMap<String, String>) -> Option<String> {
    let settings = typed(own.iter()).ok()?;
    let long = |name: &str| settings.get::<i64>(name).ok();
    let (min, max) = (long("min.compaction.lag.ms")?, long("max.compaction.lag.ms")?);
    if min > max {
        return Some(format!(
            "conflict topic config setting min.compaction.lag.ms ({min}) > max.compaction.lag.ms ({max})"
        ));
    }
    let tiered = settings.get::<bool>("remote.storage.enable").is_ok_and(|on| on);
    tiered.then(|| {
        "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage."
            .to_owned()
    })
}

/// Names that are no topic setting.
#[must_use]
pub fn unknown<'a>(own: impl IntoIterator<Item = &'a String>) -> Vec<&'a String> {
    own.into_iter().filter(|name| DEF.entry(name).is_none()).collect()
}

fn log_config(s: &Settings) -> LogConfig {
    let default = LogConfig::default();
    let long = |name: &str, or: i64| s.get::<i64>(name).unwrap_or(or);
    let unsigned = |name: &str, or: u64| s.get::<u64>(name).unwrap_or(or);
    let text = |name: &str| s.get::<String>(name).unwrap_or_default();
    let policy: Vec<String> = s.get("cleanup.policy").unwrap_or_default();
    LogConfig {
        segment_bytes: unsigned("segment.bytes", default.segment_bytes),
        segment_ms: long("segment.ms", default.segment_ms),
        index_interval_bytes: unsigned("index.interval.bytes", default.index_interval_bytes),
        retention_bytes: long("retention.bytes", default.retention_bytes),
        retention_ms: long("retention.ms", default.retention_ms),
        max_message_bytes: s.get("max.message.bytes").unwrap_or(default.max_message_bytes),
        delete: policy.iter().any(|p| p == "delete"),
        compact: policy.iter().any(|p| p == "compact"),
        compression: match text("compression.type").as_str() {
            "uncompressed" => Some(Compression::None),
            other => Compression::from_name(other),
        },
        timestamp_type: match text("message.timestamp.type").as_str() {
            "LogAppendTime" => TimestampType::LogAppendTime,
            _ => TimestampType::CreateTime,
        },
        timestamp_before_max_ms: long("message.timestamp.before.max.ms", default.timestamp_before_max_ms),
        timestamp_after_max_ms: long("message.timestamp.after.max.ms", default.timestamp_after_max_ms),
        min_insync_replicas: s.get("min.insync.replicas").unwrap_or(default.min_insync_replicas),
        file_delete_delay_ms: long("file.delete.delay.ms", default.file_delete_delay_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_typed_defaults_agree() {
        assert_eq!(parse(&BTreeMap::new(), &BTreeMap::new()).unwrap(), LogConfig::default());
    }

    #[test]
    fn own_settings_win_and_bad_ones_are_named() {
        let map = |k: &str, v: &str| BTreeMap::from([(k.to_owned(), v.to_owned())]);
        let config = parse(&map("retention.ms", "5"), &map("retention.ms", "7")).unwrap();
        assert_eq!(config.retention_ms, 5);
        let e = parse(&map("segment.bytes", "0"), &BTreeMap::new())
            .unwrap_err()
            .to_string();
        assert!(e.contains("segment.bytes"), "{e}");
        assert_eq!(unknown(map("retention.mss", "1").keys()), ["retention.mss"]);
    }
}
