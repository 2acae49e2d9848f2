//! Classic groups and committed offsets: the life of a group, and each error on its way.

use crate::admin::create;
use crate::pair::{Pair, unique};
use bytes::Bytes;
use weir_messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use weir_messages::join_group_request::JoinGroupRequestProtocol;
use weir_messages::leave_group_request::MemberIdentity;
use weir_messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use weir_messages::offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic};
use weir_messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics};
use weir_messages::sync_group_request::SyncGroupRequestAssignment;
use weir_messages::*;

/// A consumer's subscription to one topic, version 0.
fn subscription(topic: &str) -> Bytes {
    let mut w = Writer::new();
    w.put_i16(0);
    w.put_i32(1);
    w.put_i16(i16::try_from(topic.len()).unwrap());
    w.put_slice(topic.as_bytes());
    w.put_i32(-1);
    w.into_bytes()
}

pub fn find(pair: &mut Pair, group: &Str) {
    let request = FindCoordinatorRequest {
        coordinator_keys: vec![group.clone()],
        ..Default::default()
    };
    // The offsets topic is being made: Kafka says 15 until it is.
    for _ in 0..200 {
        if pair.kafka.ask(4, &request).coordinators[0].error_code == 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let scrub = |r: &mut FindCoordinatorResponse| {
        r.coordinators.iter_mut().for_each(|c| c.port = 0);
        r.port = 0;
    };
    for version in 4..=6 {
        pair.same(version, &request, scrub);
    }
    for version in 0..=3 {
        pair.same(
            version,
            &FindCoordinatorRequest {
                key: group.clone(),
                ..Default::default()
            },
            scrub,
        );
    }
}

pub fn join(group: &Str, member: &Str, topic: &str) -> JoinGroupRequest {
    JoinGroupRequest {
        group_id: group.clone(),
        session_timeout_ms: 30_000,
        rebalance_timeout_ms: 30_000,
        member_id: member.clone(),
        protocol_type: "consumer".into(),
        protocols: vec![JoinGroupRequestProtocol {
            name: "range".into(),
            metadata: subscription(topic),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn scrub_join(r: &mut JoinGroupResponse) {
    r.member_id = if r.member_id.is_empty() {
        Str::default()
    } else {
        "m".into()
    };
    r.leader = if r.leader.is_empty() {
        Str::default()
    } else {
        "l".into()
    };
    r.members.iter_mut().for_each(|m| m.member_id = "m".into());
}

fn commit(group: &Str, member: &Str, generation: i32, topic: &Str, partition: i32, offset: i64) -> OffsetCommitRequest {
    OffsetCommitRequest {
        group_id: group.clone(),
        generation_id_or_member_epoch: generation,
        member_id: member.clone(),
        topics: vec![OffsetCommitRequestTopic {
            name: topic.clone(),
            partitions: vec![OffsetCommitRequestPartition {
                partition_index: partition,
                committed_offset: offset,
                committed_metadata: Some("note".into()),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

#[test]
fn the_life_of_a_group() {
    let Some(mut pair) = Pair::new() else { return };
    let (group, topic) = (unique("g"), unique("g-topic"));
    create(&mut pair, &topic, 2, &[]);
    find(&mut pair, &group);
    let nobody = Str::from("nobody");
    // Before anybody is there.
    let beat = |member: &Str, generation| HeartbeatRequest {
        group_id: group.clone(),
        generation_id: generation,
        member_id: member.clone(),
        ..Default::default()
    };
    for version in 0..=4 {
        pair.same(version, &beat(&nobody, 1), |_| {});
    }
    pair.same(5, &join(&group, &nobody, &topic), scrub_join);
    pair.same(
        5,
        &JoinGroupRequest {
            session_timeout_ms: 10,
            ..join(&group, &Str::default(), &topic)
        },
        scrub_join,
    );
    pair.same(
        5,
        &JoinGroupRequest {
            group_id: Str::default(),
            ..join(&group, &Str::default(), &topic)
        },
        scrub_join,
    );
    pair.same(
        5,
        &JoinGroupRequest {
            protocols: Vec::new(),
            ..join(&group, &Str::default(), &topic)
        },
        scrub_join,
    );
    // A new member is given an id and comes back with it.
    let (w, k) = pair.same(9, &join(&group, &Str::default(), &topic), scrub_join);
    let (wid, kid) = (w.member_id, k.member_id);
    let (w, _) = pair.same_each(9, &join(&group, &wid, &topic), &join(&group, &kid, &topic), scrub_join);
    assert_eq!((w.error_code, w.generation_id), (0, 1));
    // While the assignment is awaited.
    pair.same_each(
        8,
        &commit(&group, &wid, 1, &topic, 0, 5),
        &commit(&group, &kid, 1, &topic, 0, 5),
        |_| {},
    );
    pair.same_each(4, &beat(&wid, 1), &beat(&kid, 1), |_| {});
    let sync = |member: &Str, generation| SyncGroupRequest {
        group_id: group.clone(),
        generation_id: generation,
        member_id: member.clone(),
        protocol_type: Some("consumer".into()),
        protocol_name: Some("range".into()),
        assignments: vec![SyncGroupRequestAssignment {
            member_id: member.clone(),
            assignment: Bytes::from_static(b"mine"),
            ..Default::default()
        }],
        ..Default::default()
    };
    pair.same_each(5, &sync(&wid, 7), &sync(&kid, 7), |_| {});
    pair.same(5, &sync(&nobody, 1), |_| {});
    let odd = |member: &Str| SyncGroupRequest {
        protocol_name: Some("odd".into()),
        ..sync(member, 1)
    };
    pair.same_each(5, &odd(&wid), &odd(&kid), |_| {});
    pair.same_each(5, &sync(&wid, 1), &sync(&kid, 1), |_| {});
    // Stable.
    for generation in [0, 1, 2] {
        pair.same_each(4, &beat(&wid, generation), &beat(&kid, generation), |_| {});
        pair.same_each(5, &sync(&wid, generation), &sync(&kid, generation), |_| {});
        for version in 2..=9 {
            let mut pairs = [
                commit(&group, &wid, generation, &topic, 0, 40),
                commit(&group, &kid, generation, &topic, 0, 40),
            ];
            if version > 4 {
                pairs
                    .iter_mut()
                    .for_each(|c| c.retention_time_ms = OffsetCommitRequest::default().retention_time_ms);
            }
            pair.same_each(version, &pairs[0], &pairs[1], |_| {});
        }
    }
    pair.same(8, &commit(&group, &Str::default(), -1, &topic, 0, 1), |_| {});
    let big = |member: &Str| {
        let mut c = commit(&group, member, 1, &topic, 0, 1);
        c.topics[0].partitions[0].committed_metadata = Some("x".repeat(5000).into());
        c
    };
    pair.same_each(8, &big(&wid), &big(&kid), |_| {});
    pair.same_each(
        8,
        &commit(&group, &wid, 1, &topic, 9, 1),
        &commit(&group, &kid, 1, &topic, 9, 1),
        |_| {},
    );
    pair.same_each(
        8,
        &commit(&group, &wid, 1, &"missing-topic".into(), 0, 1),
        &commit(&group, &kid, 1, &"missing-topic".into(), 0, 1),
        |_| {},
    );
    let describe = |version: i16, pair: &mut Pair, group: &Str| {
        let request = DescribeGroupsRequest {
            groups: vec![group.clone()],
            include_authorized_operations: version >= 3,
            ..Default::default()
        };
        pair.same(version, &request, |r| {
            for DescribedGroup { members, .. } in &mut r.groups {
                members.iter_mut().for_each(|m| m.member_id = "m".into());
            }
        });
    };
    for version in 0..=6 {
        describe(version, &mut pair, &group);
        describe(version, &mut pair, &"no-such-group".into());
    }
    pair.same(
        2,
        &DeleteGroupsRequest {
            groups_names: vec![group.clone(), "no-such-group".into()],
            ..Default::default()
        },
        |r| {
            r.results.sort_by(|a, b| a.group_id.cmp(&b.group_id));
        },
    );
    let delete_offset = OffsetDeleteRequest {
        group_id: group.clone(),
        topics: vec![OffsetDeleteRequestTopic {
            name: topic.clone(),
            partitions: vec![OffsetDeleteRequestPartition { partition_index: 0 }],
        }],
    };
    pair.same(0, &delete_offset, |_| {});
    // Gone.
    let leave = |member: &Str| LeaveGroupRequest {
        group_id: group.clone(),
        members: vec![MemberIdentity {
            member_id: member.clone(),
            ..Default::default()
        }],
        ..Default::default()
    };
    pair.same(5, &leave(&nobody), |_| {});
    let scrub_left = |r: &mut LeaveGroupResponse| r.members.iter_mut().for_each(|m| m.member_id = "m".into());
    pair.same_each(5, &leave(&wid), &leave(&kid), scrub_left);
    pair.same_each(5, &leave(&wid), &leave(&kid), scrub_left);
    for version in 4..=6 {
        describe(version, &mut pair, &group);
    }
    pair.same(8, &commit(&group, &Str::default(), -1, &topic, 1, 77), |_| {});
    pair.same(0, &delete_offset, |_| {});
    pair.same(
        2,
        &DeleteGroupsRequest {
            groups_names: vec![group.clone()],
            ..Default::default()
        },
        |_| {},
    );
    pair.same(
        2,
        &DeleteGroupsRequest {
            groups_names: vec![group.clone()],
            ..Default::default()
        },
        |_| {},
    );
}

#[test]
fn committed_offsets() {
    let Some(mut pair) = Pair::new() else { return };
    let (group, topic) = (unique("of"), unique("of-topic"));
    let (w, k) = create(&mut pair, &topic, 3, &[]);
    find(&mut pair, &group);
    pair.same(8, &commit(&group, &Str::default(), 5, &topic, 0, 1), |_| {});
    for partition in [0, 1] {
        pair.same(
            8,
            &commit(
                &group,
                &Str::default(),
                -1,
                &topic,
                partition,
                100 + i64::from(partition),
            ),
            |_| {},
        );
    }
    for version in 1..=7 {
        let topics = vec![OffsetFetchRequestTopic {
            name: topic.clone(),
            partition_indexes: vec![0, 1, 2, 9],
            ..Default::default()
        }];
        let mut request = OffsetFetchRequest {
            group_id: group.clone(),
            topics: Some(topics),
            ..Default::default()
        };
        pair.same(version, &request, |_| {});
        if version >= 2 {
            request.topics = None;
            pair.same(version, &request, |r| {
                r.topics
                    .iter_mut()
                    .for_each(|t| t.partitions.sort_by_key(|p| p.partition_index))
            });
        }
    }
    for version in 8..=10 {
        let by = |id: Uuid, all: bool| {
            let (name, topic_id) = if version < 10 {
                (topic.clone(), Uuid::nil())
            } else {
                (Str::default(), id)
            };
            let topics = vec![OffsetFetchRequestTopics {
                name,
                topic_id,
                partition_indexes: vec![0, 1, 2],
                ..Default::default()
            }];
            let one = |g: &Str| OffsetFetchRequestGroup {
                group_id: g.clone(),
                topics: (!all).then(|| topics.clone()),
                member_epoch: -1,
                ..Default::default()
            };
            OffsetFetchRequest {
                groups: vec![one(&group), one(&"no-such-group".into())],
                ..Default::default()
            }
        };
        for all in [false, true] {
            pair.same_each(version, &by(w, all), &by(k, all), |r| {
                for t in r.groups.iter_mut().flat_map(|g| &mut g.topics) {
                    t.topic_id = Uuid::nil();
                    t.partitions.sort_by_key(|p| p.partition_index);
                }
            });
        }
    }
    let list = ListGroupsRequest::default();
    let ours = |r: &mut ListGroupsResponse| r.groups.retain(|g| g.group_id == group);
    for version in 0..=5 {
        pair.same(version, &list, ours);
    }
}

/// Kafka keeps a group without a name for consumers that manage themselves.
#[test]
fn a_group_without_a_name() {
    let Some(mut pair) = Pair::new() else { return };
    let (nobody, topic) = (Str::default(), unique("nameless-topic"));
    create(&mut pair, &topic, 1, &[]);
    find(&mut pair, &"any".into());
    pair.same(8, &commit(&nobody, &nobody, -1, &topic, 0, 5), |_| {});
    for version in [1, 5, 7] {
        for partition_indexes in [vec![0], vec![]] {
            let topics = vec![OffsetFetchRequestTopic {
                name: topic.clone(),
                partition_indexes,
                ..Default::default()
            }];
            let request = OffsetFetchRequest {
                topics: Some(topics),
                ..Default::default()
            };
            pair.same(version, &request, |_| {});
        }
    }
    let delete_offset = OffsetDeleteRequest {
        topics: vec![OffsetDeleteRequestTopic {
            name: topic.clone(),
            partitions: vec![OffsetDeleteRequestPartition { partition_index: 0 }],
        }],
        ..Default::default()
    };
    pair.same(0, &delete_offset, |_| {});
    let describe = DescribeGroupsRequest {
        groups: vec![nobody.clone()],
        ..Default::default()
    };
    pair.same(6, &describe, |_| {});
    let delete = DeleteGroupsRequest {
        groups_names: vec![nobody.clone(), nobody.clone()],
        ..Default::default()
    };
    pair.same(2, &delete, |_| {});
    pair.same(6, &describe, |_| {});
    // A generation of a group that is not there has had two names.
    for version in 7..=9 {
        pair.same(version, &commit(&unique("gone"), &nobody, 3, &topic, 0, 5), |_| {});
    }
}

#[test]
fn a_static_member_comes_back_with_another_subscription() {
    let Some(mut pair) = Pair::new() else { return };
    let (group, topic) = (unique("static"), unique("static-topic"));
    create(&mut pair, &topic, 1, &[]);
    find(&mut pair, &group);
    let join = |topic: &str| JoinGroupRequest {
        group_instance_id: Some("i".into()),
        ..join(&group, &Str::default(), topic)
    };
    let describe = DescribeGroupsRequest {
        groups: vec![group.clone()],
        ..Default::default()
    };
    let scrub = |r: &mut DescribeGroupsResponse| {
        for group in &mut r.groups {
            group.members.iter_mut().for_each(|m| m.member_id = "m".into());
            let by_instance =
                |a: &DescribedGroupMember, b: &DescribedGroupMember| a.group_instance_id.cmp(&b.group_instance_id);
            group.members.sort_by(by_instance);
        }
    };
    let (w, k) = pair.same(9, &join(&topic), scrub_join);
    let sync = |member: &Str| SyncGroupRequest {
        group_id: group.clone(),
        generation_id: 1,
        member_id: member.clone(),
        group_instance_id: Some("i".into()),
        protocol_type: Some("consumer".into()),
        protocol_name: Some("range".into()),
        assignments: vec![SyncGroupRequestAssignment {
            member_id: member.clone(),
            assignment: Bytes::from_static(b"mine"),
            ..Default::default()
        }],
        ..Default::default()
    };
    pair.same_each(5, &sync(&w.member_id), &sync(&k.member_id), |_| {});
    // It leads, and decides itself whether the others must come again.
    let (w, _) = pair.same(9, &join("another"), scrub_join);
    assert_eq!((w.generation_id, w.skip_assignment), (1, true));
    pair.same(5, &describe, scrub);
    // A second member: everybody is called, and the assignment of before is told until the next.
    let second = JoinGroupRequest {
        group_instance_id: Some("j".into()),
        ..join(&topic)
    };
    let Some(mut other) = Pair::new() else { return };
    for (there, here) in [(&mut other.weir, &mut pair.weir), (&mut other.kafka, &mut pair.kafka)] {
        there.send(9, &second);
        while here.ask(5, &describe).groups[0].group_state != "PreparingRebalance" {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
    pair.same(5, &describe, scrub);
}
