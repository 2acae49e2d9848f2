//! The loop: poll, process, commit; tasks come and go with the partitions.

use super::restore::Restore;
use super::topics::Partitions;
use super::{Shared, StreamsConfig, StreamsError, metadata};
use crate::processor::{Output, Partition, RawRecord};
use crate::task::Task;
use crate::topology::Topology;
use futures_util::FutureExt;
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use weir_client::admin::Admin;
use weir_client::consumer::{CommitError, Consumer, ConsumerEvent, ConsumerRecord};
use weir_client::producer::{Delivery, Producer, ProducerRecord, partition_for_key};
use weir_client::{OffsetAndMetadata, TopicPartition};
use weir_core::Seam;

/// Sub-topology and partition.
pub(super) type TaskId = (usize, i32);

/// How long a poll waits for records.
const POLL: Duration = Duration::from_millis(100);

pub(super) struct Worker {
    seam: Seam,
    config: StreamsConfig,
    topology: Topology,
    partitions: Partitions,
    admin: Admin,
    producer: Producer,
    tasks: BTreeMap<TaskId, Task>,
    restores: Vec<Restore>,
    /// Source topics, by full name: their sub-topology, and whether they are repartition topics.
    sources: BTreeMap<String, (usize, bool)>,
    in_flight: VecDeque<Delivery>,
    committed: BTreeMap<TopicPartition, i64>,
    paused: BTreeSet<TopicPartition>,
    committed_at: Duration,
    purged_at: Duration,
    shared: Arc<Shared>,
}

impl Worker {
    pub(super) fn new(
        seam: Seam,
        config: StreamsConfig,
        topology: Topology,
        partitions: Partitions,
        admin: Admin,
        producer: Producer,
        shared: Arc<Shared>,
    ) -> Self {
        let named = |(_, topic, internal): (String, String, bool)| {
            (Topology::topic_name(&config.application_id, &topic, internal), internal)
        };
        let sources = (0..topology.sub_topologies().len()).flat_map(|i| {
            let of = topology.sources_of(i).into_iter();
            of.map(named).map(move |(topic, internal)| (topic, (i, internal)))
        });
        let now = seam.clock.monotonic();
        Self {
            sources: sources.collect(),
            seam,
            config,
            topology,
            partitions,
            admin,
            producer,
            tasks: BTreeMap::new(),
            restores: Vec::new(),
            in_flight: VecDeque::new(),
            committed: BTreeMap::new(),
            paused: BTreeSet::new(),
            committed_at: now,
            purged_at: now,
            shared,
        }
    }

    /// What to subscribe to.
    pub(super) fn topics(&self) -> Vec<String> {
        self.sources.keys().cloned().collect()
    }

    /// Until it is told to stop, or something fails for good; leaves the group either way.
    pub(super) async fn run(mut self, mut consumer: Consumer) -> Result<(), StreamsError> {
        // What the user's closures do is theirs: a panic ends this application, and nothing is committed after it.
        let ended = AssertUnwindSafe(self.run_until_stopped(&mut consumer))
            .catch_unwind()
            .await;
        let ended = ended.unwrap_or_else(|panic| Err(StreamsError::Panicked(text_of(&*panic))));
        if self.shared.abandon.load(Ordering::Acquire) {
            return ended;
        }
        // The tasks are others' once the group is left: by then all that goes to their changelogs must be there.
        self.producer.close().await;
        consumer.close().await;
        ended
    }

    async fn run_until_stopped(&mut self, consumer: &mut Consumer) -> Result<(), StreamsError> {
        while !self.shared.stop.load(Ordering::Acquire) {
            if let Some(restore) = self.restores.first_mut()
                && !restore.step(&mut self.tasks).await?
            {
                self.restores.remove(0);
            }
            let wait = if self.restores.is_empty() { POLL } else { Duration::ZERO };
            match consumer.poll_event(wait).await {
                Ok(Some(event)) => self.take(event, consumer).await?,
                Ok(None) => {}
                Err(e) if e.retriable() => tracing::warn!(error = %e, "poll failed, trying again"),
                Err(e) => return Err(e.into()),
            }
            self.process(consumer).await?;
            self.settle()?;
            let now = self.seam.clock.monotonic();
            if now.saturating_sub(self.committed_at) >= self.config.commit_interval {
                self.commit(consumer).await?;
                self.committed_at = now;
            }
        }
        match self.shared.abandon.load(Ordering::Acquire) {
            true => Ok(()),
            false => self.commit(consumer).await,
        }
    }

