//! The main job: real data through every part, by public API alone. Connectors are the files of `examples/demo`, the
//! topologies those of the crate `examples`.

use crate::cli::{DemoArgs, Format, PartArgs};
use crate::commands::{admin, unreachable};
use crate::failure::Failure;
use crate::http::{call, segment};
use crate::output;
use crate::platform::{Parts, Platform, Profile};
use crate::progress::Progress;
use crate::signals::stop_signal;
use apache_avro::types::Value as Avro;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use weir_client::TopicPartition;
use weir_client::admin::{Admin, NewTopic, OffsetSpec};
use weir_client::config::{ConsumerConfig, IsolationLevel};
use weir_client::consumer::Consumer;
use weir_connect::convert::avro_names;
use weir_examples::{count_by, flight_delays};
use weir_serdes::{
    AvroDeserializer, AvroSchema, AvroSerializer, CachedRegistryClient, RestRegistryClient, SchemaRegistryClient,
    SerdeConfig,
};
use weir_streams::{SerdeRef, Streams, StreamsConfig, avro};

const FLIGHTS: &str = include_str!("../../examples/data/flights.csv");
const AIRPORTS: &str = include_str!("../../examples/data/airports.csv");
const AIRPORTS_SOURCE: &str = include_str!("../../examples/demo/airports-source.json");
const FLIGHTS_SOURCE: &str = include_str!("../../examples/demo/flights-source.json");
const SQLITE_SINK: &str = include_str!("../../examples/demo/delays-sqlite-sink.json");
const FILE_SINK: &str = include_str!("../../examples/demo/delays-file-sink.json");

/// How long a stage of the demo may stand still before it is given up.
const STALL: Duration = Duration::from_secs(60);

pub(crate) async fn run(args: DemoArgs) -> Result<(), Failure> {
    let began = Instant::now();
    let temporary = match &args.data_dir {
        Some(_) => None,
        None => Some(tempfile::tempdir().map_err(|e| Failure::new(format!("no directory for the demo: {e}")))?),
    };
    let dir = match (&args.data_dir, &temporary) {
        (Some(dir), _) => dir.clone(),
        (None, Some(temporary)) => temporary.path().to_owned(),
        (None, None) => PathBuf::from("."),
    };
    let start = PartArgs {
        data_dir: dir.clone(),
        set: args.set.clone(),
        config: args.config.clone(),
        ..PartArgs::default()
    };
    if let Some(file) = &args.file {
        has_rows(file)?;
    }
    let platform = Platform::start(&start, Parts::ALL, Profile::Dev).await?;
    platform.announce(Profile::Dev, began);
    let (Some(bootstrap), Some(registry), Some(connect)) =
        (platform.bootstrap(), platform.registry_url(), platform.connect_url())
    else {
        return Err(Failure::new("the demo needs broker, registry and Connect"));
    };
    let stage = Stage {
        bootstrap,
        registry,
        connect,
        dir,
    };
    let streams = match (&args.file, &args.count_by) {
        (Some(file), Some(column)) => stage.count(file, column).await?,
        _ => stage.flights().await?,
    };
    say!("done in {:.1} s", began.elapsed().as_secs_f64());
    if !args.once {
        say!("everything stays up; stop with Ctrl-C");
        stop_signal().await;
    }
    streams.close().await.map_err(|e| Failure::new(e.to_string()))?;
    platform.stop().await
}

/// Where the demo plays.
struct Stage {
    bootstrap: String,
    registry: String,
    connect: String,
    dir: PathBuf,
}

