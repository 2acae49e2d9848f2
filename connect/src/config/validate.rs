//! Validation of a connector's settings: what `PUT /connector-plugins/{p}/config/validate` answers and what creating a connector checks.

use thiserror::Error;
use weir_connect_sdk::weir_config::connect_json::{ConfigInfo, ConfigInfos, config_info};
use weir_connect_sdk::weir_config::{ConfigValue, Warning};
use weir_connect_sdk::{ConfigError, ConfigMap, Plugin};

use super::connector::{Defaults, aliases, base, enrich};
use super::worker::WorkerConfig;
use crate::convert::{converter_class, header_converter};
use crate::plugins::Plugins;
use crate::predicate::predicate_class;
use crate::transform::transform_class;

/// Why settings could not even be checked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ValidateError {
    #[error("Connector config {0} contains no connector type")]
    NoClass(String),
    #[error(
        "Failed to find any class that implements Connector and which name matches {class}, available connectors are: {available}{hint}"
    )]
    UnknownClass {
        class: String,
        available: String,
        hint: String,
    },
}

/// A plugin by the `connector.class` in `given`.
///
/// # Errors
/// There is no class, or no such plugin.
pub fn plugin_of<'a>(plugins: &'a Plugins, given: &ConfigMap) -> Result<&'a Plugin, ValidateError> {
    let Some(class) = given.get("connector.class") else {
        let pairs: Vec<String> = given.iter().map(|(name, value)| format!("{name}={value}")).collect();
        return Err(ValidateError::NoClass(format!("{{{}}}", pairs.join(", "))));
    };
    plugins.find(class.trim()).ok_or_else(|| ValidateError::UnknownClass {
        class: class.clone(),
        available: plugins.available(),
        hint: plugins
            .nearest(class.trim())
            .map_or_else(String::new, |name| format!("; did you mean {name}?")),
    })
}

/// Checks all settings of a connector; warnings are about unknown names.
///
/// # Errors
/// There is no plugin to check them with.
pub fn validate(
    worker: &WorkerConfig,
    plugins: &Plugins,
    given: &ConfigMap,
) -> Result<(ConfigInfos, Vec<Warning>), ValidateError> {
    let plugin = plugin_of(plugins, given)?;
    let defaults = Defaults {
        worker: Some(&worker.converters),
        plugin_version: plugin.version,
    };
    let mut def = base(plugin.is_source(), &defaults);
    enrich(&mut def, given);
    let own = (plugin.def)();
    let mut infos: Vec<ConfigInfo> = Vec::new();
    for (entry, value, mut errors) in def.check_all(given) {
        errors.extend(class_error(&entry.name, &value));
        errors.extend(topics_error(plugin, &entry.name, given));
        errors.extend(unsupported(plugin, &entry.name, &value));
        errors.extend(group_error(worker, plugin, &entry.name, given));
        infos.push(config_info(entry, &value, &errors));
    }
    let own_errors = (plugin.check)(given);
    for (entry, value, mut errors) in own.check_all(given) {
        errors.extend(own_errors.iter().filter(|error| error.name() == entry.name).cloned());
        let info = config_info(entry, &value, &errors);
        // A plugin may define a setting that Connect has as well: the plugin's errors count, Connect's definition stays.
        match infos.iter_mut().find(|known| known.value.name == info.value.name) {
            Some(known) => known.value.errors.extend(info.value.errors),
            None => infos.push(info),
        }
    }
    infos.extend(converter_errors(given));
    let error_count = infos.iter().map(|info| info.value.errors.len()).sum();
    let mut groups: Vec<String> = def.groups().into_iter().map(str::to_owned).collect();
    groups.extend(
        own.groups()
            .into_iter()
            .filter(|group| !def.groups().contains(group))
            .map(str::to_owned),
    );
    def.extend(own);
    let warnings = warnings(def, given);
    let name = given.get("connector.class").cloned().unwrap_or_default();
    Ok((
        ConfigInfos {
            name,
            error_count,
            groups,
            configs: infos,
        },
        warnings,
    ))
}

fn warnings(mut def: weir_connect_sdk::ConfigDef, given: &ConfigMap) -> Vec<Warning> {
    for prefix in [
        "key.converter.",
        "value.converter.",
        "header.converter.",
        "producer.override.",
        "consumer.override.",
        "admin.override.",
        "topic.creation.",
    ] {
        def = def.allow_prefix(prefix);
    }
    def.warnings(given)
}

/// Classes are kept as text by the table; whether they exist is known here.
fn class_error(name: &str, value: &ConfigValue) -> Option<ConfigError> {
    let ConfigValue::Class(class) = value else { return None };
    let known = match name {
        "key.converter" | "value.converter" => converter_class(class).is_some(),
        "header.converter" => header_converter(class, &ConfigMap::new()).is_ok(),
        _ if name.starts_with("transforms.") => transform_class(class).is_some(),
        _ if name.starts_with("predicates.") => predicate_class(class).is_some(),
        _ => true,
    };
    // The Java classes have a form for keys and one for values; the name that both share is none.
    let forms = ["Key", "Value"].map(|form| format!("{class}${form}"));
    if !known && name.starts_with("transforms.") && forms.iter().all(|form| transform_class(form).is_some()) {
        let text = format!(
            "This class is abstract and cannot be created. Did you mean {}?",
            forms.join(", ")
        );
        return Some(ConfigError::other(name, text));
    }
    (!known).then(|| ConfigError::invalid(name, class, format!("Class {class} could not be found.")))
}

