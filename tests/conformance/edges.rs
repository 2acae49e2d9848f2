//! Unusual but legal requests: the same topic, partition, group or resource twice, empty lists, ids where names belong,
//! settings at their bounds and against each other, groups without a name.

use crate::admin::{create, topic};
use crate::data::{fetch, now, produce, scrub_produced};
use crate::pair::{Pair, unique};
use weir_core::compress::Compression;
use weir_core::record::BatchBuilder;
use weir_messages::create_partitions_request::CreatePartitionsTopic;
use weir_messages::create_topics_request::{CreatableReplicaAssignment, CreatableTopic};
use weir_messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use weir_messages::delete_topics_request::DeleteTopicState;
use weir_messages::describe_topic_partitions_request::{Cursor, TopicRequest};
use weir_messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use weir_messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use weir_messages::metadata_request::MetadataRequestTopic;
use weir_messages::*;

pub fn batch(at: i64) -> bytes::Bytes {
    let mut b = BatchBuilder::new(Compression::None);
    b.append(at, Some(b"k"), Some(b"v"), &[]);
    b.build().unwrap()
}

#[test]
fn more_in_sync_replicas_than_there_are_replicas() {
    let Some(mut pair) = Pair::new() else { return };
    let name = unique("isr");
    create(&mut pair, &name, 1, &[("min.insync.replicas", "2")]);
    for acks in [1, -1] {
        let request = produce(&name, Uuid::nil(), 0, acks, Some(batch(now())));
        let (weir, _) = pair.same(9, &request, scrub_produced);
        assert_eq!(weir.responses[0].partition_responses[0].error_code, 0);
    }
}

#[test]
fn topic_settings() {
    let Some(mut pair) = Pair::new() else { return };
    let name = unique("bounds");
    create(&mut pair, &name, 1, &[]);
    let cases: &[&[(&str, &str)]] = &[
        &[("compression.gzip.level", "0")],
        &[("compression.gzip.level", "10")],
        &[("compression.gzip.level", "9")],
        &[("compression.gzip.level", "-1")],
        &[("compression.lz4.level", "18")],
        &[("compression.zstd.level", "-131072")],
        &[("follower.replication.throttled.replicas", "x")],
        &[("follower.replication.throttled.replicas", "*")],
        &[("leader.replication.throttled.replicas", "0:1,1:1")],
        &[("leader.replication.throttled.replicas", "0:1,*")],
        &[("min.cleanable.dirty.ratio", "1.1")],
        &[("min.cleanable.dirty.ratio", "-0.1")],
        &[("min.compaction.lag.ms", "10"), ("max.compaction.lag.ms", "5")],
        &[("remote.storage.enable", "true")],
        &[("remote.log.copy.disable", "true")],
        &[("retention.ms", "-2")],
        &[("retention.ms", " 5 ")],
        &[("retention.ms", "5.0")],
        &[("retention.bytes", "-2")],
        &[("segment.bytes", "1048575")],
        &[("segment.bytes", "2147483648")],
        &[("preallocate", "maybe")],
        &[("cleanup.policy", "")],
        &[("cleanup.policy", "delete,delete")],
        &[("compression.type", "GZIP")],
        &[("message.timestamp.type", "createtime")],
        &[("Retention.ms", "1")],
    ];
    for (i, case) in cases.iter().enumerate() {
        let request = CreateTopicsRequest {
            topics: vec![topic(&unique("bounds-new"), 1, case)],
            timeout_ms: 10_000,
            validate_only: true,
            ..Default::default()
        };
        pair.same(7, &request, |r| {
            for t in &mut r.topics {
                // Random, and there even when nothing is made.
                assert_eq!(t.topic_id.is_nil(), t.error_code != 0);
                t.topic_id = Uuid::nil();
                t.configs = None;
            }
        });
        let sets: Vec<(&str, i8, &str)> = case.iter().map(|(k, v)| (*k, 0, *v)).collect();
        alter(&mut pair, i % 2 == 0, &[(&name, &sets)]);
    }
}

/// Setting, operation, value.
type Ops<'a> = &'a [(&'a str, i8, &'a str)];

