//! A parsed Avro schema with the schemas that it refers to, ready to encode and decode.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use apache_avro::schema::{Name, ResolvedSchema, Schema};
use apache_avro::types::Value;
use apache_avro::writer::datum::GenericDatumWriter;

use super::decode::{DecodeError, decode};
use super::resolve::{ResolveError, Side, default_parts, resolve};
use crate::client::SchemaText;

/// Why a schema cannot be parsed or data does not fit it.
#[derive(Debug, thiserror::Error)]
pub enum AvroError {
    /// The schema cannot be parsed.
    #[error("Avro schema: {0}")]
    Schema(Box<apache_avro::Error>),
    /// The value does not fit the schema.
    #[error("Avro value: {0}")]
    Encode(Box<apache_avro::Error>),
    /// The bytes are no value of the schema.
    #[error("Avro data: {0}")]
    Decode(#[from] DecodeError),
    /// The value cannot be read as a value of the reader's schema.
    #[error("Avro data of another schema: {0}")]
    Resolve(#[from] ResolveError),
    /// Bytes are left after the value.
    #[error("Avro data: {0} bytes are left after the value")]
    Trailing(usize),
    /// The schema is not an Avro schema.
    #[error("the schema is of type {0}, not AVRO")]
    NotAvro(String),
}

/// A parsed schema. Keep it and share it (`Arc`): parsing is dear, and serialisers know it again by its identity.
#[derive(Debug)]
pub struct AvroSchema {
    text: SchemaText,
    schema: Schema,
    others: Vec<Schema>,
    /// Definitions of all named types.
    names: HashMap<Name, Schema>,
    serial: u64,
}

impl AvroSchema {
    /// Parses a schema that refers to no other.
    pub fn parse(text: &str) -> Result<AvroSchema, AvroError> {
        AvroSchema::with_references(SchemaText::avro(text), &[])
    }

    /// Parses a schema; `references` are the texts of all schemas that it refers to, directly or not, each after those that
    /// it refers to itself.
    pub fn with_references(text: SchemaText, references: &[String]) -> Result<AvroSchema, AvroError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        if text.schema_type != "AVRO" {
            return Err(AvroError::NotAvro(text.schema_type));
        }
        let bad = |error| AvroError::Schema(Box::new(error));
        let (schema, others) = if references.is_empty() {
            (Schema::parse_str(&text.schema).map_err(bad)?, Vec::new())
        } else {
            Schema::parse_str_with_list(&text.schema, references).map_err(bad)?
        };
        let resolved = ResolvedSchema::new_with_schemata(others.iter().chain([&schema]).collect()).map_err(bad)?;
        let names = resolved
            .get_names()
            .iter()
            .map(|(name, schema)| (name.clone(), (*schema).clone()))
            .collect();
        Ok(AvroSchema {
            text,
            schema,
            others,
            names,
            serial: NEXT.fetch_add(1, Ordering::Relaxed),
        })
    }

    /// The text as it is registered.
    pub fn text(&self) -> &SchemaText {
        &self.text
    }

    /// The parsed schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Full name of the outermost type if it is a record.
    pub fn record_name(&self) -> Option<String> {
        match &self.schema {
            Schema::Record(record) => Some(record.name.fullname(None).to_string()),
            _ => None,
        }
    }

    /// Distinguishes this parsed schema from all others of the process.
    pub(super) fn serial(&self) -> u64 {
        self.serial
    }

    fn all(&self) -> Vec<&Schema> {
        self.others.iter().chain([&self.schema]).collect()
    }

    /// Appends the encoded value. Values are taken as they are; a record's fields may come in any order.
    pub fn encode(&self, value: &Value, out: &mut Vec<u8>) -> Result<(), AvroError> {
        let bad = |error| AvroError::Encode(Box::new(error));
        let builder = GenericDatumWriter::builder(&self.schema);
        let written = if self.others.is_empty() {
            builder.build().and_then(|writer| writer.write_value_ref(out, value))
        } else {
            builder
                .schemata(self.all())
                .and_then(|b| b.build())
                .and_then(|writer| writer.write_value_ref(out, value))
        };
        written.map(|_| ()).map_err(bad)
    }

    /// Decodes a value written with this schema; with `reader` it comes out as a value of that schema (Avro's resolution).
    pub fn decode(&self, bytes: &[u8], reader: Option<&AvroSchema>) -> Result<Value, AvroError> {
        let (value, rest) = decode(&self.schema, &self.names, bytes)?;
        if !rest.is_empty() {
            return Err(AvroError::Trailing(rest.len()));
        }
        match reader {
            None => Ok(value),
            Some(reader) => {
                let defaults = default_parts(bytes.len());
                Ok(resolve(value, self.side(&defaults), reader.side(&defaults))?)
            }
        }
    }

    fn side<'a>(&'a self, defaults: &'a Cell<usize>) -> Side<'a> {
        Side {
            schema: &self.schema,
            names: &self.names,
            defaults,
        }
    }
}

#[cfg(test)]
mod tests {
    use apache_avro::reader::datum::GenericDatumReader;

