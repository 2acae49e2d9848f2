//! The producer: records in, acknowledgements out.
//!
//! `partitioner` picks the partition, `accumulator` collects batches and keeps order and sequence numbers, one `queue` per partition (all
//! pure), `batch` and `delivery` are a batch and what its records wait for, `sender` is the background task that talks to brokers.
//!
//! ```no_run
//! # async fn example(seam: weir_core::Seam) -> Result<(), Box<dyn std::error::Error>> {
//! use weir_client::config::ProducerConfig;
//! use weir_client::producer::{Producer, ProducerRecord};
//!
//! let producer = Producer::new(seam, ProducerConfig::new("127.0.0.1:9092")?);
//! // One after the other:
//! let metadata = producer.send(ProducerRecord::keyed("orders", "k", "v")).await?;
//! println!("{}-{} @ {}", metadata.topic, metadata.partition, metadata.offset);
//! // Many on their way, in order:
//! let mut deliveries = Vec::new();
//! for i in 0..1000 {
//!     deliveries.push(producer.enqueue(ProducerRecord::new("orders", i.to_string())).await?);
//! }
//! for delivery in deliveries {
//!     delivery.await?;
//! }
//! producer.close().await;
//! # Ok(()) }
//! ```

mod accumulator;
#[cfg(test)]
mod accumulator_tests;
mod batch;
mod delivery;
mod error;
mod partitioner;
mod queue;
mod record;
mod sender;
#[cfg(test)]
mod sender_tests;

pub use delivery::Delivery;
pub use error::SendError;
pub use partitioner::{murmur2, partition_for_key};
pub use record::{ProducerRecord, RecordMetadata};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore};
use weir_core::Seam;
use weir_core::record::HEADER_LEN;
use weir_messages::Str;

use crate::cluster::{Cluster, TopicMetadata};
use crate::config::ProducerConfig;
use crate::types::TopicPartition;
use accumulator::{Accumulator, Limits};
use partitioner::Partitioner;
use sender::{Sender, Shared};

/// Sends records to topics. Cheap to share behind an `Arc`; all methods take `&self`.
///
/// Dropping it sends what is buffered in the background; [`Producer::close`] waits for that.
pub struct Producer {
    cluster: Cluster,
    config: Arc<ProducerConfig>,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Producer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Producer")
            .field("cluster", &self.cluster)
            .finish_non_exhaustive()
    }
}

impl Producer {
    /// A producer with connections of its own. Nothing is connected until the first record.
    pub fn new(seam: Seam, config: ProducerConfig) -> Self {
        let cluster = Cluster::new(seam, config.client.clone());
        Self::on(cluster, config)
    }

    /// A producer that shares a cluster's connections and metadata.
    pub fn on(cluster: Cluster, config: ProducerConfig) -> Self {
        let config = Arc::new(config);
        let shared = Arc::new(Shared {
            accumulator: Mutex::new(Accumulator::new(Limits::of(&config))),
            partitioner: Mutex::new(Partitioner::new(
                config.partitioning,
                config.ignore_keys,
                config.batch_size,
            )),
            buffer: Semaphore::new(config.buffer_memory.min(Semaphore::MAX_PERMITS)),
            wake: Notify::new(),
            settled: Notify::new(),
            closing: AtomicBool::new(false),
            ended: tokio::sync::watch::Sender::new(false),
        });
        let sender = Sender::new(cluster.clone(), config.clone(), shared.clone());
        cluster.seam().spawn("producer", sender.run());
        Self {
            cluster,
            config,
            shared,
        }
    }

    /// Sends a record and waits for its acknowledgement.
    ///
    /// # Errors
    /// See [`SendError`]; what could be retried was retried until `delivery.timeout.ms`.
    pub async fn send(&self, record: ProducerRecord) -> Result<RecordMetadata, SendError> {
        self.enqueue(record).await?.await
    }

