//! Settings of serialisers and of the registry client, with the names and defaults of Confluent's.

use std::time::Duration;

use weir_config::{ConfigError, ConfigErrors, ConfigKey, ConfigValue, GetError, Settings, Validator};

use crate::subject::SubjectNameStrategy;

/// The settings; a converter embeds them under its own prefix (`value.converter.…`).
pub const KEYS: &[ConfigKey] = &[
    ConfigKey::list("schema.registry.url")
        .high()
        .check(Validator::NonEmpty)
        .doc("Addresses of the schema registry (http://host:port), separated by commas; the next is tried when one does not answer."),
    ConfigKey::boolean("auto.register.schemas")
        .default("true")
        .doc("Whether the serialiser registers schemas that are not registered yet."),
    ConfigKey::boolean("use.latest.version")
        .default("false")
        .doc("Write with the latest schema of the subject instead of the record's own. Only if auto.register.schemas is off."),
    ConfigKey::boolean("normalize.schemas")
        .default("false")
        .doc("Whether schemas are put into normal form when they are registered or looked up."),
    ConfigKey::string("key.subject.name.strategy")
        .default("TopicNameStrategy")
        .check(Validator::Custom(strategy))
        .doc("How the subject of a key's schema is named: TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy."),
    ConfigKey::string("value.subject.name.strategy")
        .default("TopicNameStrategy")
        .check(Validator::Custom(strategy))
        .doc("How the subject of a value's schema is named: TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy."),
    ConfigKey::int("schema.registry.request.timeout.ms")
        .default("30000")
        .check(Validator::AtLeast(1))
        .doc("How long one request to the registry may take, in milliseconds."),
];

fn strategy(value: &ConfigValue) -> Result<(), String> {
    match SubjectNameStrategy::by_name(&value.to_string()) {
        Some(_) => Ok(()),
        None => Err("must be TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy".into()),
    }
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SerdeConfigError {
    /// Values that do not parse or fit.
    #[error(transparent)]
    Invalid(#[from] ConfigErrors),
    /// The settings were parsed with a table that lacks [`KEYS`].
    #[error(transparent)]
    Missing(#[from] GetError),
    /// One value is wrong.
    #[error(transparent)]
    Value(#[from] ConfigError),
}

/// Parsed settings.
#[derive(Debug, Clone)]
pub struct SerdeConfig {
    /// Addresses of the registry; empty in [`SerdeConfig::default`].
    pub urls: Vec<String>,
    /// Register unknown schemas. Default true.
    pub auto_register: bool,
    /// Write with the latest version of the subject. Default false.
    pub use_latest: bool,
    /// Normal form. Default false.
    pub normalize: bool,
    /// Subjects of keys. Default [`SubjectNameStrategy::TopicName`].
    pub key_strategy: SubjectNameStrategy,
    /// Subjects of values. Default [`SubjectNameStrategy::TopicName`].
    pub value_strategy: SubjectNameStrategy,
    /// For one request. Default 30 s.
    pub timeout: Duration,
}

impl Default for SerdeConfig {
    fn default() -> Self {
        SerdeConfig {
            urls: Vec::new(),
            auto_register: true,
            use_latest: false,
            normalize: false,
            key_strategy: SubjectNameStrategy::TopicName,
            value_strategy: SubjectNameStrategy::TopicName,
            timeout: Duration::from_secs(30),
        }
    }
}

impl SerdeConfig {
    /// Reads settings that were parsed with a table that holds [`KEYS`].
    pub fn from_settings(settings: &Settings) -> Result<SerdeConfig, SerdeConfigError> {
        let strategy = |key: &str| -> Result<SubjectNameStrategy, SerdeConfigError> {
            let name: String = settings.get(key)?;
            // The table's validator has refused other names already.
            Ok(SubjectNameStrategy::by_name(&name).unwrap_or_default())
        };
        let timeout: i32 = settings.get("schema.registry.request.timeout.ms")?;
        Ok(SerdeConfig {
            urls: settings.get("schema.registry.url")?,
            auto_register: settings.get("auto.register.schemas")?,
            use_latest: settings.get("use.latest.version")?,
            normalize: settings.get("normalize.schemas")?,
            key_strategy: strategy("key.subject.name.strategy")?,
            value_strategy: strategy("value.subject.name.strategy")?,
            timeout: Duration::from_millis(timeout.unsigned_abs().into()),
        })
    }

    /// The strategy for keys or values.
    pub fn strategy(&self, is_key: bool) -> SubjectNameStrategy {
        if is_key { self.key_strategy } else { self.value_strategy }
    }
}

#[cfg(test)]
mod tests {
    use weir_config::ConfigDef;

    use super::*;

    #[test]
    fn settings_with_defaults() {
        let def = ConfigDef::from_keys(KEYS);
        let given = [
            ("schema.registry.url", "http://a:1,http://b:2"),
            ("value.subject.name.strategy", "x.RecordNameStrategy"),
        ];
        let config = SerdeConfig::from_settings(&def.parse(given).unwrap()).unwrap();
        assert_eq!(config.urls, ["http://a:1", "http://b:2"]);
        assert_eq!(config.strategy(false), SubjectNameStrategy::RecordName);
        assert_eq!(config.strategy(true), SubjectNameStrategy::TopicName);
        assert!(config.auto_register && !config.use_latest);
        assert!(
            def.parse([
                ("schema.registry.url", "http://a:1"),
                ("key.subject.name.strategy", "Nope")
            ])
            .is_err()
        );
        assert!(
            def.parse([("auto.register.schemas", "true")]).is_err(),
            "the address is required"
        );
    }
}
