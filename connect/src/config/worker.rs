//! The worker's settings: names and defaults of Kafka Connect's distributed worker.

use std::time::Duration;

use weir_connect_sdk::weir_config::{ConfigErrors, ConfigValue, Settings};
use weir_connect_sdk::{ConfigDef, ConfigError, ConfigKey, ConfigMap, Validator};

use super::validate::with_prefix;
use crate::convert::{converter, header_converter};

const KEYS: &[ConfigKey] = &[
    ConfigKey::list("bootstrap.servers")
        .default("localhost:9092")
        .high()
        .doc("Addresses of the Kafka cluster."),
    ConfigKey::string("group.id")
        .high()
        .check(Validator::NonEmpty)
        .doc("Name of the Connect cluster that this worker belongs to."),
    ConfigKey::class("key.converter")
        .high()
        .doc("Converter of keys unless a connector names its own."),
    ConfigKey::class("value.converter")
        .high()
        .doc("Converter of values unless a connector names its own."),
    ConfigKey::class("header.converter")
        .default("org.apache.kafka.connect.storage.SimpleHeaderConverter")
        .low()
        .doc("Converter of headers unless a connector names its own."),
    ConfigKey::string("config.storage.topic")
        .high()
        .check(Validator::NonEmpty)
        .doc("Topic that holds the connectors' settings."),
    ConfigKey::short("config.storage.replication.factor")
        .default("3")
        .low()
        .doc("Replication factor of that topic; -1 is the broker's default."),
    ConfigKey::string("offset.storage.topic")
        .high()
        .check(Validator::NonEmpty)
        .doc("Topic that holds the offsets of sources."),
    ConfigKey::short("offset.storage.replication.factor")
        .default("3")
        .low()
        .doc("Replication factor of that topic; -1 is the broker's default."),
    ConfigKey::int("offset.storage.partitions")
        .default("25")
        .low()
        .doc("Partitions of that topic; -1 is the broker's default."),
    ConfigKey::string("status.storage.topic")
        .high()
        .check(Validator::NonEmpty)
        .doc("Topic that holds the states of connectors and tasks."),
    ConfigKey::short("status.storage.replication.factor")
        .default("3")
        .low()
        .doc("Replication factor of that topic; -1 is the broker's default."),
    ConfigKey::int("status.storage.partitions")
        .default("5")
        .low()
        .doc("Partitions of that topic; -1 is the broker's default."),
    ConfigKey::list("listeners")
        .default("http://127.0.0.1:8083")
        .high()
        .doc("Addresses of the REST API. Only http is there today. (Kafka's own default listens on all interfaces.)"),
    ConfigKey::string("rest.advertised.host.name")
        .default_null()
        .low()
        .doc("Host that other workers reach this one by."),
    ConfigKey::int("rest.advertised.port")
        .default_null()
        .low()
        .doc("Port that other workers reach this one by."),
    ConfigKey::long("offset.flush.interval.ms")
        .default("60000")
        .low()
        .check(Validator::AtLeast(1))
        .doc("How often offsets are committed."),
    ConfigKey::long("offset.flush.timeout.ms")
        .default("5000")
        .low()
        .check(Validator::AtLeast(1))
        .doc("How long a commit of offsets may take when a task stops."),
    ConfigKey::long("task.shutdown.graceful.timeout.ms")
        .default("5000")
        .low()
        .check(Validator::AtLeast(0))
        .doc("How long tasks may take to stop before they are dropped."),
    ConfigKey::int("session.timeout.ms")
        .default("10000")
        .high()
        .doc("How long the group waits for a sign of life of this worker."),
    ConfigKey::int("heartbeat.interval.ms")
        .default("3000")
        .high()
        .doc("How often this worker gives a sign of life."),
    ConfigKey::int("rebalance.timeout.ms")
        .default("60000")
        .high()
        .doc("How long workers may take to join the group."),
    ConfigKey::boolean("topic.tracking.enable")
        .default("true")
        .low()
        .doc("Whether the topics that a connector uses are recorded."),
    ConfigKey::boolean("topic.tracking.allow.reset")
        .default("true")
        .low()
        .doc("Whether that record may be reset."),
    ConfigKey::string("exactly.once.source.support")
        .default("disabled")
        .check(Validator::OneOf(&["disabled"]))
        .doc("Exactly-once sources are not there yet."),
    ConfigKey::list("config.providers")
        .default("")
        .check(Validator::Custom(must_be_empty))
        .doc("Config providers are not there yet: settings are taken as they stand."),
    ConfigKey::list("rest.extension.classes")
        .default("")
        .check(Validator::Custom(must_be_empty))
        .doc("REST extensions are Java classes; there are none here."),
    ConfigKey::string("connector.client.config.override.policy")
        .default("All")
        .check(Validator::OneOf(&["All"]))
        .low()
        .doc("Connectors may override any setting of their clients; other policies are not there yet."),
    ConfigKey::list("plugin.path")
        .default("")
        .low()
        .doc("Accepted and not used: plugins are compiled in."),
    ConfigKey::string("plugin.discovery")
        .default("hybrid_warn")
        .low()
        .doc("Accepted and not used: plugins are compiled in."),
    ConfigKey::string("connect.protocol")
        .default("sessioned")
        .low()
        .doc("Accepted and not used: one worker runs everything, the others wait."),
    ConfigKey::int("scheduled.rebalance.max.delay.ms")
        .default("300000")
        .low()
        .doc("Accepted and not used: a waiting worker takes over at once."),
    ConfigKey::int("worker.sync.timeout.ms")
        .default("3000")
        .low()
        .doc("Accepted and not used."),
    ConfigKey::int("worker.unsync.backoff.ms")
        .default("300000")
        .low()
        .doc("Accepted and not used."),
    ConfigKey::boolean("topic.creation.enable")
        .default("true")
        .low()
        .doc("Whether source connectors may have topics created."),
];