    async fn take(&mut self, event: ConsumerEvent, consumer: &mut Consumer) -> Result<(), StreamsError> {
        match event {
            ConsumerEvent::Records(records) => {
                for record in records {
                    self.add(record, consumer);
                }
            }
            ConsumerEvent::Assigned(_) => self.open_tasks(consumer).await?,
            ConsumerEvent::Revoked(gone) => {
                self.commit(consumer).await?;
                self.close_tasks(&gone);
            }
            ConsumerEvent::Lost(gone) => self.close_tasks(&gone),
        }
        Ok(())
    }

    fn add(&mut self, record: ConsumerRecord, consumer: &mut Consumer) {
        let partition = record.topic_partition();
        let Some((sub_topology, _)) = self.sources.get(&*record.topic) else {
            return;
        };
        let Some(task) = self.tasks.get_mut(&(*sub_topology, record.partition)) else {
            return;
        };
        let raw = RawRecord {
            key: record.key,
            value: record.value,
            timestamp: record.timestamp,
            offset: record.offset,
            headers: Arc::new(record.headers),
        };
        task.add(&record.topic, raw);
        let full = task.queued(&record.topic) > self.config.buffered_records_per_partition;
        if full && !self.paused.contains(&partition) {
            consumer.pause([&partition]);
            self.paused.insert(partition);
        }
    }

    /// Processes what is ready; outputs go to the producer as they come, so that a full buffer slows the tasks down.
    async fn process(&mut self, consumer: &mut Consumer) -> Result<(), StreamsError> {
        for (id, task) in &mut self.tasks {
            if self.restores.iter().any(|r| r.holds(*id)) {
                continue;
            }
            let lag = |topic: &str| consumer.lag(&TopicPartition::new(topic, id.1));
            let dropped = task.dropped();
            while task.ready(lag, self.seam.clock.monotonic(), self.config.max_task_idle) && task.process_one()? {
                self.shared.processed.fetch_add(1, Ordering::Relaxed);
                for output in task.take_outputs() {
                    let record = record_of(output, &self.producer).await?;
                    self.in_flight.push_back(self.producer.enqueue(record).await?);
                }
            }
            self.shared
                .dropped
                .fetch_add(task.dropped() - dropped, Ordering::Relaxed);
        }
        let tasks = &self.tasks;
        let (sources, limit) = (&self.sources, self.config.buffered_records_per_partition);
        let drained = |p: &TopicPartition| {
            let task = sources.get(&*p.topic).and_then(|(i, _)| tasks.get(&(*i, p.partition)));
            task.is_none_or(|t| t.queued(&p.topic) <= limit)
        };
        let (resume, paused) = std::mem::take(&mut self.paused).into_iter().partition(drained);
        self.paused = paused;
        let resume: BTreeSet<TopicPartition> = resume;
        consumer.resume(&resume);
        Ok(())
    }

    /// Forgets what is acknowledged, so that what is not stays few; a failure shows at once.
    fn settle(&mut self) -> Result<(), StreamsError> {
        while let Some(first) = self.in_flight.front_mut() {
            match first.now_or_never() {
                Some(outcome) => outcome?,
                None => break,
            };
            self.in_flight.pop_front();
        }
        Ok(())
    }

    /// Waits until all outputs are acknowledged, then commits what they were made of.
    async fn commit(&mut self, consumer: &mut Consumer) -> Result<(), StreamsError> {
        self.producer.flush().await;
        for delivery in self.in_flight.drain(..) {
            delivery.await?;
        }
        let mut offsets = BTreeMap::new();
        for ((_, partition), task) in &self.tasks {
            for consumed in task.consumed() {
                let at = TopicPartition::new(consumed.topic, *partition);
                if self.committed.get(&at) != Some(&consumed.offset) {
                    let mut offset = OffsetAndMetadata::new(consumed.offset);
                    offset.metadata = metadata::encode(consumed.time).into();
                    offsets.insert(at, offset);
                }
            }
        }
        if offsets.is_empty() {
            return Ok(());
        }
        match consumer.commit_sync_offsets(offsets.clone()).await {
            Ok(()) => {
                self.committed.extend(offsets.into_iter().map(|(p, o)| (p, o.offset)));
                self.purge().await;
                Ok(())
            }
            // The group has moved on: the next poll takes the tasks away, and who has them now starts from the last commit.
            Err(e @ CommitError::Fenced(_)) => {
                tracing::warn!(error = %e, "not committed");
                Ok(())
            }
            Err(e) if e.retriable() => {
                tracing::warn!(error = %e, "not committed, trying again at the next interval");
                Ok(())
            }
            Err(e) => Err(e.into()),
        }
    }

