//! Settings under Kafka's names, defaults and units: one table per client, built from a string map or changed in Rust.

mod admin;
mod common;
mod consumer;
mod producer;

pub use admin::AdminConfig;
pub use common::ClientConfig;
pub use consumer::{AutoOffsetReset, ConsumerConfig, IsolationLevel};
pub use producer::{Acks, Partitioning, ProducerConfig};
pub use weir_config::ConfigErrors;

use weir_config::{ConfigError, FromConfigValue, Settings};

/// Reads settings of a parsed table; collects what does not fit instead of stopping at the first.
struct Take<'a> {
    settings: &'a Settings,
    errors: Vec<ConfigError>,
}

impl<'a> Take<'a> {
    fn new(settings: &'a Settings) -> Self {
        Self {
            settings,
            errors: Vec::new(),
        }
    }

    fn get<T: FromConfigValue + Default>(&mut self, name: &str) -> T {
        self.settings.get(name).unwrap_or_else(|error| {
            self.errors.push(ConfigError::other(name, error.to_string()));
            T::default()
        })
    }

    /// A value that text alone does not decide.
    fn parse<T: Default>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> T {
        let text: String = self.get(name);
        parse(&text).unwrap_or_else(|reason| {
            self.errors.push(ConfigError::invalid(name, &text, reason));
            T::default()
        })
    }

    fn require(&mut self, holds: bool, name: &str, message: &str) {
        if !holds {
            self.errors.push(ConfigError::other(name, message));
        }
    }

    fn finish<T>(self, config: T) -> Result<T, ConfigErrors> {
        for warning in self.settings.warnings() {
            tracing::warn!("{warning}");
        }
        if self.errors.is_empty() {
            return Ok(config);
        }
        Err(ConfigErrors {
            errors: self.errors,
            warnings: self.settings.warnings().to_vec(),
        })
    }
}
