//! A worker through the real client: on a Weir broker in this process, and on Apache Kafka 4.3.1 (or whatever listens at
//! `WEIR_BOOTSTRAP`). The same walk on both: lines of a file to a topic and on to another file, over restarts, pauses and two workers.

#![expect(clippy::unwrap_used, reason = "helpers of a test file")]

mod common;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use common::{eventually, worker_config};
use serde_json::{Value, json};
use weir_connect::kafka::client::ClientKafka;
use weir_connect::{Plugins, Worker};
use weir_connect_sdk::services::Http as _;
use weir_connect_sdk::{ConfigMap, HttpRequest};

fn unique(name: &str) -> String {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    format!("{name}-{}", now.as_nanos())
}

struct World {
    bootstrap: String,
    group: String,
}

impl World {
    fn new(bootstrap: &str) -> Self {
        Self {
            bootstrap: bootstrap.to_owned(),
            group: unique("connect"),
        }
    }

    async fn worker(&self) -> Worker {
        let topics = ["configs", "offsets", "status"].map(|kind| format!("{}-{kind}", self.group));
        let [configs, offsets, status] = &topics;
        let config = worker_config(&[
            ("group.id", &self.group),
            ("value.converter.schemas.enable", "false"),
            ("config.storage.topic", configs),
            ("offset.storage.topic", offsets),
            ("status.storage.topic", status),
            ("config.storage.replication.factor", "1"),
            ("offset.storage.replication.factor", "1"),
            ("status.storage.replication.factor", "1"),
            ("offset.storage.partitions", "3"),
        ]);
        let kafka = ClientKafka::new(
            weir_runtime::real(),
            std::slice::from_ref(&self.bootstrap),
            &ConfigMap::new(),
        )
        .unwrap();
        let plugins = Plugins::new([weir_plugin_file::SOURCE, weir_plugin_file::SINK]);
        Worker::start(config, plugins, Arc::new(kafka)).await.unwrap()
    }
}

async fn call(worker: &Worker, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let mut request = HttpRequest::post(format!("http://{}{path}", worker.rest_addr()), "application/json", body);
    request.method = method.to_owned();
    let response = weir_connect::http::HttpClient.send(request).await.unwrap();
    (
        response.status,
        serde_json::from_slice(&response.body).unwrap_or(Value::Null),
    )
}

async fn put(worker: &Worker, name: &str, config: &Value) {
    eventually("a leader takes the connector", async || {
        let (status, body) = call(worker, "PUT", &format!("/connectors/{name}/config"), config).await;
        assert!(matches!(status, 200 | 201 | 409), "{body}");
        (status != 409).then_some(())
    })
    .await;
}

fn append(path: &Path, text: &str) {
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

async fn lines(path: &Path, count: usize) -> Vec<String> {
    eventually(&format!("{count} lines in {}", path.display()), async || {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        (lines.len() >= count).then_some(lines)
    })
    .await
}

async fn walk(bootstrap: &str) {
    let world = World::new(bootstrap);
    let dir = tempfile::tempdir().unwrap();
    let (input, output) = (dir.path().join("in.txt"), dir.path().join("out.txt"));
    let topic = unique("lines");
    append(&input, "one\ntwo\n");
    let first = world.worker().await;
    let source = json!({"connector.class": "FileStreamSource", "file": input, "topic": topic, "topic.creation.default.partitions": "1", "topic.creation.default.replication.factor": "1"});
    let sink = json!({"connector.class": "FileStreamSink", "file": output, "topics": topic, "tasks.max": "2"});
    put(&first, "source", &source).await;
    put(&first, "sink", &sink).await;
    assert_eq!(lines(&output, 2).await, ["one", "two"]);
    let committed = |position: i64, offset: i64| {
        let source = json!([{"partition": {"filename": input}, "offset": {"position": position}}]);
        let sink =
            json!([{"partition": {"kafka_topic": topic, "kafka_partition": 0}, "offset": {"kafka_offset": offset}}]);
        (json!({"offsets": source}), json!({"offsets": sink}))
    };
    let offsets_are = async |worker: &Worker, expected: &(Value, Value)| {
        eventually("offsets are committed", async || {
            let source = call(worker, "GET", "/connectors/source/offsets", &Value::Null).await.1;
            let sink = call(worker, "GET", "/connectors/sink/offsets", &Value::Null).await.1;
            (source == expected.0 && sink == expected.1).then_some(())
        })
        .await;
    };
    offsets_are(&first, &committed(8, 2)).await;

    // A second worker waits; what it is asked goes to the first.
    let second = world.worker().await;
    eventually("the second worker forwards", async || {
        let (status, _) = call(&second, "PUT", "/connectors/source/pause", &Value::Null).await;
        (status == 202).then_some(())
    })
    .await;
    eventually("paused", async || {
        let status = call(&first, "GET", "/connectors/source/status", &Value::Null).await.1;
        let task = status.pointer("/tasks/0")?.clone();
        (task.get("state")? == "PAUSED" && task.get("worker_id")? == &json!(first.rest_addr().to_string()))
            .then_some(())
    })
    .await;
    append(&input, "three\n");
    call(&second, "PUT", "/connectors/source/resume", &Value::Null).await;
    assert_eq!(lines(&output, 3).await, ["one", "two", "three"]);

    // The first one leaves: the second goes on where it stopped, nothing lost and nothing twice.
    first.shutdown().await;
    append(&input, "four\n");
    assert_eq!(lines(&output, 4).await, ["one", "two", "three", "four"]);
    offsets_are(&second, &committed(19, 4)).await;

    // Offsets of a stopped connector can be set.
    for connector in ["source", "sink"] {
        assert_eq!(
            call(&second, "PUT", &format!("/connectors/{connector}/stop"), &Value::Null)
                .await
                .0,
            204
        );
    }
    let alter = json!({"offsets": [{"partition": {"kafka_topic": topic, "kafka_partition": 0}, "offset": {"kafka_offset": 3}}]});
    eventually("the sink's group is empty", async || {
        let (status, body) = call(&second, "PATCH", "/connectors/sink/offsets", &alter).await;
        assert!(status == 200 || status == 500, "{status} {body}");
        (status == 200).then_some(())
    })
    .await;
    call(&second, "PUT", "/connectors/sink/resume", &Value::Null).await;
    assert_eq!(lines(&output, 5).await, ["one", "two", "three", "four", "four"]);
    assert_eq!(call(&second, "DELETE", "/connectors/sink", &Value::Null).await.0, 204);
    assert_eq!(call(&second, "DELETE", "/connectors/source", &Value::Null).await.0, 204);
    second.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_weir() {
    let dir = tempfile::tempdir().unwrap();
    let settings = [
        ("listeners", "PLAINTEXT://127.0.0.1:0"),
        ("group.initial.rebalance.delay.ms", "0"),
    ];
    let settings: BTreeMap<String, String> = settings.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let config = weir_broker::BrokerConfig::from_map(&settings, dir.path()).unwrap();
    let broker = weir_broker::Broker::start(weir_runtime::real(), config).await.unwrap();
    let address = broker.addresses()[0].1.to_string();
    walk(&address).await;
    broker.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_apache_kafka() {
    let bootstrap = tokio::task::spawn_blocking(weir_tests::peers::bootstrap).await.unwrap();
    if let Some(bootstrap) = bootstrap {
        walk(&bootstrap).await;
    }
}
