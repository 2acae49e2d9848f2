//! A worker on a cluster in memory, and calls of its REST API.

#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use weir_connect::http::HttpClient;
use weir_connect::kafka::memory::MemoryKafka;
use weir_connect::{Plugins, Worker, WorkerConfig};
use weir_connect_sdk::services::Http as _;
use weir_connect_sdk::{ConfigMap, HttpRequest, HttpResponse};

pub fn map(pairs: &[(&str, &str)]) -> ConfigMap {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

/// Settings of a worker; later pairs win.
pub fn worker_config(more: &[(&str, &str)]) -> WorkerConfig {
    let base = [
        ("group.id", "connect-cluster"),
        ("listeners", "http://127.0.0.1:0"),
        ("key.converter", "org.apache.kafka.connect.json.JsonConverter"),
        ("value.converter", "org.apache.kafka.connect.json.JsonConverter"),
        ("config.storage.topic", "connect-configs"),
        ("offset.storage.topic", "connect-offsets"),
        ("status.storage.topic", "connect-status"),
        ("offset.flush.interval.ms", "100"),
    ];
    let pairs: Vec<(&str, &str)> = base.iter().chain(more).copied().collect();
    WorkerConfig::parse(&map(&pairs)).expect("a worker's settings")
}

/// A running worker and the cluster that it runs on.
pub struct Running {
    pub worker: Worker,
    pub kafka: MemoryKafka,
}

impl Running {
    pub async fn start(kafka: &MemoryKafka, plugins: Plugins, more: &[(&str, &str)]) -> Self {
        let worker = Worker::start(worker_config(more), plugins, Arc::new(kafka.clone()))
            .await
            .expect("a worker");
        let running = Self {
            worker,
            kafka: kafka.clone(),
        };
        eventually("the worker is ready", async || running.worker.is_ready().then_some(())).await;
        running
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.worker.rest_addr())
    }

    pub async fn call(&self, method: &str, path: &str, body: &str) -> (u16, Value, HttpResponse) {
        self.call_with(method, path, body, &[]).await
    }

    /// With headers that stand instead of those that a call has otherwise.
    pub async fn call_with(
        &self,
        method: &str,
        path: &str,
        body: &str,
        headers: &[(String, String)],
    ) -> (u16, Value, HttpResponse) {
        let mut request = HttpRequest::post(format!("{}{path}", self.url()), "application/json", body);
        request.method = method.to_owned();
        for (name, value) in headers {
            request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            request.headers.push((name.clone(), value.clone()));
        }
        let response = HttpClient.send(request).await.expect("an answer");
        let json = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
        (response.status, json, response)
    }

    pub async fn get(&self, path: &str) -> Value {
        self.call("GET", path, "").await.1
    }

    /// Creates or changes a connector.
    pub async fn put(&self, name: &str, config: &[(&str, &str)]) {
        let body = serde_json::to_string(&map(config)).expect("settings");
        let (status, json, _) = self.call("PUT", &format!("/connectors/{name}/config"), &body).await;
        assert!(status == 200 || status == 201, "{json}");
    }

    /// The latest schema of a subject in a registry.
    pub async fn registry_schema(&self, url: &str, subject: &str) -> Value {
        let mut request = HttpRequest::post(
            format!("{url}/subjects/{subject}/versions/latest/schema"),
            "application/json",
            "",
        );
        request.method = "GET".to_owned();
        let response = HttpClient.send(request).await.expect("an answer");
        serde_json::from_slice(&response.body).expect("a schema")
    }

    /// Waits until a connector and its tasks are in these states.
    pub async fn wait_for_state(&self, name: &str, connector: &str, tasks: &[&str]) -> Value {
        let state = |value: &Value| {
            value
                .get("state")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        eventually(&format!("{name} is {connector} {tasks:?}"), async || {
            let status = self.get(&format!("/connectors/{name}/status")).await;
            let found: Vec<String> = status.get("tasks")?.as_array()?.iter().map(state).collect();
            (state(status.get("connector")?) == connector && found == tasks).then_some(status)
        })
        .await
    }

    /// Values of a topic's records as text, once there are as many.
    pub async fn values(&self, topic: &str, count: usize) -> Vec<String> {
        eventually(&format!("{count} records in {topic}"), async || {
            let records = self.kafka.records(topic);
            let text = |value: Option<Vec<u8>>| {
                value.map_or_else(
                    || "null".to_owned(),
                    |value| String::from_utf8_lossy(&value).into_owned(),
                )
            };
            (records.len() >= count).then(|| records.into_iter().map(|record| text(record.value)).collect())
        })
        .await
    }
}

/// Tries until there is a value.
pub async fn eventually<T>(what: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(value) = check().await {
            return value;
        }
        assert!(began.elapsed() < Duration::from_secs(15), "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
