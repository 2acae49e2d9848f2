//! A cache before any [`SchemaRegistryClient`]: a schema id never changes its meaning, nor does a registered schema its id.
//!
//! The latest version of a subject does change, so it is asked for anew after a while.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use parking_lot::Mutex;

use super::door::{RegistryError, SchemaRegistryClient, SchemaText, SchemaVersion};

/// Entries per kind; at the limit a kind is emptied and fills again.
const MAX_ENTRIES: usize = 10_000;
/// How long the latest version of a subject is believed.
const LATEST_TTL: Duration = Duration::from_secs(60);

/// A client with a cache.
pub struct CachedRegistryClient {
    inner: Arc<dyn SchemaRegistryClient>,
    ids: Mutex<HashMap<i32, Arc<SchemaText>>>,
    registered: Mutex<HashMap<RegisteredKey, i32>>,
    looked_up: Mutex<HashMap<RegisteredKey, SchemaVersion>>,
    versions: Mutex<HashMap<(String, i32), SchemaVersion>>,
    latest: Mutex<HashMap<String, (Instant, SchemaVersion)>>,
}

type RegisteredKey = (String, SchemaText, bool);

impl CachedRegistryClient {
    /// A cache before `inner`.
    pub fn new(inner: Arc<dyn SchemaRegistryClient>) -> CachedRegistryClient {
        CachedRegistryClient {
            inner,
            ids: Mutex::default(),
            registered: Mutex::default(),
            looked_up: Mutex::default(),
            versions: Mutex::default(),
            latest: Mutex::default(),
        }
    }
}

fn keep<K: std::hash::Hash + Eq, V>(cache: &Mutex<HashMap<K, V>>, key: K, value: V) {
    let mut cache = cache.lock();
    if cache.len() >= MAX_ENTRIES {
        cache.clear();
    }
    cache.insert(key, value);
}

#[async_trait]
impl SchemaRegistryClient for CachedRegistryClient {
    async fn register(&self, subject: &str, schema: &SchemaText, normalize: bool) -> Result<i32, RegistryError> {
        let key = (subject.to_owned(), schema.clone(), normalize);
        let known = self.registered.lock().get(&key).copied();
        if let Some(id) = known {
            return Ok(id);
        }
        let id = self.inner.register(subject, schema, normalize).await?;
        keep(&self.registered, key, id);
        Ok(id)
    }

    async fn lookup(
        &self,
        subject: &str,
        schema: &SchemaText,
        normalize: bool,
    ) -> Result<SchemaVersion, RegistryError> {
        let key = (subject.to_owned(), schema.clone(), normalize);
        let known = self.looked_up.lock().get(&key).cloned();
        if let Some(version) = known {
            return Ok(version);
        }
        let version = self.inner.lookup(subject, schema, normalize).await?;
        keep(&self.looked_up, key, version.clone());
        Ok(version)
    }

    async fn schema_by_id(&self, id: i32) -> Result<Arc<SchemaText>, RegistryError> {
        let known = self.ids.lock().get(&id).cloned();
        if let Some(schema) = known {
            return Ok(schema);
        }
        let schema = self.inner.schema_by_id(id).await?;
        keep(&self.ids, id, schema.clone());
        Ok(schema)
    }

    async fn version(&self, subject: &str, version: Option<i32>) -> Result<SchemaVersion, RegistryError> {
        if let Some(number) = version {
            let key = (subject.to_owned(), number);
            let known = self.versions.lock().get(&key).cloned();
            if let Some(version) = known {
                return Ok(version);
            }
            let version = self.inner.version(subject, version).await?;
            keep(&self.versions, key, version.clone());
            return Ok(version);
        }
        let known = self.latest.lock().get(subject).cloned();
        if let Some((at, version)) = known
            && at.elapsed() < LATEST_TTL
        {
            return Ok(version);
        }
        let version = self.inner.version(subject, None).await?;
        keep(&self.latest, subject.to_owned(), (Instant::now(), version.clone()));
        Ok(version)
    }
}
