//! The partitions this broker hosts, and who waits for them to grow.

use crate::journal::{Journal, JournalError, Lsn};
use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard, RwLock};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Notify;
use weir_core::record::{Batch, HEADER_LEN};
use weir_engine::partition::Partition;
use weir_messages::{Str, Uuid};

/// A partition with those who wait for it.
pub(crate) struct Hosted {
    pub(crate) partition: Partition,
    /// Log end at the last checkpoint.
    checkpointed: i64,
    waiters: Vec<Arc<Notify>>,
}

impl Hosted {
    /// `waiter` is notified at the next append. Called under the lock under which the log end was read, so that no
    /// append falls between.
    pub(crate) fn wait(&mut self, waiter: &Arc<Notify>) {
        self.waiters
            .retain(|w| Arc::strong_count(w) > 1 && !Arc::ptr_eq(w, waiter));
        self.waiters.push(waiter.clone());
    }

    /// Whether a checkpoint should sync the log: it has a full segment to vouch for, or nothing came since the last
    /// checkpoint. What is being written is left to the system, as Kafka leaves it: a restart goes through the active
    /// segment anyway, and what must be durable is in the journal.
    pub(crate) fn due_for_sync(&mut self) -> bool {
        let end = self.partition.log.next_offset();
        let idle = std::mem::replace(&mut self.checkpointed, end) == end;
        idle || self.partition.log.has_full_unsynced()
    }

    /// Wakes who waits.
    pub(crate) fn wake(&mut self) {
        for waiter in self.waiters.drain(..) {
            waiter.notify_one();
        }
    }
}

/// A handle to one hosted partition.
pub(crate) struct PartitionHandle {
    pub(crate) topic_id: Uuid,
    pub(crate) topic: Str,
    pub(crate) index: i32,
    hosted: Mutex<Hosted>,
}

impl PartitionHandle {
    pub(crate) fn new(topic_id: Uuid, topic: Str, index: i32, partition: Partition) -> Arc<Self> {
        Arc::new(Self {
            topic_id,
            topic,
            index,
            hosted: Mutex::new(Hosted {
                partition,
                checkpointed: 0,
                waiters: Vec::new(),
            }),
        })
    }

    /// The partition; held for as short as a page-cache write takes, never over an await.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Hosted> {
        self.hosted.lock()
    }

    /// Journals what was just appended, still under the partition's lock; what cannot be journaled is taken back.
    pub(crate) fn journal(
        &self,
        journal: &Arc<Journal>,
        hosted: &mut Hosted,
        stored: Option<&([u8; HEADER_LEN], Bytes)>,
    ) -> Result<Lsn, JournalError> {
        // A duplicate may be of a batch whose sync is still under way.
        let Some((head, body)) = stored else {
            return Ok(journal.last_written());
        };
        journal
            .append((*self.topic_id.as_bytes(), self.index), head, body)
            .map_err(|error| match hosted.partition.take_back(head) {
                Ok(()) => error,
                Err(e) => journal.go_offline(&format!("a batch that was not journaled could not be taken back: {e}")),
            })
    }

    /// Appends a batch of this broker's own and journals it.
    pub(crate) fn append_own(&self, journal: &Arc<Journal>, batch: &Batch) -> Result<Lsn, String> {
        journal.check_online().map_err(|e| e.to_string())?;
        let mut hosted = self.lock();
        let produced = hosted.partition.append_own(batch).map_err(|e| e.message)?;
        let lsn = self
            .journal(journal, &mut hosted, produced.stored.as_ref())
            .map_err(|e| e.to_string())?;
        hosted.wake();
        Ok(lsn)
    }
}

/// A topic with its partitions in order.
pub(crate) struct TopicHandle {
    pub(crate) id: Uuid,
    pub(crate) name: Str,
    partitions: RwLock<Vec<Arc<PartitionHandle>>>,
}

impl TopicHandle {
    pub(crate) fn new(id: Uuid, name: Str, partitions: Vec<Arc<PartitionHandle>>) -> Arc<Self> {
        Arc::new(Self {
            id,
            name,
            partitions: RwLock::new(partitions),
        })
    }

    pub(crate) fn partition(&self, index: i32) -> Option<Arc<PartitionHandle>> {
        self.partitions.read().get(usize::try_from(index).ok()?).cloned()
    }

    pub(crate) fn partitions(&self) -> Vec<Arc<PartitionHandle>> {
        self.partitions.read().clone()
    }

    pub(crate) fn add(&self, handle: Arc<PartitionHandle>) {
        self.partitions.write().push(handle);
    }
}

/// All topics, by name and by id.
#[derive(Default)]
pub(crate) struct Topics {
    by_name: RwLock<BTreeMap<Str, Arc<TopicHandle>>>,
    by_id: RwLock<BTreeMap<Uuid, Arc<TopicHandle>>>,
    /// Deleted, but not durably: a crash may bring them back.
    leaving: Mutex<Vec<(Lsn, Arc<TopicHandle>)>>,
}

impl Topics {
    pub(crate) fn by_name(&self, name: &str) -> Option<Arc<TopicHandle>> {
        self.by_name.read().get(name).cloned()
    }

    pub(crate) fn by_id(&self, id: Uuid) -> Option<Arc<TopicHandle>> {
        self.by_id.read().get(&id).cloned()
    }

    pub(crate) fn all(&self) -> Vec<Arc<TopicHandle>> {
        self.by_name.read().values().cloned().collect()
    }

    pub(crate) fn insert(&self, topic: Arc<TopicHandle>) {
        self.by_id.write().insert(topic.id, topic.clone());
        self.by_name.write().insert(topic.name.clone(), topic);
    }

    /// Takes a topic out whose deletion is durable with `lsn`.
    pub(crate) fn remove(&self, id: Uuid, lsn: Lsn) -> Option<Arc<TopicHandle>> {
        let topic = self.by_id(id)?;
        self.leaving.lock().push((lsn, topic.clone()));
        self.by_id.write().remove(&id);
        self.by_name.write().remove(&topic.name);
        Some(topic)
    }

    /// Topics that are deleted, where only what is up to `synced` is durable. They count in what recovery goes by.
    pub(crate) fn leaving(&self, synced: Lsn) -> Vec<Arc<TopicHandle>> {
        let leaving = self.leaving.lock();
        let not_durably = leaving.iter().filter(|(lsn, _)| *lsn > synced);
        not_durably.map(|(_, topic)| topic.clone()).collect()
    }

    /// A topic's deletion is durable: it is not held any longer.
    pub(crate) fn gone(&self, id: Uuid) -> Option<Arc<TopicHandle>> {
        let mut leaving = self.leaving.lock();
        let at = leaving.iter().position(|(_, topic)| topic.id == id)?;
        Some(leaving.swap_remove(at).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_topic_is_held_until_that_is_durable() {
        let topics = Topics::default();
        let (one, successor) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let topic = |id| TopicHandle::new(id, Str::from_static("t"), Vec::new());
        topics.insert(topic(one));
        assert!(topics.remove(one, 5).is_some() && topics.remove(one, 6).is_none());
        topics.insert(topic(successor));
        let leaving = |synced| -> Vec<Uuid> { topics.leaving(synced).iter().map(|t| t.id).collect() };
        assert_eq!((leaving(4), leaving(5)), (vec![one], Vec::new()));
        assert!(topics.by_id(one).is_none());
        assert_eq!(topics.by_name("t").map(|t| t.id), Some(successor));
        assert!(topics.gone(one).is_some() && topics.gone(one).is_none());
        assert!(leaving(0).is_empty());
    }
}
