//! JSON as Kafka Connect writes it to its topics.

use serde_json::{Map, Value as Json};
use weir_connect_sdk::{ConfigMap, SchemaAndValue, Value};

use crate::convert::{Converter as _, JsonConverter};
use crate::java::hash_map_order;

/// Settings as a JSON object in the order of a Java `HashMap`.
pub fn properties(config: &ConfigMap) -> String {
    let entries = config
        .iter()
        .map(|(name, value)| (Value::from(name.as_str()), Value::from(value.as_str())))
        .collect();
    text(&Value::Map(hash_map_order(entries, 16)))
}

/// A JSON object in the order of a Java `HashMap`; what has one entry looks the same in any order.
pub fn object(map: &Map<String, Json>) -> String {
    let entries = map
        .iter()
        .map(|(name, value)| (Value::from(name.as_str()), Value::from(value.clone())))
        .collect();
    text(&Value::Map(hash_map_order(entries, 16)))
}

/// A string as JSON.
pub fn string(text_value: &str) -> String {
    text(&Value::from(text_value))
}

/// A string or null as JSON.
pub fn optional_string(value: Option<&str>) -> String {
    value.map_or_else(|| "null".to_owned(), string)
}

fn text(value: &Value) -> String {
    let bytes = JsonConverter::plain()
        .to_bytes("", &SchemaAndValue::schemaless(value.clone()))
        .ok()
        .flatten();
    String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
}

/// A record's value as a JSON object; `None` for anything else.
pub fn parse_object(value: &[u8]) -> Option<Map<String, Json>> {
    match serde_json::from_slice(value) {
        Ok(Json::Object(map)) => Some(map),
        _ => None,
    }
}

/// The string entries of an object member.
pub fn string_map(map: &Map<String, Json>, member: &str) -> Option<ConfigMap> {
    let object = map.get(member)?.as_object()?;
    Some(
        object
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect(),
    )
}
