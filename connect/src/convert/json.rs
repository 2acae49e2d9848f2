//! `JsonConverter`, with and without the schema envelope; the bytes are those of Kafka Connect's.
//!
//! One difference: a NUMERIC decimal with more digits than a double holds loses them on the way in (JSON numbers are read as doubles).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parking_lot::Mutex;
use serde_json::Value as Json;
use weir_connect_sdk::data::{Decimal, LogicalType, Type};
use weir_connect_sdk::{
    ConfigDef, ConfigKey, ConfigMap, ConnectError, Schema, SchemaAndValue, Struct, Validator, Value,
};

use super::json_schema::{parse_schema, push_schema};
use super::json_text::{push_floating, push_string};
use super::{ConvertError, Converter, ConverterClass, headers_like_values};
use crate::java;

/// How the class is found.
pub const CLASS: ConverterClass = ConverterClass {
    class: "org.apache.kafka.connect.json.JsonConverter",
    def: || ConfigDef::from_keys(KEYS),
    make: |settings, _| Ok(Box::new(JsonConverter::new(settings)?)),
};

const KEYS: &[ConfigKey] = &[
    ConfigKey::boolean("schemas.enable")
        .default("true")
        .high()
        .group("Schemas", 0)
        .display("Enable Schemas")
        .doc("Whether each key and value carries its schema."),
    ConfigKey::int("schemas.cache.size")
        .default("1000")
        .high()
        .group("Schemas", 1)
        .display("Schema Cache Size")
        .doc("Most schemas that this converter remembers."),
    ConfigKey::string("schema.content")
        .default_null()
        .high()
        .group("Schemas", 2)
        .display("Schema Content")
        .doc("A schema for all messages of a sink, instead of the one in each message; only with schemas.enable."),
    ConfigKey::string("decimal.format")
        .default("BASE64")
        .low()
        .group("Serialization", 0)
        .display("Decimal Format")
        .check(Validator::OneOfIgnoreCase(&["BASE64", "NUMERIC"]))
        .doc("Whether decimals are written as base64 of their bytes or as numbers."),
    ConfigKey::boolean("replace.null.with.default")
        .default("true")
        .low()
        .group("Serialization", 1)
        .display("Replace null with default")
        .doc("Whether a null field with a default value is given as its default."),
];

/// A bounded list of pairs, newest last; the few schemas of a topic are found quickly.
type Cache<K, V> = Mutex<Vec<(K, V)>>;

/// See the module.
pub struct JsonConverter {
    schemas: bool,
    numeric_decimals: bool,
    replace_null: bool,
    cache_size: usize,
    fixed_schema: Option<Schema>,
    texts: Cache<Schema, String>,
    parsed: Cache<Json, Option<Schema>>,
}

fn wrong<T>(text: impl Into<String>) -> Result<T, ConnectError> {
    Err(ConnectError::Data(text.into()))
}

impl JsonConverter {
    /// A converter with these settings.
    ///
    /// # Errors
    /// Bad settings, or `schema.content` is no schema.
    pub fn new(settings: &ConfigMap) -> Result<Self, ConnectError> {
        let parsed = (CLASS.def)().parse(settings.clone())?;
        let mut converter = Self {
            schemas: parsed.get("schemas.enable")?,
            numeric_decimals: parsed.get::<String>("decimal.format")?.eq_ignore_ascii_case("NUMERIC"),
            replace_null: parsed.get("replace.null.with.default")?,
            cache_size: parsed.get::<usize>("schemas.cache.size").unwrap_or_default(),
            fixed_schema: None,
            texts: Cache::default(),
            parsed: Cache::default(),
        };
        if let Some(content) = parsed
            .get::<Option<String>>("schema.content")?
            .filter(|content| !content.is_empty())
        {
            let json = serde_json::from_str(&content).map_err(|error| {
                ConnectError::Data(format!(
                    "Failed to parse schema in converter config due to serialization error: {error}"
                ))
            })?;
            converter.fixed_schema = parse_schema(&converter, &json)?;
        }
        Ok(converter)
    }