impl Stage {
    async fn flights(&self) -> Result<Streams, Failure> {
        self.write("flights.csv", FLIGHTS)?;
        self.write("airports.csv", AIRPORTS)?;
        let admin = admin(&self.bootstrap)?;
        self.topics(&admin, &["demo.flights", "demo.airports", "demo.delays"])
            .await?;
        let airports = AIRPORTS.lines().count() as i64 - 1;
        let flights = FLIGHTS.lines().count() as i64 - 1;
        // Airports first: a flight meets the table as it is.
        self.apply(AIRPORTS_SOURCE).await?;
        self.reaches(&admin, "airports read", "demo.airports", airports, &mut None)
            .await?;
        self.apply(FLIGHTS_SOURCE).await?;
        self.reaches(&admin, "flights read", "demo.flights", flights, &mut None)
            .await?;
        let client = self.client()?;
        let reads = Arc::new(AvroDeserializer::new(client.clone()));
        self.load(&reads, "demo.flights-value").await?;
        let writes = AvroSerializer::new(client, SerdeConfig::default(), false);
        let airport = self.load(&reads, "demo.airports-value").await?.to_string();
        let prepare = async |topic: &str, schema: &str| {
            let schema = AvroSchema::parse(schema).map_err(|e| Failure::new(e.to_string()))?;
            writes
                .prepare(topic, &Arc::new(schema))
                .await
                .map_err(|e| Failure::new(e.to_string()))
        };
        let topology = flight_delays::topology(
            avro::reader(reads.clone()),
            avro::serde(reads, prepare("demo.airports", &airport).await?),
            avro::writer(prepare("demo.delays", flight_delays::DELAY_SCHEMA).await?),
        );
        let topology = topology.map_err(|e| Failure::new(e.to_string()))?;
        let mut streams = Some(self.start("demo-delays", topology).await?);
        self.apply(SQLITE_SINK).await?;
        self.apply(FILE_SINK).await?;
        self.reaches(&admin, "delays summed up", "demo.delays", flights, &mut streams)
            .await?;
        for group in ["connect-demo-delays-sqlite", "connect-demo-delays-file"] {
            self.drained(&admin, group, "demo.delays", flights).await?;
        }
        let rows = self.latest_delays().await?;
        self.show(&rows);
        say!(
            "all {} rows: {} (table delays) and {}",
            rows.len(),
            self.dir.join("delays.db").display(),
            self.dir.join("delays.ndjson").display()
        );
        streams.ok_or_else(|| Failure::new("the topology has stopped"))
    }

