//! Values and the check that one fits a schema (Connect's `ConnectSchema.validateValue`).

use super::DataError;
use super::decimal::Decimal;
use super::schema::{LogicalType, Schema, Type};
use super::structs::Struct;

/// A value of Connect's data model. Logical values are variants of their own.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Int8(i8),
    Int16(i16),
    Int32(i32),
    Int64(i64),
    Float32(f32),
    Float64(f64),
    Boolean(bool),
    String(String),
    Bytes(Vec<u8>),
    Array(Vec<Value>),
    /// Entries in the order in which they were put; keys are unique by convention.
    Map(Vec<(Value, Value)>),
    Struct(Box<Struct>),
    Decimal(Decimal),
    /// Days since 1970-01-01.
    Date(i32),
    /// Milliseconds since midnight.
    Time(i32),
    /// Milliseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64),
}

impl Value {
    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text of a string value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Any integer value, widened.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int8(v) => Some(i64::from(*v)),
            Self::Int16(v) => Some(i64::from(*v)),
            Self::Int32(v) => Some(i64::from(*v)),
            Self::Int64(v) => Some(*v),
            _ => None,
        }
    }

    /// The struct of a struct value.
    pub fn as_struct(&self) -> Option<&Struct> {
        match self {
            Self::Struct(value) => Some(value),
            _ => None,
        }
    }

    /// The entry of a map whose key is this string.
    pub fn map_get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The Java class that Connect would hold this value in; error texts name it.
    pub fn java_class(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int8(_) => "java.lang.Byte",
            Self::Int16(_) => "java.lang.Short",
            Self::Int32(_) => "java.lang.Integer",
            Self::Int64(_) => "java.lang.Long",
            Self::Float32(_) => "java.lang.Float",
            Self::Float64(_) => "java.lang.Double",
            Self::Boolean(_) => "java.lang.Boolean",
            Self::String(_) => "java.lang.String",
            Self::Bytes(_) => "[B",
            Self::Array(_) => "java.util.ArrayList",
            Self::Map(_) => "java.util.HashMap",
            Self::Struct(_) => "org.apache.kafka.connect.data.Struct",
            Self::Decimal(_) => "java.math.BigDecimal",
            Self::Date(_) | Self::Time(_) | Self::Timestamp(_) => "java.util.Date",
        }
    }

    fn fits(&self, schema: &Schema) -> bool {
        match (schema.logical(), self) {
            (Some(LogicalType::Decimal), value) => matches!(value, Self::Decimal(_)),
            (Some(LogicalType::Date), value) => matches!(value, Self::Date(_)),
            (Some(LogicalType::Time), value) => matches!(value, Self::Time(_)),
            (Some(LogicalType::Timestamp), value) => matches!(value, Self::Timestamp(_)),
            (None, value) => matches!(
                (schema.kind(), value),
                (Type::Int8, Self::Int8(_))
                    | (Type::Int16, Self::Int16(_))
                    | (Type::Int32, Self::Int32(_))
                    | (Type::Int64, Self::Int64(_))
                    | (Type::Float32, Self::Float32(_))
                    | (Type::Float64, Self::Float64(_))
                    | (Type::Boolean, Self::Boolean(_))
                    | (Type::String, Self::String(_))
                    | (Type::Bytes, Self::Bytes(_))
                    | (Type::Array, Self::Array(_))
                    | (Type::Map, Self::Map(_))
                    | (Type::Struct, Self::Struct(_))
            ),
        }
    }
}

/// Checks `value` against `schema`; `field` only improves the text.
///
/// # Errors
/// Connect's text for the first thing that does not fit.
pub fn validate(schema: &Schema, value: &Value, field: Option<&str>) -> Result<(), DataError> {
    let location = field.map_or_else(|| "value".to_owned(), |name| format!("field: \"{name}\""));
    validate_at(schema, value, &location)
}

fn validate_at(schema: &Schema, value: &Value, location: &str) -> Result<(), DataError> {
    let kind = schema.kind().name();
    if value.is_null() {
        if schema.is_optional() {
            return Ok(());
        }
        return Err(DataError(format!(
            "Invalid value: null used for required {location}, schema type: {kind}"
        )));
    }
    if !value.fits(schema) {
        let name = schema.name().map(|name| format!(" \"{name}\"")).unwrap_or_default();
        let class = value.java_class();
        return Err(DataError(format!(
            "Invalid Java object for schema{name} with type {kind}: class {class} for {location}"
        )));
    }
    let inner = |schema: Option<&Schema>, value: &Value, what: &str| {
        let place = format!("{what} {location}");
        let schema = schema.ok_or_else(|| DataError(format!("No schema defined for {place}")))?;
        validate_at(schema, value, &place)
    };
    match value {
        Value::Struct(value) if value.schema() != schema => Err(DataError("Struct schemas do not match.".to_owned())),
        Value::Struct(value) => value.validate(),
        Value::Array(items) => items
            .iter()
            .try_for_each(|item| inner(schema.value_schema(), item, "element of array")),
        Value::Map(entries) => entries.iter().try_for_each(|(key, value)| {
            inner(schema.key_schema(), key, "key of map")?;
            inner(schema.value_schema(), value, "value of map")
        }),
        _ => Ok(()),
    }
}

