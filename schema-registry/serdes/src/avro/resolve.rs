//! Avro's schema resolution: a value of the writer's schema becomes one of the reader's.
//!
//! Walks both schemas beside the value, so each level costs one look at the branches of a union. (`apache_avro` resolves by
//! the value alone and tries each branch in full, which doubles the work with each level of a recursive type.)

use std::cell::Cell;
use std::collections::HashMap;

use apache_avro::Decimal;
use apache_avro::schema::{Aliases, EnumSchema, InnerDecimalSchema, Name, Schema, UuidSchema};
use apache_avro::types::Value;
use serde_json::Value as Json;

/// Deepest chain of defaults of records inside defaults.
const MAX_DEFAULT_DEPTH: usize = 100;
/// Parts that defaults may add to a value for each byte of its data: it can hold any number of records that lack fields.
const DEFAULTS_PER_BYTE: usize = 16;
/// Parts that defaults may add besides: defaults of records can refer to defaults of records, which multiplies.
const SPARE_DEFAULTS: usize = 1_000_000;

/// Why a value of one schema is no value of the other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// No rule leads from one type to the other.
    #[error("{writer} cannot be read as {reader}")]
    Types {
        /// The writer's type.
        writer: String,
        /// The reader's type.
        reader: String,
    },
    /// A field of the reader that the writer lacks and that has no default.
    #[error("field \"{field}\" of record \"{record}\" was not written and has no default")]
    MissingField {
        /// The reader's record.
        record: String,
        /// Its field.
        field: String,
    },
    /// A symbol that the reader's enum lacks.
    #[error("symbol \"{symbol}\" is not in enum \"{name}\", which has no default")]
    Symbol {
        /// The reader's enum.
        name: String,
        /// The symbol.
        symbol: String,
    },
    /// A default that is no value of its field.
    #[error("the default of field \"{field}\" of record \"{record}\" is not a value of its type")]
    Default {
        /// The reader's record.
        record: String,
        /// Its field.
        field: String,
    },
    /// The defaults would make the value far larger than its data.
    #[error("the defaults of the reader's schema add too many parts to the value")]
    TooManyDefaults,
    /// The value was not written with the writer's schema, or a schema refers to a name that it does not define.
    #[error("the value does not belong to the writer's schema")]
    Value,
}

/// One side: a schema and the definitions of its named types.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub schema: &'a Schema,
    pub names: &'a HashMap<Name, Schema>,
    /// How many more parts defaults may add to the value.
    pub defaults: &'a Cell<usize>,
}

/// How many parts defaults may add to a value of so many bytes.
pub(super) fn default_parts(bytes: usize) -> Cell<usize> {
    Cell::new(bytes.saturating_mul(DEFAULTS_PER_BYTE).saturating_add(SPARE_DEFAULTS))
}

