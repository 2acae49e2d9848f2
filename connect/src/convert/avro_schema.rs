//! Schemas between Connect and Avro, as Confluent's `AvroData` maps them. Pure: schemas in, JSON text out, and back.
//!
//! What Avro lacks rides on `connect.*` properties. Not mapped: unions of several types, recursive types, references to other subjects.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use weir_connect_sdk::data::{LogicalType, SchemaBuilder, Type};
use weir_connect_sdk::{ConnectError, Schema, Value};

use super::avro_names::Names;

/// Name and namespace of structs without a name.
const DEFAULT_NAME: &str = "ConnectDefault";
const NAMESPACE: &str = "io.confluent.connect.avro";
/// Record of a map whose keys are no strings.
const MAP_ENTRY: &str = "MapEntry";
/// Deepest nesting of types.
const DEPTH: usize = 64;

fn wrong<T>(text: impl Into<String>) -> Result<T, ConnectError> {
    Err(ConnectError::Data(text.into()))
}

/// The Avro logical type of a Connect one.
fn logical_name(logical: LogicalType) -> &'static str {
    match logical {
        LogicalType::Decimal => "decimal",
        LogicalType::Date => "date",
        LogicalType::Time => "time-millis",
        LogicalType::Timestamp => "timestamp-millis",
    }
}

/// Whether the schema's null comes first in its union: always, unless its default is something else.
pub fn null_first(schema: &Schema) -> bool {
    schema.default_value().is_none()
}

/// Whether a map is an Avro map: its keys are plain strings.
pub fn is_avro_map(schema: &Schema) -> bool {
    schema
        .key_schema()
        .is_some_and(|keys| keys.kind() == Type::String && !keys.is_optional())
}

/// The Avro schema of a Connect schema, as text.
///
/// # Errors
/// The schema has no Avro form.
pub fn to_avro(schema: &Schema, names: Names) -> Result<String, ConnectError> {
    let mut writer = Writer {
        names,
        ..Writer::default()
    };
    Ok(writer.schema(schema, 0)?.to_string())
}

#[derive(Default)]
struct Writer {
    /// Records that were written out, by full name: the next time their name is enough.
    records: BTreeMap<String, Schema>,
    unnamed: usize,
    names: Names,
}

impl Writer {
    fn schema(&mut self, schema: &Schema, depth: usize) -> Result<Json, ConnectError> {
        if depth > DEPTH {
            return wrong("the schema is nested too deeply");
        }
        let plain = self.required(schema, depth)?;
        if !schema.is_optional() {
            return Ok(plain);
        }
        Ok(if null_first(schema) {
            json!(["null", plain])
        } else {
            json!([plain, "null"])
        })
    }

    fn required(&mut self, schema: &Schema, depth: usize) -> Result<Json, ConnectError> {
        let mut out = Map::new();
        let kind = match schema.kind() {
            Type::Boolean => "boolean",
            Type::Int8 | Type::Int16 | Type::Int32 => "int",
            Type::Int64 => "long",
            Type::Float32 => "float",
            Type::Float64 => "double",
            Type::String => "string",
            Type::Bytes => "bytes",
            Type::Array => "array",
            Type::Map if is_avro_map(schema) => "map",
            Type::Map => return self.entries(schema, depth),
            Type::Struct => return self.record(schema, depth),
        };
        out.insert("type".to_owned(), kind.into());
        match (schema.kind(), schema.value_schema()) {
            (Type::Array, Some(items)) => drop(out.insert("items".to_owned(), self.schema(items, depth + 1)?)),
            (Type::Map, Some(values)) => drop(out.insert("values".to_owned(), self.schema(values, depth + 1)?)),
            (Type::Array | Type::Map, None) => return wrong("an array or map without a schema of its values"),
            (Type::Int8, _) => drop(out.insert("connect.type".to_owned(), "int8".into())),
            (Type::Int16, _) => drop(out.insert("connect.type".to_owned(), "int16".into())),
            _ => {}
        }
        if schema.logical() == Some(LogicalType::Decimal) {
            let scale = schema
                .parameter("scale")
                .and_then(|scale| scale.parse::<i32>().ok())
                .unwrap_or_default();
            let precision = schema
                .parameter("connect.decimal.precision")
                .and_then(|text| text.parse::<i32>().ok());
            out.insert("scale".to_owned(), scale.into());
            out.insert("precision".to_owned(), precision.unwrap_or(64).into());
        }
        metadata(&mut out, schema);
        if let Some(logical) = schema.logical() {
            out.insert("logicalType".to_owned(), logical_name(logical).into());
        }
        // A type without properties is just its name.
        Ok(if out.len() == 1 { kind.into() } else { out.into() })
    }

