//! The real side of a plugin's services.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use weir_connect_sdk::services::{Clock, Level, Log, Metrics, Offsets};
use weir_connect_sdk::{Context, OffsetMap, Result};

use super::reporter::now_ms;
use crate::http::HttpClient;
use crate::store::TaskId;
use crate::store::host::Store;
use crate::store::offset::OffsetMachine;

struct WallClock;

#[async_trait]
impl Clock for WallClock {
    fn now_ms(&self) -> i64 {
        now_ms()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

struct TaskLog(TaskId);

impl Log for TaskLog {
    fn log(&self, level: Level, message: &str) {
        let task = self.0.to_string();
        match level {
            Level::Debug => tracing::debug!(task, "{message}"),
            Level::Info => tracing::info!(task, "{message}"),
            Level::Warn => tracing::warn!(task, "{message}"),
            Level::Error => tracing::error!(task, "{message}"),
        }
    }
}

/// A plugin's own counters and gauges, logged when the task ends.
#[derive(Default)]
pub struct PluginMetrics(Mutex<BTreeMap<String, f64>>);

impl Metrics for PluginMetrics {
    fn count(&self, name: &str, add: u64) {
        *self.0.lock().entry(name.to_owned()).or_default() += add as f64;
    }

    fn gauge(&self, name: &str, value: f64) {
        self.0.lock().insert(name.to_owned(), value);
    }
}

/// The services that sources and sinks share.
pub fn common(id: &TaskId) -> Context {
    Context {
        clock: Arc::new(WallClock),
        log: Arc::new(TaskLog(id.clone())),
        metrics: Arc::new(PluginMetrics::default()),
        http: Arc::new(HttpClient),
    }
}

/// Committed offsets of a connector.
pub struct ConnectorOffsets {
    pub connector: String,
    pub store: Store<OffsetMachine>,
}

#[async_trait]
impl Offsets for ConnectorOffsets {
    async fn committed(&self, source_partition: OffsetMap) -> Result<Option<OffsetMap>> {
        Ok(self
            .store
            .read(|machine| machine.0.get(&self.connector, &source_partition).cloned()))
    }
}
