//! A record's bytes as something to look at: Avro through the registry, JSON, text, else hexadecimal.

use apache_avro::types::Value as Avro;
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value as Json};
use weir_serdes::AvroDeserializer;

/// Longest text that is shown, in bytes; what lies behind is cut.
const MAX_TEXT: usize = 64 << 10;
/// Most bytes that are shown in hexadecimal.
const MAX_HEX: usize = 4 << 10;

/// What kind of thing the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// No value at all.
    Null,
    /// No bytes.
    Empty,
    Json,
    Text,
    Avro,
    /// Anything else.
    Binary,
}

/// A key or value to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    pub format: Format,
    /// JSON as it was written (Avro as JSON), text as it is, binary as hexadecimal.
    pub text: String,
    /// All its bytes, shown or not.
    pub size: usize,
    /// Whether `text` is only the beginning.
    pub truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_id: Option<i32>,
    /// Why something that looks like Avro is shown as binary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Looks at bytes.
pub async fn show(bytes: Option<&[u8]>, avro: Option<&AvroDeserializer>) -> Shown {
    let Some(bytes) = bytes else {
        return plain(Format::Null, String::new(), 0);
    };
    let size = bytes.len();
    // Confluent's frame: 0, four bytes of schema id, data.
    if let ([0, _, _, _, _, ..], Some(avro)) = (bytes, avro) {
        return match avro.deserialize(bytes).await {
            Ok(decoded) => Shown {
                schema_id: Some(decoded.id),
                ..plain(Format::Avro, json_of(decoded.value).to_string(), size)
            },
            Err(error) => Shown {
                problem: Some(error.to_string()),
                ..hex(bytes)
            },
        };
    }
    match std::str::from_utf8(bytes) {
        Ok("") => plain(Format::Empty, String::new(), 0),
        Ok(text) if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) => hex(bytes),
        Ok(text) => {
            let structured = text.trim_start().starts_with(['{', '[']);
            let json = structured && serde_json::from_str::<IgnoredAny>(text).is_ok();
            plain(if json { Format::Json } else { Format::Text }, text.to_owned(), size)
        }
        Err(_) => hex(bytes),
    }
}

fn plain(format: Format, mut text: String, size: usize) -> Shown {
    let truncated = text.len() > MAX_TEXT;
    if truncated {
        text.truncate(text.floor_char_boundary(MAX_TEXT));
        // Else the room of what is cut stays taken.
        text.shrink_to_fit();
    }
    Shown {
        format,
        text,
        size,
        truncated,
        schema_id: None,
        problem: None,
    }
}

fn hex(bytes: &[u8]) -> Shown {
    let truncated = bytes.len() > MAX_HEX;
    let text = digits(bytes.iter().take(MAX_HEX));
    Shown {
        truncated,
        ..plain(Format::Binary, text, bytes.len())
    }
}

fn digits<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> String {
    let pairs: Vec<String> = bytes.into_iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(" ")
}

/// Avro as plain JSON: unions without the branch's name, dates and times as the numbers they are, bytes as text where they are
/// text and as hexadecimal where not, decimals as the hexadecimal of their unscaled number.
fn json_of(value: Avro) -> Json {
    match value {
        Avro::Null => Json::Null,
        Avro::Boolean(value) => value.into(),
        Avro::Int(value) | Avro::Date(value) | Avro::TimeMillis(value) => value.into(),
        Avro::Long(value)
        | Avro::TimeMicros(value)
        | Avro::TimestampMillis(value)
        | Avro::TimestampMicros(value)
        | Avro::TimestampNanos(value)
        | Avro::LocalTimestampMillis(value)
        | Avro::LocalTimestampMicros(value)
        | Avro::LocalTimestampNanos(value) => value.into(),
        // As its shortest text: 0.1, not 0.10000000149.
        Avro::Float(value) => number(value.to_string().parse().unwrap_or(f64::from(value))),
        Avro::Double(value) => number(value),
        Avro::String(value) | Avro::Enum(_, value) => value.into(),
        Avro::Bytes(bytes) | Avro::Fixed(_, bytes) => match String::from_utf8(bytes) {
            Ok(text) if !text.chars().any(char::is_control) => text.into(),
            Ok(text) => digits(text.as_bytes()).into(),
            Err(error) => digits(error.as_bytes()).into(),
        },
        Avro::Union(_, value) => json_of(*value),
        Avro::Array(values) => values.into_iter().map(json_of).collect(),
        Avro::Map(values) => {
            // Sorted: the map has no order of its own.
            let mut values: Vec<_> = values.into_iter().collect();
            values.sort_by(|a, b| a.0.cmp(&b.0));
            object(values)
        }
        Avro::Record(fields) => object(fields),
        Avro::Decimal(decimal) => match <Vec<u8>>::try_from(&decimal) {
            Ok(bytes) => digits(&bytes).into(),
            Err(error) => error.to_string().into(),
        },
        Avro::BigDecimal(value) => value.to_string().into(),
        Avro::Duration(value) => {
            let bytes: [u8; 12] = value.into();
            digits(&bytes).into()
        }
        Avro::Uuid(value) => value.to_string().into(),
    }
}

