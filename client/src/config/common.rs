//! What every client needs to reach a cluster.

use std::time::Duration;

use weir_config::{ConfigKey, Validator};

use super::Take;

/// Settings of every client.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// `bootstrap.servers`: `host:port` of some brokers; the rest is learned from them.
    pub bootstrap_servers: Vec<String>,
    /// `client.id`: how the client calls itself to brokers.
    pub client_id: String,
    /// `request.timeout.ms`: how long one request may take before its connection is given up.
    pub request_timeout: Duration,
    /// `retry.backoff.ms`: pause before the first retry; doubles from retry to retry.
    pub retry_backoff: Duration,
    /// `retry.backoff.max.ms`: the longest pause.
    pub retry_backoff_max: Duration,
    /// `reconnect.backoff.ms`: pause after the first failed connection to an address; doubles as well.
    pub reconnect_backoff: Duration,
    /// `reconnect.backoff.max.ms`: the longest pause.
    pub reconnect_backoff_max: Duration,
    /// `socket.connection.setup.timeout.ms`: how long connecting may take.
    pub connection_setup_timeout: Duration,
    /// `metadata.max.age.ms`: how old metadata may be before it is fetched again without need.
    pub metadata_max_age: Duration,
}

pub(super) const KEYS: &[ConfigKey] = &[
    ConfigKey::list("bootstrap.servers")
        .check(Validator::NonEmpty)
        .high()
        .doc("Addresses (host:port) of brokers to learn the cluster from; one that answers is enough."),
    ConfigKey::string("client.id")
        .default("")
        .doc("Name under which brokers log and account requests."),
    ConfigKey::int("request.timeout.ms")
        .default("30000")
        .check(Validator::AtLeast(0))
        .doc("How long one request may take before its connection is given up."),
    ConfigKey::long("retry.backoff.ms")
        .default("100")
        .check(Validator::AtLeast(0))
        .low()
        .doc("Pause before the first retry of a request; it doubles from retry to retry."),
    ConfigKey::long("retry.backoff.max.ms")
        .default("1000")
        .check(Validator::AtLeast(0))
        .low()
        .doc("Longest pause between retries."),
    ConfigKey::long("reconnect.backoff.ms")
        .default("50")
        .check(Validator::AtLeast(0))
        .low()
        .doc("Pause after a failed connection before the same address is tried again."),
    ConfigKey::long("reconnect.backoff.max.ms")
        .default("1000")
        .check(Validator::AtLeast(0))
        .low()
        .doc("Longest pause between connection attempts to one address."),
    ConfigKey::long("socket.connection.setup.timeout.ms")
        .default("10000")
        .check(Validator::AtLeast(1))
        .doc("How long connecting to a broker may take."),
    ConfigKey::long("metadata.max.age.ms")
        .default("300000")
        .check(Validator::AtLeast(0))
        .low()
        .doc("Age at which metadata is fetched again even without a sign of change."),
    ConfigKey::string("security.protocol")
        .default("PLAINTEXT")
        .check(Validator::OneOf(&["PLAINTEXT"]))
        .doc("PLAINTEXT is the only protocol so far."),
];

impl ClientConfig {
    pub(super) fn take(take: &mut Take<'_>) -> Self {
        let bootstrap_servers: Vec<String> = take.get("bootstrap.servers");
        for address in &bootstrap_servers {
            let port = address
                .rsplit_once(':')
                .and_then(|(host, port)| port.parse::<u16>().ok().filter(|_| !host.is_empty()));
            take.require(
                port.is_some(),
                "bootstrap.servers",
                &format!("Invalid url in bootstrap.servers: {address}"),
            );
        }
        Self {
            bootstrap_servers,
            client_id: take.get("client.id"),
            request_timeout: take.get("request.timeout.ms"),
            retry_backoff: take.get("retry.backoff.ms"),
            retry_backoff_max: take.get("retry.backoff.max.ms"),
            reconnect_backoff: take.get("reconnect.backoff.ms"),
            reconnect_backoff_max: take.get("reconnect.backoff.max.ms"),
            connection_setup_timeout: take.get("socket.connection.setup.timeout.ms"),
            metadata_max_age: take.get("metadata.max.age.ms"),
        }
    }
}