/// Settings under these prefixes belong to converters, clients, and the signatures between JVM workers.
const ACCEPTED_PREFIXES: &[&str] = &[
    "key.converter.",
    "value.converter.",
    "header.converter.",
    "producer.",
    "consumer.",
    "admin.",
    "inter.worker.",
];

/// What would change the meaning of everything else must not be passed over.
fn must_be_empty(value: &ConfigValue) -> Result<(), String> {
    match value {
        ConfigValue::List(items) if items.is_empty() => Ok(()),
        _ => Err("not supported yet, leave it empty".to_owned()),
    }
}

/// The parsed settings of a worker.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    pub bootstrap_servers: Vec<String>,
    pub group_id: String,
    /// `key.converter`, `value.converter`, `header.converter` with their own settings: what connectors fall back to.
    pub converters: ConfigMap,
    pub config_topic: InternalTopic,
    pub offset_topic: InternalTopic,
    pub status_topic: InternalTopic,
    /// Host and port of the first `http` listener; port 0 takes a free one.
    pub listener: (String, u16),
    pub advertised_host: Option<String>,
    pub advertised_port: Option<i32>,
    pub offset_flush_interval: Duration,
    pub offset_flush_timeout: Duration,
    pub task_shutdown_timeout: Duration,
    pub session_timeout: Duration,
    pub heartbeat_interval: Duration,
    pub rebalance_timeout: Duration,
    pub topic_tracking: bool,
    pub topic_tracking_reset: bool,
    pub topic_creation: bool,
    /// Everything that was given, for client prefixes (`producer.`, `consumer.`, `admin.`).
    pub given: ConfigMap,
    /// Unknown names, as text.
    pub warnings: Vec<String>,
}

/// A topic of the worker's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InternalTopic {
    pub name: String,
    /// -1 is the broker's default.
    pub partitions: i32,
    /// -1 is the broker's default.
    pub replication_factor: i16,
}

impl WorkerConfig {
    /// The table.
    pub fn def() -> ConfigDef {
        ACCEPTED_PREFIXES
            .iter()
            .fold(ConfigDef::from_keys(KEYS), |def, prefix| def.allow_prefix(*prefix))
    }

    /// Parses and checks a worker's settings.
    ///
    /// # Errors
    /// All errors at once.
    pub fn parse(given: &ConfigMap) -> Result<Self, ConfigErrors> {
        let settings = Self::def().parse(given.clone())?;
        let wrong = |error: ConfigError| ConfigErrors {
            errors: vec![error],
            warnings: settings.warnings().to_vec(),
        };
        let config = Self::read(given, &settings).map_err(|error| wrong(ConfigError::other("", error.to_string())))?;
        let Some(listener) = settings
            .get::<Vec<String>>("listeners")
            .ok()
            .as_deref()
            .and_then(listener)
        else {
            let reason = "one listener http://HOST:PORT is needed, https is not there yet";
            return Err(wrong(ConfigError::invalid(
                "listeners",
                given.get("listeners").cloned().unwrap_or_default(),
                reason,
            )));
        };
        for part in ["key.converter", "value.converter", "header.converter"] {
            config.check_converter(part).map_err(|text| {
                wrong(ConfigError::invalid(
                    part,
                    config.converters.get(part).cloned().unwrap_or_default(),
                    text,
                ))
            })?;
        }
        Ok(Self { listener, ..config })
    }

    fn check_converter(&self, part: &str) -> Result<(), String> {
        let settings = with_prefix(&self.converters, &format!("{part}."));
        let class = self.converters.get(part).cloned().unwrap_or_default();
        let made = match part {
            "header.converter" => header_converter(&class, &settings).map(|_| ()),
            _ => converter(&class, &settings, part == "key.converter").map(|_| ()),
        };
        made.map_err(|error| error.to_string())
    }

