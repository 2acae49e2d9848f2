//! The registry on real clusters: each test on Apache Kafka 4.3.1 and on Weir's own broker (the built binary), or on whatever
//! listens at `WEIR_BOOTSTRAP`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod support;

use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::json;
use support::{call, python, script};
use weir_client::admin::{Admin, ConfigResource, NewTopic};
use weir_client::config::AdminConfig;
use weir_schema_registry::log::{KafkaLog, KafkaLogConfig, SchemasLog as _};
use weir_schema_registry::{Registry, RegistryConfig, StartError};
use weir_tests::peers;

/// A name that no other test of any run has.
fn unique(name: &str) -> String {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    format!("{name}-{}", now.as_nanos())
}

fn config(brokers: &str, topic: &str) -> RegistryConfig {
    let settings = [
        ("listeners", "http://127.0.0.1:0"),
        ("kafkastore.bootstrap.servers", brokers),
        ("kafkastore.topic", topic),
        ("kafkastore.timeout.ms", "30000"),
        ("schema.registry.group.id", topic),
        ("kafkagroup.heartbeat.interval.ms", "300"),
    ];
    RegistryConfig::parse(settings).unwrap()
}

/// The clusters that there are; each that is missing is a skip that says so, or a failure in CI.
async fn clusters() -> Vec<String> {
    static WEIR: OnceLock<Option<peers::Weir>> = OnceLock::new();
    let find = || {
        let mut found: Vec<String> = peers::bootstrap().into_iter().collect();
        if std::env::var_os("WEIR_BOOTSTRAP").is_none() {
            let weir = WEIR.get_or_init(|| peers::Weir::broker(&[]).map_err(|missing| peers::skip(&missing)).ok());
            found.extend(weir.as_ref().map(|weir| weir.bootstrap().to_owned()));
        }
        found
    };
    tokio::task::spawn_blocking(find).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_everything_in_a_compacted_topic() {
    for brokers in clusters().await {
        keeps_everything_in_a_compacted_topic_on(brokers).await;
    }
}

async fn keeps_everything_in_a_compacted_topic_on(brokers: String) {
    let topic = unique("_schemas");
    let first = Registry::start_on_kafka(config(&brokers, &topic)).await.unwrap();
    let address = first.addr();
    for i in 0..20 {
        let schema = format!(r#"{{"type":"record","name":"R{i}","fields":[]}}"#);
        let answer = call(
            address,
            "POST",
            &format!("/subjects/s{i}/versions"),
            json!({"schema": schema}),
        )
        .await;
        assert_eq!(
            (answer.status, &answer.json()["id"]),
            (200, &json!(i + 1)),
            "{answer:?}"
        );
    }
    call(address, "PUT", "/config/s1", json!({"compatibility": "NONE"})).await;
    assert_eq!(call(address, "DELETE", "/subjects/s2", None).await.json(), json!([1]));
    let all = call(address, "GET", "/schemas?deleted=true", None).await.json();
    let cluster = call(address, "GET", "/v1/metadata/id", None).await.json();
    assert!(
        !cluster["scope"]["clusters"]["kafka-cluster"]
            .as_str()
            .unwrap()
            .is_empty(),
        "{cluster}"
    );
    let too_large = format!(
        r#"{{"type":"record","name":"L","doc":"{}","fields":[]}}"#,
        "x".repeat(1_500_000)
    );
    let answer = call(
        address,
        "POST",
        "/subjects/large/versions",
        json!({"schema": too_large}),
    )
    .await;
    assert_eq!(answer.refusal(), (422, 42209));
    first.shutdown().await;

    let admin = Admin::new(weir_runtime::real(), AdminConfig::new(&brokers).unwrap());
    let entries = admin
        .describe_configs(&[ConfigResource::topic(topic.as_str())])
        .await
        .unwrap();
    let entries = entries.into_values().next().unwrap().unwrap();
    let policy = entries.iter().find(|entry| entry.name == "cleanup.policy").unwrap();
    assert_eq!(policy.value.as_deref(), Some("compact"));

    let second = Registry::start_on_kafka(config(&brokers, &topic)).await.unwrap();
    assert_eq!(
        call(second.addr(), "GET", "/schemas?deleted=true", None).await.json(),
        all
    );
    assert_eq!(
        call(second.addr(), "GET", "/config/s1", None).await.json()["compatibilityLevel"],
        "NONE"
    );
    assert_eq!(
        call(second.addr(), "GET", "/subjects/s2/versions", None)
            .await
            .refusal(),
        (404, 40401)
    );

    // The bytes are Confluent's.
    let log = KafkaLogConfig {
        bootstrap_servers: brokers,
        topic,
        replication_factor: 1,
        timeout: Duration::from_secs(30),
        init_timeout: Duration::from_secs(30),
    };
    let log = KafkaLog::open(weir_runtime::real(), &log).await.unwrap();
    let fetched = log.read(0, Duration::from_secs(10)).await.unwrap();
    assert_eq!(
        &fetched.entries[0].key.as_ref().unwrap()[..],
        br#"{"keytype":"SCHEMA","subject":"s0","version":1,"magic":1}"#
    );
    assert_eq!(
        &fetched.entries[0].value.as_ref().unwrap()[..],
        br#"{"subject":"s0","version":1,"id":1,"schema":"{\"type\":\"record\",\"name\":\"R0\",\"fields\":[]}","deleted":false}"#
    );
    assert_eq!(log.end_offset().await.unwrap(), 22);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_registries_on_one_topic() {
    for brokers in clusters().await {
        two_registries_on_one_topic_on(brokers).await;
    }
}

async fn two_registries_on_one_topic_on(brokers: String) {
    let topic = unique("_schemas");
    let (a, b) = (config(&brokers, &topic), config(&brokers, &topic));
    let (a, b) = tokio::join!(Registry::start_on_kafka(a), Registry::start_on_kafka(b));
    let (a, b) = (a.unwrap(), b.unwrap());
    let write = |address, name: &'static str| async move {
        let mut acknowledged = Vec::new();
        for i in 0..10 {
            let field = format!("{name}{i}");
            let schema =
                format!(r#"{{"type":"record","name":"R","fields":[{{"name":"{field}","type":"int","default":0}}]}}"#);
            let answer = call(address, "POST", "/subjects/s/versions", json!({"schema": schema})).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let version = answer.json()["version"].as_i64().unwrap();
            // Whichever of the two wrote it, it can be read at once where it was asked for.
            let read = call(address, "GET", &format!("/subjects/s/versions/{version}"), None).await;
            assert_eq!(read.json()["id"], answer.json()["id"]);
            acknowledged.push((version, answer.json()["id"].clone(), field));
        }
        acknowledged
    };
    let (mut from_a, from_b) = tokio::join!(write(a.addr(), "a"), write(b.addr(), "b"));
    // One of them stops, in order; the other leads and takes writes, whichever it was.
    let (_, after) = tokio::join!(a.shutdown(), write(b.addr(), "after"));
    from_a.extend(after);
    let mut versions: Vec<i64> = from_a.iter().chain(&from_b).map(|(version, ..)| *version).collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=30).collect::<Vec<_>>());
    let c = Registry::start_on_kafka(config(&brokers, &topic)).await.unwrap();
    for (version, id, field) in from_a.iter().chain(&from_b) {
        let stored = call(c.addr(), "GET", &format!("/subjects/s/versions/{version}"), None)
            .await
            .json();
        assert!(
            stored["schema"].as_str().unwrap().contains(field) && stored["id"] == *id,
            "{version} {field}: {stored}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_leader_there_are_reads_but_no_writes() {
    for brokers in clusters().await {
        let topic = unique("_schemas");
        let mut only = config(&brokers, &topic);
        only.leader_eligibility = false;
        let mut leader = only.clone();
        leader.leader_eligibility = true;
        only.timeout = Duration::from_secs(3);
        let follower = Registry::start_on_kafka(only).await.unwrap();
        let address = follower.addr();
        let register = |subject: &str| {
            let path = format!("/subjects/{subject}/versions");
            async move { call(address, "POST", &path, json!({"schema": "\"int\""})).await }
        };
        let refused = register("s").await;
        assert_eq!(refused.refusal(), (500, 50004), "{refused:?}");
        let read = call(follower.addr(), "GET", "/subjects", None).await;
        assert_eq!((read.status, read.json()), (200, json!([])));
        let leader = Registry::start_on_kafka(leader).await.unwrap();
        let mut answer = register("s").await;
        for _ in 0..20 {
            if answer.status == 200 {
                break;
            }
            answer = register("s").await;
        }
        assert_eq!(answer.status, 200, "{answer:?}");
        // What the leader refuses is refused here in the same words; what was sent on once is not sent on again.
        let wrong = call(follower.addr(), "POST", "/subjects/s/versions", json!({"schema": "{"})).await;
        let there = call(leader.addr(), "POST", "/subjects/s/versions", json!({"schema": "{"})).await;
        assert_eq!(wrong.refusal(), there.refusal());
        leader.shutdown().await;
        assert_eq!(register("t").await.refusal(), (500, 50004));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_that_would_lose_schemas_are_refused() {
    for brokers in clusters().await {
        topics_that_would_lose_schemas_are_refused_on(brokers).await;
    }
}

async fn topics_that_would_lose_schemas_are_refused_on(brokers: String) {
    let admin = Admin::new(weir_runtime::real(), AdminConfig::new(&brokers).unwrap());
    let (wide, forgetful) = (unique("wide"), unique("forgetful"));
    let topics = [
        NewTopic::new(wide.as_str(), 2).config("cleanup.policy", "compact"),
        NewTopic::new(forgetful.as_str(), 1).config("cleanup.policy", "delete"),
    ];
    for created in admin.create_topics(&topics, false).await.unwrap().into_values() {
        created.unwrap();
    }
    for (topic, said) in [(wide, "has 2 partitions"), (forgetful, "cleanup.policy is delete")] {
        let refused = Registry::start_on_kafka(config(&brokers, &topic)).await.err().unwrap();
        assert!(
            matches!(refused, StartError::Kafka { .. }) && refused.to_string().contains(said),
            "{refused}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stock_avro_producer_and_consumer() {
    for brokers in clusters().await {
        a_stock_avro_producer_and_consumer_on(brokers).await;
    }
}

async fn a_stock_avro_producer_and_consumer_on(brokers: String) {
    let Some(python) = tokio::task::spawn_blocking(python).await.unwrap() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "Python 3 with venv and pip is missing"
        );
        return eprintln!("SKIPPED: kafka::a_stock_avro_producer_and_consumer: Python 3 with venv and pip is missing");
    };
    let registry = Registry::start_on_kafka(config(&brokers, &unique("_schemas")))
        .await
        .unwrap();
    let topic = unique("flights");
    let admin = Admin::new(weir_runtime::real(), AdminConfig::new(&brokers).unwrap());
    admin
        .create_topics(&[NewTopic::new(topic.as_str(), 1)], false)
        .await
        .unwrap();
    let url = format!("http://{}", registry.addr());
    let mut program = Command::new(python);
    program
        .arg(script("python/avro_topic.py"))
        .args([&brokers, &url, &topic]);
    let output = tokio::task::spawn_blocking(move || program.output().unwrap())
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let subject = format!("/subjects/{topic}-value/versions");
    assert_eq!(call(registry.addr(), "GET", &subject, None).await.json(), json!([1]));
}
