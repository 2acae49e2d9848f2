//! A worker's life on a cluster in memory: data through sources and sinks, bad records, failing tasks, restarts, a second worker.

#![expect(clippy::unwrap_used, reason = "helpers of a test file")]

mod common;

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use common::{Running, eventually, map};
use serde_json::json;
use weir_connect::Plugins;
use weir_connect::kafka::memory::MemoryKafka;
use weir_connect::kafka::{Kafka as _, NewTopic, OutRecord};
use weir_connect_sdk::prelude::*;

#[derive(ConnectorConfig)]
struct NoConfig {}

/// Counts up, and goes on where it stopped.
struct Counter(i64, SourceContext);

#[async_trait]
impl Source for Counter {
    type Config = NoConfig;

    async fn start(_config: NoConfig, context: SourceContext) -> Result<Self> {
        let offset = context.offset(OffsetMap::new()).await?;
        Ok(Self(
            offset.and_then(|offset| offset.get("next")?.as_i64()).unwrap_or(0),
            context,
        ))
    }

    async fn poll(&mut self) -> Result<Vec<SourceRecord>> {
        self.1.sleep(Duration::from_millis(5)).await;
        let record = SourceRecord::new("numbers", self.0).at(OffsetMap::new(), offset_map([("next", self.0 + 1)]));
        self.0 += 1;
        Ok(vec![record])
    }
}

static FAIL_AT: AtomicI64 = AtomicI64::new(-1);
static PANIC: AtomicI64 = AtomicI64::new(0);

/// Fails, or panics, when told to.
struct Fragile(SourceContext);

#[async_trait]
impl Source for Fragile {
    type Config = NoConfig;

    async fn start(_config: NoConfig, context: SourceContext) -> Result<Self> {
        Ok(Self(context))
    }

    async fn poll(&mut self) -> Result<Vec<SourceRecord>> {
        self.0.sleep(Duration::from_millis(5)).await;
        assert!(PANIC.load(Ordering::Relaxed) == 0, "a plugin's bug");
        if FAIL_AT.load(Ordering::Relaxed) >= 0 {
            return Err(ConnectError::Fatal("broken pipe".into()));
        }
        Ok(vec![])
    }
}

#[derive(ConnectorConfig)]
struct RecorderConfig {
    /// Under which name to record.
    tag: String,
}

static TAKEN: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());
static BUSY: AtomicUsize = AtomicUsize::new(0);

/// Takes what it gets; asks for batches again while busy; refuses values that contain "refuse".
struct Recorder(String, SinkContext);

#[async_trait]
impl Sink for Recorder {
    type Config = RecorderConfig;

    async fn start(config: RecorderConfig, context: SinkContext) -> Result<Self> {
        Ok(Self(config.tag, context))
    }

    async fn put(&mut self, records: &[SinkRecord]) -> Result<()> {
        if BUSY.load(Ordering::Relaxed) > 0 && !records.is_empty() {
            BUSY.fetch_sub(1, Ordering::Relaxed);
            self.1.timeout(Duration::from_millis(30));
            return Err(ConnectError::Retriable("busy".into()));
        }
        for record in records {
            let text = record.value.value.to_text();
            if text.contains("refuse") {
                self.1.report(record, ConnectError::Data("refused".into())).await?;
                continue;
            }
            TAKEN.lock().unwrap().push((self.0.clone(), text));
        }
        Ok(())
    }
}

fn taken(tag: &str) -> Vec<String> {
    TAKEN
        .lock()
        .unwrap()
        .iter()
        .filter(|(t, _)| t == tag)
        .map(|(_, text)| text.clone())
        .collect()
}

fn plugins() -> Plugins {
    Plugins::new([
        plugin!(source Counter, "counter", "test.CounterSourceConnector"),
        plugin!(source Fragile, "fragile", "test.FragileSourceConnector"),
        plugin!(sink Recorder, "recorder", "test.RecorderSinkConnector"),
    ])
}

