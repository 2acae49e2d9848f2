//! The consumer: subscriptions, positions, records, commits.
//!
//! `subscription` knows partitions and positions, `buffer` turns fetched bytes into records, `assignor` divides partitions (all pure).
//! `protocol` is what a consumer says in its group, `jobs` are the errands that run beside a poll, `answers` what they bring, `poll` is the
//! loop that ties them together, `commit` and `offsets` talk about offsets.
//!
//! ```no_run
//! # async fn example(seam: weir_core::Seam) -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use weir_client::config::ConsumerConfig;
//! use weir_client::consumer::Consumer;
//!
//! let config = ConsumerConfig::from_map([
//!     ("bootstrap.servers", "127.0.0.1:9092"),
//!     ("group.id", "billing"),
//!     ("auto.offset.reset", "earliest"),
//! ])?;
//! let mut consumer = Consumer::new(seam, config)?;
//! consumer.subscribe(["orders"])?;
//! loop {
//!     for record in consumer.poll(Duration::from_millis(500)).await? {
//!         println!("{}-{} @ {}: {:?}", record.topic, record.partition, record.offset, record.value);
//!     }
//!     consumer.commit_sync().await?;
//! #   break;
//! }
//! consumer.close().await;
//! # Ok(()) }
//! ```

mod answers;
pub mod assignor;
mod buffer;
mod commit;
mod error;
mod jobs;
mod offsets;
mod poll;
mod protocol;
mod record;
mod subscription;
#[cfg(test)]
mod tests;

pub(crate) use commit::{check_offsets, commit_offsets, commit_request};
pub use error::{CommitError, OffsetsError, PollError};
pub(crate) use offsets::{EARLIEST, LATEST, committed as committed_offsets, list_offsets};
pub(crate) use protocol::read_assignment;
pub use record::{ConsumerEvent, ConsumerRecord};

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};
use weir_core::Seam;
use weir_messages::Str;

use crate::cluster::{Backoff, Cluster, Deadline};
use crate::config::ConsumerConfig;
use crate::group::{Coordinator, Generation, GroupClient, GroupConfig};
use crate::types::{OffsetAndMetadata, OffsetAndTimestamp, TopicPartition};
use assignor::Assignor;
use commit::{Committer, Offsets};
use jobs::{Brought, Jobs};
use protocol::{ConsumerProtocol, Offer};
use subscription::{Position, Seek, Subscription, Subscriptions};

/// Reads records. One owner at a time: methods take `&mut self`, and a poll that is dropped half-way loses nothing.
///
/// Dropping the consumer ends it without commit and without leaving its group; [`Consumer::close`] does both.
pub struct Consumer {
    cluster: Cluster,
    config: Arc<ConsumerConfig>,
    assignors: Vec<Assignor>,
    subs: Subscriptions,
    coordinator: Option<Arc<Coordinator>>,
    committer: Option<Committer>,
    membership: Option<Membership>,
    jobs: Jobs,
    inbox: mpsc::UnboundedReceiver<Brought>,
    /// Errands under way.
    fetching: BTreeSet<i32>,
    looking_up: bool,
    seeking: bool,
    refreshing: bool,
    metadata_backoff: Option<Backoff>,
    /// When all topics were last listed, for a subscription by predicate.
    listed_at: Option<Duration>,
    events: VecDeque<ConsumerEvent>,
    failures: VecDeque<PollError>,
    /// Announced as revoked, given up at the next poll.
    revoking: BTreeSet<TopicPartition>,
    next_auto_commit: Duration,
    /// A join waits until so many commits have their outcome, but not longer than this.
    draining: Option<(u64, Deadline)>,
    listener: Option<Box<dyn RebalanceListener>>,
    /// What the listener has not been told to the end.
    telling: Option<ConsumerEvent>,
}

struct Membership {
    group: GroupClient<ConsumerProtocol>,
    offer: Arc<Mutex<Offer>>,
    cooperative: bool,
}

