//! Commits, one after the other in the order in which they were asked for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, oneshot, watch};
use weir_core::ErrorCode;
use weir_messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use weir_messages::{OffsetCommitRequest, Str};

use super::error::CommitError;
use crate::cluster::{Deadline, Lane};
use crate::group::{Coordinator, Generation, Shared};
use crate::types::{OffsetAndMetadata, TopicPartition};

/// The last version in which partitions are named by topic name.
const OFFSETS_BY_NAME: i16 = 9;

pub(crate) type Offsets = BTreeMap<TopicPartition, OffsetAndMetadata>;

struct Job {
    offsets: Offsets,
    /// The membership that the offsets were read under; `None` without one.
    member: Option<(Generation, Arc<Shared>)>,
    /// Retry until then; `None`: try once.
    until: Option<Deadline>,
    reply: oneshot::Sender<Result<(), CommitError>>,
}

/// Sends commits in order. The task behind it ends with the handle.
pub(super) struct Committer {
    jobs: mpsc::UnboundedSender<Job>,
    queued: AtomicU64,
    done: watch::Receiver<u64>,
}

impl Committer {
    pub(super) fn new(coordinator: Arc<Coordinator>, instance_id: Option<Str>) -> Self {
        // Bounded by its callers: an automatic commit per interval, and explicit ones.
        let (jobs, mut queue) = mpsc::unbounded_channel::<Job>();
        let seam = coordinator.cluster().seam().clone();
        let (progress, done) = watch::channel(0);
        seam.spawn("commit", async move {
            while let Some(job) = queue.recv().await {
                let result = run(&coordinator, instance_id.as_ref(), &job).await;
                // Whoever does not wait for a commit does not read its outcome.
                let _ = job.reply.send(result);
                progress.send_modify(|done| *done += 1);
            }
        });
        Self {
            jobs,
            queued: AtomicU64::new(0),
            done,
        }
    }

    /// How many commits were queued so far.
    pub(super) fn queued(&self) -> u64 {
        self.queued.load(Ordering::Relaxed)
    }

    /// Whether the first `count` commits have their outcome.
    pub(super) fn done_to(&self, count: u64) -> bool {
        *self.done.borrow() >= count
    }

    /// Waits for [`Self::done_to`].
    pub(super) fn wait_for(&self, count: u64) -> impl Future<Output = ()> + Send + use<> {
        let mut done = self.done.clone();
        async move {
            // Without the task nothing is on its way.
            let _ = done.wait_for(|done| *done >= count).await;
        }
    }

    /// Queues a commit; the receiver brings its outcome.
    pub(super) fn commit(
        &self,
        offsets: Offsets,
        member: Option<(Generation, Arc<Shared>)>,
        until: Option<Deadline>,
    ) -> oneshot::Receiver<Result<(), CommitError>> {
        let (reply, receiver) = oneshot::channel();
        let job = Job {
            offsets,
            member,
            until,
            reply,
        };
        self.queued.fetch_add(1, Ordering::Relaxed);
        // The queue lives as long as the handle.
        let _ = self.jobs.send(job);
        receiver
    }
}

async fn run(coordinator: &Coordinator, instance_id: Option<&Str>, job: &Job) -> Result<(), CommitError> {
    let generation = job.member.as_ref().map(|(generation, _)| generation);
    let request = commit_request(coordinator.group(), generation, instance_id, &job.offsets);
    let seam = coordinator.cluster().seam();
    let mut backoff = coordinator.cluster().backoff();
    loop {
        let result = commit_offsets(coordinator, &request).await;
        if let Err(CommitError::Fenced(code)) = &result {
            if let Some((generation, shared)) = &job.member {
                tell(shared, generation, *code);
            }
            return result;
        }
        let again = job.until.filter(|until| !until.passed(seam));
        match (result, again) {
            (Err(error), Some(until)) if error.retriable() => {
                tracing::debug!(%error, "commit, retrying");
                backoff.pause(seam, until).await;
            }
            (done, _) => return done,
        }
    }
}

/// The heartbeat would find out as well, but later.
pub(super) fn tell(shared: &Shared, generation: &Generation, code: ErrorCode) {
    if !shared.is_current(generation) {
        return;
    }
    match code {
        ErrorCode::RebalanceInProgress => shared.ask_rejoin(),
        ErrorCode::UnknownMemberId => shared.lose(true),
        _ => shared.lose(false),
    }
}

/// Offsets that a log may have.
pub(crate) fn check_offsets(offsets: &Offsets) -> Result<(), CommitError> {
    match offsets.iter().find(|(_, given)| given.offset < 0) {
        Some((partition, given)) => Err(CommitError::NegativeOffset {
            partition: partition.clone(),
            offset: given.offset,
        }),
        None => Ok(()),
    }
}

/// A commit for a group; without a generation it is one from outside the membership.
pub(crate) fn commit_request(
    group: &Str,
    generation: Option<&Generation>,
    instance_id: Option<&Str>,
    offsets: &Offsets,
) -> OffsetCommitRequest {
    let mut topics: BTreeMap<Str, Vec<OffsetCommitRequestPartition>> = BTreeMap::new();
    for (partition, offset) in offsets {
        let rows = topics.entry(partition.topic.clone()).or_default();
        rows.push(OffsetCommitRequestPartition {
            partition_index: partition.partition,
            committed_offset: offset.offset,
            committed_leader_epoch: offset.leader_epoch.unwrap_or(-1),
            committed_metadata: Some(offset.metadata.clone()),
            ..Default::default()
        });
    }
    let topic = |(name, partitions)| OffsetCommitRequestTopic {
        name,
        partitions,
        ..Default::default()
    };
    OffsetCommitRequest {
        group_id: group.clone(),
        generation_id_or_member_epoch: generation.map_or(-1, |generation| generation.id),
        member_id: generation
            .map(|generation| generation.member_id.clone())
            .unwrap_or_default(),
        group_instance_id: generation.and(instance_id).cloned(),
        topics: topics.into_iter().map(topic).collect(),
        ..Default::default()
    }
}

/// One attempt.
pub(crate) async fn commit_offsets(
    coordinator: &Coordinator,
    request: &OffsetCommitRequest,
) -> Result<(), CommitError> {
    let response = coordinator.call(Lane::Coordinator, request, OFFSETS_BY_NAME).await?;
    for topic in response.topics {
        for partition in topic.partitions {
            let Err(code) = ErrorCode::check(partition.error_code) else {
                continue;
            };
            if Coordinator::moved(code) {
                coordinator.lost();
            }
            return Err(match code {
                ErrorCode::IllegalGeneration
                | ErrorCode::UnknownMemberId
                | ErrorCode::FencedInstanceId
                | ErrorCode::RebalanceInProgress => CommitError::Fenced(code),
                code => CommitError::Refused {
                    partition: TopicPartition::new(topic.name, partition.partition_index),
                    code,
                },
            });
        }
    }
    Ok(())
}