macro_rules! from {
    ($($ty:ty => $variant:ident),* $(,)?) => {
        $(impl From<$ty> for Value { fn from(value: $ty) -> Self { Self::$variant(value.into()) } })*
    };
}

from! {
    i8 => Int8, i16 => Int16, i32 => Int32, i64 => Int64, f32 => Float32, f64 => Float64, bool => Boolean,
    String => String, &str => String, Vec<u8> => Bytes, Vec<Value> => Array, Decimal => Decimal,
}

impl From<Struct> for Value {
    fn from(value: Struct) -> Self {
        Self::Struct(Box::new(value))
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A schemaless value from JSON, with the types that Connect's JsonConverter gives: integers are INT64, others FLOAT64.
impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(v) => Self::Boolean(v),
            serde_json::Value::Number(n) => n
                .as_i64()
                .map_or_else(|| Self::Float64(n.as_f64().unwrap_or(f64::NAN)), Self::Int64),
            serde_json::Value::String(v) => Self::String(v),
            serde_json::Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(map) => {
                Self::Map(map.into_iter().map(|(k, v)| (Self::String(k), Self::from(v))).collect())
            }
        }
    }
}

/// A value with its schema; without schema the value describes itself.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaAndValue {
    pub schema: Option<Schema>,
    pub value: Value,
}

impl SchemaAndValue {
    /// A value with a schema.
    pub fn new(schema: Schema, value: impl Into<Value>) -> Self {
        Self {
            schema: Some(schema),
            value: value.into(),
        }
    }

    /// A value that describes itself.
    pub fn schemaless(value: impl Into<Value>) -> Self {
        Self {
            schema: None,
            value: value.into(),
        }
    }

    /// Neither schema nor value: a missing key, a tombstone.
    pub fn null() -> Self {
        Self {
            schema: None,
            value: Value::Null,
        }
    }
}

impl Default for SchemaAndValue {
    fn default() -> Self {
        Self::null()
    }
}

macro_rules! from_with_schema {
    ($($ty:ty => $schema:ident),* $(,)?) => {
        $(impl From<$ty> for SchemaAndValue { fn from(value: $ty) -> Self { Self::new(Schema::$schema(), value) } })*
    };
}

from_with_schema! {
    i8 => int8, i16 => int16, i32 => int32, i64 => int64, f32 => float32, f64 => float64, bool => boolean,
    String => string, &str => string, Vec<u8> => bytes,
}

impl From<Struct> for SchemaAndValue {
    fn from(value: Struct) -> Self {
        Self {
            schema: Some(value.schema().clone()),
            value: value.into(),
        }
    }
}

impl From<serde_json::Value> for SchemaAndValue {
    fn from(value: serde_json::Value) -> Self {
        Self::schemaless(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_checked_inside() {
        let array = Schema::array(Schema::int32()).build();
        assert!(validate(&array, &Value::Array(vec![Value::Int32(1)]), None).is_ok());
        assert!(validate(&array, &Value::Array(vec![Value::Null]), None).is_err());
        let map = Schema::map(Schema::string(), Schema::int32()).build();
        assert!(validate(&map, &Value::Map(vec![("a".into(), 1.into())]), None).is_ok());
        assert!(validate(&map, &Value::Map(vec![(1.into(), 1.into())]), None).is_err());
    }

    #[test]
    fn logical_values_need_logical_schemas() {
        assert!(validate(&Schema::date().build(), &Value::Date(1), None).is_ok());
        let error = validate(&Schema::date().build(), &Value::Int32(1), None).unwrap_err();
        assert!(error.0.contains("org.apache.kafka.connect.data.Date"), "{error}");
        assert!(validate(&Schema::int32(), &Value::Date(1), None).is_err());
    }

    #[test]
    fn json_becomes_schemaless() {
        let value = SchemaAndValue::from(serde_json::json!({"a": [1, 2.5, null, true]}));
        assert_eq!(value.schema, None);
        let inner = value.value.map_get("a").cloned();
        assert_eq!(
            inner,
            Some(Value::Array(vec![1i64.into(), 2.5.into(), Value::Null, true.into()]))
        );
    }
}
