//! A data directory of Apache Kafka 4.3.1, stopped cleanly, taken over by Weir and handed back: all that Kafka could read
//! Weir reads, groups and idempotent producers go on, and Kafka reads what Weir made of it.

use bytes::Bytes;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use weir_core::compress::Compression;
use weir_core::record::{BatchBuilder, Batches};
use weir_messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use weir_messages::delete_topics_request::DeleteTopicState;
use weir_messages::fetch_request::{FetchPartition, FetchTopic};
use weir_messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use weir_messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use weir_messages::produce_request::{PartitionProduceData, TopicProduceData};
use weir_messages::*;
use weir_tests::peers::{Kafka, Missing, Weir, skip};
use weir_tests::wire::Wire;

/// Small segments, so that there are several; a log start that moves.
const SETTINGS: &[(&str, &str)] = &[
    ("log.segment.bytes", "1048576"),
    ("log.retention.check.interval.ms", "1000"),
];

/// Asks until the answer is no "not yet" of a server that has just started.
fn patiently<T>(mut ask: impl FnMut() -> (i16, T)) -> T {
    for _ in 0..300 {
        let (error, answer) = ask();
        if !matches!(error, 3 | 5 | 6 | 14 | 15 | 16) {
            assert_eq!(error, 0);
            return answer;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the server does not get ready");
}

fn create(wire: &mut Wire, name: &str, partitions: i32, configs: &[(&str, &str)]) {
    let config = |(k, v): &(&str, &str)| CreatableTopicConfig {
        name: Str::from(*k),
        value: Some(Str::from(*v)),
        ..Default::default()
    };
    let topic = CreatableTopic {
        name: name.into(),
        num_partitions: partitions,
        replication_factor: 1,
        configs: configs.iter().map(config).collect(),
        ..Default::default()
    };
    let request = CreateTopicsRequest {
        topics: vec![topic],
        timeout_ms: 10_000,
        ..Default::default()
    };
    let response = wire.ask(7, &request);
    assert_eq!(response.topics[0].error_code, 0, "{response:?}");
}

fn delete(wire: &mut Wire, name: &str) {
    let topic = DeleteTopicState {
        name: Some(name.into()),
        ..Default::default()
    };
    let request = DeleteTopicsRequest {
        topics: vec![topic],
        timeout_ms: 10_000,
        ..Default::default()
    };
    assert_eq!(wire.ask(6, &request).responses[0].error_code, 0);
}

fn batch(codec: Compression, value: &str, n: usize, producer: Option<(i64, i16, i32)>) -> Bytes {
    let mut b = BatchBuilder::new(codec);
    if let Some((id, epoch, sequence)) = producer {
        b.set_producer(id, epoch, sequence);
    }
    // Of now: a producer whose last batch is a day old is forgotten.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = i64::try_from(now.unwrap().as_millis()).unwrap();
    for i in 0..n {
        let text = format!("{value}-{i}-{}", "x".repeat(200));
        b.append(now, Some(value.as_bytes()), Some(text.as_bytes()), &[]);
    }
    b.build().unwrap()
}

/// (error, offset)
fn produce(wire: &mut Wire, topic: &str, partition: i32, records: Bytes) -> (i16, i64) {
    let data = PartitionProduceData {
        index: partition,
        records: Some(records),
        ..Default::default()
    };
    let request = ProduceRequest {
        acks: -1,
        timeout_ms: 10_000,
        topic_data: vec![TopicProduceData {
            name: topic.into(),
            partition_data: vec![data],
            ..Default::default()
        }],
        ..Default::default()
    };
    let response = wire.ask(9, &request);
    let p = &response.responses[0].partition_responses[0];
    (p.error_code, p.base_offset)
}

/// A partition as a consumer sees it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    log_start: i64,
    last_stable: i64,
    high_watermark: i64,
    batches: Vec<Bytes>,
    /// (producer id, first offset)
    aborted: Vec<(i64, i64)>,
}

fn read(wire: &mut Wire, topic: &str, partition: i32, committed: bool) -> Seen {
    let mut seen = Seen::default();
    let mut at = 0;
    loop {
        let request = FetchRequest {
            replica_id: -1,
            max_wait_ms: 0,
            max_bytes: 5 << 20,
            isolation_level: i8::from(committed),
            topics: vec![FetchTopic {
                topic: topic.into(),
                partitions: vec![FetchPartition {
                    partition,
                    fetch_offset: at,
                    partition_max_bytes: 300_000,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        let p = patiently(|| {
            let mut response = wire.ask(11, &request);
            let p = response.responses.remove(0).partitions.remove(0);
            // Out of range below the log start: begin there.
            match p.error_code {
                1 => (0, None),
                error => (error, Some(p)),
            }
        });
        let Some(p) = p else {
            at += 1;
            continue;
        };
        let before = at;
        for batch in Batches::of(p.records.clone().unwrap_or_default()) {
            batch.verify().unwrap();
            at = batch.header.next_offset();
            seen.batches.push(batch.bytes);
        }
        for t in p.aborted_transactions.iter().flatten() {
            if !seen.aborted.contains(&(t.producer_id, t.first_offset)) {
                seen.aborted.push((t.producer_id, t.first_offset));
            }
        }
        if at == before {
            (seen.log_start, seen.last_stable, seen.high_watermark) =
                (p.log_start_offset, p.last_stable_offset, p.high_watermark);
            return seen;
        }
    }
}

fn commit(wire: &mut Wire, group: &str, topic: &str, offset: i64) {
    let request = OffsetCommitRequest {
        group_id: group.into(),
        generation_id_or_member_epoch: -1,
        topics: vec![OffsetCommitRequestTopic {
            name: topic.into(),
            partitions: vec![OffsetCommitRequestPartition {
                committed_offset: offset,
                committed_metadata: Some("from the test".into()),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    patiently(|| (wire.ask(8, &request).topics[0].partitions[0].error_code, ()));
}

fn committed(wire: &mut Wire, group: &str, topic: &str) -> (i64, Option<Str>) {
    let request = OffsetFetchRequest {
        groups: vec![OffsetFetchRequestGroup {
            group_id: group.into(),
            topics: Some(vec![OffsetFetchRequestTopics {
                name: topic.into(),
                partition_indexes: vec![0],
                ..Default::default()
            }]),
            ..Default::default()
        }],
        ..Default::default()
    };
    patiently(|| {
        let mut response = wire.ask(8, &request);
        let mut group = response.groups.remove(0);
        match group.error_code {
            0 => {
                let p = group.topics.remove(0).partitions.remove(0);
                (p.error_code, (p.committed_offset, p.metadata))
            }
            error => (error, (0, None)),
        }
    })
}

fn own_configs(bootstrap: &str) -> Result<String, Missing> {
    let out = Kafka::tool(
        "kafka.admin.ConfigCommand",
        &[
            "--bootstrap-server",
            bootstrap,
            "--describe",
            "--entity-type",
            "topics",
            "--entity-name",
            "small",
        ],
    )?;
    Ok(out.lines().filter(|l| l.contains("retention.ms")).collect())
}

/// Reads from where the group stands, until nothing more comes.
fn consume(bootstrap: &str, topic: &str, group: &str, n: usize) -> Result<usize, Missing> {
    let out = Kafka::tool(
        "org.apache.kafka.tools.consumer.ConsoleConsumer",
        &[
            "--bootstrap-server",
            bootstrap,
            "--topic",
            topic,
            "--group",
            group,
            "--max-messages",
            &n.to_string(),
            "--timeout-ms",
            "20000",
            "--consumer-property",
            "auto.offset.reset=earliest",
        ],
    )?;
    Ok(out.lines().filter(|l| l.contains("xxx")).count())
}

/// Runs the transactional writer in `tests/java`.
fn transactions(bootstrap: &str, topic: &str, plan: &str) -> Result<(), Missing> {
    let missing = |reason: String| Missing {
        peer: "Apache Kafka",
        reason,
    };
    let jars = xtask::peers::kafka_jars().map_err(|e| missing(e.to_string()))?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("java/TransactionalWriter.java");
    let out = Command::new("java")
        .arg("-cp")
        .arg(jars.join("*"))
        .arg(source)
        .args([bootstrap, topic, plan])
        .output();
    let out = out.map_err(|e| missing(e.to_string()))?;
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Ok(())
}

/// What each partition of the test's topics holds, read uncommitted and committed.
fn everything(wire: &mut Wire, topics: &[(&str, i32)]) -> BTreeMap<(String, i32, bool), Seen> {
    let mut all = BTreeMap::new();
    for (topic, partitions) in topics {
        for partition in 0..*partitions {
            for committed in [false, true] {
                let seen = read(wire, topic, partition, committed);
                all.insert(((*topic).to_owned(), partition, committed), seen);
            }
        }
    }
    all
}

fn same(what: &str, before: &BTreeMap<(String, i32, bool), Seen>, after: &BTreeMap<(String, i32, bool), Seen>) {
    assert_eq!(before.len(), after.len());
    for (at, seen) in before {
        let found = &after[at];
        let brief = |s: &Seen| {
            (
                s.log_start,
                s.last_stable,
                s.high_watermark,
                s.batches.len(),
                s.aborted.clone(),
            )
        };
        assert_eq!(brief(seen), brief(found), "{what}: {at:?}");
        assert!(seen.batches == found.batches, "{what}: {at:?}: other bytes");
    }
}

const TOPICS: &[(&str, i32)] = &[("codecs", 3), ("small", 1), ("txn", 1), ("idempotent", 1)];

/// The producer id that wrote the idempotent topic, and the last batch's first sequence number.
fn fill(kafka: &Kafka) -> Result<i64, Missing> {
    let mut wire = Wire::connect(kafka.bootstrap());
    create(&mut wire, "codecs", 3, &[]);
    create(&mut wire, "small", 1, &[("retention.ms", "123456789012")]);
    create(&mut wire, "txn", 1, &[]);
    create(&mut wire, "idempotent", 1, &[]);
    create(&mut wire, "gone", 2, &[]);
    for partition in 0..3 {
        for round in 0..12 {
            for codec in Compression::ALL {
                let records = batch(codec, &format!("p{partition}r{round}"), 200, None);
                patiently(|| produce(&mut wire, "codecs", partition, records.clone()));
            }
        }
    }
    patiently(|| produce(&mut wire, "gone", 0, batch(Compression::None, "gone", 10, None)));
    delete(&mut wire, "gone");
    for i in 0..300 {
        patiently(|| {
            produce(
                &mut wire,
                "small",
                0,
                batch(Compression::None, &format!("{i}"), 1, None),
            )
        });
    }
    let id = patiently(|| {
        let request = InitProducerIdRequest {
            transactional_id: None,
            transaction_timeout_ms: 1000,
            producer_id: -1,
            producer_epoch: -1,
            ..Default::default()
        };
        let response = wire.ask(4, &request);
        (response.error_code, response.producer_id)
    });
    for sequence in 0..7 {
        patiently(|| {
            produce(
                &mut wire,
                "idempotent",
                0,
                batch(Compression::Lz4, "i", 2, Some((id, 0, sequence * 2))),
            )
        });
    }
    transactions(kafka.bootstrap(), "txn", "cacaac")?;
    create(&mut wire, "open", 1, &[]);
    transactions(kafka.bootstrap(), "open", "co")?;
    assert_eq!(consume(kafka.bootstrap(), "small", "console", 100)?, 100);
    commit(&mut wire, "simple", "small", 42);
    Ok(id)
}

/// The same directory as if Kafka had lost power, its transaction index gone: Weir goes through the log, and writes the
/// index that Kafka had written.
fn rebuilt(data: &Path, home: &Path, before: &BTreeMap<(String, i32, bool), Seen>) -> Result<(), Missing> {
    let copy = home.join("copy");
    let copied = Command::new("cp").arg("-r").arg(data).arg(&copy).status();
    assert!(copied.unwrap().success());
    let index = "txn-0/00000000000000000000.txnindex";
    let kafkas = std::fs::read(data.join(index)).unwrap();
    assert_eq!(kafkas.len(), 3 * 34);
    for lost in [index, ".kafka_cleanshutdown", "recovery-point-offset-checkpoint"] {
        std::fs::remove_file(copy.join(lost)).unwrap();
    }
    let weir = Weir::broker_in(&copy, &home.join("weir-on-copy"), SETTINGS)?;
    let after = everything(&mut Wire::connect(weir.bootstrap()), TOPICS);
    same("Weir after a Kafka that lost power", before, &after);
    assert_eq!(std::fs::read(copy.join(index)).unwrap(), kafkas);
    weir.stop()?;
    let dump = Kafka::tool(
        "org.apache.kafka.tools.DumpLogSegments",
        &["--files", &copy.join(index).display().to_string()],
    )?;
    assert_eq!(dump.matches("lastStableOffset").count(), 3, "{dump}");
    std::fs::remove_dir_all(&copy).unwrap();
    Ok(())
}

fn run() -> Result<(), Missing> {
    let home = tempfile::tempdir().unwrap();
    let data: PathBuf = home.path().join("data");
    let kafka = Kafka::start_on(Some(&data), SETTINGS)?;
    let id = fill(&kafka)?;
    let before = everything(&mut Wire::connect(kafka.bootstrap()), TOPICS);
    let configs = own_configs(kafka.bootstrap())?;
    assert!(configs.contains("123456789012"), "{configs}");
    assert!(before[&("codecs".into(), 0, false)].batches.len() == 60);
    assert_eq!(before[&("txn".into(), 0, true)].aborted.len(), 3);
    kafka.stop()?;

    rebuilt(&data, home.path(), &before)?;

    // Weir takes over.
    let weir = Weir::broker_in(&data, &home.path().join("weir"), SETTINGS)?;
    let mut wire = Wire::connect(weir.bootstrap());
    let after = everything(&mut wire, TOPICS);
    same("Weir after Kafka", &before, &after);
    // Three records and a marker, then three that nobody has decided on.
    let open = read(&mut wire, "open", 0, true);
    assert_eq!((open.last_stable, open.high_watermark), (4, 7));
    let told = weir.log();
    assert!(told.contains("a transaction is open from offset 4"), "{told}");
    assert_eq!(own_configs(weir.bootstrap())?, configs);
    assert_eq!(
        committed(&mut wire, "simple", "small"),
        (42, Some("from the test".into()))
    );
    assert_eq!(committed(&mut wire, "console", "small").0, 100);
    assert_eq!(consume(weir.bootstrap(), "small", "console", 100)?, 100);
    assert_eq!(committed(&mut wire, "console", "small").0, 200);
    // The idempotent producer goes on: its last batch is known, its next one follows, a gap is refused.
    let (duplicate, next, gap) = (12, 14, 20);
    let mut idempotent = |sequence| {
        produce(
            &mut wire,
            "idempotent",
            0,
            batch(Compression::Lz4, "i", 2, Some((id, 0, sequence))),
        )
    };
    assert_eq!(idempotent(duplicate), (0, 12));
    assert_eq!(idempotent(gap).0, 45);
    assert_eq!(idempotent(next), (0, 14));
    create(&mut wire, "by-weir", 2, &[("cleanup.policy", "compact")]);
    for partition in 0..2 {
        assert_eq!(
            produce(&mut wire, "by-weir", partition, batch(Compression::Zstd, "w", 5, None)).0,
            0
        );
    }
    for partition in 0..3 {
        for i in 0..20 {
            let records = batch(Compression::Snappy, &format!("weir{i}"), 200, None);
            assert_eq!(produce(&mut wire, "codecs", partition, records).0, 0);
        }
    }
    commit(&mut wire, "simple", "small", 77);
    commit(&mut wire, "by-weir", "by-weir", 3);
    let all: Vec<(&str, i32)> = TOPICS.iter().copied().chain([("by-weir", 2)]).collect();
    let by_weir = everything(&mut wire, &all);
    drop(wire);
    weir.stop()?;

    // And back.
    let kafka = Kafka::start_on(Some(&data), SETTINGS)?;
    let mut wire = Wire::connect(kafka.bootstrap());
    let back = everything(&mut wire, &all);
    same("Kafka after Weir", &by_weir, &back);
    assert_eq!(own_configs(kafka.bootstrap())?, configs);
    assert_eq!(committed(&mut wire, "simple", "small").0, 77);
    assert_eq!(committed(&mut wire, "console", "small").0, 200);
    assert_eq!(committed(&mut wire, "by-weir", "by-weir").0, 3);
    assert_eq!(consume(kafka.bootstrap(), "small", "console", 100)?, 100);
    // Kafka knows the producer as Weir left it.
    let records = |sequence| batch(Compression::Lz4, "i", 2, Some((id, 0, sequence)));
    assert_eq!(produce(&mut wire, "idempotent", 0, records(14)), (0, 14));
    assert_eq!(produce(&mut wire, "idempotent", 0, records(16)), (0, 16));
    assert_eq!(
        produce(&mut wire, "by-weir", 0, batch(Compression::None, "k", 1, None)),
        (0, 5)
    );
    transactions(kafka.bootstrap(), "txn", "ca")?;
    let log = kafka.log();
    for bad in ["Corrupt", "corrupt", "Found invalid", "is out of sync"] {
        assert!(
            !log.contains(bad),
            "{bad}: {}",
            log.lines().filter(|l| l.contains(bad)).collect::<String>()
        );
    }
    Ok(())
}

#[test]
fn a_directory_of_apache_kafka_is_taken_over_and_handed_back() {
    run().unwrap_or_else(|missing| skip(&missing));
}
