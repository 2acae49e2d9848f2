//! The group coordinators: one machine per `__consumer_offsets` partition, hosted on that partition's log. A reply
//! leaves when everything it rests on is durable; a machine whose append failed is thrown away and loaded again.

use crate::journal::Lsn;
use crate::state::State;
use crate::topics::PartitionHandle;
use parking_lot::{Mutex, RwLock};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use weir_core::ErrorCode;
use weir_core::compress::{Compression, INFLATED_MAX_BYTES};
use weir_core::machine::{Decision, LogMachine, Ticket};
use weir_core::record::{Batch, BatchBuilder, Batches};
use weir_engine::group::{Command, GroupConfig, GroupRecord, Groups, Reply};
use weir_engine::log::is_abort_marker;

/// Kafka's topic of groups and offsets.
pub(crate) const OFFSETS_TOPIC: &str = "__consumer_offsets";

struct Hosted {
    machine: Groups,
    waiting: BTreeMap<Ticket, oneshot::Sender<(Reply, Lsn)>>,
    next_ticket: u64,
    /// The last write: a reply waits for it, even one that wrote nothing, because it may rest on it.
    last_lsn: Lsn,
}

struct Shard {
    log: Arc<PartitionHandle>,
    hosted: Mutex<Hosted>,
}

/// All coordinators of this broker.
#[derive(Default)]
pub(crate) struct Coordinators {
    shards: RwLock<Vec<Arc<Shard>>>,
    /// Wakes the timer task when a deadline comes nearer.
    sooner: Notify,
    next_deadline: AtomicI64,
}

/// `Utils.abs(groupId.hashCode()) % partitions`, with Java's string hash over UTF-16 units.
pub(crate) fn partition_of(group: &str, partitions: usize) -> usize {
    let hash = group
        .encode_utf16()
        .fold(0_i32, |h, unit| h.wrapping_mul(31).wrapping_add(i32::from(unit)));
    let positive = if hash == i32::MIN {
        0
    } else {
        hash.unsigned_abs() as usize
    };
    positive % partitions.max(1)
}

fn load(log: &PartitionHandle, config: &GroupConfig, now: i64) -> io::Result<Groups> {
    let mut machine = Groups::new(config.clone());
    // Offsets that a Kafka transaction committed count once its marker says so.
    let mut pending: BTreeMap<i64, Vec<GroupRecord>> = BTreeMap::new();
    let hosted = log.lock();
    let end = hosted.partition.log.next_offset();
    let mut at = hosted.partition.log.log_start();
    while at < end {
        let bytes = hosted.partition.log.read(at, end, 1 << 20, true)?;
        if bytes.is_empty() {
            break;
        }
        for batch in Batches::of(bytes) {
            at = batch.header.next_offset();
            let (producer, transactional) = (batch.header.producer_id, batch.header.is_transactional());
            if batch.header.is_control() {
                let decided = pending.remove(&producer).unwrap_or_default();
                if !is_abort_marker(&batch) {
                    decided.iter().for_each(|record| machine.replay(record));
                }
                continue;
            }
            for record in batch.records(INFLATED_MAX_BYTES).map_err(io::Error::other)? {
                let record = record.map_err(io::Error::other)?;
                let Some(key) = record.key else { continue };
                match GroupRecord::decode(key, record.value) {
                    Ok(record) if transactional => pending.entry(producer).or_default().push(record),
                    Ok(record) => machine.replay(&record),
                    // Written by a newer version or by another implementation: not ours to lose a group over.
                    Err(e) => {
                        tracing::warn!(partition = log.index, offset = record.offset, error = %e, "skipped a group record")
                    }
                }
            }
        }
    }
    drop(hosted);
    machine.loaded(now);
    Ok(machine)
}

impl Shard {
    fn submit(&self, state: &State, command: Command) -> Result<oneshot::Receiver<(Reply, Lsn)>, ErrorCode> {
        let now = state.seam.now_ms();
        let (sender, receiver) = oneshot::channel();
        let mut hosted = self.hosted.lock();
        let ticket = Ticket(hosted.next_ticket);
        hosted.next_ticket += 1;
        hosted.waiting.insert(ticket, sender);
        let decision = hosted.machine.decide(now, ticket, command);
        self.apply(state, &mut hosted, decision)?;
        Ok(receiver)
    }

    fn apply(
        &self,
        state: &State,
        hosted: &mut Hosted,
        decision: Decision<GroupRecord, Reply>,
    ) -> Result<(), ErrorCode> {
        if !decision.records.is_empty() {
            match self.append(state, &decision.records) {
                Ok(lsn) => hosted.last_lsn = lsn,
                Err(e) => {
                    tracing::error!(
                        partition = self.log.index,
                        error = e,
                        "group records could not be appended: loading again"
                    );
                    hosted.waiting.clear();
                    match load(&self.log, &state.config.group, state.seam.now_ms()) {
                        Ok(machine) => hosted.machine = machine,
                        Err(e) => {
                            tracing::error!(partition = self.log.index, error = %e, "group records cannot be read")
                        }
                    }
                    return Err(ErrorCode::CoordinatorNotAvailable);
                }
            }
            for record in &decision.records {
                hosted.machine.replay(record);
            }
        }
        for (ticket, reply) in decision.replies {
            if let Some(sender) = hosted.waiting.remove(&ticket) {
                // Nobody there any more: its connection is gone.
                let _ = sender.send((reply, hosted.last_lsn));
            }
        }
        state.groups.reschedule(hosted.machine.next_deadline());
        Ok(())
    }

