//! A part's settings out of their layers, later wins: defaults, the profile, `--config`, the environment, `--set`.
//!
//! A setting may be said for one part: in its table of `weir.toml`, as `WEIR_REGISTRY_LISTENERS`, as
//! `--set registry.listeners=…`. Otherwise it counts for every part that knows it; only `listeners`, which would send them
//! all to one port, is the broker's where a broker runs.

use crate::cli::PartArgs;
use crate::failure::Failure;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::sync::Mutex;
use weir_config::layers::{LayerError, Layers};
use weir_config::suggest::nearest;
use weir_config::{ConfigDef, Warning};

/// What a name belongs to: tables of `weir.toml`, prefixes of `--set` and of the environment.
const SECTIONS: [&str; 4] = ["broker", "registry", "connect", "console"];

/// Settings of Kafka's own `server.properties` that have nothing to set here; a file that is taken over has them all.
const WITHOUT_EFFECT: &[&str] = &[
    "controller.quorum.bootstrap.servers",
    "controller.quorum.voters",
    "num.io.threads",
    "num.recovery.threads.per.data.dir",
    "offsets.topic.replication.factor",
    "share.coordinator.state.topic.min.isr",
    "share.coordinator.state.topic.replication.factor",
    "socket.receive.buffer.bytes",
    "socket.send.buffer.bytes",
    "transaction.state.log.min.isr",
    "transaction.state.log.replication.factor",
];

/// Environment variables that are no settings of a part.
const VARIABLES: &[&str] = &[
    "WEIR_BOOTSTRAP_SERVERS",
    "WEIR_CACHE",
    "WEIR_CONFIG",
    "WEIR_CONNECT_URL",
    "WEIR_DATA_DIR",
    "WEIR_LOG",
    "WEIR_SCHEMA_REGISTRY_URL",
];

/// Where the parts of this process get their settings from.
pub(crate) struct Sources<'a> {
    args: &'a PartArgs,
    /// Whether other parts run in this process too.
    together: bool,
    /// What was complained of already, for another part.
    told: Mutex<BTreeSet<String>>,
}

impl<'a> Sources<'a> {
    pub(crate) fn new(args: &'a PartArgs, together: bool) -> Self {
        Self {
            args,
            together,
            told: Mutex::default(),
        }
    }

    pub(crate) fn args(&self) -> &'a PartArgs {
        self.args
    }

    /// The merged settings of one part: what it does not know is told, with the nearest known name, and left out.
    pub(crate) fn of_part(
        &self,
        section: &str,
        def: &ConfigDef,
        profile: &[(&str, &str)],
    ) -> Result<BTreeMap<String, String>, Failure> {
        let layers = self
            .layers(section, def, profile, &variables())
            .map_err(|e| Failure::new(e.to_string()))?;
        let mut merged = layers.merged();
        for warning in def.warnings(&merged) {
            match &warning {
                Warning::Unknown { name, .. } => {
                    merged.remove(name);
                    // Beside others, what one part does not know may be another's.
                    let elsewhere = self.together && definitions().iter().any(|(_, def)| knows(def, name));
                    if !elsewhere {
                        self.tell(name, &warning);
                    }
                }
                Warning::Shadowed { name, .. } => self.tell(name, &warning),
            }
        }
        Ok(merged)
    }

    fn layers(
        &self,
        section: &str,
        def: &ConfigDef,
        profile: &[(&str, &str)],
        variables: &[(String, String)],
    ) -> Result<Layers, LayerError> {
        let others: Vec<&str> = SECTIONS.into_iter().filter(|s| *s != section).collect();
        let not_shared: &'static [&'static str] = match self.together && section != "broker" {
            true => &["listeners"],
            false => &[],
        };
        let mut layers = Layers::new()
            .not_shared(not_shared)
            .with("profile", profile.iter().copied());
        if let Some(path) = &self.args.config {
            layers = layers.file(path, section, &others)?;
        }
        let shared = variables
            .iter()
            .filter(|(name, _)| not_shared.is_empty() || name != "WEIR_LISTENERS")
            .cloned();
        layers
            .environment("WEIR", def, shared)
            .environment(
                &format!("WEIR_{}", section.to_uppercase()),
                def,
                variables.iter().cloned(),
            )
            .set(self.args.set.iter().filter_map(|pair| own(pair, section, not_shared)))
    }

    /// Tells environment variables that are nearly settings.
    pub(crate) fn tell_variables(&self) {
        let variable = |prefix: &str, name: &str| format!("{prefix}_{}", name.to_uppercase().replace(['.', '-'], "_"));
        let mut known: BTreeSet<String> = VARIABLES.iter().map(|name| (*name).to_owned()).collect();
        for (section, def) in definitions() {
            let part = variable("WEIR", section);
            for entry in def.entries() {
                let names = std::iter::once(entry.name.as_ref()).chain(entry.key.aliases.iter().copied());
                known.extend(names.flat_map(|name| [variable("WEIR", name), variable(&part, name)]));
            }
        }
        for (name, _) in variables() {
            if !name.starts_with("WEIR_") || known.contains(&name) {
                continue;
            }
            // Others may be somebody's own.
            if let Some(nearest) = nearest(&name, known.iter().map(String::as_str)) {
                let nearest = Some(nearest.to_owned());
                self.tell(
                    &name,
                    &Warning::Unknown {
                        name: name.clone(),
                        nearest,
                    },
                );
            }
        }
    }

    fn tell(&self, name: &str, warning: &Warning) {
        let new = self.told.lock().is_ok_and(|mut told| told.insert(name.to_owned()));
        if !new {
            return;
        }
        if WITHOUT_EFFECT.contains(&name) {
            tracing::info!("{name} has no effect here");
        } else {
            note!("warning: {warning}");
        }
    }
}

