//! The loop behind a poll: membership, positions, fetches, records. Nothing in it is lost when a poll is dropped half-way: errands go on
//! by themselves and report to the inbox.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use weir_messages::Str;

use super::error::PollError;
use super::protocol::read_assignment;
use super::record::{ConsumerEvent, ConsumerRecord};
use super::subscription::{Position, Subscription, reset};
use super::{Consumer, Membership, RebalanceListener};
use crate::cluster::{Deadline, Wanted};
use crate::group::Joined;
use crate::types::TopicPartition;

/// Gives the listener back, also when the poll is dropped while it is told something.
struct Lent<'a> {
    consumer: &'a mut Consumer,
    listener: Option<Box<dyn RebalanceListener>>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(listener) = self.listener.take() {
            // It may have set another one.
            self.consumer.listener.get_or_insert(listener);
        }
    }
}

impl Consumer {
    /// Waits up to `timeout` for records; empty when none came. Joins and rejoins the group as needed, and tells the listener.
    ///
    /// # Errors
    /// See [`PollError`]; the consumer may poll again.
    pub async fn poll(&mut self, timeout: Duration) -> Result<Vec<ConsumerRecord>, PollError> {
        let deadline = self.cluster.deadline(timeout);
        loop {
            // What a poll that was dropped did not finish telling is told from the start.
            self.tell().await;
            let event = self.poll_event(deadline.left(self.cluster.seam())).await?;
            match event {
                None => return Ok(Vec::new()),
                Some(ConsumerEvent::Records(records)) => return Ok(records),
                // Without a listener nobody wants to know; inside of one there is none either.
                Some(event) if self.listener.is_some() => self.telling = Some(event),
                Some(_) => {}
            }
        }
    }

    /// Tells the listener what it has not been told to the end.
    async fn tell(&mut self) {
        // Taken out, so that it may use the consumer.
        let Some(listener) = self.listener.take() else { return };
        let mut lent = Lent {
            consumer: self,
            listener: Some(listener),
        };
        if let (Some(event), Some(listener)) = (lent.consumer.telling.clone(), &mut lent.listener) {
            let consumer = &mut *lent.consumer;
            match &event {
                ConsumerEvent::Assigned(partitions) => listener.on_assigned(consumer, partitions).await,
                ConsumerEvent::Revoked(partitions) => listener.on_revoked(consumer, partitions).await,
                ConsumerEvent::Lost(partitions) => listener.on_lost(consumer, partitions).await,
                ConsumerEvent::Records(_) => {}
            }
            lent.consumer.telling = None;
        }
    }

    /// Waits up to `timeout` for records or for partitions that come or go. Cancel-safe.
    ///
    /// Revoked partitions stay assigned until the next call, so that they can be committed.
    ///
    /// # Errors
    /// See [`PollError`]; the consumer may poll again.
    pub async fn poll_event(&mut self, timeout: Duration) -> Result<Option<ConsumerEvent>, PollError> {
        let deadline = self.cluster.deadline(timeout);
        if matches!(self.subs.subscription, Subscription::None) {
            return Err(PollError::NoSubscription);
        }
        loop {
            self.read_inbox();
            if let Some(event) = self.step().await? {
                return Ok(Some(event));
            }
            if deadline.passed(self.cluster.seam()) {
                return Ok(None);
            }
            self.wait(deadline).await?;
        }
    }

    /// Everything that can be done without waiting for others, but for the commit before a revocation.
    async fn step(&mut self) -> Result<Option<ConsumerEvent>, PollError> {
        let revoked = std::mem::take(&mut self.revoking);
        self.subs.remove(&revoked);
        if let Some(event) = self.events.pop_front() {
            return Ok(Some(self.announce(event)));
        }
        if let Some(failure) = self.failures.pop_front() {
            return Err(failure);
        }
        if let Some(event) = self.coordinate().await? {
            return Ok(Some(self.announce(event)));
        }
        self.auto_commit_if_due();
        let taken = self.subs.take(self.config.max_poll_records);
        // Before the records are handed out: the next ones come while these are processed.
        self.look_up_positions();
        // Calls topics stale whose metadata lacks what is to be fetched, so it comes before they are asked for.
        self.fetch();
        self.refresh_metadata();
        match taken {
            Ok(records) if records.is_empty() => Ok(None),
            Ok(records) => Ok(Some(ConsumerEvent::Records(records))),
            Err((partition, error)) => {
                let offset = self.offset_of(&partition);
                Err(PollError::Corrupt {
                    partition,
                    offset,
                    reason: error.to_string(),
                })
            }
        }
    }

