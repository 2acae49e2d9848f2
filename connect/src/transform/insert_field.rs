//! `InsertField`: adds the record's topic, partition, offset or timestamp, or a fixed text, as a field.

use weir_connect_sdk::{
    ConfigDef, ConfigError, ConfigKey, ConnectError, Schema, SchemaAndValue, Settings, Struct, Value,
};

use super::part::{map_put, require_map, require_struct};
use super::{Part, Transform, TransformClass};
use crate::java::hash_map_order;
use crate::record::Record;

const PURPOSE: &str = "field insertion";

const fn field(name: &'static str, doc: &'static str) -> ConfigKey {
    ConfigKey::string(name).default_null().doc(doc)
}

const KEYS: &[ConfigKey] = &[
    field(
        "topic.field",
        "Field for the topic. A trailing ! makes the field required, ? (the default) optional.",
    ),
    field(
        "partition.field",
        "Field for the partition. A trailing ! makes the field required, ? (the default) optional.",
    ),
    field(
        "offset.field",
        "Field for the offset, sinks only. A trailing ! makes the field required, ? (the default) optional.",
    ),
    field(
        "timestamp.field",
        "Field for the timestamp. A trailing ! makes the field required, ? (the default) optional.",
    ),
    field(
        "static.field",
        "Field for a fixed text. A trailing ! makes the field required, ? (the default) optional.",
    ),
    field("static.value", "The fixed text."),
    ConfigKey::boolean("replace.null.with.default")
        .default("true")
        .doc("Whether a null field with a default value is given as its default."),
];

/// The form for keys.
pub const KEY: TransformClass = TransformClass {
    class: "org.apache.kafka.connect.transforms.InsertField$Key",
    def,
    part: Part::Key,
    make,
};
/// The form for values.
pub const VALUE: TransformClass = TransformClass {
    class: "org.apache.kafka.connect.transforms.InsertField$Value",
    def,
    part: Part::Value,
    make,
};

fn def() -> ConfigDef {
    ConfigDef::from_keys(KEYS)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Topic,
    Partition,
    Offset,
    Timestamp,
    Static,
}

struct Insertion {
    origin: Origin,
    name: String,
    optional: bool,
}

struct InsertField {
    part: Part,
    insertions: Vec<Insertion>,
    text: Option<String>,
    replace_null: bool,
}

fn make(settings: &Settings, part: Part) -> Result<Box<dyn Transform>, ConnectError> {
    let origins = [
        (Origin::Topic, "topic.field"),
        (Origin::Partition, "partition.field"),
        (Origin::Offset, "offset.field"),
        (Origin::Timestamp, "timestamp.field"),
        (Origin::Static, "static.field"),
    ];
    let mut insertions = Vec::new();
    for (origin, key) in origins {
        if let Some(spec) = settings.get::<Option<String>>(key)? {
            let required = spec.strip_suffix('!');
            let name = required.or_else(|| spec.strip_suffix('?')).unwrap_or(&spec).to_owned();
            insertions.push(Insertion {
                origin,
                name,
                optional: required.is_none(),
            });
        }
    }
    if insertions.is_empty() {
        return Err(ConnectError::Config("No field insertion configured".to_owned()));
    }
    let text: Option<String> = settings.get("static.value")?;
    if text.is_none()
        && let Some(insertion) = insertions.iter().find(|insertion| insertion.origin == Origin::Static)
    {
        let reason = format!("No value specified for static field: {}", insertion.name);
        return Err(ConfigError::invalid("static.value", "null", reason).into());
    }
    Ok(Box::new(InsertField {
        part,
        insertions,
        text,
        replace_null: settings.get("replace.null.with.default")?,
    }))
}

impl InsertField {
    /// The value to insert; `None` leaves the field out.
    fn value(&self, origin: Origin, record: &Record) -> Result<Option<Value>, ConnectError> {
        Ok(match origin {
            Origin::Topic => Some(record.topic.clone().into()),
            Origin::Partition => record.partition.map(Value::Int32),
            Origin::Offset => match record.offset {
                Some(offset) => Some(Value::Int64(offset)),
                None => {
                    return Err(ConnectError::Data(format!(
                        "Only SinkRecord supported for [{PURPOSE}], found: org.apache.kafka.connect.source.SourceRecord"
                    )));
                }
            },
            Origin::Timestamp => record.timestamp.map(Value::Timestamp),
            Origin::Static => self.text.clone().map(Value::from),
        })
    }

    fn schemaless(&self, record: &Record, value: &Value) -> Result<SchemaAndValue, ConnectError> {
        let entries = require_map(value, PURPOSE)?;
        let mut updated = entries.to_vec();
        // Java copies the map with room for a load factor of 0.75.
        let capacity = entries.len() * 4 / 3 + 1;
        for insertion in &self.insertions {
            // Without schema a timestamp is a plain number.
            match self.value(insertion.origin, record)? {
                Some(Value::Timestamp(ms)) => map_put(&mut updated, &insertion.name, Value::Int64(ms)),
                Some(value) => map_put(&mut updated, &insertion.name, value),
                None => {}
            }
        }
        Ok(SchemaAndValue::schemaless(Value::Map(hash_map_order(
            updated, capacity,
        ))))
    }

