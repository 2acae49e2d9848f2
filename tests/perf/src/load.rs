//! What the servers are made to do: produce, and fetch from the beginning. Each leg checks that what it did took effect.

use crate::Outcome;
use crate::wire::{Wire, decode, frame};
use bytes::Bytes;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use weir_core::compress::Compression;
use weir_core::record::{Batch, BatchBuilder};
use weir_messages::create_topics_request::CreatableTopic;
use weir_messages::fetch_request::{FetchPartition, FetchTopic};
use weir_messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use weir_messages::produce_request::{PartitionProduceData, TopicProduceData};
use weir_messages::{
    ApiKey, CreateTopicsRequest, DeleteTopicsRequest, FetchRequest, FetchResponse, ListOffsetsRequest, ProduceRequest,
    ProduceResponse, Str,
};

const PRODUCE_VERSION: i16 = 9;
const FETCH_VERSION: i16 = 12;
/// As the Java consumer's `max.partition.fetch.bytes` and `fetch.max.bytes`.
const FETCH_PARTITION_BYTES: i32 = 1 << 20;
const FETCH_BYTES: i32 = 50 << 20;

/// How records look on their way in.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub record_bytes: usize,
    pub records_per_batch: usize,
    pub compression: Compression,
}

/// A produce leg.
#[derive(Clone, Copy, Debug)]
pub struct Produce {
    pub shape: Shape,
    pub records: usize,
    pub partitions: i32,
    pub connections: usize,
    /// Requests under way a connection (`max.in.flight.requests.per.connection`).
    pub in_flight: usize,
    pub acks: i16,
}

/// What a leg did.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    pub records: usize,
    pub requests: usize,
    /// Bytes of keys and values.
    pub payload: usize,
    pub wall: Duration,
}

/// A batch with text that compresses like JSON does, different for each `seed`.
fn batch(shape: Shape, seed: usize) -> Outcome<Bytes> {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)?
        .as_millis();
    let mut builder = BatchBuilder::new(shape.compression);
    let mut state = seed as u64 + 1;
    for record in 0..shape.records_per_batch {
        let mut value = Vec::with_capacity(shape.record_bytes + 64);
        while value.len() < shape.record_bytes {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let text = format!(
                "{{\"id\":{},\"user\":\"user-{}\",\"amount\":{}.{:02},\"open\":true}},",
                record,
                state >> 44,
                (state >> 20) & 0xfff,
                state % 100
            );
            value.extend_from_slice(text.as_bytes());
        }
        value.truncate(shape.record_bytes);
        builder.append(i64::try_from(now)?, None, Some(&value), &[]);
    }
    Ok(builder.build()?)
}

fn produce_frame(topic: &str, partition: i32, acks: i16, records: Bytes) -> Outcome<Bytes> {
    let data = PartitionProduceData {
        index: partition,
        records: Some(records),
        ..Default::default()
    };
    let request = ProduceRequest {
        acks,
        timeout_ms: 30_000,
        topic_data: vec![TopicProduceData {
            name: Str::from(topic),
            partition_data: vec![data],
            ..Default::default()
        }],
        ..Default::default()
    };
    frame(PRODUCE_VERSION, &request)
}

fn accepted(answer: Bytes) -> Outcome<()> {
    let response: ProduceResponse = decode(ApiKey::Produce, PRODUCE_VERSION, answer)?;
    let bad = response.responses.iter().flat_map(|t| &t.partition_responses);
    match bad.map(|p| p.error_code).find(|code| *code != 0) {
        Some(code) => Err(format!("produce failed with error {code}").into()),
        None => Ok(()),
    }
}

/// Sends it all; the clock stops at the last answer.
pub async fn produce(address: &str, topic: &str, leg: Produce) -> Outcome<Done> {
    let requests = leg.records / leg.shape.records_per_batch;
    let each = requests / leg.connections;
    let mut ready = Vec::new();
    for c in 0..leg.connections {
        let partition = i32::try_from(c)? % leg.partitions;
        let frames: Vec<Bytes> = (0..8)
            .map(|n| produce_frame(topic, partition, leg.acks, batch(leg.shape, c * 8 + n)?))
            .collect::<Outcome<_>>()?;
        ready.push((Wire::connect(address).await?, frames));
    }
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for (mut wire, frames) in ready {
        tasks.spawn(async move {
            let connection = async {
                let mut sent = frames.iter().cycle();
                for n in 0..each + leg.in_flight {
                    if n >= leg.in_flight {
                        accepted(wire.receive().await?)?;
                    }
                    if n < each
                        && let Some(frame) = sent.next()
                    {
                        wire.send(frame).await?;
                    }
                }
                Outcome::Ok(())
            };
            connection.await.map_err(|e| e.to_string())
        });
    }
    while let Some(task) = tasks.join_next().await {
        task??;
    }
    let requests = each * leg.connections;
    let records = requests * leg.shape.records_per_batch;
    Ok(Done {
        records,
        requests,
        payload: records * leg.shape.record_bytes,
        wall: start.elapsed(),
    })
}