/// Told by [`Consumer::poll`] when partitions come and go. If the poll is dropped meanwhile, the next one tells it again. Whoever needs more control uses [`Consumer::poll_event`].
#[async_trait]
pub trait RebalanceListener: Send + Sync {
    /// Partitions were added.
    async fn on_assigned(&mut self, consumer: &mut Consumer, partitions: &[TopicPartition]) {
        let _ = (consumer, partitions);
    }

    /// Partitions are about to go to others: the moment to commit.
    async fn on_revoked(&mut self, consumer: &mut Consumer, partitions: &[TopicPartition]) {
        let _ = (consumer, partitions);
    }

    /// Partitions were lost: others may have them already.
    async fn on_lost(&mut self, consumer: &mut Consumer, partitions: &[TopicPartition]) {
        let _ = (consumer, partitions);
    }
}

/// A commit on its way; dropping it does not take it back.
#[derive(Debug)]
pub struct CommitHandle(Result<oneshot::Receiver<Result<(), CommitError>>, Option<CommitError>>);

impl Future for CommitHandle {
    type Output = Result<(), CommitError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Ok(receiver) => Pin::new(receiver)
                .poll(cx)
                .map(|result| result.unwrap_or(Err(CommitError::Closed))),
            Err(error) => Poll::Ready(Err(error.take().unwrap_or(CommitError::Closed))),
        }
    }
}

impl std::fmt::Debug for Consumer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consumer")
            .field("group_id", &self.config.group_id)
            .finish_non_exhaustive()
    }
}

impl Consumer {
    /// A consumer with connections of its own. Nothing is connected until the first poll.
    ///
    /// # Errors
    /// An assignor that is not known.
    pub fn new(seam: Seam, config: ConsumerConfig) -> Result<Self, PollError> {
        let cluster = Cluster::new(seam, config.client.clone());
        Self::on(cluster, config)
    }

    /// A consumer that shares a cluster's connections and metadata.
    ///
    /// # Errors
    /// An assignor that is not known.
    pub fn on(cluster: Cluster, config: ConsumerConfig) -> Result<Self, PollError> {
        let known = |name: &String| Assignor::from_name(name).ok_or_else(|| PollError::UnknownAssignor(name.clone()));
        let assignors = config.assignors.iter().map(known).collect::<Result<Vec<_>, _>>()?;
        let config = Arc::new(config);
        let group_id = config.group_id.as_deref().map(Str::from);
        let coordinator = group_id.map(|group| Arc::new(Coordinator::new(cluster.clone(), group)));
        let instance_id = config.group_instance_id.as_deref().map(Str::from);
        let committer = coordinator
            .as_ref()
            .map(|coordinator| Committer::new(coordinator.clone(), instance_id));
        let (sender, inbox) = mpsc::unbounded_channel();
        let jobs = Jobs {
            cluster: cluster.clone(),
            config: config.clone(),
            inbox: sender,
        };
        let next_auto_commit = cluster.seam().clock.monotonic() + config.auto_commit_interval;
        Ok(Self {
            cluster,
            config,
            assignors,
            subs: Subscriptions::default(),
            coordinator,
            committer,
            membership: None,
            jobs,
            inbox,
            fetching: BTreeSet::new(),
            looking_up: false,
            seeking: false,
            refreshing: false,
            metadata_backoff: None,
            listed_at: None,
            events: VecDeque::new(),
            failures: VecDeque::new(),
            revoking: BTreeSet::new(),
            next_auto_commit,
            draining: None,
            listener: None,
            telling: None,
        })
    }

    /// Sets who is told about partitions that come and go.
    pub fn set_listener(&mut self, listener: impl RebalanceListener + 'static) {
        self.listener = Some(Box::new(listener));
    }

    /// Shares the partitions of these topics with the group. Replaces an earlier subscription; partitions come with later polls.
    ///
    /// # Errors
    /// There is no `group.id`.
    pub fn subscribe<T: Into<Str>>(&mut self, topics: impl IntoIterator<Item = T>) -> Result<(), PollError> {
        let topics: BTreeSet<Str> = topics.into_iter().map(Into::into).collect();
        let membership = self.ensure_membership()?;
        membership.offer.lock().topics = topics.clone();
        membership.group.request_rejoin();
        self.subs.subscription = Subscription::Topics(topics);
        Ok(())
    }

