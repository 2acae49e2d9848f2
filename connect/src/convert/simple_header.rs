//! `SimpleHeaderConverter`, the default for headers: values as plain text, types guessed on the way back.
//!
//! Scalars are guessed as Connect's `Values.parseString` does. Arrays and maps stay strings on the way back: their grammar there is
//! Connect's own, and nothing in a sink relies on it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use weir_connect_sdk::{ConnectError, Schema, SchemaAndValue, Value};

use super::HeaderConverter;
use crate::java;

/// The class.
pub const CLASS: &str = "org.apache.kafka.connect.storage.SimpleHeaderConverter";

/// See the module.
pub struct SimpleHeaderConverter;

impl HeaderConverter for SimpleHeaderConverter {
    fn header_to_bytes(&self, _topic: &str, data: &SchemaAndValue) -> Result<Option<Vec<u8>>, ConnectError> {
        if data.value.is_null() {
            return Ok(None);
        }
        let mut out = String::new();
        append(&mut out, &data.value, false);
        Ok(Some(out.into_bytes()))
    }

    fn header_to_data(&self, _topic: &str, bytes: Option<&[u8]>) -> Result<SchemaAndValue, ConnectError> {
        Ok(bytes.map_or_else(SchemaAndValue::null, |bytes| guess(&String::from_utf8_lossy(bytes))))
    }
}

fn append(out: &mut String, value: &Value, embedded: bool) {
    let text = |out: &mut String, text: &str| match embedded {
        true => out.push_str(&format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))),
        false => out.push_str(text),
    };
    match value {
        Value::Null => out.push_str("null"),
        Value::String(v) => text(out, v),
        Value::Bytes(v) => text(out, &STANDARD.encode(v)),
        Value::Float32(v) => out.push_str(&java::float(*v)),
        Value::Float64(v) => out.push_str(&java::double(*v)),
        Value::Decimal(v) => out.push_str(&java::big_decimal(v)),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                append(out, item, true);
            }
            out.push(']');
        }
        Value::Map(entries) => members(out, entries.iter().map(|(key, value)| (key.clone(), value))),
        Value::Struct(inner) => {
            let fields = inner.schema().fields().iter();
            members(
                out,
                fields.map(|field| {
                    (
                        Value::from(field.name.as_str()),
                        inner.get(&field.name).unwrap_or(&Value::Null),
                    )
                }),
            );
        }
        Value::Date(days) => out.push_str(&date_text(i64::from(*days) * 86_400_000)),
        Value::Time(ms) => out.push_str(&date_text(i64::from(*ms))),
        Value::Timestamp(ms) => out.push_str(&date_text(*ms)),
        other => out.push_str(&other.to_text()),
    }
}

fn members<'a>(out: &mut String, entries: impl Iterator<Item = (Value, &'a Value)>) {
    out.push('{');
    for (at, (key, value)) in entries.enumerate() {
        out.push_str(if at == 0 { "" } else { "," });
        append(out, &key, true);
        out.push(':');
        append(out, value, true);
    }
    out.push('}');
}

/// `dateFormatFor`: within the first day a time, at midnight a date, else a timestamp.
fn date_text(ms: i64) -> String {
    let (days, of_day) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    let (year, month, day) = civil(days);
    let (h, m, s, milli) = (
        of_day / 3_600_000,
        of_day / 60_000 % 60,
        of_day / 1000 % 60,
        of_day % 1000,
    );
    match () {
        () if ms < 86_400_000 => format!("{h:02}:{m:02}:{s:02}.{milli:03}Z"),
        () if of_day == 0 => format!("{year:04}-{month:02}-{day:02}"),
        () => format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{milli:03}Z"),
    }
}

/// Year, month and day of a day since 1970-01-01 in the Gregorian calendar (400-year eras of 146097 days, years from March).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn guess(text: &str) -> SchemaAndValue {
    match text {
        "null" => return SchemaAndValue::null(),
        "true" | "false" => return (text == "true").into(),
        _ => {}
    }
    let plain_number = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E'));
    if plain_number && let Ok(number) = text.parse::<i64>() {
        return smallest(number);
    }
    if plain_number
        && text.contains(['.', 'e', 'E'])
        && let Ok(number) = text.parse::<f32>()
    {
        return if number.is_finite() {
            number.into()
        } else {
            text.parse::<f64>().map_or_else(|_| text.into(), SchemaAndValue::from)
        };
    }
    let unquoted = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|_| text.len() > 1);
    SchemaAndValue::new(Schema::string(), unquoted.unwrap_or(text))
}

fn smallest(number: i64) -> SchemaAndValue {
    if let Ok(v) = i8::try_from(number) {
        v.into()
    } else if let Ok(v) = i16::try_from(number) {
        v.into()
    } else if let Ok(v) = i32::try_from(number) {
        v.into()
    } else {
        number.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: Value) -> String {
        String::from_utf8(
            SimpleHeaderConverter
                .header_to_bytes("t", &SchemaAndValue::schemaless(value))
                .unwrap()
                .unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn to_text() {
        assert_eq!(text("a \"b\"".into()), "a \"b\"");
        assert_eq!(
            text(Value::Array(vec!["a \"b\"".into(), 1.into(), Value::Null])),
            r#"["a \"b\"",1,null]"#
        );
        assert_eq!(text(Value::Map(vec![("k".into(), 1.5.into())])), r#"{"k":1.5}"#);
        assert_eq!(text(Value::Date(19_000)), "2022-01-08");
        assert_eq!(text(Value::Timestamp(1_641_600_000_001)), "2022-01-08T00:00:00.001Z");
        assert_eq!(text(Value::Time(61_000)), "00:01:01.000Z");
        assert_eq!(
            SimpleHeaderConverter
                .header_to_bytes("t", &SchemaAndValue::null())
                .unwrap(),
            None
        );
    }

    #[test]
    fn types_are_guessed() {
        let guess = |text: &str| {
            SimpleHeaderConverter
                .header_to_data("t", Some(text.as_bytes()))
                .unwrap()
        };
        assert_eq!(guess("1"), 1i8.into());
        assert_eq!(guess("300"), 300i16.into());
        assert_eq!(guess("70000"), 70_000i32.into());
        assert_eq!(guess("-5000000000"), (-5_000_000_000i64).into());
        assert_eq!(guess("1.5"), 1.5f32.into());
        assert_eq!(guess("true"), true.into());
        assert_eq!(guess("null"), SchemaAndValue::null());
        assert_eq!(guess("hello"), "hello".into());
        assert_eq!(guess("\"1\""), "1".into());
    }

    proptest::proptest! {
        #[test]
        fn any_header_is_survived(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40), days in proptest::prelude::any::<i32>()) {
            let data = SimpleHeaderConverter.header_to_data("t", Some(&bytes)).unwrap();
            proptest::prop_assert!(SimpleHeaderConverter.header_to_bytes("t", &data).is_ok());
            proptest::prop_assert!(!text(Value::Date(days)).is_empty());
        }
    }
}
