//! Produce, Fetch, ListOffsets, DeleteRecords, OffsetForLeaderEpoch.

use crate::admin::create;
use crate::pair::{Pair, unique};
use bytes::Bytes;
use weir_core::be;
use weir_core::compress::Compression;
use weir_core::record::{BatchBuilder, layout};
use weir_messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use weir_messages::fetch_request::{FetchPartition, FetchTopic};
use weir_messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use weir_messages::offset_for_leader_epoch_request::{OffsetForLeaderPartition, OffsetForLeaderTopic};
use weir_messages::produce_request::{PartitionProduceData, TopicProduceData};
use weir_messages::*;

pub fn now() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis() as i64
}

fn batch(codec: Compression, keyed: bool, at: i64, n: i64, producer: Option<(i64, i16, i32)>) -> Bytes {
    let mut b = BatchBuilder::new(codec);
    if let Some((id, epoch, sequence)) = producer {
        b.set_producer(id, epoch, sequence);
    }
    for i in 0..n {
        b.append(at + i, keyed.then_some(&b"key"[..]), Some(&[b'v'; 100]), &[]);
    }
    b.build().unwrap()
}

/// Changes 32 bits of a batch and, if asked, makes its checksum fit again.
fn forged(batch: &Bytes, at: usize, value: i32, sum: bool) -> Bytes {
    let mut bytes = batch.to_vec();
    be::put_i32(&mut bytes, at, value);
    if sum {
        let crc = weir_core::crc::crc32c(&bytes[layout::ATTRIBUTES..]);
        be::put_u32(&mut bytes, layout::CRC, crc);
    }
    bytes.into()
}

pub fn produce(name: &Str, id: Uuid, partition: i32, acks: i16, records: Option<Bytes>) -> ProduceRequest {
    let partition_data = vec![PartitionProduceData {
        index: partition,
        records,
        ..Default::default()
    }];
    let topic_data = vec![TopicProduceData {
        name: name.clone(),
        topic_id: id,
        partition_data,
        ..Default::default()
    }];
    ProduceRequest {
        acks,
        timeout_ms: 10_000,
        topic_data,
        ..Default::default()
    }
}

/// Texts of refusals are not compared where Kafka names a topic-partition or prints a stack's inner message.
pub fn scrub_produced(r: &mut ProduceResponse) {
    for t in &mut r.responses {
        t.topic_id = Uuid::nil();
        for p in &mut t.partition_responses {
            p.error_message = None;
            p.record_errors
                .iter_mut()
                .for_each(|e| e.batch_index_error_message = None);
            if p.log_append_time_ms > 0 {
                p.log_append_time_ms = 1;
            }
        }
    }
}

#[test]
fn produce_and_its_refusals() {
    let Some(mut pair) = Pair::new() else { return };
    let (name, compacted, small, stamped) = (unique("p"), unique("p-c"), unique("p-s"), unique("p-t"));
    let (w, k) = create(&mut pair, &name, 2, &[]);
    create(&mut pair, &compacted, 1, &[("cleanup.policy", "compact")]);
    create(&mut pair, &small, 1, &[("max.message.bytes", "200")]);
    create(&mut pair, &stamped, 1, &[("message.timestamp.type", "LogAppendTime")]);
    let good = batch(Compression::None, true, now(), 3, None);
    for version in 3..=12 {
        for acks in [1, -1] {
            pair.same(
                version,
                &produce(&name, Uuid::nil(), 0, acks, Some(good.clone())),
                scrub_produced,
            );
        }
        let bad = [
            produce(&name, Uuid::nil(), 5, 1, Some(good.clone())),
            produce(&"missing-topic".into(), Uuid::nil(), 0, 1, Some(good.clone())),
            produce(&name, Uuid::nil(), 0, 2, Some(good.clone())),
            produce(&name, Uuid::nil(), 0, 1, Some(forged(&good, 70, 7, false))),
            produce(
                &name,
                Uuid::nil(),
                0,
                1,
                Some(forged(&good, layout::RECORD_COUNT, 9, true)),
            ),
            produce(
                &name,
                Uuid::nil(),
                0,
                1,
                Some(forged(&good, layout::LAST_OFFSET_DELTA, 9, true)),
            ),
            produce(
                &compacted,
                Uuid::nil(),
                0,
                1,
                Some(batch(Compression::None, false, now(), 2, None)),
            ),
            produce(
                &compacted,
                Uuid::nil(),
                0,
                1,
                Some(batch(Compression::Gzip, false, now(), 2, None)),
            ),
            produce(
                &compacted,
                Uuid::nil(),
                0,
                1,
                Some(batch(Compression::Lz4, true, now(), 2, None)),
            ),
            produce(&small, Uuid::nil(), 0, 1, Some(good.clone())),
            produce(
                &name,
                Uuid::nil(),
                0,
                1,
                Some(batch(Compression::None, true, now() + 7_200_000, 2, None)),
            ),
            produce(&stamped, Uuid::nil(), 0, 1, Some(good.clone())),
        ];
        for request in bad {
            pair.same(version, &request, scrub_produced);
        }
    }
    for codec in Compression::ALL {
        let records = batch(codec, true, now(), 5, None);
        pair.same_each(
            13,
            &produce(&Str::default(), w, 1, -1, Some(records.clone())),
            &produce(&Str::default(), k, 1, -1, Some(records)),
            scrub_produced,
        );
    }
    pair.same(
        13,
        &produce(&Str::default(), Uuid::from_u128(5), 0, 1, Some(good)),
        scrub_produced,
    );
}

