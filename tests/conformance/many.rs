//! Requests that name very many things: answered as Kafka does, and before anybody gives up waiting. Comparing each with
//! each would not be.

use crate::admin::{create, topic};
use crate::groups::{find, join};
use crate::pair::{Pair, unique};
use weir_messages::create_topics_request::CreatableReplicaAssignment;
use weir_messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use weir_messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use weir_messages::*;

const MANY: i32 = 200_000;

#[test]
fn very_many_partitions() {
    let Some(mut pair) = Pair::new() else { return };
    let name = unique("many");
    create(&mut pair, &name, 1, &[]);
    let partition = |partition_index| ListOffsetsPartition {
        partition_index,
        current_leader_epoch: -1,
        timestamp: -1,
        ..Default::default()
    };
    let request = ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name: name.clone(),
            partitions: (0..MANY).chain([0]).map(partition).collect(),
            ..Default::default()
        }],
        ..Default::default()
    };
    let (weir, _) = pair.same(7, &request, |r| {
        r.topics[0].partitions.sort_by_key(|p| p.partition_index);
    });
    assert_eq!(weir.topics[0].partitions.len(), MANY as usize);
}

/// `n` topics, each twice; `n` assignments, the last twice; a replica list that names one broker `n` times.
fn topics_and_assignments(n: i32) -> [CreateTopicsRequest; 3] {
    let request = |topics| CreateTopicsRequest {
        topics,
        timeout_ms: 10_000,
        validate_only: true,
        ..Default::default()
    };
    let twice = (0..2 * n).map(|i| topic(&Str::from(format!("many-{}", i % n)), 1, &[]));
    let assigned = |assignments| {
        let mut one = topic(&Str::from_static("many-assigned"), -1, &[]);
        (one.replication_factor, one.assignments) = (-1, assignments);
        vec![one]
    };
    let to = |partition_index, broker_ids| CreatableReplicaAssignment {
        partition_index,
        broker_ids,
        ..Default::default()
    };
    let each = (0..n).chain([n - 1]).map(|i| to(i, vec![1]));
    [
        request(twice.collect()),
        request(assigned(each.collect())),
        request(assigned(vec![to(0, vec![1; n as usize])])),
    ]
}

#[test]
fn very_many_topics_and_assignments() {
    let Some(mut pair) = Pair::new() else { return };
    for request in topics_and_assignments(1_000) {
        pair.same(7, &request, |r| r.topics.sort_by(|a, b| a.name.cmp(&b.name)));
    }
    // Kafka itself compares each with each here, and takes a minute.
    for request in topics_and_assignments(MANY) {
        let answer = pair.weir.ask(7, &request);
        assert!(!answer.topics.is_empty() && answer.topics.iter().all(|t| t.error_code != 0));
    }
}

#[test]
fn very_many_settings() {
    let Some(mut pair) = Pair::new() else { return };
    let name = unique("many-settings");
    create(&mut pair, &name, 1, &[]);
    let setting = |i| AlterableConfig {
        name: Str::from(format!("no.such.setting.{i}")),
        value: Some("1".into()),
        ..Default::default()
    };
    let request = IncrementalAlterConfigsRequest {
        resources: vec![AlterConfigsResource {
            resource_type: 2,
            resource_name: name,
            configs: (0..MANY).map(setting).collect(),
            ..Default::default()
        }],
        validate_only: true,
        ..Default::default()
    };
    pair.same(1, &request, |r| {
        // Which of them is named is up to a map's order.
        r.responses[0].error_message = None;
    });
}

#[test]
fn very_many_protocols() {
    let Some(mut pair) = Pair::new() else { return };
    let group = unique("many-protocols");
    find(&mut pair, &group);
    let with = |prefix: &str| {
        let mut request = join(&group, &Str::default(), "many");
        let one = request.protocols[0].clone();
        request.protocols = (0..MANY)
            .map(|i| join_group_request::JoinGroupRequestProtocol {
                name: Str::from(format!("{prefix}{i}")),
                ..one.clone()
            })
            .collect();
        request
    };
    let (weir, kafka) = (pair.weir.ask(3, &with("a")), pair.kafka.ask(3, &with("a")));
    assert_eq!((weir.error_code, kafka.error_code), (0, 0));
    assert_eq!(weir.protocol_name, kafka.protocol_name);
    let (weir, _) = pair.same(3, &with("b"), |r| r.member_id = Str::default());
    assert_eq!(weir.error_code, weir_core::ErrorCode::InconsistentGroupProtocol.code());
}
