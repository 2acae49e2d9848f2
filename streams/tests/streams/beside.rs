//! Weir beside Kafka Streams 4.3.1 on one cluster, on the same input: topics, their settings, and per key all records of
//! output, repartition and changelog topics are equal, and so is what is committed. And each goes on with what the other
//! began.

use crate::inputs::{self, Input, hex};
use crate::{jar, shapes};
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{Duration, Instant};
use weir_client::TopicPartition;
use weir_client::admin::{Admin, ConfigResource, ConfigSource, NewTopic, OffsetSpec};
use weir_client::config::{AdminConfig, ConsumerConfig, IsolationLevel, ProducerConfig};
use weir_client::consumer::Consumer;
use weir_client::producer::{Producer, ProducerRecord, partition_for_key};
use weir_core::Seam;
use weir_core::record::Header;
use weir_streams::{Streams, StreamsConfig};
use weir_tests::peers::{Kafka, Missing, Weir, skip};

/// How long applications may take to be through with their input.
const PATIENCE: Duration = Duration::from_secs(120);
const INPUTS: [&str; 4] = ["lines", "events", "orders", "users"];

/// One after the other: each starts servers and a JVM with dozens of threads.
pub static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Shapes whose outcome depends on which of several partitions is read first, in Kafka Streams as in Weir: they are
/// compared with one partition.
const ORDERED: [&str; 5] = [
    "two-steps",
    "windowed-count-new-key",
    "join-new-key",
    "join-new-key-twice",
    "join-then-aggregate",
];

fn shapes_for(partitions: usize) -> Vec<&'static str> {
    let names = shapes::NAMES.iter().copied();
    names
        .filter(|name| (partitions == 1) == ORDERED.contains(name))
        .collect()
}

/// Those that are also handed over: each kind of store, with and without a repartition topic.
const HANDED: [&str; 9] = [
    "word-count",
    "join-filtered-table",
    "join-aggregated",
    "windowed-count",
    "aggregate-new-key",
    "merge-count",
    "two-counts",
    "two-steps",
    "join-new-key",
];

/// Who runs a shape.
fn who(shape: &str) -> &'static [&'static str] {
    let all = &["jar", "weir", "jar-weir", "weir-jar"];
    match HANDED.contains(&shape) {
        true => all,
        false => &all[..2],
    }
}

/// Its application id; no one is the beginning of another.
fn application(who: &str, shape: &str) -> String {
    format!("{who}.{shape}.app")
}

fn out(who: &str, shape: &str) -> String {
    format!("out-{who}.{shape}")
}

/// A cluster with the input topics on it.
struct Cluster {
    seam: Seam,
    bootstrap: String,
    admin: Admin,
    partitions: usize,
}

impl Cluster {
    async fn with_topics(bootstrap: &str, partitions: usize) -> Self {
        let seam = weir_runtime::real();
        let admin = Admin::new(seam.clone(), AdminConfig::new(bootstrap).unwrap());
        // Outputs are made here as well, with as many partitions: where a record goes is part of the comparison.
        let outs = shapes_for(partitions).into_iter().flat_map(|shape| {
            let name = move |who: &str| [out(who, shape), format!("{}-2", out(who, shape))];
            who(shape).iter().copied().flat_map(name)
        });
        let names = INPUTS.into_iter().map(str::to_owned).chain(outs);
        let topics: Vec<NewTopic> = names.map(|name| NewTopic::new(name, partitions as i32)).collect();
        for (name, created) in admin.create_topics(&topics, false).await.unwrap() {
            assert!(created.is_ok(), "{name}: {created:?}");
        }
        Self {
            seam,
            bootstrap: bootstrap.to_owned(),
            admin,
            partitions,
        }
    }

    async fn produce(&self, inputs: &[Input]) {
        let producer = Producer::new(self.seam.clone(), ProducerConfig::new(&self.bootstrap).unwrap());
        let mut sent = Vec::new();
        for i in inputs {
            let bytes = |text: &Option<String>| text.clone().map(Bytes::from);
            let key = bytes(&i.key);
            let record = ProducerRecord {
                topic: i.topic.into(),
                // What has no key goes where nobody has to guess.
                partition: Some(key.as_ref().map_or(0, |k| partition_for_key(k, self.partitions))),
                timestamp: Some(i.timestamp),
                key,
                value: bytes(&i.value),
                headers: i
                    .headers
                    .iter()
                    .map(|(k, v)| Header {
                        key: Bytes::from(k.clone()),
                        value: bytes(v),
                    })
                    .collect(),
            };
            sent.push(producer.enqueue(record).await.unwrap());
        }
        producer.flush().await;
        for delivery in sent {
            delivery.await.unwrap();
        }
        producer.close().await;
    }

