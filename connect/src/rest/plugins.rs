//! `/connector-plugins`: what there is, how it is configured, and whether a configuration is right.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};
use weir_connect_sdk::ConfigDef;
use weir_connect_sdk::weir_config::connect_json::{ConfigInfos, ConfigKeyInfo, key_infos};

use super::body;
use super::error::RestError;
use super::shell::Entity;
use crate::config::connector::{Defaults, base};
use crate::convert::{CONVERTERS, HEADER_CONVERTERS, converter_class};
use crate::herder::{Herder, checked};
use crate::predicate::{PREDICATES, predicate_class};
use crate::transform::{TRANSFORMS, transform_class};

pub async fn list(State(herder): State<Herder>, RawQuery(query): RawQuery) -> Json<Vec<Value>> {
    let own = env!("CARGO_PKG_VERSION");
    let one = |class: &str, kind: &str, version: &str| json!({"class": class, "type": kind, "version": version});
    let connectors = herder.shared().plugins.iter();
    let mut all: Vec<Value> = connectors
        .map(|plugin| {
            one(
                plugin.class,
                if plugin.is_source() { "source" } else { "sink" },
                plugin.version,
            )
        })
        .collect();
    // A Java boolean: what is not "true" is false.
    let only = query.as_deref().unwrap_or_default().split('&');
    let only = only.filter_map(|part| part.strip_prefix("connectorsOnly=")).next();
    if only.is_some_and(|only| !only.eq_ignore_ascii_case("true")) {
        all.extend(TRANSFORMS.iter().map(|known| one(known.class, "transformation", own)));
        all.extend(PREDICATES.iter().map(|known| one(known.class, "predicate", own)));
        all.extend(CONVERTERS.iter().map(|known| one(known.class, "converter", own)));
        all.extend(
            HEADER_CONVERTERS
                .iter()
                .map(|class| one(class, "header_converter", own)),
        );
    }
    Json(all)
}

pub async fn config(
    State(herder): State<Herder>,
    Path(name): Path<String>,
) -> Result<Json<Vec<ConfigKeyInfo>>, RestError> {
    let def = plugin_def(&herder, &name).ok_or_else(|| RestError::not_found(format!("Unknown plugin {name}.")))?;
    Ok(Json(key_infos(&def)))
}

fn is_header_converter(name: &str) -> bool {
    HEADER_CONVERTERS
        .iter()
        .any(|class| *class == name || class.rsplit('.').next() == Some(name))
}

fn plugin_def(herder: &Herder, name: &str) -> Option<ConfigDef> {
    if let Some(plugin) = herder.shared().plugins.find(name) {
        // The plugin's own settings come first and win over Connect's.
        let mut def = (plugin.def)();
        let common = base(
            plugin.is_source(),
            &Defaults {
                worker: None,
                plugin_version: plugin.version,
            },
        );
        for entry in common.entries().cloned() {
            if def.entry(&entry.name).is_none() {
                def.define(entry);
            }
        }
        return Some(def);
    }
    let transform = transform_class(name).map(|known| (known.def)());
    transform
        .or_else(|| predicate_class(name).map(|known| (known.def)()))
        .or_else(|| converter_class(name).map(|known| (known.def)()))
        .or_else(|| is_header_converter(name).then(ConfigDef::default))
}

pub async fn validate(
    State(herder): State<Herder>,
    Path(name): Path<String>,
    Entity(bytes): Entity,
) -> Result<Json<ConfigInfos>, RestError> {
    let shared = herder.shared();
    let config = body::settings(&bytes)?;
    if let Some(class) = config.get("connector.class") {
        let named = |class: &str| shared.plugins.find(class.trim()).map(|plugin| plugin.class);
        let same = match (named(class), named(&name)) {
            (Some(class), Some(name)) => class == name,
            _ => class.trim() == name,
        };
        if !same {
            return Err(RestError::bad_request(format!(
                "Included connector type {class} does not match request type {name}"
            )));
        }
    }
    match checked(shared, &config).await? {
        Ok((infos, _)) => Ok(Json(infos)),
        // Connect answers 500 here, wrapping the 400 of creating a connector.
        Err(error) => Err(RestError::internal(error.to_string())),
    }
}
