//! What must not be lost when something fails half-way: a record that Kafka refuses among others that it takes, a stop while a
//! record is tried again, a flush that fails.

#![expect(clippy::unwrap_used, reason = "helpers of a test file")]

mod common;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use common::{Running, eventually};
use serde_json::json;
use weir_connect::Plugins;
use weir_connect::kafka::memory::MemoryKafka;
use weir_connect::kafka::{Kafka as _, OutRecord};
use weir_connect_sdk::prelude::*;

#[derive(ConnectorConfig)]
struct NoConfig {}

/// Gives 20 records at once, the sixth of which goes to a topic of its own.
struct Split(i64, SourceContext);

#[async_trait]
impl Source for Split {
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
        let record = |n: i64| {
            let topic = if n == 5 { "sixth" } else { "others" };
            SourceRecord::new(topic, n).at(OffsetMap::new(), offset_map([("next", n + 1)]))
        };
        let records = (self.0..20).map(record).collect();
        self.0 = 20;
        Ok(records)
    }
}

static FLUSHED: Mutex<Vec<String>> = Mutex::new(Vec::new());
static FLUSH_FAILS: AtomicBool = AtomicBool::new(false);

/// Keeps what it gets until it is asked to flush; a flush that fails throws it away.
struct Buffer(Vec<String>);

#[async_trait]
impl Sink for Buffer {
    type Config = NoConfig;

    async fn start(_config: NoConfig, _context: SinkContext) -> Result<Self> {
        Ok(Self(Vec::new()))
    }

    async fn put(&mut self, records: &[SinkRecord]) -> Result<()> {
        self.0.extend(records.iter().map(|record| record.value.value.to_text()));
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        let pending = std::mem::take(&mut self.0);
        if FLUSH_FAILS.swap(false, Ordering::Relaxed) {
            return Err(ConnectError::Retriable("no room".into()));
        }
        FLUSHED.lock().unwrap().extend(pending);
        Ok(())
    }
}

fn plugins() -> Plugins {
    Plugins::new([
        plugin!(source Split, "split", "test.SplitSourceConnector"),
        plugin!(sink Buffer, "buffer", "test.BufferSinkConnector"),
    ])
}

async fn worker(kafka: &MemoryKafka) -> Running {
    Running::start(kafka, plugins(), &[("value.converter.schemas.enable", "false")]).await
}

fn produce(kafka: &MemoryKafka, topic: &str, value: &[u8]) {
    let record = OutRecord {
        topic: topic.into(),
        value: Some(value.to_vec()),
        timestamp: Some(1),
        ..OutRecord::default()
    };
    kafka.append(record).unwrap();
}

#[tokio::test]
async fn what_follows_a_refused_record_is_not_committed() {
    let kafka = MemoryKafka::new();
    kafka.refuse_writes("sixth", true);
    let running = worker(&kafka).await;
    running.put("s", &[("connector.class", "split")]).await;
    running.wait_for_state("s", "RUNNING", &["FAILED"]).await;
    let offsets = running.get("/connectors/s/offsets").await;
    let next = offsets["offsets"][0]["offset"]["next"].as_i64();
    assert!(next.is_none_or(|next| next <= 5), "{offsets}");
    kafka.refuse_writes("sixth", false);
    running
        .call("POST", "/connectors/s/restart?includeTasks=true&onlyFailed=true", "")
        .await;
    eventually("the sixth is there", async || {
        (kafka.records("sixth").len() == 1).then_some(())
    })
    .await;
    running.worker.shutdown().await;
}

#[tokio::test]
async fn a_flush_that_fails_brings_the_records_again() {
    let kafka = MemoryKafka::new();
    let running = worker(&kafka).await;
    FLUSH_FAILS.store(true, Ordering::Relaxed);
    (0..5).for_each(|n| produce(&kafka, "in", n.to_string().as_bytes()));
    running
        .put("b", &[("connector.class", "buffer"), ("topics", "in")])
        .await;
    eventually("all flushed", async || {
        (FLUSHED.lock().unwrap().len() >= 5).then_some(())
    })
    .await;
    assert!(!FLUSH_FAILS.load(Ordering::Relaxed), "no flush failed");
    assert_eq!(*FLUSHED.lock().unwrap(), ["0", "1", "2", "3", "4"]);
    running.worker.shutdown().await;
}

#[tokio::test]
async fn a_sink_does_not_get_into_the_workers_group() {
    let running = worker(&MemoryKafka::new()).await;
    for (name, group, text) in [
        (
            "cluster",
            None,
            "Consumer group for sink connector named cluster conflicts with Connect worker group connect-cluster",
        ),
        (
            "s",
            Some("connect-cluster"),
            "Consumer group connect-cluster conflicts with Connect worker group connect-cluster",
        ),
    ] {
        let mut config = json!({"connector.class": "buffer", "topics": "in"});
        if let Some(group) = group {
            config["consumer.override.group.id"] = json!(group);
        }
        let path = format!("/connectors/{name}/config");
        let (status, body, _) = running.call("PUT", &path, &config.to_string()).await;
        assert_eq!(status, 400, "{body}");
        assert!(body["message"].as_str().unwrap().contains(text), "{body}");
    }
    running.worker.shutdown().await;
}

/// The registry is away, tries have no end, and all errors are tolerated: a stop is none.
#[tokio::test]
async fn a_stop_ends_a_retry_and_does_not_give_up_the_record() {
    let kafka = MemoryKafka::new();
    let running = worker(&kafka).await;
    produce(&kafka, "avro", &[0, 0, 0, 0, 1, 2]);
    let config = [
        ("connector.class", "buffer"),
        ("topics", "avro"),
        ("value.converter", "io.confluent.connect.avro.AvroConverter"),
        ("value.converter.schema.registry.url", "http://127.0.0.1:1"),
        ("errors.retry.timeout", "-1"),
        ("errors.retry.delay.max.ms", "600000"),
        ("errors.tolerance", "all"),
    ];
    running.put("a", &config).await;
    running.wait_for_state("a", "RUNNING", &["RUNNING"]).await;
    // By now it waits longer than a stop may take.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let began = Instant::now();
    running.call("PUT", "/connectors/a/stop", "").await;
    running.wait_for_state("a", "STOPPED", &[]).await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(running.get("/connectors/a/offsets").await, json!({"offsets": []}));
    assert!(kafka.group_offsets("connect-a").await.unwrap().is_empty());
    running.worker.shutdown().await;
}