    /// Shares the partitions of all topics that `accepts` says yes to, also of topics that come later (found within
    /// `metadata.max.age.ms`). Internal topics are left out.
    ///
    /// # Errors
    /// There is no `group.id`.
    pub fn subscribe_matching(
        &mut self,
        accepts: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Result<(), PollError> {
        let membership = self.ensure_membership()?;
        membership.offer.lock().topics.clear();
        self.subs.subscription = Subscription::Matching(Arc::new(accepts));
        self.listed_at = None;
        Ok(())
    }

    fn ensure_membership(&mut self) -> Result<&mut Membership, PollError> {
        if matches!(self.subs.subscription, Subscription::Assigned) {
            self.subs.assign(BTreeSet::new());
        }
        let coordinator = self.coordinator.clone().ok_or(PollError::NoGroup)?;
        let (config, cluster) = (&self.config, &self.cluster);
        Ok(self.membership.get_or_insert_with(|| {
            let offer = Arc::new(Mutex::new(Offer {
                generation: -1,
                ..Offer::default()
            }));
            let protocol = ConsumerProtocol {
                cluster: cluster.clone(),
                assignors: self.assignors.clone(),
                offer: offer.clone(),
                auto_create: config.allow_auto_create_topics,
            };
            let group = GroupConfig {
                group_id: coordinator.group().clone(),
                instance_id: config.group_instance_id.as_deref().map(Str::from),
                session_timeout: config.session_timeout,
                heartbeat_interval: config.heartbeat_interval,
                rebalance_timeout: config.max_poll_interval,
                max_poll_interval: Some(config.max_poll_interval),
            };
            Membership {
                group: GroupClient::with_coordinator(coordinator, group, protocol),
                offer,
                // As Kafka: cooperative only if every assignor on offer is.
                cooperative: self.assignors.iter().all(|assignor| assignor.is_cooperative()),
            }
        }))
    }

    /// Reads exactly these partitions, without a group. Ends a subscription (without leaving the group in order: see
    /// [`Consumer::unsubscribe`]).
    pub fn assign(&mut self, partitions: impl IntoIterator<Item = TopicPartition>) {
        self.membership = None;
        self.forget_rebalance();
        self.subs.subscription = Subscription::Assigned;
        self.subs.assign(partitions.into_iter().collect());
    }

    /// Gives up topics and partitions; commits first if `enable.auto.commit`, and leaves the group.
    pub async fn unsubscribe(&mut self) {
        let lost = |membership: &Membership| membership.group.take_lost();
        if !self.membership.as_ref().is_some_and(lost) {
            self.auto_commit_now().await;
        }
        if let Some(mut membership) = self.membership.take() {
            membership
                .group
                .leave("the consumer unsubscribed from all topics")
                .await;
        }
        self.subs.assign(BTreeSet::new());
        self.subs.subscription = Subscription::None;
        self.forget_rebalance();
    }

    /// What was announced or under way for a subscription must not touch what comes after it.
    fn forget_rebalance(&mut self) {
        self.revoking.clear();
        self.events.clear();
        self.telling = None;
        self.draining = None;
    }

    /// The partitions that this consumer reads at the moment.
    pub fn assignment(&self) -> BTreeSet<TopicPartition> {
        self.subs.assigned()
    }

    /// The generation of the group that this consumer is in, if any.
    pub fn generation(&self) -> Option<Generation> {
        self.membership
            .as_ref()
            .and_then(|membership| membership.group.generation())
    }

    /// The group and its members rebalance at the next poll.
    pub fn enforce_rebalance(&mut self) {
        if let Some(membership) = &self.membership {
            membership.group.request_rejoin();
        }
    }

    /// Stops delivering from partitions; they stay assigned.
    pub fn pause<'a>(&mut self, partitions: impl IntoIterator<Item = &'a TopicPartition>) {
        self.set_paused(partitions, true);
    }

