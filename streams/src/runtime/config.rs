//! Settings of an application, under Kafka Streams' names.

use crate::task::DeserializationHandler;
use std::collections::BTreeMap;
use std::time::Duration;
use weir_config::{ConfigDef, ConfigError, ConfigErrors, ConfigKey, GetError, Settings, Validator};

/// Settings of an application; names, defaults and units are those of Kafka Streams' `StreamsConfig`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamsConfig {
    /// `application.id`: the group, and the prefix of internal topics.
    pub application_id: String,
    /// `bootstrap.servers`: one or more `host:port`, comma-separated.
    pub bootstrap_servers: String,
    /// `commit.interval.ms`: how often progress is committed. At most this much is processed again after a crash. 30 s.
    pub commit_interval: Duration,
    /// `replication.factor` of internal topics; `None` (-1) is the broker's default.
    pub replication_factor: Option<i16>,
    /// `max.task.idle.ms`: how long a task with several inputs waits for the one that has nothing left on its broker,
    /// so that records are processed in the order of their timestamps. `None` (-1) does not even wait for what is there.
    pub max_task_idle: Option<Duration>,
    /// `buffered.records.per.partition`: reading of a partition pauses when more of its records wait. 1000.
    pub buffered_records_per_partition: usize,
    /// `deserialization.exception.handler`.
    pub deserialization_handler: DeserializationHandler,
    /// `repartition.purge.interval.ms`: how often records that were processed are deleted from repartition topics. 30 s.
    pub repartition_purge_interval: Duration,
    /// Settings of the consumer: those that were given with `consumer.` or `main.consumer.` in front.
    pub consumer: BTreeMap<String, String>,
    /// Settings of the consumer that restores stores: `consumer.` and `restore.consumer.`.
    pub restore_consumer: BTreeMap<String, String>,
    /// Settings of the producer: `producer.`.
    pub producer: BTreeMap<String, String>,
}

const KEYS: &[ConfigKey] = &[
    ConfigKey::string("application.id")
        .check(Validator::NonEmpty)
        .high()
        .doc("Names the application: its consumer group, and the prefix of its internal topics."),
    ConfigKey::string("bootstrap.servers")
        .check(Validator::NonEmpty)
        .high()
        .doc("Brokers to begin with: host:port, comma-separated."),
    ConfigKey::long("commit.interval.ms")
        .default("30000")
        .check(Validator::AtLeast(0))
        .low()
        .doc("Time between commits of the progress."),
    ConfigKey::int("replication.factor")
        .default("-1")
        .high()
        .doc("Replicas of internal topics; -1 is the broker's default."),
    ConfigKey::long("max.task.idle.ms")
        .default("0")
        .check(Validator::AtLeast(-1))
        .doc("How long a task waits for an input that has nothing left on its broker; -1 does not wait for any."),
    ConfigKey::int("buffered.records.per.partition")
        .default("1000")
        .check(Validator::AtLeast(1))
        .low()
        .doc("Records of a partition that wait in memory before reading it pauses."),
    ConfigKey::string("deserialization.exception.handler")
        .default("LogAndFailExceptionHandler")
        .doc("What becomes of a record that does not deserialise: LogAndFailExceptionHandler, LogAndContinueExceptionHandler."),
    ConfigKey::long("repartition.purge.interval.ms")
        .default("30000")
        .check(Validator::AtLeast(0))
        .low()
        .doc("Time between deletions of processed records from repartition topics."),
    ConfigKey::string("processing.guarantee")
        .default("at_least_once")
        .check(Validator::OneOf(&["at_least_once"]))
        .doc("at_least_once is the only guarantee so far."),
];

impl StreamsConfig {
    /// With Kafka Streams' defaults.
    #[must_use]
    pub fn new(application_id: impl Into<String>, bootstrap_servers: impl Into<String>) -> Self {
        Self {
            application_id: application_id.into(),
            bootstrap_servers: bootstrap_servers.into(),
            commit_interval: Duration::from_secs(30),
            replication_factor: None,
            max_task_idle: Some(Duration::ZERO),
            buffered_records_per_partition: 1000,
            deserialization_handler: DeserializationHandler::LogAndFail,
            repartition_purge_interval: Duration::from_secs(30),
            consumer: BTreeMap::new(),
            restore_consumer: BTreeMap::new(),
            producer: BTreeMap::new(),
        }
    }

