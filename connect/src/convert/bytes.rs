//! `ByteArrayConverter`: bytes as they are.

use weir_connect_sdk::data::Type;
use weir_connect_sdk::{ConfigDef, ConnectError, Schema, SchemaAndValue, Value};

use super::{ConvertError, Converter, ConverterClass, headers_like_values};

/// See the module.
pub struct ByteArrayConverter;

/// How the class is found.
pub const CLASS: ConverterClass = ConverterClass {
    class: "org.apache.kafka.connect.converters.ByteArrayConverter",
    def: ConfigDef::new,
    make: |_, _| Ok(Box::new(ByteArrayConverter)),
};

impl Converter for ByteArrayConverter {
    fn to_bytes(&self, _topic: &str, data: &SchemaAndValue) -> Result<Option<Vec<u8>>, ConvertError> {
        if let Some(schema) = data.schema.as_ref().filter(|schema| schema.kind() != Type::Bytes) {
            return Err(ConnectError::Data(format!(
                "Invalid schema type for ByteArrayConverter: {}",
                schema.kind().name()
            ))
            .into());
        }
        match &data.value {
            Value::Null => Ok(None),
            Value::Bytes(bytes) => Ok(Some(bytes.clone())),
            other => Err(ConnectError::Data(format!(
                "ByteArrayConverter is not compatible with objects of type class {}",
                other.java_class()
            ))
            .into()),
        }
    }

    fn to_data(&self, _topic: &str, bytes: Option<&[u8]>) -> Result<SchemaAndValue, ConvertError> {
        Ok(SchemaAndValue::new(Schema::optional_bytes(), bytes.map(<[u8]>::to_vec)))
    }
}

headers_like_values!(ByteArrayConverter);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_only() {
        let data = ByteArrayConverter.to_data("t", Some(b"x")).unwrap();
        assert_eq!(
            ByteArrayConverter.to_bytes("t", &data).unwrap().as_deref(),
            Some(&b"x"[..])
        );
        assert_eq!(ByteArrayConverter.to_bytes("t", &SchemaAndValue::null()).unwrap(), None);
        assert!(ByteArrayConverter.to_bytes("t", &SchemaAndValue::from("text")).is_err());
    }
}
