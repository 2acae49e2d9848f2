//! Power loss under load: a disk that drops what was not synced, 100 seeded crashes, no acknowledged record lost. And
//! the same seed twice gives the same trace, byte for byte.

use crate::wire::Wire;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use weir_broker::{Broker, BrokerConfig};
use weir_core::Seam;
use weir_core::compress::Compression;
use weir_core::record::{BatchBuilder, Batches};
use weir_core::sim::{Sim, seeds};
use weir_messages::create_topics_request::CreatableTopic;
use weir_messages::fetch_request::{FetchPartition, FetchTopic};
use weir_messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use weir_messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use weir_messages::produce_request::{PartitionProduceData, TopicProduceData};
use weir_messages::{
    CreateTopicsRequest, FetchRequest, InitProducerIdRequest, OffsetCommitRequest, OffsetFetchRequest, ProduceRequest,
};

pub(crate) const ADDRESS: &str = "127.0.0.1:9092";
pub(crate) const PARTITIONS: i32 = 2;
/// KAFKA_STORAGE_ERROR.
pub(crate) const STORAGE_ERROR: i16 = 56;

/// What was acknowledged: (partition, offset) → value; and the last committed offset.
#[derive(Default)]
pub(crate) struct Acked {
    pub(crate) records: BTreeMap<(i32, i64), u64>,
    pub(crate) committed: i64,
    /// Where partition 0 begins.
    pub(crate) first: i64,
    /// Texts that came with KAFKA_STORAGE_ERROR, and how often.
    pub(crate) storage_errors: BTreeMap<String, u32>,
}

pub(crate) fn config() -> BrokerConfig {
    let map = [
        ("listeners", "PLAINTEXT://127.0.0.1:9092"),
        ("offsets.topic.num.partitions", "1"),
        ("log.segment.bytes", "1048576"),
        ("journal.file.bytes", "1048576"),
    ];
    BrokerConfig::from_map(
        &map.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        Path::new("/data"),
    )
    .unwrap()
}

