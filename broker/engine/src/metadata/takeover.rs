//! Metadata that another process left behind: this broker leads from now on, if it may.

use super::decide::Decided;
use super::{ApiError, Metadata, Reply};
use weir_core::ErrorCode;
use weir_messages::{MetadataRecord, PartitionChangeRecord};

impl Metadata {
    /// A controlled shutdown of Kafka leaves its partitions without a leader, and with eligible leader replicas (KIP-966)
    /// without in-sync replicas: the only replica there is has everything. With replicas elsewhere it may not.
    pub(super) fn lead_all(&self, broker: i32) -> Decided {
        if let Some(text) = self.elsewhere(broker) {
            return Err(ApiError::new(ErrorCode::InvalidReplicaAssignment, text));
        }
        let mut records = Vec::new();
        for topic in self.topics() {
            for (index, partition) in &topic.partitions {
                if partition.leader == broker && partition.isr == [broker] {
                    continue;
                }
                records.push(MetadataRecord::PartitionChange(PartitionChangeRecord {
                    partition_id: *index,
                    topic_id: topic.id,
                    leader: broker,
                    isr: Some(vec![broker]),
                    eligible_leader_replicas: Some(Vec::new()),
                    last_known_elr: Some(Vec::new()),
                    ..Default::default()
                }));
            }
        }
        Ok((records, Reply::Done))
    }

    /// Why `broker` cannot have it all: a partition that is not on it alone.
    #[must_use]
    pub fn elsewhere(&self, broker: i32) -> Option<String> {
        let mut all = self
            .topics()
            .flat_map(|t| t.partitions.iter().map(move |p| (&t.name, p)));
        let (topic, (index, partition)) = all.find(|(_, (_, p))| p.replicas != [broker])?;
        Some(format!(
            "partition {index} of topic {topic} is on brokers {:?}: the directory is of a cluster of several nodes, which one node cannot take over",
            partition.replicas
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Command;
    use weir_core::machine::{LogMachine, Ticket};
    use weir_messages::{PartitionRecord, TopicRecord, Uuid};

    fn metadata(replicas: &[i32], isr: &[i32], leader: i32) -> Metadata {
        let topic_id = Uuid::from_u128(5);
        let mut metadata = Metadata::default();
        metadata.apply(&MetadataRecord::Topic(TopicRecord {
            name: "t".into(),
            topic_id,
            ..Default::default()
        }));
        metadata.apply(&MetadataRecord::Partition(PartitionRecord {
            partition_id: 0,
            topic_id,
            replicas: replicas.to_vec(),
            isr: isr.to_vec(),
            leader,
            leader_epoch: 4,
            ..Default::default()
        }));
        metadata
    }

    fn take_over(metadata: &mut Metadata) -> Result<usize, String> {
        let decision = metadata.decide(0, Ticket(0), Command::LeadAll(1));
        decision.records.iter().for_each(|record| metadata.replay(record));
        match &decision.replies[0].1 {
            Reply::Refused(e) => Err(e.message.clone()),
            _ => Ok(decision.records.len()),
        }
    }

    #[test]
    fn what_has_no_leader_gets_one_in_a_new_epoch() {
        for isr in [&[][..], &[1]] {
            let mut left = metadata(&[1], isr, -1);
            assert_eq!(take_over(&mut left), Ok(1));
            let partition = left.topic("t").unwrap().partitions[&0].clone();
            assert_eq!(
                (partition.leader, partition.leader_epoch, partition.isr),
                (1, 5, vec![1])
            );
            assert_eq!(take_over(&mut left), Ok(0), "nothing more to do");
        }
    }

    #[test]
    fn what_others_may_have_more_of_is_refused() {
        for replicas in [&[1, 2][..], &[2]] {
            let e = take_over(&mut metadata(replicas, &[2], 2)).unwrap_err();
            assert!(
                e.contains("partition 0 of topic t") && e.contains("several nodes"),
                "{e}"
            );
        }
    }
}
