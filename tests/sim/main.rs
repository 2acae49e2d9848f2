//! Broker and clients in one process under a seed: an idempotent producer and a consumer group work while the broker loses power
//! again and again. Every record is in the log once and in order, every acknowledged one is read by the group, and the same
//! seed twice gives the same trace, byte for byte.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test: what is missing must fail it"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use weir_broker::{Broker, BrokerConfig};
use weir_client::TopicPartition;
use weir_client::admin::{Admin, NewTopic};
use weir_client::config::{AdminConfig, ConsumerConfig, ProducerConfig};
use weir_client::consumer::Consumer;
use weir_client::producer::{Producer, ProducerRecord};
use weir_core::Seam;
use weir_core::sim::{Sim, seeds};

const ADDRESS: &str = "127.0.0.1:9092";
const PARTITIONS: i32 = 3;
const RECORDS: usize = 600;
const HOUR: Duration = Duration::from_secs(3600);

/// By partition, in the order of the log.
type Values = BTreeMap<i32, Vec<usize>>;

fn start_broker(sim: &mut Sim) {
    let seam = sim.host("broker");
    let settings = [
        ("listeners", "PLAINTEXT://127.0.0.1:9092"),
        ("offsets.topic.num.partitions", "1"),
        ("group.initial.rebalance.delay.ms", "0"),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let config = BrokerConfig::from_map(&settings, Path::new("/data")).unwrap();
    let started = sim.run(
        "broker",
        HOUR,
        async move { Broker::start(seam, config).await.map(|_| ()) },
    );
    started.expect("a broker starts").unwrap();
}

fn consumer(seam: &Seam, settings: &[(&str, &str)]) -> Consumer {
    let base = [("bootstrap.servers", ADDRESS), ("auto.offset.reset", "earliest")];
    let config = ConsumerConfig::from_map(base.into_iter().chain(settings.iter().copied())).unwrap();
    Consumer::new(seam.clone(), config).unwrap()
}

/// Sends all records, many on their way at once; what was acknowledged is noted with its offset.
async fn produce(seam: Seam, acked: Arc<Mutex<BTreeMap<(i32, i64), usize>>>) {
    let settings = [
        ("bootstrap.servers", ADDRESS),
        ("batch.size", "400"),
        ("linger.ms", "2"),
    ];
    let producer = Producer::new(seam.clone(), ProducerConfig::from_map(settings).unwrap());
    let mut deliveries = Vec::new();
    for value in 0..RECORDS {
        let partition = i32::try_from(value).unwrap() % PARTITIONS;
        let record = ProducerRecord::new("t", value.to_string()).partition(partition);
        deliveries.push((value, producer.enqueue(record).await.unwrap()));
        seam.sleep(Duration::from_micros(seam.random.next_u64() % 8000)).await;
    }
    for (value, delivery) in deliveries {
        let sent = delivery.await.unwrap();
        // A duplicate that the broker recognised long after has no offset.
        if sent.offset >= 0 {
            let old = acked.lock().insert((sent.partition, sent.offset), value);
            assert_eq!(old, None, "offset {} was given out twice", sent.offset);
        }
    }
    producer.close().await;
}

/// Reads and commits until told to stop.
async fn consume(seam: Seam, seen: Arc<Mutex<Values>>, stop: Arc<AtomicBool>) {
    let settings = [
        ("group.id", "g"),
        ("enable.auto.commit", "false"),
        ("partition.assignment.strategy", "cooperative-sticky"),
        ("max.poll.records", "20"),
    ];
    let mut consumer = consumer(&seam, &settings);
    consumer.subscribe(["t"]).unwrap();
    while !stop.load(Ordering::Relaxed) {
        for record in consumer.poll(Duration::from_millis(100)).await.unwrap() {
            let value = std::str::from_utf8(record.value.as_deref().unwrap())
                .unwrap()
                .parse()
                .unwrap();
            seen.lock().entry(record.partition).or_default().push(value);
        }
        // A commit that comes too late is repeated by whoever has the partition now.
        let _ = consumer.commit_sync().await;
    }
    consumer.close().await;
}

/// The whole log, by partition.
async fn read_log(seam: Seam) -> Values {
    let mut consumer = consumer(&seam, &[]);
    consumer.assign((0..PARTITIONS).map(|partition| TopicPartition::new("t", partition)));
    let mut log = Values::new();
    let mut count = 0;
    let mut empty = 0;
    while count < RECORDS || empty < 3 {
        let records = consumer.poll(Duration::from_millis(600)).await.unwrap();
        empty = if records.is_empty() { empty + 1 } else { 0 };
        assert!(empty < 100, "{count} of {RECORDS} records");
        for record in records {
            let value = std::str::from_utf8(record.value.as_deref().unwrap())
                .unwrap()
                .parse()
                .unwrap();
            log.entry(record.partition).or_default().push(value);
            count += 1;
        }
    }
    log
}

/// One life of everything; returns the trace.
fn world(seed: u64, crashes: usize) -> String {
    let mut sim = Sim::new(seed);
    start_broker(&mut sim);
    let (producing, reading) = (sim.host("producer"), [sim.host("reader-1"), sim.host("reader-2")]);
    let seam = producing.clone();
    let created = sim.run("producer", HOUR, async move {
        let admin = Admin::new(seam, AdminConfig::new(ADDRESS).unwrap());
        let topic = NewTopic::new("t", PARTITIONS);
        admin.create_topics(&[topic], false).await.unwrap()["t"].clone()
    });
    created.unwrap().unwrap();

    let acked = Arc::new(Mutex::new(BTreeMap::new()));
    let (seen, stop) = (Arc::new(Mutex::new(Values::new())), Arc::new(AtomicBool::new(false)));
    let all_sent = Arc::new(AtomicBool::new(false));
    let (work, sent) = (produce(producing.clone(), acked.clone()), all_sent.clone());
    producing.spawn("work", async move {
        work.await;
        sent.store(true, Ordering::Relaxed);
    });
    for seam in &reading {
        seam.spawn("work", consume(seam.clone(), seen.clone(), stop.clone()));
    }

    let driver = sim.host("driver");
    for _ in 0..crashes {
        let (seam, run) = (
            driver.clone(),
            Duration::from_millis(100 + driver.random.next_u64() % 1500),
        );
        sim.run("driver", HOUR, async move { seam.sleep(run).await }).unwrap();
        sim.crash("broker");
        let (seam, pause) = (driver.clone(), Duration::from_millis(driver.random.next_u64() % 500));
        sim.run("driver", HOUR, async move { seam.sleep(pause).await }).unwrap();
        start_broker(&mut sim);
    }
    let (seam, sent) = (driver.clone(), all_sent.clone());
    let done = sim.run("driver", HOUR, async move {
        while !sent.load(Ordering::Relaxed) {
            seam.sleep(Duration::from_millis(50)).await;
        }
    });
    done.expect("the producer is done");

    let log = sim
        .run("driver", HOUR, read_log(driver.clone()))
        .expect("the log is read");
    for partition in 0..PARTITIONS {
        let step = usize::try_from(PARTITIONS).unwrap();
        let wanted: Vec<usize> = (usize::try_from(partition).unwrap()..RECORDS).step_by(step).collect();
        assert_eq!(log[&partition], wanted, "seed {seed}: partition {partition}");
    }
    for ((partition, offset), value) in acked.lock().iter() {
        let at = usize::try_from(*offset).unwrap();
        assert_eq!(
            log[partition][at], *value,
            "seed {seed}: acknowledged at {partition}-{offset}"
        );
    }
    let (seam, group) = (driver.clone(), seen.clone());
    let caught_up = sim.run("driver", HOUR, async move {
        loop {
            let distinct: std::collections::BTreeSet<usize> = group.lock().values().flatten().copied().collect();
            if distinct.len() == RECORDS {
                return;
            }
            seam.sleep(Duration::from_millis(50)).await;
        }
    });
    caught_up.expect("the group has read everything");
    stop.store(true, Ordering::Relaxed);
    sim.trace()
}

#[test]
fn power_cuts_under_a_producer_and_a_group() {
    for seed in seeds(0..12) {
        world(seed, 4);
    }
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let (first, second) = (world(7, 2), world(7, 2));
    assert!(first.len() > 10_000);
    if let Some((a, b)) = first.lines().zip(second.lines()).find(|(a, b)| a != b) {
        panic!("two runs differ:\n{a}\n{b}");
    }
    assert_eq!(first.len(), second.len());
    assert_ne!(world(8, 2), first);
}
