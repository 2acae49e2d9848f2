//! Groups: assignors, rebalances, commits, static members, a Java member beside ours, and a protocol of our own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;
use weir_client::config::ConsumerConfig;
use weir_client::consumer::{CommitError, Consumer, ConsumerEvent, RebalanceListener};
use weir_client::group::{AssignError, GroupClient, GroupConfig, GroupProtocol, Members};
use weir_client::producer::ProducerRecord;
use weir_client::{Cluster, OffsetAndMetadata, TopicPartition};
use weir_messages::Str;

use super::support::{Fixture, PATIENCE, POLL, read, text, tp};

/// Polls all consumers in turn until the condition holds.
async fn settle(consumers: &mut [&mut Consumer], holds: impl Fn(&[BTreeSet<TopicPartition>]) -> bool) {
    let start = Instant::now();
    loop {
        let mut assigned = Vec::new();
        for consumer in consumers.iter_mut() {
            consumer.poll(Duration::from_millis(30)).await.unwrap();
            assigned.push(consumer.assignment());
        }
        if holds(&assigned) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{assigned:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_come_and_go_with_every_assignor() {
    let Some(fixture) = Fixture::new("assignors") else {
        return;
    };
    let topic = fixture.topic(6, &[]).await;
    for assignor in ["range", "roundrobin", "sticky", "cooperative-sticky"] {
        let group = format!("{topic}-{assignor}");
        let settings = [
            ("group.id", group.as_str()),
            ("partition.assignment.strategy", assignor),
            ("heartbeat.interval.ms", "100"),
        ];
        let (mut a, mut b) = (fixture.consumer(&settings), fixture.consumer(&settings));
        a.subscribe([topic.as_str()]).unwrap();
        settle(&mut [&mut a], |assigned| assigned[0].len() == 6).await;
        b.subscribe([topic.as_str()]).unwrap();
        settle(&mut [&mut a, &mut b], |assigned| {
            assigned.iter().all(|set| set.len() == 3) && assigned[0].is_disjoint(&assigned[1])
        })
        .await;
        b.close().await;
        settle(&mut [&mut a], |assigned| assigned[0].len() == 6).await;
        assert!(a.generation().unwrap().id >= 3, "{assignor}");
        a.close().await;
    }
}

/// Records what a consumer was told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(&'static str, usize)>>>);

#[async_trait]
impl RebalanceListener for Told {
    async fn on_assigned(&mut self, _: &mut Consumer, partitions: &[TopicPartition]) {
        self.0.lock().push(("assigned", partitions.len()));
    }

    async fn on_revoked(&mut self, consumer: &mut Consumer, partitions: &[TopicPartition]) {
        assert!(
            partitions.iter().all(|p| consumer.assignment().contains(p)),
            "still there to be committed"
        );
        self.0.lock().push(("revoked", partitions.len()));
    }

    async fn on_lost(&mut self, _: &mut Consumer, partitions: &[TopicPartition]) {
        self.0.lock().push(("lost", partitions.len()));
    }
}

/// Polls and commits without waiting for either, until told to stop.
async fn read_and_commit(mut consumer: Consumer, stop: Arc<AtomicBool>, seen: Arc<Mutex<Vec<(i32, i64)>>>) {
    while !stop.load(Ordering::Relaxed) {
        let records = consumer.poll(Duration::from_millis(1)).await.unwrap();
        seen.lock().extend(records.iter().map(|r| (r.partition, r.offset)));
        drop(consumer.commit_async());
    }
    // What is queued comes before the last commit. It is refused while the consumer joins: the polls after it finish that.
    while consumer.commit_sync().await.is_err() {
        let records = consumer.poll(Duration::from_millis(5)).await.unwrap();
        seen.lock().extend(records.iter().map(|r| (r.partition, r.offset)));
    }
    consumer.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_during_a_cooperative_rebalance_lose_nothing() {
    const RECORDS: usize = 2000;
    let Some(fixture) = Fixture::new("cooperative-commits") else {
        return;
    };
    let topic = fixture.topic(6, &[]).await;
    let settings = [
        ("group.id", topic.as_str()),
        ("enable.auto.commit", "false"),
        ("max.poll.records", "5"),
        ("partition.assignment.strategy", "cooperative-sticky"),
        ("heartbeat.interval.ms", "20"),
    ];
    let told = Told::default();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let member = |stop: &Arc<AtomicBool>| {
        let mut consumer = fixture.consumer(&settings);
        consumer.set_listener(told.clone());
        consumer.subscribe([topic.as_str()]).unwrap();
        tokio::spawn(read_and_commit(consumer, stop.clone(), seen.clone()))
    };
    let stop = Arc::new(AtomicBool::new(false));
    let steady = [member(&stop), member(&stop)];
    let producer = fixture.producer(&[("linger.ms", "1")]);
    let producing = async {
        for i in 0..RECORDS {
            let record = ProducerRecord::new(topic.as_str(), "v").partition(i32::try_from(i % 6).unwrap());
            producer.send(record).await.unwrap();
        }
    };
    let coming_and_going = async {
        for _ in 0..4 {
            let leaving = Arc::new(AtomicBool::new(false));
            let guest = member(&leaving);
            tokio::time::sleep(Duration::from_millis(300)).await;
            leaving.store(true, Ordering::Relaxed);
            guest.await.unwrap();
        }
    };
    tokio::join!(producing, coming_and_going);
    let start = Instant::now();
    while seen.lock().iter().collect::<BTreeSet<_>>().len() < RECORDS {
        assert!(start.elapsed() < PATIENCE, "{} records", seen.lock().len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.store(true, Ordering::Relaxed);
    for member in steady {
        member.await.unwrap();
    }
    let lost = told.0.lock().iter().filter(|(what, _)| *what == "lost").count();
    assert_eq!(lost, 0, "nobody was too late");
}

#[tokio::test(flavor = "multi_thread")]
async fn cooperative_members_keep_what_does_not_move() {
    let Some(fixture) = Fixture::new("cooperative") else {
        return;
    };
    let topic = fixture.topic(4, &[]).await;
    for (assignor, expected) in [
        ("cooperative-sticky", vec![("assigned", 4), ("revoked", 2)]),
        ("sticky", vec![("assigned", 4), ("revoked", 4), ("assigned", 2)]),
    ] {
        let group = format!("{topic}-{assignor}");
        let settings = [
            ("group.id", group.as_str()),
            ("partition.assignment.strategy", assignor),
            ("heartbeat.interval.ms", "100"),
        ];
        let (mut a, mut b) = (fixture.consumer(&settings), fixture.consumer(&settings));
        let told = Told::default();
        a.set_listener(told.clone());
        a.subscribe([topic.as_str()]).unwrap();
        settle(&mut [&mut a], |assigned| assigned[0].len() == 4).await;
        b.subscribe([topic.as_str()]).unwrap();
        settle(&mut [&mut a, &mut b], |assigned| {
            assigned.iter().all(|set| set.len() == 2)
        })
        .await;
        assert_eq!(*told.0.lock(), expected, "{assignor}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_member_goes_on_where_the_last_one_committed() {
    let Some(fixture) = Fixture::new("commits") else { return };
    let topic = fixture.topic(1, &[]).await;
    let producer = fixture.producer(&[]);
    for i in 0..30 {
        drop(
            producer
                .enqueue(ProducerRecord::new(topic.as_str(), i.to_string()))
                .await
                .unwrap(),
        );
    }
    producer.close().await;
    let by_hand = [
        ("group.id", topic.as_str()),
        ("enable.auto.commit", "false"),
        ("max.poll.records", "10"),
    ];
    let zero = tp(&topic, 0);

    let mut consumer = fixture.consumer(&by_hand);
    consumer.subscribe([topic.as_str()]).unwrap();
    assert_eq!(text(&read(&mut consumer, 10).await[9].value), "9");
    consumer.commit_sync().await.unwrap();
    assert_eq!(text(&read(&mut consumer, 10).await[0].value), "10");
    let with_text = OffsetAndMetadata {
        metadata: "halfway".into(),
        ..OffsetAndMetadata::new(15)
    };
    let (first, second) = (
        consumer.commit_async(),
        consumer.commit_async_offsets([(zero.clone(), with_text)].into()),
    );
    second.await.unwrap();
    first.await.unwrap();
    let committed = consumer.committed(std::slice::from_ref(&zero)).await.unwrap();
    assert_eq!(
        (committed[&zero].offset, committed[&zero].metadata.as_str()),
        (15, "halfway"),
        "in order"
    );
    consumer.close().await;

    // This one commits by itself: when it closes.
    let mut consumer = fixture.consumer(&[("group.id", topic.as_str()), ("max.poll.records", "5")]);
    consumer.subscribe([topic.as_str()]).unwrap();
    assert_eq!(text(&read(&mut consumer, 5).await[0].value), "15");
    consumer.close().await;

    let mut consumer = fixture.consumer(&[("group.id", topic.as_str()), ("auto.commit.interval.ms", "50")]);
    consumer.subscribe([topic.as_str()]).unwrap();
    assert_eq!(text(&read(&mut consumer, 10).await[0].value), "20");
    // And this one on its way.
    let start = Instant::now();
    while consumer.committed(std::slice::from_ref(&zero)).await.unwrap()[&zero].offset < 30 {
        assert!(start.elapsed() < PATIENCE);
        consumer.poll(POLL).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_from_an_old_generation_is_refused() {
    let Some(fixture) = Fixture::new("fenced") else { return };
    let topic = fixture.topic(2, &[]).await;
    // Heartbeats so rare that the first member does not notice the second.
    let settings = [
        ("group.id", topic.as_str()),
        ("enable.auto.commit", "false"),
        ("session.timeout.ms", "6000"),
        ("heartbeat.interval.ms", "5900"),
        ("max.poll.interval.ms", "6000"),
    ];
    let mut a = fixture.consumer(&settings);
    a.subscribe([topic.as_str()]).unwrap();
    settle(&mut [&mut a], |assigned| assigned[0].len() == 2).await;
    let mut b = fixture.consumer(&settings);
    b.subscribe([topic.as_str()]).unwrap();
    // The join of b waits for a, which is expired after its rebalance timeout.
    settle(&mut [&mut b], |assigned| assigned[0].len() == 2).await;
    let offsets = BTreeMap::from([(tp(&topic, 0), OffsetAndMetadata::new(0))]);
    let error = a.commit_sync_offsets(offsets).await.unwrap_err();
    assert!(matches!(error, CommitError::Fenced(_)) && !error.retriable(), "{error}");
    let event = a.poll_event(POLL).await.unwrap();
    assert!(matches!(event, Some(ConsumerEvent::Lost(lost)) if lost.len() == 2));
    // Back in the group.
    settle(&mut [&mut a, &mut b], |assigned| {
        assigned.iter().all(|set| set.len() == 1)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_static_member_comes_back_without_a_rebalance() {
    let Some(fixture) = Fixture::new("static") else { return };
    let topic = fixture.topic(2, &[]).await;
    let settings = [
        ("group.id", topic.as_str()),
        ("group.instance.id", "one"),
        ("heartbeat.interval.ms", "100"),
    ];
    let mut first = fixture.consumer(&settings);
    first.subscribe([topic.as_str()]).unwrap();
    settle(&mut [&mut first], |assigned| assigned[0].len() == 2).await;
    let generation = first.generation().unwrap();
    first.close().await;
    let mut second = fixture.consumer(&settings);
    second.subscribe([topic.as_str()]).unwrap();
    settle(&mut [&mut second], |assigned| assigned[0].len() == 2).await;
    let again = second.generation().unwrap();
    assert_eq!(generation.id, again.id);
    assert_ne!(generation.member_id, again.member_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_partitions_and_matching_topics_are_found() {
    let Some(fixture) = Fixture::new("growing") else { return };
    let topic = fixture.topic(1, &[]).await;
    let settings = [
        ("group.id", topic.as_str()),
        ("metadata.max.age.ms", "300"),
        ("heartbeat.interval.ms", "100"),
    ];
    let mut consumer = fixture.consumer(&settings);
    let prefix = topic.clone();
    consumer
        .subscribe_matching(move |name| name.starts_with(&prefix))
        .unwrap();
    settle(&mut [&mut consumer], |assigned| assigned[0].len() == 1).await;
    let admin = fixture.admin();
    admin
        .create_partitions(&[(topic.as_str().into(), 3)].into(), false)
        .await
        .unwrap();
    settle(&mut [&mut consumer], |assigned| assigned[0].len() == 3).await;
    let more = weir_client::admin::NewTopic::new(format!("{topic}-more"), 2);
    admin.create_topics(&[more], false).await.unwrap();
    settle(&mut [&mut consumer], |assigned| assigned[0].len() == 5).await;
    consumer.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_java_consumer_shares_the_group() {
    let Some(fixture) = Fixture::new("mixed") else { return };
    let topic = fixture.topic(4, &[]).await;
    for assignor in ["Range", "CooperativeSticky", "Sticky"] {
        let group = format!("{topic}-{assignor}");
        let class = format!("org.apache.kafka.clients.consumer.{assignor}Assignor");
        let settings = [
            ("group.id", group.as_str()),
            ("partition.assignment.strategy", class.as_str()),
            ("heartbeat.interval.ms", "100"),
        ];
        let mut ours = fixture.consumer(&settings);
        ours.subscribe([topic.as_str()]).unwrap();
        settle(&mut [&mut ours], |assigned| assigned[0].len() == 4).await;
        let (bootstrap, java_topic, java_group) = (fixture.bootstrap.clone(), topic.clone(), group.clone());
        let strategy = format!("partition.assignment.strategy={class}");
        let java = std::thread::spawn(move || {
            let args = [
                "--bootstrap-server",
                &bootstrap,
                "--topic",
                &java_topic,
                "--group",
                &java_group,
                "--timeout-ms",
                "6000",
                "--consumer-property",
                &strategy,
                "--consumer-property",
                "heartbeat.interval.ms=100",
            ];
            weir_tests::peers::Kafka::tool("org.apache.kafka.tools.consumer.ConsoleConsumer", &args)
        });
        // Ours leads at first and assigns to Java's member; it stays a follower of nobody, so half is what it keeps.
        settle(&mut [&mut ours], |assigned| assigned[0].len() == 2).await;
        settle(&mut [&mut ours], |assigned| assigned[0].len() == 4).await;
        drop(java.join().unwrap());
        ours.close().await;
    }
}

/// A protocol of our own: members offer a word, the leader gives each member the words of all.
struct Words(String);

#[async_trait]
impl GroupProtocol for Words {
    fn protocol_type(&self) -> Str {
        "words".into()
    }

    fn protocols(&mut self) -> Vec<(Str, Bytes)> {
        vec![("v1".into(), Bytes::from(self.0.clone()))]
    }

    async fn assign(&mut self, members: Members) -> Result<BTreeMap<Str, Bytes>, AssignError> {
        let mut words: Vec<String> = members
            .members
            .iter()
            .map(|m| String::from_utf8(m.metadata.to_vec()).unwrap())
            .collect();
        words.sort();
        let all = Bytes::from(words.join(" "));
        Ok(members
            .members
            .into_iter()
            .map(|member| (member.id, all.clone()))
            .collect())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_another_protocol_type() {
    let Some(fixture) = Fixture::new("words") else { return };
    let config = ConsumerConfig::new(&fixture.bootstrap).unwrap();
    let group = GroupConfig {
        group_id: fixture.name.as_str().into(),
        instance_id: None,
        session_timeout: Duration::from_secs(10),
        heartbeat_interval: Duration::from_millis(100),
        rebalance_timeout: Duration::from_secs(10),
        max_poll_interval: None,
    };
    let cluster = || Cluster::new(weir_runtime::real(), config.client.clone());
    let mut a = GroupClient::new(cluster(), group.clone(), Words("alpha".into()));
    let joined = a.join().await.unwrap();
    assert!(joined.leader);
    assert_eq!(joined.assignment, "alpha");
    assert_eq!((joined.generation.protocol.as_str(), a.needs_join()), ("v1", false));

    let mut b = GroupClient::new(cluster(), group, Words("beta".into()));
    b.begin_join().unwrap();
    a.rejoin_needed().await.unwrap();
    let (from_a, from_b) = tokio::join!(a.join(), b.join());
    let (from_a, from_b) = (from_a.unwrap(), from_b.unwrap());
    assert_eq!(
        (from_a.assignment, from_b.assignment),
        ("alpha beta".into(), "alpha beta".into())
    );
    assert_eq!(from_a.generation.id, from_b.generation.id);
    assert!(from_a.leader ^ from_b.leader);

    b.leave("done").await;
    a.rejoin_needed().await.unwrap();
    a.protocol().await.0 = "gamma".into();
    assert_eq!(a.join().await.unwrap().assignment, "gamma");
    a.leave("done").await;
}
