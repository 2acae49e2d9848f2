//! What goes wrong is told in Kafka Streams' words: the same mistakes made in Weir and in the 4.3.1 jar, on both clusters.

use crate::{jar, shapes};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use weir_client::TopicPartition;
use weir_client::admin::{Admin, NewTopic, OffsetSpec};
use weir_client::config::{AdminConfig, IsolationLevel, ProducerConfig};
use weir_client::producer::{Producer, ProducerRecord};
use weir_core::Seam;
use weir_streams::{Streams, StreamsBuilder, StreamsConfig, StreamsError, Topology};
use weir_tests::peers::{Kafka, Missing, Weir, skip};

fn numbers() -> Topology {
    let builder = StreamsBuilder::new();
    builder
        .stream::<String, i64>("numbers")
        .map_values(|n| n + 1)
        .to("more");
    builder.build().unwrap()
}

fn uneven() -> Topology {
    let builder = StreamsBuilder::new();
    let users = builder.table::<String, String>("users");
    let joined = builder
        .stream::<String, String>("orders")
        .join(&users, |o, u| format!("{o}/{u}"));
    let grouped = joined.group_by(|_, v| v.chars().take(1).collect::<String>());
    grouped.count(None).to_stream().to("out");
    builder.build().unwrap()
}

struct Cluster {
    seam: Seam,
    bootstrap: String,
    admin: Admin,
}

impl Cluster {
    async fn start(
        &self,
        application: &str,
        settings: &[(&str, &str)],
        topology: Topology,
    ) -> Result<Streams, StreamsError> {
        let own = [
            ("application.id", application),
            ("bootstrap.servers", &self.bootstrap),
            ("commit.interval.ms", "100"),
        ];
        let config = StreamsConfig::from_map(own.iter().chain(settings).copied())?;
        Streams::start(self.seam.clone(), config, topology).await
    }

    async fn create(&self, topics: &[(&str, i32)]) {
        let topics: Vec<NewTopic> = topics.iter().map(|(name, n)| NewTopic::new(*name, *n)).collect();
        for (name, created) in self.admin.create_topics(&topics, false).await.unwrap() {
            assert!(created.is_ok(), "{name}: {created:?}");
        }
    }

    async fn produce(&self, topic: &str, values: &[Bytes]) {
        let producer = Producer::new(self.seam.clone(), ProducerConfig::new(&self.bootstrap).unwrap());
        for value in values {
            let record = ProducerRecord::new(topic, value.clone()).partition(0);
            producer.send(record).await.unwrap();
        }
        producer.close().await;
    }

    async fn offset(&self, topic: &str, at: OffsetSpec) -> i64 {
        let partition = TopicPartition::new(topic, 0);
        let wanted = BTreeMap::from([(partition.clone(), at)]);
        let offsets = self.admin.list_offsets(&wanted, IsolationLevel::ReadUncommitted).await;
        offsets.unwrap()[&partition].as_ref().map_or(0, |o| o.offset)
    }

    async fn members(&self, group: &str) -> usize {
        let described = self.admin.describe_groups([group]).await.unwrap();
        described
            .values()
            .next()
            .map_or(0, |g| g.as_ref().map_or(0, |g| g.members.len()))
    }

    async fn committed(&self, group: &str, topic: &str) -> i64 {
        let offsets = self.admin.list_group_offsets(group, None).await.unwrap();
        offsets.get(&TopicPartition::new(topic, 0)).map_or(0, |o| o.offset)
    }
}