/// The environment; what is no text cannot be a setting.
fn variables() -> Vec<(String, String)> {
    let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    std::env::vars_os().filter_map(text).collect()
}

/// A `--set` as this part is to read it; `None` when it is said for another.
fn own<'s>(pair: &'s str, section: &str, not_shared: &[&str]) -> Option<&'s str> {
    let name = pair.split('=').next().unwrap_or_default().trim();
    // `broker.id` and `connect.url` are names of their own; what no part knows either way is left to be complained of.
    if !definitions().iter().any(|(_, def)| knows(def, name))
        && let Some((of, rest)) = name.split_once('.')
        && definitions().iter().any(|(part, def)| *part == of && knows(def, rest))
    {
        let rest = pair
            .trim_start()
            .strip_prefix(of)
            .and_then(|rest| rest.strip_prefix('.'));
        return rest.filter(|_| of == section);
    }
    (!not_shared.contains(&name)).then_some(pair)
}

fn knows(def: &ConfigDef, name: &str) -> bool {
    let given = BTreeMap::from([(name.to_owned(), String::new())]);
    !def.warnings(&given)
        .iter()
        .any(|w| matches!(w, Warning::Unknown { .. }))
}

fn definitions() -> &'static [(&'static str, ConfigDef); 4] {
    static ALL: std::sync::LazyLock<[(&str, ConfigDef); 4]> = std::sync::LazyLock::new(|| {
        [
            ("broker", weir_broker::config::def().clone()),
            ("registry", weir_schema_registry::RegistryConfig::definition()),
            ("connect", weir_connect::WorkerConfig::def()),
            ("console", crate::console::def()),
        ]
    });
    &ALL
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn read(together: bool, file: &str, env: &[(&str, &str)], set: &[&str]) -> [String; 2] {
        let mut config = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
        config.write_all(file.as_bytes()).unwrap();
        let args = PartArgs {
            config: Some(config.path().to_owned()),
            set: set.iter().map(|s| (*s).to_owned()).collect(),
            ..PartArgs::default()
        };
        let sources = Sources::new(&args, together);
        let env: Vec<_> = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        ["broker", "registry"].map(|section| {
            let def = &definitions().iter().find(|(name, _)| *name == section).unwrap().1;
            let layers = sources.layers(section, def, &[("listeners", "profile")], &env);
            layers.unwrap().merged()["listeners"].clone()
        })
    }

    #[test]
    fn later_wins_and_nearer_wins() {
        let file = "listeners = \"file\"\n";
        let table = "listeners = \"file\"\n[registry]\nlisteners = \"table\"\n";
        let env = [("WEIR_LISTENERS", "env")];
        let own_env = [("WEIR_LISTENERS", "env"), ("WEIR_REGISTRY_LISTENERS", "own env")];
        let set = ["listeners=set"];
        let own_set = ["registry.listeners=own set", "listeners=set"];
        // Alone: each layer beats the one before, and what is said for the part beats what is said for all.
        assert_eq!(read(false, "", &[], &[])[1], "profile");
        assert_eq!(read(false, file, &[], &[])[1], "file");
        assert_eq!(read(false, table, &[], &[])[1], "table");
        assert_eq!(read(false, table, &env, &[])[1], "env");
        assert_eq!(read(false, table, &own_env, &[])[1], "own env");
        assert_eq!(read(false, table, &own_env, &set)[1], "set");
        // Together: listeners are the broker's, unless said for the part.
        assert_eq!(read(true, file, &env, &set), ["set", "profile"]);
        assert_eq!(read(true, table, &env, &set), ["set", "table"]);
        assert_eq!(read(true, table, &own_env, &set), ["set", "own env"]);
        assert_eq!(read(true, table, &own_env, &own_set), ["set", "own set"]);
        assert_eq!(
            read(true, file, &[("WEIR_BROKER_LISTENERS", "own env")], &[]),
            ["own env", "profile"]
        );
    }

    #[test]
    fn a_name_of_its_own_is_no_prefix() {
        assert_eq!(own("broker.id=3", "broker", &[]), Some("broker.id=3"));
        assert_eq!(own("connect.url=x", "console", &[]), Some("connect.url=x"));
        assert_eq!(own("connect.group.id=x", "connect", &[]), Some("group.id=x"));
        assert_eq!(own("connect.group.id=x", "broker", &[]), None);
        assert_eq!(own("connect.gruop.id=x", "broker", &[]), Some("connect.gruop.id=x"));
    }
}
