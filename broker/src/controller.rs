//! The metadata machine's host on one node: commands are decided, appended to `__cluster_metadata-0`, replayed, and
//! answered once the journal has them. Its door is [`Controller::submit`]; a quorum will stand behind the same door.

use crate::journal::{Journal, Lsn};
use crate::removal;
use crate::state::State;
use crate::topics::{PartitionHandle, TopicHandle};
use bytes::Bytes;
use parking_lot::{Mutex, RwLock, RwLockReadGuard};
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_core::compress::{Compression, INFLATED_MAX_BYTES};
use weir_core::machine::{LogMachine, Ticket};
use weir_core::record::{Batch, BatchBuilder, Batches};
use weir_engine::metadata::{ApiError, Command, Metadata, RESOURCE_TOPIC, Reply, TopicInfo};
use weir_engine::partition::Partition;
use weir_messages::{MetadataRecord, Uuid};

/// Kafka's topic of metadata records, and its fixed id (`Uuid.METADATA_TOPIC_ID`).
pub(crate) const METADATA_TOPIC: &str = "__cluster_metadata";
pub(crate) const METADATA_TOPIC_ID: Uuid = Uuid::from_u128(1);

/// The machine with its log.
pub(crate) struct Controller {
    metadata: RwLock<Metadata>,
    /// Commands are decided and appended one at a time; readers of the image do not wait for the disk.
    turn: Mutex<()>,
    log: Arc<PartitionHandle>,
}

/// Version in which a record is written: what a 4.3-IV0 controller writes.
fn version_of(record: &MetadataRecord) -> i16 {
    match record {
        MetadataRecord::RegisterBroker(_) => 3,
        MetadataRecord::BrokerRegistrationChange(_) => 2,
        MetadataRecord::PartitionChange(r) if r.eligible_leader_replicas.is_some() => 2,
        MetadataRecord::Partition(_) | MetadataRecord::PartitionChange(_) => 1,
        _ => 0,
    }
}

/// Replays metadata records. Those of a metadata transaction (KIP-868) count once it has ended.
#[derive(Default)]
struct Replay {
    metadata: Metadata,
    transaction: Option<Vec<MetadataRecord>>,
}

impl Replay {
    fn batches(&mut self, bytes: Bytes) -> io::Result<Option<i64>> {
        let mut next = None;
        for batch in Batches::of(bytes) {
            next = Some(batch.header.next_offset());
            if batch.header.is_control() {
                continue;
            }
            for record in batch.records(INFLATED_MAX_BYTES).map_err(io::Error::other)? {
                if let Some(value) = record.map_err(io::Error::other)?.value {
                    self.record(MetadataRecord::decode(value).map_err(io::Error::other)?.0);
                }
            }
        }
        Ok(next)
    }

    fn record(&mut self, record: MetadataRecord) {
        match (record, &mut self.transaction) {
            (MetadataRecord::BeginTransaction(_), transaction) => *transaction = Some(Vec::new()),
            (MetadataRecord::AbortTransaction(_), transaction) => *transaction = None,
            (MetadataRecord::EndTransaction(_), transaction) => {
                for record in transaction.take().unwrap_or_default() {
                    self.metadata.apply(&record);
                }
            }
            (record, Some(transaction)) => transaction.push(record),
            (record, None) => self.metadata.apply(&record),
        }
    }
}

/// Replays a metadata log, from Kafka's snapshot on where it does not go back to the beginning.
pub(crate) fn load(partition: &Partition, snapshot: Option<(i64, Bytes)>) -> io::Result<Metadata> {
    let mut replay = Replay::default();
    let mut at = partition.log.log_start();
    if let Some((end, bytes)) = snapshot {
        replay.batches(bytes)?;
        at = end;
    } else if at > 0 {
        return Err(io::Error::other(format!(
            "it begins at offset {at}, and there is no snapshot of what was before"
        )));
    }
    let end = partition.log.next_offset();
    while at < end {
        match replay.batches(partition.log.read(at, end, 1 << 20, true)?)? {
            Some(next) => at = next,
            None => break,
        }
    }
    Ok(replay.metadata)
}

impl Controller {
    pub(crate) fn new(metadata: Metadata, log: Arc<PartitionHandle>) -> Self {
        Self {
            metadata: RwLock::new(metadata),
            turn: Mutex::new(()),
            log,
        }
    }