impl<'a> Side<'a> {
    fn at(self, schema: &'a Schema) -> Result<Side<'a>, ResolveError> {
        let schema = match schema {
            Schema::Ref { name } => self.names.get(name).ok_or(ResolveError::Value)?,
            other => other,
        };
        Ok(Side { schema, ..self })
    }
}

/// Brings a value of `writer` into `reader`.
pub(super) fn resolve(value: Value, writer: Side<'_>, reader: Side<'_>) -> Result<Value, ResolveError> {
    let (writer, reader) = (writer.at(writer.schema)?, reader.at(reader.schema)?);
    match (value, writer.schema, reader.schema) {
        (Value::Union(index, inner), Schema::Union(union), _) => {
            let branch = usize::try_from(index).ok().and_then(|at| union.variants().get(at));
            resolve(*inner, writer.at(branch.ok_or(ResolveError::Value)?)?, reader)
        }
        (value, _, Schema::Union(union)) => {
            let (index, branch) = choose(writer, reader, union.variants())?;
            let inner = resolve(value, writer, branch)?;
            Ok(Value::Union(index, Box::new(inner)))
        }
        (Value::Array(items), Schema::Array(from), Schema::Array(to)) => {
            array(items, writer.at(&from.items)?, reader.at(&to.items)?)
        }
        (Value::Map(entries), Schema::Map(from), Schema::Map(to)) => {
            map(entries, writer.at(&from.types)?, reader.at(&to.types)?)
        }
        (Value::Enum(_, symbol), Schema::Enum(from), Schema::Enum(to)) if same(&from.name, &to.name, &to.aliases) => {
            enumeration(symbol, to)
        }
        (Value::Record(written), Schema::Record(from), Schema::Record(to))
            if same(&from.name, &to.name, &to.aliases) =>
        {
            record(written, (writer, from), (reader, to))
        }
        (value, from, to) => leaf(value, from, to),
    }
}

fn array(items: Vec<Value>, writer: Side<'_>, reader: Side<'_>) -> Result<Value, ResolveError> {
    let mut resolved = Vec::with_capacity(items.len());
    for item in items {
        resolved.push(resolve(item, writer, reader)?);
    }
    Ok(Value::Array(resolved))
}

fn map(entries: HashMap<String, Value>, writer: Side<'_>, reader: Side<'_>) -> Result<Value, ResolveError> {
    let mut resolved = HashMap::with_capacity(entries.len());
    for (key, value) in entries {
        resolved.insert(key, resolve(value, writer, reader)?);
    }
    Ok(Value::Map(resolved))
}

fn enumeration(symbol: String, to: &EnumSchema) -> Result<Value, ResolveError> {
    let position = |symbol: &str| to.symbols.iter().position(|known| known == symbol);
    let found = position(&symbol).map(|at| (at, symbol.clone()));
    let found = found.or_else(|| {
        to.default
            .as_ref()
            .and_then(|default| Some((position(default)?, default.clone())))
    });
    let (at, symbol) = found.ok_or_else(|| ResolveError::Symbol {
        name: to.name.fullname(None),
        symbol,
    })?;
    Ok(Value::Enum(u32::try_from(at).map_err(|_| ResolveError::Value)?, symbol))
}

type RecordSide<'a> = (Side<'a>, &'a apache_avro::schema::RecordSchema);

fn record(
    written: Vec<(String, Value)>,
    (writer, from): RecordSide<'_>,
    (reader, to): RecordSide<'_>,
) -> Result<Value, ResolveError> {
    let mut written: HashMap<String, Value> = written.into_iter().collect();
    let from: HashMap<&str, &Schema> = from
        .fields
        .iter()
        .map(|field| (field.name.as_str(), &field.schema))
        .collect();
    let mut fields = Vec::with_capacity(to.fields.len());
    for field in &to.fields {
        let name = std::iter::once(&field.name)
            .chain(&field.aliases)
            .find(|name| from.contains_key(name.as_str()));
        let found = name.and_then(|name| Some((written.remove(name)?, *from.get(name.as_str())?)));
        let value = match (found, &field.default) {
            (Some((value, schema)), _) => resolve(value, writer.at(schema)?, reader.at(&field.schema)?)?,
            (None, Some(default)) => {
                let value = default_value(default, reader.at(&field.schema)?, 0);
                value.ok_or_else(|| match reader.defaults.get() {
                    0 => ResolveError::TooManyDefaults,
                    _ => ResolveError::Default {
                        record: to.name.fullname(None),
                        field: field.name.clone(),
                    },
                })?
            }
            (None, None) => {
                let (record, field) = (to.name.fullname(None), field.name.clone());
                return Err(ResolveError::MissingField { record, field });
            }
        };
        fields.push((field.name.clone(), value));
    }
    Ok(Value::Record(fields))
}

/// Named types match by unqualified name, or by an alias of the reader.
fn same(writer: &Name, reader: &Name, aliases: &Aliases) -> bool {
    let full = writer.fullname(None);
    writer.name() == reader.name()
        || aliases
            .iter()
            .flatten()
            .any(|alias| alias.fullname(reader.namespace()) == full)
}

/// The reader's branch for the writer's type: the first of the same type, else the first that it can be promoted to.
fn choose<'a>(writer: Side<'_>, reader: Side<'a>, branches: &'a [Schema]) -> Result<(u32, Side<'a>), ResolveError> {
    let mut promoted = None;
    for (i, branch) in branches.iter().enumerate() {
        let side = reader.at(branch)?;
        let i = u32::try_from(i).map_err(|_| ResolveError::Value)?;
        match fit(writer.schema, side.schema) {
            Fit::Same => return Ok((i, side)),
            Fit::Promoted => promoted = promoted.or(Some((i, side))),
            Fit::No => {}
        }
    }
    promoted.ok_or_else(|| types(writer.schema, reader.schema))
}

enum Fit {
    Same,
    Promoted,
    No,
}