    fn entries(&mut self, schema: &Schema, depth: usize) -> Result<Json, ConnectError> {
        let (Some(keys), Some(values)) = (schema.key_schema(), schema.value_schema()) else {
            return wrong("a map without schemas of its keys and values");
        };
        let key = self.schema(keys, depth + 1)?;
        let value = self.schema(values, depth + 1)?;
        let name = if self.records.contains_key(MAP_ENTRY) {
            format!("{MAP_ENTRY}{}", self.records.len())
        } else {
            MAP_ENTRY.to_owned()
        };
        self.records.insert(name.clone(), schema.clone());
        let mut out = Map::new();
        out.insert("type".to_owned(), "array".into());
        let fields = json!([{"name": "key", "type": key}, {"name": "value", "type": value}]);
        let item = json!({"type": "record", "name": name, "namespace": NAMESPACE, "fields": fields, "connect.internal.type": MAP_ENTRY});
        out.insert("items".to_owned(), item);
        metadata(&mut out, schema);
        Ok(out.into())
    }

    fn record(&mut self, schema: &Schema, depth: usize) -> Result<Json, ConnectError> {
        let full = match schema.name() {
            Some(name) => self.names.full(name),
            None => {
                self.unnamed += 1;
                let number = if self.unnamed == 1 {
                    String::new()
                } else {
                    self.unnamed.to_string()
                };
                format!("{NAMESPACE}.{DEFAULT_NAME}{number}")
            }
        };
        match self.records.get(&full) {
            Some(known) if known.to_optional() == schema.to_optional() => return Ok(full.into()),
            Some(_) => return wrong(format!("two different struct schemas have the name {full}")),
            None => drop(self.records.insert(full.clone(), schema.clone())),
        }
        let mut out = Map::new();
        out.insert("type".to_owned(), "record".into());
        let (namespace, name) = full
            .rsplit_once('.')
            .map_or((None, full.as_str()), |(namespace, name)| (Some(namespace), name));
        out.insert("name".to_owned(), name.into());
        if let Some(namespace) = namespace {
            out.insert("namespace".to_owned(), namespace.into());
        }
        if let Some(doc) = schema.doc() {
            out.insert("doc".to_owned(), doc.into());
        }
        let mut fields = Vec::new();
        for field in schema.fields() {
            let mut one = Map::new();
            one.insert("name".to_owned(), self.names.field(&field.name).into());
            one.insert("type".to_owned(), self.schema(&field.schema, depth + 1)?);
            if let Some(doc) = field.schema.doc() {
                one.insert("doc".to_owned(), doc.into());
            }
            match field.schema.default_value() {
                Some(default) => {
                    if let Some(default) = default_json(default) {
                        one.insert("default".to_owned(), default);
                    }
                }
                None if field.schema.is_optional() => drop(one.insert("default".to_owned(), Json::Null)),
                None => {}
            }
            fields.push(Json::Object(one));
        }
        out.insert("fields".to_owned(), fields.into());
        metadata(&mut out, schema);
        Ok(out.into())
    }
}

/// The `connect.*` properties of a schema.
fn metadata(out: &mut Map<String, Json>, schema: &Schema) {
    if schema.kind() != Type::Struct
        && let Some(doc) = schema.doc()
    {
        out.insert("connect.doc".to_owned(), doc.into());
    }
    if let Some(version) = schema.version() {
        out.insert("connect.version".to_owned(), version.into());
    }
    if !schema.parameters().is_empty() {
        let parameters: Map<String, Json> = schema
            .parameters()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().into()))
            .collect();
        out.insert("connect.parameters".to_owned(), parameters.into());
    }
    if let Some(name) = schema.name() {
        out.insert("connect.name".to_owned(), name.into());
    }
}

/// A default as Avro's JSON; bytes are text of the code points 0 to 255 there. `None` for what has no simple form.
fn default_json(value: &Value) -> Option<Json> {
    match value {
        Value::Bytes(bytes) => Some(bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into()),
        Value::Struct(_) | Value::Map(_) | Value::Decimal(_) => None,
        other => Some(other.to_json()),
    }
}