async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !done().await {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn all_of_it(bootstrap: &str) -> Result<(), Missing> {
    let seam = weir_runtime::real();
    let cluster = Cluster {
        admin: Admin::new(seam.clone(), AdminConfig::new(bootstrap).unwrap()),
        seam,
        bootstrap: bootstrap.to_owned(),
    };
    let mut jar = jar::Applications::on(bootstrap)?;

    // An input topic that is not there.
    let failed = cluster
        .start("missing", &[], shapes::topology("join", "out"))
        .await
        .unwrap_err();
    assert_eq!(failed.to_string(), "Missing source topics. [orders, users]");
    jar.start("join", "jar-missing", "out");
    let theirs = jar.failure();
    assert!(theirs.contains("MissingSourceTopicException"), "{theirs}");
    jar.stop("jar-missing");

    // Topics that are joined and do not fit. Kafka Streams sees it only where there is a repartition topic as well.
    let topics = [("orders", 2), ("users", 3), ("lines", 2), ("numbers", 1), ("more", 1)];
    cluster.create(&topics).await;
    for topology in [shapes::topology("join", "out"), uneven()] {
        let failed = cluster.start("uneven", &[], topology).await.unwrap_err();
        let expect = "Invalid topology: Topics not co-partitioned: [{orders=2, users=3}]";
        assert_eq!(failed.to_string(), expect);
    }
    jar.start("uneven", "jar-uneven", "out");
    let theirs = jar.failure();
    let (kind, rest) = ("Invalid topology: ", "Topics not co-partitioned: [{orders=2, users=3}]");
    assert!(theirs.contains(kind) && theirs.contains(rest), "{theirs}");
    jar.stop("jar-uneven");

    // An internal topic of somebody else's.
    for application in ["wrong", "jar-wrong"] {
        cluster.create(&[(&format!("{application}-counts-changelog"), 5)]).await;
    }
    let failed = cluster
        .start("wrong", &[], shapes::topology("word-count", "out"))
        .await
        .unwrap_err();
    let text = failed.to_string();
    let same = text.split_once(". ").unwrap().0;
    assert_eq!(
        same,
        "Existing internal topic wrong-counts-changelog has invalid partitions: expected: 2; actual: 5"
    );
    jar.start("word-count", "jar-wrong", "out");
    let theirs = jar.failure();
    assert!(theirs.replace("jar-wrong", "wrong").contains(same), "{theirs}");
    jar.stop("jar-wrong");

    // A record that does not deserialise, between two that do.
    let number = |n: i64| Bytes::copy_from_slice(&n.to_be_bytes());
    cluster
        .produce("numbers", &[number(1), Bytes::from_static(b"bad"), number(3)])
        .await;
    let mut strict = cluster.start("strict", &[], numbers()).await.unwrap();
    let failed = strict.wait().await.unwrap_err();
    assert!(
        matches!(&failed, StreamsError::Process(_)) && failed.to_string().contains("value at offset 1"),
        "{failed}"
    );
    jar.start("numbers", "jar-strict", "more-of-jar");
    let (ours, theirs) = (failed.to_string(), jar.failure());
    let words = "Deserialization exception handler is set to fail upon a deserialization error";
    assert!(ours.contains(words) && theirs.contains(words), "{ours}\n{theirs}");
    assert!(
        ours.contains("Size of data received") && theirs.contains("Size of data received"),
        "{ours}\n{theirs}"
    );
    jar.stop("jar-strict");
    assert!(
        cluster.committed("strict", "numbers").await <= 1,
        "the bad record was passed over"
    );
    let handler = ("deserialization.exception.handler", "LogAndContinueExceptionHandler");
    let before = cluster.offset("more", OffsetSpec::Latest).await;
    let lenient = cluster.start("lenient", &[handler], numbers()).await.unwrap();
    until("the third record comes through", async || {
        cluster.committed("lenient", "numbers").await == 3
    })
    .await;
    assert_eq!((lenient.processed(), lenient.dropped()), (3, 1));
    assert_eq!(cluster.offset("more", OffsetSpec::Latest).await - before, 2);
    lenient.close().await.unwrap();

    // Two instances whose assignor would tear a task apart.
    cluster.create(&[("three", 3), ("two", 2)]).await;
    let torn = || {
        let builder = StreamsBuilder::new();
        let two = builder.stream::<String, String>("two");
        let merged = builder.stream::<String, String>("three").merge(&two);
        merged.group_by_key().count("torn").to_stream().to("out");
        builder.build().unwrap()
    };
    let mut first = cluster.start("torn", &[], torn()).await.unwrap();
    until("one instance runs alone", async || cluster.members("torn").await == 1).await;
    assert!(!first.has_stopped());
    let mut second = cluster.start("torn", &[], torn()).await.unwrap();
    // Once one has gone, the other may be alone again.
    let ended = tokio::select! {
        ended = first.wait() => ended,
        ended = second.wait() => ended,
    };
    match ended {
        Err(StreamsError::SplitTask { task, .. }) => assert_eq!(task, "0_1"),
        other => panic!("{other:?}"),
    }
    drop((first, second));

    // A function that panics ends its application, which leaves the group and has committed nothing of it.
    cluster.create(&[("words", 1), ("shouted", 1)]).await;
    let builder = StreamsBuilder::new();
    let loud = |text: &String| {
        assert!(text != "boom", "no boom, please");
        text.to_uppercase()
    };
    builder.stream::<String, String>("words").map_values(loud).to("shouted");
    let topology = builder.build().unwrap();
    cluster.produce("words", &[Bytes::from_static(b"boom")]).await;
    let mut panics = cluster.start("panics", &[], topology).await.unwrap();
    until("the panic is seen", async || panics.has_stopped()).await;
    let failed = panics.wait().await.unwrap_err();
    assert_eq!(failed.to_string(), "the topology panicked: no boom, please");
    assert_eq!(cluster.members("panics").await, 0);
    assert_eq!(cluster.committed("panics", "words").await, 0);

    // Partitions that nobody would process.
    let builder = StreamsBuilder::new();
    builder.stream::<String, String>("shouted").to("more");
    let soon = ("consumer.metadata.max.age.ms", "500");
    let mut grown = cluster.start("grown", &[soon], builder.build().unwrap()).await.unwrap();
    until("it runs", async || cluster.members("grown").await == 1).await;
    let totals = BTreeMap::from([("shouted".into(), 2)]);
    cluster.admin.create_partitions(&totals, false).await.unwrap();
    match grown.wait().await {
        Err(StreamsError::MorePartitions { topic, before: 1 }) => assert_eq!(topic, "shouted"),
        other => panic!("{other:?}"),
    }

    // What is done with leaves the repartition topic.
    cluster
        .produce("lines", &[Bytes::from_static(b"to be or not to be")])
        .await;
    let often = ("repartition.purge.interval.ms", "0");
    let counting = cluster
        .start("purged", &[often], shapes::topology("word-count", "out"))
        .await
        .unwrap();
    until("the repartition topic is emptied", async || {
        let mut left = 0;
        let mut all = 0;
        for partition in 0..2 {
            let at = TopicPartition::new("purged-counts-repartition", partition);
            let of = async |spec| {
                let wanted = BTreeMap::from([(at.clone(), spec)]);
                let offsets = cluster
                    .admin
                    .list_offsets(&wanted, IsolationLevel::ReadUncommitted)
                    .await;
                offsets.unwrap()[&at].as_ref().map_or(0, |o| o.offset)
            };
            let (first, end) = (of(OffsetSpec::Earliest).await, of(OffsetSpec::Latest).await);
            left += end - first;
            all += end;
        }
        all == 6 && left == 0
    })
    .await;
    counting.close().await.unwrap();
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_is_told_as_by_kafka_streams_on_weir() {
    let _turn = crate::beside::TURN.lock().await;
    match Weir::broker(&[]) {
        Ok(weir) => match all_of_it(weir.bootstrap()).await {
            Ok(()) => {}
            Err(missing) => skip(&missing),
        },
        Err(missing) => skip(&missing),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_is_told_as_by_kafka_streams_on_kafka() {
    let _turn = crate::beside::TURN.lock().await;
    match Kafka::start() {
        Ok(kafka) => match all_of_it(kafka.bootstrap()).await {
            Ok(()) => {}
            Err(missing) => skip(&missing),
        },
        Err(missing) => skip(&missing),
    }
}
