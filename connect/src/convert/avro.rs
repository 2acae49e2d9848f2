//! `AvroConverter`: Avro with schemas in a registry, Confluent's class name and settings.
//!
//! Converting is a plain call on what is known; a schema that is new here is named as a lack, fetched, and the call repeated.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use weir_connect_sdk::{ConfigDef, ConfigKey, ConfigMap, ConnectError, Schema, SchemaAndValue};
use weir_serdes::avro::{SerializeError, TryDecoded};
use weir_serdes::{
    AvroDeserializer, AvroSchema, AvroSerializer, CachedRegistryClient, PreparedAvro, RegistryError,
    RestRegistryClient, SchemaRegistryClient, SerdeConfig, config,
};

use super::avro_names::Names;
use super::{ConvertError, Converter, ConverterClass, Lack, avro_schema, avro_value};

/// How the class is found.
pub const CLASS: ConverterClass = ConverterClass {
    class: "io.confluent.connect.avro.AvroConverter",
    def: || ConfigDef::from_keys(config::KEYS.iter().chain(&KEYS)),
    make: |settings, is_key| Ok(Box::new(AvroConverter::from_settings(settings, is_key)?)),
};

/// What the converter has beside the serialiser.
const KEYS: [ConfigKey; 1] = [ConfigKey::boolean("scrub.invalid.names")
    .default("false")
    .doc("Whether characters that Avro does not allow in names are replaced; otherwise such a name is an error.")];

/// Schemas of one kind that are remembered; at the limit the oldest goes.
const REMEMBERED: usize = 256;

type TopicAndText = (String, Arc<str>);

/// See the module.
pub struct AvroConverter {
    names: Names,
    serializer: AvroSerializer,
    deserializer: AvroDeserializer,
    /// The Avro text of a Connect schema.
    texts: Mutex<Vec<(Schema, Arc<str>)>>,
    /// What is ready to write, by topic and Avro text.
    prepared: Mutex<Vec<(TopicAndText, Arc<PreparedAvro>)>>,
    /// The Connect schema of a schema id.
    read: Mutex<Vec<(i32, Schema)>>,
}

fn remember<K, V>(list: &Mutex<Vec<(K, V)>>, key: K, value: V) {
    let mut list = list.lock();
    if list.len() >= REMEMBERED {
        list.remove(0);
    }
    list.push((key, value));
}

fn find<K, V: Clone>(list: &Mutex<Vec<(K, V)>>, is: impl Fn(&K) -> bool) -> Option<V> {
    list.lock()
        .iter()
        .find(|(key, _)| is(key))
        .map(|(_, value)| value.clone())
}

fn data_error(error: impl std::fmt::Display) -> ConnectError {
    ConnectError::Data(error.to_string())
}

fn registry_error(error: &RegistryError) -> ConnectError {
    if error.is_retriable() {
        ConnectError::Retriable(error.to_string())
    } else {
        data_error(error)
    }
}

impl AvroConverter {
    fn from_settings(settings: &ConfigMap, is_key: bool) -> Result<Self, ConnectError> {
        // Settings of Confluent's that have no meaning here come with every copied configuration.
        let parsed = (CLASS.def)().parse(settings.clone())?;
        let config = SerdeConfig::from_settings(&parsed).map_err(|error| ConnectError::Config(error.to_string()))?;
        let client = RestRegistryClient::new(&config.urls, config.timeout)
            .map_err(|error| ConnectError::Config(error.to_string()))?;
        Ok(Self::new(
            Arc::new(CachedRegistryClient::new(Arc::new(client))),
            config,
            is_key,
            if parsed.get("scrub.invalid.names")? {
                Names::Scrubbed
            } else {
                Names::AsGiven
            },
        ))
    }

    /// A converter on any registry client.
    pub fn new(client: Arc<dyn SchemaRegistryClient>, config: SerdeConfig, is_key: bool, names: Names) -> Self {
        Self {
            names,
            serializer: AvroSerializer::new(client.clone(), config, is_key),
            deserializer: AvroDeserializer::new(client),
            texts: Mutex::default(),
            prepared: Mutex::default(),
            read: Mutex::default(),
        }
    }