/// The Connect schema of an Avro schema.
///
/// # Errors
/// It is no Avro schema, or has no Connect form.
pub fn to_connect(text: &str) -> Result<Schema, ConnectError> {
    let json: Json = serde_json::from_str(text)
        .map_err(|error| ConnectError::Data(format!("the Avro schema is not JSON: {error}")))?;
    Ok(Reader::default().schema(&json, None, 0)?.build())
}

#[derive(Default)]
struct Reader {
    named: BTreeMap<String, SchemaBuilder>,
}

fn text<'a>(json: &'a Json, name: &str) -> Option<&'a str> {
    json.get(name)?.as_str()
}

impl Reader {
    fn schema(&mut self, json: &Json, namespace: Option<&str>, depth: usize) -> Result<SchemaBuilder, ConnectError> {
        if depth > DEPTH {
            return wrong("the Avro schema is nested too deeply");
        }
        match json {
            Json::String(name) => self.by_name(name, namespace),
            Json::Array(branches) => self.union(branches, namespace, depth),
            Json::Object(_) => {
                let builder = self.complex(json, namespace, depth)?;
                Ok(properties(builder, json))
            }
            other => wrong(format!("{other} is no Avro schema")),
        }
    }

    fn by_name(&self, name: &str, namespace: Option<&str>) -> Result<SchemaBuilder, ConnectError> {
        let kind = match name {
            "boolean" => Type::Boolean,
            "int" => Type::Int32,
            "long" => Type::Int64,
            "float" => Type::Float32,
            "double" => Type::Float64,
            "string" => Type::String,
            "bytes" => Type::Bytes,
            _ => {
                let full = full_name(name, namespace);
                let known = self.named.get(&full).or_else(|| self.named.get(name)).cloned();
                return known.ok_or_else(|| {
                    ConnectError::Data(format!(
                        "the Avro type {name} is recursive or not in the schema: not supported"
                    ))
                });
            }
        };
        Ok(SchemaBuilder::new(kind))
    }

    fn union(
        &mut self,
        branches: &[Json],
        namespace: Option<&str>,
        depth: usize,
    ) -> Result<SchemaBuilder, ConnectError> {
        let others: Vec<&Json> = branches
            .iter()
            .filter(|branch| branch.as_str() != Some("null"))
            .collect();
        match others.as_slice() {
            [only] if others.len() == branches.len() => self.schema(only, namespace, depth + 1),
            [only] => Ok(self.schema(only, namespace, depth + 1)?.optional()),
            _ => wrong("Avro unions of several types are not supported"),
        }
    }

    fn complex(&mut self, json: &Json, namespace: Option<&str>, depth: usize) -> Result<SchemaBuilder, ConnectError> {
        let kind = json.get("type").unwrap_or(&Json::Null);
        let inner = |reader: &mut Self, name: &str| {
            let schema = json
                .get(name)
                .ok_or_else(|| ConnectError::Data(format!("the Avro schema lacks \"{name}\"")))?;
            Ok::<_, ConnectError>(reader.schema(schema, namespace, depth + 1)?.build())
        };
        let own_namespace = text(json, "namespace").or(namespace);
        match kind.as_str() {
            Some("record") => self.record(json, own_namespace, depth),
            Some("array")
                if text(json.get("items").unwrap_or(&Json::Null), "connect.internal.type") == Some(MAP_ENTRY) =>
            {
                let entry = inner(self, "items")?;
                match (entry.field("key"), entry.field("value")) {
                    (Some(key), Some(value)) => Ok(Schema::map(key.schema.clone(), value.schema.clone())),
                    _ => wrong("a map entry without key and value"),
                }
            }
            Some("array") => Ok(Schema::array(inner(self, "items")?)),
            Some("map") => Ok(Schema::map(Schema::string(), inner(self, "values")?)),
            Some("enum") => Ok(self.remember(json, own_namespace, SchemaBuilder::new(Type::String))),
            Some("fixed") => Ok(self.remember(json, own_namespace, SchemaBuilder::new(Type::Bytes))),
            Some("int") if text(json, "connect.type") == Some("int8") => Ok(SchemaBuilder::new(Type::Int8)),
            Some("int") if text(json, "connect.type") == Some("int16") => Ok(SchemaBuilder::new(Type::Int16)),
            Some(_) | None => self.schema(kind, namespace, depth + 1),
        }
    }

