//! Requests with nothing in them: no topics, topics without partitions, alone and beside one that has some, and topics that
//! come twice.

use crate::admin::create;
use crate::data::{now, scrub_produced};
use crate::edges::batch;
use crate::groups::find;
use crate::pair::{Pair, unique};
use std::fmt::Debug;
use weir_messages::*;

/// A topic's name, and whether it has its partition 0 in the request.
type Topics<'a> = &'a [(&'a Str, bool)];

/// Asks with every mix of a topic that is there and one that is not.
fn hollow<R: Request + Debug>(
    pair: &mut Pair,
    versions: impl IntoIterator<Item = i16>,
    known: &Str,
    build: impl Fn(Topics<'_>) -> R,
    scrub: impl Fn(&mut R::Response) + Copy,
) {
    let unknown = &Str::from_static("nowhere");
    let mixes: [Topics<'_>; 7] = [
        &[],
        &[(known, false)],
        &[(unknown, false)],
        &[(known, false), (unknown, false)],
        &[(known, true), (unknown, false)],
        &[(unknown, false), (known, true)],
        &[(unknown, true), (known, false)],
    ];
    each(pair, versions, &mixes, build, scrub);
}

/// The same with a topic that comes twice.
fn doubled<R: Request + Debug>(
    pair: &mut Pair,
    versions: impl IntoIterator<Item = i16>,
    known: &Str,
    build: impl Fn(Topics<'_>) -> R,
) {
    let unknown = &Str::from_static("nowhere");
    let mixes: [Topics<'_>; 2] = [
        &[(known, true), (known, true)],
        &[(known, true), (unknown, true), (known, true)],
    ];
    each(pair, versions, &mixes, build, |_| {});
}

fn each<R: Request + Debug>(
    pair: &mut Pair,
    versions: impl IntoIterator<Item = i16>,
    mixes: &[Topics<'_>],
    build: impl Fn(Topics<'_>) -> R,
    scrub: impl Fn(&mut R::Response) + Copy,
) {
    for version in versions {
        for mix in mixes {
            pair.same(version, &build(mix), scrub);
        }
    }
}

fn start(name: &str) -> Option<(Pair, Str)> {
    let mut pair = Pair::new()?;
    let topic = unique(name);
    create(&mut pair, &topic, 1, &[]);
    Some((pair, topic))
}

fn some<T>(filled: bool, one: T) -> Vec<T> {
    filled.then_some(one).into_iter().collect()
}

#[test]
fn produces_without_partitions() {
    use produce_request::{PartitionProduceData, TopicProduceData};
    let Some((mut pair, topic)) = start("hollow-p") else {
        return;
    };
    let build = |topics: Topics<'_>| ProduceRequest {
        acks: 1,
        timeout_ms: 10_000,
        topic_data: topics
            .iter()
            .map(|(name, filled)| TopicProduceData {
                name: (*name).clone(),
                partition_data: some(
                    *filled,
                    PartitionProduceData {
                        records: Some(batch(now())),
                        ..Default::default()
                    },
                ),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    };
    hollow(&mut pair, [3, 8, 12], &topic, build, scrub_produced);
}

#[test]
fn fetches_without_partitions() {
    use fetch_request::{FetchPartition, FetchTopic};
    let Some((mut pair, topic)) = start("hollow-f") else {
        return;
    };
    let build = |topics: Topics<'_>| FetchRequest {
        replica_id: -1,
        max_wait_ms: 10,
        max_bytes: 1000,
        session_epoch: -1,
        topics: topics
            .iter()
            .map(|(name, filled)| FetchTopic {
                topic: (*name).clone(),
                partitions: some(
                    *filled,
                    FetchPartition {
                        current_leader_epoch: -1,
                        partition_max_bytes: 1000,
                        ..Default::default()
                    },
                ),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    };
    hollow(&mut pair, [4, 12], &topic, build, |_| {});
}

#[test]
fn lists_without_partitions() {
    use list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
    let Some((mut pair, topic)) = start("hollow-l") else {
        return;
    };
    let build = |topics: Topics<'_>| ListOffsetsRequest {
        replica_id: -1,
        topics: topics
            .iter()
            .map(|(name, filled)| ListOffsetsTopic {
                name: (*name).clone(),
                partitions: some(
                    *filled,
                    ListOffsetsPartition {
                        current_leader_epoch: -1,
                        timestamp: -1,
                        ..Default::default()
                    },
                ),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    };
    hollow(&mut pair, [1, 7], &topic, build, |_| {});
}

#[test]
fn epochs_without_partitions() {
    use offset_for_leader_epoch_request::{OffsetForLeaderPartition, OffsetForLeaderTopic};
    let Some((mut pair, topic)) = start("hollow-e") else {
        return;
    };
    let build = |topics: Topics<'_>| OffsetForLeaderEpochRequest {
        replica_id: -1,
        topics: topics
            .iter()
            .map(|(name, filled)| OffsetForLeaderTopic {
                topic: (*name).clone(),
                partitions: some(
                    *filled,
                    OffsetForLeaderPartition {
                        current_leader_epoch: -1,
                        ..Default::default()
                    },
                ),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    };
    hollow(&mut pair, [2, 4], &topic, build, |_| {});
}

#[test]
fn deletions_without_partitions() {
    use delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
    let Some((mut pair, topic)) = start("hollow-d") else {
        return;
    };
    let build = |topics: Topics<'_>| DeleteRecordsRequest {
        timeout_ms: 10_000,
        topics: topics
            .iter()
            .map(|(name, filled)| DeleteRecordsTopic {
                name: (*name).clone(),
                partitions: some(
                    *filled,
                    DeleteRecordsPartition {
                        offset: -1,
                        ..Default::default()
                    },
                ),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    };
    hollow(&mut pair, [0, 2], &topic, build, |_| {});
}

#[test]
fn commits_without_partitions() {
    use offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
    let Some((mut pair, topic)) = start("hollow-c") else {
        return;
    };
    let group = unique("hollow-g");
    find(&mut pair, &group);
    let build = |topics: Topics<'_>| OffsetCommitRequest {
        group_id: group.clone(),
        generation_id_or_member_epoch: -1,
        topics: topics
            .iter()
            .map(|(name, filled)| OffsetCommitRequestTopic {
                name: (*name).clone(),
                partitions: some(
                    *filled,
                    OffsetCommitRequestPartition {
                        committed_offset: 3,
                        ..Default::default()
                    },
                ),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    };
    hollow(&mut pair, [2, 9], &topic, build, |_| {});
    doubled(&mut pair, [2, 9], &topic, build);
}

#[test]
fn looks_at_commits_without_partitions() {
    use offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics};
    let Some((mut pair, topic)) = start("hollow-o") else {
        return;
    };
    let group = unique("hollow-g");
    find(&mut pair, &group);
    let build = |topics: Topics<'_>| OffsetFetchRequest {
        group_id: group.clone(),
        topics: Some(
            topics
                .iter()
                .map(|(name, filled)| OffsetFetchRequestTopic {
                    name: (*name).clone(),
                    partition_indexes: some(*filled, 0),
                    ..Default::default()
                })
                .collect(),
        ),
        ..Default::default()
    };
    hollow(&mut pair, [1, 7], &topic, build, |_| {});
    let build = |topics: Topics<'_>| OffsetFetchRequest {
        groups: vec![OffsetFetchRequestGroup {
            group_id: group.clone(),
            topics: Some(
                topics
                    .iter()
                    .map(|(name, filled)| OffsetFetchRequestTopics {
                        name: (*name).clone(),
                        partition_indexes: some(*filled, 0),
                        ..Default::default()
                    })
                    .collect(),
            ),
            ..Default::default()
        }],
        ..Default::default()
    };
    hollow(&mut pair, [8, 9], &topic, build, |_| {});
    doubled(&mut pair, [8, 9], &topic, build);
    pair.same(9, &OffsetFetchRequest::default(), |_| {});
}

#[test]
fn forgotten_commits_without_partitions() {
    use offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic};
    let Some((mut pair, topic)) = start("hollow-x") else {
        return;
    };
    let group = unique("hollow-g");
    find(&mut pair, &group);
    let build = |topics: Topics<'_>| OffsetDeleteRequest {
        group_id: group.clone(),
        topics: topics
            .iter()
            .map(|(name, filled)| OffsetDeleteRequestTopic {
                name: (*name).clone(),
                partitions: some(*filled, OffsetDeleteRequestPartition::default()),
            })
            .collect(),
    };
    hollow(&mut pair, [0], &topic, build, |_| {});
    let commit = OffsetCommitRequest {
        group_id: group.clone(),
        generation_id_or_member_epoch: -1,
        topics: vec![offset_commit_request::OffsetCommitRequestTopic {
            name: topic.clone(),
            partitions: vec![Default::default()],
            ..Default::default()
        }],
        ..Default::default()
    };
    pair.same(8, &commit, |_| {});
    hollow(&mut pair, [0], &topic, build, |_| {});
    doubled(&mut pair, [0], &topic, build);
}