    /// Delivers again.
    pub fn resume<'a>(&mut self, partitions: impl IntoIterator<Item = &'a TopicPartition>) {
        self.set_paused(partitions, false);
    }

    fn set_paused<'a>(&mut self, partitions: impl IntoIterator<Item = &'a TopicPartition>, paused: bool) {
        for partition in partitions {
            if let Some(state) = self.subs.get_mut(partition) {
                state.paused = paused;
            }
        }
    }

    /// Partitions that are paused.
    pub fn paused(&self) -> BTreeSet<TopicPartition> {
        let paused = |partition: &TopicPartition| self.subs.get(partition).is_some_and(|state| state.paused);
        self.subs.assigned().into_iter().filter(paused).collect()
    }

    /// Goes on at `offset`.
    ///
    /// # Errors
    /// The partition is not assigned, or the offset is negative.
    pub fn seek(&mut self, partition: &TopicPartition, offset: i64) -> Result<(), OffsetsError> {
        if offset < 0 {
            return Err(OffsetsError::Negative);
        }
        let position = Position::At {
            offset,
            leader_epoch: None,
        };
        self.set_position(partition, position)
    }

    /// Goes on at the first record.
    ///
    /// # Errors
    /// The partition is not assigned.
    pub fn seek_to_beginning(&mut self, partition: &TopicPartition) -> Result<(), OffsetsError> {
        self.set_position(partition, Position::Seeking(Seek::Beginning))
    }

    /// Goes on after the last record.
    ///
    /// # Errors
    /// The partition is not assigned.
    pub fn seek_to_end(&mut self, partition: &TopicPartition) -> Result<(), OffsetsError> {
        self.set_position(partition, Position::Seeking(Seek::End))
    }

    fn set_position(&mut self, partition: &TopicPartition, position: Position) -> Result<(), OffsetsError> {
        match self.subs.seek(partition, position) {
            true => Ok(()),
            false => Err(OffsetsError::NotAssigned(partition.clone())),
        }
    }

    /// The next offset to be delivered; looks it up when it is not known yet.
    ///
    /// # Errors
    /// The partition is not assigned, or its position cannot be found within `default.api.timeout.ms`.
    pub async fn position(&mut self, partition: &TopicPartition) -> Result<i64, OffsetsError> {
        let deadline = self.cluster.deadline(self.config.api_timeout);
        loop {
            match self.subs.get(partition).map(|state| state.position) {
                None => return Err(OffsetsError::NotAssigned(partition.clone())),
                Some(Position::At { offset, .. }) => return Ok(offset),
                Some(Position::Unknown | Position::Seeking(_)) => {}
            }
            if deadline.passed(self.cluster.seam()) {
                return Err(OffsetsError::Timeout);
            }
            self.look_up_positions();
            self.wait(deadline)
                .await
                .map_err(|error| OffsetsError::Poll(Box::new(error)))?;
            self.read_inbox();
            if let Some(error) = self.failures.pop_front() {
                return Err(OffsetsError::Poll(Box::new(error)));
            }
        }
    }

    /// How many records lie between the position and the end that this consumer may read; `None` before the first fetch.
    pub fn lag(&self, partition: &TopicPartition) -> Option<i64> {
        let state = self.subs.get(partition)?;
        let Position::At { offset, .. } = state.position else {
            return None;
        };
        let end = match self.config.isolation_level {
            crate::config::IsolationLevel::ReadUncommitted => state.high_watermark?,
            crate::config::IsolationLevel::ReadCommitted => state.last_stable?,
        };
        Some((end - offset).max(0))
    }

    /// First offset and high watermark of a partition as the last fetch saw them.
    pub fn watermarks(&self, partition: &TopicPartition) -> Option<(i64, i64)> {
        let state = self.subs.get(partition)?;
        Some((state.log_start?, state.high_watermark?))
    }

    /// Committed offsets; partitions without one are left out.
    ///
    /// # Errors
    /// There is no group, or the coordinator does not tell.
    pub async fn committed(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, OffsetAndMetadata>, OffsetsError> {
        let coordinator = self.coordinator.as_ref().ok_or(OffsetsError::NoGroup)?;
        offsets::committed(
            coordinator,
            Some(partitions),
            self.cluster.deadline(self.config.api_timeout),
        )
        .await
    }

    /// The first record not older than the given time (milliseconds since the epoch) per partition; `None` when there is none.
    ///
    /// # Errors
    /// A leader does not tell within `default.api.timeout.ms`.
    pub async fn offsets_for_times(
        &self,
        times: &BTreeMap<TopicPartition, i64>,
    ) -> Result<BTreeMap<TopicPartition, Option<OffsetAndTimestamp>>, OffsetsError> {
        let deadline = self.cluster.deadline(self.config.api_timeout);
        list_offsets(&self.cluster, times, self.config.isolation_level, deadline).await
    }

    /// Offsets of the first records.
    ///
    /// # Errors
    /// A leader does not tell within `default.api.timeout.ms`.
    pub async fn beginning_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>, OffsetsError> {
        self.edges(partitions, EARLIEST).await
    }

    /// Offsets after the last records that this consumer may read.
    ///
    /// # Errors
    /// A leader does not tell within `default.api.timeout.ms`.
    pub async fn end_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>, OffsetsError> {
        self.edges(partitions, LATEST).await
    }

    async fn edges(
        &self,
        partitions: &[TopicPartition],
        timestamp: i64,
    ) -> Result<BTreeMap<TopicPartition, i64>, OffsetsError> {
        let times = partitions
            .iter()
            .map(|partition| (partition.clone(), timestamp))
            .collect();
        let found = self.offsets_for_times(&times).await?;
        Ok(found
            .into_iter()
            .map(|(partition, offset)| (partition, offset.map_or(0, |o| o.offset)))
            .collect())
    }

    /// Commits what was delivered and waits; retries until `default.api.timeout.ms`.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn commit_sync(&mut self) -> Result<(), CommitError> {
        self.commit_sync_offsets(self.subs.positions()).await
    }

    /// Commits these offsets and waits; retries until `default.api.timeout.ms`.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn commit_sync_offsets(&mut self, offsets: Offsets) -> Result<(), CommitError> {
        let until = self.cluster.deadline(self.config.api_timeout);
        self.start_commit(offsets, Some(until)).await
    }

    /// Commits what was delivered, once, in the background. Commits keep their order.
    pub fn commit_async(&mut self) -> CommitHandle {
        self.start_commit(self.subs.positions(), None)
    }

    /// Commits these offsets, once, in the background.
    pub fn commit_async_offsets(&mut self, offsets: Offsets) -> CommitHandle {
        self.start_commit(offsets, None)
    }

    /// Not while this member joins: whether the group still takes the old generation is a matter of luck (Kafka's
    /// `generationIfStable`).
    fn start_commit(&self, offsets: Offsets, until: Option<Deadline>) -> CommitHandle {
        let joining = |membership: &Membership| membership.group.is_joining();
        if self.membership.as_ref().is_some_and(joining) {
            let code = weir_core::ErrorCode::RebalanceInProgress;
            return CommitHandle(Err(Some(CommitError::Fenced(code))));
        }
        self.queue_commit(offsets, until)
    }

    fn queue_commit(&self, offsets: Offsets, until: Option<Deadline>) -> CommitHandle {
        let Some(committer) = &self.committer else {
            return CommitHandle(Err(Some(CommitError::NoGroup)));
        };
        if let Err(error) = check_offsets(&offsets) {
            return CommitHandle(Err(Some(error)));
        }
        let member = match &self.membership {
            None => None,
            Some(membership) => match membership.group.generation() {
                Some(generation) => Some((generation, membership.group.shared().clone())),
                // A member without a generation has nothing to commit any more.
                None => return CommitHandle(Err(Some(CommitError::Fenced(weir_core::ErrorCode::UnknownMemberId)))),
            },
        };
        CommitHandle(Ok(committer.commit(offsets, member, until)))
    }

    /// Commits if `enable.auto.commit`, leaves the group, and ends.
    pub async fn close(mut self) {
        self.unsubscribe().await;
    }
}
