//! The settings that every connector has beside its plugin's own, with transforms and predicates worked in.

use weir_connect_sdk::weir_config::{ConfigValue, Entry, Width};
use weir_connect_sdk::{ConfigDef, ConfigKey, ConfigMap, Validator};

use crate::convert::{CONVERTERS, HEADER_CONVERTERS};
use crate::predicate::{PREDICATES, predicate_class};
use crate::transform::{TRANSFORMS, check_regex, transform_class};

const COMMON: &str = "Common";
const ERRORS: &str = "Error Handling";

const fn version(name: &'static str, order: i32, display: &'static str) -> ConfigKey {
    ConfigKey::string(name)
        .default_null()
        .low()
        .group(COMMON, order)
        .width(Width::Short)
        .display(display)
        .doc("Version of the plugin.")
}

const fn converter(name: &'static str, order: i32, display: &'static str) -> ConfigKey {
    ConfigKey::class(name)
        .default_null()
        .low()
        .group(COMMON, order)
        .width(Width::Short)
        .display(display)
        .doc("Class that converts between the bytes in Kafka and Connect's data; the worker's own if not given.")
}

const KEYS: &[ConfigKey] = &[
    ConfigKey::string("name")
        .high()
        .check(Validator::NoControlChars)
        .group(COMMON, 1)
        .width(Width::Medium)
        .display("Connector name")
        .doc("Globally unique name to use for this connector."),
    ConfigKey::string("connector.class")
        .high()
        .group(COMMON, 2)
        .width(Width::Long)
        .display("Connector class")
        .doc("The plugin: its name, its Java class, or the class' short name with or without \"Connector\"."),
    ConfigKey::string("connector.plugin.version")
        .default_null()
        .group(COMMON, 3)
        .width(Width::Medium)
        .display("Connector version")
        .doc("Version of the connector."),
    ConfigKey::int("tasks.max")
        .default("1")
        .high()
        .check(Validator::AtLeast(1))
        .group(COMMON, 4)
        .width(Width::Short)
        .display("Tasks max")
        .doc("Maximum number of tasks to use for this connector."),
    ConfigKey::boolean("tasks.max.enforce")
        .default("true")
        .low()
        .group(COMMON, 5)
        .width(Width::Short)
        .display("Enforce tasks max")
        .doc("(Deprecated) Whether a connector that wants more tasks than tasks.max fails."),
    converter("key.converter", 6, "Key converter class"),
    version("key.converter.plugin.version", 7, "Key converter version"),
    converter("value.converter", 8, "Value converter class"),
    version("value.converter.plugin.version", 9, "Value converter version"),
    converter("header.converter", 10, "Header converter class"),
    version("header.converter.plugin.version", 11, "Header converter version"),
    ConfigKey::list("transforms")
        .default("")
        .low()
        .check(Validator::Custom(unique_aliases))
        .group("Transforms", 12)
        .width(Width::Long)
        .display("Transforms")
        .doc("Aliases for the transformations to be applied to records."),
    ConfigKey::list("predicates")
        .default("")
        .low()
        .check(Validator::Custom(unique_aliases))
        .group("Predicates", 13)
        .width(Width::Long)
        .display("Predicates")
        .doc("Aliases for the predicates used by transformations."),
    ConfigKey::string("config.action.reload")
        .default("restart")
        .low()
        .check(Validator::OneOf(&["none", "restart"]))
        .group(COMMON, 14)
        .width(Width::Medium)
        .display("Reload Action")
        .doc("What to do when a value from a config provider changes."),
    ConfigKey::long("errors.retry.timeout")
        .default("0")
        .group(ERRORS, 1)
        .width(Width::Medium)
        .display("Retry Timeout for Errors")
        .doc("How long a failed operation is tried again, in milliseconds; 0 never, -1 for ever."),
    ConfigKey::long("errors.retry.delay.max.ms")
        .default("60000")
        .group(ERRORS, 2)
        .width(Width::Medium)
        .display("Maximum Delay Between Retries for Errors")
        .doc("Longest wait between two tries, in milliseconds; above it the wait is random."),
    ConfigKey::string("errors.tolerance")
        .default("none")
        .check(Validator::OneOf(&["none", "all"]))
        .group(ERRORS, 3)
        .width(Width::Short)
        .display("Error Tolerance")
        .doc("Whether a record that cannot be handled fails the task ('none') or is skipped ('all')."),
    ConfigKey::boolean("errors.log.enable")
        .default("false")
        .group(ERRORS, 4)
        .width(Width::Short)
        .display("Log Errors")
        .doc("Whether tolerated errors are logged."),
    ConfigKey::boolean("errors.log.include.messages")
        .default("false")
        .group(ERRORS, 5)
        .width(Width::Short)
        .display("Log Error Details")
        .doc("Whether the log of an error says which record it was."),
];

