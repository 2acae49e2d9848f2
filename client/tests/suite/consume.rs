//! The consumer without a group, and positions, resets, pauses and isolation.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use weir_client::consumer::{CommitError, OffsetsError, PollError};
use weir_client::producer::ProducerRecord;

use super::support::{Fixture, POLL, read, text, tp};

/// Records `0..count` in partition 0, with timestamps 1000, 2000, …
async fn filled(fixture: &Fixture, partitions: i32, count: i64) -> String {
    let topic = fixture.topic(partitions, &[]).await;
    let producer = fixture.producer(&[]);
    for i in 0..count {
        let record = ProducerRecord::new(topic.as_str(), i.to_string())
            .partition(0)
            .timestamp((i + 1) * 1000);
        // Dropped deliveries go out all the same.
        drop(producer.enqueue(record).await.unwrap());
    }
    producer.close().await;
    topic
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_seeks_and_lookups() {
    let Some(fixture) = Fixture::new("positions") else {
        return;
    };
    let topic = filled(&fixture, 2, 10).await;
    let (zero, one) = (tp(&topic, 0), tp(&topic, 1));
    let mut consumer = fixture.consumer(&[]);
    assert!(matches!(consumer.poll(POLL).await, Err(PollError::NoSubscription)));
    consumer.assign([zero.clone(), one.clone()]);
    assert_eq!(consumer.position(&zero).await.unwrap(), 0);
    assert_eq!(read(&mut consumer, 10).await.len(), 10);
    assert_eq!(consumer.position(&zero).await.unwrap(), 10);
    assert_eq!(
        (consumer.lag(&zero), consumer.watermarks(&zero)),
        (Some(0), Some((0, 10)))
    );
    consumer.seek(&zero, 7).unwrap();
    let again: Vec<_> = read(&mut consumer, 3).await.iter().map(|r| r.offset).collect();
    assert_eq!(again, [7, 8, 9]);
    consumer.seek_to_beginning(&zero).unwrap();
    assert_eq!(consumer.position(&zero).await.unwrap(), 0);
    consumer.seek_to_end(&zero).unwrap();
    assert_eq!(consumer.position(&zero).await.unwrap(), 10);
    assert!(matches!(
        consumer.seek(&tp(&topic, 9), 0),
        Err(OffsetsError::NotAssigned(_))
    ));
    assert!(matches!(consumer.seek(&zero, -1), Err(OffsetsError::Negative)));

    let both = [zero.clone(), one.clone()];
    let (first, last) = (
        consumer.beginning_offsets(&both).await.unwrap(),
        consumer.end_offsets(&both).await.unwrap(),
    );
    assert_eq!((first[&zero], last[&zero], first[&one], last[&one]), (0, 10, 0, 0));
    let times = [(zero.clone(), 3500), (one.clone(), 1)].into();
    let found = consumer.offsets_for_times(&times).await.unwrap();
    assert_eq!(found[&zero].map(|o| (o.offset, o.timestamp)), Some((3, 4000)));
    assert_eq!(found[&one], None);
    assert!(matches!(consumer.commit_sync().await, Err(CommitError::NoGroup)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_partition_is_silent() {
    let Some(fixture) = Fixture::new("paused") else { return };
    let topic = filled(&fixture, 1, 5).await;
    let zero = tp(&topic, 0);
    let mut consumer = fixture.consumer(&[("max.poll.records", "2")]);
    consumer.assign([zero.clone()]);
    assert_eq!(read(&mut consumer, 2).await.len(), 2);
    consumer.pause([&zero]);
    assert_eq!(consumer.paused().len(), 1);
    for _ in 0..3 {
        assert!(consumer.poll(POLL).await.unwrap().is_empty());
    }
    consumer.resume([&zero]);
    assert_eq!(read(&mut consumer, 3).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_to_start_without_an_offset() {
    let Some(fixture) = Fixture::new("resets") else { return };
    let topic = filled(&fixture, 1, 5).await;
    let zero = tp(&topic, 0);
    for (policy, position) in [
        ("earliest", 0),
        ("latest", 5),
        ("by_duration:PT1S", 5),
        ("by_duration:P30000D", 0),
    ] {
        let mut consumer = fixture.consumer(&[("auto.offset.reset", policy)]);
        consumer.assign([zero.clone()]);
        assert_eq!(consumer.position(&zero).await.unwrap(), position, "{policy}");
        // Out of range starts over in the same way.
        consumer.seek(&zero, 99).unwrap();
        let records = consumer.poll(POLL * 5).await.unwrap();
        assert_eq!(records.len(), if position == 0 { 5 } else { 0 }, "{policy}");
    }
    let mut consumer = fixture.consumer(&[("auto.offset.reset", "none")]);
    consumer.assign([zero.clone()]);
    assert!(matches!(consumer.poll(POLL * 5).await, Err(PollError::NoOffset(_))));
    consumer.seek(&zero, 99).unwrap();
    let error = loop {
        match consumer.poll(POLL * 5).await {
            Err(error) => break error,
            Ok(records) => assert!(records.is_empty()),
        }
    };
    assert!(
        matches!(error, PollError::OffsetOutOfRange { offset: 99, .. }),
        "{error}"
    );
    consumer.seek(&zero, 4).unwrap();
    assert_eq!(text(&read(&mut consumer, 1).await[0].value), "4", "a seek mends it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_poll_loses_nothing() {
    let Some(fixture) = Fixture::new("dropped") else { return };
    let topic = filled(&fixture, 1, 50).await;
    let mut consumer = fixture.consumer(&[("max.poll.records", "7")]);
    consumer.assign([tp(&topic, 0)]);
    let mut offsets = Vec::new();
    let start = std::time::Instant::now();
    while offsets.len() < 50 {
        assert!(start.elapsed() < super::support::PATIENCE);
        let poll = consumer.poll(Duration::from_secs(5));
        // Most of these polls are dropped before they bring anything.
        if let Ok(records) = tokio::time::timeout(Duration::from_micros(300), poll).await {
            offsets.extend(records.unwrap().iter().map(|r| r.offset));
        }
    }
    assert_eq!(offsets, (0..50).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_comes_later_is_found() {
    let Some(fixture) = Fixture::new("later") else { return };
    let mut consumer = fixture.consumer(&[("allow.auto.create.topics", "false")]);
    consumer.assign([tp(&fixture.name, 0)]);
    assert!(consumer.poll(POLL).await.unwrap().is_empty());
    let topic = filled(&fixture, 1, 3).await;
    assert_eq!(read(&mut consumer, 3).await[2].topic, topic.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_committed_transactions_are_read() {
    let Some(fixture) = Fixture::new("isolation") else {
        return;
    };
    let topic = fixture.topic(1, &[]).await;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/java/TransactionalWriter.java");
    let class_path = xtask::peers::java_class_path(&source).unwrap();
    // c = committed, a = aborted, o = left open; three records each.
    let output = Command::new("java")
        .arg("-cp")
        .arg(class_path)
        .args(["TransactionalWriter", &fixture.bootstrap, &topic, "cacao"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    if !crate::TRANSACTIONS {
        // Refused for good: a producer that retried would wait for its max.block.ms and learn nothing.
        assert!(
            !output.status.success() && said.contains("TransactionalIdAuthorizationException"),
            "{said}"
        );
        return;
    }
    assert!(output.status.success(), "{said}");
    let values = async |level: &str, count: usize| {
        let mut consumer = fixture.consumer(&[("isolation.level", level)]);
        consumer.assign([tp(&topic, 0)]);
        let records = read(&mut consumer, count).await;
        assert!(consumer.poll(POLL * 2).await.unwrap().is_empty());
        records.iter().map(|r| text(&r.value)).collect::<Vec<_>>()
    };
    let committed = values("read_committed", 6).await;
    assert_eq!(committed, ["c0-0", "c0-1", "c0-2", "c2-0", "c2-1", "c2-2"]);
    assert_eq!(values("read_uncommitted", 15).await.len(), 15);
}
