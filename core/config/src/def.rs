//! The table: which settings exist, and a string map parsed against it with all errors at once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use crate::key::{ConfigKey, Default};
use crate::suggest::nearest;
use crate::value::{ConfigError, ConfigValue, FromConfigValue};

/// A setting as it stands in one table: the static key plus what is only known at run time
/// (`transforms.X.field` has a prefix, a group and a text of its own).
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: ConfigKey,
    pub name: Cow<'static, str>,
    pub group: Option<Cow<'static, str>>,
    pub documentation: Cow<'static, str>,
    pub display_name: Cow<'static, str>,
    pub order_in_group: i32,
    pub dependents: Vec<Cow<'static, str>>,
    /// Values that a form should offer.
    pub recommended: Vec<String>,
    /// A default that is only known at run time; it stands in for the key's own.
    pub default_override: Option<String>,
}

impl From<ConfigKey> for Entry {
    fn from(key: ConfigKey) -> Self {
        Self {
            key,
            name: key.name.into(),
            group: key.group.map(Cow::Borrowed),
            documentation: key.documentation.into(),
            display_name: key.display_name.unwrap_or(key.name).into(),
            order_in_group: key.order_in_group,
            dependents: key.dependents.iter().map(|d| Cow::Borrowed(*d)).collect(),
            recommended: Vec::new(),
            default_override: None,
        }
    }
}

impl Entry {
    /// Whether leaving the setting out is an error.
    pub fn is_required(&self) -> bool {
        self.default_override.is_none() && self.key.default == Default::Required
    }

    /// The default as a value; `None` when the setting is required.
    pub fn default_value(&self) -> Option<ConfigValue> {
        if let Some(text) = &self.default_override {
            return ConfigValue::parse(&self.name, text, self.key.kind).ok();
        }
        match self.key.default {
            Default::Required => None,
            Default::Null => Some(ConfigValue::Null),
            Default::Text(text) => ConfigValue::parse(&self.name, text, self.key.kind).ok(),
        }
    }
}

/// A table of settings in the order of their definition.
#[derive(Debug, Clone, std::default::Default)]
pub struct ConfigDef {
    entries: Vec<Entry>,
    index: BTreeMap<Cow<'static, str>, usize>,
    free_prefixes: Vec<Cow<'static, str>>,
}

impl ConfigDef {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// A table of these keys. A name that occurs again replaces the earlier definition.
    pub fn from_keys<'a>(keys: impl IntoIterator<Item = &'a ConfigKey>) -> Self {
        let mut def = Self::new();
        keys.into_iter().for_each(|key| def.define(*key));
        def
    }

    /// Adds (or replaces) a setting.
    pub fn define(&mut self, key: impl Into<Entry>) {
        let entry = key.into();
        match self.index.get(&entry.name).and_then(|at| self.entries.get_mut(*at)) {
            Some(slot) => *slot = entry,
            None => {
                self.index.insert(entry.name.clone(), self.entries.len());
                self.entries.push(entry);
            }
        }
    }

    /// Adds all settings of `other`.
    pub fn extend(&mut self, other: Self) {
        other.entries.into_iter().for_each(|entry| self.define(entry));
        self.free_prefixes.extend(other.free_prefixes);
    }

    /// Adds all settings of `child` under `prefix`, in `group`, ordered from `first_order` (Kafka's `ConfigDef.embed`).
    pub fn embed(&mut self, prefix: &str, group: &str, first_order: i32, child: &Self) {
        for (order, entry) in (first_order..).zip(&child.entries) {
            let mut entry = entry.clone();
            entry.name = format!("{prefix}{}", entry.name).into();
            entry.group = Some(group.to_owned().into());
            entry.order_in_group = order;
            entry.dependents = entry.dependents.iter().map(|d| format!("{prefix}{d}").into()).collect();
            self.define(entry);
        }
    }

    /// Settings under this prefix belong to somebody else: no warning about them.
    pub fn allow_prefix(mut self, prefix: impl Into<Cow<'static, str>>) -> Self {
        self.free_prefixes.push(prefix.into());
        self
    }

    /// The settings in order of definition.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// One setting by its own name (not by an alias).
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.index.get(name).and_then(|at| self.entries.get(*at))
    }

    /// One setting, to change what is only known at run time.
    pub fn entry_mut(&mut self, name: &str) -> Option<&mut Entry> {
        self.index.get(name).and_then(|at| self.entries.get_mut(*at))
    }

    /// The groups in order of first use.
    pub fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = Vec::new();
        for group in self.entries.iter().filter_map(|entry| entry.group.as_deref()) {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        groups
    }

    /// Parses and checks `given` against the table.
    ///
    /// # Errors
    /// Every wrong or missing setting, in the order of the table. Unknown names are only warnings.
    pub fn parse<K: Into<String>, V: Into<String>>(
        &self,
        given: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Settings, ConfigErrors> {
        let originals: BTreeMap<String, String> = given.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        let mut values = BTreeMap::new();
        let mut errors = Vec::new();
        for entry in &self.entries {
            let (value, mut wrong) = entry.check(find_given(entry, &originals));
            // One error per key says enough here; validation for a form (`check_all`) reports them all.
            wrong.truncate(1);
            errors.append(&mut wrong);
            values.insert(entry.name.clone().into_owned(), value);
        }
        let warnings = self.warnings(&originals);
        if errors.is_empty() {
            Ok(Settings {
                values,
                originals,
                warnings,
            })
        } else {
            Err(ConfigErrors { errors, warnings })
        }
    }

    /// Checks `given` without stopping at anything: value and errors per setting (Kafka's `ConfigDef.validateAll`).
    pub fn check_all<'a>(
        &'a self,
        given: &BTreeMap<String, String>,
    ) -> Vec<(&'a Entry, ConfigValue, Vec<ConfigError>)> {
        let check = |entry: &'a Entry| {
            let (value, errors) = entry.check(find_given(entry, given));
            (entry, value, errors)
        };
        self.entries.iter().map(check).collect()
    }

    /// A warning per unknown name, and per setting that was given under two names.
    pub fn warnings(&self, given: &BTreeMap<String, String>) -> Vec<Warning> {
        let aliases = || self.entries.iter().flat_map(|e| e.key.aliases.iter().copied());
        let known = |name: &str| self.index.contains_key(name) || aliases().any(|alias| alias == name);
        let mut warnings = Vec::new();
        for name in given.keys().filter(|name| !known(name)) {
            if self
                .free_prefixes
                .iter()
                .any(|prefix| name.starts_with(prefix.as_ref()))
            {
                continue;
            }
            let candidates = self.index.keys().map(AsRef::as_ref).chain(aliases());
            warnings.push(Warning::Unknown {
                name: name.clone(),
                nearest: nearest(name, candidates).map(str::to_owned),
            });
        }
        for entry in &self.entries {
            let mut names = std::iter::once(entry.name.as_ref())
                .chain(entry.key.aliases.iter().copied())
                .filter(|n| given.contains_key(*n));
            if let Some(used) = names.next() {
                warnings.extend(names.map(|ignored| Warning::Shadowed {
                    name: ignored.to_owned(),
                    by: used.to_owned(),
                }));
            }
        }
        warnings
    }
}