    fn avro_text(&self, schema: &Schema) -> Result<Arc<str>, ConnectError> {
        if let Some(text) = find(&self.texts, |known| known == schema) {
            return Ok(text);
        }
        let text: Arc<str> = avro_schema::to_avro(schema, self.names)?.into();
        remember(&self.texts, schema.clone(), text.clone());
        Ok(text)
    }
}

#[async_trait]
impl Converter for AvroConverter {
    fn to_bytes(&self, topic: &str, data: &SchemaAndValue) -> Result<Option<Vec<u8>>, ConvertError> {
        let Some(schema) = &data.schema else {
            return match data.value.is_null() {
                true => Ok(None),
                false => Err(data_error("AvroConverter needs data with a schema, this has none").into()),
            };
        };
        if data.value.is_null() && schema.default_value().is_none() {
            return Ok(None);
        }
        let text = self.avro_text(schema)?;
        let Some(prepared) = find(&self.prepared, |(t, known)| t == topic && *known == text) else {
            return Err(ConvertError::Lacks(Lack::SchemaToWrite {
                topic: topic.to_owned(),
                schema: text,
            }));
        };
        let value = avro_value::to_avro(schema, &data.value, self.names)?;
        Ok(Some(prepared.serialize(&value).map_err(data_error)?))
    }

    fn to_data(&self, _topic: &str, bytes: Option<&[u8]>) -> Result<SchemaAndValue, ConvertError> {
        let Some(bytes) = bytes else {
            return Ok(SchemaAndValue::null());
        };
        let decoded = match self.deserializer.try_deserialize(bytes).map_err(data_error)? {
            TryDecoded::Value(decoded) => decoded,
            TryDecoded::Missing(id) => return Err(ConvertError::Lacks(Lack::SchemaToRead(id))),
        };
        let schema = match find(&self.read, |id| *id == decoded.id) {
            Some(schema) => schema,
            None => {
                let schema = avro_schema::to_connect(&decoded.schema.text().schema)?;
                remember(&self.read, decoded.id, schema.clone());
                schema
            }
        };
        let value = avro_value::to_connect(&schema, decoded.value)?;
        Ok(SchemaAndValue {
            schema: Some(schema),
            value,
        })
    }

