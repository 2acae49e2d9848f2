//! The broker's settings: Kafka's names and defaults, one table.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::LazyLock;
use weir_config::{ConfigDef, ConfigErrors, ConfigKey, ConfigValue, Settings, Update, Validator};
use weir_engine::group::GroupConfig;
use weir_engine::topic_config;
use weir_engine::validate::RecordValidation;

/// The broker's own settings; defaults of topics follow from [`topic_config`].
pub const KEYS: &[ConfigKey] = &[
    ConfigKey::string("listeners").default("PLAINTEXT://127.0.0.1:9092").high()
        .doc("Addresses to listen on, as NAME://HOST:PORT. Weir listens on loopback unless told otherwise."),
    ConfigKey::string("advertised.listeners").default_null().high()
        .doc("Addresses that clients are told to use. Without it a client is told the address it dialled."),
    ConfigKey::string("log.dirs").default_null().high().doc("Directory of the logs. Default: `logs` in the data directory."),
    ConfigKey::int("node.id").default("1").check(Validator::AtLeast(0)).high().aliases(&["broker.id"]).doc("Id of this node."),
    ConfigKey::string("broker.rack").default_null().doc("Rack or zone of this broker."),
    ConfigKey::boolean("auto.create.topics.enable").default("true").doc("Whether asking for a topic's metadata makes the topic."),
    ConfigKey::boolean("delete.topic.enable").default("true").doc("Whether topics can be deleted."),
    ConfigKey::int("num.partitions").default("1").check(Validator::AtLeast(1)).doc("Partitions of a topic that is made without a number."),
    ConfigKey::int("default.replication.factor").default("1").check(Validator::AtLeast(1)).doc("Replicas of a topic that is made without a number."),
    ConfigKey::int("offsets.topic.num.partitions").default("50").check(Validator::AtLeast(1)).high().doc("Partitions of __consumer_offsets; cannot change once it exists."),
    ConfigKey::int("offsets.topic.segment.bytes").default("104857600").check(Validator::AtLeast(1)).doc("Segment size of __consumer_offsets, in bytes."),
    ConfigKey::int("num.network.threads").default_null().check(Validator::Custom(none_or_some)).high().update(Update::ReadOnly)
        .doc("Threads that serve connections and do what they ask for, at most one a core. Default: half of the cores, at least one. Kafka has 3, and num.io.threads behind them."),
    ConfigKey::int("socket.request.max.bytes").default("104857600").check(Validator::AtLeast(1)).doc("Largest request, in bytes; a larger one closes the connection."),
    ConfigKey::long("connections.max.idle.ms").default("600000").doc("Milliseconds of silence after which a connection is closed."),
    ConfigKey::int("max.connections").default("10000").check(Validator::AtLeast(1)).doc("Connections at one time; one more is closed at once. Lower than Kafka's 2147483647: a file descriptor each."),
    ConfigKey::int("fetch.max.bytes").default("57671680").check(Validator::AtLeast(1024)).doc("Largest fetch response, in bytes."),
    ConfigKey::string("flush.mode").default("fsync").check(Validator::OneOf(&["fsync", "os"]))
        .doc("When acks=all is answered: fsync, after the journal is on stable storage; os, as Kafka does, once it is in the page cache."),
    ConfigKey::long("journal.file.bytes").default("67108864").check(Validator::AtLeast(1 << 20)).low()
        .doc("Bytes of a journal file (flush.mode=fsync); two or three of them are kept and used again."),
    ConfigKey::string("record.validation").default("frame").check(Validator::OneOf(&["frame", "full"]))
        .doc("How deep produced batches are checked: frame walks uncompressed records and trusts compressed ones after their checksum; full decodes every record, as Kafka does."),
    ConfigKey::int("group.min.session.timeout.ms").default("6000").doc("Shortest session timeout a member may ask for."),
    ConfigKey::int("group.max.session.timeout.ms").default("1800000").doc("Longest session timeout a member may ask for."),
    ConfigKey::int("group.initial.rebalance.delay.ms").default("3000").doc("How long the first rebalance of a group waits for more members."),
    ConfigKey::int("group.max.size").default("2147483647").check(Validator::AtLeast(1)).doc("Members of a group."),
    ConfigKey::int("offset.metadata.max.bytes").default("4096").doc("Largest metadata of a committed offset."),
    ConfigKey::int("offsets.retention.minutes").default("10080").check(Validator::AtLeast(1)).high().doc("How long offsets of an empty group are kept."),
    ConfigKey::long("offsets.retention.check.interval.ms").default("600000").check(Validator::AtLeast(1)).high().doc("How often expired offsets are looked for."),
    ConfigKey::long("log.retention.check.interval.ms").default("300000").check(Validator::AtLeast(1)).doc("How often old segments are looked for."),
    ConfigKey::int("log.flush.offset.checkpoint.interval.ms").default("60000").check(Validator::AtLeast(0)).high().doc("How often recovery points are written."),
    ConfigKey::int("producer.id.expiration.ms").default("86400000").check(Validator::AtLeast(1)).doc("How long a silent idempotent producer is remembered."),
    ConfigKey::int("log.retention.hours").default("168").high().update(Update::ReadOnly).doc("Retention of topics without retention.ms, when neither log.retention.ms nor log.retention.minutes is set."),
    ConfigKey::int("log.retention.minutes").default_null().high().doc("Retention of topics without retention.ms, when log.retention.ms is not set."),
    ConfigKey::int("log.roll.hours").default("168").check(Validator::AtLeast(1)).high().doc("Segment age of topics without segment.ms, when log.roll.ms is not set."),
    ConfigKey::list("process.roles").default("").doc("Kafka's roles of a node. Weir is always broker and controller."),
    ConfigKey::string("controller.listener.names").default_null().doc("Kafka's controller listener. Weir's metadata log needs none."),
    ConfigKey::string("listener.security.protocol.map").default_null().doc("Listener name to security protocol."),
    ConfigKey::string("inter.broker.listener.name").default_null().doc("Listener between brokers."),
];

