//! In-place takeover: a worker of Apache Kafka Connect 4.3.1 stops, ours goes on with its settings, group and topics, and hands back.
//! Nothing is lost and nothing comes twice.

#![expect(clippy::unwrap_used, reason = "helpers of a test file")]

mod common;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use common::eventually;
use serde_json::{Value, json};
use weir_connect::http::HttpClient;
use weir_connect::kafka::client::ClientKafka;
use weir_connect::{Plugins, Worker, WorkerConfig};
use weir_connect_sdk::services::Http as _;
use weir_connect_sdk::{ConfigMap, HttpRequest};
use weir_tests::peers::{self, Process, free_port};

/// The worker's settings, for both.
fn settings(bootstrap: &str, group: &str, port: u16) -> ConfigMap {
    let mut settings = common::map(&[
        ("bootstrap.servers", bootstrap),
        ("group.id", group),
        ("listeners", &format!("http://127.0.0.1:{port}")),
        ("key.converter", "org.apache.kafka.connect.json.JsonConverter"),
        ("value.converter", "org.apache.kafka.connect.json.JsonConverter"),
        ("value.converter.schemas.enable", "true"),
        ("offset.flush.interval.ms", "500"),
    ]);
    for kind in ["config", "offset", "status"] {
        settings.insert(format!("{kind}.storage.topic"), format!("{group}-{kind}"));
        settings.insert(format!("{kind}.storage.replication.factor"), "1".to_owned());
    }
    settings
}

async fn call(port: u16, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let mut request = HttpRequest::post(format!("http://127.0.0.1:{port}{path}"), "application/json", body);
    request.method = method.to_owned();
    let response = HttpClient.send(request).await.ok()?;
    Some((
        response.status,
        serde_json::from_slice(&response.body).unwrap_or(Value::Null),
    ))
}

/// Waits longer than the other tests do: a JVM starts.
async fn patiently<T>(what: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(value) = check().await {
            return value;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("waited in vain: {what}");
}

async fn running(port: u16, connector: &str) {
    patiently(&format!("{connector} runs"), async || {
        let (status, body) = call(port, "GET", &format!("/connectors/{connector}/status"), &Value::Null).await?;
        let state = |at: &str| body.pointer(at).and_then(Value::as_str) == Some("RUNNING");
        let own = body
            .pointer("/tasks/0/worker_id")
            .and_then(Value::as_str)?
            .ends_with(&format!(":{port}"));
        (status == 200 && state("/connector/state") && state("/tasks/0/state") && own).then_some(())
    })
    .await;
}

async fn offsets(port: u16, connector: &str, expected: Value) {
    patiently(&format!("{connector} commits {expected}"), async || {
        let (_, body) = call(port, "GET", &format!("/connectors/{connector}/offsets"), &Value::Null).await?;
        (body.pointer("/offsets/0/offset") == Some(&expected)).then_some(())
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

async fn lines(path: &Path, expected: &[&str]) {
    eventually(&format!("{expected:?}"), async || {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        (lines.len() >= expected.len()).then(|| assert_eq!(lines, expected))
    })
    .await;
}

/// Kafka Connect's own worker.
struct Jvm(Process);

impl Jvm {
    fn start(settings: &ConfigMap) -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        let mut text = String::new();
        for (name, value) in settings {
            writeln!(text, "{name}={value}").unwrap();
        }
        let properties = folder.join("worker.properties");
        std::fs::write(&properties, text).unwrap();
        let jars = xtask::peers::kafka_jars().unwrap().join("*");
        let main = "org.apache.kafka.connect.cli.ConnectDistributed";
        let unpack = format!("-Djava.io.tmpdir={}", folder.display());
        let args = [
            "-Xmx512m".as_ref(),
            unpack.as_ref(),
            "-cp".as_ref(),
            jars.as_ref(),
            main.as_ref(),
            properties.as_ref(),
        ];
        Self(Process::start("java", &args, &folder).unwrap())
    }

    /// Asks it to stop, and waits: its consumers leave their groups.
    async fn stop(self) {
        let pid = self.0.pid().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        patiently("the JVM stops", async || self.0.ended().then_some(())).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_jvm_and_back() {
    let Some(bootstrap) = tokio::task::spawn_blocking(peers::bootstrap).await.unwrap() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let (input, output) = (dir.path().join("in.txt"), dir.path().join("out.txt"));
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_nanos();
    let (group, topic) = (format!("takeover-{now}"), format!("takeover-lines-{now}"));
    let position = |position: i64| json!({"position": position});
    let taken = |offset: i64| json!({"kafka_offset": offset});

    let port = free_port().unwrap();
    let jvm = Jvm::start(&settings(&bootstrap, &group, port));
    append(&input, "one\ntwo\n");
    let source = json!({"connector.class": "FileStreamSource", "file": input, "topic": topic});
    let sink = json!({"connector.class": "FileStreamSink", "file": output, "topics": topic, "consumer.override.metadata.max.age.ms": "1000"});
    for (name, config) in [("source", &source), ("sink", &sink)] {
        patiently("the JVM takes the connector", async || {
            let (status, _) = call(port, "PUT", &format!("/connectors/{name}/config"), config).await?;
            matches!(status, 200 | 201).then_some(())
        })
        .await;
        running(port, name).await;
    }
    lines(&output, &["one", "two"]).await;
    offsets(port, "source", position(8)).await;
    offsets(port, "sink", taken(2)).await;
    jvm.stop().await;

    append(&input, "three\n");
    let config = WorkerConfig::parse(&settings(&bootstrap, &group, 0)).unwrap();
    let kafka = ClientKafka::new(
        weir_runtime::real(),
        std::slice::from_ref(&bootstrap),
        &ConfigMap::new(),
    )
    .unwrap();
    let plugins = Plugins::new([weir_plugin_file::SOURCE, weir_plugin_file::SINK]);
    let worker = Worker::start(config, plugins, Arc::new(kafka)).await.unwrap();
    let own = worker.rest_addr().port();
    running(own, "source").await;
    running(own, "sink").await;
    lines(&output, &["one", "two", "three"]).await;
    offsets(own, "source", position(14)).await;
    offsets(own, "sink", taken(3)).await;
    let (_, body) = call(own, "PUT", "/connectors/source/pause", &Value::Null)
        .await
        .unwrap();
    assert_eq!(body, Value::Null);
    worker.shutdown().await;

    append(&input, "four\n");
    let port = free_port().unwrap();
    let jvm = Jvm::start(&settings(&bootstrap, &group, port));
    running(port, "sink").await;
    patiently("the pause is kept", async || {
        let (_, body) = call(port, "GET", "/connectors/source/status", &Value::Null).await?;
        (body.pointer("/connector/state").and_then(Value::as_str) == Some("PAUSED")).then_some(())
    })
    .await;
    call(port, "PUT", "/connectors/source/resume", &Value::Null)
        .await
        .unwrap();
    running(port, "source").await;
    lines(&output, &["one", "two", "three", "four"]).await;
    offsets(port, "source", position(19)).await;
    jvm.stop().await;
}
