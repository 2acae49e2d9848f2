//! Config tables: one definition of a setting feeds parsing, validation, docs and `DescribeConfigs`.
//!
//! The idea is Kafka's `ConfigDef`. Rooms, downwards:
//!
//! - [`docs`], [`connect_json`]: a table rendered as a Markdown reference and as Connect's `ConfigInfos`
//! - `layers` (feature `layers`): file, environment, `--set` and flags merged into one string map
//! - [`def`]: the table itself; [`ConfigDef::parse`] turns a string map into [`Settings`] or *all* errors
//! - [`key`], [`validator`], [`value`]: one setting, its checks, its typed value
//! - [`properties`], [`suggest`]: Java `.properties` text, nearest known name
//!
//! This crate is a leaf that plugin authors compile: it must never know a runtime, a socket or another Weir crate.
//!
//! ```
//! use weir_config::{ConfigDef, ConfigKey, Validator};
//!
//! const KEYS: &[ConfigKey] = &[
//!     ConfigKey::int("num.partitions").default("1").check(Validator::AtLeast(1)).doc("Partitions of a new topic."),
//!     ConfigKey::password("ssl.key.password").default_null().doc("Password of the private key."),
//! ];
//! let def = ConfigDef::from_keys(KEYS);
//! let settings = def.parse([("num.partitions", "3")]).unwrap();
//! assert_eq!(settings.get::<i32>("num.partitions").unwrap(), 3);
//! let errors = def.parse([("num.partitions", "0")]).unwrap_err();
//! assert_eq!(errors.to_string(), "Invalid value 0 for configuration num.partitions: Value must be at least 1");
//! ```

pub mod connect_json;
pub mod def;
pub mod docs;
pub mod key;
#[cfg(feature = "layers")]
pub mod layers;
pub mod properties;
pub mod suggest;
pub mod validator;
pub mod value;

pub use def::{ConfigDef, ConfigErrors, Entry, GetError, Settings, Warning};
pub use key::{ConfigKey, ConfigType, Default, Importance, Update, Width};
pub use validator::Validator;
pub use value::{ConfigError, ConfigValue, FromConfigValue, Password};
