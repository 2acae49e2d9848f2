//! Topics, cluster, versions.

use crate::pair::{Pair, unique};
use std::collections::BTreeMap;
use weir_messages::create_partitions_request::{CreatePartitionsAssignment, CreatePartitionsTopic};
use weir_messages::create_topics_request::{CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig};
use weir_messages::delete_topics_request::DeleteTopicState;
use weir_messages::describe_topic_partitions_request::TopicRequest;
use weir_messages::metadata_request::MetadataRequestTopic;
use weir_messages::*;

/// A topic to be made.
pub fn topic(name: &Str, partitions: i32, configs: &[(&str, &str)]) -> CreatableTopic {
    CreatableTopic {
        name: name.clone(),
        num_partitions: partitions,
        replication_factor: 1,
        configs: configs
            .iter()
            .map(|(k, v)| CreatableTopicConfig {
                name: Str::from(*k),
                value: Some(Str::from(*v)),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    }
}

pub fn create(pair: &mut Pair, name: &Str, partitions: i32, configs: &[(&str, &str)]) -> (Uuid, Uuid) {
    let request = CreateTopicsRequest {
        topics: vec![topic(name, partitions, configs)],
        timeout_ms: 10_000,
        ..Default::default()
    };
    let (w, k) = pair.same(7, &request, scrub_created);
    assert_eq!(w.topics[0].error_code, 0, "{w:?}");
    (w.topics[0].topic_id, k.topics[0].topic_id)
}

fn scrub_created(r: &mut CreateTopicsResponse) {
    for t in &mut r.topics {
        t.topic_id = Uuid::nil();
        if let Some(configs) = &mut t.configs {
            configs.sort_by(|a, b| a.name.cmp(&b.name));
            // A Kafka with eligible leader replicas (KIP-966) keeps this one as a dynamic default.
            for c in configs.iter_mut().filter(|c| c.name.as_str() == "min.insync.replicas") {
                c.config_source = 5;
            }
        }
    }
}

#[test]
fn served_versions_are_kafkas() {
    let Some(mut pair) = Pair::new() else { return };
    let request = ApiVersionsRequest {
        client_software_name: "c".into(),
        client_software_version: "1".into(),
        ..Default::default()
    };
    for version in 0..=4 {
        let (weir, kafka) = (pair.weir.ask(version, &request), pair.kafka.ask(version, &request));
        let ranges: BTreeMap<i16, (i16, i16)> = kafka
            .api_keys
            .iter()
            .map(|k| (k.api_key, (k.min_version, k.max_version)))
            .collect();
        assert!(weir.api_keys.len() >= 26);
        for k in weir.api_keys {
            assert_eq!(
                Some(&(k.min_version, k.max_version)),
                ranges.get(&k.api_key),
                "api {}",
                k.api_key
            );
        }
    }
    let odd = ApiVersionsRequest {
        client_software_name: "-".into(),
        client_software_version: "1".into(),
        ..Default::default()
    };
    assert_eq!(pair.weir.ask(3, &odd).error_code, pair.kafka.ask(3, &odd).error_code);
}

#[test]
fn create_topics() {
    let Some(mut pair) = Pair::new() else { return };
    let exists = unique("exists");
    create(
        &mut pair,
        &exists,
        3,
        &[("cleanup.policy", "compact"), ("retention.ms", "1000")],
    );
    let topic = |name: &str, partitions, rf| CreatableTopic {
        name: Str::from(name),
        num_partitions: partitions,
        replication_factor: rf,
        ..Default::default()
    };
    let config = |k: &str, v: Option<&str>| CreatableTopicConfig {
        name: Str::from(k),
        value: v.map(Str::from),
        ..Default::default()
    };
    let assigned = |name: &str, a: &[(i32, &[i32])]| CreatableTopic {
        assignments: a
            .iter()
            .map(|(i, b)| CreatableReplicaAssignment {
                partition_index: *i,
                broker_ids: b.to_vec(),
                ..Default::default()
            })
            .collect(),
        ..topic(name, -1, -1)
    };
    let long = "x".repeat(250);
    let cases = vec![
        topic(&exists, 1, 1),
        topic("", 1, 1),
        topic(".", 1, 1),
        topic("a b", 1, 1),
        topic("a/b", 1, 1),
        topic(&long, 1, 1),
        topic(&unique("p0"), 0, 1),
        topic(&unique("pm"), -2, 1),
        topic(&unique("rf0"), 1, 0),
        topic(&unique("rf3"), 1, 3),
        topic(&unique("defaults"), -1, -1),
        assigned(&unique("asg"), &[(0, &[1]), (1, &[1])]),
        assigned(&unique("asg-gap"), &[(0, &[1]), (2, &[1])]),
        assigned(&unique("asg-dup"), &[(0, &[1, 1])]),
        assigned(&unique("asg-unknown"), &[(0, &[7])]),
        CreatableTopic {
            num_partitions: 2,
            ..assigned(&unique("asg-both"), &[(0, &[1])])
        },
        CreatableTopic {
            configs: vec![config("nope", Some("1"))],
            ..topic(&unique("cfg"), 1, 1)
        },
        CreatableTopic {
            configs: vec![config("retention.ms", Some("soon"))],
            ..topic(&unique("cfg"), 1, 1)
        },
        CreatableTopic {
            configs: vec![config("segment.bytes", Some("1"))],
            ..topic(&unique("cfg"), 1, 1)
        },
        CreatableTopic {
            configs: vec![config("cleanup.policy", Some("shrink"))],
            ..topic(&unique("cfg"), 1, 1)
        },
        CreatableTopic {
            configs: vec![config("retention.ms", None)],
            ..topic(&unique("cfg"), 1, 1)
        },
    ];
    for topic in cases {
        for validate_only in [true, false] {
            let request = CreateTopicsRequest {
                topics: vec![topic.clone()],
                timeout_ms: 10_000,
                validate_only,
                ..Default::default()
            };
            pair.same(7, &request, scrub_created);
        }
        let request = CreateTopicsRequest {
            topics: vec![topic.clone(), topic.clone()],
            timeout_ms: 10_000,
            validate_only: true,
            ..Default::default()
        };
        pair.same(5, &request, scrub_created);
    }
}

#[test]
fn delete_topics() {
    let Some(mut pair) = Pair::new() else { return };
    let (named, by_id) = (unique("del"), unique("del"));
    create(&mut pair, &named, 1, &[]);
    let (w, k) = create(&mut pair, &by_id, 1, &[]);
    let scrub = |r: &mut DeleteTopicsResponse| r.responses.iter_mut().for_each(|t| t.topic_id = Uuid::nil());
    for version in 1..=5 {
        let request = DeleteTopicsRequest {
            topic_names: vec![unique("missing")],
            timeout_ms: 10_000,
            ..Default::default()
        };
        pair.same(version, &request, scrub);
    }
    let request = |name: Option<&Str>, id| DeleteTopicsRequest {
        topics: vec![DeleteTopicState {
            name: name.cloned(),
            topic_id: id,
            ..Default::default()
        }],
        timeout_ms: 10_000,
        ..Default::default()
    };
    pair.same(6, &request(Some(&named), Uuid::nil()), scrub);
    pair.same(6, &request(Some(&named), Uuid::nil()), scrub);
    pair.same_each(6, &request(None, w), &request(None, k), scrub);
    pair.same(6, &request(None, Uuid::from_u128(77)), scrub);
}

#[test]
fn metadata() {
    let Some(mut pair) = Pair::new() else { return };
    let name = unique("meta");
    let (w, k) = create(&mut pair, &name, 3, &[]);
    let scrub = |r: &mut MetadataResponse| {
        for b in &mut r.brokers {
            b.port = 0;
        }
        r.cluster_id = None;
        for t in &mut r.topics {
            t.topic_id = Uuid::nil();
            t.partitions.sort_by_key(|p| p.partition_index);
        }
    };
    let asked = |name: Option<&str>, id| MetadataRequestTopic {
        name: name.map(Str::from),
        topic_id: id,
        ..Default::default()
    };
    for version in 0..=13 {
        for topics in [vec![&*name], vec![&name, "missing-topic"], vec!["in valid"]] {
            let request = MetadataRequest {
                topics: Some(topics.iter().map(|t| asked(Some(t), Uuid::nil())).collect()),
                allow_auto_topic_creation: version < 4,
                ..Default::default()
            };
            if version < 4 && topics.len() > 1 {
                continue;
            }
            pair.same(version, &request, scrub);
        }
        if version >= 1 {
            let none = MetadataRequest {
                topics: Some(Vec::new()),
                ..Default::default()
            };
            pair.same(version, &none, scrub);
        }
        if version >= 12 {
            let by = |id| MetadataRequest {
                topics: Some(vec![asked(None, id)]),
                ..Default::default()
            };
            pair.same_each(version, &by(w), &by(k), scrub);
            // Ids beside names: unknown, twice under other names, and with topics that are only named.
            let other = Uuid::from_u128(77);
            let mixed = |id| MetadataRequest {
                topics: Some(vec![
                    asked(Some("x"), id),
                    asked(Some("y"), id),
                    asked(Some(&name), Uuid::nil()),
                    asked(Some("z"), other),
                ]),
                ..Default::default()
            };
            pair.same_each(version, &mixed(w), &mixed(k), |r| {
                scrub(r);
                r.topics.sort_by(|a, b| a.name.cmp(&b.name));
            });
        }
    }
    let with_operations = MetadataRequest {
        topics: Some(vec![asked(Some(&name), Uuid::nil())]),
        include_cluster_authorized_operations: true,
        include_topic_authorized_operations: true,
        ..Default::default()
    };
    pair.same(9, &with_operations, scrub);
}

#[test]
fn create_partitions() {
    let Some(mut pair) = Pair::new() else { return };
    let name = unique("grow");
    create(&mut pair, &name, 2, &[]);
    let grow = |name: &str, count, assignments: Option<Vec<Vec<i32>>>, validate_only| CreatePartitionsRequest {
        topics: vec![CreatePartitionsTopic {
            name: Str::from(name),
            count,
            assignments: assignments.map(|a| {
                a.into_iter()
                    .map(|broker_ids| CreatePartitionsAssignment {
                        broker_ids,
                        ..Default::default()
                    })
                    .collect()
            }),
            ..Default::default()
        }],
        timeout_ms: 10_000,
        validate_only,
        ..Default::default()
    };
    for version in 0..=3 {
        for request in [
            grow(&name, 2, None, false),
            grow(&name, 1, None, false),
            grow("missing-topic", 5, None, false),
            grow(&name, 9, None, true),
            grow(&name, 4, Some(vec![vec![1]]), false),
            grow(&name, 3, Some(vec![vec![9]]), false),
        ] {
            pair.same(version, &request, |_| {});
        }
    }
    pair.same(3, &grow(&name, 4, None, false), |_| {});
    pair.same(3, &grow(&name, 5, Some(vec![vec![1]]), false), |_| {});
}

#[test]
fn cluster_and_topic_partitions() {
    let Some(mut pair) = Pair::new() else { return };
    let scrub = |r: &mut DescribeClusterResponse| {
        r.cluster_id = Str::default();
        r.brokers.iter_mut().for_each(|b| b.port = 0);
    };
    for version in 0..=2 {
        for include_cluster_authorized_operations in [false, true] {
            let request = DescribeClusterRequest {
                include_cluster_authorized_operations,
                endpoint_type: 1,
                ..Default::default()
            };
            pair.same(version, &request, scrub);
        }
    }
    let (a, b) = (unique("dtp"), unique("dtp"));
    create(&mut pair, &a, 3, &[]);
    create(&mut pair, &b, 2, &[]);
    let scrub = |r: &mut DescribeTopicPartitionsResponse| r.topics.iter_mut().for_each(|t| t.topic_id = Uuid::nil());
    for limit in [1, 2, 4, 2000] {
        let topics = [b.clone(), a.clone(), Str::from("missing-topic")].map(|name| TopicRequest {
            name,
            ..Default::default()
        });
        let request = DescribeTopicPartitionsRequest {
            topics: topics.to_vec(),
            response_partition_limit: limit,
            cursor: None,
            ..Default::default()
        };
        pair.same(0, &request, scrub);
    }
}

#[test]
fn producer_ids() {
    let Some(mut pair) = Pair::new() else { return };
    for version in 0..=5 {
        let request = InitProducerIdRequest {
            transactional_id: None,
            transaction_timeout_ms: 1000,
            producer_id: -1,
            producer_epoch: -1,
            ..Default::default()
        };
        // Kafka says 14 until its first block of ids has come.
        while pair.kafka.ask(version, &request).error_code == 14 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let (w, _) = pair.same(version, &request, |r| r.producer_id = 0);
        assert!(w.producer_id >= 0);
        let empty = InitProducerIdRequest {
            transactional_id: Some(Str::default()),
            ..request
        };
        pair.same(version, &empty, |_| {});
    }
}