#[test]
fn idempotence() {
    let Some(mut pair) = Pair::new() else { return };
    let name = unique("idem");
    create(&mut pair, &name, 1, &[]);
    let at = now();
    // (epoch, sequence, records): in order, duplicates, gaps, an old one, a newer epoch, a zombie.
    let steps = [
        (0, 0, 2),
        (0, 2, 2),
        (0, 0, 2),
        (0, 2, 2),
        (0, 9, 1),
        (0, 4, 1),
        (0, 5, 1),
        (0, 6, 1),
        (0, 7, 1),
        (0, 8, 1),
        (0, 0, 2),
        (0, 8, 1),
        (1, 3, 1),
        (1, 0, 1),
        (0, 9, 1),
        (1, 0, 1),
    ];
    for (epoch, sequence, n) in steps {
        let records = batch(Compression::None, true, at, n, Some((4_000, epoch, sequence)));
        pair.same(9, &produce(&name, Uuid::nil(), 0, -1, Some(records)), scrub_produced);
    }
}

pub fn fetch(name: &Str, id: Uuid, partition: i32, offset: i64, epoch: i32, max: i32) -> FetchRequest {
    let partitions = vec![FetchPartition {
        partition,
        fetch_offset: offset,
        current_leader_epoch: epoch,
        partition_max_bytes: max,
        ..Default::default()
    }];
    FetchRequest {
        replica_id: -1,
        max_wait_ms: 10,
        max_bytes: max,
        // No session: epoch -1 asks for none.
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic: name.clone(),
            topic_id: id,
            partitions,
            ..Default::default()
        }],
        ..Default::default()
    }
}

#[test]
fn fetch_gives_the_same_bytes() {
    let Some(mut pair) = Pair::new() else { return };
    let name = unique("f");
    let (w, k) = create(&mut pair, &name, 1, &[]);
    let at = now();
    for codec in Compression::ALL {
        let request = produce(&name, Uuid::nil(), 0, -1, Some(batch(codec, true, at, 10, None)));
        pair.same(9, &request, scrub_produced);
    }
    let scrub = |r: &mut FetchResponse| r.responses.iter_mut().for_each(|t| t.topic_id = Uuid::nil());
    let positions = [
        (0, -1, 1 << 20),
        (3, -1, 1 << 20),
        (10, -1, 1 << 20),
        (49, -1, 1 << 20),
        (50, -1, 1 << 20),
        (0, -1, 1),
        (0, 0, 1 << 20),
    ];
    let wrong = [(51, -1, 1 << 20), (-5, -1, 1 << 20), (0, 7, 1 << 20)];
    for version in 4..=18 {
        for (offset, epoch, max) in positions.into_iter().chain(wrong) {
            // Before version 10 a broker may not send zstd: Kafka answers 76 there.
            let (offset, max) = if version < 10 && epoch == -1 && max > 1 && offset < 40 {
                (offset, 700)
            } else {
                (offset, max)
            };
            if version < 9 && epoch >= 0 || version < 10 && (30..50).contains(&offset) {
                continue;
            }
            let topic = if version < 13 { name.clone() } else { Str::new() };
            let request = |id| {
                let id = if version < 13 { Uuid::nil() } else { id };
                let mut request = fetch(&topic, id, 0, offset, epoch, max);
                if version >= 15 {
                    request.replica_id = FetchRequest::default().replica_id;
                }
                if version < 7 {
                    request.session_epoch = FetchRequest::default().session_epoch;
                }
                request
            };
            pair.same_each(version, &request(w), &request(k), scrub);
        }
    }
    for version in [12, 13, 18] {
        let mut request = fetch(
            &Str::from(if version < 13 { "missing-topic" } else { "" }),
            if version < 13 { Uuid::nil() } else { Uuid::from_u128(9) },
            0,
            0,
            -1,
            1000,
        );
        if version >= 15 {
            request.replica_id = FetchRequest::default().replica_id;
        }
        pair.same(version, &request, |_| {});
    }
}