    /// A converter without envelope: what Connect's internal topics use.
    pub fn plain() -> Self {
        Self {
            schemas: false,
            numeric_decimals: false,
            replace_null: true,
            cache_size: 0,
            fixed_schema: None,
            texts: Cache::default(),
            parsed: Cache::default(),
        }
    }

    fn push_cached_schema(&self, out: &mut String, schema: Option<&Schema>) -> Result<(), ConnectError> {
        let Some(schema) = schema else {
            return push_schema(out, self, None, None);
        };
        if let Some((_, text)) = self.texts.lock().iter().find(|(known, _)| known == schema) {
            out.push_str(text);
            return Ok(());
        }
        let mut text = String::new();
        push_schema(&mut text, self, Some(schema), None)?;
        out.push_str(&text);
        remember(&self.texts, self.cache_size, schema.clone(), text);
        Ok(())
    }

    fn cached_schema(&self, json: &Json) -> Result<Option<Schema>, ConnectError> {
        if let Some((_, schema)) = self.parsed.lock().iter().find(|(known, _)| known == json) {
            return Ok(schema.clone());
        }
        let schema = parse_schema(self, json)?;
        remember(&self.parsed, self.cache_size, json.clone(), schema.clone());
        Ok(schema)
    }
}

fn remember<K, V>(cache: &Cache<K, V>, limit: usize, key: K, value: V) {
    // More than this is slower to search than to build again.
    let limit = limit.min(64);
    let mut cache = cache.lock();
    if limit > 0 && cache.len() >= limit {
        cache.remove(0);
    }
    if limit > 0 {
        cache.push((key, value));
    }
}

impl Converter for JsonConverter {
    fn to_bytes(&self, _topic: &str, data: &SchemaAndValue) -> Result<Option<Vec<u8>>, ConvertError> {
        if data.schema.is_none() && data.value.is_null() {
            return Ok(None);
        }
        let mut out = String::new();
        if self.schemas {
            out.push_str("{\"schema\":");
            self.push_cached_schema(&mut out, data.schema.as_ref())?;
            out.push_str(",\"payload\":");
            write(&mut out, self, data.schema.as_ref(), &data.value)?;
            out.push('}');
        } else {
            write(&mut out, self, data.schema.as_ref(), &data.value)?;
        }
        Ok(Some(out.into_bytes()))
    }

    fn to_data(&self, _topic: &str, bytes: Option<&[u8]>) -> Result<SchemaAndValue, ConvertError> {
        let Some(bytes) = bytes else {
            return Ok(SchemaAndValue::null());
        };
        // Like Jackson: the first document counts, what follows is ignored, nothing at all is null.
        let json = match serde_json::Deserializer::from_slice(bytes).into_iter::<Json>().next() {
            Some(Ok(json)) => json,
            None => Json::Null,
            Some(Err(error)) => {
                return Err(ConnectError::Data(format!(
                    "Converting byte[] to Kafka Connect data failed due to serialization error: {error}"
                ))
                .into());
            }
        };
        if !self.schemas {
            return Ok(SchemaAndValue {
                schema: None,
                value: read(self, None, &json)?,
            });
        }
        if let Some(schema) = &self.fixed_schema {
            return Ok(SchemaAndValue {
                schema: Some(schema.clone()),
                value: read(self, Some(schema), &json)?,
            });
        }
        match json.as_object().filter(|object| object.len() == 2).and_then(|object| object.get("schema").zip(object.get("payload"))) {
            Some((schema, payload)) => {
                let schema = self.cached_schema(schema)?;
                let value = read(self, schema.as_ref(), payload)?;
                Ok(SchemaAndValue { schema, value })
            }
            None => Err(ConnectError::Data(
                "JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields and may not contain additional fields. \
                 If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration."
                    .to_owned(),
            )
            .into()),
        }
    }
}