fn object(fields: Vec<(String, Avro)>) -> Json {
    let fields: Map<String, Json> = fields.into_iter().map(|(name, value)| (name, json_of(value))).collect();
    Json::Object(fields)
}

/// JSON has no infinities.
fn number(value: f64) -> Json {
    serde_json::Number::from_f64(value).map_or_else(|| value.to_string().into(), Json::Number)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use weir_serdes::{AvroSchema, MemoryRegistry, SchemaRegistryClient as _, SchemaText};

    use super::*;

    async fn formatted(bytes: Option<&[u8]>) -> (Format, String) {
        let shown = show(bytes, None).await;
        (shown.format, shown.text)
    }

    #[tokio::test]
    async fn formats() {
        assert_eq!(formatted(None).await, (Format::Null, String::new()));
        assert_eq!(formatted(Some(b"")).await, (Format::Empty, String::new()));
        let big = br#" {"n":12345678901234567890123}"#;
        assert_eq!(
            formatted(Some(big)).await,
            (Format::Json, r#" {"n":12345678901234567890123}"#.into()),
            "numbers keep their digits"
        );
        assert_eq!(formatted(Some(b"{oops")).await, (Format::Text, "{oops".into()));
        assert_eq!(
            formatted(Some(&[0, 0, 0, 0, 42])).await,
            (Format::Binary, "00 00 00 00 2a".into())
        );
        assert_eq!(formatted(Some(&[0xff, 0xfe])).await, (Format::Binary, "ff fe".into()));
        let long = show(Some("é".repeat(MAX_TEXT).as_bytes()), None).await;
        assert!(long.truncated && long.text.capacity() <= MAX_TEXT && long.size == 2 * MAX_TEXT);
    }

    #[tokio::test]
    async fn avro_and_what_only_looks_like_it() {
        let text = r#"{"type":"record","name":"R","fields":[{"name":"n","type":["null","long"]},{"name":"f","type":"float"}]}"#;
        let registry = Arc::new(MemoryRegistry::new());
        let id = registry
            .register("r-value", &SchemaText::avro(text), false)
            .await
            .unwrap();
        let record = Avro::Record(vec![
            ("n".into(), Avro::Union(1, Box::new(Avro::Long(i64::MAX)))),
            ("f".into(), Avro::Float(0.1)),
        ]);
        let mut bytes = weir_serdes::frame::prefix(id).to_vec();
        AvroSchema::parse(text).unwrap().encode(&record, &mut bytes).unwrap();
        let avro = AvroDeserializer::new(registry);
        let shown = show(Some(&bytes), Some(&avro)).await;
        assert_eq!((shown.format, shown.schema_id), (Format::Avro, Some(id)));
        assert_eq!(shown.text, r#"{"n":9223372036854775807,"f":0.1}"#);
        let unknown = show(Some(&[0, 0, 0, 9, 9, 1]), Some(&avro)).await;
        assert_eq!(unknown.format, Format::Binary);
        assert!(unknown.problem.unwrap().contains("2313"));
    }
}