fn find_given<'a>(entry: &Entry, given: &'a BTreeMap<String, String>) -> Option<&'a str> {
    std::iter::once(entry.name.as_ref())
        .chain(entry.key.aliases.iter().copied())
        .find_map(|name| given.get(name))
        .map(String::as_str)
}

impl Entry {
    /// The check runs even when parsing failed, on null, as Kafka's `parseForValidate` does.
    fn check(&self, given: Option<&str>) -> (ConfigValue, Vec<ConfigError>) {
        let mut errors = Vec::new();
        let value = match given {
            Some(text) => ConfigValue::parse(&self.name, text, self.key.kind),
            None => self.default_value().ok_or_else(|| ConfigError::Missing {
                name: self.name.to_string(),
            }),
        };
        let value = value.unwrap_or_else(|error| {
            errors.push(error);
            ConfigValue::Null
        });
        errors.extend(self.key.validator.ensure_valid(&self.name, &value).err());
        (value, errors)
    }
}

/// Something odd that does not stop a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    Unknown { name: String, nearest: Option<String> },
    Shadowed { name: String, by: String },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown {
                name,
                nearest: Some(nearest),
            } => {
                write!(f, "unknown configuration '{name}', did you mean '{nearest}'?")
            }
            Self::Unknown { name, nearest: None } => write!(f, "unknown configuration '{name}'"),
            Self::Shadowed { name, by } => write!(f, "configuration '{name}' is ignored because '{by}' is also set"),
        }
    }
}

/// All that is wrong with a map of settings.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct ConfigErrors {
    pub errors: Vec<ConfigError>,
    /// Unknown names often explain a missing one.
    pub warnings: Vec<Warning>,
}

/// A caller asked for a setting that its own table does not have, or as another type: a bug in that caller.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GetError {
    #[error("Unknown configuration '{0}'")]
    Unknown(String),
    #[error("Configuration '{name}' cannot be read as {wanted}")]
    Type { name: String, wanted: &'static str },
}

/// Parsed settings: every name of the table has a value.
#[derive(Clone, std::default::Default)]
pub struct Settings {
    values: BTreeMap<String, ConfigValue>,
    originals: BTreeMap<String, String>,
    warnings: Vec<Warning>,
}

impl Settings {
    /// The value of `name` as a Rust type; `Option<T>` for settings that may be null, `Duration` for milliseconds.
    ///
    /// # Errors
    /// Only if the table has no such setting or it has another type.
    pub fn get<T: FromConfigValue>(&self, name: &str) -> Result<T, GetError> {
        let value = self
            .values
            .get(name)
            .ok_or_else(|| GetError::Unknown(name.to_owned()))?;
        T::from_config(value).ok_or_else(|| GetError::Type {
            name: name.to_owned(),
            wanted: std::any::type_name::<T>(),
        })
    }

