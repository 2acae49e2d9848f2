//! DescribeConfigs (32): all settings of a topic or of this broker with where each comes from, its type, and its
//! synonyms (KIP-226); version 3 and up with documentation.

use super::twice::too_often;
use super::{Outcome, text};
use crate::config;
use crate::state::{Context, Operation, Resource, State};
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_config::{ConfigType, Entry, Update};
use weir_core::ErrorCode;
use weir_engine::metadata::{RESOURCE_BROKER, RESOURCE_TOPIC, validate_topic_name};
use weir_engine::topic_config;
use weir_messages::describe_configs_request::DescribeConfigsResource;
use weir_messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult, DescribeConfigsSynonym,
};
use weir_messages::{DescribeConfigsRequest, DescribeConfigsResponse, Str};

/// Topic settings whose broker setting has no default, or is none: they have no synonym for theirs.
const NO_BROKER_DEFAULT: &[&str] = &[
    "flush.ms",
    "retention.ms",
    "segment.ms",
    "segment.jitter.ms",
    "follower.replication.throttled.replicas",
    "leader.replication.throttled.replicas",
    "remote.storage.enable",
    "remote.log.copy.disable",
    "remote.log.delete.on.disable",
];

/// `ConfigSource` on the wire.
const DYNAMIC_TOPIC: i8 = 1;
const STATIC_BROKER: i8 = 4;
const DEFAULT: i8 = 5;

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: DescribeConfigsRequest,
) -> Outcome<DescribeConfigsResponse> {
    let named = request.resources.iter().map(|r| (r.resource_type, &r.resource_name));
    if let Some(reason) = too_often("resources", named) {
        return Outcome::Close(reason);
    }
    let results = request.resources.iter().map(|resource| {
        let described = describe(state, &context, resource);
        let (error_code, error_message, mut configs) = match described {
            Ok(configs) => (0, text(""), configs),
            Err((code, message)) => (code.code(), text(message), Vec::new()),
        };
        if let Some(wanted) = &resource.configuration_keys {
            configs.retain(|c| wanted.contains(&c.name));
        }
        for config in &mut configs {
            if !request.include_synonyms {
                config.synonyms = Vec::new();
            }
            if !request.include_documentation {
                config.documentation = None;
            }
        }
        DescribeConfigsResult {
            error_code,
            error_message,
            resource_type: resource.resource_type,
            resource_name: resource.resource_name.clone(),
            configs,
            ..Default::default()
        }
    });
    Outcome::Now(DescribeConfigsResponse {
        results: results.collect(),
        ..Default::default()
    })
}

fn describe(
    state: &State,
    context: &Context,
    resource: &DescribeConfigsResource,
) -> Result<Vec<DescribeConfigsResourceResult>, (ErrorCode, String)> {
    let name = resource.resource_name.as_str();
    match resource.resource_type {
        RESOURCE_TOPIC => {
            if !state.authorize(context, Operation::DescribeConfigs, Resource::Topic(name)) {
                return Err((ErrorCode::TopicAuthorizationFailed, String::new()));
            }
            validate_topic_name(name).map_err(|e| (ErrorCode::InvalidTopicException, e))?;
            if state.controller.image().topic(name).is_none() {
                return Err((ErrorCode::UnknownTopicOrPartition, String::new()));
            }
            Ok(topic_entries(state, &state.topic_settings(name)))
        }
        RESOURCE_BROKER => {
            if !state.authorize(context, Operation::DescribeConfigs, Resource::Cluster) {
                return Err((ErrorCode::ClusterAuthorizationFailed, String::new()));
            }
            if name.is_empty() {
                // The cluster-wide default: dynamic settings only, and there are none.
                return Ok(Vec::new());
            }
            let own = state.config.node_id.to_string();
            if name != own {
                return Err((
                    ErrorCode::InvalidRequest,
                    format!("Unexpected broker id, expected {own} or empty string, but received {name}"),
                ));
            }
            Ok(config::def()
                .entries()
                .map(|entry| broker_entry(state, entry))
                .collect())
        }
        other => Err((ErrorCode::InvalidRequest, format!("Unsupported resource type: {other}"))),
    }
}

