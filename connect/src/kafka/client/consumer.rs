//! Reading records as a member of a consumer group.

use std::time::Duration;

use async_trait::async_trait;
use regex::Regex;
use weir_client::OffsetAndMetadata;
use weir_client::consumer::{Consumer, ConsumerEvent, ConsumerRecord};
use weir_connect_sdk::{PartitionOffsets, TopicPartition};
use weir_core::record::TimestampType;

use super::{error, from_client, to_client};
use crate::kafka::{InRecord, KafkaError, Polled, RecordConsumer, Subscription};

/// A consumer of the client.
pub struct ClientConsumer {
    consumer: Consumer,
    paused: bool,
}

impl ClientConsumer {
    /// Subscribes.
    pub fn subscribe(mut consumer: Consumer, what: &Subscription) -> Result<Self, KafkaError> {
        let subscribed = match what {
            Subscription::Topics(topics) => consumer.subscribe(topics.iter().map(String::as_str)),
            Subscription::Pattern(pattern) => {
                let regex = Regex::new(&format!("^(?:{pattern})$")).map_err(|e| error(false, "topics.regex", e))?;
                consumer.subscribe_matching(move |topic| regex.is_match(topic))
            }
        };
        subscribed.map_err(|e| error(false, "cannot subscribe", e))?;
        Ok(Self {
            consumer,
            paused: false,
        })
    }
}

/// A record as the rest of the runtime sees it.
pub fn in_record(record: ConsumerRecord) -> InRecord {
    let text = |key: &[u8]| String::from_utf8_lossy(key).into_owned();
    InRecord {
        topic: record.topic.as_str().to_owned(),
        partition: record.partition,
        offset: record.offset,
        timestamp: Some(record.timestamp).filter(|timestamp| *timestamp >= 0),
        log_append_time: record.timestamp_type == TimestampType::LogAppendTime,
        key: record.key.map(Into::into),
        value: record.value.map(Into::into),
        headers: record
            .headers
            .into_iter()
            .map(|header| (text(&header.key), header.value.map(Into::into)))
            .collect(),
    }
}

#[async_trait]
impl RecordConsumer for ClientConsumer {
    async fn poll(&mut self, max_wait: Duration) -> Result<Polled, KafkaError> {
        // Each time: partitions may have come since.
        let paused = self.consumer.paused();
        if self.paused {
            let assigned = self.consumer.assignment();
            self.consumer.pause(assigned.difference(&paused));
        } else if !paused.is_empty() {
            self.consumer.resume(&paused);
        }
        let partitions = |partitions: Vec<weir_client::TopicPartition>| -> Vec<TopicPartition> {
            partitions.iter().map(from_client).collect()
        };
        match self.consumer.poll_event(max_wait).await {
            Ok(None) => Ok(Polled::Records(Vec::new())),
            Ok(Some(ConsumerEvent::Records(records))) => {
                Ok(Polled::Records(records.into_iter().map(in_record).collect()))
            }
            Ok(Some(ConsumerEvent::Assigned(assigned))) => Ok(Polled::Assigned(partitions(assigned))),
            Ok(Some(ConsumerEvent::Revoked(revoked))) => Ok(Polled::Revoked(partitions(revoked))),
            Ok(Some(ConsumerEvent::Lost(lost))) => Ok(Polled::Lost(partitions(lost))),
            Err(e) => Err(error(e.retriable(), "cannot consume", e)),
        }
    }

    async fn commit(&mut self, offsets: &PartitionOffsets) -> Result<(), KafkaError> {
        let offsets = offsets
            .iter()
            .map(|(partition, offset)| (to_client(partition), OffsetAndMetadata::new(*offset)))
            .collect();
        self.consumer
            .commit_sync_offsets(offsets)
            .await
            .map_err(|e| error(e.retriable(), "cannot commit", e))
    }

    async fn seek(&mut self, offsets: &PartitionOffsets) -> Result<(), KafkaError> {
        for (partition, offset) in offsets {
            self.consumer
                .seek(&to_client(partition), *offset)
                .map_err(|e| error(e.retriable(), "cannot seek", e))?;
        }
        Ok(())
    }

    fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    async fn close(&mut self) {
        self.consumer.unsubscribe().await;
    }
}