    async fn fetch(&self, lack: &Lack) -> Result<(), ConnectError> {
        match lack {
            Lack::SchemaToRead(id) => {
                let loaded = self.deserializer.load(*id).await;
                loaded.map(|_| ()).map_err(|error| match &error {
                    weir_serdes::avro::DeserializeError::Registry { source, .. } => registry_error(source),
                    _ => data_error(&error),
                })
            }
            Lack::SchemaToWrite { topic, schema } => {
                let parsed = Arc::new(AvroSchema::parse(schema).map_err(data_error)?);
                let prepared = self
                    .serializer
                    .prepare(topic, &parsed)
                    .await
                    .map_err(|error| match &error {
                        SerializeError::Registry(source) => registry_error(source),
                        _ => data_error(&error),
                    })?;
                remember(&self.prepared, (topic.clone(), schema.clone()), prepared);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use weir_connect_sdk::data::Decimal;
    use weir_connect_sdk::{Struct, Value};
    use weir_serdes::MemoryRegistry;

    use super::*;

    async fn bytes(converter: &AvroConverter, data: &SchemaAndValue) -> Result<Option<Vec<u8>>, ConnectError> {
        loop {
            match converter.to_bytes("t", data) {
                Ok(bytes) => return Ok(bytes),
                Err(ConvertError::Data(error)) => return Err(error),
                Err(ConvertError::Lacks(lack)) => converter.fetch(&lack).await?,
            }
        }
    }

    async fn data(converter: &AvroConverter, bytes: &[u8]) -> Result<SchemaAndValue, ConnectError> {
        loop {
            match converter.to_data("t", Some(bytes)) {
                Ok(data) => return Ok(data),
                Err(ConvertError::Data(error)) => return Err(error),
                Err(ConvertError::Lacks(lack)) => converter.fetch(&lack).await?,
            }
        }
    }

    #[tokio::test]
    async fn there_and_back() {
        let registry = Arc::new(MemoryRegistry::new());
        let converter = AvroConverter::new(registry.clone(), SerdeConfig::default(), false, Names::AsGiven);
        let inner = Schema::structure()
            .name("n.Inner")
            .field("x", Schema::float32())
            .build()
            .to_optional();
        let schema = Schema::structure()
            .field("id", Schema::int8())
            .field("price", Schema::decimal(2).build())
            .field("at", Schema::timestamp().optional().build())
            .field("none", Schema::optional_string())
            .field("inner", inner.clone())
            .field("map", Schema::map(Schema::string(), Schema::int64()).build())
            .field("odd", Schema::map(Schema::int32(), Schema::optional_boolean()).build())
            .field("list", Schema::array(Schema::bytes()).build())
            .build();
        let mut value = Struct::new(&schema).unwrap();
        value
            .put("id", 5i8)
            .unwrap()
            .put("price", Decimal::new(-125, 2))
            .unwrap()
            .put("at", Value::Timestamp(9))
            .unwrap();
        value
            .put("inner", Struct::new(&inner).unwrap().with("x", 0.5f32).unwrap())
            .unwrap();
        value
            .put(
                "map",
                Value::Map(vec![("a".into(), 1i64.into()), ("b".into(), 2i64.into())]),
            )
            .unwrap();
        value
            .put(
                "odd",
                Value::Map(vec![(7.into(), Value::Null), (8.into(), true.into())]),
            )
            .unwrap();
        value.put("list", Value::Array(vec![vec![1u8, 2].into()])).unwrap();
        let original = SchemaAndValue::from(value);
        let written = bytes(&converter, &original).await.unwrap().unwrap();
        assert_eq!(written[..5], [0, 0, 0, 0, 1]);
        assert_eq!(registry.subjects(), [("t-value".to_owned(), 1)].into());
        let fresh = AvroConverter::new(registry, SerdeConfig::default(), false, Names::AsGiven);
        assert_eq!(data(&fresh, &written).await.unwrap(), original);
    }

    #[tokio::test]
    async fn tombstones_and_errors() {
        let converter = AvroConverter::new(
            Arc::new(MemoryRegistry::new()),
            SerdeConfig::default(),
            true,
            Names::AsGiven,
        );
        assert_eq!(bytes(&converter, &SchemaAndValue::null()).await.unwrap(), None);
        assert_eq!(converter.to_data("t", None).unwrap(), SchemaAndValue::null());
        let error = bytes(&converter, &serde_json::json!({"a": 1}).into())
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "AvroConverter needs data with a schema, this has none"
        );
        assert!(data(&converter, b"\x01abcdef").await.is_err(), "wrong magic");
        assert!(data(&converter, &[0, 0, 0, 0, 99, 1]).await.is_err(), "unknown id");
        let bad_name = Schema::structure()
            .name("not a name")
            .field("x", Schema::int8())
            .build();
        let value = Struct::new(&bad_name).unwrap().with("x", 1i8).unwrap();
        assert!(bytes(&converter, &value.into()).await.is_err());
    }

    #[tokio::test]
    async fn names_are_scrubbed_where_that_is_wanted() {
        let registry = Arc::new(MemoryRegistry::new());
        let converter = AvroConverter::new(registry, SerdeConfig::default(), false, Names::Scrubbed);
        let schema = Schema::structure()
            .name("My Row")
            .field("my name", Schema::int8())
            .build();
        let value = Struct::new(&schema).unwrap().with("my name", 1i8).unwrap();
        let written = bytes(&converter, &value.into()).await.unwrap().unwrap();
        let read = data(&converter, &written).await.unwrap();
        let read_schema = read.schema.unwrap();
        assert_eq!(read_schema.fields()[0].name, "my_name");
        assert_eq!(read.value.to_json(), serde_json::json!({"my_name": 1}));
    }
}