    /// An application of ours, with the settings of the Java program's.
    async fn start(&self, shape: &str, application: &str, out: &str) -> Streams {
        let config = StreamsConfig::from_map([
            ("application.id", application),
            ("bootstrap.servers", &self.bootstrap),
            ("commit.interval.ms", "200"),
            ("max.task.idle.ms", "1500"),
            ("repartition.purge.interval.ms", "3600000"),
        ]);
        let topology = shapes::topology(shape, out);
        Streams::start(self.seam.clone(), config.unwrap(), topology)
            .await
            .unwrap()
    }

    async fn ends(&self, topics: &BTreeMap<String, usize>) -> BTreeMap<TopicPartition, i64> {
        let partitions = topics
            .iter()
            .flat_map(|(t, n)| (0..*n).map(|p| (TopicPartition::new(t.as_str(), p as i32), OffsetSpec::Latest)));
        let ends = self
            .admin
            .list_offsets(&partitions.collect(), IsolationLevel::ReadUncommitted)
            .await
            .unwrap();
        ends.into_iter().map(|(p, o)| (p, o.map_or(0, |o| o.offset))).collect()
    }

    /// Topics that there are, with their numbers of partitions.
    async fn topics(&self) -> BTreeMap<String, usize> {
        let topics = self.admin.list_topics().await.unwrap();
        topics.into_iter().map(|t| (t.name.to_string(), t.partitions)).collect()
    }