const SOURCE_KEYS: &[ConfigKey] = &[
    ConfigKey::list("topic.creation.groups")
        .default("")
        .low()
        .group("Topic Creation", 1)
        .width(Width::Long)
        .display("Topic Creation Groups")
        .doc("Groups of settings for topics that the connector creates."),
    ConfigKey::string("exactly.once.support")
        .default("requested")
        .check(Validator::OneOfIgnoreCase(&["requested", "required"]))
        .group("Exactly Once Support", 2)
        .width(Width::Short)
        .display("Exactly once support")
        .doc("Whether the connector must not start without exactly-once support."),
    ConfigKey::string("transaction.boundary")
        .default("poll")
        .check(Validator::OneOfIgnoreCase(&["poll", "connector", "interval"]))
        .group("Exactly Once Support", 3)
        .width(Width::Short)
        .display("Transaction Boundary")
        .doc("Where transactions end when exactly-once support is on."),
    ConfigKey::long("transaction.boundary.interval.ms")
        .default_null()
        .low()
        .group("Exactly Once Support", 4)
        .width(Width::Short)
        .display("Transaction boundary interval")
        .doc("The interval of transactions when transaction.boundary is interval."),
    ConfigKey::string("offsets.storage.topic")
        .default_null()
        .low()
        .group("offsets.topic", 1)
        .width(Width::Long)
        .display("Offsets topic")
        .doc("A topic of its own for the connector's offsets."),
];

const SINK_KEYS: &[ConfigKey] = &[
    ConfigKey::list("topics")
        .default("")
        .high()
        .group(COMMON, 4)
        .width(Width::Long)
        .display("Topics")
        .doc("List of topics to consume, separated by commas"),
    ConfigKey::string("topics.regex")
        .default("")
        .high()
        .check(Validator::Custom(check_regex))
        .group(COMMON, 4)
        .width(Width::Long)
        .display("Topics regex")
        .doc("Pattern of the topics to consume; instead of topics."),
    ConfigKey::string("errors.deadletterqueue.topic.name")
        .default("")
        .group(ERRORS, 6)
        .width(Width::Medium)
        .display("Dead Letter Queue Topic Name")
        .doc("Topic for records that cannot be handled; empty for none."),
    ConfigKey::short("errors.deadletterqueue.topic.replication.factor")
        .default("3")
        .group(ERRORS, 7)
        .width(Width::Medium)
        .display("Dead Letter Queue Topic Replication Factor")
        .doc("Replication factor of the dead letter queue if it has to be created."),
    ConfigKey::boolean("errors.deadletterqueue.context.headers.enable")
        .default("false")
        .group(ERRORS, 8)
        .width(Width::Medium)
        .display("Enable Error Context Headers")
        .doc("Whether dead letters carry headers that say where and why they failed."),
];

fn unique_aliases(value: &ConfigValue) -> Result<(), String> {
    let ConfigValue::List(aliases) = value else {
        return Err("entry must be non null".to_owned());
    };
    let repeated = aliases
        .iter()
        .enumerate()
        .any(|(at, alias)| aliases.iter().take(at).any(|earlier| earlier == alias));
    if repeated {
        Err("Duplicate alias provided.".to_owned())
    } else {
        Ok(())
    }
}

/// What defaults and recommendations come from.
pub struct Defaults<'a> {
    /// `key.converter`, `value.converter` and `header.converter` of the worker; `None` leaves the defaults empty.
    pub worker: Option<&'a ConfigMap>,
    /// The version of the connector's plugin.
    pub plugin_version: &'a str,
}

/// The table of a connector without its plugin's own settings and without transforms.
pub fn base(is_source: bool, defaults: &Defaults<'_>) -> ConfigDef {
    let own = if is_source { SOURCE_KEYS } else { SINK_KEYS };
    let mut def = ConfigDef::from_keys(KEYS.iter().chain(own));
    let mut set = |name: &str, default: Option<String>, recommended: Vec<String>| {
        if let Some(entry) = def.entry_mut(name) {
            entry.default_override = default;
            entry.recommended = recommended;
        }
    };
    let version = defaults.plugin_version.to_owned();
    set("connector.plugin.version", Some(version.clone()), vec![version]);
    if let Some(worker) = defaults.worker {
        let values: Vec<String> = CONVERTERS.iter().map(|known| known.class.to_owned()).collect();
        let headers: Vec<String> = HEADER_CONVERTERS.iter().map(|class| (*class).to_owned()).collect();
        let own = env!("CARGO_PKG_VERSION").to_owned();
        for (name, recommended) in [
            ("key.converter", values.clone()),
            ("value.converter", values),
            ("header.converter", headers),
        ] {
            set(name, worker.get(name).cloned(), recommended);
            set(&format!("{name}.plugin.version"), Some(own.clone()), vec![own.clone()]);
        }
    }
    def
}

