//! Settings of the server, with Confluent's names.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::Duration;

use weir_config::{ConfigDef, ConfigErrors, ConfigKey, ConfigValue, GetError, Settings, Validator};

use crate::compatibility::CompatibilityLevel;
use crate::state::Defaults;

/// The settings.
pub const KEYS: &[ConfigKey] = &[
    ConfigKey::list("listeners")
        .default("http://127.0.0.1:8081")
        .high()
        .check(Validator::NonEmpty)
        .doc("Addresses to listen on (http://host:port), separated by commas. Port 0 takes a free one."),
    ConfigKey::string("kafkastore.bootstrap.servers")
        .default("127.0.0.1:9092")
        .high()
        .doc("Kafka brokers (host:port, separated by commas; PLAINTEXT:// before them is allowed)."),
    ConfigKey::string("kafkastore.topic")
        .default("_schemas")
        .high()
        .check(Validator::NonEmpty)
        .doc("The topic that holds everything: one partition, compacted. Created if it is missing."),
    ConfigKey::int("kafkastore.topic.replication.factor")
        .default("3")
        .high()
        .check(Validator::AtLeast(1))
        .doc("Replicas of the topic if it must be created; at most as many as there are brokers are made."),
    ConfigKey::int("kafkastore.timeout.ms")
        .default("10000")
        .check(Validator::AtLeast(1))
        .doc("How long a write to the topic may take, and how long it may take to be read back, in milliseconds. (Confluent: 500.)"),
    ConfigKey::int("kafkastore.init.timeout.ms")
        .default("60000")
        .check(Validator::AtLeast(1))
        .doc("How long reading the whole topic at start may take, in milliseconds."),
    ConfigKey::string("schema.registry.group.id")
        .default("schema-registry")
        .doc("Group of the registries that share the topic; its leader writes."),
    ConfigKey::boolean("leader.eligibility")
        .default("true")
        .doc("Whether this registry may become the leader."),
    ConfigKey::string("host.name")
        .default("")
        .high()
        .doc("Host that other registries reach this one by. Empty: the address of the first listener."),
    ConfigKey::int("leader.read.timeout.ms")
        .default("60000")
        .check(Validator::AtLeast(1))
        .doc("How long the leader may take for a write that was sent on to it, in milliseconds."),
    ConfigKey::int("kafkagroup.session.timeout.ms")
        .default("10000")
        .low()
        .check(Validator::AtLeast(1))
        .doc("A leader that is silent for so long is replaced, in milliseconds."),
    ConfigKey::int("kafkagroup.heartbeat.interval.ms")
        .default("3000")
        .low()
        .check(Validator::AtLeast(1))
        .doc("Time between heartbeats to the group's coordinator, in milliseconds."),
    ConfigKey::int("kafkagroup.rebalance.timeout.ms")
        .default("300000")
        .low()
        .check(Validator::AtLeast(1))
        .doc("How long registries have to join an election, in milliseconds."),
    ConfigKey::string("schema.compatibility.level")
        .default("backward")
        .high()
        .check(Validator::Custom(level))
        .doc("Compatibility of subjects that have no level of their own while no global one is set."),
    ConfigKey::boolean("schema.validate.new.schemas")
        .default("true")
        .doc("Whether names and defaults of new schemas are checked strictly."),
    ConfigKey::boolean("mode.mutability").default("true").low().doc("Whether modes may be changed."),
    ConfigKey::int("schema.search.default.limit")
        .default("1000")
        .low()
        .check(Validator::AtLeast(1))
        .doc("Schemas that GET /schemas returns if the request sets no limit."),
    ConfigKey::int("schema.search.max.limit")
        .default("1000")
        .low()
        .check(Validator::AtLeast(1))
        .doc("Most schemas that GET /schemas returns."),
    ConfigKey::int("size.limit.filter.max.request.body.size")
        .default("2097152")
        .check(Validator::AtLeast(1))
        .doc("Largest request body, in bytes. (Confluent: 1048576, and only if its filter is on.)"),
    ConfigKey::boolean("insecure")
        .default("false")
        .doc("Allow listeners on addresses other than loopback although nobody is asked who they are."),
];

