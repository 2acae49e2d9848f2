//! Values to bytes.

use std::collections::HashMap;
use std::sync::Arc;

use apache_avro::types::Value;
use parking_lot::Mutex;

use super::deserializer::{LoadError, load};
use super::schema::{AvroError, AvroSchema};
use crate::client::{RegistryError, SchemaRegistryClient};
use crate::config::SerdeConfig;
use crate::frame;
use crate::subject::NoRecordName;

/// Prepared schemas that are kept; at the limit they are forgotten and prepared again.
const MAX_PREPARED: usize = 10_000;

/// Why a value was not serialised.
#[derive(Debug, thiserror::Error)]
pub enum SerializeError {
    /// The registry refused or is away.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The value or a schema is wrong.
    #[error(transparent)]
    Avro(#[from] AvroError),
    /// The subject has no name.
    #[error(transparent)]
    Subject(#[from] NoRecordName),
}

impl From<LoadError> for SerializeError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Registry(error) => SerializeError::Registry(error),
            LoadError::Avro(error) => SerializeError::Avro(error),
        }
    }
}

/// Serialises values of `apache_avro` for one side (key or value) of records.
pub struct AvroSerializer {
    client: Arc<dyn SchemaRegistryClient>,
    config: SerdeConfig,
    is_key: bool,
    prepared: Mutex<HashMap<(String, u64), Arc<PreparedAvro>>>,
}

/// A schema with its id: all that serialising a record needs.
#[derive(Debug)]
pub struct PreparedAvro {
    id: i32,
    schema: Arc<AvroSchema>,
    /// The schema that values have, if they must be brought into `schema` (`use.latest.version`).
    from: Option<Arc<AvroSchema>>,
}

impl AvroSerializer {
    /// A serialiser that asks `client`; wrap it in a [`CachedRegistryClient`](crate::client::CachedRegistryClient) if several
    /// serialisers share it.
    pub fn new(client: Arc<dyn SchemaRegistryClient>, config: SerdeConfig, is_key: bool) -> AvroSerializer {
        AvroSerializer {
            client,
            config,
            is_key,
            prepared: Mutex::default(),
        }
    }

    /// The bytes for a record of `topic`. Registers or looks up the schema when it is new here.
    pub async fn serialize(
        &self,
        topic: &str,
        schema: &Arc<AvroSchema>,
        value: &Value,
    ) -> Result<Vec<u8>, SerializeError> {
        Ok(self.prepare(topic, schema).await?.serialize(value)?)
    }

    /// Does what needs the registry; the result serialises records of this topic and schema without it.
    pub async fn prepare(&self, topic: &str, schema: &Arc<AvroSchema>) -> Result<Arc<PreparedAvro>, SerializeError> {
        let strategy = self.config.strategy(self.is_key);
        let subject = strategy.subject(topic, self.is_key, schema.record_name().as_deref())?;
        let key = (subject, schema.serial());
        let known = self.prepared.lock().get(&key).cloned();
        if let Some(prepared) = known {
            return Ok(prepared);
        }
        let (subject, normalize) = (key.0.as_str(), self.config.normalize);
        let prepared = if self.config.auto_register {
            let id = self.client.register(subject, schema.text(), normalize).await?;
            PreparedAvro {
                id,
                schema: schema.clone(),
                from: None,
            }
        } else if self.config.use_latest {
            let latest = self.client.version(subject, None).await?;
            let (own, schema) = (
                schema.clone(),
                Arc::new(load(self.client.as_ref(), &latest.schema).await?),
            );
            // A newer version may come at any time: the client's cache decides when to ask again.
            return Ok(Arc::new(PreparedAvro {
                id: latest.id,
                schema,
                from: Some(own),
            }));
        } else {
            let found = self.client.lookup(subject, schema.text(), normalize).await?;
            PreparedAvro {
                id: found.id,
                schema: schema.clone(),
                from: None,
            }
        };
        let prepared = Arc::new(prepared);
        let mut cache = self.prepared.lock();
        if cache.len() >= MAX_PREPARED {
            cache.clear();
        }
        cache.insert(key, prepared.clone());
        Ok(prepared)
    }
}

impl PreparedAvro {
    /// Id of the schema in the registry.
    pub fn id(&self) -> i32 {
        self.id
    }

    /// The schema that is written with.
    pub fn schema(&self) -> &Arc<AvroSchema> {
        &self.schema
    }

    /// The prefix and the encoded value.
    pub fn serialize(&self, value: &Value) -> Result<Vec<u8>, AvroError> {
        let mut out = frame::prefix(self.id).to_vec();
        if let Some(from) = &self.from {
            let mut own = Vec::new();
            from.encode(value, &mut own)?;
            self.schema.encode(&from.decode(&own, Some(&self.schema))?, &mut out)?;
        } else {
            self.schema.encode(value, &mut out)?;
        }
        Ok(out)
    }
}
