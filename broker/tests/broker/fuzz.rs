//! Hostile frames through the whole connection handler, seeded: noise, truncation, mutated requests of every kind and
//! version, cut into pieces. Nothing panics (the simulator would fail the test), and the broker serves others as before.

use crate::sim_crash::{ADDRESS, Acked, produce, start};
use crate::wire::Wire;
use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use std::time::Duration;
use weir_core::Seam;
use weir_core::compress::Compression;
use weir_core::record::BatchBuilder;
use weir_core::seam::{read_some, write_all};
use weir_core::sim::{Sim, seeds};
use weir_messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use weir_messages::fetch_request::{FetchPartition, FetchTopic};
use weir_messages::join_group_request::JoinGroupRequestProtocol;
use weir_messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use weir_messages::metadata_request::MetadataRequestTopic;
use weir_messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use weir_messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use weir_messages::produce_request::{PartitionProduceData, TopicProduceData};
use weir_messages::*;

fn below(seam: &Seam, n: usize) -> usize {
    (seam.random.next_u64() % n.max(1) as u64) as usize
}

/// A request's frame without its length.
fn frame<R: Request>(version: i16, request: &R) -> Vec<u8> {
    let mut w = Writer::new();
    let header = RequestHeader {
        request_api_key: R::KEY.id(),
        request_api_version: version,
        correlation_id: 7,
        client_id: Some("fuzz".into()),
        ..Default::default()
    };
    header.encode(&mut w, request_header_version(R::KEY, version)).unwrap();
    request.encode(&mut w, version).unwrap();
    w.into_frame().unwrap().concat().split_off(4)
}