async fn worker(kafka: &MemoryKafka) -> Running {
    Running::start(kafka, plugins(), &[("value.converter.schemas.enable", "false")]).await
}

fn produce(kafka: &MemoryKafka, topic: &str, values: &[&str]) {
    for value in values {
        let value = (*value != "null").then(|| value.as_bytes().to_vec());
        kafka
            .append(OutRecord {
                topic: topic.into(),
                value,
                timestamp: Some(1),
                ..OutRecord::default()
            })
            .unwrap();
    }
}

#[tokio::test]
async fn a_source_goes_on_after_the_worker_was_restarted() {
    let kafka = MemoryKafka::new();
    let first = worker(&kafka).await;
    first.put("c", &[("connector.class", "counter")]).await;
    first.wait_for_state("c", "RUNNING", &["RUNNING"]).await;
    first.values("numbers", 5).await;
    first.worker.shutdown().await;
    let done = kafka.records("numbers").len();
    let second = worker(&kafka).await;
    second.wait_for_state("c", "RUNNING", &["RUNNING"]).await;
    let values = second.values("numbers", done + 5).await;
    let expected: Vec<String> = (0..values.len()).map(|number| number.to_string()).collect();
    assert_eq!(values, expected, "none lost, none twice over a clean restart");
    second.worker.shutdown().await;
}

#[tokio::test]
async fn pausing_stopping_and_deleting_stop_the_flow() {
    let kafka = MemoryKafka::new();
    let running = worker(&kafka).await;
    running.put("c", &[("connector.class", "counter")]).await;
    running.values("numbers", 3).await;
    for (order, connector, tasks) in [("pause", "PAUSED", &["PAUSED"][..]), ("stop", "STOPPED", &[][..])] {
        running.call("PUT", &format!("/connectors/c/{order}"), "").await;
        running.wait_for_state("c", connector, tasks).await;
        let count = kafka.records("numbers").len();
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert_eq!(kafka.records("numbers").len(), count, "after {order}");
        running.call("PUT", "/connectors/c/resume", "").await;
        running.wait_for_state("c", "RUNNING", &["RUNNING"]).await;
        running.values("numbers", count + 1).await;
    }
    running.call("DELETE", "/connectors/c", "").await;
    eventually("all is gone", async || {
        running.get("/connectors/c/status").await["error_code"]
            .is_number()
            .then_some(())
    })
    .await;
    assert_eq!(running.get("/connectors").await, json!([]));
    running.worker.shutdown().await;
}

#[tokio::test]
async fn a_sink_commits_what_it_took_and_goes_on_there() {
    let kafka = MemoryKafka::new();
    produce(&kafka, "in", &["1", "2", "null", "3"]);
    let running = worker(&kafka).await;
    BUSY.store(2, Ordering::Relaxed);
    let config = [("connector.class", "recorder"), ("topics", "in"), ("tag", "commit")];
    running.put("s", &config).await;
    eventually("all taken", async || (taken("commit").len() == 4).then_some(())).await;
    assert_eq!(taken("commit"), ["1", "2", "", "3"], "in order, also over retries");
    let offsets =
        json!({"offsets": [{"partition": {"kafka_topic": "in", "kafka_partition": 0}, "offset": {"kafka_offset": 4}}]});
    eventually("committed", async || {
        (running.get("/connectors/s/offsets").await == offsets).then_some(())
    })
    .await;
    running.worker.shutdown().await;
    produce(&kafka, "in", &["4"]);
    let again = worker(&kafka).await;
    eventually("the rest taken", async || (taken("commit").len() == 5).then_some(())).await;
    assert_eq!(taken("commit").last().unwrap(), "4");
    again.worker.shutdown().await;
}