headers_like_values!(JsonConverter);

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
        Type::Float32 => Value::Float32(json.as_f64().unwrap_or_default() as f32),
        Type::Float64 => Value::Float64(json.as_f64().unwrap_or_default()),
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
        for pair in pairs {
            match pair.as_array().map(Vec::as_slice) {
                Some([key, value]) => entries.push((read(converter, keys, key)?, read(converter, values, value)?)),
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
            (None, None) => Value::Float64(number.as_f64().unwrap_or_default()),
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
                    (Ok(bytes), Some(scale)) => Ok(Value::Decimal(Decimal::from_bytes(&bytes, scale))),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn converter(settings: &[(&str, &str)]) -> JsonConverter {
        JsonConverter::new(
            &settings
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
        )
        .unwrap()
    }

    fn text(converter: &JsonConverter, data: &SchemaAndValue) -> String {
        String::from_utf8(converter.to_bytes("t", data).unwrap().unwrap()).unwrap()
    }

    #[test]
    fn envelope_both_ways() {
        let note = Schema::string()
            .to_builder()
            .default_value("none".into())
            .unwrap()
            .build();
        let schema = Schema::structure()
            .name("a.B")
            .version(2)
            .field("id", Schema::int64())
            .field("price", Schema::decimal(2).build())
            .field("tags", Schema::array(Schema::string()).optional().build())
            .field("note", note)
            .build();
        let mut value = Struct::new(&schema).unwrap();
        value
            .put("id", 7i64)
            .unwrap()
            .put("price", Decimal::new(125, 2))
            .unwrap();
        let data = SchemaAndValue::from(value);
        let json = converter(&[]);
        let expected = concat!(
            r#"{"schema":{"type":"struct","fields":[{"type":"int64","optional":false,"field":"id"},"#,
            r#"{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"field":"price"},"#,
            r#"{"type":"array","items":{"type":"string","optional":false},"optional":true,"field":"tags"},"#,
            r#"{"type":"string","optional":false,"default":"none","field":"note"}],"optional":false,"name":"a.B","version":2},"#,
            r#""payload":{"id":7,"price":"fQ==","tags":null,"note":"none"}}"#
        );
        assert_eq!(text(&json, &data), expected);
        let back = json.to_data("t", Some(expected.as_bytes())).unwrap();
        assert_eq!(back.schema, data.schema);
        assert_eq!(text(&json, &back), expected);
    }

    #[test]
    fn plain_json_keeps_javas_order() {
        let json = JsonConverter::plain();
        let data = json
            .to_data(
                "t",
                Some(br#"{"name":1,"connector.class":1.0,"topic":[null,true]} rest"#),
            )
            .unwrap();
        assert_eq!(
            text(&json, &data),
            r#"{"connector.class":1.0,"name":1,"topic":[null,true]}"#
        );
        assert_eq!(json.to_data("t", None).unwrap(), SchemaAndValue::null());
        assert_eq!(json.to_bytes("t", &SchemaAndValue::null()).unwrap(), None);
    }

    #[test]
    fn decimals_and_maps() {
        let numeric = converter(&[("schemas.enable", "false"), ("decimal.format", "numeric")]);
        let decimal = SchemaAndValue::new(Schema::decimal(2).build(), Decimal::new(125, 2));
        assert_eq!(text(&numeric, &decimal), "1.25");
        let map = Schema::map(Schema::int32(), Schema::string()).build();
        let data = SchemaAndValue::new(map, Value::Map(vec![(1.into(), "a".into())]));
        assert_eq!(text(&numeric, &data), r#"[[1,"a"]]"#);
    }

    #[test]
    fn errors_read_as_connects() {
        let json = converter(&[]);
        let error = |bytes: &[u8]| match json.to_data("t", Some(bytes)) {
            Err(ConvertError::Data(error)) => error.to_string(),
            other => panic!("{other:?}"),
        };
        assert!(
            error(b"{\"a\":1}")
                .starts_with("JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields")
        );
        assert!(error(b"{").starts_with("Converting byte[] to Kafka Connect data failed due to serialization error:"));
        assert_eq!(
            error(br#"{"schema":{"type":"int32"},"payload":null}"#),
            "Invalid null value for required INT32 field"
        );
        assert_eq!(
            error(br#"{"schema":{"type":"x"},"payload":null}"#),
            "Unknown schema type: x"
        );
        let struct_error = error(br#"{"schema":{"type":"struct","fields":[]},"payload":1}"#);
        assert_eq!(
            struct_error,
            "Structs should be encoded as JSON objects, but found NUMBER"
        );
        let deep = "[".repeat(100_000);
        assert!(error(deep.as_bytes()).contains("recursion limit"), "depth is bounded");
    }
}
