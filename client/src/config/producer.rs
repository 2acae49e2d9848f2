//! Settings of the producer.

use std::time::Duration;

use weir_config::{ConfigDef, ConfigErrors, ConfigKey, Validator};
use weir_core::compress::Compression;

use super::Take;
use super::common::{self, ClientConfig};

/// When a broker may answer a produce request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Acks {
    /// Never: sent is delivered, and offsets are unknown.
    None,
    /// When the leader has appended.
    Leader,
    /// When all in-sync replicas have (`all`).
    #[default]
    All,
}

impl Acks {
    /// As in a produce request.
    pub fn wire(self) -> i16 {
        match self {
            Self::None => 0,
            Self::Leader => 1,
            Self::All => -1,
        }
    }
}

/// How a record without an explicit partition finds one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Partitioning {
    /// By murmur2 of the key; records without a key stick to a partition for `batch.size` bytes (KIP-794).
    #[default]
    Default,
    /// Each record to the next partition, keys ignored (`RoundRobinPartitioner`).
    RoundRobin,
}

/// Kafka's `ProducerConfig`.
#[derive(Debug, Clone)]
pub struct ProducerConfig {
    /// How to reach the cluster.
    pub client: ClientConfig,
    /// `acks`.
    pub acks: Acks,
    /// `enable.idempotence`: brokers drop duplicates that retries make, and order survives retries.
    pub idempotence: bool,
    /// `compression.type`.
    pub compression: Compression,
    /// `batch.size`: bytes of a batch before compression; a bigger record gets a batch of its own. 0: no batching.
    pub batch_size: usize,
    /// `linger.ms`: how long a batch that is not full waits for more.
    pub linger: Duration,
    /// `buffer.memory`: bytes that may wait to be sent.
    pub buffer_memory: usize,
    /// `max.block.ms`: how long a send may wait for metadata or buffer room.
    pub max_block: Duration,
    /// `max.request.size`: bytes of a record at most, and of a request about.
    pub max_request_size: usize,
    /// `max.in.flight.requests.per.connection`.
    pub max_in_flight: usize,
    /// `retries`.
    pub retries: u32,
    /// `delivery.timeout.ms`: from send until success or failure is reported.
    pub delivery_timeout: Duration,
    /// `partitioner.class`.
    pub partitioning: Partitioning,
    /// `partitioner.ignore.keys`: treat every record as if it had no key.
    pub ignore_keys: bool,
}

const KEYS: &[ConfigKey] = &[
    ConfigKey::string("acks")
        .default("all")
        .check(Validator::OneOf(&["all", "-1", "0", "1"]))
        .low()
        .doc("When the leader may answer: 0 never, 1 when it has appended, all when every in-sync replica has."),
    ConfigKey::boolean("enable.idempotence")
        .default("true")
        .low()
        .doc("Number records so that brokers drop the duplicates that retries make, and keep their order."),
    ConfigKey::string("compression.type")
        .default("none")
        .check(Validator::OneOf(&["none", "gzip", "snappy", "lz4", "zstd"]))
        .high()
        .doc("Codec of a batch."),
    ConfigKey::int("batch.size")
        .default("16384")
        .check(Validator::AtLeast(0))
        .doc("Bytes of a batch before compression; a bigger record gets a batch of its own."),
    ConfigKey::long("linger.ms")
        .default("5")
        .check(Validator::AtLeast(0))
        .doc("How long a batch that is not full waits for more records."),
    ConfigKey::long("buffer.memory")
        .default("33554432")
        .check(Validator::AtLeast(0))
        .high()
        .doc("Bytes of records that may wait to be sent; then sending waits."),
    ConfigKey::long("max.block.ms")
        .default("60000")
        .check(Validator::AtLeast(0))
        .doc("How long sending may wait for metadata or for room in the buffer."),
    ConfigKey::int("max.request.size")
        .default("1048576")
        .check(Validator::AtLeast(0))
        .doc("Largest record, and about the largest request, in bytes before compression."),
    ConfigKey::int("max.in.flight.requests.per.connection")
        .default("5")
        .check(Validator::AtLeast(1))
        .low()
        .doc("Requests that may be unanswered per broker; at most 5 with idempotence."),
    ConfigKey::int("retries")
        .default("2147483647")
        .check(Validator::Between(0, 2_147_483_647))
        .high()
        .doc("How often a batch is sent again; delivery.timeout.ms ends it earlier."),
    ConfigKey::int("delivery.timeout.ms")
        .default("120000")
        .check(Validator::AtLeast(0))
        .doc("Time from send until success or failure is reported."),
    ConfigKey::class("partitioner.class")
        .default_null()
        .doc("RoundRobinPartitioner for the next partition each time; empty for the default."),
    ConfigKey::boolean("partitioner.ignore.keys")
        .default("false")
        .doc("Partition records with a key as those without."),
    ConfigKey::string("transactional.id")
        .default_null()
        .low()
        .check(Validator::Custom(|value| match value {
            weir_config::ConfigValue::Null => Ok(()),
            _ => Err("transactions are not supported yet".to_owned()),
        }))
        .doc("Transactions are not supported yet: leave it out."),
];