/// `AtLeast(1)` where there is a value.
fn none_or_some(value: &ConfigValue) -> Result<(), String> {
    match value {
        ConfigValue::Int(n) if *n < 1 => Err("Value must be at least 1".into()),
        _ => Ok(()),
    }
}

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    let mut def = ConfigDef::from_keys(KEYS);
    for key in topic_config::KEYS {
        let mut entry = weir_config::Entry::from(*key);
        let name = topic_config::broker_synonym(key.name);
        if def.entry(&name).is_none() {
            entry.name = name.into();
            def.define(entry);
        }
    }
    def
});

/// The table.
#[must_use]
pub fn def() -> &'static ConfigDef {
    &DEF
}

/// One address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerConfig {
    /// Such as `PLAINTEXT`.
    pub name: String,
    /// Where.
    pub address: SocketAddr,
}

/// The broker's settings, typed.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the table documents each")]
pub struct BrokerConfig {
    pub listeners: Vec<ListenerConfig>,
    /// Host and port that clients are told, by listener name.
    pub advertised: BTreeMap<String, (String, u16)>,
    pub log_dir: PathBuf,
    pub node_id: i32,
    pub rack: Option<String>,
    pub auto_create_topics: bool,
    pub delete_topics: bool,
    pub num_partitions: i32,
    pub default_replication_factor: i16,
    pub offsets_topic_partitions: i32,
    pub offsets_topic_segment_bytes: i32,
    /// `num.network.threads`
    pub threads: Option<usize>,
    pub request_max_bytes: usize,
    pub connections_max_idle_ms: i64,
    pub connections_max: usize,
    pub fetch_max_bytes: usize,
    pub fsync: bool,
    /// `journal.file.bytes`
    pub journal_file_bytes: u64,
    pub validation: RecordValidation,
    pub group: GroupConfig,
    pub retention_check_interval_ms: u64,
    pub checkpoint_interval_ms: u64,
    pub producer_id_expiration_ms: i64,
    /// Defaults of topics that the broker's settings give, under topic names.
    pub topic_defaults: BTreeMap<String, String>,
    /// Everything as given and defaulted, for DescribeConfigs.
    pub settings: Settings,
}

/// Why settings are refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// By the table.
    #[error(transparent)]
    Values(#[from] ConfigErrors),
    /// By what it means.
    #[error("Invalid value {value} for configuration {name}: {reason}")]
    Value {
        /// Setting.
        name: &'static str,
        /// As given.
        value: String,
        /// What is wrong.
        reason: String,
    },
}

fn parse_listener(setting: &'static str, text: &str) -> Result<(String, String, u16), ConfigError> {
    let bad = |reason: &str| ConfigError::Value {
        name: setting,
        value: text.to_owned(),
        reason: reason.to_owned(),
    };
    let (name, rest) = text.split_once("://").ok_or_else(|| bad("expected NAME://HOST:PORT"))?;
    let (host, port) = rest.rsplit_once(':').ok_or_else(|| bad("no port"))?;
    let port = port.parse().map_err(|_| bad("the port is not a number below 65536"))?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Ok((name.to_uppercase(), host.to_owned(), port))
}

