//! Key or value: what the `$Key` and `$Value` forms of a transform work on, and Connect's checks on it.

use weir_connect_sdk::{ConnectError, SchemaAndValue, Struct, Value};

use crate::record::Record;

/// The half of a record that a transform works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Key,
    Value,
}

impl Part {
    /// The key or the value.
    pub fn of(self, record: &Record) -> &SchemaAndValue {
        match self {
            Self::Key => &record.key,
            Self::Value => &record.value,
        }
    }

    /// The record with another key or value.
    pub fn replace(self, mut record: Record, data: SchemaAndValue) -> Record {
        match self {
            Self::Key => record.key = data,
            Self::Value => record.value = data,
        }
        record
    }
}

/// The entries of a map.
///
/// # Errors
/// It is none; the text is Connect's.
pub fn require_map<'a>(value: &'a Value, purpose: &str) -> Result<&'a [(Value, Value)], ConnectError> {
    match value {
        Value::Map(entries) => Ok(entries),
        other => Err(ConnectError::Data(format!(
            "Only Map objects supported in absence of schema for [{purpose}], found: {}",
            other.java_class()
        ))),
    }
}

/// The struct in a value.
///
/// # Errors
/// There is none; the text is Connect's.
pub fn require_struct<'a>(value: &'a Value, purpose: &str) -> Result<&'a Struct, ConnectError> {
    let found = || {
        ConnectError::Data(format!(
            "Only Struct objects supported for [{purpose}], found: {}",
            value.java_class()
        ))
    };
    value.as_struct().ok_or_else(found)
}

/// Sets an entry of a map: the first of that name, or a new one at the end.
pub fn map_put(entries: &mut Vec<(Value, Value)>, name: &str, value: Value) {
    match entries.iter_mut().find(|(key, _)| key.as_str() == Some(name)) {
        Some((_, slot)) => *slot = value,
        None => entries.push((name.into(), value)),
    }
}
