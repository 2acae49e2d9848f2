//! Other people's clients as they are: confluent-kafka for Python, @confluentinc/schemaregistry and kafkajs' client for
//! JavaScript (each with its Avro serialisers), and curl; and the records of their serialisers and ours read by each other.
//!
//! Needs Python 3 with venv and pip, Node with npm, and curl. Without them a test is skipped, unless `CI` is set.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use apache_avro::types::Value;
use support::{cached, python, script, start, succeeds};
use weir_schema_registry::log::MemoryLog;
use weir_serdes::{
    AvroDeserializer, AvroSchema, AvroSerializer, CachedRegistryClient, RestRegistryClient, SchemaRegistryClient,
    SerdeConfig,
};

const NODE_PACKAGES: [&str; 2] = [
    "@kafkajs/confluent-schema-registry@4.1.0",
    "@confluentinc/schemaregistry@1.10.1",
];
const USER: &str = r#"{"type":"record","name":"User","namespace":"n","fields":[{"name":"name","type":"string"}]}"#;

fn skip(test: &str, reason: &str) {
    assert!(std::env::var_os("CI").is_none(), "{test}: {reason}");
    eprintln!("SKIPPED: clients::{test}: {reason}");
}

/// Node's packages.
fn node_modules() -> Option<PathBuf> {
    let folder = cached("npm-registry-clients-1", |folder| {
        let mut npm = Command::new("npm");
        succeeds(
            npm.args(["install", "--silent", "--no-audit", "--prefix"])
                .arg(folder)
                .args(NODE_PACKAGES),
        )
    });
    folder.map(|folder| folder.join("node_modules"))
}

fn user(name: &str) -> Value {
    Value::Record(vec![("name".into(), Value::String(name.into()))])
}

/// Runs a program with the registry's URL and a record of ours, and reads the record that it prints.
async fn exchange_records(mut program: Command) {
    let registry = start(&MemoryLog::new(), &[]).await;
    let url = format!("http://{}", registry.addr());
    let rest = RestRegistryClient::new(&[&url], Duration::from_secs(10)).unwrap();
    let client: Arc<dyn SchemaRegistryClient> = Arc::new(CachedRegistryClient::new(Arc::new(rest)));
    let serializer = AvroSerializer::new(client.clone(), SerdeConfig::default(), false);
    let schema = Arc::new(AvroSchema::parse(USER).unwrap());
    let ours = serializer.serialize("ours", &schema, &user("Grace")).await.unwrap();
    let hex: String = ours.iter().map(|byte| format!("{byte:02x}")).collect();

    let output = tokio::task::spawn_blocking(move || program.arg(url).arg(hex).output().unwrap())
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let theirs = String::from_utf8(output.stdout).unwrap();
    let digits = theirs.lines().last().unwrap().as_bytes().chunks(2);
    let theirs: Vec<u8> = digits
        .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
        .collect();
    let decoded = AvroDeserializer::new(client).deserialize(&theirs).await.unwrap();
    assert_eq!(decoded.value, user("Ada"));
    registry.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn confluent_kafka_python() {
    let Some(python) = tokio::task::spawn_blocking(python).await.unwrap() else {
        return skip("confluent_kafka_python", "Python 3 with venv and pip is missing");
    };
    let mut program = Command::new(python);
    program.arg(script("python/confluent_client.py"));
    exchange_records(program).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn javascript_clients() {
    let there = tokio::task::spawn_blocking(|| (node_modules(), xtask::peers::node())).await;
    let (modules, node) = match there.unwrap() {
        (Some(modules), Ok(node)) => (modules, node),
        (None, _) => return skip("javascript_clients", "the npm packages could not be installed"),
        (_, Err(e)) => return skip("javascript_clients", &e.to_string()),
    };
    let mut program = Command::new(node);
    program.env("NODE_PATH", modules).arg(script("node/clients.cjs"));
    exchange_records(program).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl() {
    let registry = start(&MemoryLog::new(), &[]).await;
    let base = format!("http://{}", registry.addr());
    let curl = move |args: Vec<String>| async move {
        let run = move || {
            Command::new("curl")
                .args(["-s", "-w", " %{http_code}"])
                .args(args)
                .output()
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    };
    let post = vec![
        "-X".into(),
        "POST".into(),
        "-H".into(),
        "Content-Type: application/vnd.schemaregistry.v1+json".into(),
        "--data".into(),
        r#"{"schema": "{\"type\": \"string\"}"}"#.into(),
        format!("{base}/subjects/Kafka-key/versions"),
    ];
    let Ok(registered) = curl(post).await else {
        return skip("curl", "curl is missing");
    };
    let registered = String::from_utf8(registered.stdout).unwrap();
    assert!(
        registered.starts_with(r#"{"id":1,"#) && registered.ends_with(" 200"),
        "{registered}"
    );
    let listed = curl(vec![format!("{base}/subjects")]).await.unwrap().stdout;
    assert_eq!(String::from_utf8(listed).unwrap(), r#"["Kafka-key"] 200"#);
    let level = vec![
        "-X".into(),
        "PUT".into(),
        "-H".into(),
        "Content-Type: application/json".into(),
        "--data".into(),
        r#"{"compatibility": "NONE"}"#.into(),
        format!("{base}/config"),
    ];
    assert_eq!(
        String::from_utf8(curl(level).await.unwrap().stdout).unwrap(),
        r#"{"compatibility":"NONE"} 200"#
    );
    // curl's own content type for --data is none of the API's.
    let untyped = vec!["--data".into(), "{}".into(), format!("{base}/subjects/x/versions")];
    let untyped = String::from_utf8(curl(untyped).await.unwrap().stdout).unwrap();
    assert_eq!(
        untyped,
        r#"{"error_code":415,"message":"HTTP 415 Unsupported Media Type"} 415"#
    );
}