    /// Deletes what was processed and committed of repartition topics, which have no retention of their own.
    async fn purge(&mut self) {
        let now = self.seam.clock.monotonic();
        if now.saturating_sub(self.purged_at) < self.config.repartition_purge_interval {
            return;
        }
        self.purged_at = now;
        let internal = |p: &TopicPartition| self.sources.get(&*p.topic).is_some_and(|(_, internal)| *internal);
        let before: BTreeMap<TopicPartition, i64> = self
            .committed
            .iter()
            .filter(|(p, _)| internal(p))
            .map(|(p, offset)| (p.clone(), *offset))
            .collect();
        if before.is_empty() {
            return;
        }
        match self.admin.delete_records(&before).await {
            Ok(each) => {
                for (partition, failed) in each.into_iter().filter_map(|(p, r)| Some((p, r.err()?))) {
                    tracing::warn!(%partition, error = %failed, "processed records were not deleted");
                }
            }
            Err(e) => tracing::warn!(error = %e, "processed records were not deleted"),
        }
    }

    /// Makes tasks for partitions that came; their stores are filled from the changelogs before they process.
    async fn open_tasks(&mut self, consumer: &mut Consumer) -> Result<(), StreamsError> {
        let assigned = consumer.assignment();
        // Nobody would process them: stores and internal topics have as many partitions as there were at the start.
        let more = |p: &&TopicPartition| {
            self.partitions
                .topics
                .get(&*p.topic)
                .is_some_and(|count| p.partition >= *count)
        };
        if let Some(p) = assigned.iter().find(more) {
            let before = self.partitions.topics.get(&*p.topic).copied().unwrap_or_default();
            return Err(StreamsError::MorePartitions {
                topic: p.topic.to_string(),
                before,
            });
        }
        let mut opened = Vec::new();
        for (i, count) in self.partitions.tasks.iter().enumerate() {
            for partition in 0..*count {
                let id = (i, partition);
                if self.tasks.contains_key(&id) {
                    continue;
                }
                let mut task = Task::new(&self.topology, &self.config.application_id, i, partition)
                    .with_handler(self.config.deserialization_handler);
                let ours = |t: &str| assigned.contains(&TopicPartition::new(t, partition));
                let there = |t: &&str| self.partitions.topics.get(*t).is_some_and(|n| partition < *n);
                let elsewhere = task.topics().filter(there).find(|t| !ours(t)).map(str::to_owned);
                task.keep_inputs(ours);
                if task.topics().next().is_some() {
                    // Two instances would write one changelog.
                    if let Some(topic) = elsewhere.filter(|_| !task.logged_stores().is_empty()) {
                        return Err(StreamsError::SplitTask { task: task.id(), topic });
                    }
                    self.tasks.insert(id, task);
                    opened.push(id);
                }
            }
        }
        let partitions: Vec<TopicPartition> = assigned.into_iter().collect();
        for (at, offset) in consumer.committed(&partitions).await? {
            let id = self.sources.get(&*at.topic).map(|(i, _)| (*i, at.partition));
            let task = id
                .filter(|id| opened.contains(id))
                .and_then(|id| self.tasks.get_mut(&id));
            if let (Some(task), Some(time)) = (task, metadata::decode(&offset.metadata)) {
                task.set_time(&at.topic, time);
            }
        }
        let mut changelogs = BTreeMap::new();
        for (id, task) in self.tasks.iter().filter(|(id, _)| opened.contains(id)) {
            for store in task.logged_stores() {
                let name = Topology::changelog_name(&self.config.application_id, &store);
                changelogs.insert(TopicPartition::new(name, id.1), (*id, store));
            }
        }
        let restore = Restore::begin(&self.seam, &self.config, changelogs).await?;
        self.restores.extend(restore);
        Ok(())
    }

    fn close_tasks(&mut self, gone: &[TopicPartition]) {
        self.tasks.retain(|(_, partition), task| {
            let lost = |t: &str| gone.iter().any(|g| &*g.topic == t && g.partition == *partition);
            !task.topics().any(lost)
        });
        for partition in gone {
            self.committed.remove(partition);
            self.paused.remove(partition);
        }
        for restore in &mut self.restores {
            restore.keep(&self.tasks);
        }
    }
}

async fn record_of(output: Output, producer: &Producer) -> Result<ProducerRecord, StreamsError> {
    let partition = match output.partition {
        Partition::Fixed(partition) => Some(partition),
        Partition::ByKey => None,
        Partition::ByHashOf(bytes) => {
            let topic = producer.partitions_for(output.topic.as_str()).await?;
            Some(partition_for_key(&bytes, topic.partitions.len()))
        }
    };
    Ok(ProducerRecord {
        topic: output.topic.into(),
        partition,
        timestamp: Some(output.timestamp),
        key: output.key,
        value: output.value,
        headers: output.headers.to_vec(),
    })
}

/// What a panic says.
fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no text".to_owned())
}
