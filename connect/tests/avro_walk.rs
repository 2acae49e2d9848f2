//! Real data through everything at once: a CSV file, Avro under a schema in a real registry, a transform, a SQLite table.

mod common;

use std::path::Path;
use std::sync::Arc;

use common::{Running, eventually};
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, Row as _, SqliteConnection};
use weir_connect::Plugins;
use weir_connect::kafka::memory::MemoryKafka;
use weir_schema_registry::log::MemoryLog;
use weir_schema_registry::{Registry, RegistryConfig};

const FLIGHTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/flights.csv");

async fn counted(database: &Path) -> Option<(i64, i64, i64)> {
    let options = SqliteConnectOptions::new().filename(database);
    let mut connection = SqliteConnection::connect_with(&options).await.ok()?;
    let query = sqlx::query("SELECT count(*), sum(delay), count(DISTINCT from_airport) FROM flights");
    let row = query.fetch_one(&mut connection).await.ok()?;
    Some((row.get(0), row.get(1), row.get(2)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn csv_to_avro_to_sqlite() {
    let text = std::fs::read_to_string(FLIGHTS).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let column = |name: &str| {
        text.lines()
            .next()
            .unwrap()
            .split(',')
            .position(|column| column == name)
            .unwrap()
    };
    let cells = |name: &str| {
        rows.iter()
            .map(|row| *row.get(column(name)).unwrap())
            .collect::<Vec<_>>()
    };
    let delays: i64 = cells("delay").iter().map(|cell| cell.parse::<i64>().unwrap()).sum();
    let mut origins = cells("origin");
    origins.sort_unstable();
    origins.dedup();
    let expected = (
        i64::try_from(rows.len()).unwrap(),
        delays,
        i64::try_from(origins.len()).unwrap(),
    );

    let config = RegistryConfig::parse([("listeners", "http://127.0.0.1:0")]).unwrap();
    let registry = Registry::start(config, Arc::new(MemoryLog::default())).await.unwrap();
    let url = format!("http://{}", registry.addresses().first().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let database = dir.path().join("flights.db");
    let plugins = Plugins::new([weir_plugin_file::SOURCE, weir_plugin_sql::SINK]);
    let converters = [
        ("value.converter", "io.confluent.connect.avro.AvroConverter"),
        ("value.converter.schema.registry.url", url.as_str()),
    ];
    let running = Running::start(&MemoryKafka::new(), plugins, &converters).await;
    let source = [
        ("connector.class", "FileStreamSource"),
        ("file", FLIGHTS),
        ("topic", "flights"),
        ("format", "csv"),
        ("csv.types", "infer"),
        ("schema.name", "demo.Flight"),
    ];
    running.put("source", &source).await;
    let sink = [
        ("connector.class", "io.confluent.connect.jdbc.JdbcSinkConnector"),
        ("topics", "flights"),
        ("connection.url", &format!("jdbc:sqlite:{}", database.display())),
        ("auto.create", "true"),
        ("insert.mode", "upsert"),
        ("pk.mode", "kafka"),
        ("transforms", "rename"),
        (
            "transforms.rename.type",
            "org.apache.kafka.connect.transforms.ReplaceField$Value",
        ),
        (
            "transforms.rename.renames",
            "origin:from_airport,destination:to_airport",
        ),
    ];
    running.put("sink", &sink).await;
    eventually("all flights are in the table", async || {
        (counted(&database).await? == expected).then_some(())
    })
    .await;
    let subject = running.registry_schema(&url, "flights-value").await;
    assert_eq!(subject.get("name"), Some(&Value::from("Flight")), "{subject}");
    assert_eq!(
        subject.pointer("/fields/1/type/1"),
        Some(&Value::from("long")),
        "{subject}"
    );
    running.worker.shutdown().await;
}