/// What a listener speaks, by `listener.security.protocol.map`, as Kafka has it: each protocol is a listener's name too.
fn security_protocol(map: Option<&str>, listener: &str) -> Option<String> {
    let own = || ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"].map(|name| format!("{name}:{name}"));
    map.map_or_else(|| own().join(","), str::to_owned)
        .split(',')
        .filter_map(|pair| pair.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case(listener))
        .map(|(_, protocol)| protocol.trim().to_uppercase())
}

impl BrokerConfig {
    /// From a string map; `data_dir` is where logs go unless `log.dirs` says otherwise.
    pub fn from_map(map: &BTreeMap<String, String>, data_dir: &std::path::Path) -> Result<Self, ConfigError> {
        let s = DEF.parse(
            map.iter()
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect::<BTreeMap<_, _>>(),
        )?;
        let text = |name: &str| s.get::<Option<String>>(name).ok().flatten().filter(|t| !t.is_empty());
        let int = |name: &str| s.get::<i64>(name).unwrap_or_default();
        let flag = |name: &str| s.get::<bool>(name).unwrap_or_default();
        let controller: Vec<String> = text("controller.listener.names")
            .iter()
            .map(|n| n.to_uppercase())
            .collect();
        let mut listeners = Vec::new();
        for one in text("listeners")
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|l| !l.is_empty())
        {
            let (name, host, port) = parse_listener("listeners", one)?;
            // A server.properties of a KRaft node names its controller's listener: nothing of ours speaks there.
            if controller.contains(&name) {
                continue;
            }
            let refused = |reason: String| ConfigError::Value {
                name: "listeners",
                value: one.to_owned(),
                reason,
            };
            match security_protocol(text("listener.security.protocol.map").as_deref(), &name).as_deref() {
                Some("PLAINTEXT") => {}
                Some(other) => return Err(refused(format!("{other} is not supported yet, only PLAINTEXT is"))),
                None => {
                    return Err(refused(format!(
                        "No security protocol defined for listener {name}: listener.security.protocol.map says it"
                    )));
                }
            }
            if listeners.iter().any(|other: &ListenerConfig| other.name == name) {
                return Err(refused("Each listener must have a different name".into()));
            }
            let host = match host.as_str() {
                "" | "0.0.0.0" => "0.0.0.0",
                "localhost" => "127.0.0.1",
                other => other,
            };
            let ip = host
                .parse()
                .map_err(|_| refused("the host is not an IP address".into()))?;
            listeners.push(ListenerConfig {
                name,
                address: SocketAddr::new(ip, port),
            });
        }
        let mut advertised = BTreeMap::new();
        for one in text("advertised.listeners")
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|l| !l.is_empty())
        {
            let (name, host, port) = parse_listener("advertised.listeners", one)?;
            advertised.insert(name, (host, port));
        }
        let log_dirs = text("log.dirs").unwrap_or_default();
        let mut log_dirs = log_dirs.split(',').map(str::trim).filter(|dir| !dir.is_empty());
        let log_dir = log_dirs.next().map_or_else(|| data_dir.join("logs"), PathBuf::from);
        if let Some(second) = log_dirs.next() {
            return Err(ConfigError::Value {
                name: "log.dirs",
                value: text("log.dirs").unwrap_or_default(),
                reason: format!("one log directory is supported, {second} is a second one"),
            });
        }
        let mut topic_defaults = BTreeMap::new();
        for key in topic_config::KEYS {
            if let Some(value) = map.get(&topic_config::broker_synonym(key.name)) {
                topic_defaults.insert(key.name.to_owned(), value.clone());
            }
        }
        let scaled = |name: &str, factor: i64| {
            map.get(name)
                .and_then(|v| v.parse::<i64>().ok())
                .map(|v| if v < 0 { -1 } else { v * factor })
        };
        if !topic_defaults.contains_key("retention.ms")
            && let Some(ms) =
                scaled("log.retention.minutes", 60_000).or_else(|| scaled("log.retention.hours", 3_600_000))
        {
            topic_defaults.insert("retention.ms".into(), ms.to_string());
        }
        if !topic_defaults.contains_key("segment.ms")
            && let Some(ms) = scaled("log.roll.hours", 3_600_000)
        {
            topic_defaults.insert("segment.ms".into(), ms.to_string());
        }
        let narrow = |name: &str| i32::try_from(int(name)).unwrap_or(i32::MAX);
        Ok(Self {
            listeners,
            advertised,
            log_dir,
            node_id: narrow("node.id"),
            rack: text("broker.rack"),
            auto_create_topics: flag("auto.create.topics.enable"),
            delete_topics: flag("delete.topic.enable"),
            num_partitions: narrow("num.partitions"),
            default_replication_factor: i16::try_from(int("default.replication.factor")).unwrap_or(1),
            offsets_topic_partitions: narrow("offsets.topic.num.partitions"),
            offsets_topic_segment_bytes: narrow("offsets.topic.segment.bytes"),
            threads: s
                .get::<Option<i64>>("num.network.threads")
                .ok()
                .flatten()
                .and_then(|n| usize::try_from(n).ok()),
            request_max_bytes: usize::try_from(int("socket.request.max.bytes")).unwrap_or(100 << 20),
            connections_max_idle_ms: int("connections.max.idle.ms"),
            connections_max: usize::try_from(int("max.connections")).unwrap_or(usize::MAX),
            fetch_max_bytes: usize::try_from(int("fetch.max.bytes")).unwrap_or(55 << 20),
            fsync: text("flush.mode").as_deref() != Some("os"),
            journal_file_bytes: u64::try_from(int("journal.file.bytes")).unwrap_or(64 << 20),
            validation: if text("record.validation").as_deref() == Some("full") {
                RecordValidation::Full
            } else {
                RecordValidation::Frame
            },
            group: GroupConfig {
                session_timeout_min_ms: narrow("group.min.session.timeout.ms"),
                session_timeout_max_ms: narrow("group.max.session.timeout.ms"),
                initial_rebalance_delay_ms: narrow("group.initial.rebalance.delay.ms"),
                size_max: usize::try_from(int("group.max.size")).unwrap_or(usize::MAX),
                offset_metadata_max_bytes: usize::try_from(int("offset.metadata.max.bytes")).unwrap_or(4096),
                offsets_retention_ms: int("offsets.retention.minutes").saturating_mul(60_000),
                retention_check_interval_ms: int("offsets.retention.check.interval.ms"),
            },
            retention_check_interval_ms: u64::try_from(int("log.retention.check.interval.ms")).unwrap_or(300_000),
            checkpoint_interval_ms: u64::try_from(int("log.flush.offset.checkpoint.interval.ms"))
                .unwrap_or(60_000)
                .max(1000),
            producer_id_expiration_ms: int("producer.id.expiration.ms"),
            topic_defaults,
            settings: s,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(settings: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let map = settings
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let config = BrokerConfig::from_map(&map, std::path::Path::new("data")).map_err(|e| e.to_string())?;
        Ok(config.listeners.into_iter().map(|l| l.name).collect())
    }

    #[test]
    fn a_listener_speaks_what_its_name_says_or_is_refused() {
        let one = |listeners| parsed(&[("listeners", listeners)]);
        assert_eq!(one("PLAINTEXT://127.0.0.1:0").unwrap(), ["PLAINTEXT"]);
        for (listeners, reason) in [
            ("SSL://127.0.0.1:0", "SSL is not supported yet"),
            ("SASL_PLAINTEXT://127.0.0.1:0", "SASL_PLAINTEXT is not supported yet"),
            ("FOO://127.0.0.1:0", "No security protocol defined for listener FOO"),
            ("PLAINTEXT://127.0.0.1:0,PLAINTEXT://127.0.0.1:1", "a different name"),
        ] {
            let said = one(listeners).unwrap_err();
            assert!(said.contains(reason), "{said}");
        }
        let map = ("listener.security.protocol.map", "INSIDE:PLAINTEXT, OUTSIDE:SSL");
        assert_eq!(
            parsed(&[("listeners", "INSIDE://127.0.0.1:0"), map]).unwrap(),
            ["INSIDE"]
        );
        assert!(parsed(&[("listeners", "OUTSIDE://127.0.0.1:0"), map]).is_err());
        assert!(parsed(&[("listeners", "PLAINTEXT://127.0.0.1:0"), map]).is_err());
    }

    #[test]
    fn a_second_log_directory_is_refused() {
        assert!(parsed(&[("log.dirs", "/a")]).is_ok() && parsed(&[("log.dirs", "/a,/b")]).is_err());
    }
}