/// What Connect can do and this worker cannot: refused with Connect's words for a worker that has it off, or has no such version.
fn unsupported(plugin: &Plugin, name: &str, value: &ConfigValue) -> Option<ConfigError> {
    let given = match value {
        ConfigValue::String(text) => text.trim(),
        _ => return None,
    };
    match name {
        "exactly.once.support" if given.eq_ignore_ascii_case("required") => Some(ConfigError::other(
            name,
            "This worker does not have exactly-once source support enabled.",
        )),
        "connector.plugin.version" if !given.is_empty() && given != "latest" && given != plugin.version => {
            let (class, own) = (plugin.class, plugin.version);
            Some(ConfigError::other(
                name,
                format!("Plugin {class} not found that matches the version range {given}, available versions: [{own}]"),
            ))
        }
        _ => None,
    }
}

/// `SinkConnectorConfig.validate`: the same text on both settings.
/// A sink in the workers' own group would keep them from joining (`DistributedHerder.validateSinkConnectorGroupId`).
fn group_error(worker: &WorkerConfig, plugin: &Plugin, name: &str, given: &ConfigMap) -> Option<ConfigError> {
    if plugin.is_source() || name != "name" {
        return None;
    }
    let connector = given.get("name")?;
    let text = match given.get("consumer.override.group.id") {
        Some(group) if *group == worker.group_id => {
            format!("Consumer group {group} conflicts with Connect worker group {group}")
        }
        None if format!("connect-{connector}") == worker.group_id => format!(
            "Consumer group for sink connector named {connector} conflicts with Connect worker group {}",
            worker.group_id
        ),
        _ => return None,
    };
    Some(ConfigError::other(name, text))
}

fn topics_error(plugin: &Plugin, name: &str, given: &ConfigMap) -> Option<ConfigError> {
    if plugin.is_source() || !matches!(name, "topics" | "topics.regex") {
        return None;
    }
    let set = |name: &str| given.get(name).is_some_and(|value| !value.trim().is_empty());
    let dlq = given
        .get("errors.deadletterqueue.topic.name")
        .map(|topic| topic.trim())
        .filter(|topic| !topic.is_empty());
    match (set("topics"), set("topics.regex")) {
        (false, false) => Some(ConfigError::other(name, "Must configure one of topics or topics.regex")),
        (true, true) => Some(ConfigError::other(
            name,
            "topics and topics.regex are mutually exclusive options, but both are set.",
        )),
        (true, false) if name == "topics" => {
            let all: Vec<&str> = given.get("topics")?.split(',').map(str::trim).collect();
            let wrong = if all.contains(&"") {
                Some("empty")
            } else {
                (aliases(given, "topics").len() < all.len()).then_some("duplicated")
            };
            if let Some(wrong) = wrong {
                let text = format!("Configuration 'topics' values must not be {wrong}.");
                return Some(ConfigError::other(name, text));
            }
            let dlq = dlq.filter(|dlq| aliases(given, "topics").contains(dlq))?;
            let topics = all.join(", ");
            let text = format!(
                "The DLQ topic '{dlq}' may not be included in the list of topics ('topics=[{topics}]') consumed by the connector"
            );
            Some(ConfigError::other(name, text))
        }
        (false, true) if name == "topics.regex" => {
            let pattern = given.get("topics.regex")?;
            let dlq = dlq
                .filter(|dlq| regex::Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|regex| regex.is_match(dlq)))?;
            let text = format!(
                "The DLQ topic '{dlq}' may not be matched by the regex for the topics ('topics.regex={pattern}') consumed by the connector"
            );
            Some(ConfigError::other(name, text))
        }
        _ => None,
    }
}

/// Settings of converters that the connector itself names; they stand in the answer without their prefix, as in Kafka.
fn converter_errors(given: &ConfigMap) -> Vec<ConfigInfo> {
    let mut infos = Vec::new();
    for part in ["key.converter", "value.converter"] {
        let Some(class) = given.get(part).and_then(|class| converter_class(class)) else {
            continue;
        };
        let def = (class.def)();
        let settings = with_prefix(given, &format!("{part}."));
        let checked = def.check_all(&settings);
        infos.extend(
            checked
                .iter()
                .filter(|(_, _, errors)| !errors.is_empty())
                .map(|(entry, value, errors)| config_info(entry, value, errors)),
        );
    }
    infos
}

/// The settings under a prefix, the prefix taken off.
pub fn with_prefix(given: &ConfigMap, prefix: &str) -> ConfigMap {
    given
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(prefix)?.to_owned(), value.clone())))
        .collect()
}

/// The errors of a validation as the text of a 400 answer; `None` if there are none. Names that are nearly settings are told
/// behind the errors: they may be their reason.
pub fn error_text(infos: &ConfigInfos, warnings: &[Warning]) -> Option<String> {
    if infos.error_count == 0 {
        return None;
    }
    let mut text = format!(
        "Connector configuration is invalid and contains the following {} error(s):",
        infos.error_count
    );
    for error in infos.configs.iter().flat_map(|info| &info.value.errors) {
        text.push('\n');
        text.push_str(error);
    }
    for warning in warnings {
        if matches!(warning, Warning::Unknown { nearest: Some(_), .. }) {
            text.push_str(&format!("\n{warning}"));
        }
    }
    text.push_str("\nYou can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`");
    Some(text)
}