#[tokio::test]
async fn bad_records_fail_the_task_or_go_to_the_dead_letter_topic() {
    let kafka = MemoryKafka::new();
    produce(&kafka, "dirty", &["1", "{", "\"refuse\"", "2"]);
    let running = worker(&kafka).await;
    let strict = [("connector.class", "recorder"), ("topics", "dirty"), ("tag", "strict")];
    running.put("s", &strict).await;
    let status = running.wait_for_state("s", "RUNNING", &["FAILED"]).await;
    let trace = status["tasks"][0]["trace"].as_str().unwrap().to_owned();
    let expected = "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\nCaused by: org.apache.kafka.connect.errors.DataException: Converting byte[]";
    assert!(trace.starts_with(expected), "{trace}");
    let tolerant = [
        ("connector.class", "recorder"),
        ("topics", "dirty"),
        ("tag", "tolerant"),
        ("errors.tolerance", "all"),
        ("errors.deadletterqueue.topic.name", "dead"),
        ("errors.deadletterqueue.topic.replication.factor", "1"),
        ("errors.deadletterqueue.context.headers.enable", "true"),
    ];
    running.put("s", &tolerant).await;
    running.wait_for_state("s", "RUNNING", &["RUNNING"]).await;
    assert_eq!(running.values("dead", 2).await, ["{", "\"refuse\""]);
    eventually("good ones taken", async || {
        (taken("tolerant") == ["1", "2"]).then_some(())
    })
    .await;
    let header = |at: usize, name: &str| {
        let headers = kafka.records("dead")[at].headers.clone();
        let found = headers
            .into_iter()
            .find(|(n, _)| n == &format!("__connect.errors.{name}"));
        found
            .map(|(_, value)| String::from_utf8(value.unwrap()).unwrap())
            .unwrap()
    };
    assert_eq!(
        [header(0, "stage"), header(1, "stage")],
        ["VALUE_CONVERTER", "TASK_PUT"]
    );
    assert_eq!(
        [header(0, "offset"), header(0, "topic"), header(0, "task.id")],
        ["1", "dirty", "0"]
    );
    assert_eq!(header(1, "exception.message"), "refused");
    running.worker.shutdown().await;
}

#[tokio::test]
async fn failed_tasks_stay_failed_until_they_are_restarted() {
    let kafka = MemoryKafka::new();
    let running = worker(&kafka).await;
    running.put("f", &[("connector.class", "fragile")]).await;
    running.wait_for_state("f", "RUNNING", &["RUNNING"]).await;
    FAIL_AT.store(0, Ordering::Relaxed);
    let status = running.wait_for_state("f", "RUNNING", &["FAILED"]).await;
    assert_eq!(
        status["tasks"][0]["trace"],
        "org.apache.kafka.connect.errors.ConnectException: broken pipe"
    );
    FAIL_AT.store(-1, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(50)).await;
    running.wait_for_state("f", "RUNNING", &["FAILED"]).await;
    let (status, body, _) = running
        .call("POST", "/connectors/f/restart?includeTasks=true&onlyFailed=true", "")
        .await;
    assert_eq!(
        (status, &body["connector"]["state"], &body["tasks"][0]["state"]),
        (202, &json!("RUNNING"), &json!("RESTARTING"))
    );
    running.wait_for_state("f", "RUNNING", &["RUNNING"]).await;
    PANIC.store(1, Ordering::Relaxed);
    let status = running.wait_for_state("f", "RUNNING", &["FAILED"]).await;
    assert!(
        status["tasks"][0]["trace"]
            .as_str()
            .unwrap()
            .contains("the task panicked"),
        "{status}"
    );
    PANIC.store(0, Ordering::Relaxed);
    running.call("POST", "/connectors/f/tasks/0/restart", "").await;
    running.wait_for_state("f", "RUNNING", &["RUNNING"]).await;
    running.worker.shutdown().await;
}

