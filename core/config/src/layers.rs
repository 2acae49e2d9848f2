//! Layered settings, later wins: file, environment, `--set`, flags. (Defaults live in the table.)
//!
//! Values and sources are the crate `config`'s. Its own builder is not used: it reads `a.b` as a path into nested tables, while
//! Kafka has names that are a value and a prefix of others at once (`sasl.mechanism`, `transforms`), so layers stay flat here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use config::{File, FileFormat, Source as _, Value, ValueKind};
use thiserror::Error;

use crate::def::ConfigDef;
use crate::properties;

/// Why a layer could not be read.
#[derive(Debug, Error)]
pub enum LayerError {
    #[error("cannot read {path}: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path} is not valid TOML: {message}")]
    Toml { path: PathBuf, message: String },
    #[error("{path}, {source}")]
    Properties {
        path: PathBuf,
        source: properties::PropertiesError,
    },
    #[error("--set wants key=value, got '{0}'")]
    Set(String),
}

/// A setting and the layer that had the last word.
#[derive(Clone, PartialEq, Eq)]
pub struct Setting {
    pub value: String,
    /// For messages: `weir.toml`, `environment variable WEIR_X`, `--set`, a flag's name.
    pub origin: String,
}

/// Collects layers; call in rising order of precedence.
#[derive(Clone, Default)]
pub struct Layers {
    settings: BTreeMap<String, Setting>,
    not_shared: &'static [&'static str],
}

impl Layers {
    /// No layer yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names that count for this part only where they are said for it alone, in its table: other parts that the same file
    /// configures mean something else by them.
    #[must_use]
    pub fn not_shared(mut self, names: &'static [&'static str]) -> Self {
        self.not_shared = names;
        self
    }

    /// A config file: `.toml`, or Kafka's `.properties` by any other name.
    ///
    /// In TOML, top-level keys count for every part; the table named `section` (`[broker]`) counts for that part and wins over them;
    /// the tables in `other_sections` belong to other parts. Nested keys join with dots.
    ///
    /// # Errors
    /// The file cannot be read or is malformed.
    pub fn file(self, path: &Path, section: &str, other_sections: &[&str]) -> Result<Self, LayerError> {
        let text = std::fs::read_to_string(path).map_err(|source| LayerError::Read {
            path: path.to_owned(),
            source,
        })?;
        if path.extension().is_some_and(|extension| extension == "toml") {
            return self.toml(path, &text, section, other_sections);
        }
        let entries = properties::parse(&text).map_err(|source| LayerError::Properties {
            path: path.to_owned(),
            source,
        })?;
        let shared = self.shared(entries);
        Ok(self.with(&path.display().to_string(), shared))
    }

    fn shared(&self, mut entries: Vec<(String, String)>) -> Vec<(String, String)> {
        entries.retain(|(name, _)| !self.not_shared.contains(&name.as_str()));
        entries
    }

    fn toml(mut self, path: &Path, text: &str, section: &str, other_sections: &[&str]) -> Result<Self, LayerError> {
        let wrong = |error: config::ConfigError| LayerError::Toml {
            path: path.to_owned(),
            message: error.to_string(),
        };
        let mut tables = File::from_str(text, FileFormat::Toml).collect().map_err(wrong)?;
        let own = tables.remove(section);
        let mut flat = Vec::new();
        for (name, value) in tables {
            if !(other_sections.contains(&name.as_str()) && matches!(value.kind, ValueKind::Table(_))) {
                flatten(&name, value, &mut flat);
            }
        }
        let flat = self.shared(flat);
        self = self.with(&path.display().to_string(), flat);
        let mut flat = Vec::new();
        if let Some(Value {
            kind: ValueKind::Table(own),
            ..
        }) = own
        {
            own.into_iter()
                .for_each(|(name, value)| flatten(&name, value, &mut flat));
        }
        Ok(self.with(&path.display().to_string(), flat))
    }

    /// Environment variables `PREFIX_NAME`, where NAME is a setting of the table in upper case with `_` for `.` and `-`.
    /// Only names that the table knows can be given so: the mapping is not reversible.
    pub fn environment(
        mut self,
        prefix: &str,
        def: &ConfigDef,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let names: BTreeMap<String, &str> = def
            .entries()
            .flat_map(|entry| std::iter::once(entry.name.as_ref()).chain(entry.key.aliases.iter().copied()))
            .map(|name| {
                (
                    format!("{prefix}_{}", name.to_uppercase().replace(['.', '-'], "_")),
                    name,
                )
            })
            .collect();
        for (variable, value) in variables {
            if let Some(name) = names.get(&variable) {
                let origin = format!("environment variable {variable}");
                self.settings.insert((*name).to_owned(), Setting { value, origin });
            }
        }
        self
    }

    /// `--set key=value` pairs.
    ///
    /// # Errors
    /// A pair without `=` or without a key.
    pub fn set<S: AsRef<str>>(mut self, pairs: impl IntoIterator<Item = S>) -> Result<Self, LayerError> {
        for pair in pairs {
            let pair = pair.as_ref();
            let (name, value) = pair
                .split_once('=')
                .filter(|(name, _)| !name.trim().is_empty())
                .ok_or_else(|| LayerError::Set(pair.to_owned()))?;
            self = self.with("--set", [(name.trim(), value)]);
        }
        Ok(self)
    }

    /// Any other layer, command-line flags above all.
    pub fn with<K: Into<String>, V: Into<String>>(
        mut self,
        origin: &str,
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        for (name, value) in pairs {
            self.settings.insert(
                name.into(),
                Setting {
                    value: value.into(),
                    origin: origin.to_owned(),
                },
            );
        }
        self
    }

    /// What the layers say; feed it to [`ConfigDef::parse`].
    pub fn merged(&self) -> BTreeMap<String, String> {
        self.settings
            .iter()
            .map(|(name, setting)| (name.clone(), setting.value.clone()))
            .collect()
    }

    /// The layer that had the last word on `name`.
    pub fn origin(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(|setting| setting.origin.as_str())
    }
}

