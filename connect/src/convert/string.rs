//! `StringConverter`: the text of a value in UTF-8. Other encodings are refused.

use weir_connect_sdk::{ConfigDef, ConfigKey, ConnectError, Schema, SchemaAndValue, Validator, Value};

use super::{ConvertError, Converter, ConverterClass, headers_like_values};
use crate::java;

/// See the module.
pub struct StringConverter;

/// How the class is found.
pub const CLASS: ConverterClass = ConverterClass {
    class: "org.apache.kafka.connect.storage.StringConverter",
    def: || ConfigDef::from_keys(&KEYS),
    make: |settings, _| {
        (CLASS.def)().parse(settings.clone())?;
        Ok(Box::new(StringConverter))
    },
};

const KEYS: [ConfigKey; 1] = [ConfigKey::string("converter.encoding")
    .default("UTF-8")
    .high()
    .check(Validator::OneOfIgnoreCase(&["UTF-8", "UTF8"]))
    .doc("The encoding of texts; UTF-8 alone, so far.")];

/// A value as Java's `toString` prints it.
fn java_text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Float32(v) => java::float(*v),
        Value::Float64(v) => java::double(*v),
        Value::Decimal(v) => java::big_decimal(v),
        Value::Array(items) => format!("[{}]", items.iter().map(java_text).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(k, v)| format!("{}={}", java_text(k), java_text(v)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Struct(inner) => {
            let fields = inner
                .schema()
                .fields()
                .iter()
                .zip(inner.values())
                .filter(|(_, value)| !value.is_null());
            let fields: Vec<String> = fields
                .map(|(field, value)| format!("{}={}", field.name, java_text(value)))
                .collect();
            format!("Struct{{{}}}", fields.join(","))
        }
        other => other.to_text(),
    }
}

impl Converter for StringConverter {
    fn to_bytes(&self, _topic: &str, data: &SchemaAndValue) -> Result<Option<Vec<u8>>, ConvertError> {
        Ok(if data.value.is_null() {
            None
        } else {
            Some(java_text(&data.value).into_bytes())
        })
    }

    fn to_data(&self, _topic: &str, bytes: Option<&[u8]>) -> Result<SchemaAndValue, ConvertError> {
        let text = bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        Ok(SchemaAndValue::new(Schema::optional_string(), text))
    }
}

headers_like_values!(StringConverter);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_encodings_are_refused() {
        let make =
            |encoding: &str| (CLASS.make)(&[("converter.encoding".to_owned(), encoding.to_owned())].into(), false);
        assert!(make("utf-8").is_ok() && (CLASS.make)(&Default::default(), true).is_ok());
        let error = make("ISO-8859-1")
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(error.contains("converter.encoding"), "{error}");
    }

    #[test]
    fn values_are_printed_as_java_does() {
        let text =
            |data: SchemaAndValue| String::from_utf8(StringConverter.to_bytes("t", &data).unwrap().unwrap()).unwrap();
        assert_eq!(text("é".into()), "é");
        assert_eq!(text(1.0.into()), "1.0");
        assert_eq!(text(serde_json::json!({"a": [1, null]}).into()), "{a=[1, null]}");
        assert_eq!(StringConverter.to_bytes("t", &SchemaAndValue::null()).unwrap(), None);
        assert_eq!(StringConverter.to_data("t", None).unwrap().value, Value::Null);
    }
}