    /// Puts a record into a batch and returns the future of its outcome. Waits up to `max.block.ms` for metadata of a topic that is
    /// not known yet and for room in the buffer, else not at all. Records of one caller keep their order per partition.
    ///
    /// # Errors
    /// What is wrong before the record is on its way.
    pub async fn enqueue(&self, record: ProducerRecord) -> Result<Delivery, SendError> {
        let seam = self.cluster.seam();
        if self.shared.closing.load(Ordering::Acquire) {
            return Err(SendError::Closed);
        }
        let size = batch::record_size(&record);
        self.check_size(size)?;
        let deadline = self.cluster.deadline(self.config.max_block);
        let topic = match self.cluster.cached(&record.topic) {
            Some(topic) if has_partition(&topic, record.partition) => topic,
            _ => {
                self.cluster.invalidate(&record.topic);
                self.cluster.topic_until(&record.topic, true, deadline).await?
            }
        };
        if !has_partition(&topic, record.partition) {
            let partition = record.partition.unwrap_or_default();
            return Err(SendError::InvalidPartition(TopicPartition::new(
                record.topic,
                partition,
            )));
        }
        self.reserve(size, deadline).await?;
        let timestamp = record.timestamp.unwrap_or_else(|| seam.now_ms());
        let now = seam.clock.monotonic();
        let random = || seam.random.next_u64();
        // One lock round for both decisions: the partitioner must see records in the order of the batches.
        let mut partitioner = self.shared.partitioner.lock();
        let partition = match record.partition {
            Some(partition) => partition,
            None => partitioner.partition(&topic, record.key.as_deref(), random),
        };
        let at = TopicPartition::new(topic.name.clone(), partition);
        let appended = self.shared.accumulator.lock().append(at, &record, timestamp, size, now);
        let Some(appended) = appended else {
            // Closed while this waited for metadata or for room.
            self.shared.buffer.add_permits(size);
            return Err(SendError::Closed);
        };
        if record.partition.is_none() {
            partitioner.appended(&topic, partition, size, appended.batch_done, random);
        }
        drop(partitioner);
        if appended.wake {
            self.shared.wake.notify_one();
        }
        Ok(appended.delivery)
    }

    fn check_size(&self, size: usize) -> Result<(), SendError> {
        for (limit, setting) in [
            (self.config.max_request_size, "max.request.size"),
            (self.config.buffer_memory, "buffer.memory"),
        ] {
            if size + HEADER_LEN > limit {
                return Err(SendError::TooLarge { size, limit, setting });
            }
        }
        Ok(())
    }

    /// Takes room in the buffer; given back when the record's batch is settled.
    async fn reserve(&self, size: usize, deadline: crate::cluster::Deadline) -> Result<(), SendError> {
        let permits = u32::try_from(size).unwrap_or(u32::MAX);
        if let Ok(permit) = self.shared.buffer.try_acquire_many(permits) {
            permit.forget();
            return Ok(());
        }
        // Whoever waits for room does not want batches to wait for more records.
        let _hurry = Hurry::new(&self.shared);
        let seam = self.cluster.seam();
        match seam
            .timeout(deadline.left(seam), self.shared.buffer.acquire_many(permits))
            .await
        {
            Some(Ok(permit)) => {
                permit.forget();
                Ok(())
            }
            Some(Err(_)) => Err(SendError::Closed),
            None => Err(SendError::BufferFull),
        }
    }

    /// Sends what is buffered without waiting for more, and returns when everything that was there has its outcome, good or bad.
    pub async fn flush(&self) {
        let _hurry = Hurry::new(&self.shared);
        let last = self.shared.accumulator.lock().last_id();
        loop {
            let settled = self.shared.settled.notified();
            tokio::pin!(settled);
            // Registered before looking, so that a settlement in between is not missed.
            settled.as_mut().enable();
            if self.shared.accumulator.lock().settled_to(last) {
                return;
            }
            settled.await;
        }
    }

    /// The partitions of a topic; asking makes the broker create it where that is allowed, as in Kafka's producer.
    ///
    /// # Errors
    /// The topic could not be looked up within `max.block.ms`.
    pub async fn partitions_for(&self, topic: impl Into<Str>) -> Result<Arc<TopicMetadata>, SendError> {
        let deadline = self.cluster.deadline(self.config.max_block);
        Ok(self.cluster.topic_until(&topic.into(), true, deadline).await?)
    }

    /// Sends what is buffered and ends. Later records are refused.
    pub async fn close(&self) {
        self.shared.closing.store(true, Ordering::Release);
        let _hurry = Hurry::new(&self.shared);
        let mut ended = self.shared.ended.subscribe();
        // The sender cannot be gone before it says so.
        let _ = ended.wait_for(|ended| *ended).await;
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Release);
        self.shared.accumulator.lock().hurry += 1;
        self.shared.wake.notify_one();
    }
}

/// While it lives, batches are not held back.
struct Hurry<'a>(&'a Shared);

impl<'a> Hurry<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.accumulator.lock().hurry += 1;
        shared.wake.notify_one();
        Self(shared)
    }
}

impl Drop for Hurry<'_> {
    fn drop(&mut self) {
        let mut accumulator = self.0.accumulator.lock();
        accumulator.hurry = accumulator.hurry.saturating_sub(1);
    }
}

fn has_partition(topic: &TopicMetadata, partition: Option<i32>) -> bool {
    match partition {
        None => !topic.partitions.is_empty(),
        Some(partition) => usize::try_from(partition).is_ok_and(|index| index < topic.partitions.len()),
    }
}
