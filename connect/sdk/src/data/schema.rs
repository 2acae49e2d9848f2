//! Schemas: immutable, shared by reference count, built with [`SchemaBuilder`].

use std::sync::Arc;

use super::DataError;
use super::value::{Value, validate};

/// Connect's `Schema.Type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    Int8,
    Int16,
    Int32,
    Int64,
    Float32,
    Float64,
    Boolean,
    String,
    Bytes,
    Array,
    Map,
    Struct,
}

impl Type {
    /// The upper-case name in error texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Int8 => "INT8",
            Self::Int16 => "INT16",
            Self::Int32 => "INT32",
            Self::Int64 => "INT64",
            Self::Float32 => "FLOAT32",
            Self::Float64 => "FLOAT64",
            Self::Boolean => "BOOLEAN",
            Self::String => "STRING",
            Self::Bytes => "BYTES",
            Self::Array => "ARRAY",
            Self::Map => "MAP",
            Self::Struct => "STRUCT",
        }
    }
}

/// The logical types of Connect, known by their schema name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogicalType {
    Decimal,
    Date,
    Time,
    Timestamp,
}

impl LogicalType {
    /// The reserved schema name.
    pub const fn schema_name(self) -> &'static str {
        match self {
            Self::Decimal => "org.apache.kafka.connect.data.Decimal",
            Self::Date => "org.apache.kafka.connect.data.Date",
            Self::Time => "org.apache.kafka.connect.data.Time",
            Self::Timestamp => "org.apache.kafka.connect.data.Timestamp",
        }
    }

    fn from_schema_name(name: &str) -> Option<Self> {
        [Self::Decimal, Self::Date, Self::Time, Self::Timestamp]
            .into_iter()
            .find(|logical| logical.schema_name() == name)
    }
}

/// A named member of a struct schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub name: String,
    pub index: usize,
    pub schema: Schema,
}

#[derive(Debug, Clone, PartialEq)]
struct Inner {
    kind: Type,
    optional: bool,
    name: Option<String>,
    version: Option<i32>,
    doc: Option<String>,
    parameters: Vec<(String, String)>,
    default: Option<Value>,
    fields: Vec<Field>,
    key_schema: Option<Schema>,
    value_schema: Option<Schema>,
}

/// What a value looks like. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Schema(Arc<Inner>);

/// Two schemas are equal when their content is; the same allocation is the quick case.
impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

macro_rules! primitives {
    ($($required:ident $optional:ident $kind:ident),* $(,)?) => {
        $(
            #[doc = concat!("A required ", stringify!($kind), ".")]
            pub fn $required() -> Self { SchemaBuilder::new(Type::$kind).build() }
            #[doc = concat!("An optional ", stringify!($kind), ".")]
            pub fn $optional() -> Self { SchemaBuilder::new(Type::$kind).optional().build() }
        )*
    };
}

impl Schema {
    primitives! {
        int8 optional_int8 Int8,
        int16 optional_int16 Int16,
        int32 optional_int32 Int32,
        int64 optional_int64 Int64,
        float32 optional_float32 Float32,
        float64 optional_float64 Float64,
        boolean optional_boolean Boolean,
        string optional_string String,
        bytes optional_bytes Bytes,
    }

    /// An array of `items`.
    pub fn array(items: Self) -> SchemaBuilder {
        let mut builder = SchemaBuilder::new(Type::Array);
        builder.0.value_schema = Some(items);
        builder
    }

    /// A map from `keys` to `values`.
    pub fn map(keys: Self, values: Self) -> SchemaBuilder {
        let mut builder = SchemaBuilder::new(Type::Map);
        builder.0.key_schema = Some(keys);
        builder.0.value_schema = Some(values);
        builder
    }

    /// A struct; add fields with [`SchemaBuilder::field`].
    pub fn structure() -> SchemaBuilder {
        SchemaBuilder::new(Type::Struct)
    }

    /// A decimal with a fixed number of digits behind the point.
    pub fn decimal(scale: i32) -> SchemaBuilder {
        Self::logical_builder(Type::Bytes, LogicalType::Decimal).parameter("scale", scale.to_string())
    }

    /// Days since 1970-01-01.
    pub fn date() -> SchemaBuilder {
        Self::logical_builder(Type::Int32, LogicalType::Date)
    }