fn level(value: &ConfigValue) -> Result<(), String> {
    let names = || {
        CompatibilityLevel::ALL
            .map(|level| level.name().to_lowercase())
            .join(", ")
    };
    match CompatibilityLevel::by_name(&value.to_string()) {
        Some(_) => Ok(()),
        None => Err(format!("must be one of {}", names())),
    }
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RegistryConfigError {
    /// Values that do not parse or fit; all of them.
    #[error(transparent)]
    Invalid(#[from] ConfigErrors),
    /// The settings were parsed with a table that lacks [`KEYS`].
    #[error(transparent)]
    Missing(#[from] GetError),
    /// A listener that is not `http://host:port`.
    #[error("Invalid value {0} for configuration listeners: {1}")]
    Listener(String, String),
    /// Brokers with a security protocol that is not supported yet.
    #[error("Invalid value {0} for configuration kafkastore.bootstrap.servers: only PLAINTEXT is supported yet")]
    Protocol(String),
}

/// Parsed settings.
#[derive(Debug, Clone)]
pub struct RegistryConfig {
    /// `listeners`
    pub listeners: Vec<SocketAddr>,
    /// `kafkastore.bootstrap.servers`
    pub bootstrap_servers: String,
    /// `kafkastore.topic`
    pub topic: String,
    /// `kafkastore.topic.replication.factor`
    pub replication_factor: i16,
    /// `kafkastore.timeout.ms`
    pub timeout: Duration,
    /// `kafkastore.init.timeout.ms`
    pub init_timeout: Duration,
    /// `schema.registry.group.id`
    pub group_id: String,
    /// `leader.eligibility`
    pub leader_eligibility: bool,
    /// `host.name`; `None`: the address of the first listener
    pub host_name: Option<String>,
    /// `leader.read.timeout.ms`
    pub leader_read_timeout: Duration,
    /// `kafkagroup.session.timeout.ms`
    pub session_timeout: Duration,
    /// `kafkagroup.heartbeat.interval.ms`
    pub heartbeat_interval: Duration,
    /// `kafkagroup.rebalance.timeout.ms`
    pub rebalance_timeout: Duration,
    /// `schema.compatibility.level`, `schema.validate.new.schemas`
    pub defaults: Defaults,
    /// `mode.mutability`
    pub mode_mutability: bool,
    /// `schema.search.default.limit`
    pub search_default_limit: usize,
    /// `schema.search.max.limit`
    pub search_max_limit: usize,
    /// `size.limit.filter.max.request.body.size`, bytes
    pub max_body: usize,
    /// `insecure`
    pub insecure: bool,
}

impl RegistryConfig {
    /// The table of settings.
    pub fn definition() -> ConfigDef {
        ConfigDef::from_keys(KEYS)
    }

    /// Reads settings that were parsed with [`RegistryConfig::definition`] or a table that holds it.
    pub fn from_settings(settings: &Settings) -> Result<RegistryConfig, RegistryConfigError> {
        let number = |name: &str| -> Result<usize, GetError> {
            let value: i32 = settings.get(name)?;
            Ok(usize::try_from(value).unwrap_or(usize::MAX))
        };
        let millis = |name: &str| Ok::<_, GetError>(Duration::from_millis(number(name)? as u64));
        let listeners: Vec<String> = settings.get("listeners")?;
        let listeners = listeners
            .iter()
            .map(|listener| address(listener))
            .collect::<Result<_, _>>()?;
        let level: String = settings.get("schema.compatibility.level")?;
        let factor: i32 = settings.get("kafkastore.topic.replication.factor")?;
        Ok(RegistryConfig {
            listeners,
            bootstrap_servers: plaintext(&settings.get::<String>("kafkastore.bootstrap.servers")?)?,
            topic: settings.get("kafkastore.topic")?,
            replication_factor: i16::try_from(factor).unwrap_or(i16::MAX),
            timeout: millis("kafkastore.timeout.ms")?,
            init_timeout: millis("kafkastore.init.timeout.ms")?,
            group_id: settings.get("schema.registry.group.id")?,
            leader_eligibility: settings.get("leader.eligibility")?,
            host_name: Some(settings.get::<String>("host.name")?).filter(|name| !name.is_empty()),
            leader_read_timeout: millis("leader.read.timeout.ms")?,
            session_timeout: millis("kafkagroup.session.timeout.ms")?,
            heartbeat_interval: millis("kafkagroup.heartbeat.interval.ms")?,
            rebalance_timeout: millis("kafkagroup.rebalance.timeout.ms")?,
            defaults: Defaults {
                compatibility: CompatibilityLevel::by_name(&level).unwrap_or_default(),
                validate_new_schemas: settings.get("schema.validate.new.schemas")?,
            },
            mode_mutability: settings.get("mode.mutability")?,
            search_default_limit: number("schema.search.default.limit")?,
            search_max_limit: number("schema.search.max.limit")?,
            max_body: number("size.limit.filter.max.request.body.size")?,
            insecure: settings.get("insecure")?,
        })
    }

    /// Parses a string map: [`RegistryConfig::definition`] and [`RegistryConfig::from_settings`] in one.
    pub fn parse<K: Into<String>, V: Into<String>>(
        given: impl IntoIterator<Item = (K, V)>,
    ) -> Result<RegistryConfig, RegistryConfigError> {
        RegistryConfig::from_settings(&RegistryConfig::definition().parse(given)?)
    }
}

/// Addresses without the protocol that Confluent's setting may name before each.
fn plaintext(servers: &str) -> Result<String, RegistryConfigError> {
    let servers = servers.split(',').map(str::trim);
    let plain: Vec<&str> = servers
        .map(|server| server.strip_prefix("PLAINTEXT://").unwrap_or(server))
        .collect();
    match plain.iter().find(|server| server.contains("://")) {
        Some(other) => Err(RegistryConfigError::Protocol((*other).to_owned())),
        None => Ok(plain.join(",")),
    }
}

fn address(listener: &str) -> Result<SocketAddr, RegistryConfigError> {
    let bad = |reason: &str| RegistryConfigError::Listener(listener.to_owned(), reason.to_owned());
    let rest = listener.trim();
    if rest.to_ascii_lowercase().starts_with("https://") {
        return Err(bad("TLS is not supported yet"));
    }
    let authority = rest
        .strip_prefix("http://")
        .ok_or_else(|| bad("must look like http://host:port"))?;
    let mut found = authority
        .trim_end_matches('/')
        .to_socket_addrs()
        .map_err(|error| bad(&error.to_string()))?;
    found.next().ok_or_else(|| bad("the host has no address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings() {
        let nothing: [(&str, &str); 0] = [];
        let config = RegistryConfig::parse(nothing).unwrap();
        assert_eq!(config.listeners, ["127.0.0.1:8081".parse().unwrap()]);
        assert_eq!(
            (config.topic.as_str(), config.defaults.compatibility.name()),
            ("_schemas", "BACKWARD")
        );
        let config = RegistryConfig::parse([
            ("listeners", "http://0.0.0.0:1,http://[::1]:2/"),
            ("schema.compatibility.level", "FULL"),
        ]);
        let config = config.unwrap();
        assert_eq!(
            (config.listeners.len(), config.defaults.compatibility.name()),
            (2, "FULL")
        );
        let servers = [("kafkastore.bootstrap.servers", "PLAINTEXT://a:1, b:2")];
        assert_eq!(RegistryConfig::parse(servers).unwrap().bootstrap_servers, "a:1,b:2");
        for (name, value) in [
            ("kafkastore.bootstrap.servers", "SASL_SSL://a:1"),
            ("listeners", "https://a:1"),
            ("listeners", "a:1"),
            ("listeners", "http://a"),
            ("listeners", ""),
            ("schema.compatibility.level", "sideways"),
            ("kafkastore.timeout.ms", "0"),
        ] {
            assert!(RegistryConfig::parse([(name, value)]).is_err(), "{name}={value}");
        }
    }
}
