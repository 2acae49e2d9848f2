//! The word count example as a process: it stays short, and kills lose nothing, on Weir and on Apache Kafka.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test: what is missing must fail it"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use weir_client::TopicPartition;
use weir_client::admin::{Admin, NewTopic, OffsetSpec};
use weir_client::config::{AdminConfig, ConsumerConfig, IsolationLevel, ProducerConfig};
use weir_client::consumer::Consumer;
use weir_client::producer::{Producer, ProducerRecord};
use weir_tests::peers::{Kafka, Weir, skip};

const PARTITIONS: i32 = 2;
const LINES: usize = 30_000;
const KILLS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn word_count_is_at_most_fifteen_lines_and_in_the_readme() {
    let source = include_str!("../examples/word_count.rs");
    let code = source
        .lines()
        .filter(|l| !l.trim().is_empty() && !l.trim().starts_with("//"));
    assert!(code.count() <= 15);
    let readme = include_str!("../../README.md");
    let (_, shown) = readme.split_once("```rust\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    assert!(source.contains(shown), "the README shows something else");
}

/// Built with the tests, beside them.
fn example() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    own.parent().unwrap().parent().unwrap().join("examples/word_count")
}

/// Killed when dropped.
struct Running(Child);

impl Running {
    fn on(bootstrap: &str) -> Self {
        let child = Command::new(example())
            .arg(format!("bootstrap.servers={bootstrap}"))
            .args(["application.id=words", "commit.interval.ms=50"])
            // The group forgets the killed one after this.
            .args(["consumer.session.timeout.ms=6000", "consumer.heartbeat.interval.ms=500"])
            // Slow enough to be killed on the way.
            .args(["consumer.max.poll.records=100", "buffered.records.per.partition=100"])
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn();
        Self(child.unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // On Unix this is SIGKILL.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Cluster {
    admin: Admin,
    bootstrap: String,
}

impl Cluster {
    async fn ends(&self, topic: &str) -> BTreeMap<TopicPartition, i64> {
        let wanted = (0..PARTITIONS).map(|p| (TopicPartition::new(topic, p), OffsetSpec::Latest));
        let ends = self
            .admin
            .list_offsets(&wanted.collect(), IsolationLevel::ReadUncommitted)
            .await;
        ends.unwrap()
            .into_iter()
            .map(|(p, o)| (p, o.map_or(0, |o| o.offset)))
            .collect()
    }

    /// Records of the input whose processing is committed.
    async fn committed(&self) -> i64 {
        let offsets = self.admin.list_group_offsets("words", None).await.unwrap_or_default();
        let of_lines = offsets.iter().filter(|(p, _)| &*p.topic == "lines");
        of_lines.map(|(_, o)| o.offset).sum()
    }

    async fn through(&self) -> bool {
        let offsets = self.admin.list_group_offsets("words", None).await.unwrap_or_default();
        let mut ends = self.ends("lines").await;
        ends.extend(self.ends("words-counts-repartition").await);
        ends.iter()
            .all(|(p, end)| offsets.get(p).is_some_and(|o| o.offset == *end))
    }

    /// The latest count of each word in a topic, and how many records say so.
    async fn counts(&self, topic: &str) -> (BTreeMap<String, i64>, usize) {
        let config = ConsumerConfig::from_map([
            ("bootstrap.servers", self.bootstrap.as_str()),
            ("auto.offset.reset", "earliest"),
        ]);
        let mut consumer = Consumer::new(weir_runtime::real(), config.unwrap()).unwrap();
        let ends = self.ends(topic).await;
        consumer.assign(ends.keys().cloned());
        let (mut latest, mut records) = (BTreeMap::new(), 0);
        for (partition, end) in ends {
            while consumer.position(&partition).await.unwrap() < end {
                for r in consumer.poll(Duration::from_millis(200)).await.unwrap() {
                    let n = i64::from_be_bytes(r.value.unwrap()[..].try_into().unwrap());
                    latest.insert(String::from_utf8(r.key.unwrap().to_vec()).unwrap(), n);
                    records += 1;
                }
            }
        }
        (latest, records)
    }
}

async fn killed_again_and_again(bootstrap: &str) {
    let seam = weir_runtime::real();
    let cluster = Cluster {
        admin: Admin::new(seam.clone(), AdminConfig::new(bootstrap).unwrap()),
        bootstrap: bootstrap.to_owned(),
    };
    let topics = [
        NewTopic::new("lines", PARTITIONS),
        NewTopic::new("word-counts", PARTITIONS),
    ];
    cluster.admin.create_topics(&topics, false).await.unwrap();
    let producer = Producer::new(seam, ProducerConfig::new(bootstrap).unwrap());
    let mut truth: BTreeMap<String, i64> = BTreeMap::new();
    for i in 0..LINES {
        // A word that comes once: when it is lost, no other record that is counted twice makes up for it.
        let words = [format!("w{}", i % 97), format!("u{i}")];
        for word in &words {
            *truth.entry(word.clone()).or_default() += 1;
        }
        let record = ProducerRecord::new("lines", words.join(" ")).partition(i as i32 % PARTITIONS);
        // Its outcome comes with `close`.
        drop(producer.enqueue(record).await.unwrap());
    }
    producer.close().await;
    let total = LINES as i64;
    assert_eq!(cluster.ends("lines").await.values().sum::<i64>(), total);
    let end = Instant::now() + PATIENCE;
    let mut killed_on_the_way = 0;
    for round in 0..KILLS {
        let before = cluster.committed().await;
        let running = Running::on(bootstrap);
        while cluster.committed().await <= before {
            assert!(
                Instant::now() < end,
                "round {round}: nothing is committed after {before}"
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        // Not at once: what is produced and not yet committed is what a kill is about.
        tokio::time::sleep(Duration::from_millis(15 + 20 * round as u64)).await;
        drop(running);
        killed_on_the_way += usize::from(cluster.committed().await < total);
    }
    assert!(killed_on_the_way > 0, "all was done before the first kill");
    let _running = Running::on(bootstrap);
    while !cluster.through().await {
        assert!(Instant::now() < end, "it does not get through");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for topic in ["word-counts", "words-counts-changelog"] {
        let (counts, records) = cluster.counts(topic).await;
        assert_eq!(
            counts.keys().collect::<Vec<_>>(),
            truth.keys().collect::<Vec<_>>(),
            "{topic}"
        );
        for (word, n) in &truth {
            assert!(
                counts[word] >= *n,
                "{topic}: {word} was counted {} times, not {n}",
                counts[word]
            );
        }
        let counted: i64 = counts.values().sum();
        assert!(
            records as i64 >= counted.max(2 * total),
            "{topic}: {records} records, {counted} counted"
        );
        println!(
            "{topic}: {counted} counted of {}, {killed_on_the_way} kills on the way",
            2 * total
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_lose_nothing_on_weir() {
    match Weir::broker(&[]) {
        Ok(weir) => killed_again_and_again(weir.bootstrap()).await,
        Err(missing) => skip(&missing),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_lose_nothing_on_kafka() {
    match Kafka::start() {
        Ok(kafka) => killed_again_and_again(kafka.bootstrap()).await,
        Err(missing) => skip(&missing),
    }
}
