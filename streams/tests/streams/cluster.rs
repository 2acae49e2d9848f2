//! The runtime on real clusters: Weir's binary and Apache Kafka, the same test on both.

use bytes::Bytes;
use std::collections::BTreeMap;
use std::time::Duration;
use weir_client::admin::{Admin, NewTopic};
use weir_client::config::{AdminConfig, ConsumerConfig, ProducerConfig};
use weir_client::consumer::Consumer;
use weir_client::producer::{Producer, ProducerRecord};
use weir_core::Seam;
use weir_streams::{Streams, StreamsBuilder, StreamsConfig, Topology};
use weir_tests::peers::{Kafka, Weir, skip};

fn word_count() -> Topology {
    let builder = StreamsBuilder::new();
    builder
        .stream::<Bytes, String>("lines")
        .flat_map_values(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .group_by(|_, word| word.clone())
        .count("counts")
        .to_stream()
        .to("word-counts");
    builder.build().unwrap()
}

async fn produce(seam: &Seam, bootstrap: &str, lines: &[&str]) {
    let producer = Producer::new(seam.clone(), ProducerConfig::new(bootstrap).unwrap());
    for (i, line) in lines.iter().enumerate() {
        let record = ProducerRecord::new("lines", line.to_string()).partition(i as i32 % 2);
        producer.send(record).await.unwrap();
    }
    producer.close().await;
}

/// The latest count of each word once `total` updates were seen.
async fn counts(seam: &Seam, bootstrap: &str, total: usize) -> BTreeMap<String, i64> {
    let config = ConsumerConfig::from_map([
        ("bootstrap.servers", bootstrap),
        ("group.id", "reader"),
        ("auto.offset.reset", "earliest"),
        ("enable.auto.commit", "false"),
    ]);
    let mut consumer = Consumer::new(seam.clone(), config.unwrap()).unwrap();
    consumer.subscribe(["word-counts"]).unwrap();
    let (mut latest, mut seen) = (BTreeMap::new(), 0);
    for _ in 0..300 {
        for record in consumer.poll(Duration::from_millis(100)).await.unwrap() {
            let n = i64::from_be_bytes(record.value.unwrap()[..].try_into().unwrap());
            latest.insert(String::from_utf8(record.key.unwrap().to_vec()).unwrap(), n);
            seen += 1;
        }
        if seen >= total {
            break;
        }
    }
    consumer.close().await;
    latest
}

async fn counts_across_a_restart(bootstrap: &str) {
    let seam = weir_runtime::real();
    let admin = Admin::new(seam.clone(), AdminConfig::new(bootstrap).unwrap());
    admin
        .create_topics(&[NewTopic::new("lines", 2), NewTopic::new("word-counts", 1)], false)
        .await
        .unwrap();
    let config = StreamsConfig {
        commit_interval: Duration::from_millis(200),
        ..StreamsConfig::new("wc", bootstrap)
    };
    let app = Streams::start(seam.clone(), config.clone(), word_count())
        .await
        .unwrap();
    produce(&seam, bootstrap, &["to be or not", "to be that is"]).await;
    let first = counts(&seam, bootstrap, 8).await;
    assert_eq!((first["to"], first["be"], first["is"]), (2, 2, 1), "{first:?}");
    app.close().await.unwrap();
    // State comes back from the changelog, input goes on from the committed offset.
    let app = Streams::start(seam.clone(), config, word_count()).await.unwrap();
    produce(&seam, bootstrap, &["to the question"]).await;
    let second = counts(&seam, bootstrap, 11).await;
    assert_eq!(
        (second["to"], second["be"], second["question"]),
        (3, 2, 1),
        "{second:?}"
    );
    app.close().await.unwrap();
    let topics: Vec<String> = admin
        .list_topics()
        .await
        .unwrap()
        .into_iter()
        .map(|t| t.name.to_string())
        .collect();
    for name in ["wc-counts-changelog", "wc-counts-repartition"] {
        assert!(topics.iter().any(|t| t == name), "{topics:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn word_count_on_weir() {
    match Weir::broker(&[]) {
        Ok(weir) => counts_across_a_restart(weir.bootstrap()).await,
        Err(missing) => skip(&missing),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn word_count_on_kafka() {
    match Kafka::start() {
        Ok(kafka) => counts_across_a_restart(kafka.bootstrap()).await,
        Err(missing) => skip(&missing),
    }
}