/// Reads a partition from its beginning to `records`, checking each batch's CRC and, where the server assigns them,
/// offsets.
pub async fn fetch(address: &str, topic: &str, records: usize, record_bytes: usize, offsets: bool) -> Outcome<Done> {
    let mut wire = Wire::connect(address).await?;
    let start = Instant::now();
    let (mut next, mut requests) = (0_i64, 0);
    let end = i64::try_from(records)?;
    while next < end {
        let partition = FetchPartition {
            partition: 0,
            current_leader_epoch: -1,
            last_fetched_epoch: -1,
            fetch_offset: next,
            log_start_offset: -1,
            partition_max_bytes: FETCH_PARTITION_BYTES,
            ..Default::default()
        };
        let request = FetchRequest {
            replica_id: -1,
            max_wait_ms: 500,
            min_bytes: 1,
            max_bytes: FETCH_BYTES,
            session_epoch: -1,
            topics: vec![FetchTopic {
                topic: Str::from(topic),
                partitions: vec![partition],
                ..Default::default()
            }],
            ..Default::default()
        };
        let response: FetchResponse = wire.ask(FETCH_VERSION, &request).await?;
        requests += 1;
        let before = next;
        for data in response.responses.iter().flat_map(|t| &t.partitions) {
            if data.error_code != 0 {
                return Err(format!("fetch failed with error {}", data.error_code).into());
            }
            let mut rest = data.records.clone().unwrap_or_default();
            while let Ok(batch) = Batch::parse_unchecked(&rest) {
                batch.verify()?;
                if offsets && batch.header.base_offset != next {
                    return Err(format!("offset {} where {next} was expected", batch.header.base_offset).into());
                }
                next += i64::from(batch.header.record_count);
                rest = rest.slice(batch.bytes.len()..);
            }
        }
        if next == before {
            return Err(format!("no progress at offset {next} of {end}").into());
        }
    }
    Ok(Done {
        records,
        requests,
        payload: records * record_bytes,
        wall: start.elapsed(),
    })
}

/// Makes a topic and waits until it can be written to.
pub async fn create_topic(address: &str, topic: &str, partitions: i32) -> Outcome<()> {
    let mut wire = Wire::connect(address).await?;
    let request = CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: Str::from(topic),
            num_partitions: partitions,
            replication_factor: 1,
            ..Default::default()
        }],
        timeout_ms: 30_000,
        ..Default::default()
    };
    let response = wire.ask(7, &request).await?;
    if let Some(refused) = response.topics.iter().find(|t| t.error_code != 0) {
        return Err(format!("topic {topic}: error {}", refused.error_code).into());
    }
    for partition in 0..partitions {
        let deadline = Instant::now() + Duration::from_secs(30);
        while end_offset(&mut wire, topic, partition).await?.is_none() {
            if Instant::now() > deadline {
                return Err(format!("{topic}-{partition} has no leader after 30 s").into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(())
}

/// Makes a topic and produces one record to it with `acks=all`: what a user does first.
pub async fn first_produce(address: &str) -> Outcome<()> {
    create_topic(address, "first", 1).await?;
    let leg = Produce {
        shape: Shape {
            record_bytes: 100,
            records_per_batch: 1,
            compression: Compression::None,
        },
        records: 1,
        partitions: 1,
        connections: 1,
        in_flight: 1,
        acks: -1,
    };
    produce(address, "first", leg).await?;
    Ok(())
}

/// Removes it again, so that one leg's pages do not press on the next one's.
pub async fn delete_topic(address: &str, topic: &str) -> Outcome<()> {
    let request = DeleteTopicsRequest {
        topic_names: vec![Str::from(topic)],
        timeout_ms: 30_000,
        ..Default::default()
    };
    Wire::connect(address).await?.ask(5, &request).await?;
    Ok(())
}

/// Records in a topic, by its partitions' end offsets.
pub async fn count(address: &str, topic: &str, partitions: i32) -> Outcome<usize> {
    let mut wire = Wire::connect(address).await?;
    let mut total = 0;
    for partition in 0..partitions {
        let end = end_offset(&mut wire, topic, partition).await?;
        total += end.ok_or_else(|| format!("{topic}-{partition} has no end offset"))?;
    }
    Ok(usize::try_from(total)?)
}

async fn end_offset(wire: &mut Wire, topic: &str, partition: i32) -> Outcome<Option<i64>> {
    let one = ListOffsetsPartition {
        partition_index: partition,
        current_leader_epoch: -1,
        timestamp: -1,
        ..Default::default()
    };
    let request = ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name: Str::from(topic),
            partitions: vec![one],
            ..Default::default()
        }],
        ..Default::default()
    };
    let response = wire.ask(6, &request).await?;
    let mut all = response.topics.into_iter().flat_map(|t| t.partitions);
    Ok(all.next().filter(|p| p.error_code == 0).map(|p| p.offset))
}
