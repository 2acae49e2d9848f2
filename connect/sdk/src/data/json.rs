//! Plain JSON views of values, for targets that speak JSON. (Connect's own JSON form with schemas is the runtime's JsonConverter.)

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json};

use super::value::Value;

impl Value {
    /// Structs and maps become objects, bytes base64, decimals text; dates and times stay numbers. Not-a-number and infinities become null.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Int8(v) => Json::from(*v),
            Self::Int16(v) => Json::from(*v),
            Self::Int32(v) | Self::Date(v) | Self::Time(v) => Json::from(*v),
            Self::Int64(v) | Self::Timestamp(v) => Json::from(*v),
            // Through text: 0.1f32 is 0.1, not 0.10000000149011612.
            Self::Float32(v) => Json::from(v.to_string().parse::<f64>().unwrap_or(f64::NAN)),
            Self::Float64(v) => Json::from(*v),
            Self::Boolean(v) => Json::from(*v),
            Self::String(v) => Json::from(v.as_str()),
            Self::Bytes(v) => Json::from(STANDARD.encode(v)),
            Self::Array(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(entries) => Json::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.to_key(), value.to_json()))
                    .collect(),
            ),
            Self::Struct(value) => {
                let names = value.schema().fields().iter().map(|field| field.name.clone());
                let values = value
                    .schema()
                    .fields()
                    .iter()
                    .map(|field| value.get(&field.name).map_or(Json::Null, Self::to_json));
                Json::Object(names.zip(values).collect::<Map<_, _>>())
            }
            Self::Decimal(v) => Json::from(v.to_string()),
        }
    }

    /// A map key as an object member's name: text as it is, anything else as its JSON.
    fn to_key(&self) -> String {
        self.as_str().map_or_else(|| self.to_json().to_string(), str::to_owned)
    }

    /// A one-line text: strings as they are, null empty, anything else as its JSON. For CSV cells, file lines, keys.
    pub fn to_text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::String(text) => text.clone(),
            Self::Decimal(number) => number.to_string(),
            other => other.to_json().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Decimal, Schema, Struct};

    #[test]
    fn every_type() {
        let schema = Schema::structure()
            .field("a", Schema::int32())
            .field("b", Schema::optional_string())
            .build();
        let inner = Struct::new(&schema).unwrap().with("a", 1).unwrap();
        let value = Value::Array(vec![
            inner.into(),
            vec![1u8, 2, 3].into(),
            0.1f32.into(),
            Decimal::new(125, 2).into(),
            Value::Map(vec![(1.into(), true.into())]),
            Value::Timestamp(5),
            f64::NAN.into(),
        ]);
        assert_eq!(
            value.to_json().to_string(),
            r#"[{"a":1,"b":null},"AQID",0.1,"1.25",{"1":true},5,null]"#
        );
        assert_eq!(Value::from("x").to_text(), "x");
        assert_eq!(Value::Null.to_text(), "");
    }
}