/// Requests that reach deep: with topics, partitions, records.
fn corpus() -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    for codec in Compression::ALL {
        let mut b = BatchBuilder::new(codec);
        b.append(1_767_225_600_000, Some(b"k"), Some(&[7; 90]), &[]);
        let data = PartitionProduceData {
            index: 0,
            records: Some(b.build().unwrap()),
            ..Default::default()
        };
        let topic = TopicProduceData {
            name: "t".into(),
            partition_data: vec![data],
            ..Default::default()
        };
        for (version, acks) in [(3, 1), (9, 1), (9, -1), (11, 0)] {
            let request = ProduceRequest {
                acks,
                timeout_ms: 100,
                topic_data: vec![topic.clone()],
                ..Default::default()
            };
            frames.push(frame(version, &request));
        }
    }
    let fetch = FetchRequest {
        replica_id: -1,
        max_wait_ms: 10,
        max_bytes: 1 << 20,
        topics: vec![FetchTopic {
            topic: "t".into(),
            partitions: vec![FetchPartition {
                partition_max_bytes: 1 << 20,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    frames.extend([4, 11, 12].map(|v| frame(v, &fetch)));
    let offsets = ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name: "t".into(),
            partitions: vec![ListOffsetsPartition {
                timestamp: 5,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    frames.extend([1, 6, 9].map(|v| frame(v, &offsets)));
    let metadata = MetadataRequest {
        topics: Some(vec![MetadataRequestTopic {
            name: Some("t".into()),
            ..Default::default()
        }]),
        ..Default::default()
    };
    frames.extend([1, 8, 12].map(|v| frame(v, &metadata)));
    let commit = OffsetCommitRequest {
        group_id: "g".into(),
        generation_id_or_member_epoch: -1,
        topics: vec![OffsetCommitRequestTopic {
            name: "t".into(),
            partitions: vec![OffsetCommitRequestPartition {
                committed_offset: 5,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    frames.extend([2, 8, 9].map(|v| frame(v, &commit)));
    let committed = OffsetFetchRequest {
        groups: vec![OffsetFetchRequestGroup {
            group_id: "g".into(),
            topics: Some(vec![OffsetFetchRequestTopics {
                name: "t".into(),
                partition_indexes: vec![0],
                ..Default::default()
            }]),
            ..Default::default()
        }],
        ..Default::default()
    };
    frames.push(frame(8, &committed));
    let join = JoinGroupRequest {
        group_id: "g2".into(),
        session_timeout_ms: 6000,
        rebalance_timeout_ms: 6000,
        protocol_type: "consumer".into(),
        protocols: vec![JoinGroupRequestProtocol {
            name: "range".into(),
            metadata: Bytes::from_static(b"meta"),
            ..Default::default()
        }],
        ..Default::default()
    };
    frames.extend([2, 5, 9].map(|v| frame(v, &join)));
    let create = CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: "made".into(),
            num_partitions: 1,
            replication_factor: 1,
            configs: vec![CreatableTopicConfig {
                name: "retention.ms".into(),
                value: Some("5".into()),
                ..Default::default()
            }],
            ..Default::default()
        }],
        timeout_ms: 100,
        ..Default::default()
    };
    frames.extend([2, 7].map(|v| frame(v, &create)));
    frames
}

fn mutate(seam: &Seam, frame: &mut Vec<u8>) {
    // Mostly one change behind the header: what is refused at once tests little.
    let changes = 1 + if below(seam, 3) == 0 { below(seam, 4) } else { 0 };
    for _ in 0..changes {
        let from = if below(seam, 5) == 0 { 0 } else { 14.min(frame.len()) };
        let at = from + below(seam, frame.len() - from);
        match below(seam, 8) {
            0 => frame.truncate(at),
            1 => frame.insert(at.min(frame.len()), seam.random.next_u64() as u8),
            2 if frame.len() > at => {
                frame.remove(at);
            }
            3 if frame.len() > at + 4 => frame[at..at + 4].copy_from_slice(&i32::MAX.to_be_bytes()),
            4 if frame.len() > at + 4 => frame[at..at + 4].fill(0xff),
            // Another version of the same request.
            5 if frame.len() > 4 => frame[3] = below(seam, 20) as u8,
            6 if !frame.is_empty() => {
                let at = at.min(frame.len() - 1);
                frame[at] ^= 1 << below(seam, 8);
            }
            _ if !frame.is_empty() => {
                let at = at.min(frame.len() - 1);
                frame[at] = [0, 1, 0x7f, 0x80, 0xff][below(seam, 5)];
            }
            _ => {}
        }
    }
}

/// A header that is as it should be before bytes that are not.
fn noise(seam: &Seam, key: ApiKey) -> Vec<u8> {
    let spread = i32::from(key.latest_stable() - key.min_version()) + 3;
    let version = key.min_version() - 1 + below(seam, spread as usize) as i16;
    let mut out = [key.id().to_be_bytes(), version.to_be_bytes(), [0, 0], [0, 1], [0, 1]].concat();
    out.push(b'c');
    let small = below(seam, 2) == 0;
    out.extend((0..below(seam, 120)).map(|_| seam.random.next_u64() as u8 % if small { 4 } else { 255 }));
    out
}

#[derive(Debug, Default)]
struct Seen {
    answered: u32,
    closed: u32,
    silent: u32,
}

/// Sends frames on one connection, in pieces, until it is closed.
async fn send(seam: &Seam, frames: Vec<Vec<u8>>, seen: &Mutex<Seen>) {
    let connection = seam.net.connect(ADDRESS.into()).await.unwrap();
    for frame in frames {
        let mut bytes = (frame.len() as u32).to_be_bytes().to_vec();
        bytes.extend(frame);
        let mut bytes = Bytes::from(bytes);
        while !bytes.is_empty() {
            let piece = bytes.split_to(1 + below(seam, bytes.len()));
            if write_all(&*connection, &mut [piece].into()).await.is_err() {
                break;
            }
            if below(seam, 3) == 0 {
                seam.sleep(Duration::from_millis(1)).await;
            }
        }
        let mut input = BytesMut::new();
        let seen_here = |what: fn(&mut Seen)| what(&mut seen.lock());
        match seam
            .timeout(Duration::from_millis(40), read_some(&*connection, &mut input))
            .await
        {
            None => seen_here(|s| s.silent += 1),
            Some(Ok(n)) if n > 0 => seen_here(|s| s.answered += 1),
            Some(_) => {
                seen_here(|s| s.closed += 1);
                return;
            }
        }
    }
    connection.close();
}

fn run(seed: u64) -> Seen {
    let mut sim = Sim::new(seed);
    start(&mut sim);
    let seam = sim.host("client");
    let seen = std::sync::Arc::new(Mutex::new(Seen::default()));
    let (s, client) = (seen.clone(), seam.clone());
    sim.run("client", Duration::from_secs(100_000), async move {
        let mut good = Wire::connect(&client, ADDRESS).await.unwrap();
        let topic = CreatableTopic {
            name: "t".into(),
            num_partitions: 1,
            replication_factor: 1,
            ..Default::default()
        };
        let create = CreateTopicsRequest {
            topics: vec![topic],
            timeout_ms: 1000,
            ..Default::default()
        };
        good.ask(7, &create).await.unwrap();
        let ask = ApiVersionsRequest {
            client_software_name: "fuzz".into(),
            client_software_version: "1".into(),
            ..Default::default()
        };
        let served = good.ask(3, &ask).await.unwrap().api_keys;
        let served: Vec<ApiKey> = served.iter().filter_map(|k| ApiKey::from_id(k.api_key)).collect();
        assert!(served.len() >= 26);
        let (corpus, acked) = (corpus(), Mutex::new(Acked::default()));
        let plain = Mutex::default();
        for frame in corpus.clone() {
            send(&client, vec![frame], &plain).await;
        }
        let plain = plain.into_inner();
        assert!(
            plain.answered > 25 && plain.closed == 0,
            "unchanged requests are not served: {plain:?}"
        );
        for round in 0..150 {
            for key in &served {
                let frames = (0..2).map(|_| noise(&client, *key)).collect();
                send(&client, frames, &s).await;
            }
            send(
                &client,
                vec![noise(&client, ApiKey::ALL[below(&client, ApiKey::ALL.len())])],
                &s,
            )
            .await;
            for frame in &corpus {
                let mut frames = vec![frame.clone(), frame.clone()];
                frames.iter_mut().for_each(|f| mutate(&client, f));
                send(&client, frames, &s).await;
            }
            // Others are served all the while.
            let offset = produce(&mut good, &acked, 0, -1, None, round, 10).await;
            assert!(offset.is_some(), "seed {seed}, round {round}");
        }
    })
    .expect("the broker answers");
    std::mem::take(&mut *seen.lock())
}

#[test]
fn frames_of_every_kind() {
    for seed in seeds(0..4) {
        let seen = run(seed);
        assert!(
            seen.answered > 1_500 && seen.closed > 1_500,
            "seed {seed}: {seen:?}: the frames are one-sided"
        );
    }
}
