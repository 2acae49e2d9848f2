//! Looks offsets up: by timestamp at the leaders, committed ones at the coordinator.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use weir_core::ErrorCode;
use weir_messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use weir_messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics};
use weir_messages::{ListOffsetsRequest, ListOffsetsResponse, OffsetFetchRequest, OffsetFetchResponse, Str};

use super::error::OffsetsError;
use crate::cluster::{Cluster, Deadline, Lane};
use crate::config::IsolationLevel;
use crate::group::Coordinator;
use crate::types::{OffsetAndMetadata, OffsetAndTimestamp, TopicPartition};
use crate::wire::CallError;

/// The end of the log: the high watermark, or the last stable offset with `read_committed`.
pub(crate) const LATEST: i64 = -1;
/// The first record.
pub(crate) const EARLIEST: i64 = -2;

/// The last version in which committed offsets are named by topic name.
const OFFSETS_BY_NAME: i16 = 9;
/// The first version in which several groups are asked for at once.
const MANY_GROUPS: i16 = 8;

type Found = BTreeMap<TopicPartition, Option<OffsetAndTimestamp>>;
type Committed = BTreeMap<TopicPartition, OffsetAndMetadata>;

/// What one round of ListOffsets brought: each partition is in one of both.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// `None` for a timestamp behind the last record.
    pub(super) found: Found,
    pub(super) failed: BTreeMap<TopicPartition, OffsetsError>,
}

/// ListOffsets for many partitions; `None` for a timestamp behind the last record. Retries until `deadline`.
pub(crate) async fn list_offsets(
    cluster: &Cluster,
    wanted: &BTreeMap<TopicPartition, i64>,
    isolation: IsolationLevel,
    deadline: Deadline,
) -> Result<Found, OffsetsError> {
    let mut found = Found::new();
    let mut backoff = cluster.backoff();
    loop {
        let mut missing = wanted.clone();
        missing.retain(|partition, _| !found.contains_key(partition));
        let listed = list_once(cluster, &missing, isolation).await;
        found.extend(listed.found);
        // One that retries do not help counts first.
        let worse = |a: OffsetsError, b: OffsetsError| if a.retriable() { b } else { a };
        let Some(error) = listed.failed.into_values().reduce(worse) else {
            return Ok(found);
        };
        if !error.retriable() || deadline.passed(cluster.seam()) {
            return Err(error);
        }
        tracing::debug!(%error, "ListOffsets, retrying");
        backoff.pause(cluster.seam(), deadline).await;
    }
}

/// One round. A partition that cannot be asked for or is refused does not keep the others waiting (Kafka's
/// `groupListOffsetRequests`).
pub(super) async fn list_once(
    cluster: &Cluster,
    wanted: &BTreeMap<TopicPartition, i64>,
    isolation: IsolationLevel,
) -> Listed {
    let mut listed = Listed::default();
    let by_node = by_leader(cluster, wanted, &mut listed).await;
    let calls = by_node.into_iter().map(|(node, topics)| async move {
        let topic = |(name, partitions): (&Str, &Vec<ListOffsetsPartition>)| ListOffsetsTopic {
            name: name.clone(),
            partitions: partitions.clone(),
            ..Default::default()
        };
        let request = ListOffsetsRequest {
            replica_id: -1,
            isolation_level: isolation.wire(),
            topics: topics.iter().map(topic).collect(),
            ..Default::default()
        };
        (topics, cluster.call(node, Lane::Main, &request, i16::MAX).await)
    });
    for (asked, result) in join_all(calls).await {
        match result {
            Ok(response) => read_offsets(cluster, response, &mut listed),
            Err(error) => {
                for (topic, rows) in asked {
                    cluster.invalidate(&topic);
                    let failed = |row: ListOffsetsPartition| TopicPartition::new(topic.clone(), row.partition_index);
                    let error = || OffsetsError::Call(error.clone());
                    listed
                        .failed
                        .extend(rows.into_iter().map(failed).map(|at| (at, error())));
                }
            }
        }
    }
    // What an answer passes over.
    for partition in wanted.keys() {
        if !listed.found.contains_key(partition) {
            let error = || OffsetsError::Timeout;
            listed.failed.entry(partition.clone()).or_insert_with(error);
        }
    }
    listed
}

type Rows = BTreeMap<Str, Vec<ListOffsetsPartition>>;

/// What to ask which node; asks for metadata once per topic.
async fn by_leader(
    cluster: &Cluster,
    wanted: &BTreeMap<TopicPartition, i64>,
    listed: &mut Listed,
) -> BTreeMap<i32, Rows> {
    let mut by_node: BTreeMap<i32, Rows> = BTreeMap::new();
    let mut topics = BTreeMap::new();
    for (partition, timestamp) in wanted {
        let name = &partition.topic;
        if !topics.contains_key(name) {
            topics.insert(name.clone(), cluster.topic(name, false).await);
        }
        let leader = match topics.get(name) {
            Some(Ok(topic)) => topic
                .leader(partition.partition)
                .inspect_err(|_| cluster.invalidate(name)),
            Some(Err(error)) => Err(error.clone()),
            None => continue,
        };
        match leader {
            Ok((leader, leader_epoch)) => {
                let rows = by_node.entry(leader).or_default().entry(name.clone()).or_default();
                rows.push(ListOffsetsPartition {
                    partition_index: partition.partition,
                    current_leader_epoch: leader_epoch,
                    timestamp: *timestamp,
                    ..Default::default()
                });
            }
            Err(error) => {
                listed.failed.insert(partition.clone(), error.into());
            }
        }
    }
    by_node
}

