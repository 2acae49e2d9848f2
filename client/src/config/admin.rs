//! Settings of the admin client.

use std::time::Duration;

use weir_config::{ConfigDef, ConfigErrors, ConfigKey, Validator};

use super::Take;
use super::common::{self, ClientConfig};

/// Kafka's `AdminClientConfig`.
#[derive(Debug, Clone)]
pub struct AdminConfig {
    /// How to reach the cluster.
    pub client: ClientConfig,
    /// `default.api.timeout.ms`: how long an operation may take with all its retries.
    pub api_timeout: Duration,
}

const KEYS: &[ConfigKey] = &[ConfigKey::int("default.api.timeout.ms")
    .default("60000")
    .check(Validator::AtLeast(0))
    .doc("How long an operation may take with all its retries.")];

impl AdminConfig {
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
        let config = Self {
            client: ClientConfig::take(&mut take),
            api_timeout: take.get("default.api.timeout.ms"),
        };
        take.finish(config)
    }

    /// The table of settings.
    pub fn definition() -> ConfigDef {
        ConfigDef::from_keys(common::KEYS.iter().chain(KEYS))
    }
}
