//! `JsonConverter`, with and without the schema envelope; the bytes are those of Kafka Connect's.
//!
//! One difference: a NUMERIC decimal with more digits than a double holds loses them on the way in (JSON numbers are read as doubles).

use parking_lot::Mutex;
use serde_json::Value as Json;
use weir_connect_sdk::{ConfigDef, ConfigKey, ConfigMap, ConnectError, Schema, SchemaAndValue, Validator};

use super::json_read::read;
use super::json_schema::{parse_schema, push_schema};
use super::json_write::write;
use super::{ConvertError, Converter, ConverterClass, headers_like_values};

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
    pub(super) schemas: bool,
    pub(super) numeric_decimals: bool,
    pub(super) replace_null: bool,
    cache_size: usize,
    fixed_schema: Option<Schema>,
    texts: Cache<Schema, String>,
    parsed: Cache<Json, Option<Schema>>,
}

pub(super) fn wrong<T>(text: impl Into<String>) -> Result<T, ConnectError> {
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

#[cfg(test)]
mod tests {
    use weir_connect_sdk::data::Decimal;
    use weir_connect_sdk::{Struct, Value};

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

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..64), text in "[\\[\\]{}\":,0-9a-z ]{0,40}") {
            for converter in [JsonConverter::plain(), converter(&[])] {
                let enveloped = format!("{{\"schema\":{text},\"payload\":{text}}}");
                for input in [bytes.as_slice(), text.as_bytes(), enveloped.as_bytes()] {
                    if let Ok(data) = converter.to_data("t", Some(input)) {
                        proptest::prop_assert!(converter.to_bytes("t", &data).is_ok());
                    }
                }
            }
        }
    }
}