pub(crate) async fn produce(
    wire: &mut Wire,
    acked: &Mutex<Acked>,
    partition: i32,
    acks: i16,
    producer: Option<(i64, i32)>,
    value: u64,
    pad: usize,
) -> Option<i64> {
    let mut b = BatchBuilder::new(Compression::None);
    if let Some((id, sequence)) = producer {
        b.set_producer(id, 0, sequence);
    }
    let mut bytes = value.to_be_bytes().to_vec();
    bytes.resize(8 + pad, 7);
    b.append(1_767_225_600_000, None, Some(&bytes), &[]);
    let request = ProduceRequest {
        acks,
        timeout_ms: 1000,
        topic_data: vec![TopicProduceData {
            name: "t".into(),
            partition_data: vec![PartitionProduceData {
                index: partition,
                records: Some(b.build().unwrap()),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let response = wire.ask(9, &request).await.ok()?;
    let p = &response.responses[0].partition_responses[0];
    match p.error_code {
        0 => Some(p.base_offset),
        45 => None,
        STORAGE_ERROR => {
            let text = p.error_message.as_ref().map(ToString::to_string).unwrap_or_default();
            *acked.lock().storage_errors.entry(text).or_default() += 1;
            None
        }
        _ => panic!("{p:?}"),
    }
}

/// Produces to one partition until told to stop; each retry of an idempotent producer carries its old sequence number.
pub(crate) async fn producer(
    seam: Seam,
    partition: i32,
    acks: i16,
    pad_max: u64,
    acked: Arc<Mutex<Acked>>,
    stop: Arc<AtomicBool>,
) {
    let mut value = u64::from(partition.unsigned_abs()) << 32 | if acks == -1 { 0 } else { 1 << 48 };
    let (mut id, mut sequence) = (None, 0);
    while !stop.load(Ordering::Relaxed) {
        let Ok(mut wire) = Wire::connect(&seam, ADDRESS).await else {
            seam.sleep(Duration::from_millis(20)).await;
            continue;
        };
        if acks == -1 && id.is_none() {
            let request = InitProducerIdRequest {
                transactional_id: None,
                producer_id: -1,
                producer_epoch: -1,
                ..Default::default()
            };
            let Ok(response) = wire.ask(4, &request).await else {
                continue;
            };
            if response.error_code != 0 {
                seam.sleep(Duration::from_millis(5)).await;
                continue;
            }
            id = Some(response.producer_id);
        }
        let pad = (seam.random.next_u64() % pad_max) as usize;
        while let Some(offset) = produce(
            &mut wire,
            &acked,
            partition,
            acks,
            id.map(|id| (id, sequence)),
            value,
            pad,
        )
        .await
        {
            if acks == -1 {
                let old = acked.lock().records.insert((partition, offset), value);
                assert!(old.is_none(), "offset {offset} was given out twice");
            }
            value += 1;
            sequence += 1;
            if stop.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

pub(crate) async fn committer(seam: Seam, acked: Arc<Mutex<Acked>>, stop: Arc<AtomicBool>) {
    let mut offset = 1;
    while !stop.load(Ordering::Relaxed) {
        let Ok(mut wire) = Wire::connect(&seam, ADDRESS).await else {
            seam.sleep(Duration::from_millis(30)).await;
            continue;
        };
        loop {
            let partition = OffsetCommitRequestPartition {
                partition_index: 0,
                committed_offset: offset,
                committed_metadata: Some("m".into()),
                ..Default::default()
            };
            let request = OffsetCommitRequest {
                group_id: "g".into(),
                generation_id_or_member_epoch: -1,
                topics: vec![OffsetCommitRequestTopic {
                    name: "t".into(),
                    partitions: vec![partition],
                    ..Default::default()
                }],
                ..Default::default()
            };
            let Ok(response) = wire.ask(8, &request).await else {
                break;
            };
            if response.topics[0].partitions[0].error_code == 0 {
                acked.lock().committed = offset;
                offset += 1;
            }
            seam.sleep(Duration::from_millis(7)).await;
            if stop.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

/// All records of the topic; of partition 0 from `first` on.
pub(crate) async fn read_all(seam: &Seam, first: i64) -> BTreeMap<(i32, i64), u64> {
    let mut wire = Wire::connect(seam, ADDRESS).await.unwrap();
    let mut found = BTreeMap::new();
    for partition in 0..PARTITIONS {
        let mut at = if partition == 0 { first } else { 0 };
        loop {
            let request = FetchRequest {
                replica_id: -1,
                max_wait_ms: 0,
                max_bytes: 100_000,
                topics: vec![FetchTopic {
                    topic: "t".into(),
                    partitions: vec![FetchPartition {
                        partition,
                        fetch_offset: at,
                        partition_max_bytes: 100_000,
                        ..Default::default()
                    }],
                    ..Default::default()
                }],
                ..Default::default()
            };
            let response = wire.ask(11, &request).await.unwrap();
            let p = &response.responses[0].partitions[0];
            assert_eq!(p.error_code, 0, "{p:?}");
            let before = at;
            for batch in Batches::of(p.records.clone().unwrap()) {
                batch.verify().unwrap();
                for record in batch.records(1 << 20).unwrap() {
                    let record = record.unwrap();
                    at = at.max(record.offset + 1);
                    found.insert(
                        (partition, record.offset),
                        u64::from_be_bytes(record.value.unwrap()[..8].try_into().unwrap()),
                    );
                }
            }
            if at == before {
                break;
            }
        }
    }
    found
}

pub(crate) async fn committed(seam: &Seam) -> i64 {
    let mut wire = Wire::connect(seam, ADDRESS).await.unwrap();
    let topics = vec![OffsetFetchRequestTopics {
        name: "t".into(),
        partition_indexes: vec![0],
        ..Default::default()
    }];
    let group = OffsetFetchRequestGroup {
        group_id: "g".into(),
        topics: Some(topics),
        ..Default::default()
    };
    let response = wire
        .ask(
            8,
            &OffsetFetchRequest {
                groups: vec![group],
                ..Default::default()
            },
        )
        .await
        .unwrap();
    response.groups[0].topics[0].partitions[0].committed_offset
}

pub(crate) fn start(sim: &mut Sim) {
    let seam = sim.host("broker");
    let started = sim.run("broker", Duration::from_secs(60), async move {
        Broker::start(seam, config()).await.map(|_| ())
    });
    started.expect("a broker starts").unwrap();
}

/// A broker with a topic, and clients that produce and commit until told to stop.
pub(crate) struct Load {
    pub(crate) sim: Sim,
    pub(crate) client: Seam,
    pub(crate) acked: Arc<Mutex<Acked>>,
    pub(crate) stop: Arc<AtomicBool>,
}

pub(crate) fn load(seed: u64) -> Load {
    load_of(seed, 3000)
}

/// The same with records of up to `pad_max` bytes.
fn load_of(seed: u64, pad_max: u64) -> Load {
    let mut sim = Sim::new(seed);
    let acked = Arc::new(Mutex::new(Acked::default()));
    let stop = Arc::new(AtomicBool::new(false));
    start(&mut sim);
    let client = sim.host("client");
    let c = client.clone();
    sim.run("client", Duration::from_secs(10), async move {
        let mut wire = Wire::connect(&c, ADDRESS).await.unwrap();
        let topic = CreatableTopic {
            name: "t".into(),
            num_partitions: PARTITIONS,
            replication_factor: 1,
            ..Default::default()
        };
        let response = wire
            .ask(
                7,
                &CreateTopicsRequest {
                    topics: vec![topic],
                    timeout_ms: 1000,
                    ..Default::default()
                },
            )
            .await
            .unwrap();
        assert_eq!(response.topics[0].error_code, 0);
    })
    .unwrap();
    for partition in 0..PARTITIONS {
        client.spawn(
            "producer",
            producer(client.clone(), partition, -1, pad_max, acked.clone(), stop.clone()),
        );
        // Unsynced neighbours in the same log: what is lost of them must not take acknowledged records along.
        client.spawn(
            "producer",
            producer(client.clone(), partition, 1, 3000, acked.clone(), stop.clone()),
        );
    }
    client.spawn("committer", committer(client.clone(), acked.clone(), stop.clone()));
    Load {
        sim,
        client,
        acked,
        stop,
    }
}

impl Load {
    pub(crate) fn run_for(&mut self, time: Duration) {
        let c = self.client.clone();
        self.sim
            .run("driver", Duration::from_secs(60), async move { c.sleep(time).await });
    }

    /// All that was acknowledged until now can be read, and the committed offset is not behind.
    pub(crate) fn check(&mut self, what: &str) {
        self.check_records(what);
        let at_least = self.acked.lock().committed;
        let c = self.client.clone();
        let committed = self.sim.run("driver", Duration::from_secs(60), async move {
            if at_least > 0 { committed(&c).await } else { 0 }
        });
        let committed = committed.expect("the broker answers");
        assert!(
            committed >= at_least,
            "{what}: committed offset {at_least} went back to {committed}"
        );
    }

    pub(crate) fn check_records(&mut self, what: &str) {
        let (expect, first) = {
            let acked = self.acked.lock();
            (acked.records.clone(), acked.first)
        };
        let c = self.client.clone();
        let found = self
            .sim
            .run(
                "driver",
                Duration::from_secs(60),
                async move { read_all(&c, first).await },
            )
            .expect("the broker answers");
        for (at, value) in &expect {
            assert_eq!(
                found.get(at),
                Some(value),
                "{what}: acknowledged record {at:?} is lost or changed"
            );
        }
    }

    pub(crate) fn power_cut(&mut self) {
        self.sim.crash("broker");
        start(&mut self.sim);
    }

    pub(crate) fn kill(&mut self) {
        self.sim.kill("broker");
        start(&mut self.sim);
    }
}

/// A world with load, `crashes` power cuts, and a check after each. Returns the trace and how much was acknowledged.
fn world(seed: u64, crashes: u32) -> (String, usize) {
    let mut load = load(seed);
    for _ in 0..crashes {
        let run = Duration::from_millis(50 + load.client.random.next_u64() % 400);
        load.run_for(run);
        load.power_cut();
        load.check(&format!("seed {seed}"));
    }
    load.stop.store(true, Ordering::Relaxed);
    let n = load.acked.lock().records.len();
    (load.sim.trace(), n)
}

#[test]
fn nothing_acknowledged_is_lost_in_100_power_cuts() {
    let acked: usize = seeds(0..20).map(|seed| world(seed, 5).1).sum();
    assert!(
        acked > 2_000,
        "only {acked} records were acknowledged: the load does not load"
    );
}

/// Long enough for journal files to be full, given up and used again: what they stood for is in segments by then.
#[test]
fn nothing_acknowledged_is_lost_when_the_journal_goes_round() {
    let mut bytes = 0;
    for seed in seeds(200..204) {
        let mut load = load_of(seed, 8_000);
        for _ in 0..2 {
            let run = Duration::from_millis(1000 + load.client.random.next_u64() % 400);
            load.run_for(run);
            load.power_cut();
            load.check(&format!("seed {seed}"));
        }
        load.stop.store(true, Ordering::Relaxed);
        bytes += load.sim.disk_bytes("broker");
    }
    assert!(bytes > 20 << 20, "only {bytes} bytes: no journal file was full");
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in [1, 99] {
        let (first, second) = (world(seed, 2), world(seed, 2));
        assert!(first.0.len() > 10_000);
        assert!(first.0 == second.0, "seed {seed}: two runs differ");
    }
    assert_ne!(world(1, 1).0, world(2, 1).0);
}