/// Every setting of a topic with these of its own.
pub(super) fn topic_entries(state: &State, own: &BTreeMap<String, String>) -> Vec<DescribeConfigsResourceResult> {
    topic_config::def()
        .entries()
        .map(|entry| {
            let name: &str = &entry.name;
            let broker_name = topic_config::broker_synonym(name);
            let built_in = entry.default_value().and_then(|v| v.to_text());
            let mut synonyms = Vec::new();
            let mut add = |name: &str, value: Option<String>, source: i8| {
                synonyms.push(DescribeConfigsSynonym {
                    name: Str::from(name),
                    value: value.map(Str::from),
                    source,
                    ..Default::default()
                });
            };
            if let Some(value) = own.get(name) {
                add(name, Some(value.clone()), DYNAMIC_TOPIC);
            }
            if let Some(value) = state.config.topic_defaults.get(name) {
                add(&broker_name, Some(value.clone()), STATIC_BROKER);
            }
            // The broker's own default of this one is null: it stands for "never", and is no synonym.
            let value_built_in = built_in.clone();
            if !NO_BROKER_DEFAULT.contains(&name) {
                add(&broker_name, built_in, DEFAULT);
            }
            let (value, config_source) = synonyms.first().map_or((value_built_in.map(Str::from), DEFAULT), |s| {
                (s.value.clone(), s.source)
            });
            DescribeConfigsResourceResult {
                value,
                config_source,
                synonyms,
                ..common(entry)
            }
        })
        .collect()
}

fn broker_entry(state: &State, entry: &Entry) -> DescribeConfigsResourceResult {
    let name: &str = &entry.name;
    let settings = &state.config.settings;
    let (given, value) = match name {
        // Where the logs are, also when the data directory says so.
        "log.dirs" => (true, Some(state.config.log_dir.display().to_string())),
        // Without it clients are told the address that they dialled: a listener's.
        "advertised.listeners" if !settings.is_set(name) => (
            true,
            settings.value("listeners").and_then(weir_config::ConfigValue::to_text),
        ),
        // It has its node id, from wherever.
        "node.id" => (true, settings.value(name).and_then(weir_config::ConfigValue::to_text)),
        _ => (
            settings.is_set(name),
            settings.value(name).and_then(weir_config::ConfigValue::to_text),
        ),
    };
    let value = value.map(Str::from);
    let mut synonyms = Vec::new();
    if given {
        synonyms.push(DescribeConfigsSynonym {
            name: Str::from(name),
            value: value.clone(),
            source: STATIC_BROKER,
            ..Default::default()
        });
    }
    if let Some(default) = entry.default_value().and_then(|v| v.to_text()) {
        synonyms.push(DescribeConfigsSynonym {
            name: Str::from(name),
            value: Some(Str::from(default)),
            source: DEFAULT,
            ..Default::default()
        });
    }
    let common = common(entry);
    DescribeConfigsResourceResult {
        value: if common.is_sensitive { None } else { value },
        config_source: if given { STATIC_BROKER } else { DEFAULT },
        read_only: entry.key.update == Update::ReadOnly,
        synonyms,
        ..common
    }
}

fn common(entry: &Entry) -> DescribeConfigsResourceResult {
    DescribeConfigsResourceResult {
        name: Str::from(&*entry.name),
        is_sensitive: entry.key.kind == ConfigType::Password,
        config_type: wire_type(entry.key.kind),
        documentation: text(entry.key.documentation),
        ..Default::default()
    }
}

/// `DescribeConfigsResponse.ConfigType`.
fn wire_type(kind: ConfigType) -> i8 {
    match kind {
        ConfigType::Boolean => 1,
        ConfigType::String => 2,
        ConfigType::Int => 3,
        ConfigType::Short => 4,
        ConfigType::Long => 5,
        ConfigType::Double => 6,
        ConfigType::List => 7,
        ConfigType::Class => 8,
        ConfigType::Password => 9,
    }
}
