//! Settings of a plugin: what `#[derive(ConnectorConfig)]` fills in.

use weir_config::{ConfigDef, ConfigError, ConfigErrors, ConfigKey, GetError, Settings};

use crate::connector::ConfigMap;

/// Typed settings of a connector. Derive it:
///
/// ```
/// use weir_connect_sdk::prelude::*;
///
/// #[derive(ConnectorConfig)]
/// struct MyConfig {
///     /// The topic to write to.
///     #[config(high)]
///     topic: String,
///     /// Records per poll.
///     #[config(name = "batch.size", default = "2000", at_least = 1)]
///     batch: usize,
///     /// Password of the source, if it wants one.
///     password: Option<Password>,
/// }
/// let config = MyConfig::parse(&[("topic".into(), "t".into())].into()).unwrap();
/// assert_eq!((config.topic.as_str(), config.batch, config.password.is_none()), ("t", 2000, true));
/// ```
///
/// A field `poll_interval_ms` is the setting `poll.interval.ms` unless `name` says otherwise; its doc comment is the setting's
/// documentation. Attributes: `name`, `default`, `high`, `low`, `group`, `display`, `width`, `aliases(…)`, `one_of(…)`,
/// `at_least`, `between(…)`, `non_empty`, `matches`, `check` (any `Validator` expression). On the struct, `check = function` names a
/// `fn(&Self) -> Vec<ConfigError>` for what no single setting can tell.
pub trait ConnectorConfig: Sized + Send + 'static {
    /// The table.
    const KEYS: &'static [ConfigKey];

    /// Reads the fields out of parsed settings.
    ///
    /// # Errors
    /// The settings were parsed by another table.
    fn from_settings(settings: &Settings) -> Result<Self, GetError>;

    /// Checks across settings. Runs only when each of them is right.
    fn check(&self) -> Vec<ConfigError> {
        Vec::new()
    }

    /// The table as a definition.
    fn def() -> ConfigDef {
        ConfigDef::from_keys(Self::KEYS)
    }

    /// Parses, checks and reads.
    ///
    /// # Errors
    /// All errors at once.
    fn parse(given: &ConfigMap) -> Result<Self, ConfigErrors> {
        let settings = Self::def().parse(given.clone())?;
        let wrong = |errors| ConfigErrors {
            errors,
            warnings: settings.warnings().to_vec(),
        };
        let config =
            Self::from_settings(&settings).map_err(|error| wrong(vec![ConfigError::other("", error.to_string())]))?;
        let errors = config.check();
        if errors.is_empty() {
            Ok(config)
        } else {
            Err(wrong(errors))
        }
    }

    /// The reference of the settings in Markdown.
    fn markdown() -> String {
        weir_config::docs::markdown(&Self::def())
    }
}