    /// The metadata as it is now; not to be held over an await.
    pub(crate) fn image(&self) -> RwLockReadGuard<'_, Metadata> {
        self.metadata.read()
    }

    /// The metadata log itself.
    pub(crate) fn log(&self) -> &Arc<PartitionHandle> {
        &self.log
    }

    /// Decides all commands in order, appends what they write as one batch, and answers when it is durable.
    pub(crate) async fn submit(&self, state: &State, commands: Vec<Command>) -> Vec<Reply> {
        let n = commands.len();
        let refused = |message: String| {
            let e = ApiError::new(ErrorCode::KafkaStorageError, message);
            std::iter::repeat_n(Reply::Refused(e), n).collect::<Vec<_>>()
        };
        let (replies, lsn) = match self.decide_and_append(state, commands) {
            Ok(done) => done,
            Err(message) => return refused(message),
        };
        match state.journal.committed(lsn, || state.turns.alone()).await {
            Ok(()) => replies,
            Err(e) => refused(e.to_string()),
        }
    }

    fn decide_and_append(&self, state: &State, commands: Vec<Command>) -> Result<(Vec<Reply>, u64), String> {
        let _turn = self.turn.lock();
        let now = state.seam.now_ms();
        // Each command sees what the ones before it decided; nothing is shown to others before it is appended.
        let mut next = self.metadata.read().clone();
        let mut records = Vec::new();
        let mut replies = Vec::new();
        for command in commands {
            let decision = next.decide(now, Ticket(0), command);
            for record in &decision.records {
                next.replay(record);
            }
            records.extend(decision.records);
            replies.extend(decision.replies.into_iter().map(|(_, reply)| reply));
        }
        if records.is_empty() {
            return Ok((replies, state.journal.last_written()));
        }
        let batch = encode(&records, now)?;
        let lsn = self.append(&state.journal, &batch)?;
        let before = std::mem::replace(&mut *self.metadata.write(), next);
        carry_out(state, &before, &records, lsn);
        Ok((replies, lsn))
    }

    fn append(&self, journal: &Arc<Journal>, batch: &Batch) -> Result<u64, String> {
        self.log.append_own(journal, batch)
    }
}

fn encode(records: &[MetadataRecord], now: i64) -> Result<Batch, String> {
    let mut builder = BatchBuilder::new(Compression::None);
    for record in records {
        let value: Bytes = record.encode(version_of(record)).map_err(|e| e.to_string())?;
        builder.append(now, None, Some(&value), &[]);
    }
    let bytes = builder.build().map_err(|e| e.to_string())?;
    Batch::parse_unchecked(&bytes).map_err(|e| e.to_string())
}

/// What new records, durable with `lsn`, mean for this broker's disks: logs are made, removed, given other settings.
fn carry_out(state: &State, before: &Metadata, records: &[MetadataRecord], lsn: Lsn) {
    let mut changed = BTreeSet::new();
    for record in records {
        match record {
            MetadataRecord::Topic(r) => state
                .topics
                .insert(TopicHandle::new(r.topic_id, r.name.clone(), Vec::new())),
            MetadataRecord::Partition(r) => {
                let Some(topic) = state.topics.by_id(r.topic_id) else {
                    continue;
                };
                let info = state.controller.image().topic_by_id(r.topic_id).cloned();
                let Some(info) = info else { continue };
                match open_partition(state, &info, r.partition_id) {
                    Ok(handle) => topic.add(handle),
                    Err(e) => {
                        tracing::error!(topic = %topic.name, partition = r.partition_id, error = %e, "cannot make a log")
                    }
                }
            }
            MetadataRecord::PartitionChange(r) => {
                let led = state.controller.image().topic_by_id(r.topic_id).and_then(|topic| {
                    let info = topic.partitions.get(&r.partition_id)?;
                    Some((info.leader_epoch, info.isr.clone()))
                });
                let handle = state.topics.by_id(r.topic_id).and_then(|t| t.partition(r.partition_id));
                if let (Some((epoch, isr)), Some(handle)) = (led, handle) {
                    handle.lock().partition.lead(epoch, isr);
                }
            }
            MetadataRecord::RemoveTopic(r) => {
                let Some(topic) = state.topics.remove(r.topic_id, lsn) else {
                    continue;
                };
                removal::remove_topic(state, &topic, lsn);
                if let Some(name) = before.topic_by_id(r.topic_id).map(|t| t.name.clone()) {
                    state.groups.topic_deleted(state, &name);
                }
            }
            MetadataRecord::Config(r) if r.resource_type == RESOURCE_TOPIC => {
                changed.insert(r.resource_name.clone());
            }
            _ => {}
        }
    }
    for name in changed {
        let Some(topic) = state.topics.by_name(&name) else {
            continue;
        };
        let config = state.log_config(&state.topic_settings(&name));
        for partition in topic.partitions() {
            partition.lock().partition.log.set_config(config.clone());
        }
    }
}

/// Opens one hosted partition's log.
pub(crate) fn open_partition(state: &State, topic: &TopicInfo, index: i32) -> io::Result<Arc<PartitionHandle>> {
    let config = state.log_config(&state.topic_settings(&topic.name));
    let log = state.disk.open_log(&topic.name, topic.id, index, config)?;
    let (epoch, isr, replicas) = topic
        .partitions
        .get(&index)
        .map_or((0, vec![state.config.node_id], 1), |p| {
            (p.leader_epoch, p.isr.clone(), p.replicas.len())
        });
    let partition = Partition::new(log, state.config.node_id, epoch, isr).with_replicas(replicas);
    Ok(PartitionHandle::new(topic.id, topic.name.clone(), index, partition))
}