    /// The value as it was parsed.
    pub fn value(&self, name: &str) -> Option<&ConfigValue> {
        self.values.get(name)
    }

    /// All settings of the table with their values.
    pub fn values(&self) -> impl Iterator<Item = (&str, &ConfigValue)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// What was given, unknown names included. May hold secrets: never print it.
    pub fn originals(&self) -> &BTreeMap<String, String> {
        &self.originals
    }

    /// Whether the user gave the setting (by this very name).
    pub fn is_set(&self, name: &str) -> bool {
        self.originals.contains_key(name)
    }

    /// What was given under `prefix`, the prefix taken off (Kafka's `originalsWithPrefix`).
    pub fn originals_with_prefix(&self, prefix: &str) -> BTreeMap<String, String> {
        let strip = |(name, value): (&String, &String)| Some((name.strip_prefix(prefix)?.to_owned(), value.clone()));
        self.originals
            .iter()
            .filter_map(strip)
            .filter(|(name, _)| !name.is_empty())
            .collect()
    }

    /// Unknown and shadowed names.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

/// Only the parsed values, where passwords hide themselves; originals would give them away.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.values.iter().map(|(name, value)| (name, value.to_string())))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Validator;

    const KEYS: &[ConfigKey] = &[
        ConfigKey::string("topic").high().group("Common", 1),
        ConfigKey::int("batch.size")
            .default("2000")
            .check(Validator::AtLeast(1)),
        ConfigKey::long("linger.ms").default("5"),
        ConfigKey::string("file").default_null().aliases(&["filename"]),
        ConfigKey::password("secret").default_null(),
    ];

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn typed_values_and_defaults() {
        let settings = ConfigDef::from_keys(KEYS)
            .parse([("topic", " t "), ("filename", "f")])
            .unwrap();
        assert_eq!(settings.get::<String>("topic").unwrap(), "t");
        assert_eq!(settings.get::<i32>("batch.size").unwrap(), 2000);
        assert_eq!(settings.get::<Duration>("linger.ms").unwrap(), Duration::from_millis(5));
        assert_eq!(settings.get::<Option<String>>("file").unwrap().as_deref(), Some("f"));
        assert!(settings.get::<Option<crate::Password>>("secret").unwrap().is_none());
        assert_eq!(settings.get::<bool>("nope"), Err(GetError::Unknown("nope".into())));
        assert!(matches!(settings.get::<bool>("topic"), Err(GetError::Type { .. })));
    }

    #[test]
    fn all_errors_at_once() {
        let errors = ConfigDef::from_keys(KEYS)
            .parse([("batch.size", "0"), ("linger.ms", "x"), ("tpoic", "t")])
            .unwrap_err();
        assert_eq!(
            errors.to_string(),
            "Missing required configuration \"topic\" which has no default value.\n\
             Invalid value 0 for configuration batch.size: Value must be at least 1\n\
             Invalid value x for configuration linger.ms: Not a number of type LONG"
        );
        let warnings: Vec<String> = errors.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(warnings, ["unknown configuration 'tpoic'"]);
    }

    #[test]
    fn warnings_name_the_nearest() {
        let def = ConfigDef::from_keys(KEYS).allow_prefix("producer.");
        let settings = def
            .parse([
                ("topic", "t"),
                ("batch.sise", "1"),
                ("producer.x", "y"),
                ("file", "a"),
                ("filename", "b"),
            ])
            .unwrap();
        let texts: Vec<String> = settings.warnings().iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "unknown configuration 'batch.sise', did you mean 'batch.size'?",
                "configuration 'filename' is ignored because 'file' is also set"
            ]
        );
        assert_eq!(settings.originals_with_prefix("producer."), map(&[("x", "y")]));
    }

    #[test]
    fn debug_hides_secrets() {
        let settings = ConfigDef::from_keys(KEYS)
            .parse([("topic", "t"), ("secret", "hunter2")])
            .unwrap();
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn embedding_prefixes_names() {
        let mut outer = ConfigDef::from_keys(KEYS);
        outer.embed(
            "transforms.a.",
            "Transforms: a",
            2,
            &ConfigDef::from_keys(&[ConfigKey::string("field")]),
        );
        let entry = outer.entry("transforms.a.field").unwrap();
        assert_eq!(
            (entry.order_in_group, entry.group.as_deref()),
            (2, Some("Transforms: a"))
        );
        assert_eq!(outer.groups(), ["Common", "Transforms: a"]);
    }

    #[test]
    fn every_default_in_a_table_parses() {
        for entry in ConfigDef::from_keys(KEYS).entries() {
            assert!(
                entry.default_value().is_some() || entry.key.default == Default::Required,
                "{}",
                entry.name
            );
        }
    }
}
