//! Settings of the consumer.

use std::time::Duration;

use weir_config::{ConfigDef, ConfigErrors, ConfigKey, Validator};

use super::Take;
use super::common::{self, ClientConfig};

/// Where to start when a group has no committed offset, or the position is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AutoOffsetReset {
    /// At the first record.
    Earliest,
    /// After the last record.
    #[default]
    Latest,
    /// Nowhere: it is an error.
    None,
    /// At the first record not older than this (KIP-1106: `by_duration:PT1H`).
    ByDuration(Duration),
}

/// Which records of transactions are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IsolationLevel {
    /// All.
    #[default]
    ReadUncommitted,
    /// Only those of committed transactions.
    ReadCommitted,
}

impl IsolationLevel {
    pub(crate) fn wire(self) -> i8 {
        match self {
            Self::ReadUncommitted => 0,
            Self::ReadCommitted => 1,
        }
    }
}

/// Kafka's `ConsumerConfig`.
#[derive(Debug, Clone)]
pub struct ConsumerConfig {
    /// How to reach the cluster.
    pub client: ClientConfig,
    /// `group.id`; subscribing and committing need one.
    pub group_id: Option<String>,
    /// `group.instance.id`: a static member, whose restart within the session timeout causes no rebalance.
    pub group_instance_id: Option<String>,
    /// `partition.assignment.strategy`: assignor names, preferred first.
    pub assignors: Vec<String>,
    /// `session.timeout.ms`.
    pub session_timeout: Duration,
    /// `heartbeat.interval.ms`.
    pub heartbeat_interval: Duration,
    /// `max.poll.interval.ms`: a member that does not poll for so long leaves the group; also the time that members have to rejoin.
    pub max_poll_interval: Duration,
    /// `max.poll.records`: records of one poll.
    pub max_poll_records: usize,
    /// `enable.auto.commit`.
    pub auto_commit: bool,
    /// `auto.commit.interval.ms`.
    pub auto_commit_interval: Duration,
    /// `auto.offset.reset`.
    pub auto_offset_reset: AutoOffsetReset,
    /// `isolation.level`.
    pub isolation_level: IsolationLevel,
    /// `fetch.min.bytes`: a broker waits for so many bytes, up to `fetch_max_wait`.
    pub fetch_min_bytes: i32,
    /// `fetch.max.bytes`: of one fetch response.
    pub fetch_max_bytes: i32,
    /// `fetch.max.wait.ms`.
    pub fetch_max_wait: Duration,
    /// `max.partition.fetch.bytes`: of one partition in it.
    pub max_partition_fetch_bytes: i32,
    /// `check.crcs`: verify each batch's checksum.
    pub check_crcs: bool,
    /// `allow.auto.create.topics`.
    pub allow_auto_create_topics: bool,
    /// `default.api.timeout.ms`: for calls that take no timeout of their own.
    pub api_timeout: Duration,
}

const KEYS: &[ConfigKey] = &[
    ConfigKey::string("group.id").default_null().high().doc("The consumer's group; subscribing and committing need one."),
    ConfigKey::string("group.instance.id")
        .default_null()
        .doc("Makes the member static: its restart within the session timeout causes no rebalance."),
    ConfigKey::string("group.protocol")
        .default("classic")
        .check(Validator::OneOfIgnoreCase(&["classic"]))
        .high()
        .doc("classic is the only protocol so far."),
    ConfigKey::list("partition.assignment.strategy")
        .default("range,cooperative-sticky")
        .check(Validator::NonEmpty)
        .doc("Assignors, preferred first: range, roundrobin, sticky, cooperative-sticky, or Kafka's class names for them."),
    ConfigKey::int("session.timeout.ms")
        .default("45000")
        .check(Validator::AtLeast(1))
        .high()
        .doc("A member without a heartbeat for so long is dead."),
    ConfigKey::int("heartbeat.interval.ms")
        .default("3000")
        .check(Validator::AtLeast(1))
        .high()
        .doc("Time between heartbeats; below a third of session.timeout.ms."),
    ConfigKey::int("max.poll.interval.ms")
        .default("300000")
        .check(Validator::AtLeast(1))
        .doc("A member that does not poll for so long leaves the group."),
    ConfigKey::int("max.poll.records")
        .default("500")
        .check(Validator::AtLeast(1))
        .doc("Most records that one poll returns."),
    ConfigKey::boolean("enable.auto.commit")
        .default("true")
        .doc("Commit what was polled, in the background."),
    ConfigKey::int("auto.commit.interval.ms")
        .default("5000")
        .check(Validator::AtLeast(0))
        .low()
        .doc("Time between automatic commits."),
    ConfigKey::string("auto.offset.reset")
        .default("latest")
        .doc("Where to start without a committed offset: earliest, latest, none, or by_duration:PT1H."),
    ConfigKey::string("isolation.level")
        .default("read_uncommitted")
        .check(Validator::OneOf(&["read_uncommitted", "read_committed"]))
        .doc("read_committed hides records of transactions that are open or aborted."),
    ConfigKey::int("fetch.min.bytes")
        .default("1")
        .check(Validator::AtLeast(0))
        .high()
        .doc("A broker waits until it has so many bytes, or for fetch.max.wait.ms."),
    ConfigKey::int("fetch.max.bytes")
        .default("52428800")
        .check(Validator::AtLeast(0))
        .doc("Bytes of one fetch response; a bigger first batch is still returned."),
    ConfigKey::int("fetch.max.wait.ms")
        .default("500")
        .check(Validator::AtLeast(0))
        .low()
        .doc("How long a broker waits for fetch.min.bytes."),
    ConfigKey::int("max.partition.fetch.bytes")
        .default("1048576")
        .check(Validator::AtLeast(0))
        .high()
        .doc("Bytes of one partition in a fetch response."),
    ConfigKey::boolean("check.crcs").default("true").low().doc("Verify the checksum of each batch."),
    ConfigKey::boolean("allow.auto.create.topics")
        .default("true")
        .doc("Whether subscribing to a topic that does not exist may create it."),
    ConfigKey::int("default.api.timeout.ms")
        .default("60000")
        .check(Validator::AtLeast(0))
        .doc("How long calls without a timeout of their own may take."),
];