impl ProducerConfig {
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
        let config = Self::take(&mut take);
        config.resolve(take)
    }

    fn take(take: &mut Take<'_>) -> Self {
        Self {
            client: ClientConfig::take(take),
            acks: take.parse("acks", |text| match text {
                "0" => Ok(Acks::None),
                "1" => Ok(Acks::Leader),
                _ => Ok(Acks::All),
            }),
            idempotence: take.get("enable.idempotence"),
            compression: take.parse("compression.type", |text| {
                Compression::from_name(text).ok_or_else(|| "unknown codec".to_owned())
            }),
            batch_size: take.get("batch.size"),
            linger: take.get("linger.ms"),
            buffer_memory: take.get("buffer.memory"),
            max_block: take.get("max.block.ms"),
            max_request_size: take.get("max.request.size"),
            max_in_flight: take.get("max.in.flight.requests.per.connection"),
            retries: u32::try_from(take.get::<i32>("retries")).unwrap_or_default(),
            delivery_timeout: take.get("delivery.timeout.ms"),
            partitioning: {
                let class: Option<String> = take.get("partitioner.class");
                match class.as_deref() {
                    None | Some("") => Partitioning::Default,
                    Some("RoundRobinPartitioner" | "org.apache.kafka.clients.producer.RoundRobinPartitioner") => {
                        Partitioning::RoundRobin
                    }
                    Some(_) => {
                        take.require(
                            false,
                            "partitioner.class",
                            "partitioner.class may be RoundRobinPartitioner or empty",
                        );
                        Partitioning::Default
                    }
                }
            },
            ignore_keys: take.get("partitioner.ignore.keys"),
        }
    }

    /// Rules between settings (`ProducerConfig.postProcessAndValidateIdempotenceConfigs`): idempotence that nobody asked for gives
    /// way to settings that exclude it.
    fn resolve(mut self, mut take: Take<'_>) -> Result<Self, ConfigErrors> {
        let possible = self.acks == Acks::All && self.retries > 0 && self.max_in_flight <= 5;
        if self.idempotence && !possible {
            take.require(
                !take.settings.is_set("enable.idempotence"),
                "enable.idempotence",
                "Idempotence needs acks=all, retries above 0 and max.in.flight.requests.per.connection of at most 5.",
            );
            self.idempotence = false;
        }
        if take.settings.is_set("delivery.timeout.ms") {
            take.require(
                self.delivery_timeout >= self.linger + self.client.request_timeout,
                "delivery.timeout.ms",
                "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms",
            );
        } else {
            self.delivery_timeout = self.delivery_timeout.max(self.linger + self.client.request_timeout);
        }
        take.finish(self)
    }

    /// The table of settings.
    pub fn definition() -> ConfigDef {
        ConfigDef::from_keys(common::KEYS.iter().chain(KEYS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_kafkas() {
        let config = ProducerConfig::new("a:1,b:2").unwrap();
        assert_eq!(config.client.bootstrap_servers, ["a:1", "b:2"]);
        assert!(config.idempotence && config.acks == Acks::All && config.max_in_flight == 5);
        assert_eq!((config.linger, config.batch_size), (Duration::from_millis(5), 16384));
        assert_eq!(config.delivery_timeout, Duration::from_secs(120));
    }

    #[test]
    fn idempotence_yields_unless_asked_for() {
        let acks1 = [("bootstrap.servers", "a:1"), ("acks", "1")];
        assert!(!ProducerConfig::from_map(acks1).unwrap().idempotence);
        let both = acks1.into_iter().chain([("enable.idempotence", "true")]);
        assert!(ProducerConfig::from_map(both).is_err());
    }

    #[test]
    fn wrong_settings_are_all_named() {
        let wrong = [
            ("bootstrap.servers", "nowhere"),
            ("partitioner.class", "X"),
            ("transactional.id", "t"),
        ];
        let text = ProducerConfig::from_map(wrong).unwrap_err().to_string();
        assert!(text.contains("transactions are not supported yet"), "{text}");
        let text = ProducerConfig::from_map(wrong.into_iter().take(2))
            .unwrap_err()
            .to_string();
        assert!(text.contains("nowhere") && text.contains("partitioner.class"), "{text}");
    }
}
