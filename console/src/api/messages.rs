//! Records of a topic: the newest, or from an offset on.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use weir_client::TopicPartition;
use weir_client::config::ConsumerConfig;
use weir_client::consumer::{Consumer, ConsumerRecord};
use weir_core::record::TimestampType;
use weir_serdes::AvroDeserializer;

use super::best::{Best, Rank};
use super::offsets::{earliest, latest};
use super::topics::partitions_of;
use super::{App, Query};
use crate::decode::{Shown, show};
use crate::error::ApiError;

/// Most records of one answer.
const MAX_LIMIT: usize = 500;
const DEFAULT_LIMIT: usize = 50;
/// How long reading may take, and waiting for one's turn before it; what was read until then is the answer.
const READ_TIMEOUT: Duration = Duration::from_secs(5);
/// Most bytes of all records of one answer, as they are kept: every one of [`MAX_LIMIT`] may be shown as far as one is.
const MAX_BYTES: usize = 32 << 20;
/// A record above is cut to what is shown of it as soon as it comes.
const LARGE: usize = 64 << 10;
/// What a record or header takes beside its bytes, about.
const OVERHEAD: usize = 128;
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

/// What there is of a partition.
#[derive(Debug, Serialize)]
struct Edge {
    partition: i32,
    earliest: Option<i64>,
    latest: Option<i64>,
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Page {
    messages: Vec<Message>,
    /// False when time or room ran out: there is more that was asked for.
    complete: bool,
    partitions: Vec<Edge>,
}

/// `GET /api/topics/{topic}/messages?limit=50` or `?partition=0&offset=100`.
pub async fn read(
    State(app): State<App>,
    Path(topic): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page>, ApiError> {
    let limit = wanted.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    if wanted.offset.is_some() && wanted.partition.is_none() {
        return Err(ApiError::bad_request(
            "an offset without a partition",
            "Each partition counts its own offsets: add partition=0, for example.",
        ));
    }
    let turn = tokio::time::timeout(READ_TIMEOUT, app.reads.acquire()).await;
    let _permit = turn.ok().and_then(Result::ok).ok_or_else(|| {
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many others read messages at the same time",
            "Try again when they are done.",
        )
    })?;
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
    let order = match wanted.offset {
        Some(_) => Order::Offsets,
        None => Order::Newest,
    };
    let mut best = Best::new(limit, MAX_BYTES);
    let mut complete = fetch(&app, &ranges, order, &mut best).await?;
    complete &= best.is_complete();
    let mut messages = Vec::new();
    let deadline = app.seam.clock.monotonic() + READ_TIMEOUT;
    for kept in best.into_items() {
        messages.push(match kept {
            Kept::Shown(message) => message,
            Kept::Raw(record) => {
                // A registry that does not answer is not waited for once more for each record.
                let late = app.seam.clock.monotonic() >= deadline;
                complete &= !late;
                message(app.avro.as_deref().filter(|_| !late), &record).await
            }
        });
    }
    let edge = |p: &TopicPartition| Edge {
        partition: p.partition,
        earliest: first.get(p).copied(),
        latest: next.get(p).copied(),
    };
    Ok(Json(Page {
        messages,
        complete,
        partitions: partitions.iter().map(edge).collect(),
    }))
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

/// Which records come first.
#[derive(Debug, Clone, Copy)]
enum Order {
    /// As they are in the one partition that is read.
    Offsets,
    /// The newest of all partitions.
    Newest,
}

impl Order {
    fn rank(self, record: &ConsumerRecord) -> Rank {
        match self {
            Self::Offsets => (record.offset, 0, 0),
            // `!` turns the order round, of all numbers.
            Self::Newest => (!record.timestamp, !record.offset, record.partition),
        }
    }
}

/// A record that may be part of the answer.
#[derive(Debug)]
enum Kept {
    /// Decoded only if it is part of the answer in the end.
    Raw(ConsumerRecord),
    /// What is large is decoded at once: only what is shown of it is kept.
    Shown(Message),
}

impl Kept {
    /// With how many bytes it takes.
    async fn new(app: &App, mut record: ConsumerRecord) -> (usize, Self) {
        let length = |bytes: &Option<Bytes>| bytes.as_ref().map_or(0, Bytes::len);
        let headers: usize = record
            .headers
            .iter()
            .map(|h| OVERHEAD + h.key.len() + length(&h.value))
            .sum();
        let size = OVERHEAD + length(&record.key) + length(&record.value) + headers;
        if size > LARGE {
            let message = message(app.avro.as_deref(), &record).await;
            return (message.bytes(), Self::Shown(message));
        }
        // A copy: a part would keep all that was fetched with it.
        let own = |bytes: &mut Bytes| *bytes = Bytes::copy_from_slice(bytes);
        record.key.iter_mut().chain(&mut record.value).for_each(own);
        for header in &mut record.headers {
            own(&mut header.key);
            header.value.iter_mut().for_each(own);
        }
        (size, Self::Raw(record))
    }
}

/// Reads ranges of offsets to their ends, or until there is enough. False when time ran out before.
async fn fetch(
    app: &App,
    ranges: &BTreeMap<TopicPartition, std::ops::Range<i64>>,
    order: Order,
    best: &mut Best<Kept>,
) -> Result<bool, ApiError> {
    if ranges.is_empty() {
        return Ok(true);
    }
    let mut consumer = consumer(app, "100")?;
    consumer.assign(ranges.keys().cloned());
    for (partition, range) in ranges {
        consumer.seek(partition, range.start)?;
    }
    let deadline = app.seam.clock.monotonic() + READ_TIMEOUT;
    let complete = 'reading: loop {
        let mut done = true;
        for (partition, range) in ranges {
            // Positions also pass records that are not there: compacted away, or a transaction's markers.
            done &= consumer.position(partition).await? >= range.end;
        }
        if done || (matches!(order, Order::Offsets) && best.is_full()) {
            break true;
        }
        let left = deadline.saturating_sub(app.seam.clock.monotonic());
        if left.is_zero() {
            break false;
        }
        for record in consumer.poll(left.min(Duration::from_millis(500))).await? {
            // Decoding takes time too.
            if app.seam.clock.monotonic() >= deadline {
                break 'reading false;
            }
            // What came after the ends were asked is not wanted.
            let wanted = ranges.get(&record.topic_partition());
            let rank = order.rank(&record);
            if wanted.is_some_and(|range| range.contains(&record.offset)) && best.wants(rank) {
                let (bytes, kept) = Kept::new(app, record).await;
                best.put(rank, bytes, kept);
            }
        }
    };
    consumer.close().await;
    Ok(complete)
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

impl Message {
    fn bytes(&self) -> usize {
        let headers: usize = self
            .headers
            .iter()
            .map(|(name, value)| OVERHEAD + name.len() + value.text.len())
            .sum();
        OVERHEAD + self.key.text.len() + self.value.text.len() + headers
    }
}

/// Decodes a record, as Avro only with a registry.
pub async fn message(avro: Option<&AvroDeserializer>, record: &ConsumerRecord) -> Message {
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
