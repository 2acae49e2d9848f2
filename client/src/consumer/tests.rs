//! What a consumer makes of answers, events and time, without a broker: its errands are answered by hand.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use weir_core::ErrorCode;
use weir_core::compress::Compression;
use weir_core::record::BatchBuilder;
use weir_core::sim::Sim;
use weir_messages::fetch_response::{FetchableTopicResponse, PartitionData};
use weir_messages::metadata_response::{MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic};
use weir_messages::{FetchResponse, MetadataResponse};

use super::jobs::Asked;
use super::offsets::Listed;
use super::*;
use crate::cluster::MetadataError;

/// Nobody listens there.
fn consumer(seam: &Seam, settings: &[(&str, &str)]) -> Consumer {
    let base = [("bootstrap.servers", "127.0.0.1:1"), ("auto.offset.reset", "earliest")];
    let config = ConsumerConfig::from_map(base.into_iter().chain(settings.iter().copied())).unwrap();
    Consumer::new(seam.clone(), config).unwrap()
}

fn at(partition: i32) -> TopicPartition {
    TopicPartition::new("t", partition)
}

/// Topic `t` with these leaders.
fn metadata(leaders: &[i32]) -> MetadataResponse {
    let partition = |(index, leader): (usize, &i32)| MetadataResponsePartition {
        partition_index: i32::try_from(index).unwrap(),
        leader_id: *leader,
        ..Default::default()
    };
    let broker = |id| MetadataResponseBroker {
        node_id: id,
        host: "127.0.0.1".into(),
        port: 1,
        ..Default::default()
    };
    MetadataResponse {
        brokers: vec![broker(1), broker(2)],
        topics: vec![MetadataResponseTopic {
            name: Some("t".into()),
            partitions: leaders.iter().enumerate().map(partition).collect(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn offset_of(consumer: &Consumer, partition: &TopicPartition) -> Option<i64> {
    match consumer.subs.get(partition)?.position {
        Position::At { offset, .. } => Some(offset),
        Position::Unknown | Position::Seeking(_) => None,
    }
}

/// A node's answer to a fetch from `offset`: `count` records, or an error.
fn fetched(consumer: &Consumer, node: i32, offset: i64, answer: Result<usize, ErrorCode>) -> Brought {
    let partition = at(0);
    let token = consumer.subs.get(&partition).unwrap().token;
    let mut data = PartitionData {
        high_watermark: 1000,
        ..Default::default()
    };
    match answer {
        Ok(count) => {
            let mut batch = BatchBuilder::new(Compression::None).base_offset(offset);
            for _ in 0..count {
                batch.append(1, None, Some(b"v"), &[]);
            }
            data.records = Some(batch.build().unwrap());
        }
        Err(code) => data.error_code = code.code(),
    }
    let topic = FetchableTopicResponse {
        topic: "t".into(),
        partitions: vec![data],
        ..Default::default()
    };
    Brought::Fetch {
        node,
        asked: BTreeMap::from([(partition, Asked { token, offset })]),
        names: BTreeMap::new(),
        result: Ok(FetchResponse {
            responses: vec![topic],
            ..Default::default()
        }),
    }
}

#[test]
fn a_fetch_that_another_one_has_overtaken_counts_for_nothing() {
    let mut consumer = consumer(&Sim::new(1).host("c"), &[]);
    consumer.assign([at(0)]);
    consumer.seek(&at(0), 10).unwrap();
    // The partition moved from node 1 to node 2 while node 1 was asked: both were asked from 10 on, and 2 answers first.
    let stale = |consumer: &Consumer| {
        let refused = Err(ErrorCode::OffsetOutOfRange);
        [fetched(consumer, 1, 10, Ok(5)), fetched(consumer, 1, 10, refused)]
    };
    let late = stale(&consumer);
    let answer = fetched(&consumer, 2, 10, Ok(5));
    consumer.on_brought(answer);
    for brought in stale(&consumer) {
        consumer.on_brought(brought);
    }
    let offsets = |records: Vec<ConsumerRecord>| records.iter().map(|r| r.offset).collect::<Vec<_>>();
    assert_eq!(offsets(consumer.subs.take(2).unwrap()), [10, 11], "the buffer is kept");
    assert_eq!(offsets(consumer.subs.take(9).unwrap()), [12, 13, 14]);
    for brought in late {
        consumer.on_brought(brought);
    }
    assert!(consumer.subs.take(9).unwrap().is_empty(), "nothing twice");
    assert_eq!(offset_of(&consumer, &at(0)), Some(15), "not reset either");
}

#[test]
fn a_partition_that_metadata_does_not_know_makes_it_ask_again() {
    let mut consumer = consumer(&Sim::new(1).host("c"), &[]);
    consumer.cluster.learn(&metadata(&[1]));
    consumer.assign([at(0), at(1)]);
    consumer.seek(&at(0), 0).unwrap();
    assert!(
        consumer
            .poll_event(Duration::ZERO)
            .now_or_never()
            .unwrap()
            .unwrap()
            .is_none()
    );
    assert!(!consumer.refreshing, "all that is fetched is known");
    consumer.seek(&at(1), 0).unwrap();
    assert!(
        consumer
            .poll_event(Duration::ZERO)
            .now_or_never()
            .unwrap()
            .unwrap()
            .is_none()
    );
    assert!(consumer.refreshing, "at once, not when the metadata is old");
    assert_eq!(
        consumer.fetching,
        BTreeSet::from([1]),
        "the other one is fetched meanwhile"
    );

    // The way of a position that is looked up.
    consumer.cluster.learn(&metadata(&[1]));
    let found = consumer.cluster.leader(&at(1)).now_or_never();
    assert!(matches!(found, Some(Err(MetadataError::NoPartition(_)))));
    assert!(consumer.cluster.cached("t").is_none());
}

fn generation(id: i32) -> Generation {
    Generation {
        id,
        member_id: "m".into(),
        protocol: "cooperative-sticky".into(),
    }
}

/// A cooperative member of generation 1 that has read partition 0.
fn member(seam: &Seam) -> Consumer {
    let settings = [
        ("group.id", "g"),
        ("enable.auto.commit", "false"),
        ("partition.assignment.strategy", "cooperative-sticky"),
    ];
    let mut consumer = consumer(seam, &settings);
    consumer.subscribe(["t"]).unwrap();
    consumer.subs.assign(BTreeSet::from([at(0)]));
    consumer.seek(&at(0), 7).unwrap();
    group(&mut consumer).shared().enter(&generation(1), false);
    consumer
}

fn group(consumer: &mut Consumer) -> &mut GroupClient<ConsumerProtocol> {
    &mut consumer.membership.as_mut().unwrap().group
}

#[test]
fn a_commit_while_joining_is_refused_and_loses_nothing() {
    let mut consumer = member(&Sim::new(1).host("c"));
    group(&mut consumer).begin_join().unwrap();
    let refused = consumer.commit_sync().now_or_never();
    assert!(matches!(
        refused,
        Some(Err(CommitError::Fenced(ErrorCode::RebalanceInProgress)))
    ));
    // One that went out before the join: the coordinator has counted on, this member has not heard of it yet.
    let tell = |consumer: &mut Consumer, code| {
        commit::tell(group(consumer).shared(), &generation(1), code);
        group(consumer).generation()
    };
    for code in [ErrorCode::IllegalGeneration, ErrorCode::UnknownMemberId] {
        assert_eq!(tell(&mut consumer, code), Some(generation(1)));
        assert!(!group(&mut consumer).take_lost() && !group(&mut consumer).needs_join());
    }
    group(&mut consumer).shared().enter(&generation(1), false);
    assert_eq!(tell(&mut consumer, ErrorCode::IllegalGeneration), None);
    assert!(group(&mut consumer).take_lost(), "outside of a join it does mean that");
}

#[test]
fn a_join_waits_for_the_commits_before_it() {
    let mut sim = Sim::new(1);
    let seam = sim.host("c");
    let mut consumer = member(&seam);
    let poll = |consumer: &mut Consumer| {
        assert!(
            consumer
                .poll_event(Duration::ZERO)
                .now_or_never()
                .unwrap()
                .unwrap()
                .is_none()
        );
        group(consumer).is_joining()
    };
    drop(consumer.commit_async());
    consumer.enforce_rebalance();
    assert!(!poll(&mut consumer), "the commit is on its way");
    drop(consumer.commit_async());
    assert!(!poll(&mut consumer));
    // Nobody answers: a commit that is tried once is done then.
    sim.run("c", Duration::from_secs(100), async move {
        seam.sleep(Duration::from_secs(5)).await
    });
    assert!(poll(&mut consumer));
}

#[test]
fn a_long_poll_without_anything_to_fetch_wakes_up_for_its_group() {
    let mut sim = Sim::new(1);
    let seam = sim.host("c");
    let clock = seam.clock.clone();
    let mut consumer = member(&seam);
    let woke = sim.run("c", Duration::from_secs(10_000), async move {
        let deadline = consumer.cluster.deadline(Duration::from_secs(5000));
        consumer.wait(deadline).await.unwrap();
        clock.monotonic()
    });
    assert_eq!(woke, Some(Duration::from_secs(3)), "heartbeat.interval.ms");
}

/// Notes what it is told; does not return from the first call.
struct Stuck(Arc<Mutex<Vec<&'static str>>>);

impl Stuck {
    async fn note(&self, what: &'static str) {
        let first = {
            let mut told = self.0.lock();
            told.push(what);
            told.len() == 1
        };
        if first {
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl RebalanceListener for Stuck {
    async fn on_assigned(&mut self, _: &mut Consumer, _: &[TopicPartition]) {
        self.note("assigned").await;
    }

    async fn on_revoked(&mut self, consumer: &mut Consumer, partitions: &[TopicPartition]) {
        assert!(
            partitions
                .iter()
                .all(|partition| consumer.subs.get(partition).is_some())
        );
        self.note("revoked").await;
    }
}

#[test]
fn a_poll_that_is_dropped_inside_the_listener_keeps_it_and_tells_again() {
    let mut consumer = consumer(&Sim::new(1).host("c"), &[]);
    consumer.assign([at(0)]);
    let told = Arc::new(Mutex::new(Vec::new()));
    consumer.set_listener(Stuck(told.clone()));
    for event in [
        ConsumerEvent::Revoked(vec![at(0)]),
        ConsumerEvent::Assigned(vec![at(0)]),
    ] {
        consumer.events.push_back(event);
    }
    assert!(consumer.poll(Duration::ZERO).now_or_never().is_none());
    assert_eq!(*told.lock(), ["revoked"]);
    assert!(consumer.poll(Duration::ZERO).now_or_never().is_some());
    assert_eq!(*told.lock(), ["revoked", "revoked", "assigned"]);
    assert!(consumer.listener.is_some() && consumer.assignment().is_empty());
}

#[test]
fn what_a_subscription_announced_does_not_touch_an_assignment() {
    let mut consumer = member(&Sim::new(1).host("c"));
    let event = consumer.announce(ConsumerEvent::Revoked(vec![at(0)]));
    consumer.events.push_back(event);
    consumer.assign([at(0)]);
    assert_eq!(
        consumer.poll_event(Duration::ZERO).now_or_never().unwrap().unwrap(),
        None
    );
    assert_eq!(consumer.assignment(), BTreeSet::from([at(0)]));
}

#[test]
fn positions_that_were_found_do_not_wait_for_those_that_were_not() {
    let mut consumer = consumer(&Sim::new(1).host("c"), &[]);
    consumer.assign([at(0), at(1), at(2), at(3)]);
    let mut asked = Vec::new();
    for partition in consumer.assignment() {
        consumer.seek_to_beginning(&partition).unwrap();
        asked.push((
            partition.clone(),
            consumer.subs.get(&partition).unwrap().token,
            Seek::Beginning,
        ));
    }
    let offset = OffsetAndTimestamp {
        offset: 5,
        timestamp: -1,
        leader_epoch: None,
    };
    let refused = |partition| OffsetsError::Refused {
        partition,
        code: ErrorCode::TopicAuthorizationFailed,
    };
    let listed = Listed {
        found: BTreeMap::from([(at(0), Some(offset))]),
        failed: BTreeMap::from([
            (at(1), MetadataError::NoLeader(at(1)).into()),
            (at(2), refused(at(2))),
            (at(3), refused(at(3))),
        ]),
    };
    consumer.on_brought(Brought::Sought { asked, listed });
    assert_eq!(offset_of(&consumer, &at(0)), Some(5));
    assert!(consumer.subs.seeking(Duration::ZERO).is_empty(), "the others pause");
    assert_eq!(consumer.subs.seeking(Duration::from_secs(1)).len(), 3);
    let error = consumer.poll_event(Duration::ZERO).now_or_never().unwrap();
    assert!(matches!(error, Err(PollError::Refused { partition, .. }) if partition == at(2)));
    assert!(
        consumer.failures.is_empty(),
        "once per topic; without a leader is not final"
    );
}

#[test]
fn a_partition_without_a_leader_does_not_keep_the_others_from_being_asked_for() {
    let mut sim = Sim::new(1);
    let seam = sim.host("c");
    let consumer = consumer(&seam, &[]);
    consumer.cluster.learn(&metadata(&[-1, 1]));
    let wanted = BTreeMap::from([(at(0), LATEST), (at(1), LATEST), (at(2), LATEST)]);
    let listed = sim.run("c", Duration::from_secs(100), async move {
        offsets::list_once(&consumer.cluster, &wanted, consumer.config.isolation_level).await
    });
    let failed = listed.unwrap().failed;
    assert!(matches!(
        failed[&at(0)],
        OffsetsError::Metadata(MetadataError::NoLeader(_))
    ));
    assert!(
        matches!(failed[&at(1)], OffsetsError::Call(_)),
        "was asked, nobody answers"
    );
    assert!(matches!(
        failed[&at(2)],
        OffsetsError::Metadata(MetadataError::NoPartition(_))
    ));
}
