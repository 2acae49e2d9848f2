//! The writing half of JsonConverter: values to JSON text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use weir_connect_sdk::data::{LogicalType, Type};
use weir_connect_sdk::{ConnectError, Schema, Value};

use super::json::{JsonConverter, wrong};
use super::json_text::{push_floating, push_string};
use crate::java;

fn push_null(out: &mut String) -> Result<(), ConnectError> {
    out.push_str("null");
    Ok(())
}

/// Appends a value's JSON.
///
/// # Errors
/// The value does not fit its schema, or has no JSON form without one.
pub(super) fn write(
    out: &mut String,
    converter: &JsonConverter,
    schema: Option<&Schema>,
    value: &Value,
) -> Result<(), ConnectError> {
    if value.is_null() {
        return match schema {
            Some(schema) => match schema.default_value().filter(|_| converter.replace_null) {
                Some(default) => write(out, converter, Some(schema), default),
                None if schema.is_optional() => push_null(out),
                None => wrong("Conversion error: null value for field that is required and has no default value"),
            },
            None => push_null(out),
        };
    }
    if let Some(schema) = schema {
        let fits = match (schema.logical(), value) {
            (Some(LogicalType::Decimal), Value::Decimal(_))
            | (Some(LogicalType::Date), Value::Date(_))
            | (Some(LogicalType::Time), Value::Time(_))
            | (Some(LogicalType::Timestamp), Value::Timestamp(_)) => true,
            (Some(_), _) => false,
            (None, Value::Struct(inner)) => {
                if schema.kind() == Type::Struct && inner.schema() != schema {
                    return wrong("Mismatching schema.");
                }
                schema.kind() == Type::Struct
            }
            (None, _) => schemaless_type(value) == Some(schema.kind()),
        };
        if !fits {
            return wrong(format!(
                "Invalid type for {}: class {}",
                schema.kind().name(),
                value.java_class()
            ));
        }
    } else if schemaless_type(value).is_none() {
        return wrong(format!(
            "Java class class {} does not have corresponding schema type.",
            value.java_class()
        ));
    }
    write_fitting(out, converter, schema, value)
}

fn write_fitting(
    out: &mut String,
    converter: &JsonConverter,
    schema: Option<&Schema>,
    value: &Value,
) -> Result<(), ConnectError> {
    match value {
        Value::Float32(v) => push_floating(out, &java::float(*v), v.is_finite()),
        Value::Float64(v) => push_floating(out, &java::double(*v), v.is_finite()),
        Value::String(v) => push_string(out, v),
        Value::Bytes(v) => push_string(out, &STANDARD.encode(v)),
        Value::Decimal(v) => {
            let scale = schema.and_then(|schema| schema.parameter("scale")?.parse::<i32>().ok());
            match scale {
                _ if converter.numeric_decimals => out.push_str(&java::big_decimal(v)),
                Some(scale) if scale != v.scale() => {
                    return wrong(format!(
                        "Decimal value has mismatching scale for given Decimal schema. Schema has scale {scale}, value has scale {}.",
                        v.scale()
                    ));
                }
                _ => push_string(out, &STANDARD.encode(v.unscaled_bytes())),
            }
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                write(out, converter, schema.and_then(Schema::value_schema), item)?;
            }
            out.push(']');
        }
        Value::Map(entries) => write_map(out, converter, schema, entries)?,
        Value::Struct(inner) => {
            out.push('{');
            for (field, value) in inner.schema().fields().iter().zip(inner.values()) {
                out.push_str(if field.index == 0 { "" } else { "," });
                push_string(out, &field.name);
                out.push(':');
                write(out, converter, Some(&field.schema), value)?;
            }
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_json().to_string()),
    }
    Ok(())
}

/// An object if all keys are strings, else a list of pairs.
fn write_map(
    out: &mut String,
    converter: &JsonConverter,
    schema: Option<&Schema>,
    entries: &[(Value, Value)],
) -> Result<(), ConnectError> {
    let (keys, values) = (
        schema.and_then(Schema::key_schema),
        schema.and_then(Schema::value_schema),
    );
    let as_object = match keys {
        Some(keys) => keys.kind() == Type::String,
        None => entries.iter().all(|(key, _)| key.as_str().is_some()),
    };
    out.push(if as_object { '{' } else { '[' });
    for (at, (key, value)) in entries.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "," });
        if as_object {
            push_string(out, &key.to_text());
            out.push(':');
            write(out, converter, values, value)?;
        } else {
            out.push('[');
            write(out, converter, keys, key)?;
            out.push(',');
            write(out, converter, values, value)?;
            out.push(']');
        }
    }
    out.push(if as_object { '}' } else { ']' });
    Ok(())
}

fn schemaless_type(value: &Value) -> Option<Type> {
    Some(match value {
        Value::Int8(_) => Type::Int8,
        Value::Int16(_) => Type::Int16,
        Value::Int32(_) => Type::Int32,
        Value::Int64(_) => Type::Int64,
        Value::Float32(_) => Type::Float32,
        Value::Float64(_) => Type::Float64,
        Value::Boolean(_) => Type::Boolean,
        Value::String(_) => Type::String,
        Value::Bytes(_) => Type::Bytes,
        Value::Array(_) => Type::Array,
        Value::Map(_) => Type::Map,
        Value::Struct(_) => Type::Struct,
        Value::Null | Value::Decimal(_) | Value::Date(_) | Value::Time(_) | Value::Timestamp(_) => return None,
    })
}