fn fit(writer: &Schema, reader: &Schema) -> Fit {
    let same = match (writer, reader) {
        (Schema::Record(from), Schema::Record(to)) => same(&from.name, &to.name, &to.aliases),
        (Schema::Enum(from), Schema::Enum(to)) => same(&from.name, &to.name, &to.aliases),
        (Schema::Array(_), Schema::Array(_)) | (Schema::Map(_), Schema::Map(_)) => true,
        (from, to) => match (physical(from), physical(to)) {
            (Some(from), Some(to)) if from == to => true,
            (Some(from), Some(to)) if promotes(from, to) => return Fit::Promoted,
            _ => false,
        },
    };
    if same { Fit::Same } else { Fit::No }
}

/// What a leaf type is on the wire, whatever its logical type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Physical {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Fixed(usize),
}

fn physical(schema: &Schema) -> Option<Physical> {
    Some(match schema {
        Schema::Null => Physical::Null,
        Schema::Boolean => Physical::Boolean,
        Schema::Int | Schema::Date | Schema::TimeMillis => Physical::Int,
        Schema::Long
        | Schema::TimeMicros
        | Schema::TimestampMillis
        | Schema::TimestampMicros
        | Schema::TimestampNanos
        | Schema::LocalTimestampMillis
        | Schema::LocalTimestampMicros
        | Schema::LocalTimestampNanos => Physical::Long,
        Schema::Float => Physical::Float,
        Schema::Double => Physical::Double,
        Schema::Bytes | Schema::BigDecimal | Schema::Uuid(UuidSchema::Bytes) => Physical::Bytes,
        Schema::String | Schema::Uuid(UuidSchema::String) => Physical::String,
        Schema::Fixed(fixed) | Schema::Duration(fixed) | Schema::Uuid(UuidSchema::Fixed(fixed)) => {
            Physical::Fixed(fixed.size)
        }
        Schema::Decimal(decimal) => match &decimal.inner {
            InnerDecimalSchema::Bytes => Physical::Bytes,
            InnerDecimalSchema::Fixed(fixed) => Physical::Fixed(fixed.size),
        },
        Schema::Array(_)
        | Schema::Map(_)
        | Schema::Union(_)
        | Schema::Record(_)
        | Schema::Enum(_)
        | Schema::Ref { .. } => return None,
    })
}

fn promotes(from: Physical, to: Physical) -> bool {
    use Physical::{Bytes, Double, Float, Int, Long, String};
    matches!(
        (from, to),
        (Int, Long | Float | Double) | (Long, Float | Double) | (Float, Double) | (Bytes, String) | (String, Bytes)
    )
}

fn types(writer: &Schema, reader: &Schema) -> ResolveError {
    ResolveError::Types {
        writer: word(writer),
        reader: word(reader),
    }
}

fn word(schema: &Schema) -> String {
    match schema {
        Schema::Record(record) => format!("record \"{}\"", record.name.fullname(None)),
        Schema::Enum(symbols) => format!("enum \"{}\"", symbols.name.fullname(None)),
        Schema::Union(_) => "a union".into(),
        other => format!("{:?}", apache_avro::schema::SchemaKind::from(other)).to_lowercase(),
    }
}

/// A value without parts: kept if the logical types agree, else taken through its form on the wire.
fn leaf(value: Value, from: &Schema, to: &Schema) -> Result<Value, ResolveError> {
    let (Some(wire_from), Some(wire_to)) = (physical(from), physical(to)) else {
        return Err(types(from, to));
    };
    if std::mem::discriminant(from) == std::mem::discriminant(to) && wire_from == wire_to {
        return Ok(value);
    }
    if wire_from != wire_to && !promotes(wire_from, wire_to) {
        return Err(types(from, to));
    }
    let whole = match &value {
        Value::Int(n) | Value::Date(n) | Value::TimeMillis(n) => Some(i64::from(*n)),
        Value::Long(n)
        | Value::TimeMicros(n)
        | Value::TimestampMillis(n)
        | Value::TimestampMicros(n)
        | Value::TimestampNanos(n)
        | Value::LocalTimestampMillis(n)
        | Value::LocalTimestampMicros(n)
        | Value::LocalTimestampNanos(n) => Some(*n),
        _ => None,
    };
    let resolved = match (whole, value) {
        (Some(n), _) => from_whole(n, to),
        (None, Value::Float(n)) if wire_to == Physical::Double => Some(Value::Double(n.into())),
        (None, Value::String(text)) => from_bytes(text.into_bytes(), to),
        (None, Value::Bytes(bytes) | Value::Fixed(_, bytes)) => from_bytes(bytes, to),
        (None, Value::Uuid(uuid)) => match wire_from {
            Physical::String => from_bytes(uuid.to_string().into_bytes(), to),
            _ => from_bytes(uuid.as_bytes().to_vec(), to),
        },
        (None, Value::Decimal(decimal)) => Vec::try_from(&decimal).ok().and_then(|bytes| from_bytes(bytes, to)),
        (None, Value::Duration(duration)) => from_bytes(<[u8; 12]>::from(duration).to_vec(), to),
        _ => None,
    };
    resolved.ok_or_else(|| types(from, to))
}

