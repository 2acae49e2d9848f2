//! The reading half of JsonConverter: JSON to values, as leniently as Jackson's accessors.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use weir_connect_sdk::data::{Decimal, LogicalType, Type};
use weir_connect_sdk::{ConnectError, Schema, Struct, Value};

use super::json::{JsonConverter, wrong};
use crate::java;

fn node_type(json: &Json) -> &'static str {
    match json {
        Json::Null => "NULL",
        Json::Bool(_) => "BOOLEAN",
        Json::Number(_) => "NUMBER",
        Json::String(_) => "STRING",
        Json::Array(_) => "ARRAY",
        Json::Object(_) => "OBJECT",
    }
}

/// A value out of JSON.
///
/// # Errors
/// Connect's text for what does not fit.
pub(super) fn read(converter: &JsonConverter, schema: Option<&Schema>, json: &Json) -> Result<Value, ConnectError> {
    let Some(schema) = schema else {
        return Ok(read_schemaless(json));
    };
    if json.is_null() {
        return match schema.default_value().filter(|_| converter.replace_null) {
            Some(default) => Ok(default.clone()),
            None if schema.is_optional() => Ok(Value::Null),
            None => wrong(format!(
                "Invalid null value for required {} field",
                schema.kind().name()
            )),
        };
    }
    if let Some(logical) = schema.logical() {
        return read_logical(schema, logical, json);
    }
    // Jackson's lenient accessors: a value of another type reads as zero, false or null.
    let integer = json
        .as_i64()
        .or_else(|| json.as_u64().map(|v| v as i64))
        .or_else(|| json.as_f64().map(|v| v as i64))
        .unwrap_or_default();
    let item = |schema: Option<&Schema>, json: &Json| read(converter, schema, json);
    Ok(match schema.kind() {
        Type::Boolean => Value::Boolean(json.as_bool().unwrap_or_default()),
        Type::Int8 => Value::Int8(integer as i8),
        Type::Int16 => Value::Int16(integer as i16),
        Type::Int32 => Value::Int32(integer as i32),
        Type::Int64 => Value::Int64(integer),
        Type::Float32 => Value::Float32(json.as_f64().unwrap_or_default() as f32 + 0.0),
        Type::Float64 => Value::Float64(json.as_f64().unwrap_or_default() + 0.0),
        Type::String => json.as_str().map_or(Value::Null, Value::from),
        Type::Bytes => match json.as_str().map(|text| STANDARD.decode(text)) {
            Some(Ok(bytes)) => Value::Bytes(bytes),
            Some(Err(_)) => return wrong("Invalid bytes field"),
            None => Value::Null,
        },
        Type::Array => {
            let items = json.as_array().map(Vec::as_slice).unwrap_or_default();
            Value::Array(
                items
                    .iter()
                    .map(|json| item(schema.value_schema(), json))
                    .collect::<Result<_, _>>()?,
            )
        }
        Type::Map => read_map(converter, schema, json)?,
        Type::Struct => {
            let Some(object) = json.as_object() else {
                return wrong(format!(
                    "Structs should be encoded as JSON objects, but found {}",
                    node_type(json)
                ));
            };
            let mut value = Struct::new(schema)?;
            for field in schema.fields() {
                let member = object.get(&field.name).unwrap_or(&Json::Null);
                value.put(&field.name, item(Some(&field.schema), member)?)?;
            }
            value.into()
        }
    })
}

fn read_map(converter: &JsonConverter, schema: &Schema, json: &Json) -> Result<Value, ConnectError> {
    let (keys, values) = (schema.key_schema(), schema.value_schema());
    let mut entries = Vec::new();
    if keys.is_some_and(|keys| keys.kind() == Type::String) {
        let Some(object) = json.as_object() else {
            return wrong(format!(
                "Maps with string fields should be encoded as JSON objects, but found {}",
                node_type(json)
            ));
        };
        for (key, value) in object {
            entries.push((Value::from(key.as_str()), read(converter, values, value)?));
        }
    } else {
        let Some(pairs) = json.as_array() else {
            return wrong(format!(
                "Maps with non-string fields should be encoded as JSON array of tuples, but found {}",
                node_type(json)
            ));
        };
        let mut places: HashMap<String, usize> = HashMap::new();
        for pair in pairs {
            match pair.as_array().map(Vec::as_slice) {
                Some([key, value]) => {
                    let (key, value) = (read(converter, keys, key)?, read(converter, values, value)?);
                    // A key that comes again replaces the value and keeps the place.
                    let at = *places.entry(key.to_text()).or_insert(entries.len());
                    match entries.get_mut(at) {
                        Some((_, slot)) => *slot = value,
                        None => entries.push((key, value)),
                    }
                }
                Some(other) => {
                    return wrong(format!(
                        "Found invalid map entry, expected length 2 but found :{}",
                        other.len()
                    ));
                }
                None => {
                    return wrong(format!(
                        "Found invalid map entry instead of array tuple: {}",
                        node_type(pair)
                    ));
                }
            }
        }
    }
    Ok(Value::Map(java::hash_map_order(entries, 16)))
}

fn read_schemaless(json: &Json) -> Value {
    match json {
        Json::Object(object) => {
            let entries = object
                .iter()
                .map(|(key, value)| (Value::from(key.as_str()), read_schemaless(value)))
                .collect();
            Value::Map(java::hash_map_order(entries, 16))
        }
        Json::Array(items) => Value::Array(items.iter().map(read_schemaless).collect()),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(v), _) => Value::Int64(v),
            // As BigInteger.longValue: the low 64 bits.
            (None, Some(v)) => Value::Int64(v as i64),
            // Numbers pass through BigDecimal there, which knows no negative zero.
            (None, None) => Value::Float64(number.as_f64().unwrap_or_default() + 0.0),
        },
        scalar => Value::from(scalar.clone()),
    }
}

fn read_logical(schema: &Schema, logical: LogicalType, json: &Json) -> Result<Value, ConnectError> {
    let integer = json.as_i64();
    let small = integer.and_then(|v| i32::try_from(v).ok());
    match logical {
        LogicalType::Decimal => match json {
            Json::Number(number) => Ok(Value::Decimal(number.to_string().parse::<Decimal>()?)),
            Json::String(text) => {
                let scale = schema.parameter("scale").and_then(|scale| scale.parse().ok());
                match (STANDARD.decode(text), scale) {
                    (Ok(bytes), Some(scale)) if !bytes.is_empty() => {
                        Ok(Value::Decimal(Decimal::from_bytes(&bytes, scale)))
                    }
                    _ => wrong("Invalid bytes for Decimal field"),
                }
            }
            other => wrong(format!(
                "Invalid type for Decimal, underlying representation should be numeric or bytes but was {}",
                node_type(other)
            )),
        },
        LogicalType::Date => small.map(Value::Date).ok_or_else(|| {
            ConnectError::Data(format!(
                "Invalid type for Date, underlying representation should be integer but was {}",
                node_type(json)
            ))
        }),
        LogicalType::Time => small.map(Value::Time).ok_or_else(|| {
            ConnectError::Data(format!(
                "Invalid type for Time, underlying representation should be integer but was {}",
                node_type(json)
            ))
        }),
        LogicalType::Timestamp => integer.map(Value::Timestamp).ok_or_else(|| {
            ConnectError::Data(format!(
                "Invalid type for Timestamp, underlying representation should be integral but was {}",
                node_type(json)
            ))
        }),
    }
}