const fn type_key(what: &'static str) -> ConfigKey {
    ConfigKey::class("type").high().width(Width::Long).doc(what)
}

/// Adds the settings of the transforms and predicates that `given` names (`ConnectorConfig.enrich`).
pub fn enrich(def: &mut ConfigDef, given: &ConfigMap) {
    let classes: Vec<&str> = TRANSFORMS.iter().map(|known| known.class).collect();
    for alias in aliases(given, "transforms") {
        let own = given
            .get(&format!("transforms.{alias}.type"))
            .and_then(|class| transform_class(class))
            .map(|class| (class.def)());
        let what = Alias {
            kind: "transforms",
            group: "Transforms",
            alias,
            noun: "Transformation",
        };
        let next = add_alias(def, &what, own, &classes);
        let negate = ConfigKey::boolean("negate")
            .default("false")
            .doc("Whether the transform applies where the predicate does not.");
        let predicate = ConfigKey::string("predicate")
            .default_null()
            .doc("Alias of the predicate that says whether the transform applies.");
        def.embed(
            &what.prefix(),
            &what.group_name(),
            next,
            &ConfigDef::from_keys(&[negate, predicate]),
        );
    }
    let classes: Vec<&str> = PREDICATES.iter().map(|known| known.class).collect();
    for alias in aliases(given, "predicates") {
        let own = given
            .get(&format!("predicates.{alias}.type"))
            .and_then(|class| predicate_class(class))
            .map(|class| (class.def)());
        add_alias(
            def,
            &Alias {
                kind: "predicates",
                group: "Predicates",
                alias,
                noun: "Predicate",
            },
            own,
            &classes,
        );
    }
}

struct Alias<'a> {
    kind: &'a str,
    group: &'a str,
    alias: &'a str,
    noun: &'a str,
}

impl Alias<'_> {
    fn prefix(&self) -> String {
        format!("{}.{}.", self.kind, self.alias)
    }

    fn group_name(&self) -> String {
        format!("{}: {}", self.group, self.alias)
    }
}

/// Adds `type`, `plugin.version` and the class' own settings; returns the next position in the group.
fn add_alias(def: &mut ConfigDef, what: &Alias<'_>, own: Option<ConfigDef>, classes: &[&str]) -> i32 {
    let (prefix, group) = (what.prefix(), what.group_name());
    let version = ConfigKey::string("plugin.version")
        .default_null()
        .high()
        .width(Width::Long)
        .doc("Version of the class.");
    let mut first: Vec<Entry> = vec![type_key("Class").into(), version.into()];
    for (order, entry) in (0..).zip(&mut first) {
        let kind = if order == 0 { "type" } else { "version" };
        entry.display_name = format!("{} {kind} for {}", what.noun, what.alias).into();
        entry.documentation = match order {
            0 => format!("Class for the '{}' {}.", what.alias, what.noun.to_lowercase()).into(),
            _ => format!("Version of the '{}' {}.", what.alias, what.noun.to_lowercase()).into(),
        };
        entry.group = Some(group.clone().into());
        entry.order_in_group = order;
        entry.recommended = match order {
            0 => classes.iter().map(|class| (*class).to_owned()).collect(),
            _ => vec![env!("CARGO_PKG_VERSION").to_owned()],
        };
        entry.default_override = (order == 1).then(|| env!("CARGO_PKG_VERSION").to_owned());
        entry.name = format!("{prefix}{}", entry.name).into();
        def.define(entry.clone());
    }
    let own = own.unwrap_or_default();
    def.embed(&prefix, &group, 2, &own);
    2 + i32::try_from(own.entries().count()).unwrap_or(i32::MAX - 2)
}

/// The aliases in a list setting, each once.
pub fn aliases<'a>(given: &'a ConfigMap, name: &str) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for alias in given
        .get(name)
        .map(String::as_str)
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
    {
        if !alias.is_empty() && !seen.contains(&alias) {
            seen.push(alias);
        }
    }
    seen
}