fn from_whole(n: i64, to: &Schema) -> Option<Value> {
    let int = || i32::try_from(n).ok();
    Some(match to {
        Schema::Int => Value::Int(int()?),
        Schema::Date => Value::Date(int()?),
        Schema::TimeMillis => Value::TimeMillis(int()?),
        Schema::Long => Value::Long(n),
        Schema::TimeMicros => Value::TimeMicros(n),
        Schema::TimestampMillis => Value::TimestampMillis(n),
        Schema::TimestampMicros => Value::TimestampMicros(n),
        Schema::TimestampNanos => Value::TimestampNanos(n),
        Schema::LocalTimestampMillis => Value::LocalTimestampMillis(n),
        Schema::LocalTimestampMicros => Value::LocalTimestampMicros(n),
        Schema::LocalTimestampNanos => Value::LocalTimestampNanos(n),
        Schema::Float => Value::Float(n as f32),
        Schema::Double => Value::Double(n as f64),
        _ => return None,
    })
}

fn from_bytes(bytes: Vec<u8>, to: &Schema) -> Option<Value> {
    Some(match to {
        Schema::Bytes => Value::Bytes(bytes),
        Schema::String => Value::String(String::from_utf8(bytes).ok()?),
        Schema::Fixed(fixed) if bytes.len() == fixed.size => Value::Fixed(fixed.size, bytes),
        Schema::Decimal(_) => Value::Decimal(Decimal::from(bytes)),
        Schema::Uuid(UuidSchema::String) => Value::Uuid(std::str::from_utf8(&bytes).ok()?.parse().ok()?),
        Schema::Uuid(_) => Value::Uuid(apache_avro::Uuid::from_slice(&bytes).ok()?),
        Schema::Duration(_) => Value::Duration(<[u8; 12]>::try_from(bytes).ok()?.into()),
        _ => return None,
    })
}