    /// From Kafka Streams' setting names.
    ///
    /// # Errors
    /// Everything that is wrong, not only the first of it.
    pub fn from_map<K: Into<String>, V: Into<String>>(
        map: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, ConfigErrors> {
        let settings = Self::definition().parse(map)?;
        for warning in settings.warnings() {
            tracing::warn!("{warning}");
        }
        Self::of(&settings).map_err(|error| ConfigErrors {
            errors: vec![error],
            warnings: settings.warnings().to_vec(),
        })
    }

    fn of(settings: &Settings) -> Result<Self, ConfigError> {
        let wrong = |e: GetError| ConfigError::other("application.id", e.to_string());
        let with = |prefixes: &[&str]| -> BTreeMap<String, String> {
            prefixes
                .iter()
                .flat_map(|p| settings.originals_with_prefix(p))
                .collect()
        };
        let handler: String = settings.get("deserialization.exception.handler").map_err(wrong)?;
        let factor: i32 = settings.get("replication.factor").map_err(wrong)?;
        let idle: i64 = settings.get("max.task.idle.ms").map_err(wrong)?;
        Ok(Self {
            commit_interval: settings.get("commit.interval.ms").map_err(wrong)?,
            replication_factor: match factor {
                -1 => None,
                n => {
                    Some(i16::try_from(n).ok().filter(|n| *n > 0).ok_or_else(|| {
                        ConfigError::invalid("replication.factor", n, "Value must be -1 or at least 1")
                    })?)
                }
            },
            max_task_idle: u64::try_from(idle).ok().map(Duration::from_millis),
            buffered_records_per_partition: settings.get("buffered.records.per.partition").map_err(wrong)?,
            deserialization_handler: match handler.rsplit('.').next().unwrap_or_default() {
                "LogAndFailExceptionHandler" => DeserializationHandler::LogAndFail,
                "LogAndContinueExceptionHandler" => DeserializationHandler::LogAndContinue,
                _ => {
                    let known = "LogAndFailExceptionHandler and LogAndContinueExceptionHandler are known";
                    return Err(ConfigError::invalid(
                        "deserialization.exception.handler",
                        &handler,
                        known,
                    ));
                }
            },
            repartition_purge_interval: settings.get("repartition.purge.interval.ms").map_err(wrong)?,
            consumer: with(&["consumer.", "main.consumer."]),
            restore_consumer: with(&["consumer.", "restore.consumer."]),
            producer: with(&["producer."]),
            ..Self::new(
                settings.get::<String>("application.id").map_err(wrong)?,
                settings.get::<String>("bootstrap.servers").map_err(wrong)?,
            )
        })
    }

    /// The table of settings.
    #[must_use]
    pub fn definition() -> ConfigDef {
        ["consumer.", "main.consumer.", "restore.consumer.", "producer."]
            .into_iter()
            .fold(ConfigDef::from_keys(KEYS), ConfigDef::allow_prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_the_table_are_those_of_new() {
        let parsed = StreamsConfig::from_map([("application.id", "a"), ("bootstrap.servers", "b:1")]);
        assert_eq!(parsed.ok(), Some(StreamsConfig::new("a", "b:1")));
    }

    #[test]
    fn kafkas_values_are_understood() {
        let parsed = StreamsConfig::from_map([
            ("application.id", "a"),
            ("bootstrap.servers", "b:1"),
            ("max.task.idle.ms", "-1"),
            ("replication.factor", "3"),
            (
                "deserialization.exception.handler",
                "org.apache.kafka.streams.errors.LogAndContinueExceptionHandler",
            ),
            ("consumer.session.timeout.ms", "6000"),
            ("main.consumer.max.poll.records", "7"),
        ]);
        let config = parsed.expect("all of it is valid");
        assert_eq!((config.max_task_idle, config.replication_factor), (None, Some(3)));
        assert_eq!(config.deserialization_handler, DeserializationHandler::LogAndContinue);
        assert_eq!((config.consumer.len(), config.restore_consumer.len()), (2, 1));
    }

    #[test]
    fn what_is_not_there_is_refused() {
        for (name, value) in [
            ("processing.guarantee", "exactly_once_v2"),
            ("deserialization.exception.handler", "com.example.Mine"),
            ("replication.factor", "0"),
        ] {
            let map = [("application.id", "a"), ("bootstrap.servers", "b:1"), (name, value)];
            let error = StreamsConfig::from_map(map).expect_err(name).to_string();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
        assert!(StreamsConfig::from_map([("bootstrap.servers", "b:1")]).is_err());
    }
}