#[tokio::test]
async fn a_second_worker_waits_forwards_and_takes_over() {
    let kafka = MemoryKafka::new();
    let first = worker(&kafka).await;
    let second = worker(&kafka).await;
    // Through the worker that does not lead.
    second.put("c", &[("connector.class", "counter")]).await;
    let status = second.wait_for_state("c", "RUNNING", &["RUNNING"]).await;
    let leader = first.worker.rest_addr().to_string();
    assert_eq!(
        (
            status["connector"]["worker_id"].as_str(),
            status["tasks"][0]["worker_id"].as_str()
        ),
        (Some(leader.as_str()), Some(leader.as_str()))
    );
    let (status, body, _) = second
        .call(
            "POST",
            "/connectors",
            r#"{"name":"c","config":{"connector.class":"counter"}}"#,
        )
        .await;
    assert_eq!(
        (status, body["message"].as_str()),
        (409, Some("Connector c already exists"))
    );
    first.values("numbers", 5).await;
    first.worker.shutdown().await;
    let done = kafka.records("numbers").len();
    let values = second.values("numbers", done + 5).await;
    let expected: Vec<String> = (0..values.len()).map(|number| number.to_string()).collect();
    assert_eq!(values, expected, "none lost, none twice when the leader leaves");
    second.worker.shutdown().await;
}

#[tokio::test]
async fn topics_are_created_as_the_settings_say() {
    let kafka = MemoryKafka::new();
    let running = worker(&kafka).await;
    let config = [
        ("connector.class", "counter"),
        ("topic.creation.default.partitions", "3"),
        ("topic.creation.default.replication.factor", "1"),
        ("transforms", "r"),
        ("transforms.r.type", "org.apache.kafka.connect.transforms.RegexRouter"),
        ("transforms.r.regex", "(.*)"),
        ("transforms.r.replacement", "made-$1"),
    ];
    running.put("c", &config).await;
    running.values("made-numbers", 1).await;
    assert_eq!(
        running.get("/connectors/c/topics").await,
        json!({"c": {"topics": ["made-numbers"]}})
    );
    running.worker.shutdown().await;
}

#[tokio::test]
async fn a_port_in_use_is_a_clear_error() {
    let kafka = MemoryKafka::new();
    let running = worker(&kafka).await;
    let config = common::worker_config(&[("listeners", &running.url())]);
    let error = weir_connect::Worker::start(config, plugins(), std::sync::Arc::new(kafka.clone()))
        .await
        .err()
        .unwrap();
    assert!(error.to_string().starts_with("cannot listen on 127.0.0.1:"), "{error}");
    running.worker.shutdown().await;
}