impl ConsumerConfig {
    /// Defaults for a cluster; `bootstrap` is one or more `host:port`, comma-separated.
    pub fn new(bootstrap: &str) -> Result<Self, ConfigErrors> {
        Self::from_map([("bootstrap.servers", bootstrap)])
    }

    /// From Kafka's setting names.
    pub fn from_map<K: Into<String>, V: Into<String>>(
        map: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, ConfigErrors> {
        let settings = Self::definition().parse(map)?;
        let mut take = Take::new(&settings);
        let mut config = Self {
            client: ClientConfig::take(&mut take),
            group_id: take.get::<Option<String>>("group.id").filter(|id| !id.is_empty()),
            group_instance_id: take.get("group.instance.id"),
            assignors: take.get("partition.assignment.strategy"),
            session_timeout: take.get("session.timeout.ms"),
            heartbeat_interval: take.get("heartbeat.interval.ms"),
            max_poll_interval: take.get("max.poll.interval.ms"),
            max_poll_records: take.get("max.poll.records"),
            auto_commit: take.get("enable.auto.commit"),
            auto_commit_interval: take.get("auto.commit.interval.ms"),
            auto_offset_reset: take.parse("auto.offset.reset", parse_reset),
            isolation_level: take.parse("isolation.level", |text| match text {
                "read_committed" => Ok(IsolationLevel::ReadCommitted),
                _ => Ok(IsolationLevel::ReadUncommitted),
            }),
            fetch_min_bytes: take.get("fetch.min.bytes"),
            fetch_max_bytes: take.get("fetch.max.bytes"),
            fetch_max_wait: take.get("fetch.max.wait.ms"),
            max_partition_fetch_bytes: take.get("max.partition.fetch.bytes"),
            check_crcs: take.get("check.crcs"),
            allow_auto_create_topics: take.get("allow.auto.create.topics"),
            api_timeout: take.get("default.api.timeout.ms"),
        };
        take.require(
            config.heartbeat_interval < config.session_timeout,
            "heartbeat.interval.ms",
            "heartbeat.interval.ms must be lower than session.timeout.ms",
        );
        if config.group_id.is_none() {
            take.require(
                !(settings.is_set("enable.auto.commit") && config.auto_commit),
                "enable.auto.commit",
                "enable.auto.commit cannot be set to true when default group id (null) is used.",
            );
            config.auto_commit = false;
        }
        take.finish(config)
    }

    /// The table of settings.
    pub fn definition() -> ConfigDef {
        ConfigDef::from_keys(common::KEYS.iter().chain(KEYS))
    }
}

fn parse_reset(text: &str) -> Result<AutoOffsetReset, String> {
    match text.to_ascii_lowercase().as_str() {
        "earliest" => Ok(AutoOffsetReset::Earliest),
        "latest" => Ok(AutoOffsetReset::Latest),
        "none" => Ok(AutoOffsetReset::None),
        other => other
            .strip_prefix("by_duration:")
            .and_then(iso_duration)
            .map(AutoOffsetReset::ByDuration)
            .ok_or_else(|| "must be earliest, latest, none or by_duration:<ISO 8601 duration>".to_owned()),
    }
}

/// The part of ISO 8601 durations with a fixed length: `PnDTnHnMnS`, lower case.
fn iso_duration(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('p')?;
    let (days, time) = text.split_once('t').unwrap_or((text, ""));
    let mut seconds = 0f64;
    for (part, units) in [
        (days, &[('d', 86_400f64)][..]),
        (time, &[('h', 3_600f64), ('m', 60f64), ('s', 1f64)][..]),
    ] {
        let mut number = String::new();
        for c in part.chars() {
            match units.iter().find(|(unit, _)| *unit == c) {
                Some((_, factor)) => seconds += std::mem::take(&mut number).parse::<f64>().ok()? * factor,
                None => number.push(c),
            }
        }
        if !number.is_empty() {
            return None;
        }
    }
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_and_rules() {
        let config = ConsumerConfig::new("a:1").unwrap();
        assert_eq!(config.assignors, ["range", "cooperative-sticky"]);
        assert!(!config.auto_commit, "there is no group to commit to");
        let map = [
            ("bootstrap.servers", "a:1"),
            ("group.id", "g"),
            ("auto.offset.reset", "by_duration:PT1H30M"),
        ];
        let config = ConsumerConfig::from_map(map).unwrap();
        assert!(config.auto_commit);
        assert_eq!(
            config.auto_offset_reset,
            AutoOffsetReset::ByDuration(Duration::from_secs(5400))
        );
        let bad = [
            ("bootstrap.servers", "a:1"),
            ("auto.offset.reset", "middle"),
            ("heartbeat.interval.ms", "90000"),
        ];
        let text = ConsumerConfig::from_map(bad).unwrap_err().to_string();
        assert!(
            text.contains("auto.offset.reset") && text.contains("heartbeat.interval.ms"),
            "{text}"
        );
    }
}