    /// Notes what the event means for the next step.
    pub(super) fn announce(&mut self, event: ConsumerEvent) -> ConsumerEvent {
        if let ConsumerEvent::Revoked(partitions) = &event {
            self.revoking.extend(partitions.iter().cloned());
        }
        event
    }

    fn offset_of(&self, partition: &TopicPartition) -> i64 {
        match self.subs.get(partition).map(|state| state.position) {
            Some(Position::At { offset, .. }) => offset,
            _ => -1,
        }
    }

    /// Waits until something may have changed.
    pub(super) async fn wait(&mut self, deadline: Deadline) -> Result<(), PollError> {
        let seam = self.cluster.seam().clone();
        let now = seam.clock.monotonic();
        let mut pause = deadline.left(&seam);
        if let Some(moment) = self.subs.next_moment(now) {
            pause = pause.min(moment.saturating_sub(now));
        }
        if self.config.auto_commit {
            pause = pause.min(self.next_auto_commit.saturating_sub(now).max(Duration::from_millis(1)));
        }
        if self.membership.is_some() {
            // A poll without anything to fetch still shows that its owner is alive, and looks at its metadata (as Kafka's
            // `timeToNextPoll`).
            pause = pause.min(self.config.heartbeat_interval);
        }
        if let (false, Some(listed_at), Subscription::Matching(_)) =
            (self.refreshing, self.listed_at, &self.subs.subscription)
        {
            let age = now.saturating_sub(listed_at);
            let left = self.config.client.metadata_max_age.saturating_sub(age);
            pause = pause.min(left.max(Duration::from_millis(1)));
        }
        let draining = self.draining.zip(self.committer.as_ref());
        let draining =
            draining.filter(|((count, until), committer)| !committer.done_to(*count) && !until.passed(&seam));
        let drained = draining.map(|((count, until), committer)| {
            pause = pause.min(until.left(&seam));
            committer.wait_for(count)
        });
        let membership = &mut self.membership;
        let group = async {
            if let Some(drained) = drained {
                drained.await;
                return None;
            }
            match membership {
                Some(membership) if membership.group.is_joining() => Some(membership.group.join().await),
                // A join that is due but has not begun waits for metadata, which comes by the inbox.
                Some(membership) if !membership.group.needs_join() => {
                    membership.group.rejoin_needed().await.err().map(Err)
                }
                _ => std::future::pending().await,
            }
        };
        let joined = tokio::select! {
            biased;
            brought = self.inbox.recv() => {
                if let Some(brought) = brought {
                    self.on_brought(brought);
                }
                None
            }
            joined = group => joined,
            () = seam.sleep(pause) => None,
        };
        match joined {
            Some(Ok(joined)) => self.on_joined(joined),
            Some(Err(error)) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// Keeps the membership going: notices losses, gives partitions up before an eager join, begins joins.
    async fn coordinate(&mut self) -> Result<Option<ConsumerEvent>, PollError> {
        let Some(membership) = &mut self.membership else {
            return Ok(None);
        };
        membership.group.alive();
        if membership.group.take_lost() {
            let lost = self.subs.assigned();
            self.subs.assign(BTreeSet::new());
            let mut offer = membership.offer.lock();
            offer.owned.clear();
            offer.generation = -1;
            drop(offer);
            if !lost.is_empty() {
                return Ok(Some(ConsumerEvent::Lost(lost.into_iter().collect())));
            }
        }
        if membership.group.is_joining() {
            return Ok(None);
        }
        if membership.offer.lock().outdated(&self.cluster) {
            membership.group.request_rejoin();
        }
        let listing = matches!(self.subs.subscription, Subscription::Matching(_)) && self.listed_at.is_none();
        if !membership.group.needs_join() || listing {
            return Ok(None);
        }
        if !membership.cooperative && !self.subs.is_empty() {
            let owned = self.subs.assigned();
            self.auto_commit_now().await;
            return Ok(Some(ConsumerEvent::Revoked(owned.into_iter().collect())));
        }
        if self.commits_are_due() {
            return Ok(None);
        }
        match self.membership.as_mut().map(|membership| membership.group.begin_join()) {
            Some(Err(error)) => Err(error.into()),
            Some(Ok(())) | None => Ok(None),
        }
    }

    /// Whether a join has to wait for commits: they have a connection of their own, where the JoinGroup could overtake them and make them
    /// void (Kafka's `onJoinPrepare`). Those that come meanwhile are not waited for.
    fn commits_are_due(&mut self) -> bool {
        let Some(committer) = &self.committer else { return false };
        let patience = self.config.client.request_timeout.min(self.config.max_poll_interval);
        let (count, until) = *self
            .draining
            .get_or_insert_with(|| (committer.queued(), self.cluster.deadline(patience)));
        let due = !committer.done_to(count) && !until.passed(self.cluster.seam());
        if !due {
            self.draining = None;
        }
        due
    }

    fn on_joined(&mut self, joined: Joined) -> Result<(), PollError> {
        let assigned = read_assignment(joined.assignment).map_err(PollError::Assignment)?;
        let Some(membership) = &self.membership else {
            return Ok(());
        };
        // A loss during the join comes first; what was assigned now is new in any case.
        if membership.group.take_lost() {
            let lost = self.subs.assigned();
            self.subs.assign(BTreeSet::new());
            if !lost.is_empty() {
                self.events.push_back(ConsumerEvent::Lost(lost.into_iter().collect()));
            }
        }
        let owned = self.subs.assigned();
        let revoked: BTreeSet<TopicPartition> = owned.difference(&assigned).cloned().collect();
        let added: Vec<TopicPartition> = assigned.difference(&owned).cloned().collect();
        {
            let mut offer = membership.offer.lock();
            offer.owned = assigned.clone();
            offer.generation = joined.generation.id;
        }
        if !revoked.is_empty() {
            // Only a cooperative member still has partitions here. What it gives up is assigned to others in the next generation.
            if self.config.auto_commit {
                drop(self.start_commit(self.subs.positions(), None));
            }
            membership.group.request_rejoin();
            self.events
                .push_back(ConsumerEvent::Revoked(revoked.iter().cloned().collect()));
        }
        self.subs.assign(assigned.union(&revoked).cloned().collect());
        if !added.is_empty() || !membership.cooperative {
            self.events.push_back(ConsumerEvent::Assigned(added));
        }
        Ok(())
    }

    fn auto_commit_if_due(&mut self) {
        let now = self.cluster.seam().clock.monotonic();
        if !self.config.auto_commit || now < self.next_auto_commit {
            return;
        }
        let joining = |membership: &Membership| membership.group.is_joining();
        if self.membership.as_ref().is_some_and(joining) {
            self.next_auto_commit = now + self.config.client.retry_backoff;
            return;
        }
        self.next_auto_commit = now + self.config.auto_commit_interval;
        let offsets = self.subs.positions();
        if !offsets.is_empty() {
            drop(self.start_commit(offsets, None));
        }
    }

    pub(super) async fn auto_commit_now(&mut self) {
        let offsets = self.subs.positions();
        if !self.config.auto_commit || offsets.is_empty() {
            return;
        }
        // The last chance, so also while this member joins: the coordinator may still know the old generation.
        let until = self.cluster.deadline(self.config.api_timeout);
        if let Err(error) = self.queue_commit(offsets, Some(until)).await {
            tracing::warn!(%error, group = ?self.config.group_id, "automatic commit");
        }
    }

    /// Starts the errands that find positions.
    pub(super) fn look_up_positions(&mut self) {
        let now = self.cluster.seam().clock.monotonic();
        if !self.looking_up {
            let unknown = self.subs.unknown(now);
            match &self.coordinator {
                _ if unknown.is_empty() => {}
                Some(coordinator) => {
                    self.looking_up = true;
                    self.jobs.committed(coordinator.clone(), unknown);
                }
                // Nobody committed anything.
                None => unknown.iter().for_each(|(partition, _)| self.reset_position(partition)),
            }
        }
        if !self.seeking {
            let seeking = self.subs.seeking(now);
            if !seeking.is_empty() {
                self.seeking = true;
                self.jobs.seek(seeking);
            }
        }
    }

    /// By `auto.offset.reset`.
    pub(super) fn reset_position(&mut self, partition: &TopicPartition) {
        let now_ms = self.cluster.seam().now_ms();
        match reset(self.config.auto_offset_reset, now_ms) {
            Some(seek) => {
                self.subs.seek(partition, Position::Seeking(seek));
            }
            None => {
                // Said once per attempt, not in a tight loop.
                self.pause_partition(partition);
                self.failures.push_back(PollError::NoOffset(vec![partition.clone()]));
            }
        }
    }

    /// A pause before anything is tried again with the partition.
    pub(super) fn pause_partition(&mut self, partition: &TopicPartition) {
        let not_before = self.cluster.seam().clock.monotonic() + self.config.client.retry_backoff;
        if let Some(state) = self.subs.get_mut(partition) {
            state.not_before = not_before;
        }
    }

    /// Starts a metadata request when a topic is not known well enough.
    fn refresh_metadata(&mut self) {
        if self.refreshing {
            return;
        }
        let mut topics: BTreeSet<Str> = self
            .subs
            .assigned()
            .into_iter()
            .map(|partition| partition.topic)
            .collect();
        let mut listing = false;
        match &self.subs.subscription {
            Subscription::None | Subscription::Assigned => {}
            Subscription::Topics(subscribed) => topics.extend(subscribed.iter().cloned()),
            Subscription::Matching(_) => {
                let now = self.cluster.seam().clock.monotonic();
                listing = self
                    .listed_at
                    .is_none_or(|at| at + self.config.client.metadata_max_age <= now);
            }
        }
        if let Some(membership) = &self.membership
            && let Some(by) = &membership.offer.lock().assigned_by
        {
            // A leader watches what all members want.
            topics.extend(by.keys().cloned());
        }
        let wanted = match listing {
            true => Wanted::All,
            false if topics.iter().all(|topic| self.cluster.cached(topic).is_some()) => {
                self.metadata_backoff = None;
                return;
            }
            false => Wanted::Topics(topics),
        };
        let random = self.cluster.seam().random.next_u64();
        let pause = self
            .metadata_backoff
            .as_mut()
            .map_or(Duration::ZERO, |backoff| backoff.draw(random));
        self.metadata_backoff.get_or_insert_with(|| self.cluster.backoff());
        self.refreshing = true;
        self.jobs.metadata(wanted, pause);
    }

    /// Starts a fetch per broker that has none under way.
    fn fetch(&mut self) {
        let now = self.cluster.seam().clock.monotonic();
        let mut by_node: BTreeMap<i32, Vec<(TopicPartition, u64, i64, i32)>> = BTreeMap::new();
        for (partition, token, offset) in self.subs.fetchable(now) {
            let Some(topic) = self.cluster.cached_usable(&partition.topic) else {
                continue;
            };
            let index = usize::try_from(partition.partition).unwrap_or(usize::MAX);
            let Some(found) = topic.partitions.get(index) else {
                // The group's leader knows of a partition that came after this metadata.
                self.cluster.invalidate(&partition.topic);
                continue;
            };
            let Some(leader) = found.leader.filter(|leader| !self.fetching.contains(leader)) else {
                if found.leader.is_none() {
                    self.cluster.invalidate(&partition.topic);
                }
                continue;
            };
            by_node
                .entry(leader)
                .or_default()
                .push((partition, token, offset, found.leader_epoch));
        }
        for (node, partitions) in by_node {
            self.fetching.insert(node);
            self.jobs.fetch(node, partitions);
        }
    }
}