    /// Milliseconds since midnight.
    pub fn time() -> SchemaBuilder {
        Self::logical_builder(Type::Int32, LogicalType::Time)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn timestamp() -> SchemaBuilder {
        Self::logical_builder(Type::Int64, LogicalType::Timestamp)
    }

    fn logical_builder(kind: Type, logical: LogicalType) -> SchemaBuilder {
        SchemaBuilder::new(kind).name(logical.schema_name()).version(1)
    }

    /// The type.
    pub fn kind(&self) -> Type {
        self.0.kind
    }

    /// Whether null is a value.
    pub fn is_optional(&self) -> bool {
        self.0.optional
    }

    /// The schema's name; a struct's record name or a logical type.
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The schema's version, author-defined.
    pub fn version(&self) -> Option<i32> {
        self.0.version
    }

    /// Documentation.
    pub fn doc(&self) -> Option<&str> {
        self.0.doc.as_deref()
    }

    /// Free parameters in the order of their definition.
    pub fn parameters(&self) -> &[(String, String)] {
        &self.0.parameters
    }

    /// One parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.0
            .parameters
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// What a missing value means.
    pub fn default_value(&self) -> Option<&Value> {
        self.0.default.as_ref()
    }

    /// The fields of a struct; empty for other types.
    pub fn fields(&self) -> &[Field] {
        &self.0.fields
    }

    /// One field of a struct.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.0.fields.iter().find(|field| field.name == name)
    }

    /// The key schema of a map.
    pub fn key_schema(&self) -> Option<&Self> {
        self.0.key_schema.as_ref()
    }

    /// The value schema of a map or an array.
    pub fn value_schema(&self) -> Option<&Self> {
        self.0.value_schema.as_ref()
    }

    /// The logical type that the name says, if it is one of Connect's.
    pub fn logical(&self) -> Option<LogicalType> {
        LogicalType::from_schema_name(self.name()?)
    }

    /// The same schema, optional.
    pub fn to_optional(&self) -> Self {
        self.to_builder().optional().build()
    }

    /// A builder that starts from this schema.
    pub fn to_builder(&self) -> SchemaBuilder {
        SchemaBuilder((*self.0).clone())
    }

    /// Text for messages: `Schema{NAME:TYPE}` or `Schema{TYPE}`, as Connect prints it.
    pub fn describe(&self) -> String {
        match self.name() {
            Some(name) => format!("Schema{{{name}:{}}}", self.kind().name()),
            None => format!("Schema{{{}}}", self.kind().name()),
        }
    }
}

/// Builds a [`Schema`].
#[derive(Debug, Clone)]
pub struct SchemaBuilder(Inner);

impl SchemaBuilder {
    /// A required schema of this type without anything else. For arrays and maps use [`Schema::array`] and [`Schema::map`].
    pub fn new(kind: Type) -> Self {
        Self(Inner {
            kind,
            optional: false,
            name: None,
            version: None,
            doc: None,
            parameters: Vec::new(),
            default: None,
            fields: Vec::new(),
            key_schema: None,
            value_schema: None,
        })
    }

    /// Null becomes a value.
    pub fn optional(mut self) -> Self {
        self.0.optional = true;
        self
    }

    /// Null is no value.
    pub fn required(mut self) -> Self {
        self.0.optional = false;
        self
    }

    /// Names the schema.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.0.name = Some(name.into());
        self
    }

    /// Numbers the schema.
    pub fn version(mut self, version: i32) -> Self {
        self.0.version = Some(version);
        self
    }

    /// Documents the schema.
    pub fn doc(mut self, doc: impl Into<String>) -> Self {
        self.0.doc = Some(doc.into());
        self
    }

    /// Adds or replaces a parameter.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.0.parameters.retain(|(n, _)| *n != name);
        self.0.parameters.push((name, value));
        self
    }

    /// Adds a field at the end; a second field of the same name replaces the first one's schema.
    pub fn field(mut self, name: impl Into<String>, schema: Schema) -> Self {
        let name = name.into();
        match self.0.fields.iter_mut().find(|field| field.name == name) {
            Some(field) => field.schema = schema,
            None => self.0.fields.push(Field {
                name,
                index: self.0.fields.len(),
                schema,
            }),
        }
        self
    }

    /// Sets the default.
    ///
    /// # Errors
    /// The value does not fit the schema.
    pub fn default_value(mut self, value: Value) -> Result<Self, DataError> {
        validate(&Schema(Arc::new(self.0.clone())), &value, None)
            .map_err(|DataError(text)| DataError(format!("Invalid default value: {text}")))?;
        self.0.default = Some(value);
        Ok(self)
    }

    /// The schema.
    pub fn build(self) -> Schema {
        Schema(Arc::new(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_and_compares_by_content() {
        let make = || {
            Schema::structure()
                .name("a.B")
                .field("id", Schema::int64())
                .field("s", Schema::optional_string())
                .build()
        };
        assert_eq!(make(), make());
        assert_ne!(make(), make().to_optional());
        assert_eq!(make().field("s").map(|f| f.index), Some(1));
        assert_eq!(Schema::decimal(2).build().logical(), Some(LogicalType::Decimal));
        assert_eq!(make().describe(), "Schema{a.B:STRUCT}");
    }

    #[test]
    fn a_default_must_fit() {
        assert!(SchemaBuilder::new(Type::Int32).default_value(Value::Int32(1)).is_ok());
        assert!(
            SchemaBuilder::new(Type::Int32)
                .default_value(Value::String("x".into()))
                .is_err()
        );
    }
}
