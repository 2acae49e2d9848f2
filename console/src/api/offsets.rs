//! First and next offsets of many partitions at once.

use std::collections::BTreeMap;

use weir_client::TopicPartition;
use weir_client::admin::{Admin, OffsetSpec};
use weir_client::config::IsolationLevel;
use weir_client::consumer::OffsetsError;

pub type Offsets = BTreeMap<TopicPartition, i64>;

/// The offsets of the first records.
pub async fn earliest(admin: &Admin, partitions: &[TopicPartition]) -> Result<Offsets, OffsetsError> {
    edge(admin, partitions, OffsetSpec::Earliest).await
}

/// The offsets behind the last records.
pub async fn latest(admin: &Admin, partitions: &[TopicPartition]) -> Result<Offsets, OffsetsError> {
    edge(admin, partitions, OffsetSpec::Latest).await
}

async fn edge(admin: &Admin, partitions: &[TopicPartition], spec: OffsetSpec) -> Result<Offsets, OffsetsError> {
    if partitions.is_empty() {
        return Ok(Offsets::new());
    }
    let wanted = partitions.iter().map(|partition| (partition.clone(), spec)).collect();
    let found = admin.list_offsets(&wanted, IsolationLevel::ReadUncommitted).await?;
    Ok(found
        .into_iter()
        .filter_map(|(partition, found)| Some((partition, found?.offset)))
        .collect())
}
