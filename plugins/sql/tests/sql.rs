//! The sink passes the contract suite in its modes, and does with tables, tombstones, bad records and locks what it says.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of a test file")]

use std::future::Future;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use weir_connect_sdk::contract::{SinkHarness, sink};
use weir_connect_sdk::prelude::*;
use weir_connect_sdk::testing::TestServices;
use weir_plugin_sql::sink::SqlSink;

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

struct Base(tempfile::TempDir);

impl Base {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> String {
        self.0.path().join("test.db").display().to_string()
    }

    fn config(&self, more: &[(&str, &str)]) -> ConfigMap {
        let url = format!("jdbc:sqlite:{}", self.path());
        let base = [
            ("connection.url", url.as_str()),
            ("auto.create", "true"),
            ("auto.evolve", "true"),
        ];
        base.iter()
            .chain(more)
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    async fn connection(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new()
            .filename(self.path())
            .create_if_missing(true);
        SqliteConnection::connect_with(&options).await.unwrap()
    }

    /// Runs SQL on a thread of its own: the suite calls this from inside a runtime.
    fn sql(&self, sql: &str) -> Result<Vec<Vec<String>>> {
        std::thread::scope(|scope| {
            let run = || {
                block_on(async {
                    let rows = sqlx::query(AssertSqlSafe(sql.to_owned()))
                        .fetch_all(&mut self.connection().await)
                        .await
                        .fatal("sql")?;
                    let cell = |row: &sqlx::sqlite::SqliteRow, i| {
                        row.try_get_unchecked::<Option<String>, _>(i)
                            .unwrap()
                            .unwrap_or_else(|| "NULL".to_owned())
                    };
                    Ok(rows
                        .iter()
                        .map(|row| (0..row.len()).map(|i| cell(row, i)).collect())
                        .collect())
                })
            };
            scope.spawn(run).join().unwrap()
        })
    }

    async fn sink(&self, services: &TestServices, more: &[(&str, &str)]) -> SqlSink {
        let config = <SqlSink as Sink>::Config::parse(&self.config(more)).unwrap();
        SqlSink::start(config, services.sink_context()).await.unwrap()
    }
}

macro_rules! contract {
    ($module:ident, $($more:expr),*) => {
        mod $module {
            use super::*;
            struct Harness(Base);
            impl SinkHarness for Harness {
                type Sink = SqlSink;
                fn new() -> Self {
                    Self(Base::new())
                }
                fn config(&self) -> ConfigMap {
                    self.0.config(&[$($more),*])
                }
                fn delivered(&mut self, _services: &TestServices) -> Vec<i64> {
                    let rows = self.0.sql(&format!("SELECT id FROM {}", sink::TOPIC)).unwrap_or_default();
                    rows.iter().map(|row| row[0].parse().unwrap()).collect()
                }
                fn block_on<F: Future>(future: F) -> F::Output {
                    super::block_on(future)
                }
            }
            weir_connect_sdk::contract_tests!(sink Harness);
        }
    };
}

contract!(insert,);
contract!(
    upsert_by_key,
    ("insert.mode", "upsert"),
    ("pk.mode", "record_key"),
    ("pk.fields", "id"),
    ("delete.enabled", "true")
);
contract!(
    upsert_by_value,
    ("insert.mode", "upsert"),
    ("pk.mode", "record_value"),
    ("pk.fields", "id")
);
contract!(upsert_by_coordinates, ("insert.mode", "upsert"), ("pk.mode", "kafka"));

fn record(offset: i64, id: i64, name: Option<&str>) -> SinkRecord {
    let schema = Schema::structure()
        .field("id", Schema::int64())
        .field("name", Schema::optional_string())
        .build();
    let value = Struct::new(&schema)
        .unwrap()
        .with("id", id)
        .unwrap()
        .with("name", name)
        .unwrap();
    SinkRecord::new("t", 0, offset, value).key(id)
}

fn tombstone(offset: i64, id: i64) -> SinkRecord {
    SinkRecord::new("t", 0, offset, SchemaAndValue::null()).key(id)
}

#[test]
fn upsert_and_delete_keep_the_order_of_the_log() {
    let (base, services) = (Base::new(), TestServices::new());
    block_on(async {
        let more = [
            ("insert.mode", "upsert"),
            ("pk.mode", "record_key"),
            ("pk.fields", "id"),
            ("delete.enabled", "true"),
        ];
        let mut sink = base.sink(&services, &more).await;
        let batch = [
            tombstone(0, 9),
            record(1, 1, Some("a")),
            record(2, 2, Some("b")),
            record(3, 1, Some("c")),
            tombstone(4, 2),
            record(5, 3, None),
        ];
        sink.put(&batch).await.unwrap();
    });
    assert_eq!(
        base.sql("SELECT id, name FROM t ORDER BY id").unwrap(),
        [["1", "c"], ["3", "NULL"]]
    );
}

#[test]
fn update_changes_only_rows_that_exist() {
    let (base, services) = (Base::new(), TestServices::new());
    base.sql("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, other TEXT)")
        .unwrap();
    base.sql("INSERT INTO t VALUES (1, 'old', 'kept')").unwrap();
    block_on(async {
        let more = [
            ("insert.mode", "update"),
            ("pk.mode", "record_value"),
            ("pk.fields", "id"),
        ];
        base.sink(&services, &more)
            .await
            .put(&[record(0, 1, Some("new")), record(1, 2, Some("x"))])
            .await
            .unwrap();
    });
    assert_eq!(base.sql("SELECT * FROM t").unwrap(), [["1", "new", "kept"]]);
}

#[test]
fn tables_are_only_touched_when_allowed() {
    let (base, services) = (Base::new(), TestServices::new());
    block_on(async {
        let mut sink = base.sink(&services, &[("auto.create", "false")]).await;
        let error = sink.put(&[record(0, 1, None)]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "Table t is missing and auto-creation is disabled (auto.create)"
        );
    });
    base.sql("CREATE TABLE t (id INTEGER)").unwrap();
    block_on(async {
        let mut sink = base.sink(&services, &[("auto.evolve", "false")]).await;
        let error = sink.put(&[record(0, 1, None)]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "Table t is missing fields (name) and auto-evolution is disabled (auto.evolve)"
        );
        base.sink(&services, &[])
            .await
            .put(&[record(0, 1, Some("n"))])
            .await
            .unwrap();
    });
    assert_eq!(base.sql("SELECT id, name FROM t").unwrap(), [["1", "n"]]);
}

#[test]
fn a_locked_database_is_retried_with_backoff_and_then_fails() {
    let (base, services) = (Base::new(), TestServices::new());
    base.sql("CREATE TABLE t (id INTEGER, name TEXT)").unwrap();
    block_on(async {
        let mut sink = base
            .sink(&services, &[("max.retries", "2"), ("retry.backoff.ms", "70")])
            .await;
        let mut other = base.connection().await;
        let lock = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
        for _ in 0..2 {
            let error = sink.put(&[record(0, 1, None)]).await.unwrap_err();
            assert!(error.is_retriable() && error.to_string().contains("locked"), "{error}");
            assert_eq!(services.take_timeout(), Some(Duration::from_millis(70)));
        }
        let error = sink.put(&[record(0, 1, None)]).await.unwrap_err();
        assert!(error.to_string().starts_with("gave up after 2 retries"), "{error}");
        lock.rollback().await.unwrap();
        sink.put(&[record(0, 1, None)]).await.unwrap();
    });
    assert_eq!(base.sql("SELECT count(*) FROM t").unwrap(), [["1"]]);
}

/// Which refuses no record: none may be reported, and with tolerance skipped, because of it.
#[test]
fn a_read_only_database_fails_the_task() {
    let (base, services) = (Base::new(), TestServices::new());
    base.sql("CREATE TABLE t (id INTEGER, name TEXT)").unwrap();
    let url = format!("sqlite:{}?mode=ro", base.path());
    block_on(async {
        let more = [
            ("max.retries", "1"),
            ("retry.backoff.ms", "1"),
            ("connection.url", url.as_str()),
        ];
        let mut sink = base.sink(&services, &more).await;
        assert!(sink.put(&[record(0, 1, None)]).await.unwrap_err().is_retriable());
        let error = sink.put(&[record(0, 1, None)]).await.unwrap_err();
        assert!(error.to_string().starts_with("gave up after 1 retries"), "{error}");
    });
    assert!(services.errant().is_empty());
}

#[test]
fn only_the_bad_records_of_a_batch_are_reported() {
    let (base, services) = (Base::new(), TestServices::new());
    base.sql("CREATE TABLE t (id INTEGER, name TEXT CHECK (name <> 'bad'))")
        .unwrap();
    services.tolerate_errors(true);
    block_on(async {
        let batch = [
            record(0, 1, Some("a")),
            record(1, 2, Some("bad")),
            record(2, 3, Some("c")),
        ];
        base.sink(&services, &[]).await.put(&batch).await.unwrap();
        let mut schemaless = record(3, 4, None);
        schemaless.value = serde_json::json!({"id": 4}).into();
        base.sink(&services, &[]).await.put(&[schemaless]).await.unwrap();
    });
    assert_eq!(base.sql("SELECT id FROM t").unwrap(), [["1"], ["3"]]);
    assert_eq!(
        services
            .errant()
            .iter()
            .map(|(record, _)| record.offset)
            .collect::<Vec<_>>(),
        [1, 3]
    );
    services.tolerate_errors(false);
    block_on(async {
        let error = base
            .sink(&services, &[])
            .await
            .put(&[record(4, 5, Some("bad"))])
            .await
            .unwrap_err();
        assert!(!error.is_retriable(), "{error}");
    });
}

#[test]
fn every_column_type() {
    let (base, services) = (Base::new(), TestServices::new());
    let decimal = weir_connect_sdk::data::Decimal::new(1250, 2);
    let schema = Schema::structure()
        .field("b", Schema::boolean())
        .field("f", Schema::float32())
        .field("x", Schema::bytes())
        .field("d", Schema::decimal(2).build())
        .field("day", Schema::date().build())
        .field("ts", Schema::timestamp().build())
        .build();
    let mut value = Struct::new(&schema).unwrap();
    value
        .put("b", true)
        .unwrap()
        .put("f", 0.5f32)
        .unwrap()
        .put("x", vec![65u8])
        .unwrap()
        .put("d", decimal)
        .unwrap();
    value
        .put("day", Value::Date(1))
        .unwrap()
        .put("ts", Value::Timestamp(5))
        .unwrap();
    block_on(async {
        base.sink(&services, &[])
            .await
            .put(&[SinkRecord::new("types", 0, 0, value)])
            .await
            .unwrap()
    });
    let types = base
        .sql("SELECT typeof(b), typeof(f), typeof(x), typeof(d), typeof(day), typeof(ts) FROM types")
        .unwrap();
    assert_eq!(types, [["integer", "real", "blob", "real", "integer", "integer"]]);
    assert_eq!(
        base.sql("SELECT b, f, x, d, day, ts FROM types").unwrap(),
        [["1", "0.5", "A", "12.5", "86400000", "5"]]
    );
}

#[test]
fn settings_that_contradict_each_other() {
    let given = [
        ("connection.url", "sqlite:x"),
        ("insert.mode", "upsert"),
        ("delete.enabled", "true"),
    ];
    let given: ConfigMap = given.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let errors = <SqlSink as Sink>::Config::parse(&given).err().unwrap();
    assert_eq!(
        errors.errors.iter().map(ConfigError::name).collect::<Vec<_>>(),
        ["delete.enabled", "pk.mode"]
    );
}