fn flatten(name: &str, value: Value, out: &mut Vec<(String, String)>) {
    match value.kind {
        ValueKind::Table(table) => table
            .into_iter()
            .for_each(|(key, value)| flatten(&format!("{name}.{key}"), value, out)),
        ValueKind::Array(items) => {
            let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
            out.push((name.to_owned(), items.join(",")));
        }
        _ => out.push((name.to_owned(), value.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::ConfigKey;

    const KEYS: &[ConfigKey] = &[
        ConfigKey::string("sasl.mechanism").default("x"),
        ConfigKey::int("num.partitions").default("1"),
    ];

    /// A config file with this ending; it goes away with the handle.
    fn file(suffix: &str, text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::Builder::new().suffix(suffix).tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn later_layers_win() {
        let config = file(
            ".properties",
            "num.partitions=2\nsasl.mechanism=file\nsasl.mechanism.inter.broker.protocol=PLAIN\n",
        );
        let def = ConfigDef::from_keys(KEYS);
        let env = [("WEIR_NUM_PARTITIONS", "3"), ("WEIR_OTHER", "z")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        let layers = Layers::new()
            .file(config.path(), "broker", &[])
            .unwrap()
            .environment("WEIR", &def, env);
        assert_eq!(
            layers.origin("num.partitions"),
            Some("environment variable WEIR_NUM_PARTITIONS")
        );
        let layers = layers
            .set(["num.partitions=4"])
            .unwrap()
            .with("--partitions", [("num.partitions", "5")]);
        let merged = layers.merged();
        assert_eq!(merged["num.partitions"], "5");
        assert_eq!(merged["sasl.mechanism"], "file");
        assert_eq!(merged["sasl.mechanism.inter.broker.protocol"], "PLAIN");
        assert_eq!(merged.len(), 3);
    }

    #[test]
    fn toml_sections() {
        let text = "num.partitions = 2\nlisteners = [\"a\", \"b\"]\n[broker]\nnum.partitions = 7\nssl.enabled = true\n[connect]\nx = 1\n";
        let config = file(".toml", text);
        let merged = Layers::new()
            .file(config.path(), "broker", &["connect"])
            .unwrap()
            .merged();
        let expected = [("listeners", "a,b"), ("num.partitions", "7"), ("ssl.enabled", "true")];
        assert_eq!(merged, expected.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
        let merged = |layers: Layers, section: &str| layers.file(config.path(), section, &["broker"]).unwrap().merged();
        assert_eq!(merged(Layers::new(), "connect")["num.partitions"], "2");
        let alone = || Layers::new().not_shared(&["num.partitions"]);
        assert!(!merged(alone(), "connect").contains_key("num.partitions"));
        assert_eq!(merged(alone(), "broker")["num.partitions"], "7");
    }

    #[test]
    fn clear_errors() {
        assert_eq!(
            Layers::new().set(["nope"]).err().unwrap().to_string(),
            "--set wants key=value, got 'nope'"
        );
        let config = file(".toml", "a = ");
        assert!(matches!(
            Layers::new().file(config.path(), "broker", &[]),
            Err(LayerError::Toml { .. })
        ));
        assert!(matches!(
            Layers::new().file(Path::new("/nonexistent"), "b", &[]),
            Err(LayerError::Read { .. })
        ));
    }
}
