//! Groups with their lag.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::{Path, State};
use futures_util::future::join_all;
use serde_json::{Value, json};
use weir_client::{OffsetAndMetadata, TopicPartition};

use super::offsets::{Offsets, latest};
use super::{Answer, App};
use crate::error::ApiError;

type Committed = BTreeMap<TopicPartition, OffsetAndMetadata>;

/// `GET /api/groups`: state, protocol, members and total lag of each (null when its offsets are not told).
pub async fn list(State(app): State<App>) -> Answer {
    let groups = app.admin.list_groups().await?;
    let names: Vec<String> = groups.iter().map(|group| group.group_id.as_str().to_owned()).collect();
    let described = app.admin.describe_groups(names.clone()).await?;
    let committed: Vec<_> = names
        .into_iter()
        .map(|name| app.admin.list_group_offsets(name, None))
        .collect();
    let committed: Vec<Option<Committed>> = join_all(committed).await.into_iter().map(Result::ok).collect();
    let partitions: BTreeSet<TopicPartition> = committed.iter().flatten().flat_map(|c| c.keys().cloned()).collect();
    let ends = ends(&app, partitions).await;
    let groups: Vec<Value> = groups
        .iter()
        .zip(committed)
        .map(|(group, committed)| {
            let members = described.get(&group.group_id).and_then(|result| result.as_ref().ok());
            let lag = committed.map(|committed| {
                committed
                    .iter()
                    .filter_map(|(partition, at)| Some(lag(*ends.get(partition)?, at.offset)))
                    .sum::<i64>()
            });
            json!({
                "group": group.group_id.as_str(),
                "state": group.state,
                "protocolType": group.protocol_type,
                "members": members.map(|group| group.members.len()),
                "lag": lag,
            })
        })
        .collect();
    Ok(Json(json!({"groups": groups})))
}

/// `GET /api/groups/{group}`: members with their partitions; committed offset, end and lag per partition.
pub async fn get(State(app): State<App>, Path(name): Path<String>) -> Answer {
    let described = app.admin.describe_groups([name.as_str()]).await?;
    let group = described.into_values().next();
    let group = group.ok_or_else(|| ApiError::not_found(format!("there is no group {name}")))?;
    let group = group.map_err(|error| ApiError::refused(&name, &error))?;
    let committed = app.admin.list_group_offsets(name.as_str(), None).await?;
    // Kafka describes a group that never was as a dead one.
    if group.state == "Dead" && committed.is_empty() {
        return Err(ApiError::not_found(format!("there is no group {name}")));
    }
    let mut owners = BTreeMap::<TopicPartition, &str>::new();
    let members: Vec<Value> = group
        .members
        .iter()
        .map(|member| {
            // Only consumers' assignments can be read; Connect's, for example, are its own matter.
            let partitions = member.partitions().unwrap_or_default();
            owners.extend(
                partitions
                    .iter()
                    .map(|partition| (partition.clone(), member.client_id.as_str())),
            );
            json!({
                "id": member.member_id,
                "instanceId": member.instance_id,
                "clientId": member.client_id,
                "host": member.client_host,
                "partitions": partitions.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })
        })
        .collect();
    let partitions: BTreeSet<TopicPartition> = committed.keys().chain(owners.keys()).cloned().collect();
    let ends = ends(&app, partitions.clone()).await;
    let partitions: Vec<Value> = partitions
        .iter()
        .map(|partition| {
            let (at, end) = (
                committed.get(partition).map(|at| at.offset),
                ends.get(partition).copied(),
            );
            json!({
                "topic": partition.topic.as_str(),
                "partition": partition.partition,
                "committed": at,
                "end": end,
                "lag": at.zip(end).map(|(at, end)| lag(end, at)),
                "client": owners.get(partition),
            })
        })
        .collect();
    Ok(Json(json!({
        "group": name,
        "state": group.state,
        "protocolType": group.protocol_type,
        "protocol": group.protocol,
        "members": members,
        "partitions": partitions,
    })))
}

/// Ends of the partitions that still exist: one that was deleted must not hide the others' lag.
async fn ends(app: &App, mut partitions: BTreeSet<TopicPartition>) -> Offsets {
    if partitions.is_empty() {
        return Offsets::new();
    }
    let Ok(topics) = app.admin.list_topics().await else {
        return Offsets::new();
    };
    let counts: BTreeMap<_, _> = topics.into_iter().map(|topic| (topic.name, topic.partitions)).collect();
    partitions.retain(|partition| {
        let count = counts.get(&partition.topic).copied().unwrap_or_default();
        usize::try_from(partition.partition).is_ok_and(|partition| partition < count)
    });
    let partitions: Vec<TopicPartition> = partitions.into_iter().collect();
    latest(&app.admin, &partitions).await.unwrap_or_default()
}

fn lag(end: i64, committed: i64) -> i64 {
    (end - committed).max(0)
}