#[tokio::test]
async fn offsets_of_the_jvms_worker_are_taken_over() {
    let kafka = MemoryKafka::new();
    // What Kafka Connect 4.3.1 left in its topics.
    let records = [
        (
            "connect-configs",
            "connector-c",
            r#"{"properties":{"connector.class":"counter","name":"c"}}"#,
        ),
        (
            "connect-configs",
            "task-c-0",
            r#"{"properties":{"connector.class":"counter","name":"c","task.class":"test.CounterSourceTask"}}"#,
        ),
        ("connect-configs", "commit-c", r#"{"tasks":1}"#),
        (
            "connect-configs",
            "session-key",
            r#"{"key":"x","algorithm":"HmacSHA256","creation-timestamp":1}"#,
        ),
        ("connect-offsets", r#"["c",{}]"#, r#"{"next":42}"#),
        (
            "connect-status",
            "status-task-c-0",
            r#"{"state":"UNASSIGNED","trace":null,"worker_id":"j:1","generation":3,"version":null}"#,
        ),
    ];
    for (topic, key, value) in records {
        let new = NewTopic {
            name: topic.into(),
            partitions: 1,
            replication_factor: 1,
            config: Default::default(),
        };
        kafka.create_topic(&new).await.unwrap();
        let (key, value) = (Some(key.as_bytes().to_vec()), Some(value.as_bytes().to_vec()));
        kafka
            .append(OutRecord {
                topic: topic.into(),
                key,
                value,
                ..OutRecord::default()
            })
            .unwrap();
    }
    let running = worker(&kafka).await;
    assert_eq!(running.values("numbers", 2).await[..2], ["42", "43"]);
    assert_eq!(
        running.get("/connectors/c/config").await,
        json!(map(&[("connector.class", "counter"), ("name", "c")]))
    );
    running.worker.shutdown().await;
}

#[derive(ConnectorConfig)]
#[config(check = panicking)]
struct TouchyConfig {
    /// What to do badly.
    how: String,
}

fn panicking(config: &TouchyConfig) -> Vec<ConfigError> {
    assert!(config.how != "check", "a bug in a check");
    vec![]
}

/// Misbehaves before any task runs.
struct Touchy;

#[async_trait]
impl Source for Touchy {
    type Config = TouchyConfig;

    async fn task_configs(given: ConfigMap, _max_tasks: usize) -> Result<Vec<ConfigMap>> {
        match given.get("how").map(String::as_str).unwrap_or_default() {
            "hang" => std::future::pending().await,
            "many" => Ok(vec![given; 3]),
            _ => panic!("a bug in task_configs"),
        }
    }

    async fn start(_config: TouchyConfig, _context: SourceContext) -> Result<Self> {
        Ok(Self)
    }

    async fn poll(&mut self) -> Result<Vec<SourceRecord>> {
        Ok(vec![])
    }
}

#[tokio::test]
async fn a_connector_that_misbehaves_harms_nobody_else() {
    let kafka = MemoryKafka::new();
    let plugins = Plugins::new([
        plugin!(source Touchy, "touchy", "test.TouchySourceConnector"),
        plugin!(source Counter, "counter", "test.Counter"),
    ]);
    let running = Running::start(&kafka, plugins, &[("value.converter.schemas.enable", "false")]).await;
    for (name, how) in [("panics", "panic"), ("hangs", "hang"), ("greedy", "many")] {
        running.put(name, &[("connector.class", "touchy"), ("how", how)]).await;
    }
    let body = r#"{"name":"x","config":{"connector.class":"touchy","how":"check"}}"#;
    let (status, answer, _) = running.call("POST", "/connectors", body).await;
    assert!(
        status == 500 && answer["message"].as_str().unwrap().contains("panicked"),
        "{answer}"
    );
    running.put("c", &[("connector.class", "counter")]).await;
    running.values("numbers", 3).await;
    for (name, text) in [
        ("panics", "the connector panicked"),
        ("greedy", "has generated 3 tasks, which is greater than 1"),
    ] {
        let status = running.wait_for_state(name, "FAILED", &[]).await;
        assert!(
            status["connector"]["trace"].as_str().unwrap().contains(text),
            "{status}"
        );
    }
    assert_eq!(running.call("DELETE", "/connectors/hangs", "").await.0, 204);
    running.worker.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_nearly_right_is_told_with_the_nearest_name() {
    let running = Running::start(&MemoryKafka::new(), Plugins::new([weir_plugin_file::SOURCE]), &[]).await;
    let put = async |config: serde_json::Value| {
        let (status, answer, _) = running.call("PUT", "/connectors/c/config", &config.to_string()).await;
        assert_eq!(status, 400, "{answer}");
        answer
            .get("message")
            .and_then(serde_json::Value::as_str)
            .unwrap()
            .to_owned()
    };
    let said = put(json!({"connector.class": "FileStreamSorce", "topic": "t"})).await;
    assert!(said.ends_with("did you mean FileStreamSource?"), "{said}");
    // All at once, each with its name.
    let said = put(json!({"connector.class": "FileStreamSource", "topic": "t", "fil": "f", "tasks.max": "x"})).await;
    for part in [
        "tasks.max: Not a number",
        "configuration file:",
        "'fil', did you mean 'file'?",
    ] {
        assert!(said.contains(part), "{said}");
    }
    running.worker.shutdown().await;
}