#[test]
fn offsets() {
    let Some(mut pair) = Pair::new() else { return };
    let (name, empty) = (unique("o"), unique("o-empty"));
    create(&mut pair, &name, 1, &[]);
    create(&mut pair, &empty, 1, &[]);
    let at = now() - 100_000;
    for (i, codec) in Compression::ALL.into_iter().enumerate() {
        pair.same(
            9,
            &produce(
                &name,
                Uuid::nil(),
                0,
                -1,
                Some(batch(codec, true, at + 1000 * i as i64, 4, None)),
            ),
            scrub_produced,
        );
    }
    let list = |name: &str, partition, timestamp, epoch| ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name: Str::from(name),
            partitions: vec![ListOffsetsPartition {
                partition_index: partition,
                current_leader_epoch: epoch,
                timestamp,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    for version in 1..=11 {
        for timestamp in [-1, -2, at, at + 1, at + 3, at + 4, at + 2001, at + 4003, at + 9_000, 0] {
            pair.same(version, &list(&name, 0, timestamp, -1), |_| {});
            pair.same(version, &list(&empty, 0, timestamp, -1), |_| {});
        }
        for (special, since) in [(-3, 7), (-4, 8), (-5, 9), (-6, 11)] {
            if version >= since {
                pair.same(version, &list(&name, 0, special, -1), |_| {});
                pair.same(version, &list(&empty, 0, special, -1), |_| {});
            }
        }
        pair.same(version, &list(&name, 7, -1, -1), |_| {});
        pair.same(version, &list("missing-topic", 0, -1, -1), |_| {});
        if version >= 4 {
            pair.same(version, &list(&name, 0, -1, 9), |_| {});
        }
    }
    let delete = |partition, offset| DeleteRecordsRequest {
        topics: vec![DeleteRecordsTopic {
            name: name.clone(),
            partitions: vec![DeleteRecordsPartition {
                partition_index: partition,
                offset,
                ..Default::default()
            }],
            ..Default::default()
        }],
        timeout_ms: 10_000,
        ..Default::default()
    };
    for version in 0..=2 {
        for (partition, offset) in [(0, 3), (0, 2), (0, 500), (0, -7), (9, 1), (0, 6)] {
            pair.same(version, &delete(partition, offset), |_| {});
            pair.same(5, &list(&name, 0, -2, -1), |_| {});
        }
    }
    pair.same(2, &delete(0, -1), |_| {});
    pair.same(5, &list(&name, 0, -2, -1), |_| {});
    for version in 2..=4 {
        for (current, epoch) in [(-1, 0), (-1, 5), (0, 0), (3, 0), (-1, -1), (-1, -2)] {
            let partitions = vec![OffsetForLeaderPartition {
                partition: 0,
                current_leader_epoch: current,
                leader_epoch: epoch,
                ..Default::default()
            }];
            let mut request = OffsetForLeaderEpochRequest {
                topics: vec![OffsetForLeaderTopic {
                    topic: name.clone(),
                    partitions,
                    ..Default::default()
                }],
                ..Default::default()
            };
            if version >= 3 {
                request.replica_id = -1;
            }
            pair.same(version, &request, |_| {});
        }
    }
}
