//! Values between Connect and Avro, each with its Connect schema. Pure.

use apache_avro::types::Value as Avro;
use weir_connect_sdk::data::{Decimal, LogicalType, Type};
use weir_connect_sdk::{ConnectError, Schema, Struct, Value};

use super::avro_names::Names;
use super::avro_schema::{is_avro_map, null_first};

fn wrong<T>(text: impl Into<String>) -> Result<T, ConnectError> {
    Err(ConnectError::Data(text.into()))
}

/// A value for the Avro schema of `schema`.
///
/// # Errors
/// The value does not fit the schema.
pub fn to_avro(schema: &Schema, value: &Value, names: Names) -> Result<Avro, ConnectError> {
    let null_at = if null_first(schema) { 0 } else { 1 };
    if value.is_null() {
        return match schema.default_value() {
            Some(default) => to_avro(schema, &default.clone(), names),
            None if schema.is_optional() => Ok(Avro::Union(null_at, Box::new(Avro::Null))),
            None => wrong(format!("null value for a required {} field", schema.kind().name())),
        };
    }
    let plain = required(schema, value, names)?;
    Ok(if schema.is_optional() {
        Avro::Union(1 - null_at, Box::new(plain))
    } else {
        plain
    })
}

fn required(schema: &Schema, value: &Value, names: Names) -> Result<Avro, ConnectError> {
    let of = |inner: Option<&Schema>, value: &Value| match inner {
        Some(inner) => to_avro(inner, value, names),
        None => wrong("no schema for an element"),
    };
    Ok(match (schema.kind(), value) {
        (Type::Boolean, Value::Boolean(v)) => Avro::Boolean(*v),
        (Type::Int8 | Type::Int16, Value::Int8(_) | Value::Int16(_)) => {
            Avro::Int(value.as_i64().and_then(|v| i32::try_from(v).ok()).unwrap_or_default())
        }
        (Type::Int32, Value::Int32(v)) => Avro::Int(*v),
        (Type::Int32, Value::Date(v)) => Avro::Date(*v),
        (Type::Int32, Value::Time(v)) => Avro::TimeMillis(*v),
        (Type::Int64, Value::Int64(v)) => Avro::Long(*v),
        (Type::Int64, Value::Timestamp(v)) => Avro::TimestampMillis(*v),
        (Type::Float32, Value::Float32(v)) => Avro::Float(*v),
        (Type::Float64, Value::Float64(v)) => Avro::Double(*v),
        (Type::String, Value::String(v)) => Avro::String(v.clone()),
        (Type::Bytes, Value::Bytes(v)) => Avro::Bytes(v.clone()),
        (Type::Bytes, Value::Decimal(v)) => Avro::Decimal(apache_avro::Decimal::from(v.unscaled_bytes())),
        (Type::Array, Value::Array(items)) => Avro::Array(
            items
                .iter()
                .map(|item| of(schema.value_schema(), item))
                .collect::<Result<_, _>>()?,
        ),
        (Type::Map, Value::Map(entries)) if is_avro_map(schema) => {
            let entry = |(key, value): &(Value, Value)| match key {
                Value::String(key) => Ok((key.clone(), of(schema.value_schema(), value)?)),
                other => wrong(format!("a map key must be a string, not {}", other.java_class())),
            };
            Avro::Map(entries.iter().map(entry).collect::<Result<_, ConnectError>>()?)
        }
        (Type::Map, Value::Map(entries)) => {
            let entry = |(key, value): &(Value, Value)| {
                let fields = [
                    ("key", schema.key_schema(), key),
                    ("value", schema.value_schema(), value),
                ];
                let fields = fields
                    .into_iter()
                    .map(|(name, inner, value)| Ok((name.to_owned(), of(inner, value)?)));
                Ok(Avro::Record(fields.collect::<Result<_, ConnectError>>()?))
            };
            Avro::Array(entries.iter().map(entry).collect::<Result<_, ConnectError>>()?)
        }
        (Type::Struct, Value::Struct(inner)) => {
            let fields = inner.schema().fields().iter().zip(inner.values());
            let field = |(field, value): (&weir_connect_sdk::data::Field, &Value)| {
                Ok((
                    names.field(&field.name).into_owned(),
                    to_avro(&field.schema, value, names)?,
                ))
            };
            Avro::Record(fields.map(field).collect::<Result<_, ConnectError>>()?)
        }
        (kind, other) => {
            return wrong(format!(
                "Invalid type for {}: class {}",
                kind.name(),
                other.java_class()
            ));
        }
    })
}