fn read_offsets(cluster: &Cluster, response: ListOffsetsResponse, listed: &mut Listed) {
    for topic in response.topics {
        for answer in topic.partitions {
            let partition = TopicPartition::new(topic.name.clone(), answer.partition_index);
            if let Err(code) = ErrorCode::check(answer.error_code) {
                cluster.invalidate(&partition.topic);
                let error = OffsetsError::Refused {
                    partition: partition.clone(),
                    code,
                };
                listed.failed.insert(partition, error);
                continue;
            }
            let offset = OffsetAndTimestamp {
                offset: answer.offset,
                timestamp: answer.timestamp,
                leader_epoch: Some(answer.leader_epoch).filter(|epoch| *epoch >= 0),
            };
            listed
                .found
                .insert(partition, Some(offset).filter(|offset| offset.offset >= 0));
        }
    }
}

/// A group's committed offsets of some partitions, or of all (`None`). Partitions without one are left out.
pub(crate) async fn committed(
    coordinator: &Coordinator,
    wanted: Option<&[TopicPartition]>,
    deadline: Deadline,
) -> Result<Committed, OffsetsError> {
    let seam = coordinator.cluster().seam();
    let mut backoff = coordinator.cluster().backoff();
    loop {
        match committed_once(coordinator, wanted).await {
            Err(error) if error.retriable() && !deadline.passed(seam) => {
                tracing::debug!(%error, "OffsetFetch, retrying");
                backoff.pause(seam, deadline).await;
            }
            done => return done,
        }
    }
}

async fn committed_once(
    coordinator: &Coordinator,
    wanted: Option<&[TopicPartition]>,
) -> Result<Committed, OffsetsError> {
    let topics = wanted.map(|wanted| {
        let mut topics: BTreeMap<Str, Vec<i32>> = BTreeMap::new();
        for partition in wanted {
            topics
                .entry(partition.topic.clone())
                .or_default()
                .push(partition.partition);
        }
        topics
    });
    let group = OffsetFetchRequestGroup {
        group_id: coordinator.group().clone(),
        topics: topics.clone().map(|topics| {
            let topic = |(name, partition_indexes)| OffsetFetchRequestTopics {
                name,
                partition_indexes,
                ..Default::default()
            };
            topics.into_iter().map(topic).collect()
        }),
        ..Default::default()
    };
    let many = OffsetFetchRequest {
        groups: vec![group],
        require_stable: true,
        ..Default::default()
    };
    let response = match coordinator.call(Lane::Coordinator, &many, OFFSETS_BY_NAME).await {
        // An older broker knows one group per request.
        Err(CallError::Encode { .. }) => {
            let topic = |(name, partition_indexes)| OffsetFetchRequestTopic {
                name,
                partition_indexes,
                ..Default::default()
            };
            let one = OffsetFetchRequest {
                group_id: coordinator.group().clone(),
                topics: topics.map(|topics| topics.into_iter().map(topic).collect()),
                ..Default::default()
            };
            coordinator.call(Lane::Coordinator, &one, MANY_GROUPS - 1).await?
        }
        done => done?,
    };
    read_answer(coordinator, response)
}

fn read_answer(coordinator: &Coordinator, response: OffsetFetchResponse) -> Result<Committed, OffsetsError> {
    let code = response
        .groups
        .first()
        .map_or(response.error_code, |group| group.error_code);
    ErrorCode::check(code).map_err(|code| {
        if Coordinator::moved(code) {
            coordinator.lost();
        }
        OffsetsError::Group(code)
    })?;
    let mut rows = Vec::new();
    for topic in response.topics {
        for p in topic.partitions {
            let at = TopicPartition::new(topic.name.clone(), p.partition_index);
            rows.push((
                at,
                p.error_code,
                p.committed_offset,
                p.committed_leader_epoch,
                p.metadata,
            ));
        }
    }
    for topic in response.groups.into_iter().flat_map(|group| group.topics) {
        for p in topic.partitions {
            let at = TopicPartition::new(topic.name.clone(), p.partition_index);
            rows.push((
                at,
                p.error_code,
                p.committed_offset,
                p.committed_leader_epoch,
                p.metadata,
            ));
        }
    }
    let mut found = Committed::new();
    for (partition, code, offset, epoch, metadata) in rows {
        if let Err(code) = ErrorCode::check(code) {
            return Err(OffsetsError::Refused { partition, code });
        }
        if offset >= 0 {
            let offset = OffsetAndMetadata {
                offset,
                leader_epoch: Some(epoch).filter(|epoch| *epoch >= 0),
                metadata: metadata.unwrap_or_default(),
            };
            found.insert(partition, offset);
        }
    }
    Ok(found)
}