    /// Waits until an application has committed the end of all that it reads, twice in a row.
    async fn through(&self, shape: &str, application: &str) {
        let topology = shapes::topology(shape, "out");
        let reads: BTreeSet<String> = (0..topology.sub_topologies().len())
            .flat_map(|i| topology.sources_of(i))
            .map(|(_, topic, internal)| weir_streams::Topology::topic_name(application, &topic, internal))
            .collect();
        let (end, mut calm) = (Instant::now() + PATIENCE, 0);
        while calm < 2 {
            let there = self.topics().await;
            let known: BTreeMap<String, usize> = there.into_iter().filter(|(t, _)| reads.contains(t)).collect();
            let ends = self.ends(&known).await;
            let committed = self.admin.list_group_offsets(application, None).await.unwrap();
            let behind: Vec<_> = ends
                .iter()
                .filter(|(p, end)| **end > committed.get(p).map_or(0, |o| o.offset))
                .collect();
            calm = if behind.is_empty() && known.len() == reads.len() {
                calm + 1
            } else {
                0
            };
            assert!(
                Instant::now() < end,
                "{application} does not get through: {behind:?}, {committed:?}"
            );
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    }

    /// All that an application left behind, under names without its id: for each topic its partitions, settings, and per
    /// partition and key its records in order; then what it committed.
    async fn left_by(&self, application: &str, out: &str) -> BTreeMap<String, String> {
        let prefix = format!("{application}-");
        let topics: BTreeMap<String, usize> = self
            .topics()
            .await
            .into_iter()
            .filter(|(t, _)| t.starts_with(&prefix) || t == out || *t == format!("{out}-2"))
            .collect();
        let plain = |topic: &str| match topic.strip_prefix(&prefix) {
            Some(rest) => format!("APP-{rest}"),
            None => topic.replacen(out, "OUT", 1),
        };
        let mut left = BTreeMap::new();
        let resources: Vec<ConfigResource> = topics.keys().map(|t| ConfigResource::topic(t.as_str())).collect();
        for (resource, entries) in self.admin.describe_configs(&resources).await.unwrap() {
            let own = entries.unwrap().into_iter().filter(|e| e.source == ConfigSource::Topic);
            let own: BTreeMap<String, Option<String>> = own.map(|e| (e.name, e.value)).collect();
            let text = format!("{} partitions, {own:?}", topics[&*resource.name]);
            left.insert(format!("{} settings", plain(&resource.name)), text);
        }
        for (topic, partition, key, record) in self.read(&topics).await {
            // What has no key goes to any partition.
            let name = match key.as_str() {
                "-" => format!("{} {key}", plain(&topic)),
                _ => format!("{}-{partition} {key}", plain(&topic)),
            };
            let text: &mut String = left.entry(name).or_default();
            text.push_str(&record);
            text.push('\n');
        }
        for text in left
            .iter_mut()
            .filter(|(name, _)| name.ends_with(" -"))
            .map(|(_, text)| text)
        {
            let sorted: BTreeSet<&str> = text.lines().collect();
            *text = sorted.into_iter().collect::<Vec<_>>().join("\n");
        }
        for (at, offset) in self.admin.list_group_offsets(application, None).await.unwrap() {
            let name = format!("committed {}-{}", plain(&at.topic), at.partition);
            left.insert(name, format!("{} {}", offset.offset, offset.metadata));
        }
        left
    }

    /// Topic, partition, key, the rest.
    async fn read(&self, topics: &BTreeMap<String, usize>) -> Vec<(String, i32, String, String)> {
        let config = ConsumerConfig::from_map([
            ("bootstrap.servers", self.bootstrap.as_str()),
            ("auto.offset.reset", "earliest"),
        ]);
        let mut consumer = Consumer::new(self.seam.clone(), config.unwrap()).unwrap();
        let ends = self.ends(topics).await;
        consumer.assign(ends.keys().cloned());
        let mut records = Vec::new();
        for (partition, end) in ends {
            while consumer.position(&partition).await.unwrap() < end {
                for r in consumer.poll(Duration::from_millis(200)).await.unwrap() {
                    let mut text = format!("{} {}", hex(r.value.as_deref()), r.timestamp);
                    for h in &r.headers {
                        write!(text, " {}={}", h.key_str(), hex(h.value.as_deref())).unwrap();
                    }
                    records.push((r.topic.to_string(), r.partition, hex(r.key.as_deref()), text));
                }
            }
        }
        consumer.close().await;
        records
    }
}

/// Where two applications differ: the first place.
fn difference(ours: &BTreeMap<String, String>, theirs: &BTreeMap<String, String>) -> Option<String> {
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    names.into_iter().find_map(|name| {
        let (a, b) = (ours.get(name), theirs.get(name));
        (a != b).then(|| format!("{name}:\n  {a:?}\n  expected {b:?}"))
    })
}

/// `jar.*` and `weir.*` run over all input; `jar-weir.*` begins in the jar and ends in Weir, `weir-jar.*` the other way.
async fn compare(bootstrap: &str, partitions: usize) -> Result<(), Missing> {
    let cluster = Cluster::with_topics(bootstrap, partitions).await;
    let mut jar = jar::Applications::on(bootstrap)?;
    let shapes = shapes_for(partitions);
    let partition_of = |key: &str| partition_for_key(key.as_bytes(), partitions) as usize;
    // Of today: what is older than its topic's retention would be deleted while it is read.
    let today = cluster.seam.now_ms() / 3_600_000 * 3_600_000 - 3_600_000;
    cluster.produce(&inputs::partitioned(7, today, 300, partition_of)).await;
    let mut ours = Vec::new();
    let handed = || shapes.iter().filter(|shape| HANDED.contains(shape));
    for shape in handed() {
        jar.start(shape, &application("jar-weir", shape), &out("jar-weir", shape));
        let (application, out) = (application("weir-jar", shape), out("weir-jar", shape));
        ours.push(cluster.start(shape, &application, &out).await);
    }
    for shape in handed() {
        for who in ["jar-weir", "weir-jar"] {
            cluster.through(shape, &application(who, shape)).await;
        }
        jar.stop(&application("jar-weir", shape));
    }
    for streams in ours.drain(..) {
        streams.close().await.unwrap();
    }
    // Later than all before: else what comes first would depend on when it was there.
    let later = inputs::partitioned(8, today + 100_000, 300, partition_of);
    cluster.produce(&later).await;
    for shape in &shapes {
        for who in who(shape) {
            let (application, out) = (application(who, shape), out(who, shape));
            match who.ends_with("jar") {
                true => jar.start(shape, &application, &out),
                false => ours.push(cluster.start(shape, &application, &out).await),
            }
        }
    }
    let mut wrong = Vec::new();
    for shape in &shapes {
        for who in who(shape) {
            cluster.through(shape, &application(who, shape)).await;
        }
        let left = async |who: &str| {
            let (application, out) = (application(who, shape), out(who, shape));
            cluster.left_by(&application, &out).await
        };
        let theirs = left("jar").await;
        let records = theirs
            .iter()
            .filter(|(n, _)| !n.starts_with("committed") && !n.ends_with("settings"));
        let records: usize = records.map(|(_, text)| text.lines().count()).sum();
        assert!(records > 50, "{shape}: too little to compare: {theirs:?}");
        for who in who(shape).iter().filter(|who| **who != "jar") {
            if let Some(text) = difference(&left(who).await, &theirs) {
                wrong.push(format!("{who}.{shape} at {text}"));
            }
        }
    }
    for streams in ours {
        streams.close().await.unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

async fn on_weir(partitions: usize) {
    let _turn = TURN.lock().await;
    match Weir::broker(&[]) {
        Ok(weir) => match compare(weir.bootstrap(), partitions).await {
            Ok(()) => {}
            Err(missing) => skip(&missing),
        },
        Err(missing) => skip(&missing),
    }
}

async fn on_kafka(partitions: usize) {
    let _turn = TURN.lock().await;
    match Kafka::start() {
        Ok(kafka) => match compare(kafka.bootstrap(), partitions).await {
            Ok(()) => {}
            Err(missing) => skip(&missing),
        },
        Err(missing) => skip(&missing),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_behind_is_equal_on_weir() {
    on_weir(3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_behind_is_equal_on_kafka() {
    on_kafka(3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_one_partition_on_weir() {
    on_weir(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_one_partition_on_kafka() {
    on_kafka(1).await;
}
