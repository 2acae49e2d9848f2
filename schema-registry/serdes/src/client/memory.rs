//! A registry in memory, for tests of serialisers and converters: ids and versions as a real one gives them, no rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;

use super::door::{RegistryError, SchemaRegistryClient, SchemaText, SchemaVersion};

/// A registry without a server. Schemas are the same if their texts are; compatibility is not checked.
#[derive(Debug, Default)]
pub struct MemoryRegistry {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Index + 1 is the id.
    schemas: Vec<Arc<SchemaText>>,
    /// Ids by subject; index + 1 is the version.
    subjects: BTreeMap<String, Vec<i32>>,
}

impl MemoryRegistry {
    /// An empty registry.
    pub fn new() -> MemoryRegistry {
        MemoryRegistry::default()
    }

    /// All subjects with the number of their versions.
    pub fn subjects(&self) -> BTreeMap<String, usize> {
        self.state
            .lock()
            .subjects
            .iter()
            .map(|(subject, ids)| (subject.clone(), ids.len()))
            .collect()
    }
}

impl State {
    fn schema(&self, id: i32) -> Option<&Arc<SchemaText>> {
        self.schemas.get(usize::try_from(id).ok()?.checked_sub(1)?)
    }

    fn version(&self, subject: &str, at: usize) -> Option<SchemaVersion> {
        let id = *self.subjects.get(subject)?.get(at)?;
        let (subject, version) = (subject.to_owned(), i32::try_from(at + 1).ok()?);
        Some(SchemaVersion {
            subject,
            version,
            id,
            schema: self.schema(id)?.clone(),
        })
    }
}

fn not_found(code: i32, message: String) -> RegistryError {
    RegistryError::NotFound { code, message }
}

#[async_trait]
impl SchemaRegistryClient for MemoryRegistry {
    async fn register(&self, subject: &str, schema: &SchemaText, _normalize: bool) -> Result<i32, RegistryError> {
        let mut state = self.state.lock();
        let at = match state.schemas.iter().position(|known| **known == *schema) {
            Some(at) => at,
            None => {
                state.schemas.push(Arc::new(schema.clone()));
                state.schemas.len() - 1
            }
        };
        let id = i32::try_from(at + 1).map_err(|_| RegistryError::Answer {
            reason: "too many schemas".into(),
        })?;
        let versions = state.subjects.entry(subject.to_owned()).or_default();
        if !versions.contains(&id) {
            versions.push(id);
        }
        Ok(id)
    }

    async fn lookup(
        &self,
        subject: &str,
        schema: &SchemaText,
        _normalize: bool,
    ) -> Result<SchemaVersion, RegistryError> {
        let state = self.state.lock();
        let versions = state.subjects.get(subject);
        let versions = versions.ok_or_else(|| not_found(40401, format!("Subject '{subject}' not found.")))?;
        let at = versions
            .iter()
            .position(|id| state.schema(*id).is_some_and(|known| **known == *schema));
        at.and_then(|at| state.version(subject, at))
            .ok_or_else(|| not_found(40403, "Schema not found".into()))
    }

    async fn schema_by_id(&self, id: i32) -> Result<Arc<SchemaText>, RegistryError> {
        let state = self.state.lock();
        state
            .schema(id)
            .cloned()
            .ok_or_else(|| not_found(40403, format!("Schema {id} not found")))
    }

    async fn version(&self, subject: &str, version: Option<i32>) -> Result<SchemaVersion, RegistryError> {
        let state = self.state.lock();
        let versions = state.subjects.get(subject);
        let count = versions
            .ok_or_else(|| not_found(40401, format!("Subject '{subject}' not found.")))?
            .len();
        let at = version
            .map_or(Some(count), |version| usize::try_from(version).ok())
            .and_then(|n| n.checked_sub(1));
        let found = at.and_then(|at| state.version(subject, at));
        found.ok_or_else(|| not_found(40402, format!("Version {} not found.", version.unwrap_or(-1))))
    }
}