/// A value of this Connect schema out of Avro.
///
/// # Errors
/// The value does not fit the schema.
pub fn to_connect(schema: &Schema, value: Avro) -> Result<Value, ConnectError> {
    let misfit = |value: &Avro| ConnectError::Data(format!("an Avro {value:?} does not fit {}", schema.describe()));
    let of = |inner: Option<&Schema>, value: Avro| match inner {
        Some(inner) => to_connect(inner, value),
        None => wrong("no schema for an element"),
    };
    Ok(match (schema.kind(), value) {
        (_, Avro::Union(_, inner)) => to_connect(schema, *inner)?,
        (_, Avro::Null) if schema.is_optional() => Value::Null,
        (Type::Boolean, Avro::Boolean(v)) => Value::Boolean(v),
        (Type::Int8, Avro::Int(v)) => Value::Int8(i8::try_from(v).map_err(|_| misfit(&Avro::Int(v)))?),
        (Type::Int16, Avro::Int(v)) => Value::Int16(i16::try_from(v).map_err(|_| misfit(&Avro::Int(v)))?),
        (Type::Int32, Avro::Int(v) | Avro::Date(v) | Avro::TimeMillis(v)) => match schema.logical() {
            Some(LogicalType::Date) => Value::Date(v),
            Some(LogicalType::Time) => Value::Time(v),
            _ => Value::Int32(v),
        },
        (
            Type::Int64,
            Avro::Long(v)
            | Avro::TimestampMillis(v)
            | Avro::TimestampMicros(v)
            | Avro::TimestampNanos(v)
            | Avro::TimeMicros(v)
            | Avro::LocalTimestampMillis(v)
            | Avro::LocalTimestampMicros(v)
            | Avro::LocalTimestampNanos(v),
        ) => match schema.logical() {
            Some(LogicalType::Timestamp) => Value::Timestamp(v),
            _ => Value::Int64(v),
        },
        (Type::Int64, Avro::Int(v)) => Value::Int64(v.into()),
        (Type::Float32, Avro::Float(v)) => Value::Float32(v),
        (Type::Float64, Avro::Double(v)) => Value::Float64(v),
        (Type::String, Avro::String(v) | Avro::Enum(_, v)) => Value::String(v),
        (Type::String, Avro::Uuid(v)) => Value::String(v.to_string()),
        (Type::Bytes, Avro::Bytes(v) | Avro::Fixed(_, v)) => decimal_or_bytes(schema, v),
        (Type::Bytes, Avro::Decimal(v)) => {
            let bytes = Vec::<u8>::try_from(&v).map_err(|error| ConnectError::Data(error.to_string()))?;
            decimal_or_bytes(schema, bytes)
        }
        (Type::Array, Avro::Array(items)) => Value::Array(
            items
                .into_iter()
                .map(|item| of(schema.value_schema(), item))
                .collect::<Result<_, _>>()?,
        ),
        (Type::Map, Avro::Map(entries)) => {
            let mut entries: Vec<_> = entries.into_iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            let entry = |(key, value): (String, Avro)| Ok((key.into(), of(schema.value_schema(), value)?));
            Value::Map(entries.into_iter().map(entry).collect::<Result<_, ConnectError>>()?)
        }
        (Type::Map, Avro::Array(items)) => {
            let entry = |item: Avro| match item {
                Avro::Record(fields) => {
                    let mut fields = fields.into_iter().map(|(_, value)| value);
                    match (fields.next(), fields.next()) {
                        (Some(key), Some(value)) => {
                            Ok((of(schema.key_schema(), key)?, of(schema.value_schema(), value)?))
                        }
                        _ => wrong("a map entry without key and value"),
                    }
                }
                other => Err(misfit(&other)),
            };
            Value::Map(items.into_iter().map(entry).collect::<Result<_, ConnectError>>()?)
        }
        (Type::Struct, Avro::Record(fields)) => {
            let mut value = Struct::new(schema)?;
            for (name, field) in fields {
                if let Some(known) = schema.field(&name) {
                    value.put(&name, to_connect(&known.schema, field)?)?;
                }
            }
            value.into()
        }
        (_, other) => return Err(misfit(&other)),
    })
}

fn decimal_or_bytes(schema: &Schema, bytes: Vec<u8>) -> Value {
    let scale = schema.parameter("scale").and_then(|scale| scale.parse().ok());
    match scale.filter(|_| schema.logical() == Some(LogicalType::Decimal)) {
        Some(scale) => Value::Decimal(Decimal::from_bytes(&bytes, scale)),
        None => Value::Bytes(bytes),
    }
}