    fn append(&self, state: &State, records: &[GroupRecord]) -> Result<Lsn, String> {
        let mut builder = BatchBuilder::new(Compression::None);
        let now = state.seam.now_ms();
        for record in records {
            let (key, value) = record.encode().map_err(|e| e.to_string())?;
            builder.append(now, Some(&key), value.as_deref(), &[]);
        }
        let bytes = builder.build().map_err(|e| e.to_string())?;
        let batch = Batch::parse_unchecked(&bytes).map_err(|e| e.to_string())?;
        self.log.append_own(&state.journal, &batch)
    }
}

impl Coordinators {
    /// Begins to coordinate on the partitions of the topic, which exists.
    pub(crate) fn open(&self, state: &State) -> io::Result<()> {
        let Some(topic) = state.topics.by_name(OFFSETS_TOPIC) else {
            return Ok(());
        };
        let mut shards = self.shards.write();
        for log in topic.partitions().into_iter().skip(shards.len()) {
            let machine = load(&log, &state.config.group, state.seam.now_ms())?;
            self.reschedule(machine.next_deadline());
            let hosted = Hosted {
                machine,
                waiting: BTreeMap::new(),
                next_ticket: 0,
                last_lsn: 0,
            };
            shards.push(Arc::new(Shard {
                log,
                hosted: Mutex::new(hosted),
            }));
        }
        Ok(())
    }

    /// Whether there is a coordinator.
    pub(crate) fn is_open(&self) -> bool {
        !self.shards.read().is_empty()
    }

    fn shard(&self, group: &str) -> Option<Arc<Shard>> {
        let shards = self.shards.read();
        shards.get(partition_of(group, shards.len())).cloned()
    }

    /// Asks the group's coordinator; the answer has its durability behind it.
    pub(crate) async fn ask(&self, state: &State, group: &str, command: Command) -> Result<Reply, ErrorCode> {
        let shard = self.shard(group).ok_or(ErrorCode::CoordinatorNotAvailable)?;
        answered(state, shard.submit(state, command)?).await
    }

    /// Asks every coordinator.
    pub(crate) async fn ask_all(&self, state: &State, command: &Command) -> Result<Vec<Reply>, ErrorCode> {
        let shards: Vec<Arc<Shard>> = self.shards.read().clone();
        let mut replies = Vec::with_capacity(shards.len());
        for shard in shards {
            replies.push(answered(state, shard.submit(state, command.clone())?).await?);
        }
        Ok(replies)
    }

    /// Offsets of a topic that is gone go with it.
    pub(crate) fn topic_deleted(&self, state: &State, topic: &str) {
        for shard in self.shards.read().iter() {
            if let Err(e) = shard.submit(state, Command::TopicDeleted(topic.to_owned())) {
                tracing::error!(topic, error = %e, "offsets of a deleted topic were not removed");
            }
        }
    }

    fn reschedule(&self, deadline: Option<i64>) {
        let Some(deadline) = deadline else { return };
        if deadline < self.next_deadline.load(Ordering::Acquire) {
            self.sooner.notify_one();
        }
    }

    /// The timer task: sleeps until the nearest deadline of any group.
    pub(crate) async fn run_timers(&self, state: &Arc<State>) {
        loop {
            let shards: Vec<Arc<Shard>> = self.shards.read().clone();
            let now = state.seam.now_ms();
            let mut nearest = i64::MAX;
            for shard in shards {
                let mut hosted = shard.hosted.lock();
                if hosted.machine.next_deadline().is_some_and(|at| at <= now) {
                    let decision = hosted.machine.on_deadline(now);
                    // A failure has been logged, and the machine was loaded again.
                    let _ = shard.apply(state, &mut hosted, decision);
                }
                nearest = nearest.min(hosted.machine.next_deadline().unwrap_or(i64::MAX));
            }
            self.next_deadline.store(nearest, Ordering::Release);
            let wait = u64::try_from(nearest.saturating_sub(state.seam.now_ms()))
                .unwrap_or(0)
                .clamp(1, 3_600_000);
            state
                .seam
                .timeout(Duration::from_millis(wait), self.sooner.notified())
                .await;
        }
    }
}

async fn answered(state: &State, receiver: oneshot::Receiver<(Reply, Lsn)>) -> Result<Reply, ErrorCode> {
    let (reply, lsn) = receiver.await.map_err(|_| ErrorCode::CoordinatorNotAvailable)?;
    state
        .journal
        .committed(lsn, || state.turns.alone())
        .await
        .map_err(|_| ErrorCode::CoordinatorNotAvailable)?;
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use super::partition_of;

    #[test]
    fn groups_go_where_kafka_puts_them() {
        // Utils.abs("g".hashCode()) % 50 and the like, from Java.
        assert_eq!(partition_of("g", 50), 103 % 50);
        assert_eq!(
            partition_of("console-consumer-1", 50),
            "console-consumer-1"
                .encode_utf16()
                .fold(0_i32, |h, u| h.wrapping_mul(31).wrapping_add(i32::from(u)))
                .unsigned_abs() as usize
                % 50
        );
        // A string whose hash is i32::MIN.
        assert_eq!(partition_of("polygenelubricants", 50), 0);
    }
}
