//! A whole topic, read from its start.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use weir_client::TopicPartition;
use weir_client::admin::{Admin, OffsetSpec};
use weir_client::config::IsolationLevel;
use weir_client::consumer::{Consumer, ConsumerEvent, OffsetsError};
use weir_core::Seam;

use super::consumer::in_record;
use super::error;
use crate::kafka::{InRecord, KafkaError, LogReader};

/// Longest wait in one poll while reading to the end; the deadline is the caller's patience.
const POLL: Duration = Duration::from_millis(500);

/// Between two looks for a topic that was just created, and how many.
const PAUSE: Duration = Duration::from_millis(100);
const TRIES: u32 = 300;

/// A consumer of all partitions of one topic, without a group.
pub struct TopicReader {
    consumer: Consumer,
    admin: Arc<Admin>,
    ends: BTreeMap<TopicPartition, OffsetSpec>,
}

impl TopicReader {
    /// Finds the topic's partitions and starts at their first records.
    pub async fn open(seam: &Seam, mut consumer: Consumer, admin: Arc<Admin>, topic: &str) -> Result<Self, KafkaError> {
        let what = format!("cannot read the topic {topic}");
        let mut tries = 0..TRIES;
        let count = loop {
            let described = admin
                .describe_topics([topic])
                .await
                .map_err(|e| error(e.retriable(), &what, e))?;
            match described.into_values().next() {
                Some(Ok(topic)) => break topic.partitions.len(),
                // A broker may learn of a topic a moment after the controller has created it.
                Some(Err(e)) if e.retriable() && tries.next().is_some() => seam.sleep(PAUSE).await,
                Some(Err(e)) => return Err(error(e.retriable(), &what, e)),
                None => return Err(KafkaError::Retriable(format!("{what}: it is not there"))),
            }
        };
        let partitions = (0..)
            .take(count)
            .map(|number| TopicPartition::new(topic, number))
            .collect::<Vec<_>>();
        consumer.assign(partitions.clone());
        for partition in &partitions {
            consumer
                .seek_to_beginning(partition)
                .map_err(|e| error(e.retriable(), &what, e))?;
        }
        let ends = partitions
            .into_iter()
            .map(|partition| (partition, OffsetSpec::Latest))
            .collect();
        Ok(Self { consumer, admin, ends })
    }

    async fn next(&mut self, max_wait: Duration) -> Result<Vec<InRecord>, KafkaError> {
        match self.consumer.poll_event(max_wait).await {
            Ok(Some(ConsumerEvent::Records(records))) => Ok(records.into_iter().map(in_record).collect()),
            Ok(_) => Ok(Vec::new()),
            Err(e) => Err(error(e.retriable(), "cannot read the topic", e)),
        }
    }
}

#[async_trait]
impl LogReader for TopicReader {
    async fn read_to_end(&mut self) -> Result<Vec<InRecord>, KafkaError> {
        let failed = |e: OffsetsError| error(e.retriable(), "cannot read the topic", e);
        let ends = self
            .admin
            .list_offsets(&self.ends, IsolationLevel::ReadCommitted)
            .await
            .map_err(failed)?;
        let mut all = Vec::new();
        for (partition, end) in ends {
            let end = end.map_or(0, |end| end.offset);
            // Positions pass the end also over what compaction and transactions leave out.
            while self.consumer.position(&partition).await.map_err(failed)? < end {
                all.extend(self.next(POLL).await?);
            }
        }
        Ok(all)
    }

    async fn poll(&mut self, max_wait: Duration) -> Result<Vec<InRecord>, KafkaError> {
        self.next(max_wait).await
    }
}