    fn remember(&mut self, json: &Json, namespace: Option<&str>, builder: SchemaBuilder) -> SchemaBuilder {
        if let Some(name) = text(json, "name") {
            self.named.insert(full_name(name, namespace), builder.clone());
        }
        builder
    }

    fn record(&mut self, json: &Json, namespace: Option<&str>, depth: usize) -> Result<SchemaBuilder, ConnectError> {
        let Some(name) = text(json, "name") else {
            return wrong("an Avro record without a name");
        };
        let full = full_name(name, namespace);
        let namespace = full.rsplit_once('.').map(|(namespace, _)| namespace.to_owned());
        let mut builder = Schema::structure();
        if !full.starts_with(&format!("{NAMESPACE}.{DEFAULT_NAME}")) {
            builder = builder.name(&full);
        }
        if let Some(doc) = text(json, "doc") {
            builder = builder.doc(doc);
        }
        for field in json
            .get("fields")
            .and_then(Json::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
        {
            let (Some(name), Some(kind)) = (text(field, "name"), field.get("type")) else {
                return wrong("an Avro field without name or type");
            };
            let mut schema = self.schema(kind, namespace.as_deref(), depth + 1)?;
            if let Some(doc) = text(field, "doc") {
                schema = schema.doc(doc);
            }
            let plain = schema.clone().build();
            if let Some(default) = field
                .get("default")
                .filter(|default| !default.is_null())
                .and_then(|default| default_value(&plain, default))
            {
                schema = schema.default_value(default)?;
            }
            builder = builder.field(name, schema.build());
        }
        self.named.insert(full, builder.clone());
        Ok(builder)
    }
}

fn full_name(name: &str, namespace: Option<&str>) -> String {
    match namespace.filter(|namespace| !namespace.is_empty() && !name.contains('.')) {
        Some(namespace) => format!("{namespace}.{name}"),
        None => name.to_owned(),
    }
}

/// Logical types and `connect.*` properties.
fn properties(mut builder: SchemaBuilder, json: &Json) -> SchemaBuilder {
    let logical = match (text(json, "logicalType"), builder.clone().build().kind()) {
        (Some("decimal"), Type::Bytes) => {
            let number = |name: &str| json.get(name).and_then(Json::as_i64);
            let scale = i32::try_from(number("scale").unwrap_or_default()).unwrap_or_default();
            let decimal = Schema::decimal(scale);
            Some(match number("precision").filter(|precision| *precision != 64) {
                Some(precision) => decimal.parameter("connect.decimal.precision", precision.to_string()),
                None => decimal,
            })
        }
        (Some("date"), Type::Int32) => Some(Schema::date()),
        (Some("time-millis"), Type::Int32) => Some(Schema::time()),
        (Some("timestamp-millis"), Type::Int64) => Some(Schema::timestamp()),
        _ => None,
    };
    if let Some(logical) = logical {
        builder = logical;
    }
    if let Some(name) = text(json, "connect.name") {
        builder = builder.name(name);
    }
    if let Some(version) = json
        .get("connect.version")
        .and_then(Json::as_i64)
        .and_then(|version| i32::try_from(version).ok())
    {
        builder = builder.version(version);
    }
    if let Some(doc) = text(json, "connect.doc") {
        builder = builder.doc(doc);
    }
    for (name, value) in json
        .get("connect.parameters")
        .and_then(Json::as_object)
        .into_iter()
        .flatten()
    {
        if let Some(value) = value.as_str() {
            builder = builder.parameter(name, value);
        }
    }
    builder
}

/// A default out of Avro's JSON, for scalars.
fn default_value(schema: &Schema, json: &Json) -> Option<Value> {
    if schema.logical().is_some() {
        return None;
    }
    Some(match schema.kind() {
        Type::Boolean => Value::Boolean(json.as_bool()?),
        Type::Int8 => Value::Int8(i8::try_from(json.as_i64()?).ok()?),
        Type::Int16 => Value::Int16(i16::try_from(json.as_i64()?).ok()?),
        Type::Int32 => Value::Int32(i32::try_from(json.as_i64()?).ok()?),
        Type::Int64 => Value::Int64(json.as_i64()?),
        Type::Float32 => Value::Float32(json.as_f64()? as f32),
        Type::Float64 => Value::Float64(json.as_f64()?),
        Type::String => Value::from(json.as_str()?),
        Type::Bytes => Value::Bytes(
            json.as_str()?
                .chars()
                .map(|c| u8::try_from(u32::from(c)).ok())
                .collect::<Option<_>>()?,
        ),
        Type::Array | Type::Map | Type::Struct => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts are those that Confluent's AvroData gives for the same schemas.
    #[test]
    fn as_confluents() {
        let schema = Schema::structure()
            .field("id", Schema::int64())
            .field("name", Schema::optional_string())
            .build();
        let text = r#"{"type":"record","name":"ConnectDefault","namespace":"io.confluent.connect.avro","fields":[{"name":"id","type":"long"},{"name":"name","type":["null","string"],"default":null}]}"#;
        assert_eq!(to_avro(&schema, Names::AsGiven).unwrap(), text);
        assert_eq!(to_connect(text).unwrap(), schema);
        let decimal = r#"{"type":"bytes","scale":2,"precision":64,"connect.version":1,"connect.parameters":{"scale":"2"},"connect.name":"org.apache.kafka.connect.data.Decimal","logicalType":"decimal"}"#;
        assert_eq!(to_avro(&Schema::decimal(2).build(), Names::AsGiven).unwrap(), decimal);
        assert_eq!(
            to_avro(&Schema::int8(), Names::AsGiven).unwrap(),
            r#"{"type":"int","connect.type":"int8"}"#
        );
    }

    #[test]
    fn there_and_back() {
        let inner = Schema::structure()
            .name("n.Inner")
            .field("x", Schema::float32())
            .build();
        let with_default = Schema::optional_int32()
            .to_builder()
            .default_value(Value::Int32(7))
            .unwrap()
            .build();
        let schema = Schema::structure()
            .name("n.Outer")
            .version(3)
            .doc("outer")
            .field("a", inner.clone())
            .field("b", inner.to_optional())
            .field("c", with_default)
            .field(
                "d",
                Schema::array(Schema::map(Schema::string(), Schema::int16()).build())
                    .optional()
                    .build(),
            )
            .field("e", Schema::map(Schema::int32(), Schema::string()).build())
            .field("f", Schema::timestamp().optional().build())
            .field("g", Schema::decimal(3).build())
            .field("h", Schema::date().build())
            .build();
        let text = to_avro(&schema, Names::AsGiven).unwrap();
        assert_eq!(to_connect(&text).unwrap(), schema, "{text}");
        assert!(
            text.contains(r#"{"name":"c","type":["int","null"],"default":7}"#),
            "{text}"
        );
    }

    #[test]
    fn foreign_schemas() {
        let text = r#"{"type":"record","name":"R","namespace":"n","fields":[
            {"name":"e","type":{"type":"enum","name":"E","symbols":["A"]}},{"name":"again","type":["null","E"]},
            {"name":"f","type":{"type":"fixed","name":"F","size":2}},
            {"name":"t","type":{"type":"long","logicalType":"timestamp-micros"}}]}"#;
        let schema = to_connect(text).unwrap();
        let kinds: Vec<_> = schema
            .fields()
            .iter()
            .map(|field| (field.schema.kind(), field.schema.is_optional()))
            .collect();
        assert_eq!(
            kinds,
            [
                (Type::String, false),
                (Type::String, true),
                (Type::Bytes, false),
                (Type::Int64, false)
            ]
        );
        for bad in [
            "{",
            "1",
            r#"["int","string"]"#,
            r#"{"type":"record","name":"R","fields":[{"name":"r","type":"R"}]}"#,
            r#"{"type":"nope"}"#,
        ] {
            assert!(to_connect(bad).is_err(), "{bad}");
        }
        assert!(to_connect(&("{\"type\":".repeat(120) + "\"int\"" + &"}".repeat(120))).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_schema_text_is_survived(text in "[\\[\\]{}\":,a-z0-9 ]{0,60}", kind in "[a-z]{0,8}") {
            for text in [text.clone(), format!("{{\"type\":\"{kind}\",\"name\":\"x\",\"fields\":[{text}],\"items\":{text}}}")] {
                if let Ok(schema) = to_connect(&text) {
                    proptest::prop_assert!(to_avro(&schema, Names::AsGiven).is_ok());
                }
            }
        }
    }
}
