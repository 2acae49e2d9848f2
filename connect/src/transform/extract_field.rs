//! `ExtractField`: the record's key or value becomes one of its fields.

use weir_connect_sdk::{ConfigDef, ConfigKey, ConnectError, SchemaAndValue, Settings};

use super::field_path::{FieldPath, SYNTAX_KEY};
use super::part::{require_map, require_struct};
use super::{Part, Transform, TransformClass};
use crate::record::Record;

const PURPOSE: &str = "field extraction";

const KEYS: &[ConfigKey] = &[
    ConfigKey::string("field").doc("The field that is taken."),
    ConfigKey::boolean("replace.null.with.default")
        .default("true")
        .doc("Whether a null field with a default value is given as its default."),
    SYNTAX_KEY,
];

/// The form for keys.
pub const KEY: TransformClass = TransformClass {
    class: "org.apache.kafka.connect.transforms.ExtractField$Key",
    def,
    part: Part::Key,
    make,
};
/// The form for values.
pub const VALUE: TransformClass = TransformClass {
    class: "org.apache.kafka.connect.transforms.ExtractField$Value",
    def,
    part: Part::Value,
    make,
};

struct ExtractField {
    part: Part,
    name: String,
    path: FieldPath,
    replace_null: bool,
}

fn def() -> ConfigDef {
    ConfigDef::from_keys(KEYS)
}

fn make(settings: &Settings, part: Part) -> Result<Box<dyn Transform>, ConnectError> {
    let name: String = settings.get("field")?;
    let path = FieldPath::parse(&name, &settings.get::<String>("field.syntax.version")?)?;
    Ok(Box::new(ExtractField {
        part,
        name,
        path,
        replace_null: settings.get("replace.null.with.default")?,
    }))
}

impl Transform for ExtractField {
    fn apply(&self, record: Record) -> Result<Option<Record>, ConnectError> {
        let data = self.part.of(&record);
        let extracted = match &data.schema {
            None if data.value.is_null() => SchemaAndValue::null(),
            None => {
                require_map(&data.value, PURPOSE)?;
                SchemaAndValue {
                    schema: None,
                    value: self.path.value_from_map(&data.value)?,
                }
            }
            Some(schema) => {
                let Some(field) = self.path.field_from(schema) else {
                    return Err(ConnectError::Data(format!("Unknown field: {}", self.name)));
                };
                let value = match data.value.is_null() {
                    true => weir_connect_sdk::Value::Null,
                    false => self
                        .path
                        .value_from_struct(require_struct(&data.value, PURPOSE)?, self.replace_null)?,
                };
                SchemaAndValue {
                    schema: Some(field.schema.clone()),
                    value,
                }
            }
        };
        Ok(Some(self.part.replace(record, extracted)))
    }
}

#[cfg(test)]
mod tests {
    use weir_connect_sdk::{Schema, Struct, Value};

    use super::super::testing::{apply, record};
    use super::*;

    #[test]
    fn from_structs_and_maps() {
        let schema = Schema::structure().field("a", Schema::int32()).build();
        let value = Struct::new(&schema).unwrap().with("a", 5).unwrap();
        let out = apply(&VALUE, &[("field", "a")], record(value)).unwrap();
        assert_eq!(out.value, SchemaAndValue::new(Schema::int32(), 5));
        let out = apply(&VALUE, &[("field", "a")], record(serde_json::json!({"a": "x"}))).unwrap();
        assert_eq!(out.value, SchemaAndValue::schemaless("x"));
        let mut keyed = record("v");
        keyed.key = serde_json::json!({"a": 1}).into();
        assert_eq!(
            apply(&KEY, &[("field", "a")], keyed).unwrap().key.value,
            Value::Int64(1)
        );
    }

    #[test]
    fn what_is_missing() {
        let schema = Schema::structure().field("a", Schema::int32()).build();
        let value = Struct::new(&schema).unwrap().with("a", 5).unwrap();
        let error = apply(&VALUE, &[("field", "b")], record(value)).unwrap_err();
        assert_eq!(error.to_string(), "Unknown field: b");
        let error = apply(&VALUE, &[("field", "b")], record("text")).unwrap_err();
        assert_eq!(error.to_string(), "Unknown field: b");
        assert_eq!(
            apply(&VALUE, &[("field", "b")], record(SchemaAndValue::null()))
                .unwrap()
                .value,
            SchemaAndValue::null()
        );
    }
}
