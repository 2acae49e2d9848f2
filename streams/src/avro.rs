//! Avro serdes for topologies, whose calls are synchronous: schemas are fetched before records flow, not while.

use crate::serdes::{Serde, SerdeError, SerdeRef};
use ::serde::Serialize;
use ::serde::de::DeserializeOwned;
use bytes::Bytes;
use std::marker::PhantomData;
use std::sync::Arc;
use weir_serdes::avro::TryDecoded;
use weir_serdes::{AvroDeserializer, PreparedAvro};

struct Reader<T> {
    deserializer: Arc<AvroDeserializer>,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Serde<T> for Reader<T> {
    fn serialize(&self, _topic: &str, _value: &T) -> Result<Bytes, SerdeError> {
        Err(SerdeError(
            "this Avro serde reads only: use avro::writer for what is written".into(),
        ))
    }

    fn deserialize(&self, _topic: &str, bytes: &Bytes) -> Result<T, SerdeError> {
        match self.deserializer.try_deserialize(bytes) {
            Ok(TryDecoded::Value(decoded)) => {
                apache_avro::from_value(&decoded.value).map_err(|e| SerdeError(e.to_string()))
            }
            Ok(TryDecoded::Missing(id)) => Err(SerdeError(format!(
                "schema {id} was not loaded before the topology was started"
            ))),
            Err(e) => Err(SerdeError(e.to_string())),
        }
    }
}

/// Reads values of a topic; every schema that occurs must have been loaded ([`AvroDeserializer::load`]).
#[must_use]
pub fn reader<T: DeserializeOwned + 'static>(deserializer: Arc<AvroDeserializer>) -> SerdeRef<T> {
    Arc::new(Reader {
        deserializer,
        of: PhantomData,
    })
}

struct Writer<T> {
    prepared: Arc<PreparedAvro>,
    of: PhantomData<fn() -> T>,
}

impl<T: Serialize> Serde<T> for Writer<T> {
    fn serialize(&self, _topic: &str, value: &T) -> Result<Bytes, SerdeError> {
        let value = apache_avro::to_value(value).map_err(|e| SerdeError(e.to_string()))?;
        let value = value
            .resolve(self.prepared.schema().schema())
            .map_err(|e| SerdeError(e.to_string()))?;
        self.prepared
            .serialize(&value)
            .map(Bytes::from)
            .map_err(|e| SerdeError(e.to_string()))
    }

    fn deserialize(&self, _topic: &str, _bytes: &Bytes) -> Result<T, SerdeError> {
        Err(SerdeError(
            "this Avro serde writes only: use avro::reader for what is read".into(),
        ))
    }
}

/// Writes values under one registered schema.
#[must_use]
pub fn writer<T: Serialize + 'static>(prepared: Arc<PreparedAvro>) -> SerdeRef<T> {
    Arc::new(Writer {
        prepared,
        of: PhantomData,
    })
}

struct Both<T> {
    reader: SerdeRef<T>,
    writer: SerdeRef<T>,
}

impl<T> Serde<T> for Both<T> {
    fn serialize(&self, topic: &str, value: &T) -> Result<Bytes, SerdeError> {
        self.writer.serialize(topic, value)
    }

    fn deserialize(&self, topic: &str, bytes: &Bytes) -> Result<T, SerdeError> {
        self.reader.deserialize(topic, bytes)
    }
}

/// Reads and writes, as a table needs that keeps what it read.
#[must_use]
pub fn serde<T: Serialize + DeserializeOwned + 'static>(
    deserializer: Arc<AvroDeserializer>,
    prepared: Arc<PreparedAvro>,
) -> SerdeRef<T> {
    Arc::new(Both {
        reader: reader(deserializer),
        writer: writer(prepared),
    })
}