    fn schema(&self, schema: &Schema) -> Schema {
        let mut builder = copy_basics(schema);
        for field in schema.fields() {
            builder = builder.field(&field.name, field.schema.clone());
        }
        for Insertion { origin, name, optional } in &self.insertions {
            let required = match origin {
                Origin::Topic | Origin::Static => Schema::string(),
                Origin::Partition => Schema::int32(),
                Origin::Offset => Schema::int64(),
                Origin::Timestamp => Schema::timestamp().build(),
            };
            builder = builder.field(name, if *optional { required.to_optional() } else { required });
        }
        builder.build()
    }

    fn with_schema(&self, record: &Record, value: &Struct) -> Result<SchemaAndValue, ConnectError> {
        let schema = self.schema(value.schema());
        let mut updated = Struct::new(&schema)?;
        for field in value.schema().fields() {
            let value = if self.replace_null {
                value.get(&field.name)
            } else {
                value.get_without_default(&field.name)
            };
            updated.put(&field.name, value.cloned())?;
        }
        for insertion in &self.insertions {
            if let Some(value) = self.value(insertion.origin, record)? {
                updated.put(&insertion.name, value)?;
            }
        }
        Ok(updated.into())
    }
}

/// A struct schema with name, version, doc and parameters of another, without its fields; it is required (`copySchemaBasics`).
pub(super) fn copy_basics(schema: &Schema) -> weir_connect_sdk::data::SchemaBuilder {
    let mut builder = Schema::structure();
    if let Some(name) = schema.name() {
        builder = builder.name(name);
    }
    if let Some(version) = schema.version() {
        builder = builder.version(version);
    }
    if let Some(doc) = schema.doc() {
        builder = builder.doc(doc);
    }
    schema
        .parameters()
        .iter()
        .fold(builder, |builder, (name, value)| builder.parameter(name, value))
}

impl Transform for InsertField {
    fn apply(&self, record: Record) -> Result<Option<Record>, ConnectError> {
        let data = self.part.of(&record);
        if data.value.is_null() {
            return Ok(Some(record));
        }
        let updated = match &data.schema {
            None => self.schemaless(&record, &data.value)?,
            Some(_) => self.with_schema(&record, require_struct(&data.value, PURPOSE)?)?,
        };
        Ok(Some(self.part.replace(record, updated)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{apply, record};
    use super::*;

    const ALL: &[(&str, &str)] = &[
        ("topic.field", "t!"),
        ("partition.field", "p?"),
        ("offset.field", "o"),
        ("timestamp.field", "ts"),
        ("static.field", "s"),
        ("static.value", "fixed"),
    ];

    #[test]
    fn into_a_struct() {
        let schema = Schema::structure().name("n").field("a", Schema::int32()).build();
        let value = Struct::new(&schema).unwrap().with("a", 5).unwrap();
        let out = apply(&VALUE, ALL, record(value)).unwrap().value;
        assert_eq!(
            out.value.to_json().to_string(),
            r#"{"a":5,"t":"topic","p":1,"o":7,"ts":9,"s":"fixed"}"#
        );
        let schema = out.schema.unwrap();
        let optional = |name: &str| schema.field(name).unwrap().schema.is_optional();
        assert_eq!(
            (schema.name(), optional("t"), optional("p"), optional("o")),
            (Some("n"), false, true, true)
        );
    }

    #[test]
    fn into_a_map_in_javas_order() {
        let out = apply(
            &VALUE,
            &[("topic.field", "topic"), ("timestamp.field", "ts")],
            record(serde_json::json!({"name": 1})),
        )
        .unwrap();
        assert_eq!(out.value.value.map_get("ts"), Some(&Value::Int64(9)));
        assert_eq!(out.value.value.map_get("topic"), Some(&"topic".into()));
    }

    #[test]
    fn bad_settings_and_sources() {
        assert_eq!(
            apply(&VALUE, &[], record("x")).unwrap_err().to_string(),
            "No field insertion configured"
        );
        let error = apply(&VALUE, &[("static.field", "s")], record("x")).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("Invalid value null for configuration static.value")
        );
        let mut source = record(serde_json::json!({}));
        source.offset = None;
        assert!(
            apply(&VALUE, &[("offset.field", "o")], source)
                .unwrap_err()
                .to_string()
                .starts_with("Only SinkRecord supported")
        );
        let tombstone = record(SchemaAndValue::null());
        assert_eq!(apply(&VALUE, ALL, tombstone.clone()).unwrap(), tombstone);
    }
}
