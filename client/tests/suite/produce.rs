//! The producer: partitions, batches, codecs, acks, order and uniqueness under a breaking network.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use weir_client::producer::{Producer, ProducerRecord, SendError, partition_for_key};
use weir_core::ErrorCode;

use super::flaky;
use super::support::{Fixture, read, text, tp};

#[tokio::test(flavor = "multi_thread")]
async fn keys_headers_nulls_and_timestamps_survive() {
    let Some(fixture) = Fixture::new("survive") else { return };
    let topic = fixture.topic(3, &[]).await;
    let producer = fixture.producer(&[]);
    let record = ProducerRecord::keyed(topic.as_str(), "key", "value")
        .timestamp(1_700_000_000_123)
        .header("h", "1")
        .header("h", "2")
        .header("other", "");
    let sent = producer.send(record).await.unwrap();
    assert_eq!((sent.partition, sent.offset), (partition_for_key(b"key", 3), 0));
    assert_eq!(sent.timestamp, 1_700_000_000_123);
    let mut null_header = ProducerRecord::tombstone(topic.as_str(), "key");
    null_header.headers.push(weir_client::Header {
        key: "n".into(),
        value: None,
    });
    assert_eq!(producer.send(null_header).await.unwrap().offset, 1);
    producer.close().await;

    let mut consumer = fixture.consumer(&[]);
    consumer.assign([tp(&topic, sent.partition)]);
    let records = read(&mut consumer, 2).await;
    assert_eq!(
        (text(&records[0].key), text(&records[0].value)),
        ("key".into(), "value".into())
    );
    assert_eq!(records[0].timestamp, 1_700_000_000_123);
    let headers: Vec<_> = records[0]
        .headers
        .iter()
        .map(|h| (h.key_str().into_owned(), text(&h.value)))
        .collect();
    let wanted = [("h", "1"), ("h", "2"), ("other", "")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(headers, wanted);
    assert_eq!(records[1].value, None);
    assert_eq!(records[1].headers[0].value, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_codec_and_many_batches() {
    let Some(fixture) = Fixture::new("codecs") else { return };
    let topic = fixture.topic(2, &[]).await;
    let mut expected: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let producer = fixture.producer(&[("compression.type", codec), ("batch.size", "2000")]);
        let mut deliveries = Vec::new();
        for i in 0..400 {
            let value = format!("{codec} {i} {}", "x".repeat(i % 90));
            let record = ProducerRecord::new(topic.as_str(), value.clone()).partition(i as i32 % 2);
            deliveries.push((value, producer.enqueue(record).await.unwrap()));
        }
        producer.flush().await;
        for (value, delivery) in deliveries {
            let sent = delivery.await.unwrap();
            let partition = expected.entry(sent.partition).or_default();
            assert_eq!(sent.offset, partition.len() as i64, "{codec}");
            partition.push(value);
        }
        producer.close().await;
    }
    let mut consumer = fixture.consumer(&[("max.poll.records", "333")]);
    consumer.assign([tp(&topic, 0), tp(&topic, 1)]);
    let mut found: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for record in read(&mut consumer, 2000).await {
        let partition = found.entry(record.partition).or_default();
        assert_eq!(record.offset, partition.len() as i64);
        partition.push(text(&record.value));
    }
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn acks_none_leader_all() {
    let Some(fixture) = Fixture::new("acks") else { return };
    let topic = fixture.topic(1, &[]).await;
    for (acks, offset) in [("0", -1), ("1", 1), ("all", 2)] {
        let producer = fixture.producer(&[("acks", acks)]);
        let sent = producer.send(ProducerRecord::new(topic.as_str(), acks)).await.unwrap();
        assert_eq!(sent.offset, offset, "acks={acks}");
        producer.close().await;
        // What nobody acknowledged is there once the next consumer has seen it.
        let mut consumer = fixture.consumer(&[]);
        consumer.assign([tp(&topic, 0)]);
        read(&mut consumer, usize::try_from(offset.max(0)).unwrap() + 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_without_a_key_spread_over_partitions() {
    let Some(fixture) = Fixture::new("spread") else { return };
    let topic = fixture.topic(4, &[]).await;
    for (settings, least) in [
        (&[("batch.size", "200")][..], 100),
        (&[("partitioner.class", "RoundRobinPartitioner")][..], 500),
    ] {
        let producer = fixture.producer(settings);
        let mut counts = [0; 4];
        let mut deliveries = Vec::new();
        for i in 0..2000 {
            deliveries.push(
                producer
                    .enqueue(ProducerRecord::new(topic.as_str(), format!("{i}")))
                    .await
                    .unwrap(),
            );
        }
        for delivery in deliveries {
            counts[usize::try_from(delivery.await.unwrap().partition).unwrap()] += 1;
        }
        assert!(counts.iter().all(|count| *count >= least), "{settings:?}: {counts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_says_why() {
    let Some(fixture) = Fixture::new("refused") else { return };
    let topic = fixture.topic(1, &[("max.message.bytes", "5000")]).await;
    let producer = fixture.producer(&[("max.request.size", "20000"), ("max.block.ms", "1500")]);
    let big = |size: usize| ProducerRecord::new(topic.as_str(), "x".repeat(size));
    let error = producer.send(big(30_000)).await.unwrap_err();
    assert!(
        matches!(
            error,
            SendError::TooLarge {
                limit: 20_000,
                setting: "max.request.size",
                ..
            }
        ),
        "{error}"
    );
    let error = producer.send(big(10_000)).await.unwrap_err();
    assert!(
        matches!(&error, SendError::Rejected { error, .. } if error.code == ErrorCode::MessageTooLarge),
        "{error}"
    );
    assert!(!error.retriable());
    let error = producer.send(big(1).partition(7)).await.unwrap_err();
    assert!(matches!(error, SendError::InvalidPartition(_)), "{error}");
    let error = producer
        .send(ProducerRecord::new("no such topic!", "v"))
        .await
        .unwrap_err();
    assert!(matches!(error, SendError::Metadata(_)) && !error.retriable(), "{error}");
    // The failures left no hole that would stop what follows.
    assert_eq!(producer.send(big(1)).await.unwrap().offset, 0);
    producer.close().await;
    assert!(matches!(producer.send(big(1)).await, Err(SendError::Closed)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_the_broker_finds_too_large_is_split() {
    let Some(fixture) = Fixture::new("split") else { return };
    let topic = fixture.topic(1, &[("max.message.bytes", "1000")]).await;
    let producer = fixture.producer(&[("batch.size", "16000"), ("linger.ms", "50")]);
    let mut deliveries = Vec::new();
    for i in 0..100 {
        let record = ProducerRecord::new(topic.as_str(), format!("{i:04}{}", "x".repeat(96)));
        deliveries.push(producer.enqueue(record).await.unwrap());
    }
    for (i, delivery) in deliveries.into_iter().enumerate() {
        assert_eq!(delivery.await.unwrap().offset, i as i64);
    }
    let mut consumer = fixture.consumer(&[]);
    consumer.assign([tp(&topic, 0)]);
    let records = read(&mut consumer, 100).await;
    let order: Vec<_> = records
        .iter()
        .map(|r| text(&r.value)[..4].parse::<usize>().unwrap())
        .collect();
    assert_eq!(order, (0..100).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_breaking_network_neither_loses_nor_repeats_nor_reorders() {
    let Some(fixture) = Fixture::new("flaky") else { return };
    let topic = fixture.topic(2, &[]).await;
    let breaks = Arc::new(AtomicU64::new(0));
    let config = fixture.producer_config(&[("batch.size", "300"), ("linger.ms", "1"), ("retry.backoff.ms", "5")]);
    let producer = Producer::new(flaky::seam(breaks.clone()), config);
    let mut deliveries = Vec::new();
    for i in 0..3000 {
        let record = ProducerRecord::new(topic.as_str(), format!("{i}")).partition(i % 2);
        deliveries.push(producer.enqueue(record).await.unwrap());
    }
    for delivery in deliveries {
        delivery.await.unwrap();
    }
    assert!(
        breaks.load(Ordering::Relaxed) > 10,
        "the network did not break: the test proves nothing"
    );
    let mut consumer = fixture.consumer(&[]);
    consumer.assign([tp(&topic, 0), tp(&topic, 1)]);
    let mut found: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for record in read(&mut consumer, 3000).await {
        found
            .entry(record.partition)
            .or_default()
            .push(text(&record.value).parse().unwrap());
    }
    for (partition, values) in found {
        assert_eq!(values, (0..3000).filter(|i| i % 2 == partition).collect::<Vec<_>>());
    }
    assert!(
        consumer.poll(super::support::POLL).await.unwrap().is_empty(),
        "nothing came twice"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_cluster_is_an_error_in_time() {
    let port = weir_tests::peers::free_port().unwrap();
    let config = weir_client::config::ProducerConfig::from_map([
        ("bootstrap.servers", format!("127.0.0.1:{port}")),
        ("max.block.ms", "400".to_owned()),
    ]);
    let producer = Producer::new(weir_runtime::real(), config.unwrap());
    let error = producer.send(ProducerRecord::new("t", "v")).await.unwrap_err();
    assert!(matches!(error, SendError::Metadata(_)) && error.retriable(), "{error}");
    producer.close().await;
}