/// A JSON default as a value; `None` if it does not fit. The default of a union may fit any branch; the first wins.
fn default_value(json: &Json, side: Side<'_>, depth: usize) -> Option<Value> {
    if depth > MAX_DEFAULT_DEPTH {
        return None;
    }
    side.defaults.set(side.defaults.get().checked_sub(1)?);
    let at = |schema| side.at(schema).ok();
    Some(match (side.schema, json) {
        (Schema::Union(union), json) => {
            let mut branches = (0..).zip(union.variants());
            let (index, value) =
                branches.find_map(|(i, branch)| Some((i, default_value(json, at(branch)?, depth + 1)?)))?;
            Value::Union(index, Box::new(value))
        }
        (Schema::Null, Json::Null) => Value::Null,
        (Schema::Boolean, Json::Bool(value)) => Value::Boolean(*value),
        (Schema::Float, Json::Number(n)) => Value::Float(n.as_f64()? as f32),
        (Schema::Double, Json::Number(n)) => Value::Double(n.as_f64()?),
        (Schema::Float, Json::String(text)) => Value::Float(text.parse().ok()?),
        (Schema::Double, Json::String(text)) => Value::Double(text.parse().ok()?),
        (schema, Json::Number(n)) => from_whole(n.as_i64()?, schema)?,
        (Schema::Enum(symbols), Json::String(text)) => {
            let index = symbols.symbols.iter().position(|symbol| symbol == text)?;
            Value::Enum(u32::try_from(index).ok()?, text.clone())
        }
        (Schema::String | Schema::Uuid(UuidSchema::String), Json::String(text)) => {
            from_bytes(text.clone().into_bytes(), side.schema)?
        }
        // Each character stands for the byte of its code.
        (schema, Json::String(text)) => {
            let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
            from_bytes(bytes?, schema)?
        }
        (Schema::Array(array), Json::Array(items)) => {
            let items = items
                .iter()
                .map(|item| default_value(item, at(&array.items)?, depth + 1));
            Value::Array(items.collect::<Option<_>>()?)
        }
        (Schema::Map(map), Json::Object(entries)) => {
            let entries = entries
                .iter()
                .map(|(key, item)| Some((key.clone(), default_value(item, at(&map.types)?, depth + 1)?)));
            Value::Map(entries.collect::<Option<_>>()?)
        }
        (Schema::Record(record), Json::Object(entries)) => {
            let mut fields = Vec::with_capacity(record.fields.len());
            for field in &record.fields {
                let json = entries.get(&field.name).or(field.default.as_ref())?;
                fields.push((field.name.clone(), default_value(json, at(&field.schema)?, depth + 1)?));
            }
            Value::Record(fields)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::AvroSchema;
    use super::*;

    fn read(writer: &str, reader: &str, bytes: &[u8]) -> Result<Value, String> {
        let (writer, reader) = (AvroSchema::parse(writer).unwrap(), AvroSchema::parse(reader).unwrap());
        writer.decode(bytes, Some(&reader)).map_err(|error| error.to_string())
    }

    #[test]
    fn promotions_and_unions() {
        assert_eq!(read(r#""int""#, r#""double""#, &[6]), Ok(Value::Double(3.0)));
        assert_eq!(
            read(r#""string""#, r#""bytes""#, &[2, b'x']),
            Ok(Value::Bytes(vec![b'x']))
        );
        assert!(read(r#""long""#, r#""int""#, &[6]).is_err());
        let union = |i, value| Ok(Value::Union(i, Box::new(value)));
        assert_eq!(
            read(r#""int""#, r#"["null","long","int"]"#, &[6]),
            union(2, Value::Int(3))
        );
        assert_eq!(read(r#""int""#, r#"["null","long"]"#, &[6]), union(1, Value::Long(3)));
        assert_eq!(read(r#"["null","int"]"#, r#""long""#, &[2, 6]), Ok(Value::Long(3)));
        assert_eq!(
            read(r#"["null","int"]"#, r#""long""#, &[0]),
            Err("Avro data of another schema: null cannot be read as long".into())
        );
        let date = r#"{"type":"int","logicalType":"date"}"#;
        assert_eq!(read(date, r#""long""#, &[6]), Ok(Value::Long(3)));
        assert_eq!(read(r#""int""#, date, &[6]), Ok(Value::Date(3)));
    }

    #[test]
    fn parts_from_defaults_are_counted_for_the_whole_value() {
        // A default per level with two of the level below: some 3,000 parts in a record that has no bytes.
        let mut level = r#"{"type":"record","name":"L0","fields":[{"name":"x","type":"int","default":0}]}"#.to_owned();
        for i in 1..=10 {
            level = format!(
                r#"{{"type":"record","name":"L{i}","fields":[{{"name":"a","type":{level},"default":{{}}}},
                    {{"name":"b","type":"L{}","default":{{}}}}]}}"#,
                i - 1
            );
        }
        let writer = r#"{"type":"array","items":{"type":"record","name":"R","fields":[]}}"#;
        let reader = format!(
            r#"{{"type":"array","items":{{"type":"record","name":"R","fields":[{{"name":"l","type":{level},"default":{{}}}}]}}}}"#
        );
        assert!(read(writer, &reader, &[20, 0]).is_ok());
        assert_eq!(
            read(writer, &reader, &[0xA0, 0x1F, 0]).unwrap_err(),
            "Avro data of another schema: the defaults of the reader's schema add too many parts to the value"
        );
    }

    #[test]
    fn records_enums_aliases_defaults() {
        let writer = r#"{"type":"record","name":"W","fields":[{"name":"old","type":"int"},{"name":"gone","type":"string"},
            {"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}}]}"#;
        let reader = r#"{"type":"record","name":"R","aliases":["W"],"fields":[
            {"name":"e","type":{"type":"enum","name":"E","symbols":["Z","A"],"default":"Z"}},
            {"name":"new","type":"long","aliases":["old"]},
            {"name":"d","type":["null",{"type":"map","values":"bytes"}],"default":{"k":"\u00ff"}}]}"#;
        let value = read(writer, reader, &[6, 2, b'x', 2]).unwrap();
        let map = Value::Map(HashMap::from([("k".into(), Value::Bytes(vec![0xFF]))]));
        let expected = vec![
            ("e".into(), Value::Enum(0, "Z".into())),
            ("new".into(), Value::Long(3)),
            ("d".into(), Value::Union(1, Box::new(map))),
        ];
        assert_eq!(value, Value::Record(expected));
        let missing = r#"{"type":"record","name":"W","fields":[{"name":"x","type":"int"}]}"#;
        assert_eq!(
            read(writer, missing, &[6, 2, b'x', 2]).unwrap_err(),
            "Avro data of another schema: field \"x\" of record \"W\" was not written and has no default"
        );
    }
}
