//! `ReplaceField`: leaves fields out, keeps only some, renames them.

use std::collections::BTreeMap;

use weir_connect_sdk::weir_config::ConfigValue;
use weir_connect_sdk::{ConfigDef, ConfigKey, ConnectError, SchemaAndValue, Settings, Struct, Validator, Value};

use super::insert_field::copy_basics;
use super::part::{map_put, require_map, require_struct};
use super::{Part, Transform, TransformClass};
use crate::java::hash_map_order;
use crate::record::Record;

const PURPOSE: &str = "field replacement";

const KEYS: &[ConfigKey] = &[
    ConfigKey::list("exclude")
        .default("")
        .doc("Fields that are left out; this wins over the fields to keep."),
    ConfigKey::list("include")
        .default("")
        .doc("Fields that are kept; empty keeps all."),
    ConfigKey::list("renames")
        .default("")
        .check(Validator::Custom(check_renames))
        .doc("Pairs old:new of fields that get another name."),
    ConfigKey::boolean("replace.null.with.default")
        .default("true")
        .doc("Whether a null field with a default value is given as its default."),
];

/// The form for keys.
pub const KEY: TransformClass = TransformClass {
    class: "org.apache.kafka.connect.transforms.ReplaceField$Key",
    def,
    part: Part::Key,
    make,
};
/// The form for values.
pub const VALUE: TransformClass = TransformClass {
    class: "org.apache.kafka.connect.transforms.ReplaceField$Value",
    def,
    part: Part::Value,
    make,
};

fn def() -> ConfigDef {
    ConfigDef::from_keys(KEYS)
}

fn check_renames(value: &ConfigValue) -> Result<(), String> {
    match value {
        ConfigValue::List(pairs) => pairs.iter().try_for_each(|pair| rename(pair).map(|_| ())),
        _ => Ok(()),
    }
}

fn rename(pair: &str) -> Result<(String, String), String> {
    let wrong = || format!("Invalid rename mapping: {pair}");
    let (old, new) = pair.split_once(':').ok_or_else(wrong)?;
    if new.is_empty() || new.contains(':') {
        Err(wrong())
    } else {
        Ok((old.to_owned(), new.to_owned()))
    }
}

struct ReplaceField {
    part: Part,
    exclude: Vec<String>,
    include: Vec<String>,
    renames: BTreeMap<String, String>,
    replace_null: bool,
}

fn make(settings: &Settings, part: Part) -> Result<Box<dyn Transform>, ConnectError> {
    let pairs: Vec<String> = settings.get("renames")?;
    Ok(Box::new(ReplaceField {
        part,
        exclude: settings.get("exclude")?,
        include: settings.get("include")?,
        renames: pairs.iter().filter_map(|pair| rename(pair).ok()).collect(),
        replace_null: settings.get("replace.null.with.default")?,
    }))
}

impl ReplaceField {
    /// The field's new name; `None` if it is left out.
    fn target<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        let named = |names: &[String]| names.iter().any(|n| n == name);
        let kept = !named(&self.exclude) && (self.include.is_empty() || named(&self.include));
        kept.then(|| self.renames.get(name).map_or(name, String::as_str))
    }

    fn with_schema(&self, value: &Struct) -> Result<SchemaAndValue, ConnectError> {
        let kept: Vec<_> = value
            .schema()
            .fields()
            .iter()
            .filter_map(|field| Some((field, self.target(&field.name)?)))
            .collect();
        let builder = kept.iter().fold(copy_basics(value.schema()), |builder, (field, name)| {
            builder.field(*name, field.schema.clone())
        });
        let mut updated = Struct::new(&builder.build())?;
        for (field, name) in kept {
            let value = if self.replace_null {
                value.get(&field.name)
            } else {
                value.get_without_default(&field.name)
            };
            updated.put(name, value.cloned())?;
        }
        Ok(updated.into())
    }

    fn schemaless(&self, value: &Value) -> Result<SchemaAndValue, ConnectError> {
        let entries = require_map(value, PURPOSE)?;
        let mut updated = Vec::new();
        for (key, value) in entries {
            if let Some(name) = key.as_str().and_then(|name| self.target(name)) {
                map_put(&mut updated, name, value.clone());
            }
        }
        Ok(SchemaAndValue::schemaless(Value::Map(hash_map_order(
            updated,
            entries.len(),
        ))))
    }
}

impl Transform for ReplaceField {
    fn apply(&self, record: Record) -> Result<Option<Record>, ConnectError> {
        let data = self.part.of(&record);
        if data.value.is_null() {
            return Ok(Some(record));
        }
        let updated = match &data.schema {
            None => self.schemaless(&data.value)?,
            Some(_) => self.with_schema(require_struct(&data.value, PURPOSE)?)?,
        };
        Ok(Some(self.part.replace(record, updated)))
    }
}

#[cfg(test)]
mod tests {
    use weir_connect_sdk::Schema;

    use super::super::testing::{apply, record};
    use super::*;

    #[test]
    fn structs() {
        let schema = Schema::structure()
            .field("a", Schema::int32())
            .field("b", Schema::int32())
            .field("c", Schema::int32())
            .build();
        let value = Struct::new(&schema)
            .unwrap()
            .with("a", 1)
            .unwrap()
            .with("b", 2)
            .unwrap()
            .with("c", 3)
            .unwrap();
        let out = apply(&VALUE, &[("exclude", "b"), ("renames", "a:x,b:y")], record(value)).unwrap();
        assert_eq!(out.value.value.to_json().to_string(), r#"{"x":1,"c":3}"#);
    }

    #[test]
    fn maps() {
        let out = apply(
            &VALUE,
            &[("include", "a,b"), ("exclude", "b"), ("renames", "a:x")],
            record(serde_json::json!({"a": 1, "b": 2, "c": 3})),
        );
        assert_eq!(out.unwrap().value.value.to_json().to_string(), r#"{"x":1}"#);
    }

    #[test]
    fn bad_renames() {
        let error = apply(&VALUE, &[("renames", "a:b:c")], record("x")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Invalid value [a:b:c] for configuration renames: Invalid rename mapping: a:b:c"
        );
    }
}
