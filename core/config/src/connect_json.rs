//! A table and its validation as Connect's REST entities `ConfigInfos` and `ConfigKeyInfo`.

use serde::{Deserialize, Serialize};

use crate::def::{ConfigDef, Entry};
use crate::value::{ConfigError, ConfigValue};

/// Answer of `PUT /connector-plugins/{p}/config/validate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigInfos {
    pub name: String,
    pub error_count: usize,
    pub groups: Vec<String>,
    pub configs: Vec<ConfigInfo>,
}

/// One setting with its value; `definition` is null for a setting that no table has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigInfo {
    pub definition: Option<ConfigKeyInfo>,
    pub value: ConfigValueInfo,
}

/// How a setting is defined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigKeyInfo {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub required: bool,
    pub default_value: Option<String>,
    pub importance: String,
    pub documentation: String,
    pub group: Option<String>,
    pub order_in_group: i32,
    pub width: String,
    pub display_name: String,
    pub dependents: Vec<String>,
}

/// What a setting is, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigValueInfo {
    pub name: String,
    pub value: Option<String>,
    pub recommended_values: Vec<String>,
    pub errors: Vec<String>,
    pub visible: bool,
}

impl From<&Entry> for ConfigKeyInfo {
    fn from(entry: &Entry) -> Self {
        Self {
            name: entry.name.to_string(),
            kind: entry.key.kind.name().to_owned(),
            required: entry.is_required(),
            default_value: entry.default_value().and_then(|value| value.to_text()),
            importance: entry.key.importance.name().to_owned(),
            documentation: entry.documentation.to_string(),
            group: entry.group.as_ref().map(ToString::to_string),
            order_in_group: entry.order_in_group,
            width: entry.key.width.name().to_owned(),
            display_name: entry.display_name.to_string(),
            dependents: entry.dependents.iter().map(ToString::to_string).collect(),
        }
    }
}

/// All definitions of a table, the answer of `GET /connector-plugins/{p}/config`.
pub fn key_infos(def: &ConfigDef) -> Vec<ConfigKeyInfo> {
    def.entries().map(ConfigKeyInfo::from).collect()
}

/// One checked setting.
pub fn config_info(entry: &Entry, value: &ConfigValue, errors: &[ConfigError]) -> ConfigInfo {
    ConfigInfo {
        definition: Some(entry.into()),
        value: ConfigValueInfo {
            name: entry.name.to_string(),
            value: value.to_text(),
            recommended_values: entry.recommended.clone(),
            errors: errors.iter().map(ToString::to_string).collect(),
            visible: true,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{ConfigKey, Validator, Width};

    #[test]
    fn shape_is_connects() {
        let def = ConfigDef::from_keys(&[ConfigKey::int("tasks.max")
            .default("1")
            .check(Validator::AtLeast(1))
            .high()
            .doc("Maximum number of tasks.")
            .group("Common", 4)
            .width(Width::Short)
            .display("Tasks max")]);
        let given = BTreeMap::from([("tasks.max".to_owned(), "0".to_owned())]);
        let infos: Vec<ConfigInfo> = def
            .check_all(&given)
            .iter()
            .map(|(e, v, errors)| config_info(e, v, errors))
            .collect();
        assert_eq!(
            serde_json::to_value(infos).unwrap(),
            serde_json::json!([{
                "definition": {"name": "tasks.max", "type": "INT", "required": false, "default_value": "1", "importance": "HIGH",
                    "documentation": "Maximum number of tasks.", "group": "Common", "order_in_group": 4, "width": "SHORT",
                    "display_name": "Tasks max", "dependents": []},
                "value": {"name": "tasks.max", "value": "0", "recommended_values": [],
                    "errors": ["Invalid value 0 for configuration tasks.max: Value must be at least 1"], "visible": true}
            }])
        );
    }
}
