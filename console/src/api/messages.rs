//! Records of a topic: the newest, or from an offset on.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::json;
use weir_client::TopicPartition;
use weir_client::config::ConsumerConfig;
use weir_client::consumer::{Consumer, ConsumerRecord};
use weir_core::record::TimestampType;

use super::offsets::{earliest, latest};
use super::topics::partitions_of;
use super::{Answer, App, Query};
use crate::decode::{Shown, show};
use crate::error::ApiError;

/// Most records of one answer.
const MAX_LIMIT: usize = 500;
const DEFAULT_LIMIT: usize = 50;
/// How long reading may take; what was read until then is the answer.
const READ_TIMEOUT: Duration = Duration::from_secs(5);
/// Most bytes of one fetch per partition: a page, not the topic.
const FETCH_BYTES: &str = "262144";

/// Which records.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// Only this partition.
    partition: Option<i32>,
    /// From here on, oldest first; without it the newest, newest first.
    offset: Option<i64>,
    /// At most so many.
    limit: Option<usize>,
}

/// `GET /api/topics/{topic}/messages?limit=50` or `?partition=0&offset=100`.
pub async fn read(State(app): State<App>, Path(topic): Path<String>, Query(wanted): Query<Wanted>) -> Answer {
    let limit = wanted.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    if wanted.offset.is_some() && wanted.partition.is_none() {
        return Err(ApiError::bad_request(
            "an offset without a partition",
            "Each partition counts its own offsets: add partition=0, for example.",
        ));
    }
    let partitions = partitions(&app, &topic, wanted.partition).await?;
    let (first, next) = tokio::join!(earliest(&app.admin, &partitions), latest(&app.admin, &partitions));
    let (first, next) = (first?, next?);
    let depth = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut ranges = BTreeMap::new();
    for partition in &partitions {
        let (Some(first), Some(next)) = (first.get(partition), next.get(partition)) else {
            continue;
        };
        let from = wanted.offset.unwrap_or(next.saturating_sub(depth)).max(*first);
        if from < *next {
            ranges.insert(partition.clone(), from..*next);
        }
    }
    let enough = wanted.offset.map(|_| limit);
    let mut records = fetch(&app, &ranges, enough).await?;
    match wanted.offset {
        Some(_) => records.sort_by_key(|record| record.offset),
        None => records.sort_by(|a, b| (b.timestamp, b.offset, a.partition).cmp(&(a.timestamp, a.offset, b.partition))),
    }
    records.truncate(limit);
    let mut messages = Vec::with_capacity(records.len());
    for record in &records {
        messages.push(message(&app, record).await);
    }
    let edges: Vec<_> = partitions
        .iter()
        .map(|p| json!({"partition": p.partition, "earliest": first.get(p), "latest": next.get(p)}))
        .collect();
    Ok(Json(json!({"messages": messages, "partitions": edges})))
}

/// All partitions of a topic, or the one that is wanted.
pub async fn partitions(app: &App, topic: &str, wanted: Option<i32>) -> Result<Vec<TopicPartition>, ApiError> {
    let described = app.admin.describe_topics([topic]).await?;
    let found = described.into_values().next();
    let found = found.ok_or_else(|| ApiError::not_found(format!("there is no topic {topic}")))?;
    let found = found.map_err(|error| ApiError::refused(topic, &error))?;
    let mut partitions = partitions_of(topic, found.partitions.len());
    if let Some(wanted) = wanted {
        partitions.retain(|partition| partition.partition == wanted);
        if partitions.is_empty() {
            return Err(ApiError::not_found(format!("{topic} has no partition {wanted}")));
        }
    }
    Ok(partitions)
}

/// A consumer without a group that makes no topics.
pub fn consumer(app: &App, max_wait_ms: &str) -> Result<Consumer, ApiError> {
    let config = ConsumerConfig::from_map([
        ("bootstrap.servers", &*app.bootstrap_servers),
        ("client.id", "weir-console"),
        ("enable.auto.commit", "false"),
        ("allow.auto.create.topics", "false"),
        ("auto.offset.reset", "earliest"),
        ("fetch.max.wait.ms", max_wait_ms),
        ("max.partition.fetch.bytes", FETCH_BYTES),
    ]);
    let config = config.map_err(ApiError::cluster)?;
    Ok(Consumer::new(app.seam.clone(), config)?)
}

/// Reads ranges of offsets to their ends, or until there is enough.
async fn fetch(
    app: &App,
    ranges: &BTreeMap<TopicPartition, std::ops::Range<i64>>,
    enough: Option<usize>,
) -> Result<Vec<ConsumerRecord>, ApiError> {
    let mut records = Vec::new();
    if ranges.is_empty() {
        return Ok(records);
    }
    let mut consumer = consumer(app, "100")?;
    consumer.assign(ranges.keys().cloned());
    for (partition, range) in ranges {
        consumer.seek(partition, range.start)?;
    }
    let deadline = app.seam.clock.monotonic() + READ_TIMEOUT;
    loop {
        let mut done = true;
        for (partition, range) in ranges {
            // Positions also pass records that are not there: compacted away, or a transaction's markers.
            done &= consumer.position(partition).await? >= range.end;
        }
        let left = deadline.saturating_sub(app.seam.clock.monotonic());
        if done || left.is_zero() || enough.is_some_and(|enough| records.len() >= enough) {
            break;
        }
        let polled = consumer.poll(left.min(Duration::from_millis(500))).await?;
        // What came after the ends were asked is not wanted.
        records.extend(polled.into_iter().filter(|record| {
            ranges
                .get(&record.topic_partition())
                .is_some_and(|range| range.contains(&record.offset))
        }));
    }
    consumer.close().await;
    Ok(records)
}

/// A record as the API tells it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    partition: i32,
    offset: i64,
    /// Milliseconds since the epoch.
    timestamp: i64,
    timestamp_type: &'static str,
    key: Shown,
    value: Shown,
    headers: Vec<(String, Shown)>,
}

/// Decodes a record.
pub async fn message(app: &App, record: &ConsumerRecord) -> Message {
    let avro = app.avro.as_deref();
    let mut headers = Vec::with_capacity(record.headers.len());
    for header in &record.headers {
        let name = String::from_utf8_lossy(&header.key).into_owned();
        headers.push((name, show(header.value.as_deref(), None).await));
    }
    Message {
        partition: record.partition,
        offset: record.offset,
        timestamp: record.timestamp,
        timestamp_type: match record.timestamp_type {
            TimestampType::CreateTime => "create",
            TimestampType::LogAppendTime => "append",
        },
        key: show(record.key.as_deref(), avro).await,
        value: show(record.value.as_deref(), avro).await,
        headers,
    }
}