fn alter(pair: &mut Pair, validate_only: bool, resources: &[(&str, Ops<'_>)]) {
    let resources = resources.iter().map(|(name, ops)| AlterConfigsResource {
        resource_type: 2,
        resource_name: Str::from(*name),
        configs: ops
            .iter()
            .map(|(name, op, value)| AlterableConfig {
                name: Str::from(*name),
                config_operation: *op,
                value: Some(Str::from(*value)),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    });
    let request = IncrementalAlterConfigsRequest {
        resources: resources.collect(),
        validate_only,
        ..Default::default()
    };
    pair.same(1, &request, |_| {});
}

#[test]
fn altered_lists_and_resources() {
    let Some(mut pair) = Pair::new() else { return };
    let name = unique("lists");
    create(&mut pair, &name, 1, &[]);
    let policy = "cleanup.policy";
    let steps = [
        (2, ""),
        (2, "compact,delete"),
        (2, "delete"),
        (3, "nothing"),
        (3, "delete,compact"),
        (2, ""),
        (2, "compact,"),
        (2, "delete, compact"),
    ];
    for (op, value) in steps {
        alter(&mut pair, false, &[(&name, &[(policy, op, value)])]);
        let request = DescribeConfigsRequest {
            resources: vec![describe_configs_request::DescribeConfigsResource {
                resource_type: 2,
                resource_name: name.clone(),
                configuration_keys: Some(vec![policy.into()]),
                ..Default::default()
            }],
            ..Default::default()
        };
        pair.same(4, &request, |_| {});
    }
    let one: Ops<'_> = &[("retention.ms", 0, "500")];
    alter(&mut pair, false, &[(&name, one), (&name, one)]);
    alter(&mut pair, false, &[("", one)]);
    alter(&mut pair, false, &[("bad name", one)]);
    alter(&mut pair, false, &[("missing-topic", one), (&name, one)]);
}

#[test]
fn topics_asked_for_twice() {
    let Some(mut pair) = Pair::new() else { return };
    let name = unique("twice");
    let (w, k) = create(&mut pair, &name, 2, &[]);
    let more = |count| CreatePartitionsTopic {
        name: name.clone(),
        count,
        ..Default::default()
    };
    let request = CreatePartitionsRequest {
        topics: vec![more(3), more(4)],
        timeout_ms: 10_000,
        ..Default::default()
    };
    pair.same(3, &request, |_| {});
    let assigned = |index| CreatableReplicaAssignment {
        partition_index: index,
        broker_ids: vec![1],
        ..Default::default()
    };
    let request = CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: unique("twice-assigned"),
            num_partitions: -1,
            replication_factor: -1,
            assignments: vec![assigned(0), assigned(0)],
            ..Default::default()
        }],
        timeout_ms: 10_000,
        ..Default::default()
    };
    pair.same(7, &request, |_| {});
    let scrub = |r: &mut MetadataResponse| {
        r.brokers.iter_mut().for_each(|b| b.port = 0);
        r.cluster_id = None;
        for t in &mut r.topics {
            t.topic_id = Uuid::nil();
            t.partitions.sort_by_key(|p| p.partition_index);
        }
        r.topics.sort_by(|a, b| a.name.cmp(&b.name));
    };
    let asked = |topic: Option<&Str>, id| MetadataRequestTopic {
        name: topic.cloned(),
        topic_id: id,
        ..Default::default()
    };
    for version in [1, 9, 12, 13] {
        let missing = Str::from("missing-topic");
        let request = MetadataRequest {
            topics: Some(
                [&name, &missing, &name, &missing]
                    .map(|n| asked(Some(n), Uuid::nil()))
                    .to_vec(),
            ),
            allow_auto_topic_creation: version < 4,
            ..Default::default()
        };
        if version >= 4 {
            pair.same(version, &request, scrub);
        }
    }
    // The field is there from version 10 on, but only 12 may use it.
    for version in [10, 11] {
        let by = |topic, id| MetadataRequest {
            topics: Some(vec![asked(topic, id)]),
            allow_auto_topic_creation: false,
            ..Default::default()
        };
        pair.same_each(version, &by(Some(&name), w), &by(Some(&name), k), scrub);
        pair.same_each(version, &by(None, w), &by(None, k), scrub);
    }
    let scrub = |r: &mut DeleteTopicsResponse| r.responses.iter_mut().for_each(|t| t.topic_id = Uuid::nil());
    let delete = |topics: &[(Option<&Str>, Uuid)]| DeleteTopicsRequest {
        topics: topics
            .iter()
            .map(|(name, topic_id)| DeleteTopicState {
                name: name.cloned(),
                topic_id: *topic_id,
                ..Default::default()
            })
            .collect(),
        timeout_ms: 10_000,
        ..Default::default()
    };
    let nil = Uuid::nil();
    pair.same(6, &delete(&[(Some(&name), nil), (Some(&name), nil)]), scrub);
    pair.same_each(
        6,
        &delete(&[(None, w), (None, w)]),
        &delete(&[(None, k), (None, k)]),
        scrub,
    );
    let both = |id| delete(&[(Some(&name), nil), (None, id)]);
    pair.same_each(6, &both(w), &both(k), scrub);
    let by_name = DeleteTopicsRequest {
        topic_names: vec![name.clone(), name.clone()],
        timeout_ms: 10_000,
        ..Default::default()
    };
    pair.same(5, &by_name, scrub);
    // It is still there.
    let (w, _) = pair.same(6, &delete(&[(Some(&name), nil)]), scrub);
    assert_eq!(w.responses[0].error_code, 0);
}

#[test]
fn pages_of_partitions() {
    let Some(mut pair) = Pair::new() else { return };
    let (a, b) = (unique("page"), unique("page"));
    create(&mut pair, &a, 3, &[]);
    create(&mut pair, &b, 2, &[]);
    let ask = |pair: &mut Pair, limit: i32, cursor: Option<(&str, i32)>| {
        let request = DescribeTopicPartitionsRequest {
            topics: [&a, &b]
                .map(|n| TopicRequest {
                    name: n.clone(),
                    ..Default::default()
                })
                .to_vec(),
            response_partition_limit: limit,
            cursor: cursor.map(|(topic, partition_index)| Cursor {
                topic_name: topic.into(),
                partition_index,
                ..Default::default()
            }),
            ..Default::default()
        };
        pair.same(0, &request, |r| {
            r.topics.iter_mut().for_each(|t| t.topic_id = Uuid::nil())
        });
    };
    for limit in [-1, 0, 1, 3, 4, 5, 2000] {
        ask(&mut pair, limit, None);
        ask(&mut pair, limit, Some((&a, 1)));
        ask(&mut pair, limit, Some((&b, 0)));
        ask(&mut pair, limit, Some((&b, 9)));
        ask(&mut pair, limit, Some((&a, -1)));
        ask(&mut pair, limit, Some(("zzz", 0)));
        ask(&mut pair, limit, Some(("", 0)));
    }
}

#[test]
fn offsets_and_records() {
    let Some(mut pair) = Pair::new() else { return };
    let (plain, compacted) = (unique("or"), unique("or-compacted"));
    create(&mut pair, &plain, 1, &[]);
    create(&mut pair, &compacted, 1, &[("cleanup.policy", "compact")]);
    let list = |timestamps: &[i64]| ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name: plain.clone(),
            partitions: timestamps
                .iter()
                .map(|timestamp| ListOffsetsPartition {
                    timestamp: *timestamp,
                    current_leader_epoch: -1,
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        }],
        ..Default::default()
    };
    for version in [1, 6, 11] {
        for timestamp in [-7, -100, i64::MIN, i64::MAX] {
            pair.same(version, &list(&[timestamp]), |_| {});
        }
        pair.same(version, &list(&[-1, -2]), |_| {});
    }
    for (topic, offset) in [(&compacted, 0), (&compacted, 50), (&plain, 0), (&plain, -1)] {
        let request = DeleteRecordsRequest {
            topics: vec![DeleteRecordsTopic {
                name: topic.clone(),
                partitions: vec![DeleteRecordsPartition {
                    offset,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            timeout_ms: 10_000,
            ..Default::default()
        };
        pair.same(2, &request, |_| {});
    }
    for (producer_id, producer_epoch) in [(-1, 3), (5, -1)] {
        let request = InitProducerIdRequest {
            transaction_timeout_ms: 1000,
            producer_id,
            producer_epoch,
            ..Default::default()
        };
        for version in 3..=5 {
            pair.same(version, &request, |_| {});
        }
    }
    for endpoint_type in [0, 2, 3] {
        let request = DescribeClusterRequest {
            endpoint_type,
            ..Default::default()
        };
        pair.same(2, &request, |_| {});
    }
}

/// What each server has whether it was told or not: where its logs are, its id, what clients are told.
#[test]
fn the_brokers_own_settings() {
    let Some(mut pair) = Pair::new() else { return };
    let names = [
        "log.dirs",
        "node.id",
        "advertised.listeners",
        "num.partitions",
        "offsets.topic.num.partitions",
        "message.max.bytes",
    ];
    let request = DescribeConfigsRequest {
        resources: vec![describe_configs_request::DescribeConfigsResource {
            resource_type: 4,
            resource_name: "1".into(),
            configuration_keys: Some(names.map(Str::from).to_vec()),
            ..Default::default()
        }],
        ..Default::default()
    };
    pair.same(4, &request, |r| {
        for result in &mut r.results {
            result.configs.sort_by(|a, b| a.name.cmp(&b.name));
            for config in &mut result.configs {
                // Paths and ports are each server's own; Kafka has lists of them.
                if matches!(config.name.as_str(), "log.dirs" | "advertised.listeners") {
                    assert!(config.value.as_ref().is_some_and(|v| !v.is_empty()), "{config:?}");
                    config.value = None;
                    config.config_type = 0;
                }
            }
        }
    });
}

#[test]
fn a_partition_twice_in_a_produce_request() {
    let Some(mut pair) = Pair::new() else { return };
    let name = unique("twice");
    create(&mut pair, &name, 2, &[]);
    let mut request = produce(&name, Uuid::nil(), 0, -1, Some(batch(now())));
    let topic = request.topic_data.remove(0);
    let two = (0..2).map(|i| {
        let mut b = BatchBuilder::new(Compression::None);
        (0..=i).for_each(|_| b.append(now(), None, Some(b"v"), &[]));
        let mut one = topic.partition_data[0].clone();
        one.records = Some(b.build().unwrap());
        one
    });
    let two = two.collect();
    request.topic_data = vec![produce_request::TopicProduceData {
        partition_data: two,
        ..topic.clone()
    }];
    let empty = produce_request::TopicProduceData {
        partition_data: Vec::new(),
        ..topic
    };
    pair.same(9, &request, scrub_produced);
    request.topic_data.push(empty);
    pair.same(9, &request, scrub_produced);
    let end = ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name,
            partitions: vec![ListOffsetsPartition {
                current_leader_epoch: -1,
                timestamp: -1,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let (weir, _) = pair.same(5, &end, |_| {});
    assert_eq!(weir.topics[0].partitions[0].offset, 4, "the second of each two counts");
}

#[test]
fn fetches_of_sessions_and_of_replicas() {
    let Some(mut pair) = Pair::new() else { return };
    let name = unique("session");
    create(&mut pair, &name, 1, &[]);
    pair.same(
        9,
        &produce(&name, Uuid::nil(), 0, -1, Some(batch(now()))),
        scrub_produced,
    );
    for (id, epoch) in [(0, -1), (77, -1), (77, 1), (0, 1)] {
        let mut request = fetch(&name, Uuid::nil(), 0, 0, -1, 1000);
        (request.session_id, request.session_epoch) = (id, epoch);
        pair.same(12, &request, |_| {});
    }
    // What a fetcher last read: of this epoch, of an earlier one, of one that the leader does not know, past the end.
    for (last, offset) in [(0, 0), (0, 1), (5, 0), (5, 1), (0, 7)] {
        let mut request = fetch(&name, Uuid::nil(), 0, offset, -1, 1000);
        request.topics[0].partitions[0].last_fetched_epoch = last;
        pair.same(12, &request, |_| {});
    }
    for replica in [-2, 5, 100] {
        let mut request = fetch(&name, Uuid::nil(), 0, 0, -1, 1000);
        request.replica_id = replica;
        pair.same(12, &request, |_| {});
    }
}