    use super::*;

    fn encode(schema: &AvroSchema, value: &Value) -> Vec<u8> {
        let mut out = Vec::new();
        schema.encode(value, &mut out).unwrap();
        out
    }

    const LIST: &str = r#"{"type":"record","name":"L","namespace":"n","fields":[
        {"name":"v","type":"int"},{"name":"next","type":["null","L"]}]}"#;

    #[test]
    fn hostile_data_is_an_error() {
        let fails = |schema: &AvroSchema, bytes: &[u8], expected: DecodeError| match schema.decode(bytes, None) {
            Err(AvroError::Decode(error)) => assert_eq!(error, expected),
            other => panic!("{other:?}"),
        };
        let list = AvroSchema::parse(LIST).unwrap();
        // Each level: v = 0, branch 1; the last: branch 0.
        let nested = |levels: usize| [[0, 2].repeat(levels), vec![0, 0]].concat();
        assert!(list.decode(&nested(79), None).is_ok());
        assert!(list.decode(&nested(79), Some(&list)).is_ok());
        fails(&list, &nested(1_000_000), DecodeError::TooDeep);
        fails(&list, &[0, 2, 0], DecodeError::End);
        fails(&list, &[0, 6], DecodeError::Index(3));
        assert!(matches!(list.decode(&[0, 0, 0], None), Err(AvroError::Trailing(1))));
        let huge = [0xFE, 0xFF, 0xFF, 0xFF, 0x0F];
        for schema in [
            r#""string""#,
            r#""bytes""#,
            r#"{"type":"array","items":"null"}"#,
            r#"{"type":"map","values":"int"}"#,
        ] {
            fails(&AvroSchema::parse(schema).unwrap(), &huge, DecodeError::End);
        }
        fails(&AvroSchema::parse("\"string\"").unwrap(), &[1], DecodeError::Length);
        fails(&AvroSchema::parse("\"string\"").unwrap(), &[2, 0xFF], DecodeError::Utf8);
        fails(&AvroSchema::parse("\"boolean\"").unwrap(), &[2], DecodeError::Boolean);
        fails(
            &AvroSchema::parse("\"int\"").unwrap(),
            &[0xFE, 0xFF, 0xFF, 0xFF, 0x1F],
            DecodeError::Number,
        );
        fails(
            &AvroSchema::parse("\"long\"").unwrap(),
            &[0xFF; 11],
            DecodeError::Number,
        );
    }

    #[test]
    fn parts_without_bytes_are_counted_for_the_whole_value() {
        let decode = |schema: &str, bytes: &[u8]| AvroSchema::parse(schema).unwrap().decode(bytes, None);
        let refused = |schema: &str, bytes: &[u8]| match decode(schema, bytes) {
            Err(AvroError::Decode(DecodeError::TooManyParts)) => {}
            other => panic!("{:?}", other.map(|_| "a value")),
        };
        // 10,000 items in each block, which is what one block may hold.
        let blocks = |n: usize| [[0xA0, 0x9C, 0x01].repeat(n), vec![0]].concat();
        let array = |items: &str| format!(r#"{{"type":"array","items":{items}}}"#);
        let empty = r#"{"type":"record","name":"E","fields":[]}"#;
        let nothing = r#"{"type":"fixed","name":"F","size":0}"#;
        for items in [r#""null""#, empty, nothing] {
            assert!(decode(&array(items), &blocks(6)).is_ok());
            refused(&array(items), &blocks(7));
            refused(&array(items), &blocks(10_000));
        }
        // The items have bytes here, their fields have none.
        let nulls: Vec<String> = (0..100)
            .map(|i| format!(r#"{{"name":"n{i}","type":"null"}}"#))
            .collect();
        let wide = format!(
            r#"{{"type":"record","name":"W","fields":[{{"name":"b","type":"boolean"}},{}]}}"#,
            nulls.join(",")
        );
        let items = [vec![0xD0, 0x0F], vec![1; 1000], vec![0]].concat();
        refused(&array(&wide), &items);
        // So are long names, which each value repeats.
        let (name, symbol) = ("n".repeat(100_000), "s".repeat(100_000));
        let long = format!(r#"{{"type":"record","name":"L","fields":[{{"name":"{name}","type":"boolean"}}]}}"#);
        refused(&array(&long), &items);
        let symbols = format!(r#"{{"type":"enum","name":"S","symbols":["a","{symbol}"]}}"#);
        refused(&array(&symbols), &[&[0xD0, 0x0F][..], &[2; 1000], &[0]].concat());
        // As many nulls in optional fields as anyone likes.
        let sparse = r#"{"type":"record","name":"S","fields":[{"name":"x","type":["null","int"]}]}"#;
        let items = [vec![0x80, 0x89, 0x7A], vec![0; 1_000_000], vec![0]].concat();
        assert!(decode(&array(sparse), &items).is_ok());
    }

    #[test]
    fn same_values_as_the_crate() {
        let text = r#"{"type":"record","name":"R","fields":[
            {"name":"a","type":"boolean"},{"name":"b","type":"float"},{"name":"c","type":"double"},{"name":"d","type":"bytes"},
            {"name":"e","type":{"type":"enum","name":"E","symbols":["X","Y"]}},
            {"name":"f","type":{"type":"fixed","name":"F","size":3}},
            {"name":"g","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}},
            {"name":"h","type":{"type":"string","logicalType":"uuid"}},
            {"name":"i","type":{"type":"int","logicalType":"date"}},
            {"name":"j","type":{"type":"long","logicalType":"timestamp-micros"}},
            {"name":"k","type":{"type":"array","items":["null","E","string"]}},
            {"name":"l","type":{"type":"map","values":"long"}},
            {"name":"m","type":{"type":"bytes","logicalType":"big-decimal"}}]}"#;
        let schema = AvroSchema::parse(text).unwrap();
        let bytes = [
            &[1][..],
            &1.5_f32.to_le_bytes(),
            &(-2.5_f64).to_le_bytes(),
            &[4, 7, 8],
            &[2],
            &[1, 2, 3],
            &[4, 1, 0],
            &[72],
            b"00000000-0000-0000-0000-000000000001",
            &[3],
            &[0x80, 1],
            &[3, 8, 0, 2, 0, 2, 4, 2, b's', 0],
            &[2, 2, b'k', 5, 0],
            &[8, 4, 1, 2, 4],
        ]
        .concat();
        let ours = schema.decode(&bytes, None).unwrap();
        let theirs = GenericDatumReader::builder(schema.schema())
            .build()
            .unwrap()
            .read_value(&mut &bytes[..])
            .unwrap();
        assert_eq!(ours, theirs);
    }

    #[test]
    fn references_and_reader_schema() {
        let inner = r#"{"type":"record","name":"I","namespace":"n","fields":[{"name":"x","type":"int"}]}"#;
        let outer = r#"{"type":"record","name":"O","namespace":"n","fields":[{"name":"i","type":"I"}]}"#;
        let schema = AvroSchema::with_references(SchemaText::avro(outer), &[inner.to_owned()]).unwrap();
        assert_eq!(schema.record_name().as_deref(), Some("n.O"));
        let value = Value::Record(vec![("i".into(), Value::Record(vec![("x".into(), Value::Int(3))]))]);
        let bytes = encode(&schema, &value);
        assert_eq!(bytes, [6]);
        assert_eq!(schema.decode(&bytes, None).unwrap(), value);
        let wider = AvroSchema::parse(
            r#"{"type":"record","name":"O","namespace":"n","fields":[{"name":"i","type":{"type":"record","name":"I",
                "fields":[{"name":"x","type":"long"},{"name":"y","type":"string","default":"d"}]}}]}"#,
        );
        let read = schema.decode(&bytes, Some(&wider.unwrap())).unwrap();
        let inner = vec![("x".into(), Value::Long(3)), ("y".into(), Value::String("d".into()))];
        assert_eq!(read, Value::Record(vec![("i".into(), Value::Record(inner))]));
    }

    #[test]
    fn wrong_values_and_types_are_errors() {
        let schema = AvroSchema::parse("\"int\"").unwrap();
        assert!(matches!(
            schema.encode(&Value::String("x".into()), &mut Vec::new()),
            Err(AvroError::Encode(_))
        ));
        let json = SchemaText {
            schema_type: "JSON".into(),
            ..SchemaText::avro("{}")
        };
        assert!(matches!(
            AvroSchema::with_references(json, &[]),
            Err(AvroError::NotAvro(_))
        ));
        assert!(matches!(AvroSchema::parse("{"), Err(AvroError::Schema(_))));
    }
}
