//! Bytes to values.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use apache_avro::types::Value;
use parking_lot::Mutex;

use super::schema::{AvroError, AvroSchema};
use crate::client::{RegistryError, SchemaReference, SchemaRegistryClient, SchemaText};
use crate::frame::{self, FrameError};

/// Parsed schemas that are kept; at the limit they are forgotten and fetched again.
const MAX_SCHEMAS: usize = 10_000;
/// Most schemas that one schema may refer to, directly or not.
const MAX_REFERENCES: usize = 1_000;

/// Why bytes were not deserialised.
#[derive(Debug, thiserror::Error)]
pub enum DeserializeError {
    /// No schema id.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The registry refused or is away.
    #[error("schema {id}: {source}")]
    Registry {
        /// The id in the record.
        id: i32,
        /// The cause.
        source: RegistryError,
    },
    /// The bytes or the schema are wrong.
    #[error("schema {id}: {source}")]
    Avro {
        /// The id in the record.
        id: i32,
        /// The cause.
        source: AvroError,
    },
}

/// A deserialised value with the schema it was written with.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// Id of the writer's schema.
    pub id: i32,
    /// The writer's schema.
    pub schema: Arc<AvroSchema>,
    /// The value: of the reader's schema if the deserialiser has one, else of the writer's.
    pub value: Value,
}

/// What [`AvroDeserializer::try_deserialize`] came to.
#[derive(Debug)]
pub enum TryDecoded {
    /// A value.
    Value(Decoded),
    /// The schema with this id must be [loaded](AvroDeserializer::load) first.
    Missing(i32),
}

/// Deserialises records into values of `apache_avro`.
pub struct AvroDeserializer {
    client: Arc<dyn SchemaRegistryClient>,
    reader: Option<Arc<AvroSchema>>,
    schemas: Mutex<HashMap<i32, Arc<AvroSchema>>>,
}

impl AvroDeserializer {
    /// A deserialiser that gives values as they were written.
    pub fn new(client: Arc<dyn SchemaRegistryClient>) -> AvroDeserializer {
        AvroDeserializer {
            client,
            reader: None,
            schemas: Mutex::default(),
        }
    }

    /// Gives values of this schema instead, whatever compatible schema they were written with.
    #[must_use]
    pub fn with_reader(mut self, reader: Arc<AvroSchema>) -> AvroDeserializer {
        self.reader = Some(reader);
        self
    }

    /// The value in a record's key or value; fetches the schema when it is new here. (A tombstone has no bytes to give.)
    pub async fn deserialize(&self, bytes: &[u8]) -> Result<Decoded, DeserializeError> {
        let (id, payload) = frame::split(bytes)?;
        let schema = self.load(id).await?;
        self.decode(id, schema, payload)
    }

    /// The same without the registry: if the schema is not here yet, says which one must be loaded.
    pub fn try_deserialize(&self, bytes: &[u8]) -> Result<TryDecoded, DeserializeError> {
        let (id, payload) = frame::split(bytes)?;
        let known = self.schemas.lock().get(&id).cloned();
        match known {
            Some(schema) => self.decode(id, schema, payload).map(TryDecoded::Value),
            None => Ok(TryDecoded::Missing(id)),
        }
    }

    /// The parsed schema with this id, fetched if it is new here.
    pub async fn load(&self, id: i32) -> Result<Arc<AvroSchema>, DeserializeError> {
        let known = self.schemas.lock().get(&id).cloned();
        if let Some(schema) = known {
            return Ok(schema);
        }
        let text = self
            .client
            .schema_by_id(id)
            .await
            .map_err(|source| DeserializeError::Registry { id, source })?;
        let schema = load(self.client.as_ref(), &text).await.map_err(|error| match error {
            LoadError::Registry(source) => DeserializeError::Registry { id, source },
            LoadError::Avro(source) => DeserializeError::Avro { id, source },
        })?;
        let schema = Arc::new(schema);
        let mut schemas = self.schemas.lock();
        if schemas.len() >= MAX_SCHEMAS {
            schemas.clear();
        }
        schemas.insert(id, schema.clone());
        Ok(schema)
    }

    fn decode(&self, id: i32, schema: Arc<AvroSchema>, payload: &[u8]) -> Result<Decoded, DeserializeError> {
        let value = schema.decode(payload, self.reader.as_deref());
        let value = value.map_err(|source| DeserializeError::Avro { id, source })?;
        Ok(Decoded { id, schema, value })
    }
}

/// Why a schema could not be fetched with its references.
pub(super) enum LoadError {
    Registry(RegistryError),
    Avro(AvroError),
}

/// Parses a registered schema; fetches what it refers to.
pub(super) async fn load(client: &dyn SchemaRegistryClient, text: &SchemaText) -> Result<AvroSchema, LoadError> {
    let mut found: Vec<String> = Vec::new();
    let mut seen: HashSet<(String, i32)> = HashSet::new();
    // Depth first; a schema's text comes behind those that it refers to.
    let mut open: Vec<Step> = text.references.iter().rev().cloned().map(Step::Fetch).collect();
    while let Some(step) = open.pop() {
        let reference = match step {
            Step::Fetch(reference) => reference,
            Step::Add(text) => {
                found.push(text);
                continue;
            }
        };
        if !seen.insert((reference.subject.clone(), reference.version)) {
            continue;
        }
        if seen.len() > MAX_REFERENCES {
            let reason = format!("a schema refers to more than {MAX_REFERENCES} others");
            return Err(LoadError::Registry(RegistryError::Answer { reason }));
        }
        let version = client
            .version(&reference.subject, Some(reference.version))
            .await
            .map_err(LoadError::Registry)?;
        open.push(Step::Add(version.schema.schema.clone()));
        open.extend(version.schema.references.iter().rev().cloned().map(Step::Fetch));
    }
    AvroSchema::with_references(text.clone(), &found).map_err(LoadError::Avro)
}

enum Step {
    Fetch(SchemaReference),
    Add(String),
}
