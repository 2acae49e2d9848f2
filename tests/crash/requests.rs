//! The few requests that these tests send.

use crate::wire::Wire;
use bytes::Bytes;
use weir_core::compress::Compression;
use weir_core::record::{BatchBuilder, Batches};
use weir_messages::create_topics_request::CreatableTopic;
use weir_messages::fetch_request::{FetchPartition, FetchTopic};
use weir_messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use weir_messages::produce_request::{PartitionProduceData, TopicProduceData};
use weir_messages::*;

pub fn create(wire: &mut Wire, name: &str, partitions: i32) {
    let topic = CreatableTopic {
        name: name.into(),
        num_partitions: partitions,
        replication_factor: 1,
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

pub fn batch(value: &[u8]) -> Bytes {
    let mut b = BatchBuilder::new(Compression::None);
    b.append(1_767_225_600_000, None, Some(value), &[]);
    b.build().unwrap()
}

pub fn produce_request(topic: &str, acks: i16, records: Bytes) -> ProduceRequest {
    let data = PartitionProduceData {
        index: 0,
        records: Some(records),
        ..Default::default()
    };
    ProduceRequest {
        acks,
        timeout_ms: 10_000,
        topic_data: vec![TopicProduceData {
            name: topic.into(),
            partition_data: vec![data],
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// (error, offset)
pub fn produce(wire: &mut Wire, topic: &str, acks: i16, value: &[u8]) -> (i16, i64) {
    let response = wire.ask(9, &produce_request(topic, acks, batch(value)));
    let p = &response.responses[0].partition_responses[0];
    (p.error_code, p.base_offset)
}

pub fn fetch_request(topic: &str, offset: i64, max_bytes: i32) -> FetchRequest {
    let partition = FetchPartition {
        fetch_offset: offset,
        partition_max_bytes: max_bytes,
        ..Default::default()
    };
    FetchRequest {
        replica_id: -1,
        max_bytes,
        topics: vec![FetchTopic {
            topic: topic.into(),
            partitions: vec![partition],
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// Values of partition 0 by offset.
pub fn read_all(wire: &mut Wire, topic: &str) -> Vec<(i64, Bytes)> {
    let (mut found, mut at) = (Vec::new(), 0);
    loop {
        let response = wire.ask(11, &fetch_request(topic, at, 1 << 20));
        let p = &response.responses[0].partitions[0];
        assert_eq!(p.error_code, 0, "{p:?}");
        let before = at;
        for batch in Batches::of(p.records.clone().unwrap()) {
            batch.verify().unwrap();
            at = batch.header.next_offset();
            for record in batch.records(1 << 26).unwrap() {
                let record = record.unwrap();
                found.push((record.offset, record.value.unwrap_or_default()));
            }
        }
        if at == before {
            return found;
        }
    }
}

pub fn commit(wire: &mut Wire, group: &str, topic: &str, offset: i64) -> i16 {
    let partition = OffsetCommitRequestPartition {
        committed_offset: offset,
        ..Default::default()
    };
    let request = OffsetCommitRequest {
        group_id: group.into(),
        generation_id_or_member_epoch: -1,
        topics: vec![OffsetCommitRequestTopic {
            name: topic.into(),
            partitions: vec![partition],
            ..Default::default()
        }],
        ..Default::default()
    };
    wire.ask(8, &request).topics[0].partitions[0].error_code
}

/// Waits until the group has a coordinator.
pub fn find_coordinator(wire: &mut Wire, group: &str) {
    let request = FindCoordinatorRequest {
        key: group.into(),
        ..Default::default()
    };
    for _ in 0..100 {
        if wire.ask(3, &request).error_code == 0 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("no coordinator");
}