    fn read(given: &ConfigMap, settings: &Settings) -> Result<Self, weir_config::GetError> {
        let topic = |kind: &str, partitions: i32| {
            Ok(InternalTopic {
                name: settings.get(&format!("{kind}.storage.topic"))?,
                partitions,
                replication_factor: settings.get(&format!("{kind}.storage.replication.factor"))?,
            })
        };
        let mut converters: ConfigMap = ConfigMap::new();
        for part in ["key.converter", "value.converter", "header.converter"] {
            converters.insert(part.to_owned(), settings.get(part)?);
            converters.extend(
                given
                    .iter()
                    .filter(|(name, _)| name.starts_with(&format!("{part}.")))
                    .map(|(k, v)| (k.clone(), v.clone())),
            );
        }
        Ok(Self {
            bootstrap_servers: settings.get("bootstrap.servers")?,
            group_id: settings.get("group.id")?,
            converters,
            config_topic: topic("config", 1)?,
            offset_topic: topic("offset", settings.get("offset.storage.partitions")?)?,
            status_topic: topic("status", settings.get("status.storage.partitions")?)?,
            listener: (String::new(), 0),
            advertised_host: settings.get("rest.advertised.host.name")?,
            advertised_port: settings.get("rest.advertised.port")?,
            offset_flush_interval: settings.get("offset.flush.interval.ms")?,
            offset_flush_timeout: settings.get("offset.flush.timeout.ms")?,
            task_shutdown_timeout: settings.get("task.shutdown.graceful.timeout.ms")?,
            session_timeout: settings.get::<i32>("session.timeout.ms").map(millis)?,
            heartbeat_interval: settings.get::<i32>("heartbeat.interval.ms").map(millis)?,
            rebalance_timeout: settings.get::<i32>("rebalance.timeout.ms").map(millis)?,
            topic_tracking: settings.get("topic.tracking.enable")?,
            topic_tracking_reset: settings.get("topic.tracking.allow.reset")?,
            topic_creation: settings.get("topic.creation.enable")?,
            given: given.clone(),
            warnings: settings.warnings().iter().map(ToString::to_string).collect(),
        })
    }
}

fn millis(value: i32) -> Duration {
    Duration::from_millis(u64::try_from(value).unwrap_or_default())
}

/// Host and port of the first `http` listener; an empty host is loopback.
fn listener(listeners: &[String]) -> Option<(String, u16)> {
    let address = listeners.iter().find_map(|listener| {
        let (scheme, address) = listener.split_once("://")?;
        scheme.eq_ignore_ascii_case("http").then_some(address)
    })?;
    let (host, port) = address.rsplit_once(':')?;
    let host = if host.is_empty() { "127.0.0.1" } else { host };
    Some((host.trim_matches(['[', ']']).to_owned(), port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(more: &[(&str, &str)]) -> ConfigMap {
        let base = [
            ("group.id", "g"),
            ("key.converter", "org.apache.kafka.connect.json.JsonConverter"),
            ("value.converter", "JsonConverter"),
            ("value.converter.schemas.enable", "false"),
            ("config.storage.topic", "c"),
            ("offset.storage.topic", "o"),
            ("status.storage.topic", "s"),
        ];
        base.iter()
            .chain(more)
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn a_usual_worker() {
        let config = WorkerConfig::parse(&given(&[("listeners", "http://:0"), ("producer.acks", "all")])).unwrap();
        assert_eq!(config.listener, ("127.0.0.1".to_owned(), 0));
        assert_eq!(
            (
                config.config_topic.partitions,
                config.offset_topic.partitions,
                config.status_topic.partitions
            ),
            (1, 25, 5)
        );
        assert_eq!(config.converters["value.converter.schemas.enable"], "false");
        assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    }

    #[test]
    fn errors_and_warnings() {
        let errors = WorkerConfig::parse(&ConfigMap::new()).unwrap_err();
        assert_eq!(errors.errors.len(), 6);
        let errors = WorkerConfig::parse(&given(&[("value.converter.schemas.enable", "x")])).unwrap_err();
        assert!(
            errors.to_string().contains("Expected value to be either true or false"),
            "{errors}"
        );
        let errors = WorkerConfig::parse(&given(&[
            ("config.providers", "file"),
            ("exactly.once.source.support", "enabled"),
        ]));
        assert_eq!(errors.unwrap_err().errors.len(), 2);
        let errors = WorkerConfig::parse(&given(&[("listeners", "https://h:1")])).unwrap_err();
        assert!(errors.to_string().contains("https is not there yet"), "{errors}");
        let config = WorkerConfig::parse(&given(&[("offset.flush.intervall.ms", "1")])).unwrap();
        assert_eq!(
            config.warnings,
            ["unknown configuration 'offset.flush.intervall.ms', did you mean 'offset.flush.interval.ms'?"]
        );
    }
}
