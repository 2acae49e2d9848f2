//! Sending records.

use async_trait::async_trait;
use weir_client::Header;
use weir_client::producer::{Producer, ProducerRecord};

use super::error;
use crate::kafka::{Delivery, KafkaError, OutRecord, RecordProducer};

/// A producer of the client.
pub struct ClientProducer(pub Producer);

#[async_trait]
impl RecordProducer for ClientProducer {
    async fn send(&self, record: OutRecord) -> Result<Delivery, KafkaError> {
        let headers = record.headers.into_iter().map(|(name, value)| Header {
            key: name.into(),
            value: value.map(Into::into),
        });
        let record = ProducerRecord {
            topic: record.topic.as_str().into(),
            partition: record.partition,
            timestamp: record.timestamp,
            key: record.key.map(Into::into),
            value: record.value.map(Into::into),
            headers: headers.collect(),
        };
        let delivery = self
            .0
            .enqueue(record)
            .await
            .map_err(|e| error(e.retriable(), "not sent", e))?;
        Ok(Box::pin(async move {
            delivery
                .await
                .map(|_| ())
                .map_err(|e| error(e.retriable(), "not sent", e))
        }))
    }

    async fn close(&self) {
        self.0.close().await;
    }
}