    async fn count(&self, file: &Path, column: &str) -> Result<Streams, Failure> {
        let file = file
            .canonicalize()
            .map_err(|e| Failure::new(format!("cannot read {}: {e}", file.display())))?;
        let admin = admin(&self.bootstrap)?;
        self.topics(&admin, &["demo.rows", "demo.counts"]).await?;
        let config = json!({"name": "demo-rows", "config": {
            "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector", "file": file.display().to_string(),
            "format": "csv", "csv.types": "infer", "unterminated.line": "read", "topic": "demo.rows",
            "value.converter": "io.confluent.connect.avro.AvroConverter",
            "value.converter.scrub.invalid.names": "true",
        }});
        self.apply(&config.to_string()).await?;
        let rows = self.settles(&admin, "rows read", "demo.rows").await?;
        let reads = AvroDeserializer::new(self.client()?);
        let schema = self.load(&reads, "demo.rows-value").await?;
        let fields: Vec<&str> = schema
            .get("fields")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|f| f.get("name")?.as_str())
            .collect();
        say!("schema of demo.rows-value: {}", fields.join(", "));
        // A column may have a name that is none in Avro.
        let wanted = avro_names::Names::Scrubbed.field(column).into_owned();
        if !fields.contains(&wanted.as_str()) {
            let nearest = weir_config::suggest::nearest(column, fields.iter().copied());
            let hint = nearest.map_or_else(
                || format!("it has {}", fields.join(", ")),
                |name| format!("did you mean {name}?"),
            );
            return Err(Failure::new(format!("{} has no column {column}", file.display())).hint(hint));
        }
        let topology = count_by::topology(
            "demo.rows",
            "demo.counts",
            Arc::new(Rows(reads)) as SerdeRef<Avro>,
            move |row| field(row, &wanted),
        );
        let mut streams = Some(
            self.start("demo-counts", topology.map_err(|e| Failure::new(e.to_string()))?)
                .await?,
        );
        self.reaches(&admin, "rows counted", "demo.counts", rows, &mut streams)
            .await?;
        let mut counts: Vec<(String, i64)> = self
            .latest("demo.counts", |v| v[..].try_into().ok().map(i64::from_be_bytes))
            .await?
            .into_iter()
            .collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        let table = counts.iter().take(20).map(|(k, n)| vec![json!(k), json!(n)]).collect();
        output::rows(Format::Table, &[column, "rows"], table);
        streams.ok_or_else(|| Failure::new("the topology has stopped"))
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        let path = self.dir.join(name);
        std::fs::write(&path, text).map_err(|e| Failure::new(format!("cannot write {}: {e}", path.display())))
    }

    fn client(&self) -> Result<Arc<dyn SchemaRegistryClient>, Failure> {
        let rest = RestRegistryClient::new(std::slice::from_ref(&self.registry), Duration::from_secs(10))
            .map_err(|e| Failure::new(e.to_string()))?;
        Ok(Arc::new(CachedRegistryClient::new(Arc::new(rest))))
    }

    /// Fetches the latest schema of a subject, so that the topology can read it.
    async fn load(&self, reads: &AvroDeserializer, subject: &str) -> Result<Value, Failure> {
        let latest = call(
            "GET",
            &self.registry,
            &format!("/subjects/{}/versions/latest", segment(subject)),
            None,
        )
        .await?;
        let id = latest
            .get("id")
            .and_then(Value::as_i64)
            .and_then(|id| i32::try_from(id).ok())
            .unwrap_or(-1);
        reads.load(id).await.map_err(|e| Failure::new(e.to_string()))?;
        let text = latest.get("schema").and_then(Value::as_str).unwrap_or_default();
        serde_json::from_str(text).map_err(|e| Failure::new(e.to_string()))
    }

    async fn topics(&self, admin: &Admin, names: &[&str]) -> Result<(), Failure> {
        let topics: Vec<NewTopic> = names.iter().map(|n| NewTopic::new(*n, 1)).collect();
        let made = admin
            .create_topics(&topics, false)
            .await
            .map_err(|e| unreachable(&self.bootstrap, &e))?;
        for (topic, result) in made {
            result
                .map_err(|e| Failure::new(format!("topic {topic}: {e}")).hint("the demo wants an empty --data-dir"))?;
        }
        Ok(())
    }

    /// Puts a connector up; files named in it are in the demo's directory.
    async fn apply(&self, text: &str) -> Result<(), Failure> {
        let mut doc: Value = serde_json::from_str(text).map_err(|e| Failure::new(e.to_string()))?;
        let name = doc.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(config) = doc.get_mut("config").and_then(Value::as_object_mut) else {
            return Err(Failure::new("a connector of the demo has no config"));
        };
        if let Some(file) = config.get("file").and_then(Value::as_str) {
            let path = self.dir.join(file);
            config.insert("file".into(), json!(path.display().to_string()));
        }
        if let Some(url) = config
            .get("connection.url")
            .and_then(Value::as_str)
            .and_then(|u| u.strip_prefix("sqlite:"))
        {
            let path = self.dir.join(url);
            config.insert("connection.url".into(), json!(format!("sqlite:{}", path.display())));
        }
        // A converter that a connector names itself has settings of its own.
        config.insert("value.converter.schema.registry.url".into(), json!(self.registry));
        let config = Value::Object(config.clone());
        // A worker answers 409 until it has joined its group.
        let path = format!("/connectors/{name}/config");
        let began = Instant::now();
        while let Err(e) = call("PUT", &self.connect, &path, Some(&config)).await {
            if !e.is_conflict() || began.elapsed() > STALL {
                return Err(e);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        say!("connector {name}");
        Ok(())
    }

    async fn start(&self, application: &str, topology: weir_streams::Topology) -> Result<Streams, Failure> {
        let config = StreamsConfig {
            commit_interval: Duration::from_secs(1),
            ..StreamsConfig::new(application, self.bootstrap.clone())
        };
        let streams = Streams::start(weir_runtime::real(), config, topology).await;
        streams.map_err(|e| Failure::new(format!("the topology {application} did not start: {e}")))
    }

    async fn end_of(&self, admin: &Admin, topic: &str) -> Result<i64, Failure> {
        let partition = TopicPartition::new(topic, 0);
        let wanted = BTreeMap::from([(partition.clone(), OffsetSpec::Latest)]);
        let ends = admin
            .list_offsets(&wanted, IsolationLevel::ReadUncommitted)
            .await
            .map_err(|e| unreachable(&self.bootstrap, &e))?;
        Ok(ends.get(&partition).and_then(|o| o.as_ref()).map_or(0, |o| o.offset))
    }

    /// Waits until a topic has `goal` records, showing how far it is; gives up when nothing moves.
    async fn reaches(
        &self,
        admin: &Admin,
        what: &str,
        topic: &str,
        goal: i64,
        streams: &mut Option<Streams>,
    ) -> Result<(), Failure> {
        let mut progress = Progress::new(what);
        let (mut last, mut moved) = (-1, Instant::now());
        loop {
            let now = self.end_of(admin, topic).await?;
            if now != last {
                progress.at(format_args!("{now} of {goal}"));
                (last, moved) = (now, Instant::now());
            }
            if now >= goal {
                return Ok(());
            }
            if streams.as_mut().is_some_and(|s| s.has_stopped())
                && let Some(ended) = streams.take()
            {
                let why = ended
                    .close()
                    .await
                    .err()
                    .map_or_else(|| "it ended".to_owned(), |e| e.to_string());
                return Err(Failure::new(format!("the topology stopped: {why}")));
            }
            self.no_task_failed().await?;
            if moved.elapsed() > STALL {
                return Err(self.stalled(what).await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A connector whose task failed will do no more: its reason is the demo's.
    async fn no_task_failed(&self) -> Result<(), Failure> {
        let all = call("GET", &self.connect, "/connectors?expand=status", None).await?;
        for (name, connector) in all.as_object().into_iter().flatten() {
            let tasks = connector.pointer("/status/tasks").and_then(Value::as_array);
            let failed = |task: &&Value| task.get("state").and_then(Value::as_str) == Some("FAILED");
            if let Some(task) = tasks.into_iter().flatten().find(failed) {
                let trace = task
                    .get("trace")
                    .and_then(Value::as_str)
                    .unwrap_or("no reason is known");
                return Err(Failure::new(format!("connector {name} failed: {}", reason(trace))));
            }
        }
        Ok(())
    }

    /// Waits until a topic stops growing.
    async fn settles(&self, admin: &Admin, what: &str, topic: &str) -> Result<i64, Failure> {
        let mut progress = Progress::new(what);
        let (mut last, mut moved) = (0, Instant::now());
        loop {
            let now = self.end_of(admin, topic).await?;
            self.no_task_failed().await?;
            if now != last {
                progress.at(now);
                (last, moved) = (now, Instant::now());
            }
            if last > 0 && moved.elapsed() > Duration::from_secs(2) {
                return Ok(last);
            }
            if moved.elapsed() > STALL / 4 {
                return Err(self.stalled(what).await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until a sink has committed everything.
    async fn drained(&self, admin: &Admin, group: &str, topic: &str, goal: i64) -> Result<(), Failure> {
        let mut progress = Progress::new(group);
        let (mut last, mut moved) = (-1, Instant::now());
        let partition = TopicPartition::new(topic, 0);
        loop {
            let offsets = admin
                .list_group_offsets(group, Some(std::slice::from_ref(&partition)))
                .await;
            let now = offsets
                .ok()
                .and_then(|o| o.get(&partition).map(|o| o.offset))
                .unwrap_or(0);
            if now != last {
                progress.at(format_args!("{now} of {goal}"));
                (last, moved) = (now, Instant::now());
            }
            if now >= goal {
                return Ok(());
            }
            self.no_task_failed().await?;
            if moved.elapsed() > STALL * 2 {
                return Err(self.stalled(group).await);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Why nothing moves: what Connect says of its connectors.
    async fn stalled(&self, what: &str) -> Failure {
        let failure = Failure::new(format!("{what}: nothing moved for a long time"));
        match call("GET", &self.connect, "/connectors?expand=status", None).await {
            Ok(status) => failure.hint(serde_json::to_string_pretty(&status).unwrap_or_default()),
            Err(_) => failure,
        }
    }

    /// The last value of each key of a topic.
    async fn latest<T>(
        &self,
        topic: &str,
        read: impl Fn(&bytes::Bytes) -> Option<T>,
    ) -> Result<BTreeMap<String, T>, Failure> {
        let wrong = |e: &dyn std::fmt::Display| Failure::new(format!("{topic}: {e}"));
        let config = ConsumerConfig::from_map([
            ("bootstrap.servers", self.bootstrap.as_str()),
            ("auto.offset.reset", "earliest"),
        ]);
        let mut consumer =
            Consumer::new(weir_runtime::real(), config.map_err(|e| wrong(&e))?).map_err(|e| wrong(&e))?;
        let partition = TopicPartition::new(topic, 0);
        consumer.assign([partition.clone()]);
        let ends = consumer
            .end_offsets(std::slice::from_ref(&partition))
            .await
            .map_err(|e| wrong(&e))?;
        let end = ends.get(&partition).copied().unwrap_or(0);
        let mut latest = BTreeMap::new();
        while consumer.position(&partition).await.map_err(|e| wrong(&e))? < end {
            for record in consumer.poll(Duration::from_millis(500)).await.map_err(|e| wrong(&e))? {
                let key = record
                    .key
                    .map(|k| String::from_utf8_lossy(&k).into_owned())
                    .unwrap_or_default();
                if let Some(value) = record.value.as_ref().and_then(&read) {
                    latest.insert(key, value);
                }
            }
        }
        consumer.close().await;
        Ok(latest)
    }

    async fn latest_delays(&self) -> Result<Vec<flight_delays::Delay>, Failure> {
        let reads = AvroDeserializer::new(self.client()?);
        self.load(&reads, "demo.delays-value").await?;
        let serde: SerdeRef<flight_delays::Delay> = avro::reader(Arc::new(reads));
        let latest = self
            .latest("demo.delays", |bytes| serde.deserialize("demo.delays", bytes).ok())
            .await?;
        Ok(latest.into_values().collect())
    }

    fn show(&self, rows: &[flight_delays::Delay]) {
        let mut busiest: Vec<&flight_delays::Delay> = rows.iter().collect();
        busiest.sort_by(|a, b| {
            b.flights
                .cmp(&a.flights)
                .then(a.origin.cmp(&b.origin))
                .then(a.day.cmp(&b.day))
        });
        let table = busiest.iter().take(10).map(|d| {
            vec![
                json!(d.origin),
                json!(format!("{}, {}", d.city, d.state)),
                json!(d.day),
                json!(d.flights),
                json!(format!("{:.1}", d.average_delay)),
            ]
        });
        say!("the busiest origins and days:");
        output::rows(
            Format::Table,
            &["origin", "city", "day", "flights", "average delay (min)"],
            table.collect(),
        );
    }
}

/// Whether a CSV file can be counted at all: told before anything is started for it.
fn has_rows(file: &Path) -> Result<(), Failure> {
    let unreadable = |e: std::io::Error| Failure::new(format!("cannot read {}: {e}", file.display()));
    let reader = BufReader::new(std::fs::File::open(file).map_err(unreadable)?);
    let mut lines = 0;
    for line in reader.split(b'\n') {
        lines += usize::from(!line.map_err(unreadable)?.trim_ascii().is_empty());
        if lines == 2 {
            return Ok(());
        }
    }
    let what = if lines == 0 { "is empty" } else { "has no rows" };
    Err(Failure::new(format!("{} {what}", file.display()))
        .hint("it needs a line with the columns' names, and a line for each row"))
}

/// The last cause of a task's trace, without the names of classes.
fn reason(trace: &str) -> &str {
    let cause = trace.rsplit("Caused by: ").next().unwrap_or(trace);
    match cause.split_once(": ") {
        Some((class, reason)) if class.contains('.') && !class.contains([' ', '/']) => reason,
        _ => cause,
    }
}

/// Rows of any schema.
struct Rows(AvroDeserializer);

impl weir_streams::Serde<Avro> for Rows {
    fn serialize(&self, _topic: &str, _value: &Avro) -> Result<bytes::Bytes, weir_streams::SerdeError> {
        Err(weir_streams::SerdeError("rows are only read".into()))
    }

    fn deserialize(&self, _topic: &str, bytes: &bytes::Bytes) -> Result<Avro, weir_streams::SerdeError> {
        match self.0.try_deserialize(bytes) {
            Ok(weir_serdes::avro::TryDecoded::Value(decoded)) => Ok(decoded.value),
            Ok(weir_serdes::avro::TryDecoded::Missing(id)) => {
                Err(weir_streams::SerdeError(format!("schema {id} is not loaded")))
            }
            Err(e) => Err(weir_streams::SerdeError(e.to_string())),
        }
    }
}

/// A column of a row as text; null is empty.
fn field(row: &Avro, name: &str) -> String {
    fn text(value: &Avro) -> String {
        match value {
            Avro::Union(_, inner) => text(inner),
            Avro::Null => String::new(),
            Avro::String(s) => s.clone(),
            Avro::Long(n) => n.to_string(),
            Avro::Int(n) => n.to_string(),
            Avro::Double(n) => n.to_string(),
            Avro::Boolean(b) => b.to_string(),
            other => format!("{other:?}"),
        }
    }
    match row {
        Avro::Record(fields) => fields
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| text(v))
            .unwrap_or_default(),
        _ => String::new(),
    }
}
